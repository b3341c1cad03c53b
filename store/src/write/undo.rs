//! Takes a change set back as a whole; what was edited since is kept and listed.

mod background;
mod erasures;
mod held;
mod history;
mod merged;
mod returning;
mod stopping;
mod undoing;

use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};

use shared::access::Actor;
use shared::command::{Kept, Source, UndoOutcome};
use shared::duplicates::may_merge;
use shared::history::Why;
use shared::types::{REGISTRY, USER};
use shared::{Error, Result};
use sqlx::types::Json;
use uuid::Uuid;

use self::merged::merged;
use self::undoing::Undoing;
use super::audit::ChangeSet;
use super::prepare::is_tenant;
use super::verify::{has_administrator, keeps_administrator};
use crate::error::from_sqlx;
use crate::locks::nobody_else;
use crate::pool::{DbRole, Store, Tx};
use crate::portal::ANSWERS;
use crate::read::{Wanted, titles_then, want};

impl Store {
    /// Undoes a change set of the actor's own (administrators: anybody's) that was not undone yet, now, however large it is:
    /// [`Store::take_back`] is for what people and programs ask.
    ///
    /// # Errors
    /// `NotFound` for unknown or foreign sets, `Invalid(already_undone)` the second time, `Invalid(already_mailed)` for an answer
    /// that has left, `Invalid(last_administrator)`
    /// when nobody would be left to administer the organisation.
    pub async fn undo(&self, actor: &Actor, change_set: Uuid) -> Result<UndoOutcome> {
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        erasures::wait(&mut tx).await?;
        claim(&mut tx, actor, change_set, Claim::Kept).await?;
        // First of all, for it lets nobody else take anything back meanwhile.
        let had_administrator = has_administrator(&mut tx, &USER).await?;
        let types = types(&mut tx, change_set).await?;
        let sets = Sets { undone: change_set, undo: Uuid::now_v7() };
        let mut outcome = reverse(&mut tx, actor, (sets, &types), &Progress::default()).await?;
        name(&mut tx, actor, &mut outcome.kept).await?;
        keeps_administrator(&mut tx, &USER, had_administrator).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(outcome)
    }
}

/// The set that is undone, and the one that its undo becomes.
#[derive(Clone, Copy)]
struct Sets {
    undone: Uuid,
    undo: Uuid,
}

/// How far an undo is, for whoever asks meanwhile: nobody sees anything of its transaction.
#[derive(Default)]
struct Progress {
    /// Records to look at, and looked at.
    total: AtomicI64,
    done: AtomicI64,
    /// The backend of Postgres that works on it in the background; 0 before one does.
    backend: AtomicI32,
}

impl Progress {
    fn add(&self, records: usize) {
        self.done.fetch_add(i64::try_from(records).unwrap_or_default(), Ordering::Relaxed);
    }
}

/// A type of records that a set is about.
#[derive(sqlx::FromRow)]
struct Concerned {
    record_type: String,
    /// It did more with them than to make them.
    changed: bool,
}

/// Takes back a set that was claimed, which is about records of these types. What is kept has no names yet. The caller commits, and
/// wakes those who listen.
async fn reverse(
    tx: &mut Tx,
    actor: &Actor,
    (sets, types): (Sets, &[Concerned]),
    progress: &Progress,
) -> Result<UndoOutcome> {
    let Sets { undone: change_set, undo: id } = sets;
    let set = ChangeSet { id, source: Source::Undo, undo_of: Some(change_set), causes: Vec::new() };
    super::desk::before_undo(tx, change_set).await?;
    // After the tickets: whoever notes that a letter has left holds its ticket first, too.
    let answers = have_not_left(tx, change_set).await?;
    // A merge reached beyond their rights to single records, and so does taking it back.
    let merged = merged(tx, change_set).await?;
    let whole = merged.as_ref().is_some_and(|merged| may_merge(actor, merged.def));
    let stays = merged.as_ref().and_then(|merged| merged.stays);
    let concerned =
        || REGISTRY.iter().filter_map(|def| Some((def, types.iter().find(|of| of.record_type == def.name)?)));
    let outcome = UndoOutcome { change_set: id, undone: 0, kept: Vec::new(), under_way: false };
    let mut undoing = Undoing { tx, actor, sets, set, whole, stays, progress, outcome, left: Vec::new(), kept: 0 };
    // Parents come back before their children, children go before their parents.
    for (def, _) in concerned().filter(|(_, of)| of.changed) {
        undoing.detach(def).await?;
        undoing.revert(def).await?;
    }
    for (def, _) in concerned().rev().filter(|(def, _)| !is_tenant(def)) {
        undoing.remove(def).await?;
    }
    let Undoing { tx, outcome, left, kept, .. } = undoing;
    are_not_told(tx, &answers).await?;
    close(tx, sets, left, kept).await?;
    if let Some(merged) = merged {
        merged.lead(tx).await?;
    }
    Ok(outcome)
}

/// Whether a set is only looked at, or nobody else may take it back or add to it until the transaction ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    Seen,
    Kept,
}

