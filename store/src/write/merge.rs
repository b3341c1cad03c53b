//! Makes one record of several: what referred to the others refers to the one that stays, and their ids lead to it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use shared::access::{Actor, FieldAccess, Grants};
use shared::command::{Change, Command, Outcome, Source};
use shared::duplicates::{MOST_MERGED, Merge, can_merge, may_merge, merged_fields, merges_by_update, proposal};
use shared::query::Detail;
use shared::record::{CUSTOM, custom_key};
use shared::types::{REGISTRY, TICKET_MESSAGE};
use shared::{Error, FieldDef, Kind, RecordDef, Result, Row, Values};
use uuid::Uuid;

use super::attach::Found;
use super::{batch, load, prepare};
use crate::error::from_sqlx;
use crate::pool::{DbRole, Store, Tx};
use crate::scope::Sql;

/// References changed per command.
const CHUNK: usize = 500;

/// A merge under way.
struct Merging<'m> {
    def: &'static RecordDef,
    into: Uuid,
    others: &'m [Uuid],
    set: Uuid,
}

impl Store {
    /// Merges records into one, as a single change set that can be undone. What refers to the others is changed whoever it
    /// belongs to.
    ///
    /// # Errors
    /// `NotFound` for records that may not be read, `Forbidden` without the rights to change the one that stays and to
    /// delete the others, `Invalid` for what can't be merged and for values that don't fit, `Conflict` where somebody changed
    /// meanwhile what is merged of a record.
    pub async fn merge(&self, actor: &Actor, merge: &Merge) -> Result<Outcome> {
        let def = shared::types::by_name(&merge.record_type).filter(|def| can_merge(def)).ok_or(Error::NotFound)?;
        let distinct: BTreeSet<Uuid> = merge.others.iter().copied().chain([merge.into]).collect();
        if merge.others.is_empty() || distinct.len() != merge.others.len() + 1 || merge.others.len() > MOST_MERGED {
            return Err(Error::invalid("others", "out_of_range"));
        }
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        super::desk::before_merge(&mut tx, def, merge.into, &merge.others).await?;
        let (into, others) = rows(&mut tx, actor, def, merge).await?;
        are_as_seen(&mut tx, actor, (def, merge), &others.iter().chain([&into]).collect::<Vec<_>>()).await?;
        let merging = Merging { def, into: into.id, others: &merge.others, set: Uuid::now_v7() };
        let numbers: Vec<Option<String>> = others.iter().map(|row| row.text("number").map(str::to_owned)).collect();
        let mut values = values(actor, def, merge, (&into, &others), &distinct)?;
        let chosen = (&mut values, &merge.values);
        let apart = super::desk::said_apart(&mut tx, def, chosen, (&into, &others)).await?;
        // Who may merge records need not see all of them, nor be able to change all that hangs on them.
        let keeper = Actor { grants: Grants { admin: true, ..actor.grants.clone() }, ..actor.clone() };
        merging.run_all(&mut tx, &keeper, &TICKET_MESSAGE, (&apart.marked, &apart.found)).await?;
        merging.lead_over(&mut tx, &keeper, &apart.found).await?;
        let gone = merge.others.iter().map(|id| Change::Delete { id: *id }).collect();
        merging.run(&mut tx, if merges_by_update(def) { &keeper } else { actor }, def, gone).await?;
        let change = Change::Update { id: into.id, version: None, values };
        let mut outcome = merging.run(&mut tx, &keeper, def, vec![change]).await?;
        outcome.rows.iter_mut().for_each(|row| actor.redact(def, &mut row.values));
        merging.run_all(&mut tx, &keeper, &TICKET_MESSAGE, (&apart.asked, &apart.found)).await?;
        merging.remember(&mut tx, numbers).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(outcome)
    }

    /// One record, or that which it became when it was merged.
    ///
    /// # Errors
    /// As [`Store::get`].
    pub async fn get_or_merged(&self, actor: &Actor, def: &'static RecordDef, id: Uuid) -> Result<Detail> {
        match self.get(actor, def, id).await {
            Err(Error::NotFound) => {
                let into = self.merged_into(actor, id).await?.ok_or(Error::NotFound)?;
                self.get(actor, def, into).await
            }
            found => found,
        }
    }

