//! The rows on the screen: loaded as one scrolls, kept current by the live log.

mod again;
mod belongs;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::live::LiveEvent;
use shared::query::{Archived, ListQuery, MAX_PAGE, Page as Found, Titles};
use shared::types::by_name;
use shared::{FieldError, RecordDef, Row};
use uuid::Uuid;

use self::belongs::Asking;
use super::ListContext;
use super::row::{focused_field, go_on_in};
use crate::api::Answer;
use crate::api::records::list_records;
use crate::context::Page;
use crate::live::Live;
use crate::record::conflict::Clash;
use crate::record::inline::{Put, Target};
use crate::record::relist::{Relisting, relist_now, relist_soon};
use crate::record::ticks::Tickable;
use crate::record::titles::learn_titles;

/// Rows ahead of the last one in view at which the next page is asked for.
const AHEAD: usize = 20;

/// What happens to a record so soon after it was made is part of its making.
const MOMENT: chrono::TimeDelta = chrono::TimeDelta::seconds(5);

/// The rows of one listing and what is being done with them; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct ListData {
    def: &'static RecordDef,
    page: Page,
    query: StoredValue<ListQuery>,
    pub(super) rows: RwSignal<Vec<Row>>,
    pub(super) titles: RwSignal<Titles>,
    pub(super) total: RwSignal<Option<i64>>,
    shared_total: RwSignal<Option<i64>>,
    next: RwSignal<Option<String>>,
    loading: RwSignal<bool>,
    pub(super) selected: RwSignal<BTreeSet<Uuid>>,
    anchor: StoredValue<Option<Uuid>>,
    /// The cell in edit, by record and field.
    pub(super) editing: RwSignal<Option<(Uuid, String)>>,
    pub(super) clash: RwSignal<Option<Clash>>,
    pub(super) refused: RwSignal<Option<(Uuid, FieldError)>>,
    /// Records that have come to belong here and are not shown.
    pub(super) fresh: RwSignal<BTreeSet<Uuid>>,
    /// Those that came below what is loaded, and are counted.
    below: StoredValue<BTreeSet<Uuid>>,
    /// Those of which the server is to say whether they belong here.
    asking: StoredValue<Asking>,
    /// Where rows stood that have left.
    left: StoredValue<BTreeMap<Uuid, usize>>,
    relisting: Relisting,
    /// Has the page say anew what there is for the reader.
    reopen: Callback<()>,
}

impl ListData {
    pub(super) fn new(context: ListContext, first: Found, reopen: Callback<()>) -> Self {
        let data = Self {
            def: context.def,
            page: context.page,
            query: StoredValue::new(context.nav.state.with_untracked(|state| state.query(context.def))),
            rows: RwSignal::new(first.rows),
            titles: RwSignal::new(first.titles),
            total: RwSignal::new(first.total),
            shared_total: context.total,
            next: RwSignal::new(first.next),
            loading: RwSignal::new(false),
            selected: RwSignal::new(BTreeSet::new()),
            anchor: StoredValue::new(None),
            editing: RwSignal::new(None),
            clash: RwSignal::new(None),
            refused: RwSignal::new(None),
            fresh: RwSignal::new(BTreeSet::new()),
            below: StoredValue::new(BTreeSet::new()),
            asking: StoredValue::new(Asking::default()),
            left: StoredValue::new(BTreeMap::new()),
            relisting: Relisting::new(),
            reopen,
        };
        Effect::new(move |_| data.shared_total.set(data.total.get()));
        Effect::new(move |_| data.titles.with(|titles| learn_titles(context.titles, titles)));
        // What was edited may not belong here any more.
        Effect::new(move |_| {
            data.editing.track();
            data.ask_soon();
        });
        Live::take().follow(&first.live, move |event| data.follow(event));
        data
    }

    /// The row at an index; tracked.
    pub(super) fn at(self, index: usize) -> Option<Row> {
        self.rows.with(|rows| rows.get(index).cloned())
    }

