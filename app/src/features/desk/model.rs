//! What is known of the desk as a whole: queues and what waits in them, views, steps, whether one is away.

use std::collections::BTreeSet;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use shared::Row;
use shared::access::Action;
use shared::desk::QueueCount;
use shared::live::LiveEvent;
use shared::post::AnswerWay;
use shared::query::{Filter, ListQuery, Op, Sort};
use shared::types::TICKET;
use uuid::Uuid;

use super::address::{Address, Asked, View};
use super::asking::Asking;
use super::listing::Listing;
use super::ticket::Ticket;
use crate::api::desk::queue_counts;
use crate::api::post::answers_go;
use crate::api::records::{get_record, list_records};
use crate::context::Page;
use crate::record::{Batch, TimelineSlot};
use crate::ui::Toasts;

/// Counts are asked for again so long after something changed.
const REST: Duration = Duration::from_millis(800);

/// What the desk's navigation needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Around {
    /// By position.
    pub(super) queues: Vec<Row>,
    pub(super) counts: Vec<QueueCount>,
    /// Own tickets that wait.
    pub(super) mine: i64,
    /// Unsettled tickets that one wants to know of.
    pub(super) watching: i64,
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

/// Reads what the navigation needs; what one may not read is left out.
pub(super) async fn around(page: Page) -> Around {
    let sorted = |field: &str| ListQuery {
        sort: Some(Sort { field: field.into(), descending: false }),
        limit: 200,
        ..ListQuery::default()
    };
    let rows = |name: &'static str, query: ListQuery| async move {
        list_records(name.to_owned(), query).await.map(|page| page.rows).unwrap_or_default()
    };
    let views =
        Filter::All(vec![Filter::field("record_type", Op::Eq, TICKET.name), Filter::field("surface", Op::Eq, "list")]);
    let (counts, mine, watching) = counts(page).await;
    let away = match page.actor().map(|actor| actor.user_id) {
        Some(id) => get_record("user".into(), id).await.is_ok_and(|detail| detail.row.flag("away")),
        None => false,
    };
    let organisation = rows("organisation", ListQuery { limit: 1, ..ListQuery::default() }).await;
    let portal = organisation.first().filter(|row| row.flag("portal")).and_then(|row| row.text("slug"));
    Around {
        portal: portal.map(str::to_owned),
        way: answers_go().await.unwrap_or_default(),
        queues: rows("queue", sorted("position")).await,
        counts,
        mine,
        watching,
        saved: rows("saved_view", ListQuery { filter: Some(views), ..sorted("name") }).await,
        steps: rows("ticket_status", sorted("position")).await,
        away,
    }
}

/// What waits in each queue, how many tickets are one's own, and how many one watches.
async fn counts(page: Page) -> (Vec<QueueCount>, i64, i64) {
    let count = |view: View| {
        let query = Asked { view, ..Asked::default() }.query(None, page.now.get_untracked());
        async move {
            let found = list_records(TICKET.name.into(), ListQuery { limit: 1, ..query }).await;
            found.ok().and_then(|page| page.total).unwrap_or_default()
        }
    };
    let (mine, watching) = (count(View::Mine).await, count(View::Watching).await);
    (queue_counts().await.unwrap_or_default(), mine, watching)
}

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
    /// How many tickets the view holds, once known.
    pub(super) total: RwSignal<Option<i64>>,
    /// The open ticket.
    pub(super) open: StoredValue<Option<Ticket>>,
    /// The row one is at with the keys.
    pub(super) current: RwSignal<Option<Uuid>>,
    /// Rows that are ticked.
    pub(super) selected: RwSignal<BTreeSet<Uuid>>,
    /// What is being asked about some tickets.
    pub(super) asking: RwSignal<Option<Asking>>,
    /// Tickets that are to become one.
    pub(super) merging: RwSignal<Option<Vec<Uuid>>>,
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
    timer: StoredValue<Option<TimeoutHandle>>,
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
            total: RwSignal::new(None),
            open,
            current: RwSignal::new(None),
            selected: RwSignal::new(BTreeSet::new()),
            asking: RwSignal::new(None),
            merging: RwSignal::new(None),
            batch: Batch::new(page, &TICKET, move |row| put(listing, open, &row)),
            playing: RwSignal::new(false),
            fetching: RwSignal::new(false),
            skipped: StoredValue::new(Vec::new()),
            served: RwSignal::new(None),
            compose: RwSignal::new(None),
            creating: RwSignal::new(false),
            timer: StoredValue::new(None),
            here: RwSignal::new(false),
        };
        Effect::new(move |_| desk.here.set(true));
        on_cleanup(move || {
            desk.timer.try_update_value(Option::take).flatten().inspect(TimeoutHandle::clear);
        });
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
            LiveEvent::Changed { record_type, .. }
            | LiveEvent::Removed { record_type, .. }
            | LiveEvent::Refresh { record_type } => match record_type.as_str() {
                "ticket" => self.counts_soon(),
                "queue" | "saved_view" | "ticket_status" => self.load(),
                _ => {}
            },
            LiveEvent::Reset => self.load(),
            LiveEvent::Presence { .. } => {}
        }
    }

    /// Asks for the counts after a rest. What changes meanwhile is counted too: a busy desk must not put it off for good.
    pub(super) fn counts_soon(self) {
        if self.timer.try_with_value(Option::is_some) != Some(false) {
            return;
        }
        let run = move || {
            if self.timer.try_update_value(Option::take).is_some() {
                self.load_counts();
            }
        };
        self.timer.set_value(set_timeout_with_handle(run, REST).ok());
    }

    fn load_counts(self) {
        spawn_local(async move {
            let (counts, mine, watching) = counts(self.page).await;
            self.around.try_update(|around| {
                (around.counts, around.mine, around.watching) = (counts, mine, watching);
            });
            if let Some(Some(listing)) = self.listing.try_get_value() {
                listing.count_again();
            }
        });
    }

    /// Reads the navigation's data anew.
    pub(super) fn load(self) {
        spawn_local(async move {
            let found = around(self.page).await;
            drop(self.around.try_set(found));
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
