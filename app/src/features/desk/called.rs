//! What tickets are called where it is asked or told what becomes of them.

use leptos::prelude::*;
use shared::Row;
use shared::format::paired;
use shared::i18n::{Locale, translate};

use super::model::Desk;

/// So much of a subject, in characters.
const SUBJECT: usize = 32;

/// Something about tickets, with which they are: number and subject of one, how many of several.
pub(super) fn about(locale: Locale, what: &str, rows: &[Row]) -> String {
    let count = rows.len().to_string();
    match rows {
        [] => what.to_owned(),
        [row] => paired(locale, what, &called(row)),
        _ => translate(locale, "desk.about_several", &[("what", what), ("n", &count)]),
    }
}

/// The number, and how the subject begins.
pub(super) fn called(row: &Row) -> String {
    let (number, subject) = (row.text("number").unwrap_or_default(), row.text("subject").unwrap_or_default());
    let begin: String = subject.chars().take(SUBJECT).collect();
    let more = if begin.len() < subject.len() { "…" } else { "" };
    format!("{number} {}{more}", begin.trim_end()).trim().to_owned()
}

impl Desk {
    /// A message about tickets that is pushed now.
    pub(super) fn say_about(self, key: &str, params: &[(&str, &str)], rows: &[Row]) -> String {
        about(self.page.locale.get_untracked(), &self.say(key, params), rows)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_ticket_is_named_by_its_number_and_the_beginning_of_its_subject() {
        let row = |subject: &str| {
            let values = json!({"number": "T1001", "subject": subject}).as_object().cloned().unwrap();
            Row { id: Uuid::from_u128(1), version: 1, values }
        };
        assert_eq!(about(Locale::En, "Solved", &[row("Gate")]), "Solved: T1001 Gate");
        let long = about(Locale::En, "Solved", &[row("The gate of the second yard does not open")]);
        assert_eq!(long, "Solved: T1001 The gate of the second yard does…");
        let two = about(Locale::En, "Snooze", &[row("Gate"), row("Door")]);
        assert!(two.starts_with("Snooze") && two.contains('2') && !two.contains("T1001"), "{two}");
    }
}
