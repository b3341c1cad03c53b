//! What is known of the desk as a whole: queues and what waits in them, views, steps, whether one is away.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::Row;
use shared::access::Action;
use shared::desk::{QueueCount, Surroundings};
use shared::live::LiveEvent;
use shared::types::{SAVED_VIEW, TICKET};
use uuid::Uuid;

use super::address::Address;
use super::asked::Asked;
use super::asking::Asking;
use super::blocked::Doubt;
use super::counts::{Held, OWN, Turns, held};
use super::listing::Listing;
use super::play::Served;
use super::ticket::Ticket;
use super::view::View;
use super::waking::Waking;
use crate::api::desk::{desk_around, queue_counts};
use crate::api::{Answer, allowed};
use crate::context::Page;
use crate::record::{Batch, Tickable, TimelineSlot};
use crate::ui::Toasts;

/// What the desk's navigation needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Around {
    /// What was read besides the counts.
    pub(super) found: Surroundings,
    pub(super) counts: Vec<QueueCount>,
    /// How many tickets those views hold that the counts do not tell of.
    pub(super) held: Held,
}

/// Reads what the navigation needs at first.
pub(super) async fn around() -> Around {
    let found = desk_around().await.unwrap_or_default();
    let counts = queue_counts().await.unwrap_or_default();
    let held = held(&OWN, &found.saved).await.unwrap_or_default();
    Around { found, counts, held }
}

impl Around {
    /// Puts a view as it was just saved in its place among the others, or takes one out that was removed.
    fn put_view(&mut self, row: Row) {
        let name = |row: &Row| row.text(SAVED_VIEW.title).unwrap_or_default().to_lowercase();
        let saved = &mut self.found.saved;
        saved.retain(|view| view.id != row.id);
        if row.text("archived_at").is_none() {
            let at = saved.partition_point(|view| name(view) <= name(&row));
            saved.insert(at, row);
        }
    }
}

/// A saved view's id and its query.
pub(super) type Kept = Option<(Uuid, Value)>;

/// Tickets that are to become one, and the one among them that one is at.
pub(super) type ToMerge = (Vec<Uuid>, Option<Uuid>);

/// The desk; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) page: Page,
    pub(super) toasts: Toasts,
    pub(super) address: Address,
    pub(super) timeline: TimelineSlot,
    pub(super) around: RwSignal<Around>,
    /// The rows of the present view.
    pub(super) listing: StoredValue<Option<Listing>>,
    /// The saved view that is listed, and what it keeps, as that was read with its tickets.
    pub(super) kept: RwSignal<Kept>,
    /// What is listed, and how many tickets it holds, once known.
    pub(super) total: RwSignal<Option<(Asked, i64)>>,
    /// The open ticket.
    pub(super) open: StoredValue<Option<Ticket>>,
    /// What the open ticket is called, for the browser's tab.
    pub(super) called: RwSignal<Option<(Uuid, String)>>,
    /// The row one is at with the keys.
    pub(super) current: RwSignal<Option<Uuid>>,
    /// A ticket that one was at when it left the list, and where it stood.
    pub(super) left: StoredValue<Option<(Uuid, usize)>>,
    /// Rows that are ticked.
    pub(super) selected: RwSignal<BTreeSet<Uuid>>,
    /// The row that the last tick was set at.
    anchor: StoredValue<Option<Uuid>>,
    /// How many tickets are listed, and whether there are more.
    pub(super) loaded: RwSignal<(usize, bool)>,
    /// What is being asked about some tickets.
    pub(super) asking: RwSignal<Option<Asking>>,
    /// An act that one is asked about first.
    pub(super) doubt: RwSignal<Option<Doubt>>,
    /// Tickets that are to become one.
    pub(super) merging: RwSignal<Option<ToMerge>>,
    pub(super) batch: Batch,
    /// One gets ticket after ticket.
    pub(super) playing: RwSignal<bool>,
    /// The next one is on its way, or what one is done with the one before for.
    pub(super) fetching: RwSignal<bool>,
    /// Tickets one did not want.
    pub(super) skipped: StoredValue<Vec<Uuid>>,
    /// The ticket that one took last.
    pub(super) served: RwSignal<Option<Served>>,
    /// The composer is to be opened: for a note, or for a reply.
    pub(super) compose: RwSignal<Option<bool>>,
    /// A new ticket is being made.
    pub(super) creating: RwSignal<bool>,
    /// What waits in queues and in the views of everybody is being counted.
    pub(super) counting: Turns,
    /// What saved views hold is being counted.
    pub(super) counting_saved: Turns,
    /// When tickets that were put off come back.
    pub(super) waking: Waking,
    /// What is around is being read.
    reading: Turns,
    /// The ticket whose pane, or the failure to load it, is in place.
    pub(super) shown: RwSignal<Option<Uuid>>,
    /// The page has been taken over: what is around may be read where the server could not yet know it.
    here: RwSignal<bool>,
}

