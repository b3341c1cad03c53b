//! A whole day in a dialog, and the choice of another day for a record.

use leptos::prelude::*;
use serde_json::Value;
use shared::Values;
use shared::calendar::{CalendarQuery, shifted};
use shared::format::{day_heading, from_local_input};
use shared::query::{Filter, MAX_PAGE, Op};
use shared::record::{Kind, instant_text};

use super::data::CalendarData;
use super::entry::line;
use crate::api::records::list_calendar;
use crate::context::t;
use crate::record::missing::failed;
use crate::record::titles::learn_titles;
use crate::ui::{Button, ButtonKind, DateInput, Dialog, Field, LinkButton, Size, SkeletonRows, open_about};

/// What lies on the opened day, all of it.
pub(super) fn day_dialog(data: CalendarData) -> AnyView {
    let (page, hand) = (data.context.page, data.hand);
    let open = open_about(hand.opened);
    let title = Signal::derive(move || {
        let day = hand.opened.get();
        day.map(|day| day_heading(page.locale.get(), day, data.context.today.get())).unwrap_or_default()
    });
    let footer = move || {
        view! {
            {as_list(data).map(|href| view! { <LinkButton href icon="list">{t("calendar.as_list")}</LinkButton> })}
            {may_plan(data).then(|| view! {
                <Button kind=ButtonKind::Primary icon="plus" on_click=move |_| plan(data)>
                    {move || page.text(&format!("{}._new", data.context.def.name))}
                </Button>
            })}
        }
    };
    view! {
        <Dialog open title close=t("ui.action.close") size=Size::Small footer>
            {move || lines(data)}
        </Dialog>
    }
    .into_any()
}

/// The lines of the opened day, loaded again whenever the calendar is.
fn lines(data: CalendarData) -> AnyView {
    let Some(day) = data.hand.opened.get_untracked() else { return ().into_any() };
    let query = data.query.with_value(|query| CalendarQuery { from: day, days: 1, per_day: MAX_PAGE, ..query.clone() });
    let loaded = LocalResource::new(move || {
        data.loads.track();
        list_calendar(data.context.def.name.to_owned(), query.clone())
    });
    let shown = move |found: shared::calendar::Calendar| {
        learn_titles(data.titles, &found.titles);
        let Some(day) = found.days.into_iter().next() else {
            return view! { <p class="meta">{t("calendar.free")}</p> }.into_any();
        };
        let rest = day.total - i64::try_from(day.rows.len()).unwrap_or_default();
        let more = (rest > 0).then(|| data.context.page.text_with("calendar.more", &[("n", &rest.to_string())]));
        let lines = day.rows.into_iter().map(|row| line(data, row)).collect_view();
        view! { <ul class="calendar-lines">{lines}</ul> <p class="meta">{more}</p> }.into_any()
    };
    view! {
        <Transition fallback=|| view! { <SkeletonRows count=4/> }>
            {move || loaded.get().map(|found| match found {
                Ok(found) => shown(found),
                Err(fault) => failed(fault.0, move || loaded.refetch()),
            })}
        </Transition>
    }
    .into_any()
}

/// The opened day as a list with its filters; what comes every year is no stretch of time.
fn as_list(data: CalendarData) -> Option<String> {
    let day = data.hand.opened.get_untracked()?;
    let date = data.date.get_value();
    let edge = |op: Op, day: chrono::NaiveDate| Filter::field(&date.name(), op, day.to_string());
    let mut state = data.context.nav.state.get_untracked();
    state.by_day = None;
    state.view = None;
    state.conditions.extend([edge(Op::Gte, day), edge(Op::Lt, shifted(day, 1))]);
    (!date.is_yearly()).then(|| data.context.nav.address(&state))
}

fn may_plan(data: CalendarData) -> bool {
    let date = data.date.get_value();
    data.context.may_create && date.editable && !date.is_yearly()
}

/// Begins a record on the opened day.
fn plan(data: CalendarData) {
    let Some(day) = data.hand.opened.get_untracked() else { return };
    let date = data.date.get_value();
    let value = match date.kind() {
        // In the morning, as far as anybody can guess.
        Kind::DateTime => from_local_input(&format!("{day}T09:00"), &data.context.page.zone()).map(instant_text),
        _ => Some(day.to_string()),
    };
    let mut given = Values::new();
    date.put(&mut given, value.map_or(Value::Null, Value::from));
    data.hand.opened.set(None);
    data.context.given.set(given);
    data.context.creating.set(true);
}

/// Asks on which day a record shall lie.
pub(super) fn move_dialog(data: CalendarData) -> AnyView {
    let hand = data.hand;
    let (open, day) = (open_about(hand.asking), RwSignal::new(String::new()));
    Effect::new(move |_| {
        if let Some(now) = hand.asking.with(|asked| asked.as_ref().and_then(|row| data.day(row))) {
            day.set(now.to_string());
        }
    });
    let save = move || {
        let (row, day) = (hand.asking.get_untracked(), shared::record::day(&day.get_untracked()));
        if let (Some(row), Some(day)) = (row, day) {
            data.move_row(row, day);
            open.set(false);
        }
    };
    let no_day = Signal::derive(move || day.with(|day| shared::record::day(day).is_none()));
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary disabled=no_day on_click=move |_| save()>{t("calendar.move")}</Button>
        }
    };
    let label = data.date.with_value(|date| date.label_signal(data.context.page));
    view! {
        <Dialog open title=t("calendar.move") close=t("ui.action.close") size=Size::Small footer>
            <div class="form-group"><Field id="calendar-day" label><DateInput value=day/></Field></div>
        </Dialog>
    }
    .into_any()
}
