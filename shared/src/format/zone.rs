//! Time zones as far as formatting needs them: when the offset from UTC changes.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use serde::{Deserialize, Serialize};

/// A time zone, cut to the years that matter. The server makes it from the time zone database and sends it along, so
/// that the browser needs neither that database nor its own idea of the zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// IANA name.
    pub name: String,
    /// Instant (seconds since 1970, UTC) and the offset from UTC in seconds that holds from then on, ascending. The
    /// first offset also holds before its instant. Empty means UTC.
    pub transitions: Vec<(i64, i32)>,
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self::fixed("UTC", 0)
    }

    /// A zone whose offset (seconds east of UTC) never changes.
    pub fn fixed(name: &str, offset: i32) -> Self {
        Self { name: name.to_owned(), transitions: vec![(0, offset)] }
    }

    /// Offset from UTC at an instant, seconds, east positive.
    pub fn offset_at(&self, at: DateTime<Utc>) -> i32 {
        let past = self.transitions.partition_point(|(from, _)| *from <= at.timestamp());
        self.transitions.get(past.saturating_sub(1)).map_or(0, |(_, offset)| *offset)
    }

    /// What clocks on the wall show at an instant.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.naive_utc() + Duration::seconds(self.offset_at(at).into())
    }

    /// The day it is there at an instant.
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date()
    }

    /// The instant at which clocks on the wall show this. Of an hour that comes twice the first is meant; a time that
    /// clocks skip counts on from before the skip, as browsers do it. `None` at the end of the calendar.
    pub fn instant(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let day = Duration::days(1);
        let before = self.offset_at(local.checked_sub_signed(day)?.and_utc());
        let after = self.offset_at(local.checked_add_signed(day)?.and_utc());
        let guess = |offset: i32| local.and_utc() - Duration::seconds(offset.into());
        let first = guess(before);
        let skipped = self.offset_at(first) != before && self.offset_at(guess(after)) != after;
        Some(if self.offset_at(first) == before || skipped { first } else { guess(after) })
    }

    /// The offset at an instant as people read it: `UTC+8`, `UTC-3:30`, `UTC`.
    pub fn offset_text(&self, at: DateTime<Utc>) -> String {
        let minutes = self.offset_at(at) / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        match (minutes.abs() / 60, minutes.abs() % 60) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
        }
    }
}

/// The value of a `datetime-local` input: `YYYY-MM-DDTHH:MM` in the zone.
pub fn to_local_input(at: DateTime<Utc>, zone: &Zone) -> String {
    let t = zone.local(at);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}", t.year(), t.month(), t.day(), t.hour(), t.minute())
}

/// The instant that a `datetime-local` input means; seconds may be there. `None` when it is not a date and time.
pub fn from_local_input(text: &str, zone: &Zone) -> Option<DateTime<Utc>> {
    let (day, clock) = text.trim().split_once('T')?;
    let day = crate::record::day(day)?;
    let mut parts = clock.splitn(3, ':');
    let hour = two_digits(parts.next()?)?;
    let minute = two_digits(parts.next()?)?;
    // Browsers may add seconds and their fraction.
    let second = parts.next().map_or(Some(0), |s| two_digits(s.split('.').next()?))?;
    zone.instant(day.and_time(NaiveTime::from_hms_opt(hour, minute, second)?))
}

