//! Rows of a sheet as they are read, with what cells say that reach down over several of them.

use std::collections::{BTreeMap, HashMap};

use calamine::Dimensions;
use shared::Result;

use crate::import::table::Lines;
use crate::import::table::lines::unpacked;

/// Most bytes that merged cells may say once more: a long text in one that reaches down all rows of a small file is gigabytes.
const REPEATED: usize = 64 * 1024 * 1024;

/// The rows read so far, and the one at hand.
#[derive(Default)]
pub(super) struct Rows {
    lines: Lines,
    /// Number of the row at hand, from 0.
    at: u32,
    row: Vec<String>,
    /// Cells that reach further down, by the row where they begin: column and last row.
    spans: HashMap<u32, Vec<(usize, u32)>>,
    /// Of those that reach into the row at hand the last row and the text, by column.
    open: BTreeMap<usize, (u32, String)>,
    /// Bytes that such cells said once more.
    repeated: usize,
}

impl Rows {
    /// No rows yet; these cells were merged. People read what such a one says in each of its rows. Over several columns it says it
    /// of all together, as titles do, and stays in the first.
    pub(super) fn new(merged: &[Dimensions]) -> Self {
        let mut rows = Self::default();
        for Dimensions { start, end } in merged.iter().filter(|merged| merged.end.0 > merged.start.0) {
            if let Ok(column) = usize::try_from(start.1) {
                rows.spans.entry(start.0).or_default().push((column, end.0));
            }
        }
        rows
    }

    /// Goes on to a row. One before those that were read already is out of its place, as in no sheet that a program wrote.
    ///
    /// # Errors
    /// As [`Lines::push`]; `Invalid` on `file` where merged cells say too much.
    pub(super) fn reach(&mut self, at: u32) -> Result<()> {
        if at > self.at {
            self.end()?;
            self.at = at;
        }
        Ok(())
    }

    /// Puts a text into the row at hand.
    pub(super) fn put(&mut self, column: usize, text: String) {
        if self.row.len() <= column {
            self.row.resize(column + 1, String::new());
        }
        self.row[column] = text;
    }

    /// All rows.
    ///
    /// # Errors
    /// As [`Lines::push`]; `Invalid` on `file` where merged cells say too much.
    pub(super) fn lines(mut self) -> Result<Lines> {
        self.end()?;
        Ok(self.lines)
    }

    fn end(&mut self) -> Result<()> {
        let (at, mut row) = (self.at, std::mem::take(&mut self.row));
        self.open.retain(|_, (last, _)| *last >= at);
        // A row that says nothing of its own is none.
        if row.iter().any(|cell| !cell.is_empty()) {
            for (column, (_, text)) in &self.open {
                if row.len() <= *column {
                    row.resize(*column + 1, String::new());
                }
                if row[*column].is_empty() {
                    self.repeated += text.len();
                    if self.repeated > REPEATED {
                        return Err(unpacked());
                    }
                    row[*column].clone_from(text);
                }
            }
        }
        for (column, last) in self.spans.remove(&at).into_iter().flatten() {
            if let Some(text) = row.get(column).filter(|text| !text.is_empty()) {
                self.open.insert(column, (last, text.clone()));
            }
        }
        self.lines.push(u64::from(at) + 1, row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a cell with so many bytes that reaches down all rows.
    fn reaching(bytes: usize, rows: u32) -> Result<Lines> {
        let merged = Dimensions { start: (0, 0), end: (rows, 0) };
        let mut read = Rows::new(&[merged]);
        read.put(0, "x".repeat(bytes));
        for at in 1..=rows {
            read.reach(at)?;
            read.put(1, "y".to_owned());
        }
        read.lines()
    }

    #[test]
    fn long_texts_of_merged_cells_are_said_again_only_so_often() {
        let lines = reaching(20, 100_000).unwrap();
        assert_eq!((lines.len(), lines.at(100_000).cell(0).len()), (100_001, 20));
        assert_eq!(reaching(32_767, 130_000).err(), Some(unpacked()));
    }
}
