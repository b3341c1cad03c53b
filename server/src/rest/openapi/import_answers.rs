//! Schemas of what is told of files, previews, runs and undos.

use serde_json::{Value, json};
use shared::import::Status;

use super::import_schemas::{count, id, list, object, text, type_name, whole};
use super::schema::reference;

pub(super) fn file() -> Value {
    let column = whole(json!({
        "name": text(),
        "samples": list(text()),
        "dates": {"enum": ["day_first", "month_first", null]},
    }));
    let single = |name: &str, schema: Value| object(&[name], json!({name: schema}));
    let format = json!({"oneOf": [
        single("text", whole(json!({"encoding": text(), "delimiter": text()}))),
        single("workbook", whole(json!({"sheets": list(text()), "sheet": text()}))),
        {"const": "cards"},
    ]});
    whole(json!({
        "id": id(),
        "name": text(),
        "format": format,
        "header": count("Line that names the columns; 0 when none does."),
        "begins": list(whole(json!({"line": count("Line of the file, from 1."), "text": text()}))),
        "columns": list(column),
        "rows": count("Data rows."),
        "preset": {"type": ["string", "null"], "description": "A layout that is known: the steps need no mapping by hand."},
        "remembered": {"type": "boolean", "description": "The steps are those of the last import of such columns."},
        "titles": reference("titles"),
        "steps": list(reference("import_step")),
    }))
}

pub(super) fn preview() -> Value {
    let row = whole(json!({
        "line": count("Line in the file; the header is line 1."),
        "cells": list(text()),
        "errors": list(reference("field_problem")),
    }));
    let problem = json!({"allOf": [reference("field_problem"), {"required": ["rows"], "properties": {"rows": count("Rows that have it.")}}]});
    let rounded = whole(json!({
        "field": text(),
        "decimals": count("Decimals that it keeps."),
        "values": count("Numbers that have more."),
        "given": {"type": "string", "description": "The first of them."},
        "kept": {"type": "string", "description": "What is kept of it."},
    }));
    let start = whole(json!({"field": text(), "title": text(), "within": text()}));
    let step = whole(json!({
        "file": count("Position of the file."),
        "step": count("Position of the step among those of the file."),
        "record_type": type_name(),
        "created": count("Records that would be made."),
        "updated": count("Records that would be changed."),
        "unchanged": count("Records that are so already."),
        "failed": count("Rows that would be refused."),
        "left_out": count("Rows left out because an answer says so."),
        "fields": list(text()),
        "rows": list(row),
        "problems": list(problem),
        "rounded": list(rounded),
        "repeated": count("Rows about the same record as an earlier one."),
        "repeated_lines": list(count("Line of the file.")),
        "start": {"anyOf": [start, {"type": "null"}], "description": "Where new records begin if no column says so."},
    }));
    let suggestion = whole(json!({"value": text(), "score": {"type": "integer", "minimum": 0, "maximum": 100}}));
    let question = whole(json!({
        "unknown": reference("import_unknown"),
        "rows": count("Rows that have it."),
        "suggestions": list(suggestion),
        "may_create": {"type": "boolean"},
        "several": {"type": "boolean", "description": "Several records are called so, and the rows don't tell which is meant."},
        "is_own": {"type": "boolean", "description": "Rows stand for a record that is called so; with `empty` they are left out."},
        "unreadable": list(text()),
        "decision": {"anyOf": [reference("import_decision"), {"type": "null"}]},
    }));
    whole(json!({
        "steps": list(step),
        "questions": list(question),
        "further": {"type": "object", "additionalProperties": count("Questions that come once others are answered.")},
        "changes": count("Changes that a run would carry out."),
    }))
}

pub(super) fn run() -> Value {
    whole(json!({
        "id": id(),
        "title": {"type": "string", "description": "Names of its files."},
        "actor_name": text(),
        "status": {"type": "string", "enum": Status::ALL.map(Status::code)},
        "reason": {"type": ["string", "null"], "description": "Why it failed, as the code of an error, if that is known."},
        "total": count("Rows to work on."),
        "done": count("Rows worked on."),
        "created": count("Records made."),
        "updated": count("Records changed."),
        "unchanged": count("Records that were so already."),
        "failed": count("Rows refused."),
        "kept": count("Records that an undo left alone."),
        "undoing": {"type": "boolean", "description": "It is being taken back in the background."},
        "change_set": {"type": "string", "format": "uuid", "description": "Set of all its changes."},
        "record_types": list(type_name()),
        "created_at": {"type": "string", "format": "date-time"},
        "finished_at": {"type": ["string", "null"], "format": "date-time"},
    }))
}

pub(super) fn undo_outcome() -> Value {
    let kept = whole(json!({"record_type": type_name(), "id": id(), "title": text()}));
    whole(json!({
        "change_set": {"type": "string", "format": "uuid", "description": "Of the undo itself."},
        "undone": count("Records that were set back."),
        "kept": list(kept),
    }))
}

pub(super) fn undo_run() -> Value {
    let title = json!({"type": ["string", "null"], "description": "Nothing for those who may not see it."});
    let there = json!({"type": "boolean", "description": "It can be opened."});
    let record = whole(json!({"record_type": type_name(), "id": id(), "title": title, "there": there}));
    let why = json!({"enum": ["changed", "gone", "forbidden", "in_use"]});
    let reason = "Why it failed, as the code of an error, if that is known: `stopped` where somebody stopped it.";
    whole(json!({
        "change_set": {"type": "string", "format": "uuid", "description": "The set that is taken back."},
        "undo": {"type": "string", "format": "uuid", "description": "Change set of the undo itself."},
        "status": {"type": "string", "enum": ["waiting", "running", "finished", "failed"]},
        "reason": {"type": ["string", "null"], "description": reason},
        "total": count("Records to look at; none until they are counted."),
        "done": count("Records looked at."),
        "undone": count("Records that were set back, once it is finished."),
        "kept": list(whole(json!({"record": record, "why": why}))),
        "kept_count": count("Records that it left alone; the first 100 are named."),
        "created_at": {"type": "string", "format": "date-time"},
        "finished_at": {"type": ["string", "null"], "format": "date-time"},
    }))
}
