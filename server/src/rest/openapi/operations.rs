//! The operations of a record type.

use serde_json::{Map, Value, json};
use shared::RecordDef;
use shared::i18n::{Locale, type_label, type_label_many};
use shared::import::FileKind;

use super::super::listing;
use super::common::PROBLEMS;
use super::schema::reference;

/// What the parameter of the order means.
const SORT: &str = "Field to sort by, `-` for largest first; newest first when absent (what is called as `q` says before), \
                    oldest first in files.";

/// The document itself.
pub(super) fn own() -> Value {
    json!({"get": {
        "operationId": "openapi",
        "summary": "This document",
        "security": [],
        "responses": {"200": {
            "description": "OpenAPI 3.1",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }},
    }})
}

/// Paths of one type.
pub(super) fn of(def: &RecordDef) -> Map<String, Value> {
    let mut paths = Map::new();
    let (collection, single) = (format!("/api/v1/{}", def.plural), format!("/api/v1/{}/{{id}}", def.plural));
    let mut whole = json!({"get": list(def)});
    let mut one = json!({"parameters": [id()], "get": read(def), "patch": change(def)});
    if !super::is_fixed(def) {
        whole["post"] = if def.uploaded { super::files::upload(def) } else { create(def) };
        one["delete"] = remove(def);
        paths.insert(format!("{collection}/bulk"), json!({"post": bulk(def)}));
        paths.insert(format!("{single}/restore"), json!({"parameters": [id()], "post": restore(def)}));
    }
    if def.uploaded {
        paths.insert(format!("{single}/content"), json!({"parameters": [id()], "get": super::files::content(def)}));
    }
    // Only people and companies have cards.
    for kind in FileKind::ALL.into_iter().filter(|kind| *kind != FileKind::Vcf || def.is_reachable()) {
        paths.insert(format!("{collection}/export.{}", kind.extension()), json!({"get": export(def, kind)}));
    }
    paths.insert(collection, whole);
    paths.insert(single, one);
    paths
}

pub(super) fn id() -> Value {
    json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}})
}

pub(super) fn query(name: &str, schema: Value, description: &str) -> Value {
    json!({"name": name, "in": "query", "schema": schema, "description": description})
}

pub(super) fn idempotency() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        "description": "A retry with the same key changes nothing twice and gets the first answer. Visible ASCII characters.",
    })
}

/// `200` or the like, and every refusal that can happen.
pub(super) fn answers(status: u16, success: Value, refusals: &[u16]) -> Value {
    let mut responses = Map::from_iter([(status.to_string(), success)]);
    for (status, code, _) in PROBLEMS {
        if [401, 429, 500].contains(&status) || refusals.contains(&status) {
            responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{code}")}));
        }
    }
    responses.into()
}

pub(super) fn json_body(schema: &str) -> Value {
    json!({"required": true, "content": {"application/json": {"schema": reference(schema)}}})
}

pub(super) fn header(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}

/// The record as answer, with its version.
fn record(def: &RecordDef, description: &str, headers: &[(&str, &str)]) -> Value {
    let mut all = json!({"ETag": header("version")});
    for (name, component) in headers {
        all[*name] = header(component);
    }
    json!({
        "description": description,
        "headers": all,
        "content": {"application/json": {"schema": reference(def.name)}},
    })
}

pub(super) fn operation(
    def: &RecordDef,
    verb: &str,
    summary: String,
    parameters: Vec<Value>,
    responses: Value,
) -> Value {
    json!({
        "operationId": format!("{verb}_{}", def.name), "tags": [def.plural], "summary": summary,
        "parameters": parameters, "responses": responses,
    })
}

