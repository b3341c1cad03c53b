//! Walks every server function and every REST operation as every default role and as nobody. An address that the
//! tables here do not know fails: whoever adds one says who may call it.

#[path = "../../../store/tests/store/support/mod.rs"]
#[allow(dead_code, reason = "shared with the store's tests, which use more of it")]
mod support;

mod attachments;
mod conform;
mod files;
mod portal;
mod programs;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use leptos::server_fn::axum::server_fn_paths;
use serde_json::{Value, json};
use shared::RecordDef;
use shared::access::{Action, Actor, Level};
use shared::i18n::Locale;
use shared::types::{CUSTOMER, OPPORTUNITY, TICKET, by_name, by_plural};
use store::auth::{Client, DefaultRole, Invite};
use tower::ServiceExt;
use uuid::Uuid;

use super::*;
use support::sample::World;

/// A caller: one of the default roles, or nobody.
struct Caller {
    name: String,
    actor: Option<Actor>,
    session: String,
    token: String,
}

/// The whole server on a database with one record of every type, and everybody who calls it.
struct Walk {
    world: World,
    app: Router,
    callers: Vec<Caller>,
}

impl Walk {
    async fn new() -> Self {
        let world = World::new().await;
        let shutdown = Shutdown::listen().unwrap();
        let outgoing = Outgoing::new("http://guanxi.test", |_| {});
        let app = build(world.test.store.clone(), Site::without_bundle(), shutdown, outgoing, false);
        let mut callers =
            vec![Caller { name: "nobody".into(), actor: None, session: String::new(), token: String::new() }];
        for role in DefaultRole::ALL {
            callers.push(caller(&world, role).await);
        }
        Self { world, app, callers }
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 22).await.unwrap();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Calls a server function with a session.
    async fn call(&self, caller: &Caller, path: &str, body: impl Into<Body>) -> (StatusCode, String) {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, format!("gx_session={}", caller.session));
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Sends a REST request with a token.
    async fn rest(&self, caller: &Caller, method: Method, path: &str, body: Option<Value>) -> (StatusCode, String) {
        let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        if caller.actor.is_some() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", caller.token));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }
}

/// Somebody with that role alone, signed in and with a token.
async fn caller(world: &World, role: DefaultRole) -> Caller {
    let store = &world.test.store;
    let name = role.name(Locale::En);
    let role_id: Uuid = sqlx::query_scalar("select id from roles where name = $1")
        .bind(name)
        .fetch_one(&world.test.owner)
        .await
        .unwrap();
    let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
    let invite = Invite { email, role_ids: vec![role_id], ..Invite::default() };
    let invitation = store.invite(&world.admin, invite).await.unwrap();
    let client = Client::default();
    let accepted = store.accept_invitation(invitation.expose(), name, "another quiet place", &client);
    let signed_in = accepted.await.unwrap();
    let actor = signed_in.session.actor.clone();
    let token = store.create_api_token(&actor, "walk", None).await.unwrap().token.expose().to_owned();
    Caller { name: name.to_owned(), actor: Some(actor), session: signed_in.token.expose().to_owned(), token }
}

/// Who gets further than being refused.
enum Who {
    /// Everybody, signed in or not.
    Anyone,
    /// Nobody, once there is an organisation.
    Nobody,
    /// Everybody who is signed in; what they see depends on their scope.
    SignedIn,
    /// Those who read records of a type.
    Readers(&'static RecordDef),
    /// Those who take records of a type out as files.
    Exporters(&'static RecordDef),
    /// Those who change records of a type.
    Changers(&'static RecordDef),
    /// Nobody: it is about a record that isn't there.
    NotFound,
    /// Administrators.
    Admins,
}

/// Who may call a server function, and a body it understands.
fn expectation(world: &World, name: &str) -> Option<(Who, Value)> {
    use Who::{Admins, Anyone, Changers, Exporters, Nobody, NotFound, Readers, SignedIn};
    let (nowhere, customer) = (Uuid::now_v7(), world.base["customer"]);
    let pipeline = json!({"pipeline_id": world.base["pipeline"]});
    let organisation = json!({"org_name": "Second", "name": "Second", "email": "second@example.com", "locale": "en",
        "password": "yet another place", "timezone": "Asia/Shanghai", "currency": "CNY"});
    Some(match name {
        "needs_set_up" | "sign_out" => (Anyone, json!({})),
        "sign_in" => (Anyone, json!({"email": "nobody@example.com", "password": "wrong"})),
        "set_up" => (Nobody, json!({"organisation": organisation})),
        "invitation" => (Anyone, json!({"token": "none"})),
        "accept_invitation" => (Anyone, json!({"token": "none", "name": "None", "password": "yet another place"})),
        "request_reset" => (Anyone, json!({"email": "nobody@example.com"})),
        "reset_password" => (Anyone, json!({"token": "none", "password": "yet another place"})),
        "profile" | "devices" | "revoke_other_devices" | "api_tokens" | "import_runs" => (SignedIn, json!({})),
        "change_password" => (SignedIn, json!({"old_password": "wrong", "password": "yet another place"})),
        "update_profile" => (SignedIn, json!({"values": {}})),
        "revoke_device" | "revoke_api_token" | "import_run" | "cancel_import" | "undo_import" => {
            (SignedIn, json!({"id": nowhere}))
        }
        "create_api_token" => (SignedIn, json!({"name": "walk", "days": 1})),
        "suggest_import" => (SignedIn, json!({"file": nowhere, "record_type": "customer"})),
        "preview_import" => (SignedIn, json!({"spec": {"files": [], "answers": []}, "locale": "en"})),
        "preview_import_rows" => {
            let excerpt = json!({"file": 0, "step": 0, "skip": 0, "problems": false});
            (SignedIn, json!({"spec": {"files": [], "answers": []}, "excerpt": excerpt, "locale": "en"}))
        }
        "import_start" => (SignedIn, json!({"record_type": "opportunity"})),
        "reread_import" => (SignedIn, json!({"file": nowhere, "reading": {}})),
        "similar_records" => (Readers(&OPPORTUNITY), json!({"record_type": "opportunity", "values": {}, "own": null})),
        "meant_addresses" => (Readers(&CUSTOMER), json!({"record_type": "customer", "addresses": ["a@gmal.com"]})),
        "quality_of" => (Readers(&CUSTOMER), json!({"record_type": "customer"})),
        "untidy" => (Changers(&CUSTOMER), json!({"record_type": "customer", "after": null})),
        "duplicates" => (Changers(&CUSTOMER), json!({"record_type": "customer", "shown": 20})),
        "look_for_duplicates" => (Changers(&CUSTOMER), json!({"record_type": "customer"})),
        "dismiss_duplicate" => {
            let pair = json!({"record_type": "customer", "first": nowhere, "second": nowhere, "undo": false});
            (NotFound, pair)
        }
        "merging" => (Readers(&CUSTOMER), json!({"record_type": "customer", "ids": [customer]})),
        "merge_records" => {
            (NotFound, json!({"merge": {"record_type": "customer", "into": nowhere, "others": [customer]}}))
        }
        "past_record" => (NotFound, json!({"record_type": "customer", "id": customer, "change": 0})),
        "erase_person" => (Admins, json!({"record_type": "contact", "id": world.base["contact"]})),
        "start_import" => (SignedIn, json!({"spec": {"files": [], "answers": []}})),
        "undo" | "undo_progress" | "stop_undo" | "left_alone" => (SignedIn, json!({"change_set": nowhere})),
        "latest_changes" => (SignedIn, json!({"query": {}})),
        "search" => (SignedIn, json!({"words": "sample"})),
        "sounds" => (SignedIn, json!({"texts": ["新建"]})),
        "open_board" | "board_totals" => (Readers(&OPPORTUNITY), json!({"query": pipeline})),
        "board_cards" => {
            (Readers(&OPPORTUNITY), json!({"query": pipeline, "stage_id": world.base["stage"], "cursor": "none"}))
        }
        "list_records" => (Readers(&OPPORTUNITY), json!({"record_type": "opportunity", "query": {}})),
        "count_records" => (Readers(&OPPORTUNITY), json!({"record_type": "opportunity", "queries": [{}]})),
        "list_calendar" => {
            let days = json!({"field": "expected_close", "from": "2026-11-01", "days": 7, "per_day": 3, "list": {}});
            (Readers(&OPPORTUNITY), json!({"record_type": "opportunity", "query": days}))
        }
        "export_runs" => (SignedIn, json!({})),
        "start_export" => {
            (Exporters(&OPPORTUNITY), json!({"spec": {"plural": "opportunities", "kind": "csv", "query": {}}}))
        }
        "cancel_export" | "delete_export" => (NotFound, json!({"id": nowhere})),
        "lookup" => (Readers(&OPPORTUNITY), json!({"record_type": "opportunity", "words": ""})),
        "custom_fields" | "custom_fields_around" => (Readers(&OPPORTUNITY), json!({"record_type": "opportunity"})),
        // A record of the administrator's: readable to those who read all customers.
        "get_record" => (Readers(&CUSTOMER), json!({"record_type": "customer", "id": customer})),
        "timeline" => (Readers(&CUSTOMER), json!({"record_type": "customer", "id": customer, "query": {}})),
        "announce" => {
            (Readers(&CUSTOMER), json!({"record_type": "customer", "id": customer, "editing": false, "gone": false}))
        }
        "apply" => (
            Admins,
            json!({"command": {"record_type": "team", "changes": [
            {"do": "create", "id": nowhere, "values": {"name": format!("Team {nowhere}")}}]}}),
        ),
        "apply_together" => (
            Admins,
            json!({"commands": [{"record_type": "team", "changes": [
            {"do": "create", "id": Uuid::now_v7(), "values": {"name": format!("Teams {}", Uuid::now_v7())}}]}]}),
        ),
        "conversation" => (NotFound, json!({"ticket_id": nowhere, "before": null})),
        "send_reply" => {
            let reply =
                json!({"ticket_id": nowhere, "message_id": nowhere, "content": "x", "note": true, "seen": null});
            (NotFound, json!({"reply": reply}))
        }
        "similar" => (NotFound, json!({"ticket_id": nowhere})),
        "split_ticket" => (NotFound, json!({"message_id": nowhere, "ticket_id": Uuid::now_v7()})),
        "claim_ticket" => (NotFound, json!({"ticket_id": nowhere})),
        "next_ticket" => (Changers(&TICKET), json!({"queue_ids": [], "skip": []})),
        "queue_counts" | "agent_loads" | "desk_around" => (Readers(&TICKET), json!({})),
        "set_away" => (SignedIn, json!({"away": false})),
        "desk_report" => {
            let span = json!({"from": "2026-11-01", "until": "2026-12-01"});
            (Readers(&TICKET), json!({"query": {"span": span, "by": "queue_id", "filter": []}}))
        }
        "results_of_survey" => (NotFound, json!({"id": nowhere})),
        "send_survey" => {
            (NotFound, json!({"survey_id": nowhere, "record_type": "contact", "id": nowhere, "again": false}))
        }
        "mailbox_states" | "letters_aside" => (Admins, json!({})),
        "set_mailbox_password" => (NotFound, json!({"id": nowhere, "password": "secret"})),
        "try_mailbox" | "letter_aside" | "try_letter_again" | "discard_letter" => (NotFound, json!({"id": nowhere})),
        "send_again" => (NotFound, json!({"message_id": nowhere})),
        "invite" => {
            (Admins, json!({"invitation": {"email": "x@example.com", "name": "X", "role_ids": [], "team_id": null}}))
        }
        "invitations" => (Admins, json!({})),
        "reset_link" => (Admins, json!({"id": nowhere})),
        "revoke_invitation" => (Admins, json!({"id": nowhere})),
        "audit" => (Admins, json!({"query": {}})),
        "sign_ins" => (Admins, json!({"before": null})),
        _ => return None,
    })
}

/// Whether a caller reads the administrator's record of the type: all of them, or through what it belongs to; and all that it is
/// a part of.
fn reads_base(actor: &Actor, def: &RecordDef) -> bool {
    let mut parents = def.through.iter().filter_map(|name| match def.field(name)?.kind {
        shared::Kind::Reference(target) => by_name(target),
        _ => None,
    });
    let is_granted = match actor.level(def, Action::Read) {
        Level::None => false,
        Level::All => true,
        _ => parents.any(|parent| reads_base(actor, parent)),
    };
    is_granted && def.wholes().all(|(_, whole)| reads_base(actor, whole))
}

fn is_refusal(status: StatusCode) -> bool {
    matches!(status.as_u16(), 401 | 403 | 404)
}

#[tokio::test]
async fn every_server_function_is_open_to_whom_it_should_be() {
    let walk = Walk::new().await;
    let mut names: Vec<&str> = server_fn_paths().map(|(path, _)| path).collect();
    assert!(names.len() > 10, "the server functions are registered");
    // Signing out ends the sessions of the walk.
    names.sort_by_key(|path| (path.ends_with("/sign_out"), *path));
    for path in names {
        let name = path.strip_prefix("/api/fn/").unwrap_or_else(|| panic!("{path} is outside /api/fn"));
        for caller in &walk.callers {
            let Some((who, body)) = expectation(&walk.world, name) else {
                panic!("{path}: nobody said who may call it; add it to `expectation`");
            };
            let (status, answer) = walk.call(caller, path, body.to_string()).await;
            let case = format!("{name} as {}: {status} {answer:.200}", caller.name);
            assert!(status.as_u16() < 500, "{case}");
            assert!(!answer.contains("malformed"), "the body fits: {case}");
            match (who, &caller.actor) {
                (Who::Anyone, _) => assert!(!is_refusal(status), "{case}"),
                (Who::Nobody, _) => assert_eq!(status, StatusCode::FORBIDDEN, "{case}"),
                (_, None) => assert_eq!(status, StatusCode::UNAUTHORIZED, "{case}"),
                (Who::SignedIn, Some(_)) => assert!(!matches!(status.as_u16(), 401 | 403), "{case}"),
                (Who::Readers(def), Some(actor)) => {
                    let one = body.get("id").or_else(|| body.get("ids")).is_some();
                    let may = if one { reads_base(actor, def) } else { actor.may(def, Action::Read) };
                    assert_eq!(is_refusal(status), !may, "{case}");
                }
                (Who::Exporters(def), Some(actor)) => {
                    assert_eq!(is_refusal(status), !actor.may(def, Action::Export), "{case}");
                }
                (Who::Changers(def), Some(actor)) => {
                    assert_eq!(is_refusal(status), !actor.may(def, Action::Update), "{case}");
                }
                (Who::NotFound, Some(_)) => assert!(is_refusal(status), "{case}"),
                (Who::Admins, Some(actor)) if actor.grants.admin => {
                    assert!(!matches!(status.as_u16(), 401 | 403), "{case}");
                }
                (Who::Admins, Some(_)) => assert!(is_refusal(status), "{case}"),
            }
        }
    }
}

/// Signs the caller in again from the browser that has their session; gives the new one's cookie.
async fn signed_in_again(app: &Router, cookie: &str) -> String {
    let body = json!({"email": "sales.rep@example.com", "password": "another quiet place"});
    let request = Request::post("/api/fn/sign_in")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::COOKIE, cookie)
        .body(Body::from(body.to_string()));
    let response = app.clone().oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let walk = Walk::new().await;
    let rep = walk.callers.iter().find(|caller| caller.name == "Sales rep").unwrap();
    let cookie = signed_in_again(&walk.app, &format!("gx_session={}", rep.session)).await;
    let store = &walk.world.test.store;
    assert_eq!(store.session(&rep.session).await.unwrap_err(), shared::Error::Unauthenticated);
    let token = cookie.strip_prefix("gx_session=").unwrap().split(';').next().unwrap();
    store.session(token).await.unwrap();
}

#[tokio::test]
async fn over_tls_the_session_cookie_is_this_very_hosts() {
    let walk = Walk::new().await;
    let outgoing = Outgoing::new("https://guanxi.test", |_| {});
    let store = walk.world.test.store.clone();
    let app = build(store, Site::without_bundle(), Shutdown::listen().unwrap(), outgoing, false);
    let cookie = signed_in_again(&app, "").await;
    assert!(cookie.starts_with("__Host-gx_session=") && cookie.ends_with("; Secure"), "{cookie}");
    assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax;") && !cookie.contains("Domain"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    for (sent, expected) in [(pair, 200), (pair.strip_prefix("__Host-").unwrap(), 401)] {
        let request = Request::post("/api/fn/profile")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, sent)
            .body(Body::from("{}"));
        let response = app.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{sent:.20}");
    }
}

#[tokio::test]
async fn files_are_open_to_whom_they_should_be() {
    let walk = Walk::new().await;
    for caller in &walk.callers {
        let request = |method: Method, path: &str| {
            let cookie = format!("gx_session={}", caller.session);
            Request::builder().method(method).uri(path).header(header::COOKIE, cookie)
        };
        let nobody = caller.actor.is_none();
        for def in shared::types::REGISTRY {
            let path = format!("/api/export/{}.csv", def.plural);
            let (status, answer) = walk.send(request(Method::GET, &path).body(Body::empty()).unwrap()).await;
            let may = caller.actor.as_ref().is_some_and(|actor| actor.may(def, Action::Export));
            let expected = if nobody {
                401
            } else if may {
                200
            } else {
                403
            };
            assert_eq!(status.as_u16(), expected, "{path} as {}: {answer:.200}", caller.name);
        }
        let refused = format!("/api/import/runs/{}/errors.csv", Uuid::now_v7());
        let (status, _) = walk.send(request(Method::GET, &refused).body(Body::empty()).unwrap()).await;
        assert_eq!(status.as_u16(), if nobody { 401 } else { 404 }, "{refused} as {}", caller.name);
        let upload = request(Method::POST, "/api/import/files?name=a.csv").body(Body::from("name\nA\n")).unwrap();
        let (status, answer) = walk.send(upload).await;
        let expected = caller.actor.as_ref().map_or(401, |actor| if actor.may_import() { 200 } else { 403 });
        assert_eq!(status.as_u16(), expected, "upload as {}: {answer:.200}", caller.name);
    }
}

#[tokio::test]
async fn whoever_follows_a_dead_link_to_a_file_gets_a_page_that_says_so() {
    let walk = Walk::new().await;
    let caller = walk.callers.iter().find(|caller| caller.actor.is_some()).unwrap();
    let id = Uuid::now_v7();
    for path in [
        format!("/api/export/runs/{id}/file"),
        format!("/api/export/contacts/{id}/about.json"),
        format!("/api/import/runs/{id}/errors.csv"),
        format!("/api/files/{id}"),
    ] {
        let ask = async |accepted: &str| {
            let request = Request::get(&path)
                .header(header::COOKIE, format!("gx_session={}", caller.session))
                .header(header::ACCEPT, accepted);
            walk.send(request.body(Body::empty()).unwrap()).await
        };
        let (status, page) = ask("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8").await;
        let title = Locale::ALL.map(|locale| shared::i18n::translate(locale, "ui.state.not_found", &[]));
        let is_said = page.contains("<html") && title.iter().any(|title| page.contains(title));
        assert_eq!((status.as_u16(), is_said), (404, true), "{path}: {page:.400}");
        assert_eq!(ask("*/*").await, (StatusCode::NOT_FOUND, "\"not_found\"".to_owned()), "{path}");
        let signed_out = Request::get(&path).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap();
        let response = walk.app.clone().oneshot(signed_out).await.unwrap();
        let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
        assert_eq!(
            (response.status().as_u16(), to.starts_with("/sign-in?next=%2Fapi%2F")),
            (303, true),
            "{path}: {to}"
        );
    }
}

#[test]
fn a_redirection_stays_one_though_a_page_was_to_say_that_nothing_is_there() {
    let answered = |status: StatusCode| {
        let page = Response::builder().status(status).body(Body::empty()).unwrap();
        put_as(page, StatusCode::FORBIDDEN).status()
    };
    assert_eq!(answered(StatusCode::OK), StatusCode::FORBIDDEN);
    assert_eq!(answered(StatusCode::FOUND), StatusCode::FOUND);
}

#[tokio::test]
async fn malformed_calls_are_never_a_fault() {
    let walk = Walk::new().await;
    let deep = "[".repeat(100_000);
    let bodies: [&[u8]; 12] = [
        b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe", b"{\"query\":1}", b"{\"record_type\":\"a\\u0000b\",\"words\":\"\\u0000\"}",
        b"{\"record_type\":\"customer\",\"words\":\"a\\u0000b\"}", b"{\"words\":\"\\u0000\"}",
        b"{\"record_type\":\"customer\",\"query\":{\"search\":\"\\u0000\",\"filter\":{\"field\":{\"field\":\"name\",\"op\":\"contains\",\"value\":\"\\u0000\"}}}}",
        deep.as_bytes(),
    ];
    for (path, method) in server_fn_paths() {
        for caller in &walk.callers[..2] {
            for body in bodies {
                let (status, answer) = walk.call(caller, path, body.to_vec()).await;
                let shown: String = String::from_utf8_lossy(body).chars().take(60).collect();
                assert!(status.as_u16() < 500, "{path} as {} with {shown}: {status} {answer:.200}", caller.name);
            }
        }
        let untyped = Request::builder().method(method).uri(path).body(Body::from("{}")).unwrap();
        assert!(walk.send(untyped).await.0.as_u16() < 500, "{path} without content type");
    }
    let long = vec![b' '; LONGEST_CALL + 1];
    let (status, _) = walk.call(&walk.callers[1], "/api/fn/search", long.clone()).await;
    assert!(matches!(status.as_u16(), 413 | 422), "a call that is too long: {status}");
    let longer = json!({"name": "x".repeat(LONGEST_CALL + 1)});
    let (status, _) = walk.rest(&walk.callers[1], Method::POST, "/api/v1/customers", Some(longer)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

/// What a REST operation on the administrator's record answers to somebody.
fn rest_status(actor: &Actor, def: &RecordDef, action: Action) -> StatusCode {
    let reached = match action {
        Action::Create => actor.may(def, Action::Create),
        // Reading may be inherited from the record it belongs to.
        Action::Read => reads_base(actor, def),
        _ => actor.level(def, action) == Level::All,
    };
    match (action, reads_base(actor, def), reached) {
        (Action::Create, _, false) | (_, true, false) => StatusCode::FORBIDDEN,
        (Action::Create, _, true) => StatusCode::UNPROCESSABLE_ENTITY,
        (_, false, _) => StatusCode::NOT_FOUND,
        (_, true, true) => StatusCode::OK,
    }
}

#[tokio::test]
async fn every_rest_operation_is_open_to_whom_it_should_be() {
    let walk = Walk::new().await;
    let document: Value =
        serde_json::from_str(&walk.rest(&walk.callers[0], Method::GET, "/api/v1/openapi.json", None).await.1).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for verb in operations.as_object().unwrap().keys().filter(|verb| *verb != "parameters") {
            for caller in &walk.callers {
                let method: Method = verb.to_uppercase().parse().unwrap();
                check_rest(&walk, caller, method, path).await;
            }
        }
    }
    for (path, expected) in [("/healthz", 200), ("/readyz", 200), ("/api/v1/events", 401), ("/api/v1/nothing", 404)] {
        let caller = &walk.callers[usize::from(expected == 404)];
        assert_eq!(walk.rest(caller, Method::GET, path, None).await.0.as_u16(), expected, "{path}");
    }
}

async fn check_rest(walk: &Walk, caller: &Caller, method: Method, template: &str) {
    let rest = template.strip_prefix("/api/v1/").unwrap();
    if rest == "openapi.json" {
        return assert_eq!(walk.rest(caller, method, template, None).await.0, StatusCode::OK);
    }
    if ["imports", "exports", "change-sets/", "audit-log/"].iter().any(|own| rest.starts_with(own)) {
        return check_import(walk, caller, method, template).await;
    }
    let (plural, tail) = rest.split_once('/').unwrap_or((rest, ""));
    let def = by_plural(plural).unwrap_or_else(|| panic!("{template} is no collection"));
    let (base, nowhere) = (walk.world.base[def.name], Uuid::now_v7());
    let actor = caller.actor.as_ref();
    let may_delete = actor.is_some_and(|actor| actor.level(def, Action::Delete) == Level::All);
    // Whoever may archive would take the record from the rest of the walk.
    let removed = if may_delete { nowhere } else { base };
    let (id, body, action) = match (method.as_str(), tail) {
        ("GET", "") => (base, None, None),
        ("POST", "") => (base, Some(json!({})), Some(Action::Create)),
        ("POST", "bulk") => (base, Some(json!({"changes": [{"do": "archive", "id": nowhere}]})), None),
        ("GET", _) if tail.starts_with("export.") => (base, None, None),
        ("GET", "{id}" | "{id}/content") => (base, None, Some(Action::Read)),
        ("PATCH", "{id}") => (base, Some(json!({})), Some(Action::Update)),
        ("DELETE", "{id}") | ("POST", "{id}/restore") => (removed, None, Some(Action::Delete)),
        _ => panic!("{method} {template}: nobody said who may call it; add it to this table"),
    };
    let expected = match (actor, action) {
        (None, _) => StatusCode::UNAUTHORIZED,
        (Some(_), None) if tail == "bulk" => StatusCode::NOT_FOUND,
        (Some(actor), None) if tail.starts_with("export.") && actor.may(def, Action::Export) => StatusCode::OK,
        (Some(_), None) if tail.starts_with("export.") => StatusCode::FORBIDDEN,
        (Some(actor), None) if actor.may(def, Action::Read) => StatusCode::OK,
        (Some(_), None) => StatusCode::FORBIDDEN,
        (Some(_), Some(Action::Delete)) if may_delete => StatusCode::NOT_FOUND,
        (Some(actor), Some(action)) => rest_status(actor, def, action),
    };
    let (status, answer) = walk.rest(caller, method.clone(), &template.replace("{id}", &id.to_string()), body).await;
    assert_eq!(status, expected, "{method} {template} as {}: {answer:.300}", caller.name);
    if !status.is_success() {
        let problem: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(problem["status"], status.as_u16(), "{method} {template} as {}", caller.name);
    }
}

/// Imports are open to whoever may import anything, the audit log to administrators, exports to whoever may make one; runs,
/// files and change sets that aren't there to nobody.
async fn check_import(walk: &Walk, caller: &Caller, method: Method, template: &str) {
    let nothing = json!({"files": [], "answers": []});
    let may = caller.actor.as_ref().is_some_and(Actor::may_import);
    let is_admin = caller.actor.as_ref().is_some_and(|actor| actor.grants.admin);
    let (query, body, expected) = match (method.as_str(), template.strip_prefix("/api/v1/").unwrap()) {
        ("GET", "imports") => ("", None, 200),
        ("POST", "imports" | "imports/preview") => ("", Some(nothing), 422),
        ("POST", "imports/files") => ("?name=a.json", Some(json!("name\nA\n")), if may { 422 } else { 403 }),
        ("PATCH", "imports/files/{id}") => ("", Some(json!({})), 404),
        ("GET", "imports/files/{id}/suggestion") => ("?record_type=customer", None, 404),
        ("GET", "imports/{id}" | "imports/{id}/errors") | ("GET" | "DELETE", "change-sets/{id}/undo") => {
            ("", None, 404)
        }
        ("GET", "exports") => ("", None, 200),
        ("POST", "exports") => ("", Some(json!({})), 422),
        ("GET" | "DELETE", "exports/{id}") | ("POST", "exports/{id}/cancel") | ("GET", "exports/{id}/file") => {
            ("", None, 404)
        }
        ("GET", "audit-log/export.csv") => ("", None, if is_admin { 200 } else { 403 }),
        ("POST", "imports/{id}/cancel" | "imports/{id}/undo" | "change-sets/{id}/undo") => ("", None, 404),
        _ => panic!("{method} {template}: nobody said who may call it; add it to this table"),
    };
    let expected = if caller.actor.is_some() { expected } else { 401 };
    let path = format!("{}{query}", template.replace("{id}", &Uuid::now_v7().to_string()));
    let (status, answer) = walk.rest(caller, method.clone(), &path, body).await;
    assert_eq!(status.as_u16(), expected, "{method} {template} as {}: {answer:.300}", caller.name);
}
