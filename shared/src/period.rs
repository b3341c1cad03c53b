//! Periods of days that move with the calendar: this week, last quarter.

use chrono::{Datelike, Days, Months, NaiveDate};

/// A period around the day on which somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Before today.
    Overdue,
    /// So many days from `.0` days after today on.
    Days(i64, u64),
    /// A week from Monday on; 0 is the current one, -1 the one before.
    Week(i64),
    /// So many whole months, a multiple of them from January on: 3 is a quarter, 12 a year. 0 is the current one.
    Months(u32, i32),
}

/// All periods that can be asked for, by their codes, in the order in which they are offered.
pub const PERIODS: [(&str, Period); 20] = [
    ("today", Period::Days(0, 1)),
    ("yesterday", Period::Days(-1, 1)),
    ("tomorrow", Period::Days(1, 1)),
    ("this_week", Period::Week(0)),
    ("last_week", Period::Week(-1)),
    ("next_week", Period::Week(1)),
    ("this_month", Period::Months(1, 0)),
    ("last_month", Period::Months(1, -1)),
    ("next_month", Period::Months(1, 1)),
    ("this_quarter", Period::Months(3, 0)),
    ("last_quarter", Period::Months(3, -1)),
    ("next_quarter", Period::Months(3, 1)),
    ("this_year", Period::Months(12, 0)),
    ("last_year", Period::Months(12, -1)),
    ("last_7_days", Period::Days(-6, 7)),
    ("last_30_days", Period::Days(-29, 30)),
    ("last_90_days", Period::Days(-89, 90)),
    ("next_7_days", Period::Days(0, 7)),
    ("next_30_days", Period::Days(0, 30)),
    ("overdue", Period::Overdue),
];

impl Period {
    /// The period of a code.
    pub fn parse(code: &str) -> Option<Self> {
        PERIODS.iter().find(|(known, _)| *known == code).map(|(_, period)| *period)
    }

    /// Its first day and the first after it, on a day; nothing for a side that is open.
    pub fn days(self, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let first = match self {
            Self::Overdue => return (None, Some(today)),
            Self::Days(offset, _) => shifted(today, offset),
            Self::Week(offset) => shifted(today, offset * 7 - i64::from(today.weekday().num_days_from_monday())),
            Self::Months(length, offset) => {
                let start = today.with_day(1).and_then(|day| day.with_month0(today.month0() / length * length));
                let months = Months::new(length * offset.unsigned_abs());
                start.and_then(|day| match offset {
                    ..0 => day.checked_sub_months(months),
                    0.. => day.checked_add_months(months),
                })
            }
        };
        let after = |day: NaiveDate| match self {
            Self::Overdue => None,
            Self::Days(_, length) => day.checked_add_days(Days::new(length)),
            Self::Week(_) => day.checked_add_days(Days::new(7)),
            Self::Months(length, _) => day.checked_add_months(Months::new(length)),
        };
        (first, first.and_then(after))
    }
}

fn shifted(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    let span = Days::new(days.unsigned_abs());
    if days < 0 { day.checked_sub_days(span) } else { day.checked_add_days(span) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(code: &str, today: &str) -> (String, String) {
        let text = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let (from, until) = Period::parse(code).unwrap().days(today.parse().unwrap());
        (text(from), text(until))
    }

    fn pair(from: &str, until: &str) -> (String, String) {
        (from.to_owned(), until.to_owned())
    }

    #[test]
    fn periods_keep_to_the_calendar() {
        // A Sunday.
        assert_eq!(days("this_week", "2026-03-01"), pair("2026-02-23", "2026-03-02"));
        assert_eq!(days("next_week", "2026-03-01"), pair("2026-03-02", "2026-03-09"));
        assert_eq!(days("last_month", "2026-03-31"), pair("2026-02-01", "2026-03-01"));
        assert_eq!(days("this_quarter", "2026-11-22"), pair("2026-10-01", "2027-01-01"));
        assert_eq!(days("last_quarter", "2026-01-05"), pair("2025-10-01", "2026-01-01"));
        assert_eq!(days("last_year", "2024-02-29"), pair("2023-01-01", "2024-01-01"));
        assert_eq!(days("yesterday", "2024-03-01"), pair("2024-02-29", "2024-03-01"));
    }

    #[test]
    fn rolling_periods_hold_today_and_what_is_overdue_does_not() {
        assert_eq!(days("last_30_days", "2026-03-30"), pair("2026-03-01", "2026-03-31"));
        assert_eq!(days("last_7_days", "2026-03-01"), pair("2026-02-23", "2026-03-02"));
        assert_eq!(days("last_90_days", "2026-03-31"), pair("2026-01-01", "2026-04-01"));
        assert_eq!(days("next_7_days", "2026-02-26"), pair("2026-02-26", "2026-03-05"));
        assert_eq!(days("next_30_days", "2026-03-01"), pair("2026-03-01", "2026-03-31"));
        assert_eq!(days("overdue", "2026-03-30"), pair("", "2026-03-30"));
        assert_eq!(Period::parse("someday"), None);
    }
}
