//! The operations of records that are files: sending them, and fetching their bytes.

use serde_json::{Value, json};
use shared::RecordDef;
use shared::i18n::{Locale, type_label, type_label_many};
use shared::types::INLINE_IMAGES;

use super::operations::{answers, header, idempotency, operation};
use super::schema::reference;

/// `POST /{plural}`
pub(super) fn upload(def: &RecordDef) -> Value {
    let items = json!({"type": "array", "items": reference(def.name)});
    let answer = json!({
        "description": "The new records, one for each file.",
        "headers": {"Guanxi-Change-Set": header("change_set")},
        "content": {"application/json": {"schema": {"type": "object", "required": ["items"], "properties": {"items": items}}}},
    });
    let summary = format!("Upload: {}", type_label_many(Locale::En, def));
    let mut operation = operation(def, "create", summary, vec![idempotency()], answers(201, answer, &[403, 422]));
    operation["description"] =
        "What the files belong to comes before them. All are kept or none. What a file is tell its \
        bytes: of programs, pages and drawings that run only `application/octet-stream` is said."
            .into();
    operation["requestBody"] = json!({"required": true, "content": {"multipart/form-data": {"schema": reference(&format!("{}_create", def.name))}}});
    operation
}

/// `GET /{plural}/{id}/content`
pub(super) fn content(def: &RecordDef) -> Value {
    let text = |description: &str| json!({"required": true, "schema": {"type": "string"}, "description": description});
    let headers = json!({
        "Content-Disposition": text("With the name; `inline` for pictures only."),
        "ETag": text("SHA-256 of the bytes; to be sent back as If-None-Match."),
    });
    let bytes = json!({"application/octet-stream": {}, INLINE_IMAGES[0]: {}});
    let whole = json!({"description": "The bytes.", "headers": headers, "content": bytes});
    let range = json!({
        "name": "Range", "in": "header", "schema": {"type": "string", "examples": ["bytes=0-1023"]},
        "description": "Part of the bytes. Several ranges at once are answered with all of them.",
    });
    let summary = format!("Fetch the bytes: {}", type_label(Locale::En, def));
    let mut operation = operation(def, "fetch", summary, vec![range], answers(200, whole.clone(), &[404]));
    let mut part = whole;
    part["description"] = "The part that was asked for.".into();
    operation["responses"]["206"] = part;
    operation["responses"]["304"] = json!({"description": "The bytes are those that the caller has."});
    operation["responses"]["416"] = json!({"description": "The part asked for lies behind the end."});
    operation
}
