//! The live log: read once per node, filtered per subscriber, resumable without loss.

mod facts;
mod hub;
mod log;
mod presence;
mod subscription;
mod told;

pub use hub::LiveHub;
pub use subscription::{Delivery, Subscription};
pub use told::Told;

use shared::Result;
use shared::live::Cursor;

use crate::error::from_sqlx;
use crate::pool::Tx;

/// Position such that every event at or before it is visible to this transaction's next statements.
///
/// Taken before reading: an event committed in between is delivered again, which is harmless, never lost.
pub(crate) async fn snapshot_cursor(tx: &mut Tx) -> Result<Cursor> {
    let (xmin,): (String,) = sqlx::query_as("select pg_snapshot_xmin(pg_current_snapshot())::text")
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    Ok(Cursor { xid: xmin.parse().unwrap_or(0), id: 0 })
}
