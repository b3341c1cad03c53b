//! Phone numbers and e-mail addresses as they are shown: those that do not work are struck through, and said to be.

use leptos::prelude::*;
use serde_json::Value;
use shared::record::{Kind, Values, is_marked};

use crate::context::Page;
use crate::ui::{Badge, Tone};

/// What a link to a value of this kind begins with.
pub(super) fn scheme(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Email | Kind::Emails => Some("mailto:"),
        Kind::Phones => Some("tel:"),
        _ => None,
    }
}

/// All of a field, as links if there is a scheme.
pub(super) fn channels(page: Page, value: &Value, values: &Values, scheme: Option<&'static str>) -> AnyView {
    let entries = value.as_str().into_iter().chain(value.as_array().into_iter().flatten().filter_map(Value::as_str));
    let one = |entry: &str| channel(page, entry, is_marked(values, entry), scheme);
    view! { <span class="value-list">{entries.map(one).collect_view()}</span> }.into_any()
}

/// One of them.
pub(super) fn channel(page: Page, entry: &str, marked: bool, scheme: Option<&'static str>) -> AnyView {
    let address = scheme.map(|scheme| {
        let bare: String = entry.chars().filter(|c| !c.is_whitespace()).collect();
        format!("{scheme}{bare}")
    });
    let text = entry.to_owned();
    let text = if marked { view! { <s>{text}</s> }.into_any() } else { text.into_any() };
    let text = match address {
        Some(address) => view! { <a href=address>{text}</a> }.into_any(),
        None => text,
    };
    if !marked {
        return text;
    }
    let word = move || page.text("quality.invalid");
    view! { <span class="channel-marked">{text}<Badge tone=Tone::Danger>{word}</Badge></span> }.into_any()
}
