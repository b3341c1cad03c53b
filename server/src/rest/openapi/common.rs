//! What all operations share: problem documents, filters, headers.

use serde_json::{Map, Value, json};

/// Refusals by status, with the code that names their response.
pub(super) const PROBLEMS: [(u16, &str, &str); 11] = [
    (400, "malformed", "The body is not a JSON object."),
    (401, "unauthenticated", "No valid token or session."),
    (403, "forbidden", "Readable, but the caller may not do this."),
    (404, "not_found", "Does not exist, is archived, or may not be read."),
    (405, "method_not_allowed", "The address does not take this method."),
    (409, "conflict", "Somebody changed the same fields meanwhile; `current` is the record as it is now."),
    (413, "too_large", "The body is too long."),
    (415, "unsupported_media_type", "The body is not declared as JSON."),
    (422, "invalid", "Something does not fit; `fields` says what is wrong with each."),
    (429, "rate_limited", "Too many requests; `retry_after` gives the seconds to wait."),
    (500, "internal", "A fault of the server; `reference` finds it in the log."),
];

/// Schemas used by all types.
pub(super) fn schemas() -> Map<String, Value> {
    let id = json!({"type": "string", "format": "uuid"});
    let index = json!({"type": "integer", "minimum": 0, "description": "Position of the change in the request."});
    let entries = [
        ("problem", problem()),
        ("filter", filter()),
        (
            "field_problem",
            json!({
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Empty when the record as a whole is concerned."},
                    "code": {"type": "string", "examples": ["required", "too_long", "taken"]},
                    "params": {"type": "object", "additionalProperties": {"type": "string"}},
                    "message": {"type": "string", "description": "In the language of Accept-Language, for people."},
                },
            }),
        ),
        (
            "refusal",
            json!({
                "type": "object",
                "required": ["index", "id", "problem"],
                "properties": {"index": index, "id": id, "problem": {"$ref": "#/components/schemas/problem"}},
            }),
        ),
        (
            "titles",
            json!({
                "type": "object",
                "description": "Titles of referenced records, by id.",
                "additionalProperties": {"type": "string"},
            }),
        ),
    ];
    entries.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn problem() -> Value {
    let codes: Vec<&str> = PROBLEMS.iter().map(|(_, code, _)| *code).collect();
    json!({
        "type": "object",
        "required": ["type", "title", "status", "code"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "detail": {"type": "string", "description": "Why the body can't be read, in English."},
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": codes},
            "fields": {"type": "array", "items": {"$ref": "#/components/schemas/field_problem"}},
            "current": {"type": "object", "description": "The record as it is now, after a conflict."},
            "refused": {"type": "array", "items": {"$ref": "#/components/schemas/refusal"}},
            "retry_after": {"type": "integer"},
            "reference": {"type": "string"},
        },
    })
}

fn filter() -> Value {
    let own = json!({"$ref": "#/components/schemas/filter"});
    let single = |name: &str, schema: Value| json!({"type": "object", "required": [name], "additionalProperties": false, "properties": {name: schema}});
    json!({
        "description": "Conditions, combined. Values may be `@me`, `@my_team` and `@today`, `@today+7`, `@today-30`, `@now`.",
        "oneOf": [
            single("all", json!({"type": "array", "items": own})),
            single("any", json!({"type": "array", "items": own})),
            single("not", own.clone()),
            single("field", json!({
                "type": "object",
                "required": ["field", "op"],
                "properties": {
                    "field": {"type": "string", "description": "Field name, or `custom.<key>`; `quiet`, with `gte` and a number of days, for records that nothing happened with."},
                    "op": {"enum": ["eq", "ne", "lt", "lte", "gt", "gte", "contains", "in", "not_in", "during", "empty", "present"]},
                    "value": {},
                },
            })),
        ],
        "examples": [{"field": {"field": "owner_id", "op": "eq", "value": "@me"}}],
    })
}

/// One response per kind of refusal.
pub(super) fn responses() -> Map<String, Value> {
    PROBLEMS
        .iter()
        .map(|(status, code, description)| {
            let document = json!({
                "type": format!("urn:guanxi:problem:{code}"), "title": description, "status": status, "code": code,
            });
            let mut response = json!({
                "description": description,
                "content": {"application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/problem"}, "example": document,
                }},
            });
            match status {
                401 => {
                    response["headers"] = json!({"WWW-Authenticate": {"schema": {"type": "string"}, "required": true}})
                }
                405 => response["headers"] = json!({"Allow": {"schema": {"type": "string"}, "required": true}}),
                429 => response["headers"] = json!({"Retry-After": {"schema": {"type": "string"}, "required": true}}),
                _ => {}
            }
            ((*code).to_owned(), response)
        })
        .collect()
}

/// Headers of successful answers.
pub(super) fn headers() -> Value {
    json!({
        "version": {
            "description": "The record's version; send it back as If-Match.",
            "required": true,
            "schema": {"type": "string", "pattern": "^\"[0-9]+\"$"},
            "example": "\"3\"",
        },
        "change_set": {
            "description": "Names the change in the audit log.",
            "required": true,
            "schema": {"type": "string", "format": "uuid"},
        },
        "location": {"description": "Address of the new record.", "required": true, "schema": {"type": "string"}},
    })
}
