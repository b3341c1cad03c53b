//! How far long work has come.

use leptos::prelude::*;

/// A bar; `None` means that the end is not known yet.
#[component]
pub fn Progress(
    /// The part done, 0 to 1.
    #[prop(into)]
    value: Signal<Option<f64>>,
    /// What is under way.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let percent = move || value.get().map(|part| (part.clamp(0.0, 1.0) * 100.0).round());
    view! {
        <div
            class="progress"
            role="progressbar"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || percent().map(|percent| percent.to_string())
            data-indeterminate=move || percent().is_none().then_some("")
        >
            <span style=move || percent().map(|percent| format!("inline-size:{percent}%")).unwrap_or_default()></span>
        </div>
    }
}
