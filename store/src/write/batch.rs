//! One batch: prepare, check, write.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::Value;
use shared::access::Actor;
use shared::cause::Cause;
use shared::command::{Change, Command, Outcome, Refusal, Source};
use shared::query::Filter;
use shared::rank::Place;
use shared::record::{CUSTOM, Draft, Kind, Shape};
use shared::types::is_about_steps;
use shared::{Error, FieldDef, FieldError, RecordDef, Result, Row};
use uuid::Uuid;

use super::attach::{self, Found};
use super::audit::{ChangeSet, hold_referred, hold_referred_at_once, write_rows};
use super::custom::custom_fields;
use super::load::Lock;
use super::place::{crowded, rank_field, ranks, respread};
use super::prepare::{Act, Prepared, assign_holders, conflicts, lay_over, stamp};
use super::{derive, load, rich, serial, verify};
use crate::auth::is_zone;
use crate::columns::{references, target};
use crate::pool::Tx;
use crate::read::push_filter;
use crate::scope::Sql;

/// Time of the change, as precise as Postgres keeps it.
pub(super) fn now() -> DateTime<Utc> {
    let now = Utc::now();
    now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
}

/// As [`run_with`], for what the system does by itself.
pub(super) async fn run_because(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    command: &Command,
    causes: Vec<Cause>,
) -> Result<Outcome> {
    run_whole(tx, actor, def, command, &Found::new(), causes).await
}

/// Runs a command within `tx`, with what the store itself found out about records; the caller commits, or not when everything was to
/// hold or nothing.
pub(super) async fn run_with(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    command: &Command,
    found: &Found,
) -> Result<Outcome> {
    run_whole(tx, actor, def, command, found, Vec::new()).await
}

async fn run_whole(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    command: &Command,
    found: &Found,
    causes: Vec<Cause>,
) -> Result<Outcome> {
    super::desk::before_write(tx, def, command).await?;
    let now = now();
    // Before people are locked, as undo does.
    let had_administrator = verify::has_administrator(tx, def).await?;
    let ids: Vec<Uuid> = command.changes.iter().map(Change::id).collect();
    let stored = load::locked(tx, actor, def, &ids, lock_for(command)).await?;
    let mut rows = lay_over(actor, def, command, stored);
    attach::fill_in(def, &mut rows, found);
    assign_holders(tx, actor, def, &mut rows).await?;
    conflicts(tx, actor, def, &mut rows).await?;
    check(tx, actor, def, &mut rows, (now, command.source)).await?;

    let refused: Vec<Refusal> = (0..)
        .zip(&rows)
        .filter_map(|(index, r)| Some(Refusal { index, id: r.after.id, error: r.refusal()? }))
        .collect();
    let id = command.change_set.unwrap_or_else(Uuid::now_v7);
    let set = ChangeSet { id, source: command.source, undo_of: None, causes };
    if (command.all_or_nothing || rows.len() == 1) && !refused.is_empty() {
        return Ok(Outcome { change_set: set.id, rows: Vec::new(), refused, unchanged: 0 });
    }
    rows.retain(|row| row.refusal().is_none());
    // That others became part of it is told of a record, even if it says nothing new.
    let is_told = |row: &Prepared| row.is_change() || command.source == Source::Merge;
    let (mut writing, unchanged): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_told);
    writing.iter_mut().for_each(|row| stamp(row, actor, now));
    if !writing.is_empty() {
        super::desk::say_last(tx, def, &mut writing, now).await?;
        write_rows(tx, actor, def, &writing, &set).await?;
        verify::keeps_administrator(tx, def, had_administrator).await?;
        if verify::has_cycle(tx, def, &writing).await? {
            return Err(Error::invalid(def.tree.unwrap_or_default(), "cycle"));
        }
        derive::after_write(tx, actor, def, &writing, &set).await?;
        refresh(tx, def, &mut writing).await?;
        spread_crowded(tx, actor, def, &mut writing).await?;
    }
    // Nobody looks at the rows of an import, which would be kept for its retries.
    let wants_rows = command.source != Source::Import;
    let so_already = unchanged.len();
    let rows = if wants_rows { visible(actor, def, &ids, writing, unchanged) } else { Vec::new() };
    Ok(Outcome { change_set: set.id, rows, refused, unchanged: so_already })
}

