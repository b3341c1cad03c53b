//! Stopping an undo in the background, for those who may begin it.

use shared::access::Actor;
use shared::history::{STOPPED, UndoRun};
use shared::import::Status;
use shared::{Error, Result};
use uuid::Uuid;

use super::{Claim, claim};
use crate::error::from_sqlx;
use crate::pool::Store;

impl Store {
    /// Stops the undo of a change set in the background: nothing of it stays, and it can be begun again. The node that works on it
    /// lets go of what it holds within a second or two. One that had failed, or was stopped before, is told as it is.
    ///
    /// # Errors
    /// As [`Store::undo_run`]; `Invalid(already_undone)` once it is finished.
    pub async fn stop_undo(&self, actor: &Actor, change_set: Uuid) -> Result<UndoRun> {
        let mut tx = self.reading(actor).await?;
        claim(&mut tx, actor, change_set, Claim::Seen).await?;
        // One that comes to its end at this moment is waited for, and finished then.
        sqlx::query(
            "update undo_runs set status = 'failed', reason = $3, finished_at = clock_timestamp()
             where org_id = $1 and change_set = $2 and status in ('waiting', 'running')",
        )
        .bind(actor.org_id)
        .bind(change_set)
        .bind(STOPPED)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        let run = self.undo_run(actor, change_set).await?;
        match run.status {
            Status::Finished => Err(Error::invalid("change_set", "already_undone")),
            _ => Ok(run),
        }
    }
}
