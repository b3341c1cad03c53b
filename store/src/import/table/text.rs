//! Text files: character set, separator, cells.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use shared::import::{DELIMITERS, ENCODINGS, Format, MAX_COLUMNS, Reading};
use shared::{Error, Result};

use super::quotes::{Stretch, is_too_wide, stretches};
use super::{Lines, kinds, too_many};
use crate::charset::{guessed, is_certain};
use crate::import::formula::original;

/// Bytes looked at to tell what a file is.
const HEAD: usize = 65_536;
/// Control characters that a text may have however short it is.
const STRAY: usize = 3;
/// The separator that texts have for other reasons as well.
const COLON: char = ':';
/// Rows that tell the separator.
const LOOKED_AT: usize = 30;

/// Reads cells; the character set is only told on.
pub(super) fn read(text: &str, encoding: &'static Encoding, reading: &Reading) -> Result<(Format, Lines)> {
    let cleaned;
    let text = if text.contains(is_stray) {
        if is_no_text(text) {
            return Err(unreadable());
        }
        cleaned = text.replace(is_stray, "");
        cleaned.as_str()
    } else {
        text
    };
    if let Some(code) = kinds::of_text(text) {
        return Err(Error::invalid("file", code));
    }
    let delimiter = match reading.delimiter {
        Some(given) if DELIMITERS.contains(&given) => given,
        Some(_) => return Err(Error::invalid("delimiter", "choice")),
        None => delimiter(text),
    };
    let separator = u8::try_from(delimiter).unwrap_or(b',');
    let mut lines = Lines::default();
    let mut record = csv::StringRecord::new();
    let mut counter = Counter { bytes: text.as_bytes(), at: 0, line: 1 };
    for Stretch { bytes, is_quoted } in stretches(text, separator) {
        let part = &text.as_bytes()[bytes.clone()];
        // The reader keeps a whole row, and a place for each of its cells: of a file of nothing but separators that is gigabytes.
        if is_too_wide(part, separator, is_quoted) {
            return Err(too_many("too_many_columns", MAX_COLUMNS));
        }
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .quoting(is_quoted)
            .flexible(true)
            .has_headers(false)
            .from_reader(part);
        while reader.read_record(&mut record).map_err(|_| unreadable())? {
            let number = counter.line_at(bytes.start as u64 + record.position().map_or(0, csv::Position::byte));
            lines.push(number, record.iter().map(|cell| original(cell.trim())))?;
        }
    }
    Ok((Format::Text { encoding: encoding.name().to_owned(), delimiter }, lines))
}

/// Whether a sign is one that tables don't have: programs leave some in their texts.
fn is_stray(sign: char) -> bool {
    sign.is_control() && !matches!(sign, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}')
}

/// Whether there are so many such signs, or such that no character set has, that it isn't text. Two bytes of nonsense are seldom
/// a control character, but often none at all.
fn is_no_text(text: &str) -> bool {
    let (mut all, mut stray) = (0_usize, 0_usize);
    for sign in text.chars().take(HEAD) {
        all += 1;
        stray += usize::from(is_stray(sign) || sign == char::REPLACEMENT_CHARACTER);
    }
    stray > STRAY && stray * 1_000 > all
}

/// Counts lines as editors do. The reader's own count is taken before it passes over empty lines, and with `\r\n` too early.
struct Counter<'t> {
    bytes: &'t [u8],
    at: usize,
    line: u64,
}

impl Counter<'_> {
    /// The line on which the row stands that begins there, or after empty lines there; rows are asked for in their order.
    fn line_at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(sign) = self.bytes.get(self.at).filter(|sign| self.at < byte || matches!(sign, b'\r' | b'\n')) {
            let ends_later = *sign == b'\r' && self.bytes.get(self.at + 1) == Some(&b'\n');
            self.line += u64::from(matches!(sign, b'\r' | b'\n') && !ends_later);
            self.at += 1;
        }
        self.line
    }
}

/// What is no table at all.
pub(super) fn unreadable() -> Error {
    Error::invalid("file", "file_unreadable")
}

/// The text of a file, in the character set said or found.
pub(super) fn decode(bytes: &[u8], reading: &Reading) -> Result<(String, &'static Encoding)> {
    if let Some(name) = &reading.encoding {
        let known = ENCODINGS.iter().any(|(known, _)| known == name);
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
    let (text, found) = guessed(bytes);
    let is_offered = |is_told| ENCODINGS.contains(&(found.name(), is_told));
    let (text, encoding) = if is_offered(true) || is_offered(false) && is_certain(bytes, &text, found) {
        (text, found)
    } else {
        (WINDOWS_1252.decode_without_bom_handling(bytes).0, WINDOWS_1252)
    };
    Ok((text.replace('\0', ""), encoding))
}

/// Without a mark, UTF-16 shows by the zero halves of its ASCII separators.
fn bare_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    // A few that a program left in a text are none of its: separators then stand without.
    if ((even + odd) * 20 < sample.len() || !are_halves(sample)) && std::str::from_utf8(bytes).is_ok() {
        return None;
    }
    match (even, odd) {
        (0, 0) => None,
        (even, odd) if odd > even => Some(UTF_16LE),
        _ => Some(UTF_16BE),
    }
}

