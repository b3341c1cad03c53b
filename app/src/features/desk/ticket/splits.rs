//! What was split off the open ticket and what it was split off itself, kept current: colleagues split, and take it back.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;
use shared::desk::Split;
use shared::live::LiveEvent;
use shared::types::TICKET;
use uuid::Uuid;

use super::Ticket;
use crate::api::desk::conversation;

/// They are read anew so long after something changed: several events tell of one split.
const REST: Duration = Duration::from_millis(400);

impl Ticket {
    /// Reads them anew where an event may tell of another one, or of one less.
    pub(super) fn note_split(self, event: &LiveEvent) {
        let is_stale = match event {
            LiveEvent::Changed { record_type, row, .. } if record_type == TICKET.name && row.id == self.id => {
                let parent = row.reference("parent_id");
                self.record.row.with_untracked(|shown| shown.reference("parent_id") != parent)
            }
            LiveEvent::Changed { record_type, row, .. } if record_type == TICKET.name => {
                self.splits.with_untracked(|all| differs(all, row, self.id))
            }
            LiveEvent::Removed { record_type, id, .. } if record_type == TICKET.name => {
                self.splits.with_untracked(|all| all.iter().any(|split| split.ticket_id == *id))
            }
            _ => false,
        };
        if is_stale {
            self.splitting.after(REST, move || self.load_splits());
        }
    }

    /// Without an answer what is known stays.
    fn load_splits(self) {
        let Some(number) = self.splitting.begin() else { return };
        spawn_local(async move {
            if let Ok(said) = conversation(self.id, None).await
                && self.splitting.shows(number)
            {
                self.splits.set(said.splits);
            }
        });
    }
}

/// Whether a ticket as it is now is not what is told of it: a part that is not known may have been split off.
fn differs(all: &[Split], row: &Row, of: Uuid) -> bool {
    let is_part = row.reference("parent_id") == Some(of);
    match all.iter().find(|split| split.ticket_id == row.id) {
        Some(split) => {
            let (number, subject) = (row.text("number").unwrap_or_default(), row.text("subject").unwrap_or_default());
            split.number != number || split.subject != subject || !split.is_from && !is_part
        }
        None => is_part,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_may_be_told_otherwise_is_read_anew() {
        let (this, part) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let row = |subject: &str, parent: Option<Uuid>| {
            let values = json!({"number": "T2", "subject": subject, "parent_id": parent});
            Row { id: part, version: 1, values: values.as_object().cloned().unwrap() }
        };
        let split = |is_from| Split {
            message_id: Uuid::from_u128(3),
            ticket_id: part,
            number: "T2".into(),
            subject: "Lamp".into(),
            is_from,
        };
        assert!(differs(&[], &row("Lamp", Some(this)), this), "a new part");
        assert!(!differs(&[], &row("Lamp", None), this), "none of its parts");
        assert!(!differs(&[split(false)], &row("Lamp", Some(this)), this), "as it is told");
        assert!(differs(&[split(false)], &row("Lamps", Some(this)), this), "another subject");
        assert!(differs(&[split(false)], &row("Lamp", None), this), "no part any more");
        assert!(!differs(&[split(true)], &row("Lamp", None), this), "what it came from is no part of it");
    }
}
