//! A record in a calendar: a word on its day, or a line of a day's list.

use leptos::ev::{DragEvent, MouseEvent};
use leptos::prelude::*;
use shared::Row;
use shared::record::{Kind, datetime};
use shared::types::by_name;

use super::super::row::is_wide;
use super::data::CalendarData;
use super::grid::index;
use crate::context::t;
use crate::ui::{Menu, MenuItem};

/// What keyboards find entries by.
pub(super) const ENTRY: &str = ".calendar-entry";

/// A record within its day: opens beside the calendar, and can be dragged to another one. It stays the same element when
/// the record changes, so that it keeps the focus.
pub(super) fn entry(data: CalendarData, chosen: Memo<bool>, row: Row) -> AnyView {
    let (id, href) = (row.id, address(data, &row));
    let row = Memo::new(move |_| data.rows.with(|rows| rows.iter().find(|row| row.id == id).cloned()));
    let of = move |what: fn(CalendarData, &Row) -> Option<String>| {
        row.with(|row| row.as_ref().and_then(|row| what(data, row)))
    };
    let movable = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| data.may_move(row))));
    let held = Memo::new(move |_| data.hand.held.get() == Some(id));
    let lift = move |event: DragEvent| {
        if let Some(transfer) = event.data_transfer() {
            transfer.set_effect_allowed("move");
            // Some browsers drag nothing that carries nothing.
            drop(transfer.set_data("text/plain", &id.to_string()));
        }
        data.hand.held.set(Some(id));
    };
    let let_go = move |_| {
        // The calendar may have gone meanwhile.
        data.hand.held.try_set(None);
        data.hand.over.try_set(None);
    };
    view! {
        <li>
            <a
                class="calendar-entry"
                href=href
                title=move || of(|data, row| Some(name(data, row)))
                data-id=id.to_string()
                data-done=move || row.with(|row| row.as_ref().is_some_and(is_done)).then_some("")
                data-held=move || held.get().then_some("")
                data-open=move || data.context.nav.is_open(id).then_some("")
                draggable=move || if movable.get() { "true" } else { "false" }
                aria-keyshortcuts=move || movable.get().then_some("Shift+ArrowLeft Shift+ArrowRight Shift+ArrowUp Shift+ArrowDown")
                tabindex=move || index(chosen.get())
                on:click=move |event| open(data, id, &event)
                on:dragstart=lift
                on:dragend=let_go
            >
                {move || of(time).map(|time| view! { <span class="num">{time}</span>" " })}
                <span class="truncate">{move || of(|data, row| Some(name(data, row)))}</span>
            </a>
        </li>
    }
    .into_any()
}

/// A record in the list of a day, with a menu that moves it: the way of fingers.
pub(super) fn line(data: CalendarData, row: Row) -> AnyView {
    let movable = data.may_move(&row);
    let about = about(data, &row);
    let id = row.id;
    let (href, title, when, done) = (address(data, &row), name(data, &row), time(data, &row), is_done(&row));
    let row = StoredValue::new(row);
    let by = move |days: i64| {
        move |()| {
            let row = row.get_value();
            if let Some(day) = data.day(&row) {
                data.move_row(row, shared::calendar::shifted(day, days));
            }
        }
    };
    let moves = movable.then(|| {
        view! {
            <Menu label=t("calendar.move") icon="calendar-clock" end=true>
                <MenuItem icon="arrow-left" label=t("calendar.day_before") on_select=by(-1)/>
                <MenuItem icon="arrow-right" label=t("calendar.day_after") on_select=by(1)/>
                <MenuItem icon="calendar-days" label=t("calendar.week_after") on_select=by(7)/>
                <MenuItem icon="calendar" label=t("calendar.other_day") on_select=move |()| data.hand.asking.set(Some(row.get_value()))/>
            </Menu>
        }
    });
    view! {
        <li class="calendar-line" data-done=done.then_some("")>
            {when.map(|when| view! { <span class="num meta">{when}</span> })}
            <a href=href on:click=move |event| open(data, id, &event)>
                <span class="truncate">{title}</span>
                <span class="meta truncate">{about}</span>
            </a>
            {moves}
        </li>
    }
    .into_any()
}

fn address(data: CalendarData, row: &Row) -> String {
    format!("/{}/{}", data.context.def.plural, row.id)
}

fn name(data: CalendarData, row: &Row) -> String {
    row.text(data.context.def.title).filter(|title| !title.is_empty()).unwrap_or("–").to_owned()
}

/// The time of day, where the date has one.
fn time(data: CalendarData, row: &Row) -> Option<String> {
    let page = data.context.page;
    let date = data.date.get_value();
    let at = (date.kind() == Kind::DateTime).then(|| datetime(&row.values, &date.name())).flatten()?;
    Some(shared::format::time(page.locale.get(), at, &page.zone()))
}

/// Struck out: what is done needs nobody any more.
fn is_done(row: &Row) -> bool {
    row.value("done").as_bool() == Some(true)
}

/// Whom it is about: the first record that is no setting.
fn about(data: CalendarData, row: &Row) -> Option<String> {
    let fields = data.context.def.fields.iter().filter(|field| match field.kind {
        Kind::Reference(target) => by_name(target).is_some_and(|target| target.is_owned()),
        _ => false,
    });
    let ids: Vec<_> = fields.filter_map(|field| row.reference(field.name)).collect();
    data.titles.with(|titles| ids.iter().find_map(|id| titles.get(id).cloned()))
}

/// A plain click on a wide screen opens the record beside the calendar; any other does what links do.
fn open(data: CalendarData, id: uuid::Uuid, event: &MouseEvent) {
    let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if !modified && event.button() == 0 && is_wide() {
        event.prevent_default();
        data.hand.opened.set(None);
        data.context.nav.peek(id);
    }
}
