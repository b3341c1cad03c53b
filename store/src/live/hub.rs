//! One reader per node: woken after commits, it reads the log once and passes it to every subscription.

use std::sync::Arc;
use std::time::Duration;

use shared::live::Cursor;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::{Notify, broadcast};
use tokio::time::Instant;

use super::log::{self, Entry};
use super::presence::Presence;

/// Channel that tells other nodes to look at the log.
const CHANNEL: &str = "guanxi_events";
/// Channel for who views what.
pub(super) const PRESENCE_CHANNEL: &str = "guanxi_presence";
/// Channel for whose session or token was taken away (migration 0011).
const REVOKED_CHANNEL: &str = "guanxi_revoked";
/// Safety net in case a wake-up gets lost.
const SLOW_POLL: Duration = Duration::from_millis(1_000);
/// First wait for events that an open transaction holds back.
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// Least time between two wake-ups sent by a node: commits in between share one.
const WAKE_EVERY: Duration = Duration::from_millis(15);
/// Least time between the beginnings of two reads when there is much to tell: many changes share a read.
const READ_EVERY: Duration = Duration::from_millis(10);
/// A read that found no more entries than this found little.
const LITTLE: usize = 4;
/// Streams whose being told, each time anew, costs about a millisecond.
const STREAMS_A_MILLISECOND: usize = 200;
/// Entries a slow subscription may lag behind before it reads the log itself.
const BACKLOG: usize = 4_096;

/// What the hub passes on.
#[derive(Clone)]
pub(crate) enum Message {
    Entry(Arc<Entry>),
    /// Viewers of a record changed.
    Viewers(uuid::Uuid, uuid::Uuid),
    /// A session or token of a user was taken away.
    Revoked(uuid::Uuid),
    /// What came before may have been missed.
    CatchUp,
}

struct Inner {
    pool: PgPool,
    /// What tells this node's notifications from those of others.
    node: String,
    /// This node committed something.
    committed: Notify,
    /// Some node committed something.
    look: Notify,
    /// Somebody listens.
    came: Notify,
    sender: broadcast::Sender<Message>,
    presence: Presence,
}

/// The node's share of the live log.
#[derive(Clone)]
pub struct LiveHub {
    inner: Arc<Inner>,
}

impl LiveHub {
    /// Starts the node's background readers; they end when the pool is closed.
    pub(crate) fn start(pool: PgPool) -> Self {
        let (sender, _) = broadcast::channel(BACKLOG);
        let inner = Inner {
            pool,
            node: uuid::Uuid::now_v7().to_string(),
            committed: Notify::new(),
            look: Notify::new(),
            came: Notify::new(),
            sender,
            presence: Presence::default(),
        };
        let hub = Self { inner: Arc::new(inner) };
        tokio::spawn(hub.clone().tell_others());
        tokio::spawn(hub.clone().listen());
        tokio::spawn(hub.clone().read());
        tokio::spawn(hub.clone().sweep());
        hub
    }

    /// Call after a commit: readers look at the log soon.
    pub(crate) fn wake(&self) {
        self.inner.look.notify_one();
        self.inner.committed.notify_one();
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.inner.pool
    }

    pub(super) fn presence(&self) -> &Presence {
        &self.inner.presence
    }

    pub(crate) fn receiver(&self) -> broadcast::Receiver<Message> {
        let receiver = self.inner.sender.subscribe();
        self.inner.came.notify_one();
        receiver
    }

    pub(super) fn viewers_changed(&self, org_id: uuid::Uuid, record_id: uuid::Uuid) {
        // No subscriber is no fault.
        let _ = self.inner.sender.send(Message::Viewers(org_id, record_id));
    }

    fn revoked(&self, user_id: &str) {
        if let Ok(user_id) = user_id.parse() {
            let _ = self.inner.sender.send(Message::Revoked(user_id));
        }
    }

    fn is_closed(&self) -> bool {
        self.inner.pool.is_closed()
    }

    /// `NOTIFY` in its own short transaction: inside the write it would serialise all commits.
    async fn tell_others(self) {
        while !self.is_closed() {
            self.inner.committed.notified().await;
            let told =
                sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(&self.inner.node).execute(self.pool()).await;
            if let Err(error) = told
                && !self.is_closed()
            {
                tracing::warn!(%error, "other nodes were not woken; their slow poll will notice");
            }
            tokio::time::sleep(WAKE_EVERY).await;
        }
    }

