//! Roles: the list, and one role's rights.

use leptos::prelude::*;
use serde_json::json;
use shared::access::Grants;
use shared::{Row, Values};
use uuid::Uuid;

use super::SectionHead;
use super::edit::{EditDialog, Editor};
use super::rights::RightsEditor;
use super::roster::{Loaded, Roster};
use crate::context::t;
use crate::ui::{Badge, Button, ButtonKind, EmptyState, Icon, LinkButton, Menu, MenuItem, Size, Tone};

const FIELDS: &[&str] = &["name", "other_name", "description"];

/// The roles; with an id in the address, that role's rights.
#[component]
pub fn RolesSection(
    /// The role whose rights are shown.
    #[prop(into)]
    id: Signal<Option<Uuid>>,
) -> impl IntoView {
    let roster = Roster::load("role", "name");
    let editor = Editor::new();
    view! {
        {move || match id.get() {
            Some(id) => view! { <OneRole roster id editor/> }.into_any(),
            None => view! { <AllRoles roster editor/> }.into_any(),
        }}
        <EditDialog record_type="role" editor fields=FIELDS on_saved=move |row| roster.put(row)/>
    }
}

/// The rights of a role; those that cannot be read grant nothing.
pub fn grants_of(row: &Row) -> Grants {
    serde_json::from_value(row.value("grants").clone()).unwrap_or_default()
}

#[component]
fn AllRoles(roster: Roster, editor: Editor) -> impl IntoView {
    let create = move |_| editor.create([("grants".to_owned(), json!({}))].into_iter().collect::<Values>());
    view! {
        <SectionHead title=t("admin.roles.title")>
            <Button kind=ButtonKind::Primary icon="plus" on_click=create>{t("role._new")}</Button>
        </SectionHead>
        <p class="meta">{t("admin.roles.most_generous")}</p>
        <Loaded roster>
            <ul class="admin-list">
                <For each=move || roster.rows.get() key=|row| (row.id, row.version) let:row>
                    <Role roster row editor/>
                </For>
            </ul>
        </Loaded>
    }
}

#[component]
fn Role(roster: Roster, row: Row, editor: Editor) -> impl IntoView {
    let description = row.text("description").unwrap_or_default().to_owned();
    let (admin, href) = (grants_of(&row).admin, format!("/settings/roles/{}", row.id));
    let row = StoredValue::new(row);
    let name = move || row.with_value(|row| roster.called(row));
    let archive = move |()| roster.archive(&row.get_value());
    view! {
        <li class="admin-row">
            <Icon name="shield" size=Size::Large/>
            <div class="admin-row-main"><b>{name}</b><span class="meta">{description}</span></div>
            {admin.then(|| view! { <Badge tone=Tone::Info>{t("admin.roles.admin")}</Badge> })}
            <LinkButton href kind=ButtonKind::Ghost>{t("admin.roles.rights")}</LinkButton>
            <Menu label=t("ui.action.more") end=true>
                <MenuItem label=t("ui.action.edit") icon="pencil" on_select=move |()| editor.edit(row.get_value())/>
                <MenuItem label=t("ui.action.archive") icon="archive" on_select=archive/>
            </Menu>
        </li>
    }
}

#[component]
fn OneRole(roster: Roster, id: Uuid, editor: Editor) -> impl IntoView {
    let row = Memo::new(move |_| roster.rows.with(|rows| rows.iter().find(|row| row.id == id).cloned()));
    let title = Signal::derive(move || row.with(|row| row.as_ref().map(|row| roster.called(row))).unwrap_or_default());
    let edit = move |_| {
        if let Some(row) = row.get_untracked() {
            editor.edit(row);
        }
    };
    view! {
        <SectionHead title>
            <LinkButton href="/settings/roles" icon="arrow-left">{t("ui.action.back")}</LinkButton>
            <Button icon="pencil" on_click=edit>{t("ui.action.edit")}</Button>
        </SectionHead>
        <Loaded roster>
            <Show
                when=move || row.with(Option::is_some)
                fallback=|| view! { <EmptyState icon="shield" title=t("ui.state.not_found") text=t("ui.state.not_found_text")/> }
            >
                <RightsEditor roster row/>
            </Show>
        </Loaded>
    }
}
