//! The one write path: every change of every record type comes through [`Store::apply`], [`Store::attach`],
//! [`Store::merge`] or [`Store::undo`].

mod attach;
mod audit;
mod batch;
mod custom;
mod delivery;
mod derive;
mod desk;
mod erase;
mod idempotency;
mod load;
mod merge;
mod place;
mod prepare;
mod public;
mod rich;
mod search_index;
mod serial;
mod undo;
mod verify;

use shared::access::Actor;
use shared::command::{Command, Outcome, Refusal};
use shared::{Error, RecordDef, Result};
use uuid::Uuid;

pub use attach::Belonging;
pub(crate) use attach::{Found, files_command, found_in};
pub(crate) use audit::{note_facts, note_file};
pub(crate) use custom::{custom_fields, custom_fields_ever};
pub(crate) use delivery::{Delivery, set_delivery};
pub(crate) use desk::{hold, hold_carried, levels};
pub(crate) use erase::{ERASED, Reach, reach};
pub(crate) use load::rows_by_id;
pub(crate) use prepare::beyond_rights;
pub(crate) use public::count_vote;
pub use search_index::pinyin_tokens;
pub(crate) use search_index::{
    OWN, has_initials, has_words, is_called, left_after, query_tokens, renew, search_tokens, sound_tokens, syllables,
    tokens, unaccented,
};

use crate::pool::{DbRole, Store, Tx};

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
        let signed = desk::asked_by(&mut tx, actor, def, &command).await?;
        let nothing = Found::new();
        let (asked, found) = signed.as_ref().map_or((&command, &nothing), |(signed, found)| (signed, found));
        let outcome = match batch::run_with(&mut tx, actor, def, asked, found).await {
            // Only the database itself refuses then, and doesn't say which of them it was.
            Err(Error::Invalid { .. }) if command.changes.len() > 1 && !command.all_or_nothing => {
                drop(tx);
                tx = self.begin(actor.org_id, DbRole::Writer).await?;
                if let Some(outcome) = idempotency::claim(&mut tx, actor, &command).await? {
                    return Ok(outcome);
                }
                one_by_one(&mut tx, actor, def, (asked, found)).await?
            }
            outcome => outcome?,
        };
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

    /// Carries out several commands, of one or several types, as one change set: all of them, or nothing. The key of the
    /// first one stands for all.
    ///
    /// # Errors
    /// As [`Store::apply`]; the first change that is refused refuses everything.
    pub async fn apply_together(&self, actor: &Actor, commands: Vec<Command>) -> Result<Vec<Outcome>> {
        let Some(first) = commands.first() else { return Ok(Vec::new()) };
        match self.begin_together(actor, first).await? {
            (_, Some(outcome)) => Ok(vec![outcome]),
            (tx, None) => self.end_together(tx, actor, commands).await,
        }
    }

    /// Begins what [`Store::apply_together`] does, for whoever decides within the transaction what else belongs to it: the
    /// key of the first command is taken. Gives the first outcome if it was used before.
    pub(crate) async fn begin_together(&self, actor: &Actor, first: &Command) -> Result<(Tx, Option<Outcome>)> {
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        let outcome = idempotency::claim(&mut tx, actor, first).await?;
        Ok((tx, outcome))
    }

    /// Carries out all commands in the transaction that was begun with the first one, and ends it.
    pub(crate) async fn end_together(
        &self,
        mut tx: Tx,
        actor: &Actor,
        mut commands: Vec<Command>,
    ) -> Result<Vec<Outcome>> {
        if commands.iter().map(|command| command.changes.len()).sum::<usize>() > MAX_BATCH {
            return Err(Error::invalid("changes", "too_many"));
        }
        let Some(first) = commands.first().cloned() else { return Ok(Vec::new()) };
        let set = first.change_set.unwrap_or_else(Uuid::now_v7);
        let mut found = Found::new();
        for command in &mut commands {
            command.change_set = Some(set);
            let def = shared::types::by_name(&command.record_type).ok_or(Error::NotFound)?;
            if let Some((signed, signatures)) = desk::asked_by(&mut tx, actor, def, command).await? {
                *command = signed;
                found.extend(signatures);
            }
        }
        let outcomes = carry_out(&mut tx, actor, &commands, &found).await?;
        if let Some(outcome) = outcomes.first() {
            self.end_with(tx, actor, &first, outcome).await?;
        }
        Ok(outcomes)
    }

    /// Ends a transaction that was begun with the key of `first`; whoever asks again gets this outcome.
    pub(crate) async fn end_with(&self, mut tx: Tx, actor: &Actor, first: &Command, outcome: &Outcome) -> Result<()> {
        idempotency::remember(&mut tx, actor, first, outcome).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(())
    }

    /// What came of a command that was carried out before under the same key; `None` when it was not, or has no key.
    ///
    /// # Errors
    /// As [`Store::apply`] for the key.
    pub async fn repeated(&self, actor: &Actor, command: &Command) -> Result<Option<Outcome>> {
        // The transaction is given up: a key that was free stays free.
        if command.idempotency_key.is_none() {
            return Ok(None);
        }
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        idempotency::claim(&mut tx, actor, command).await
    }
}

/// Carries out commands within a transaction that says more than they do, with what the store itself found out about records (of
/// the files that new attachments are made of: [`found_in`]). The caller commits, and wakes those who listen.
///
/// # Errors
/// The first change that is refused refuses everything.
pub(crate) async fn carry_out(tx: &mut Tx, actor: &Actor, commands: &[Command], found: &Found) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for command in commands {
        let def = shared::types::by_name(&command.record_type).ok_or(Error::NotFound)?;
        let outcome = batch::run_with(tx, actor, def, command, found).await?;
        if let Some(refusal) = outcome.refused.into_iter().next() {
            return Err(refusal.error);
        }
        outcomes.push(Outcome { refused: Vec::new(), ..outcome });
    }
    Ok(outcomes)
}

/// Each change for itself, so that one that the database refuses takes no other with it.
async fn one_by_one(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    (command, found): (&Command, &Found),
) -> Result<Outcome> {
    batch::hold_whole(tx, def, command).await?;
    let set = command.change_set.unwrap_or_else(Uuid::now_v7);
    let mut all = Outcome { change_set: set, rows: Vec::new(), refused: Vec::new(), unchanged: 0 };
    for (index, change) in command.changes.iter().enumerate() {
        let single = Command { changes: vec![change.clone()], change_set: Some(set), ..command.clone() };
        tx.begin_part().await?;
        match batch::run_with(tx, actor, def, &single, found).await {
            Ok(outcome) => {
                tx.end_part(true).await?;
                all.rows.extend(outcome.rows);
                all.unchanged += outcome.unchanged;
                all.refused.extend(outcome.refused.into_iter().map(|refusal| Refusal { index, ..refusal }));
            }
            Err(error @ Error::Invalid { .. }) => {
                tx.end_part(false).await?;
                all.refused.push(Refusal { index, id: change.id(), error });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}
