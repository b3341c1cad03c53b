//! Clean HTML in pieces. Works on what the sanitiser wrote and on nothing else: each `<` begins a tag, everything is closed.

use std::borrow::Cow;

use super::order::EMPTY;

/// A piece of clean HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mail) enum Piece<'h> {
    Text(&'h str),
    /// The name and the whole tag.
    Open(&'h str, &'h str),
    /// An element without content, likewise.
    Empty(&'h str, &'h str),
    Close(&'h str),
}

/// All pieces, in their order.
pub(in crate::mail) fn pieces(clean: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = clean;
    while !rest.is_empty() {
        let (piece, length) = piece(rest);
        pieces.push(piece);
        rest = &rest[length..];
    }
    pieces
}

fn piece(rest: &str) -> (Piece<'_>, usize) {
    if !rest.starts_with('<') {
        let end = rest.find('<').unwrap_or(rest.len());
        return (Piece::Text(&rest[..end]), end);
    }
    let mut quoted = false;
    let end = rest.find(|c: char| {
        quoted ^= c == '"';
        c == '>' && !quoted
    });
    let tag = &rest[..end.map_or(rest.len(), |end| end + 1)];
    let inside = tag[1..].trim_end_matches('>');
    let piece = match inside.strip_prefix('/') {
        Some(name) => Piece::Close(name),
        None => {
            let name = inside.split(' ').next().unwrap_or_default();
            if EMPTY.contains(&name) { Piece::Empty(name, tag) } else { Piece::Open(name, tag) }
        }
    };
    (piece, tag.len())
}

/// Names and values of a tag's attributes, values as they stand (escaped).
pub(in crate::mail) fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = tag.split_once(' ').map_or("", |(_, rest)| rest);
    std::iter::from_fn(move || {
        let (name, behind) = rest.split_once("=\"")?;
        let (value, behind) = behind.split_once('"')?;
        rest = behind;
        Some((name.trim_start(), value))
    })
}

/// The value of an attribute, as it stands.
pub(in crate::mail) fn attribute<'h>(tag: &'h str, name: &str) -> Option<&'h str> {
    attributes(tag).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// Text as it is shown.
pub(in crate::mail) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&quot;", "\"");
    Cow::Owned(text.replace("&amp;", "&"))
}

/// Text as it is written, within tags and between.
pub(in crate::mail) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
