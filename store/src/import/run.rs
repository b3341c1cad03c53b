//! Carries a run out, chunk by chunk; a node that dies leaves it to the next.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use shared::access::Actor;
use shared::command::{Change, Command, Outcome, Source};
use shared::i18n::Locale;
use shared::import::{FILE_ERASED, Preview, Spec};
use shared::types::by_name;
use shared::{Error, RecordDef, Result};
use sqlx::types::Json;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::hold::Hold;
use super::plan::{self, Keeper, Place, Sink};
use super::refusals::{Refusals, keep};
use super::runs::tables;
use crate::error::{from_sqlx, internal};
use crate::pool::{Store, Tx};
use crate::resume::Kind;

/// Runs that their node left behind.
const IMPORTS: Kind = Kind {
    what: "imports",
    orphans: "select org_id, id from guanxi_orphaned_imports()",
    every: Duration::from_secs(20),
    work: Store::work_on_import,
};
/// How often a chunk is tried when the database is busy.
const TRIES: u32 = 5;

/// Commands sent at the same time: while the database works on one, the next is made ready.
const AT_ONCE: usize = 3;
/// Rows after which the planner is to look at what they were written to.
const MANY: usize = 1_000;
/// Commands taken out at a time.
const AHEAD: i64 = 12;

/// The types that an import writes.
fn types(spec: &Spec) -> impl Iterator<Item = &'static RecordDef> {
    let steps = spec.files.iter().flat_map(|file| &file.steps);
    steps.filter_map(|step| by_name(&step.record_type))
}

/// A run that this node holds.
struct Held {
    actor: Actor,
    id: Uuid,
    spec: Spec,
    change_set: Uuid,
}

type Taken = (Uuid, Json<Spec>, Uuid, String, DateTime<Utc>);

type NextChunk = (i32, String, Json<Vec<Change>>, Json<Vec<Place>>);

impl Store {
    /// Goes on with imports that were under way when their node stopped, now and several times a minute.
    pub fn resume_imports(&self) {
        self.resume(IMPORTS);
    }

    /// Works on a run in the background, unless another node does.
    pub(super) fn work_on_import(&self, org_id: Uuid, id: Uuid) {
        let store = self.clone();
        tokio::spawn(async move {
            match store.carry_out(org_id, id).await {
                Ok(()) => {}
                // Whoever looks for unfinished imports goes on with it.
                Err(fault @ (Error::Offline | Error::RateLimited { .. })) => {
                    tracing::warn!(%fault, run = %id, "an import was interrupted");
                }
                Err(fault) => {
                    tracing::error!(%fault, run = %id, "an import failed");
                    let _ = store.give_up(org_id, id, &fault).await;
                }
            }
        });
    }

    async fn carry_out(&self, org_id: Uuid, id: Uuid) -> Result<()> {
        let Some((held, until)) = self.hold(org_id, id).await? else { return Ok(()) };
        if let Some(until) = until {
            self.prepare(&held, until).await?;
        }
        let held = Arc::new(held);
        let mut written = 0;
        loop {
            let chunks = self.next_chunks(&held).await?;
            if chunks.is_empty() {
                if written >= MANY {
                    self.look_at_grown(types(&held.spec)).await;
                }
                return self.finish(&held).await;
            }
            let mut sent = JoinSet::new();
            for chunk in chunks {
                written += chunk.2.len();
                if sent.len() >= AT_ONCE {
                    sent.join_next().await.transpose().map_err(internal)?.transpose()?;
                }
                let (store, held) = (self.clone(), held.clone());
                sent.spawn(async move { store.carry_out_chunk(&held, chunk).await });
            }
            while let Some(done) = sent.join_next().await {
                done.map_err(internal)??;
            }
        }
    }

    async fn carry_out_chunk(
        &self,
        held: &Held,
        (position, record_type, Json(changes), Json(places)): NextChunk,
    ) -> Result<()> {
        let command = Command {
            record_type,
            changes,
            idempotency_key: Some(format!("import:{}:{position}", held.id)),
            change_set: Some(held.change_set),
            all_or_nothing: false,
            source: Source::Import,
        };
        let outcome = self.send(&held.actor, &command).await?;
        self.note(held, position, &command, &places, &outcome).await
    }

