//! Schemas of imports: what is sent to start them; what is told of them has a file of its own.

use serde_json::{Map, Value, json};
use shared::import::limits::{ANSWERS, FILES, INLINE, STEPS, TEXT, VALUES};
use shared::import::{DELIMITERS, DateOrder, ENCODINGS, Existing};
use shared::types::REGISTRY;

use super::import_answers::{file, preview, run, undo_outcome, undo_run};
use super::schema::reference;

/// The schemas, by name.
pub(super) fn schemas() -> Map<String, Value> {
    let schemas = [
        ("import", sent()),
        ("import_step", step()),
        ("import_assignment", assignment()),
        ("import_source", source()),
        ("import_unknown", unknown()),
        ("import_decision", decision()),
        ("import_candidate", candidate()),
        ("import_reading", reading()),
        ("import_file", file()),
        ("import_preview", asking(preview())),
        ("import_run", run()),
        ("import_runs", object(&["items"], json!({"items": list(reference("import_run"))}))),
        ("undo_outcome", undo_outcome()),
        ("undo_run", undo_run()),
    ];
    schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

pub(super) fn object(required: &[&str], properties: Value) -> Value {
    json!({"type": "object", "required": required, "additionalProperties": false, "properties": properties})
}

/// An object that is always told as a whole.
pub(super) fn whole(properties: Value) -> Value {
    let names: Vec<&str> = properties.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
    object(&names, properties.clone())
}

pub(super) fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

pub(super) fn text() -> Value {
    json!({"type": "string"})
}

pub(super) fn count(description: &str) -> Value {
    json!({"type": "integer", "minimum": 0, "description": description})
}

pub(super) fn id() -> Value {
    json!({"type": "string", "format": "uuid"})
}

pub(super) fn type_name() -> Value {
    json!({"type": "string", "enum": REGISTRY.iter().map(|def| def.name).collect::<Vec<_>>()})
}

fn sent() -> Value {
    let steps = json!({"type": "array", "maxItems": STEPS, "items": reference("import_step")});
    let plan = object(&["file", "steps"], json!({"file": id(), "steps": steps}));
    let answer = object(
        &["unknown", "decision"],
        json!({"unknown": reference("import_unknown"), "decision": reference("import_decision")}),
    );
    object(
        &["files", "answers"],
        json!({
            "files": {"type": "array", "minItems": 1, "maxItems": FILES, "items": plan,
                "description": "Those that others refer to come first."},
            "answers": {"type": "array", "maxItems": ANSWERS, "items": answer},
        }),
    )
}

fn step() -> Value {
    let existing = [Existing::Update, Existing::Skip, Existing::Fill, Existing::Create].map(|policy| policy.code());
    object(
        &["record_type", "assignments"],
        json!({
            "record_type": type_name(),
            "assignments": {"type": "array", "maxItems": shared::import::MAX_COLUMNS, "items": reference("import_assignment")},
            "key": {"type": ["string", "null"], "description": "Field by which records that exist are recognised, or `id`."},
            "existing": {"type": "string", "enum": existing, "description": "What happens to those."},
            "distinct": {"type": "boolean", "description": "Several rows stand for one record: the first of each key counts."},
            "optional": {"type": "boolean", "description": "Rows without key have nothing for this step."},
            "within": {"type": ["string", "null"], "description": "Reference within which the key is looked for."},
            "only": {"anyOf": [object(&["column", "is"], json!({"column": brought_along(), "is": brought_along()})), {"type": "null"}],
                "description": "Only the rows whose cell in the column is this."},
            "inline": {"type": "array", "maxItems": INLINE, "items": {"type": "object", "additionalProperties": text()},
                "description": "Rows that take the place of the file's, by column."},
        }),
    )
}

/// Text that is added to rows.
fn brought_along() -> Value {
    json!({"type": "string", "maxLength": TEXT})
}

fn assignment() -> Value {
    let mut orders: Vec<Value> = DateOrder::ALL.iter().map(|order| order.code().into()).collect();
    orders.push(Value::Null);
    object(
        &["field", "from"],
        json!({
            "field": {"type": "string", "description": "Field name; `address.<part>`, `social.<part>` and `custom.<key>` name parts, `id` the record."},
            "from": reference("import_source"),
            "times": {"type": ["integer", "null"], "minimum": 0, "description": "Numbers are multiplied by it."},
            "dates": {"enum": orders, "description": "How to read days such as 3/4/2024."},
            "dates_told": {"type": "boolean", "description": "Somebody said so of such files: it counts for the next one as well. One that its cells don't suggest does so anyway."},
            "zone": {"type": ["string", "null"], "maxLength": 60, "examples": ["Asia/Shanghai"],
                "description": "Time zone in which times are meant that don't say their own; else that of who imports."},
            "values": {"type": "object", "maxProperties": VALUES, "additionalProperties": brought_along(),
                "description": "Cell text and what is used instead, ignoring case; `*` is all other texts."},
        }),
    )
}

fn source() -> Value {
    let single = |name: &str, schema: Value| object(&[name], json!({name: schema}));
    json!({"oneOf": [
        single("column", text()),
        single("template", json!({"type": "string", "maxLength": TEXT, "description": "Text with `{column}` slots."})),
        single("constant", brought_along()),
        single("person", person()),
        single("first", json!({"type": "array", "items": reference("import_source"), "description": "The first that isn't empty."})),
    ]})
}

fn person() -> Value {
    object(
        &["given", "middle", "family"],
        json!({
            "given": text(), "middle": text(), "family": text(),
            "suffix": {"type": "string", "description": "Column of what stands behind the name, such as Jr."},
        }),
    )
}

fn unknown() -> Value {
    whole(json!({
        "target": {"type": "string", "description": "Record type of a reference, or `<type>.<field>` of a choice."},
        "value": {"type": "string", "description": "The text; `*` answers for all unknown ones of the target."},
    }))
}

fn decision() -> Value {
    json!({"oneOf": [
        {"enum": ["empty", "create"]},
        object(&["use"], json!({"use": {"type": "string", "description": "Title or id of a record, or code of a choice."}})),
    ]})
}

fn candidate() -> Value {
    whole(json!({
        "value": {"type": "string", "description": "Title or id of a record, or code of a choice: what the answer says."},
        "title": text(),
        "detail": {"type": "string", "description": "What tells a record from others of that title."},
    }))
}

/// A preview whose questions tell where they come from and what there is to choose.
fn asking(mut preview: Value) -> Value {
    let further = json!({
        "fields": {"type": "array", "items": text(), "description": "The fields that the text stands in, as `<type>.<field>`."},
        "several": {"type": "boolean", "description": "Several records are called so: which is meant is to be said by its id."},
        "options": {"type": "array", "items": reference("import_candidate"),
            "description": "All that can be meant, where that is little."},
        "made_in": {"type": "string",
            "description": "What a new record would be a part of, where the rows don't say so themselves; else empty."},
    });
    let question = &mut preview["properties"]["questions"]["items"];
    for (name, schema) in further.as_object().into_iter().flatten() {
        question["properties"][name] = schema.clone();
        if let Some(required) = question["required"].as_array_mut() {
            required.push(name.as_str().into());
        }
    }
    preview
}

fn reading() -> Value {
    let nullable = |codes: Vec<String>| {
        let codes: Vec<Value> = codes.into_iter().map(Value::from).chain([Value::Null]).collect();
        json!({"enum": codes})
    };
    let mut encoding = nullable(ENCODINGS.iter().map(|(name, _)| (*name).to_owned()).collect());
    encoding["description"] = "Found out when absent, as the others.".into();
    let delimiter = nullable(DELIMITERS.iter().map(char::to_string).collect());
    let header = json!({"type": ["integer", "null"], "minimum": 0, "description": "Line that names the columns; 0 when none does."});
    let sheet = json!({"type": ["string", "null"]});
    object(&[], json!({"encoding": encoding, "delimiter": delimiter, "sheet": sheet, "header": header}))
}
