//! What an import would do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Question, Start};
use crate::error::FieldError;

/// What a step would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepPreview {
    /// Position of the file in the spec.
    pub file: usize,
    /// Position of the step among those of the file.
    pub step: usize,
    /// Record type name.
    pub record_type: String,
    /// How many would be made.
    pub created: u64,
    /// How many would be changed.
    pub updated: u64,
    /// How many stay as they are.
    pub unchanged: u64,
    /// How many would be refused.
    pub failed: u64,
    /// How many are left out because an answer says so.
    pub left_out: u64,
    /// Fields shown, in order.
    pub fields: Vec<String>,
    /// The first rows as they will be.
    pub rows: Vec<PreviewRow>,
    /// Problems by field and code with the number of rows.
    pub problems: Vec<(FieldError, u64)>,
    /// Numbers that lose decimals, by field.
    pub rounded: Vec<Rounded>,
    /// Rows about the same record as an earlier one.
    pub repeated: u64,
    /// The lines of the first of those.
    pub repeated_lines: Vec<u64>,
    /// Where new records begin, if no column says so.
    pub start: Option<Start>,
}

impl StepPreview {
    /// How many rows it looked at.
    pub fn rows_in_all(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.failed + self.left_out
    }
}

/// One row as it will be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreviewRow {
    /// Line in the file; the header is line 1.
    pub line: u64,
    /// What people will read, by field in the step's order.
    pub cells: Vec<String>,
    /// What is wrong.
    pub errors: Vec<FieldError>,
}

/// Numbers of a field that have more decimals than it keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounded {
    /// The field.
    pub field: String,
    /// How many decimals it keeps.
    pub decimals: u32,
    /// How many such numbers there are.
    pub values: u64,
    /// The first of them, as it is given.
    pub given: String,
    /// What is kept of that one.
    pub kept: String,
}

/// Which of a step's rows are to be shown: as many as a preview shows, from some row on. Of what comes before, only what those
/// rows go by is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// Position of the file in the spec.
    pub file: usize,
    /// Position of the step among those of the file.
    pub step: usize,
    /// The line of the file that they come after, such as that of the last row seen so far; nothing for the first ones.
    #[serde(default)]
    pub after: Option<u64>,
    /// How many more rows are passed over.
    pub skip: u64,
    /// Whether only rows with problems count.
    pub problems: bool,
}

/// What an import would do; nothing was written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// Step by step.
    pub steps: Vec<StepPreview>,
    /// What has to be asked; the most frequent first.
    pub questions: Vec<Question>,
    /// How many further questions there are, by what they are about; they come once there is room.
    pub further: BTreeMap<String, u64>,
    /// Changes the run would carry out.
    pub changes: u64,
}
