//! Checks that need the database: references exist and are readable, unique values are free, trees have no cycles.

use std::collections::{BTreeMap, BTreeSet};

use shared::access::Actor;
use shared::record::drop_consequences;
use shared::types::REGISTRY;
use shared::{Error, FieldError, Kind, RecordDef, Result};
use sqlx::Row as _;
use uuid::Uuid;

use super::load::readable;
use super::prepare::{Act, Prepared};
use crate::columns::named;
use crate::error::from_sqlx;
use crate::locks::nobody_else;
use crate::pool::Tx;
use crate::scope::Sql;

/// Reports references to records that do not exist or may not be read; only changed fields are looked at.
pub(super) async fn references_exist(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    rows: &mut [Prepared],
) -> Result<()> {
    let mut wanted: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    for row in rows.iter() {
        for (_, target, id) in named(def, &row.after).filter(|(field, ..)| row.changed(field.name) && !field.read_only)
        {
            // Whoever acts exists; most records are their own.
            if !(target == "user" && id == actor.user_id || target == "team" && Some(id) == actor.team_id) {
                wanted.entry(target).or_default().insert(id);
            }
        }
    }
    let mut known: BTreeSet<Uuid> = BTreeSet::from_iter([actor.user_id].into_iter().chain(actor.team_id));
    for (name, ids) in &wanted {
        let Some(target) = shared::types::by_name(name) else { continue };
        // Records made earlier in the same batch are visible to this transaction only after it wrote them.
        known.extend(rows.iter().filter(|_| target.name == def.name).map(|row| row.after.id));
        known.extend(readable(tx, actor, target, ids).await?);
    }
    for row in rows.iter_mut() {
        let missing: Vec<FieldError> = named(def, &row.after)
            .filter(|(field, _, id)| row.changed(field.name) && !field.read_only && !known.contains(id))
            .map(|(field, ..)| FieldError::new(field.name, "reference"))
            .collect();
        row.errors.extend(missing);
        drop_consequences(def, &mut row.errors);
    }
    Ok(())
}

