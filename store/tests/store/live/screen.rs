//! A reader as a browser is one: loads a snapshot, then applies events, and loads again when told to.

use std::collections::BTreeMap;

use shared::Row;
use shared::access::{Action, Actor};
use shared::live::{Cursor, LiveEvent};
use shared::query::{Archived, ListQuery, MAX_PAGE};
use shared::types::by_name;
use store::{Store, Subscription};
use uuid::Uuid;

/// What the screen shows.
const SHOWN: [&str; 4] = ["customer", "opportunity", "task", "tag"];

type Rows = BTreeMap<Uuid, Row>;

pub(crate) struct Screen {
    store: Store,
    pub(crate) actor: Actor,
    pub(crate) rows: BTreeMap<&'static str, Rows>,
    /// Versions of removals: what is older comes too late.
    removed: BTreeMap<Uuid, i64>,
    stream: Subscription,
}

impl Screen {
    /// Loads everything, then follows from there.
    pub(crate) async fn open(store: &Store, actor: &Actor) -> Self {
        let (rows, position) = snapshot(store, actor).await;
        let stream = store.subscribe(actor.clone(), Some(position)).await.unwrap();
        Self { store: store.clone(), actor: actor.clone(), rows, removed: BTreeMap::new(), stream }
    }

    /// The stream breaks and is resumed, perhaps on another node.
    pub(crate) async fn reconnect(&mut self, store: &Store) {
        let position = self.stream.cursor();
        self.actor = store.actor(self.actor.org_id, self.actor.user_id).await.unwrap();
        self.stream = store.subscribe(self.actor.clone(), Some(position)).await.unwrap();
    }

    /// Takes in one event.
    pub(crate) async fn step(&mut self) -> LiveEvent {
        let event = LiveEvent::clone(&self.stream.next().await.unwrap().event);
        match &event {
            LiveEvent::Changed { record_type, row, .. } => self.put(record_type, row),
            LiveEvent::Removed { record_type, id, version } => {
                self.rows.entry(shown(record_type)).or_default().remove(id);
                self.removed.insert(*id, *version);
            }
            LiveEvent::Refresh { record_type } => {
                let name = shown(record_type);
                if SHOWN.contains(&name) {
                    let (rows, _) = load(&self.store, &self.actor, name).await;
                    self.rows.insert(name, rows);
                }
            }
            LiveEvent::Reset => {
                self.actor = self.store.actor(self.actor.org_id, self.actor.user_id).await.unwrap();
                self.rows = snapshot(&self.store, &self.actor).await.0;
            }
            LiveEvent::Presence { .. } => {}
        }
        event
    }

    /// Takes in events up to the change of a record.
    pub(crate) async fn until(&mut self, id: Uuid) -> Vec<LiveEvent> {
        let mut events = Vec::new();
        loop {
            events.push(self.step().await);
            if matches!(events.last(), Some(LiveEvent::Changed { row, .. }) if row.id == id) {
                return events;
            }
        }
    }

    fn put(&mut self, record_type: &str, row: &Row) {
        let name = shown(record_type);
        let stale = self.removed.get(&row.id).is_some_and(|version| *version > row.version);
        let rows = self.rows.entry(name).or_default();
        if SHOWN.contains(&name) && !stale && rows.get(&row.id).is_none_or(|old| old.version < row.version) {
            rows.insert(row.id, row.clone());
        }
    }

    /// The screen shows what a fresh one would.
    pub(crate) async fn assert_fresh(&self, who: &str) {
        let (fresh, _) = snapshot(&self.store, &self.actor).await;
        for name in SHOWN {
            let empty = Rows::new();
            let (mine, fresh) = (self.rows.get(name).unwrap_or(&empty), fresh.get(name).unwrap_or(&empty));
            let ids = |rows: &Rows| rows.iter().map(|(id, row)| (*id, row.version)).collect::<Vec<_>>();
            assert_eq!(ids(mine), ids(fresh), "{who}: {name}");
            assert_eq!(mine, fresh, "{who}: {name}");
        }
    }
}

fn shown(record_type: &str) -> &'static str {
    by_name(record_type).unwrap().name
}

/// Everything of all types, with the oldest position of the parts: newer parts get some events again.
async fn snapshot(store: &Store, actor: &Actor) -> (BTreeMap<&'static str, Rows>, Cursor) {
    let mut all = BTreeMap::new();
    let mut oldest: Option<Cursor> = None;
    for name in SHOWN {
        let (rows, position) = load(store, actor, name).await;
        all.insert(name, rows);
        oldest = Some(oldest.map_or(position, |oldest| oldest.min(position)));
    }
    (all, oldest.unwrap())
}

async fn load(store: &Store, actor: &Actor, name: &str) -> (Rows, Cursor) {
    let def = by_name(name).unwrap();
    let mut rows = Rows::new();
    let mut position: Option<Cursor> = None;
    let mut query = ListQuery { limit: MAX_PAGE, archived: Archived::With, ..ListQuery::default() };
    while actor.may(def, Action::Read) {
        let page = store.list(actor, def, &query).await.unwrap();
        position = position.or(page.live.parse().ok());
        rows.extend(page.rows.into_iter().map(|row| (row.id, row)));
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    (rows, position.unwrap_or(Cursor { xid: u64::MAX, id: 0 }))
}
