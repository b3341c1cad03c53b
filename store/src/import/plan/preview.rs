//! What an import would do, as people see it.

use shared::RecordDef;
use shared::command::Change;
use shared::import::{PREVIEW_ROWS, PreviewRow, StepPreview};

/// Lines that are named of rows about the same record as an earlier one.
const NAMED: usize = 8;

/// A step nothing is known of yet.
pub(super) fn empty_preview(file: usize, def: &RecordDef) -> StepPreview {
    StepPreview {
        file,
        record_type: def.name.to_owned(),
        created: 0,
        updated: 0,
        unchanged: 0,
        failed: 0,
        left_out: 0,
        fields: Vec::new(),
        rows: Vec::new(),
        problems: Vec::new(),
        repeated: 0,
        repeated_lines: Vec::new(),
    }
}

/// Counting rows as they are decided.
pub(super) trait Note {
    /// Counts a row by what becomes of it.
    fn note(&mut self, row: PreviewRow, change: Option<&Change>);
    /// Counts a row of which nothing is made.
    fn note_left_out(&mut self, row: PreviewRow);
    /// Counts a row that is about the same record as an earlier one.
    fn note_repeated(&mut self, line: u64);
}

impl Note for StepPreview {
    fn note(&mut self, row: PreviewRow, change: Option<&Change>) {
        let count = match change {
            _ if !row.errors.is_empty() => &mut self.failed,
            Some(Change::Create { .. }) => &mut self.created,
            Some(_) => &mut self.updated,
            None => &mut self.unchanged,
        };
        *count += 1;
        for error in &row.errors {
            match self.problems.iter_mut().find(|(known, _)| known.field == error.field && known.code == error.code) {
                Some((_, rows)) => *rows += 1,
                None => self.problems.push((error.clone(), 1)),
            }
        }
        show(self, row);
    }

    fn note_left_out(&mut self, row: PreviewRow) {
        self.left_out += 1;
        show(self, row);
    }

    fn note_repeated(&mut self, line: u64) {
        self.repeated += 1;
        if self.repeated_lines.len() < NAMED {
            self.repeated_lines.push(line);
        }
    }
}

/// Keeps the first rows.
fn show(preview: &mut StepPreview, row: PreviewRow) {
    if preview.rows.len() < PREVIEW_ROWS {
        preview.rows.push(row);
    }
}
