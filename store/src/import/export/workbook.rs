//! Workbooks (xlsx): numbers and days as such, so that they can be reckoned with.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};
use shared::Result;
use shared::record::Kind;

use crate::error::internal;

/// Digits that a number of a workbook keeps.
const DIGITS: usize = 15;
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

    pub(super) fn finish(&mut self) -> Result<Vec<u8>> {
        self.book.save_to_buffer().map_err(internal)
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
