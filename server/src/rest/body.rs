//! JSON bodies, refused with a problem document when they are none.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use serde_json::{Map, Value};

use super::problem::{Answer, Problem};

/// Longest body: a bulk of 2,000 records with long texts.
const LONGEST: usize = 8 << 20;

/// A JSON object.
pub(super) struct Body(pub(super) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::unsupported_media_type());
        }
        let bytes = to_bytes(request.into_body(), LONGEST).await.map_err(|_| Problem::too_large())?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            Ok(_) => Err(Problem::malformed(None)),
            Err(error) => Err(Problem::malformed(Some(&error))),
        }
    }
}

/// `application/json`, or a format built on it such as `application/merge-patch+json`.
fn is_json(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
}

/// The `Idempotency-Key` header.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Answer<Option<String>> {
    let Some(sent) = headers.get("idempotency-key") else { return Ok(None) };
    let name = "Idempotency-Key";
    match sent.to_str() {
        Ok(key) if key.len() > 200 => Err(shared::FieldError::new(name, "too_long").with("max", 200).into()),
        Ok(key) if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Some(key.to_owned())),
        _ => Err(shared::FieldError::new(name, "text").into()),
    }
}

/// The version in an `If-Match` header, as `ETag` gives it: `"3"`. `*` is any version.
pub(super) fn if_match(headers: &HeaderMap) -> Answer<Option<i64>> {
    let Some(sent) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = sent.to_str().unwrap_or_default().trim();
    let version = text.strip_prefix("W/").unwrap_or(text).trim_matches('"').parse().ok();
    match version {
        _ if text == "*" => Ok(None),
        Some(version) if version >= 1 => Ok(Some(version)),
        _ => Err(shared::FieldError::new("If-Match", "integer").into()),
    }
}
