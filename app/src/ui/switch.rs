//! On or off, at once.

use leptos::prelude::*;

/// A switch: what it says takes effect when it is flipped, without a save button.
#[component]
pub fn Switch(
    /// Whether it is on.
    #[prop(into)]
    value: Signal<bool>,
    /// Runs with what it should become.
    #[prop(into)]
    on_change: Callback<bool>,
    /// It can't be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The words beside it.
    children: Children,
) -> impl IntoView {
    view! {
        <label class="switch">
            <input
                type="checkbox"
                role="switch"
                checked=value.get_untracked()
                prop:checked=value
                disabled=move || disabled.get()
                on:change=move |event| on_change.run(event_target_checked(&event))
            />
            <span>{children()}</span>
        </label>
    }
}
