//! Business calendar 工作日历: when a team works, for service levels.

use crate::format::Zone;
use crate::record::{Draft, FieldDef, Ownership, Part, declare::record, kinds};
use crate::sla::{BusinessHours, WEEKDAYS};

/// A day closed.
const HOLIDAY: &[Part] =
    &[Part::of(FieldDef::new("day", kinds::date()).required()), Part::of(FieldDef::new("name", kinds::text(100)))];

/// A day open: with its own hours, or as another day of the week.
const WORKDAY: &[Part] = &[
    Part::of(FieldDef::new("day", kinds::date()).required()),
    Part::of(FieldDef::new("as", kinds::choice(&WEEKDAYS))),
    Part::of(FieldDef::new("hours", kinds::hours())),
];

record! {
    /// When a team works.
    pub BUSINESS_CALENDAR, BusinessCalendar {
        name: "business_calendar", plural: "business_calendars", icon: "calendar-clock", title: "name",
        /// Name.
        name: text(120).required().unique().search().list();
        /// IANA time zone the hours are meant in; the organisation's when empty.
        timezone: text(60).list();
        /// Opening hours by weekday: `{"mon": [["09:00", "18:00"]], …}`; always open when empty.
        hours: week().group("hours");
        /// Days closed: `[{"day": "2026-10-01", "name": "国庆节"}]`.
        holidays: entries(HOLIDAY).group("hours");
        /// Make-up days 调休 that are open, as Mondays are when nothing else is said: `[{"day": "2026-10-10", "as": "fri"}]`.
        workdays: entries(WORKDAY).group("hours");
        /// Chinese public holidays and their make-up days count as well.
        chinese_holidays: boolean().group("hours").list();
    }
    with { ownership: Ownership::Organisation }
    rules calendar_rules
}

fn calendar_rules(draft: &mut Draft<'_>) {
    let calendar = BusinessCalendar(draft.after);
    let parsed = BusinessHours::parse(Zone::utc(), calendar.hours(), calendar.holidays(), calendar.workdays());
    if let Err(errors) = parsed {
        draft.errors.extend(errors);
    }
}
