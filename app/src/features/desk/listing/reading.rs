//! What the server is asked for: the next page, and all of it again.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::query::{ListQuery, MAX_PAGE};
use shared::types::TICKET;
use uuid::Uuid;

use super::{Entry, Listing};
use crate::api::records::list_records;
use crate::features::desk::list::gliding;
use crate::live::LOAD_AGAIN;

/// What only the server can tell is asked for after this.
const REST: Duration = Duration::from_millis(700);
/// Rows ahead of the last one in view at which the next page is asked for.
const AHEAD: usize = 24;

impl Listing {
    /// Asks for the next page when the end comes into view.
    pub(in crate::features::desk) fn seen_to(self, end: usize) {
        let near = end + AHEAD >= self.entries.with_untracked(Vec::len);
        let Some(cursor) = self.next.get_untracked().filter(|_| near && !self.loading.get_untracked()) else { return };
        self.loading.set(true);
        let query = ListQuery { cursor: Some(cursor.clone()), count: false, limit: MAX_PAGE, ..self.query.get_value() };
        spawn_local(async move {
            let found = list_records(TICKET.name.into(), query).await;
            if !self.is_open() {
                return;
            }
            self.loading.set(false);
            // Filled anew meanwhile: these rows are its past.
            let Ok(found) = found else { return };
            if self.next.get_untracked().as_ref() != Some(&cursor) {
                return;
            }
            let last = found.rows.last().map(|row| self.place(row));
            self.titles.update(|titles| titles.extend(found.titles));
            let known: std::collections::BTreeSet<Uuid> = self.ids().into_iter().collect();
            let fresh = found.rows.into_iter().filter(|row| !known.contains(&row.id)).map(Entry::new);
            self.entries.update(|all| {
                all.extend(fresh);
                all.sort_by_cached_key(|entry| entry.row.with_untracked(|row| self.place(row)));
            });
            self.bound.set_value(last.filter(|_| found.next.is_some()));
            self.next.set(found.next);
        });
    }

    /// Loads again what is loaded, in place, after a rest.
    pub(in crate::features::desk) fn reload_soon(self) {
        if self.timer.try_with_value(Option::is_some) != Some(false) {
            return;
        }
        let run = move || {
            if self.timer.try_update_value(Option::take).is_some() {
                self.reload();
            }
        };
        self.timer.set_value(set_timeout_with_handle(run, REST).ok());
    }

    fn reload(self) {
        let wanted = self.entries.with_untracked(Vec::len);
        let query = self.query.get_value();
        spawn_local(async move {
            let limit = u32::try_from(wanted).unwrap_or(MAX_PAGE).clamp(query.limit, MAX_PAGE);
            let mut found = match list_records(TICKET.name.into(), ListQuery { limit, ..query.clone() }).await {
                Ok(found) => found,
                // Nothing else would tell.
                Err(_) => {
                    let again = move || {
                        if self.is_open() {
                            self.reload_soon();
                        }
                    };
                    return set_timeout(again, LOAD_AGAIN);
                }
            };
            while let Some(cursor) = found.next.clone().filter(|_| found.rows.len() < wanted) {
                let query = ListQuery { limit: MAX_PAGE, cursor: Some(cursor), count: false, ..query.clone() };
                let Ok(more) = list_records(TICKET.name.into(), query).await else { break };
                found.rows.extend(more.rows);
                found.titles.extend(more.titles);
                found.next = more.next;
            }
            // The view may ask for something else by now: that is on its way.
            if self.query.try_with_value(|now| *now == query) == Some(true) {
                gliding(|| self.fill(found));
            }
        });
    }

    /// What is asked for; nothing once another view is listed.
    pub(in crate::features::desk) fn query(self) -> Option<ListQuery> {
        self.query.try_get_value()
    }
}
