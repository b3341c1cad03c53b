//! Fields that the organisation adds to record types.

use leptos::prelude::*;
use shared::i18n::{choice_label, type_label_many};
use shared::types::{CUSTOM_FIELD, by_name};
use shared::{Row, Values};

use super::SectionHead;
use super::edit::{EditDialog, Editor};
use super::roster::{Loaded, Roster};
use crate::context::{Page, t};
use crate::ui::{Badge, Button, ButtonKind, EmptyState, Menu, MenuItem};

const FIELDS: &[&str] = &["record_type", "label", "key", "kind", "choices", "required", "position"];

/// The list of custom fields, by record type.
#[component]
pub fn CustomFieldsSection() -> impl IntoView {
    let roster = Roster::load("custom_field", "position");
    let editor = Editor::new();
    let sorted = move || {
        let mut rows = roster.rows.get();
        rows.sort_by_key(|row| (row.text("record_type").map(str::to_owned), row.integer("position"), row.id));
        rows
    };
    view! {
        <SectionHead title=t("admin.fields.title")>
            <Button kind=ButtonKind::Primary icon="plus" on_click=move |_| editor.create(Values::new())>{t("admin.fields.add")}</Button>
        </SectionHead>
        <Loaded roster>
            <Show
                when=move || roster.rows.with(|rows| !rows.is_empty())
                fallback=|| view! { <EmptyState icon="list-filter" title=t("ui.state.empty") text=t("custom_field._empty")/> }
            >
                <ul class="admin-list">
                    <For each=sorted key=|row| (row.id, row.version) let:row>
                        <CustomField roster row editor/>
                    </For>
                </ul>
            </Show>
        </Loaded>
        <EditDialog record_type="custom_field" editor fields=FIELDS on_saved=move |row| roster.put(row)/>
    }
}

#[component]
fn CustomField(roster: Roster, row: Row, editor: Editor) -> impl IntoView {
    let page = Page::take();
    let text = |name: &str| row.text(name).unwrap_or_default().to_owned();
    let (label, key, kind, record_type) = (text("label"), text("key"), text("kind"), text("record_type"));
    let row = StoredValue::new(row);
    let archive = move |()| roster.archive(&row.get_value());
    let of_type = move || {
        by_name(&record_type).map_or_else(|| record_type.clone(), |def| type_label_many(page.locale.get(), def))
    };
    view! {
        <li class="admin-row">
            <div class="admin-row-main"><b>{label}</b><span class="meta">{of_type}" · "{key}</span></div>
            <Badge>{move || choice_label(page.locale.get(), &CUSTOM_FIELD, "kind", &kind)}</Badge>
            <Menu label=t("ui.action.more") end=true>
                <MenuItem label=t("ui.action.edit") icon="pencil" on_select=move |()| editor.edit(row.get_value())/>
                <MenuItem label=t("ui.action.archive") icon="archive" on_select=archive/>
            </Menu>
        </li>
    }
}
