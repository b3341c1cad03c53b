//! Attachments: uploaded and fetched by pages and by programs.

use axum::http::HeaderMap;
use shared::types::TICKET;
use store::files::{Files, Limits};

use super::conform::misfits;
use super::*;

/// Headers of a request; the answer's status, body and range.
type Ranged<'c> = (&'c [(&'c str, &'c str)], u16, &'c [u8], Option<&'c str>);
/// Files of an upload, and what is refused about them.
type Sent<'c> = (Vec<(&'c str, &'c [u8])>, Option<&'c str>);

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// A multipart body: fields, then files with their names.
fn multipart(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for (name, content) in files {
        let head = format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--xyz--\r\n");
    body
}

impl Walk {
    fn by(&self, role: DefaultRole) -> &Caller {
        self.callers.iter().find(|caller| caller.name == role.name(Locale::En)).unwrap()
    }

    async fn upload(&self, caller: &Caller, path: &str, body: Vec<u8>) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xyz")
            .header(header::COOKIE, format!("gx_session={}", caller.session));
        let (status, answer) = self.send(request.body(Body::from(body)).unwrap()).await;
        (status, serde_json::from_str(&answer).unwrap_or(Value::String(answer)))
    }

    /// Uploads one file to the ticket as the administrator; gives its id.
    async fn put(&self, name: &str, content: &[u8]) -> String {
        let path = format!("/api/files/ticket/{}", self.world.base["ticket"]);
        let (status, answer) =
            self.upload(self.by(DefaultRole::Admin), &path, multipart(&[], &[(name, content)])).await;
        assert_eq!(status, StatusCode::OK, "{name}: {answer}");
        answer["rows"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Fetches a file as the administrator with these headers.
    async fn fetch(&self, id: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
        let admin = self.by(DefaultRole::Admin);
        let mut request = Request::get(format!("/api/files/{id}"))
            .header(header::COOKIE, format!("gx_session={}", admin.session))
            .header(header::ACCEPT_ENCODING, "gzip, br");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        (status, headers, to_bytes(response.into_body(), 1 << 22).await.unwrap().to_vec())
    }
}

fn codes(answer: &Value) -> Vec<String> {
    let fields = answer["invalid"]["fields"].as_array().or(answer["fields"].as_array()).cloned().unwrap_or_default();
    fields.iter().map(|field| field["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn files_are_saved_and_only_pictures_are_shown() {
    let walk = Walk::new().await;
    let cases: [(&str, &[u8], &str, &str); 3] = [
        ("图 1.png", PNG, "image/png", "inline; filename=\"_ 1.png\"; filename*=UTF-8''%E5%9B%BE%201.png"),
        (
            "../../x/page.html",
            b"<!DOCTYPE html><script>alert(1)</script>",
            "application/octet-stream",
            "attachment; filename=\"page.html\"; filename*=UTF-8''page.html",
        ),
        (
            "a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "application/octet-stream",
            "attachment; filename=\"a.svg\"; filename*=UTF-8''a.svg",
        ),
    ];
    for (name, content, content_type, disposition) in cases {
        let id = walk.put(name, content).await;
        let (status, headers, body) = walk.fetch(&id, &[]).await;
        assert_eq!((status, body.as_slice()), (StatusCode::OK, content), "{name}");
        let text = |name: &str| headers[name].to_str().unwrap();
        assert_eq!((text("content-type"), text("content-disposition")), (content_type, disposition), "{name}");
        assert_eq!(text("content-length"), content.len().to_string(), "{name}");
        assert_eq!((text("x-content-type-options"), text("cache-control")), ("nosniff", "private, no-cache"), "{name}");
        assert!(text("content-security-policy").starts_with("sandbox; default-src 'none';"), "{name}");
        assert!(!headers.contains_key("content-encoding"), "{name}: sent as it is");
    }
}

#[tokio::test]
async fn parts_are_sent_and_what_the_browser_has_is_not() {
    let walk = Walk::new().await;
    let id = walk.put("a.txt", b"0123456789").await;
    let (_, headers, _) = walk.fetch(&id, &[]).await;
    let tag = headers["etag"].to_str().unwrap().to_owned();
    let ranges: [Ranged<'_>; 6] = [
        (&[("range", "bytes=2-4")], 206, b"234", Some("bytes 2-4/10")),
        (&[("range", "bytes=-3")], 206, b"789", Some("bytes 7-9/10")),
        (&[("range", "bytes=10-")], 416, b"", Some("bytes */10")),
        (&[("range", "bytes=2-4"), ("if-range", &tag)], 206, b"234", Some("bytes 2-4/10")),
        (&[("range", "bytes=2-4"), ("if-range", "\"other\"")], 200, b"0123456789", None),
        (&[("range", "bytes=x")], 200, b"0123456789", None),
    ];
    for (sent, expected, content, range) in ranges {
        let (status, headers, body) = walk.fetch(&id, sent).await;
        assert_eq!((status.as_u16(), body.as_slice()), (expected, content), "{sent:?}");
        assert_eq!(headers.get("content-range").map(|value| value.to_str().unwrap()), range, "{sent:?}");
    }
    let (status, headers, body) = walk.fetch(&id, &[("if-none-match", &tag)]).await;
    assert_eq!((status, body.len(), headers["etag"].to_str().unwrap()), (StatusCode::NOT_MODIFIED, 0, tag.as_str()));
}

#[tokio::test]
async fn attachments_are_open_to_whom_they_should_be() {
    let walk = Walk::new().await;
    let id = walk.world.base["attachment"];
    for caller in &walk.callers {
        let request = Request::get(format!("/api/files/{id}"));
        let request = match &caller.actor {
            Some(_) => request.header(header::AUTHORIZATION, format!("Bearer {}", caller.token)),
            None => request,
        };
        let (status, _) = walk.send(request.body(Body::empty()).unwrap()).await;
        let reads = caller.actor.as_ref().map(|actor| reads_base(actor, &shared::types::ATTACHMENT));
        let expected = reads.map_or(401, |reads| if reads { 200 } else { 404 });
        assert_eq!(status.as_u16(), expected, "fetching as {}", caller.name);

        let path = format!("/api/files/ticket/{}", walk.world.base["ticket"]);
        let (status, answer) = walk.upload(caller, &path, multipart(&[], &[("a.png", PNG)])).await;
        let makes = |actor: &Actor| actor.may(&shared::types::ATTACHMENT, Action::Create);
        let expected = match &caller.actor {
            None => 401,
            Some(actor) if !makes(actor) => 403,
            Some(actor) if reads_base(actor, &TICKET) => 200,
            Some(_) => 404,
        };
        assert_eq!(status.as_u16(), expected, "uploading as {}: {answer}", caller.name);
    }
    let admin = walk.by(DefaultRole::Admin);
    for nowhere in ["tag", "nothing", "attachment"] {
        let path = format!("/api/files/{nowhere}/{}", walk.world.base["ticket"]);
        let (status, _) = walk.upload(admin, &path, multipart(&[], &[("a.png", PNG)])).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{nowhere}");
    }
    assert_eq!(walk.fetch("nothing", &[]).await.0, StatusCode::NOT_FOUND);
    let from_elsewhere = Request::post(format!("/api/files/ticket/{}", walk.world.base["ticket"]))
        .header("sec-fetch-site", "cross-site")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xyz")
        .header(header::COOKIE, format!("gx_session={}", admin.session));
    let body = Body::from(multipart(&[], &[("a.png", PNG)]));
    assert_eq!(walk.send(from_elsewhere.body(body).unwrap()).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn uploads_have_limits() {
    let mut walk = Walk::new().await;
    let limits = Limits { file: 1 << 20, upload: 2 << 20, count: 3 };
    let store = walk.world.test.store.clone().with_files(Files::memory().with_limits(limits));
    let outgoing = Outgoing::new("http://guanxi.test", |_| {});
    walk.app = build(store, Site::without_bundle(), Shutdown::listen().unwrap(), outgoing, false);
    let (admin, path) = (walk.by(DefaultRole::Admin), format!("/api/files/ticket/{}", walk.world.base["ticket"]));
    let large: &[u8] = &vec![1; (1 << 20) + 1];
    let (fits, small) = (&large[1..], &large[..1]);
    let cases: [Sent<'_>; 5] = [
        (vec![("a", fits)], None),
        (vec![("a", small), ("b", large)], Some("upload_too_large")),
        (vec![("a", fits), ("b", fits), ("c", fits)], Some("upload_too_much")),
        (vec![("a", small); 4], Some("upload_too_many")),
        (vec![], Some("upload_first")),
    ];
    for (files, expected) in cases {
        let (status, answer) = walk.upload(admin, &path, multipart(&[], &files)).await;
        let status_expected = if expected.is_some() { 422 } else { 200 };
        assert_eq!(status.as_u16(), status_expected, "{expected:?}: {answer}");
        assert_eq!(codes(&answer), expected.into_iter().collect::<Vec<_>>());
    }
    let count: i64 =
        sqlx::query_scalar("select count(*) from attachments").fetch_one(&walk.world.test.owner).await.unwrap();
    assert_eq!(count, 2, "the one of the world and the one that fits");
}

#[tokio::test]
async fn programs_and_what_is_empty_are_refused() {
    let walk = Walk::new().await;
    let (admin, path) = (walk.by(DefaultRole::Admin), format!("/api/files/ticket/{}", walk.world.base["ticket"]));
    let cases: [(&str, &[u8], &str); 4] = [
        ("photo.png", b"MZ\x90\0\x03\0\0\0", "upload_refused"),
        ("invoice.pdf.JS", b"alert(1)", "upload_refused"),
        ("empty.pdf", b"", "upload_empty"),
        ("notes.txt", b"Read me", ""),
    ];
    for (name, content, expected) in cases {
        for to in [path.as_str(), "/api/v1/attachments"] {
            let fields = [("ticket_id", walk.world.base["ticket"].to_string())];
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            let given: &[(&str, &str)] = if to == path { &[] } else { &fields };
            let (status, answer) = walk.upload(admin, to, multipart(given, &[(name, content)])).await;
            assert_eq!(status.is_success(), expected.is_empty(), "{name} to {to}: {answer}");
            assert_eq!(codes(&answer).join(""), expected, "{name} to {to}");
        }
    }
}

#[tokio::test]
async fn nonsense_is_never_a_fault() {
    let walk = Walk::new().await;
    let admin = walk.by(DefaultRole::Admin);
    let whole = multipart(&[("ticket_id", "x")], &[("a.png", PNG)]);
    let mut bodies: Vec<Vec<u8>> = (0..whole.len()).step_by(7).map(|at| whole[..at].to_vec()).collect();
    bodies.extend([
        b"--xyz\r\n\r\n\r\n--xyz--".to_vec(),
        b"--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\xff\xfe\"\r\n\r\nx\r\n--xyz--\r\n"
            .to_vec(),
        b"--xyz\r\nContent-Disposition: form-data; filename=\"a\\\"b\r\nX: y\"\r\n\r\nx\r\n--xyz--\r\n".to_vec(),
        multipart(&[("ticket_id", &"9".repeat(10_000))], &[("a", b"x")]),
        multipart(&[("nonsense", "1"), ("org_id", "1")], &[("a", b"x")]),
        vec![0; 4_000],
    ]);
    for path in [format!("/api/files/ticket/{}", walk.world.base["ticket"]), "/api/v1/attachments".to_owned()] {
        for body in &bodies {
            let (status, answer) = walk.upload(admin, &path, body.clone()).await;
            let shown = String::from_utf8_lossy(body).chars().take(80).collect::<String>();
            assert!(status.as_u16() < 500, "{path} with {shown:?}: {status} {answer}");
        }
        for kind in ["text/plain", "multipart/form-data", "multipart/form-data; boundary=", "application/json"] {
            let request = Request::post(&path)
                .header(header::CONTENT_TYPE, kind)
                .header(header::COOKIE, format!("gx_session={}", admin.session));
            let (status, answer) = walk.send(request.body(Body::from("{}")).unwrap()).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path} as {kind}: {answer}");
        }
    }
}

#[tokio::test]
async fn programs_upload_and_fetch() {
    let walk = Walk::new().await;
    let admin = walk.by(DefaultRole::Admin);
    let (_, document) = walk.rest(admin, Method::GET, "/api/v1/openapi.json", None).await;
    let document: Value = serde_json::from_str(&document).unwrap();
    let ticket = walk.world.base["ticket"].to_string();
    let sent = multipart(&[("ticket_id", &ticket)], &[("a.png", PNG), ("b.txt", b"b")]);
    let (status, answer) = walk.upload(admin, "/api/v1/attachments", sent).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let described =
        document.pointer("/paths/~1api~1v1~1attachments/post/responses/201/content/application~1json/schema");
    assert_eq!(misfits(&document, described.unwrap(), &answer, ""), Vec::<String>::new());
    let second = &answer["items"][1];
    assert_eq!((&second["name"], &second["ticket_id"], &second["size"]), (&json!("b.txt"), &json!(ticket), &json!(1)));
    let path = format!("/api/v1/attachments/{}/content", second["id"].as_str().unwrap());
    assert_eq!(walk.rest(admin, Method::GET, &path, None).await, (StatusCode::OK, "b".to_owned()));
    let elsewhere = format!("/api/v1/tickets/{ticket}/content");
    assert_eq!(walk.rest(admin, Method::GET, &elsewhere, None).await.0, StatusCode::NOT_FOUND);

    for (fields, code) in [
        (vec![("name", "c.txt"), ("ticket_id", ticket.as_str())], "read_only"),
        (vec![("ticket_id", "nothing")], "reference"),
        (vec![], "belongs_nowhere"),
        (vec![("size", "1"), ("ticket_id", &ticket)], "read_only"),
    ] {
        let (status, answer) = walk.upload(admin, "/api/v1/attachments", multipart(&fields, &[("a", b"x")])).await;
        assert_eq!((status, codes(&answer)), (StatusCode::UNPROCESSABLE_ENTITY, vec![code.to_owned()]), "{fields:?}");
    }
}
