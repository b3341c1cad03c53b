//! What was asked at first in tickets that become one.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::command::Change;
use shared::record::rich::escape;
use shared::{Result, Row, Values};
use uuid::Uuid;

use super::super::attach::Found;
use super::requester::Addresses;
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::portal::asked_in_public;

/// Messages with what was asked at first in tickets that become one, as far as neither that one's description says it nor a message:
/// it would be gone with them. What customers read as their own words stays so where the ticket that stays is theirs too. Everything
/// else becomes a note: what a colleague noted on the phone, and what somebody else would read, with the mark of the `foreign` ticket
/// that it comes from. So does the description that stays where the ticket becomes somebody else's.
pub(super) async fn asked_apart(
    tx: &mut Tx,
    (known, foreign): (&Addresses, &BTreeMap<Uuid, Values>),
    merged: &mut Values,
    (into, others): (&Row, &[Row]),
    found: &mut Found,
) -> Result<Vec<Change>> {
    let ids: Vec<Uuid> = others.iter().map(|row| row.id).chain([into.id]).collect();
    let sql = "select content from ticket_messages where org_id = $1 and ticket_id = any($2) and direction = 'inbound'";
    let said: Vec<String> =
        sqlx::query_scalar(sql).bind(tx.org_id).bind(&ids).fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let public = asked_in_public(tx, &ids).await?;
    let is_shown = public.contains(&into.id)
        && merged.get("description").is_none_or(|description| description == into.value("description"));
    if is_shown && foreign.contains_key(&into.id) {
        merged.insert("description".to_owned(), Value::Null);
    }
    // What somebody else asked is not told as if this one's requester had.
    let says = |row: &Row| merged.get("description").is_some_and(|description| description == row.value("description"));
    if others.iter().any(|row| says(row) && foreign.contains_key(&row.id)) && !says(into) {
        merged.insert("description".to_owned(), into.value("description").clone());
    }
    let stays = |field: &str| merged.get(field).unwrap_or_else(|| into.value(field));
    let kept = stays("description");
    let mut changes = Vec::new();
    for row in others.iter().chain([into]) {
        let asked = row.text("description").filter(|asked| !said.iter().any(|said| said == asked));
        let is_theirs = public.contains(&row.id) && known.is_same_person(row, stays);
        // A description that becomes another one counts for customers no more: who knows whose words it is.
        let is_said = |asked: &str| *kept == asked && (!is_theirs || kept == into.value("description"));
        let Some(asked) = asked.filter(|asked| !is_said(asked)) else { continue };
        let id = Uuid::now_v7();
        found.extend(foreign.get(&row.id).map(|from| (id, from.clone())));
        let values = if is_theirs { words(into.id, row, asked) } else { note(into.id, row, asked) };
        changes.push(Change::Create { id, values });
    }
    Ok(changes)
}

/// The customer's words, as if they had written them there.
fn words(ticket_id: Uuid, row: &Row, asked: &str) -> Values {
    let mut values = given(json!({
        "ticket_id": ticket_id, "kind": "reply", "direction": "inbound", "content": asked,
        "said_at": row.value("received_at"), "channel": row.value("channel"),
        "author_name": row.value("requester_name"), "author_email": row.value("requester_email"),
    }));
    // Nobody's: the one who wrote it is no user.
    values.insert("owner_id".to_owned(), Value::Null);
    values
}

/// For colleagues, with what the ticket was called.
fn note(ticket_id: Uuid, row: &Row, asked: &str) -> Values {
    let [number, subject] = ["number", "subject"].map(|field| escape(row.text(field).unwrap_or_default()));
    let content = format!("<p><strong>{number} {subject}</strong></p>{asked}");
    given(json!({"ticket_id": ticket_id, "kind": "note", "said_at": row.value("received_at"), "content": content}))
}

/// The values that are not empty.
fn given(values: Value) -> Values {
    let values = values.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    values.map(|(field, value)| (field.clone(), value.clone())).collect()
}
