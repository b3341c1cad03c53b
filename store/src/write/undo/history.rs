//! What records went through within a change set, and since, a page of them at a time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use shared::access::Actor;
use shared::{RecordDef, Result, Row, Values};
use sqlx::types::Json;
use uuid::Uuid;

use super::Sets;
use crate::error::from_sqlx;
use crate::files::UNDOABLE_DAYS;
use crate::pool::Tx;
use crate::scope::Sql;
use crate::write::load::{self, Lock, Stored};

/// Holds the records of a type that a set changed, or those that it made if they may go, in the order of their ids, as all do who
/// write: pages come in another one. Whoever has to be waited for has written by then what is later than the set.
pub(super) async fn hold(tx: &mut Tx, def: &RecordDef, change_set: Uuid, lock: Lock) -> Result<()> {
    // However many there are: their ids stay in the database.
    let mut sql = Sql::new("with held as materialized (select t.id from ");
    sql.push(def.table()).push(" t where t.org_id = ").push_bind(tx.org_id);
    sql.push(" and t.id in (select a.record_id from audit_entries a where a.org_id = ").push_bind(tx.org_id);
    sql.push(" and a.change_set = ").push_bind(change_set).push(" and a.record_type = ").push_bind(def.name);
    if lock == Lock::Delete {
        sql.push(" and a.action = 'create'");
    }
    sql.push(")").push(lock.clause()).push(") select count(*) from held");
    sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(())
}

/// What one record went through within the set.
#[derive(Default)]
pub(super) struct History {
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

/// Records per page: however many the set changed, so many are held in memory.
const PAGE: usize = 1_000;
/// As many records.
const NEXT: &str = "fetch 1000 from set_records";

/// Which records of a set.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    /// Those that it made and may have changed again, by their ids.
    Amended,
    /// Those that were there before, by their ids: what takes locks keeps to that order.
    Former,
    /// Those that it made and that it left, the last one first: what refers to a record of its own type was made after it.
    Made,
}

/// Declares a cursor on records of a set, with the rest of the statement. They are found and sorted once; pages by id would look
/// through the whole set each time, of which the index says nothing but that they belong to it. A created record had nothing
/// before: nothing of that is sorted, let alone kept.
macro_rules! declare {
    ($rest:literal) => {
        concat!(
            "declare set_records no scroll cursor for
             select record_id, array_agg(action order by id), (array_agg(version order by id desc))[1],
                    jsonb_agg(changes order by id), (array_agg(recent order by id desc))[1]
             from (
                 select id, record_id, action, version, at > now() - make_interval(days => $4) as recent,
                        case action when 'create' then '{}' else changes end as changes
                 from audit_entries
                 where org_id = $1 and change_set = $2 and record_type = $3 offset 0
             ) entry group by record_id having ",
            $rest
        )
    };
}

impl Which {
    fn declared(self) -> &'static str {
        match self {
            Self::Amended => declare!(
                "(array_agg(action order by id))[1] = 'create' and (array_agg(action order by id desc))[1] <> 'delete'
                 and count(*) > 1 order by record_id"
            ),
            Self::Former => declare!("(array_agg(action order by id))[1] <> 'create' order by record_id"),
            Self::Made => declare!(
                "(array_agg(action order by id))[1] = 'create' and (array_agg(action order by id desc))[1] <> 'delete'
                 order by min(id) desc"
            ),
        }
    }
}

/// A record of the set: what was done to it, its version after that, what that changed, and whether the last of it is recent.
type Entry = (Uuid, Vec<String>, i64, Json<Vec<Map<String, Value>>>, bool);

/// A record of a set on its way.
pub(super) struct Found {
    pub(super) id: Uuid,
    /// What it went through within the set, and, as far as it is there, since.
    pub(super) history: History,
    /// As it is now, if it is there.
    pub(super) stored: Option<Stored>,
}

