//! What somebody left in tickets of others that theirs became part of, what others left in tickets of theirs, and which are theirs
//! without naming them.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::types::{ATTACHMENT, REGISTRY, TICKET, TICKET_MESSAGE, by_name};
use shared::{RecordDef, Result};
use uuid::Uuid;

use super::mask::Mask;
use super::parted::{led, moved, noted};
use super::whose::Whose;
use super::{Erasing, Known, is_part_of, linked, there};
use crate::error::from_sqlx;
use crate::pool::Tx;

/// What is found of them in tickets beside what refers to them.
pub(super) struct Apart {
    /// Tickets without a contact that came from an address of theirs alone; not such as refer to them otherwise.
    asked: Vec<Uuid>,
    /// Tickets that came from such an address, and have another one now. What the log says of them goes, what they say is masked.
    former: BTreeSet<Uuid>,
    /// Tickets of theirs that are no more: they became part of others', or came from such an address and were deleted.
    gone: BTreeSet<Uuid>,
    /// What they left in tickets of others, by type; some of it may be deleted since.
    own: Known,
    /// What others left in tickets of theirs, by type. It stays: it was said with somebody else, and the one who is erased never
    /// read it. Only what it says of them is masked. Notes bear no mark of whom they are about, so they go with the ticket.
    others: Known,
    /// Tickets of others, or such as belong to others now, that may say something of theirs.
    into: BTreeSet<Uuid>,
    /// Messages in which somebody without an address is called as they are, and may be a namesake.
    called: BTreeSet<Uuid>,
    /// What their tickets said, as far as others may have taken it over: rich texts, and user-defined values with their keys.
    words: Vec<String>,
    custom: Vec<(String, Value)>,
}

/// Types whose records are parts of tickets.
pub(super) fn parts() -> impl Iterator<Item = &'static RecordDef> {
    REGISTRY.iter().copied().filter(|part| is_part_of(part, &TICKET))
}

impl Apart {
    /// Finds it, and the tickets that are to be held: what is said in them is written after them.
    pub(super) async fn of(
        tx: &mut Tx,
        def: &RecordDef,
        own: &[Uuid],
        whose: &Whose,
    ) -> Result<(Self, BTreeSet<Uuid>)> {
        let mut parted = whose.parted(tx).await?;
        let numbers: Vec<String> = parted.iter().filter_map(|one| one.number.clone()).collect();
        let mut theirs: BTreeSet<Uuid> = linked(tx, &TICKET, def, own).await?.into_iter().collect();
        let mut asked = whose.asked(tx).await?;
        let written = whose.written(tx, &numbers, &asked).await?;
        asked.retain(|id| theirs.insert(*id));
        let mut left = moved(tx, &parted).await?;
        let mut messages = left.remove(TICKET_MESSAGE.name).unwrap_or_default();
        messages.extend(written);
        messages.extend(noted(tx, &parted).await?);
        let foreign = whose.foreign(tx, (&theirs, &messages), &numbers).await?;
        messages.retain(|id| !foreign.contains(id));
        let files = files_of(tx, &foreign).await?;
        let own_files = left.entry(ATTACHMENT.name).or_default();
        own_files.extend(files_of(tx, &messages).await?);
        own_files.retain(|id| !files.contains(id));
        left.insert(TICKET_MESSAGE.name, messages);
        let (former, mut gone) = whose.formerly_asked(tx, &theirs).await?;
        gone.extend(parted.iter().filter(|one| one.gone).map(|one| one.id));
        let mut into = led(tx, &parted).await?;
        into.retain(|id| !theirs.contains(id));
        into.extend(&former);
        let apart = Self {
            asked,
            former,
            gone,
            own: left,
            others: Known::from([(TICKET_MESSAGE.name, foreign), (ATTACHMENT.name, files)]),
            into,
            called: whose.called(tx).await?,
            custom: parted.iter_mut().flat_map(|one| std::mem::take(&mut one.custom)).collect(),
            words: parted.into_iter().filter_map(|one| one.description).collect(),
        };
        let tickets = apart.tickets(tx, theirs).await?;
        Ok((apart, tickets))
    }

