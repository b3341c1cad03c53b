//! Takes a change set back as a whole; what was edited since is kept and listed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use shared::access::{Action, Actor, Holder};
use shared::command::{Kept, Source, UndoOutcome};
use shared::duplicates::may_merge;
use shared::types::{REGISTRY, USER};
use shared::{Error, RecordDef, Result, Row, Values};
use sqlx::types::Json;
use uuid::Uuid;

use super::audit::{ChangeSet, write_rows};
use super::batch::now;
use super::load::{Lock, Stored};
use super::prepare::{Act, Prepared, is_tenant, stamp};
use super::verify::{has_administrator, keeps_administrator, not_listed_elsewhere};
use super::{derive, load};
use crate::error::from_sqlx;
use crate::files::UNDOABLE_DAYS;
use crate::pool::{DbRole, Store, Tx};

/// Rows taken back per statement.
const CHUNK: usize = 1_000;

/// What one record went through within the set.
#[derive(Default)]
struct History {
    /// Position of its first entry in the set.
    order: usize,
    title: String,
    created: bool,
    deleted: bool,
    /// Less than [`UNDOABLE_DAYS`] ago.
    recent: bool,
    /// Version after the set's last change.
    version: i64,
    /// Field → value before the set touched it.
    before: Values,
    /// Of a record the set itself created: field → value before the set changed it again.
    amended: Values,
    /// Fields that others changed afterwards, and perhaps back again → value that the set left.
    later: Values,
}

impl History {
    /// Fields that are not as the set left them, because others changed them since.
    fn changed_since(&self, def: &RecordDef, current: &Row) -> BTreeSet<String> {
        let others = self.later.iter().filter(|(field, left)| current.value(field) != *left);
        let mut changed: BTreeSet<String> = others.map(|(field, _)| field.clone()).collect();
        if def.together.iter().any(|field| changed.contains(*field)) {
            changed.extend(def.together.iter().map(|field| (*field).to_owned()));
        }
        changed
    }
}

type Histories = BTreeMap<Uuid, History>;

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
        let mut outcome = UndoOutcome { change_set: set.id, undone: 0, kept: Vec::new() };
        // First of all, for it lets nobody else take anything back meanwhile.
        let had_administrator = has_administrator(&mut tx, &USER).await?;
        super::desk::before_undo(&mut tx, change_set).await?;
        let whole = is_merge(&mut tx, actor, change_set).await?;
        let types = types(&mut tx, change_set).await?;
        let concerned = || REGISTRY.iter().filter(|def| types.iter().any(|name| name == def.name));
        // Parents come back before their children, children go before their parents.
        for def in concerned() {
            let histories = histories(&mut tx, def, change_set, set.id).await?;
            detach(&mut tx, actor, def, &histories, &set).await?;
            revert(&mut tx, actor, def, histories, &set, &mut outcome, whole).await?;
        }
        for def in concerned().rev().filter(|def| !is_tenant(def)) {
            let histories = histories(&mut tx, def, change_set, set.id).await?;
            remove(&mut tx, actor, def, histories, &set, &mut outcome).await?;
        }
        keeps_administrator(&mut tx, &USER, had_administrator).await?;
        sqlx::query("update change_sets set undone_by = $3 where org_id = $1 and id = $2")
            .bind(actor.org_id)
            .bind(change_set)
            .bind(set.id)
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

async fn histories(tx: &mut Tx, def: &RecordDef, change_set: Uuid, undo: Uuid) -> Result<Histories> {
    type Entry = (Uuid, String, i64, Option<String>, Json<Map<String, Value>>, bool);
    // A created record had nothing before: of a million of them that would fill the memory.
    let entries: Vec<Entry> = sqlx::query_as(
        "select record_id, action, version, title, case action when 'create' then '{}' else changes end,
                at > now() - make_interval(days => $4)
         from audit_entries
         where org_id = $1 and change_set = $2 and record_type = $3 order by id",
    )
    .bind(tx.org_id)
    .bind(change_set)
    .bind(def.name)
    .bind(UNDOABLE_DAYS)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let mut histories = Histories::new();
    for (order, (id, action, version, title, Json(changes), recent)) in entries.into_iter().enumerate() {
        let history = histories.entry(id).or_insert_with(|| History { order, ..History::default() });
        let again = history.created;
        history.created |= action == "create" && history.version == 0;
        history.deleted = action == "delete";
        history.version = version;
        history.recent = recent;
        history.title = title.unwrap_or_default();
        for (field, pair) in changes {
            if again {
                history.amended.entry(field.clone()).or_insert_with(|| pair.get(0).cloned().unwrap_or_default());
            }
            history.before.entry(field).or_insert_with(|| pair.get(0).cloned().unwrap_or_default());
        }
    }
    add_later(tx, [change_set, undo], &mut histories).await?;
    Ok(histories)
}

