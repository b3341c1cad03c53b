//! The caller's scope as an SQL condition: the same everywhere a row is read, counted, summed or streamed.

use shared::RecordDef;
use shared::access::{Action, Actor, Level};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::columns::target;

/// SQL under construction.
pub(crate) type Sql = QueryBuilder<Postgres>;

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
/// Reading is inherited through the references in [`RecordDef::through`], for types the actor may read at all.
pub(crate) fn push_scope(sql: &mut Sql, actor: &Actor, def: &RecordDef, action: Action, alias: &str) {
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
        let Some(parent) = def.field(name).and_then(target) else { continue };
        let inner = format!("{alias}_{}", parent.name);
        sql.push(format_args!(
            " or exists (select from {} {inner} where {inner}.org_id = {alias}.org_id and {inner}.id = {alias}.{name} and ",
            parent.table()
        ));
        push_scope(sql, actor, parent, Action::Read, &inner);
        sql.push(")");
    }
}
