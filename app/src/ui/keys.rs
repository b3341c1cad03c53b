//! The keyboard: showing keys, and telling chords apart.

use leptos::{ev::KeyboardEvent, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

/// Keys pressed together or after each other, as small caps: `["⌘", "K"]`.
#[component]
pub fn Keys(
    /// The keys' names.
    keys: &'static [&'static str],
) -> impl IntoView {
    view! { <span class="keys" aria-hidden="true">{keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view()}</span> }
}

/// One line of the sheet behind `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHint {
    /// The keys, in order.
    pub keys: &'static [&'static str],
    /// What they do, in the reader's language.
    pub label: String,
}

/// The sheet behind `?`: what the keys do.
#[component]
pub fn KeyHints(
    /// The lines.
    #[prop(into)]
    hints: Signal<Vec<KeyHint>>,
) -> impl IntoView {
    let line = |hint: KeyHint| {
        let keys = hint.keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view();
        view! { <div><dt>{keys}</dt><dd>{hint.label}</dd></div> }
    };
    view! { <dl class="key-hints">{move || hints.get().into_iter().map(line).collect_view()}</dl> }
}

/// Ctrl-Enter or ⌘-Enter: save.
#[must_use]
pub fn is_save_chord(event: &KeyboardEvent) -> bool {
    event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.is_composing()
}

/// Whether a dialog or menu has the keys to itself, or a card that is held.
#[must_use]
pub fn keys_are_taken() -> bool {
    is_there("dialog[open], [popover]:popover-open, .card-placeholder")
}

/// Whether something of the kind is on the page.
#[must_use]
pub fn is_there(selector: &str) -> bool {
    document().query_selector(selector).ok().flatten().is_some()
}

/// Whether the key goes into a text field, so that single-letter shortcuts must keep quiet.
#[must_use]
pub fn is_typing(event: &KeyboardEvent) -> bool {
    event.is_composing()
        || event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()).is_some_and(|element| {
            element.is_content_editable() || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        })
}