/// What says which records, and in which order.
fn rows(def: &RecordDef) -> [Value; listing::ROWS.len()] {
    let sortable = def.all_fields().filter(|f| f.kind.is_sortable()).map(|f| f.name);
    let sorts: Vec<String> =
        ["id"].into_iter().chain(sortable).flat_map(|name| [name.to_owned(), format!("-{name}")]).collect();
    let filter = json!({
        "type": "string", "contentMediaType": "application/json", "contentSchema": reference("filter"),
        "examples": [r#"{"field":{"field":"owner_id","op":"eq","value":"@me"}}"#],
    });
    let archived = json!({"type": "string", "enum": ["without", "only", "with"], "default": "without"});
    [
        query("sort", json!({"type": "string", "enum": sorts}), SORT),
        query("filter", filter, "Conditions as JSON."),
        query("q", json!({"type": "string"}), "Words to find."),
        query("archived", archived, "Archived records."),
    ]
}

fn list(def: &RecordDef) -> Value {
    let mut parameters = vec![
        query("limit", json!({"type": "integer", "minimum": 1, "maximum": 200, "default": 50}), "Page size."),
        query("cursor", json!({"type": "string"}), "`next` of the page before, with the same other parameters."),
        query("count", json!({"type": "boolean", "default": false}), "Also count all that match."),
    ];
    parameters.extend(rows(def));
    debug_assert_eq!(parameters.len(), listing::PARAMETERS.len());
    let page = json!({
        "description": "A page of records.",
        "content": {"application/json": {"schema": reference(&format!("{}_page", def.name))}},
    });
    let summary = format!("List: {}", type_label_many(Locale::En, def));
    operation(def, "list", summary, parameters, answers(200, page, &[403, 422]))
}

fn export(def: &RecordDef, kind: FileKind) -> Value {
    let media_type = kind.content_type().split(';').next().unwrap_or_default();
    let answer = json!({
        "description": "All matching records that the caller may take out, as a file.",
        "headers": {"Content-Disposition": {"required": true, "schema": {"type": "string"}}},
        "content": {media_type: {}},
    });
    let summary = format!("Export as {}: {}", kind.extension(), type_label_many(Locale::En, def));
    let mut parameters: Vec<Value> = rows(def).into();
    // Cards have no headings.
    if kind != FileKind::Vcf {
        parameters.push(query(listing::LABELS, super::exports::language(), super::exports::FOR_READING));
    }
    let mut operation = operation(def, "export", summary, parameters, answers(200, answer, &[403, 422]));
    operation["operationId"] = format!("export_{}_{}", def.name, kind.extension()).into();
    operation
}

fn read(def: &RecordDef) -> Value {
    let parameters = vec![query("archived", json!({"type": "boolean", "default": false}), "Also when it is archived.")];
    let mut answers = answers(200, record(def, "The record.", &[]), &[404, 422]);
    answers["301"] = json!({
        "description": "It was merged into the record at `Location`.",
        "headers": {"Location": header("location")},
    });
    operation(def, "read", format!("Read: {}", type_label(Locale::En, def)), parameters, answers)
}

fn create(def: &RecordDef) -> Value {
    let headers = [("Location", "location"), ("Guanxi-Change-Set", "change_set")];
    let mut answer = record(def, "The new record.", &headers);
    answer["links"] = json!({
        "read": {"operationId": format!("read_{}", def.name), "parameters": {"id": "$response.body#/id"}},
        "change": {"operationId": format!("change_{}", def.name), "parameters": {"id": "$response.body#/id"}},
        "remove": {"operationId": format!("remove_{}", def.name), "parameters": {"id": "$response.body#/id"}},
    });
    let answers = answers(201, answer, &[400, 403, 413, 415, 422]);
    let mut operation =
        operation(def, "create", format!("Create: {}", type_label(Locale::En, def)), vec![idempotency()], answers);
    operation["requestBody"] = json_body(&format!("{}_create", def.name));
    operation
}

fn change(def: &RecordDef) -> Value {
    let if_match = json!({
        "name": "If-Match", "in": "header", "schema": {"type": "string", "pattern": "^(\\*|\"[1-9][0-9]{0,8}\")$"},
        "description": "The version the caller saw: fields that others changed since conflict, other fields go together. \
            Absent or `*` overwrites.",
    });
    let answer = record(def, "The record as it is now.", &[("Guanxi-Change-Set", "change_set")]);
    let answers = answers(200, answer, &[400, 403, 404, 409, 413, 415, 422]);
    let summary = format!("Change: {}", type_label(Locale::En, def));
    let mut operation = operation(def, "change", summary, vec![if_match, idempotency()], answers);
    operation["description"] = "Only the fields sent are changed; null empties one.".into();
    operation["requestBody"] = json_body(&format!("{}_change", def.name));
    operation
}

fn remove(def: &RecordDef) -> Value {
    let permanent = query("permanent", json!({"type": "boolean", "default": false}), "Delete for good, not archive.");
    let gone = json!({"description": "Done.", "headers": {"Guanxi-Change-Set": header("change_set")}});
    let answers = answers(204, gone, &[403, 404, 422]);
    let mut operation = operation(
        def,
        "remove",
        format!("Archive or delete: {}", type_label(Locale::En, def)),
        vec![permanent, idempotency()],
        answers,
    );
    operation["description"] =
        "Archives the record: it leaves lists and addresses until it is restored. Others may still refer to it.".into();
    operation
}

fn restore(def: &RecordDef) -> Value {
    let answer = record(def, "The record is back.", &[("Guanxi-Change-Set", "change_set")]);
    let summary = format!("Restore: {}", type_label(Locale::En, def));
    operation(def, "restore", summary, vec![idempotency()], answers(200, answer, &[403, 404, 422]))
}

fn bulk(def: &RecordDef) -> Value {
    let answer = json!({
        "description": "What was done and what was refused.",
        "content": {"application/json": {"schema": reference(&format!("{}_bulk_outcome", def.name))}},
    });
    let answers = answers(200, answer, &[400, 403, 404, 409, 413, 415, 422]);
    let summary = format!("Many changes at once: {}", type_label_many(Locale::En, def));
    let mut operation = operation(def, "bulk", summary, vec![idempotency()], answers);
    operation["requestBody"] = json_body(&format!("{}_bulk", def.name));
    operation
}
