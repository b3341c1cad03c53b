//! Business calendar 工作日历: when a team works, for service levels.

use crate::format::Zone;
use crate::record::{Draft, Ownership, declare::record};
use crate::sla::BusinessHours;

record! {
    /// When a team works.
    pub BUSINESS_CALENDAR, BusinessCalendar {
        name: "business_calendar", plural: "business_calendars", icon: "calendar-clock", title: "name",
        /// Name.
        name: text(120).required().unique().search().list();
        /// IANA time zone the hours are meant in; the organisation's when empty.
        timezone: text(60).list();
        /// Opening hours by weekday: `{"mon": [["09:00", "18:00"]], …}`; always open when empty.
        hours: json();
        /// Days closed: `[{"day": "2026-10-01", "name": "国庆节"}]`.
        holidays: json();
        /// Make-up days 调休 that are open: `[{"day": "2026-10-10"}]`.
        workdays: json();
        /// Chinese public holidays and their make-up days count as well.
        chinese_holidays: boolean().list();
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
