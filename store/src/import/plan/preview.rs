//! What an import would do, as people see it.

use shared::command::Change;
use shared::import::StepPreview;
use shared::{FieldError, RecordDef};

use super::refer::ADRIFT;

/// Lines that are named of rows about the same record as an earlier one.
const NAMED: usize = 8;

/// A step nothing is known of yet, by its file and its position among the steps of that.
pub(super) fn empty_preview((file, step): (usize, usize), def: &RecordDef) -> StepPreview {
    StepPreview { file, step, record_type: def.name.to_owned(), ..StepPreview::default() }
}

/// Counting rows as they are decided.
pub(super) trait Note {
    /// Counts a row by what becomes of it.
    fn note(&mut self, errors: &[FieldError], change: Option<&Change>);
    /// Counts a row that is about the same record as an earlier one.
    fn note_repeated(&mut self, line: u64);
}

impl Note for StepPreview {
    fn note(&mut self, errors: &[FieldError], change: Option<&Change>) {
        let count = match change {
            _ if !errors.is_empty() => &mut self.failed,
            Some(Change::Create { .. }) => &mut self.created,
            Some(_) => &mut self.updated,
            None => &mut self.unchanged,
        };
        *count += 1;
        // What waits for another answer may be right.
        for error in errors.iter().filter(|error| !ADRIFT.contains(&error.code.as_str())) {
            match self.problems.iter_mut().find(|(known, _)| known.field == error.field && known.code == error.code) {
                Some((_, rows)) => *rows += 1,
                None => self.problems.push((error.clone(), 1)),
            }
        }
    }

    fn note_repeated(&mut self, line: u64) {
        self.repeated += 1;
        if self.repeated_lines.len() < NAMED {
            self.repeated_lines.push(line);
        }
    }
}
