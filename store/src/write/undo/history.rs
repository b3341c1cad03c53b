//! What records went through within a change set, and since.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use shared::{RecordDef, Result, Row, Values};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::files::UNDOABLE_DAYS;
use crate::pool::Tx;

/// What one record went through within the set.
#[derive(Default)]
pub(super) struct History {
    /// Position of its first entry in the set.
    pub(super) order: usize,
    pub(super) created: bool,
    pub(super) deleted: bool,
    /// Less than [`UNDOABLE_DAYS`] ago.
    pub(super) recent: bool,
    /// Version after the set's last change.
    pub(super) version: i64,
    /// Field → value before the set touched it.
    pub(super) before: Values,
    /// Of a record the set itself created: field → value before the set changed it again.
    pub(super) amended: Values,
    /// Fields that others changed afterwards, and perhaps back again → value that the set left.
    later: Values,
}

impl History {
    /// Fields that are not as the set left them, because others changed them since.
    pub(super) fn changed_since(&self, def: &RecordDef, current: &Row) -> BTreeSet<String> {
        let others = self.later.iter().filter(|(field, left)| current.value(field) != *left);
        let mut changed: BTreeSet<String> = others.map(|(field, _)| field.clone()).collect();
        if def.together.iter().any(|field| changed.contains(*field)) {
            changed.extend(def.together.iter().map(|field| (*field).to_owned()));
        }
        changed
    }
}

pub(super) type Histories = BTreeMap<Uuid, History>;

/// An entry of the set: record, action, version, what it changed, and whether it is recent.
type Entry = (Uuid, String, i64, Json<Map<String, Value>>, bool);

/// Records, and entries of the log, per statement: each statement has but a minute, and a large import has a million of them.
const PAGE: usize = 10_000;
/// As many entries.
const NEXT: &str = "fetch 10000 from set_entries";

/// What records of a type went through within a set; what it and its undo did later is nobody else's.
pub(super) async fn histories(tx: &mut Tx, def: &RecordDef, [change_set, undo]: [Uuid; 2]) -> Result<Histories> {
    open(tx, def, change_set).await?;
    let (mut histories, mut orders) = (Histories::new(), 0_usize..);
    loop {
        // Not kept prepared: the next cursor of that name is another one.
        let page: Vec<Entry> =
            sqlx::query_as(NEXT).persistent(false).fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        if page.is_empty() {
            break;
        }
        for (entry, order) in page.into_iter().zip(orders.by_ref()) {
            add(&mut histories, order, entry);
        }
    }
    sqlx::query("close set_entries").execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    add_later(tx, [change_set, undo], &mut histories).await?;
    Ok(histories)
}

/// Opens a cursor on the entries of a set, in their order. They are found and sorted once; pages by id would look through the
/// whole set each time, of which the index says nothing but that they belong to it.
async fn open(tx: &mut Tx, def: &RecordDef, change_set: Uuid) -> Result<()> {
    // A created record had nothing before: of a million of them that would fill the memory.
    sqlx::query(
        "declare set_entries no scroll cursor for
         select record_id, action, version, case action when 'create' then '{}' else changes end,
                at > now() - make_interval(days => $4)
         from audit_entries
         where org_id = $1 and change_set = $2 and record_type = $3 order by id",
    )
    .bind(tx.org_id)
    .bind(change_set)
    .bind(def.name)
    .bind(UNDOABLE_DAYS)
    .persistent(false)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

fn add(histories: &mut Histories, order: usize, (id, action, version, Json(changes), recent): Entry) {
    let history = histories.entry(id).or_insert_with(|| History { order, ..History::default() });
    let again = history.created;
    history.created |= action == "create" && history.version == 0;
    history.deleted = action == "delete";
    history.version = version;
    history.recent = recent;
    for (field, pair) in changes {
        if again {
            history.amended.entry(field.clone()).or_insert_with(|| pair.get(0).cloned().unwrap_or_default());
        }
        history.before.entry(field).or_insert_with(|| pair.get(0).cloned().unwrap_or_default());
    }
}

/// Fields that were changed after the set by somebody or something else than the set and its undo.
async fn add_later(tx: &mut Tx, own: [Uuid; 2], histories: &mut Histories) -> Result<()> {
    let left: Vec<(Uuid, i64)> = histories.iter().map(|(id, history)| (*id, history.version)).collect();
    for page in left.chunks(PAGE) {
        let (ids, versions): (Vec<Uuid>, Vec<i64>) = page.iter().copied().unzip();
        let later: Vec<(Uuid, String, Json<Value>)> = sqlx::query_as(
            "select distinct on (a.record_id, field) a.record_id, field, a.changes -> field -> 0 from audit_entries a
             join unnest($2::uuid[], $3::bigint[]) as s (id, version) on a.record_id = s.id and a.version > s.version
             cross join lateral jsonb_object_keys(a.changes) as field
             where a.org_id = $1 and a.change_set <> all($4) order by a.record_id, field, a.version",
        )
        .bind(tx.org_id)
        .bind(ids)
        .bind(versions)
        .bind(own.to_vec())
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        for (id, field, Json(left)) in later {
            histories.entry(id).and_modify(|h| {
                h.later.insert(field, left);
            });
        }
    }
    Ok(())
}
