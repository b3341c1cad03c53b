//! Files as they go out: to be saved, never to be run. Only pictures may be shown in a page.

use axum::{
    body::Body,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header},
    response::{IntoResponse, Response},
};
use futures::TryStreamExt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use shared::Error;
use store::{Store, files::Attached};

use super::range::{Wanted, wanted};

/// Opened by itself, a file is nobody's page: it runs nothing, asks for nothing and has no origin.
const NOTHING_RUNS: &str = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Kept by the browser of who got it, who is asked each time whether they still may.
const KEPT: &str = "private, no-cache";

/// What may stand in an extended parameter (RFC 8187) as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// Marks answers that are sent as they are: parts of them have to fit together.
#[derive(Clone, Copy)]
struct AsItIs;

/// Whether an answer may be compressed on its way.
pub(crate) fn is_compressible(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<AsItIs>().is_none()
}

/// The file, part of it, or that the asker has it already.
///
/// # Errors
/// As [`Store::parts`].
pub(crate) async fn answer(store: &Store, file: &Attached, asked: &HeaderMap) -> Result<Response, Error> {
    let tag = format!("\"{}\"", file.checksum);
    let text = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    let mut response = if text(header::IF_NONE_MATCH).is_some_and(|sent| names(sent, &tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let same = text(header::IF_RANGE).is_none_or(|sent| sent == tag);
        let range = text(header::RANGE).filter(|_| same);
        content(store, file, wanted(range, file.size)).await?
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, value(&tag));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEPT));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOTHING_RUNS));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response.extensions_mut().insert(AsItIs);
    Ok(response)
}

async fn content(store: &Store, file: &Attached, wanted: Wanted) -> Result<Response, Error> {
    let (status, range) = match wanted {
        Wanted::Beyond => {
            let size = value(&format!("bytes */{}", file.size));
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, size)]).into_response());
        }
        Wanted::Whole => (StatusCode::OK, None),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, Some(range)),
    };
    let parts = store.parts(file, range.clone()).await?;
    let body = Body::from_stream(parts.map_err(|error| std::io::Error::other(error.to_string())));
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, value(&file.content_type));
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition(&file.name, file.is_inline())));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let length = range.as_ref().map_or(file.size, |range| range.end - range.start);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(range) = range {
        headers.insert(header::CONTENT_RANGE, value(&format!("bytes {}-{}/{}", range.start, range.end - 1, file.size)));
    }
    Ok(response)
}

/// Whether an `If-None-Match` names the file as it is.
fn names(sent: &str, tag: &str) -> bool {
    let same = |one: &str| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag;
    sent.split(',').map(str::trim).any(same)
}

/// With the name in ASCII for what is old, and as it is for everything else.
pub(crate) fn disposition(name: &str, inline: bool) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || " .-_()".contains(c) { c } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    let kind = if inline { "inline" } else { "attachment" };
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(name, PLAIN))
}

/// Everything said in a header here is ASCII without control characters; a type that is not is none.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_in_full_and_in_ascii() {
        assert_eq!(
            disposition("报价 \"1\".pdf", false),
            "attachment; filename=\"__ _1_.pdf\"; filename*=UTF-8''%E6%8A%A5%E4%BB%B7%20%221%22.pdf"
        );
        assert_eq!(disposition("a.png", true), "inline; filename=\"a.png\"; filename*=UTF-8''a.png");
    }

    #[test]
    fn a_tag_is_found_among_others() {
        assert!(names("\"x\", W/\"a\"", "\"a\"") && names("*", "\"a\"") && !names("\"ab\"", "\"a\""));
    }
}
