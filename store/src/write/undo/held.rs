//! The hold that a node has on an undo in the background, and what it says of it meanwhile, by another connection than it works with.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use shared::{Error, Result};
use tokio::sync::watch;
use uuid::Uuid;

use super::{Progress, Sets, erasures};
use crate::error::from_sqlx;
use crate::locks::nobody_else;
use crate::pool::{DbRole, Store, Tx};
use crate::scope::Sql;

/// How often is looked how far an undo is.
const LOOK: Duration = Duration::from_millis(250);
/// How often others are told of it, and whether the node holds it still is looked at.
const TELL: Duration = Duration::from_secs(1);
/// How often its hold is renewed, which lasts three minutes: a connection for that may have to be waited for.
const RENEW: Duration = Duration::from_secs(10);

/// Names the lock that the transaction of an undo in the background has alone in its organisation until it is over, whoever holds
/// the undo by then.
pub(super) const AT_WORK: &str = "undos";

/// An undo that this node holds.
pub(super) struct Held {
    pub(super) org_id: Uuid,
    pub(super) actor_id: Uuid,
    pub(super) sets: Sets,
    pub(super) attempt: i32,
}

impl Held {
    /// Notes something about the undo, given what to set, if this beginning of it is under way still. Says whether it is.
    pub(super) async fn note(&self, tx: &mut Tx, set: impl FnOnce(&mut Sql)) -> Result<bool> {
        let mut sql = Sql::new("update undo_runs set ");
        set(&mut sql);
        sql.push(" where status = 'running' and org_id = ").push_bind(self.org_id);
        sql.push(" and change_set = ").push_bind(self.sets.undone);
        sql.push(" and undo_set = ").push_bind(self.sets.undo);
        sql.push(" and attempt = ").push_bind(self.attempt);
        let noted = sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
        Ok(noted.rows_affected() > 0)
    }
}

impl Store {
    /// Takes an undo for three minutes; nothing when somebody else has it, it is over, or it has to wait: for another one of the
    /// organisation, since two would wait for each other's records, or for somebody's erasure. The other one may be this one, which
    /// nobody holds any more since its node lost it or died in the midst of a statement: to wait for that is no beginning that failed.
    pub(super) async fn hold_undo(&self, org_id: Uuid, change_set: Uuid) -> Result<Option<Held>> {
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        sqlx::query("set local lock_timeout = '2s'").execute(&mut *tx.inner).await.map_err(from_sqlx)?;
        match nobody_else(&mut tx, AT_WORK).await {
            Err(Error::RateLimited { .. }) => return Ok(None),
            taken => taken?,
        }
        if !erasures::are_over(&mut tx).await? {
            return Ok(None);
        }
        let found: Option<(Uuid, Uuid, i32)> = sqlx::query_as(
            "update undo_runs set held_until = clock_timestamp() + interval '3 minutes', attempt = attempt + 1,
                    status = 'running', total = 0, done = 0
             where org_id = $1 and change_set = $2 and status in ('waiting', 'running') and held_until < now()
             and not exists (select from undo_runs other where other.org_id = $1 and other.change_set <> $2
                             and other.status = 'running' and other.held_until > clock_timestamp())
             returning actor_id, undo_set, attempt",
        )
        .bind(org_id)
        .bind(change_set)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(found.map(|(actor_id, undo, attempt)| {
            let sets = Sets { undone: change_set, undo };
            Held { org_id, actor_id, sets, attempt }
        }))
    }

    /// Says how far the undo is and holds it, until it is over, or another node's, or stopped.
    pub(super) async fn keep_undo(&self, held: &Held, progress: &Progress) {
        let (mut renewed, mut told, mut was) = (Instant::now(), Instant::now(), 0);
        loop {
            tokio::time::sleep(LOOK).await;
            let done = progress.done.load(Ordering::Relaxed);
            // The first news are told at once.
            if told.elapsed() < TELL && (was > 0 || done == 0) {
                continue;
            }
            (told, was) = (Instant::now(), done);
            let is_due = renewed.elapsed() >= RENEW;
            match self.renew_undo(held, (progress, done), is_due).await {
                Ok(true) => {}
                Ok(false) => return self.cancel_undo(held, progress).await,
                // The database may be away for a moment.
                Err(fault) => {
                    tracing::warn!(%fault, set = %held.sets.undone, "the hold of an undo could not be renewed");
                    continue;
                }
            }
            if is_due {
                renewed = Instant::now();
            }
        }
    }

