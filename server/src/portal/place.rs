//! What every public page needs to know: whose pages they are, in which language, and who looks at them.

use app::api::outgoing::Outgoing;
use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use shared::i18n::{Locale, translate};
use shared::session::Boot;
use shared::{Error, format};
use store::Store;
use store::auth::Client;
use store::portal::{Portal, Visitor};
use url::form_urlencoded;

use super::answer::failed;
use crate::assets::Site;
use crate::request::cookie;
use crate::router::AppState;

/// Where a visitor is.
pub(crate) struct Place {
    pub(crate) store: Store,
    pub(crate) outgoing: Outgoing,
    pub(crate) site: Site,
    pub(crate) portal: Portal,
    /// Language of the page.
    pub(crate) locale: Locale,
    /// The language was chosen in the address.
    pub(crate) chose: bool,
    /// Languages that the page can be had in.
    pub(crate) languages: Vec<Locale>,
    /// The language that the visitor chose, now or before; without it, `locale` is what their browser or the portal prefers.
    pub(crate) chosen: Option<Locale>,
    /// `light`, `dark` or `auto`.
    pub(crate) theme: String,
    /// Who proved that a mailbox is theirs.
    pub(crate) visitor: Option<Visitor>,
    /// The token of their session.
    pub(crate) token: Option<String>,
    /// Where the request comes from.
    pub(crate) client: Client,
    pub(crate) headers: HeaderMap,
    /// Path and query of the page, without the language: where the links to other languages lead.
    pub(crate) here: String,
}

/// Name of the cookie with the ticket that somebody wanted who is not signed in yet, and how long it is kept, in seconds.
pub(super) const WANTED: &str = "gx_wanted";
const WANTED_FOR: u32 = 60 * 60;

/// Name of the cookie with a customer's session.
pub(super) fn session_cookie(secure: bool) -> &'static str {
    if secure { "__Host-gx_portal" } else { "gx_portal" }
}

impl FromRequestParts<AppState> for Place {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let boot = parts.extensions.get::<Boot>().cloned();
        let locale = boot.as_ref().map(|boot| boot.locale).unwrap_or_default();
        find(parts, state, boot).await.map_err(|error| failed(locale, &error))
    }
}

async fn find(parts: &mut Parts, state: &AppState, boot: Option<Boot>) -> Result<Place, Error> {
    let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::NotFound)?;
    let slug = params.iter().find(|(name, _)| *name == "slug").map(|(_, slug)| slug.to_owned());
    let store = Store::from_ref(state);
    let mut portal = store.portal(&slug.ok_or(Error::NotFound)?).await?;
    let outgoing = Outgoing::from_ref(state);
    let token = cookie(&parts.headers, session_cookie(outgoing.is_secure())).map(str::to_owned);
    let visitor = match &token {
        Some(token) => match store.portal_visitor(&portal, token).await {
            Ok(visitor) => Some(visitor),
            Err(Error::Unauthenticated) => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    let (lang, here) = without_language(parts);
    let accepted = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let chosen = lang.or_else(|| Locale::parse(cookie(&parts.headers, "gx_locale")?));
    let locale = chosen.or_else(|| Locale::from_accept_language(accepted?)).unwrap_or(portal.locale);
    portal.reader = locale;
    Ok(Place {
        store,
        outgoing,
        site: Site::from_ref(state),
        locale,
        chose: lang.is_some(),
        languages: Locale::ALL.to_vec(),
        chosen,
        theme: boot.map_or_else(|| "auto".to_owned(), |boot| boot.theme),
        token: token.filter(|_| visitor.is_some()),
        visitor,
        client: parts.extensions.get::<Client>().cloned().unwrap_or_default(),
        headers: parts.headers.clone(),
        here,
        portal,
    })
}

/// The language that the address asks for, and the address without it.
fn without_language(parts: &Parts) -> (Option<Locale>, String) {
    let query = parts.uri.query().unwrap_or_default();
    let lang = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "lang");
    let rest: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "lang"))
        .finish();
    let path = parts.uri.path();
    let path = if parts.method == Method::POST { page_of(path) } else { path.to_owned() };
    let here = if rest.is_empty() { path } else { format!("{path}?{rest}") };
    (lang.and_then(|(_, code)| Locale::parse(&code)), here)
}

