//! Transfer encodings and character sets.

use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;

use super::parts::Part;

/// The bytes of a part as they were before they were sent.
pub(in crate::mail) fn bytes<'m>(part: &Part<'m>) -> Cow<'m, [u8]> {
    match part.fields.lower("content-transfer-encoding").as_str() {
        "base64" => Cow::Owned(base64(part.body)),
        "quoted-printable" => Cow::Owned(quoted_printable(part.body)),
        _ => Cow::Borrowed(part.body),
    }
}

/// The text of a part.
pub(in crate::mail) fn text(part: &Part<'_>) -> String {
    let bytes = bytes(part);
    decoded(&bytes, part.parameter("charset").unwrap_or_default())
}

/// Text in the character set of that name, if it is in that; else in the likeliest.
pub(in crate::mail) fn decoded(bytes: &[u8], charset: &str) -> String {
    let charset = charset.trim().trim_matches(['"', '\'']).to_lowercase();
    if let Some(text) = marked(bytes) {
        return text;
    }
    // What everything calls itself that never thought about it; ISO-2022 alone is made of ASCII.
    if matches!(charset.as_str(), "" | "utf-8" | "utf8" | "us-ascii" | "ascii" | "unknown-8bit" | "default" | "8bit") {
        return guessed(bytes);
    }
    let simplified = matches!(charset.as_str(), "gb2312" | "gbk" | "gb18030" | "x-gbk" | "cp936" | "ms936");
    match (simplified, charset_decoder(charset.as_bytes())) {
        (true, _) => match std::str::from_utf8(bytes) {
            Ok(text) if !bytes.is_ascii() && bytes.len() > 6 => text.to_owned(),
            _ => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
        },
        (false, Some(decode)) => decode(bytes),
        (false, None) => guessed(bytes),
    }
}

/// By the mark at its beginning.
fn marked(bytes: &[u8]) -> Option<String> {
    let (encoding, length) = encoding_rs::Encoding::for_bom(bytes)?;
    let known = encoding == UTF_8 || encoding == UTF_16LE || encoding == UTF_16BE;
    known.then(|| encoding.decode_without_bom_handling(&bytes[length..]).0.into_owned())
}

fn guessed(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    // A text cut off within a character is still UTF-8.
    let lossy = String::from_utf8_lossy(bytes);
    let wrong = lossy.matches('\u{fffd}').count();
    if wrong * 20 < lossy.chars().filter(|c| !c.is_ascii()).count() {
        return lossy.into_owned();
    }
    crate::charset::guessed(bytes).0.into_owned()
}

/// Base64, whatever else stands in between: lists add lines below, and some programs break it.
fn base64(body: &[u8]) -> Vec<u8> {
    base64_decode(body).unwrap_or_else(|| {
        let only: Vec<u8> = body.iter().copied().filter(|byte| is_base64(*byte)).collect();
        base64_decode(&only).unwrap_or_default()
    })
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// Quoted-printable; what is none of it stays as it is.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in super::lines::lines(body) {
        let (text, soft) = match line.text.trim_ascii_end().strip_suffix(b"=") {
            Some(text) => (text, true),
            None => (line.text.trim_ascii_end(), false),
        };
        unescape(text, &mut out);
        if !soft && line.next > line.start + line.text.len() {
            out.push(b'\n');
        }
    }
    out
}

fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let digits = (byte == b'=').then(|| text.get(at + 1..at + 3)).flatten();
        match digits.and_then(hex) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
}

fn hex(digits: &[u8]) -> Option<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(value(digits[0])? * 16 + value(digits[1])?).ok()
}
