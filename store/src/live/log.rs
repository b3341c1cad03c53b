//! Reads the event log in commit-safe order and loads each changed row once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::access::Holder;
use shared::live::Cursor;
use shared::{RecordDef, Result, Row};
use sqlx::PgPool;
use uuid::Uuid;

use super::facts::{Facts, Linked, Rows, deciding, facts, linked};
use super::told::Looks;
use crate::error::from_sqlx;
use crate::pool::{DbRole, Tx, begin};

/// Log entries read at a time.
const BATCH: i64 = 1_000;
/// More changes than this of one type in a batch travel as a single "load again".
const FLOOD: usize = 200;

/// What a log entry tells.
pub(crate) enum News {
    /// The row is now so; `moved` when it belonged to another record before, through which it may have been readable.
    Put { row: Row, facts: Facts, linked: Vec<Linked>, moved: bool, looks: Looks },
    /// The row is gone.
    Gone { id: Uuid, version: i64 },
    /// Many rows of the type changed.
    Flood,
}

/// A log entry with everything needed to decide who may see it.
pub(crate) struct Entry {
    pub(crate) cursor: Cursor,
    /// The last of the changes that it stands for; for a single one the same.
    pub(crate) last: Cursor,
    pub(crate) org_id: Uuid,
    pub(crate) def: &'static RecordDef,
    pub(crate) actor_id: Option<Uuid>,
    /// Whose it was before; nothing for what was just made.
    pub(crate) was: Option<Holder>,
    pub(crate) news: News,
}

impl Entry {
    /// Whether a user's rights may be others after it.
    pub(crate) fn concerns_rights_of(&self, user_id: Uuid) -> bool {
        match (self.def.name, &self.news) {
            ("role" | "team", _) | ("user", News::Flood) => true,
            ("user", News::Put { row, .. }) => row.id == user_id,
            ("user", News::Gone { id, .. }) => *id == user_id,
            _ => false,
        }
    }
}

struct Logged {
    cursor: Cursor,
    org_id: Uuid,
    def: &'static RecordDef,
    /// None where many records changed.
    record_id: Option<Uuid>,
    version: i64,
    gone: bool,
    actor_id: Option<Uuid>,
    was: Holder,
}

/// Whether events after `cursor` may have been cleaned away already.
pub(crate) async fn is_expired(pool: &PgPool, cursor: Cursor) -> Result<bool> {
    let (oldest,): (Option<String>,) =
        sqlx::query_as("select min(expired_xid)::text from event_horizon").fetch_one(pool).await.map_err(from_sqlx)?;
    Ok(oldest.and_then(|xid| xid.parse::<u64>().ok()).is_some_and(|xid| cursor.xid <= xid))
}

/// Whether there are committed events that an older open transaction still holds back.
pub(crate) async fn is_held_back(pool: &PgPool) -> Result<bool> {
    sqlx::query_scalar("select exists (select from events where xid >= guanxi_log_end())")
        .fetch_one(pool)
        .await
        .map_err(from_sqlx)
}

/// What was read of the log.
pub(crate) struct Part {
    /// In the order of the log.
    pub(crate) entries: Vec<Arc<Entry>>,
    /// Up to where: entries may stand for several changes.
    pub(crate) end: Cursor,
    /// Whether there may be more.
    pub(crate) more: bool,
}

/// The next entries after `after`, optionally of one organisation.
pub(crate) async fn read(pool: &PgPool, after: Cursor, org: Option<Uuid>) -> Result<Part> {
    type Raw = (String, i64, Uuid, String, Option<Uuid>, i64, bool, Option<Uuid>, Option<Uuid>, Option<Uuid>);
    let raw: Vec<Raw> = sqlx::query_as(
        // By the column: the bare name would be what is selected, a text, in whose order 1000 comes before 999.
        "select e.xid::text, id, org_id, record_type, record_id, version, gone, actor_id, was_owner_id, was_team_id from events e
         where (xid, id) > ($1::text::xid8, $2) and xid < (select guanxi_log_end())
           and ($3::uuid is null or org_id = $3)
         order by e.xid, e.id limit $4",
    )
    .bind(after.xid.to_string())
    .bind(after.id)
    .bind(org)
    .bind(BATCH)
    .fetch_all(pool)
    .await
    .map_err(from_sqlx)?;
    let more = raw.len() as i64 == BATCH;
    let end = raw.last().and_then(|(xid, id, ..)| Some(Cursor { xid: xid.parse().ok()?, id: *id })).unwrap_or(after);
    let logged =
        raw.into_iter().filter_map(|(xid, id, org_id, name, record_id, version, gone, actor_id, owner_id, team_id)| {
            let cursor = Cursor { xid: xid.parse().ok()?, id };
            let def = shared::types::by_name(&name)?;
            Some(Logged {
                cursor,
                org_id,
                def,
                record_id,
                version,
                gone,
                actor_id,
                was: Holder { owner_id, team_id, ..Holder::default() },
            })
        });
    let mut by_org: BTreeMap<Uuid, Vec<Logged>> = BTreeMap::new();
    for entry in logged {
        by_org.entry(entry.org_id).or_default().push(entry);
    }
    let mut entries = Vec::new();
    for (org_id, logged) in by_org {
        let mut tx = begin(pool, org_id, DbRole::Reader).await?;
        entries.extend(load(&mut tx, logged).await?);
    }
    entries.sort_by_key(|entry| entry.cursor);
    Ok(Part { entries: entries.into_iter().map(Arc::new).collect(), end, more })
}