impl Desk {
    pub(super) fn new(address: Address, timeline: TimelineSlot) -> Self {
        let (page, listing, open) = (Page::take(), StoredValue::new(None::<Listing>), StoredValue::new(None::<Ticket>));
        let desk = Self {
            page,
            // Before all that tells of what it did.
            toasts: Toasts::take().for_key(),
            address,
            timeline,
            around: RwSignal::new(Around::default()),
            listing,
            kept: RwSignal::new(None),
            total: RwSignal::new(None),
            open,
            called: RwSignal::new(None),
            current: RwSignal::new(None),
            left: StoredValue::new(None),
            selected: RwSignal::new(BTreeSet::new()),
            anchor: StoredValue::new(None),
            loaded: RwSignal::new((0, false)),
            asking: RwSignal::new(None),
            doubt: RwSignal::new(None),
            merging: RwSignal::new(None),
            batch: Batch::new(page, &TICKET, move |row| put(listing, open, &row)),
            playing: RwSignal::new(false),
            fetching: RwSignal::new(false),
            skipped: StoredValue::new(Vec::new()),
            served: RwSignal::new(None),
            compose: RwSignal::new(None),
            creating: RwSignal::new(false),
            counting: Turns::new(),
            counting_saved: Turns::new(),
            waking: Waking::new(),
            reading: Turns::new(),
            shown: RwSignal::new(None),
            here: RwSignal::new(false),
        };
        Effect::new(move |_| desk.here.set(true));
        desk
    }

    /// What is around the list, once the page has been taken over; tracked. Before, the server may have known less than the
    /// browser does, and both must show the same.
    pub(super) fn known<T>(self, read: impl FnOnce(&Around) -> T) -> T {
        if self.here.get() { self.around.with(read) } else { read(&Around::default()) }
    }

    /// Who is signed in.
    pub(super) fn me(self) -> Option<Uuid> {
        self.page.actor().map(|actor| actor.user_id)
    }

    /// Whether one may change some tickets.
    pub(super) fn may_update(self) -> bool {
        self.page.actor().is_some_and(|actor| actor.may(&TICKET, Action::Update))
    }

    /// Shows a ticket as it is now, wherever it is on the page.
    pub(super) fn put(self, row: &Row) {
        put(self.listing, self.open, row);
    }

    /// A text for a message that is pushed now.
    pub(super) fn say(self, key: &str, params: &[(&str, &str)]) -> String {
        shared::i18n::translate(self.page.locale.get_untracked(), key, params)
    }

    /// Queues in which the next ticket is looked for: that of the view, or all.
    pub(super) fn queues_of_view(self) -> Vec<Uuid> {
        match self.address.asked.with_untracked(|asked| asked.view) {
            View::Queue(id) if !self.address.is_alone() => vec![id],
            _ => Vec::new(),
        }
    }

