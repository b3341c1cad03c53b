//! Changes that came with a merge, or with its being taken back.

use std::collections::BTreeMap;

use shared::Result;
use shared::command::Source;
use shared::timeline::Merged;
use uuid::Uuid;

use super::Entry;
use crate::error::from_sqlx;
use crate::pool::Tx;

/// The merge behind a change set, and whether the set took it back.
type Behind = (Uuid, bool);

/// What changes have to do with merges, by entry.
pub(super) async fn merges(tx: &mut Tx, entries: &[Entry]) -> Result<BTreeMap<i64, Merged>> {
    let behind = behind(tx, entries).await?;
    let of = entries.iter().filter(|entry| may_be(entry));
    let of: Vec<(&Entry, Behind)> = of.filter_map(|entry| Some((entry, *behind.get(&entry.change_set)?))).collect();
    let mut records = parts(tx, &of).await?;
    let wholes = wholes(tx, &of).await?;
    let told = |(entry, (_, undone)): (&Entry, Behind)| {
        let (records, into) = (records.remove(&entry.id).unwrap_or_default(), wholes.get(&entry.id).copied());
        (entry.id, Merged { undone, records, into })
    };
    Ok(of.into_iter().map(told).collect())
}

/// Whether a change may have come so: what follows from it is the system's own.
fn may_be(entry: &Entry) -> bool {
    entry.source == Source::Merge.code() || entry.source == Source::Undo.code()
}

/// The merges that entries' change sets were, took back or carried out again.
async fn behind(tx: &mut Tx, entries: &[Entry]) -> Result<BTreeMap<Uuid, Behind>> {
    let sets: Vec<Uuid> = entries.iter().filter(|entry| may_be(entry)).map(|entry| entry.change_set).collect();
    if sets.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found: Vec<(Uuid, Uuid, bool)> = sqlx::query_as(
        "with recursive way as (
             select id as shown, id, undo_of, source, 0 as turns from change_sets where org_id = $1 and id = any($2)
             union all select way.shown, c.id, c.undo_of, c.source, way.turns + 1
             from way join change_sets c on c.org_id = $1 and c.id = way.undo_of
         )
         select shown, id, turns % 2 = 1 from way where source = 'merge'",
    )
    .bind(tx.org_id)
    .bind(sets)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.into_iter().map(|(shown, merge, undone)| (shown, (merge, undone))).collect())
}

/// The records that became one with those of entries, by entry. Of the records of a type that a merge changed, the one that
/// stays comes last.
async fn parts(tx: &mut Tx, of: &[(&Entry, Behind)]) -> Result<BTreeMap<i64, Vec<Uuid>>> {
    let of: Vec<&(&Entry, Behind)> = of.iter().filter(|(entry, _)| entry.action == "update").collect();
    if of.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found: Vec<(i64, Vec<Uuid>)> = sqlx::query_as(
        "select m.id, array(select d.record_id from audit_entries d where d.org_id = $1 and d.change_set = m.merge_set
                            and d.record_type = m.record_type and d.action = 'delete' order by d.id)
         from unnest($2::bigint[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[])
             as m (id, record_id, record_type, own_set, merge_set)
         cross join lateral (
             select l.id, l.record_id from audit_entries l where l.org_id = $1 and l.change_set = m.merge_set
             and l.record_type = m.record_type and l.action = 'update' and l.source = 'merge' order by l.id desc limit 1
         ) stays
         where m.id = stays.id or m.own_set <> m.merge_set and m.record_id = stays.record_id",
    )
    .bind(tx.org_id)
    .bind(of.iter().map(|(entry, _)| entry.id).collect::<Vec<_>>())
    .bind(of.iter().map(|(entry, _)| entry.record_id).collect::<Vec<_>>())
    .bind(of.iter().map(|(entry, _)| entry.record_type.clone()).collect::<Vec<_>>())
    .bind(of.iter().map(|(entry, _)| entry.change_set).collect::<Vec<_>>())
    .bind(of.iter().map(|(_, (merge, _))| *merge).collect::<Vec<_>>())
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.into_iter().collect())
}

/// The record that those of entries became part of, or parted from, by entry: of those that the merge deleted. What it created, such
/// as a note, is part of none.
async fn wholes(tx: &mut Tx, of: &[(&Entry, Behind)]) -> Result<BTreeMap<i64, Uuid>> {
    let of: Vec<&(&Entry, Behind)> =
        of.iter().filter(|(entry, _)| matches!(entry.action.as_str(), "create" | "delete")).collect();
    if of.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found: Vec<(i64, Uuid)> = sqlx::query_as(
        "select m.id, stays.record_id
         from unnest($2::bigint[], $3::uuid[], $4::text[], $5::uuid[]) as m (id, record_id, record_type, merge_set)
         cross join lateral (
             select l.record_id from audit_entries l where l.org_id = $1 and l.change_set = m.merge_set
             and l.record_type = m.record_type and l.action = 'update' and l.source = 'merge' order by l.id desc limit 1
         ) stays
         where exists (select from audit_entries d where d.org_id = $1 and d.change_set = m.merge_set
                       and d.record_id = m.record_id and d.action = 'delete')",
    )
    .bind(tx.org_id)
    .bind(of.iter().map(|(entry, _)| entry.id).collect::<Vec<_>>())
    .bind(of.iter().map(|(entry, _)| entry.record_id).collect::<Vec<_>>())
    .bind(of.iter().map(|(entry, _)| entry.record_type.clone()).collect::<Vec<_>>())
    .bind(of.iter().map(|(_, (merge, _))| *merge).collect::<Vec<_>>())
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.into_iter().collect())
}
