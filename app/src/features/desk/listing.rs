//! The tickets of a view: loaded as one scrolls, kept current by the live log, in the view's order.

use std::cell::RefCell;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;
use shared::live::LiveEvent;
use shared::query::{ListQuery, MAX_PAGE, Page as Found, Titles};
use shared::types::{SAVED_VIEW, TICKET, by_name};
use uuid::Uuid;

use super::address::{Asked, View};
use super::list::gliding;
use super::model::{Desk, Kept};
use super::order::Place;
use crate::api::Answer;
use crate::api::records::{get_record, list_records};
use crate::context::browser_now;
use crate::live::{LOAD_AGAIN, Live};

/// Events of the same moment are applied together.
const GATHER: Duration = Duration::from_millis(16);
/// While the pointer moves over the list nothing is put elsewhere.
const CALM: Duration = Duration::from_millis(600);
/// What only the server can tell is asked for after this.
const REST: Duration = Duration::from_millis(700);
/// Rows ahead of the last one in view at which the next page is asked for.
const AHEAD: usize = 24;

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
    /// Until when, in ms, nothing is put elsewhere.
    still: StoredValue<f64>,
    timer: StoredValue<Option<TimeoutHandle>>,
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
    pub(super) fn new(desk: Desk, asked: Asked, (query, first, kept): Loaded) -> Self {
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
            still: StoredValue::new(0.0),
            timer: StoredValue::new(None),
        };
        listing.fill(first);
        desk.listing.set_value(Some(listing));
        desk.kept.set(kept);
        Live::take().follow(&live, move |event| listing.hear(event));
        Effect::new(move |_| desk.watch_waking());
        on_cleanup(move || {
            listing.timer.try_update_value(Option::take).flatten().inspect(TimeoutHandle::clear);
        });
        listing
    }

    fn is_open(self) -> bool {
        !self.entries.is_disposed()
    }

    fn place(self, row: &Row) -> Place {
        self.query.with_value(|query| query.sort.as_ref().map(|sort| Place::of(sort, row)).unwrap_or_default())
    }

    fn fill(self, found: Found) {
        let last = found.rows.last().map(|row| self.place(row));
        self.bound.set_value(last.filter(|_| found.next.is_some()));
        self.count(found.total);
        self.titles.update(|titles| titles.extend(found.titles));
        self.next.set(found.next);
        let known = self.entries.get_untracked();
        for id in self.desk.whereabouts().into_iter().flatten() {
            let index = known.iter().position(|entry| entry.id == id);
            if let Some(index) = index.filter(|_| found.rows.iter().all(|row| row.id != id)) {
                self.desk.note_left(id, index);
            }
        }
        let entry = |row: Row| match known.iter().find(|entry| entry.id == row.id) {
            Some(entry) => {
                if entry.row.with_untracked(|old| old.version < row.version) {
                    entry.row.set(row);
                }
                entry.clone()
            }
            None => Entry::new(row),
        };
        self.entries.set(found.rows.into_iter().map(entry).collect());
    }

    /// Says how many tickets there are.
    fn count(self, total: Option<i64>) {
        self.desk.total.set(total.map(|total| (self.asked.get_value(), total)));
    }

    /// The ids in order; for the keys.
    pub(super) fn ids(self) -> Vec<Uuid> {
        self.entries.try_with_untracked(|all| all.iter().map(|entry| entry.id).collect()).unwrap_or_default()
    }

    /// A listed ticket.
    pub(super) fn row(self, id: Uuid) -> Option<Row> {
        let found = |all: &Vec<Entry>| all.iter().find(|entry| entry.id == id).map(|entry| entry.row.get_untracked());
        self.entries.try_with_untracked(found).flatten()
    }

    /// Asks for the next page when the end comes into view.
    pub(super) fn seen_to(self, end: usize) {
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

    /// The pointer moves over the list, or is pressed: nothing is put elsewhere for a moment.
    pub(super) fn hold_still(self) {
        #[expect(clippy::cast_precision_loss, reason = "a moment")]
        let calm = CALM.as_millis() as f64;
        self.still.set_value(js_sys::Date::now() + calm);
    }

    fn hear(self, event: &LiveEvent) {
        self.desk.hear(event);
        match event {
            LiveEvent::Changed { record_type, row, .. } if record_type == SAVED_VIEW.name => self.saved_anew(row),
            LiveEvent::Changed { record_type, row, .. } if record_type != TICKET.name => self.renamed(record_type, row),
            LiveEvent::Changed { .. } => self.hear_later(event),
            LiveEvent::Removed { record_type, .. } if record_type == TICKET.name => self.hear_later(event),
            LiveEvent::Refresh { record_type } if record_type == TICKET.name => self.reload_soon(),
            LiveEvent::Reset => self.reload_soon(),
            _ => {}
        }
    }

    /// Applies an event with those of the same moment.
    pub(super) fn hear_later(self, event: &LiveEvent) {
        let first = self.waiting.try_update_value(|waiting| {
            waiting.push(event.clone());
            waiting.len() == 1
        });
        if first == Some(true) {
            set_timeout(move || self.apply_waiting(), GATHER);
        }
    }

    /// Applies what came in: rows change in place at once, but move only when nobody is pointing at them.
    fn apply_waiting(self) {
        if !self.is_open() {
            return;
        }
        let events = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
        let moving = self.still.get_value() > js_sys::Date::now();
        let later = RefCell::new(Vec::new());
        let apply = || {
            for event in events {
                if let Some(event) = self.apply_event(event, moving) {
                    later.borrow_mut().push(event);
                }
            }
        };
        if moving {
            apply()
        } else {
            gliding(apply)
        }
        let later = later.into_inner();
        if !later.is_empty() {
            self.waiting.try_update_value(|waiting| waiting.splice(0..0, later).for_each(drop));
            set_timeout(move || self.apply_waiting(), CALM);
        }
    }

    /// Gives the event back if it would move rows that must not move now.
    fn apply_event(self, event: LiveEvent, still: bool) -> Option<LiveEvent> {
        match &event {
            LiveEvent::Changed { row, titles, actor_id, .. } => {
                self.titles.update(|all| all.extend(titles.clone()));
                let stays = self.stays(row);
                if stays && still {
                    self.replace(row);
                }
                if still && !stays {
                    return Some(event);
                }
                self.receive(row.clone());
                if actor_id.is_some() && *actor_id != self.desk.me() {
                    self.light_up(row.id);
                }
            }
            LiveEvent::Removed { id, .. } => {
                if still && self.row(*id).is_some() {
                    return Some(event);
                }
                self.take_out(*id);
            }
            _ => {}
        }
        None
    }

    /// Whether a ticket neither comes, goes nor moves by this.
    fn stays(self, row: &Row) -> bool {
        match self.row(row.id) {
            Some(old) => self.takes(row) == Some(true) && self.place(&old) == self.place(row),
            None => self.takes(row) == Some(false),
        }
    }

    fn takes(self, row: &Row) -> Option<bool> {
        let actor = self.desk.page.actor()?;
        let me = (actor.user_id, actor.team_id);
        self.asked.with_value(|asked| {
            // By the clock itself: the page's may be half a minute behind, and a ticket comes back before.
            let fits = asked.view.takes(row, me, browser_now());
            // Whether the words are in it, and the conditions hold, only the server knows.
            fits.filter(|fits| !fits || !asked.narrows())
        })
    }

    fn replace(self, row: &Row) {
        let entry = self.entries.with_untracked(|all| all.iter().find(|entry| entry.id == row.id).cloned());
        if let Some(entry) = entry.filter(|entry| entry.row.with_untracked(|old| old.version < row.version)) {
            entry.row.set(row.clone());
        }
    }

    /// Shows a ticket as it is now where it belongs, unless a newer one is there.
    pub(super) fn receive(self, row: Row) {
        if !self.is_open() {
            return;
        }
        let known = self.entries.with_untracked(|all| all.iter().find(|entry| entry.id == row.id).cloned());
        if known.as_ref().is_some_and(|entry| entry.row.with_untracked(|old| old.version > row.version)) {
            return;
        }
        match (self.takes(&row), known) {
            (None, known) => {
                if known.is_some() {
                    self.replace(&row);
                }
                self.reload_soon();
            }
            (Some(false), _) => self.take_out(row.id),
            (Some(true), known) => self.put_in(row, known),
        }
    }

    fn put_in(self, row: Row, known: Option<Entry>) {
        let place = self.place(&row);
        if let Some(entry) = &known {
            let same = entry.row.with_untracked(|old| self.place(old)) == place;
            entry.row.set(row.clone());
            if same {
                return;
            }
        }
        if self.bound.with_value(|bound| bound.is_some_and(|bound| place > bound)) {
            return self.take_out(row.id);
        }
        let entry = known.unwrap_or_else(|| Entry::new(row));
        self.entries.update(|all| {
            all.retain(|other| other.id != entry.id);
            let at = all.partition_point(|other| other.row.with_untracked(|row| self.place(row)) < place);
            all.insert(at, entry);
        });
    }

    fn take_out(self, id: Uuid) {
        if let Some(index) = self.entries.with_untracked(|all| all.iter().position(|entry| entry.id == id)) {
            self.desk.note_left(id, index);
            self.entries.update(|all| all.retain(|entry| entry.id != id));
            self.desk.selected.update(|selected| {
                selected.remove(&id);
            });
        }
    }

    fn light_up(self, id: Uuid) {
        let entry = self.entries.with_untracked(|all| all.iter().find(|entry| entry.id == id).cloned());
        if let Some(glow) = entry.map(|entry| entry.glow) {
            glow.set(true);
            set_timeout(move || glow.set(false), Duration::from_millis(1200));
        }
    }

    /// The view that is listed may ask for something else now.
    fn saved_anew(self, row: &Row) {
        let Some(asked) = self.asked.try_get_value().filter(|asked| asked.view == View::Saved(row.id)) else { return };
        self.desk.kept.set(Some((row.id, row.value("query").clone())));
        let query = asked.query(Some(row.value("query")));
        if self.query.try_with_value(|old| *old != query) == Some(true) {
            self.query.set_value(query);
            self.reload_soon();
        }
    }

    /// A referenced record has another title.
    fn renamed(self, record_type: &str, row: &Row) {
        let Some(title) = by_name(record_type).map(|def| untrack(|| self.desk.page.called(def, row))) else { return };
        let stale = self.titles.try_with_untracked(|titles| titles.get(&row.id).is_some_and(|old| *old != title));
        if stale == Some(true) {
            self.titles.update(|titles| drop(titles.insert(row.id, title)));
        }
    }

    /// Loads again what is loaded, in place, after a rest.
    pub(super) fn reload_soon(self) {
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

    /// Asks how many tickets the view holds.
    pub(super) fn count_again(self) {
        let Some(query) = self.query.try_get_value() else { return };
        spawn_local(async move {
            let query = ListQuery { limit: 1, ..query };
            if let Ok(found) = list_records(TICKET.name.into(), query).await
                && self.is_open()
            {
                self.count(found.total);
            }
        });
    }
}
