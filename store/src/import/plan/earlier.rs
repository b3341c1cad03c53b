//! Which rows matter for later ones that somebody wants to see. Plans are not kept between requests, and going through a long file
//! page by page must not plan all of it for each page.

use std::collections::HashSet;

use shared::import::{Decision, Excerpt};

use super::key::Mark;
use super::refer::named_by;
use super::{Planner, Running, WINDOW};
use crate::columns::target;
use crate::import::cells::{Texts, texts};
use crate::import::lookup::folded;

/// What answers say is meant: record type, and folded title.
type Meant<'p> = HashSet<(&'p str, String)>;

impl Planner<'_> {
    /// The position of the first row that may be one of those that somebody wants to see. Of records that refer to others of their
    /// own file, or begin in what it names, all are needed.
    pub(super) fn first(&self, running: &Running<'_>, excerpt: Excerpt) -> usize {
        let needs_all = running.refers_to_itself() || self.makes_starts(running);
        let is_by_line = running.step.inline.is_empty() && !needs_all;
        excerpt.after.filter(|_| is_by_line).map_or(0, |line| self.tables[running.file].after(line))
    }

    /// The rows before one that those from it on go by: what tells their records stands in both, or an answer names what only
    /// such a row has made.
    pub(super) fn earlier(&self, running: &Running<'_>, first: usize) -> Vec<Texts> {
        let mut earlier = Vec::new();
        if first == 0 {
            return earlier;
        }
        let (step, table) = (running.step, &self.tables[running.file]);
        let rows = move |from: usize, to: usize| {
            (from..to).step_by(WINDOW).flat_map(move |at| texts(step, table, at..to.min(at + WINDOW)))
        };
        let later: HashSet<Mark> = rows(first, table.len()).filter_map(|row| running.told(&row)).collect();
        let mut meant = self.meant_by_answers();
        for row in rows(0, first) {
            let is_told = running.told(&row).is_some_and(|mark| later.contains(&mark));
            if names(running, &row, &mut meant) || is_told {
                earlier.push(row);
            }
        }
        earlier
    }

    fn meant_by_answers(&self) -> Meant<'_> {
        let all = self.spec.answers.iter().filter_map(|answer| match &answer.decision {
            Decision::Use(title) => Some((answer.unknown.target.as_str(), folded(title))),
            Decision::Empty | Decision::Create => None,
        });
        all.collect()
    }
}

/// Whether a row is the first to name something of what is meant: from there on it is there.
fn names(running: &Running<'_>, row: &Texts, meant: &mut Meant<'_>) -> bool {
    let before = meant.len();
    for (field, text) in running.fields.iter().zip(&row.texts) {
        let Some(target) = field.and_then(target).filter(|_| !meant.is_empty()) else { continue };
        for named in named_by(text) {
            meant.remove(&(target.name, named));
        }
    }
    meant.len() < before
}
