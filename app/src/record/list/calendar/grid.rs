//! The days themselves. On a phone they are a small month with dots, and what lies on the chosen day stands below.

use chrono::{Datelike, NaiveDate};
use leptos::ev::{DragEvent, MouseEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Node};
use shared::Row;
use shared::calendar::{Span, shifted};
use shared::format::{day_heading, month_heading, month_name, weekday_name};

use super::super::address::ListState;
use super::super::row::closest;
use super::data::CalendarData;
use super::entry::{entry, line};
use super::{keys, opened};
use crate::context::t;
use crate::ui::Button;

/// Entries of a day that a month has room for, and a week.
const ROOM: [usize; 2] = [3, 12];
/// Dots of a day on a phone.
const DOTS: i64 = 3;

pub(super) fn grid(data: CalendarData) -> AnyView {
    let page = data.context.page;
    let (from, days) = data.query.with_value(|query| (query.from, query.days));
    let span = if days == 7 { Span::Week } else { Span::Month };
    let label = move || month_heading(page.locale.get(), shifted(from, 6));
    let weekday = move |by: i64| {
        let name = move |short: bool| weekday_name(page.locale.get(), shifted(from, by), short);
        view! { <span role="columnheader" aria-label=move || name(false)>{move || name(true)}</span> }
    };
    let week = move |number: u32| {
        let days = (0..7).map(|by| day(data, span, shifted(from, i64::from(number) * 7 + by)));
        view! { <div role="row" class="calendar-week">{days.collect_view()}</div> }
    };
    keys::restore_focus(data);
    view! {
        <div class="calendar-scroll">
            <div role="grid" class="calendar-grid" data-span=span.code() aria-label=label on:keydown=move |event| keys::press(data, &event)>
                <div role="row" class="calendar-weekdays">{(0..7).map(weekday).collect_view()}</div>
                {(0..days / 7).map(week).collect_view()}
            </div>
            {agenda(data)}
        </div>
        {nothing(data)}
        {opened::day_dialog(data)}
        {opened::move_dialog(data)}
    }
    .into_any()
}

/// One day with its first entries.
fn day(data: CalendarData, span: Span, day: NaiveDate) -> AnyView {
    let page = data.context.page;
    let room = ROOM[usize::from(span == Span::Week)];
    let rows = Memo::new(move |_| data.by_day.with(|days| days.get(&day).cloned().unwrap_or_default()));
    let shown = move || rows.with(|rows| rows.iter().take(room).cloned().collect::<Vec<Row>>());
    let total = Memo::new(move |_| data.totals.with(|totals| totals.get(&day).copied().unwrap_or_default()));
    let hidden = Memo::new(move |_| total.get() - i64::try_from(shown().len()).unwrap_or_default());
    let chosen = Memo::new(move |_| data.chosen.get() == day);
    let today = Memo::new(move |_| data.context.today.get() == day);
    let over = Memo::new(move |_| data.hand.over.get() == Some(day));
    let label = move || {
        let name = day_heading(page.locale.get(), day, data.context.today.get());
        match total.get() {
            0 => name,
            n => page.text_with("calendar.day", &[("day", &name), ("n", &n.to_string())]),
        }
    };
    // The month changes in the middle of the grid: its first day says so.
    let month = move || (day.day() == 1).then(|| month_name(page.locale.get(), day.month(), true));
    let outside = span == Span::Month && !span.holds(data.query.with_value(|query| shifted(query.from, 6)), day);
    let choose = move |event: MouseEvent| {
        if closest(&event, "a, button").is_none() {
            data.hand.chosen.set(Some(day));
        }
    };
    let more = move || {
        let text = page.text_with("calendar.more", &[("n", &hidden.get().to_string())]);
        let open = move |_| data.hand.opened.set(Some(day));
        view! { <button type="button" class="calendar-more" tabindex=move || index(chosen.get()) on:click=open>{text}</button> }
    };
    view! {
        <div
            role="gridcell"
            class="calendar-day"
            data-day=day.to_string()
            data-outside=outside.then_some("")
            data-today=move || today.get().then_some("")
            data-over=move || over.get().then_some("")
            aria-current=move || today.get().then_some("date")
            aria-selected=move || chosen.get().to_string()
            tabindex=move || index(chosen.get())
            on:click=choose
            on:dragover=move |event| drag_over(data, day, &event)
            on:dragleave=move |event| drag_left(data, day, &event)
            on:drop=move |event| dropped(data, day, &event)
        >
            // Its name is what it says: this, and what lies on it.
            <span class="visually-hidden">{label}</span>
            <span class="calendar-number" aria-hidden="true">{day.day()}<small>{month}</small></span>
            <ul class="calendar-entries">
                <For each=shown key=|row| row.id children=move |row| entry(data, chosen, row)/>
            </ul>
            <Show when=move || { hidden.get() > 0 }>{more()}</Show>
            <span class="calendar-dots" aria-hidden="true">
                {move || (0..total.get().min(DOTS)).map(|_| view! { <i></i> }).collect_view()}
            </span>
        </div>
    }
    .into_any()
}

