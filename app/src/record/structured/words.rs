//! Structured values in words, a line for each of their parts.

use leptos::prelude::*;
use serde_json::Value;
use shared::format::{date, paired, weekday_name};
use shared::i18n::lookup;
use shared::query::{Filter, Titles};
use shared::record::{CustomField, Kind, Part, Shape, Values, day};
use shared::sla::WEEKDAYS;
use shared::types::by_name;

use crate::api::records::custom_fields;
use crate::context::Page;
use crate::record::attribute::{Attribute, attributes};
use crate::record::list::{condition_text, subjects};
use crate::record::value::value_text;

/// What a structured value says, a line below the other. User-defined fields that a filter names are looked up.
pub(in crate::record) fn lines_view(
    page: Page,
    attribute: &Attribute,
    shape: Shape,
    value: &Value,
    titles: &Titles,
) -> AnyView {
    let (attribute, value, titles) = (attribute.clone(), value.clone(), titles.clone());
    let custom = match shape {
        Shape::Filter(target) if value.to_string().contains("\"custom.") => {
            Some(LocalResource::new(move || custom_fields(target.to_owned())))
        }
        _ => None,
    };
    let said = move || {
        let known = custom.and_then(|custom| custom.get()).and_then(Result::ok).unwrap_or_default();
        let line = |text: String| view! { <span>{text}</span> };
        lines(page, &attribute, &shape, &value, &titles, &known).into_iter().map(line).collect_view()
    };
    view! { <span class="value-lines">{said}</span> }.into_any()
}

/// What a structured value says; tracked. `custom` are the user-defined fields that a filter may name.
pub(in crate::record) fn lines(
    page: Page,
    attribute: &Attribute,
    shape: &Shape,
    value: &Value,
    titles: &Titles,
    custom: &[CustomField],
) -> Vec<String> {
    match shape {
        Shape::Own => Vec::new(),
        Shape::Lines(_) => {
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        Shape::Hours => vec![hours(value)],
        Shape::Week => week(page, value),
        Shape::Entries(parts) | Shape::Sequence(parts) => {
            let entries = value.as_array().into_iter().flatten().filter_map(Value::as_object);
            entries.map(|values| entry(page, attribute, parts, values, titles)).collect()
        }
        Shape::Filter(target) => conditions(page, target, value, titles, custom),
        Shape::Values(target, names) => set(page, target, names, value, titles),
    }
}

/// An entry in the words that its field has for it (`<type>.<field>._entry`, `_bare` where only one part has a value, if there
/// is that). A part may have words of its own around its value (`<type>.<field>.<part>._said`).
fn entry(page: Page, attribute: &Attribute, parts: &'static [Part], values: &Values, titles: &Titles) -> String {
    let Some(field) = attribute.def.field(&attribute.name()) else { return String::new() };
    let key = |rest: &str| format!("{}.{}.{rest}", attribute.def.name, field.name);
    let has = |key: &str| lookup(page.locale.get(), key).is_some();
    let part = |part: &'static Part| {
        let own = Attribute::part(attribute.def, field.name, part);
        let text = match values.get(part.field.name) {
            Some(Value::Bool(true)) => page.text_with("structured.also", &[("text", &own.label(page.locale.get()))]),
            Some(Value::Bool(false)) | None => String::new(),
            Some(value) if part.field.kind == Kind::Date => dated(page, value),
            Some(_) => value_text(page, &own, values, titles),
        };
        let said = key(&format!("{}._said", part.field.name));
        let text = if text.is_empty() || !has(&said) { text } else { page.text_with(&said, &[("value", &text)]) };
        (part.field.name, text)
    };
    let texts: Vec<(&str, String)> = parts.iter().filter(|part| !part.field.internal).map(part).collect();
    let params: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let is_bare = texts.iter().filter(|(_, text)| !text.is_empty()).count() == 1;
    let words = Some(key("_bare")).filter(|bare| is_bare && has(bare)).unwrap_or_else(|| key("_entry"));
    // Parts that have no value leave their blanks.
    page.text_with(&words, &params).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A day with its weekday: entries are about days that are not like others of theirs.
fn dated(page: Page, value: &Value) -> String {
    let Some(day) = value.as_str().and_then(day) else { return String::new() };
    let locale = page.locale.get();
    let (weekday, date) = (weekday_name(locale, day, true), date(locale, day));
    page.text_with("structured.day", &[("weekday", &weekday), ("date", &date)])
}

/// The name of a day of the week, 0 being Monday.
pub(super) fn weekday(page: Page, at: usize) -> String {
    page.text(&format!("format.weekday_short.{}", at + 1))
}

fn hours(value: &Value) -> String {
    let interval = |pair: &Value| {
        let text = |at: usize| pair.get(at).and_then(Value::as_str).unwrap_or_default();
        format!("{}–{}", text(0), text(1))
    };
    value.as_array().into_iter().flatten().map(interval).collect::<Vec<_>>().join(", ")
}

/// Days in a row that are alike are said together; closed ones not at all.
fn week(page: Page, value: &Value) -> Vec<String> {
    let mut runs: Vec<(usize, usize, String)> = Vec::new();
    for (at, name) in WEEKDAYS.iter().enumerate() {
        let open = value.get(name).map(hours).unwrap_or_default();
        match runs.last_mut().filter(|(_, to, text)| *to + 1 == at && *text == open) {
            Some((_, to, _)) => *to = at,
            None if open.is_empty() => {}
            None => runs.push((at, at, open)),
        }
    }
    let said = |(from, to, open): (usize, usize, String)| {
        let days =
            if from == to { weekday(page, from) } else { format!("{}–{}", weekday(page, from), weekday(page, to)) };
        format!("{days} {open}")
    };
    runs.into_iter().map(said).collect()
}

/// The conditions of a filter that all hold.
pub(super) fn conditions_of(value: &Value) -> Vec<Filter> {
    match serde_json::from_value(value.clone()) {
        Ok(Filter::All(parts)) => parts,
        Ok(filter) => vec![filter],
        Err(_) => Vec::new(),
    }
}

fn conditions(page: Page, target: &str, value: &Value, titles: &Titles, custom: &[CustomField]) -> Vec<String> {
    let (Some(def), Some(actor)) = (by_name(target), page.actor()) else { return Vec::new() };
    let about = subjects(&attributes(def, custom, &actor), &actor);
    conditions_of(value).iter().map(|condition| condition_text(page, titles, &about, condition)).collect()
}

fn set(page: Page, target: &str, names: &[&str], value: &Value, titles: &Titles) -> Vec<String> {
    let (Some(def), Some(actor), Some(values)) = (by_name(target), page.actor(), value.as_object()) else {
        return Vec::new();
    };
    let known = attributes(def, &[], &actor).into_iter();
    let chosen = known.filter(|a| names.contains(&a.name().as_str()) && values.contains_key(&a.name()));
    let said = |attribute: Attribute| {
        let text = value_text(page, &attribute, values, titles);
        let text = if text.is_empty() { page.text("ui.word.none") } else { text };
        let locale = page.locale.get();
        let label = attribute.label(locale);
        match attribute.kind() {
            // Tags come to those that are there.
            Kind::Tags => page.text_with("ui.record.adds", &[("field", &label), ("value", &text)]),
            _ => paired(locale, &label, &text),
        }
    };
    chosen.map(said).collect()
}
