//! The cells of a file in one piece of memory: a million rows are many small texts.

use shared::import::{MAX_COLUMNS, MAX_ROWS};
use shared::{Error, Result};

use super::too_many;

/// Rows as they are taken in, one by one; more than a file may have are refused.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    /// Where in `text` each cell ends.
    ends: Vec<u32>,
    /// Of each row its line in the file and its first cell.
    rows: Vec<(u64, u32)>,
    width: usize,
    /// How many cells of a row count, if not all do.
    cut: Option<usize>,
}

/// A data row.
#[derive(Clone, Copy)]
pub(in crate::import) struct Line<'t> {
    /// Line in the file, from 1.
    pub(in crate::import) number: u64,
    lines: &'t Lines,
    from: usize,
    to: usize,
}

impl<'t> Line<'t> {
    /// What a column says; rows may have fewer cells than there are columns.
    pub(in crate::import) fn cell(&self, at: usize) -> &'t str {
        let index = self.from + at;
        if index < self.to { self.lines.cell(index) } else { "" }
    }

    /// All its cells.
    pub(in crate::import) fn cells(&self) -> impl Iterator<Item = &'t str> {
        (self.from..self.to).map(|at| self.lines.cell(at))
    }
}

impl Lines {
    /// Takes a row in; empty ones are passed over.
    ///
    /// # Errors
    /// `Invalid` on `file` for too many columns or rows, or too much text.
    pub(super) fn push<S: AsRef<str>>(&mut self, number: u64, cells: impl IntoIterator<Item = S>) -> Result<()> {
        let (from, before) = (self.ends.len(), self.text.len());
        for cell in cells {
            self.text.push_str(cell.as_ref());
            self.ends.push(u32::try_from(self.text.len()).map_err(|_| unpacked())?);
        }
        let width = self.ends.len() - from;
        if width > MAX_COLUMNS {
            return Err(too_many("too_many_columns", MAX_COLUMNS));
        }
        // The header is one of them.
        if self.rows.len() > MAX_ROWS {
            return Err(too_many("too_many_rows", MAX_ROWS));
        }
        if self.text.len() == before {
            self.ends.truncate(from);
            return Ok(());
        }
        self.rows.push((number, u32::try_from(from).map_err(|_| unpacked())?));
        self.width = self.width.max(width);
        Ok(())
    }

    /// Takes the row at a position out, and what stands before it.
    pub(super) fn take_header(&mut self, at: usize) -> Vec<String> {
        let header = self.at(at).cells().map(str::to_owned).collect();
        self.rows.drain(..=at);
        header
    }

    /// Leaves out the row at a position and all behind it.
    pub(super) fn leave_out_from(&mut self, at: usize) {
        if let Some((_, cell)) = self.rows.get(at).copied() {
            self.rows.truncate(at);
            self.ends.truncate(cell as usize);
        }
    }

    /// Leaves out what stands behind the first so many cells.
    pub(super) fn cut(&mut self, width: usize) {
        self.width = self.width.min(width);
        self.cut = Some(width);
    }

    /// The most cells of a row.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The row at a position, which must be one.
    pub(super) fn at(&self, at: usize) -> Line<'_> {
        let (number, from) = self.rows[at];
        let to = self.rows.get(at + 1).map_or(self.ends.len(), |(_, next)| *next as usize);
        let from = from as usize;
        Line { number, lines: self, from, to: self.cut.map_or(to, |width| to.min(from + width)) }
    }

    /// Position of the row on a line of the file.
    pub(super) fn position(&self, number: u64) -> Option<usize> {
        self.rows.binary_search_by_key(&number, |(number, _)| *number).ok()
    }

    /// Position of the first row after a line of the file; how many rows there are, if that has none.
    pub(super) fn after(&self, number: u64) -> usize {
        self.rows.partition_point(|(own, _)| *own <= number)
    }

    /// The row on a line of the file.
    pub(super) fn numbered(&self, number: u64) -> Option<Line<'_>> {
        self.position(number).map(|at| self.at(at))
    }

    fn cell(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.text[start..self.ends[at] as usize]
    }
}

/// Only workbooks unpack to so much: what is larger as it lies there isn't even looked at.
pub(super) fn unpacked() -> Error {
    Error::invalid("file", "file_unpacked")
}
