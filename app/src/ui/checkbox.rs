//! Yes or no, one of several.

use leptos::prelude::*;

/// A checkbox bound to `value`. In table cells leave out the children and give a `label`.
#[component]
pub fn Checkbox(
    /// Whether it is ticked.
    #[prop(into)]
    value: Signal<bool>,
    /// Runs with what it should become.
    #[prop(into)]
    on_change: Callback<bool>,
    /// Some, not all, of what it stands for is ticked.
    #[prop(optional, into)]
    indeterminate: Signal<bool>,
    /// Accessible name where there are no words beside it.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// It can't be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The words beside it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                checked=value.get_untracked()
                prop:checked=value
                prop:indeterminate=indeterminate
                aria-label=move || label.map(|label| label.get())
                disabled=move || disabled.get()
                on:change=move |event| on_change.run(event_target_checked(&event))
            />
            {children.map(|children| view! { <span>{children()}</span> })}
        </label>
    }
}