/// Fields that were changed after the set by somebody or something else than the set and its undo.
async fn add_later(tx: &mut Tx, own: [Uuid; 2], histories: &mut Histories) -> Result<()> {
    if histories.is_empty() {
        return Ok(());
    }
    let (ids, versions): (Vec<Uuid>, Vec<i64>) = histories.iter().map(|(id, h)| (*id, h.version)).unzip();
    let later: Vec<(Uuid, String, Json<Value>)> = sqlx::query_as(
        "select distinct on (a.record_id, field) a.record_id, field, a.changes -> field -> 0 from audit_entries a
         join unnest($2::uuid[], $3::bigint[]) as s (id, version) on a.record_id = s.id and a.version > s.version
         cross join lateral jsonb_object_keys(a.changes) as field
         where a.org_id = $1 and a.change_set <> all($4) order by a.record_id, field, a.version",
    )
    .bind(tx.org_id)
    .bind(ids)
    .bind(versions)
    .bind(own.to_vec())
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    for (id, field, Json(left)) in later {
        histories.entry(id).and_modify(|h| {
            h.later.insert(field, left);
        });
    }
    Ok(())
}

/// Takes back what the set added to records after it had created them, as in a replay backwards: records that came to
/// refer to each other (a team to its manager, the manager to the team) could not be removed otherwise.
async fn detach(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    histories: &Histories,
    set: &ChangeSet,
) -> Result<()> {
    let amended = |h: &History| h.created && !h.deleted && !h.amended.is_empty();
    let concerned: Vec<_> = histories.iter().filter(|(_, h)| amended(h)).collect();
    for chunk in concerned.chunks(CHUNK) {
        let ids: Vec<Uuid> = chunk.iter().map(|(id, _)| **id).collect();
        let mut stored = load::locked(tx, actor, def, &ids, Lock::Change).await?;
        let rows = chunk.iter().filter_map(|(id, history)| {
            let current = stored.remove(id).filter(|found| may_take_back(actor, def, found))?.row;
            history.changed_since(def, &current).is_empty().then_some(())?;
            let mut after = current.clone();
            after.values.extend(history.amended.clone());
            Some(prepared(Act::Update, Some(current), after)).filter(Prepared::is_change)
        });
        write(tx, actor, def, rows.collect(), set).await?;
    }
    Ok(())
}

/// Brings back deleted records and the former values of changed ones; of a merge that is taken back as a `whole` also those that
/// the actor could not change one by one.
async fn revert(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    histories: Histories,
    set: &ChangeSet,
    outcome: &mut UndoOutcome,
    whole: bool,
) -> Result<()> {
    let concerned: Vec<_> = histories.into_iter().filter(|(_, h)| !h.created).collect();
    for chunk in concerned.chunks(CHUNK) {
        let ids: Vec<Uuid> = chunk.iter().map(|(id, _)| *id).collect();
        let mut stored = load::locked(tx, actor, def, &ids, Lock::Change).await?;
        let mut rows = Vec::new();
        for (id, history) in chunk {
            match (history.deleted, stored.remove(id)) {
                (true, None)
                    if can_return(def, history)
                        && (whole || actor.holds(def, Action::Delete, &Holder::of(&former(*id, history)))) =>
                {
                    rows.push(prepared(Act::Create, None, former(*id, history)));
                }
                (false, Some(found)) if whole || found.readable && (found.updatable || found.deletable) => {
                    let others = history.changed_since(def, &found.row);
                    if history.before.keys().any(|field| others.contains(field)) {
                        outcome.kept.push(kept(def, *id, history));
                    }
                    rows.push(set_back(found.row, history, &others));
                }
                _ => outcome.kept.push(kept(def, *id, history)),
            }
        }
        rows.retain(Prepared::is_change);
        take_back(tx, actor, def, rows, set, outcome).await?;
    }
    Ok(())
}

fn kept(def: &RecordDef, id: Uuid, history: &History) -> Kept {
    Kept { record_type: def.name.to_owned(), id, title: history.title.clone() }
}

/// Whether a deleted record can come back. What was erased since lacks what it was called; and of files only the records
/// are kept for longer.
fn can_return(def: &RecordDef, history: &History) -> bool {
    let erased = |name: &str| history.before.get(name).is_none_or(Value::is_null);
    let whole = !def.fields.iter().any(|field| field.required && field.personal && erased(field.name));
    whole && (!def.uploaded || history.recent)
}

/// A deleted record as it was.
fn former(id: Uuid, history: &History) -> Row {
    let mut values = history.before.clone();
    values.retain(|_, value| !value.is_null());
    Row { id, version: history.version, values }
}

