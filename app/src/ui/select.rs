//! One of a few fixed choices, with the system's own picker.

use leptos::prelude::*;

use super::{Choice, field::Wiring};

/// A native select bound to the chosen value; `""` means none is chosen.
#[component]
pub fn Select(
    /// The chosen value, both ways.
    value: RwSignal<String>,
    /// What there is to choose.
    #[prop(into)]
    options: Signal<Vec<Choice>>,
    /// What the empty choice says; without it, there is no empty choice.
    #[prop(optional, into)]
    empty: Option<Signal<String>>,
    /// Accessible name where no [`super::Field`] gives one.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// It can't be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Runs with the new value.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
) -> impl IntoView {
    let wiring = Wiring::take();
    // The attribute is for the page as the server renders it: once somebody has chosen, the browser goes by the property.
    let option = move |choice: Choice| {
        let own = choice.value.clone();
        let chosen = Memo::new(move |_| value.with(|chosen| *chosen == own));
        view! {
            <option value=choice.value selected=move || chosen.get() prop:selected=move || chosen.get()>{choice.label}</option>
        }
    };
    view! {
        <select
            class="input"
            id=wiring.id()
            required=wiring.required()
            aria-invalid=wiring.invalid()
            aria-describedby=wiring.described_by()
            aria-label=move || label.map(|label| label.get())
            disabled=move || disabled.get()
            on:change=move |event| {
                let chosen = event_target_value(&event);
                value.set(chosen.clone());
                if let Some(on_change) = on_change {
                    let _ = on_change.try_run(chosen);
                }
            }
        >
            {empty.map(|empty| view! {
                <option
                    value=""
                    selected=move || value.with(String::is_empty)
                    prop:selected=move || value.with(String::is_empty)
                >
                    {empty}
                </option>
            })}
            {move || options.get().into_iter().map(option).collect_view()}
        </select>
    }
}
