//! Workbooks (xlsx): numbers and days as such, so that they can be reckoned with.

use std::fs::File;
use std::io::{Read, Seek};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};
use shared::Result;
use shared::record::Kind;

use crate::error::internal;

/// Digits that a number of a workbook keeps.
const DIGITS: usize = 15;
/// Bytes of a packed workbook that are read at a time.
const PIECE: u64 = 256 * 1024;
/// Most characters of a cell.
const CELL: usize = 32_767;

/// A workbook with one sheet under construction; rows that are written lie in a file, not in memory.
pub(super) struct Book {
    book: Workbook,
    day: Format,
    rows: u32,
}

impl Book {
    pub(super) fn new(header: &[String]) -> Result<Self> {
        let mut book = Workbook::new();
        let bold = Format::new().set_bold();
        let sheet = book.add_worksheet_with_constant_memory().map_err(internal)?;
        sheet.set_freeze_panes(1, 1).map_err(internal)?;
        for (at, name) in (0..).zip(header) {
            sheet.write_string_with_format(0, at, name, &bold).map_err(internal)?;
        }
        Ok(Self { book, day: Format::new().set_num_format("yyyy-mm-dd"), rows: 1 })
    }

    pub(super) fn push(&mut self, row: &[(Kind, String)]) -> Result<()> {
        let sheet = self.book.worksheet_from_index(0).map_err(internal)?;
        for (at, (kind, text)) in (0..).zip(row) {
            write(sheet, (self.rows, at), *kind, text, &self.day)?;
        }
        self.rows += 1;
        Ok(())
    }

    /// Puts the workbook together, in a file that goes with what is returned.
    pub(super) async fn pack(mut self) -> Result<Packed> {
        let packing = move || -> Result<File> {
            let mut file = tempfile::tempfile().map_err(internal)?;
            self.book.save_to_writer(&mut file).map_err(internal)?;
            file.rewind().map_err(internal)?;
            Ok(file)
        };
        // Packing keeps a processor busy for seconds, which others must not wait for.
        Ok(Packed(Some(tokio::task::spawn_blocking(packing).await.map_err(internal)??)))
    }
}

/// A workbook that was put together.
pub(super) struct Packed(Option<File>);

impl Packed {
    /// Its next piece; nothing after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(mut file) = self.0.take() else { return Ok(None) };
        let reading = move || {
            let mut piece = Vec::new();
            file.by_ref().take(PIECE).read_to_end(&mut piece).map(|_| (file, piece))
        };
        let (file, piece) = tokio::task::spawn_blocking(reading).await.map_err(internal)?.map_err(internal)?;
        if piece.is_empty() {
            return Ok(None);
        }
        self.0 = Some(file);
        Ok(Some(piece))
    }
}

fn write(sheet: &mut Worksheet, (row, column): (u32, u16), kind: Kind, text: &str, day: &Format) -> Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let is_number = matches!(kind, Kind::Integer(..) | Kind::Decimal(_) | Kind::Money | Kind::Rating);
    let fits = text.bytes().filter(u8::is_ascii_digit).count() <= DIGITS;
    let written = match text.parse::<f64>() {
        Ok(number) if is_number && fits => sheet.write_number(row, column, number).map(drop),
        _ => match ExcelDateTime::parse_from_str(text) {
            Ok(at) if kind == Kind::Date => sheet.write_datetime_with_format(row, column, at, day).map(drop),
            _ => sheet.write_string(row, column, text.chars().take(CELL).collect::<String>()).map(drop),
        },
    };
    written.map_err(internal)
}