/// Whether most separators and ends of lines have a zero beside them, where their other half is.
fn are_halves(sample: &[u8]) -> bool {
    let is_zero = |at: Option<usize>| at.and_then(|at| sample.get(at)) == Some(&0);
    let signs = sample.iter().enumerate().filter(|(_, byte)| matches!(byte, b'\n' | b'\t' | b',' | b';' | b'|'));
    let halves = signs.map(|(at, _)| is_zero(if at % 2 == 0 { Some(at + 1) } else { at.checked_sub(1) }));
    let (with, without): (Vec<bool>, Vec<bool>) = halves.partition(|is_half| *is_half);
    with.len() >= without.len()
}

/// The separator that most of the first rows have equally often; of such the one that they have most of. Colons only where none is.
fn delimiter(text: &str) -> char {
    let mut rows = vec![[0_usize; DELIMITERS.len()]];
    let (mut quoted, mut is_empty) = (false, true);
    for c in text.chars().take(HEAD) {
        quoted ^= c == '"';
        if !quoted && matches!(c, '\n' | '\r') {
            if rows.len() == LOOKED_AT {
                break;
            }
            if !std::mem::replace(&mut is_empty, true) {
                rows.push([0; DELIMITERS.len()]);
            }
            continue;
        }
        is_empty &= c.is_whitespace();
        if let Some(at) = DELIMITERS.iter().position(|delimiter| !quoted && c == *delimiter)
            && let Some(row) = rows.last_mut()
        {
            row[at] += 1;
        }
    }
    let usual = |at: usize| {
        let alike = |count: usize| rows.iter().filter(|row| row[at] == count).count();
        rows.iter().map(|row| row[at]).filter(|count| *count > 0).map(|count| (alike(count), count)).max()
    };
    let found = (0..DELIMITERS.len()).rev().filter_map(|at| Some((usual(at)?, DELIMITERS[at])));
    let found = found.filter(|(_, delimiter)| *delimiter != COLON).max_by_key(|(usual, _)| *usual);
    let other = || if has_columns_by_colon(text) { COLON } else { ',' };
    found.map_or_else(other, |(_, delimiter)| delimiter)
}

/// Whether colons part the first rows, all into as many cells, below a row of names. Times (hh:mm:ss), addresses of the web and what
/// is said of something (Note: call) have some, too.
fn has_columns_by_colon(text: &str) -> bool {
    let rows: Vec<&str> = text.split(['\n', '\r']).filter(|row| !row.trim().is_empty()).take(LOOKED_AT).collect();
    let [names, rows @ ..] = &rows[..] else { return false };
    let count = names.matches(COLON).count();
    let is_name = |cell: &str| cell.starts_with(char::is_alphabetic) && !cell.contains(|c: char| c.is_ascii_digit());
    let is_row = |row: &&str| row.matches(COLON).count() == count && !row.contains("://") && !row.contains(": ");
    let is_of_time = |cell: &str| matches!(cell.trim().len(), 1..=2) && cell.trim().bytes().all(|c| c.is_ascii_digit());
    let are_times = rows.iter().flat_map(|row| row.split(COLON)).all(is_of_time);
    // One alone may stand in any text.
    count > 1 && names.split(COLON).all(is_name) && !rows.is_empty() && !are_times && rows.iter().all(is_row)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, GB18030, ISO_8859_2, ISO_8859_7, KOI8_U, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1253};

    use super::*;

    #[test]
    fn character_sets_are_guessed_as_far_as_letters_tell() {
        for (text, encoding) in [
            ("Εταιρεία,Πόλη\nΆλφα Τράπεζα,Αθήνα\nΜύλοι Λούλη,Κερατσίνι\n", ISO_8859_7),
            ("Όνομα;Πόλη\nΓιώργος;Αθήνα\n", WINDOWS_1253),
            ("имя,город\nАнна,Москва\n", WINDOWS_1251),
            ("имя,город\nАнна,Москва\n", KOI8_U),
            ("Firma,Miasto\nZofia Wójcik,Świętochłowice\n", ISO_8859_2),
            ("name,city\nTomáš Říha,Ústí\n", WINDOWS_1250),
            ("name,city\nJürgen Müller,Köln\n", WINDOWS_1252),
            ("Nombre\nPeña Muñoz\nÑÁÑEZ\n", WINDOWS_1252),
            ("Preis\n5 € ±2 ½ m²\n", WINDOWS_1252),
            ("a,b\nÄÖÜ AG,1\n", WINDOWS_1252),
            ("公司,备注\n北京华夏,(空)\n", GB18030),
            ("名稱,城市\n關係科技股份有限公司,臺北市信義區\n", BIG5),
            ("Όνομα;Πόλη\nΓιώργος;Αθήνα\n", UTF_8),
        ] {
            let read = decode(&encoding.encode(text).0, &Reading::default()).unwrap();
            assert_eq!(read, (text.to_owned(), encoding));
        }
    }
}