    /// Whether there is nothing to list; tracked. What is loaded may have left, and more be there.
    pub(super) fn is_empty(self) -> bool {
        self.rows.with(Vec::is_empty) && self.next.with(Option::is_none)
    }

    /// Asks for the next page when the end comes into view.
    pub(super) fn seen_to(self, end: usize) {
        let near = end + AHEAD >= self.rows.with_untracked(Vec::len);
        if !near || self.loading.get_untracked() || self.next.with_untracked(Option::is_none) {
            return;
        }
        self.loading.set(true);
        let limit = self.query.with_value(|query| query.limit);
        spawn_local(async move {
            drop(self.load_next(limit).await);
            self.loading.try_set(false);
        });
    }

    /// Gets the next page. Says whether there are more.
    async fn load_next(self, limit: u32) -> Answer<bool> {
        let Some(cursor) = self.next.try_get_untracked().flatten() else { return Ok(false) };
        let query = ListQuery { cursor: Some(cursor.clone()), count: false, limit, ..self.query.get_value() };
        let found = list_records(self.def.name.to_owned(), query).await?;
        let next = self.next.try_get_untracked().flatten();
        if next.as_ref() != Some(&cursor) {
            // Filled anew meanwhile, or left: these rows are its past.
            return Ok(next.is_some());
        }
        learn_titles(self.titles, &found.titles);
        self.rows.update(|rows| {
            let known: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
            rows.extend(found.rows.into_iter().filter(|row| !known.contains(&row.id)));
        });
        let has_more = found.next.is_some();
        self.next.set(found.next);
        Ok(has_more)
    }

    /// Loads again what is on the screen; the scroll position stays.
    pub(super) fn reload(self) {
        relist_now(self);
    }

    /// Shows a row as it is now, unless a newer one is there; one that left the view goes.
    pub(super) fn put(self, row: Row) {
        if leaves(self.query.try_with_value(|query| query.archived).unwrap_or_default(), &row) {
            return self.remove(row.id);
        }
        let id = row.id;
        let is_shown = self.rows.try_update(|rows| {
            let old = rows.iter_mut().find(|old| old.id == row.id && old.version <= row.version);
            old.map(|old| *old = row).is_some()
        });
        if is_shown == Some(true) && self.narrows() {
            self.ask_about(id);
        }
    }

    fn remove(self, id: Uuid) {
        self.forget(id);
        let known = self.rows.try_with_untracked(|rows| rows.iter().position(|row| row.id == id)).flatten();
        if let Some(at) = known {
            let focused = focused_field(id);
            self.left.update_value(|left| {
                left.insert(id, at);
            });
            self.rows.update(|rows| rows.retain(|row| row.id != id));
            self.total.update(|total| *total = total.map(|n| n - 1));
            self.selected.update(|selected| {
                selected.remove(&id);
            });
            let next = self.rows.with_untracked(|rows| rows.get(at).or(rows.last()).map(|row| row.id));
            match next.zip(focused) {
                Some((next, field)) => go_on_in(next, &field),
                // More of them are not loaded.
                None if next.is_none() && self.next.with_untracked(Option::is_some) => relist_soon(self),
                None => {}
            }
        }
    }

    fn follow(self, event: &LiveEvent) {
        self.relisting.hear(event);
        self.take_in(event);
        if self.looks_at(event) {
            relist_soon(self);
        }
    }

    fn take_in(self, event: &LiveEvent) {
        match event {
            LiveEvent::Changed { record_type, row, titles, .. } if record_type == self.def.name => {
                learn_titles(self.titles, titles);
                self.changed(row);
            }
            LiveEvent::Changed { record_type, row, .. } => self.renamed(record_type, row),
            LiveEvent::Removed { record_type, id, .. } if record_type == self.def.name => self.remove(*id),
            LiveEvent::Refresh { record_type } if record_type == self.def.name => relist_soon(self),
            LiveEvent::Reset => self.reload(),
            _ => {}
        }
    }