fn lock_for(command: &Command) -> Lock {
    let deletes = command.changes.iter().any(|change| matches!(change, Change::Delete { .. }));
    if deletes { Lock::Delete } else { Lock::Change }
}

/// Holds what changes that are carried out each for itself would lock one after the other, in the order that whole batches keep to.
pub(super) async fn hold_whole(tx: &mut Tx, def: &'static RecordDef, command: &Command) -> Result<()> {
    super::desk::before_write(tx, def, command).await?;
    verify::has_administrator(tx, def).await?;
    load::hold(tx, def, command.changes.iter().map(Change::id).collect(), lock_for(command)).await?;
    let mut referred = Vec::new();
    for change in &command.changes {
        if let Change::Create { id, values } | Change::Update { id, values, .. } = change {
            referred.extend(references(def, &Row { id: *id, version: 0, values: values.clone() }));
        }
    }
    hold_referred(tx, referred).await?;
    super::desk::before_each(tx, def, command).await
}

/// Everything that can refuse a row: places, rules, references, unique values.
async fn check(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    rows: &mut [Prepared],
    (now, source): (DateTime<Utc>, Source),
) -> Result<()> {
    verify::ids_are_free(tx, def, rows).await?;
    set_ranks(tx, def, rows).await?;
    serial::number(tx, def, rows).await?;
    let related = related_rows(tx, def, rows).await?;
    let needs_custom = rows.iter().any(|r| r.act == Act::Create || r.patch.iter().any(|name| name == CUSTOM));
    let custom = if needs_custom { custom_fields(tx, def).await? } else { Vec::new() };
    for row in rows.iter_mut().filter(|r| matches!(r.act, Act::Create | Act::Update) && r.fault.is_none()) {
        let mut after = std::mem::take(&mut row.after.values);
        let mut draft = Draft {
            before: row.before.as_ref(),
            after: &mut after,
            now,
            zone: &actor.zone,
            related: &related,
            errors: Vec::new(),
        };
        shared::record::validate(def, &mut draft, &row.patch, &custom);
        rich::clean(def, draft.after, &row.patch);
        draft.errors.retain(|error| source != Source::Merge || !is_about_steps(error));
        row.errors.append(&mut draft.errors);
        row.after.values = after;
        row.errors.extend(unusable_values(actor, def, row));
        row.errors.extend(super::desk::wrong_time(def, row, (now, source)));
    }
    verify::references_exist(tx, actor, def, rows).await?;
    attach::targets_are_open(tx, actor, def, rows).await?;
    attach::names_are_accepted(tx, def, rows).await?;
    verify::not_listed_elsewhere(tx, def, rows).await?;
    verify::unique_values(tx, def, rows).await
}

/// What is wrong with values of a row that only the store can tell of.
fn unusable_values(actor: &Actor, def: &RecordDef, row: &Prepared) -> Vec<FieldError> {
    let unusable = |field: &FieldDef| {
        let value = row.after.value(field.name);
        let error = match field.kind {
            Kind::Json(Shape::Filter(target)) => unusable_filter(actor, target, value)?,
            Kind::TimeZone if !value.is_null() && !value.as_str().is_some_and(is_zone) => {
                FieldError::new("", "time_zone")
            }
            _ => return None,
        };
        Some(FieldError { field: field.name.into(), ..error })
    };
    let is_faulty = |field: &FieldDef| row.errors.iter().any(|error| error.field == field.name);
    def.fields.iter().filter(|field| row.changed(field.name) && !is_faulty(field)).filter_map(unusable).collect()
}

/// A filter that lists would refuse never fits anything.
fn unusable_filter(actor: &Actor, target: &str, filter: &Value) -> Option<FieldError> {
    let filter = serde_json::from_value::<Filter>(filter.clone()).ok()?;
    match push_filter(&mut Sql::new(""), &actor.unlimited(), shared::types::by_name(target)?, &filter) {
        Err(Error::Invalid { fields }) => fields.into_iter().next(),
        _ => None,
    }
}

