//! The tickets of a view: loaded as one scrolls, kept current by the live log, in the view's order.

mod hearing;
mod placing;
mod reading;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use shared::Row;
use shared::live::LiveEvent;
use shared::query::{ListQuery, Page as Found, Titles};
use shared::types::{SAVED_VIEW, TICKET};
use uuid::Uuid;

use self::told::Told;
use super::asked::Asked;
use super::model::{Desk, Kept};
use super::order::Place;
use super::view::View;
use crate::api::Answer;
use crate::api::records::{get_record, list_records};
use crate::live::Live;
use crate::record::Relisting;
use crate::record::learn_titles;

/// One row. It changes in place, so that neither focus nor scroll position is lost.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) id: Uuid,
    pub(super) row: ArcRwSignal<Row>,
    /// A colleague changed it a moment ago.
    pub(super) glow: ArcRwSignal<bool>,
}

impl Entry {
    fn new(row: Row) -> Self {
        Self { id: row.id, row: ArcRwSignal::new(row), glow: ArcRwSignal::new(false) }
    }
}

/// The rows of one view; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Listing {
    pub(super) desk: Desk,
    asked: StoredValue<Asked>,
    query: StoredValue<ListQuery>,
    pub(super) entries: RwSignal<Vec<Entry>>,
    pub(super) titles: RwSignal<Titles>,
    pub(super) next: RwSignal<Option<String>>,
    /// The last place covered by what is loaded; what lies behind comes with the cursor.
    bound: StoredValue<Option<Place>>,
    loading: RwSignal<bool>,
    waiting: StoredValue<Vec<LiveEvent>>,
    /// What is known to be past.
    told: StoredValue<Told>,
    /// Until when, in ms, nothing is put elsewhere.
    still: StoredValue<f64>,
    relisting: Relisting,
    /// Has the page say anew what there is for the reader.
    reopen: Callback<()>,
}

/// What was asked for, the first page of it, and what the saved view keeps of which it is.
pub(super) type Loaded = (ListQuery, Found, Kept);

/// Reads the first page; of a saved view its own conditions come first.
pub(super) async fn load(asked: Asked) -> Answer<Loaded> {
    let kept = match asked.view {
        View::Saved(id) => Some((id, get_record(SAVED_VIEW.name.into(), id).await?.row.value("query").clone())),
        _ => None,
    };
    let query = asked.query(kept.as_ref().map(|(_, query)| query));
    let found = list_records(TICKET.name.into(), query.clone()).await?;
    Ok((query, found, kept))
}

impl Listing {
    /// Shows what was loaded and follows what happens to it.
    pub(super) fn new(desk: Desk, asked: Asked, (query, first, kept): Loaded, reopen: Callback<()>) -> Self {
        let live = first.live.clone();
        let listing = Self {
            desk,
            asked: StoredValue::new(asked),
            query: StoredValue::new(query),
            entries: RwSignal::new(Vec::new()),
            titles: RwSignal::new(Titles::default()),
            next: RwSignal::new(None),
            bound: StoredValue::new(None),
            loading: RwSignal::new(false),
            waiting: StoredValue::new(Vec::new()),
            told: StoredValue::new(Told::default()),
            still: StoredValue::new(0.0),
            relisting: Relisting::new(),
            reopen,
        };
        listing.fill(first, &BTreeSet::new());
        desk.listing.set_value(Some(listing));
        desk.kept.set(kept);
        Live::take().follow(&live, move |event| listing.hear(event));
        Effect::new(move |_| desk.watch_waking());
        Effect::new(move |_| desk.loaded.set((listing.entries.with(Vec::len), listing.next.with(Option::is_some))));
        on_cleanup(move || {
            desk.loaded.try_set((0, false));
        });
        listing
    }

    fn is_open(self) -> bool {
        !self.entries.is_disposed()
    }

    fn place(self, row: &Row) -> Place {
        self.query.with_value(|query| query.sort.as_ref().map(|sort| Place::of(sort, row)).unwrap_or_default())
    }

    /// Shows what was read; of what was not, those stay that may have crossed the border of a page meanwhile.
    fn fill(self, found: Found, crossed: &BTreeSet<Uuid>) {
        let last = found.rows.last().map(|row| self.place(row));
        self.bound.set_value(last.filter(|_| found.next.is_some()));
        self.show_total(found.total);
        self.told.update_value(Told::read_anew);
        learn_titles(self.titles, &found.titles);
        self.next.set(found.next);
        let known = self.entries.get_untracked();
        let entries = self.renewed(&known, found.rows, crossed);
        let listed: BTreeSet<Uuid> = entries.iter().map(|entry| entry.id).collect();
        self.keep_ticks(&listed);
        for id in self.desk.whereabouts().into_iter().flatten().filter(|id| !listed.contains(id)) {
            if let Some(index) = known.iter().position(|entry| entry.id == id) {
                self.desk.note_left(id, index);
            }
        }
        self.entries.set(entries);
    }

    /// The entries of some rows: those that are known, with what is newer of the two.
    fn renewed(self, known: &[Entry], rows: Vec<Row>, crossed: &BTreeSet<Uuid>) -> Vec<Entry> {
        let by_id: BTreeMap<Uuid, &Entry> = known.iter().map(|entry| (entry.id, entry)).collect();
        let mut stays: Vec<Entry> = known.iter().filter(|entry| crossed.contains(&entry.id)).cloned().collect();
        let mut is_placed = stays.is_empty();
        let entry = |row: Row| {
            let Some(entry) = by_id.get(&row.id) else { return Entry::new(row) };
            let version = entry.row.with_untracked(|old| old.version);
            is_placed &= version <= row.version;
            if version < row.version {
                entry.row.set(row);
            }
            Entry::clone(entry)
        };
        let mut entries: Vec<Entry> = rows.into_iter().map(entry).collect();
        entries.append(&mut stays);
        if !is_placed {
            entries.sort_by_cached_key(|entry| entry.row.with_untracked(|row| self.place(row)));
        }
        entries
    }

    /// With what is not listed any more nothing is done.
    fn keep_ticks(self, listed: &BTreeSet<Uuid>) {
        if self.desk.selected.with_untracked(|selected| !selected.is_subset(listed)) {
            self.desk.selected.update(|selected| selected.retain(|id| listed.contains(id)));
        }
    }

    /// Says how many tickets there are, here and among the views.
    pub(super) fn show_total(self, total: Option<i64>) {
        let Some(asked) = self.asked.try_get_value() else { return };
        if let Some(total) = total {
            self.desk.note_total(&asked, total);
        }
        self.desk.total.set(total.map(|total| (asked, total)));
    }

    /// The ids in order; for the keys.
    pub(super) fn ids(self) -> Vec<Uuid> {
        self.entries.try_with_untracked(|all| all.iter().map(|entry| entry.id).collect()).unwrap_or_default()
    }

    /// Those of some tickets that are listed, in order.
    pub(super) fn rows(self, of: &BTreeSet<Uuid>) -> Vec<Row> {
        let row = |entry: &Entry| of.contains(&entry.id).then(|| entry.row.get_untracked());
        self.entries.try_with_untracked(|all| all.iter().filter_map(row).collect()).unwrap_or_default()
    }

    /// A listed ticket.
    pub(super) fn row(self, id: Uuid) -> Option<Row> {
        let found = |all: &Vec<Entry>| all.iter().find(|entry| entry.id == id).map(|entry| entry.row.get_untracked());
        self.entries.try_with_untracked(found).flatten()
    }
}
