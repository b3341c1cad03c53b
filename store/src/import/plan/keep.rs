//! Keeps what was decided with its run, in short transactions: live delivery waits for those that are open.

use chrono::{DateTime, Utc};
use shared::{Error, Result};
use sqlx::types::Json;
use uuid::Uuid;

use super::decided::Refused;
use super::{Chunk, Table};
use crate::error::{from_sqlx, internal};
use crate::import::refusals::{Refusals, keep};
use crate::pool::{DbRole, Store};

/// Keeps a run's commands while this node holds it.
pub(in crate::import) struct Keeper<'k> {
    store: &'k Store,
    org_id: Uuid,
    run: Uuid,
    /// Until when it holds it: who else takes the run changes that.
    held_until: DateTime<Utc>,
    position: i32,
}

impl<'k> Keeper<'k> {
    /// Begins anew: what an interrupted attempt left goes.
    ///
    /// # Errors
    /// Database faults.
    pub(in crate::import) async fn begin(
        store: &'k Store,
        org_id: Uuid,
        run: Uuid,
        held_until: DateTime<Utc>,
    ) -> Result<Self> {
        let mut tx = store.begin(org_id, DbRole::Reader).await?;
        sqlx::query(
            "with chunks as (delete from import_chunks where org_id = $1 and run_id = $2)
             delete from import_refusals where org_id = $1 and run_id = $2",
        )
        .bind(org_id)
        .bind(run)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(Self { store, org_id, run, held_until, position: 0 })
    }

    /// Keeps some commands and refused rows; holds the run for another ten minutes.
    ///
    /// # Errors
    /// `Offline` when the run was stopped or is another node's now.
    pub(super) async fn keep(&mut self, chunks: &[Chunk], refused: Vec<Refused>, tables: &[Table]) -> Result<()> {
        let mut tx = self.store.begin(self.org_id, DbRole::Reader).await?;
        let held: Option<DateTime<Utc>> = sqlx::query_scalar(
            "update import_runs set held_until = clock_timestamp() + interval '10 minutes'
             where org_id = $1 and id = $2 and status = 'waiting' and held_until = $3 returning held_until",
        )
        .bind(self.org_id)
        .bind(self.run)
        .bind(self.held_until)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let held_until = held.ok_or(Error::Offline)?;
        for (position, chunk) in (self.position..).zip(chunks) {
            sqlx::query(
                "insert into import_chunks (org_id, run_id, position, wave, record_type, changes, sources)
                 values ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(self.org_id)
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
        let mut refusals = Refusals::default();
        for row in refused {
            refusals.add(row.place, row.record_type, row.error, tables);
        }
        keep(&mut tx, self.run, refusals).await?;
        tx.commit().await?;
        self.position += i32::try_from(chunks.len()).map_err(internal)?;
        self.held_until = held_until;
        Ok(())
    }
}
