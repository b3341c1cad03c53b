//! Takes a change set back as a whole; what was edited since is kept and listed.

mod history;
mod merged;
mod undoing;

use shared::access::Actor;
use shared::command::{Kept, Source, UndoOutcome};
use shared::duplicates::may_merge;
use shared::history::Why;
use shared::types::{REGISTRY, USER, by_name};
use shared::{Error, Result};
use sqlx::types::Json;
use uuid::Uuid;

use self::history::histories;
use self::merged::merged;
use self::undoing::Undoing;
use super::audit::ChangeSet;
use super::prepare::is_tenant;
use super::verify::{has_administrator, keeps_administrator};
use crate::error::from_sqlx;
use crate::pool::{DbRole, Store, Tx};
use crate::portal::ANSWERS;
use crate::read::{Wanted, titles_then};
use crate::telling::nobody_else;

impl Store {
    /// Undoes a change set of the actor's own (administrators: anybody's) that was not undone yet.
    ///
    /// # Errors
    /// `NotFound` for unknown or foreign sets, `Invalid(already_undone)` the second time, `Invalid(already_mailed)` for an answer
    /// that has left, `Invalid(last_administrator)`
    /// when nobody would be left to administer the organisation.
    pub async fn undo(&self, actor: &Actor, change_set: Uuid) -> Result<UndoOutcome> {
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        claim(&mut tx, actor, change_set).await?;
        let id = Uuid::now_v7();
        let set = ChangeSet { id, source: Source::Undo, undo_of: Some(change_set), causes: Vec::new() };
        // First of all, for it lets nobody else take anything back meanwhile.
        let had_administrator = has_administrator(&mut tx, &USER).await?;
        super::desk::before_undo(&mut tx, change_set).await?;
        // After the tickets: whoever notes that a letter has left holds its ticket first, too.
        has_not_left(&mut tx, change_set).await?;
        // A merge reached beyond their rights to single records, and so does taking it back.
        let merged = merged(&mut tx, change_set).await?;
        let whole = merged.as_ref().is_some_and(|merged| may_merge(actor, merged.def));
        let stays = merged.as_ref().and_then(|merged| merged.stays);
        let types = types(&mut tx, change_set).await?;
        let concerned = || REGISTRY.iter().filter(|def| types.iter().any(|name| name == def.name));
        let own = [change_set, set.id];
        let outcome = UndoOutcome { change_set: set.id, undone: 0, kept: Vec::new() };
        let mut undoing = Undoing { tx: &mut tx, actor, set, whole, stays, outcome, left: Vec::new() };
        // Parents come back before their children, children go before their parents.
        for def in concerned() {
            let histories = histories(undoing.tx, def, own).await?;
            undoing.detach(def, &histories).await?;
            undoing.revert(def, histories).await?;
        }
        for def in concerned().rev().filter(|def| !is_tenant(def)) {
            let histories = histories(undoing.tx, def, own).await?;
            undoing.remove(def, histories).await?;
        }
        let Undoing { mut outcome, left, .. } = undoing;
        name(&mut tx, actor, &mut outcome.kept).await?;
        keeps_administrator(&mut tx, &USER, had_administrator).await?;
        close(&mut tx, change_set, &outcome, left).await?;
        if let Some(merged) = merged {
            merged.lead(&mut tx).await?;
        }
        tx.commit().await?;
        self.hub.wake();
        Ok(outcome)
    }
}

/// Locks the set and checks that this actor may take it back.
async fn claim(tx: &mut Tx, actor: &Actor, change_set: Uuid) -> Result<()> {
    let found: Option<(Option<Uuid>, Option<Uuid>)> =
        sqlx::query_as("select actor_id, undone_by from change_sets where org_id = $1 and id = $2 for update")
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
/// Nobody begins to mail the others until the transaction ends.
async fn has_not_left(tx: &mut Tx, change_set: Uuid) -> Result<()> {
    let answers: Vec<Uuid> = sqlx::query_scalar(
        "select m.id from audit_entries a join ticket_messages m on m.org_id = a.org_id and m.id = a.record_id
         where a.org_id = $1 and a.change_set = $2 and a.record_type = 'ticket_message' and a.action = 'create'
         and m.kind = 'reply' and m.direction = 'outbound'",
    )
    .bind(tx.org_id)
    .bind(change_set)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if answers.is_empty() {
        return Ok(());
    }
    nobody_else(tx, ANSWERS).await?;
    sqlx::query("select from letters_out where org_id = $1 and message_id = any($2) order by id for update")
        .bind(tx.org_id)
        .bind(&answers)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    let has_left: bool = sqlx::query_scalar(
        "select exists (select from ticket_messages where org_id = $1 and id = any($2) and delivery in ('sent', 'bounced'))
             or exists (select from letters_out where org_id = $1 and message_id = any($2) and state = 'sending')
             or exists (select from answers_told where org_id = $1 and message_id = any($2))",
    )
    .bind(tx.org_id)
    .bind(&answers)
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if has_left { Err(Error::invalid("change_set", "already_mailed")) } else { Ok(()) }
}

/// Notes that the set is undone, and what was left alone. With the undo itself: a run of an import isn't left behind as one that
/// could still be undone.
async fn close(tx: &mut Tx, change_set: Uuid, outcome: &UndoOutcome, left: Vec<(String, Uuid, Why)>) -> Result<()> {
    let kept = i64::try_from(outcome.kept.len()).unwrap_or(i64::MAX);
    sqlx::query("update change_sets set undone_by = $3, kept = $4, kept_count = $5 where org_id = $1 and id = $2")
        .bind(tx.org_id)
        .bind(change_set)
        .bind(outcome.change_set)
        .bind((!left.is_empty()).then_some(Json(left)))
        .bind(kept)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    sqlx::query("update import_runs set status = 'undone', kept = $3 where org_id = $1 and change_set = $2")
        .bind(tx.org_id)
        .bind(change_set)
        .bind(kept)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

/// Calls what is kept as the actor may see it, whatever the set called it.
async fn name(tx: &mut Tx, actor: &Actor, kept: &mut [Kept]) -> Result<()> {
    let mut wanted = Wanted::new();
    for one in kept.iter() {
        let Some(def) = by_name(&one.record_type) else { continue };
        wanted.entry(def.name).or_default().insert(one.id);
    }
    let mut titles = titles_then(tx, actor, &wanted).await?;
    for one in kept {
        one.title = titles.remove(&one.id).unwrap_or_default();
    }
    Ok(())
}

/// The types of the records that the set changed.
async fn types(tx: &mut Tx, change_set: Uuid) -> Result<Vec<String>> {
    sqlx::query_scalar("select distinct record_type from audit_entries where org_id = $1 and change_set = $2")
        .bind(tx.org_id)
        .bind(change_set)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
}
