//! Money and figures.

use leptos::prelude::*;

/// An amount in the reader's habit (¥120万, $1.2M), the exact one on hover. Formatting is the
/// caller's: it knows the language.
#[component]
pub fn Money(
    /// The short text.
    #[prop(into)]
    text: Signal<String>,
    /// The exact text, shown on hover.
    #[prop(optional, into)]
    exact: Option<Signal<String>>,
    /// The amount for machines.
    #[prop(optional, into)]
    value: Option<Signal<String>>,
    /// It is what the line is about.
    #[prop(optional)]
    strong: bool,
) -> impl IntoView {
    view! {
        <data
            class="money"
            data-strong=strong.then_some("")
            value=move || value.map(|value| value.get())
            title=move || exact.map(|exact| exact.get())
        >
            {text}
        </data>
    }
}

/// A number with its name, for the top of a page; several stand in `<div class="figures">`.
#[component]
pub fn Figure(
    /// What is counted.
    #[prop(into)]
    label: Signal<String>,
    /// The number, short.
    #[prop(into)]
    value: Signal<String>,
    /// The exact number, on hover.
    #[prop(optional, into)]
    exact: Option<Signal<String>>,
    /// A word on it, such as the change since last month.
    #[prop(optional, into)]
    note: Option<Signal<String>>,
    /// Whether the note is good (`Some(true)`), bad (`Some(false)`) or neither.
    #[prop(optional, into)]
    better: Signal<Option<bool>>,
) -> impl IntoView {
    let trend = move || better.get().map(|better| if better { "up" } else { "down" });
    view! {
        <div class="figure">
            <span class="figure-label">{label}</span>
            <span class="figure-value" title=move || exact.map(|exact| exact.get())>{value}</span>
            {note.map(|note| view! { <span class="figure-note" data-trend=trend>{note}</span> })}
        </div>
    }
}
