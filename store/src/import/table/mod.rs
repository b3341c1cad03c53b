//! From bytes to a table: what kind of file it is, its header row, its cells.

mod cards;
mod header;
mod kinds;
mod lines;
mod quotes;
mod text;
mod workbook;

use std::collections::HashMap;

use shared::import::{Beginning, Column, DateOrder, Format, MAX_BYTES, Reading};
use shared::{Error, FieldError, Result};
use tokio::task::JoinError;

use super::{dates, refusals};
use crate::error::internal;

pub(super) use cards::{COLUMNS as CARD_COLUMNS, ID, OWN_TYPE, RECORD, SHOWN_AS};
pub(super) use lines::Line;
use lines::Lines;

/// First values of a column shown beside its name.
const SAMPLES: usize = 3;

/// A file read into cells.
pub(super) struct Table {
    pub(super) format: Format,
    /// Line of the file that names the columns; 0 when none does.
    pub(super) header: u64,
    /// The first lines of the file.
    pub(super) begins: Vec<Beginning>,
    /// Names of the columns; each is there once.
    pub(super) columns: Vec<String>,
    by_name: HashMap<String, usize>,
    lines: Lines,
}

/// Reads a file where it keeps nobody waiting: a large one takes seconds. Gives its content back.
///
/// # Errors
/// As [`Table::read`]; a file that a library stumbles over can't be read either.
pub(super) async fn read_aside(content: Vec<u8>, reading: Reading) -> Result<(Table, Vec<u8>)> {
    let read = move || Table::read(&content, &reading).map(|table| (table, content));
    let stumbled = |fault: JoinError| if fault.is_panic() { text::unreadable() } else { internal(fault) };
    tokio::task::spawn_blocking(read).await.map_err(stumbled)?
}

/// Whether something is said by a row of a file, whether or not it would be brought in: of any sheet, above the header, below the
/// last row, beside the cells of workbooks. Of cards their lines count as well, for some of what they say is in no column.
///
/// # Errors
/// As [`Table::read`], as far as the file can't be read at all.
pub(super) fn is_said(bytes: &[u8], reading: &Reading, is_told: &dyn Fn(&[String]) -> bool) -> Result<bool> {
    let row = |line: Line<'_>| is_told(&line.cells().map(str::to_owned).collect::<Vec<_>>());
    let is_told_by = |lines: &Lines| (0..lines.len()).any(|at| row(lines.at(at)));
    if workbook::is_workbook(bytes) {
        return Ok(workbook::any_sheet(bytes, is_told_by)? || workbook::says_beside(bytes, is_told)?);
    }
    let (text, encoding) = text::decode(&cards::unfolded(bytes), reading)?;
    if !cards::is_vcard(&text) {
        return Ok(is_told_by(&text::read(&text, encoding, reading)?.1));
    }
    Ok(is_told_by(&cards::read(&text)?.1) || text.lines().any(|line| is_told(&[line.to_owned()])))
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// `Invalid` on `file`: larger than allowed, no rows, not a table; on what `reading` says that can't be.
    pub(super) fn read(bytes: &[u8], reading: &Reading) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(too_large());
        }
        if let Some(code) = kinds::of_bytes(bytes) {
            return Err(Error::invalid("file", code));
        }
        let (format, mut lines) = if workbook::is_workbook(bytes) {
            workbook::read(bytes, reading)?
        } else {
            let (text, encoding) = text::decode(&cards::unfolded(bytes), reading)?;
            if cards::is_vcard(&text) { cards::read(&text)? } else { text::read(&text, encoding, reading)? }
        };
        let begins = header::begins(&lines);
        let at = header::find(&lines, &format, reading)?;
        let (header, mut named) = match at {
            Some(at) => (lines.at(at).number, lines.take_header(at)),
            None => (0, Vec::new()),
        };
        leave_reasons_out(&mut named, &mut lines);
        lines.leave_out_from(header::footer(&lines));
        if lines.len() == 0 {
            return Err(match reading {
                Reading { header: Some(_), .. } => Error::invalid("header", "file_empty"),
                Reading { sheet: Some(_), .. } => Error::invalid("sheet", "sheet_empty"),
                _ => Error::invalid("file", "file_empty"),
            });
        }
        let columns = names(&named, lines.width());
        let by_name = columns.iter().cloned().enumerate().map(|(at, name)| (name, at)).collect();
        Ok(Self { format, header, begins, columns, by_name, lines })
    }

    /// Position of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// How many data rows there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The data rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = Line<'_>> {
        (0..self.lines.len()).map(|at| self.lines.at(at))
    }

    /// Some of the data rows, counted from 0.
    pub(super) fn part(&self, rows: std::ops::Range<usize>) -> impl Iterator<Item = Line<'_>> {
        rows.map(|at| self.lines.at(at))
    }

    /// The row on a line of the file.
    pub(super) fn on_line(&self, number: u64) -> Option<Line<'_>> {
        self.lines.numbered(number)
    }

    /// Position of the first data row after a line of the file; how many there are, if that has none.
    pub(super) fn after(&self, number: u64) -> usize {
        self.lines.after(number)
    }

    /// Columns with their first values.
    pub(super) fn describe(&self) -> Vec<Column> {
        let samples = |at: usize| {
            let mut samples: Vec<String> = Vec::new();
            for cell in self.rows().take(500).map(|row| row.cell(at)) {
                let sample: String = cell.chars().take(60).collect();
                if !cell.is_empty() && !samples.contains(&sample) && samples.len() < SAMPLES {
                    samples.push(sample);
                }
            }
            samples
        };
        self.columns
            .iter()
            .enumerate()
            .map(|(at, name)| Column { name: name.clone(), samples: samples(at), dates: self.dates(at) })
            .collect()
    }

    /// What comes first in the days of a column, if it has such.
    pub(super) fn dates(&self, at: usize) -> Option<DateOrder> {
        dates::order(self.rows().map(|row| row.cell(at)))
    }
}

