//! Public pages: who gets which, and that nobody's text becomes markup.

use std::sync::{Arc, Mutex};

use app::api::outgoing::Letter;
use axum::http::HeaderMap;
use chrono::{TimeDelta, Utc};
use shared::Values;
use shared::command::{Change, Command};
use shared::types::{ARTICLE, CATEGORY, MAILBOX, ORGANISATION, PRODUCT, QUEUE, SURVEY, TICKET, TICKET_MESSAGE};
use store::portal::{NewTicket, Portal};

use super::support::TestStore;
use super::support::sample::founded;
use super::*;

/// Markup in every text: as such it would be seen as `<i x-`.
const SLY: &str = "\"'><i x-y=1>&{{</title></script></textarea>";

struct Answered {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answered {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The value of a cookie that it sets.
    fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    }
}

struct Pages {
    test: TestStore,
    admin: Actor,
    portal: Portal,
    app: Router,
    mails: Arc<Mutex<Vec<Letter>>>,
}

impl Pages {
    async fn new() -> Self {
        Self::with(|outgoing| outgoing).await
    }

    /// Where no mail server is named.
    async fn without_mail() -> Self {
        Self::with(Outgoing::without_server).await
    }

    async fn with(change: impl FnOnce(Outgoing) -> Outgoing) -> Self {
        let (test, admin) = founded().await;
        let mails: Arc<Mutex<Vec<Letter>>> = Arc::default();
        let sent = Arc::clone(&mails);
        let outgoing = Outgoing::new("http://guanxi.test", move |letter| sent.lock().unwrap().push(letter));
        let outgoing = change(outgoing);
        let app = build(test.store.clone(), Site::without_bundle(), Shutdown::listen().unwrap(), outgoing, false);
        let values = json!({"name": SLY, "slug": "lin", "portal": true});
        apply(&test.store, &admin, &ORGANISATION, (admin.org_id, false), values).await;
        let portal = test.store.portal("lin").await.unwrap();
        Self { test, admin, portal, app, mails }
    }

    async fn make(&self, def: &RecordDef, values: Value) -> Uuid {
        let id = Uuid::now_v7();
        apply(&self.test.store, &self.admin, def, (id, true), values).await;
        id
    }

