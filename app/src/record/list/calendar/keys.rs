//! Calendars without a mouse: arrows go from day to day, Enter opens one; with Shift they move the record in focus.

use chrono::{Datelike, Months, NaiveDate};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::calendar::shifted;

use super::super::row::closest;
use super::data::CalendarData;
use super::entry::ENTRY;
use super::head::change;
use crate::record::inline::focus;

/// A key was pressed in the grid.
pub(super) fn press(data: CalendarData, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let handled = match (closest(event, ENTRY), closest(event, "a, button")) {
        (Some(entry), _) => {
            let id = entry.get_attribute("data-id").and_then(|id| id.parse().ok());
            id.is_some_and(|id| on_entry(data, id, event))
        }
        (None, Some(_)) => false,
        (None, None) => on_day(data, event),
    };
    if handled {
        event.prevent_default();
    }
}

fn on_entry(data: CalendarData, id: uuid::Uuid, event: &KeyboardEvent) -> bool {
    if event.key() == "Escape" {
        focus_day(data.chosen.get_untracked());
        return true;
    }
    let Some(days) = step(&event.key()).filter(|_| event.shift_key()) else { return false };
    let Some(row) = data.row(id).filter(|row| data.may_move(row)) else { return false };
    data.move_by(id, days);
    // The record keeps the focus where it is now.
    if let Some(day) = data.day(&row).map(|day| shifted(day, days)) {
        if data.shows(day) {
            data.hand.chosen.set(Some(day));
        }
        let (selector, chosen) = (format!("{ENTRY}[data-id='{id}']"), data.chosen.get_untracked());
        request_animation_frame(move || match document().query_selector(&selector) {
            Ok(Some(entry)) => focus(Some(entry)),
            _ => focus_day(chosen),
        });
    }
    true
}

/// So many days lie in the direction of an arrow.
fn step(key: &str) -> Option<i64> {
    match key {
        "ArrowLeft" => Some(-1),
        "ArrowRight" => Some(1),
        "ArrowUp" => Some(-7),
        "ArrowDown" => Some(7),
        _ => None,
    }
}

fn on_day(data: CalendarData, event: &KeyboardEvent) -> bool {
    let key = event.key();
    let day = data.chosen.get_untracked();
    if matches!(key.as_str(), "Enter" | " ") {
        data.hand.opened.set(Some(day));
        return true;
    }
    let Some(there) = target(&key, day).filter(|_| !event.shift_key()) else { return false };
    data.hand.chosen.set(Some(there));
    if data.shows(there) {
        focus_day(there);
    } else {
        data.hand.refocus.set_value(true);
        change(data.context, |by_day| by_day.at = Some(there));
    }
    true
}

/// The day that a key leads to.
fn target(key: &str, day: NaiveDate) -> Option<NaiveDate> {
    let from_monday = i64::from(day.weekday().num_days_from_monday());
    match key {
        "Home" => Some(shifted(day, -from_monday)),
        "End" => Some(shifted(day, 6 - from_monday)),
        "PageUp" => day.checked_sub_months(Months::new(1)),
        "PageDown" => day.checked_add_months(Months::new(1)),
        key => step(key).map(|days| shifted(day, days)),
    }
}

/// Gives the chosen day the focus if that is why this month was asked for.
pub(super) fn restore_focus(data: CalendarData) {
    Effect::new(move |_| {
        if data.hand.refocus.try_update_value(std::mem::take) == Some(true) {
            focus_day(data.chosen.get_untracked());
        }
    });
}

fn focus_day(day: NaiveDate) {
    let selector = format!(".calendar-day[data-day='{day}']");
    request_animation_frame(move || focus(document().query_selector(&selector).ok().flatten()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_through_weeks_and_months() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let from = |key: &str| target(key, day("2026-12-31")).map(|day| day.to_string());
        assert_eq!(from("ArrowRight").as_deref(), Some("2027-01-01"));
        assert_eq!(from("ArrowUp").as_deref(), Some("2026-12-24"));
        assert_eq!(from("Home").as_deref(), Some("2026-12-28"));
        assert_eq!(from("End").as_deref(), Some("2027-01-03"));
        assert_eq!(from("PageUp").as_deref(), Some("2026-11-30"));
        assert_eq!(from("x"), None);
    }
}
