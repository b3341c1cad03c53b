//! Schemas of a record type: as read, as created, as changed, and its bulk changes.

use serde_json::{Map, Value, json};
use shared::i18n::{Locale, field_label, type_label};
use shared::record::Kind;
use shared::types::default_for_programs;
use shared::{FieldDef, RecordDef};

use super::structured::structured;

/// At least one visible character; blank text counts as no value.
const VISIBLE: &str = r"[^\s\u0000-\u001f\u007f-\u009f]";
/// A number without rounding trouble.
const DECIMAL: &str = r"^-?[0-9]{1,16}(\.[0-9]{1,6})?$";

/// The schemas of one type, by name.
pub(super) fn of(def: &RecordDef) -> Map<String, Value> {
    let mut schemas = Map::new();
    schemas.insert(def.name.to_owned(), read(def));
    schemas.insert(format!("{}_page", def.name), page(def));
    schemas.insert(format!("{}_change", def.name), written(def, &[("version", version())], &[]));
    if !super::is_fixed(def) {
        let required: Vec<&str> = def.fields.iter().filter(|f| is_asked_for(def, f)).map(|f| f.name).collect();
        let create = if def.uploaded { uploaded(def) } else { written(def, &[("id", id())], &required) };
        schemas.insert(format!("{}_create", def.name), create);
        schemas.insert(format!("{}_bulk", def.name), bulk(def));
        schemas.insert(format!("{}_bulk_outcome", def.name), bulk_outcome(def));
    }
    schemas
}

fn id() -> Value {
    json!({"type": "string", "format": "uuid", "description": "UUIDv7 made by the caller; made by the server when absent."})
}

fn version() -> Value {
    json!({"type": ["integer", "null"], "minimum": 1, "maximum": 1_000_000_000, "description": "Version the caller saw."})
}

/// Required, and filled neither by a default nor by the type's rules.
fn is_asked_for(def: &RecordDef, field: &FieldDef) -> bool {
    let by_rule = matches!((def.name, field.name), ("opportunity", "pipeline_id") | ("activity", "occurred_at"));
    field.required && field.default.is_none() && !field.read_only && !by_rule
}

/// What comes along with files; each field is a part of text, before the files.
fn uploaded(def: &RecordDef) -> Value {
    let file = json!({"type": "string", "contentMediaType": "application/octet-stream"});
    let files = json!({"type": "array", "minItems": 1, "items": file, "description": "The files, each with its name."});
    let mut properties = Map::from_iter([("file".to_owned(), files)]);
    for field in def.fields.iter().filter(|field| !field.read_only && field.name != def.title) {
        properties.insert(field.name.to_owned(), value(def, field, false));
    }
    json!({"type": "object", "required": ["file"], "properties": properties, "additionalProperties": false})
}

/// What a record looks like to whoever reads it. Fields without value and hidden fields are absent.
fn read(def: &RecordDef) -> Value {
    let mut properties = Map::from_iter([
        ("id".to_owned(), json!({"type": "string", "format": "uuid", "readOnly": true})),
        ("version".to_owned(), json!({"type": "integer", "readOnly": true})),
    ]);
    for field in def.all_fields() {
        let mut schema = value(def, field, true);
        if field.read_only {
            schema["readOnly"] = true.into();
        }
        properties.insert(field.name.to_owned(), schema);
    }
    json!({
        "type": "object",
        "title": type_label(Locale::En, def),
        "required": ["id", "version"],
        "properties": properties,
        "additionalProperties": false,
    })
}

fn page(def: &RecordDef) -> Value {
    json!({
        "type": "object",
        "required": ["items", "titles", "next"],
        "properties": {
            "items": {"type": "array", "items": reference(def.name)},
            "titles": reference("titles"),
            "next": {"type": ["string", "null"], "description": "Cursor of the next page."},
            "total": {"type": "integer", "description": "Number of all matching records, with `count=true`."},
        },
    })
}

