//! Undos of large sets, in the background. Each is one transaction all the same: a merge goes back as a whole, and an administrator
//! must be left in the end. So a node that dies leaves nothing half done, and another one begins anew.

use std::sync::atomic::Ordering;
use std::time::Duration;

use shared::access::Actor;
use shared::history::{LARGE, Undone};
use shared::types::USER;
use shared::{Error, Result};
use uuid::Uuid;

use super::held::{AT_WORK, Held};
use super::{Claim, Progress, claim, reverse, types};
use crate::error::from_sqlx;
use crate::live::{be_quiet, tell_undone};
use crate::locks::nobody_else;
use crate::pool::{DbRole, Store, Tx};
use crate::resume::Kind;
use crate::write::verify::{has_administrator, keeps_administrator};

/// Undos that their node left.
const UNDOS: Kind = Kind {
    what: "undos",
    orphans: "select org_id, id from guanxi_orphaned_undos()",
    every: Duration::from_secs(20),
    work: Store::work_on_undo,
};
/// How long others have it after something that may be over by then.
const PAUSE: Duration = Duration::from_secs(20);
/// Beginnings after which an undo is given up that nobody comes to the end of.
const TRIES: i32 = 5;
/// After this long it is given up: others wait for the records that it holds until it ends, one way or the other.
const DEADLINE: Duration = Duration::from_secs(30 * 60);

impl Store {
    /// Undoes a change set as [`Store::undo`] does, a large one in the background: it tells how far that is. Whoever asks again
    /// meanwhile is told of the same undo, and of one that failed begins another.
    ///
    /// # Errors
    /// As [`Store::undo`]; in the background only `NotFound` and `Invalid(already_undone)`, other errors are the reason of the run.
    pub async fn take_back(&self, actor: &Actor, change_set: Uuid) -> Result<Undone> {
        let mut tx = self.reading(actor).await?;
        claim(&mut tx, actor, change_set, Claim::Seen).await?;
        if !is_large(&mut tx, change_set).await? {
            drop(tx);
            return self.undo(actor, change_set).await.map(Undone::Done);
        }
        sqlx::query(
            "insert into undo_runs (org_id, change_set, undo_set, actor_id) values ($1, $2, $3, $4)
             on conflict (org_id, change_set) do update
             set undo_set = excluded.undo_set, actor_id = excluded.actor_id, status = 'waiting', reason = null, total = 0,
                 done = 0, created_at = now(), finished_at = null, held_until = '-infinity', attempt = 0
             where undo_runs.status = 'failed'",
        )
        .bind(actor.org_id)
        .bind(change_set)
        .bind(Uuid::now_v7())
        .bind(actor.user_id)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        self.work_on_undo(actor.org_id, change_set);
        self.undo_run(actor, change_set).await.map(Undone::UnderWay)
    }

    /// Goes on with undos that were under way when their node stopped, now and several times a minute.
    pub fn resume_undos(&self) {
        self.resume(UNDOS);
    }

    /// Works on an undo in the background, unless another node does.
    fn work_on_undo(&self, org_id: Uuid, change_set: Uuid) {
        let (store, ending) = (self.clone(), self.ending.subscribe());
        tokio::spawn(async move {
            let held = match store.hold_undo(org_id, change_set).await {
                // Perhaps it is over, and its node died before it told.
                Ok(None) => return store.tell_undo(org_id, change_set).await,
                Ok(Some(held)) => held,
                Err(fault) => {
                    tracing::warn!(%fault, set = %change_set, "an undo was not begun");
                    return;
                }
            };
            let progress = Progress::default();
            let done = tokio::select! {
                done = tokio::time::timeout(DEADLINE, store.make_undo(&held, &progress)) => done,
                // It is another node's by now, or stopped: then one that waited for it may begin.
                () = store.keep_undo(&held, &progress) => Ok(Ok(())),
                () = store.leave_undo(&held, &progress, ending) => return,
            };
            let done = done.unwrap_or_else(|_| Err(Error::invalid("change_set", "undo_too_long")));
            if let Err(fault) = done {
                store.end_undo(&held, &fault).await;
            }
            store.tell_undo(org_id, change_set).await;
            // This node lets go of what it has, and takes nothing up.
            if *store.ending.borrow() {
                return;
            }
            // Others of the organisation may have waited for it.
            if let Err(fault) = store.take_up(UNDOS).await {
                tracing::warn!(%fault, "looking for undos that wait failed");
            }
        });
    }

    /// Ends an undo that came to nothing, unless to begin anew may help: then whoever looks for unfinished ones does.
    async fn end_undo(&self, held: &Held, fault: &Error) {
        tracing::warn!(%fault, set = %held.sets.undone, "an undo was not finished");
        let may_help = matches!(fault, Error::Offline | Error::RateLimited { .. });
        let is_over = !may_help || held.attempt >= TRIES;
        // If that can't be noted, the hold runs out.
        let _ = match is_over {
            true => self.fail_undo(held, fault).await,
            false => self.let_undo_go(held, PAUSE, 0).await,
        };
    }

