//! Images in clean HTML: none is loaded before it is asked for.

use mail_parser::decoders::base64::base64_decode;

use super::attributes::{CID, REMOTE, data};
use super::pieces::{Piece, attribute, attributes, escaped, pieces, unescaped};
use crate::mail::letter::Attachment;

/// A letter's HTML as it is kept: own images wait for their address, those from elsewhere for the reader, and the marks of
/// mail programs are gone.
pub(super) fn held_back(marked: &str) -> String {
    rewritten(marked, |name, tag| {
        let kept = attributes(tag).filter(|(name, _)| !matches!(*name, "class" | "id"));
        let kept = kept.map(|(attribute, value)| match (name, attribute) {
            ("img", "src") => source(value),
            _ => (attribute, value),
        });
        Some(written(name, kept))
    })
}

/// The attribute that an image's source becomes.
fn source(value: &str) -> (&'static str, &str) {
    let scheme = value.split(':').next().unwrap_or_default();
    match value.get(scheme.len() + 1..) {
        Some(rest) if scheme.eq_ignore_ascii_case("cid") => (CID, rest),
        Some(_) if scheme.eq_ignore_ascii_case("data") => ("src", value),
        _ => (REMOTE, value),
    }
}

/// Agents' HTML with such images only whose address begins with one of `own`, or is that of an image of the letter.
pub(super) fn of_own(html: &str, own: &[&str]) -> String {
    rewritten(html, |name, tag| {
        let fits = |value: &str| {
            let value = unescaped(value);
            let plain = !value.contains("..") && !value.contains(['\\', '\t', '\n', '\r']) && !value.starts_with("//");
            value.starts_with("cid:") || plain && own.iter().any(|own| !own.is_empty() && value.starts_with(own))
        };
        let keeps = name != "img" || attribute(tag, "src").is_some_and(fits);
        keeps.then(|| tag.to_owned())
    })
}

/// Clean HTML of a letter with its own images: `address` gives the address of the image with a content id, if there is
/// one. Others stay without. Only for what [`super::mail`] and [`crate::mail::read`] made.
#[must_use]
pub fn place_images(clean: &str, address: impl Fn(&str) -> Option<String>) -> String {
    rewritten(clean, |name, tag| {
        let cid = attribute(tag, CID).filter(|_| name == "img").map(decoded);
        let Some(found) = cid.and_then(|cid| address(&cid)) else { return Some(tag.to_owned()) };
        let found = escaped(&found);
        let kept = attributes(tag).filter(|(name, _)| !matches!(*name, CID | "src"));
        Some(written(name, kept.chain([("src", found.as_str())])))
    })
}

/// The addresses of images from elsewhere, in the order in which clean HTML holds them.
#[must_use]
pub fn remote_images(clean: &str) -> Vec<String> {
    let address = |piece| match piece {
        Piece::Empty("img", tag) => attribute(tag, REMOTE).map(|address| unescaped(address).into_owned()),
        _ => None,
    };
    pieces(clean).into_iter().filter_map(address).collect()
}

/// Clean HTML without images in itself: those become attachments that it refers to.
#[must_use]
pub fn without_data_images(clean: &str) -> (String, Vec<Attachment>) {
    let mut images = Vec::new();
    let html = rewritten(clean, |name, tag| {
        let found = attribute(tag, "src").filter(|_| name == "img").and_then(data);
        let Some((content_type, content)) = found else { return Some(tag.to_owned()) };
        let number = images.len() + 1;
        let cid = format!("image-{number}@made.invalid");
        let bytes = base64_decode(content.replace("%20", "").replace("%0A", "").as_bytes()).unwrap_or_default();
        let ending = content_type.trim_start_matches("image/").replace("jpeg", "jpg");
        images.push(Attachment {
            name: format!("image-{number}.{ending}"),
            content_type: content_type.to_owned(),
            bytes,
            content_id: Some(cid.clone()),
            inline: true,
        });
        let kept = attributes(tag).filter(|(name, _)| *name != "src");
        Some(written(name, kept.chain([(CID, cid.as_str())])))
    });
    (html, images)
}

/// Content ids are addresses in the HTML, where some characters must be encoded.
fn decoded(cid: &str) -> String {
    let cid = unescaped(cid);
    let mut bytes = Vec::with_capacity(cid.len());
    let mut rest = cid.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).trim_matches(['<', '>']).to_owned()
}

fn written<'h>(name: &str, attributes: impl Iterator<Item = (&'h str, &'h str)>) -> String {
    let mut out = format!("<{name}");
    for (name, value) in attributes {
        out.extend([" ", name, "=\"", value, "\""]);
    }
    out.push('>');
    out
}

/// The HTML with each tag as `change` has it; elements without content may be left out.
fn rewritten(clean: &str, mut change: impl FnMut(&str, &str) -> Option<String>) -> String {
    let mut out = String::with_capacity(clean.len());
    for piece in pieces(clean) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Open(name, tag) | Piece::Empty(name, tag) => out.push_str(&change(name, tag).unwrap_or_default()),
            Piece::Close(name) => out.extend(["</", name, ">"]),
        }
    }
    out
}
