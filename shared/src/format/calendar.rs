//! Days and times of day.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

use super::Zone;
use crate::i18n::{Locale, translate};

/// A day with its year: `10 Mar 2026`, `2026年3月10日`.
pub fn date(locale: Locale, day: NaiveDate) -> String {
    day_text(locale, "format.date", day)
}

/// A day as short as it is clear: without the year when that is this year's.
pub fn date_short(locale: Locale, day: NaiveDate, today: NaiveDate) -> String {
    if day.year() == today.year() { day_text(locale, "format.date_short", day) } else { date(locale, day) }
}

/// Day and time of day in the zone: `10 Mar 2026, 14:30`, `2026年3月10日 14:30`.
pub fn date_time(locale: Locale, at: DateTime<Utc>, zone: &Zone) -> String {
    let day = date(locale, zone.day(at));
    translate(locale, "format.date_time", &[("date", &day), ("time", &time(locale, at, zone))])
}

/// Time of day in the zone, 24 hours: `14:30`.
pub fn time(_: Locale, at: DateTime<Utc>, zone: &Zone) -> String {
    let local = zone.local(at);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// The heading of a day in a timeline: today, yesterday, tomorrow, else the day with its weekday.
pub fn day_heading(locale: Locale, day: NaiveDate, today: NaiveDate) -> String {
    match (day - today).num_days() {
        0 => translate(locale, "format.today", &[]),
        -1 => translate(locale, "format.yesterday", &[]),
        1 => translate(locale, "format.tomorrow", &[]),
        _ => {
            let weekday = weekday_name(locale, day, false);
            let date = date_short(locale, day, today);
            translate(locale, "format.day_with_weekday", &[("weekday", &weekday), ("date", &date)])
        }
    }
}

/// The heading of a month in a calendar: `March 2026`, `2026年3月`.
pub fn month_heading(locale: Locale, day: NaiveDate) -> String {
    let (month, year) = (month_name(locale, day.month(), false), day.year().to_string());
    translate(locale, "format.month_heading", &[("month", &month), ("year", &year)])
}

/// Name of a month, 1 to 12.
pub fn month_name(locale: Locale, month: u32, short: bool) -> String {
    let list = if short { "month_short" } else { "month" };
    translate(locale, &format!("format.{list}.{month}"), &[])
}

/// Name of a day's weekday.
pub fn weekday_name(locale: Locale, day: NaiveDate, short: bool) -> String {
    let list = if short { "weekday_short" } else { "weekday" };
    translate(locale, &format!("format.{list}.{}", day.weekday().number_from_monday()), &[])
}

fn day_text(locale: Locale, key: &str, day: NaiveDate) -> String {
    let month = month_name(locale, day.month(), true);
    let (year, number) = (day.year().to_string(), day.day().to_string());
    translate(locale, key, &[("year", &year), ("month", &month), ("day", &number)])
}

#[cfg(test)]
mod tests {
    use super::super::zone::tests::{at, new_york, shanghai};
    use super::*;
    use crate::i18n::Locale::{En, ZhCn};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_written_in_the_habit_of_the_language() {
        assert_eq!(date(En, day("2026-03-10")), "10 Mar 2026");
        assert_eq!(date(ZhCn, day("2026-03-10")), "2026年3月10日");
        assert_eq!(month_heading(En, day("2026-12-01")), "December 2026");
        assert_eq!(month_heading(ZhCn, day("2026-12-01")), "2026年12月");
    }

    #[test]
    fn this_year_goes_without_saying() {
        assert_eq!(date_short(En, day("2026-12-31"), day("2026-01-01")), "31 Dec");
        assert_eq!(date_short(ZhCn, day("2026-12-31"), day("2026-01-01")), "12月31日");
        assert_eq!(date_short(ZhCn, day("2025-12-31"), day("2026-01-01")), "2025年12月31日");
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let instant = at("2026-03-09T20:05:59Z");
        assert_eq!(date_time(ZhCn, instant, &shanghai()), "2026年3月10日 04:05");
        assert_eq!(date_time(En, instant, &new_york()), "9 Mar 2026, 16:05");
        assert_eq!(time(En, at("2026-03-08T06:59:00Z"), &new_york()), "01:59");
        assert_eq!(time(En, at("2026-03-08T07:00:00Z"), &new_york()), "03:00");
    }

    #[test]
    fn near_days_have_names_and_others_their_weekday() {
        let today = day("2026-03-01");
        assert_eq!(day_heading(ZhCn, today, today), "今天");
        assert_eq!(day_heading(ZhCn, day("2026-02-28"), today), "昨天");
        assert_eq!(day_heading(En, day("2026-03-02"), today), "Tomorrow");
        assert_eq!(day_heading(En, day("2026-03-10"), today), "Tuesday, 10 Mar");
        assert_eq!(day_heading(ZhCn, day("2025-12-29"), today), "2025年12月29日 星期一");
    }

    #[test]
    fn every_month_and_weekday_has_a_name() {
        for locale in Locale::ALL {
            for month in 1..=12 {
                assert!(
                    !month_name(locale, month, true).contains('.') && !month_name(locale, month, false).contains('.')
                );
            }
            for n in 0..7 {
                let day = day("2026-03-09") + chrono::Days::new(n);
                assert!(
                    !weekday_name(locale, day, true).contains('.') && !weekday_name(locale, day, false).contains('.')
                );
            }
        }
    }
}
