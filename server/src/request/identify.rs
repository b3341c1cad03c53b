//! Finds out whose request it is, and what its page needs to know from the start.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::Utc;
use shared::i18n::{Locale, error_message};
use shared::session::{Boot, Session, session_cookie};
use shared::{Error, Result};
use store::Store;
use store::auth::SessionInfo;
use uuid::Uuid;

/// Settings of requests that do not change while the server runs.
#[derive(Clone)]
pub(crate) struct Identifier {
    pub(crate) store: Store,
    /// The demo organisation is offered.
    pub(crate) demo: bool,
    /// Pages come over TLS.
    pub(crate) secure: bool,
}

/// Addresses for people who are not signed in.
const PUBLIC: &[&str] = &["/sign-in", "/set-up", "/invitation", "/reset", "/portal"];

/// Puts the session and the page's boot data into the request; pages that need a session send to the sign-in page.
pub(crate) async fn identify(State(identifier): State<Identifier>, mut request: Request, next: Next) -> Response {
    let session = match session_of(&identifier.store, token(&request, identifier.secure)).await {
        Ok(session) => session,
        Err(error) => return unanswerable(&request, &error),
    };
    let asked = (request.method() == Method::GET).then(|| request.uri().clone());
    if let Some(elsewhere) = redirection(&identifier, asked, session.is_some()).await {
        return elsewhere;
    }
    let session = session.map(|session| {
        let locale = locale_of(request.headers(), Some(&session));
        reading(session, locale)
    });
    let mut boot = boot(request.headers(), session.as_deref(), identifier.demo);
    boot.file_max = identifier.store.files().limits().file;
    request.extensions_mut().insert(boot);
    let user = session.as_ref().map(|session| session.actor.user_id);
    if let Some(session) = session {
        request.extensions_mut().insert(session);
    }
    let asked = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    note_refusal(&asked, user, response.status());
    response
}

/// Who was refused what goes into the log: many of these from one user are somebody trying doors.
fn note_refusal((method, path): &(Method, String), user: Option<Uuid>, status: StatusCode) {
    if is_refusal(path, status) {
        tracing::info!(target: "guanxi::security", %method, path, ?user, status = status.as_u16(), "refused");
    }
}

/// Records and runs that somebody may not see are not there for them, so that not finding is a refusal too; pages that are
/// not there are mostly misspelt.
fn is_refusal(path: &str, status: StatusCode) -> bool {
    match status {
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::NOT_FOUND => path.starts_with("/api/"),
        _ => false,
    }
}

/// What a request for anything but the files that everybody gets says about who asks.
fn token(request: &Request, secure: bool) -> Option<String> {
    let token = cookie(request.headers(), session_cookie(secure));
    token.filter(|_| !request.uri().path().starts_with("/pkg/")).map(str::to_owned)
}

async fn session_of(store: &Store, token: Option<String>) -> Result<Option<Arc<SessionInfo>>> {
    let Some(token) = token else { return Ok(None) };
    match store.session(&token).await {
        Ok(session) => Ok(Some(session)),
        Err(Error::Unauthenticated) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The answer while nobody can say who asks. To take them for strangers would send them to the sign-in page and tell their
/// programs that they were refused.
fn unanswerable(request: &Request, error: &Error) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let again = [(header::RETRY_AFTER, "2")];
    if request.uri().path().starts_with("/api/") {
        return (status, again, Json(error)).into_response();
    }
    let text = error_message(boot(request.headers(), None, false).locale, error);
    (status, again, [(header::REFRESH, "2")], text).into_response()
}

/// Where a page request without session goes; files, health checks and APIs answer for themselves.
async fn redirection(identifier: &Identifier, asked: Option<Uri>, signed_in: bool) -> Option<Response> {
    let asked = asked?;
    let path = asked.path();
    let is_page = !path.starts_with("/api/")
        && !path.starts_with("/pkg/")
        && !path.contains('.')
        && !matches!(path, "/healthz" | "/readyz");
    let is_public = PUBLIC.iter().any(|public| path == *public || path.starts_with(&format!("{public}/")));
    if !is_page || signed_in || is_public && path != "/sign-in" {
        return None;
    }
    if identifier.store.needs_set_up().await.unwrap_or(false) {
        return Some(Redirect::to("/set-up").into_response());
    }
    (!is_public).then(|| to_sign_in(&asked))
}

/// To the sign-in page, which leads back. With the query: a shared link to a filtered list leads to that list.
pub(crate) fn to_sign_in(asked: &Uri) -> Response {
    let wanted = asked.path_and_query().map_or(asked.path(), PathAndQuery::as_str);
    let next = percent_encoding::utf8_percent_encode(wanted, percent_encoding::NON_ALPHANUMERIC);
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs =
        headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The account's language, else the browser's, else the organisation's.
fn locale_of(headers: &HeaderMap, session: Option<&SessionInfo>) -> Locale {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    session
        .and_then(|s| s.locale)
        .or_else(|| Locale::parse(cookie(headers, "gx_locale")?))
        .or_else(|| Locale::from_accept_language(accepted?))
        .or_else(|| session.map(|s| s.org_locale))
        .unwrap_or_default()
}

/// The session of somebody who reads that language: what is called in both goes by it.
fn reading(session: Arc<SessionInfo>, locale: Locale) -> Arc<SessionInfo> {
    let other_names = locale != session.org_locale;
    if session.actor.other_names == other_names {
        return session;
    }
    let mut own = Arc::unwrap_or_clone(session);
    own.actor.other_names = other_names;
    Arc::new(own)
}

fn boot(headers: &HeaderMap, session: Option<&SessionInfo>, demo: bool) -> Boot {
    let now = Utc::now();
    let locale = locale_of(headers, session);
    let one_of = |name: &str, allowed: [&str; 3]| {
        let chosen = cookie(headers, name).filter(|value| allowed.contains(value)).unwrap_or(allowed[0]);
        chosen.to_owned()
    };
    Boot {
        session: session.map(page_session),
        locale,
        theme: one_of("gx_theme", ["auto", "light", "dark"]),
        density: one_of("gx_density", ["comfortable", "compact", "comfortable"]),
        now,
        demo,
        phone: is_phone(headers),
        file_max: 0,
    }
}

/// What browsers say of themselves: some in a hint, all in their name.
fn is_phone(headers: &HeaderMap) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match header("sec-ch-ua-mobile") {
        Some(hint) => hint == "?1",
        None => header(header::USER_AGENT.as_str()).is_some_and(|name| name.contains("Mobi")),
    }
}

fn page_session(session: &SessionInfo) -> Session {
    Session {
        actor: session.actor.clone(),
        name: session.name.clone(),
        email: session.email.clone().unwrap_or_default(),
        org_name: session.org_name.clone(),
        currency: session.org_currency.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_or_hidden_is_noted() {
        for (path, status, noted) in [
            ("/customers", 403, true),
            ("/api/fn/sign_in", 429, true),
            ("/api/v1/customers/0", 404, true),
            ("/custmers", 404, false),
            ("/api/v1/customers", 422, false),
            ("/api/v1/customers", 200, false),
        ] {
            assert_eq!(is_refusal(path, StatusCode::from_u16(status).unwrap()), noted, "{path} {status}");
        }
    }
}
