//! Problem documents (RFC 9457): what every refusal and fault looks like.

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use shared::i18n::{Locale, error_message, field_error, lookup, translate};
use shared::{Error, FieldError};

/// What handlers give.
pub(super) type Answer<T> = Result<T, Problem>;

/// A refusal or fault on its way to becoming a document in the caller's language.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    /// What the store said; requests that never got there have none.
    error: Option<Box<Error>>,
    /// What the reader of the body stumbled over, in its words.
    detail: Option<String>,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code: error.code(), error: Some(Box::new(error)), detail: None }
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Error::Invalid { fields: vec![error] }.into()
    }
}

impl Problem {
    fn of_request(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, error: None, detail: None }
    }

    /// The body is no JSON, for a reason that is known, or none of a record.
    pub(super) fn malformed(why: Option<&serde_json::Error>) -> Self {
        Self { detail: why.map(ToString::to_string), ..Self::of_request(StatusCode::BAD_REQUEST, "malformed") }
    }

    /// The body is declared as something else than JSON.
    pub(super) fn unsupported_media_type() -> Self {
        Self::of_request(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
    }

    /// The body is too long.
    pub(super) fn too_large() -> Self {
        Self::of_request(StatusCode::PAYLOAD_TOO_LARGE, "too_large")
    }

    /// The address is right, the method is not.
    pub(super) fn method_not_allowed() -> Self {
        Self::of_request(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
    }

    /// The document; messages are for people, codes for programs.
    pub(super) fn document(&self, locale: Locale) -> Value {
        let mut document = json!({
            "type": format!("urn:guanxi:problem:{}", self.code),
            "title": self.title(locale),
            "status": self.status.as_u16(),
            "code": self.code,
        });
        if let Some(detail) = &self.detail {
            document["detail"] = detail.as_str().into();
        }
        match self.error.as_deref() {
            Some(Error::Invalid { fields }) => {
                document["fields"] = fields.iter().map(|error| request_document(locale, error)).collect();
            }
            Some(Error::Conflict { current, fields }) => {
                let conflict = |name: &String| field_document(locale, &FieldError::new(name, "conflict"));
                document["fields"] = fields.iter().map(conflict).collect();
                document["current"] = json!(current);
            }
            Some(Error::Internal { reference }) => document["reference"] = reference.as_str().into(),
            Some(Error::RateLimited { retry_after }) => document["retry_after"] = (*retry_after).into(),
            _ => {}
        }
        document
    }

    fn title(&self, locale: Locale) -> String {
        match (self.error.as_deref(), self.code) {
            (Some(error), _) => error_message(locale, error),
            (None, "malformed") => translate(locale, "rest.malformed_body", &[]),
            (None, "too_large") => field_error(locale, &FieldError::new("", "too_large")),
            // Only programs get these wrong, and their authors read the documentation in English.
            (None, "unsupported_media_type") => "Send application/json.".to_owned(),
            (None, _) => "This address does not take that method.".to_owned(),
        }
    }
}

/// One problem of a document.
pub(super) fn field_document(locale: Locale, error: &FieldError) -> Value {
    json!({"field": error.field, "code": error.code, "params": error.params, "message": field_error(locale, error)})
}

/// One problem of a request: a program can't load its page again, nor choose yes or no.
fn request_document(locale: Locale, error: &FieldError) -> Value {
    let mut document = field_document(locale, error);
    if let Some(own) = lookup(locale, &format!("rest.{}", error.code)) {
        document["message"] = own.into();
    }
    document
}

impl IntoResponse for Problem {
    /// The document itself is written by [`render`], which knows the caller's language.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        match self.error.as_deref() {
            Some(Error::RateLimited { retry_after }) => {
                response.headers_mut().insert(header::RETRY_AFTER, (*retry_after).into());
            }
            Some(Error::Unauthenticated) => {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The language of `Accept-Language`, else English: a program is not spoken to as its user is on pages.
pub(super) fn language(headers: &HeaderMap) -> Locale {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    accepted.and_then(Locale::from_accept_language).unwrap_or(Locale::En)
}

/// Writes problem documents in the language of `Accept-Language`, else in English.
pub(super) async fn render(request: Request, next: Next) -> Response {
    let locale = language(request.headers());
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    let mut written = (problem.status, Json(problem.document(locale))).into_response();
    let content_type = HeaderValue::from_static("application/problem+json");
    written.headers_mut().insert(header::CONTENT_TYPE, content_type);
    let kept = response.headers().iter().filter(|(name, _)| *name != header::CONTENT_LENGTH);
    written.headers_mut().extend(kept.map(|(name, value)| (name.clone(), value.clone())));
    written
}
