//! What is known of the desk as a whole: queues and what waits in them, views, steps, whether one is away.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::access::Action;
use shared::desk::QueueCount;
use shared::live::LiveEvent;
use shared::post::AnswerWay;
use shared::query::{Filter, ListQuery, Op, Sort};
use shared::types::TICKET;
use shared::{Error, Row};
use uuid::Uuid;

use super::address::Address;
use super::asked::Asked;
use super::asking::Asking;
use super::blocked::Doubt;
use super::counts::{Held, OWN, Turns, held};
use super::listing::Listing;
use super::ticket::Ticket;
use super::view::View;
use super::waking::Waking;
use crate::api::desk::queue_counts;
use crate::api::post::answers_go;
use crate::api::records::{get_record, list_records};
use crate::api::{Answer, Fault};
use crate::context::Page;
use crate::record::{Batch, TimelineSlot};
use crate::ui::Toasts;

/// What the desk's navigation needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Around {
    /// By position.
    pub(super) queues: Vec<Row>,
    pub(super) counts: Vec<QueueCount>,
    /// How many tickets those views hold that the counts do not tell of.
    pub(super) held: Held,
    /// Saved views of tickets.
    pub(super) saved: Vec<Row>,
    /// The organisation's own steps.
    pub(super) steps: Vec<Row>,
    /// Routing gives one nothing.
    pub(super) away: bool,
    /// Last part of the address of the pages that customers read; none without such pages.
    pub(super) portal: Option<String>,
    /// How customers who wrote get the answers.
    pub(super) way: AnswerWay,
}

/// Reads what the navigation needs at first.
pub(super) async fn around(page: Page) -> Around {
    let found = navigation(page, Around::default()).await;
    let counts = queue_counts().await.unwrap_or_default();
    let held = held(&OWN, &found.saved).await.unwrap_or_default();
    Around { counts, held, ..found }
}

/// Reads what the navigation needs besides the counts.
async fn navigation(page: Page, known: Around) -> Around {
    let sorted = |field: &str| ListQuery {
        sort: Some(Sort { field: field.into(), descending: false }),
        limit: 200,
        ..ListQuery::default()
    };
    let rows = |name: &'static str, query: ListQuery| async move {
        list_records(name.to_owned(), query).await.map(|page| page.rows)
    };
    let views =
        Filter::All(vec![Filter::field("record_type", Op::Eq, TICKET.name), Filter::field("surface", Op::Eq, "list")]);
    let saved = rows("saved_view", ListQuery { filter: Some(views), ..sorted("name") }).await;
    let away = match page.actor().map(|actor| actor.user_id) {
        Some(id) => get_record("user".into(), id).await.map(|detail| detail.row.flag("away")),
        None => Ok(false),
    };
    let organisation = rows("organisation", ListQuery { limit: 1, ..ListQuery::default() }).await;
    let slug = |row: &Row| row.text("slug").filter(|_| row.flag("portal")).map(str::to_owned);
    Around {
        portal: or_known(organisation.map(|rows| rows.first().and_then(slug)), known.portal),
        way: or_known(answers_go().await, known.way),
        queues: or_known(rows("queue", sorted("position")).await, known.queues),
        saved: or_known(saved, known.saved),
        steps: or_known(rows("ticket_status", sorted("position")).await, known.steps),
        away: or_known(away, known.away),
        ..Around::default()
    }
}

/// What was answered. What one may not read is left out; where nobody could answer, what is known stays.
fn or_known<T: Default>(answer: Answer<T>, known: T) -> T {
    match answer {
        Ok(found) => found,
        Err(Fault(Error::Forbidden | Error::NotFound)) => T::default(),
        Err(_) => known,
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
    /// What is being asked about some tickets.
    pub(super) asking: RwSignal<Option<Asking>>,
    /// An act that one is asked about first.
    pub(super) doubt: RwSignal<Option<Doubt>>,
    /// Tickets that are to become one.
    pub(super) merging: RwSignal<Option<ToMerge>>,
    pub(super) batch: Batch,
    /// One gets ticket after ticket.
    pub(super) playing: RwSignal<bool>,
    /// The next one is on its way.
    pub(super) fetching: RwSignal<bool>,
    /// Tickets one did not want.
    pub(super) skipped: StoredValue<Vec<Uuid>>,
    /// The ticket that one took last, and the change set by which.
    pub(super) served: RwSignal<Option<(Uuid, Uuid)>>,
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
    /// The page has been taken over: what is around may be read where the server could not yet know it.
    here: RwSignal<bool>,
}

impl Desk {
    pub(super) fn new(address: Address, timeline: TimelineSlot) -> Self {
        let (page, listing, open) = (Page::take(), StoredValue::new(None::<Listing>), StoredValue::new(None::<Ticket>));
        let desk = Self {
            page,
            toasts: Toasts::take(),
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

    /// Reads the navigation's data anew, and counts.
    pub(super) fn load(self) {
        let Some(number) = self.reading.begin() else { return };
        let Some(known) = self.around.try_get_untracked() else { return };
        spawn_local(async move {
            let found = navigation(self.page, known).await;
            if !self.reading.shows(number) {
                return;
            }
            self.around.try_update(|around| {
                let Around { counts, held, .. } = std::mem::take(around);
                *around = Around { counts, held, ..found };
            });
            // A ticket's own page shows no counts.
            if !self.address.is_alone() {
                self.load_counts();
                self.load_saved_counts();
            }
        });
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
    use super::*;

    #[test]
    fn what_is_known_stays_while_nobody_answers() {
        assert_eq!(or_known(Ok(2), 1), 2);
        assert_eq!(or_known(Err(Fault(Error::Offline)), 1), 1);
        assert_eq!(or_known(Err(Fault(Error::Forbidden)), 1), 0);
    }
}
