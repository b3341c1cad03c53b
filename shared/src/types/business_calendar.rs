//! Business calendar 工作日历: when a team works, for service levels.

use serde_json::Value;

use crate::FieldError;
use crate::format::Zone;
use crate::record::{Draft, FieldDef, Ownership, Part, declare::record, is_empty, kinds};
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
        /// Name in the language that is not the organisation's own.
        other_name: text(120).search();
        /// IANA time zone the hours are meant in; the organisation's when empty.
        timezone: time_zone().list();
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
    let mut odd = odd_workdays(calendar);
    if !draft.changed("workdays") {
        // Told where they were changed; what was odd before stays so.
        let was = draft.before.map(|row| odd_workdays(BusinessCalendar(&row.values))).unwrap_or_default();
        odd.retain(|error| !was.contains(error));
        odd.truncate(1);
        odd.iter_mut().for_each(|error| *error = FieldError::new("hours", "make_up_day_closed"));
    }
    draft.errors.extend(parsed.err().unwrap_or(odd));
}

/// Make-up days that are as a day that is closed, or have hours besides those of another day: nobody means that.
fn odd_workdays(calendar: BusinessCalendar<'_>) -> Vec<FieldError> {
    let has = |parts: &Value, name: &str| !is_empty(parts.get(name).unwrap_or(&Value::Null));
    let odd = |(at, parts): (usize, &Value)| {
        let like = parts.get("as").and_then(Value::as_str);
        let code = match (has(parts, "hours"), like) {
            (true, Some(_)) => "like_or_hours",
            (false, like) if !calendar.hours().is_null() && !has(calendar.hours(), like.unwrap_or(WEEKDAYS[0])) => {
                "like_closed"
            }
            _ => return None,
        };
        Some(FieldError::new(format!("workdays.{at}.as"), code))
    };
    calendar.workdays().as_array().into_iter().flatten().enumerate().filter_map(odd).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::record::validate;

    #[test]
    fn hours_and_days_are_told_of_at_once() {
        let values =
            json!({"name": "Shop", "hours": {"mon": [["18:00", "09:00"]]}, "holidays": [{}, {"name": "Fair"}]});
        let (zone, related, mut after) = (Zone::utc(), BTreeMap::new(), values.as_object().cloned().unwrap());
        let (names, now) = (after.keys().cloned().collect::<Vec<_>>(), chrono::Utc::now());
        let mut draft =
            Draft { before: None, after: &mut after, now, zone: &zone, related: &related, errors: Vec::new() };
        validate(&BUSINESS_CALENDAR, &mut draft, &names, &[]);
        let told: Vec<String> = draft.errors.iter().map(|error| format!("{} {}", error.field, error.code)).collect();
        assert_eq!(told, ["holidays.0.day required", "holidays.1.day required", "hours.mon hours_order"]);
    }

    #[test]
    fn a_make_up_day_is_like_a_day_that_is_open_or_has_hours_of_its_own() {
        let codes = |hours: Value, workday: Value| -> Vec<String> {
            let values = serde_json::from_value(json!({"hours": hours, "workdays": [workday]})).unwrap();
            odd_workdays(BusinessCalendar(&values)).into_iter().map(|e| format!("{} {}", e.field, e.code)).collect()
        };
        let week = || json!({"mon": [["09:00", "18:00"]]});
        assert_eq!(codes(week(), json!({"day": "2026-10-10"})), [""; 0]);
        assert_eq!(codes(Value::Null, json!({"day": "2026-10-10", "as": "sun"})), [""; 0]);
        assert_eq!(codes(week(), json!({"day": "2026-10-10", "as": "sun"})), ["workdays.0.as like_closed"]);
        let own = json!([["10:00", "12:00"]]);
        assert_eq!(codes(json!({"tue": own}), json!({"day": "2026-10-10"})), ["workdays.0.as like_closed"]);
        assert_eq!(codes(week(), json!({"day": "2026-10-10", "hours": own})), [""; 0]);
        let both = json!({"day": "2026-10-10", "as": "mon", "hours": own});
        assert_eq!(codes(week(), both), ["workdays.0.as like_or_hours"]);
    }
}
