//! The parts of a letter.
//!
//! Not by the library's reader of whole letters: it looks for each boundary through all the rest, so that a letter of thousands
//! of parts without ends would keep it busy for hours.

use mail_parser::ContentType;

use super::fields::Fields;
use super::lines::lines;

/// Parts that are told apart; what comes behind stays in the last one.
const MAX_PARTS: usize = 1000;
/// How deep parts may lie in each other; real letters have four or five levels.
const MAX_DEPTH: usize = 12;
/// Bytes of fields in the letter's head.
const MAX_HEAD: usize = 256 * 1024;
/// Bytes of fields in the head of a part.
const MAX_PART_HEAD: usize = 8 * 1024;
/// A boundary; the norm says 70.
const MAX_BOUNDARY: usize = 200;

/// A letter or a part of it.
pub(in crate::mail) struct Part<'m> {
    pub(in crate::mail) fields: Fields<'m>,
    /// Type and subtype in lower case.
    pub(in crate::mail) kind: (String, String),
    pub(in crate::mail) content_type: Option<ContentType<'static>>,
    /// As it was sent, in its transfer encoding. Of parts with parts: all of it.
    pub(in crate::mail) body: &'m [u8],
    pub(in crate::mail) parts: Vec<Part<'m>>,
}

impl Part<'_> {
    /// Whether it is of that type; `*` stands for every subtype.
    pub(in crate::mail) fn is(&self, main: &str, sub: &str) -> bool {
        self.kind.0 == main && (sub == "*" || self.kind.1 == sub)
    }

    /// A parameter of its type.
    pub(in crate::mail) fn parameter(&self, name: &str) -> Option<&str> {
        self.content_type.as_ref().and_then(|found| found.attribute(name))
    }

    /// It and all within it, in their order.
    pub(in crate::mail) fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        all.extend(self.parts.iter().flat_map(Self::all));
        all
    }
}

/// How many parts there are so far, and whether it was too much.
struct Count {
    parts: usize,
    complete: bool,
}

/// The letter, with whether all of it was told apart.
pub(in crate::mail) fn parts(raw: &[u8]) -> (Part<'_>, bool) {
    let mut count = Count { parts: 0, complete: true };
    let whole = part(raw, 0, ("text", "plain"), &mut count);
    (whole, count.complete)
}

fn part<'m>(bytes: &'m [u8], depth: usize, usual: (&str, &str), count: &mut Count) -> Part<'m> {
    count.parts += 1;
    let (fields, body) = Fields::read(bytes, if depth == 0 { MAX_HEAD } else { MAX_PART_HEAD });
    let content_type = fields.content_type("content-type");
    let kind = kind(content_type.as_ref()).unwrap_or((usual.0.to_owned(), usual.1.to_owned()));
    let mut part = Part { fields, kind, content_type, body: &bytes[body..], parts: Vec::new() };
    if part.is("multipart", "*") {
        part.parts = inner(&part, depth, count);
        if part.parts.is_empty() {
            // What was promised isn't there; it can still be read.
            part.kind = ("text".to_owned(), "plain".to_owned());
        }
    }
    part
}

fn kind(content_type: Option<&ContentType<'static>>) -> Option<(String, String)> {
    let found = content_type?;
    let (main, sub) = (found.ctype().trim().to_lowercase(), found.subtype().unwrap_or_default().trim().to_lowercase());
    match (main.as_str(), sub.is_empty()) {
        ("", _) => None,
        // Of programs older than the norm.
        ("text", true) => Some((main, "plain".to_owned())),
        _ => Some((main, sub)),
    }
}

fn inner<'m>(outer: &Part<'m>, depth: usize, count: &mut Count) -> Vec<Part<'m>> {
    let boundary = outer.parameter("boundary").filter(|boundary| boundary.len() <= MAX_BOUNDARY);
    let Some(boundary) = boundary.map(str::trim_end).filter(|boundary| !boundary.is_empty()) else {
        return Vec::new();
    };
    if depth >= MAX_DEPTH {
        count.complete = false;
        return Vec::new();
    }
    let usual = if outer.is("multipart", "digest") { ("message", "rfc822") } else { ("text", "plain") };
    let mut parts = Vec::new();
    for piece in split(outer.body, boundary.as_bytes(), MAX_PARTS.saturating_sub(count.parts), &mut count.complete) {
        if count.parts >= MAX_PARTS {
            count.complete = false;
            break;
        }
        parts.push(part(piece, depth + 1, usual, count));
    }
    parts
}

/// What stands between the boundaries.
fn split<'m>(body: &'m [u8], boundary: &[u8], most: usize, complete: &mut bool) -> Vec<&'m [u8]> {
    let mut pieces = Vec::new();
    let mut from = None;
    for line in lines(body) {
        let Some(rest) = line.text.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary)) else { continue };
        let rest = rest.trim_ascii_end();
        if !matches!(rest, b"" | b"--") {
            continue;
        }
        if from.is_some() && pieces.len() + 1 >= most && rest.is_empty() {
            *complete = false;
            break;
        }
        if let Some(from) = from.take() {
            pieces.push(without_end(&body[from..line.start]));
        }
        if rest == b"--" {
            return pieces;
        }
        from = Some(line.next);
    }
    if let Some(from) = from {
        pieces.push(&body[from.min(body.len())..]);
    }
    pieces
}

/// The line end before a boundary belongs to the boundary.
fn without_end(piece: &[u8]) -> &[u8] {
    let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
    piece.strip_suffix(b"\r").unwrap_or(piece)
}
