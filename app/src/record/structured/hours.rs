//! Opening hours: of a day, and of each day of the week.

use leptos::prelude::*;
use serde_json::{Value, json};
use shared::record::Values;
use shared::sla::WEEKDAYS;

use super::items::Items;
use super::words::weekday;
use super::{message_within, settle, told};
use crate::context::{Page, t};
use crate::record::attribute::Attribute;
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
pub(super) fn hours(value: RwSignal<Value>, attribute: &Attribute) -> AnyView {
    let page = Page::take();
    day(page, value, attribute.label_signal(page), false)
}

fn day(page: Page, value: RwSignal<Value>, label: Signal<String>, tells_closed: bool) -> AnyView {
    let items = Items::of(value, read, write);
    let add = move |_| {
        // After the last ones, where that makes sense.
        let last = items.all.with_untracked(|all| all.last().map(|(_, (_, to))| to.get_untracked()));
        let (from, to) = last.map_or(USUAL, |_| ("", ""));
        items.add((RwSignal::new(from.to_owned()), RwSignal::new(to.to_owned())));
    };
    let one = move |(key, (from, to)): (usize, Interval)| {
        let input = |text: RwSignal<String>, name: &'static str| {
            let named = Signal::derive(move || format!("{}: {}", label.get(), page.text(name)));
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
        view! {
            <span class="hours-span">
                {input(from, "ui.word.from")}
                <span aria-hidden="true">"–"</span>
                {input(to, "ui.word.to")}
                <Button kind=ButtonKind::Ghost size=Size::Small icon="x" label=t("ui.action.remove") on_click=move |_| items.remove(key)/>
            </span>
        }
    };
    let add_label = Signal::derive(move || page.text_with("structured.add_hours", &[("day", &label.get())]));
    let closed = move || tells_closed && items.all.with(Vec::is_empty);
    view! {
        <div class="hours">
            <Show when=closed><span class="meta">{t("structured.closed")}</span></Show>
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
    let sent = StoredValue::new(value.get_untracked());
    Effect::new(move |before: Option<()>| {
        let open = WEEKDAYS.iter().zip(days).map(|(name, hours)| ((*name).to_owned(), hours.get()));
        let week: Values = open.filter(|(_, hours)| !hours.is_null()).collect();
        let week = if week.is_empty() { Value::Null } else { week.into() };
        if before.is_some() && sent.with_value(|sent| *sent != week) {
            sent.set_value(week.clone());
            value.set(week);
        }
    });
    Effect::new(move |_| {
        let week = value.get();
        if sent.with_value(|sent| *sent != week) {
            sent.set_value(week.clone());
            WEEKDAYS.iter().zip(days).for_each(|(name, hours)| hours.set(week.get(name).cloned().unwrap_or_default()));
        }
    });
    let row = |at: usize| {
        let (hours, name) = (days[at], Signal::derive(move || weekday(page, at)));
        // The first workday says what the others are like, and is told so where it stands.
        let path = move || format!("{field}.{}", WEEKDAYS[at]);
        Effect::new(move |before: Option<()>| {
            hours.track();
            if before.is_some() {
                settle(errors, &path());
            }
        });
        let spread = move |_| days[1..5].iter().for_each(|other| other.set(hours.get_untracked()));
        view! {
            <div class="week-day" role="group" aria-label=name data-invalid=move || message_within(page, errors, &path()).map(|_| "")>
                <span class="week-name" aria-hidden="true">{name}</span>
                {day(page, hours, name, true)}
                {(at == 0).then(|| view! {
                    <Button kind=ButtonKind::Ghost size=Size::Small icon="copy" on_click=spread>{t("structured.spread")}</Button>
                })}
                {move || message_within(page, errors, &path()).map(told)}
            </div>
        }
    };
    let always = move || value.with(Value::is_null);
    view! {
        <div class="week" role="group" aria-label=editing.attribute.label_signal(page)>
            <Show when=always><p class="field-hint">{t("structured.always_open")}</p></Show>
            {(0..WEEKDAYS.len()).map(row).collect_view()}
        </div>
    }
    .into_any()
}
