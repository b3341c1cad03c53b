//! Erases what is known of a person: their record stays as a nameless one, for what law and bookkeeping refer to it.

mod apart;
mod former;
mod held;
mod imports;
mod leads;
mod mask;
mod masking;
mod parted;
mod reached;
mod whose;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use shared::access::Actor;
use shared::command::{Change, Command, Outcome, Source};
use shared::record::CUSTOM;
use shared::types::{ATTACHMENT, REGISTRY};
use shared::{Error, FieldDef, Kind, RecordDef, Result, Values};
use tracing::{Instrument, Span};
use uuid::Uuid;

use self::apart::Apart;
use self::held::{Found, held};
use self::mask::Mask;
pub(crate) use self::reached::{Reach, reach};
use super::load::rows_by_id;
use super::{audit, batch, search_index};
use crate::error::{from_sqlx, internal};
use crate::pool::{DbRole, Store, Tx};
use crate::scope::{Sql, push_ids};

/// Records changed per command.
const CHUNK: usize = 500;
/// What the nameless are called. It is kept with them and read by everybody, so it is in both languages.
pub(crate) const ERASED: &str = "已删除个人信息 · Erased person";

impl Store {
    /// Empties the personal fields of a record and of what was noted, asked and planned with it, and all that are
    /// user-defined, in the history too, and removes the files; the same of tickets without a contact that came from an address which
    /// nobody has but them, of what merges put into tickets of others, and of leads that became them. Deals stay, with their names,
    /// addresses and phones masked, and so does what others said in tickets that became theirs. It can't be undone, and comes to its
    /// end though nobody waits for that any more: whoever confirmed it may have left the page, and would not look again. A server
    /// that ends doesn't wait for it: nothing was erased then, and it has to be asked for again.
    ///
    /// # Errors
    /// `Forbidden` for others than administrators, `NotFound` for records that don't exist or are nobody one can reach.
    pub async fn erase(&self, actor: &Actor, def: &'static RecordDef, id: Uuid) -> Result<()> {
        if !actor.grants.admin {
            return Err(Error::Forbidden);
        }
        if !def.is_reachable() {
            return Err(Error::NotFound);
        }
        let (store, actor) = (self.clone(), actor.clone());
        let erasing = async move {
            let erased = store.erase_whole(&actor, def, id).await;
            if let Err(error) = &erased {
                tracing::warn!(%error, record = %id, "somebody was not erased");
            }
            erased
        };
        tokio::spawn(erasing.instrument(Span::current())).await.map_err(internal)?
    }

    async fn erase_whole(&self, actor: &Actor, def: &'static RecordDef, id: Uuid) -> Result<()> {
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        // No undo is stopped for nobody.
        if rows_by_id(&mut tx, def, &BTreeSet::from([id])).await?.is_empty() {
            return Err(Error::NotFound);
        }
        let mut tx = self.stop_undos(tx).await?;
        let Found { own, leads, said, whose, apart, .. } = held(&mut tx, actor, def, id).await?;
        forget_letters(&mut tx, &whose.alone).await?;
        imports::forget(&mut tx, &said).await?;
        let erasing = Erasing { actor, set: Uuid::now_v7(), apart };
        forget_titles(&mut tx, def, &own).await?;
        erasing.empty(&mut tx, def, vec![id]).await?;
        let mut known = Known::from([(def.name, own.into_iter().collect())]);
        erasing.empty_all(&mut tx, (def, &[id]), &mut known).await?;
        erasing.empty_leads(&mut tx, &leads, &mut known).await?;
        erasing.empty_asked(&mut tx, &mut known).await?;
        erasing.empty_apart(&mut tx, &mut known).await?;
        let mask = Mask::of(&said);
        erasing.mask_others(&mut tx, def, &mask, &known).await?;
        erasing.mask_apart(&mut tx, mask, &known).await?;
        for (name, ids) in &known {
            let Some(def) = shared::types::by_name(name) else { continue };
            erasing.forget(&mut tx, def, ids.iter().copied().collect()).await?;
        }
        erasing.close(&mut tx).await?;
        let files = without_record(&mut tx, known.remove(ATTACHMENT.name).unwrap_or_default()).await?;
        tx.commit().await?;
        self.hub.wake();
        self.end_visits(actor.org_id, &whose.alone).await;
        self.remove_files(actor.org_id, files).await;
        Ok(())
    }

