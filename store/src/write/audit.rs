//! Writes prepared rows, and with them, in the same transaction, the audit entry, the event and the search entry.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};
use shared::access::Actor;
use shared::cause::Cause;
use shared::command::Source;
use shared::types::by_name;
use shared::{Error, FieldDef, Kind, RecordDef, Result, Row};
use sqlx::types::Json;
use uuid::Uuid;

use super::load::{self, Lock};
use super::prepare::{Act, Prepared, is_stamp};
use super::search_index;
use crate::columns::{recordset, references, target, to_recordset};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::{Sql, push_ids};

/// A set of changes that can be undone together.
pub(super) struct ChangeSet {
    pub(super) id: Uuid,
    pub(super) source: Source,
    pub(super) undo_of: Option<Uuid>,
    /// Why the system makes them by itself.
    pub(super) causes: Vec<Cause>,
}

/// Writes the rows of one type and logs them. The only statements that change record tables are below this function.
pub(super) async fn write_rows(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    rows: &[Prepared],
    set: &ChangeSet,
) -> Result<()> {
    keep_referred(tx, def, rows).await?;
    insert(tx, def, rows).await?;
    update(tx, def, rows).await?;
    delete(tx, def, rows).await?;
    log(tx, actor, def, rows, set).await?;
    search_index::update(tx, def, rows).await
}

/// Holds what rows newly refer to.
async fn keep_referred(tx: &mut Tx, def: &'static RecordDef, rows: &[Prepared]) -> Result<()> {
    let mut referred = Vec::new();
    for row in rows.iter().filter(|row| matches!(row.act, Act::Create | Act::Update)) {
        referred.extend(references(def, &row.after).filter(|(field, _)| row.changed(field.name)));
    }
    hold_referred(tx, referred).await
}

