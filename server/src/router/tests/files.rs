//! Imports, exports, bulk changes and undo through REST.

use std::time::Duration;

use axum::body::Bytes;
use futures::stream;
use shared::types::CUSTOMER;

use super::conform::misfits;
use super::*;

/// The records of a CSV file; a line break within quotes ends none.
fn records(file: &str) -> Vec<String> {
    let mut records = Vec::new();
    let mut open = String::new();
    for line in file.lines() {
        open.push_str(line);
        if open.matches('"').count().is_multiple_of(2) {
            records.push(std::mem::take(&mut open));
        } else {
            open.push('\n');
        }
    }
    records
}

/// A program with somebody's token.
struct Program<'w> {
    walk: &'w Walk,
    caller: &'w Caller,
    document: Value,
}

impl<'w> Program<'w> {
    async fn new(walk: &'w Walk, role: DefaultRole) -> Self {
        let caller = walk.callers.iter().find(|caller| caller.name == role.name(Locale::En)).unwrap();
        let (_, document) = walk.rest(caller, Method::GET, "/api/v1/openapi.json", None).await;
        Self { walk, caller, document: serde_json::from_str(&document).unwrap() }
    }

    /// Asks and gets the answer, which is as the document says and has that status.
    async fn ask(&self, method: Method, path: &str, body: Option<Value>, expected: u16, schema: &str) -> Value {
        let (status, answer) = self.walk.rest(self.caller, method.clone(), path, body).await;
        assert_eq!(status.as_u16(), expected, "{method} {path}: {answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
        assert_eq!(misfits(&self.document, &schema, &answer, ""), Vec::<String>::new(), "{method} {path}: {answer}");
        answer
    }

    async fn get(&self, path: &str, schema: &str) -> Value {
        self.ask(Method::GET, path, None, 200, schema).await
    }

    /// Is refused; gives the places and codes of what is wrong.
    async fn refused(&self, method: Method, path: &str, body: Option<Value>, expected: u16) -> Vec<(String, String)> {
        let problem = self.ask(method, path, body, expected, "problem").await;
        let fields = problem["fields"].as_array().cloned().unwrap_or_default();
        let text = |field: &Value, name: &str| field[name].as_str().unwrap().to_owned();
        fields.iter().map(|field| (text(field, "field"), text(field, "code"))).collect()
    }

    async fn raw(&self, method: Method, path: &str, body: impl Into<Body>) -> (StatusCode, String) {
        let token = format!("Bearer {}", self.caller.token);
        let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, token);
        self.walk.send(request.body(body.into()).unwrap()).await
    }