    /// Takes the run for half a minute; nothing when somebody else has it or it is over. With the time until when, if it
    /// isn't decided yet what it does.
    async fn hold(&self, org_id: Uuid, id: Uuid) -> Result<Option<(Held, Option<DateTime<Utc>>)>> {
        let mut tx = self.begin(org_id, crate::pool::DbRole::Reader).await?;
        let found: Option<Taken> = sqlx::query_as(
            "update import_runs set held_until = clock_timestamp() + interval '30 seconds'
             where org_id = $1 and id = $2 and status in ('waiting', 'running') and held_until < now()
             returning actor_id, spec, change_set, status, held_until",
        )
        .bind(org_id)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        let Some((actor_id, Json(spec), change_set, status, until)) = found else { return Ok(None) };
        let actor = self.actor(org_id, actor_id).await?;
        Ok(Some((Held { actor, id, spec, change_set }, (status == "waiting").then_some(until))))
    }

    /// Decides what the run will do and keeps it; holds the run as long as that takes.
    async fn prepare(&self, held: &Held, until: DateTime<Utc>) -> Result<()> {
        let (hold, beating) = Hold::keep(self, held.actor.org_id, held.id, until);
        let mut tx = self.reading(&held.actor).await?;
        let (_, tables) = tables(&mut tx, &held.actor, &held.spec).await?;
        let keeper = Keeper::begin(Arc::clone(&hold), held.id).await?;
        let preview =
            plan::make(&mut tx, &held.actor, Locale::default(), &held.spec, &tables, Sink::Run(keeper)).await?;
        drop(tx);
        let until = hold.until().await;
        self.begin_running(held, &preview, *until).await?;
        drop(beating);
        Ok(())
    }

    /// What is decided is to be carried out. Where the run was stopped meanwhile, or is another node's, none of it counts.
    async fn begin_running(&self, held: &Held, preview: &Preview, until: DateTime<Utc>) -> Result<()> {
        let unchanged: u64 = preview.steps.iter().map(|step| step.unchanged).sum();
        let refused: u64 = preview.steps.iter().map(|step| step.failed).sum();
        let settled = i64::try_from(unchanged + refused).map_err(internal)?;
        let total = i64::try_from(preview.changes).map_err(internal)? + settled;
        let mut tx = self.reading(&held.actor).await?;
        sqlx::query(
            "update import_runs set status = 'running', total = $3, done = $4, unchanged = $5, failed = $6,
                    held_until = now() + interval '1 minute'
             where org_id = $1 and id = $2 and status = 'waiting' and held_until = $7",
        )
        .bind(tx.org_id)
        .bind(held.id)
        .bind(total)
        .bind(settled)
        .bind(i64::try_from(unchanged).map_err(internal)?)
        .bind(i64::try_from(refused).map_err(internal)?)
        .bind(until)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }

