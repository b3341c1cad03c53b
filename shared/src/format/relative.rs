//! Distances in time.

use chrono::{DateTime, Utc};

use crate::i18n::{Locale, translate};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Mean lengths in the Gregorian calendar.
const YEAR: u64 = 31_556_952;
const MONTH: u64 = YEAR / 12;

/// How long ago or ahead an instant is, in the largest unit that fits, rounded: `3 分钟前`, `in 2 days`.
pub fn relative(locale: Locale, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (at - now).num_seconds();
    let Some((unit, n)) = distance(seconds.unsigned_abs()) else { return translate(locale, "format.just_now", &[]) };
    let direction = if seconds < 0 { "ago" } else { "ahead" };
    translate(locale, &format!("format.{direction}.{unit}"), &[("n", &n.to_string())])
}

/// As [`relative`], of something planned: what is to come within the minute has not happened just now.
pub fn planned(locale: Locale, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if at > now && distance((at - now).num_seconds().unsigned_abs()).is_none() {
        return translate(locale, "format.soon", &[]);
    }
    relative(locale, at, now)
}

/// A duration of up to two units, each in words: Chinese leaves no space between them.
pub fn duration(locale: Locale, larger: &str, smaller: Option<&str>) -> String {
    let between = if locale == Locale::ZhCn { "" } else { " " };
    smaller.map_or_else(|| larger.to_owned(), |smaller| format!("{larger}{between}{smaller}"))
}

/// Unit and number; `None` for a moment. Rounding never shows a full larger unit: 59.5 minutes are an hour.
fn distance(seconds: u64) -> Option<(&'static str, u64)> {
    if seconds < 45 {
        return None;
    }
    let rounded = |unit: u64| (seconds + unit / 2) / unit;
    let limits = [("minutes", MINUTE, 60), ("hours", HOUR, 24), ("days", DAY, 30), ("months", MONTH, 12)];
    let fitting =
        limits.iter().map(|(name, unit, limit)| (*name, rounded(*unit), *limit)).find(|(_, n, limit)| n < limit);
    let (name, n) = fitting.map_or_else(|| ("years", rounded(YEAR)), |(name, n, _)| (name, n));
    Some((name, n.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale::{En, ZhCn};
    use chrono::Duration;

    fn en(seconds: i64) -> String {
        let now = "2026-03-10T08:00:00Z".parse().unwrap();
        relative(En, now + Duration::seconds(seconds), now)
    }

    #[test]
    fn distances_read_as_people_say_them() {
        let now = "2026-03-10T08:00:00Z".parse().unwrap();
        assert_eq!(relative(ZhCn, now - Duration::minutes(3), now), "3 分钟前");
        assert_eq!(relative(ZhCn, now + Duration::days(2), now), "2 天后");
        assert_eq!(relative(ZhCn, now - Duration::seconds(5), now), "刚刚");
        assert_eq!(relative(ZhCn, now - Duration::days(61), now), "2 个月前");
        assert_eq!(en(2 * 86_400), "in 2 days");
        assert_eq!(en(-60), "1 minute ago");
        assert_eq!(en(-7200), "2 hours ago");
    }

    #[test]
    fn units_of_a_duration_stand_together_in_chinese() {
        assert_eq!(duration(ZhCn, "1分钟", Some("54秒")), "1分钟54秒");
        assert_eq!(duration(En, "1m", Some("54s")), "1m 54s");
        assert_eq!(duration(ZhCn, "2小时", None), "2小时");
    }

    #[test]
    fn rounding_goes_over_to_the_next_unit() {
        assert_eq!(en(-44), "just now");
        assert_eq!(en(-45), "1 minute ago");
        assert_eq!(en(-(59 * 60 + 29)), "59 minutes ago");
        assert_eq!(en(-(59 * 60 + 30)), "1 hour ago");
        assert_eq!(en(23 * 3600 + 1800), "in 1 day");
        assert_eq!(en(-29 * 86_400), "29 days ago");
        assert_eq!(en(-30 * 86_400), "1 month ago");
        assert_eq!(en(-351 * 86_400), "1 year ago");
        assert_eq!(en(730 * 86_400), "in 2 years");
    }

    #[test]
    fn a_clock_that_runs_ahead_is_not_the_future() {
        assert_eq!(en(20), "just now");
    }

    #[test]
    fn what_is_planned_is_ahead_until_it_is_due() {
        let now = "2026-03-10T08:00:00Z".parse().unwrap();
        let said = |milliseconds: i64| planned(En, now + Duration::milliseconds(milliseconds), now);
        assert_eq!(said(20_000), "in less than a minute");
        assert_eq!(said(400), "in less than a minute");
        assert_eq!(planned(ZhCn, now + Duration::seconds(20), now), "1 分钟内");
        assert_eq!([said(0), said(-20_000)], ["just now", "just now"]);
        assert_eq!([said(50_000), said(-60_000)], ["in 1 minute", "1 minute ago"]);
    }
}
