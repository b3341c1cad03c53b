//! A filter on records, made of the same conditions as those of lists.

use leptos::prelude::*;
use serde_json::Value;
use shared::query::Filter;
use shared::types::{by_name, is_known_on_arrival};

use super::words::conditions_of;
use crate::api::records::custom_fields_around;
use crate::context::{Page, t};
use crate::record::editor::Editing;
use crate::record::list::{Conditions, condition_chips, subjects_of};

pub(super) fn conditions(editing: Editing, target: &'static str) -> AnyView {
    let page = Page::take();
    let (Some(def), Some(actor)) = (by_name(target), page.actor()) else { return ().into_any() };
    let Editing { value, titles, attribute, .. } = editing;
    let conditions = Conditions {
        page,
        titles,
        all: Signal::derive(move || value.with(conditions_of)),
        change: Callback::new(move |all| value.set(filter_of(all))),
    };
    let arriving = attribute.def.name == "ticket_rule";
    let around = LocalResource::new(move || custom_fields_around(def.name.to_owned()));
    let chips = move || {
        let around = around.get()?.unwrap_or_default();
        let mut about = subjects_of(def, &around, &actor);
        // What a rule asks for already stays, whatever it is about.
        let asked = value.with_untracked(Value::to_string);
        about.retain(|subject| !arriving || is_offered(&subject.path, &asked));
        let about = StoredValue::new(about);
        Some(condition_chips(conditions, about, |_| true))
    };
    let always = move || value.with(Value::is_null);
    view! {
        <div class="chips" role="group" aria-label=attribute.label_signal(page)>{chips}</div>
        <Show when=always><p class="field-hint">{t("structured.every")}</p></Show>
    }
    .into_any()
}

fn is_offered(path: &str, asked: &str) -> bool {
    is_known_on_arrival(path) || asked.contains(&format!("\"{path}\""))
}

/// The filter of conditions that all hold.
fn filter_of(mut all: Vec<Filter>) -> Value {
    let filter = match all.len() {
        0 => return Value::Null,
        1 => all.remove(0),
        _ => Filter::All(all),
    };
    serde_json::to_value(filter).unwrap_or_default()
}
