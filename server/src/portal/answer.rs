//! Answers that are no page of their own: what went wrong, and what a public page may load.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use shared::Error;
use shared::i18n::{Locale, error_message, error_sentence, translate};

use super::layout::{Head, page};
use super::place::Place;

/// Nothing but what comes from here, and no script that stands in the page.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Header of what the page's script sends: it stays on the page, and goes on by itself where it is led to.
const BY_SCRIPT: &str = "x-requested-with";

/// HTML as an answer.
pub(super) fn html_answer(status: StatusCode, markup: Markup) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (status, headers, markup.into_string()).into_response()
}

/// An error before it is known whose pages these are.
pub(super) fn failed(locale: Locale, error: &Error) -> Response {
    let text = error_sentence(locale, error);
    // Nothing was done where nothing is.
    let title = if *error == Error::NotFound { "ui.state.not_found" } else { "portal.error.title" };
    let title = translate(locale, title, &[]);
    let markup = html! {
        (DOCTYPE)
        html lang=(locale.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light dark";
                title { (title) }
            }
            body { main { h1 { (title) } p data-refused { (text) } } }
        }
    };
    let mut response = html_answer(status(error), markup);
    retry_after(&mut response, error);
    response
}

fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn retry_after(response: &mut Response, error: &Error) {
    let wait = match error {
        Error::RateLimited { retry_after } => *retry_after,
        Error::Offline => 2,
        _ => return,
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
}

impl Place {
    /// A page, or what went wrong instead. Whoever is not signed in gets to where they can be.
    pub(super) fn answer(&self, result: Result<Response, Error>) -> Response {
        let is_out = matches!(result, Err(Error::Unauthenticated));
        let mut response = match result {
            Ok(response) => response,
            Err(Error::Unauthenticated) => self.to_sign_in(),
            Err(error) => self.error_page(&error),
        };
        // Led there itself, the script's request would fetch the page in vain, and lose what stands behind its `#`.
        if response.status() == StatusCode::SEE_OTHER && self.headers.contains_key(BY_SCRIPT) {
            *response.status_mut() = if is_out { StatusCode::UNAUTHORIZED } else { StatusCode::NO_CONTENT };
        }
        if self.chose {
            self.set_cookie(&mut response, "gx_locale", self.locale.code(), 365 * 24 * 60 * 60);
        }
        response
    }

    fn error_page(&self, error: &Error) -> Response {
        let (title, text) = match error {
            Error::NotFound => (self.t("portal.missing.title"), self.t("portal.missing.text")),
            Error::RateLimited { .. } => (self.t("portal.limit.title"), error_message(self.locale, error)),
            other => (self.t("portal.error.title"), error_sentence(self.locale, other)),
        };
        let body = html! {
            section.portal-card.narrow {
                h1 { (title) }
                p data-refused { (text) }
                p.actions { a.button data-kind="primary" href=(self.path("")) { (self.t("portal.home.back")) } }
            }
        };
        let mut response = page(self, status(error), Head::hidden(&title), body);
        retry_after(&mut response, error);
        response
    }
}