    /// Listens for other nodes. After any interruption it looks at the log, since wake-ups may have been missed.
    async fn listen(self) {
        while !self.is_closed() {
            if let Err(error) = self.listen_once().await
                && !self.is_closed()
            {
                tracing::warn!(%error, "listening for events was interrupted");
                tokio::time::sleep(SLOW_POLL).await;
            }
            self.inner.look.notify_one();
        }
    }

    async fn listen_once(&self) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(self.pool()).await?;
        listener.listen_all([CHANNEL, PRESENCE_CHANNEL, REVOKED_CHANNEL]).await?;
        loop {
            match listener.try_recv().await? {
                Some(note) if note.channel() == PRESENCE_CHANNEL => self.presence().hear(self, note.payload()),
                Some(note) if note.channel() == REVOKED_CHANNEL => self.revoked(note.payload()),
                // This node has looked already.
                Some(note) if note.payload() == self.inner.node => {}
                Some(_) | None => self.inner.look.notify_one(),
            }
        }
    }

    async fn read(self) {
        let mut cursor: Option<Cursor> = None;
        let mut held_back = None;
        while !self.is_closed() {
            self.rest(&mut cursor).await;
            let (before, begun) = (cursor, Instant::now());
            let mut next = begun + READ_EVERY;
            match self.read_on(&mut cursor).await {
                Ok((_, true)) => continue,
                Ok((found, false)) => {
                    held_back = self.held_back(held_back.filter(|_| cursor == before)).await;
                    next = self.next_read(begun, found);
                }
                Err(error) if self.is_closed() => drop(error),
                Err(error) => tracing::warn!(%error, "reading the live log failed; trying again"),
            }
            let _ = tokio::time::timeout(held_back.unwrap_or(SLOW_POLL), self.inner.look.notified()).await;
            tokio::time::sleep_until(next).await;
        }
    }

    /// When to read again at the earliest, after a read that found so many entries. Single changes are told at once, with
    /// half of the time for others at least; the busier it is and the more listen, the more changes share a read.
    fn next_read(&self, begun: Instant, found: usize) -> Instant {
        let streams = self.inner.sender.receiver_count() / STREAMS_A_MILLISECOND;
        let telling = Duration::from_millis(u64::try_from(streams).unwrap_or(u64::MAX));
        let pause = begun.elapsed().max(telling).min(READ_EVERY);
        if found > LITTLE { begun + READ_EVERY } else { Instant::now() + pause }
    }

    /// How long to wait for events behind a transaction that is still open, if there are such: they become readable
    /// when it ends, of which nobody tells if it wrote no events itself. Looked for soon, then ever less often.
    async fn held_back(&self, waited: Option<Duration>) -> Option<Duration> {
        let is_held_back = log::is_held_back(self.pool()).await.unwrap_or(false);
        is_held_back.then(|| waited.map_or(LOOK_AGAIN, |waited| (waited * 2).min(SLOW_POLL)))
    }

    /// Reads what is new: how many entries, and whether there may be more at once.
    async fn read_on(&self, cursor: &mut Option<Cursor>) -> shared::Result<(usize, bool)> {
        let after = match *cursor {
            Some(cursor) => cursor,
            None => {
                let head = super::snapshot_cursor(self.pool()).await?;
                // Somebody who listens since before may have caught up with an earlier head.
                let _ = self.inner.sender.send(Message::CatchUp);
                *cursor.insert(head)
            }
        };
        let part = log::read(self.pool(), after, None).await?;
        let found = part.entries.len();
        for entry in part.entries {
            let _ = self.inner.sender.send(Message::Entry(entry));
        }
        *cursor = Some(part.end);
        Ok((found, part.more))
    }

    /// Whether nobody listens.
    fn is_alone(&self) -> bool {
        self.inner.sender.receiver_count() == 0
    }

    /// Follows the log without reading it until somebody listens: what nobody listens to need not be looked up.
    async fn rest(&self, cursor: &mut Option<Cursor>) {
        while self.is_alone() && !self.is_closed() {
            match super::snapshot_cursor(self.pool()).await {
                // Whoever began to listen meanwhile may have caught up with an earlier head.
                Ok(head) if self.is_alone() => *cursor = Some(head),
                Ok(_) => {}
                Err(error) if self.is_closed() => drop(error),
                Err(error) => tracing::warn!(%error, "finding the end of the live log failed; trying again"),
            }
            let _ = tokio::time::timeout(SLOW_POLL, self.inner.came.notified()).await;
        }
    }

    /// Viewers who said nothing for a while are gone.
    async fn sweep(self) {
        while !self.is_closed() {
            tokio::time::sleep(Duration::from_secs(5)).await;
            self.presence().sweep(&self);
        }
    }
}
