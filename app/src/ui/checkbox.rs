//! Yes or no, one of several.

use leptos::prelude::*;

use super::field::Wiring;

/// A checkbox bound to `value`. In table cells and in a [`super::Field`], whose label is its words, leave out the children
/// and give a `label`.
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
    let wiring = Wiring::take();
    // Of several in one field each has words of its own: the field's label belongs to none of them.
    let id = wiring.id().filter(|_| children.is_none());
    view! {
        <label class="check">
            <input
                type="checkbox"
                id=id
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