async fn load(tx: &mut Tx, logged: Vec<Logged>) -> Result<Vec<Entry>> {
    let mut by_type: BTreeMap<&str, Vec<Logged>> = BTreeMap::new();
    for entry in logged {
        by_type.entry(entry.def.name).or_default().push(entry);
    }
    let mut entries = Vec::new();
    let mut rows = Rows::new(tx);
    for logged in by_type.into_values() {
        if logged.len() > FLOOD || logged.iter().any(|entry| entry.record_id.is_none()) {
            entries.extend(flood(&logged));
        } else {
            load_type(&mut rows, logged, &mut entries).await?;
        }
    }
    Ok(entries)
}

/// Told at the place of the first: whoever resumes after something that came in between must not miss those before it.
fn flood(logged: &[Logged]) -> Option<Entry> {
    let (first, last) = (logged.first()?, logged.last()?);
    let (cursor, org_id, def, actor_id) = (first.cursor, last.org_id, last.def, last.actor_id);
    Some(Entry { cursor, last: last.cursor, org_id, def, actor_id, was: None, news: News::Flood })
}

/// Several changes of one record in a batch each carry the newest row: applying it early is harmless.
async fn load_type(known: &mut Rows<'_>, logged: Vec<Logged>, entries: &mut Vec<Entry>) -> Result<()> {
    let Some(def) = logged.first().map(|entry| entry.def) else { return Ok(()) };
    let ids: BTreeSet<Uuid> = logged.iter().filter(|e| !e.gone).filter_map(|e| e.record_id).collect();
    let rows: BTreeMap<Uuid, Row> = known.get(def, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let facts = facts(known, def, rows.values()).await?;
    let linked = linked(known, def, rows.values()).await?;
    let moved = moved(known.tx, def, &logged).await?;
    for entry in logged {
        let Some(id) = entry.record_id else { continue };
        let news = match rows.get(&id).filter(|_| !entry.gone) {
            Some(row) => News::Put {
                row: row.clone(),
                facts: facts.get(&id).cloned().unwrap_or_default(),
                linked: linked.get(&id).cloned().unwrap_or_default(),
                moved: moved.contains(&(id, entry.version)),
                looks: Looks::default(),
            },
            None => News::Gone { id, version: entry.version },
        };
        entries.push(Entry {
            cursor: entry.cursor,
            last: entry.cursor,
            org_id: entry.org_id,
            def,
            actor_id: entry.actor_id,
            was: (entry.version > 1).then_some(entry.was),
            news,
        });
    }
    Ok(())
}

/// Which of the changes made a row belong to another record, by record and version.
async fn moved(tx: &mut Tx, def: &'static RecordDef, logged: &[Logged]) -> Result<BTreeSet<(Uuid, i64)>> {
    // A new row belonged to nothing before.
    let changed = || logged.iter().filter(|entry| entry.version > 1);
    if deciding(def).is_empty() || changed().next().is_none() {
        return Ok(BTreeSet::new());
    }
    let (ids, versions): (Vec<Uuid>, Vec<i64>) =
        changed().filter_map(|entry| Some((entry.record_id?, entry.version))).unzip();
    let fields: Vec<String> = deciding(def).into_iter().map(str::to_owned).collect();
    let found: Vec<(Uuid, i64)> = sqlx::query_as(
        "select a.record_id, a.version from audit_entries a
         join unnest($2::uuid[], $3::bigint[]) as e (id, version) on a.record_id = e.id and a.version = e.version
         where a.org_id = $1 and a.changes ?| $4",
    )
    .bind(tx.org_id)
    .bind(ids)
    .bind(versions)
    .bind(fields)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.into_iter().collect())
}