/// Only the chosen day and what is on it are stops of the Tab key.
pub(super) fn index(chosen: bool) -> &'static str {
    if chosen { "0" } else { "-1" }
}

fn drag_over(data: CalendarData, day: NaiveDate, event: &DragEvent) {
    if data.hand.held.with_untracked(Option::is_some) {
        event.prevent_default();
        data.hand.over.set(Some(day));
    }
}

/// Leaving for what lies within the day is no leaving.
fn drag_left(data: CalendarData, day: NaiveDate, event: &DragEvent) {
    let next = event.related_target().and_then(|next| next.dyn_into::<Node>().ok());
    let cell = event.current_target().and_then(|cell| cell.dyn_into::<Element>().ok());
    let inside = cell.is_some_and(|cell| cell.contains(next.as_ref()) && next.is_some());
    if !inside && data.hand.over.get_untracked() == Some(day) {
        data.hand.over.set(None);
    }
}

fn dropped(data: CalendarData, day: NaiveDate, event: &DragEvent) {
    event.prevent_default();
    let held = data.hand.held.get_untracked();
    data.hand.held.set(None);
    data.hand.over.set(None);
    if let Some(id) = held {
        data.move_to(id, day);
    }
}

/// What lies on the chosen day, below a phone's month.
fn agenda(data: CalendarData) -> AnyView {
    let page = data.context.page;
    let heading = move || day_heading(page.locale.get(), data.chosen.get(), data.context.today.get());
    let rows = Memo::new(move |_| data.by_day.with(|days| days.get(&data.chosen.get()).cloned().unwrap_or_default()));
    let hidden = Memo::new(move |_| {
        let total = data.totals.with(|totals| totals.get(&data.chosen.get()).copied().unwrap_or_default());
        total - i64::try_from(rows.with(Vec::len)).unwrap_or_default()
    });
    let more = move || {
        let text = page.text_with("calendar.more", &[("n", &hidden.get().to_string())]);
        view! { <Button block=true on_click=move |_| data.hand.opened.set(Some(data.chosen.get_untracked()))>{text}</Button> }
    };
    let empty = move || rows.with(Vec::is_empty).then(|| view! { <p class="meta">{t("calendar.free")}</p> });
    view! {
        <section class="calendar-agenda" aria-labelledby="calendar-chosen">
            <h3 id="calendar-chosen" class="section-title">{heading}</h3>
            {empty}
            <ul class="calendar-lines">
                <For each=move || rows.get() key=|row| (row.id, row.version) children=move |row| line(data, row)/>
            </ul>
            <Show when=move || { hidden.get() > 0 }>{more()}</Show>
        </section>
    }
    .into_any()
}

/// Says that nothing lies on these days, or how much.
fn nothing(data: CalendarData) -> AnyView {
    let (page, nav) = (data.context.page, data.context.nav);
    let count = Memo::new(move |_| data.totals.with(|totals| totals.values().sum::<i64>()));
    let text = move || match count.get() {
        0 => page.text("calendar.empty"),
        n => page.text_with("list.total", &[("n", &shared::format::number(page.locale.get(), n))]),
    };
    // Asked once more when the address leaves the calendar, which is gone by then.
    let narrowed = move || count.try_get() == Some(0) && nav.state.with(ListState::narrows);
    view! {
        <footer class="calendar-foot">
            <span class="num" role="status">{text}</span>
            <Show when=narrowed>
                <Button kind=crate::ui::ButtonKind::Ghost on_click=move |_| nav.change(ListState::clear)>{t("ui.action.clear_all")}</Button>
            </Show>
        </footer>
    }
    .into_any()
}
