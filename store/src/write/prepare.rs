//! From requested changes to prepared rows: access, overlay of the patch, owners, conflicts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::access::{Action, Actor, FieldAccess, Holder, Level};
use shared::command::{Change, Command};
use shared::record::{CUSTOM, custom_changes, custom_name, instant_text, overlay};
use shared::timeline::change_pair;
use shared::{Error, FieldError, RecordDef, Result, Row, Values};
use sqlx::types::Json;
use uuid::Uuid;

use super::load::{Stored, within};
use crate::error::from_sqlx;
use crate::pool::Tx;

/// What is done to a row; the audit log's word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Create,
    Update,
    Archive,
    Restore,
    Delete,
}

impl Act {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Archive => "archive",
            Self::Restore => "restore",
            Self::Delete => "delete",
        }
    }
}

/// A row on its way through the write path.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) act: Act,
    pub(crate) before: Option<Row>,
    /// The row as it will be; for deletions as it was.
    pub(crate) after: Row,
    /// Fields the caller sent.
    pub(crate) patch: Vec<String>,
    /// Version the caller had seen.
    pub(crate) seen: Option<i64>,
    /// Problems found so far.
    pub(crate) errors: Vec<FieldError>,
    /// A problem that is not about fields.
    pub(crate) fault: Option<Error>,
}

impl Prepared {
    /// Whether a field's value differs from what is stored.
    pub(crate) fn changed(&self, field: &str) -> bool {
        self.before.as_ref().map_or(&Value::Null, |row| row.value(field)) != self.after.value(field)
    }

    /// The fields the caller sent that become other, user-defined ones each for itself.
    fn changed_of_patch(&self) -> Vec<String> {
        let (own, shared): (Vec<&String>, Vec<&String>) = self.patch.iter().partition(|name| *name != CUSTOM);
        let before = self.before.as_ref().map_or(&Value::Null, |row| row.value(CUSTOM));
        let custom = shared.into_iter().flat_map(|_| custom_names(before, self.after.value(CUSTOM)));
        own.into_iter().filter(|name| self.changed(name)).cloned().chain(custom).collect()
    }

    /// Whose the row was before the change.
    pub(crate) fn holder_before(&self) -> Holder {
        self.before.as_ref().map(Holder::of).unwrap_or_default()
    }

    /// Whether anything is to be written.
    pub(crate) fn is_change(&self) -> bool {
        let mut names = self.before.iter().chain([&self.after]).flat_map(|row| row.values.keys());
        self.act != Act::Update || names.any(|name| !is_stamp(name) && self.changed(name))
    }

    /// The error that refuses this row, if any.
    pub(crate) fn refusal(&self) -> Option<Error> {
        let fields = || (!self.errors.is_empty()).then(|| Error::Invalid { fields: self.errors.clone() });
        self.fault.clone().or_else(fields)
    }
}

/// The user-defined fields that are not the same on both sides.
fn custom_names(before: &Value, after: &Value) -> Vec<String> {
    custom_changes(before, after).into_keys().map(custom_name).collect()
}

/// What says who wrote a row last, and when: nothing that anybody changes.
pub(super) fn is_stamp(field: &str) -> bool {
    matches!(field, "updated_at" | "updated_by")
}

/// Lays the requested changes over what is stored, with access decided for each.
pub(super) fn lay_over(
    actor: &Actor,
    def: &RecordDef,
    command: &Command,
    mut stored: BTreeMap<Uuid, Stored>,
) -> Vec<Prepared> {
    let mut seen = BTreeSet::new();
    let changes = command.changes.iter();
    changes
        .map(|change| {
            let twice = !seen.insert(change.id());
            let mut row = prepare(actor, def, change, stored.remove(&change.id()));
            if twice {
                row.fault = Some(Error::invalid("id", "twice"));
            }
            row
        })
        .collect()
}

fn prepare(actor: &Actor, def: &RecordDef, change: &Change, stored: Option<Stored>) -> Prepared {
    let fault = access(actor, def, change, stored.as_ref());
    let before = stored.map(|s| s.row);
    let (act, patch, seen) = match change {
        Change::Create { values, .. } => (Act::Create, values.clone(), None),
        Change::Update { values, version, .. } => (Act::Update, values.clone(), *version),
        Change::Archive { .. } => (Act::Archive, Values::new(), None),
        Change::Restore { .. } => (Act::Restore, Values::new(), None),
        Change::Delete { .. } => (Act::Delete, Values::new(), None),
    };
    let mut after = before.clone().unwrap_or_else(|| Row { id: change.id(), version: 0, values: Values::new() });
    let errors = patch.keys().filter_map(|name| unwritable(actor, def, name)).collect();
    let names = patch.keys().cloned().collect();
    overlay(&mut after.values, patch);
    Prepared { act, before: if act == Act::Create { None } else { before }, after, patch: names, seen, errors, fault }
}

