//! Reports of the service desk: what is measured, of which tickets, and how it is asked for.
//!
//! Each number is of tickets that a filter describes ([`Measure::conditions`]): the store counts by it, and pages open the
//! list with it, so that a number and the list behind it cannot tell different things. Archived tickets are left out, as lists
//! leave them out.

mod dimension;
mod measure;
mod span;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::dimension::{Dimension, dimension, dimensions, offered};
pub use self::measure::{Measure, Timed, answer_path, replies, within_tickets};
pub use self::span::{LONGEST_DAYS, Span, Step};
use crate::query::{Filter, Titles};

/// Most groups of a report; the largest are given.
pub const GROUPS: usize = 200;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportQuery {
    /// The days that are looked at, where the reader is.
    pub span: Span,
    /// Path of the [`Dimension`] by which tickets are grouped.
    pub by: String,
    /// Only tickets for which all of these hold.
    #[serde(default)]
    pub filter: Vec<Filter>,
}

/// How long something took, in whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Half of them took no longer.
    pub median: i64,
    /// Nine of ten took no longer.
    pub most: i64,
}

/// The numbers of some tickets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// How many tickets (or replies) each measure holds. What the reader may not see is not there.
    pub counts: BTreeMap<Measure, i64>,
    /// How long things took. What never happened is not there.
    pub times: BTreeMap<Timed, Times>,
    /// What customers said on average, in hundredths of a star.
    pub rating: Option<i64>,
}

impl Figures {
    /// How many a measure holds.
    pub fn count(&self, measure: Measure) -> i64 {
        self.counts.get(&measure).copied().unwrap_or(0)
    }

    /// How many would recommend us, in percent, less how many would rather not: -100 to 100; nothing without answers.
    pub fn nps(&self) -> Option<i64> {
        let answers = self.count(Measure::NpsAnswers);
        let more = self.count(Measure::Promoters) - self.count(Measure::Detractors);
        // Rounded to the next, halves upwards.
        (more * 200 + answers).checked_div_euclid(answers * 2)
    }

    /// Which part a measure is of the one it belongs to, in tenths of a percent; nothing of nothing.
    pub fn share(&self, part: Measure, whole: Measure) -> Option<i64> {
        let (part, whole) = (self.count(part), self.count(whole));
        // Rounded to the next: of five, three are 600.
        (part * 2000 + whole).checked_div(whole * 2).filter(|_| whole > 0)
    }
}

/// The numbers of tickets that have something in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The code, id or tag that they share; none if they have no such.
    pub key: Option<String>,
    /// Their numbers.
    pub figures: Figures,
}

/// A part of the days that are looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its days.
    pub span: Span,
    /// Tickets that came in.
    pub received: i64,
    /// Tickets that were solved last.
    pub solved: i64,
    /// Tickets that were open when it ended; now, if it has not.
    pub backlog: i64,
}

/// The report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Of all tickets.
    pub total: Figures,
    /// By what they have in common, the largest groups first.
    pub groups: Vec<Group>,
    /// Groups that were left out.
    pub left_out: usize,
    /// By agent, whoever has most first; nothing if the reader may not see whose tickets are.
    pub agents: Vec<Group>,
    /// Over time; nothing if the reader may not see when things happened.
    pub buckets: Vec<Bucket>,
    /// Titles of what groups and filters refer to.
    pub titles: Titles,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_to_the_next_tenth_of_a_percent() {
        let share = |part: i64, whole: i64| {
            let counts = [(Measure::Kept, part), (Measure::Promised, whole)];
            Figures { counts: counts.into(), ..Figures::default() }.share(Measure::Kept, Measure::Promised)
        };
        assert_eq!([share(3, 5), share(2, 3), share(1, 3), share(7, 7)], [Some(600), Some(667), Some(333), Some(1000)]);
        assert_eq!([share(0, 4), share(0, 0)], [Some(0), None]);
    }

    #[test]
    fn recommendations_are_promoters_less_detractors() {
        let nps = |answers: i64, promoters: i64, detractors: i64| {
            let counts =
                [(Measure::NpsAnswers, answers), (Measure::Promoters, promoters), (Measure::Detractors, detractors)];
            Figures { counts: counts.into(), ..Figures::default() }.nps()
        };
        assert_eq!([nps(4, 2, 1), nps(3, 1, 0), nps(3, 0, 1)], [Some(25), Some(33), Some(-33)]);
        assert_eq!([nps(2, 0, 2), nps(5, 5, 0), nps(1, 0, 0), nps(0, 0, 0)], [Some(-100), Some(100), Some(0), None]);
    }
}
