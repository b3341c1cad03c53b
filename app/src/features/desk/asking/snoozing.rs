//! Until when tickets are put off.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::format::{date_time, from_local_input};
use shared::i18n;
use shared::planning::Due;

use super::choice;
use crate::context::{browser_now, t};
use crate::features::desk::model::Desk;
use crate::ui::{Button, ButtonKind, DateInput, Field, Icon};

/// The times one may put a ticket off to, with what they are today.
fn later(desk: Desk) -> Vec<(Due, DateTime<Utc>, String)> {
    let (now, zone) = (browser_now(), desk.page.zone());
    let locale = desk.page.locale.get_untracked();
    let mut times: Vec<(Due, DateTime<Utc>, String)> = Vec::new();
    for due in [Due::InAnHour].into_iter().chain(Due::LATER) {
        let at = due.at(now, &zone);
        // In the evening later today is in an hour, and on a Sunday tomorrow is next week.
        if times.iter().all(|(_, other, _)| *other != at) {
            times.push((due, at, date_time(locale, at, &zone)));
        }
    }
    times
}

pub(super) fn snooze(desk: Desk) -> AnyView {
    let one = move |(at, (due, until, when)): (usize, (Due, DateTime<Utc>, String))| {
        let name = i18n::translate(desk.page.locale.get_untracked(), &format!("timeline.due_in.{}", due.code()), &[]);
        let label = view! { <Icon name="clock"/><span>{name}</span><span class="meta">{when}</span> }.into_any();
        choice(label, at == 0, move || desk.answer(|rows| desk.snooze(&rows, Some(until))))
    };
    let asleep = desk.asking.with_untracked(|asking| {
        asking.as_ref().is_some_and(|asking| asking.rows.iter().any(|row| row.text("snoozed_until").is_some()))
    });
    view! {
        <ul class="desk-choices">
            {later(desk).into_iter().enumerate().map(one).collect_view()}
            {asleep.then(|| choice(
                view! { <Icon name="bell"/><span>{t("desk.wake")}</span> }.into_any(),
                false,
                move || desk.answer(|rows| desk.snooze(&rows, None)),
            ))}
        </ul>
        {another_time(desk)}
    }
    .into_any()
}

/// Any time to come.
fn another_time(desk: Desk) -> AnyView {
    let (at, past) = (RwSignal::new(String::new()), RwSignal::new(false));
    // Another time may be a good one.
    Effect::new(move |_| {
        at.track();
        past.set(false);
    });
    let set = move |_| {
        let Some(until) = from_local_input(&at.get_untracked(), &desk.page.zone()) else { return };
        if until <= browser_now() {
            return past.set(true);
        }
        desk.answer(|rows| desk.snooze(&rows, Some(until)));
    };
    let error = Signal::derive(move || past.get().then(|| desk.page.text("error.in_past")));
    view! {
        <div class="desk-until">
            <Field id="desk-until" label=t("desk.snooze_until") error><DateInput value=at time=true/></Field>
            <Button kind=ButtonKind::Primary disabled=Signal::derive(move || at.with(String::is_empty)) on_click=set>
                {t("desk.snooze")}
            </Button>
        </div>
    }
    .into_any()
}
