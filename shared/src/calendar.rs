//! Lists as calendars: which days a month or a week shows, and on which of them a record lies.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::format::Zone;
use crate::query::{ListQuery, Titles};
use crate::record::{Kind, Row, instant_text};

/// Most days that are asked for at once: six weeks.
pub const MAX_DAYS: u32 = 42;

/// How much of time is seen at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// The weeks that a month touches.
    #[default]
    Month,
    /// Monday to Sunday.
    Week,
}

impl Span {
    /// The span of a code.
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "month" => Some(Self::Month),
            "week" => Some(Self::Week),
            _ => None,
        }
    }

    /// Its code, in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Week => "week",
        }
    }

    /// First day and number of days of the whole weeks, from Monday on, that show the month or week of a day.
    pub fn grid(self, at: NaiveDate) -> (NaiveDate, u32) {
        match self {
            Self::Week => (monday(at), 7),
            Self::Month => {
                let first = month_start(at);
                let from = monday(first);
                let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
                let days = (next - from).num_days();
                (from, u32::try_from(days.div_euclid(7) + i64::from(days % 7 > 0)).unwrap_or(6) * 7)
            }
        }
    }

    /// A day in the span so many further on, its first one in a month; the same day at the end of the calendar.
    pub fn shifted(self, at: NaiveDate, by: i32) -> NaiveDate {
        match self {
            Self::Week => shifted(at, i64::from(by) * 7),
            Self::Month => {
                let (first, months) = (month_start(at), Months::new(by.unsigned_abs()));
                let there = if by < 0 { first.checked_sub_months(months) } else { first.checked_add_months(months) };
                there.filter(is_usual).unwrap_or(first)
            }
        }
    }

    /// Whether a day lies in the same month, or week.
    pub fn holds(self, at: NaiveDate, day: NaiveDate) -> bool {
        match self {
            Self::Week => monday(at) == monday(day),
            Self::Month => month_start(at) == month_start(day),
        }
    }
}

/// A day so many later, or earlier; the same day at the end of the calendar.
pub fn shifted(day: NaiveDate, by: i64) -> NaiveDate {
    let days = Days::new(by.unsigned_abs());
    let there = if by < 0 { day.checked_sub_days(days) } else { day.checked_add_days(days) };
    there.filter(is_usual).unwrap_or(day)
}

/// Years of four digits, as fields hold them.
fn is_usual(day: &NaiveDate) -> bool {
    (1..=9999).contains(&day.year())
}

fn month_start(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The Monday of a day's week.
fn monday(day: NaiveDate) -> NaiveDate {
    let back = Days::new(day.weekday().num_days_from_monday().into());
    day.checked_sub_days(back).unwrap_or(day)
}

/// The day in another year that is celebrated as this one; the last of February stands in for a leap day.
pub fn in_year(day: NaiveDate, year: i32) -> Option<NaiveDate> {
    day.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
}

/// The day on which a value is shown where the reader is, in a calendar that begins on `from`. A day that comes every
/// year is shown on the first of its returns from then on.
pub fn day_of(kind: Kind, yearly: bool, value: &Value, zone: &Zone, from: NaiveDate) -> Option<NaiveDate> {
    let text = value.as_str()?;
    let day = match kind {
        Kind::DateTime => zone.day(DateTime::parse_from_rfc3339(text).ok()?.to_utc()),
        _ => crate::record::day(text)?,
    };
    if !yearly {
        return Some(day);
    }
    let returns = |year| in_year(day, year).filter(|there| *there >= from && *there >= day);
    returns(from.year()).or_else(|| returns(from.year() + 1))
}

/// The value moved to another day; an instant keeps its time of day where the reader is. `None` for what is neither a
/// day nor an instant, and at the end of the calendar.
pub fn moved(kind: Kind, value: &Value, to: NaiveDate, zone: &Zone) -> Option<Value> {
    match kind {
        Kind::Date => Some(to.to_string().into()),
        Kind::DateTime => {
            let before = DateTime::parse_from_rfc3339(value.as_str()?).ok()?.to_utc();
            Some(instant_text(zone.instant(to.and_time(zone.local(before).time()))?).into())
        }
        _ => None,
    }
}

/// Which days of a list are asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarQuery {
    /// The field that says on which day a record lies.
    pub field: String,
    /// First day.
    pub from: NaiveDate,
    /// Number of days, 1 to [`MAX_DAYS`].
    pub days: u32,
    /// Most records of each day, 1 to [`crate::query::MAX_PAGE`].
    pub per_day: u32,
    /// Which records; sorted within a day by its order, else by the field. Page size, cursor and count mean nothing here.
    pub list: ListQuery,
}

/// A day that has records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarDay {
    /// The day, where the reader is.
    pub day: NaiveDate,
    /// Number of its records.
    pub total: i64,
    /// The first of them.
    pub rows: Vec<Row>,
}