/// A file of refused rows is one of the kind that they come from: its line numbers and reasons are nothing to bring in.
fn leave_reasons_out(named: &mut Vec<String>, lines: &mut Lines) {
    let Some((columns, last)) = named.split_last_chunk::<2>() else { return };
    let width = columns.len();
    let is_refused = |at: usize| {
        let row = lines.at(at);
        row.cell(width).parse::<u64>().is_ok() && !row.cell(width + 1).is_empty()
    };
    // Others may have columns that are called so.
    if width > 0 && refusals::is_added(last) && (0..lines.len()).all(is_refused) {
        named.truncate(width);
        lines.cut(width);
    }
}

/// The error of files over the limit.
pub(super) fn too_large() -> Error {
    Error::Invalid { fields: vec![FieldError::new("file", "file_too_large").with("max", MAX_BYTES / (1024 * 1024))] }
}

fn too_many(code: &str, max: usize) -> Error {
    Error::Invalid { fields: vec![FieldError::new("file", code).with("max", max)] }
}

/// Every column needs a name of its own: mappings go by it.
fn names(header: &[String], width: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for at in 0..width {
        let given = header.get(at).filter(|name| !name.is_empty());
        let base = given.map_or_else(|| format!("#{}", at + 1), Clone::clone);
        let mut name = base.clone();
        let mut count = 1;
        while names.contains(&name) {
            count += 1;
            name = format!("{base} ({count})");
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;
    use shared::import::{MAX_COLUMNS, MAX_ROWS};

    use super::*;

    fn cells(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>, String, char) {
        let table = Table::read(bytes, &Reading::default()).unwrap();
        let row = |row: Line<'_>| (0..table.columns.len()).map(|at| row.cell(at).to_owned()).collect();
        let Format::Text { encoding, delimiter } = table.format.clone() else { panic!("no text") };
        (table.columns.clone(), table.rows().map(row).collect(), encoding, delimiter)
    }

    #[test]
    fn character_sets_are_recognised() {
        let text = "名称,城市\n关系科技,杭州\n";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(utf16.iter().copied()).collect();
        let bom: Vec<u8> = [0xef, 0xbb, 0xbf].into_iter().chain(text.bytes()).collect();
        let gbk = GB18030.encode(text).0.into_owned();
        for (bytes, name) in [
            (text.as_bytes().to_vec(), "UTF-8"),
            (bom, "UTF-8"),
            (utf16, "UTF-16LE"),
            (marked, "UTF-16LE"),
            (gbk, "gb18030"),
        ] {
            let (columns, rows, encoding, _) = cells(&bytes);
            assert_eq!(columns, ["名称", "城市"], "{name}");
            assert_eq!(rows, [["关系科技", "杭州"]]);
            assert_eq!(encoding, name);
        }
    }

    #[test]
    fn stray_zero_bytes_are_left_out() {
        let (columns, rows, encoding, _) = cells("name,city\nA\0cme 公司,Paris and some more text\n".as_bytes());
        assert_eq!((columns, encoding.as_str()), (vec!["name".to_owned(), "city".to_owned()], "UTF-8"));
        assert_eq!(rows, [["Acme 公司", "Paris and some more text"]]);
        // However short the file is, and other such signs no less.
        for stray in ['\0', '\u{1}'] {
            let (columns, rows, ..) = cells(format!("a,b,c\n{stray},2,3\n").as_bytes());
            assert_eq!(columns, ["a", "b", "c"]);
            assert_eq!(rows, [["", "2", "3"]]);
        }
    }

    #[test]
    fn cards_keep_all_of_an_address_and_every_note() {
        let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:John Doe\r\nADR;TYPE=WORK:ASB-123;Suite 100;222 Broadway;New York;NY;10036;USA\r\n\
                    ADR;TYPE=HOME:;;1 Main St;Albany;NY;12202;USA\r\nNOTE:First\r\nNOTE:Second\r\nEND:VCARD\r\n";
        let table = Table::read(card.as_bytes(), &Reading::default()).unwrap();
        let row = table.rows().next().unwrap();
        let cell = |name: &str| row.cell(table.column(name).unwrap()).to_owned();
        assert_eq!(cell("Street"), "ASB-123, Suite 100, 222 Broadway");
        assert_eq!(cell("City"), "New York");
        assert_eq!(cell("Notes"), "First\nSecond\n1 Main St, Albany, NY, 12202, USA");
    }

    #[test]
    fn line_numbers_and_reasons_of_refused_rows_are_no_columns() {
        for head in ["Row,Reason", "行,原因"] {
            let text = format!("name,city,{head}\nAcme,Paris,2,Wrong\nBolt,,4,Worse\n");
            let (columns, rows, ..) = cells(text.as_bytes());
            assert_eq!(columns, ["name", "city"]);
            assert_eq!(rows, [["Acme", "Paris"], ["Bolt", ""]]);
        }
        // Seats of a theatre.
        assert_eq!(cells(b"name,Row,Reason\nAcme,F,\n").0, ["name", "Row", "Reason"]);
    }

    #[test]
    fn separators_quotes_and_ragged_rows_are_read() {
        let (columns, rows, _, delimiter) = cells(b"name;\"a,b\";name\n\"x;1\";2\n\n;;\n3;4;5;6\n");
        assert_eq!(delimiter, ';');
        assert_eq!(columns, ["name", "a,b", "name (2)", "#4"]);
        assert_eq!(rows, [["x;1", "2", "", ""], ["3", "4", "5", "6"]]);
        assert_eq!(cells(b"a\tb\n1\t2\n").3, '\t');
    }

    #[test]
    fn colons_part_cells_only_where_little_else_can_be_meant() {
        let text =
            "city:region:country:population\nSouthborough:MA:United States:9686\nConcord:NH:United States:42605\n";
        let (columns, rows, _, delimiter) = cells(text.as_bytes());
        assert_eq!((columns.len(), delimiter), (4, ':'));
        assert_eq!(rows[1], ["Concord", "NH", "United States", "42605"]);
        for end in ["\r", "\r\n", "\n\n"] {
            let (_, same, _, delimiter) = cells(text.replace('\n', end).as_bytes());
            assert_eq!((same, delimiter), (rows.clone(), ':'), "{end:?}");
        }
        for text in [
            "hh:mm:ss\n10:30:15\n9:05:00\n",
            "Time\n10:30\n11:45\n",
            "10:30:15\n11:45:00\n12:00:30\n",
            "Start:End:Place\n10:30:Rome\n11:45:12:15:Bonn\n",
            "Website\nhttps://acme.test:8080/a\nhttps://bolt.test:8080/b\n",
            "To do\nNote: call Bob: urgent\nNote: call Eve: today\n",
            "Note: call: Bob\nNote: call: Eve\n",
            "Name:Phone\nAnna:123\n",
            "Mac\naa:bb:cc:dd:ee:ff\nab:bc:cd:de:ef:fa\n",
        ] {
            assert_eq!(cells(text.as_bytes()).3, ',', "{text}");
        }
        assert_eq!(cells(b"a:b:c;d\n1:2:3;4\n").3, ';');
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_swallows_nothing() {
        let (_, rows, ..) = cells(b"name,city\n\"Acme,Paris\nBolt,\"Ber\nlin\"\nCole,5\" pipe\nDee,\"Rome\n");
        assert_eq!(rows, [["\"Acme", "Paris"], ["Bolt", "Ber\nlin"], ["Cole", "5\" pipe"], ["Dee", "\"Rome"]]);
        let (_, rows, ..) = cells(b"name,city\nAcme,\"Paris\nBolt,\"Berlin\"\n");
        assert_eq!(rows, [["Acme", "\"Paris"], ["Bolt", "Berlin"]]);
    }

    #[test]
    fn what_a_report_says_below_its_rows_is_none_of_them() {
        let report = "First Name,Last Name,Email\nAnna,Berg,a@b.test\n\n\"My leads\"\n\
                      \"Copyright (c) 2000-2024 salesforce.com, inc. All rights reserved.\"\n\"Generated By: Anna\"\n";
        assert_eq!(cells(report.as_bytes()).1, [["Anna", "Berg", "a@b.test"]]);
        // People whose other cells somebody left empty.
        assert_eq!(cells(b"name,city,phone\nAcme,,\n\nBolt\nCole\n").1.len(), 3);
    }

    #[test]
    fn what_a_file_says_is_found_wherever_it_stands() {
        let is_said = |bytes: &[u8], words: &str| {
            is_said(bytes, &Reading::default(), &|cells: &[String]| cells.iter().any(|cell| cell.contains(words)))
                .unwrap()
        };
        let report = b"Made by Li\n\nname,city\nAcme,Paris\n\n\"Copyright (c) Han\"\n";
        for words in ["Made by Li", "city", "Paris", "Han"] {
            assert!(is_said(report, words), "{words}");
        }
        assert!(!is_said(report, "Wang"));
        let card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Li\r\nX-ASSISTANT:Han\r\nEND:VCARD\r\n";
        assert!(is_said(card, "Li") && is_said(card, "Han") && !is_said(card, "Wang"));
        let mut book = rust_xlsxwriter::Workbook::new();
        for (sheet, cell) in [("First", "Li"), ("Second", "Han")] {
            book.add_worksheet().set_name(sheet).unwrap().write_string(3, 2, cell).unwrap();
        }
        let book = book.save_to_buffer().unwrap();
        for words in ["Li", "Han", "Second"] {
            assert!(is_said(&book, words), "{words}");
        }
        assert!(!is_said(&book, "Wang"));
    }

    #[test]
    fn files_without_rows_and_over_the_limits_are_refused() {
        let code = |bytes: &[u8]| match Table::read(bytes, &Reading::default()) {
            Err(Error::Invalid { fields }) => fields[0].code.clone(),
            _ => String::new(),
        };
        assert_eq!(code(b"name,city\n"), "file_empty");
        assert_eq!(code(b""), "file_empty");
        assert_eq!(code(br#"[{"name": "Acme", "city": "Paris"}, {"name": "Bolt"}]"#), "file_data");
        assert_eq!(code(b"\x1f\x8b\x08\0name,city\nAcme,Paris\n"), "file_packed");
        let page: Vec<u8> = "<html><table>\n<tr><td>Name".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(code(&[&b"\xff\xfe"[..], &page[..]].concat()), "file_web_page");
        // Read in two bytes each, nonsense has next to no control characters.
        let nonsense = |n: u32| (n * 4).wrapping_mul(2_654_435_761).to_le_bytes();
        assert_eq!(code(&(0..100_000).flat_map(nonsense).collect::<Vec<u8>>()), "file_unreadable");
        assert_eq!(code(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "file_old_excel");
        assert_eq!(code("a\n".repeat(MAX_ROWS + 2).as_bytes()), "too_many_rows");
        assert_eq!(code(format!("a\n{}\n", ",".repeat(MAX_COLUMNS)).as_bytes()), "too_many_columns");
        assert_eq!(code(&vec![b'a'; MAX_BYTES + 1]), "file_too_large");
    }
}
