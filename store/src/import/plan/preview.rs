//! What an import would do, as people see it.

use shared::RecordDef;
use shared::command::Change;
use shared::import::{PREVIEW_ROWS, PreviewRow, StepPreview};

/// A step nothing is known of yet.
pub(super) fn empty_preview(file: usize, def: &RecordDef) -> StepPreview {
    StepPreview {
        file,
        record_type: def.name.to_owned(),
        created: 0,
        updated: 0,
        unchanged: 0,
        failed: 0,
        fields: Vec::new(),
        rows: Vec::new(),
        problems: Vec::new(),
    }
}

/// Counting rows as they are decided.
pub(super) trait Note {
    /// Counts a row by what becomes of it.
    fn note(&mut self, row: PreviewRow, change: Option<&Change>);
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
        if self.rows.len() < PREVIEW_ROWS {
            self.rows.push(row);
        }
    }
}
