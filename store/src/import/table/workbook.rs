//! Workbooks (xlsx): one sheet, its cells as the texts that people read.

mod beside;
mod spans;

use std::io::{Cursor, Read as _};

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Style, Xlsx, XlsxError};
use shared::import::{Format, MAX_COLUMNS, Reading};
use shared::{Error, FieldError, Result};
use zip::ZipArchive;

pub(super) use self::beside::says_beside;
use self::spans::Rows;
use super::text::unreadable;
use super::{Lines, kinds, too_many};

/// Most bytes that a workbook may unpack to: packed files of a few megabytes can hold hundreds of gigabytes.
const UNPACKED: u64 = 1024 * 1024 * 1024;

/// Most files within a packed one; a workbook has one for each sheet and picture, and a dozen more.
const PARTS: usize = 10_000;

/// Digits behind the first one that a number of a workbook has.
const DIGITS: usize = 14;

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

/// Whether the file is a packed one, as workbooks are.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads the sheet asked for, or the first that holds a table; of hidden ones, which hold what lists are chosen from, none that
/// nobody asked for.
///
/// # Errors
/// `Invalid` on `file` for what is no workbook or unpacks to too much, on `sheet` for one that isn't there.
pub(super) fn read(bytes: &[u8], reading: &Reading) -> Result<(Format, Lines)> {
    let (mut book, sheets) = open(bytes)?;
    let is_hidden = |name: &String| {
        let mut all = book.sheets_metadata().iter();
        all.any(|sheet| sheet.name == *name && sheet.visible != SheetVisible::Visible)
    };
    let in_sight: Vec<&String> = sheets.iter().filter(|name| !is_hidden(name)).collect();
    let chosen: Vec<&String> = match &reading.sheet {
        Some(name) => {
            vec![sheets.iter().find(|sheet| *sheet == name).ok_or_else(|| Error::invalid("sheet", "choice"))?]
        }
        None if in_sight.is_empty() => sheets.iter().collect(),
        None => in_sight,
    };
    let mut found = None;
    for sheet in chosen {
        let lines = cells(&mut book, sheet)?;
        let is_table = lines.len() > 1;
        if is_table || found.is_none() {
            found = Some((sheet.clone(), lines));
        }
        if is_table {
            break;
        }
    }
    let (sheet, lines) = found.ok_or_else(|| Error::invalid("file", "file_empty"))?;
    Ok((Format::Workbook { sheets, sheet }, lines))
}

/// Whether something is so of one of the sheets, or of what they are called.
///
/// # Errors
/// `Invalid` on `file` for what is no workbook or holds too much.
pub(super) fn any_sheet(bytes: &[u8], is_so: impl Fn(&Lines) -> bool) -> Result<bool> {
    let (mut book, sheets) = open(bytes)?;
    let mut named = Lines::default();
    named.push(1, &sheets)?;
    let mut is_any = is_so(&named);
    for sheet in &sheets {
        is_any = is_any || is_so(&cells(&mut book, sheet)?);
    }
    Ok(is_any)
}

/// The workbook with the names of its sheets.
fn open(bytes: &[u8]) -> Result<(Workbook<'_>, Vec<String>)> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    if let Some(code) = kinds::of_parts(archive.file_names_raw()) {
        return Err(Error::invalid("file", code));
    }
    check_size(archive)?;
    let book: Workbook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let sheets = sheets.map(|sheet| sheet.name.clone()).collect();
    Ok((book, sheets))
}

/// What a packed file says of its size need not be true: it is unpacked once for nothing.
fn check_size(mut archive: ZipArchive<Cursor<&[u8]>>) -> Result<()> {
    if archive.len() > PARTS {
        return Err(Error::invalid("file", "file_unpacked"));
    }
    let mut left = UNPACKED;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| unreadable())?;
        let size = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| unreadable())?;
        left = left.checked_sub(size).ok_or_else(unpacked)?;
    }
    Ok(())
}

/// The error of files that are small as long as they are packed.
fn unpacked() -> Error {
    Error::Invalid { fields: vec![FieldError::new("file", "file_unpacked").with("max", UNPACKED / (1024 * 1024))] }
}

/// The cells of a sheet, one after the other: what it claims to measure need not be true either.
fn cells(book: &mut Workbook<'_>, sheet: &str) -> Result<Lines> {
    // What can't be told of merged cells is no reason to read nothing.
    let mut rows = Rows::new(&book.merge_cells_by_sheet_name(sheet).unwrap_or_default());
    let mut reader = book.worksheet_cells_reader(sheet).map_err(refused)?;
    let shares: Vec<bool> = reader.styles().iter().map(is_share).collect();
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(refused)? {
        let (at, column) = cell.get_position();
        rows.reach(at)?;
        let text = match cell.get_value() {
            DataRef::Float(number) if shares.get(style) == Some(&true) => format!("{}%", plain(number * 100.0)),
            value => text(value),
        };
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if text.is_empty() {
            continue;
        }
        if column >= MAX_COLUMNS {
            return Err(too_many("too_many_columns", MAX_COLUMNS));
        }
        rows.put(column, text);
    }
    rows.lines()
}

/// Whether numbers of a style are shown as percent; a sign in quotation marks is only text behind them.
fn is_share(style: &Style) -> bool {
    let code = style.number_format.as_ref().map_or("", |format| format.format_code.as_str());
    let shown = code.split(';').next().unwrap_or_default().replace("\\%", "");
    shown.split('"').step_by(2).any(|part| part.contains('%'))
}

