//! An input for any field, by its kind; the value is what would be sent, normalised only when saving.

mod bridge;
mod parts;
mod pictures;
mod reference;
mod rich;

use leptos::prelude::*;
use serde_json::Value;
use shared::FieldError;
use shared::format::{from_local_input, to_local_input};
use shared::query::Titles;
use shared::record::{Kind, instant_text};
use uuid::Uuid;

use super::attribute::Attribute;
use super::structured::structured_editor;
use crate::context::{Page, t};
use crate::preferences::{CURRENCIES, time_zones};
use crate::ui::{Checkbox, Choice, DateInput, MoneyInput, Select, TagInput, TextArea, TextInput};
pub(super) use bridge::bridge;
use bridge::{list_bridge, number_bridge, text_bridge, text_of};
pub use reference::one as record_input;
pub use rich::rich_words;

/// What an editor works on.
#[derive(Clone)]
pub struct Editing {
    /// The field.
    pub attribute: Attribute,
    /// Shape of the input; a filter asks for one entry of a list field.
    pub kind: Kind,
    /// The value, both ways.
    pub value: RwSignal<Value>,
    /// Id of the input, unique on the page.
    pub id: String,
    /// The stored record that it is a field of; pictures of a text become files of that.
    pub record: Option<Uuid>,
    /// Titles of referenced records; those chosen are added.
    pub titles: RwSignal<Titles>,
    /// What was wrong with parts of the value when it was sent, by path; taken out where they are changed.
    pub errors: RwSignal<Vec<FieldError>>,
    /// The record's currency, where it is edited together with the amount.
    pub currency: Option<RwSignal<Value>>,
    /// The currency amounts are in otherwise.
    pub fixed_currency: String,
}

impl Editing {
    /// An editor of a whole field.
    pub fn new(page: Page, attribute: Attribute, value: RwSignal<Value>, id: String, titles: RwSignal<Titles>) -> Self {
        let kind = attribute.kind();
        let errors = RwSignal::new(Vec::new());
        let fixed_currency = page.currency();
        Self { attribute, kind, value, id, record: None, titles, errors, currency: None, fixed_currency }
    }

    /// The declared name of the field; empty for a user-defined one.
    pub(super) fn name(&self) -> &'static str {
        self.attribute.def.field(&self.attribute.name()).map_or("", |field| field.name)
    }
}

/// The input for a field.
pub fn editor(editing: Editing) -> AnyView {
    let page = Page::take();
    let label = editing.attribute.input_label(page);
    let Editing { attribute, kind, value, id, record, titles, currency, fixed_currency, .. } = editing.clone();
    match kind {
        Kind::Json(_) => structured_editor(editing),
        Kind::LongText => view! { <TextArea value=text_bridge(value) label/> }.into_any(),
        Kind::RichText => rich::rich_text(&attribute, record, value, label),
        Kind::Money => money(page, value, currency, fixed_currency, label),
        Kind::Integer(..) => view! { <TextInput value=text_bridge(value) label inputmode="numeric"/> }.into_any(),
        Kind::Decimal(_) => view! { <TextInput value=number_bridge(value) label inputmode="decimal"/> }.into_any(),
        Kind::Email => view! { <TextInput value=text_bridge(value) label kind="email"/> }.into_any(),
        Kind::Emails => several(value, label, "email"),
        Kind::Phones => several(value, label, "tel"),
        Kind::Marked => several(value, label, "text"),
        Kind::Url => view! { <TextInput value=text_bridge(value) label kind="url"/> }.into_any(),
        Kind::Date => view! { <DateInput value=text_bridge(value) label/> }.into_any(),
        Kind::DateTime => date_time(page, value, label),
        Kind::Bool => yes_no(value, label),
        Kind::Currency => select(value, label, currency_choices(page, value), false),
        Kind::TimeZone => {
            let zones = Signal::derive(move || time_zones(&value.with(text_of)));
            select(value, label, zones, attribute.required())
        }
        Kind::Choice(_) => {
            let required = attribute.required();
            let options = Signal::derive(move || attribute.choices(page.locale.get()));
            select(value, label, options, required)
        }
        Kind::MultiChoice(_) => multi_choice(page, attribute, value, label),
        Kind::Rating => {
            let stars = (1..=5).map(|n: usize| Choice::new(n.to_string(), "★".repeat(n))).collect::<Vec<_>>();
            select(value, label, Signal::stored(stars), false)
        }
        Kind::Tags => {
            let tags = list_bridge(value);
            view! { <TagInput value=tags id label remove=t("ui.action.remove")/> }.into_any()
        }
        Kind::Reference(target) => reference::one(target, value, id, titles, label),
        Kind::References(target) => reference::several(target, value, id, titles, label),
        Kind::Address => parts::address(page, value),
        Kind::Social => parts::social(page, value),
        Kind::Text(_) | Kind::Rank(_) => view! { <TextInput value=text_bridge(value) label/> }.into_any(),
    }
}

