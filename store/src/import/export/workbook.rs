//! Workbooks (xlsx): numbers and days as such, so that they can be reckoned with.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};
use shared::Result;

use super::columns::{Cell, Form};
use crate::error::internal;

/// Digits that a number of a workbook keeps.
const DIGITS: usize = 15;
/// Bytes of a packed workbook that are read at a time.
const PIECE: u64 = 256 * 1024;
/// Most characters of a cell.
const CELL: usize = 32_767;
/// Width of a column in letters: days that do not fit are shown as nothing but signs.
const WIDTH: u8 = 18;

/// A workbook with one sheet under construction; rows that are written lie in a file, not in memory.
pub(super) struct Book {
    book: Workbook,
    day: Format,
    moment: Format,
    /// By how they show amounts.
    amounts: HashMap<String, Format>,
    rows: u32,
}

impl Book {
    pub(super) fn new() -> Result<Self> {
        let mut book = Workbook::new();
        book.add_worksheet_with_constant_memory().map_err(internal)?;
        let [day, moment] = ["yyyy-mm-dd", "yyyy-mm-dd hh:mm"].map(|shown| Format::new().set_num_format(shown));
        Ok(Self { book, day, moment, amounts: HashMap::new(), rows: 0 })
    }

    /// The first row, which names the columns and stays in sight.
    pub(super) fn head(&mut self, names: &[String]) -> Result<()> {
        let bold = Format::new().set_bold();
        let sheet = self.book.worksheet_from_index(0).map_err(internal)?;
        sheet.set_freeze_panes(1, 1).map_err(internal)?;
        for (at, name) in (0..).zip(names) {
            sheet.set_column_width(at, WIDTH).map_err(internal)?;
            sheet.write_string_with_format(self.rows, at, name, &bold).map_err(internal)?;
        }
        self.rows += 1;
        Ok(())
    }

    pub(super) fn push(&mut self, row: &[Cell]) -> Result<()> {
        let sheet = self.book.worksheet_from_index(0).map_err(internal)?;
        for (at, cell) in (0..).zip(row) {
            let format = match &cell.form {
                Form::Text | Form::Number => None,
                Form::Amount(shown) => {
                    let of_currency = self.amounts.entry(shown.clone());
                    Some(&*of_currency.or_insert_with(|| Format::new().set_num_format(shown)))
                }
                Form::Day => Some(&self.day),
                Form::Moment => Some(&self.moment),
            };
            write(sheet, (self.rows, at), cell, format)?;
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

fn write(sheet: &mut Worksheet, (row, column): (u32, u16), cell: &Cell, format: Option<&Format>) -> Result<()> {
    if cell.shown.is_empty() {
        return Ok(());
    }
    let exact = cell.exact.as_deref().unwrap_or(&cell.shown);
    let fits = exact.bytes().filter(u8::is_ascii_digit).count() <= DIGITS;
    let number = match cell.form {
        Form::Number | Form::Amount(_) if fits => exact.parse::<f64>().ok(),
        _ => None,
    };
    let time = match cell.form {
        Form::Day | Form::Moment => ExcelDateTime::parse_from_str(exact).ok(),
        _ => None,
    };
    let written = match (number, time, format) {
        (Some(number), _, Some(format)) => sheet.write_number_with_format(row, column, number, format),
        (Some(number), ..) => sheet.write_number(row, column, number),
        (_, Some(time), Some(format)) => sheet.write_datetime_with_format(row, column, time, format),
        _ => sheet.write_string(row, column, cell.shown.chars().take(CELL).collect::<String>()),
    };
    written.map(drop).map_err(internal)
}