    async fn make_undo(&self, held: &Held, progress: &Progress) -> Result<()> {
        // More were begun than can have failed: it takes the server with it, or the time.
        if held.attempt > TRIES {
            return Err(Error::Offline);
        }
        let actor = self.actor(held.org_id, held.actor_id).await?;
        let mut tx = self.begin(held.org_id, DbRole::Writer).await?;
        take_time(&mut tx).await?;
        be_quiet(&self.pool, &mut tx).await?;
        nobody_else(&mut tx, AT_WORK).await?;
        progress.backend.store(backend(&mut tx).await?, Ordering::Relaxed);
        claim(&mut tx, &actor, held.sets.undone, Claim::Kept).await?;
        let types = types(&mut tx, held.sets.undone).await?;
        // Others take back what is small meanwhile, unless this may take away an administrator.
        let of_people = types.iter().any(|of| matches!(of.record_type.as_str(), "user" | "role"));
        let had_administrator = of_people && has_administrator(&mut tx, &USER).await?;
        progress.total.store(records(&mut tx, held.sets.undone).await?, Ordering::Relaxed);
        let outcome = reverse(&mut tx, &actor, (held.sets, &types), progress).await?;
        keeps_administrator(&mut tx, &USER, had_administrator).await?;
        finish(&mut tx, held, (outcome.undone, progress)).await?;
        tx.commit().await
    }

    /// Has whoever watches load again what an undo changed that is over. Should that fail, whoever looks for unfinished ones does it.
    async fn tell_undo(&self, org_id: Uuid, change_set: Uuid) {
        let told = async {
            let mut tx = self.begin(org_id, DbRole::Writer).await?;
            let is_told = tell_undone(&mut tx, change_set).await?;
            tx.commit().await?;
            Ok::<_, Error>(is_told)
        };
        match told.await {
            Ok(true) => self.hub.wake(),
            Ok(false) => {}
            Err(fault) => tracing::warn!(%fault, set = %change_set, "what an undo changed was not told yet"),
        }
    }
}

/// Lets single statements take longer than the minute that others have: what finds and sorts the changes of a set, or locks its
/// tickets, grows with it, and nobody waits for the answer. But none waits longer for others than theirs do: they would wait for
/// what it holds.
async fn take_time(tx: &mut Tx) -> Result<()> {
    for setting in ["set local statement_timeout = '10min'", "set local lock_timeout = '30s'"] {
        sqlx::query(setting).execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    }
    Ok(())
}

/// The backend of Postgres that serves a transaction.
async fn backend(tx: &mut Tx) -> Result<i32> {
    sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *tx.inner).await.map_err(from_sqlx)
}

/// Whether undoing a set takes longer than somebody waits; no more of it is looked at than tells.
async fn is_large(tx: &mut Tx, change_set: Uuid) -> Result<bool> {
    let enough = i64::try_from(LARGE).unwrap_or(i64::MAX);
    sqlx::query_scalar(
        "select count(*) > $3 from (
             select from audit_entries where org_id = $1 and change_set = $2 limit $3 + 1) entries",
    )
    .bind(tx.org_id)
    .bind(change_set)
    .bind(enough)
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// How many records a set changed and that are looked at: what it made and removed again is gone as it was before.
async fn records(tx: &mut Tx, change_set: Uuid) -> Result<i64> {
    sqlx::query_scalar(
        "select count(*) from (
             select from audit_entries where org_id = $1 and change_set = $2 group by record_type, record_id
             having (array_agg(action order by id))[1] <> 'create' or (array_agg(action order by id desc))[1] <> 'delete'
         ) looked_at",
    )
    .bind(tx.org_id)
    .bind(change_set)
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Notes that an undo is finished, with the undo itself. One that another node has by now, or that has to begin anew because
/// somebody is erased or was, comes to nothing: it may have read what is no longer to be told. An erasure that begins now waits for
/// its end, since it would stop it.
async fn finish(tx: &mut Tx, held: &Held, (undone, progress): (u64, &Progress)) -> Result<()> {
    let total = progress.total.load(Ordering::Relaxed);
    let undone = i64::try_from(undone).unwrap_or(i64::MAX);
    let changed: Vec<&str> = tx.quiet.iter().flatten().copied().collect();
    let is_ours = held
        .note(tx, |set| {
            set.push("status = 'finished', finished_at = clock_timestamp(), undone = ").push_bind(undone);
            set.push(", untold = ").push_bind((!changed.is_empty()).then_some(changed));
            set.push(", total = ").push_bind(total).push(", done = ").push_bind(total);
        })
        .await?;
    if is_ours { Ok(()) } else { Err(Error::Offline) }
}
