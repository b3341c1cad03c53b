//! What attachments are called.

use mail_parser::parsers::MessageStream;
use mail_parser::{ContentType, HeaderValue};

use super::parts::Part;
use super::words::{joined, one_line};

/// Characters of a name; file systems take 255 bytes.
const MAX_NAME: usize = 80;

/// The name that the sender gave it.
pub(super) fn given(part: &Part<'_>, disposition: Option<&ContentType<'static>>) -> Option<String> {
    let filename = disposition.and_then(|found| found.attribute("filename"));
    let name = filename.or_else(|| part.parameter("name"))?;
    Some(fit(&words(name))).filter(|name| !name.is_empty())
}

/// A name for what has none.
pub(super) fn made(part: &Part<'_>, number: usize) -> String {
    let (main, sub) = (part.kind.0.as_str(), part.kind.1.as_str());
    match (main, sub) {
        ("message", "delivery-status") => "delivery-status.txt".to_owned(),
        ("text", "rfc822-headers") => "headers.txt".to_owned(),
        ("text", "calendar") => "invite.ics".to_owned(),
        ("application", "ms-tnef") => "winmail.dat".to_owned(),
        ("application", "pkcs7-signature" | "x-pkcs7-signature") => "smime.p7s".to_owned(),
        ("application", "pgp-signature") => "signature.asc".to_owned(),
        _ => format!("{}-{number}.{}", if main == "image" { "image" } else { "attachment" }, ending(main, sub)),
    }
}

fn ending<'k>(main: &str, sub: &'k str) -> &'k str {
    match (main, sub) {
        ("message", _) => "eml",
        ("text", "plain") => "txt",
        ("image", "jpeg" | "pjpeg") => "jpg",
        ("image", "svg+xml") => "svg",
        ("application", "octet-stream") => "bin",
        (_, sub) if (1..=5).contains(&sub.len()) && sub.bytes().all(|byte| byte.is_ascii_alphanumeric()) => sub,
        _ => "bin",
    }
}

/// Many programs write names in encoded words, which the norm doesn't have here.
fn words(name: &str) -> String {
    if !name.contains("=?") {
        return name.to_owned();
    }
    let mut line = joined(name.as_bytes()).into_owned();
    line.push(b'\n');
    match MessageStream::new(&line).parse_unstructured() {
        HeaderValue::Text(text) => text.into_owned(),
        _ => name.to_owned(),
    }
}

/// Fit for a file of that name, here and on the disk of whoever takes it.
pub(super) fn fit(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = one_line(last).replace([':', '*', '?', '"', '<', '>', '|'], "_");
    let name = name.trim_matches(['.', ' ']);
    let count = name.chars().count();
    if count <= MAX_NAME {
        return name.to_owned();
    }
    // The ending says what it is.
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| ending.chars().count() <= 10);
    let room = MAX_NAME - ending.map_or(0, |ending| ending.chars().count() + 1);
    let begin: String = name.chars().take(room).collect();
    ending.map_or_else(|| begin.clone(), |ending| format!("{}.{ending}", begin.trim_end()))
}
