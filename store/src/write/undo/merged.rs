//! Merges that are taken back, and those that are carried out again because that is taken back in turn.

use shared::types::by_name;
use shared::{RecordDef, Result};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::Sql;

/// The merge behind a set that is undone.
pub(super) struct Merged {
    /// The set that merged the records.
    set: Uuid,
    /// Their type.
    pub(super) def: &'static RecordDef,
    /// They are to become one again.
    again: bool,
    /// The record that stayed: the last of its type that the merge changed.
    pub(super) stays: Option<Uuid>,
}

/// The merge that a set is, or that it took back, or carried out again.
pub(super) async fn merged(tx: &mut Tx, change_set: Uuid) -> Result<Option<Merged>> {
    // Sets from before merges were told apart are known by where the ids lead, as long as they do.
    let found: Option<(Uuid, String, bool, Option<Uuid>)> = sqlx::query_as(
        "with recursive way as (
             select id, undo_of, source, 0 as turns from change_sets where org_id = $1 and id = $2
             union all select c.id, c.undo_of, c.source, way.turns + 1
             from way join change_sets c on c.org_id = $1 and c.id = way.undo_of
         )
         select way.id, one.record_type, way.turns % 2 = 1, (
             select l.record_id from audit_entries l where l.org_id = $1 and l.change_set = way.id
             and l.record_type = one.record_type and l.action = 'update' and l.source = 'merge' order by l.id desc limit 1)
         from way cross join lateral (
             select m.record_type from merged_records m where m.org_id = $1 and m.change_set = way.id
             union all select a.record_type from audit_entries a
             where a.org_id = $1 and a.change_set = way.id and a.action = 'delete' and way.source = 'merge'
             limit 1
         ) one limit 1",
    )
    .bind(tx.org_id)
    .bind(change_set)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.and_then(|(set, name, again, stays)| Some(Merged { set, def: by_name(&name)?, again, stays })))
}

impl Merged {
    /// Lets the ids lead to their own records, or again to the one that they became.
    pub(super) async fn lead(self, tx: &mut Tx) -> Result<()> {
        sqlx::query("delete from merged_records where org_id = $1 and change_set = $2")
            .bind(tx.org_id)
            .bind(self.set)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        let Some(stays) = self.stays.filter(|_| self.again) else { return Ok(()) };
        let mut sql = Sql::new(
            "insert into merged_records (org_id, id, record_type, into_id, change_set, number)
             select a.org_id, a.record_id, a.record_type, ",
        );
        sql.push_bind(stays).push("::uuid, a.change_set, a.changes #>> '{number,0}' from audit_entries a");
        sql.push(" where a.org_id = ").push_bind(tx.org_id).push(" and a.change_set = ").push_bind(self.set);
        sql.push(" and a.record_type = ").push_bind(self.def.name).push(" and a.action = 'delete'");
        // Those that others worked on meanwhile are kept.
        let table = self.def.table();
        sql.push(format_args!(
            " and not exists (select from {table} t where t.org_id = a.org_id and t.id = a.record_id)"
        ));
        // Nor are those turned back that became part of yet another one.
        sql.push(" on conflict (org_id, id) do nothing");
        sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
        Ok(())
    }
}
