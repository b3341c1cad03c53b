//! Erases what is known of a person: their record stays as a nameless one, for what law and bookkeeping refer to it.

mod imports;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use shared::access::Actor;
use shared::command::{Change, Command, Outcome, Source};
use shared::i18n::{Locale, translate};
use shared::record::{CUSTOM, CustomField};
use shared::types::{ATTACHMENT, REGISTRY};
use shared::{Error, Kind, RecordDef, Result, Values};
use uuid::Uuid;

use self::imports::Said;
use super::{batch, custom_fields, load};
use crate::error::from_sqlx;
use crate::pool::{DbRole, Store, Tx};
use crate::scope::Sql;

/// Records changed per command.
const CHUNK: usize = 500;

impl Store {
    /// Empties the personal fields of a record and of what was noted, asked and planned with it, in the history too, and
    /// removes the files. It can't be undone. What it is called then follows the language.
    ///
    /// # Errors
    /// `Forbidden` for others than administrators, `NotFound` for records that don't exist or are nobody one can reach.
    pub async fn erase(&self, actor: &Actor, locale: Locale, def: &'static RecordDef, id: Uuid) -> Result<()> {
        if !actor.grants.admin {
            return Err(Error::Forbidden);
        }
        if !def.is_reachable() {
            return Err(Error::NotFound);
        }
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        if load::locked(&mut tx, actor, def, &[id], load::Lock::Change).await?.is_empty() {
            return Err(Error::NotFound);
        }
        forget_letters(&mut tx, def, id).await?;
        let own = merged(&mut tx, id).await?;
        let said = Said::by(&mut tx, def, &own).await?;
        imports::forget(&mut tx, &said).await?;
        let erasing = Erasing { actor, set: Uuid::now_v7(), title: translate(locale, "record.erased", &[]) };
        erasing.forget_titles(&mut tx, def, &own).await?;
        erasing.empty(&mut tx, def, vec![id]).await?;
        let mut known = Known::from([(def.name, own.into_iter().collect())]);
        for other in REGISTRY.iter().copied().filter(|other| tells_of(other, def)) {
            let found = erasing.empty_linked(&mut tx, other, (def, &[id]), &mut known).await?;
            // What was said in a ticket is part of it.
            for part in REGISTRY.iter().copied().filter(|part| is_part_of(part, other)) {
                erasing.empty_linked(&mut tx, part, (other, &found), &mut known).await?;
            }
        }
        for (name, ids) in &known {
            let Some(def) = shared::types::by_name(name) else { continue };
            erasing.forget(&mut tx, def, ids.iter().copied().collect()).await?;
        }
        erasing.close(&mut tx).await?;
        tx.commit().await?;
        self.hub.wake();
        self.remove_files(actor.org_id, known.remove(ATTACHMENT.name).unwrap_or_default()).await;
        Ok(())
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

/// Letters of somebody's that were not taken in: that they came stays known, lest they come again.
async fn forget_letters(tx: &mut Tx, def: &'static RecordDef, id: Uuid) -> Result<()> {
    let rows = load::rows_by_id(tx, def, &BTreeSet::from([id])).await?;
    let addresses: Vec<String> =
        rows.iter().flat_map(|row| shared::record::texts(&row.values, "emails")).map(str::to_lowercase).collect();
    sqlx::query(
        "update letters_in set state = 'discarded', done_at = now(), raw = null, sender = null, subject = null, error = null
         where org_id = $1 and state in ('received', 'quarantined') and lower(sender) = any($2)",
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

/// Records of a type that referred to some others at some time, deleted ones included.
async fn formerly_linked(tx: &mut Tx, def: &RecordDef, to: &RecordDef, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let mut sql = Sql::new("select distinct record_id from audit_entries where org_id = ");
    sql.push_bind(tx.org_id).push(" and record_type = ").push_bind(def.name).push(" and (false");
    for field in references(def, to) {
        sql.push(format_args!(" or changes -> '{field}' ?| ")).push_bind(ids.clone());
    }
    sql.push(")");
    sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

struct Erasing<'e> {
    actor: &'e Actor,
    set: Uuid,
    /// What the nameless are called.
    title: String,
}

impl Erasing<'_> {
    /// Empties records that refer to some others, or deletes those that are files; says which, and notes which were.
    async fn empty_linked(
        &self,
        tx: &mut Tx,
        def: &'static RecordDef,
        (to, ids): (&RecordDef, &[Uuid]),
        known: &mut Known,
    ) -> Result<Vec<Uuid>> {
        let found = linked(tx, def, to, ids).await?;
        if def.uploaded {
            self.delete(tx, def, &found).await?;
        } else {
            self.empty(tx, def, found.clone()).await?;
        }
        let known = known.entry(def.name).or_default();
        known.extend(found.iter().copied());
        known.extend(formerly_linked(tx, def, to, ids).await?);
        Ok(found)
    }

    /// Deletes records: nothing is left of a file without its content.
    async fn delete(&self, tx: &mut Tx, def: &'static RecordDef, ids: &[Uuid]) -> Result<()> {
        for ids in ids.chunks(CHUNK) {
            self.run(tx, def, ids.iter().map(|id| Change::Delete { id: *id }).collect()).await?;
        }
        Ok(())
    }

    /// Empties the personal fields of records as they are.
    async fn empty(&self, tx: &mut Tx, def: &'static RecordDef, ids: Vec<Uuid>) -> Result<()> {
        let custom = custom_fields(tx, def).await?;
        for ids in ids.chunks(CHUNK) {
            let rows = load::rows_by_id(tx, def, &ids.iter().copied().collect()).await?;
            let changes = rows.iter().map(|row| {
                let values = self.emptied(def, row.value(CUSTOM), &custom);
                Change::Update { id: row.id, version: None, values }
            });
            self.run(tx, def, changes.collect()).await?;
        }
        Ok(())
    }

    async fn run(&self, tx: &mut Tx, def: &'static RecordDef, changes: Vec<Change>) -> Result<()> {
        let command = Command {
            record_type: def.name.to_owned(),
            changes,
            change_set: Some(self.set),
            all_or_nothing: true,
            source: Source::Web,
            ..Command::default()
        };
        let Outcome { refused, .. } = batch::run(tx, self.actor, def, &command).await?;
        refused.into_iter().next().map_or(Ok(()), |refusal| Err(refusal.error))
    }

    /// What must be said says nothing; what was added by the organisation goes as far as it may.
    fn emptied(&self, def: &RecordDef, custom: &Value, fields: &[CustomField]) -> Values {
        let mut values = Values::new();
        for field in def.fields.iter().filter(|field| field.personal) {
            let value = if field.required { self.title.as_str().into() } else { Value::Null };
            values.insert(field.name.to_owned(), value);
        }
        let mut kept = Values::new();
        for field in fields.iter().filter(|field| field.required) {
            let is_text = matches!(field.kind.as_str(), "text" | "long_text");
            let value = custom.get(&field.key).cloned().unwrap_or_default();
            kept.insert(field.key.clone(), if is_text { self.title.as_str().into() } else { value });
        }
        values.insert(CUSTOM.to_owned(), kept.into());
        values
    }

    /// Takes the names of records out of what the log says of files of all about them.
    async fn forget_titles(&self, tx: &mut Tx, def: &RecordDef, ids: &[Uuid]) -> Result<()> {
        sqlx::query("select guanxi_erase_titles($1, $2, $3, $4)")
            .bind(tx.org_id)
            .bind(def.name)
            .bind(ids)
            .bind(&self.title)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    /// Takes the personal fields out of the history.
    async fn forget(&self, tx: &mut Tx, def: &RecordDef, ids: Vec<Uuid>) -> Result<()> {
        let personal = def.fields.iter().filter(|field| field.personal).map(|field| field.name);
        sqlx::query("select guanxi_erase($1, $2, $3, $4, $5)")
            .bind(tx.org_id)
            .bind(self.set)
            .bind(ids)
            .bind(personal.chain([CUSTOM]).collect::<Vec<_>>())
            .bind(&self.title)
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
