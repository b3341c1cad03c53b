//! The operations of exports in the background, and of the audit log as a file, with their schemas.

use serde_json::{Map, Value, json};
use shared::audit::ACTIONS;
use shared::export::{KEPT_DAYS, MAX_NAME};
use shared::i18n::Locale;
use shared::import::{FileKind, Status};
use shared::types::REGISTRY;

use super::super::audit::PARAMETERS;
use super::import_schemas::{count, id as id_schema, list as list_of, object, whole};
use super::operations::{answers, header, id, idempotency, json_body, query};
use super::schema::{nullable, reference};

/// What the language of a file means.
pub(super) const FOR_READING: &str = "A file for people to read in this language: labels instead of names and codes, \
    amounts with their currency, times in the user's time zone. When absent, one that an import reads back unchanged.";

/// What the name of an export is for.
const CALLED: &str = "What the rows are called, such as a segment: the file is named after it.";

/// Their paths, by address.
pub(super) fn paths() -> Map<String, Value> {
    let one = |operation: Value| {
        let mut path = json!({"parameters": [id()]});
        path.as_object_mut()
            .into_iter()
            .for_each(|path| path.extend(operation.as_object().cloned().unwrap_or_default()));
        path
    };
    let paths = [
        ("exports", json!({"get": list(), "post": start()})),
        ("exports/{id}", one(json!({"get": read(), "delete": remove()}))),
        ("exports/{id}/cancel", one(json!({"post": cancel()}))),
        ("exports/{id}/file", one(json!({"get": file()}))),
        ("audit-log/export.csv", json!({"get": audit_log()})),
    ];
    paths.into_iter().map(|(path, operations)| (format!("/api/v1/{path}"), operations)).collect()
}

/// Their schemas, by name.
pub(super) fn schemas() -> Map<String, Value> {
    let plural = json!({"type": "string", "enum": REGISTRY.iter().map(|def| def.plural).collect::<Vec<_>>()});
    let kind = json!({"type": "string", "enum": FileKind::ALL.map(FileKind::extension)});
    let sort = object(&["field"], json!({"field": {"type": "string"}, "descending": {"type": "boolean"}}));
    let rows = object(
        &[],
        json!({
            "filter": {"anyOf": [reference("filter"), {"type": "null"}]},
            "search": {"type": ["string", "null"], "description": "Words to find."},
            "sort": {"anyOf": [sort, {"type": "null"}], "description": "Oldest first when absent."},
            "archived": {"type": "string", "enum": ["without", "only", "with"]},
        }),
    );
    let mut labels = nullable(language());
    labels["description"] = FOR_READING.into();
    let name = json!({"type": ["string", "null"], "maxLength": MAX_NAME, "description": CALLED});
    let sent = object(
        &["plural", "kind"],
        json!({"plural": plural, "kind": kind, "query": rows.clone(), "labels": labels, "name": name}),
    );
    let statuses: Vec<&str> =
        Status::ALL.into_iter().filter(|status| *status != Status::Undone).map(Status::code).collect();
    let time = |of: &str| json!({"type": "string", "format": "date-time", "description": of});
    let run = whole(json!({
        "id": id_schema(),
        "plural": plural,
        "kind": kind,
        "labels": labels,
        "name": name,
        "query": rows,
        "status": {"type": "string", "enum": statuses, "description": "There is a file once it is `finished`."},
        "total": count("Rows to go through."),
        "done": count("Rows gone through."),
        "rows": count("Rows in the file: those that the user may take out."),
        "bytes": count("Size of the file."),
        "created_at": time("When it was asked for."),
        "finished_at": {"type": ["string", "null"], "format": "date-time"},
        "expires_at": time("Until when it is kept."),
    }));
    let runs = object(&["items"], json!({"items": list_of(reference("export_run"))}));
    [("export", sent), ("export_run", run), ("export_runs", runs)]
        .map(|(name, schema)| (name.to_owned(), schema))
        .into_iter()
        .collect()
}

