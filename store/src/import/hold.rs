//! Holding a run while it is prepared: for a short time, again and again, so that another node soon goes on when this one dies.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use shared::{Error, Result};
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::{DbRole, Store, Tx};

/// How often the hold is renewed: a third of what it lasts, so that one renewal may come late.
const BEAT: Duration = Duration::from_secs(10);

/// This node's hold on a run.
pub(super) struct Hold {
    store: Store,
    org_id: Uuid,
    run: Uuid,
    /// Until when: who else takes the run changes that, and nobody renews a hold but by it.
    until: Mutex<DateTime<Utc>>,
}

impl Hold {
    /// A hold that was taken, with the task that renews it; dropped, that ends.
    pub(super) fn keep(store: &Store, org_id: Uuid, run: Uuid, until: DateTime<Utc>) -> (Arc<Self>, JoinSet<()>) {
        let hold = Arc::new(Self { store: store.clone(), org_id, run, until: Mutex::new(until) });
        let mut beating = JoinSet::new();
        beating.spawn(Arc::clone(&hold).beat());
        (hold, beating)
    }

    async fn beat(self: Arc<Self>) {
        loop {
            tokio::time::sleep(BEAT).await;
            // Lost or not: whoever prepares the run notices with the next part, and the database may only be away.
            if let Err(fault) = self.renew().await {
                tracing::warn!(%fault, run = %self.run, "the hold of an import could not be renewed");
            }
        }
    }

    async fn renew(&self) -> Result<()> {
        let mut held = self.until().await;
        let mut tx = self.begin().await?;
        let until = self.renew_in(&mut tx, *held).await?;
        tx.commit().await?;
        *held = until;
        Ok(())
    }

    /// A transaction for what belongs to the run.
    pub(super) async fn begin(&self) -> Result<Tx> {
        self.store.begin(self.org_id, DbRole::Reader).await
    }

    /// Until when it lasts; nobody else renews it while that is in hand.
    pub(super) async fn until(&self) -> MutexGuard<'_, DateTime<Utc>> {
        self.until.lock().await
    }

    /// Holds the run for another half minute once the transaction is committed, and keeps others from it until then. Gives
    /// the time until when.
    ///
    /// # Errors
    /// `Offline` when the run was stopped or is another node's now.
    pub(super) async fn renew_in(&self, tx: &mut Tx, until: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let held: Option<DateTime<Utc>> = sqlx::query_scalar(
            "update import_runs set held_until = clock_timestamp() + interval '30 seconds'
             where org_id = $1 and id = $2 and status = 'waiting' and held_until = $3 returning held_until",
        )
        .bind(self.org_id)
        .bind(self.run)
        .bind(until)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        held.ok_or(Error::Offline)
    }
}