/// Records of a set on their way, a page at a time.
pub(super) struct Pages {
    def: &'static RecordDef,
    sets: Sets,
    /// The last page was not full.
    is_over: bool,
}

impl Pages {
    /// Begins with the records of a type, which the caller holds ([`hold`]), or others would write what no page knows of. One at a
    /// time, to be read to the end.
    pub(super) async fn open(tx: &mut Tx, def: &'static RecordDef, sets: Sets, which: Which) -> Result<Self> {
        // Not kept prepared: the next cursor of that name is another one.
        sqlx::query(which.declared())
            .bind(tx.org_id)
            .bind(sets.undone)
            .bind(def.name)
            .bind(UNDOABLE_DAYS)
            .persistent(false)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        Ok(Self { def, sets, is_over: false })
    }

    /// The next records, locked. Nothing at the end.
    pub(super) async fn next(&mut self, tx: &mut Tx, actor: &Actor, lock: Lock) -> Result<Option<Vec<Found>>> {
        let found: Vec<Entry> = match self.is_over {
            true => Vec::new(),
            false => sqlx::query_as(NEXT).persistent(false).fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?,
        };
        self.is_over |= found.len() < PAGE;
        if found.is_empty() {
            sqlx::query("close set_records").execute(&mut *tx.inner).await.map_err(from_sqlx)?;
            return Ok(None);
        }
        let ids: Vec<Uuid> = found.iter().map(|(id, ..)| *id).collect();
        let mut stored = load::locked(tx, actor, self.def, &ids, lock).await?;
        let histories = found.into_iter().map(history);
        let mut page: Vec<Found> =
            histories.map(|(id, history)| Found { id, history, stored: stored.remove(&id) }).collect();
        add_later(tx, self.sets, &mut page).await?;
        Ok(Some(page))
    }
}

fn history((id, actions, version, Json(changes), recent): Entry) -> (Uuid, History) {
    let created = actions.first().is_some_and(|action| action == "create");
    let deleted = actions.last().is_some_and(|action| action == "delete");
    let mut history = History { deleted, recent, version, ..History::default() };
    for (field, pair) in changes.into_iter().flatten() {
        let value = || pair.get(0).cloned().unwrap_or_default();
        if created {
            history.amended.entry(field.clone()).or_insert_with(value);
        }
        history.before.entry(field).or_insert_with(value);
    }
    (id, history)
}

/// Fields that were changed after the set by somebody or something else than the set and its undo. By index, record for record: the
/// whole log would be gone through for each page, where it is large and most of it new.
async fn add_later(tx: &mut Tx, sets: Sets, page: &mut [Found]) -> Result<()> {
    // Most have the version that the set left.
    let mut written: BTreeMap<Uuid, &mut History> = page
        .iter_mut()
        .filter(|one| one.stored.as_ref().is_some_and(|stored| stored.row.version > one.history.version))
        .map(|one| (one.id, &mut one.history))
        .collect();
    if written.is_empty() {
        return Ok(());
    }
    let (ids, versions): (Vec<Uuid>, Vec<i64>) = written.iter().map(|(id, history)| (*id, history.version)).unzip();
    let later: Vec<(Uuid, String, Json<Value>)> = sqlx::query_as(
        "select distinct on (a.record_id, field) a.record_id, field, a.changes -> field -> 0
         from unnest($2::uuid[], $3::bigint[]) as s (id, version)
         cross join lateral (select e.record_id, e.version, e.changes from audit_entries e
                             where e.org_id = $1 and e.record_id = s.id and e.version > s.version
                             and e.change_set <> all($4) offset 0) a
         cross join lateral jsonb_object_keys(a.changes) as field
         order by a.record_id, field, a.version",
    )
    .bind(tx.org_id)
    .bind(ids)
    .bind(versions)
    .bind(vec![sets.undone, sets.undo])
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    for (id, field, Json(left)) in later {
        if let Some(history) = written.get_mut(&id) {
            history.later.insert(field, left);
        }
    }
    Ok(())
}