/// Days with records, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    /// Days on which something lies.
    pub days: Vec<CalendarDay>,
    /// Titles of what the records refer to.
    pub titles: Titles,
    /// Position in the event log from which it can be kept current.
    pub live: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// New York around 2026: clocks go forward on 8 March 07:00 UTC and back on 1 November 06:00 UTC.
    fn new_york() -> Zone {
        let at = |text: &str| text.parse::<DateTime<chrono::Utc>>().unwrap().timestamp();
        let changes = [("2025-11-02T06:00:00Z", -5), ("2026-03-08T07:00:00Z", -4), ("2026-11-01T06:00:00Z", -5)];
        Zone { name: "America/New_York".into(), transitions: changes.map(|(t, h)| (at(t), h * 3600)).to_vec() }
    }

    #[test]
    fn a_month_is_shown_in_whole_weeks_from_monday_on() {
        let of = |text: &str| {
            let (from, days) = Span::Month.grid(day(text));
            (from.to_string(), days)
        };
        assert_eq!(of("2026-11-23"), ("2026-10-26".into(), 42));
        assert_eq!(of("2021-02-28"), ("2021-02-01".into(), 28), "four weeks sharp");
        assert_eq!(of("2026-12-31"), ("2026-11-30".into(), 35), "into the next year");
        assert_eq!(of("2027-01-01"), ("2026-12-28".into(), 35), "out of the year before");
        assert_eq!(of("2028-02-10"), ("2028-01-31".into(), 35), "a leap year");
    }

    #[test]
    fn every_month_of_a_century_lies_wholly_in_its_weeks() {
        let mut first = day("2000-01-01");
        while first.year() < 2100 {
            let (from, days) = Span::Month.grid(first);
            let last = shifted(Span::Month.shifted(first, 1), -1);
            assert_eq!((from.weekday(), days % 7), (chrono::Weekday::Mon, 0));
            assert!(from <= first && shifted(from, 6) >= first, "begins in the first week: {first}");
            let end = shifted(from, i64::from(days) - 1);
            assert!(end >= last && shifted(end, -6) <= last && days <= MAX_DAYS, "ends in the last week: {first}");
            first = Span::Month.shifted(first, 1);
        }
    }

    #[test]
    fn turning_pages_crosses_the_years() {
        assert_eq!(Span::Month.shifted(day("2026-01-31"), -1), day("2025-12-01"));
        assert_eq!(Span::Month.shifted(day("2026-12-31"), 1), day("2027-01-01"));
        assert_eq!(Span::Month.shifted(day("2026-03-31"), -13), day("2025-02-01"));
        assert_eq!(Span::Week.shifted(day("2026-12-30"), 1), day("2027-01-06"));
        assert_eq!(Span::Month.shifted(day("9999-12-31"), 1), day("9999-12-01"), "the calendar ends");
        assert_eq!(shifted(day("0001-01-01"), -1), day("0001-01-01"), "and begins");
        assert!(Span::Week.holds(day("2026-12-31"), day("2027-01-03")));
        assert!(!Span::Week.holds(day("2027-01-03"), day("2027-01-04")));
        assert!(!Span::Month.holds(day("2026-11-30"), day("2025-11-30")));
    }

    #[test]
    fn codes_go_there_and_back() {
        for span in [Span::Month, Span::Week] {
            assert_eq!(Span::parse(span.code()), Some(span));
        }
        assert_eq!(Span::parse("year"), None);
    }

    #[test]
    fn an_instant_lies_on_the_readers_day() {
        let of = |text: &str, zone: &Zone| day_of(Kind::DateTime, false, &text.into(), zone, day("2026-01-01"));
        let shanghai = Zone::fixed("Asia/Shanghai", 8 * 3600);
        assert_eq!(of("2026-12-31T20:00:00Z", &shanghai), Some(day("2027-01-01")));
        assert_eq!(of("2026-12-31T20:00:00Z", &new_york()), Some(day("2026-12-31")));
        assert_eq!(of("2026-03-08T04:59:00Z", &new_york()), Some(day("2026-03-07")));
        assert_eq!(of("nonsense", &shanghai), None);
        assert_eq!(day_of(Kind::Date, false, &Value::Null, &shanghai, day("2026-01-01")), None);
    }

    #[test]
    fn birthdays_return() {
        let of = |born: &str, from: &str| day_of(Kind::Date, true, &born.into(), &Zone::utc(), day(from));
        assert_eq!(of("1985-11-03", "2026-10-26"), Some(day("2026-11-03")));
        assert_eq!(of("1985-01-02", "2026-11-30"), Some(day("2027-01-02")), "over the end of the year");
        assert_eq!(of("1988-02-29", "2027-02-01"), Some(day("2027-02-28")));
        assert_eq!(of("1988-02-29", "2028-02-01"), Some(day("2028-02-29")));
        assert_eq!(of("2027-06-01", "2026-05-25"), Some(day("2027-06-01")), "not before it was");
    }

    #[test]
    fn what_is_moved_keeps_its_time_of_day() {
        let to = |value: &str, day_there: &str| moved(Kind::DateTime, &value.into(), day(day_there), &new_york());
        assert_eq!(
            to("2026-03-06T15:30:00Z", "2026-03-09"),
            Some("2026-03-09T14:30:00.000000Z".into()),
            "10:30 stays 10:30"
        );
        assert_eq!(to("2026-12-31T20:00:00Z", "2027-01-01"), Some("2027-01-01T20:00:00.000000Z".into()));
        assert_eq!(
            to("2026-03-06T07:30:00Z", "2026-03-08"),
            Some("2026-03-08T07:30:00.000000Z".into()),
            "02:30 is skipped"
        );
        assert_eq!(moved(Kind::Date, &Value::Null, day("2027-01-01"), &new_york()), Some("2027-01-01".into()));
        assert_eq!(moved(Kind::Bool, &Value::Null, day("2027-01-01"), &new_york()), None);
    }
}
