//! An amount and its currency.

use leptos::prelude::*;

use super::{Choice, field::Wiring};

/// Amount and currency side by side. The amount stays the text that was typed (the domain parses
/// it, so that "1,200.5" and "１２００" are judged in one place); the currency is its ISO code.
#[component]
pub fn MoneyInput(
    /// The amount as typed, both ways.
    amount: RwSignal<String>,
    /// The ISO currency code, both ways.
    currency: RwSignal<String>,
    /// Currencies to choose from; with one, it is shown and not asked.
    #[prop(into)]
    currencies: Signal<Vec<Choice>>,
    /// Accessible name of the currency choice.
    #[prop(into)]
    currency_label: Signal<String>,
    /// Accessible name of the amount where no [`super::Field`] gives one.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// It can't be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Runs when the amount's change is finished.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
) -> impl IntoView {
    let wiring = Wiring::take();
    let option = move |choice: Choice| {
        let own = choice.value.clone();
        view! {
            <option value=choice.value selected=move || currency.with(|code| *code == own)>{choice.label}</option>
        }
    };
    let only_one = Memo::new(move |_| currencies.with(|all| all.len() < 2));
    view! {
        <div class="input-group">
            {move || if only_one.get() {
                view! { <span class="input-affix">{currency}</span> }.into_any()
            } else {
                // Not our Select: label, id and error of the field belong to the amount.
                view! {
                    <select
                        class="input"
                        aria-label=currency_label
                        disabled=move || disabled.get()
                        on:change=move |event| currency.set(event_target_value(&event))
                    >
                        {move || currencies.get().into_iter().map(option).collect_view()}
                    </select>
                }
                .into_any()
            }}
            <input
                class="input"
                type="text"
                inputmode="decimal"
                autocomplete="off"
                id=wiring.id()
                value=amount.get_untracked()
                prop:value=amount
                required=wiring.required()
                aria-invalid=wiring.invalid()
                aria-describedby=wiring.described_by()
                aria-label=move || label.map(|label| label.get())
                disabled=move || disabled.get()
                on:input=move |event| amount.set(event_target_value(&event))
                on:change=move |event| {
                    if let Some(on_change) = on_change {
                        // An input that is taken off the page while it is edited says so once more.
                        let _ = on_change.try_run(event_target_value(&event));
                    }
                }
            />
        </div>
    }
}