/// Checks that this actor may take a set back.
async fn claim(tx: &mut Tx, actor: &Actor, change_set: Uuid, claim: Claim) -> Result<()> {
    let sql = match claim {
        Claim::Seen => "select actor_id, undone_by from change_sets where org_id = $1 and id = $2",
        Claim::Kept => "select actor_id, undone_by from change_sets where org_id = $1 and id = $2 for update",
    };
    let found: Option<(Option<Uuid>, Option<Uuid>)> = sqlx::query_as(sql)
        .bind(actor.org_id)
        .bind(change_set)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    match found {
        Some((by, undone)) if by == Some(actor.user_id) || actor.grants.admin => match undone {
            None => Ok(()),
            Some(_) => Err(Error::invalid("change_set", "already_undone")),
        },
        _ => Err(Error::NotFound),
    }
}

/// An answer that was mailed, or is being mailed, is with the customer: without it the ticket would tell less than they know.
/// Nobody begins to mail the others until the transaction ends; says which they are.
async fn have_not_left(tx: &mut Tx, change_set: Uuid) -> Result<Vec<Uuid>> {
    let answers: Vec<Uuid> = sqlx::query_scalar(
        // What the set made first: while Postgres knows nothing of a large one yet, it would go through all of it for each message.
        "with made as materialized (
             select record_id from audit_entries
             where org_id = $1 and change_set = $2 and record_type = 'ticket_message' and action = 'create'
         )
         select m.id from made join ticket_messages m on m.org_id = $1 and m.id = made.record_id
         where m.kind = 'reply' and m.direction = 'outbound'",
    )
    .bind(tx.org_id)
    .bind(change_set)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if answers.is_empty() {
        return Ok(answers);
    }
    sqlx::query("select from letters_out where org_id = $1 and message_id = any($2) order by id for update")
        .bind(tx.org_id)
        .bind(&answers)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    let has_left: bool = sqlx::query_scalar(
        "select exists (select from ticket_messages where org_id = $1 and id = any($2) and delivery in ('sent', 'bounced'))
             or exists (select from letters_out where org_id = $1 and message_id = any($2) and state = 'sending')",
    )
    .bind(tx.org_id)
    .bind(&answers)
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if has_left { Err(Error::invalid("change_set", "already_mailed")) } else { Ok(answers) }
}

/// The same of answers that the customer was told of where no mailbox sends them. In the end: nobody in the organisation is told of
/// any while it is looked at, and a large undo takes long.
async fn are_not_told(tx: &mut Tx, answers: &[Uuid]) -> Result<()> {
    if answers.is_empty() {
        return Ok(());
    }
    nobody_else(tx, ANSWERS).await?;
    let are_told: bool =
        sqlx::query_scalar("select exists (select from answers_told where org_id = $1 and message_id = any($2))")
            .bind(tx.org_id)
            .bind(answers)
            .fetch_one(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    if are_told { Err(Error::invalid("change_set", "already_mailed")) } else { Ok(()) }
}

/// Notes that the set is undone, and what was left alone. With the undo itself: a run of an import isn't left behind as one that
/// could still be undone, nor, once its undo is undone in turn, as one that couldn't.
async fn close(tx: &mut Tx, sets: Sets, left: Vec<(String, Uuid, Why)>, kept: i64) -> Result<()> {
    sqlx::query("update change_sets set undone_by = $3, kept = $4, kept_count = $5 where org_id = $1 and id = $2")
        .bind(tx.org_id)
        .bind(sets.undone)
        .bind(sets.undo)
        .bind((!left.is_empty()).then_some(Json(left)))
        .bind(kept)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    // From the set on the way back to that of the run: after an even number of undos it was there, after this one it isn't.
    // One that had failed keeps a reason: older ones have none.
    sqlx::query(
        "with recursive way as (
             select id, undo_of, 0 as turns from change_sets where org_id = $1 and id = $2
             union all
             select c.id, c.undo_of, way.turns + 1 from way join change_sets c on c.org_id = $1 and c.id = way.undo_of
         ), root as (
             select id, turns % 2 = 0 as is_there from way where undo_of is null
         )
         update import_runs r
         set kept = case when root.is_there then $3::bigint else 0 end,
             reason = case when r.status = 'failed' then coalesce(r.reason, 'internal') else r.reason end,
             status = case when root.is_there then 'undone' when r.reason is not null then 'failed'
                           when r.done >= r.total then 'finished' else 'cancelled' end
         from root where r.org_id = $1 and r.change_set = root.id",
    )
    .bind(tx.org_id)
    .bind(sets.undone)
    .bind(kept)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

/// Calls what is kept as the actor may see it, whatever the set called it.
async fn name(tx: &mut Tx, actor: &Actor, kept: &mut [Kept]) -> Result<()> {
    let mut wanted = Wanted::new();
    want(&mut wanted, kept.iter().map(|one| (&one.record_type, &one.id)));
    let mut titles = titles_then(tx, actor, &wanted).await?;
    for one in kept {
        one.title = titles.remove(&one.id).unwrap_or_default();
    }
    Ok(())
}

/// The types of the records that the set is about.
async fn types(tx: &mut Tx, change_set: Uuid) -> Result<Vec<Concerned>> {
    sqlx::query_as(
        "select record_type, bool_or(action <> 'create') as changed from audit_entries
         where org_id = $1 and change_set = $2 group by record_type",
    )
    .bind(tx.org_id)
    .bind(change_set)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}
