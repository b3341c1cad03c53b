//! Undos and erasures of an organisation keep apart: what one reads of the history may be what the other takes out of it.

use shared::Result;

use crate::error::from_sqlx;
use crate::locks::{is_shared, nobody_alone, nobody_else};
use crate::pool::{DbRole, Store, Tx};

/// Names the lock that an erasure has alone from its beginning, and that undos share.
const ERASURES: &str = "erasures";

/// Waits until nobody is being erased; until the transaction ends nobody will be.
pub(super) async fn wait(tx: &mut Tx) -> Result<()> {
    nobody_alone(tx, ERASURES).await
}

/// Whether nobody is being erased; until the transaction ends nobody will be. It doesn't wait: whoever asks looks again later.
pub(super) async fn are_over(tx: &mut Tx) -> Result<bool> {
    is_shared(tx, ERASURES).await
}

impl Store {
    /// Lets nobody undo anything until the transaction ends that it gives, which is an erasure's; that given to it has locked nothing.
    /// Undos in the background let go of what they hold, and begin anew as other sets: they may have read what is being taken out of
    /// the history. They are told so before, by a transaction that ends at once: the erasure would wait for them.
    pub(in crate::write) async fn stop_undos(&self, mut tx: Tx) -> Result<Tx> {
        loop {
            nobody_else(&mut tx, ERASURES).await?;
            if !stop(&mut tx).await? {
                return Ok(tx);
            }
            // One may begin before the lock is there again.
            let org_id = tx.org_id;
            tx.commit().await?;
            tx = self.begin(org_id, DbRole::Writer).await?;
        }
    }
}

/// Stops undos that are under way, and says whether there were any. One that comes to its end at this moment is waited for: it was
/// before the erasure. To be stopped is no try that failed; only of one that was asked for six hours ago it is, or it could go on so
/// for ever.
async fn stop(tx: &mut Tx) -> Result<bool> {
    let stopped = sqlx::query(
        "update undo_runs set undo_set = gen_random_uuid(), status = 'waiting', held_until = '-infinity',
                attempt = case when created_at > now() - interval '6 hours' then greatest(attempt - 1, 0) else attempt end
         where org_id = $1 and status = 'running'",
    )
    .bind(tx.org_id)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(stopped.rows_affected() > 0)
}