/// Holds what is referred to where it is more than one of a type, in an order that all keep to. Postgres would do so row by
/// row and column by column, and so might wait for somebody who waits for it.
pub(super) async fn hold_referred(tx: &mut Tx, referred: Vec<(&'static FieldDef, Uuid)>) -> Result<()> {
    for (target, ids) in by_type(referred).into_iter().filter(|(_, ids)| ids.len() > 1) {
        load::hold(tx, target, ids, Lock::Refer).await?;
    }
    Ok(())
}

/// Holds what rows refer to by themselves as far as nobody is to be waited for; whether that is all of it. Postgres looks at it all
/// when a row is written a second time, and whoever has some of it may wait for the row by then.
pub(super) async fn hold_referred_at_once(tx: &mut Tx, def: &'static RecordDef, rows: &[Prepared]) -> Result<bool> {
    let rows = rows.iter().filter(|row| row.act != Act::Delete);
    let referred = rows.flat_map(|row| references(def, &row.after));
    let referred = referred.filter(|(field, _)| matches!(field.kind, Kind::Reference(_))).collect();
    for (target, ids) in by_type(referred) {
        if !load::hold_at_once(tx, target, ids).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What is referred to by its type, in an order that all keep to.
fn by_type(referred: Vec<(&'static FieldDef, Uuid)>) -> Vec<(&'static RecordDef, Vec<Uuid>)> {
    let mut by_type: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    for (field, id) in referred {
        // Nobody deletes people or teams while somebody works.
        if let Some(target) = target(field).filter(|target| !matches!(target.name, "user" | "team")) {
            by_type.entry(target.name).or_default().insert(id);
        }
    }
    let known = by_type.into_iter().filter_map(|(name, ids)| Some((by_name(name)?, ids.into_iter().collect())));
    known.collect()
}

fn objects(rows: &[Prepared], wanted: impl Fn(Act) -> bool) -> (Vec<Uuid>, Vec<Value>) {
    let chosen = rows.iter().filter(|row| wanted(row.act));
    chosen.map(|row| (row.after.id, to_recordset(&row.after))).unzip()
}

async fn insert(tx: &mut Tx, def: &'static RecordDef, rows: &[Prepared]) -> Result<()> {
    let (_, objects) = objects(rows, |act| act == Act::Create);
    if objects.is_empty() {
        return Ok(());
    }
    let names: String = def.all_fields().map(|field| format!(", {}", field.name)).collect();
    let mut sql = Sql::new(format!("insert into {} (org_id, id, version{names}) select ", def.table()));
    sql.push_bind(tx.org_id).push(format_args!(", id, version{names} from jsonb_to_recordset("));
    sql.push_bind(Json(objects)).push(format_args!(") as r ({})", recordset(def)));
    sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(())
}

async fn update(tx: &mut Tx, def: &'static RecordDef, rows: &[Prepared]) -> Result<()> {
    let (ids, objects) = objects(rows, |act| matches!(act, Act::Update | Act::Archive | Act::Restore));
    if objects.is_empty() {
        return Ok(());
    }
    let expected = objects.len() as u64;
    let set: String = def.all_fields().map(|field| format!(", {0} = r.{0}", field.name)).collect();
    let mut sql = Sql::new(format!("update {} t set version = r.version{set} from jsonb_to_recordset(", def.table()));
    sql.push_bind(Json(objects)).push(format_args!(") as r ({}) where t.org_id = ", recordset(def)));
    sql.push_bind(tx.org_id).push(" and t.id = r.id and t.version = r.version - 1");
    // How many rows a recordset has is unknown to the planner, which would read the whole table for a single one.
    push_ids(&mut sql, "t", ids);
    let done = sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    if done.rows_affected() == expected {
        Ok(())
    } else {
        Err(crate::error::internal("a locked row changed its version"))
    }
}

async fn delete(tx: &mut Tx, def: &'static RecordDef, rows: &[Prepared]) -> Result<()> {
    let ids: Vec<Uuid> = rows.iter().filter(|row| row.act == Act::Delete).map(|row| row.after.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new(format!("delete from {} t where t.org_id = ", def.table()));
    sql.push_bind(tx.org_id);
    push_ids(&mut sql, "t", ids);
    sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(())
}

/// `{field: [before, after]}` of everything that differs, stamps left out.
fn changes(row: &Prepared) -> BTreeMap<&str, [&Value; 2]> {
    let is_gone = row.act == Act::Delete;
    let sides = [row.before.as_ref(), (!is_gone).then_some(&row.after)];
    let names = sides.into_iter().flatten().flat_map(|row| row.values.keys());
    let pairs = names.map(|name| (name.as_str(), sides.map(|side| side.map_or(&Value::Null, |row| row.value(name)))));
    pairs.filter(|(name, [before, after])| before != after && (is_gone || !is_stamp(name))).collect()
}

/// An audit entry on its way, with whose the record was before.
#[derive(Serialize)]
struct Entry<'a> {
    record_id: Uuid,
    version: i64,
    action: &'static str,
    title: Option<&'a str>,
    changes: BTreeMap<&'a str, [&'a Value; 2]>,
    was_owner_id: Option<Uuid>,
    was_team_id: Option<Uuid>,
}

impl<'a> Entry<'a> {
    fn of(def: &RecordDef, row: &'a Prepared) -> Self {
        let was = row.holder_before();
        Self {
            record_id: row.after.id,
            version: row.after.version,
            action: row.act.code(),
            title: row.after.text(def.title),
            changes: changes(row),
            was_owner_id: was.owner_id,
            was_team_id: was.team_id,
        }
    }
}

/// Change set, audit entries and events of all rows in one statement. Several commands may share a set, but only of one
/// person and only until it is undone.
async fn log(tx: &mut Tx, actor: &Actor, def: &'static RecordDef, rows: &[Prepared], set: &ChangeSet) -> Result<()> {
    let entries: Vec<Entry> = rows.iter().map(|row| Entry::of(def, row)).collect();
    let logged = sqlx::query(
        "with opened as (
             select where guanxi_open_set($2, $3, $5, $6, $7)
         ), entry as (
             select r.* from opened cross join
             jsonb_to_recordset($1) as r (record_id uuid, version bigint, action text, title text, changes jsonb,
                                          was_owner_id uuid, was_team_id uuid)
         ), told as (
             insert into events (org_id, record_type, record_id, version, gone, actor_id, was_owner_id, was_team_id)
             select $2, $4, record_id, version, action = 'delete', $5, was_owner_id, was_team_id from entry where $9
         )
         insert into audit_entries (org_id, change_set, record_type, record_id, version, action, actor_id, source, title, changes, causes)
         select $2, $3, $4, record_id, version, action, $5, $6, title, changes, $8 from entry",
    )
    .bind(Json(entries))
    .bind(tx.org_id)
    .bind(set.id)
    .bind(def.name)
    .bind(actor.user_id)
    .bind(set.source.code())
    .bind(set.undo_of)
    .bind((!set.causes.is_empty()).then_some(Json(&set.causes)))
    .bind(is_told(tx, def))
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if logged.rows_affected() == rows.len() as u64 { Ok(()) } else { Err(Error::invalid("change_set", "taken")) }
}

/// Whether changes of records are told one by one; a transaction that doesn't keeps that there are some of the type.
fn is_told(tx: &mut Tx, def: &'static RecordDef) -> bool {
    tx.quiet.as_mut().map(|types| types.insert(def.name)).is_none()
}

/// That a file of what is called so (a record type, the audit log) was made (`export`), or fetched later (`download`). It
/// is of no record: the id is nobody's.
pub(crate) async fn note_file(tx: &mut Tx, actor: &Actor, of: (&str, Source), file: (&str, &str)) -> Result<()> {
    note_facts(tx, actor, of, file, Map::new()).await
}

/// The same with what is told of the file, see [`shared::audit::FILTER`].
pub(crate) async fn note_facts(
    tx: &mut Tx,
    actor: &Actor,
    (of, source): (&str, Source),
    (action, file): (&str, &str),
    facts: Map<String, Value>,
) -> Result<()> {
    sqlx::query(
        "insert into audit_entries (org_id, change_set, record_type, record_id, version, action, actor_id, source, title, changes)
         values ($1, $2, $3, $2, 0, $7, $4, $5, $6, $8)",
    )
    .bind(tx.org_id)
    .bind(Uuid::now_v7())
    .bind(of)
    .bind(actor.user_id)
    .bind(source.code())
    .bind(file)
    .bind(action)
    .bind(Json(facts))
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

/// Events for rows that the store itself touched (derived values, fresh ranks): nothing a person did, so no audit.
pub(super) async fn events_for(tx: &mut Tx, actor: &Actor, def: &'static RecordDef, ids: &[Uuid]) -> Result<()> {
    if !is_told(tx, def) {
        return Ok(());
    }
    let rows: Vec<Row> = super::load::rows_by_id(tx, def, &ids.iter().copied().collect()).await?;
    let (ids, versions): (Vec<Uuid>, Vec<i64>) = rows.iter().map(|row| (row.id, row.version)).unzip();
    // Whose they are did not change.
    let (owners, teams): (Vec<Option<Uuid>>, Vec<Option<Uuid>>) =
        rows.iter().map(|row| (row.reference("owner_id"), row.reference("team_id"))).unzip();
    sqlx::query(
        "insert into events (org_id, record_type, record_id, version, actor_id, was_owner_id, was_team_id)
         select $1, $2, r.id, r.version, $3, r.owner_id, r.team_id
         from unnest($4::uuid[], $5::bigint[], $6::uuid[], $7::uuid[]) as r (id, version, owner_id, team_id)",
    )
    .bind(tx.org_id)
    .bind(def.name)
    .bind(actor.user_id)
    .bind(ids)
    .bind(versions)
    .bind(owners)
    .bind(teams)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}
