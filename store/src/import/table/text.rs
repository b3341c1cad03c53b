//! Text files: character set, separator, cells.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use shared::import::{DELIMITERS, ENCODINGS, Format, Reading};
use shared::{Error, Result};

use super::Lines;
use crate::import::formula::original;

/// Bytes looked at to tell what a file is.
const HEAD: usize = 65_536;

/// Reads cells; the character set is only told on.
pub(super) fn read(text: &str, encoding: &'static Encoding, reading: &Reading) -> Result<(Format, Lines)> {
    // Tables have no control characters, what isn't text has many.
    if text.chars().take(HEAD).any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}')) {
        return Err(unreadable());
    }
    let delimiter = match reading.delimiter {
        Some(given) if DELIMITERS.contains(&given) => given,
        Some(_) => return Err(Error::invalid("delimiter", "choice")),
        None => delimiter(text),
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut lines = Lines::default();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| unreadable())? {
        let number = record.position().map_or(0, csv::Position::line);
        lines.push(number, record.iter().map(|cell| original(cell.trim())))?;
    }
    Ok((Format::Text { encoding: encoding.name().to_owned(), delimiter }, lines))
}

/// What is no table at all.
pub(super) fn unreadable() -> Error {
    Error::invalid("file", "file_unreadable")
}

/// The text of a file, in the character set said or found.
pub(super) fn decode(bytes: &[u8], reading: &Reading) -> Result<(String, &'static Encoding)> {
    if let Some(name) = &reading.encoding {
        let known = ENCODINGS.contains(&name.as_str());
        let encoding = Encoding::for_label(name.as_bytes()).filter(|_| known);
        let encoding = encoding.ok_or_else(|| Error::invalid("encoding", "choice"))?;
        return Ok((encoding.decode_with_bom_removal(bytes).0.into_owned(), encoding));
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return Ok((encoding.decode_without_bom_handling(&bytes[length..]).0.into_owned(), encoding));
    }
    if let Some(encoding) = bare_utf16(bytes) {
        return Ok((encoding.decode_without_bom_handling(bytes).0.into_owned(), encoding));
    }
    for encoding in [UTF_8, GB18030] {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return Ok((text.replace('\0', ""), encoding));
        }
    }
    Ok((WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(), WINDOWS_1252))
}

/// Without a mark, UTF-16 shows by the zero halves of its ASCII separators.
fn bare_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    // A few that a program left in a text are none of its.
    if (even + odd) * 20 < sample.len() && std::str::from_utf8(bytes).is_ok() {
        return None;
    }
    match (even, odd) {
        (0, 0) => None,
        (even, odd) if odd > even => Some(UTF_16LE),
        _ => Some(UTF_16BE),
    }
}

/// The separator that the header has most of, outside quotes.
fn delimiter(text: &str) -> char {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut counts: Vec<(char, usize)> = DELIMITERS.iter().map(|delimiter| (*delimiter, 0)).collect();
    let mut quoted = false;
    for c in header.chars() {
        quoted ^= c == '"';
        for (delimiter, count) in &mut counts {
            *count += usize::from(!quoted && c == *delimiter);
        }
    }
    let best = counts.iter().rev().max_by_key(|(_, count)| *count);
    best.filter(|(_, count)| *count > 0).map_or(',', |(delimiter, _)| *delimiter)
}