    /// What a live event means for the navigation.
    pub(super) fn hear(self, event: &LiveEvent) {
        match event {
            LiveEvent::Changed { record_type, row, .. } if record_type == TICKET.name => {
                self.note_put_off(row);
                self.counts_soon();
            }
            LiveEvent::Refresh { record_type } if record_type == TICKET.name => {
                self.watch_waking();
                self.counts_soon();
            }
            LiveEvent::Changed { record_type, .. }
            | LiveEvent::Removed { record_type, .. }
            | LiveEvent::Refresh { record_type } => match record_type.as_str() {
                "ticket" => self.counts_soon(),
                "queue" | "saved_view" | "ticket_status" => self.load(),
                _ => {}
            },
            LiveEvent::Reset => {
                self.watch_waking();
                self.load();
            }
            LiveEvent::Presence { .. } => {}
        }
    }

    /// Shows what was read with the page, unless something newer is known.
    pub(super) fn know(self, found: Around) {
        if self.reading.is_first() {
            self.around.set(found);
        }
    }

    /// Knows something about the navigation before the server says so: what was asked for so far does not.
    pub(super) fn know_better(self, change: impl FnOnce(&mut Around)) {
        self.reading.overtake();
        self.around.try_update(change);
    }

    /// Shows a view as it was just saved among the others, before these are read anew.
    pub(super) fn view_saved(self, row: Option<Row>) {
        if let Some(row) = row {
            self.know_better(|around| around.put_view(row));
        }
        self.load();
    }

    /// Whether the open ticket gives way to another one that has not come: one is done with it; tracked.
    pub(super) fn gives_way(self) -> bool {
        let Some(asked) = self.address.ticket() else { return false };
        let is_other = self.shown.get().is_some_and(|shown| shown != asked);
        is_other || self.playing.get() && self.fetching.get()
    }

    /// Reads the navigation's data anew, and counts. Where nobody answers, what is known stays.
    pub(super) fn load(self) {
        let Some(number) = self.reading.begin() else { return };
        spawn_local(async move {
            let answer = desk_around().await;
            if !self.reading.shows(number) {
                return;
            }
            if let Some(found) = allowed(answer) {
                self.around.try_update(|around| around.found = found);
            }
            // A ticket's own page shows no counts.
            if !self.address.is_alone() {
                self.load_counts();
                self.load_saved_counts();
            }
        });
    }
}

impl Tickable for Desk {
    fn ticked(self) -> RwSignal<BTreeSet<Uuid>> {
        self.selected
    }

    fn anchor(self) -> StoredValue<Option<Uuid>> {
        self.anchor
    }

    fn ids(self) -> Vec<Uuid> {
        self.listed()
    }

    fn loaded(self) -> (usize, bool) {
        self.loaded.get()
    }

    /// How many another view holds says nothing of one that has not come, or could not.
    fn total(self) -> Option<i64> {
        let of_view = self.total.get().filter(|(of, _)| self.address.asked.with(|asked| asked == of));
        of_view.map(|(_, n)| n)
    }

    async fn load_all(self) -> Answer<bool> {
        match self.listing.try_get_value().flatten() {
            Some(listing) => listing.load_all().await,
            None => Ok(false),
        }
    }
}

fn put(listing: StoredValue<Option<Listing>>, open: StoredValue<Option<Ticket>>, row: &Row) {
    if let Some(Some(listing)) = listing.try_get_value() {
        listing.receive(row.clone());
    }
    if let Some(Some(ticket)) = open.try_get_value().filter(|open| open.is_some_and(|open| open.id == row.id)) {
        ticket.record.put(row.clone());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn view(id: u128, fields: &Value) -> Row {
        Row { id: Uuid::from_u128(id), version: 1, values: fields.as_object().cloned().unwrap() }
    }

    #[test]
    fn a_view_that_was_just_saved_stands_among_the_others_by_its_name() {
        let mut around = Around::default();
        for (id, name) in [(1, "Gates"), (2, "doors"), (1, "Alarms")] {
            around.put_view(view(id, &json!({"name": name})));
        }
        let ids = |around: &Around| around.found.saved.iter().map(|view| view.id.as_u128()).collect::<Vec<_>>();
        assert_eq!(ids(&around), [1, 2], "renamed, it is there once");
        around.put_view(view(1, &json!({"name": "Alarms", "archived_at": "2026-11-30T08:00:00Z"})));
        assert_eq!(ids(&around), [2]);
    }
}
