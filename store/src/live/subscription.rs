//! One subscriber's view of the log: catches up from its cursor, then follows the hub.

use std::collections::VecDeque;
use std::sync::Arc;

use shared::access::{Action, Actor, Level};
use shared::live::{Cursor, LiveEvent};
use shared::types::REGISTRY;
use shared::{Error, RecordDef, Result};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::facts::deciding;
use super::hub::Message;
use super::log::{self, Entry, News};
use super::told::Told;
use crate::pool::Store;

/// An event with the position to resume after it.
#[derive(Debug)]
pub struct Delivery {
    /// Position; `None` for what is not in the log (presence).
    pub cursor: Option<Cursor>,
    /// What to tell.
    pub event: Arc<Told>,
}

/// A running stream of one user.
pub struct Subscription {
    store: Store,
    actor: Actor,
    receiver: Receiver<Message>,
    /// Looked at up to here.
    cursor: Cursor,
    /// Read from the log up to here.
    read_to: Cursor,
    /// Handed out up to here.
    delivered: Cursor,
    /// Still reading the log itself.
    catching_up: bool,
    /// Caught up once: since then every change of rights was noticed as it happened.
    is_live: bool,
    /// Read, but not yet looked at.
    pending: VecDeque<Arc<Entry>>,
    /// Ready to be handed out.
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
        let head = super::snapshot_cursor(&self.pool).await?;
        let mut queue = VecDeque::new();
        let cursor = match after {
            Some(cursor)
                if cursor > Cursor { xid: head.xid, id: i64::MAX } || log::is_expired(&self.pool, cursor).await? =>
            {
                queue.push_back(Delivery { cursor: Some(head), event: told(LiveEvent::Reset) });
                head
            }
            Some(cursor) => cursor,
            None => head,
        };
        let store = self.clone();
        let pending = VecDeque::new();
        Ok(Subscription {
            store,
            actor,
            receiver,
            cursor,
            read_to: cursor,
            // Whoever is told to start anew, and leaves before, is told so again.
            delivered: after.unwrap_or(cursor),
            catching_up: true,
            is_live: false,
            pending,
            queue,
        })
    }
}

impl Subscription {
    /// The position after which a stream can be resumed without loss.
    pub fn cursor(&self) -> Cursor {
        if self.queue.is_empty() { self.cursor } else { self.delivered }
    }

    /// The next event for this user; waits until there is one. May be dropped while waiting: nothing gets lost.
    ///
    /// # Errors
    /// `Unauthenticated` once the user may no longer sign in, or one of their sessions was ended; database faults.
    pub async fn next(&mut self) -> Result<Delivery> {
        loop {
            if let Some(delivery) = self.queue.pop_front() {
                self.delivered = delivery.cursor.unwrap_or(self.delivered);
                return Ok(delivery);
            }
            if let Some(entry) = self.pending.front().cloned() {
                self.take(&entry).await?;
                self.pending.pop_front();
                if self.pending.is_empty() {
                    self.cursor = self.cursor.max(self.read_to);
                }
            } else if self.catching_up {
                let after = self.cursor.max(self.read_to);
                // Set apart: a stream waits for years in here, and is not to keep room for what it rarely does.
                let part = Box::pin(log::read(&self.store.pool, after, Some(self.actor.org_id))).await?;
                self.pending.extend(part.entries);
                self.read_to = part.end;
                self.catching_up = part.more;
                if !part.more {
                    self.viewed();
                }
            } else {
                self.is_live = true;
                match self.receiver.recv().await {
                    Ok(Message::Entry(entry)) => self.pending.push_back(entry),
                    Ok(Message::Viewers(org_id, record_id)) => self.viewers(org_id, record_id),
                    // Who still has another session comes back with it, where they were.
                    Ok(Message::Revoked(user_id)) if user_id == self.actor.user_id => {
                        return Err(Error::Unauthenticated);
                    }
                    Ok(Message::Revoked(_)) => {}
                    Ok(Message::CatchUp) | Err(RecvError::Lagged(_)) => self.catching_up = true,
                    Err(RecvError::Closed) => return Err(Error::Offline),
                }
            }
        }
    }

