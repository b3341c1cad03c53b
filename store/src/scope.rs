//! The caller's scope as an SQL condition: the same everywhere a row is read, counted, summed or streamed.

use shared::access::{Action, Actor, Level};
use shared::{FieldDef, RecordDef};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::columns::target;

/// SQL under construction.
pub(crate) type Sql = QueryBuilder<Postgres>;

/// A reference to what rows are parts of, and the type that it leads to.
type Whole = (&'static FieldDef, &'static RecordDef);

/// Appends ` and alias.id …` for rows of these ids. A single one is compared as such: for a list of unknown length Postgres
/// would plan each time anew.
pub(crate) fn push_ids(sql: &mut Sql, alias: &str, ids: Vec<Uuid>) {
    match ids[..] {
        [id] => sql.push(format_args!(" and {alias}.id = ")).push_bind(id),
        _ => sql.push(format_args!(" and {alias}.id = any(")).push_bind(ids).push(")"),
    };
}

/// Appends the condition under which `actor` may do `action` with the row `alias` of the type.
///
/// Reading is inherited through the references in [`RecordDef::through`], for types the actor may read at all. What is within
/// other records ([`RecordDef::within`]) is out of reach where one of those can't be read; nothing is looked up for wholes of
/// which the actor reads all.
pub(crate) fn push_scope(sql: &mut Sql, actor: &Actor, def: &RecordDef, action: Action, alias: &str) {
    let is_limit = |(_, whole): &Whole| actor.may(def, action) && !actor.reads_all(whole);
    let limits: Vec<Whole> = def.wholes().filter(is_limit).collect();
    if limits.is_empty() {
        push_granted(sql, actor, def, action, alias);
        return;
    }
    sql.push("(");
    // A whole that is always there and can be read opens its parts by itself.
    let opens = |(field, _): &Whole| field.required && def.through.contains(&field.name);
    match action == Action::Read && limits.iter().any(opens) {
        true => drop(sql.push("true")),
        false => push_granted(sql, actor, def, action, alias),
    }
    for whole in limits {
        sql.push(" and ");
        push_within(sql, actor, whole, alias);
    }
    sql.push(")");
}

/// What the rights on the type itself, and for reading those on what its rows belong to, reach.
fn push_granted(sql: &mut Sql, actor: &Actor, def: &RecordDef, action: Action, alias: &str) {
    let level = actor.level(def, action);
    match level {
        Level::All => {
            sql.push("true");
        }
        Level::None => {
            sql.push("false");
        }
        _ => {
            sql.push("(");
            push_level(sql, actor, level, alias);
            if def.pool && action.reaches_pool() {
                sql.push(format_args!(" or ({alias}.owner_id is null and {alias}.team_id is null)"));
            }
            if action == Action::Read {
                push_audience(sql, actor, def, alias);
                push_through(sql, actor, def, alias);
            }
            sql.push(")");
        }
    }
}

fn push_level(sql: &mut Sql, actor: &Actor, level: Level, alias: &str) {
    sql.push(format_args!("{alias}.owner_id = ")).push_bind(actor.user_id);
    match (level, actor.team_id) {
        (Level::Team, Some(team)) => {
            sql.push(format_args!(" or {alias}.team_id = ")).push_bind(team);
        }
        (Level::TeamBelow, Some(_)) => {
            sql.push(format_args!(" or {alias}.team_id = any(")).push_bind(actor.teams_below.clone()).push(")");
        }
        _ => {}
    }
}

fn push_audience(sql: &mut Sql, actor: &Actor, def: &RecordDef, alias: &str) {
    if def.audience {
        sql.push(format_args!(
            " or {alias}.audience = 'everyone' or ({alias}.audience = 'team' and {alias}.team_id = "
        ));
        sql.push_bind(actor.team_id).push(")");
    }
}

fn push_through(sql: &mut Sql, actor: &Actor, def: &RecordDef, alias: &str) {
    for name in def.through {
        if let Some(parent) = def.field(name).and_then(target).filter(|parent| actor.may(parent, Action::Read)) {
            sql.push(" or ");
            push_reads(sql, actor, (*name, parent), alias);
        }
    }
}

/// The row is no part of such a record, or that can be read.
fn push_within(sql: &mut Sql, actor: &Actor, (field, whole): Whole, alias: &str) {
    match (field.required, actor.may(whole, Action::Read)) {
        (true, true) => push_reads(sql, actor, (field.name, whole), alias),
        (true, false) => drop(sql.push("false")),
        (false, true) => {
            sql.push(format_args!("({alias}.{} is null or ", field.name));
            push_reads(sql, actor, (field.name, whole), alias);
            sql.push(")");
        }
        (false, false) => drop(sql.push(format_args!("{alias}.{} is null", field.name))),
    }
}

/// The record that the field `name` refers to can be read.
fn push_reads(sql: &mut Sql, actor: &Actor, (name, parent): (&str, &RecordDef), alias: &str) {
    let inner = format!("{alias}_{}", parent.name);
    sql.push(format_args!(
        "exists (select from {} {inner} where {inner}.org_id = {alias}.org_id and {inner}.id = {alias}.{name} and ",
        parent.table()
    ));
    push_scope(sql, actor, parent, Action::Read, &inner);
    sql.push(")");
}
