//! Leads that became somebody who is erased: what they say is that person's, too.

use std::collections::BTreeSet;

use shared::types::{CONTACT, LEAD};
use shared::{RecordDef, Result};
use uuid::Uuid;

use super::imports::Said;
use super::whose::Whose;
use super::{Erasing, Known, forget_titles, formerly_linked, linked, merged, references, there};
use crate::pool::Tx;

/// The leads that became somebody, deleted ones included, and those that were merged into these. What they say is `said` of the person
/// from then on. A lead names the record that was made of it; that it is of the same person tells a name that both had, or an address
/// that nobody else has. Somebody may have chosen another contact for it.
pub(super) async fn became(tx: &mut Tx, def: &RecordDef, own: &[Uuid], said: &mut Said) -> Result<Vec<Uuid>> {
    let named = naming(tx, def, own, said).await?;
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let persons: Vec<Uuid> = own.iter().chain(&named).copied().collect();
    let alone = Whose::of(tx, &persons, said).await?.alone;
    let (mut leads, mut told) = (BTreeSet::new(), Said::default());
    for id in named {
        let ids = merged(tx, id).await?;
        let lead = Said::by(tx, &LEAD, &ids).await?;
        let shares_address = alone.iter().any(|email| said.emails.contains(email) && lead.emails.contains(email));
        // A customer may be named by leads of several people with one phone, a contact is made of one.
        let shares_phone = def.name == CONTACT.name && !lead.phones.is_disjoint(&said.phones);
        let shares_name = !lead.names.is_disjoint(&said.names);
        if shares_address || shares_phone || shares_name {
            leads.extend(ids);
            // What else a lead was called may be no name of theirs, but "Visitor of the site".
            let names = if shares_name { lead.names } else { BTreeSet::new() };
            told.join(Said { names, ..lead });
        }
    }
    said.join(told);
    Ok(leads.into_iter().collect())
}

/// Leads of which some records are said to have been made. Leads to a company are of the people there.
async fn naming(tx: &mut Tx, def: &RecordDef, own: &[Uuid], said: &Said) -> Result<Vec<Uuid>> {
    if said.of_company || references(&LEAD, def).next().is_none() {
        return Ok(Vec::new());
    }
    let mut named = linked(tx, &LEAD, def, own).await?;
    // Those that are there name somebody else by now, or nobody.
    let ever: BTreeSet<Uuid> = formerly_linked(tx, &LEAD, def, own).await?.into_iter().collect();
    let others = there(tx, &LEAD, &ever).await?;
    named.extend(ever.into_iter().filter(|id| !others.contains(id)));
    Ok(named)
}

impl Erasing<'_> {
    /// Empties leads as their own erasure would, with all that tells of them; notes which that was.
    pub(super) async fn empty_leads(&self, tx: &mut Tx, leads: &[Uuid], known: &mut Known) -> Result<()> {
        if leads.is_empty() {
            return Ok(());
        }
        forget_titles(tx, &LEAD, leads).await?;
        let ids: BTreeSet<Uuid> = leads.iter().copied().collect();
        let there = there(tx, &LEAD, &ids).await?;
        self.empty(tx, &LEAD, there).await?;
        known.entry(LEAD.name).or_default().extend(ids);
        self.empty_all(tx, (&LEAD, leads), known).await
    }
}
