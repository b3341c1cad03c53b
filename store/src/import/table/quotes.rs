//! Quotation marks that are never closed: one of them would swallow the rest of a file. And rows with more cells than there
//! may be: the reader would keep all of a row before it could be refused.

use std::ops::Range;

use shared::import::MAX_COLUMNS;

/// Most lines with such marks that are looked for.
const MOST: usize = 20;

/// Part of a file.
pub(super) struct Stretch {
    /// Where it lies, in bytes.
    pub(super) bytes: Range<usize>,
    /// Whether quotation marks stand around cells there; otherwise they are part of them.
    pub(super) is_quoted: bool,
}

/// The stretches of a file: those whose quotation marks come in pairs, and between them the lines with a cell that begins
/// with one and is not closed, or only by the begin of another cell further down.
pub(super) fn stretches(text: &str, delimiter: u8) -> Vec<Stretch> {
    let bytes = text.as_bytes();
    let mut all = Vec::new();
    let mut from = 0;
    while let Some(line) = broken(bytes, from, delimiter).filter(|_| all.len() < 2 * MOST) {
        let end = bytes[line..].iter().position(is_end).map_or(bytes.len(), |at| line + at + 1);
        all.push(Stretch { bytes: from..line, is_quoted: true });
        all.push(Stretch { bytes: line..end, is_quoted: false });
        from = end;
    }
    all.push(Stretch { bytes: from..bytes.len(), is_quoted: true });
    all
}

/// Where the first row begins that has such a cell, from the begin of a row on.
fn broken(bytes: &[u8], from: usize, delimiter: u8) -> Option<usize> {
    let (mut at, mut row) = (from, from);
    while at < bytes.len() {
        if bytes[at] == b'"' {
            let Some(end) = closed(bytes, at + 1) else { return Some(row) };
            let fits = |byte: &u8| *byte == delimiter || byte.is_ascii_whitespace();
            if bytes[at..end].iter().any(is_end) && !bytes.get(end).is_none_or(fits) {
                return Some(row);
            }
            at = end;
        }
        at += bytes[at..].iter().position(|byte| *byte == delimiter || is_end(byte)).unwrap_or(bytes.len() - at);
        if bytes.get(at).is_some_and(is_end) {
            row = at + 1;
        }
        at += 1;
    }
    None
}

/// Whether some row of a stretch has more cells than a table may have, as the reader takes them.
pub(super) fn is_too_wide(bytes: &[u8], delimiter: u8, is_quoted: bool) -> bool {
    let (mut at, mut cells) = (0, 1);
    while at < bytes.len() {
        if is_quoted && bytes[at] == b'"' {
            // What is never closed is one cell.
            let Some(end) = closed(bytes, at + 1) else { return false };
            at = end;
        }
        at += bytes[at..].iter().position(|byte| *byte == delimiter || is_end(byte)).unwrap_or(bytes.len() - at);
        cells = if bytes.get(at) == Some(&delimiter) { cells + 1 } else { 1 };
        if cells > MAX_COLUMNS {
            return true;
        }
        at += 1;
    }
    false
}

/// Behind the mark that closes a cell; two in a row are one of its text.
fn closed(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == b'"')? + 1;
        if bytes.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

fn is_end(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_cells_are_told_before_a_row_is_read() {
        let separators = ",".repeat(MAX_COLUMNS);
        assert!(is_too_wide(format!("a,b\n{separators}\nc").as_bytes(), b',', true));
        assert!(is_too_wide(format!("a\n\"b\nc\"{separators}").as_bytes(), b',', true));
        assert!(!is_too_wide(&separators.as_bytes()[1..], b',', true));
        assert!(!is_too_wide(format!("{separators}\n").as_bytes(), b';', true));
        // Rows count by themselves, and within quotation marks there are no cells.
        assert!(!is_too_wide(",,\r\n".repeat(MAX_COLUMNS).as_bytes(), b',', true));
        let text = format!("\"{separators}\",b\n");
        assert!(!is_too_wide(text.as_bytes(), b',', true));
        assert!(is_too_wide(text.as_bytes(), b',', false));
    }
}
