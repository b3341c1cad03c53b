//! The operations of imports, and the undo of whatever was changed.

use serde_json::{Map, Value, json};
use shared::history::LARGE;
use shared::types::REGISTRY;

use super::operations::{answers, header, id, idempotency, json_body, query};
use super::schema::reference;

/// What sends JSON can be refused for.
const OF_JSON: [u16; 6] = [400, 403, 404, 413, 415, 422];

/// Their paths, by address.
pub(super) fn paths() -> Map<String, Value> {
    let one = |operation: (&str, Value)| json!({"parameters": [id()], operation.0: operation.1});
    let paths = [
        ("imports", json!({"get": list(), "post": start()})),
        ("imports/files", json!({"post": upload()})),
        ("imports/files/{id}", one(("patch", reread()))),
        ("imports/files/{id}/suggestion", one(("get", suggest()))),
        ("imports/preview", json!({"post": preview()})),
        ("imports/{id}", one(("get", read()))),
        ("imports/{id}/cancel", one(("post", cancel()))),
        ("imports/{id}/undo", one(("post", undo("undo_import", "imports", "Take an import back")))),
        ("imports/{id}/errors", one(("get", errors()))),
        ("change-sets/{id}/undo", {
            let take_back = undo("undo_change_set", "change-sets", "Take a change set back");
            json!({"parameters": [id()], "get": read_undo(), "post": take_back, "delete": stop_undo()})
        }),
    ];
    paths.into_iter().map(|(path, operations)| (format!("/api/v1/{path}"), operations)).collect()
}

fn operation(name: &str, summary: &str, parameters: Value, responses: Value) -> Value {
    json!({
        "operationId": name, "tags": ["imports"], "summary": summary, "parameters": parameters, "responses": responses,
    })
}

fn described(mut operation: Value, description: &str) -> Value {
    operation["description"] = description.into();
    operation
}

fn json_answer(description: &str, schema: &Value) -> Value {
    json!({"description": description, "content": {"application/json": {"schema": schema}}})
}

/// The run as answer.
fn run(description: &str) -> Value {
    json_answer(description, &reference("import_run"))
}

fn upload() -> Value {
    let name = json!({"type": "string", "minLength": 1, "maxLength": super::super::listing::NAME, "pattern": r"[^\s]"});
    let mut name = query("name", name, "Name of the file, for people.");
    name["required"] = true.into();
    let mut answer = json_answer("What was found in it.", &reference("import_file"));
    let file = json!({"id": "$response.body#/id"});
    answer["links"] = json!({
        "reread": {"operationId": "reread_import_file", "parameters": file},
        "suggest": {"operationId": "suggest_import_step", "parameters": file},
    });
    let mut operation =
        operation("upload_import_file", "Upload a file", json!([name]), answers(201, answer, &[403, 413, 422]));
    operation["requestBody"] = json!({"required": true, "content": {"application/octet-stream": {}}});
    described(
        operation,
        "CSV, TSV, xlsx or vCard, as it is; what it is tells its content, not its name. It is kept for a day, or until \
         the import is over.",
    )
}

fn reread() -> Value {
    let answer = json_answer("What was found in it this way.", &reference("import_file"));
    let mut operation =
        operation("reread_import_file", "Read a file in another way", json!([]), answers(200, answer, &OF_JSON));
    operation["requestBody"] = json_body("import_reading");
    operation
}

fn suggest() -> Value {
    let names: Vec<&str> = REGISTRY.iter().map(|def| def.name).collect();
    let mut record_type = query("record_type", json!({"type": "string", "enum": names}), "What the rows are.");
    record_type["required"] = true.into();
    let answer = json_answer("The suggested step.", &reference("import_step"));
    let answers = answers(200, answer, &[404, 422]);
    operation("suggest_import_step", "Map a file to a record type", json!([record_type]), answers)
}

fn preview() -> Value {
    let answer = json_answer("What would happen.", &reference("import_preview"));
    let mut operation = operation("preview_import", "Preview an import", json!([]), answers(200, answer, &OF_JSON));
    operation["requestBody"] = json_body("import");
    described(operation, "Nothing is written. Questions are answered by sending the import again with `answers`.")
}

fn start() -> Value {
    let mut answer = run("It is being carried out.");
    answer["headers"] = json!({"Location": header("location")});
    let of_run = json!({"id": "$response.body#/id"});
    answer["links"] = json!({
        "read": {"operationId": "read_import", "parameters": of_run},
        "cancel": {"operationId": "cancel_import", "parameters": of_run},
        "undo": {"operationId": "undo_import", "parameters": of_run},
        "errors": {"operationId": "import_errors", "parameters": of_run},
    });
    let mut operation =
        operation("start_import", "Start an import", json!([idempotency()]), answers(202, answer, &OF_JSON));
    operation["requestBody"] = json_body("import");
    operation
}

fn list() -> Value {
    let answer = json_answer("The latest 50, the newest first.", &reference("import_runs"));
    let operation = operation("list_imports", "List imports", json!([]), answers(200, answer, &[]));
    described(operation, "One's own; administrators see everybody's.")
}

fn read() -> Value {
    operation("read_import", "How far an import is", json!([]), answers(200, run("The run."), &[404]))
}

fn cancel() -> Value {
    let operation =
        operation("cancel_import", "Stop an import", json!([]), answers(200, run("It is stopped."), &[404, 422]));
    described(
        operation,
        "What it has done stays, and can be taken back. Stopping a run again is answered like the first time; one that came \
         to its end can't be stopped (`import_over`), and one all of which was done by then is finished.",
    )
}

fn undo(name: &str, tag: &str, summary: &str) -> Value {
    let answer = json_answer("What was set back, and what was kept.", &reference("undo_outcome"));
    let mut begun = json_answer("It is being undone in the background.", &reference("undo_run"));
    begun["headers"] = json!({"Location": header("location")});
    let of_set = json!({"id": "$response.body#/change_set"});
    begun["links"] = json!({
        "read": {"operationId": "read_undo", "parameters": of_set},
        "stop": {"operationId": "stop_undo", "parameters": of_set},
    });
    let mut operation = operation(name, summary, json!([]), answers(200, answer, &[404, 422]));
    operation["responses"]["202"] = begun;
    operation["tags"] = json!([tag]);
    let large = format!(
        "Records that somebody changed since stay as they are. The undo can itself be taken back. More than {LARGE} changes are \
         undone in the background, in one transaction: until that is finished everything stays as it is. Asking again \
         meanwhile begins nothing else."
    );
    described(operation, &large)
}

fn read_undo() -> Value {
    let answer = json_answer("The undo.", &reference("undo_run"));
    let mut operation =
        operation("read_undo", "How far an undo in the background is", json!([]), answers(200, answer, &[404]));
    operation["tags"] = json!(["change-sets"]);
    operation
}

fn stop_undo() -> Value {
    let answer = json_answer("It is stopped.", &reference("undo_run"));
    let answers = answers(200, answer, &[404, 422]);
    let mut operation = operation("stop_undo", "Stop an undo in the background", json!([]), answers);
    operation["tags"] = json!(["change-sets"]);
    described(
        operation,
        "Nothing was changed then, and it can be begun again. Stopping it again is answered like the first time; one that is \
         finished can't be stopped (`already_undone`), but taken back in turn.",
    )
}

fn errors() -> Value {
    let answer = json!({
        "description": "The refused rows with their line and the reason; only marks of the format if there are none.",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    });
    operation("import_errors", "Refused rows as CSV", json!([]), answers(200, answer, &[404]))
}
