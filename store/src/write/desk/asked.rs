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
    let is_foreign = |row: &Row| foreign.contains_key(&row.id);
    if let Some(description) = retold(merged, (into, others), public.contains(&into.id), is_foreign) {
        merged.insert("description".to_owned(), description);
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

/// What the description of the ticket that stays is to say instead of what is `merged` from all, if anything: what somebody else
/// asked is not told as if this one's requester had. The words of a `foreign` ticket give way to its own, and its own, where its
/// customer reads them (`is_shown`), to none when the ticket becomes somebody else's.
fn retold(
    merged: &Values,
    (into, others): (&Row, &[Row]),
    is_shown: bool,
    is_foreign: impl Fn(&Row) -> bool,
) -> Option<Value> {
    let own = into.value("description");
    let chosen = merged.get("description").unwrap_or(own);
    let says = |row: &Row| !chosen.is_null() && row.value("description") == chosen;
    let is_anothers = chosen != own && others.iter().any(|row| says(row) && is_foreign(row));
    let stays = if is_anothers { own } else { chosen };
    let stays = if stays == own && is_shown && is_foreign(into) { &Value::Null } else { stays };
    (stays != chosen).then(|| stays.clone())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_told_as_nobodys_but_the_requesters() {
        let row = |asked: Option<&str>| {
            let values = Values::from_iter([("description".to_owned(), json!(asked))]);
            Row { id: Uuid::now_v7(), version: 1, values }
        };
        let retold =
            |(own, is_shown): (Option<&str>, bool), other: Option<&str>, chosen: Option<Value>, foreign: [bool; 2]| {
                let (into, others) = (row(own), [row(other)]);
                let merged: Values = chosen.into_iter().map(|chosen| ("description".to_owned(), chosen)).collect();
                let is_foreign = |row: &Row| foreign[usize::from(row.id != into.id)];
                retold(&merged, (&into, &others), is_shown, is_foreign)
            };
        let own = (Some("own"), true);
        // Nothing is chosen, or its own words are: they go where the ticket becomes somebody else's who would read them.
        for chosen in [None, Some(json!("own"))] {
            assert_eq!(retold(own, Some("other"), chosen.clone(), [false, true]), None);
            assert_eq!(retold(own, Some("other"), chosen.clone(), [true, false]), Some(Value::Null));
            assert_eq!(retold((Some("own"), false), Some("other"), chosen, [true, false]), None);
        }
        // The other's words are.
        let other = || Some(json!("other"));
        assert_eq!(retold(own, Some("other"), other(), [false, false]), None);
        assert_eq!(retold(own, Some("other"), other(), [true, false]), None, "they are the requester's");
        assert_eq!(retold(own, Some("other"), other(), [false, true]), Some(json!("own")));
        assert_eq!(retold((None, false), Some("other"), other(), [false, true]), Some(Value::Null));
        assert_eq!(retold(own, Some("other"), other(), [true, true]), Some(Value::Null), "neither are the requester's");
        // That nothing was asked is nobody's words.
        assert_eq!(retold(own, None, Some(Value::Null), [true, true]), None);
    }
}
