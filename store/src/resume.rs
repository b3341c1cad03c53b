//! Work in the background that outlives the node which began it. Whoever works on a run holds it for a short time, again and
//! again; once nobody does, because its node died, whoever looks goes on with it or begins anew.

use std::time::Duration;

use shared::Result;
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::Store;

/// A kind of such work.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// What the log calls it.
    pub(crate) what: &'static str,
    /// Finds the runs that nobody holds, of all organisations: their organisation and id.
    pub(crate) orphans: &'static str,
    /// How often is looked for them.
    pub(crate) every: Duration,
    /// Takes up a run, unless another node has it by then.
    pub(crate) work: fn(&Store, Uuid, Uuid),
}

impl Store {
    /// Takes up what nodes that died left of a kind, now and again and again.
    pub(crate) fn resume(&self, kind: Kind) {
        let store = self.clone();
        tokio::spawn(async move {
            while !store.pool.is_closed() {
                if let Err(fault) = store.take_up(kind).await {
                    tracing::warn!(%fault, "looking for unfinished {} failed", kind.what);
                }
                tokio::time::sleep(kind.every).await;
            }
        });
    }

    /// Takes up what nobody holds of a kind.
    pub(crate) async fn take_up(&self, kind: Kind) -> Result<()> {
        let orphans: Vec<(Uuid, Uuid)> = sqlx::query_as(kind.orphans).fetch_all(&self.pool).await.map_err(from_sqlx)?;
        for (org_id, id) in orphans {
            (kind.work)(self, org_id, id);
        }
        Ok(())
    }
}
