//! What records are called, also those without a title.

use leptos::prelude::Get;
use shared::query::Titles;
use shared::record::{Kind, Shape};
use shared::survey::in_brief;
use shared::types::called_by;
use shared::{RecordDef, Row};

use super::attribute::Attribute;
use super::value::value_text;
use crate::context::Page;

/// What a record is called where it is shown; one without a title by the first of the fields that its type has for that and the
/// reader sees. Reactive.
pub(super) fn called(page: Page, def: &'static RecordDef, row: &Row) -> String {
    let title = page.called(def, row);
    if !title.is_empty() {
        return title;
    }
    let text = |name: &&'static str| {
        let attribute = Attribute::named(def, name, &[])?;
        let text = match attribute.kind() {
            Kind::Json(Shape::Own) => in_brief(attribute.value(&row.values), page.locale.get()),
            _ => value_text(page, &attribute, &row.values, &Titles::new()),
        };
        Some(text).filter(|text| !text.is_empty())
    };
    called_by(def).iter().find_map(text).unwrap_or_default()
}
