//! The rows when they are read again: what is newer on the screen, or was told meanwhile, is not undone.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use shared::query::ListQuery;
use shared::{RecordDef, Row};
use uuid::Uuid;

use super::ListData;
use crate::record::relist::{Relisted, Relisting, Reread};
use crate::record::titles::learn_titles;

impl Relisted for ListData {
    fn relisting(self) -> Relisting {
        self.relisting
    }

    fn asked(self) -> Option<(&'static RecordDef, ListQuery)> {
        self.query.try_get_value().map(|query| (self.def, query))
    }

    fn count(self) -> usize {
        self.rows.try_with_untracked(Vec::len).unwrap_or_default()
    }

    fn refill(self, Reread { found, heard, crossed }: Reread) -> bool {
        // What somebody has their hands on stays, and is asked about once they are done.
        let held = self.held().filter(|id| self.shows(*id) && found.rows.iter().all(|row| row.id != *id));
        let (rows, stays) = self.rows.with_untracked(|present| merged(present, found.rows, &crossed, held));
        let shown: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
        // With what is not listed any more nothing is done.
        self.selected.update(|selected| selected.retain(|id| shown.contains(id)));
        self.rows.set(rows);
        learn_titles(self.titles, &found.titles);
        // Where all were read, it is not among those that were counted.
        let uncounted = i64::from(held.is_some() && found.next.is_none());
        self.total.set(found.total.map(|n| n + uncounted));
        self.next.set(found.next);
        self.fresh.set(BTreeSet::new());
        self.below.update_value(BTreeSet::clear);
        self.left.update_value(BTreeMap::clear);
        self.asking_was_read(&shown, &heard);
        for event in &heard {
            self.take_in(event);
        }
        if let Some(id) = held {
            self.ask_about(id);
        }
        stays
    }

    fn reopen(self) {
        self.total.set(None);
        self.reopen.run(());
    }
}

/// The rows as they were read, newer ones as they are on the screen, and where they stood there the one that is held and those
/// that may have crossed the border of a page meanwhile; whether there are such of the latter.
fn merged(present: &[Row], read: Vec<Row>, crossed: &BTreeSet<Uuid>, held: Option<Uuid>) -> (Vec<Row>, bool) {
    let known: BTreeMap<Uuid, &Row> = present.iter().map(|row| (row.id, row)).collect();
    let newer = |row: Row| match known.get(&row.id) {
        Some(old) if old.version > row.version => Row::clone(old),
        _ => row,
    };
    let mut rows: Vec<Row> = read.into_iter().map(newer).collect();
    let is_kept = |row: &Row| crossed.contains(&row.id) || held == Some(row.id);
    for (at, row) in present.iter().enumerate().filter(|(_, row)| is_kept(row)) {
        rows.insert(at.min(rows.len()), row.clone());
    }
    (rows, present.iter().any(|row| crossed.contains(&row.id)))
}

#[cfg(test)]
mod tests {
    use shared::Values;

    use super::*;

    fn rows(of: &[(u128, i64)]) -> Vec<Row> {
        let row = |&(id, version)| Row { id: Uuid::from_u128(id), version, values: Values::new() };
        of.iter().map(row).collect()
    }

    #[test]
    fn what_is_newer_on_the_screen_than_what_was_read_stays() {
        let present = rows(&[(1, 4), (2, 1), (3, 1)]);
        let read = rows(&[(2, 2), (1, 3), (4, 1)]);
        let expected = rows(&[(2, 2), (1, 4), (4, 1)]);
        assert_eq!(merged(&present, read, &BTreeSet::new(), None), (expected, false));
    }

    #[test]
    fn what_may_have_crossed_a_page_border_stays_where_it_stood() {
        let present = rows(&[(1, 1), (2, 5), (3, 1)]);
        let crossed = BTreeSet::from([2, 9].map(Uuid::from_u128));
        assert_eq!(merged(&present, rows(&[(1, 1), (3, 1)]), &crossed, None), (present.clone(), true));
        assert_eq!(merged(&present, Vec::new(), &crossed, None), (rows(&[(2, 5)]), true));
    }

    #[test]
    fn what_is_being_edited_stays_where_it_stood_and_is_no_reason_to_read_again() {
        let present = rows(&[(1, 1), (2, 5), (3, 1)]);
        let held = Some(Uuid::from_u128(2));
        let read = rows(&[(1, 1), (3, 1)]);
        assert_eq!(merged(&present, read, &BTreeSet::new(), held), (present.clone(), false));
        let crossed = BTreeSet::from([Uuid::from_u128(2)]);
        assert_eq!(merged(&present, Vec::new(), &crossed, held), (rows(&[(2, 5)]), true), "once");
    }
}