    /// Everything that waits comes first, so that dropping the caller leaves the entry pending as a whole.
    async fn take(&mut self, entry: &Arc<Entry>) -> Result<()> {
        if entry.last <= self.cursor {
            return Ok(());
        }
        let mut events = Vec::new();
        if entry.org_id == self.actor.org_id {
            if entry.concerns_rights_of(self.actor.user_id) && Box::pin(self.reload_actor()).await? {
                events.push(told(LiveEvent::Reset));
            }
            events.extend(self.events(entry));
        }
        // Whoever resumes between two events of one entry gets the entry again.
        let before = Cursor { xid: entry.cursor.xid, id: entry.cursor.id - 1 }.max(self.cursor);
        let after = entry.cursor.max(self.cursor);
        self.cursor = after;
        let last = events.len().saturating_sub(1);
        let position = |index| Some(if index == last { after } else { before });
        let deliveries = events.into_iter().enumerate();
        self.queue.extend(deliveries.map(|(index, event)| Delivery { cursor: position(index), event }));
        Ok(())
    }

    /// Takes in the user's rights as they are now; says whether what they see is to be loaded anew.
    ///
    /// While catching up it always is: the rights may have been others when the reader loaded what it shows.
    async fn reload_actor(&mut self) -> Result<bool> {
        let stored = self.store.actor(self.actor.org_id, self.actor.user_id).await?;
        // The page's language decides, which the account need not name.
        let fresh = Actor { other_names: self.actor.other_names, ..stored };
        let changed = !self.is_live || fresh != self.actor;
        self.actor = fresh;
        Ok(changed)
    }

    fn events(&self, entry: &Entry) -> Vec<Arc<Told>> {
        let actor = &self.actor;
        let def = entry.def;
        let level = actor.level(def, Action::Read);
        if level == Level::None {
            return Vec::new();
        }
        let record_type = def.name.to_owned();
        let was_readable = entry.was.as_ref().is_some_and(|was| actor.holds(def, Action::Read, was));
        match &entry.news {
            News::Flood => {
                std::iter::once(told(LiveEvent::Refresh { record_type })).chain(inheriting(actor, def)).collect()
            }
            // What a deleted row belonged to, and what it was a part of, is not known any more, and may be gone with it. So everybody
            // is told who reads any of the type: whoever shows it takes it away, and to others its bare id says nothing.
            News::Gone { id, version } if was_readable || !def.through.is_empty() => {
                vec![told(LiveEvent::Removed { record_type, id: *id, version: *version })]
            }
            News::Gone { .. } => Vec::new(),
            News::Put { row, facts, linked, moved, looks } => {
                let mut events = Vec::new();
                if facts.readable(actor, def) {
                    events.push(looks.of(actor, def, row, linked, entry.actor_id));
                } else if *moved || facts.readable_within(actor) && (was_readable || def.audience) {
                    // Whether the record it belonged to before could be read, or it was shared, is not known; see above. What
                    // is still a part of what can't be read could not be read before; if that could, its own event tells.
                    events.push(told(LiveEvent::Removed { record_type, id: row.id, version: row.version }));
                }
                if *moved || was_readable != actor.holds(def, Action::Read, &facts.holder) && row.version > 1 {
                    events.extend(inheriting(actor, def));
                }
                events
            }
        }
    }

    /// Tells who else views what the user has open: what changed of it before this stream, or during a gap, is not in
    /// the log.
    fn viewed(&mut self) {
        let records = self.store.hub.presence().viewed(self.actor.org_id, self.actor.user_id);
        records.into_iter().for_each(|record| self.viewers(self.actor.org_id, record));
    }

    /// Tells who views a record, to those who view it too (they were let in when they said so).
    fn viewers(&mut self, org_id: uuid::Uuid, record_id: uuid::Uuid) {
        let presence = self.store.hub.presence();
        if org_id == self.actor.org_id && presence.views(org_id, record_id, self.actor.user_id) {
            let viewers = presence.viewers(org_id, record_id, self.actor.user_id);
            self.queue.push_back(Delivery { cursor: None, event: told(LiveEvent::Presence { record_id, viewers }) });
        }
    }
}

fn told(event: LiveEvent) -> Arc<Told> {
    Arc::new(event.into())
}

/// Types whose readability for this user hangs on the given one: they are to be loaded again.
fn inheriting<'a>(actor: &'a Actor, parent: &'static RecordDef) -> impl Iterator<Item = Arc<Told>> + 'a {
    let depends =
        move |def: &&&RecordDef| actor.may(def, Action::Read) && !actor.reads_all(def) && inherits(def, parent);
    REGISTRY.iter().filter(depends).map(|def| told(LiveEvent::Refresh { record_type: def.name.to_owned() }))
}

/// Whether rows of a type can or can't be read because of a row of `parent`, directly or by steps.
fn inherits(def: &RecordDef, parent: &RecordDef) -> bool {
    let mut targets = deciding(def).into_iter().filter_map(|field| crate::columns::target(def.field(field)?));
    targets.any(|target| target.name == parent.name || inherits(target, parent))
}
