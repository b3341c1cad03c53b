//! Several lines of text.

use leptos::prelude::*;

use super::field::Wiring;

/// A text area bound to `value`; it grows with its text.
#[component]
pub fn TextArea(
    /// The text, both ways.
    value: RwSignal<String>,
    /// Accessible name where no [`super::Field`] gives one.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// Grey example text.
    #[prop(optional, into)]
    placeholder: Option<Signal<String>>,
    /// Most characters allowed.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// It can't be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Takes the focus when it appears in a dialog.
    #[prop(optional)]
    autofocus: bool,
    /// Runs when the change is finished: on blur.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
) -> impl IntoView {
    let wiring = Wiring::take();
    view! {
        <textarea
            class="input"
            id=wiring.id()
            prop:value=value
            required=wiring.required()
            aria-invalid=wiring.invalid()
            aria-describedby=wiring.described_by()
            aria-label=move || label.map(|label| label.get())
            placeholder=move || placeholder.map(|text| text.get())
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
        >
            {value.get_untracked()}
        </textarea>
    }
}