/// Whether the type is the organisation itself.
pub(super) fn is_tenant(def: &RecordDef) -> bool {
    def.name == shared::types::ORGANISATION.name
}

fn access(actor: &Actor, def: &RecordDef, change: &Change, stored: Option<&Stored>) -> Option<Error> {
    match (change, stored) {
        // The organisation is made by setting up; without it nobody could sign in to bring it back.
        (Change::Create { id, .. }, _) if is_tenant(def) && *id != actor.org_id => Some(Error::Forbidden),
        (Change::Archive { .. } | Change::Delete { .. }, Some(stored)) if is_tenant(def) && stored.readable => {
            Some(Error::Forbidden)
        }
        (Change::Create { .. }, None) => (!actor.may(def, Action::Create)).then_some(Error::Forbidden),
        (Change::Create { .. }, Some(_)) => Some(Error::invalid("id", "taken")),
        (_, None) => Some(Error::NotFound),
        (_, Some(stored)) if !stored.readable => Some(Error::NotFound),
        (Change::Update { .. }, Some(stored)) => (!stored.updatable).then_some(Error::Forbidden),
        (_, Some(stored)) => (!stored.deletable).then_some(Error::Forbidden),
    }
}

fn unwritable(actor: &Actor, def: &RecordDef, field: &str) -> Option<FieldError> {
    match actor.field_access(def, field) {
        FieldAccess::Hidden => Some(FieldError::new(field, "unknown_field")),
        FieldAccess::Read => Some(FieldError::new(field, "read_only")),
        FieldAccess::Write => None,
    }
}

/// New records belong to whoever makes them; a record's team follows its owner unless it is set as well.
pub(super) async fn assign_holders(tx: &mut Tx, actor: &Actor, def: &RecordDef, rows: &mut [Prepared]) -> Result<()> {
    let sent = |row: &Prepared, field: &str| row.patch.iter().any(|name| name == field);
    if !def.is_owned() {
        return Ok(());
    }
    for row in rows.iter_mut().filter(|r| r.act == Act::Create && !def.unassigned && !sent(r, "owner_id")) {
        row.after.values.insert("owner_id".into(), actor.user_id.to_string().into());
    }
    let follows = |row: &Prepared| {
        matches!(row.act, Act::Create | Act::Update) && row.changed("owner_id") && !sent(row, "team_id")
    };
    let owners: BTreeSet<Uuid> =
        rows.iter().filter(|r| follows(r)).filter_map(|r| r.after.reference("owner_id")).collect();
    let teams = teams_of(tx, actor, &owners).await?;
    for row in rows.iter_mut().filter(|r| follows(r)) {
        let team = row.after.reference("owner_id").and_then(|owner| teams.get(&owner).copied().flatten());
        row.after.values.insert("team_id".into(), team.map(|t| t.to_string()).into());
    }
    for row in rows.iter_mut().filter(|r| r.act == Act::Create && r.fault.is_none()) {
        if !actor.reaches(actor.level(def, Action::Create), &Holder::of(&row.after)) {
            row.errors.push(FieldError::new("owner_id", "beyond_your_rights"));
        }
    }
    Ok(())
}

/// What of these changes would be refused for want of rights, in their order, as their writing says it; nothing is written. Records
/// that are changed come as they are before; those without a version are yet to be made by whoever asks.
pub(crate) async fn beyond_rights(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    changes: Vec<(&Change, Option<&Row>)>,
) -> Result<Vec<Option<Error>>> {
    let is_all = |action| actor.level(def, action) == Level::All;
    if is_all(Action::Create) && is_all(Action::Update) && actor.restrictions().is_none() && !is_tenant(def) {
        return Ok(vec![None; changes.len()]);
    }
    let kept = changes.iter().filter_map(|(_, before)| before.filter(|row| row.version > 0));
    let kept: BTreeSet<Uuid> = kept.map(|row| row.id).collect();
    let updatable = if kept.is_empty() { kept } else { within(tx, actor, def, &kept, Action::Update).await? };
    let prepared = |(change, before): (&Change, Option<&Row>)| {
        let stored = before.map(|row| Stored {
            readable: true,
            updatable: row.version == 0 || updatable.contains(&row.id),
            deletable: false,
            row: row.clone(),
        });
        prepare(actor, def, change, stored)
    };
    let mut rows: Vec<Prepared> = changes.into_iter().map(prepared).collect();
    assign_holders(tx, actor, def, &mut rows).await?;
    Ok(rows.iter().map(Prepared::refusal).collect())
}

