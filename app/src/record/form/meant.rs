//! An e-mail address in whose domain somebody slipped: asks whether another one is meant.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::duplicates::can_have;
use shared::record::{Kind, normalize};

use super::rest::at_rest;
use super::state::FormState;
use crate::api::duplicates::meant_addresses;
use crate::ui::{Button, ButtonKind};

/// Offers what may be meant by the addresses in a field.
pub(super) fn meant_view(form: FormState, value: RwSignal<Value>) -> AnyView {
    if !can_have(form.def) {
        return ().into_any();
    }
    let (page, def) = (form.page, form.def);
    let found = RwSignal::new(Vec::<(String, String)>::new());
    let typed = Memo::new(move |_| value.with(addresses));
    at_rest(typed, move |asked: Vec<String>| {
        if asked.is_empty() {
            found.try_set(Vec::new());
            return;
        }
        spawn_local(async move {
            let answer = meant_addresses(def.name.to_owned(), asked.clone()).await;
            // A hint that fails to come is none.
            if let (Ok(answer), Some(true)) = (answer, typed.try_with_untracked(|now| *now == asked)) {
                found.try_set(answer);
            }
        });
    });
    let one = move |(slip, meant): (String, String)| {
        let (shown, own) = (meant.clone(), slip.clone());
        // While something else is typed the question stands for nothing.
        let is_there = move || typed.with(|all| all.contains(&own));
        let text = move || page.text_with("duplicates.meant", &[("address", &shown)]);
        let take = move |_| {
            let right = |address: String| if address == slip { meant.clone() } else { address };
            let all: Vec<String> = typed.get_untracked().into_iter().map(right).collect();
            value.set(all.into());
        };
        view! {
            <p class="field-hint" hidden=move || !is_there()>
                <Button kind=ButtonKind::Ghost icon="mail" on_click=take>{text}</Button>
            </p>
        }
    };
    view! { <div class="meant" aria-live="polite">{move || found.get().into_iter().map(one).collect_view()}</div> }
        .into_any()
}

/// The addresses that are whole; none while one of them is still being typed.
fn addresses(value: &Value) -> Vec<String> {
    let clean = normalize("emails", &Kind::Emails, value).ok();
    let list = clean.as_ref().and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}
