//! Transactions that take minutes and keep nobody's live updates waiting.

use std::collections::BTreeSet;

use shared::Result;
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::Tx;

/// Has a transaction that has written nothing yet write no events, only know of which types it changed records: who reads the log
/// need not wait for its end. Whoever commits it has these told.
pub(crate) async fn be_quiet(pool: &PgPool, tx: &mut Tx) -> Result<()> {
    let xid: String =
        sqlx::query_scalar("select pg_current_xact_id()::text").fetch_one(&mut *tx.inner).await.map_err(from_sqlx)?;
    // By another connection: nobody sees what this one says before it is over.
    sqlx::query(
        "with over as (delete from quiet_transactions where xid < pg_snapshot_xmin(pg_current_snapshot()))
         insert into quiet_transactions (xid) values ($1::text::xid8)",
    )
    .bind(xid)
    .execute(pool)
    .await
    .map_err(from_sqlx)?;
    tx.quiet = Some(BTreeSet::new());
    Ok(())
}

/// Tells in a transaction of its own what an undo that is over changed quietly, unless somebody has; says whether there was anything.
pub(crate) async fn tell_undone(tx: &mut Tx, change_set: Uuid) -> Result<bool> {
    let told = sqlx::query(
        "with due as (
             select actor_id, untold from undo_runs
             where org_id = $1 and change_set = $2 and untold is not null for update
         ), noted as (
             update undo_runs r set untold = null from due where r.org_id = $1 and r.change_set = $2
         )
         insert into events (org_id, record_type, version, actor_id)
         select $1, record_type, 0, due.actor_id from due, unnest(due.untold) as record_type",
    )
    .bind(tx.org_id)
    .bind(change_set)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(told.rows_affected() > 0)
}
