//! Shapes of structured values: what checks, edits and shows them knows of their parts from here.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{FieldDef, Kind, RecordDef, normalize};
use crate::error::FieldError;
use crate::query::Filter;

/// Shape of a structured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Known to its type's own rules and pages only.
    Own,
    /// Lines of text, at most so many characters each: `["Red", "Blue"]`.
    Lines(u16),
    /// Hours of a day: `[["09:00", "12:00"], ["13:00", "18:00"]]`.
    Hours,
    /// Hours by weekday: `{"mon": [["09:00", "18:00"]], …}`.
    Week,
    /// Entries of these parts: `[{"day": "2026-10-01", "name": "国庆节"}]`.
    Entries(&'static [Part]),
    /// Entries in an order that matters.
    Sequence(&'static [Part]),
    /// A [`Filter`] on records of the named type.
    Filter(&'static str),
    /// Values for some of the named type's fields, by name: `{"status": "solved"}`.
    Values(&'static str, &'static [&'static str]),
}

/// A part of an entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Name, shape and limits, as of a field.
    pub field: FieldDef,
    /// Only entries whose other part has one of these values have it.
    pub only: Option<(&'static str, &'static [&'static str])>,
}

impl Part {
    /// A part that every entry has.
    pub const fn of(field: FieldDef) -> Self {
        Self { field, only: None }
    }

    /// Only entries whose other part has one of these values have it.
    pub const fn when(mut self, other: &'static str, codes: &'static [&'static str]) -> Self {
        self.only = Some((other, codes));
        self
    }

    /// Whether an entry has this part.
    pub fn applies(&self, entry: &Map<String, Value>) -> bool {
        self.only.is_none_or(|(other, codes)| {
            entry.get(other).and_then(Value::as_str).is_some_and(|code| codes.contains(&code))
        })
    }
}

type Outcome = Result<Value, FieldError>;

/// The canonical form of a structured value: its parts are what their kinds say. What is no such structure at all is left
/// to the type's rules, which know a better message.
pub(super) fn structured(field: &str, shape: &Shape, value: Value) -> Outcome {
    match (shape, value) {
        (Shape::Entries(parts) | Shape::Sequence(parts), Value::Array(list)) => {
            let mut wrong = Vec::new();
            let clean = entries(field, parts, &list, &mut wrong);
            wrong.into_iter().next().map_or(Ok(clean), Err)
        }
        (Shape::Lines(max), Value::Array(list)) => {
            let each =
                list.iter().enumerate().map(|(at, text)| normalize(&format!("{field}.{at}"), &Kind::Text(*max), text));
            let mut all = each.collect::<Result<Vec<_>, _>>()?;
            all.retain(|text| !text.is_null());
            Ok(if all.is_empty() { Value::Null } else { all.into() })
        }
        (Shape::Lines(_), _) => Err(FieldError::new(field, "list")),
        (Shape::Values(target, names), Value::Object(values)) => field_values(field, target, names, values),
        (Shape::Filter(_), value) => {
            let readable = serde_json::from_value::<Filter>(value.clone()).is_ok();
            if readable { Ok(value) } else { Err(FieldError::new(field, "filter")) }
        }
        (_, value) => Ok(value),
    }
}

/// Everything that is wrong with a value that was refused for `first`: several entries may be, each in several parts.
pub(super) fn faults(field: &str, kind: &Kind, value: &Value, first: FieldError) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    if let (Kind::Json(Shape::Entries(parts) | Shape::Sequence(parts)), Value::Array(list)) = (kind, value) {
        entries(field, parts, list, &mut wrong);
    }
    // What is too long as a whole is not looked into.
    if wrong.contains(&first) { wrong } else { vec![first] }
}

/// Entries as they are kept, as far as they are right.
fn entries(field: &str, parts: &[Part], list: &[Value], wrong: &mut Vec<FieldError>) -> Value {
    list.iter().enumerate().map(|(at, entry)| one(&format!("{field}.{at}"), parts, entry, wrong)).collect()
}

/// One entry; empty parts go.
fn one(path: &str, parts: &[Part], entry: &Value, wrong: &mut Vec<FieldError>) -> Value {
    let Value::Object(given) = entry else {
        wrong.push(FieldError::new(path, "object"));
        return Value::Null;
    };
    let mut clean = Map::new();
    for (name, value) in given {
        let Some(part) = parts.iter().find(|part| part.field.name == name) else {
            wrong.push(FieldError::new(path, "unknown_part").with("part", name));
            continue;
        };
        match normalize(&format!("{path}.{name}"), &part.field.kind, value) {
            Ok(Value::Null) => {}
            Ok(value) => drop(clean.insert(name.clone(), value)),
            Err(error) => wrong.push(error),
        }
    }
    let is_missing = |part: &&Part| part.field.required && part.applies(&clean) && !clean.contains_key(part.field.name);
    for part in parts.iter().filter(is_missing) {
        let error = FieldError::new(format!("{path}.{}", part.field.name), "required");
        // A value that was refused is there.
        if wrong.iter().all(|other| other.field != error.field) {
            wrong.push(error);
        }
    }
    clean.into()
}

/// Values of another type's fields. Null empties the field, which what is required does not allow; blank text is a value that
/// was not chosen yet.
fn field_values(field: &str, target: &str, names: &[&str], values: Map<String, Value>) -> Outcome {
    let mut clean = Map::new();
    for (name, value) in values {
        let def = crate::types::by_name(target).and_then(|def| def.field(&name));
        let Some(def) = def.filter(|_| names.contains(&name.as_str())) else {
            return Err(FieldError::new(field, "unknown_part").with("part", &name));
        };
        let path = format!("{field}.{name}");
        let blank = value.as_str().is_some_and(|text| text.trim().is_empty());
        let value = normalize(&path, &def.kind, &value)?;
        if blank || value.is_null() && def.required {
            return Err(FieldError::new(path, "required"));
        }
        clean.insert(name, value);
    }
    Ok(clean.into())
}

/// Records that a structured value of this field names, with the names of their types; none for other kinds.
pub fn named_within(field: &FieldDef, values: &super::Values) -> BTreeSet<(&'static str, Uuid)> {
    let mut found = BTreeSet::new();
    if let (Kind::Json(shape), Some(value)) = (field.kind, values.get(field.name)) {
        shape.named(value, &mut found);
    }
    found
}

/// Records that the value of this field names, itself or within a structured one, with the names of their types.
pub fn named_by(field: &FieldDef, values: &super::Values) -> BTreeSet<(&'static str, Uuid)> {
    let mut found = named_within(field, values);
    ids(&field.kind, values.get(field.name), &mut found);
    found
}

impl Shape {
    fn named(&self, value: &Value, found: &mut BTreeSet<(&'static str, Uuid)>) {
        match self {
            Self::Entries(parts) | Self::Sequence(parts) => value.as_array().into_iter().flatten().for_each(|entry| {
                for part in *parts {
                    ids(&part.field.kind, entry.get(part.field.name), found);
                }
            }),
            Self::Values(target, names) => {
                let fields =
                    crate::types::by_name(target).into_iter().flat_map(|def| names.iter().map(|n| def.field(n)));
                fields.flatten().for_each(|field| ids(&field.kind, value.get(field.name), found));
            }
            Self::Filter(target) => {
                let filter = serde_json::from_value(value.clone()).ok();
                if let (Some(filter), Some(def)) = (filter, crate::types::by_name(target)) {
                    compared(def, &filter, found);
                }
            }
            Self::Own | Self::Lines(_) | Self::Hours | Self::Week => {}
        }
    }
}

fn ids(kind: &Kind, value: Option<&Value>, found: &mut BTreeSet<(&'static str, Uuid)>) {
    let (Kind::Reference(target) | Kind::References(target)) = kind else { return };
    let texts = value.into_iter().flat_map(|value| match value {
        Value::Array(list) => list.iter().collect(),
        value => vec![value],
    });
    found.extend(texts.filter_map(|id| Some((*target, id.as_str()?.parse().ok()?))));
}

/// What a filter compares references with.
fn compared(def: &'static RecordDef, filter: &Filter, found: &mut BTreeSet<(&'static str, Uuid)>) {
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().for_each(|part| compared(def, part, found)),
        Filter::Not(part) => compared(def, part, found),
        Filter::Field { field, value, .. } => {
            let kind = match field.split_once('.') {
                None => def.field(field).map(|f| f.kind),
                Some((via, rest)) => def.field(via).and_then(|via| match via.kind {
                    Kind::Reference(target) | Kind::References(target) => {
                        crate::types::by_name(target)?.field(rest).map(|f| f.kind)
                    }
                    _ => None,
                }),
            };
            if let Some(kind) = kind {
                ids(&kind, Some(value), found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::types::{REPLY_TEMPLATE, SLA_POLICY, SURVEY, TICKET_RULE};

    fn clean(def: &RecordDef, field: &str, value: Value) -> Outcome {
        normalize(field, &def.field(field).unwrap().kind, &value)
    }

    fn wrong(def: &RecordDef, field: &str, value: Value) -> (String, String) {
        let error = clean(def, field, value).unwrap_err();
        (error.field, error.code)
    }

    #[test]
    fn entries_are_what_their_parts_say_and_empty_parts_go() {
        let typed = json!([{"clock": "resolution", "at_percent": "80", "action": "notify", "user_id": ""}]);
        let stored = json!([{"clock": "resolution", "at_percent": 80, "action": "notify"}]);
        assert_eq!(clean(&SLA_POLICY, "steps", typed), Ok(stored));
    }

    #[test]
    fn what_is_wrong_with_an_entry_is_told_by_its_part() {
        let step = json!([{"clock": "resolution", "at_percent": 80, "action": "notify"}, {"clock": "resolution", "at_percent": 7, "action": "notify"}]);
        assert_eq!(wrong(&SLA_POLICY, "steps", step), ("steps.1.at_percent".into(), "out_of_range".into()));
        let open = json!([{"key": "a", "kind": "text", "label": " "}]);
        assert_eq!(wrong(&SURVEY, "questions", open), ("questions.0.label".into(), "required".into()));
        let odd = json!([{"key": "a", "kind": "text", "label": "A", "colour": "red"}]);
        assert_eq!(wrong(&SURVEY, "questions", odd), ("questions.0".into(), "unknown_part".into()));
    }

    #[test]
    fn a_part_may_belong_to_some_entries_only() {
        let choice = json!([{"key": "a", "kind": "choice", "label": "A"}]);
        assert_eq!(wrong(&SURVEY, "questions", choice), ("questions.0.choices".into(), "required".into()));
        assert!(clean(&SURVEY, "questions", json!([{"key": "a", "kind": "text", "label": "A"}])).is_ok());
    }

    #[test]
    fn values_of_fields_are_those_that_the_fields_can_have() {
        let typed = json!({"status": "solved", "tags": "refund, vip", "owner_id": null});
        let stored = json!({"status": "solved", "tags": ["refund", "vip"], "owner_id": null});
        assert_eq!(clean(&REPLY_TEMPLATE, "changes", typed), Ok(stored));
        for (value, path, code) in [
            (json!({"status": "gone"}), "changes.status", "choice"),
            (json!({"status": null}), "changes.status", "required"),
            (json!({"owner_id": ""}), "changes.owner_id", "required"),
            (json!({"subject": "x"}), "changes", "unknown_part"),
        ] {
            assert_eq!(wrong(&REPLY_TEMPLATE, "changes", value), (path.into(), code.into()));
        }
    }

    #[test]
    fn what_structured_values_name_is_found() {
        let id = Uuid::now_v7();
        let conditions = json!({"all": [{"field": {"field": "customer_id.owner_id", "op": "eq", "value": id}}]});
        let rule = [("conditions".to_owned(), conditions)].into_iter().collect();
        assert_eq!(named_within(TICKET_RULE.field("conditions").unwrap(), &rule), [("user", id)].into());
        let steps = json!([{"clock": "resolution", "at_percent": 80, "action": "assign", "team_id": id}]);
        let policy = [("steps".to_owned(), steps)].into_iter().collect();
        assert_eq!(named_within(SLA_POLICY.field("steps").unwrap(), &policy), [("team", id)].into());
    }

    #[test]
    fn what_values_name_is_found_at_whatever_depth() {
        let ids = [(); 4].map(|()| Uuid::now_v7());
        let steps = json!([{"clock": "resolution", "at_percent": 80, "action": "notify", "user_id": ids[3]}]);
        let policy = json!({"name": ids[3], "calendar_id": ids[0], "queue_ids": [ids[1], ids[2]], "steps": steps});
        let policy = policy.as_object().cloned().unwrap();
        let found: BTreeSet<_> = SLA_POLICY.all_fields().flat_map(|field| named_by(field, &policy)).collect();
        let expected = [("business_calendar", ids[0]), ("queue", ids[1]), ("queue", ids[2]), ("user", ids[3])];
        assert_eq!(found, expected.into());
    }
}
