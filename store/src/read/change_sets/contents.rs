//! What change sets did: counted, with the first records, and the imports among them.

use chrono::TimeDelta;
use shared::Result;
use shared::command::Source;
use shared::history::Count;
use uuid::Uuid;

use super::Found;
use crate::error::from_sqlx;
use crate::pool::Tx;

/// Changes of a set that are counted: an import has a million.
pub(super) const COUNTED: i64 = 1_000;
/// Records of a set that are named.
pub(super) const NAMED: usize = 3;

/// Records of one type to which the same was done in a set. The one that stays in a merge, or in its undo, is noted even
/// where nothing of it became other: it is named, but no undo has anything to set back in it, so that it does not count.
#[derive(sqlx::FromRow)]
pub(super) struct Group {
    pub(super) change_set: Uuid,
    pub(super) record_type: String,
    pub(super) action: String,
    pub(super) changed: bool,
    pub(super) records: i64,
    pub(super) changes: i64,
    pub(super) converted: bool,
    /// The first of them.
    pub(super) ids: Vec<Uuid>,
}

#[derive(sqlx::FromRow)]
pub(super) struct Run {
    pub(super) change_set: Uuid,
    pub(super) id: Uuid,
    pub(super) title: String,
    pub(super) open: bool,
    created: i64,
    updated: i64,
    record_types: Option<Vec<String>>,
}

impl Run {
    /// What it did as it has counted itself, however much that is: of several types together.
    pub(super) fn counts(&self) -> Vec<Count> {
        let record_type = match self.record_types.as_deref() {
            Some([only]) => only.clone(),
            _ => String::new(),
        };
        let done = [("create", self.created), ("update", self.updated)].into_iter().filter(|(_, records)| *records > 0);
        done.map(|(action, records)| Count { record_type: record_type.clone(), action: action.to_owned(), records })
            .collect()
    }
}

/// What the sets did. One that made a record and then changed it made it.
pub(super) async fn groups(tx: &mut Tx, sets: &[Found]) -> Result<Vec<Group>> {
    // Entries are no older than their set, but for a clock that went wrong; older partitions need not be looked into.
    let Some(oldest) = sets.last().map(|set| set.at - TimeDelta::days(1)) else { return Ok(Vec::new()) };
    sqlx::query_as(
        "with entries as (
             select s.id as change_set, e.id, e.record_type, e.record_id, e.action,
                    not (e.source in ('merge', 'undo') and e.action = 'update' and e.changes = '{}') as changed,
                    e.record_type = 'lead' and e.action = 'update' and e.changes #>> '{status,1}' = 'converted' as converted
             from unnest($2::uuid[]) as s (id) cross join lateral (
                 select a.id, a.record_type, a.record_id, a.action, a.source, a.changes from audit_entries a
                 where a.org_id = $1 and a.change_set = s.id and a.at >= $3 limit $4) e
         ), records as (
             select change_set, record_type, record_id, min(id) as first, count(*) as changes, bool_or(changed) as changed,
                    bool_or(converted) as converted,
                    case when bool_or(action = 'create') then 'create' when bool_or(action = 'delete') then 'delete'
                         else min(action) end as action
             from entries group by change_set, record_type, record_id
         )
         select change_set, record_type, action, changed, count(*) as records, sum(changes)::bigint as changes,
                coalesce(bool_or(converted), false) as converted, (array_agg(record_id order by first))[1:$5] as ids
         from records group by change_set, record_type, action, changed
         order by not changed, action = 'update', min(first)",
    )
    .bind(tx.org_id)
    .bind(sets.iter().map(|set| set.id).collect::<Vec<_>>())
    .bind(oldest)
    .bind(COUNTED + 1)
    .bind(i32::try_from(NAMED).unwrap_or(i32::MAX))
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Records that others became part of, or parted from, each with its set and its type: a merge changes what stays when all else
/// is done, and so does what an undo took back.
pub(super) async fn stays(tx: &mut Tx, sets: &[Found]) -> Result<Vec<(Uuid, String, Uuid)>> {
    let may_be = |set: &&Found| set.source == Source::Merge.code() || set.turns > 0;
    let merges: Vec<Uuid> = sets.iter().filter(may_be).map(|set| set.id).collect();
    if merges.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_as(
        "with recursive way as (
             select id as shown, id, undo_of, source, at from change_sets where org_id = $1 and id = any($2)
             union all select way.shown, c.id, c.undo_of, c.source, c.at
             from way join change_sets c on c.org_id = $1 and c.id = way.undo_of
         )
         select way.shown, stays.record_type, stays.record_id from way cross join lateral (
             select a.record_type, a.record_id from audit_entries a
             where a.org_id = $1 and a.change_set = way.id and a.at >= way.at - interval '1 day' and a.action = 'update'
             and exists (
                 select from audit_entries d where d.org_id = $1 and d.change_set = way.id and d.record_type = a.record_type
                 and d.at >= way.at - interval '1 day' and d.action = 'delete')
             order by a.id desc limit 1) stays
         where way.source = 'merge'",
    )
    .bind(tx.org_id)
    .bind(merges)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// The imports among the sets. One that was stopped goes on until its last commands are counted.
pub(super) async fn runs(tx: &mut Tx, sets: &[Found]) -> Result<Vec<Run>> {
    let imports: Vec<Uuid> = sets.iter().filter(|set| set.source == Source::Import.code()).map(|set| set.id).collect();
    if imports.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_as(
        "select r.change_set, r.id, r.title, r.status in ('waiting', 'running')
                or r.status = 'cancelled' and r.held_until > clock_timestamp()
                   and exists (select from import_chunks c where c.org_id = r.org_id and c.run_id = r.id) as open,
                r.created, r.updated, r.record_types
         from import_runs r where r.org_id = $1 and r.change_set = any($2)",
    )
    .bind(tx.org_id)
    .bind(imports)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}
