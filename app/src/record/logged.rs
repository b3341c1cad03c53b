//! Fields and values as the log keeps them, for readers.

use leptos::prelude::Get;
use rust_decimal::Decimal;
use serde_json::Value;
use shared::RecordDef;
use shared::format::number;
use shared::i18n::Locale;
use shared::query::Titles;
use shared::record::{CustomFields, Kind, custom_key};

use super::attribute::Attribute;
use super::value::value_text;
use crate::context::Page;

/// Most of a value that is shown, in characters.
const LONGEST: usize = 500;

/// A field as the log names it.
#[derive(Clone)]
pub struct Logged {
    name: String,
    /// Unknown if the field, or its type, is no more.
    attribute: Option<Attribute>,
}

impl Logged {
    /// A field of a type; user-defined ones are `custom.<key>`.
    pub fn new(def: Option<&'static RecordDef>, name: &str, custom: &CustomFields) -> Self {
        let custom = def.and_then(|def| custom.get(def.name)).map_or(&[][..], Vec::as_slice);
        let attribute = def.and_then(|def| Attribute::named(def, name, custom));
        Self { name: custom_key(name).unwrap_or(name).to_owned(), attribute }
    }

    /// What people call it; what is no more, as it was called inside.
    pub fn label(&self, locale: Locale) -> String {
        self.attribute.as_ref().map_or_else(|| self.name.clone(), |attribute| attribute.label(locale))
    }

    /// A value that it had, in words; `None` for none.
    pub fn text(&self, page: Page, value: &Value, titles: &Titles) -> Option<String> {
        if shared::record::is_empty(value) {
            return None;
        }
        let known = self.attribute.as_ref().map(|attribute| match attribute.kind() {
            // The log of one field doesn't say what the record's currency was.
            Kind::Money if attribute.def.field("currency").is_some() => amount(page.locale.get(), value),
            _ => value_text(page, attribute, &attribute.patch(value.clone()), titles),
        });
        let as_it_is = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(shortened(known.filter(|text| !text.is_empty()).unwrap_or_else(as_it_is)))
    }
}

/// A text as far as anybody reads it in a list; browsers cut texts of 64 KiB in two, of which the page then knows nothing.
fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

fn amount(locale: Locale, value: &Value) -> String {
    let amount = value.as_str().and_then(|text| text.parse::<Decimal>().ok());
    amount.map(|amount| number(locale, amount)).unwrap_or_default()
}