    async fn tickets(&self, tx: &mut Tx, theirs: BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>> {
        let messages = self.own.get(TICKET_MESSAGE.name).into_iter().flatten().chain(&self.called);
        let sql = "select distinct ticket_id from ticket_messages where org_id = $1 and id = any($2)";
        let of: Vec<Uuid> = sqlx::query_scalar(sql)
            .bind(tx.org_id)
            .bind(messages.copied().collect::<Vec<_>>())
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        Ok(theirs.into_iter().chain(of).chain(self.into.iter().copied()).collect())
    }

    /// Records of a type that refer to some others, without those that others left.
    pub(super) async fn linked(
        &self,
        tx: &mut Tx,
        def: &RecordDef,
        (to, ids): (&RecordDef, &[Uuid]),
    ) -> Result<Vec<Uuid>> {
        let mut found = linked(tx, def, to, ids).await?;
        self.spare(def, &mut found);
        Ok(found)
    }

    /// Adds tickets that came from an address of theirs, with all that was said in them, and what they left in tickets of others.
    pub(super) async fn left(&self, tx: &mut Tx, known: &mut Known) -> Result<()> {
        known.entry(TICKET.name).or_default().extend(&self.asked);
        for part in parts() {
            let found = self.linked(tx, part, (&TICKET, &self.asked)).await?;
            known.entry(part.name).or_default().extend(found);
        }
        for (name, ids) in &self.own {
            known.entry(*name).or_default().extend(ids);
        }
        Ok(())
    }

    /// Takes out of some records of a type what others left.
    pub(super) fn spare(&self, def: &RecordDef, ids: &mut Vec<Uuid>) {
        let others = self.others.get(def.name);
        ids.retain(|id| others.is_none_or(|others| !others.contains(id)));
    }
}

impl Erasing<'_> {
    /// Empties tickets that came from an address of theirs, with all that was said in them; notes which that was, and which were theirs
    /// once, with what was said in those that are no more.
    pub(super) async fn empty_asked(&self, tx: &mut Tx, known: &mut Known) -> Result<()> {
        let Apart { asked, former, gone, .. } = &self.apart;
        self.empty(tx, &TICKET, asked.clone()).await?;
        known.entry(TICKET.name).or_default().extend(asked.iter().chain(former).chain(gone));
        let whole: Vec<Uuid> = asked.iter().chain(gone).copied().collect();
        if whole.is_empty() {
            return Ok(());
        }
        for part in parts() {
            self.empty_linked(tx, part, (&TICKET, &whole), known).await?;
        }
        Ok(())
    }

    /// Empties what they left in tickets of others, or deletes what are files of it; notes which that was.
    pub(super) async fn empty_apart(&self, tx: &mut Tx, known: &mut Known) -> Result<()> {
        for (name, ids) in &self.apart.own {
            let Some(def) = by_name(name) else { continue };
            let there = there(tx, def, ids).await?;
            if def.uploaded {
                self.delete(tx, def, &there).await?;
            } else {
                self.empty(tx, def, there).await?;
            }
            known.entry(def.name).or_default().extend(ids);
        }
        Ok(())
    }

    /// Masks what tickets of others say, and what others said in tickets of theirs.
    pub(super) async fn mask_apart(&self, tx: &mut Tx, mask: Mask, known: &Known) -> Result<()> {
        let Apart { others, into, called, words, custom, .. } = &self.apart;
        let mask = mask.with_whole(words.iter().cloned(), custom.clone());
        self.mask(tx, &TICKET, into, &mask).await?;
        let tickets: Vec<Uuid> = into.iter().copied().collect();
        for part in parts() {
            let mut ids: BTreeSet<Uuid> = linked(tx, part, &TICKET, &tickets).await?.into_iter().collect();
            ids.extend(others.get(part.name).into_iter().flatten());
            if part.name == TICKET_MESSAGE.name {
                ids.extend(called);
            }
            ids.retain(|id| known.get(part.name).is_none_or(|emptied| !emptied.contains(id)));
            self.mask(tx, part, &ids, &mask).await?;
        }
        Ok(())
    }
}

async fn files_of(tx: &mut Tx, messages: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>> {
    let messages: Vec<Uuid> = messages.iter().copied().collect();
    Ok(linked(tx, &ATTACHMENT, &TICKET_MESSAGE, &messages).await?.into_iter().collect())
}
