//! Keeps what was decided with its run, in short transactions: live delivery waits for those that are open.

use std::sync::Arc;

use shared::Result;
use sqlx::types::Json;
use uuid::Uuid;

use super::decided::Refused;
use super::{Chunk, Table};
use crate::error::{from_sqlx, internal};
use crate::import::hold::Hold;
use crate::import::refusals::{Refusals, keep};
use crate::pool::Tx;

/// Keeps a run's commands while this node holds it.
pub(in crate::import) struct Keeper {
    hold: Arc<Hold>,
    run: Uuid,
    position: i32,
}

impl Keeper {
    /// Begins anew: what an interrupted attempt left goes.
    ///
    /// # Errors
    /// Database faults; `Offline` when the run was stopped or is another node's now.
    pub(in crate::import) async fn begin(hold: Arc<Hold>, run: Uuid) -> Result<Self> {
        let mut held = hold.until().await;
        let mut tx = hold.begin().await?;
        let until = hold.renew_in(&mut tx, *held).await?;
        sqlx::query(
            "with chunks as (delete from import_chunks where org_id = $1 and run_id = $2)
             delete from import_refusals where org_id = $1 and run_id = $2",
        )
        .bind(tx.org_id)
        .bind(run)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        *held = until;
        drop(held);
        Ok(Self { hold, run, position: 0 })
    }

    /// Keeps some commands and refused rows.
    ///
    /// # Errors
    /// `Offline` when the run was stopped or is another node's now.
    pub(super) async fn keep(&mut self, chunks: &[Chunk], refused: Vec<Refused>, tables: &[Table]) -> Result<()> {
        let mut held = self.hold.until().await;
        let mut tx = self.hold.begin().await?;
        // First of all: what another node keeps meanwhile has the same positions.
        let until = self.hold.renew_in(&mut tx, *held).await?;
        self.insert(&mut tx, chunks).await?;
        let mut refusals = Refusals::default();
        for row in refused {
            refusals.add(row.place, row.record_type, row.error, tables);
        }
        keep(&mut tx, self.run, refusals).await?;
        // And from now on: all of it may have taken a while.
        let until = self.hold.renew_in(&mut tx, until).await?;
        tx.commit().await?;
        *held = until;
        self.position += i32::try_from(chunks.len()).map_err(internal)?;
        Ok(())
    }

    async fn insert(&self, tx: &mut Tx, chunks: &[Chunk]) -> Result<()> {
        for (position, chunk) in (self.position..).zip(chunks) {
            sqlx::query(
                "insert into import_chunks (org_id, run_id, position, wave, record_type, changes, sources)
                 values ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(tx.org_id)
            .bind(self.run)
            .bind(position)
            .bind(chunk.wave)
            .bind(chunk.record_type)
            .bind(Json(&chunk.changes))
            .bind(Json(&chunk.places))
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        }
        Ok(())
    }
}
