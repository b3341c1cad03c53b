//! From a row's values to the change that it asks for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::command::Change;
use shared::format::Zone;
use shared::import::Existing;
use shared::record::{CustomField, Draft, Kind, is_empty, normalize, validate};
use shared::{FieldDef, RecordDef, Row, Values};
use uuid::Uuid;

use super::{Draught, Place};

/// What is to be done about a row; problems end up in its errors. Also gives the record as it will be.
pub(super) fn change(
    def: &'static RecordDef,
    existing: Existing,
    row: &mut Draught,
    (now, zone): (DateTime<Utc>, &Zone),
    related: &BTreeMap<Uuid, Row>,
    custom: &[CustomField],
) -> (Option<Change>, Row) {
    let before = row.before.as_ref();
    let unchanged = |row: &Row| (None, row.clone());
    if let Some(before) = before.filter(|_| existing == Existing::Skip) {
        row.errors.clear();
        return unchanged(before);
    }
    if let Some(before) = before.filter(|_| existing == Existing::Fill) {
        row.given.retain(|name, given| lay_under(before.value(name), given));
    }
    let mut after = before.map(|row| row.values.clone()).unwrap_or_default();
    after.extend(row.given.clone());
    let patch: Vec<String> = row.given.keys().cloned().collect();
    let mut draft = Draft { before, after: &mut after, now, zone, related, errors: Vec::new() };
    validate(def, &mut draft, &patch, custom);
    let reported: BTreeSet<String> = row.errors.iter().map(|error| error.field.clone()).collect();
    row.errors.extend(draft.errors.into_iter().filter(|error| !reported.contains(&error.field)));
    let result = Row { id: row.id, version: before.map_or(0, |row| row.version), values: after };
    if !row.errors.is_empty() {
        return (None, result);
    }
    let Some(before) = before else {
        let values = patch.iter().filter_map(|name| Some((name.clone(), result.values.get(name)?.clone())));
        let values = values.filter(|(_, value)| !is_empty(value)).collect();
        return (Some(Change::Create { id: row.id, values }), result);
    };
    let differing = patch.iter().filter(|name| differs(def, name, before, &result));
    let values: Values = differing.map(|name| (name.clone(), result.value(name).clone())).collect();
    if values.is_empty() {
        return unchanged(before);
    }
    (Some(Change::Update { id: row.id, version: None, values }), result)
}

/// Leaves of a value what fills in what is empty: of an address its missing parts. Says whether anything is left.
fn lay_under(before: &Value, given: &mut Value) -> bool {
    if let (Value::Object(before), Value::Object(given)) = (before, &mut *given) {
        given.extend(
            before.iter().filter(|(_, value)| !is_empty(value)).map(|(name, value)| (name.clone(), value.clone())),
        );
        return given != before;
    }
    is_empty(before)
}

/// Compares canonical forms: the database gives some numbers with fewer digits, and files give texts without the blanks around
/// them, which long ones may begin with.
fn differs(def: &RecordDef, name: &str, before: &Row, after: &Row) -> bool {
    let clean = |row: &Row| match def.field(name) {
        Some(field) => normalize(name, &field.kind, row.value(name)).unwrap_or_else(|_| row.value(name).clone()),
        None => row.value(name).clone(),
    };
    bare(clean(before)) != bare(clean(after))
}

/// A value without the blanks around its texts, those of fields that administrators added among them.
fn bare(value: Value) -> Value {
    match value {
        Value::String(text) => text.trim().into(),
        Value::Object(all) => all.into_iter().map(|(name, value)| (name, bare(value))).collect(),
        other => other,
    }
}

/// New records go after those of the same file that they refer to.
pub(super) fn parents_first(def: &'static RecordDef, changes: &mut [(Change, Place)]) {
    let own = |field: &&FieldDef| matches!(field.kind, Kind::Reference(name) if name == def.name);
    let Some(parent) = def.fields.iter().find(own) else { return };
    let mut parents: HashMap<Uuid, Uuid> = HashMap::new();
    for (change, _) in changes.iter() {
        if let Change::Create { id, values } = change {
            parents.extend(shared::record::id(values, parent.name).map(|up| (*id, up)));
        }
    }
    // Circles are refused when they are written; here they only must end.
    let depth = |id: Uuid| {
        let mut at = id;
        (0..64)
            .take_while(|_| {
                parents.get(&at).is_some_and(|up| {
                    at = *up;
                    true
                })
            })
            .count()
    };
    changes.sort_by_cached_key(|(change, _)| depth(change.id()));
}
