//! One subscriber's view of the log: catches up from its cursor, then follows the hub.

use std::collections::VecDeque;
use std::sync::Arc;

use shared::access::{Action, Actor, Level};
use shared::live::{Cursor, LiveEvent};
use shared::query::Titles;
use shared::types::REGISTRY;
use shared::{Error, Result};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::hub::Message;
use super::log::{self, Entry, News};
use crate::pool::Store;

/// An event with the position to resume after it.
#[derive(Debug)]
pub struct Delivery {
    /// Position; `None` for what is not in the log (presence).
    pub cursor: Option<Cursor>,
    /// What to tell.
    pub event: LiveEvent,
}

/// A running stream of one user.
pub struct Subscription {
    store: Store,
    actor: Actor,
    receiver: Receiver<Message>,
    cursor: Cursor,
    /// Still reading the log itself.
    catching_up: bool,
    queue: VecDeque<Delivery>,
}

impl Store {
    /// Follows the log from `after` on, or from now.
    ///
    /// # Errors
    /// Database faults. A cursor older than the log yields a [`LiveEvent::Reset`] first.
    pub async fn subscribe(&self, actor: Actor, after: Option<Cursor>) -> Result<Subscription> {
        // Subscribed before reading, so that nothing falls between the two.
        let receiver = self.hub.receiver();
        let head = log::head(&self.pool).await?;
        let mut queue = VecDeque::new();
        let cursor = match after {
            Some(cursor)
                if cursor > Cursor { xid: head.xid, id: i64::MAX } || log::is_expired(&self.pool, cursor).await? =>
            {
                queue.push_back(Delivery { cursor: Some(head), event: LiveEvent::Reset });
                head
            }
            Some(cursor) => cursor,
            None => head,
        };
        Ok(Subscription { store: self.clone(), actor, receiver, cursor, catching_up: true, queue })
    }
}

impl Subscription {
    /// Where the stream stands.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The next event for this user; waits until there is one.
    ///
    /// # Errors
    /// `Unauthenticated` once the user may no longer sign in; database faults.
    pub async fn next(&mut self) -> Result<Delivery> {
        loop {
            if let Some(delivery) = self.queue.pop_front() {
                return Ok(delivery);
            }
            if self.catching_up {
                self.catch_up().await?;
                continue;
            }
            match self.receiver.recv().await {
                Ok(Message::Entry(entry)) => self.take(&entry).await?,
                Ok(Message::Viewers(org_id, record_id)) => self.viewers(org_id, record_id),
                Err(RecvError::Lagged(_)) => self.catching_up = true,
                Err(RecvError::Closed) => return Err(Error::Offline),
            }
        }
    }

    async fn catch_up(&mut self) -> Result<()> {
        let (entries, more) = log::read(&self.store.pool, self.cursor, Some(self.actor.org_id)).await?;
        for entry in entries {
            self.take(&entry).await?;
        }
        self.catching_up = more;
        Ok(())
    }

    async fn take(&mut self, entry: &Arc<Entry>) -> Result<()> {
        if entry.cursor <= self.cursor {
            return Ok(());
        }
        self.cursor = entry.cursor;
        if entry.org_id != self.actor.org_id {
            return Ok(());
        }
        if matches!(entry.def.name, "user" | "role" | "team") {
            self.reload_actor().await?;
        }
        let events = self.events(entry);
        self.queue.extend(events.into_iter().map(|event| Delivery { cursor: Some(entry.cursor), event }));
        Ok(())
    }

    /// Rights may have changed: what the user sees is loaded anew, or the stream ends.
    async fn reload_actor(&mut self) -> Result<()> {
        let fresh = self.store.actor(self.actor.org_id, self.actor.user_id).await?;
        if fresh != self.actor {
            self.actor = fresh;
            self.queue.push_back(Delivery { cursor: Some(self.cursor), event: LiveEvent::Reset });
        }
        Ok(())
    }

    fn events(&self, entry: &Entry) -> Vec<LiveEvent> {
        let actor = &self.actor;
        let def = entry.def;
        let level = actor.level(def, Action::Read);
        if level == Level::None {
            return Vec::new();
        }
        let record_type = def.name.to_owned();
        let was_readable = actor.reaches(level, &entry.was);
        match &entry.news {
            News::Flood => vec![LiveEvent::Refresh { record_type }],
            // Inherited rights of a deleted row cannot be checked any more; its bare id says nothing.
            News::Gone { id, version } if was_readable || !def.through.is_empty() => {
                vec![LiveEvent::Removed { record_type, id: *id, version: *version }]
            }
            News::Gone { .. } => Vec::new(),
            News::Put { row, facts, linked } => {
                let mut events = Vec::new();
                if facts.readable(actor, def) {
                    let mut row = row.clone();
                    actor.redact(def, &mut row.values);
                    let seen = linked.iter().filter(|l| l.facts.readable(actor, l.def));
                    let titles: Titles = seen.map(|l| (l.id, l.title.clone())).collect();
                    events.push(LiveEvent::Changed { record_type, row, titles, actor_id: entry.actor_id });
                } else if was_readable || facts.readable_through(actor) {
                    events.push(LiveEvent::Removed { record_type, id: row.id, version: row.version });
                }
                if was_readable != actor.reaches(level, &facts.holder) && row.version > 1 {
                    events.extend(inheriting(actor, def.name));
                }
                events
            }
        }
    }

    /// Tells who views a record, to those who view it too (they were let in when they said so).
    fn viewers(&mut self, org_id: uuid::Uuid, record_id: uuid::Uuid) {
        let presence = self.store.hub.presence();
        if org_id == self.actor.org_id && presence.views(org_id, record_id, self.actor.user_id) {
            let viewers = presence.viewers(org_id, record_id, self.actor.user_id);
            self.queue.push_back(Delivery { cursor: None, event: LiveEvent::Presence { record_id, viewers } });
        }
    }
}

/// Types whose readability hangs on the named one: they are to be loaded again.
fn inheriting<'a>(actor: &'a Actor, name: &'a str) -> impl Iterator<Item = LiveEvent> + 'a {
    let depends = move |def: &&&shared::RecordDef| {
        let targets = def.through.iter().filter_map(|field| crate::columns::target(def.field(field)?));
        targets.into_iter().any(|target| target.name == name) && actor.may(def, Action::Read)
    };
    REGISTRY.iter().filter(depends).map(|def| LiveEvent::Refresh { record_type: def.name.to_owned() })
}
