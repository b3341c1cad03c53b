//! Holds what an erasure writes, before it writes: the tickets in which something of somebody is, and then their record.

use std::collections::BTreeSet;

use shared::access::Actor;
use shared::live::Cursor;
use shared::types::LEAD;
use shared::{Error, RecordDef, Result};
use uuid::Uuid;

use super::apart::Apart;
use super::imports::Said;
use super::leads::became;
use super::merged;
use super::whose::Whose;
use crate::live::{is_written_since, snapshot_cursor};
use crate::pool::Tx;
use crate::write::desk::{Holds, hold_all};
use crate::write::load::{self, Lock};

/// What is found of somebody.
pub(super) struct Found {
    /// Their record, and those that were merged into it.
    pub(super) own: Vec<Uuid>,
    /// Leads that became them.
    pub(super) leads: Vec<Uuid>,
    pub(super) said: Said,
    pub(super) whose: Whose,
    /// What tickets tell of them beside what refers to them.
    pub(super) apart: Apart,
    tickets: BTreeSet<Uuid>,
    /// As of when.
    at: Cursor,
}

/// Somebody who is to be erased.
struct Person<'p> {
    actor: &'p Actor,
    def: &'static RecordDef,
    id: Uuid,
    found: Option<Found>,
}

/// Locks a record that is to be erased, and the leads that became it, after the tickets in which something of theirs is, as whoever
/// merges records does. Gives what is found of them, as it is from then on.
pub(super) async fn held(tx: &mut Tx, actor: &Actor, def: &'static RecordDef, id: Uuid) -> Result<Found> {
    let mut person = Person { actor, def, id, found: None };
    hold_all(tx, &mut person, BTreeSet::new()).await?;
    person.found.ok_or(Error::NotFound)
}

impl Found {
    /// Finds it, without holding anything.
    pub(super) async fn of(tx: &mut Tx, def: &'static RecordDef, id: Uuid) -> Result<Self> {
        let at = snapshot_cursor(&mut *tx.inner).await?;
        let own = merged(tx, id).await?;
        let mut said = Said::by(tx, def, &own).await?;
        let leads = became(tx, def, &own, &mut said).await?;
        let whole: Vec<Uuid> = own.iter().chain(&leads).copied().collect();
        let whose = Whose::of(tx, &whole, &said).await?;
        let (apart, tickets) = Apart::of(tx, def, &own, &whose).await?;
        Ok(Self { own, leads, said, whose, apart, tickets, at })
    }
}

impl Holds for Person<'_> {
    /// To look for them takes long: it is done anew only if somebody wrote something since.
    async fn tickets(&mut self, tx: &mut Tx) -> Result<BTreeSet<Uuid>> {
        let is_known = match &self.found {
            Some(found) => !is_written_since(tx, found.at).await?,
            None => false,
        };
        if !is_known {
            self.found = Some(Found::of(tx, self.def, self.id).await?);
        }
        Ok(self.found.iter().flat_map(|found| found.tickets.iter().copied()).collect())
    }

    async fn lock(&mut self, tx: &mut Tx) -> Result<()> {
        let locked = load::locked(tx, self.actor, self.def, &[self.id], Lock::Change).await?;
        if locked.is_empty() {
            return Err(Error::NotFound);
        }
        let leads = self.found.as_ref().map(|found| found.leads.clone()).unwrap_or_default();
        load::hold(tx, &LEAD, leads, Lock::Change).await
    }

    fn locks(&self) -> bool {
        true
    }
}