/// What a caller may send; null empties a field.
fn written(def: &RecordDef, extra: &[(&str, Value)], required: &[&str]) -> Value {
    let mut properties: Map<String, Value> =
        extra.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    for field in def.all_fields().filter(|field| !field.read_only) {
        let schema = value(def, field, false);
        let schema = if field.required { schema } else { nullable(schema) };
        properties.insert(field.name.to_owned(), schema);
    }
    let mut object = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// Null as well.
pub(super) fn nullable(mut schema: Value) -> Value {
    match schema.get("type").cloned() {
        Some(Value::String(one)) => {
            schema["type"] = json!([one, "null"]);
            if let Some(Value::Array(codes)) = schema.get_mut("enum") {
                codes.push(Value::Null);
            }
            schema
        }
        Some(Value::Array(mut types)) => {
            types.push("null".into());
            schema["type"] = types.into();
            schema
        }
        _ => schema,
    }
}

fn bulk(def: &RecordDef) -> Value {
    let id = json!({"type": "string", "format": "uuid"});
    let change = |name: &str, required: &[&str], more: Value| {
        let mut properties = json!({"do": {"const": name}, "id": id});
        if let (Some(properties), Value::Object(more)) = (properties.as_object_mut(), more) {
            properties.extend(more);
        }
        json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
    };
    let mut create = written(def, &[], &[]);
    create["required"] = json!(def.fields.iter().filter(|f| is_asked_for(def, f)).map(|f| f.name).collect::<Vec<_>>());
    let update = json!({"version": version(), "values": written(def, &[], &[])});
    let create = (!def.uploaded).then(|| change("create", &["do", "values"], json!({"values": create})));
    let others = [
        change("update", &["do", "id", "values"], update),
        change("archive", &["do", "id"], json!({})),
        change("restore", &["do", "id"], json!({})),
        change("delete", &["do", "id"], json!({})),
    ];
    let changes: Vec<Value> = create.into_iter().chain(others).collect();
    json!({
        "type": "object",
        "required": ["changes"],
        "additionalProperties": false,
        "properties": {
            "all_or_nothing": {"type": "boolean", "description": "One refused change refuses all."},
            "changes": {
                "type": "array",
                "minItems": 1,
                "maxItems": store::MAX_BATCH,
                "items": {"oneOf": changes},
            },
        },
    })
}

fn bulk_outcome(def: &RecordDef) -> Value {
    json!({
        "type": "object",
        "required": ["change_set", "items", "refused"],
        "properties": {
            "change_set": {"type": "string", "format": "uuid"},
            "items": {"type": "array", "items": reference(def.name)},
            "refused": {"type": "array", "items": reference("refusal")},
        },
    })
}

pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// A field's value as it is read, or as it may be sent.
fn value(def: &RecordDef, field: &FieldDef, reading: bool) -> Value {
    let mut schema = shape_of(def, field, reading);
    let description = field_label(Locale::En, def, field.name);
    schema["description"] = match field.kind {
        Kind::Reference(target) | Kind::References(target) => format!("{description} ({target})"),
        _ => description,
    }
    .into();
    if let Some(default) = default_for_programs(def, field).filter(|_| !reading) {
        schema["default"] = shared::record::normalize(field.name, &field.kind, &default.into()).unwrap_or_default();
    }
    schema
}

/// What a value of the field is, without its description.
pub(super) fn shape_of(def: &RecordDef, field: &FieldDef, reading: bool) -> Value {
    let text = |max: usize| {
        let mut schema = json!({"type": "string", "maxLength": max});
        if field.required && !reading {
            match max {
                // What makes up values from a schema can't make one of a pattern that repeats so often.
                60_001.. => schema["minLength"] = 1.into(),
                _ => schema["pattern"] = VISIBLE.into(),
            }
        }
        schema
    };
    let id = || json!({"type": "string", "format": "uuid"});
    let list = |items: Value| json!({"type": "array", "items": items, "maxItems": 200});
    let parts = |names: &[&str]| {
        let part = json!({"type": "string", "maxLength": 200});
        let properties: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), part.clone())).collect();
        json!({"type": "object", "properties": properties, "additionalProperties": false})
    };
    match field.kind {
        Kind::Text(max) => text(usize::from(max)),
        Kind::LongText => text(20_000),
        Kind::RichText => text(200_000),
        Kind::Integer(min, max) => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::Rating => json!({"type": "integer", "minimum": 1, "maximum": 5}),
        Kind::Decimal(_) | Kind::Money if reading => json!({"type": "string", "examples": ["1054.00"]}),
        Kind::Decimal(_) | Kind::Money => json!({
            "type": ["string", "number"], "pattern": DECIMAL, "examples": ["1054.00"],
            "minimum": -9_999_999_999_999_999_i64, "maximum": 9_999_999_999_999_999_i64,
        }),
        Kind::Currency => json!({"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["CNY"]}),
        Kind::TimeZone => {
            json!({"type": "string", "maxLength": 60, "pattern": "^[A-Za-z0-9_+/-]+$", "examples": ["Asia/Shanghai"]})
        }
        Kind::Date => json!({"type": "string", "format": "date", "pattern": "^[1-9][0-9]{3}-"}),
        Kind::DateTime => json!({"type": "string", "format": "date-time", "pattern": "^[1-9][0-9]{3}-"}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Choice(codes) => json!({"type": "string", "enum": codes}),
        Kind::MultiChoice(codes) => list(json!({"type": "string", "enum": codes})),
        Kind::Email => email(),
        Kind::Emails => list(email()),
        Kind::Phones => {
            list(json!({"type": "string", "maxLength": 40, "pattern": r"^([+ ().x#/-]*[0-9]){3,20}[ ().x#/-]*$"}))
        }
        Kind::Marked => list(json!({"type": "string", "maxLength": 254})),
        Kind::Tags => list(json!({"type": "string", "maxLength": 60})),
        Kind::Url => json!({
            "type": "string", "maxLength": 2000, "examples": ["https://example.com"],
            "pattern": r#"^https?://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?([/?#][^\s<>]*)?$"#,
        }),
        Kind::Address => parts(&["country", "province", "city", "district", "street", "postcode"]),
        Kind::Social => parts(&[
            "wechat",
            "weibo",
            "qq",
            "douyin",
            "xiaohongshu",
            "dingtalk",
            "linkedin",
            "x",
            "facebook",
            "whatsapp",
            "telegram",
        ]),
        Kind::Reference(_) => id(),
        Kind::References(_) => list(id()),
        Kind::Rank(_) if reading => json!({"type": "string"}),
        Kind::Rank(_) => json!({
            "type": "string",
            "pattern": "^(top|bottom|(after|before):[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$",
        }),
        Kind::Json(_) => structured(def, field, reading),
    }
}

fn email() -> Value {
    json!({"type": "string", "format": "email", "maxLength": 254, "pattern": r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9]+([.-][A-Za-z0-9]+)*\.[A-Za-z]{2,}$"})
}
