//! Whose colour a face in the conversation has: the same one as everywhere else on the page.

use shared::Row;
use uuid::Uuid;

/// The requester of a ticket: whom they are known as, else how they are called.
pub(super) fn requester(ticket: &Row, name: &str) -> String {
    let known = ["contact_id", "customer_id"].into_iter().find_map(|field| ticket.reference(field));
    known.map_or_else(|| name.to_owned(), |id| id.to_string())
}

/// The colleague who wrote a message, as it is signed and as they are called. What an import brought was said by others than
/// whoever brought it.
pub(super) fn colleague(author: Option<Uuid>, signed: Option<&str>, called: Option<&str>) -> Option<Uuid> {
    author.filter(|_| signed.is_none() || called.is_none() || signed == called)
}

/// Whether the requester of a ticket wrote a message of the customer.
pub(super) fn is_requester(ticket: &Row, message: &Row) -> bool {
    let same = |theirs: &str, own: &str| {
        let said = message.text(theirs);
        said.is_some() && said == ticket.text(own)
    };
    let is_own = message.text("apart_from").is_none();
    is_own && (same("author_email", "requester_email") || same("author_name", "requester_name"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn row(values: &Value) -> Row {
        Row { id: Uuid::nil(), version: 1, values: values.as_object().cloned().unwrap() }
    }

    #[test]
    fn a_colleague_has_the_colour_of_their_id_and_an_imported_author_that_of_their_name() {
        let id = Some(Uuid::from_u128(7));
        assert_eq!(colleague(id, Some("王佳"), Some("王佳")), id);
        assert_eq!(colleague(id, None, Some("王佳")), id);
        // What one has just sent oneself: nobody has asked for the name yet.
        assert_eq!(colleague(id, Some("王佳"), None), id);
        assert_eq!(colleague(id, Some("李雷"), Some("王佳")), None);
        assert_eq!(colleague(None, Some("王佳"), None), None);
    }

    #[test]
    fn the_requester_is_one_face_beside_the_conversation_and_in_it() {
        let contact = Uuid::from_u128(9).to_string();
        let ticket = row(&json!({"contact_id": contact, "requester_name": "Li", "requester_email": "li@a.test"}));
        assert_eq!(requester(&ticket, "Li"), contact);
        assert_eq!(requester(&row(&json!({})), "Li"), "Li");
        assert!(is_requester(&ticket, &row(&json!({"author_email": "li@a.test"}))));
        assert!(is_requester(&ticket, &row(&json!({"author_name": "Li"}))));
        assert!(!is_requester(&ticket, &row(&json!({"author_name": "Li", "apart_from": "T7"}))));
        assert!(!is_requester(&row(&json!({})), &row(&json!({}))));
    }
}