    /// Signs them out of the public pages, once nothing there is about their addresses any more: until then they could come in anew.
    async fn end_visits(&self, org_id: Uuid, addresses: &[String]) {
        if let Err(error) = self.forget_visitors(org_id, addresses).await {
            tracing::warn!(%error, "somebody who was erased stays signed in to the public pages until that runs out");
        }
    }

    /// What can't be reached now is found by the upkeep.
    async fn remove_files(&self, org_id: Uuid, files: BTreeSet<Uuid>) {
        if !files.is_empty()
            && let Err(error) = self.files.remove(org_id, files).await
        {
            tracing::warn!(%error, "files of somebody who was erased stay until the next upkeep");
        }
    }
}

/// Letters from some addresses that were not taken in: that they came stays known, lest they come again.
async fn forget_letters(tx: &mut Tx, addresses: &[String]) -> Result<()> {
    sqlx::query(
        "update letters_in set state = 'discarded', done_at = now(), raw = null, sender = null, subject = null, error = null
         where org_id = $1 and state in ('received', 'quarantined') and lower(sender) = any($2)",
    )
    .bind(tx.org_id)
    .bind(addresses)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    // Whoever knows an address could look whether it is among those.
    sqlx::query(
        "delete from recommendations_asked where org_id = $1 and person in
         (select guanxi_person($1, address) from unnest($2::text[]) address)",
    )
    .bind(tx.org_id)
    .bind(addresses)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

/// Records that are or were somebody's, by type.
type Known = BTreeMap<&'static str, BTreeSet<Uuid>>;

/// Whether records of a type tell of one of the other type, and aren't people or companies themselves.
fn tells_of(def: &RecordDef, of: &RecordDef) -> bool {
    !def.is_reachable() && def.fields.iter().any(|field| field.personal) && references(def, of).next().is_some()
}

/// Whether records of a type refer to one of the other type and are about more than that: they stay when it is erased.
fn stays_about(def: &RecordDef, of: &RecordDef) -> bool {
    !def.is_reachable() && !tells_of(def, of) && references(def, of).next().is_some()
}

/// Whether records of a type are noted and planned with those of the other, and so may tell of people whom those name.
fn hangs_on(def: &RecordDef, on: &RecordDef) -> bool {
    !def.is_reachable() && !def.uploaded && references(def, on).next().is_some()
}

/// Whether records of a type are parts of those of the other: readable through them, and about people as well.
fn is_part_of(def: &RecordDef, of: &RecordDef) -> bool {
    let through = |name: &&str| references(def, of).any(|field| field == *name);
    !def.is_reachable() && def.fields.iter().any(|field| field.personal) && def.through.iter().any(through)
}

fn references(def: &RecordDef, to: &RecordDef) -> impl Iterator<Item = &'static str> {
    def.fields.iter().filter(move |field| field.kind == Kind::Reference(to.name)).map(|field| field.name)
}

/// The record and those that were merged into it.
async fn merged(tx: &mut Tx, id: Uuid) -> Result<Vec<Uuid>> {
    sqlx::query_scalar(
        "with recursive way as (
             select $2::uuid as id union select m.id from way join merged_records m on m.org_id = $1 and m.into_id = way.id
         ) select id from way",
    )
    .bind(tx.org_id)
    .bind(id)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Records of a type that refer to some others.