    /// Asks under a key, which the answer says nothing of.
    async fn keyed(&self, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.caller.token))
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key);
        let (status, answer) = self.walk.send(request.body(Body::from(body.to_string())).unwrap()).await;
        (status, serde_json::from_str(&answer).unwrap())
    }

    async fn upload(&self, content: &[u8]) -> Value {
        let (status, answer) = self.raw(Method::POST, "/api/v1/imports/files?name=c.csv", content.to_vec()).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        serde_json::from_str(&answer).unwrap()
    }

    /// The run of an import once it is over.
    async fn over(&self, id: &str) -> Value {
        self.ended(&format!("/api/v1/imports/{id}"), "import_run").await
    }

    /// What goes on in the background once it is over, which is waited for two minutes at most.
    async fn ended(&self, path: &str, schema: &str) -> Value {
        let looks = async {
            loop {
                let run = self.get(path, schema).await;
                if !goes_on(&run) {
                    return run;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(120), looks).await.unwrap()
    }
}

fn goes_on(run: &Value) -> bool {
    matches!(run["status"].as_str().unwrap(), "waiting" | "running")
}

fn import(info: &Value) -> Value {
    json!({"files": [{"file": info["id"], "steps": info["steps"]}], "answers": []})
}

const CUSTOMERS: &[u8] = b"name,employees,source\nAcme,12,referral\nHooli,many,referral\n";

#[tokio::test]
async fn a_program_imports_a_file_watches_it_and_takes_it_back() {
    let walk = Walk::new().await;
    let admin = Program::new(&walk, DefaultRole::Admin).await;
    let info = admin.upload(CUSTOMERS).await;
    let file = json!({"$ref": "#/components/schemas/import_file"});
    assert_eq!(misfits(&admin.document, &file, &info, ""), Vec::<String>::new());
    let at = format!("/api/v1/imports/files/{}", info["id"].as_str().unwrap());
    let again = admin.ask(Method::PATCH, &at, Some(json!({"delimiter": ","})), 200, "import_file").await;
    assert_eq!((&again["rows"], &again["columns"]), (&json!(2), &info["columns"]));
    let step = admin.get(&format!("{at}/suggestion?record_type=lead"), "import_step").await;
    assert_eq!(step["record_type"], "lead");

    let count = || async { admin.get("/api/v1/customers?count=true&limit=1", "customer_page").await["total"].clone() };
    let before = count().await;
    let step = admin.get(&format!("{at}/suggestion?record_type=customer"), "import_step").await;
    let spec = import(&json!({"id": info["id"], "steps": [step]}));
    let preview = admin.ask(Method::POST, "/api/v1/imports/preview", Some(spec.clone()), 200, "import_preview").await;
    assert_eq!((&preview["changes"], &preview["steps"][0]["failed"]), (&json!(1), &json!(1)), "{preview}");
    assert_eq!(preview["steps"][0]["problems"][0]["field"], "employees");
    assert_eq!(count().await, before, "a preview writes nothing");

    let started = admin.ask(Method::POST, "/api/v1/imports", Some(spec), 202, "import_run").await;
    let id = started["id"].as_str().unwrap().to_owned();
    let done = admin.over(&id).await;
    assert_eq!((&done["status"], &done["created"], &done["failed"]), (&json!("finished"), &json!(1), &json!(1)));
    let runs = admin.get("/api/v1/imports", "import_runs").await;
    assert_eq!(runs["items"], json!([done]));
    let (status, rows) = admin.raw(Method::GET, &format!("/api/v1/imports/{id}/errors"), Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(rows.contains("Hooli,many,referral,3,") && !rows.contains("Acme"), "{rows}");

    let cancel = format!("/api/v1/imports/{id}/cancel");
    let over = [("status".to_owned(), "import_over".to_owned())];
    assert_eq!(admin.refused(Method::POST, &cancel, None, 422).await, over);
    let undo = format!("/api/v1/imports/{id}/undo");
    assert_eq!(admin.ask(Method::POST, &undo, None, 200, "undo_outcome").await["undone"], 1);
    assert_eq!(admin.over(&id).await["status"], "undone");
    assert_eq!(count().await, before);
    let twice = admin.refused(Method::POST, &undo, None, 422).await;
    assert_eq!(twice, [("change_set".to_owned(), "already_undone".to_owned())]);
}

#[tokio::test]
async fn an_import_started_again_under_its_key_is_the_same_run() {
    let walk = Walk::new().await;
    let admin = Program::new(&walk, DefaultRole::Admin).await;
    let spec = import(&admin.upload(CUSTOMERS).await);
    let start = || admin.keyed("/api/v1/imports", "customers-of-today", &spec);
    let (first, second) = tokio::join!(start(), start());
    let id = first.1["id"].as_str().unwrap().to_owned();
    assert_eq!((first.0, second.0, second.1["id"].as_str()), (StatusCode::ACCEPTED, StatusCode::ACCEPTED, Some(&*id)));
    // Also when it is over, and its file gone.
    let done = admin.over(&id).await;
    assert_eq!(start().await, (StatusCode::ACCEPTED, done.clone()));
    assert_eq!(admin.get("/api/v1/imports", "import_runs").await["items"], json!([done]));
    let other = import(&admin.upload(b"name\nOther\n").await);
    let (status, refused) = admin.keyed("/api/v1/imports", "customers-of-today", &other).await;
    assert_eq!((status, &refused["fields"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_reused")));
    let (status, _) = admin.keyed("/api/v1/imports", &"k".repeat(201), &other).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, another) = admin.keyed("/api/v1/imports", "others-of-today", &other).await;
    assert!(status == StatusCode::ACCEPTED && another["id"] != id.as_str(), "{another}");
}

#[tokio::test]
async fn runs_and_files_of_others_are_not_there() {
    let walk = Walk::new().await;
    let admin = Program::new(&walk, DefaultRole::Admin).await;
    let manager = Program::new(&walk, DefaultRole::SalesManager).await;
    let info = admin.upload(b"name\nAcme\n").await;
    let spec = import(&info);
    let run = admin.ask(Method::POST, "/api/v1/imports", Some(spec), 202, "import_run").await;
    let run = format!("/api/v1/imports/{}", run["id"].as_str().unwrap());
    admin.over(run.rsplit('/').next().unwrap()).await;
    let info = admin.upload(b"name\nAcme\n").await;
    let file = format!("/api/v1/imports/files/{}", info["id"].as_str().unwrap());
    for (method, path, body) in [
        (Method::GET, run.clone(), None),
        (Method::GET, format!("{run}/errors"), None),
        (Method::POST, format!("{run}/cancel"), None),
        (Method::POST, format!("{run}/undo"), None),
        (Method::PATCH, file.clone(), Some(json!({}))),
        (Method::GET, format!("{file}/suggestion?record_type=customer"), None),
    ] {
        assert!(manager.refused(method, &path, body, 404).await.is_empty(), "{path}");
    }
    let step = json!({"record_type": "customer", "assignments": [{"field": "name", "from": {"column": "name"}}]});
    let spec = import(&json!({"id": info["id"], "steps": [step]}));
    let expected = if manager.caller.actor.as_ref().unwrap().may(&CUSTOMER, Action::Import) { 404 } else { 403 };
    for path in ["/api/v1/imports", "/api/v1/imports/preview"] {
        assert!(manager.refused(Method::POST, path, Some(spec.clone()), expected).await.is_empty(), "{path}");
    }
    assert_eq!(manager.get("/api/v1/imports", "import_runs").await, json!({"items": []}));
}

#[tokio::test]
async fn what_cannot_be_imported_is_refused_by_its_place() {
    let walk = Walk::new().await;
    let admin = Program::new(&walk, DefaultRole::Admin).await;
    let info = admin.upload(CUSTOMERS).await;
    let one = |place: &str, code: &str| vec![(place.to_owned(), code.to_owned())];
    let step = json!({"record_type": "customer", "assignments": [{"field": "name", "from": {"column": "name"}}]});
    let first = "files[0].steps[0]";
    for (place, value, expected) in [
        ("/record_type", json!("gadget"), one(&format!("{first}.record_type"), "choice")),
        ("/assignments/0/field", json!("colour"), one(&format!("{first}.assignments[0].field"), "unknown_field")),
        ("/assignments/0/field", json!("updated_at"), one(&format!("{first}.assignments[0].field"), "read_only")),
        ("/assignments/0/field", json!(7), one(&format!("{first}.assignments[0].field"), "malformed")),
        ("/key", json!("address.city"), one(&format!("{first}.key"), "unknown_field")),
        ("/within", json!("\u{0}"), one(&format!("{first}.within"), "unknown_field")),
        ("/existing", json!("merge"), one(&format!("{first}.existing"), "choice")),
        ("/exsting", json!("skip"), one(&format!("{first}.exsting"), "unknown_field")),
        (
            "/assignments/0/from",
            json!({"constant": "x".repeat(1_001)}),
            one(&format!("{first}.assignments[0].from"), "too_long"),
        ),
        ("/assignments/0/from", json!({"column": "Nmae"}), one(&format!("{first}.assignments[0].from"), "no_column")),
        (
            "/assignments/0/field",
            json!(format!("custom.{}", "x".repeat(41))),
            one(&format!("{first}.assignments[0].field"), "unknown_field"),
        ),
    ] {
        let mut step = step.clone();
        match step.pointer_mut(place) {
            Some(there) => *there = value,
            None => step[&place[1..]] = value,
        }
        let spec = import(&json!({"id": info["id"], "steps": [step]}));
        for path in ["/api/v1/imports", "/api/v1/imports/preview"] {
            assert_eq!(admin.refused(Method::POST, path, Some(spec.clone()), 422).await, expected, "{path} {spec}");
        }
    }
    for path in ["/api/v1/imports", "/api/v1/imports/preview"] {
        assert_eq!(admin.refused(Method::POST, path, Some(json!({})), 422).await, one("files", "required"));
        let empty = json!({"files": [], "answers": []});
        assert_eq!(admin.refused(Method::POST, path, Some(empty), 422).await, one("files", "required"));
        let nowhere = import(&json!({"id": Uuid::now_v7(), "steps": [step]}));
        assert!(admin.refused(Method::POST, path, Some(nowhere), 404).await.is_empty());
        assert!(admin.refused(Method::POST, path, Some(json!([])), 400).await.is_empty());
        assert_eq!(admin.raw(Method::POST, path, "{}").await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    // Zeros cannot be kept as text, wherever they stand.
    let zero = json!({"constant": "na\u{0}me"});
    let mut spec = import(&json!({"id": info["id"], "steps": [step]}));
    spec["files"][0]["steps"][0]["assignments"][0]["from"] = zero;
    let refused = admin.refused(Method::POST, "/api/v1/imports", Some(spec), 422).await;
    assert_eq!(refused, one("", "malformed"));
    let at = format!("/api/v1/imports/files/{}", info["id"].as_str().unwrap());
    let wrong = admin.refused(Method::PATCH, &at, Some(json!({"encoding": "EBCDIC"})), 422).await;
    assert_eq!(wrong, one("encoding", "choice"));
    assert_eq!(
        admin.refused(Method::PATCH, &at, Some(json!({"sheets": 1})), 422).await,
        one("sheets", "unknown_field")
    );
    let suggestion = format!("{at}/suggestion?record_type=gadget");
    assert_eq!(admin.refused(Method::GET, &suggestion, None, 422).await, one("record_type", "choice"));
    assert!(admin.refused(Method::GET, "/api/v1/imports/none", None, 404).await.is_empty());
    assert!(admin.refused(Method::POST, "/api/v1/imports/none/undo", None, 404).await.is_empty());
}

#[tokio::test]
async fn what_is_no_table_is_refused_as_a_file() {
    let walk = Walk::new().await;
    let admin = Program::new(&walk, DefaultRole::Admin).await;
    let (status, workbook) = admin.raw(Method::GET, "/api/v1/customers/export.xlsx", Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    // Not a workbook any more: the bytes went through text.
    let broken = workbook.into_bytes();
    let files: [&[u8]; 8] = [
        b"",
        b"name\n",
        b"\0\0\0\0",
        b"PK\x03\x04",
        b"PK\x03\x04 and nothing behind it",
        &broken,
        b"BEGIN:VCARD\r\n",
        b"\xff\xfe\x00",
    ];
    for content in files {
        let (status, answer) = admin.raw(Method::POST, "/api/v1/imports/files?name=x", content.to_vec()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{:?}: {answer}", &content[..content.len().min(40)]);
        let problem: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(problem["fields"][0]["field"], "file", "{answer}");
    }
    let long = format!("name={}", "n".repeat(301));
    for (query, field) in [("", "name"), ("name=%20", "name"), (long.as_str(), "name"), ("name=a&kind=b", "kind")] {
        let (status, answer) = admin.raw(Method::POST, &format!("/api/v1/imports/files?{query}"), CUSTOMERS).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {answer}");
        assert!(answer.contains(&format!("\"field\":\"{field}\"")), "{answer}");
    }
    let part = Bytes::from(vec![b'x'; 1 << 20]);
    let parts = (0..=shared::import::MAX_BYTES >> 20).map(move |_| Ok::<_, std::io::Error>(part.clone()));
    let endless = Body::from_stream(stream::iter(parts));
    let (status, _) = admin.raw(Method::POST, "/api/v1/imports/files?name=x", endless).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_program_exports_what_the_page_does() {
    let walk = Walk::new().await;
    let admin = Program::new(&walk, DefaultRole::Admin).await;
    let filter = "filter=%7B%22field%22%3A%7B%22field%22%3A%22name%22%2C%22op%22%3A%22eq%22%2C%22value%22%3A%22no%20such%22%7D%7D";
    let (status, all) = admin.raw(Method::GET, "/api/v1/customers/export.csv", Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    let page = Request::get("/api/export/customers.csv")
        .header(header::COOKIE, format!("gx_session={}", admin.caller.session));
    assert_eq!(walk.send(page.body(Body::empty()).unwrap()).await.1, all);
    assert!(all.contains(&walk.world.base["customer"].to_string()), "{all}");
    let (_, none) = admin.raw(Method::GET, &format!("/api/v1/customers/export.csv?{filter}"), Body::empty()).await;
    assert_eq!(none.lines().collect::<Vec<_>>(), [all.lines().next().unwrap()]);
    let (_, cards) = admin.raw(Method::GET, "/api/v1/contacts/export.vcf?sort=-name", Body::empty()).await;
    assert!(cards.starts_with("BEGIN:VCARD"), "{cards}");
    let (_, in_words) = admin.raw(Method::GET, "/api/v1/customers/export.csv?labels=en", Body::empty()).await;
    assert!(in_words.starts_with("\u{feff}Name,"), "{in_words}");
    let page = Request::get("/api/export/customers.csv?labels=en")
        .header(header::COOKIE, format!("gx_session={}", admin.caller.session));
    assert_eq!(walk.send(page.body(Body::empty()).unwrap()).await.1, in_words);
    assert_eq!(admin.refused(Method::GET, "/api/v1/contacts/export.vcf?labels=en", None, 422).await.len(), 1);
    for query in ["limit=1", "sort=colour", "filter=%7B", "archived=no", "labels=fr"] {
        let refused = admin.refused(Method::GET, &format!("/api/v1/customers/export.csv?{query}"), None, 422).await;
        assert_eq!(refused.len(), 1, "{query}");
    }
    assert!(admin.refused(Method::GET, "/api/v1/products/export.vcf", None, 404).await.is_empty());
    assert!(admin.refused(Method::GET, "/api/v1/customers/export.pdf", None, 404).await.is_empty());
    assert!(admin.refused(Method::GET, "/api/v1/gadgets/export.csv", None, 404).await.is_empty());
}

#[tokio::test]
async fn bulk_changes_tell_which_were_refused_and_go_back_together() {
    let walk = Walk::new().await;
    let admin = Program::new(&walk, DefaultRole::Admin).await;
    let create = |name: Value| json!({"do": "create", "values": {"name": name}});
    let nowhere = json!({"do": "archive", "id": Uuid::now_v7()});
    let body = json!({"changes": [create(json!("One")), create(json!("  ")), nowhere, create(json!("Four"))]});
    let send = || async {
        let (status, answer) = admin.keyed("/api/v1/tags/bulk", "tags-of-today", &body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    };
    let first = send().await;
    let schema = json!({"$ref": "#/components/schemas/tag_bulk_outcome"});
    assert_eq!(misfits(&admin.document, &schema, &first, ""), Vec::<String>::new());
    let places = |outcome: &Value| -> Vec<(u64, u64)> {
        let refused = outcome["refused"].as_array().unwrap().iter();
        refused.map(|one| (one["index"].as_u64().unwrap(), one["problem"]["status"].as_u64().unwrap())).collect()
    };
    assert_eq!(places(&first), [(1, 422), (2, 404)], "{first}");
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    // The server made other ids for it; the answer is that of the first.
    assert_eq!(send().await, first);

    let undo = format!("/api/v1/change-sets/{}/undo", first["change_set"].as_str().unwrap());
    let rep = Program::new(&walk, DefaultRole::SalesRep).await;
    assert!(rep.refused(Method::POST, &undo, None, 404).await.is_empty());
    let undone = admin.ask(Method::POST, &undo, None, 200, "undo_outcome").await;
    assert_eq!((&undone["undone"], &undone["kept"]), (&json!(2), &json!([])));
    let twice = admin.refused(Method::POST, &undo, None, 422).await;
    assert_eq!(twice, [("change_set".to_owned(), "already_undone".to_owned())]);
    for id in ["none", &Uuid::now_v7().to_string()] {
        assert!(admin.refused(Method::POST, &format!("/api/v1/change-sets/{id}/undo"), None, 404).await.is_empty());
    }
}

#[tokio::test]
async fn much_is_undone_in_the_background_which_is_told_where_it_was_asked() {
    let walk = Walk::new().await;
    let admin = Program::new(&walk, DefaultRole::Admin).await;
    let (store, set) = (&walk.world.test.store, Uuid::now_v7());
    let values = json!({"name": "Acme"}).as_object().unwrap().clone();
    for _ in 0..3 {
        let create = |_| shared::command::Change::Create { id: Uuid::now_v7(), values: values.clone() };
        let command = shared::command::Command {
            record_type: CUSTOMER.name.to_owned(),
            changes: (0..store::MAX_BATCH).map(create).collect(),
            change_set: Some(set),
            ..shared::command::Command::default()
        };
        store.apply(&walk.world.admin, command).await.unwrap();
    }
    let undo = format!("/api/v1/change-sets/{set}/undo");
    assert!(admin.refused(Method::GET, &undo, None, 404).await.is_empty());
    assert!(admin.refused(Method::DELETE, &undo, None, 404).await.is_empty());
    let rep = Program::new(&walk, DefaultRole::SalesRep).await;
    assert!(rep.refused(Method::POST, &undo, None, 404).await.is_empty());
    let stopped = begun_and_stopped(&admin, &undo, set).await;
    assert_eq!((&stopped["status"], &stopped["reason"]), (&json!("failed"), &json!("stopped")));
    // It lets go within a second or two: one that is begun before is taken up then.
    store.resume_undos();
    let begun = admin.ask(Method::POST, &undo, None, 202, "undo_run").await;
    // Asking again begins nothing else; it may be over by then.
    let (status, again) = walk.rest(admin.caller, Method::POST, &undo, None).await;
    if status == StatusCode::ACCEPTED {
        assert_eq!(serde_json::from_str::<Value>(&again).unwrap()["undo"], begun["undo"]);
    } else {
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{again}");
    }
    let run = admin.ended(&undo, "undo_run").await;
    assert_eq!(run["undo"], begun["undo"]);
    assert_eq!((&run["status"], &run["undone"], &run["kept"]), (&json!("finished"), &json!(6_000), &json!([])));
    for method in [Method::POST, Method::DELETE] {
        let late = admin.refused(method, &undo, None, 422).await;
        assert_eq!(late, [("change_set".to_owned(), "already_undone".to_owned())]);
    }
}

/// Begins an undo that can't come to its end, and stops it.
async fn begun_and_stopped(admin: &Program<'_>, undo: &str, set: Uuid) -> Value {
    let mut other = admin.walk.world.test.owner.begin().await.unwrap();
    let sql = "select from customers where id = (select record_id from audit_entries where change_set = $1 limit 1)
               for no key update";
    sqlx::query(sql).bind(set).execute(&mut *other).await.unwrap();
    admin.ask(Method::POST, undo, None, 202, "undo_run").await;
    let stopped = admin.ask(Method::DELETE, undo, None, 200, "undo_run").await;
    other.rollback().await.unwrap();
    stopped
}

/// Addresses of their own must not hide a record type.
#[test]
fn no_record_type_is_called_as_an_address_of_its_own() {
    assert!(["imports", "change-sets", "events"].into_iter().all(|name| by_plural(name).is_none()));
}

#[tokio::test]
async fn a_program_has_a_file_made_watches_it_and_fetches_it() {
    let walk = Walk::new().await;
    let admin = Program::new(&walk, DefaultRole::Admin).await;
    let filter = json!({"field": {"field": "name", "op": "present"}});
    let body = json!({"plural": "customers", "kind": "csv", "query": {"filter": filter, "sort": {"field": "name"}}});
    let started = admin.ask(Method::POST, "/api/v1/exports", Some(body.clone()), 202, "export_run").await;
    let at = format!("/api/v1/exports/{}", started["id"].as_str().unwrap());
    let run = admin.ended(&at, "export_run").await;
    assert_eq!(run["status"], "finished", "{run}");
    assert_eq!(admin.get("/api/v1/exports", "export_runs").await["items"], json!([run]));
    let (status, file) = admin.raw(Method::GET, &format!("{at}/file"), Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        file.starts_with("\u{feff}id,") && records(&file).len() as i64 == 1 + run["rows"].as_i64().unwrap(),
        "{file}"
    );

    let (_, keyed) = admin.keyed("/api/v1/exports", "once", &body).await;
    let (status, again) = admin.keyed("/api/v1/exports", "once", &body).await;
    assert_eq!((status, &again["id"]), (StatusCode::ACCEPTED, &keyed["id"]));

    let rep = Program::new(&walk, DefaultRole::SupportAgent).await;
    assert!(rep.refused(Method::GET, &at, None, 404).await.is_empty(), "another's");
    assert!(rep.refused(Method::GET, &format!("{at}/file"), None, 404).await.is_empty());
    assert!(admin.refused(Method::POST, &format!("{at}/cancel"), None, 404).await.is_empty(), "it is over");
    let (status, _) = admin.raw(Method::DELETE, &at, Body::empty()).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(admin.refused(Method::GET, &at, None, 404).await.is_empty());
}

#[tokio::test]
async fn an_export_that_makes_no_sense_is_refused_with_its_place() {
    let walk = Walk::new().await;
    let admin = Program::new(&walk, DefaultRole::Admin).await;
    let refused = async |body: Value| admin.refused(Method::POST, "/api/v1/exports", Some(body), 422).await;
    let pair = |place: &str, code: &str| vec![(place.to_owned(), code.to_owned())];
    assert_eq!(refused(json!({"kind": "csv"})).await, pair("plural", "required"));
    assert_eq!(refused(json!({"plural": "planets", "kind": "csv"})).await, pair("plural", "choice"));
    assert_eq!(refused(json!({"plural": "products", "kind": "vcf"})).await, pair("kind", "choice"));
    assert_eq!(refused(json!({"plural": "products", "kind": "pdf"})).await, pair("kind", "choice"));
    let misspelt = json!({"plural": "products", "kind": "csv", "query": {"serch": "x"}});
    assert_eq!(refused(misspelt).await, pair("query.serch", "unknown_field"));
}

#[tokio::test]
async fn administrators_take_the_audit_log_out() {
    let walk = Walk::new().await;
    let admin = Program::new(&walk, DefaultRole::Admin).await;
    let path = "/api/v1/audit-log/export.csv";
    let (status, file) = admin.raw(Method::GET, &format!("{path}?record_type=customer"), Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        file.starts_with("\u{feff}at,user,") && records(&file)[1..].iter().all(|line| line.contains(",customer,")),
        "{file}"
    );
    let wrong =
        [("user=me", "user", "malformed"), ("from=monday", "from", "malformed"), ("who=x", "who", "unknown_field")];
    for (query, field, code) in wrong {
        let fields = admin.refused(Method::GET, &format!("{path}?{query}"), None, 422).await;
        assert_eq!(fields, [(field.to_owned(), code.to_owned())]);
    }
    let agent = Program::new(&walk, DefaultRole::SupportAgent).await;
    assert!(agent.refused(Method::GET, path, None, 403).await.is_empty());
}
