//! The one write path: every change of every record type comes through [`Store::apply`] or [`Store::undo`].

mod audit;
mod batch;
mod custom;
mod derive;
mod idempotency;
mod load;
mod place;
mod prepare;
mod search_index;
mod undo;
mod verify;

use shared::access::Actor;
use shared::command::{Command, Outcome};
use shared::{Error, Result};

pub(crate) use custom::custom_fields;
pub(crate) use load::rows_by_id;
pub(crate) use search_index::query_tokens;

use crate::pool::{DbRole, Store};

/// Most changes in one command.
pub const MAX_BATCH: usize = 2_000;

impl Store {
    /// Carries out a command: one transaction for access, validation, rules, versions, audit, events and search.
    ///
    /// # Errors
    /// For a single change its own error; for a batch only what concerns it as a whole, refused changes are in the
    /// outcome. With `all_or_nothing` nothing is written if anything is refused.
    pub async fn apply(&self, actor: &Actor, command: Command) -> Result<Outcome> {
        let def = shared::types::by_name(&command.record_type).ok_or(Error::NotFound)?;
        if command.changes.len() > MAX_BATCH {
            return Err(Error::invalid("changes", "too_many"));
        }
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        if let Some(outcome) = idempotency::claim(&mut tx, actor, &command).await? {
            return Ok(outcome);
        }
        let outcome = batch::run(&mut tx, actor, def, &command).await?;
        if let [refusal] = outcome.refused.as_slice()
            && command.changes.len() == 1
        {
            return Err(refusal.error.clone());
        }
        if command.all_or_nothing && !outcome.refused.is_empty() {
            return Ok(Outcome { rows: Vec::new(), ..outcome });
        }
        idempotency::remember(&mut tx, actor, &command, &outcome).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(outcome)
    }
}
