//! How a file's numbers are written: one column tells of itself what single cells of it don't.

use shared::import::Step;
use shared::record::Kind;
use shared::record::digits::{DecimalSign, pointed, sign_of};

use super::{Planner, Running, WINDOW};
use crate::import::cells::{Texts, count, texts};

impl Planner<'_> {
    /// Assignments of numbers whose column has decimal commas: 1.234 there is more than a thousand.
    pub(super) fn with_commas(&self, running: &Running<'_>) -> Vec<usize> {
        let is_number = |at: &usize| {
            let kind = running.fields.get(*at).copied().flatten().map(|field| field.kind);
            matches!(kind, Some(Kind::Money | Kind::Decimal(_) | Kind::Integer(..)))
        };
        let all: Vec<usize> = (0..running.step.assignments.len()).filter(is_number).collect();
        let assignments = all.iter().map(|at| running.step.assignments[*at].clone()).collect();
        let part = Step { assignments, ..running.step.clone() };
        let table = &self.tables[running.file];
        let mut told = vec![(false, false); all.len()];
        let rows = if all.is_empty() { 0 } else { count(&part, table) };
        for from in (0..rows).step_by(WINDOW) {
            for row in texts(&part, table, from..rows.min(from + WINDOW)) {
                for ((comma, point), text) in told.iter_mut().zip(&row.texts) {
                    let sign = sign_of(&bare(text));
                    *comma |= sign == Some(DecimalSign::Comma);
                    *point |= sign == Some(DecimalSign::Point);
                }
            }
        }
        all.into_iter().zip(told).filter(|(_, (comma, point))| *comma && !point).map(|(at, _)| at).collect()
    }
}

/// Writes those numbers with decimal points.
pub(super) fn with_points(rows: &mut [Texts], commas: &[usize]) {
    for row in rows {
        for at in commas {
            row.texts[*at] = pointed(&row.texts[*at]);
        }
    }
}

/// Digits and signs alone: currencies stand around them.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '-')).collect()
}