/// Rows that the type's rules look at: the targets of its `needs`.
async fn related_rows(tx: &mut Tx, def: &'static RecordDef, rows: &[Prepared]) -> Result<BTreeMap<Uuid, Row>> {
    let mut related = BTreeMap::new();
    for name in def.needs {
        let Some(target) = def.field(name).and_then(target) else { continue };
        let live = rows.iter().filter(|r| matches!(r.act, Act::Create | Act::Update));
        // What a needed record refers to by the same name may become this record's too: a stage brings its pipeline.
        let brought = related.values().filter_map(|row: &Row| row.reference(name));
        let ids: BTreeSet<Uuid> = live.filter_map(|r| r.after.reference(name)).chain(brought).collect();
        related.extend(load::rows_by_id(tx, target, &ids).await?.into_iter().map(|row| (row.id, row)));
    }
    Ok(related)
}

/// Rows that enter a column get a rank: where they were told to go, else the top.
async fn set_ranks(tx: &mut Tx, def: &'static RecordDef, rows: &mut [Prepared]) -> Result<()> {
    let Some((rank, within)) = rank_field(def) else { return Ok(()) };
    let mut indices = Vec::new();
    let mut wanted = Vec::new();
    for (index, row) in rows.iter_mut().enumerate().filter(|(_, r)| r.fault.is_none()) {
        let Some(column) = row.after.reference(within) else { continue };
        let asked = row.patch.iter().any(|name| name == rank);
        let place = match row.after.text(rank).filter(|_| asked).map(Place::parse) {
            Some(Some(place)) => place,
            Some(None) => {
                row.errors.push(FieldError::new(rank, "place"));
                continue;
            }
            None if row.changed(within) || row.after.text(rank).is_none() => Place::Top,
            None => continue,
        };
        indices.push(index);
        wanted.push((column, place, row.after.id));
    }
    for (index, new) in indices.into_iter().zip(ranks(tx, def, &wanted).await?) {
        rows[index].after.values.insert(rank.into(), Value::from(new));
        rows[index].patch.retain(|name| name != rank);
    }
    Ok(())
}

/// Of types whose rows follow from more than their own write, the rows as they are now.
async fn refresh(tx: &mut Tx, def: &'static RecordDef, written: &mut [Prepared]) -> Result<()> {
    if def.name != shared::types::TICKET.name {
        return Ok(());
    }
    let own: BTreeSet<Uuid> = written.iter().filter(|row| row.act != Act::Delete).map(|row| row.after.id).collect();
    for fresh in load::rows_by_id(tx, def, &own).await? {
        written.iter_mut().filter(|row| row.after.id == fresh.id).for_each(|row| row.after = fresh.clone());
    }
    Ok(())
}

/// Around ranks that grew long the column is spread anew, and everybody is told.
async fn spread_crowded(tx: &mut Tx, actor: &Actor, def: &'static RecordDef, written: &mut [Prepared]) -> Result<()> {
    let crowded: Vec<Row> = crowded(def, written.iter().map(|row| &row.after)).into_iter().cloned().collect();
    // They are written once more, and wait for nobody: a later write finds the rank as long and tries again.
    if crowded.is_empty() || !hold_referred_at_once(tx, def, written).await? {
        return Ok(());
    }
    for row in crowded {
        let touched = respread(tx, def, &row).await?;
        if touched.is_empty() {
            continue;
        }
        super::audit::events_for(tx, actor, def, &touched).await?;
        let own: BTreeSet<Uuid> = written.iter().map(|row| row.after.id).collect();
        for fresh in load::rows_by_id(tx, def, &own).await? {
            written.iter_mut().filter(|row| row.after.id == fresh.id).for_each(|row| row.after = fresh.clone());
        }
    }
    Ok(())
}

/// The rows as the actor may see them, in the order asked for.
fn visible(
    actor: &Actor,
    def: &RecordDef,
    order: &[Uuid],
    written: Vec<Prepared>,
    unchanged: Vec<Prepared>,
) -> Vec<Row> {
    let live = written.into_iter().chain(unchanged).filter(|row| row.act != Act::Delete);
    let mut rows: BTreeMap<Uuid, Row> = live.map(|row| (row.after.id, row.after)).collect();
    let mut ordered: Vec<Row> = order.iter().filter_map(|id| rows.remove(id)).collect();
    for row in &mut ordered {
        row.values.retain(|_, value| !value.is_null());
        actor.redact(def, &mut row.values);
    }
    ordered
}
