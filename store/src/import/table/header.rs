//! Which line of a file names its columns.

use shared::import::{Beginning, Format, Reading};
use shared::record::{Kind, normalize};
use shared::{Error, Result};

use super::{Line, Lines};
use crate::import::{dates, suggest};

/// Lines at the beginning of a file that are looked at and shown.
const FIRST: usize = 10;
/// Rows that tell how many columns a table has.
const SAMPLE: usize = 30;
/// Most cells of a title.
const TITLE: usize = 2;
/// Longest text of a line that is shown, in characters.
const SHOWN: usize = 60;
/// Fewest digits of a telephone number that is taken for one; years have less.
const DIGITS: usize = 7;
/// Longest cell that is looked at, in bytes.
const LOOKED_AT: usize = 300;
/// How lines begin that are said beside a table, for who reads the file. A sign alone is the name of a column of numbers.
const COMMENTS: [&str; 2] = ["#", "//"];
/// Most cells of a line that are held against the names of fields.
const COMPARED: usize = 10;

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
/// nothing names the columns, or that line says what only rows do.
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
        None => Ok((lines.len() > 0).then(|| likeliest(lines)).filter(|at| !is_data(lines, *at))),
    }
}

/// Passes over what stands above the table.
fn likeliest(lines: &Lines) -> usize {
    let mut widths: Vec<usize> = (0..lines.len().min(SAMPLE)).map(|at| filled(lines, at)).collect();
    widths.sort_unstable();
    // Not the widest: a row may be broken.
    let usual = widths.get(widths.len() * 3 / 4).copied().unwrap_or_default();
    (0..lines.len().min(FIRST)).find(|at| !is_above(lines, *at, usual)).unwrap_or_default()
}

/// How many cells of a line say something.
fn filled(lines: &Lines, at: usize) -> usize {
    lines.at(at).cells().filter(|cell| !cell.is_empty()).count()
}

/// Whether a line stands above the table: a title of one cell or two, where the rows have more than twice as many. Comments may
/// have as many cells as rows, and of a table of two columns the second may have no name: what names fields is further down then,
/// or at least something is that no row says, below an empty line.
fn is_above(lines: &Lines, at: usize, usual: usize) -> bool {
    let count = filled(lines, at);
    if count <= TITLE && count * 2 < usual {
        return true;
    }
    let is_aside = is_comment(lines.at(at));
    if !is_aside && (count != 1 || usual != TITLE) {
        return false;
    }
    let is_row = |below: &usize| filled(lines, *below) >= usual.min(TITLE) && !is_comment(lines.at(*below));
    let Some(below) = (at + 1..lines.len().min(FIRST + 1)).find(is_row) else { return false };
    let own = known(lines.at(at));
    let is_apart = || lines.at(below).number - lines.at(at).number > (below - at) as u64 && !is_data(lines, below);
    known(lines.at(below)) > own || count < usual && own == 0 && (is_aside || is_apart())
}

fn is_comment(line: Line<'_>) -> bool {
    let first = line.cells().find(|cell| !cell.is_empty()).unwrap_or_default();
    let said = COMMENTS.iter().find_map(|sign| first.strip_prefix(*sign));
    // #1 is what a column is called that has no name.
    said.is_some_and(|said| said.chars().any(char::is_alphabetic))
}

/// How many cells of a line are called as fields are.
fn known(line: Line<'_>) -> usize {
    let cells = line.cells().filter(|cell| !cell.is_empty() && cell.len() <= LOOKED_AT);
    cells.take(COMPARED).filter(|cell| suggest::is_field(cell)).count()
}

/// What a cell is that names no column.
#[derive(Clone, Copy, PartialEq)]
enum Data {
    Address,
    Number,
    Day,
}

impl Data {
    fn of(cell: &str) -> Option<Self> {
        if cell.len() > LOOKED_AT {
            return None;
        }
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        match () {
            () if fits(&Kind::Emails, cell) => Some(Self::Address),
            () if digits > 0 && is_day(cell) => Some(Self::Day),
            () if digits >= DIGITS && !are_years(cell) && fits(&Kind::Phones, cell) => Some(Self::Number),
            () => None,
        }
    }
}

/// Whether a line is one of the rows: some cell is an address, or a number or day as the ones below it. Days may also name
/// columns of amounts. In a file of one line any number will do: otherwise there would be nothing in it.
fn is_data(lines: &Lines, at: usize) -> bool {
    if lines.len() == 1 {
        return lines.at(at).cells().any(|cell| Data::of(cell).is_some() || fits(&Kind::Decimal(6), cell));
    }
    let below = |column: usize| {
        let rows = at + 1..lines.len().min(at + SAMPLE);
        rows.map(move |row| lines.at(row).cell(column)).filter(|cell| !cell.is_empty())
    };
    lines.at(at).cells().enumerate().any(|(column, cell)| match Data::of(cell) {
        None => false,
        Some(Data::Address) => true,
        alike => below(column).next().is_none() || below(column).any(|cell| Data::of(cell) == alike),
    })
}

