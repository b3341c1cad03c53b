//! Schemas of structured values, from the shapes that their fields declare.

use serde_json::{Map, Value, json};
use shared::record::{CUSTOM, Kind, Part, Shape};
use shared::sla::WEEKDAYS;
use shared::types::by_name;
use shared::{FieldDef, RecordDef};

use super::schema::{nullable, shape_of};

pub(super) fn structured(def: &RecordDef, field: &FieldDef, reading: bool) -> Value {
    let Kind::Json(shape) = field.kind else { return json!({}) };
    match shape {
        Shape::Lines(max) => json!({"type": "array", "items": {"type": "string", "maxLength": max}, "maxItems": 200}),
        Shape::Hours => hours(),
        Shape::Week => {
            let days: Map<String, Value> = WEEKDAYS.iter().map(|day| ((*day).to_owned(), hours())).collect();
            json!({"type": "object", "properties": days, "additionalProperties": false})
        }
        Shape::Entries(parts) | Shape::Sequence(parts) => entries(def, parts, reading),
        Shape::Values(target, names) => values(target, names, reading),
        // Filters are described with the queries of lists.
        Shape::Filter(_) => json!({"type": "object"}),
        Shape::Own => own(def, field, reading),
    }
}

fn hours() -> Value {
    let time = json!({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"});
    let interval = json!({"type": "array", "items": time, "minItems": 2, "maxItems": 2});
    json!({"type": "array", "items": interval, "examples": [[["09:00", "18:00"]]]})
}

fn entries(def: &RecordDef, parts: &[Part], reading: bool) -> Value {
    let properties: Map<String, Value> =
        parts.iter().map(|part| (part.field.name.to_owned(), part_of(def, part, reading))).collect();
    let always = parts.iter().filter(|part| part.field.required && part.only.is_none());
    let required: Vec<&str> = always.map(|part| part.field.name).collect();
    let entry =
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    json!({"type": "array", "items": entry})
}

/// Parts without a value may be told as null; none is kept so.
fn part_of(def: &RecordDef, part: &Part, reading: bool) -> Value {
    let schema = shape_of(def, &part.field, reading);
    if part.field.required || reading { schema } else { nullable(schema) }
}

fn values(target: &str, names: &[&str], reading: bool) -> Value {
    let Some(def) = by_name(target) else { return json!({"type": "object"}) };
    let fields = names.iter().filter_map(|name| def.field(name));
    let value = |field: &FieldDef| {
        let schema = shape_of(def, field, reading);
        if field.required { schema } else { nullable(schema) }
    };
    let properties: Map<String, Value> = fields.map(|field| (field.name.to_owned(), value(field))).collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// Values that only their type's rules know.
fn own(def: &RecordDef, field: &FieldDef, reading: bool) -> Value {
    match (def.name, field.name) {
        (_, CUSTOM) if reading => json!({"type": "object"}),
        (_, CUSTOM) => json!({"type": "object", "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"}}),
        ("role", "grants") => grants(),
        _ => json!({}),
    }
}

fn grants() -> Value {
    let levels: Vec<&str> = shared::access::Level::ALL.iter().map(|level| level.code()).collect();
    let actions = shared::access::Action::ALL.iter();
    let rights: Map<String, Value> =
        actions.map(|action| (action.code().to_owned(), json!({"type": "string", "enum": levels}))).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "admin": {"type": "boolean"},
            "types": {"type": "object", "additionalProperties": {"type": "object", "properties": rights, "additionalProperties": false}},
            "fields": {"type": "object", "additionalProperties": {"enum": ["hidden", "read", "write"]}},
        },
    })
}
