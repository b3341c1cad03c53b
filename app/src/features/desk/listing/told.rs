//! What the live log told of tickets: a row that was read before, and comes after, is not shown.

use std::collections::BTreeMap;

use shared::Row;
use shared::live::LiveEvent;
use shared::types::TICKET;
use uuid::Uuid;

/// Above every version: the ticket is gone.
const GONE: i64 = i64::MAX;

/// The version of each ticket that was told of last, listed or not.
#[derive(Default)]
pub(super) struct Told(BTreeMap<Uuid, i64>);

impl Told {
    /// Notes what an event tells.
    pub(super) fn note(&mut self, event: &LiveEvent) {
        let (record_type, id, version) = match event {
            LiveEvent::Changed { record_type, row, .. } => (record_type, row.id, row.version),
            LiveEvent::Removed { record_type, id, .. } => (record_type, *id, GONE),
            _ => return,
        };
        if record_type == TICKET.name {
            self.0.insert(id, version);
        }
    }

    /// Whether something newer than a row was told.
    pub(super) fn is_past(&self, row: &Row) -> bool {
        self.0.get(&row.id).is_some_and(|version| *version > row.version)
    }

    /// What was read anew may hold again what was gone: one may read it now. Versions only grow.
    pub(super) fn read_anew(&mut self) {
        self.0.retain(|_, version| *version < GONE);
    }
}

#[cfg(test)]
mod tests {
    use shared::Values;
    use shared::query::Titles;

    use super::*;

    fn row(version: i64) -> Row {
        Row { id: Uuid::from_u128(7), version, values: Values::new() }
    }

    fn changed(record_type: &str, version: i64) -> LiveEvent {
        let (record_type, titles) = (record_type.to_owned(), Titles::default());
        LiveEvent::Changed { record_type, row: row(version), titles, actor_id: None }
    }

    #[test]
    fn what_was_read_before_a_change_is_past_and_what_changes_again_is_not() {
        let mut told = Told::default();
        assert!(!told.is_past(&row(1)), "nothing was told");
        told.note(&changed("contact", 9));
        assert!(!told.is_past(&row(1)), "of tickets");
        told.note(&changed(TICKET.name, 3));
        assert!(told.is_past(&row(2)) && !told.is_past(&row(3)));
        told.read_anew();
        assert!(told.is_past(&row(2)) && !told.is_past(&row(4)));
    }

    #[test]
    fn what_is_gone_does_not_come_back_until_that_is_told_or_read() {
        let gone = LiveEvent::Removed { record_type: TICKET.name.to_owned(), id: row(1).id, version: 4 };
        let mut told = Told::default();
        told.note(&gone);
        assert!(told.is_past(&row(4)));
        told.note(&changed(TICKET.name, 5));
        assert!(told.is_past(&row(4)) && !told.is_past(&row(5)));
        told.note(&gone);
        told.read_anew();
        assert!(!told.is_past(&row(5)));
    }
}
