//! The records that an undo is about, by name.

use leptos::prelude::*;
use shared::command::Kept;
use shared::history::Concerned;
use shared::i18n::type_label;
use shared::types::by_name;

use crate::context::{Page, t};

/// What a record is called, as far as the reader may know; what has no title is named by its type. Leads to it where it can be
/// opened.
pub fn called(page: Page, record: &Concerned) -> AnyView {
    let Some(title) = record.title.clone() else {
        return view! { <span class="meta">{t("ui.record.lookup_failed")}</span> }.into_any();
    };
    let def = by_name(&record.record_type);
    let untitled = title.trim().is_empty();
    let kind = move || def.map(|def| type_label(page.locale.get(), def)).unwrap_or_default();
    let name = move || if untitled { kind() } else { title.clone() };
    match def.filter(|def| record.there && !def.admin) {
        Some(def) => view! { <a href=format!("/{}/{}", def.plural, record.id)>{name}</a> }.into_any(),
        None => view! { <span>{name}</span> }.into_any(),
    }
}

/// A record that an undo has just left alone.
pub fn concerned(Kept { record_type, id, title }: Kept) -> Concerned {
    Concerned { record_type, id, title: Some(title), there: true }
}