fn refused(error: XlsxError) -> Error {
    tracing::debug!(%error, "a workbook can't be read");
    unreadable()
}

/// What a cell says; faults of formulas are nothing.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => plain(*number),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(at) => moment(at),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// A number with the digits that workbooks show: what stands behind those is how programs reckon, as in 59.970000000000006.
fn plain(number: f64) -> String {
    let shown: f64 = format!("{number:.DIGITS$e}").parse().unwrap_or(number);
    shown.to_string()
}

/// A day, with its time if it isn't midnight; a time alone where there is no day. What is neither is an empty cell that a formula
/// looks at.
fn moment(at: &ExcelDateTime) -> String {
    if at.is_duration() {
        return plain(at.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    if at.as_f64() <= 0.0 {
        return String::new();
    }
    if at.as_f64() < 1.0 {
        return format!("{hour:02}:{minute:02}:{second:02}");
    }
    let days = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second) {
        (0, 0, 0) => days,
        _ => format!("{days} {hour:02}:{minute:02}:{second:02}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use rust_xlsxwriter::{ExcelDateTime as Day, Format as Shown, Formula, Workbook as Book};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn rows(book: &mut Book, sheet: Option<&str>) -> Vec<Vec<String>> {
        let reading = Reading { sheet: sheet.map(str::to_owned), ..Reading::default() };
        let (_, lines) = read(&book.save_to_buffer().unwrap(), &reading).unwrap();
        (0..lines.len()).map(|at| lines.at(at).cells().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn cells_are_the_texts_that_people_read() {
        let mut book = Book::new();
        let sheet = book.add_worksheet();
        let shown = |code: &str| Shown::new().set_num_format(code);
        let day = Day::parse_from_str("2024-03-04 14:30:00").unwrap();
        sheet.write_string(0, 0, " Acme ").unwrap();
        sheet.write_boolean(0, 1, true).unwrap();
        sheet.write_formula(0, 2, Formula::new("=19.99*3").set_result("59.970000000000006")).unwrap();
        sheet.write_formula(0, 3, Formula::new("=A1&1").set_result("Acme1")).unwrap();
        sheet.write_number_with_format(0, 4, 0.07, &shown("0.0%")).unwrap();
        sheet.write_number_with_format(0, 5, 7.0, &shown("0\"%\"")).unwrap();
        sheet.write_datetime_with_format(0, 6, &day, &shown("yyyy\"年\"m\"月\"d\"日\" hh:mm")).unwrap();
        sheet.write_number_with_format(0, 7, 0.0, &shown("yyyy-mm-dd")).unwrap();
        sheet.write_number_with_format(0, 8, 0.396, &shown("h:mm")).unwrap();
        sheet.write_number(0, 9, 13_800_138_000.0).unwrap();
        let read = rows(&mut book, None).remove(0);
        let expected =
            ["Acme", "true", "59.97", "Acme1", "7%", "7", "2024-03-04 14:30:00", "", "09:30:14", "13800138000"];
        assert_eq!(read, expected);
    }

    #[test]
    fn merged_cells_say_the_same_of_each_of_their_rows() {
        let mut book = Book::new();
        let sheet = book.add_worksheet();
        let plain = Shown::new();
        sheet.merge_range(0, 0, 1, 0, "Company", &plain).unwrap();
        sheet.merge_range(0, 1, 0, 2, "Contact", &plain).unwrap();
        sheet.merge_range(2, 0, 3, 0, "Acme", &plain).unwrap();
        for (row, cells) in [(1, ["Name", "Phone"]), (2, ["Anna", "1"]), (3, ["Bela", "2"]), (4, ["Cara", "3"])] {
            for (column, cell) in (1..).zip(cells) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
        let expected: [&[&str]; 5] = [
            &["Company", "Contact"],
            &["Company", "Name", "Phone"],
            &["Acme", "Anna", "1"],
            &["Acme", "Bela", "2"],
            &["", "Cara", "3"],
        ];
        assert_eq!(rows(&mut book, None), expected);
    }

    #[test]
    fn hidden_sheets_are_read_only_if_somebody_asks_for_them() {
        let mut book = Book::new();
        for (name, cells) in [("Lists", ["A", "B"]), ("Empty", ["", ""]), ("Deals", ["Name", "Big"])] {
            let sheet = book.add_worksheet().set_name(name).unwrap().set_hidden(name == "Lists");
            if name == "Deals" {
                // The first one would be in sight otherwise.
                sheet.set_active(true);
            }
            for (row, cell) in (0..).zip(cells) {
                sheet.write_string(row, 0, cell).unwrap();
            }
        }
        assert_eq!(rows(&mut book, None), [["Name"], ["Big"]]);
        assert_eq!(rows(&mut book, Some("Lists")), [["A"], ["B"]]);
    }

    fn packed(parts: usize) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for part in 0..parts {
            let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            writer.start_file(part.to_string(), stored).unwrap();
            writer.write_all(b"x").unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_packed_file_that_is_no_workbook_is_said_to_be_one() {
        let refused = read(&packed(2), &Reading::default()).map(|_| ());
        assert_eq!(refused, Err(Error::invalid("file", "file_packed")));
    }

    #[test]
    fn a_packed_file_has_so_many_parts_and_no_more() {
        let checked = |parts| check_size(ZipArchive::new(Cursor::new(&packed(parts)[..])).unwrap());
        assert_eq!(checked(PARTS), Ok(()));
        assert_eq!(checked(PARTS + 1), Err(Error::invalid("file", "file_unpacked")));
    }
}