async fn teams_of(tx: &mut Tx, actor: &Actor, owners: &BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, Option<Uuid>>> {
    let mut teams = BTreeMap::from_iter([(actor.user_id, actor.team_id)]);
    let others: Vec<Uuid> = owners.iter().copied().filter(|id| *id != actor.user_id).collect();
    if !others.is_empty() {
        let found: Vec<(Uuid, Option<Uuid>)> =
            sqlx::query_as("select id, team_id from users where org_id = $1 and id = any($2)")
                .bind(tx.org_id)
                .bind(others)
                .fetch_all(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        teams.extend(found);
    }
    Ok(teams)
}

/// Refuses updates to fields that somebody else changed since the caller saw the record.
///
/// Changes to different fields go together; a change to the value that is already there is no conflict.
pub(super) async fn conflicts(tx: &mut Tx, actor: &Actor, def: &RecordDef, rows: &mut [Prepared]) -> Result<()> {
    let stale: Vec<(Uuid, i64)> = rows
        .iter()
        .filter(|r| r.fault.is_none())
        .filter_map(|r| Some((r.after.id, r.seen.filter(|seen| *seen < r.after.version)?)))
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    let written = written_since(tx, stale).await?;
    for row in rows.iter_mut().filter(|r| r.seen.is_some()) {
        let Some(others) = written.get(&row.after.id) else { continue };
        let both: Vec<String> = row.changed_of_patch().into_iter().filter(|name| others.contains(name)).collect();
        if let Some(current) = row.before.clone().filter(|_| !both.is_empty() && row.fault.is_none()) {
            let mut current = current;
            actor.redact(def, &mut current.values);
            row.fault = Some(Error::Conflict { current: Box::new(current), fields: both });
        }
    }
    Ok(())
}

/// The fields of records that were written since these versions of them, user-defined ones each for itself as well. By index, record
/// for record, however large the log is.
pub(super) async fn written_since(tx: &mut Tx, seen: Vec<(Uuid, i64)>) -> Result<BTreeMap<Uuid, BTreeSet<String>>> {
    let (ids, versions): (Vec<Uuid>, Vec<i64>) = seen.into_iter().unzip();
    let entries: Vec<(Uuid, Vec<String>, Option<Json<Value>>)> = sqlx::query_as(
        "select seen.id, array(select jsonb_object_keys(a.changes)), a.changes -> 'custom'
         from unnest($2::uuid[], $3::bigint[]) as seen (id, version)
         cross join lateral (select e.changes from audit_entries e
                             where e.org_id = $1 and e.record_id = seen.id and e.version > seen.version offset 0) a",
    )
    .bind(tx.org_id)
    .bind(ids)
    .bind(versions)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let mut written: BTreeMap<Uuid, BTreeSet<String>> = BTreeMap::new();
    for (id, names, custom) in entries {
        let (before, after) = custom.as_ref().map_or((&Value::Null, &Value::Null), |pair| change_pair(&pair.0));
        written.entry(id).or_default().extend(names.into_iter().chain(custom_names(before, after)));
    }
    Ok(written)
}

/// Sets version and system fields of a row about to be written.
pub(super) fn stamp(row: &mut Prepared, actor: &Actor, now: DateTime<Utc>) {
    let at = instant_text(now);
    let by = actor.user_id.to_string();
    row.after.version += 1;
    let values = &mut row.after.values;
    if row.act == Act::Create {
        values.insert("created_at".into(), at.clone().into());
        values.insert("created_by".into(), by.clone().into());
    }
    match row.act {
        Act::Archive => drop(values.insert("archived_at".into(), at.clone().into())),
        Act::Restore => drop(values.remove("archived_at")),
        _ => {}
    }
    values.insert("updated_at".into(), at.into());
    values.insert("updated_by".into(), by.into());
}
