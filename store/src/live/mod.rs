//! The live log: read once per node, filtered per subscriber, resumable without loss.

mod facts;
mod hub;
mod log;
mod presence;
mod quiet;
mod subscription;
mod told;

pub use hub::LiveHub;
pub(crate) use hub::Message;
pub(crate) use log::{Entry, News};
pub(crate) use quiet::{be_quiet, tell_undone};
pub use subscription::{Delivery, Subscription};
pub use told::Told;

use shared::Result;
use shared::live::Cursor;
use sqlx::{AssertSqlSafe, PgExecutor};

use crate::error::{from_sqlx, internal};
use crate::pool::Tx;

/// Column that says where a statement's snapshot stands in the log; read it with [`cursor_of`].
pub(crate) const SNAPSHOT: &str = "pg_snapshot_xmin(pg_current_snapshot())::text";

/// Position such that every event at or before it is visible to a statement with this [`SNAPSHOT`], and to later ones.
pub(crate) fn cursor_of(xmin: &str) -> Result<Cursor> {
    Ok(Cursor { xid: xmin.parse().map_err(internal)?, id: 0 })
}

/// Up to where the log is complete now: for streams that begin, and for what a transaction reads in several statements.
///
/// Taken before reading: an event committed in between is delivered again, which is harmless, never lost.
pub(crate) async fn snapshot_cursor(executor: impl PgExecutor<'_>) -> Result<Cursor> {
    let xmin: String =
        sqlx::query_scalar(AssertSqlSafe(format!("select {SNAPSHOT}"))).fetch_one(executor).await.map_err(from_sqlx)?;
    cursor_of(&xmin)
}

/// Whether what was written in an organisation behind a [`snapshot_cursor`] may be seen by now.
pub(crate) async fn is_written_since(tx: &mut Tx, cursor: Cursor) -> Result<bool> {
    sqlx::query_scalar("select exists (select from events where org_id = $1 and xid >= $2::text::xid8)")
        .bind(tx.org_id)
        .bind(cursor.xid.to_string())
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
}