fn two_digits(text: &str) -> Option<u32> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::format) fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    pub(in crate::format) fn shanghai() -> Zone {
        Zone::fixed("Asia/Shanghai", 8 * 3600)
    }

    /// New York around 2026: clocks go forward on 8 March 07:00 UTC and back on 1 November 06:00 UTC.
    pub(in crate::format) fn new_york() -> Zone {
        let changes = ["2025-11-02T06:00:00Z", "2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"];
        let hours = [-5, -4, -5];
        let transitions = changes.iter().zip(hours).map(|(t, h)| (at(t).timestamp(), h * 3600)).collect();
        Zone { name: "America/New_York".into(), transitions }
    }

    #[test]
    fn the_offset_changes_at_the_very_second() {
        let zone = new_york();
        assert_eq!(zone.offset_at(at("2026-03-08T06:59:59Z")), -5 * 3600);
        assert_eq!(zone.offset_at(at("2026-03-08T07:00:00Z")), -4 * 3600);
        assert_eq!(zone.offset_at(at("2026-11-01T06:00:00Z")), -5 * 3600);
        assert_eq!(zone.offset_at(at("1990-07-01T00:00:00Z")), -5 * 3600, "before the first change");
        assert_eq!(Zone::default().offset_at(at("2026-01-01T00:00:00Z")), 0);
    }

    #[test]
    fn inputs_show_and_mean_local_time() {
        let instant = at("2026-03-10T06:30:45Z");
        assert_eq!(to_local_input(instant, &shanghai()), "2026-03-10T14:30");
        assert_eq!(from_local_input("2026-03-10T14:30", &shanghai()), Some(at("2026-03-10T06:30:00Z")));
        assert_eq!(from_local_input("2026-03-10T14:30:45.5", &shanghai()), Some(instant));
        assert_eq!(to_local_input(at("2026-12-31T20:00:00Z"), &shanghai()), "2027-01-01T04:00");
    }

    #[test]
    fn a_time_that_clocks_skip_counts_on_from_before() {
        assert_eq!(from_local_input("2026-03-08T01:59", &new_york()), Some(at("2026-03-08T06:59:00Z")));
        assert_eq!(from_local_input("2026-03-08T02:30", &new_york()), Some(at("2026-03-08T07:30:00Z")));
        assert_eq!(from_local_input("2026-03-08T03:00", &new_york()), Some(at("2026-03-08T07:00:00Z")));
    }

    #[test]
    fn of_an_hour_that_comes_twice_the_first_is_meant() {
        assert_eq!(from_local_input("2026-11-01T01:30", &new_york()), Some(at("2026-11-01T05:30:00Z")));
        assert_eq!(from_local_input("2026-11-01T00:59", &new_york()), Some(at("2026-11-01T04:59:00Z")));
        assert_eq!(from_local_input("2026-11-01T02:00", &new_york()), Some(at("2026-11-01T07:00:00Z")));
        assert_eq!(to_local_input(at("2026-11-01T06:30:00Z"), &new_york()), "2026-11-01T01:30");
    }

    #[test]
    fn every_hour_of_a_year_survives_the_input_unless_it_comes_twice() {
        for zone in [new_york(), shanghai(), Zone::fixed("Asia/Kathmandu", 20_700)] {
            let mut instant = at("2026-01-01T00:00:00Z");
            while instant < at("2027-01-01T00:00:00Z") {
                let back = from_local_input(&to_local_input(instant, &zone), &zone).unwrap();
                let repeated = zone.name == "America/New_York" && instant == at("2026-11-01T06:00:00Z");
                assert_eq!(back, if repeated { instant - Duration::hours(1) } else { instant }, "{}", zone.name);
                instant += Duration::hours(1);
            }
        }
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        for text in [
            "",
            "2026-03-10",
            "2026-02-30T10:00",
            "2026-03-10T24:00",
            "2026-03-10T1:00",
            "2026-03-10T+1:00",
            "T10:00",
            "x",
        ] {
            assert_eq!(from_local_input(text, &shanghai()), None, "{text}");
        }
    }

    #[test]
    fn offsets_read_well() {
        let now = at("2026-07-01T00:00:00Z");
        assert_eq!(shanghai().offset_text(now), "UTC+8");
        assert_eq!(new_york().offset_text(now), "UTC-4");
        assert_eq!(Zone::fixed("Asia/Kolkata", 19_800).offset_text(now), "UTC+5:30");
        assert_eq!(Zone::fixed("America/St_Johns", -12_600).offset_text(now), "UTC-3:30");
        assert_eq!(Zone::utc().offset_text(now), "UTC");
    }

    #[test]
    fn a_zone_survives_the_wire() {
        let text = serde_json::to_string(&new_york()).unwrap();
        assert_eq!(serde_json::from_str::<Zone>(&text).unwrap(), new_york());
    }
}
