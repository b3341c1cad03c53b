//! The tags people can choose.

use leptos::prelude::*;
use shared::{Row, Values};

use super::SectionHead;
use super::edit::{EditDialog, Editor};
use super::roster::{Loaded, Roster};
use crate::context::t;
use crate::ui::{Button, ButtonKind, EmptyState, Menu, MenuItem, Tag};

const FIELDS: &[&str] = &["name", "hue", "description"];

/// The list of tags.
#[component]
pub fn TagsSection() -> impl IntoView {
    let roster = Roster::load("tag", "name");
    let editor = Editor::new();
    view! {
        <SectionHead title=t("ui.nav.tags")>
            <Button kind=ButtonKind::Primary icon="plus" on_click=move |_| editor.create(Values::new())>{t("tag._new")}</Button>
        </SectionHead>
        <Loaded roster>
            <Show
                when=move || roster.rows.with(|rows| !rows.is_empty())
                fallback=|| view! { <EmptyState icon="tags" title=t("ui.state.empty") text=t("tag._empty")/> }
            >
                <ul class="admin-list">
                    <For each=move || roster.rows.get() key=|row| (row.id, row.version) let:row>
                        <TagRow roster row editor/>
                    </For>
                </ul>
            </Show>
        </Loaded>
        <EditDialog record_type="tag" editor fields=FIELDS on_saved=move |row| roster.put(row)/>
    }
}

#[component]
fn TagRow(roster: Roster, row: Row, editor: Editor) -> impl IntoView {
    let label = row.text("name").unwrap_or_default().to_owned();
    let hue = row.integer("hue").and_then(|hue| u8::try_from(hue).ok()).unwrap_or(0);
    let description = row.text("description").unwrap_or_default().to_owned();
    let row = StoredValue::new(row);
    let archive = move |()| roster.archive(&row.get_value());
    view! {
        <li class="admin-row">
            <Tag label hue/>
            <div class="admin-row-main"><span class="meta">{description}</span></div>
            <Menu label=t("ui.action.more") end=true>
                <MenuItem label=t("ui.action.edit") icon="pencil" on_select=move |()| editor.edit(row.get_value())/>
                <MenuItem label=t("ui.action.archive") icon="archive" on_select=archive/>
            </Menu>
        </li>
    }
}
