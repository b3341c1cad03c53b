//! Which line of a file names its columns.

use shared::import::{Beginning, Format, Reading};
use shared::{Error, Result};

use super::Lines;

/// Lines at the beginning of a file that are looked at and shown.
const FIRST: usize = 10;
/// Rows that tell how many columns a table has.
const SAMPLE: usize = 30;
/// Most cells of a title.
const TITLE: usize = 2;
/// Longest text of a line that is shown, in characters.
const SHOWN: usize = 60;

/// The first lines, among which somebody may choose the header.
pub(super) fn begins(lines: &Lines) -> Vec<Beginning> {
    let shown = |at: usize| {
        let line = lines.at(at);
        let cells: Vec<&str> = line.cells().filter(|cell| !cell.is_empty()).collect();
        Beginning { line: line.number, text: cells.join(" · ").chars().take(SHOWN).collect() }
    };
    (0..lines.len().min(FIRST)).map(shown).collect()
}

/// Position of the header: the line that somebody named, else the first one that is no title. `None` when somebody said that
/// nothing names the columns.
///
/// # Errors
/// `Invalid` on `header` for a line that there isn't, or that is empty.
pub(super) fn find(lines: &Lines, format: &Format, reading: &Reading) -> Result<Option<usize>> {
    match reading.header {
        // What is read of cards has names of its own.
        _ if *format == Format::Cards => Ok(Some(0)),
        Some(0) => Ok(None),
        Some(line) => match lines.position(line) {
            Some(at) => Ok(Some(at)),
            None => Err(Error::invalid("header", "choice")),
        },
        None => Ok((lines.len() > 0).then(|| likeliest(lines))),
    }
}

/// Passes over titles above the table: lines of one cell or two, where the rows have more than twice as many.
fn likeliest(lines: &Lines) -> usize {
    let filled = |at: usize| lines.at(at).cells().filter(|cell| !cell.is_empty()).count();
    let mut widths: Vec<usize> = (0..lines.len().min(SAMPLE)).map(filled).collect();
    widths.sort_unstable();
    // Not the widest: a row may be broken.
    let usual = widths.get(widths.len() * 3 / 4).copied().unwrap_or_default();
    let is_title = |at: &usize| filled(*at) <= TITLE && filled(*at) * 2 < usual;
    (0..lines.len().min(FIRST)).find(|at| !is_title(at)).unwrap_or_default()
}

/// What only programs write below the rows of a report.
const REPORT: [&str; 2] = ["salesforce.com", "confidential information - do not distribute"];
/// Most lines that they write there.
const FOOTER: usize = 10;

/// Position of the first line below the rows that is none: lines of one cell at the end of a report. Where there are none,
/// how many lines there are.
pub(super) fn footer(lines: &Lines) -> usize {
    let all = lines.len();
    let is_single = |at: &usize| lines.at(*at).cells().filter(|cell| !cell.is_empty()).count() < 2;
    let tail: Vec<usize> = (all.saturating_sub(FOOTER)..all).rev().take_while(is_single).collect();
    let says =
        |at: &usize| lines.at(*at).cells().any(|cell| REPORT.iter().any(|mark| cell.to_lowercase().contains(mark)));
    let Some(mark) = tail.iter().copied().filter(says).min().filter(|_| lines.width() > TITLE) else { return all };
    // Its title stands below an empty line.
    let is_below =
        |at: &usize| *at <= mark && at.checked_sub(1).is_some_and(|up| lines.at(up).number + 1 < lines.at(*at).number);
    tail.iter().copied().filter(is_below).max().unwrap_or(mark)
}

#[cfg(test)]
mod tests {
    use crate::import::table::Table;

    use super::*;

    fn read(text: &str, header: Option<u64>) -> Result<(u64, Vec<String>, usize)> {
        let table = Table::read(text.as_bytes(), &Reading { header, ..Reading::default() })?;
        Ok((table.header, table.columns.clone(), table.len()))
    }

    #[test]
    fn titles_above_the_columns_are_passed_over() {
        let columns = |names: [&str; 3]| names.map(str::to_owned).to_vec();
        for (delimiter, end) in [(',', "\n"), (';', "\r\n"), ('\t', "\r")] {
            let text = "Customers, all of them\n\nName;City;Phone\nAcme;Paris;1\nBolt;;\nCore;Nice;3\n";
            let text = text.replace(';', &delimiter.to_string()).replace('\n', end);
            let text = if delimiter == ',' { text.replacen(',', "", 1) } else { text };
            assert_eq!(read(&text, None).unwrap(), (3, columns(["Name", "City", "Phone"]), 3), "{delimiter:?} {end:?}");
        }
    }

    #[test]
    fn the_first_line_is_the_header_however_little_of_it_is_named_and_whatever_else_is_broken() {
        let header = |text: &str| read(text, None).unwrap().0;
        assert_eq!(header("a,b,,\n1,2,3,4\n"), 1);
        assert_eq!(header("Name,\nAcme,Paris\n"), 1);
        assert_eq!(header("one\ntwo\n"), 1);
        assert_eq!(header("a,b,c\n1,2,3\n1,2,3\n1,2,3,4,5,6,7,8\n"), 1, "a row with unquoted commas");
        // Refused rows of two files, each kind under its own header.
        let wide = "c,".repeat(13);
        assert_eq!(header(&format!("a,b,Row,Reason\n1,2,3,x\n{wide}c\n{wide}c\n{wide}c\n")), 1);
    }

    #[test]
    fn somebody_may_say_which_line_it_is_or_that_there_is_none() {
        let text = "Acme,Paris\nBolt,Lyon\nCore,Nice\n";
        assert_eq!(read(text, Some(0)).unwrap(), (0, vec!["#1".to_owned(), "#2".to_owned()], 3));
        assert_eq!(read(text, Some(2)).unwrap(), (2, vec!["Bolt".to_owned(), "Lyon".to_owned()], 1));
        assert_eq!(read(text, Some(9)).unwrap_err(), Error::invalid("header", "choice"));
        assert_eq!(read(text, Some(3)).unwrap_err(), Error::invalid("header", "file_empty"));
        let windows = format!("\r\n{}", text.replace('\n', "\r\n"));
        assert_eq!(read(&windows, Some(2)).unwrap(), (2, vec!["Acme".to_owned(), "Paris".to_owned()], 2));
        assert_eq!(read(&windows, Some(1)).unwrap_err(), Error::invalid("header", "choice"), "it is empty");
    }
}
