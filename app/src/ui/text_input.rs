//! One line of text.

use leptos::prelude::*;

use super::{Icon, field::Wiring};

/// A text input bound to `value`. Use `kind` for e-mail, phone, URL, password, search and number
/// keyboards.
#[component]
pub fn TextInput(
    /// The text, both ways.
    value: RwSignal<String>,
    /// The input type: `"text"`, `"email"`, `"tel"`, `"url"`, `"password"`, `"search"`.
    #[prop(default = "text")]
    kind: &'static str,
    /// Accessible name where no [`super::Field`] gives one.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// Grey example text.
    #[prop(optional, into)]
    placeholder: Option<Signal<String>>,
    /// The browser's autofill hint, such as `"email"`.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// The phone keyboard, such as `"decimal"`; decimal also aligns to the end.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Icon at the start.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// The form field name, for forms sent without scripts.
    #[prop(optional, into)]
    name: Option<String>,
    /// Most characters allowed.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// It can't be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Takes the focus when it appears in a dialog.
    #[prop(optional)]
    autofocus: bool,
    /// Runs when the change is finished: on blur or Enter.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
) -> impl IntoView {
    let wiring = Wiring::take();
    let input = view! {
        <input
            class="input"
            type=kind
            id=wiring.id()
            name=name
            value=value.get_untracked()
            prop:value=value
            required=wiring.required()
            aria-invalid=wiring.invalid()
            aria-describedby=wiring.described_by()
            aria-label=move || label.map(|label| label.get())
            placeholder=move || placeholder.map(|text| text.get())
            autocomplete=autocomplete
            inputmode=inputmode
            maxlength=maxlength.map(|most| most.to_string())
            autofocus=autofocus
            disabled=move || disabled.get()
            on:input=move |event| value.set(event_target_value(&event))
            on:change=move |event| {
                if let Some(on_change) = on_change {
                    // An input that is taken off the page while it is edited says so once more.
                    let _ = on_change.try_run(event_target_value(&event));
                }
            }
        />
    };
    match icon {
        Some(name) => view! { <div class="input-icon"><Icon name/>{input}</div> }.into_any(),
        None => input.into_any(),
    }
}