/// A language, by its code.
pub(super) fn language() -> Value {
    json!({"type": "string", "enum": Locale::ALL.map(Locale::code)})
}

fn operation(name: &str, summary: &str, parameters: Value, responses: Value) -> Value {
    json!({
        "operationId": name, "tags": ["exports"], "summary": summary, "parameters": parameters, "responses": responses,
    })
}

fn json_answer(description: &str, schema: &str) -> Value {
    json!({"description": description, "content": {"application/json": {"schema": reference(schema)}}})
}

fn start() -> Value {
    let mut answer = json_answer("It is being made.", "export_run");
    answer["headers"] = json!({"Location": header("location")});
    let of_run = json!({"id": "$response.body#/id"});
    answer["links"] = json!({
        "read": {"operationId": "read_export", "parameters": of_run},
        "cancel": {"operationId": "cancel_export", "parameters": of_run},
        "fetch": {"operationId": "fetch_export", "parameters": of_run},
        "remove": {"operationId": "remove_export", "parameters": of_run},
    });
    let answers = answers(202, answer, &[400, 403, 413, 415, 422]);
    let mut operation = operation("start_export", "Have a list made into a file", json!([idempotency()]), answers);
    operation["requestBody"] = json_body("export");
    operation["description"] =
        format!("In the background, for lists that are long. The file is kept for {KEPT_DAYS} days.").into();
    operation
}

fn list() -> Value {
    let answer = json_answer("One's own latest 50, the newest first.", "export_runs");
    operation("list_exports", "List exports", json!([]), answers(200, answer, &[]))
}

fn read() -> Value {
    let answer = json_answer("The export.", "export_run");
    operation("read_export", "How far an export is", json!([]), answers(200, answer, &[404]))
}

fn cancel() -> Value {
    let answer = json_answer("It is stopped; nothing of the file is kept.", "export_run");
    operation("cancel_export", "Stop an export", json!([]), answers(200, answer, &[404]))
}

fn remove() -> Value {
    let gone = json!({"description": "It is forgotten, with its file."});
    operation("remove_export", "Delete an export", json!([]), answers(204, gone, &[404]))
}

fn file() -> Value {
    let kinds =
        FileKind::ALL.map(|kind| (kind.content_type().split(';').next().unwrap_or_default().to_owned(), json!({})));
    let answer = json!({
        "description": "The file.",
        "headers": {"Content-Disposition": {"required": true, "schema": {"type": "string"}}},
        "content": kinds.into_iter().collect::<Map<String, Value>>(),
    });
    let mut operation = operation("fetch_export", "Fetch the file", json!([]), answers(200, answer, &[403, 404]));
    operation["description"] =
        "Refused once the user may take out less than the file holds. Each time is in the audit log.".into();
    operation
}

fn audit_log() -> Value {
    let parameter = |name: &'static str| match name {
        "user" => query(name, json!({"type": "string", "format": "uuid"}), "Only what this user did."),
        "record_type" => query(name, json!({"type": "string"}), "Only changes to this record type."),
        "field" => query(
            name,
            json!({"type": "string"}),
            "Only changes of this field; `custom.<key>` names a user-defined one.",
        ),
        "action" => query(name, json!({"type": "string", "enum": ACTIONS}), "Only what was done so."),
        "q" => query(
            name,
            json!({"type": "string"}),
            "Only records whose title contains this or ever did, or whose number or id it is or was.",
        ),
        "from" => query(name, json!({"type": "string", "format": "date-time"}), "Not before."),
        _ => query(name, json!({"type": "string", "format": "date-time"}), "Before."),
    };
    let answer = json!({
        "description": "A line for each field that was changed, the newest first.",
        "headers": {"Content-Disposition": {"required": true, "schema": {"type": "string"}}},
        "content": {"text/csv": {}},
    });
    let parameters = json!(PARAMETERS.map(parameter));
    operation("export_audit_log", "The audit log as CSV", parameters, answers(200, answer, &[403, 422]))
}
