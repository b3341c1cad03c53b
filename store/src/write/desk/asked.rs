//! What was asked at first in tickets that become one.

use serde_json::{Value, json};
use shared::command::Change;
use shared::record::rich::escape;
use shared::types::TICKET;
use shared::{RecordDef, Result, Row, Values};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::portal::asked_in_public;

/// Messages with what was asked at first in tickets that become one, as far as neither that one's description says it nor a message:
/// it would be gone with them. What customers read as their own words stays so where the ticket that stays is theirs too. Everything
/// else becomes a note: what a colleague noted on the phone, and what somebody else would read.
pub(in super::super) async fn asked_apart(
    tx: &mut Tx,
    def: &RecordDef,
    merged: &Values,
    (into, others): (&Row, &[Row]),
) -> Result<Vec<Change>> {
    if def.name != TICKET.name {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = others.iter().map(|row| row.id).chain([into.id]).collect();
    let sql = "select content from ticket_messages where org_id = $1 and ticket_id = any($2) and direction = 'inbound'";
    let said: Vec<String> =
        sqlx::query_scalar(sql).bind(tx.org_id).bind(&ids).fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let public = asked_in_public(tx, &ids).await?;
    let stays = |field: &str| merged.get(field).unwrap_or_else(|| into.value(field));
    let kept = stays("description");
    let message = |row: &Row| {
        let asked = row.text("description").filter(|asked| !said.iter().any(|said| said == asked))?;
        let is_theirs = public.contains(&row.id) && is_same_person(row, stays);
        // A description that becomes another one counts for customers no more: who knows whose words it is.
        let is_said = *kept == asked && (!is_theirs || kept == into.value("description"));
        let values = if is_theirs { words(into.id, row, asked) } else { note(into.id, row, asked) };
        (!is_said).then(|| Change::Create { id: Uuid::now_v7(), values })
    };
    Ok(others.iter().chain([into]).filter_map(message).collect())
}

/// Whether everybody who reads the ticket that stays as their own wrote the other one, too: that one names the same contact and
/// the same address as far as this one does, and no other customer.
fn is_same_person<'v>(row: &Row, stays: impl Fn(&str) -> &'v Value) -> bool {
    let is_own = |field: &str, other: &str| row.text(field).is_some_and(|own| own.eq_ignore_ascii_case(other));
    let readers = ["contact_id", "requester_email"].map(|field| Some(is_own(field, stays(field).as_str()?)));
    let customers = row.text("customer_id").zip(stays("customer_id").as_str());
    let is_one_customer = customers.is_none_or(|(own, other)| own == other);
    is_one_customer && readers.contains(&Some(true)) && !readers.contains(&Some(false))
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

    fn row(fields: Value) -> Row {
        Row { id: Uuid::nil(), version: 1, values: fields.as_object().cloned().unwrap_or_default() }
    }

    #[test]
    fn somebody_is_the_same_by_contact_and_address_as_far_as_the_ticket_that_stays_names_them() {
        let same = |one: Value, other: Value| {
            let other = row(other);
            is_same_person(&row(one), |field| other.value(field))
        };
        assert!(same(json!({"requester_email": "li@example.com"}), json!({"requester_email": "LI@example.com"})));
        assert!(same(json!({"contact_id": "a", "requester_email": "li@example.com"}), json!({"contact_id": "a"})));
        let both = json!({"contact_id": "a", "requester_email": "li@example.com"});
        assert!(!same(json!({"contact_id": "a"}), both.clone()), "li may be somebody else than the contact");
        assert!(!same(json!({"requester_email": "li@example.com"}), both));
        assert!(!same(json!({}), json!({})), "nobody knows whose they are");
        assert!(!same(json!({"customer_id": "c"}), json!({"customer_id": "c"})), "colleagues do not read each other's");
        let writes = |email: &str| json!({"contact_id": "a", "requester_email": email});
        assert!(!same(writes("li@example.com"), writes("han@example.com")));
        let of = |customer: &str| json!({"customer_id": customer, "requester_email": "li@example.com"});
        assert!(!same(of("c"), of("d")));
    }
}
