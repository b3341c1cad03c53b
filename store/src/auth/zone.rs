//! Time zones for browsers: the offsets of the years around now, instead of the whole database in the wasm.

use chrono::{DateTime, Datelike, Duration, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use shared::format::Zone;

/// Years before and after now whose changes of offset are sent along.
const YEARS: i32 = 6;
/// From when on the changes count for what files say of the past.
const PAST: i32 = 1970;

/// Whether there is a zone of that name.
pub(crate) fn is_zone(name: &str) -> bool {
    name.parse::<Tz>().is_ok()
}

/// The zone of an IANA name in the years around now; UTC when the name is unknown.
pub(crate) fn zone_of(name: &str) -> Zone {
    zone(name, Utc::now())
}

/// The zone of an IANA name with its changes of long ago too; nothing when the name is unknown.
pub(crate) fn zone_with_past(name: &str) -> Option<Zone> {
    let tz = name.parse::<Tz>().ok()?;
    Some(between(name, tz, PAST, Utc::now().year() + YEARS))
}

/// The zone of an IANA name; UTC when the name is unknown.
pub(super) fn zone(name: &str, now: DateTime<Utc>) -> Zone {
    let Ok(tz) = name.parse::<Tz>() else { return Zone::utc() };
    between(name, tz, now.year() - YEARS, now.year() + YEARS)
}

/// A zone with its changes from the beginning of one year to that of another.
fn between(name: &str, tz: Tz, from: i32, to: i32) -> Zone {
    let offset = |at: DateTime<Utc>| tz.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
    let beginning = |year: i32| Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).single().unwrap_or_default();
    let (mut at, end) = (beginning(from), beginning(to));
    let mut transitions = vec![(at.timestamp(), offset(at))];
    while at < end {
        let next = at + Duration::days(7);
        if offset(next) != offset(at) {
            let change = first_after(at, next, offset);
            transitions.push((change.timestamp(), offset(next)));
        }
        at = next;
    }
    Zone { name: name.to_owned(), transitions }
}

/// The first second at which the offset is that of `high`, by bisection.
fn first_after(
    mut low: DateTime<Utc>,
    mut high: DateTime<Utc>,
    offset: impl Fn(DateTime<Utc>) -> i32,
) -> DateTime<Utc> {
    let target = offset(high);
    while high - low > Duration::seconds(1) {
        let middle = low + (high - low) / 2;
        if offset(middle) == target { high = middle } else { low = middle }
    }
    DateTime::from_timestamp(high.timestamp(), 0).unwrap_or(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_follow_the_database() {
        let now: DateTime<Utc> = "2026-11-21T00:00:00Z".parse().unwrap();
        assert_eq!(zone("Asia/Shanghai", now).transitions.len(), 1);
        let berlin = zone("Europe/Berlin", now);
        let at = |text: &str| berlin.offset_at(text.parse().unwrap());
        assert_eq!((at("2026-03-29T00:59:59Z"), at("2026-03-29T01:00:00Z")), (3600, 7200));
        assert_eq!(zone("Mars/Base", now), Zone::utc());
    }

    #[test]
    fn files_tell_of_summers_long_gone() {
        let berlin = zone_with_past("Europe/Berlin").unwrap();
        assert_eq!(berlin.offset_at("1999-07-01T00:00:00Z".parse().unwrap()), 7200);
        assert_eq!(zone_with_past("Mars/Base"), None);
    }
}