    /// The next commands, none of which needs another of them, as long as the run goes on; holds the run for another
    /// minute.
    async fn next_chunks(&self, held: &Held) -> Result<Vec<NextChunk>> {
        let mut tx = self.reading(&held.actor).await?;
        let next = sqlx::query_as(
            "with run as (
                 update import_runs set held_until = now() + interval '1 minute'
                 where org_id = $1 and id = $2 and status = 'running' returning org_id, id
             ), next as (
                 select wave from import_chunks where org_id = $1 and run_id = $2 and not done order by position limit 1
             )
             select c.position, c.record_type, c.changes, c.sources from import_chunks c
             join run on run.org_id = c.org_id and run.id = c.run_id
             join next on next.wave = c.wave
             where not c.done order by c.position limit $3",
        )
        .bind(tx.org_id)
        .bind(held.id)
        .bind(AHEAD)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(next)
    }

    /// Sends a command; tries again while the database is busy. What refuses it as a whole refuses each row.
    async fn send(&self, actor: &Actor, command: &Command) -> Result<Outcome> {
        let mut tries = 0;
        loop {
            match self.apply(actor, command.clone()).await {
                Err(Error::RateLimited { .. }) if tries < TRIES => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(200 * u64::from(tries))).await;
                }
                Err(error @ (Error::Invalid { .. } | Error::Forbidden | Error::NotFound)) => {
                    return self.one_by_one(actor, command, error).await;
                }
                result => return result,
            }
        }
    }

    /// A row that the database itself refuses must not take its neighbours with it.
    async fn one_by_one(&self, actor: &Actor, command: &Command, error: Error) -> Result<Outcome> {
        let change_set = command.change_set.unwrap_or_default();
        let mut all = Outcome { change_set, rows: Vec::new(), refused: Vec::new(), unchanged: 0 };
        for (index, change) in command.changes.iter().enumerate() {
            let key = command.idempotency_key.as_ref().map(|key| format!("{key}:{}", change.id()));
            let single = Command { changes: vec![change.clone()], idempotency_key: key, ..command.clone() };
            let result = if command.changes.len() == 1 { Err(error.clone()) } else { self.apply(actor, single).await };
            match result {
                Ok(outcome) => all.rows.extend(outcome.rows),
                Err(error @ (Error::Internal { .. } | Error::Offline | Error::RateLimited { .. })) => {
                    return Err(error);
                }
                Err(error) => all.refused.push(shared::command::Refusal { index, id: change.id(), error }),
            }
        }
        Ok(all)
    }

    /// Counts what became of a chunk.
    async fn note(
        &self,
        held: &Held,
        position: i32,
        command: &Command,
        places: &[Place],
        outcome: &Outcome,
    ) -> Result<()> {
        let mut tx = self.reading(&held.actor).await?;
        let refused = |change: &Change| outcome.refused.iter().find(|refusal| refusal.id == change.id());
        let of = |wanted: fn(&Change) -> bool| {
            let carried_out = command.changes.iter().filter(|change| wanted(change) && refused(change).is_none());
            i64::try_from(carried_out.count()).unwrap_or(0)
        };
        let created = of(|change| matches!(change, Change::Create { .. }));
        let updated = of(|change| !matches!(change, Change::Create { .. }));
        keep_refused(&mut tx, held, command, places, outcome).await?;
        sqlx::query(
            "with chunk as (
                 update import_chunks set done = true where org_id = $1 and run_id = $2 and position = $3 and not done returning 1
             )
             update import_runs set done = done + $4, created = created + $5, updated = updated + $6, failed = failed + $7,
                 record_types = case when $5 + $6 = 0 or $8 = any (record_types) then record_types
                                     else array_append(record_types, $8) end
             where org_id = $1 and id = $2 and exists (select from chunk)",
        )
        .bind(tx.org_id)
        .bind(held.id)
        .bind(position)
        .bind(i64::try_from(command.changes.len()).unwrap_or(0))
        .bind(created)
        .bind(updated)
        .bind(i64::try_from(outcome.refused.len()).unwrap_or(0))
        .bind(&command.record_type)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }

    /// Ends the run and forgets what it needed.
    async fn finish(&self, held: &Held) -> Result<()> {
        let mut tx = self.reading(&held.actor).await?;
        // Who stopped it so late that nothing was left to stop has not stopped it.
        sqlx::query(
            "update import_runs r set status = 'finished', finished_at = now()
             where r.org_id = $1 and r.id = $2 and (r.status = 'running' or r.status = 'cancelled'
                 and exists (select from import_chunks c where c.org_id = r.org_id and c.run_id = r.id)
                 and not exists (
                     select from import_chunks c where c.org_id = r.org_id and c.run_id = r.id and not c.done))",
        )
        .bind(tx.org_id)
        .bind(held.id)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let files: Vec<Uuid> = held.spec.files.iter().map(|file| file.file).collect();
        sqlx::query(
            "with over as (
                 select org_id, id from import_runs where org_id = $1 and id = $2 and status not in ('waiting', 'running')
             ), chunks as (
                 delete from import_chunks c using over where c.org_id = over.org_id and c.run_id = over.id
             )
             delete from import_files f using over where f.org_id = over.org_id and f.id = any($3)",
        )
            .bind(tx.org_id)
            .bind(held.id)
            .bind(files)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        tx.commit().await
    }

    async fn give_up(&self, org_id: Uuid, id: Uuid, fault: &Error) -> Result<()> {
        // Always one: by it a run is known as failed once its undo was undone.
        let reason = if *fault == Error::invalid("file", FILE_ERASED) { FILE_ERASED } else { fault.code() };
        let mut tx = self.begin(org_id, crate::pool::DbRole::Reader).await?;
        sqlx::query(
            "update import_runs set status = 'failed', finished_at = now(), reason = $3
             where org_id = $1 and id = $2 and status in ('waiting', 'running')",
        )
        .bind(org_id)
        .bind(id)
        .bind(reason)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }
}

/// Keeps the rows of refused changes; the files are read again for that, because it is rare.
async fn keep_refused(tx: &mut Tx, held: &Held, command: &Command, places: &[Place], outcome: &Outcome) -> Result<()> {
    if outcome.refused.is_empty() {
        return Ok(());
    }
    let (_, tables) = tables(tx, &held.actor, &held.spec).await?;
    let def = shared::types::by_name(&command.record_type).ok_or(Error::NotFound)?;
    let mut refusals = Refusals::default();
    for (change, place) in command.changes.iter().zip(places) {
        if let Some(refusal) = outcome.refused.iter().find(|refusal| refusal.id == change.id()) {
            refusals.add(*place, def.name, refusal.error.clone(), &tables);
        }
    }
    keep(tx, held.id, refusals).await
}