    /// Says how far the undo is, and holds it for longer where that is `due`: what an index tells of is written less often. Says
    /// whether it is this node's still.
    async fn renew_undo(&self, held: &Held, (progress, done): (&Progress, i64), due: bool) -> Result<bool> {
        let mut tx = self.begin(held.org_id, DbRole::Reader).await?;
        let is_ours = held
            .note(&mut tx, |set| {
                set.push("total = ").push_bind(progress.total.load(Ordering::Relaxed));
                set.push(", done = ").push_bind(done);
                if due {
                    set.push(", held_until = clock_timestamp() + interval '3 minutes'");
                }
            })
            .await?;
        tx.commit().await?;
        Ok(is_ours)
    }

    /// Ends the statement that the undo is at: nobody waits for its answer any more, but it would keep what it locked for minutes.
    async fn cancel_undo(&self, held: &Held, progress: &Progress) {
        let backend = progress.backend.load(Ordering::Relaxed);
        if backend > 0
            && let Err(fault) = self.cancel_statement(held.org_id, backend).await
        {
            tracing::warn!(%fault, set = %held.sets.undone, "an undo goes on until its statement is over");
        }
    }

    async fn cancel_statement(&self, org_id: Uuid, backend: i32) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        // None but the session's own user, whose all connections are, may do that.
        sqlx::query("set local role none").execute(&mut *tx.inner).await.map_err(from_sqlx)?;
        let cancel = sqlx::query("select pg_cancel_backend($1)").bind(backend);
        cancel.execute(&mut *tx.inner).await.map_err(from_sqlx)?;
        tx.commit().await
    }

    /// Leaves an undo of which nothing stays to be begun anew after a pause, with so many beginnings given back: then as another set,
    /// or this beginning would be taken for the next one of its number.
    pub(super) async fn let_undo_go(&self, held: &Held, pause: Duration, back: i32) -> Result<()> {
        let mut tx = self.begin(held.org_id, DbRole::Reader).await?;
        held.note(&mut tx, |set| {
            set.push("status = 'waiting', held_until = clock_timestamp() + make_interval(secs => ");
            set.push_bind(pause.as_secs_f64()).push("), attempt = attempt - ").push_bind(back);
            if back > 0 {
                set.push(", undo_set = gen_random_uuid()");
            }
        })
        .await?;
        tx.commit().await
    }

    /// Ends an undo of which nothing stays, unless another node has it by now.
    pub(super) async fn fail_undo(&self, held: &Held, fault: &Error) -> Result<()> {
        let reason = match fault {
            Error::Invalid { fields } => fields.first().map(|field| field.code.to_string()),
            _ => None,
        };
        let mut tx = self.begin(held.org_id, DbRole::Reader).await?;
        held.note(&mut tx, |set| {
            set.push("status = 'failed', finished_at = now(), reason = left(").push_bind(reason).push(", 40)");
        })
        .await?;
        tx.commit().await
    }

    /// Lets go of an undo once this node is to end: it need not come to the end of it, nothing of it stays, and another node begins
    /// it anew, as if this one had not.
    pub(super) async fn leave_undo(&self, held: &Held, progress: &Progress, mut ending: watch::Receiver<bool>) {
        drop(ending.wait_for(|is_ending| *is_ending).await);
        if let Err(fault) = self.let_undo_go(held, Duration::ZERO, 1).await {
            tracing::warn!(%fault, set = %held.sets.undone, "an undo was not let go of");
        }
        self.cancel_undo(held, progress).await;
        drop(ending);
        // A connection that is given back before waits for what it was asked.
        self.pool.close_event().await;
    }
}