fn fits(kind: &Kind, text: &str) -> bool {
    normalize("", kind, &text.into()).is_ok_and(|value| !value.is_null())
}

fn is_day(cell: &str) -> bool {
    let read = dates::read(cell, None);
    dates::order(std::iter::once(cell)).is_some() || fits(&Kind::Date, &read) || fits(&Kind::DateTime, &read)
}

/// Whether it is about years, as 2023/2024.
fn are_years(cell: &str) -> bool {
    let mut numbers = cell.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
    numbers.all(|number| number.len() == 4 && number.starts_with(['1', '2']))
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
    fn comments_and_titles_above_two_columns_are_passed_over() {
        let header = |text: &str| read(text, None).map(|(header, columns, rows)| (header, columns.join("|"), rows));
        for (text, line, columns, rows) in [
            ("# Exported from elsewhere\nName,Phone\nAcme,1\nBolt,2\n", 2, "Name|Phone", 2),
            ("# Exported from elsewhere\nAlpha,Beta\nAcme,1\nBolt,2\n", 2, "Alpha|Beta", 2),
            ("// Made on 2024-01-31, by Li\nName,Phone\nAcme,1\nBolt,2\n", 2, "Name|Phone", 2),
            ("# One\n# Two\n\nName;City\nAcme;Paris\n", 4, "Name|City", 1),
            ("# All, of them, as of May\nName,City,Phone\nAcme,Paris,1\n", 2, "Name|City|Phone", 1),
            ("All of them,\nName,City\nAcme,Paris\nBolt,Nice\n", 2, "Name|City", 2),
            ("全部客户\n客户名称,电话\n云帆科技,1\n远景软件,2\n", 2, "客户名称|电话", 2),
            ("All of them\n\nAlpha,Beta\nAcme,Paris\nBolt,Nice\n", 3, "Alpha|Beta", 2),
            ("# Exported\nName\nAcme\nBolt\n", 2, "Name", 2),
        ] {
            assert_eq!(header(text).unwrap(), (line, columns.to_owned(), rows), "{text}");
        }
        // Columns without names or of numbers, and signs that begin a name.
        for (text, columns, rows) in [
            ("Name\nAcme,Paris\nBolt,Nice\n", "Name|#2", 2),
            ("Name,\n\nAcme,Paris\nBolt,Nice\n", "Name|#2", 2),
            ("Alpha\nAcme,Paris\nBolt,Nice\n", "Alpha|#2", 2),
            ("#,Name\n1,Acme\n2,Bolt\n", "#|Name", 2),
            ("# Name,Phone\nAcme,1\nBolt,2\n", "# Name|Phone", 2),
            ("#vip\nAcme\nBolt\n", "#vip", 2),
        ] {
            assert_eq!(header(text).unwrap(), (1, columns.to_owned(), rows), "{text}");
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
    fn what_only_rows_say_names_no_columns() {
        let header = |text: &str| read(text, None).map(|(header, columns, rows)| (header, columns.len(), rows));
        for text in [
            "张三,13800138000,zs@example.com\n李四,13900139000,\n",
            "Anna,a@b.test\nBolt,\n",
            "Anna,+49 170 1234567\nBolt,+49 30 5550101\n",
            "1,2015-11-04\n2,2015-11-05\n",
            "Anna;3/4/1990\nBolt;\n",
        ] {
            let columns = text.lines().next().unwrap().split([',', ';']).count();
            assert_eq!(header(text).unwrap(), (0, columns, 2), "{text}");
        }
        // Days and years also name columns: of amounts.
        for text in ["Name,2024-01-31,2024-02-29\nAcme,500,1200000\n", "Name,2023/2024\nAcme,1200000\n", "a,1\nb,2\n"] {
            assert_eq!(header(text).unwrap().0, 1, "{text}");
        }
    }

    #[test]
    fn a_file_of_one_line_is_a_row_if_its_cells_can_be_nothing_else() {
        assert_eq!(read("1,2,3\n", None).unwrap().0, 0);
        assert_eq!(read("张三,13800138000\n", None).unwrap(), (0, vec!["#1".to_owned(), "#2".to_owned()], 1));
        assert_eq!(read("Name,Phone\n", None).unwrap_err(), Error::invalid("file", "file_empty"));
        assert_eq!(read("1,2,3\n", Some(0)).unwrap().2, 1);
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