/// The page that a form stands on, by the address that it is sent to: where those are two, the form comes back refused under
/// the latter, which is no page.
fn page_of(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((page, "reply" | "solve" | "reopen" | "rate" | "vote")) => page.to_owned(),
        Some((start, "session")) => format!("{start}/sign-in"),
        _ => path.to_owned(),
    }
}

impl Place {
    /// A text of the public pages.
    pub(crate) fn t(&self, key: &str) -> String {
        translate(self.locale, key, &[])
    }

    /// A text of the public pages with something in it.
    pub(crate) fn t_with(&self, key: &str, params: &[(&str, &str)]) -> String {
        translate(self.locale, key, params)
    }

    /// Address of a page here; `rest` begins with a slash or is empty.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/portal/{}{rest}", self.portal.slug)
    }

    /// The same, to be named elsewhere.
    pub(crate) fn link(&self, rest: &str) -> String {
        self.outgoing.portal_link(&self.portal.slug, rest)
    }

    /// A moment, as people read it.
    pub(crate) fn time(&self, at: DateTime<Utc>) -> Markup {
        html! {
            time datetime=(at.to_rfc3339()) { (format::date_time(self.locale, at, &self.portal.zone)) }
        }
    }

    /// A day, as people read it.
    pub(crate) fn day(&self, at: DateTime<Utc>) -> Markup {
        html! {
            time datetime=(at.to_rfc3339()) { (format::date(self.locale, self.portal.zone.day(at))) }
        }
    }

    /// Who is signed in; others are sent to where they can.
    pub(crate) fn signed_in(&self) -> Result<&Visitor, Error> {
        self.visitor.as_ref().ok_or(Error::Unauthenticated)
    }

    /// Whether answers to what somebody writes here are mailed to them. Signing in, by a link that is mailed, is
    /// another matter: that takes the installation's own way out.
    pub(crate) async fn answers_by_mail(&self) -> Result<bool, Error> {
        self.store.portal_answers_by_mail(&self.portal, self.outgoing.reaches()).await
    }

    /// Sends the browser on after something was done.
    pub(crate) fn go(&self, rest: &str) -> Response {
        Redirect::to(&self.path(rest)).into_response()
    }

    /// Sends somebody who is not signed in to where they can; the ticket that they wanted is kept for when they are.
    pub(crate) fn to_sign_in(&self) -> Response {
        let mut response = self.go("/sign-in");
        if self.is_ticket(&self.here) {
            self.set_cookie(&mut response, WANTED, &self.here, WANTED_FOR);
        }
        response
    }

    /// The ticket that was wanted before one was signed in.
    pub(crate) fn wanted(&self) -> Option<String> {
        cookie(&self.headers, WANTED).filter(|wanted| self.is_ticket(wanted)).map(str::to_owned)
    }

    /// Whether it is the plain address of a ticket here, which may stand in a cookie and be gone to.
    fn is_ticket(&self, address: &str) -> bool {
        let number = address.strip_prefix(&self.path("/tickets/")).unwrap_or_default();
        (1..=60).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    }

    /// Sets a cookie that scripts do not see.
    pub(crate) fn set_cookie(&self, response: &mut Response, name: &str, value: &str, max_age: u32) {
        let secure = if self.outgoing.is_secure() { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::page_of;

    #[test]
    fn a_refused_form_stands_on_its_own_page() {
        assert_eq!(page_of("/portal/lin/tickets/T1/reply"), "/portal/lin/tickets/T1");
        assert_eq!(page_of("/portal/lin/tickets/T1/solve"), "/portal/lin/tickets/T1");
        assert_eq!(page_of("/portal/lin/session"), "/portal/lin/sign-in");
        assert_eq!(page_of("/portal/lin/new"), "/portal/lin/new");
    }
}
