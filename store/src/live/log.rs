//! Reads the event log in commit-safe order and loads each changed row once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::access::Holder;
use shared::live::Cursor;
use shared::{RecordDef, Result, Row};
use sqlx::PgPool;
use uuid::Uuid;

use super::facts::{Facts, Linked, facts, linked};
use crate::error::from_sqlx;
use crate::pool::{DbRole, Tx, begin};
use crate::write::rows_by_id;

/// Log entries read at a time.
const BATCH: i64 = 1_000;
/// More changes than this of one type in a batch travel as a single "load again".
const FLOOD: usize = 200;

/// What a log entry tells.
pub(crate) enum News {
    /// The row is now so.
    Put { row: Row, facts: Facts, linked: Vec<Linked> },
    /// The row is gone.
    Gone { id: Uuid, version: i64 },
    /// Many rows of the type changed.
    Flood,
}

/// A log entry with everything needed to decide who may see it.
pub(crate) struct Entry {
    pub(crate) cursor: Cursor,
    pub(crate) org_id: Uuid,
    pub(crate) def: &'static RecordDef,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) was: Holder,
    pub(crate) news: News,
}

struct Logged {
    cursor: Cursor,
    org_id: Uuid,
    def: &'static RecordDef,
    record_id: Uuid,
    version: i64,
    gone: bool,
    actor_id: Option<Uuid>,
    was: Holder,
}

/// The position up to which the log is complete now.
pub(crate) async fn head(pool: &PgPool) -> Result<Cursor> {
    let (xmin,): (String,) = sqlx::query_as("select pg_snapshot_xmin(pg_current_snapshot())::text")
        .fetch_one(pool)
        .await
        .map_err(from_sqlx)?;
    Ok(Cursor { xid: xmin.parse().unwrap_or(0), id: 0 })
}

/// Whether events after `cursor` may have been cleaned away already.
pub(crate) async fn is_expired(pool: &PgPool, cursor: Cursor) -> Result<bool> {
    let (oldest,): (Option<String>,) =
        sqlx::query_as("select min(expired_xid)::text from event_horizon").fetch_one(pool).await.map_err(from_sqlx)?;
    Ok(oldest.and_then(|xid| xid.parse::<u64>().ok()).is_some_and(|xid| cursor.xid <= xid))
}

/// The next entries after `after`, optionally of one organisation; the second value says whether there may be more.
pub(crate) async fn read(pool: &PgPool, after: Cursor, org: Option<Uuid>) -> Result<(Vec<Arc<Entry>>, bool)> {
    type Raw = (String, i64, Uuid, String, Uuid, i64, bool, Option<Uuid>, Option<Uuid>, Option<Uuid>);
    let raw: Vec<Raw> = sqlx::query_as(
        "select xid::text, id, org_id, record_type, record_id, version, gone, actor_id, was_owner_id, was_team_id from events
         where (xid, id) > ($1::text::xid8, $2) and xid < pg_snapshot_xmin(pg_current_snapshot())
           and ($3::uuid is null or org_id = $3)
         order by xid, id limit $4",
    )
    .bind(after.xid.to_string())
    .bind(after.id)
    .bind(org)
    .bind(BATCH)
    .fetch_all(pool)
    .await
    .map_err(from_sqlx)?;
    let more = raw.len() as i64 == BATCH;
    let logged =
        raw.into_iter().filter_map(|(xid, id, org_id, name, record_id, version, gone, actor_id, owner_id, team_id)| {
            let cursor = Cursor { xid: xid.parse().ok()?, id };
            let def = shared::types::by_name(&name)?;
            Some(Logged { cursor, org_id, def, record_id, version, gone, actor_id, was: Holder { owner_id, team_id } })
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
    Ok((entries.into_iter().map(Arc::new).collect(), more))
}

async fn load(tx: &mut Tx, logged: Vec<Logged>) -> Result<Vec<Entry>> {
    let mut by_type: BTreeMap<&str, Vec<Logged>> = BTreeMap::new();
    for entry in logged {
        by_type.entry(entry.def.name).or_default().push(entry);
    }
    let mut entries = Vec::new();
    for logged in by_type.into_values() {
        if logged.len() > FLOOD {
            entries.extend(logged.into_iter().next_back().map(flood));
        } else {
            load_type(tx, logged, &mut entries).await?;
        }
    }
    Ok(entries)
}

fn flood(last: Logged) -> Entry {
    Entry {
        cursor: last.cursor,
        org_id: last.org_id,
        def: last.def,
        actor_id: last.actor_id,
        was: Holder::default(),
        news: News::Flood,
    }
}

/// Several changes of one record in a batch each carry the newest row: applying it early is harmless.
async fn load_type(tx: &mut Tx, logged: Vec<Logged>, entries: &mut Vec<Entry>) -> Result<()> {
    let Some(def) = logged.first().map(|entry| entry.def) else { return Ok(()) };
    let ids: BTreeSet<Uuid> = logged.iter().filter(|e| !e.gone).map(|e| e.record_id).collect();
    let rows: BTreeMap<Uuid, Row> = rows_by_id(tx, def, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let facts = facts(tx, def, rows.values()).await?;
    let linked = linked(tx, def, rows.values()).await?;
    for entry in logged {
        let id = entry.record_id;
        let news = match rows.get(&id).filter(|_| !entry.gone) {
            Some(row) => News::Put {
                row: row.clone(),
                facts: facts.get(&id).cloned().unwrap_or_default(),
                linked: linked.get(&id).cloned().unwrap_or_default(),
            },
            None => News::Gone { id, version: entry.version },
        };
        entries.push(Entry {
            cursor: entry.cursor,
            org_id: entry.org_id,
            def,
            actor_id: entry.actor_id,
            was: entry.was,
            news,
        });
    }
    Ok(())
}