    /// The record that a merged one became, if the id is that of one.
    ///
    /// # Errors
    /// Database faults.
    pub async fn merged_into(&self, actor: &Actor, id: Uuid) -> Result<Option<Uuid>> {
        let mut tx = self.reading(actor).await?;
        let into: Option<Option<Uuid>> = sqlx::query_scalar(
            "with recursive way as (
                 select into_id from merged_records where org_id = $1 and id = $2
                 union select m.into_id from way join merged_records m on m.org_id = $1 and m.id = way.into_id
             )
             select into_id from way where not exists
                 (select from merged_records m where m.org_id = $1 and m.id = way.into_id)",
        )
        .bind(actor.org_id)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        Ok(into.flatten())
    }
}

/// What the record that stays is to say: what is proposed, and what somebody chose otherwise.
fn values(
    actor: &Actor,
    def: &'static RecordDef,
    merge: &Merge,
    (into, others): (&Row, &[Row]),
    distinct: &BTreeSet<Uuid>,
) -> Result<Values> {
    let mut values = proposal(def, into, others);
    for (field, value) in &merge.values {
        if actor.field_access(def, field) < FieldAccess::Write {
            return Err(Error::invalid(field, "read_only"));
        }
        choose(&mut values, field, value);
    }
    // Nothing can be its own parent.
    for field in own_references(def) {
        let said = values.get(field.name).unwrap_or_else(|| into.value(field.name));
        if said.as_str().and_then(|id| id.parse().ok()).is_some_and(|id: Uuid| distinct.contains(&id)) {
            values.insert(field.name.to_owned(), Value::Null);
        }
    }
    Ok(values)
}

/// Puts a value that was chosen in place of what is proposed; of user-defined ones only those that were chosen.
fn choose(values: &mut Values, field: &str, value: &Value) {
    let proposed = values.remove(field).filter(|_| field == CUSTOM);
    let value = match (proposed, value) {
        (Some(Value::Object(mut all)), Value::Object(chosen)) => {
            all.extend(chosen.clone());
            Value::Object(all)
        }
        _ => value.clone(),
    };
    values.insert(field.to_owned(), value);
}

/// The record that stays and the others, in their order, all locked.
async fn rows(tx: &mut Tx, actor: &Actor, def: &'static RecordDef, merge: &Merge) -> Result<(Row, Vec<Row>)> {
    let ids: Vec<Uuid> = merge.others.iter().copied().chain([merge.into]).collect();
    let mut stored = load::locked(tx, actor, def, &ids, load::Lock::Delete).await?;
    let mut take = |id: Uuid| stored.remove(&id).filter(|found| found.readable).ok_or(Error::NotFound);
    let into = take(merge.into)?;
    let others = merge.others.iter().map(|id| take(*id)).collect::<Result<Vec<_>>>()?;
    let may_go = |other: &load::Stored| if merges_by_update(def) { other.updatable } else { other.deletable };
    if !into.updatable || !may_merge(actor, def) || !others.iter().all(may_go) {
        return Err(Error::Forbidden);
    }
    Ok((into.row, others.into_iter().map(|other| other.row).collect()))
}

