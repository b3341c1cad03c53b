//! Which of a step's rows are kept to be shown.

use shared::import::{Excerpt, PREVIEW_ROWS, PreviewRow};

/// Keeps as many rows as are shown at a time: the first, unless somebody asked for others.
#[derive(Default)]
pub(super) struct Shown {
    /// The line that they come after.
    after: Option<u64>,
    /// Rows that are still passed over.
    skip: u64,
    /// Whether only rows with problems count.
    problems: bool,
}

impl Shown {
    /// The rows that somebody asked for.
    pub(super) fn of(excerpt: Excerpt) -> Self {
        Self { after: excerpt.after, skip: excerpt.skip, problems: excerpt.problems }
    }

    /// Keeps a row if it is one of them.
    pub(super) fn keep(&mut self, rows: &mut Vec<PreviewRow>, row: PreviewRow) {
        let is_before = self.after.is_some_and(|after| row.line <= after);
        if is_before || self.problems && row.errors.is_empty() || rows.len() >= PREVIEW_ROWS {
            return;
        }
        match self.skip.checked_sub(1) {
            Some(left) => self.skip = left,
            None => rows.push(row),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::FieldError;

    use super::*;

    #[test]
    fn rows_are_shown_from_any_on_and_those_with_problems_alone() {
        let row = |line: u64| {
            let errors = if line.is_multiple_of(10) { vec![FieldError::new("name", "required")] } else { Vec::new() };
            PreviewRow { line, cells: Vec::new(), errors }
        };
        let lines = |mut shown: Shown| {
            let mut rows = Vec::new();
            (1..=300).for_each(|line| shown.keep(&mut rows, row(line)));
            rows.iter().map(|row| row.line).collect::<Vec<_>>()
        };
        let of = |skip, problems| Shown::of(Excerpt { file: 0, step: 0, after: None, skip, problems });
        let after = |line, problems| Shown::of(Excerpt { file: 0, step: 0, after: Some(line), skip: 0, problems });
        assert_eq!(lines(Shown::default()), (1..=20).collect::<Vec<_>>());
        assert_eq!(lines(of(290, false)), (291..=300).collect::<Vec<_>>());
        assert_eq!(lines(of(20, true)), (21..=30).map(|ten| ten * 10).collect::<Vec<_>>());
        assert_eq!(lines(after(295, false)), (296..=300).collect::<Vec<_>>());
        assert_eq!(lines(after(280, true)), [290, 300]);
    }
}
