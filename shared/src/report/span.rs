//! The days of a report, and the parts that it is drawn in.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// Most days that are looked at: ten years.
pub const LONGEST_DAYS: i64 = 3_660;
/// Most days that are drawn one by one, and most that are drawn by the week.
const BY_DAY: i64 = 45;
const BY_WEEK: i64 = 190;

/// Days one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first one.
    pub from: NaiveDate,
    /// The first one after them.
    pub until: NaiveDate,
}

/// How long a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One day.
    Day,
    /// From a Monday to a Sunday.
    Week,
    /// A month of the calendar.
    Month,
}

impl Span {
    /// How many days there are.
    pub fn days(self) -> i64 {
        (self.until - self.from).num_days()
    }

    /// How long the parts are in which it is drawn.
    pub fn step(self) -> Step {
        match self.days() {
            days if days <= BY_DAY => Step::Day,
            days if days <= BY_WEEK => Step::Week,
            _ => Step::Month,
        }
    }

    /// Its parts as far as they have begun; the first and the last may be shorter than the others.
    pub fn parts(self, today: NaiveDate) -> Vec<Self> {
        let step = self.step();
        let mut parts = Vec::new();
        let mut from = self.from;
        while from < self.until && from <= today {
            let Some(next) = after(step, from) else { break };
            parts.push(Self { from, until: next.min(self.until) });
            from = next;
        }
        parts
    }

    /// Whether it has all the days of a part that is so long, and they are over: else its numbers can't be compared with those of
    /// the others.
    pub fn is_whole(self, step: Step, today: NaiveDate) -> bool {
        let begins = match step {
            Step::Day => true,
            Step::Week => self.from.weekday() == Weekday::Mon,
            Step::Month => self.from.day() == 1,
        };
        begins && after(step, self.from) == Some(self.until) && self.until <= today
    }
}

/// The day on which the part after that of a day begins.
fn after(step: Step, day: NaiveDate) -> Option<NaiveDate> {
    match step {
        Step::Day => day.checked_add_days(Days::new(1)),
        Step::Week => day.checked_add_days(Days::new(7 - u64::from(day.weekday().num_days_from_monday()))),
        Step::Month => day.with_day(1)?.checked_add_months(Months::new(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, until: &str) -> Span {
        Span { from: from.parse().unwrap(), until: until.parse().unwrap() }
    }

    fn parts(from: &str, until: &str, today: &str) -> Vec<(String, i64)> {
        let parts = span(from, until).parts(today.parse().unwrap());
        parts.iter().map(|part| (part.from.to_string(), part.days())).collect()
    }

    fn listed(all: &[(&str, i64)]) -> Vec<(String, i64)> {
        all.iter().map(|(from, days)| ((*from).to_owned(), *days)).collect()
    }

    #[test]
    fn a_few_days_are_drawn_one_by_one_as_far_as_they_have_begun() {
        assert_eq!(parts("2026-03-01", "2026-03-03", "2027-01-01"), listed(&[("2026-03-01", 1), ("2026-03-02", 1)]));
        assert_eq!(parts("2026-03-01", "2026-04-01", "2026-03-02").len(), 2, "tomorrow has nothing to tell");
        assert!(parts("2026-03-01", "2026-04-01", "2026-02-28").is_empty());
    }

    #[test]
    fn months_are_drawn_by_the_week_and_years_by_the_month() {
        // The first of October 2026 is a Thursday.
        let quarter = parts("2026-10-01", "2027-01-01", "2027-05-01");
        assert_eq!(quarter[..2], listed(&[("2026-10-01", 4), ("2026-10-05", 7)]));
        assert_eq!(quarter.last(), listed(&[("2026-12-28", 4)]).first());
        let year = parts("2026-01-31", "2027-01-31", "2028-01-01");
        assert_eq!((year.len(), &year[0], &year[12]), (13, &("2026-01-31".into(), 1), &("2027-01-01".into(), 30)));
    }

    #[test]
    fn parts_at_the_edges_are_not_whole() {
        let whole = |from: &str, until: &str, today: &str| {
            let (all, today) = (span(from, until), today.parse().unwrap());
            all.parts(today).iter().map(|part| part.is_whole(all.step(), today)).collect::<Vec<_>>()
        };
        // From a Thursday on, as of a Wednesday 90 days later.
        let weeks = whole("2026-10-01", "2026-12-31", "2026-12-30");
        assert_eq!((weeks.len(), weeks[0], weeks[13]), (14, false, false));
        assert!(weeks[1..13].iter().all(|is_whole| *is_whole));
        assert_eq!(whole("2026-10-05", "2026-10-08", "2026-10-06"), [true, false], "today is not over");
        let months = whole("2026-01-31", "2026-12-01", "2027-01-01");
        assert!(!months[0] && months[1..].iter().all(|is_whole| *is_whole));
    }

    #[test]
    fn parts_lie_side_by_side() {
        for (from, until) in [("2026-01-05", "2026-02-19"), ("2026-01-05", "2026-07-01"), ("2024-02-29", "2026-03-01")]
        {
            let all = span(from, until);
            let parts = all.parts(all.until);
            assert!(parts.windows(2).all(|two| two[0].until == two[1].from));
            assert_eq!((parts[0].from, parts[parts.len() - 1].until), (all.from, all.until));
        }
    }
}
