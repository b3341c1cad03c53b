//! A client of the live stream that keeps a picture of the records, as a page does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use shared::live::LiveEvent;
use shared::record::Row;
use tokio::io::AsyncBufReadExt;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clients::types_of;
use crate::harness::Outcome;
use crate::world::{NODES, Who, World};

/// A stream that says nothing for so long is taken for dead; beats come more often.
const SILENCE: Duration = Duration::from_secs(40);
/// How long the picture may lag behind.
const PATIENCE: Duration = Duration::from_secs(60);
/// After so much silence nothing more is on its way.
const QUIET: Duration = Duration::from_millis(100);

/// Version of each record, and the record unless it is gone.
type Picture = BTreeMap<(String, Uuid), (i64, Option<Row>)>;

/// What the stream told so far.
pub(crate) struct Follower {
    who: Who,
    picture: Arc<Mutex<Picture>>,
    task: JoinHandle<()>,
}

impl Follower {
    /// Follows in somebody's name from the beginning, on whichever server answers.
    pub(crate) fn start(world: &Arc<World>, who: Who, seed: u64) -> Self {
        let picture = Arc::new(Mutex::new(Picture::new()));
        let page = Page { world: Arc::clone(world), who, picture: Arc::clone(&picture) };
        let task = tokio::spawn(page.follow(fastrand::Rng::with_seed(seed)));
        Self { who, picture, task }
    }

    /// Waits until the picture is what a fresh read gives; else says where it differs.
    pub(crate) async fn compare(self, world: &World) -> Outcome<Vec<String>> {
        let until = Instant::now() + PATIENCE;
        loop {
            let looked = read_all(world, self.who, 0).await.map(|fresh| self.differences(&fresh));
            if looked.as_ref().is_ok_and(Vec::is_empty) || Instant::now() > until {
                self.task.abort();
                return looked;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn differences(&self, fresh: &BTreeMap<(String, Uuid), Row>) -> Vec<String> {
        let picture = self.picture.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = Vec::new();
        for (key, row) in fresh {
            match picture.get(key) {
                Some((_, Some(seen))) if seen == row => {}
                Some((version, seen)) => {
                    found.push(format!(
                        "{} {}: version {version} of {}: {}",
                        key.0,
                        key.1,
                        row.version,
                        unlike(seen, row)
                    ));
                }
                None => found.push(format!("{} {} was never told of", key.0, key.1)),
            }
        }
        let gone = picture.iter().filter(|(key, (_, seen))| seen.is_some() && !fresh.contains_key(key));
        found.extend(gone.map(|(key, _)| format!("{} {} is gone, the stream has it", key.0, key.1)));
        found
    }
}

fn unlike(seen: &Option<Row>, row: &Row) -> String {
    let Some(seen) = seen else { return "gone for the stream".to_owned() };
    let fields = row.values.iter().filter(|(name, value)| seen.values.get(*name) != Some(value));
    fields.map(|(name, value)| format!("{name} is {value}")).collect::<Vec<_>>().join(", ")
}

/// Everything there is for somebody, as read through a server.
async fn read_all(world: &World, who: Who, node: usize) -> Outcome<BTreeMap<(String, Uuid), Row>> {
    let mut all = BTreeMap::new();
    for record_type in types_of(who) {
        for row in world.read_as(who, node, record_type).await? {
            let row: Row = serde_json::from_value(row)?;
            all.insert(((*record_type).to_owned(), row.id), row);
        }
    }
    Ok(all)
}

/// What follows.
struct Page {
    world: Arc<World>,
    who: Who,
    picture: Arc<Mutex<Picture>>,
}

impl Page {
    async fn follow(self, mut rng: fastrand::Rng) {
        let (mut position, mut stale) = (String::from("0-0"), BTreeSet::new());
        loop {
            let node = rng.usize(..NODES);
            drop(self.listen(node, (&mut position, &mut stale)).await);
            tokio::time::sleep(Duration::from_millis(rng.u64(10..500))).await;
        }
    }

    /// Follows one connection until it ends, keeping the position to go on from.
    async fn listen(&self, node: usize, (position, stale): (&mut String, &mut BTreeSet<String>)) -> Outcome<()> {
        let client = self.world.connect_as(self.who, node).await?;
        let path = format!("/api/v1/events?after={position}");
        let mut lines = tokio::time::timeout(SILENCE, client.stream(&path)).await??.lines();
        let mut id = position.clone();
        loop {
            let line = match tokio::time::timeout(QUIET, lines.next_line()).await {
                Ok(line) => line?,
                // As pages do: while more comes in, what is read again would be out of date at once.
                Err(_) => {
                    while let Some(record_type) = stale.first().cloned() {
                        self.again(node, &record_type).await?;
                        stale.remove(&record_type);
                    }
                    tokio::time::timeout(SILENCE, lines.next_line()).await??
                }
            };
            let Some(line) = line else { return Ok(()) };
            if let Some(text) = line.strip_prefix("id:") {
                text.trim().clone_into(&mut id);
            } else if let Some(data) = line.strip_prefix("data:") {
                // A beat says only where the stream stands.
                if let Ok(event) = serde_json::from_str::<LiveEvent>(data) {
                    self.take(stale, event);
                }
            } else if line.is_empty() {
                position.clone_from(&id);
            }
        }
    }

    /// Takes an event into the picture; what has to be read again is noted.
    fn take(&self, stale: &mut BTreeSet<String>, event: LiveEvent) {
        match event {
            LiveEvent::Changed { record_type, row, .. } => self.put(record_type, row.id, row.version, Some(row)),
            LiveEvent::Removed { record_type, id, version } => self.put(record_type, id, version, None),
            LiveEvent::Refresh { record_type } => drop(stale.insert(record_type)),
            LiveEvent::Reset => stale.extend(types_of(self.who).iter().map(|name| (*name).to_owned())),
            LiveEvent::Presence { .. } => {}
        }
    }

    /// Many changed at once: what a page does then is to read the type again.
    async fn again(&self, node: usize, record_type: &str) -> Outcome<()> {
        if !types_of(self.who).contains(&record_type) {
            return Ok(());
        }
        let rows = self.world.read_as(self.who, node, record_type).await?;
        let rows = rows.into_iter().map(serde_json::from_value).collect::<Result<Vec<Row>, _>>()?;
        let fresh: BTreeMap<Uuid, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut kept = self.picture.lock().unwrap_or_else(PoisonError::into_inner);
        for ((_, id), (_, row)) in kept.iter_mut().filter(|((of, _), _)| of == record_type) {
            if !fresh.contains_key(id) {
                *row = None;
            }
        }
        drop(kept);
        for (id, row) in fresh {
            self.put(record_type.to_owned(), id, row.version, Some(row));
        }
        Ok(())
    }

    fn put(&self, record_type: String, id: Uuid, version: i64, row: Option<Row>) {
        if !types_of(self.who).contains(&record_type.as_str()) {
            return;
        }
        let mut picture = self.picture.lock().unwrap_or_else(PoisonError::into_inner);
        let known = picture.entry((record_type, id)).or_insert((-1, None));
        if version > known.0 {
            *known = (version, row);
        }
    }
}
