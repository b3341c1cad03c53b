//! What the server is asked for: the next page, and all of it again.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::RecordDef;
use shared::query::{ListQuery, MAX_PAGE};
use shared::types::TICKET;
use uuid::Uuid;

use super::{Entry, Listing};
use crate::api::Answer;
use crate::api::records::list_records;
use crate::features::desk::list::gliding;
use crate::record::learn_titles;
use crate::record::{Relisted, Relisting, Reread, relist_soon};

/// Rows ahead of the last one in view at which the next page is asked for.
const AHEAD: usize = 24;

impl Listing {
    /// Asks for the next page when the end comes into view.
    pub(in crate::features::desk) fn seen_to(self, end: usize) {
        let near = end + AHEAD >= self.entries.with_untracked(Vec::len);
        if !near || self.loading.get_untracked() || self.next.with_untracked(Option::is_none) {
            return;
        }
        self.loading.set(true);
        spawn_local(async move {
            drop(self.load_next().await);
            self.loading.try_set(false);
        });
    }

    /// Gets the next page. Says whether there are more.
    async fn load_next(self) -> Answer<bool> {
        let Some(cursor) = self.next.try_get_untracked().flatten() else { return Ok(false) };
        let query = ListQuery { cursor: Some(cursor.clone()), count: false, limit: MAX_PAGE, ..self.query.get_value() };
        let found = list_records(TICKET.name.into(), query).await?;
        let next = self.next.try_get_untracked().flatten();
        if next.as_ref() != Some(&cursor) {
            // Filled anew meanwhile, or left: these rows are its past.
            return Ok(next.is_some());
        }
        let last = found.rows.last().map(|row| self.place(row));
        learn_titles(self.titles, &found.titles);
        let known: BTreeSet<Uuid> = self.ids().into_iter().collect();
        let fresh = found.rows.into_iter().filter(|row| !known.contains(&row.id)).map(Entry::new);
        self.entries.update(|all| {
            all.extend(fresh);
            all.sort_by_cached_key(|entry| entry.row.with_untracked(|row| self.place(row)));
        });
        let has_more = found.next.is_some();
        self.bound.set_value(last.filter(|_| has_more));
        self.next.set(found.next);
        Ok(has_more)
    }

    /// Gets all that is missing, as long as some tickets are ticked. Says whether they still are, and are those of this view.
    pub(in crate::features::desk) async fn load_all(self) -> Answer<bool> {
        let has_ticks =
            || self.is_open() && self.desk.selected.try_with_untracked(|selected| !selected.is_empty()) == Some(true);
        while has_ticks() && self.load_next().await? {}
        Ok(has_ticks())
    }

    /// Loads again what is loaded, in place, after a rest: what only the server can tell.
    pub(in crate::features::desk) fn reload_soon(self) {
        relist_soon(self);
    }

    /// What is asked for; nothing once another view is listed.
    pub(in crate::features::desk) fn query(self) -> Option<ListQuery> {
        self.query.try_get_value()
    }
}

impl Relisted for Listing {
    fn relisting(self) -> Relisting {
        self.relisting
    }

    fn asked(self) -> Option<(&'static RecordDef, ListQuery)> {
        self.query().map(|query| (&TICKET, query))
    }

    fn count(self) -> usize {
        self.entries.try_with_untracked(Vec::len).unwrap_or_default()
    }

    fn refill(self, Reread { found, heard, crossed }: Reread) -> bool {
        let stays = self.entries.with_untracked(|all| all.iter().any(|entry| crossed.contains(&entry.id)));
        gliding(|| {
            self.fill(found, &crossed);
            heard.into_iter().for_each(|event| self.hear_anew(event));
        });
        stays
    }

    /// Of how many there are the page says nothing then.
    fn reopen(self) {
        if self.is_open() {
            self.desk.total.set(None);
            self.desk.selected.update(BTreeSet::clear);
            self.reopen.run(());
        }
    }
}
