//! Ties what an input holds to the value of a field, both ways, without writing back what did not change.

use leptos::prelude::*;
use serde_json::Value;
use shared::record::digits::trimmed;

/// A text that follows `value` as `show` writes it, and sets it to what `read` makes of a text typed.
pub(in crate::record) fn bridge(
    value: RwSignal<Value>,
    show: impl Fn(&Value) -> String + Copy + Send + Sync + 'static,
    read: impl Fn(String) -> Value + Copy + Send + Sync + 'static,
) -> RwSignal<String> {
    let text = RwSignal::new(value.with_untracked(show));
    Effect::new(move |_| {
        let shown = value.with(show);
        if text.with_untracked(|text| *text != shown) {
            text.set(shown);
        }
    });
    Effect::new(move |_| {
        let typed = text.get();
        if value.with_untracked(show) != typed {
            value.set(read(typed));
        }
    });
    text
}

/// A text that is the value.
pub(super) fn text_bridge(value: RwSignal<Value>) -> RwSignal<String> {
    bridge(value, text_of, |text| if text.is_empty() { Value::Null } else { text.into() })
}

/// A number that is the value: shown without the zeros that it is kept with, while what is typed stays as it is.
pub(super) fn number_bridge(value: RwSignal<Value>) -> RwSignal<String> {
    let text = RwSignal::new(value.with_untracked(|value| trimmed(&text_of(value)).to_owned()));
    Effect::new(move |_| {
        let kept = value.with(text_of);
        if text.with_untracked(|text| trimmed(text) != trimmed(&kept)) {
            text.set(trimmed(&kept).to_owned());
        }
    });
    Effect::new(move |_| {
        let typed = text.get();
        if value.with_untracked(|value| trimmed(&text_of(value)) != trimmed(&typed)) {
            value.set(if typed.is_empty() { Value::Null } else { typed.into() });
        }
    });
    text
}

/// A list of texts that is the value.
pub(super) fn list_bridge(value: RwSignal<Value>) -> RwSignal<Vec<String>> {
    let list = RwSignal::new(value.with_untracked(entries));
    Effect::new(move |_| {
        let shown = value.with(entries);
        if list.with_untracked(|list| *list != shown) {
            list.set(shown);
        }
    });
    Effect::new(move |_| {
        let chosen = list.get();
        if value.with_untracked(entries) != chosen {
            value.set(chosen.into());
        }
    });
    list
}

/// A value as an input shows it.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(_) => entries(value).join(", "),
        other => other.to_string(),
    }
}

fn entries(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|entry| entry.as_str().map(str::to_owned)).collect()
}
