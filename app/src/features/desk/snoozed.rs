//! What is said of a ticket that is put off, as long as it is.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::Row;
use shared::format::{Zone, date_short, time};
use shared::i18n::{Locale, translate};

use super::blocked::is_open;
use crate::context::Page;

/// Until when a ticket is put off, while it is; reactive, also when its time comes.
pub(super) fn snoozed_until(page: Page, row: &Row) -> Option<DateTime<Utc>> {
    let until = row.datetime("snoozed_until").filter(|_| is_open(row))?;
    let now = page.now_until(|now| Some(until).filter(|until| *until > now));
    (until > now).then_some(until)
}

/// Says so, in few words; reactive.
pub(super) fn in_words(page: Page, until: DateTime<Utc>) -> String {
    let when = shortly(page.locale.get(), &page.zone(), page.now.get(), until);
    page.text_with("desk.snoozed", &[("when", &when)])
}

/// A time to come: of today the time of day is enough, and of this year the day.
fn shortly(locale: Locale, zone: &Zone, now: DateTime<Utc>, at: DateTime<Utc>) -> String {
    let (today, day) = (zone.day(now), zone.day(at));
    let time = time(locale, at, zone);
    if day == today {
        return time;
    }
    translate(locale, "format.date_time", &[("date", &date_short(locale, day, today)), ("time", &time)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_come_is_said_as_shortly_as_it_is_clear() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let said = |text: &str| shortly(Locale::En, &Zone::utc(), at("2026-11-30T08:00:00Z"), at(text));
        assert_eq!(said("2026-11-30T18:00:00Z"), "18:00");
        let tomorrow = said("2026-12-01T09:00:00Z");
        assert!(tomorrow.contains("09:00") && tomorrow.contains('1') && !tomorrow.contains("2026"), "{tomorrow}");
        assert!(said("2027-01-04T09:00:00Z").contains("2027"));
    }
}
