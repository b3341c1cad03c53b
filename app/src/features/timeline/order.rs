//! The order of entries, as the server gives them: newest first, ties by key.

use shared::timeline::TimelineEntry;

/// Puts an entry in its place; one with the same key is replaced.
pub(super) fn insert(entries: &mut Vec<TimelineEntry>, entry: TimelineEntry) {
    let key = entry.key();
    remove(entries, &key);
    let place = entries.partition_point(|known| (known.at, known.key()) > (entry.at, key.clone()));
    entries.insert(place, entry);
}

/// Takes the entry with the key away.
pub(super) fn remove(entries: &mut Vec<TimelineEntry>, key: &str) {
    entries.retain(|known| known.key() != key);
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use shared::timeline::Happening;
    use shared::{Row, Values};
    use uuid::Uuid;

    use super::*;

    fn note(id: u128, minute: i64, version: i64) -> TimelineEntry {
        let row = Row { id: Uuid::from_u128(id), version, values: Values::new() };
        let at: DateTime<Utc> = "2026-11-21T08:00:00Z".parse().unwrap();
        TimelineEntry { at: at + chrono::Duration::minutes(minute), what: Happening::Activity { row } }
    }

    fn ids(entries: &[TimelineEntry]) -> Vec<u128> {
        entries.iter().map(|entry| entry.key().parse::<Uuid>().unwrap().as_u128()).collect()
    }

    #[test]
    fn entries_stand_newest_first_and_ties_by_key() {
        let mut entries = Vec::new();
        for (id, minute) in [(1, 5), (2, 9), (3, 5), (4, 1)] {
            insert(&mut entries, note(id, minute, 1));
        }
        assert_eq!(ids(&entries), [2, 3, 1, 4]);
    }

    #[test]
    fn an_entry_that_is_told_again_is_replaced_and_may_move() {
        let mut entries = vec![note(2, 9, 1), note(1, 5, 1)];
        insert(&mut entries, note(1, 12, 2));
        assert_eq!(ids(&entries), [1, 2]);
    }

    #[test]
    fn an_entry_is_removed_by_its_key() {
        let mut entries = vec![note(2, 9, 1), note(1, 5, 1)];
        remove(&mut entries, &Uuid::from_u128(2).to_string());
        assert_eq!(ids(&entries), [1]);
    }
}