    fn changed(self, row: &Row) {
        let known =
            self.rows.try_with_untracked(|rows| rows.iter().find(|old| old.id == row.id).map(|old| old.version));
        match known.flatten() {
            Some(version) if version < row.version => self.put(row.clone()),
            Some(_) => {}
            None if leaves(self.query.with_value(|query| query.archived), row) => self.forget(row.id),
            None if self.narrows() => self.ask_about(row.id),
            None if is_new(row) && !self.left.with_value(|left| left.contains_key(&row.id)) => self.arrived(row),
            None => {
                self.returned(row);
            }
        }
    }

    /// What left the list while one looked, and is taken back, stands where it stood. Says whether it does.
    fn returned(self, row: &Row) -> bool {
        let Some(at) = self.left.try_update_value(|left| left.remove(&row.id)).flatten() else { return false };
        self.rows.update(|rows| rows.insert(at.min(rows.len()), row.clone()));
        self.total.update(|total| *total = total.map(|n| n + 1));
        true
    }

    /// A new record goes to the top of a plain list, newest first; elsewhere one is told that it came, and nothing
    /// jumps.
    fn arrived(self, row: &Row) {
        let plain = self.query.with_value(|q| q.filter.is_none() && q.search.is_none() && q.sort.is_none());
        if plain && self.query.with_value(|q| q.archived != Archived::Only) {
            let newest = self.rows.with_untracked(|rows| rows.first().is_none_or(|first| first.id < row.id));
            if newest {
                self.rows.update(|rows| rows.insert(0, row.clone()));
                self.total.update(|total| *total = total.map(|n| n + 1));
            }
        } else if self.next.with_untracked(Option::is_some) {
            // It may stand below what is loaded.
            self.ask_about(row.id);
        } else {
            self.fresh.update(|fresh| {
                fresh.insert(row.id);
            });
        }
    }

    /// A referenced record has another title.
    fn renamed(self, record_type: &str, row: &Row) {
        let Some(title) = by_name(record_type).map(|def| untrack(|| self.page.called(def, row))) else { return };
        let stale = self.titles.try_with_untracked(|titles| titles.get(&row.id).is_some_and(|old| *old != title));
        if stale == Some(true) {
            self.titles.update(|titles| drop(titles.insert(row.id, title)));
        }
    }

    /// Where edits of the rows go.
    pub(super) fn target(self, context: ListContext) -> Target {
        let put: Put = Arc::new(move |row| self.put(row));
        Target { page: context.page, put, titles: self.titles, clash: self.clash, refused: self.refused }
    }
}

impl Tickable for ListData {
    fn ticked(self) -> RwSignal<BTreeSet<Uuid>> {
        self.selected
    }

    fn anchor(self) -> StoredValue<Option<Uuid>> {
        self.anchor
    }

    fn ids(self) -> Vec<Uuid> {
        self.rows.with_untracked(|rows| rows.iter().map(|row| row.id).collect())
    }

    fn loaded(self) -> (usize, bool) {
        (self.rows.with(Vec::len), self.next.with(Option::is_some))
    }

    fn total(self) -> Option<i64> {
        self.total.get()
    }

    async fn load_all(self) -> Answer<bool> {
        let has_ticks = || self.selected.try_with_untracked(|selected| !selected.is_empty()) == Some(true);
        while has_ticks() && self.load_next(MAX_PAGE).await? {}
        Ok(has_ticks())
    }
}

/// Whether a row, being archived or not, is not shown any more.
pub(super) fn leaves(archived: Archived, row: &Row) -> bool {
    match archived {
        Archived::Without => row.text("archived_at").is_some(),
        Archived::Only => row.text("archived_at").is_none(),
        Archived::With => false,
    }
}

/// Whether an event is the first of a record: rules and routing change a ticket in the moment in which it is made.
fn is_new(row: &Row) -> bool {
    let made_and_changed = row.datetime("created_at").zip(row.datetime("updated_at"));
    row.version == 1 || made_and_changed.is_some_and(|(made, changed)| changed - made < MOMENT)
}