/// Refuses new records whose id belongs, or belonged, to a record of another type: histories, search and presence know
/// records by their id alone, and whoever took one would get at what is another's.
pub(super) async fn ids_are_free(tx: &mut Tx, def: &RecordDef, rows: &mut [Prepared]) -> Result<()> {
    let created = |row: &&Prepared| row.act == Act::Create && row.fault.is_none();
    let ids: Vec<Uuid> = rows.iter().filter(created).map(|row| row.after.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let sql = "select record_id from audit_entries where org_id = $1 and record_id = any($2) and record_type <> $3";
    let taken: Vec<Uuid> = sqlx::query_scalar(sql)
        .bind(tx.org_id)
        .bind(ids)
        .bind(def.name)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    for row in rows.iter_mut().filter(|row| row.act == Act::Create && taken.contains(&row.after.id)) {
        row.fault = Some(Error::invalid("id", "taken"));
    }
    Ok(())
}

/// Refuses to delete what a list of references names: unlike single references, lists have no foreign key.
pub(super) async fn not_listed_elsewhere(tx: &mut Tx, def: &'static RecordDef, rows: &mut [Prepared]) -> Result<()> {
    let deleted = |row: &&Prepared| row.act == Act::Delete && row.fault.is_none();
    let ids: Vec<Uuid> = rows.iter().filter(deleted).map(|row| row.after.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut listed: BTreeSet<Uuid> = BTreeSet::new();
    for other in REGISTRY {
        for field in other.fields.iter().filter(|field| field.kind == Kind::References(def.name)) {
            let mut sql = Sql::new("select distinct r.id from ");
            sql.push(format_args!("{} t cross join lateral unnest(t.{}) as r (id)", other.table(), field.name));
            sql.push(" where t.org_id = ").push_bind(tx.org_id).push(format_args!(" and t.{} && ", field.name));
            sql.push_bind(ids.clone()).push(" and r.id = any(").push_bind(ids.clone()).push(")");
            let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
            listed.extend(found.iter().filter_map(|raw| raw.try_get::<Uuid, _>(0).ok()));
        }
    }
    for row in rows.iter_mut().filter(|row| row.act == Act::Delete && listed.contains(&row.after.id)) {
        row.errors.push(FieldError::new("", "referenced"));
    }
    Ok(())
}

/// Reports values of unique fields that another live record has, or another row of the same batch.
pub(super) async fn unique_values(tx: &mut Tx, def: &'static RecordDef, rows: &mut [Prepared]) -> Result<()> {
    for field in def.fields.iter().filter(|f| f.unique) {
        // A value that was refused already is as the caller sent it, not as the database could take it.
        let clean = |row: &Prepared| row.fault.is_none() && row.errors.iter().all(|e| e.field != field.name);
        let changed: Vec<usize> = (0..rows.len())
            .filter(|i| rows[*i].changed(field.name) && rows[*i].after.text(field.name).is_some() && clean(&rows[*i]))
            .collect();
        if changed.is_empty() {
            continue;
        }
        let value = |row: &Prepared| row.after.text(field.name).unwrap_or_default().to_lowercase();
        let values: Vec<String> = changed.iter().map(|i| value(&rows[*i])).collect();
        let own: Vec<Uuid> = rows.iter().map(|row| row.after.id).collect();
        let taken: Vec<String> = sqlx::query_scalar("select guanxi_taken($1::text::regclass, $2, $3, $4)")
            .bind(def.table())
            .bind(field.name)
            .bind(&values)
            .bind(own)
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        let mut seen = BTreeSet::from_iter(taken);
        for (index, value) in changed.into_iter().zip(values) {
            if !seen.insert(value) {
                rows[index].errors.push(FieldError::new(field.name, "taken"));
            }
        }
    }
    Ok(())
}

/// Whether some written row is now its own ancestor.
pub(super) async fn has_cycle(tx: &mut Tx, def: &'static RecordDef, rows: &[Prepared]) -> Result<bool> {
    let Some(parent) = def.tree else { return Ok(false) };
    let moved: Vec<Uuid> =
        rows.iter().filter(|r| r.changed(parent) && r.after.reference(parent).is_some()).map(|r| r.after.id).collect();
    if moved.is_empty() {
        return Ok(false);
    }
    let table = def.table();
    let mut sql =
        Sql::new(format!("with recursive up as (select id as start, {parent} as at from {table} where org_id = "));
    sql.push_bind(tx.org_id).push(" and id = any(").push_bind(moved);
    sql.push(format_args!(
        ") union select up.start, t.{parent} from up join {table} t on t.id = up.at and t.org_id = "
    ));
    sql.push_bind(tx.org_id).push(") select exists (select from up where at = start)");
    let (cycle,): (bool,) = sql.build_query_as().fetch_one(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(cycle)
}

/// Whether somebody who may sign in administers the organisation. Only looked up where a change of this type could take
/// the last one away, which nobody in the organisation could repair.
pub(super) async fn has_administrator(tx: &mut Tx, def: &RecordDef) -> Result<bool> {
    if !matches!(def.name, "user" | "role") {
        return Ok(false);
    }
    // One after the other: two administrators who deactivate each other at once would both be let.
    nobody_else(tx, "administrators").await?;
    sqlx::query_scalar(
        "select exists (select from users u join roles r on r.org_id = u.org_id and r.id = any(u.role_ids)
         where u.org_id = $1 and u.active and u.archived_at is null and r.archived_at is null and r.grants ->> 'admin' = 'true')",
    )
    .bind(tx.org_id)
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Refuses what took the organisation's last administrator away, `had` being what [`has_administrator`] said before.
pub(super) async fn keeps_administrator(tx: &mut Tx, def: &RecordDef, had: bool) -> Result<()> {
    if had && !has_administrator(tx, def).await? {
        return Err(Error::invalid("", "last_administrator"));
    }
    Ok(())
}