/// Whether the actor's rights, as they are now, let them take back what they once created or added.
fn may_take_back(actor: &Actor, def: &RecordDef, found: &Stored) -> bool {
    found.readable && (found.updatable || found.deletable || actor.may(def, Action::Create))
}

fn set_back(current: Row, history: &History, others: &BTreeSet<String>) -> Prepared {
    let mut after = current.clone();
    for (field, value) in history.before.iter().filter(|(field, _)| !others.contains(*field)) {
        after.values.insert(field.clone(), value.clone());
    }
    prepared(Act::Update, Some(current), after)
}

fn prepared(act: Act, before: Option<Row>, after: Row) -> Prepared {
    Prepared { act, before, after, patch: Vec::new(), seen: None, errors: Vec::new(), fault: None }
}

/// Removes what the set created, unless somebody has worked on it or refers to it.
async fn remove(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    histories: Histories,
    set: &ChangeSet,
    outcome: &mut UndoOutcome,
) -> Result<()> {
    let mut created: Vec<_> = histories.into_iter().filter(|(_, h)| h.created && !h.deleted).collect();
    // The last made first: what refers to a record of its own type was made after it.
    created.sort_by_key(|(_, history)| std::cmp::Reverse(history.order));
    for chunk in created.chunks(CHUNK) {
        let ids: Vec<Uuid> = chunk.iter().map(|(id, _)| *id).collect();
        let mut stored = load::locked(tx, actor, def, &ids, Lock::Delete).await?;
        let mut rows = Vec::new();
        for (id, history) in chunk {
            let Some(found) = stored.remove(id).filter(|found| found.readable) else { continue };
            if may_take_back(actor, def, &found) && history.changed_since(def, &found.row).is_empty() {
                rows.push(prepared(Act::Delete, Some(found.row.clone()), found.row));
            } else {
                outcome.kept.push(kept(def, *id, history));
            }
        }
        take_back(tx, actor, def, rows, set, outcome).await?;
    }
    Ok(())
}

/// Writes rows; where one of them can't be as it was, because something refers to it or has taken its value since, each
/// for itself, and that one is kept.
async fn take_back(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    rows: Vec<Prepared>,
    set: &ChangeSet,
    outcome: &mut UndoOutcome,
) -> Result<()> {
    match part(tx, actor, def, rows.clone(), set).await {
        Err(Error::Invalid { .. }) => {}
        done => {
            outcome.undone += done?;
            return Ok(());
        }
    }
    for row in rows {
        let title = row.after.text(def.title).unwrap_or_default().to_owned();
        let kept = Kept { record_type: def.name.to_owned(), id: row.after.id, title };
        match part(tx, actor, def, vec![row], set).await {
            Err(Error::Invalid { .. }) => outcome.kept.push(kept),
            done => outcome.undone += done?,
        }
    }
    Ok(())
}

/// Writes rows in a part of the transaction, so that what is refused does not end the whole undo.
async fn part(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    mut rows: Vec<Prepared>,
    set: &ChangeSet,
) -> Result<u64> {
    not_listed_elsewhere(tx, def, &mut rows).await?;
    if let Some(error) = rows.iter().find_map(Prepared::refusal) {
        return Err(error);
    }
    tx.begin_part().await?;
    let done = in_any_order(tx, actor, def, rows, set).await;
    tx.end_part(done.is_ok()).await?;
    done
}

/// Writes rows that may refer to each other, and take numbers that others of them give back.
async fn in_any_order(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    rows: Vec<Prepared>,
    set: &ChangeSet,
) -> Result<u64> {
    let check = async |tx: &mut Tx, when: &'static str| -> Result<()> {
        sqlx::query(when).execute(&mut *tx.inner).await.map_err(from_sqlx)?;
        Ok(())
    };
    check(tx, "set constraints all deferred").await?;
    let (returning, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.act == Act::Create);
    let done = write(tx, actor, def, others, set).await? + write(tx, actor, def, returning, set).await?;
    check(tx, "set constraints all immediate").await?;
    Ok(done)
}

async fn write(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    mut rows: Vec<Prepared>,
    set: &ChangeSet,
) -> Result<u64> {
    if rows.is_empty() {
        return Ok(0);
    }
    let now = now();
    for row in &mut rows {
        let (at, by) = (row.after.values.remove("created_at"), row.after.values.remove("created_by"));
        stamp(row, actor, now);
        let original = [("created_at", at), ("created_by", by)];
        row.after.values.extend(original.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?))));
    }
    write_rows(tx, actor, def, &rows, set).await?;
    derive::after_write(tx, actor, def, &rows, set).await?;
    Ok(rows.len() as u64)
}