/// Refuses what was decided on otherwise than it is now.
async fn are_as_seen(
    tx: &mut Tx,
    actor: &Actor,
    (def, merge): (&'static RecordDef, &Merge),
    rows: &[&Row],
) -> Result<()> {
    let seen: BTreeMap<Uuid, i64> = merge.seen.iter().copied().collect();
    let is_stale = |row: &&Row| seen.get(&row.id).is_some_and(|seen| *seen < row.version);
    let stale: Vec<&Row> = rows.iter().copied().filter(is_stale).collect();
    if stale.is_empty() {
        return Ok(());
    }
    let since = stale.iter().filter_map(|row| Some((row.id, *seen.get(&row.id)?))).collect();
    let written = prepare::written_since(tx, since).await?;
    let is_merged = |name: &&String| {
        let field = custom_key(name).map_or(name.as_str(), |_| CUSTOM);
        let is_chosen = custom_key(name).is_some() || merged_fields(def).any(|field| field.name == name.as_str());
        is_chosen && actor.field_access(def, field) > FieldAccess::Hidden
    };
    for row in stale {
        let fields: Vec<String> = written.get(&row.id).into_iter().flatten().filter(is_merged).cloned().collect();
        if !fields.is_empty() {
            let mut current = row.clone();
            actor.redact(def, &mut current.values);
            return Err(Error::Conflict { current: Box::new(current), fields });
        }
    }
    Ok(())
}

fn own_references(def: &'static RecordDef) -> impl Iterator<Item = &'static FieldDef> {
    def.fields.iter().filter(|field| field.kind == Kind::Reference(def.name))
}

impl Merging<'_> {
    /// Runs changes of one type in the set; what is refused refuses the whole merge.
    async fn run(&self, tx: &mut Tx, actor: &Actor, def: &'static RecordDef, changes: Vec<Change>) -> Result<Outcome> {
        self.run_with(tx, actor, def, (changes, &Found::new())).await
    }

    /// As [`Merging::run`], with what the store itself says of the records.
    async fn run_with(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        def: &'static RecordDef,
        (changes, found): (Vec<Change>, &Found),
    ) -> Result<Outcome> {
        let command = Command {
            record_type: def.name.to_owned(),
            changes,
            change_set: Some(self.set),
            all_or_nothing: true,
            source: Source::Merge,
            idempotency_key: None,
        };
        let outcome = batch::run_with(tx, actor, def, &command, found).await?;
        match outcome.refused.first() {
            Some(refusal) => Err(refusal.error.clone()),
            None => Ok(outcome),
        }
    }

    /// As [`Merging::run_with`], of any number.
    async fn run_all(
        &self,
        tx: &mut Tx,
        keeper: &Actor,
        def: &'static RecordDef,
        (changes, found): (&[Change], &Found),
    ) -> Result<()> {
        for chunk in changes.chunks(CHUNK) {
            self.run_with(tx, keeper, def, (chunk.to_vec(), found)).await?;
        }
        Ok(())
    }

    /// Makes every reference to the others one to the record that stays, and notes with each record what the store itself says of it.
    async fn lead_over(&self, tx: &mut Tx, keeper: &Actor, found: &Found) -> Result<()> {
        for def in REGISTRY {
            for field in def.fields {
                let changes = match field.kind {
                    Kind::Reference(name) if name == self.def.name => self.single(tx, def, field).await?,
                    Kind::References(name) if name == self.def.name => self.listed(tx, def, field).await?,
                    _ => continue,
                };
                self.run_all(tx, keeper, def, (&changes, found)).await?;
            }
        }
        Ok(())
    }

    async fn single(&self, tx: &mut Tx, def: &RecordDef, field: &FieldDef) -> Result<Vec<Change>> {
        let mut sql = Sql::new(format!("select t.id from {} t where t.org_id = ", def.table()));
        sql.push_bind(tx.org_id).push(format_args!(" and t.{} = any(", field.name)).push_bind(self.others.to_vec());
        sql.push(") and t.id <> all(").push_bind(self.others.to_vec()).push(") order by t.id");
        let ids: Vec<Uuid> = sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        let led = |id: Uuid| if id == self.into { Value::Null } else { self.into.to_string().into() };
        Ok(ids.into_iter().map(|id| update(id, field, led(id))).collect())
    }

    async fn listed(&self, tx: &mut Tx, def: &RecordDef, field: &FieldDef) -> Result<Vec<Change>> {
        let mut sql = Sql::new(format!("select t.id, t.{0} from {1} t where t.org_id = ", field.name, def.table()));
        sql.push_bind(tx.org_id).push(format_args!(" and t.{} && ", field.name)).push_bind(self.others.to_vec());
        let rows: Vec<(Uuid, Vec<Uuid>)> = sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        let led = |ids: Vec<Uuid>| {
            let mut kept: Vec<String> = Vec::new();
            for id in ids {
                let id = if self.others.contains(&id) { self.into } else { id }.to_string();
                if !kept.contains(&id) {
                    kept.push(id);
                }
            }
            Value::from(kept)
        };
        Ok(rows.into_iter().map(|(id, ids)| update(id, field, led(ids))).collect())
    }

    /// Where the ids of the others lead from now on, and what they were called, if they had numbers.
    async fn remember(&self, tx: &mut Tx, numbers: Vec<Option<String>>) -> Result<()> {
        sqlx::query(
            "insert into merged_records (org_id, id, record_type, into_id, change_set, number)
             select $1, o.id, $3, $4, $5, o.number from unnest($2::uuid[], $6::text[]) as o (id, number)
             on conflict (org_id, id) do update
             set into_id = excluded.into_id, change_set = excluded.change_set, number = excluded.number",
        )
        .bind(tx.org_id)
        .bind(self.others.to_vec())
        .bind(self.def.name)
        .bind(self.into)
        .bind(self.set)
        .bind(numbers)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        Ok(())
    }
}

fn update(id: Uuid, field: &FieldDef, value: Value) -> Change {
    Change::Update { id, version: None, values: Values::from_iter([(field.name.to_owned(), value)]) }
}
