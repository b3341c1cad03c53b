//! A day, or a day and time, with the system's own picker.

use leptos::prelude::*;

use super::field::Wiring;

/// A native date input bound to an ISO date (`2026-12-03`, or `2026-12-03T15:00` with `time`);
/// `""` means none. The value is local to the reader: the caller knows the time zone.
#[component]
pub fn DateInput(
    /// The ISO text, both ways.
    value: RwSignal<String>,
    /// Also asks for the time of day.
    #[prop(optional)]
    time: bool,
    /// Accessible name where no [`super::Field`] gives one.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// Earliest day, ISO.
    #[prop(optional, into)]
    min: Option<String>,
    /// Latest day, ISO.
    #[prop(optional, into)]
    max: Option<String>,
    /// It can't be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Runs when the change is finished.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
) -> impl IntoView {
    let wiring = Wiring::take();
    view! {
        <input
            class="input"
            type=if time { "datetime-local" } else { "date" }
            id=wiring.id()
            value=value.get_untracked()
            prop:value=value
            min=min
            max=max
            required=wiring.required()
            aria-invalid=wiring.invalid()
            aria-describedby=wiring.described_by()
            aria-label=move || label.map(|label| label.get())
            disabled=move || disabled.get()
            on:input=move |event| value.set(event_target_value(&event))
            on:change=move |event| {
                if let Some(on_change) = on_change {
                    // An input that is taken off the page while it is edited says so once more.
                    let _ = on_change.try_run(event_target_value(&event));
                }
            }
        />
    }
}