    async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // Streams have no end.
        if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream") {
            return Answered { status, headers, text: String::new() };
        }
        let bytes = to_bytes(response.into_body(), 1 << 22).await.unwrap();
        Answered { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answered {
        let request = Request::get(path).header(header::COOKIE, cookie).header(header::ACCEPT_LANGUAGE, "en");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answered {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a form with files of so many bytes; its fields come after them.
    async fn upload(&self, path: &str, cookie: &str, fields: &[(&str, &str)], files: &[(&str, usize)]) -> Answered {
        let mut body = Vec::new();
        let mut part = |about: String, content: &[u8]| {
            body.extend(format!("--xyz\r\nContent-Disposition: form-data; {about}\r\n\r\n").into_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        };
        for (name, size) in files {
            part(format!("name=\"files\"; filename=\"{name}\""), &vec![b'x'; *size]);
        }
        for (name, text) in fields {
            part(format!("name=\"{name}\""), text.as_bytes());
        }
        body.extend_from_slice(b"--xyz--\r\n");
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT_LANGUAGE, "en")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xyz");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// The stamp of a form that was given out a minute ago.
    async fn stamp(&self) -> String {
        self.test.store.form_stamp(Utc::now() - TimeDelta::minutes(1)).await.unwrap()
    }

    /// A ticket of somebody, and the cookie of its requester.
    async fn customer(&self, email: &str, subject: &str) -> (String, String) {
        let new = NewTicket {
            id: Uuid::now_v7(),
            name: SLY.into(),
            email: email.into(),
            subject: subject.into(),
            text: SLY.into(),
            order_number: SLY.into(),
            locale: Locale::En,
            ..NewTicket::default()
        };
        let store = &self.test.store;
        let made = store.portal_ask(&self.portal, None, &new, &Client::default()).await.unwrap();
        let request = store.count_portal_link(&self.portal, email, &Client::default()).await.unwrap();
        let mail = store.request_portal_link(&self.portal, request).await.unwrap().unwrap();
        let session = store.redeem_portal_link(&self.portal, mail.token.expose()).await.unwrap();
        (made.number, format!("gx_portal={}", session.expose()))
    }
}

async fn apply(store: &Store, admin: &Actor, def: &RecordDef, (id, new): (Uuid, bool), values: Value) {
    let values: Values = values.as_object().unwrap().clone();
    let change = if new { Change::Create { id, values } } else { Change::Update { id, version: None, values } };
    store.apply(admin, Command::one(def.name, change)).await.unwrap_or_else(|error| panic!("{}: {error}", def.name));
}

#[tokio::test]
async fn every_page_is_open_to_whom_it_should_be() {
    let pages = Pages::new().await;
    let article = json!({"title": "Restart", "locale": "en", "visibility": "public", "content": "<p>x</p>"});
    let article = pages.make(&ARTICLE, article).await;
    let draft = pages.make(&ARTICLE, json!({"title": "Draft", "locale": "en", "visibility": "draft"})).await;
    let survey =
        json!({"name": "Open", "kind": "csat", "locale": "en", "question": "Well?", "active": true, "public": true});
    let survey = pages.make(&SURVEY, survey).await;
    let (number, own) = pages.customer("li@example.com", "Mine").await;
    let (_, other) = pages.customer("han@example.com", "Theirs").await;
    let ticket = format!("/portal/lin/tickets/{number}");
    // Status for nobody, another customer, the customer; 303 leads to where one signs in.
    let expected: Vec<(&str, String, [u16; 3])> = vec![
        ("GET", "/portal".into(), [303; 3]),
        ("GET", "/robots.txt".into(), [200; 3]),
        ("GET", "/portal/lin".into(), [200; 3]),
        ("GET", "/portal/lin/".into(), [200; 3]),
        ("GET", "/portal/lin/none".into(), [404; 3]),
        ("POST", "/portal/lin/none/at/all".into(), [404; 3]),
        ("GET", "/portal/nobody".into(), [404; 3]),
        ("GET", "/portal/nobody/articles".into(), [404; 3]),
        ("GET", "/portal/lin/sitemap.xml".into(), [200; 3]),
        ("GET", "/portal/lin/articles".into(), [200; 3]),
        ("GET", "/portal/lin/articles?q=restart&page=x&category=".into(), [200; 3]),
        ("GET", format!("/portal/lin/articles?category={}", Uuid::now_v7()), [404; 3]),
        ("GET", format!("/portal/lin/articles/{article}"), [200; 3]),
        ("GET", format!("/portal/lin/articles/{draft}"), [404; 3]),
        ("GET", "/portal/lin/articles/none".into(), [404; 3]),
        ("POST", format!("/portal/lin/articles/{article}/vote"), [422; 3]),
        ("POST", format!("/portal/lin/articles/{draft}/vote"), [404; 3]),
        ("GET", format!("/portal/lin/articles/{article}/vote"), [303; 3]),
        ("GET", "/portal/lin/suggest?q=restart".into(), [200; 3]),
        ("GET", "/portal/lin/new".into(), [200; 3]),
        ("POST", "/portal/lin/new".into(), [422; 3]),
        ("GET", format!("/portal/lin/files/{}", Uuid::now_v7()), [404; 3]),
        ("GET", "/portal/lin/files/x".into(), [404; 3]),
        ("GET", "/portal/lin/sign-in".into(), [200, 303, 303]),
        ("GET", "/portal/lin/sign-in?token=forged".into(), [422; 3]),
        ("POST", "/portal/lin/sign-in".into(), [422; 3]),
        ("POST", "/portal/lin/session".into(), [422; 3]),
        ("GET", "/portal/lin/session?lang=en".into(), [303; 3]),
        ("GET", "/portal/lin/tickets".into(), [303, 200, 200]),
        ("GET", ticket.clone(), [303, 404, 200]),
        ("GET", format!("{ticket}/conversation"), [401, 404, 200]),
        ("GET", format!("{ticket}/events"), [401, 404, 200]),
        ("POST", format!("{ticket}/reply"), [303, 404, 422]),
        ("GET", format!("{ticket}/reply?lang=en"), [303; 3]),
        ("GET", format!("{ticket}/rate"), [303; 3]),
        ("GET", format!("{ticket}/solve"), [303; 3]),
        ("GET", format!("{ticket}/reopen"), [303; 3]),
        ("POST", format!("{ticket}/rate"), [303, 404, 404]),
        ("POST", format!("{ticket}/solve"), [303, 404, 303]),
        ("POST", format!("{ticket}/reopen"), [303, 404, 303]),
        ("GET", "/portal/lin/survey/forged".into(), [404; 3]),
        ("POST", "/portal/lin/survey/forged".into(), [404; 3]),
        ("GET", format!("/portal/lin/s/{survey}"), [200; 3]),
        ("GET", "/portal/lin/s/x".into(), [404; 3]),
        ("POST", format!("/portal/lin/s/{survey}"), [422; 3]),
        ("GET", "/portal/lin/sign-out".into(), [303; 3]),
        ("POST", "/portal/lin/sign-out".into(), [303; 3]),
    ];
    for (verb, route) in routes() {
        let walked = expected.iter().any(|(with, path, _)| *with == verb && fits(&route, path));
        assert!(walked, "{verb} {route}: nobody said who may call it; add it to this table");
    }
    for (verb, path, statuses) in expected {
        for (who, (cookie, status)) in
            ["nobody", "another", "the customer"].iter().zip(["", &other, &own].iter().zip(statuses))
        {
            let answered =
                if verb == "GET" { pages.get(&path, cookie).await } else { pages.post(&path, cookie, &[]).await };
            assert_eq!(answered.status, status, "{verb} {path} as {who}: {:.400}", answered.text);
            if status == 303 && *who == "nobody" && path.contains("/tickets") {
                assert_eq!(answered.header("location"), "/portal/lin/sign-in", "{path}");
            }
            assert!(!answered.header("content-security-policy").contains("unsafe"), "{path}");
        }
    }
}

/// The routes of public pages with their verbs, as the sources name them.
fn routes() -> Vec<(&'static str, String)> {
    let source = include_str!("../../portal.rs");
    let lines = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\""));
    let routes = lines.flat_map(|line| {
        let (route, handlers) = line.split_once('"').unwrap();
        let verbs = [("GET", "get("), ("POST", "post(")].into_iter().filter(move |(_, call)| handlers.contains(call));
        verbs.map(move |(verb, _)| (verb, route.to_owned()))
    });
    let routes: Vec<_> = routes.collect();
    assert!(routes.len() > 20, "the routes are found");
    routes
}

/// Whether a route answers an address.
fn fits(route: &str, path: &str) -> bool {
    let (route, path): (Vec<_>, Vec<_>) =
        (route.split('/').collect(), path.split('?').next().unwrap().split('/').collect());
    route.len() == path.len() && route.iter().zip(&path).all(|(part, given)| part.starts_with('{') || part == given)
}

#[tokio::test]
async fn a_refused_answer_comes_back_on_its_tickets_own_page() {
    let pages = Pages::new().await;
    let (number, own) = pages.customer("li@example.com", "Mine").await;
    let page = format!("/portal/lin/tickets/{number}");
    let refused = pages.post(&format!("{page}/reply"), &own, &[]).await;
    assert_eq!(refused.status, 422);
    let other = format!("href=\"{page}?lang=zh-CN\"");
    assert!(refused.text.contains(&other) && refused.text.contains(" autofocus"), "{}", refused.text);
    let led = pages.get(&format!("{page}/reply?lang=zh-CN"), &own).await;
    assert_eq!((led.status, led.header("location")), (303, page.as_str()));
}

#[tokio::test]
async fn closed_pages_are_not_there() {
    let pages = Pages::new().await;
    let (_, own) = pages.customer("li@example.com", "Mine").await;
    apply(&pages.test.store, &pages.admin, &ORGANISATION, (pages.admin.org_id, false), json!({"portal": false})).await;
    for path in ["/portal", "/portal/lin", "/portal/lin/articles", "/portal/lin/new", "/portal/lin/tickets"] {
        assert_eq!(pages.get(path, &own).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn no_text_becomes_markup() {
    let pages = Pages::new().await;
    let category = pages.make(&CATEGORY, json!({"name": SLY, "description": SLY, "public": true})).await;
    pages.make(&QUEUE, json!({"name": SLY, "description": SLY, "public": true})).await;
    pages.make(&PRODUCT, json!({"name": SLY})).await;
    let html = format!("<p>ok</p>{SLY}<img src=x onerror=x><svg onload=x>");
    let article = json!({"title": format!("{SLY}?"), "summary": SLY, "locale": "en", "visibility": "public", "content": html,
                         "keywords": [SLY], "category_id": category});
    let article = pages.make(&ARTICLE, article).await;
    let questions = json!([{"key": "a", "label": SLY, "kind": "choice", "choices": [SLY]}, {"key": "b", "label": SLY, "kind": "text"}]);
    let survey = json!({"name": "Open", "kind": "csat", "locale": "en", "question": SLY, "thanks": SLY, "active": true,
                        "public": true, "questions": questions});
    let survey = pages.make(&SURVEY, survey).await;
    let (number, own) = pages.customer("li@example.com", SLY).await;
    let id: Uuid = sqlx::query_scalar("select id from tickets").fetch_one(&pages.test.owner).await.unwrap();
    let said = json!({"ticket_id": id, "kind": "reply", "direction": "outbound", "content": html});
    pages.make(&TICKET_MESSAGE, said).await;
    // Nobody takes it back any more, so the page shows it; by somebody who is called so.
    let later = "update ticket_messages set created_at = created_at - interval '1 minute', author_name = $1";
    sqlx::query(later).bind(SLY).execute(&pages.test.owner).await.unwrap();
    apply(&pages.test.store, &pages.admin, &TICKET, (id, false), json!({"category_id": category})).await;
    let query: String = url::form_urlencoded::byte_serialize(SLY.as_bytes()).collect();
    for path in [
        "/portal/lin".to_owned(),
        format!("/portal/lin?x={query}"),
        format!("/portal/lin/articles?q={query}"),
        format!("/portal/lin/articles?category={category}"),
        format!("/portal/lin/articles/{article}"),
        format!("/portal/lin/suggest?q={query}"),
        "/portal/lin/new".to_owned(),
        format!("/portal/lin/new?sent={query}"),
        format!("/portal/lin/sign-in?token={query}"),
        "/portal/lin/tickets".to_owned(),
        format!("/portal/lin/tickets/{number}"),
        format!("/portal/lin/tickets/{number}/conversation"),
        format!("/portal/lin/s/{survey}"),
        format!("/portal/lin/s/{survey}?done=1"),
        "/portal/lin/sitemap.xml".to_owned(),
    ] {
        let answered = pages.get(&path, &own).await;
        assert!(answered.status < 500 && !answered.text.is_empty(), "{path}: {}", answered.status);
        for markup in ["<i x-", "onerror", "onload", "<svg"] {
            assert!(!answered.text.contains(markup), "{path} has {markup}: {}", answered.text);
        }
        assert!(answered.text.matches("</title>").count() <= 1, "{path}");
    }
    let fields = [
        ("requester_name", SLY),
        ("requester_email", SLY),
        ("subject", SLY),
        ("description", SLY),
        ("order_number", SLY),
        ("kind", SLY),
        ("category_id", SLY),
        ("stamp", SLY),
        ("website", SLY),
        ("comment", SLY),
        ("score", SLY),
        ("email", SLY),
        ("token", SLY),
        ("answers.a", SLY),
        ("answers.b", SLY),
        ("content", SLY),
    ];
    for path in [
        "/portal/lin/new".to_owned(),
        format!("/portal/lin/tickets/{number}/reply"),
        format!("/portal/lin/s/{survey}"),
        "/portal/lin/sign-in".to_owned(),
        "/portal/lin/session".to_owned(),
    ] {
        let answered = pages.post(&path, &own, &fields).await;
        assert_eq!(answered.status, 422, "{path}");
        assert!(!answered.text.contains("<i x-"), "{path}: {}", answered.text);
    }
}

#[tokio::test]
async fn from_the_form_to_the_answer() {
    let pages = Pages::new().await;
    let stamp = pages.stamp().await;
    let fresh = pages.test.store.form_stamp(Utc::now()).await.unwrap();
    let form = |stamp: &'static str| {
        [("requester_email", "li@example.com"), ("subject", "Silent"), ("description", "Help"), ("stamp", stamp)]
    };
    let (stamp, fresh): (&'static str, &'static str) = (stamp.leak(), fresh.leak());
    for (fields, why) in [
        (form(fresh).to_vec(), "too quick"),
        (form("forged").to_vec(), "forged"),
        ([form(stamp).as_slice(), &[("website", "http://spam.test")]].concat(), "the trap"),
    ] {
        assert_eq!(pages.post("/portal/lin/new", "", &fields).await.status, 422, "{why}");
    }
    let sent = pages.post("/portal/lin/new", "", &form(stamp)).await;
    let number = sent.header("location").strip_prefix("/portal/lin/new?sent=").unwrap().to_owned();
    assert!(pages.get(sent.header("location"), "").await.text.contains(&number));
    // Pressed twice.
    assert_eq!(pages.post("/portal/lin/new", "", &form(stamp)).await.header("location"), sent.header("location"));

    // The same answer, known or not; only the known one gets a mail.
    for email in ["nobody@example.com", "li@example.com"] {
        let asked = pages.post("/portal/lin/sign-in", "", &[("email", email)]).await;
        assert_eq!((asked.status, asked.header("location")), (303, "/portal/lin/sign-in?sent=1"));
    }
    let letter = loop {
        if let Some(letter) = pages.mails.lock().unwrap().pop() {
            break letter;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(letter.to, "li@example.com");
    let link = letter
        .text
        .split_whitespace()
        .find(|word| word.starts_with("http://guanxi.test/portal/lin/sign-in?token="))
        .unwrap();
    let link = link.strip_prefix("http://guanxi.test").unwrap();
    // What looks into mails may follow it as often as it likes.
    for _ in 0..2 {
        let shown = pages.get(link, "").await;
        assert!(shown.text.contains("li@example.com") && shown.headers.get("set-cookie").is_none());
    }
    let token = link.split_once("token=").unwrap().1;
    let entered = pages.post("/portal/lin/session", "", &[("token", token)]).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/portal/lin/tickets"));
    let cookie = entered.cookie();
    assert!(entered.header("set-cookie").ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600"));
    assert_eq!(pages.post("/portal/lin/session", "", &[("token", token)]).await.status, 422);

    let path = format!("/portal/lin/tickets/{number}");
    let stamp = pages.stamp().await;
    let said =
        pages.post(&format!("{path}/reply"), &cookie, &[("content", "Still <b>silent</b>"), ("stamp", &stamp)]).await;
    assert!(said.header("location").starts_with(&format!("{path}#")), "{}", said.text);
    let page = pages.get(&path, &cookie).await.text;
    assert!(page.contains("Still &lt;b&gt;silent&lt;/b&gt;") && page.contains("noindex"), "{page}");
    let out = pages.post("/portal/lin/sign-out", &cookie, &[]).await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(pages.get(&path, &cookie).await.status, 303);
}

#[tokio::test]
async fn a_press_in_a_mail_chooses_and_only_a_press_on_the_page_counts() {
    let pages = Pages::new().await;
    let survey =
        json!({"name": "After", "kind": "csat", "locale": "en", "question": "Well?", "active": true, "on_close": true});
    pages.make(&SURVEY, survey).await;
    let (number, own) = pages.customer("li@example.com", "Mine").await;
    pages.post(&format!("/portal/lin/tickets/{number}/solve"), &own, &[]).await;
    let link = pages.post(&format!("/portal/lin/tickets/{number}/rate"), &own, &[]).await.header("location").to_owned();
    assert!(link.starts_with("/portal/lin/survey/"), "{link}");
    for score in 1..=5 {
        let shown = pages.get(&format!("{link}?score={score}"), "").await.text;
        assert!(shown.contains(&format!("value=\"{score}\" required checked")), "{shown}");
    }
    let satisfaction = async || -> Option<i64> {
        sqlx::query_scalar("select satisfaction from tickets").fetch_one(&pages.test.owner).await.unwrap()
    };
    assert_eq!(satisfaction().await, None);
    // The page's script sends the form as it stands; whoever has none is told to press Send.
    let shown = pages.get(&format!("{link}?score=4"), "").await.text;
    for part in
        ["data-save>", "data-saved=\"Thank you – your 4 is saved.", ">You chose 4. It counts once you press Send"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    for path in [link.clone(), format!("{link}?score=9"), format!("{link}?score=x")] {
        let shown = pages.get(&path, "").await.text;
        assert!(shown.contains("name=\"score\"") && !shown.contains("data-save"), "{path}: {shown}");
        assert!(shown.contains("data-keep"), "what is typed outlives a reload: {shown}");
        assert!(!shown.contains("lang=zh-CN"), "it is asked in one language alone: {shown}");
    }
    let answered = pages.post(&link, "", &[("score", "4"), ("comment", "Good")]).await;
    assert_eq!(answered.header("location"), format!("{link}?done=1"));
    assert_eq!(satisfaction().await, Some(4));
    let ticket = pages.get(&format!("/portal/lin/tickets/{number}"), &own).await.text;
    assert!(ticket.contains("You rated it 4 of 5.") && ticket.contains("Change your rating"), "{ticket}");
    // An answer with words is settled: another press in the mail asks, and sends the words along.
    let again = pages.get(&format!("{link}?score=2"), "").await.text;
    for part in [
        "Change your answer from 4 to 2?",
        "name=\"score\" value=\"2\"",
        "name=\"comment\" value=\"Good\"",
        "Change to 2</button>",
        "Keep 4</a>",
    ] {
        assert!(again.contains(part) && !again.contains("data-save"), "{part}: {again}");
    }
    let keep = format!("{link}?kept=1");
    assert!(again.contains(&format!("href=\"{keep}\"")), "{again}");
    let kept = pages.get(&keep, "").await.text;
    assert!(kept.contains("<h1>Your answer stays: 4</h1>") && kept.contains("Change your answer"), "{kept}");
    let same = pages.get(&format!("{link}?score=4"), "").await.text;
    assert!(same.contains("value=\"4\" required checked") && !same.contains("data-save"), "{same}");
    pages.post(&link, "", &[("score", "2"), ("comment", "Good")]).await;
    assert_eq!(satisfaction().await, Some(2));
    let answers: i64 =
        sqlx::query_scalar("select count(*) from survey_responses").fetch_one(&pages.test.owner).await.unwrap();
    assert_eq!(answers, 1);
}

#[tokio::test]
async fn what_is_too_long_is_refused_with_all_that_was_typed() {
    let pages = Pages::new().await;
    let survey =
        json!({"name": "Open", "kind": "csat", "locale": "en", "question": "Well?", "active": true, "public": true});
    let path = format!("/portal/lin/s/{}", pages.make(&SURVEY, survey).await);
    let stamp = pages.stamp().await;
    let comment = format!("{}the end", "words ".repeat(16_667));
    let refused = pages.post(&path, "", &[("stamp", &stamp), ("score", "4"), ("comment", &comment)]).await;
    assert_eq!(refused.status, 422);
    let told = "id=\"comment-error\">Too long: use at most 5000 characters.";
    assert!(refused.text.contains(told) && refused.text.contains(&format!(">{comment}</textarea>")));
    // Browsers would cut what is pasted without a word.
    for path in [path.as_str(), "/portal/lin/new", "/portal/lin/sign-in"] {
        let page = pages.get(path, "").await.text;
        assert!(page.contains("<form class=\"portal-form\"") && !page.contains("maxlength"), "{path}: {page}");
    }
}

#[tokio::test]
async fn the_language_of_an_article_can_be_chosen() {
    let pages = Pages::new().await;
    let article = |title: &str, slug: &str, locale: &str, of: Option<Uuid>| {
        json!({"title": title, "slug": slug, "locale": locale, "visibility": "public", "content": "<p>x</p>",
               "translation_of_id": of})
    };
    let both = pages.make(&ARTICLE, article("Restart", "restart", "en", None)).await;
    pages.make(&ARTICLE, article("重启", "chongqi", "zh-CN", Some(both))).await;
    pages.make(&ARTICLE, article("Only so", "only", "en", None)).await;
    let framed = |page: &str, locale: &str| page.contains(&format!("<html lang=\"{locale}\""));

    // There is a translation, in either direction.
    for (from, locale, to) in [("restart", "zh-CN", "chongqi"), ("chongqi", "en", "restart")] {
        let moved = pages.get(&format!("/portal/lin/articles/{from}?lang={locale}"), "").await;
        assert_eq!((moved.status, moved.header("location").to_owned()), (303, format!("/portal/lin/articles/{to}")));
        assert_eq!(moved.cookie(), format!("gx_locale={locale}"));
        assert!(framed(&pages.get(moved.header("location"), &moved.cookie()).await.text, locale));
    }
    for (from, link) in [
        ("restart", "href=\"/portal/lin/articles/chongqi\" hreflang=\"zh-CN\" lang=\"zh-CN\">阅读中文版</a>"),
        ("chongqi", "href=\"/portal/lin/articles/restart\" hreflang=\"en\" lang=\"en\">Read in English</a>"),
    ] {
        let page = pages.get(&format!("/portal/lin/articles/{from}"), "").await.text;
        assert!(page.contains(link), "{link}: {page}");
    }
    let alone = pages.get("/portal/lin/articles/only", "").await.text;
    assert!(!alone.contains("阅读中文版") && !alone.contains("Read in English"), "{alone}");
    // There is none: the frame alone changes, and says which language the text has.
    let chosen = pages.get("/portal/lin/articles/only?lang=zh-CN", "").await;
    assert!(framed(&chosen.text, "zh-CN") && chosen.text.contains("<h1 lang=\"en\">Only so"), "{}", chosen.text);
    assert_eq!(chosen.cookie(), "gx_locale=zh-CN");
    for path in ["/portal/lin", "/portal/lin/articles/only", "/portal/lin/articles/only?voted=1"] {
        assert!(framed(&pages.get(path, &chosen.cookie()).await.text, "zh-CN"), "{path}");
    }
    // Whoever chose nothing reads the same page as everybody, though their browser prefers another language.
    assert!(framed(&pages.get("/portal/lin/articles/chongqi", "").await.text, "zh-CN"));
    // What goes wrong there is said in that language, too.
    for (article, locale) in [("restart", "en"), ("chongqi", "zh-CN")] {
        let refused = pages.post(&format!("/portal/lin/articles/{article}/vote"), "", &[]).await;
        assert_eq!(refused.status, 422);
        assert!(framed(&refused.text, locale) && refused.text.contains("<p data-refused>"), "{}", refused.text);
    }
}

#[tokio::test]
async fn where_there_is_no_portal_that_is_said_in_the_browser_s_language() {
    let pages = Pages::new().await;
    sqlx::query("update organisations set portal = false").execute(&pages.test.owner).await.unwrap();
    for (cookie, locale) in [("", "en"), ("gx_locale=zh-CN", "zh-CN")] {
        let missing = pages.get("/portal", cookie).await;
        assert_eq!(missing.status, 404);
        assert!(missing.text.contains(&format!("<html lang=\"{locale}\">")), "{}", missing.text);
        // By that the page's script tells it from what stands before the server.
        assert!(missing.text.contains("<p data-refused>"), "{}", missing.text);
    }
}

#[tokio::test]
async fn what_a_form_says_without_connection_is_about_what_it_holds() {
    let pages = Pages::new().await;
    let said = async |path: &str| pages.get(path, "").await.text;
    let (asks, signs_in) = (said("/portal/lin/new").await, said("/portal/lin/sign-in").await);
    assert!(asks.contains("Your text and files are kept"), "{asks}");
    assert!(signs_in.contains("The link was not asked for"), "{signs_in}");
    assert!(!signs_in.contains("Your text and files are kept"), "{signs_in}");
}

#[tokio::test]
async fn search_engines_learn_what_is_public() {
    let pages = Pages::new().await;
    let article = json!({"title": "How to restart?", "locale": "en", "visibility": "public", "content": "<p>Pull the plug</p>", "slug": "restart"});
    pages.make(&ARTICLE, article).await;
    let page = pages.get("/portal/lin/articles/restart", "").await.text;
    for part in [
        "<link rel=\"canonical\" href=\"http://guanxi.test/portal/lin/articles/restart\">",
        "hreflang=\"en\"",
        "FAQPage",
        "Pull the plug",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let id: Uuid = sqlx::query_scalar("select id from articles").fetch_one(&pages.test.owner).await.unwrap();
    let moved = pages.get(&format!("/portal/lin/articles/{id}"), "").await;
    assert_eq!((moved.status, moved.header("location")), (308, "/portal/lin/articles/restart"));
    assert!(
        pages
            .get("/portal/lin/sitemap.xml", "")
            .await
            .text
            .contains("<loc>http://guanxi.test/portal/lin/articles/restart</loc>")
    );
    assert!(pages.get("/robots.txt", "").await.text.contains("Sitemap: http://guanxi.test/portal/lin/sitemap.xml"));
    let chosen = pages.get("/portal/lin?lang=zh-CN", "").await;
    assert!(chosen.text.contains("lang=\"zh-CN\"") && chosen.header("set-cookie").starts_with("gx_locale=zh-CN"));
    let voted = pages.post("/portal/lin/articles/restart/vote", "", &[("helpful", "yes")]).await;
    assert_eq!((voted.status, voted.header("location")), (303, "/portal/lin/articles/restart?voted=1#vote"));
    assert!(voted.header("set-cookie").starts_with("gx_reader="));
}

#[tokio::test]
async fn files_that_are_too_much_are_refused_on_the_form_with_what_was_typed() {
    let pages = Pages::new().await;
    let (number, own) = pages.customer("li@example.com", "Mine").await;
    let reply = format!("/portal/lin/tickets/{number}/reply");
    let stamp = pages.stamp().await;
    let stamp = stamp.as_str();
    let typed = "As I typed it";
    let request =
        [("requester_email", "han@example.com"), ("subject", "Film"), ("description", typed), ("stamp", stamp)];
    let answer = [("content", typed), ("stamp", stamp)];
    let large: usize = 26 << 20;
    for (files, why) in [
        (vec![("film.bin", large)], "This file is larger than 25 MB."),
        (vec![("film.bin", 45 << 20)], "These files are larger than 40 MB together."),
        (vec![("a.bin", 21 << 20), ("b.bin", 21 << 20)], "These files are larger than 40 MB together."),
        (vec![("a.txt", 1); 11], "More than 10 files at once."),
    ] {
        for (path, cookie, fields) in
            [("/portal/lin/new", "", request.as_slice()), (reply.as_str(), own.as_str(), answer.as_slice())]
        {
            let answered = pages.upload(path, cookie, fields, &files).await;
            assert_eq!(answered.status, 422, "{path}: {why}");
            let told = format!("id=\"files-error\">{why}");
            for part in [told.as_str(), typed, "portal-top", "At most 10 files, 25 MB each, 40 MB together."] {
                assert!(answered.text.contains(part), "{path} lacks {part}: {}", answered.text);
            }
        }
    }
    let count = async |table: &str| -> i64 {
        let statement = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        sqlx::query_scalar(statement).fetch_one(&pages.test.owner).await.unwrap()
    };
    let empty = pages.upload("/portal/lin/new", "", &request, &[("a.txt", 1), ("nothing.txt", 0)]).await;
    assert_eq!(empty.status, 422);
    for part in ["id=\"files-error\">nothing.txt is empty.", "could not be kept: a.txt, nothing.txt"] {
        assert!(empty.text.contains(part), "{part}: {}", empty.text);
    }
    assert_eq!((count("tickets").await, count("attachments").await), (1, 0), "nothing was made of them");
    let sent = pages.upload("/portal/lin/new", "", &request, &[("a.txt", 1)]).await;
    assert_eq!((sent.status, count("attachments").await), (303, 1), "{}", sent.text);
    // What is no form at all is told in the same place.
    let nonsense = Request::post("/portal/lin/new").header(header::CONTENT_TYPE, "multipart/form-data; boundary=xyz");
    let answered = pages.send(nonsense.body(Body::from("--xyz\r\nnonsense")).unwrap()).await;
    assert!(answered.status == 422 && answered.text.contains("portal-top"), "{}", answered.text);
}

#[tokio::test]
async fn a_questionnaire_with_nothing_in_it_is_no_answer() {
    let pages = Pages::new().await;
    for (locale, told) in [("en", "Answer at least one question"), ("zh-CN", "请至少回答一个问题")] {
        let questions = json!([{"key": "why", "label": "Why?", "kind": "text"}]);
        let survey = json!({"name": locale, "kind": "custom", "locale": locale, "question": "Well?", "active": true,
                            "public": true, "questions": questions});
        let path = format!("/portal/lin/s/{}", pages.make(&SURVEY, survey).await);
        let stamp = pages.stamp().await;
        let refused = pages.post(&path, "", &[("stamp", &stamp), ("comment", " "), ("answers.why", "")]).await;
        assert!(refused.status == 422 && refused.text.contains(told), "{}", refused.text);
        let kept = pages.post(&path, "", &[("stamp", &stamp), ("answers.why", "Because")]).await;
        assert_eq!(kept.status, 303, "{}", kept.text);
    }
    let kept: i64 =
        sqlx::query_scalar("select count(*) from survey_responses").fetch_one(&pages.test.owner).await.unwrap();
    assert_eq!(kept, 2);
}

#[tokio::test]
async fn all_boxes_that_are_ticked_are_kept_and_ticked_again() {
    let pages = Pages::new().await;
    let questions = json!([
        {"key": "which", "label": "Which?", "kind": "several", "choices": ["Red", "Blue", "Green"], "required": true},
        {"key": "again", "label": "Again?", "kind": "yes_no"},
    ]);
    let survey = json!({"name": "Open", "kind": "custom", "locale": "en", "question": "Well?", "active": true,
                        "public": true, "questions": questions});
    let path = format!("/portal/lin/s/{}", pages.make(&SURVEY, survey).await);
    let stamp = pages.stamp().await;
    let give = async |fields: &[(&str, &str)]| {
        let fields = [&[("stamp", stamp.as_str())][..], fields].concat();
        pages.post(&path, "", &fields).await
    };
    let none = give(&[("answers.again", "yes")]).await;
    assert_eq!(none.status, 422);
    assert!(none.text.contains("id=\"answers.which-error\">Please fill this in."), "{}", none.text);
    assert_eq!(give(&[("answers.which", "Red"), ("answers.which", "Black")]).await.status, 422);
    let kept = give(&[("answers.which", "Blue"), ("answers.which", "Red"), ("answers.again", "no")]).await;
    assert_eq!(kept.status, 303, "{}", kept.text);
    let answers: Value =
        sqlx::query_scalar("select answers from survey_responses").fetch_one(&pages.test.owner).await.unwrap();
    assert_eq!(answers, json!({"which": ["Red", "Blue"], "again": "no"}));
    let shown = pages.get(&path, &kept.cookie()).await.text;
    for part in ["value=\"Red\" checked", "value=\"Blue\" checked", "value=\"Green\">", "value=\"no\" selected>No<"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[tokio::test]
async fn a_letter_without_text_is_told_in_the_language_of_the_page() {
    let pages = Pages::new().await;
    let (number, own) = pages.customer("li@example.com", "Mine").await;
    let empty = "update ticket_messages set content = $1";
    sqlx::query(empty).bind(shared::post::SAYS_NOTHING).execute(&pages.test.owner).await.unwrap();
    sqlx::query("update tickets set description = $1")
        .bind(shared::post::SAYS_NOTHING)
        .execute(&pages.test.owner)
        .await
        .unwrap();
    let path = format!("/portal/lin/tickets/{number}");
    let page = pages.get(&path, &own).await.text;
    assert!(page.contains("<p class=\"muted\">(No text)</p>") && !page.contains("<p>–</p>"), "{page}");
    let page = pages.get(&path, &format!("{own}; gx_locale=zh-CN")).await.text;
    assert!(page.contains("（无正文）"), "{page}");
}

#[tokio::test]
async fn a_score_is_pressed_faster_than_words_are_written() {
    let pages = Pages::new().await;
    let survey =
        json!({"name": "Open", "kind": "csat", "locale": "en", "question": "Well?", "active": true, "public": true});
    let path = format!("/portal/lin/s/{}", pages.make(&SURVEY, survey).await);
    let stamp = async || pages.test.store.form_stamp(Utc::now()).await.unwrap();
    let written = pages.post(&path, "", &[("score", "4"), ("comment", "Good"), ("stamp", &stamp().await)]).await;
    assert!(written.status == 422 && written.text.contains("Please send it once more."), "{}", written.text);
    assert_eq!(pages.post(&path, "", &[("score", "4"), ("stamp", &stamp().await)]).await.status, 303);
    let trapped = pages.post(&path, "", &[("score", "4"), ("website", "x"), ("stamp", &stamp().await)]).await;
    assert_eq!(trapped.status, 422);
}

#[tokio::test]
async fn what_was_sent_before_with_other_words_is_told_and_gets_a_stamp_of_its_own() {
    let pages = Pages::new().await;
    let stamp = pages.stamp().await;
    let form = |text: &'static str| {
        [("requester_email", "li@example.com"), ("subject", "Silent"), ("description", text), ("stamp", stamp.as_str())]
    };
    assert_eq!(pages.post("/portal/lin/new", "", &form("Help")).await.status, 303);
    let again = pages.post("/portal/lin/new", "gx_locale=en", &form("Help, please")).await;
    assert!(again.status == 422 && again.text.contains("has arrived"), "{}", again.text);
    assert!(again.text.contains("name=\"stamp\"") && !again.text.contains(&stamp), "{}", again.text);
}

#[tokio::test]
async fn the_page_s_script_is_told_where_to_go_and_goes_itself() {
    let pages = Pages::new().await;
    let (number, own) = pages.customer("li@example.com", "Mine").await;
    let path = format!("/portal/lin/tickets/{number}/reply");
    let stamp = pages.stamp().await;
    let body = format!("content=More&stamp={stamp}");
    let sent = async |cookie: &str| {
        let request = Request::post(path.as_str())
            .header(header::COOKIE, cookie)
            .header("x-requested-with", "fetch")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        pages.send(request.body(Body::from(body.clone())).unwrap()).await
    };
    let said = sent(&own).await;
    assert_eq!(said.status, 204, "{}", said.text);
    assert!(said.header("location").starts_with(&format!("/portal/lin/tickets/{number}#")));
    let out = sent("").await;
    assert_eq!((out.status, out.header("location")), (401, "/portal/lin/sign-in"));
}

#[tokio::test]
async fn no_link_is_promised_to_who_asks_too_often() {
    let pages = Pages::new().await;
    // Nobody of them is known: what is said does not depend on it.
    for email in ["li@example.com", "nobody@example.com"] {
        let ask = async || pages.post("/portal/lin/sign-in", "gx_locale=en", &[("email", email)]).await;
        for _ in 0..5 {
            assert_eq!(ask().await.status, 303);
        }
        let refused = ask().await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Try again in 15 minutes.") && refused.text.contains(email), "{}", refused.text);
    }
}

#[tokio::test]
async fn no_mail_is_promised_where_none_is_sent() {
    let pages = Pages::without_mail().await;
    let link = "data-kind=\"primary\" href=\"/portal/lin/new\"";
    for answered in [
        pages.get("/portal/lin/sign-in", "gx_locale=en").await,
        pages.get("/portal/lin/sign-in?sent=1", "gx_locale=en").await,
        pages.post("/portal/lin/sign-in", "gx_locale=en", &[("email", "li@example.com")]).await,
    ] {
        let page = answered.text;
        assert_eq!(answered.status, 200, "{page}");
        assert!(page.contains("This site cannot send mail") && page.contains(link), "{page}");
        assert!(!page.contains("name=\"email\"") && !page.contains("on its way"), "{page}");
    }
    let promise = "We answer to this address";
    let form = pages.get("/portal/lin/new", "").await.text;
    assert!(form.contains("The team will be in touch with you.") && !form.contains(promise), "{form}");
    assert!(!pages.get("/portal/lin", "").await.text.contains("We answer by e-mail"));
    let sent = pages.get("/portal/lin/new?sent=T1", "").await.text;
    assert!(sent.contains("An agent will look at it.") && !sent.contains("We answer by e-mail"), "{sent}");

    // Where there is a mail server, one can sign in; answers are mailed once there is a mailbox to send them from.
    let pages = Pages::new().await;
    let form = pages.get("/portal/lin/new", "").await.text;
    assert!(form.contains("We tell you at this address") && !form.contains(promise), "{form}");
    let queue = pages.make(&QUEUE, json!({"name": "Support"})).await;
    let mailbox = json!({"address": "support@desk.test", "queue_id": queue, "imap_host": "imap.desk.test"});
    pages.make(&MAILBOX, mailbox).await;
    assert!(pages.get("/portal/lin/new", "").await.text.contains(promise));
}

#[tokio::test]
async fn a_public_survey_is_asked_in_both_languages_and_a_browser_has_one_answer() {
    let pages = Pages::new().await;
    let questions = json!([{"key": "which", "label": "哪个？", "other_label": "Which?", "kind": "choice",
                            "choices": ["红", "蓝"], "other_choices": ["Red", "Blue"]}]);
    let survey = json!({"name": "Open", "kind": "nps", "locale": "zh-CN", "question": "会推荐吗？", "active": true,
                        "public": true, "other_question": "Would you?", "questions": questions});
    let path = format!("/portal/lin/s/{}", pages.make(&SURVEY, survey).await);
    let english = ("", ["Would you?", "Which?", ">Red</option>"]);
    let chinese = ("gx_locale=zh-CN", ["会推荐吗？", "哪个？", ">红</option>"]);
    for ((cookie, texts), (_, others)) in [(english, chinese), (chinese, english)] {
        let page = pages.get(&path, cookie).await.text;
        for text in texts {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains(others[1]) && page.contains("value=\"红\""), "{page}");
    }
    let give = async |cookie: &str, score: &str| {
        let stamp = pages.stamp().await;
        let fields = [("stamp", stamp.as_str()), ("score", score), ("answers.which", "红")];
        let answered = pages.post(&path, cookie, &fields).await;
        assert_eq!(answered.status, 303, "{}", answered.text);
        answered.cookie()
    };
    let mark = give("gx_locale=en", "9").await;
    let thanks = pages.get(&format!("{path}?done=1"), &mark).await.text;
    assert!(thanks.contains("Change your answer"), "{thanks}");
    assert!(!pages.get(&format!("{path}?done=1"), "").await.text.contains("Change your answer"));
    let form = pages.get(&path, &mark).await.text;
    assert!(form.contains("value=\"9\" required checked"), "{form}");
    assert_eq!(give(&mark, "3").await, mark);
    give("", "10").await;
    let scores: Vec<i64> = sqlx::query_scalar("select score from survey_responses order by score")
        .fetch_all(&pages.test.owner)
        .await
        .unwrap();
    assert_eq!(scores, [3, 10]);
}