/// Several addresses or numbers in one line, separated by commas, as people write and paste them.
fn several(value: RwSignal<Value>, label: Signal<String>, keyboard: &'static str) -> AnyView {
    // Not type="email": that would refuse the second address.
    view! { <TextInput value=text_bridge(value) label inputmode=keyboard placeholder=t("list.separate_by_commas")/> }
        .into_any()
}

fn select(value: RwSignal<Value>, label: Signal<String>, options: Signal<Vec<Choice>>, required: bool) -> AnyView {
    let text = text_bridge(value);
    // The browser shows the first option where none is chosen, so the empty one may go only when something is.
    if required && !text.with_untracked(String::is_empty) {
        view! { <Select value=text options label/> }.into_any()
    } else {
        view! { <Select value=text options label empty=t("ui.input.choose")/> }.into_any()
    }
}

fn currency_choices(page: Page, value: RwSignal<Value>) -> Signal<Vec<Choice>> {
    let own = page.currency();
    Signal::derive(move || {
        let chosen = value.with(text_of);
        let mut codes: Vec<&str> = vec![&own];
        codes.extend(CURRENCIES.iter().filter(|code| **code != own));
        if !chosen.is_empty() && !codes.contains(&chosen.as_str()) {
            codes.push(&chosen);
        }
        codes.into_iter().map(|code| Choice::new(code, code)).collect()
    })
}

fn money(
    page: Page,
    value: RwSignal<Value>,
    currency: Option<RwSignal<Value>>,
    fixed: String,
    label: Signal<String>,
) -> AnyView {
    let (code, currencies) = match currency {
        // Without a choice amounts are in the organisation's currency, which is the first one shown.
        Some(currency) => (text_bridge(currency), currency_choices(page, currency)),
        None => (RwSignal::new(fixed.clone()), Signal::stored(vec![Choice::new(fixed.clone(), fixed)])),
    };
    let currency_label = t("record.currency");
    view! { <MoneyInput amount=text_bridge(value) currency=code currencies currency_label label/> }.into_any()
}

fn date_time(page: Page, value: RwSignal<Value>, label: Signal<String>) -> AnyView {
    let zone = StoredValue::new(page.zone());
    let show = move |value: &Value| {
        let at = value.as_str().and_then(|s| chrono::DateTime::parse_from_rfc3339(s).ok());
        at.map(|at| zone.with_value(|zone| to_local_input(at.to_utc(), zone))).unwrap_or_default()
    };
    let read = move |text: String| {
        let at = zone.with_value(|zone| from_local_input(&text, zone));
        at.map_or(Value::Null, |at| instant_text(at).into())
    };
    view! { <DateInput value=bridge(value, show, read) time=true label/> }.into_any()
}

fn yes_no(value: RwSignal<Value>, label: Signal<String>) -> AnyView {
    let on = Signal::derive(move || value.with(|v| v.as_bool().unwrap_or(false)));
    view! { <Checkbox value=on on_change=move |on| value.set(Value::Bool(on)) label/> }.into_any()
}

fn multi_choice(page: Page, attribute: Attribute, value: RwSignal<Value>, label: Signal<String>) -> AnyView {
    let chosen = list_bridge(value);
    let codes: Vec<String> = attribute.choices(page.locale.get_untracked()).into_iter().map(|c| c.value).collect();
    let one = move |code: String| {
        let (own, attribute) = (code.clone(), attribute.clone());
        let on = Signal::derive(move || chosen.with(|all| all.contains(&own)));
        let toggle = {
            let code = code.clone();
            move |on: bool| {
                chosen.update(|all| {
                    all.retain(|c| *c != code);
                    if on {
                        all.push(code.clone());
                    }
                });
            }
        };
        view! {
            <Checkbox value=on on_change=toggle>
                {move || attribute.choice_label(page.locale.get(), &code)}
            </Checkbox>
        }
    };
    view! {
        <div class="check-list" role="group" aria-label=label>{codes.into_iter().map(one).collect_view()}</div>
    }
    .into_any()
}
