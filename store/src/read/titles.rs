//! Titles of referenced records, as far as the reader may see them.

use std::collections::{BTreeMap, BTreeSet};

use shared::access::{Action, Actor};
use shared::query::Titles;
use shared::{RecordDef, Result, Row};
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
pub(super) type Wanted = BTreeMap<&'static str, BTreeSet<Uuid>>;

/// Notes what fields of a row refer to or speak of that the actor sees.
pub(super) fn note(wanted: &mut Wanted, actor: &Actor, def: &'static RecordDef, row: &Row) {
    for (_, target, id) in named(def, row).filter(|(field, ..)| actor.sees(def, field)) {
        wanted.entry(target).or_default().insert(id);
    }
}

/// Titles of records by type and id.
pub(crate) async fn titles_of(tx: &mut Tx, actor: &Actor, wanted: &Wanted) -> Result<Titles> {
    let mut sql = Sql::new("");
    let mut any = false;
    for (name, ids) in wanted {
        let Some(target) = shared::types::by_name(name).filter(|target| actor.sees_title(target)) else { continue };
        sql.push(if any { " union all " } else { "" });
        sql.push(format_args!("select t.id, t.{}::text from {} t where t.org_id = ", target.title, target.table()));
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
