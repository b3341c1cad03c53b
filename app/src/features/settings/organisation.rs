//! The organisation's name and defaults.

use leptos::prelude::*;
use serde_json::Value;
use shared::i18n::{choice_label, field_label, translate};
use shared::types::ORGANISATION;

use super::SectionHead;
use super::edit::{EditDialog, Editor};
use super::roster::{Loaded, Roster};
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind};

const FIELDS: &[&str] = &["name", "currency", "timezone", "locale", "pool_after", "slug", "portal", "refused_files"];

/// Name, currency, time zone and language.
#[component]
pub fn OrganisationSection() -> impl IntoView {
    let page = Page::take();
    let roster = Roster::load("organisation", "name");
    let editor = Editor::new();
    let value = move |field: &'static str| {
        let text = roster.rows.with(|rows| match rows.first().map(|row| row.value(field)) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => "–".to_owned(),
            Some(Value::Bool(yes)) => {
                translate(page.locale.get(), if *yes { "ui.word.yes" } else { "ui.word.no" }, &[])
            }
            Some(other) => other.to_string(),
        });
        if field == "locale" { choice_label(page.locale.get(), &ORGANISATION, field, &text) } else { text }
    };
    let line = move |field: &'static str| {
        view! { <div><dt>{move || field_label(page.locale.get(), &ORGANISATION, field)}</dt><dd>{move || value(field)}</dd></div> }
    };
    let edit = move |_| {
        if let Some(row) = roster.rows.with_untracked(|rows| rows.first().cloned()) {
            editor.edit(row);
        }
    };
    view! {
        <SectionHead title=t("admin.organisation.title")>
            <Button kind=ButtonKind::Primary icon="pencil" on_click=edit>{t("ui.action.edit")}</Button>
        </SectionHead>
        <Loaded roster>
            <dl class="settings">{FIELDS.iter().map(|field| line(field)).collect_view()}</dl>
        </Loaded>
        <EditDialog record_type="organisation" editor fields=FIELDS on_saved=move |row| roster.put(row)/>
    }
}
