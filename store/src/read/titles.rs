//! Titles of referenced records, as far as the reader may see them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use shared::access::{Action, Actor, Holder};
use shared::query::Titles;
use shared::timeline::change_pair;
use shared::types::by_name;
use shared::{RecordDef, Result, Row};
use sqlx::types::Json;
use uuid::Uuid;

use crate::columns::named;
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::{Sql, push_scope};

/// Titles of everything that fields the actor sees refer to, in one query.
pub(crate) async fn titles<'r>(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    rows: impl IntoIterator<Item = &'r Row>,
) -> Result<Titles> {
    let mut wanted = Wanted::new();
    rows.into_iter().for_each(|row| note(&mut wanted, actor, def, row));
    titles_of(tx, actor, &wanted).await
}

/// Records whose titles are wanted, by type.
pub(crate) type Wanted = BTreeMap<&'static str, BTreeSet<Uuid>>;

/// Notes what fields of a row refer to or speak of that the actor sees.
pub(super) fn note(wanted: &mut Wanted, actor: &Actor, def: &'static RecordDef, row: &Row) {
    for (_, target, id) in named(def, row).filter(|(field, ..)| actor.sees(def, field)) {
        wanted.entry(target).or_default().insert(id);
    }
}

/// Titles of records by type and id, in the actor's language where they have one in it.
pub(crate) async fn titles_of(tx: &mut Tx, actor: &Actor, wanted: &Wanted) -> Result<Titles> {
    let mut sql = Sql::new("");
    let mut any = false;
    for (name, ids) in wanted {
        let Some(target) = by_name(name).filter(|target| actor.sees_title(target)) else { continue };
        sql.push(if any { " union all " } else { "" });
        let title = match actor.other_title(target) {
            Some(other) => format!("coalesce(nullif(t.{}, ''), t.{})", other.name, target.title),
            None => format!("t.{}::text", target.title),
        };
        // Several tickets may say the same of themselves: people know them by their number.
        let called = match actor.number_of(target) {
            Some(number) => format!("concat_ws(' ', t.{}, {title})", number.name),
            None => title,
        };
        sql.push(format_args!("select t.id, {called} from {} t where t.org_id = ", target.table()));
        sql.push_bind(tx.org_id)
            .push(" and t.id = any(")
            .push_bind(ids.iter().copied().collect::<Vec<_>>())
            .push(") and ");
        push_scope(&mut sql, actor, target, Action::Read, "t");
        any = true;
    }
    if !any {
        return Ok(Titles::new());
    }
    let found: Vec<(Uuid, Option<String>)> = sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(found.into_iter().map(|(id, title)| (id, title.unwrap_or_default())).collect())
}

/// As [`titles_of`], with what was called so and is gone: the log speaks of that too.
pub(crate) async fn titles_then(tx: &mut Tx, actor: &Actor, wanted: &Wanted) -> Result<Titles> {
    let mut titles = titles_of(tx, actor, wanted).await?;
    let gone = titles_of_gone(tx, actor, wanted, &titles).await?;
    titles.extend(gone);
    Ok(titles)
}

/// What records were called last that are deleted or became part of another one, of those that the actor could read; `known`
/// are there.
pub(super) async fn titles_of_gone(tx: &mut Tx, actor: &Actor, wanted: &Wanted, known: &Titles) -> Result<Titles> {
    let may = |name: &str| by_name(name).is_some_and(|def| actor.sees_title(def) && actor.may(def, Action::Read));
    let named = wanted.iter().filter(|(name, _)| may(name)).flat_map(|(_, ids)| ids);
    let missing: Vec<Uuid> = named.filter(|id| !known.contains_key(id)).copied().collect();
    if missing.is_empty() {
        return Ok(Titles::new());
    }
    type Gone = (Uuid, String, Option<String>, Json<Map<String, Value>>);
    let gone: Vec<Gone> = sqlx::query_as(
        "select a.record_id, a.record_type, a.title, a.changes from unnest($2::uuid[]) as missing (id)
         cross join lateral (
             select record_id, record_type, action, title, changes from audit_entries
             where org_id = $1 and record_id = missing.id order by version desc limit 1) a
         where a.action = 'delete'",
    )
    .bind(tx.org_id)
    .bind(missing)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let mut titles = Titles::new();
    for (id, record_type, title, Json(changes)) in gone {
        let Some(def) = by_name(&record_type).filter(|def| wanted.get(def.name).is_some_and(|ids| ids.contains(&id)))
        else {
            continue;
        };
        let values = changes.into_iter().map(|(field, pair)| (field, change_pair(&pair).0.clone())).collect();
        let row = Row { id, version: 0, values };
        // Of what was a part, those are told who read all that it could be a part of.
        let is_part = def.wholes().any(|(field, whole)| row.reference(field.name).is_some() && !actor.reads_all(whole));
        if actor.holds(def, Action::Read, &Holder::of(&row)) && !is_part {
            let number = actor.number_of(def).and_then(|field| row.text(field.name));
            titles.insert(id, number.into_iter().chain(title.as_deref()).collect::<Vec<_>>().join(" "));
        }
    }
    Ok(titles)
}
