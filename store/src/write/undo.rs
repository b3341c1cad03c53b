//! Takes a change set back as a whole; what was edited since is kept and listed.

mod history;
mod undoing;

use shared::access::Actor;
use shared::command::{Source, UndoOutcome};
use shared::duplicates::may_merge;
use shared::types::{REGISTRY, USER};
use shared::{Error, Result};
use uuid::Uuid;

use self::history::histories;
use self::undoing::Undoing;
use super::audit::ChangeSet;
use super::prepare::is_tenant;
use super::verify::{has_administrator, keeps_administrator};
use crate::error::from_sqlx;
use crate::pool::{DbRole, Store, Tx};

impl Store {
    /// Undoes a change set of the actor's own (administrators: anybody's) that was not undone yet.
    ///
    /// # Errors
    /// `NotFound` for unknown or foreign sets, `Invalid(already_undone)` the second time, `Invalid(last_administrator)`
    /// when nobody would be left to administer the organisation.
    pub async fn undo(&self, actor: &Actor, change_set: Uuid) -> Result<UndoOutcome> {
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        claim(&mut tx, actor, change_set).await?;
        let set = ChangeSet { id: Uuid::now_v7(), source: Source::Undo, undo_of: Some(change_set) };
        // First of all, for it lets nobody else take anything back meanwhile.
        let had_administrator = has_administrator(&mut tx, &USER).await?;
        super::desk::before_undo(&mut tx, change_set).await?;
        let whole = is_merge(&mut tx, actor, change_set).await?;
        let types = types(&mut tx, change_set).await?;
        let concerned = || REGISTRY.iter().filter(|def| types.iter().any(|name| name == def.name));
        let own = [change_set, set.id];
        let outcome = UndoOutcome { change_set: set.id, undone: 0, kept: Vec::new() };
        let mut undoing = Undoing { tx: &mut tx, actor, set, whole, outcome };
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
        let outcome = undoing.outcome;
        keeps_administrator(&mut tx, &USER, had_administrator).await?;
        sqlx::query("update change_sets set undone_by = $3 where org_id = $1 and id = $2")
            .bind(actor.org_id)
            .bind(change_set)
            .bind(outcome.change_set)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        // The ids of merged records are their own again.
        sqlx::query("delete from merged_records where org_id = $1 and change_set = $2")
            .bind(actor.org_id)
            .bind(change_set)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        // With the undo itself: a run isn't left behind as one that could still be undone.
        sqlx::query("update import_runs set status = 'undone', kept = $3 where org_id = $1 and change_set = $2")
            .bind(actor.org_id)
            .bind(change_set)
            .bind(i64::try_from(outcome.kept.len()).unwrap_or(i64::MAX))
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
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

/// Whether the set merged records, and the actor may do so still: it reached beyond their rights to single records, and so does
/// taking it back.
async fn is_merge(tx: &mut Tx, actor: &Actor, change_set: Uuid) -> Result<bool> {
    let merged: Option<String> =
        sqlx::query_scalar("select record_type from merged_records where org_id = $1 and change_set = $2 limit 1")
            .bind(tx.org_id)
            .bind(change_set)
            .fetch_optional(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    let def = merged.and_then(|name| shared::types::by_name(&name));
    Ok(def.is_some_and(|def| may_merge(actor, def)))
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