async fn linked(tx: &mut Tx, def: &RecordDef, to: &RecordDef, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new(format!("select id from {} where org_id = ", def.table()));
    sql.push_bind(tx.org_id).push(" and (false");
    for field in references(def, to) {
        sql.push(format_args!(" or {field} = any(")).push_bind(ids.to_vec()).push(")");
    }
    sql.push(")");
    sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

/// Entries of the log that may take a reference away of those that erasures follow: the condition of an index (migration 0077), to
/// be said in its words. By an index of the ids nobody could look: what isn't known to keep secrets comes after the check of whose
/// the entry is.
const LEFT: &str = "action in ('update', 'delete') and changes ?| array['customer_id', 'contact_id', 'lead_id', 'opportunity_id', 'ticket_id']";

/// Records of a type that referred to some others once and don't any more, deleted ones included.
async fn formerly_linked(tx: &mut Tx, def: &RecordDef, to: &RecordDef, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let mut sql = Sql::new("select distinct record_id from audit_entries where org_id = ");
    sql.push_bind(tx.org_id)
        .push(" and record_type = ")
        .push_bind(def.name)
        .push(format_args!(" and {LEFT} and (false"));
    for field in references(def, to) {
        sql.push(format_args!(" or changes #>> '{{{field},0}}' = any(")).push_bind(ids.clone()).push(")");
    }
    sql.push(")");
    sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

/// Those of some records that are not deleted.
async fn there(tx: &mut Tx, def: &RecordDef, ids: &BTreeSet<Uuid>) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new(format!("select t.id from {} t where t.org_id = ", def.table()));
    sql.push_bind(tx.org_id);
    push_ids(&mut sql, "t", ids.iter().copied().collect());
    sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

/// Those of some files that no record is left of. What was somebody's once may be others' by now.
async fn without_record(tx: &mut Tx, mut files: BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>> {
    let kept = there(tx, &ATTACHMENT, &files).await?;
    files.retain(|id| !kept.contains(id));
    Ok(files)
}

struct Erasing<'e> {
    actor: &'e Actor,
    set: Uuid,
    apart: Apart,
}

impl Erasing<'_> {
    /// Empties all that tells of some records.
    async fn empty_all(&self, tx: &mut Tx, (def, ids): (&'static RecordDef, &[Uuid]), known: &mut Known) -> Result<()> {
        for other in REGISTRY.iter().copied().filter(|other| tells_of(other, def)) {
            let found = self.empty_linked(tx, other, (def, ids), known).await?;
            // What was said in a ticket is part of it.
            for part in REGISTRY.iter().copied().filter(|part| is_part_of(part, other)) {
                self.empty_linked(tx, part, (other, &found), known).await?;
            }
        }
        Ok(())
    }

    /// Empties records that refer to some others, or deletes those that are files; says which, and notes which were.
    async fn empty_linked(
        &self,
        tx: &mut Tx,
        def: &'static RecordDef,
        (to, ids): (&RecordDef, &[Uuid]),
        known: &mut Known,
    ) -> Result<Vec<Uuid>> {
        let found = self.apart.linked(tx, def, (to, ids)).await?;
        let mut ever = formerly_linked(tx, def, to, ids).await?;
        self.apart.spare(def, &mut ever);
        if def.uploaded {
            self.delete(tx, def, &found).await?;
        } else {
            self.empty(tx, def, found.clone()).await?;
        }
        let known = known.entry(def.name).or_default();
        known.extend(found.iter().copied());
        known.extend(ever);
        Ok(found)
    }

    /// Masks what others say that refer to the record but stay: deals, and what was noted and planned with those.
    async fn mask_others(&self, tx: &mut Tx, def: &'static RecordDef, mask: &Mask, known: &Known) -> Result<()> {
        let own: Vec<Uuid> = known.get(def.name).into_iter().flatten().copied().collect();
        for other in REGISTRY.iter().copied().filter(|other| stays_about(other, def)) {
            let mut ids: BTreeSet<Uuid> = linked(tx, other, def, &own).await?.into_iter().collect();
            ids.extend(formerly_linked(tx, other, def, &own).await?);
            self.mask(tx, other, &ids, mask).await?;
            let found: Vec<Uuid> = ids.into_iter().collect();
            for part in REGISTRY.iter().copied().filter(|part| hangs_on(part, other)) {
                let mut ids: BTreeSet<Uuid> = linked(tx, part, other, &found).await?.into_iter().collect();
                ids.extend(formerly_linked(tx, part, other, &found).await?);
                // Of those nothing is left to be masked.
                ids.retain(|id| known.get(part.name).is_none_or(|emptied| !emptied.contains(id)));
                self.mask(tx, part, &ids, mask).await?;
            }
        }
        Ok(())
    }

    /// Deletes records: nothing is left of a file without its content.
    async fn delete(&self, tx: &mut Tx, def: &'static RecordDef, ids: &[Uuid]) -> Result<()> {
        for ids in ids.chunks(CHUNK) {
            let changes = ids.iter().map(|id| Change::Delete { id: *id });
            self.run(tx, def, (changes.collect(), &BTreeMap::new())).await?;
        }
        Ok(())
    }

    /// Empties the personal fields of records as they are, and those that are user-defined.
    async fn empty(&self, tx: &mut Tx, def: &'static RecordDef, ids: Vec<Uuid>) -> Result<()> {
        for ids in ids.chunks(CHUNK) {
            let changes = ids.iter().map(|id| Change::Update { id: *id, version: None, values: emptied(def, false) });
            // No command may write these, whoever gives it.
            let computed: BTreeMap<Uuid, Values> = ids.iter().map(|id| (*id, emptied(def, true))).collect();
            self.run(tx, def, (changes.collect(), &computed)).await?;
            let touched = empty_custom(tx, def, ids).await?;
            let rows = rows_by_id(tx, def, &touched.iter().copied().collect()).await?;
            search_index::make(tx, def, &rows).await?;
            audit::events_for(tx, self.actor, def, &touched).await?;
        }
        Ok(())
    }

    async fn run(
        &self,
        tx: &mut Tx,
        def: &'static RecordDef,
        (changes, computed): (Vec<Change>, &BTreeMap<Uuid, Values>),
    ) -> Result<()> {
        let command = Command {
            record_type: def.name.to_owned(),
            changes,
            change_set: Some(self.set),
            all_or_nothing: true,
            source: Source::Web,
            ..Command::default()
        };
        let Outcome { refused, .. } = batch::run_with(tx, self.actor, def, &command, computed).await?;
        refused.into_iter().next().map_or(Ok(()), |refusal| Err(refusal.error))
    }

    /// Takes the personal fields out of the history.
    async fn forget(&self, tx: &mut Tx, def: &RecordDef, ids: Vec<Uuid>) -> Result<()> {
        let personal = def.fields.iter().filter(|field| field.personal).map(|field| field.name);
        sqlx::query("select guanxi_erase($1, $2, $3, $4, $5)")
            .bind(tx.org_id)
            .bind(self.set)
            .bind(ids)
            .bind(personal.chain([CUSTOM]).collect::<Vec<_>>())
            .bind(ERASED)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    /// Nothing is left that could be brought back, neither as a change nor in a file that was exported: those begin anew
    /// that are being made.
    async fn close(&self, tx: &mut Tx) -> Result<()> {
        sqlx::query("select guanxi_drop_exports($1)")
            .bind(tx.org_id)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        sqlx::query("update change_sets set undone_by = id where org_id = $1 and id = $2")
            .bind(tx.org_id)
            .bind(self.set)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }
}

/// The personal fields that people write, or those that are computed. What must be said says nothing.
fn emptied(def: &RecordDef, computed: bool) -> Values {
    let value = |field: &FieldDef| if field.required { ERASED.into() } else { Value::Null };
    let emptied = def.fields.iter().filter(|field| field.personal && field.read_only == computed);
    emptied.map(|field| (field.name.to_owned(), value(field))).collect()
}

/// Takes all user-defined values, which may say anything; says of which records. A command could not: some must be said, and
/// some are of fields that there are no more.
async fn empty_custom(tx: &mut Tx, def: &RecordDef, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new(format!("update {} t set {CUSTOM} = '{{}}', version = t.version + 1", def.table()));
    sql.push(format_args!(" where t.{CUSTOM} <> '{{}}' and t.org_id = ")).push_bind(tx.org_id);
    push_ids(&mut sql, "t", ids.to_vec());
    sql.push(" returning t.id");
    sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

/// Takes the names of records out of what the log says of files of all about them.
async fn forget_titles(tx: &mut Tx, def: &RecordDef, ids: &[Uuid]) -> Result<()> {
    sqlx::query("select guanxi_erase_titles($1, $2, $3, $4)")
        .bind(tx.org_id)
        .bind(def.name)
        .bind(ids)
        .bind(ERASED)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use shared::types::LEAD;

    use super::*;

    #[test]
    fn the_index_of_the_log_knows_all_references_that_are_followed() {
        let all = || REGISTRY.iter().copied();
        for person in all().filter(|def| def.is_reachable()) {
            let is_followed =
                |other: &&RecordDef| tells_of(other, person) || stays_about(other, person) || other.name == LEAD.name;
            for other in all().filter(is_followed) {
                let is_part = |part: &&RecordDef| match stays_about(other, person) {
                    true => hangs_on(part, other),
                    false => is_part_of(part, other),
                };
                let of_parts = all().filter(is_part).flat_map(|part| references(part, other));
                for field in of_parts.chain(references(other, person)) {
                    assert!(LEFT.contains(&format!("'{field}'")), "{field} of {} or what hangs on it", other.name);
                }
            }
        }
    }
}
