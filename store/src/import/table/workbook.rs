//! Workbooks (xlsx): one sheet, its cells as the texts that people read.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, Xlsx, XlsxError};
use shared::import::{Format, MAX_COLUMNS, Reading};
use shared::{Error, FieldError, Result};

use super::text::unreadable;
use super::{Lines, too_many};

/// Most bytes that a workbook may unpack to: packed files of a few megabytes can hold hundreds of gigabytes.
const UNPACKED: u64 = 1024 * 1024 * 1024;

/// Most files within a packed one; a workbook has one for each sheet and picture, and a dozen more.
const PARTS: usize = 10_000;

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

/// Whether the file is a packed one, as workbooks are.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads the sheet asked for, or the first that holds a table.
///
/// # Errors
/// `Invalid` on `file` for what is no workbook or unpacks to too much, on `sheet` for one that isn't there.
pub(super) fn read(bytes: &[u8], reading: &Reading) -> Result<(Format, Lines)> {
    check_size(bytes)?;
    let mut book: Workbook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    let chosen: Vec<&String> = match &reading.sheet {
        Some(name) => {
            vec![sheets.iter().find(|sheet| *sheet == name).ok_or_else(|| Error::invalid("sheet", "choice"))?]
        }
        None => sheets.iter().collect(),
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

/// What a packed file says of its size need not be true: it is unpacked once for nothing.
fn check_size(bytes: &[u8]) -> Result<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
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
    let mut reader = book.worksheet_cells_reader(sheet).map_err(refused)?;
    let mut lines = Lines::default();
    let mut row: (u32, Vec<String>) = (0, Vec::new());
    while let Some(cell) = reader.next_cell().map_err(refused)? {
        let (at, column) = cell.get_position();
        // A cell that stands before those already read is out of its place, as in no sheet that a program wrote.
        if at > row.0 {
            lines.push(u64::from(row.0) + 1, std::mem::take(&mut row.1))?;
            row.0 = at;
        }
        let text = text(cell.get_value());
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if text.is_empty() {
            continue;
        }
        if column >= MAX_COLUMNS {
            return Err(too_many("too_many_columns", MAX_COLUMNS));
        }
        if row.1.len() <= column {
            row.1.resize(column + 1, String::new());
        }
        row.1[column] = text;
    }
    lines.push(u64::from(row.0) + 1, row.1)?;
    Ok(lines)
}

fn refused(error: XlsxError) -> Error {
    tracing::debug!(%error, "a workbook can't be read");
    unreadable()
}

/// What a cell says; faults of formulas are nothing.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(at) => moment(at),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// A day, with its time if it isn't midnight.
fn moment(at: &ExcelDateTime) -> String {
    if at.is_duration() {
        return at.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let days = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second) {
        (0, 0, 0) => days,
        _ => format!("{days} {hour:02}:{minute:02}:{second:02}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

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
    fn a_packed_file_has_so_many_parts_and_no_more() {
        assert_eq!(check_size(&packed(PARTS)), Ok(()));
        assert_eq!(check_size(&packed(PARTS + 1)), Err(Error::invalid("file", "file_unpacked")));
    }
}
