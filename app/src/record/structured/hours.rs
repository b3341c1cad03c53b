//! Opening hours: of a day, and of each day of the week.

use leptos::prelude::*;
use serde_json::{Value, json};
use shared::format::paired;
use shared::record::Values;
use shared::sla::WEEKDAYS;

use super::items::{Items, in_step};
use super::words::weekday;
use super::{message_within, remove_label, settle, told};
use crate::context::{Page, t};
use crate::record::editor::Editing;
use crate::ui::{Button, ButtonKind, Size};

/// From when to when, as inputs write it.
type Interval = (RwSignal<String>, RwSignal<String>);

/// Midnight at the end of a day. Inputs know it as the one at its beginning only.
const END: (&str, &str) = ("24:00", "00:00");

/// Hours that most offices have.
const USUAL: (&str, &str) = ("09:00", "18:00");

fn read(value: &Value) -> Vec<Interval> {
    let interval = |pair: &Value| {
        let text = |at: usize| pair.get(at).and_then(Value::as_str).unwrap_or_default();
        let to = if text(1) == END.0 { END.1 } else { text(1) };
        (RwSignal::new(text(0).to_owned()), RwSignal::new(to.to_owned()))
    };
    value.as_array().into_iter().flatten().map(interval).collect()
}

fn write(all: Vec<Interval>) -> Value {
    let pair = |(from, to): Interval| {
        let to = to.get();
        json!([from.get(), if to == END.1 { END.0.to_owned() } else { to }])
    };
    let all: Vec<Value> = all.into_iter().map(pair).collect();
    if all.is_empty() { Value::Null } else { all.into() }
}

/// The hours of one day.
pub(super) fn hours(editing: &Editing) -> AnyView {
    let page = Page::take();
    day(page, editing.id.clone(), editing.value, editing.attribute.label_signal(page), Signal::stored(false))
}

/// Without hours it says that it is closed, if it is.
fn day(page: Page, id: String, value: RwSignal<Value>, label: Signal<String>, closed: Signal<bool>) -> AnyView {
    let items = Items::of(id, value, read, write);
    let add = move |_| {
        // After the last ones, where that makes sense.
        let last = items.all.with_untracked(|all| all.last().map(|(_, (_, to))| to.get_untracked()));
        let (from, to) = last.map_or(USUAL, |_| ("", ""));
        items.add((RwSignal::new(from.to_owned()), RwSignal::new(to.to_owned())));
    };
    let one = move |(key, (from, to)): (usize, Interval)| {
        let input = |text: RwSignal<String>, name: &'static str| {
            let named = Signal::derive(move || paired(page.locale.get(), &label.get(), &page.text(name)));
            view! {
                <input
                    class="input"
                    type="time"
                    aria-label=named
                    prop:value=text
                    on:input=move |event| text.set(event_target_value(&event))
                />
            }
        };
        let name = Signal::derive(move || format!("{} {}–{}", label.get(), from.get(), to.get()));
        view! {
            <span id=items.id(key) class="hours-span">
                {input(from, "ui.word.from")}
                <span aria-hidden="true">"–"</span>
                {input(to, "ui.word.to")}
                <Button kind=ButtonKind::Ghost size=Size::Small icon="x" label=remove_label(page, name) on_click=move |_| items.remove(key)/>
            </span>
        }
    };
    let add_label = Signal::derive(move || page.text_with("structured.add_hours", &[("day", &label.get())]));
    let shut = move || closed.get() && items.all.with(Vec::is_empty);
    view! {
        <div class="hours" id=items.adding()>
            <Show when=shut><span class="meta">{t("structured.closed")}</span></Show>
            <For each=move || items.all.get() key=|(key, _)| *key let:item>{one(item)}</For>
            <Button kind=ButtonKind::Ghost size=Size::Small icon="plus" label=add_label on_click=add/>
        </div>
    }
    .into_any()
}

/// The hours of each day of the week.
pub(super) fn week(editing: &Editing) -> AnyView {
    let page = Page::take();
    let (value, errors, field) = (editing.value, editing.errors, editing.name());
    let days =
        WEEKDAYS.map(|name| RwSignal::new(value.with_untracked(|week| week.get(name).cloned()).unwrap_or_default()));
    let put_together = move || {
        let open = WEEKDAYS.iter().zip(days).map(|(name, hours)| ((*name).to_owned(), hours.get()));
        let week: Values = open.filter(|(_, hours)| !hours.is_null()).collect();
        if week.is_empty() { Value::Null } else { week.into() }
    };
    let take_apart = move |week: &Value| {
        WEEKDAYS.iter().zip(days).for_each(|(name, hours)| hours.set(week.get(name).cloned().unwrap_or_default()));
    };
    in_step(value, take_apart, put_together);
    let closed = Signal::derive(move || value.with(|week| !week.is_null()));
    let row = |at: usize| {
        let (hours, name) = (days[at], Signal::derive(move || weekday(page, at)));
        let path = move || format!("{field}.{}", WEEKDAYS[at]);
        Effect::new(move |before: Option<()>| {
            hours.track();
            if before.is_some() {
                settle(errors, &path());
            }
        });
        let wrong = move || {
            let message = message_within(page, errors, &path())?;
            Some(paired(page.locale.get(), &name.get(), &message))
        };
        // The first workday says what the others are like.
        let spread = move |_| days[1..5].iter().for_each(|other| other.set(hours.get_untracked()));
        view! {
            <div class="week-day" role="group" aria-label=name data-invalid=move || wrong().map(|_| "")>
                <span class="week-name" aria-hidden="true">{name}</span>
                {day(page, format!("{}-{}", editing.id, WEEKDAYS[at]), hours, name, closed)}
                {(at == 0).then(|| view! {
                    <Button kind=ButtonKind::Ghost size=Size::Small icon="copy" on_click=spread>{t("structured.spread")}</Button>
                })}
                {move || wrong().map(told)}
            </div>
        }
    };
    let always = move || !closed.get();
    view! {
        <div class="week" role="group" aria-label=editing.attribute.label_signal(page)>
            <Show when=always><p class="field-hint">{t("structured.always_open")}</p></Show>
            {(0..WEEKDAYS.len()).map(row).collect_view()}
        </div>
    }
    .into_any()
}
