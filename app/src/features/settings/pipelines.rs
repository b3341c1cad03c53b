//! Pipelines, each with its stages.

use leptos::prelude::*;
use serde_json::json;
use shared::{Row, Values};

use super::SectionHead;
use super::edit::{EditDialog, Editor};
use super::roster::{Loaded, Roster};
use super::stages::Stages;
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, EmptyState, Menu, MenuItem};

const FIELDS: &[&str] = &["name", "currency", "position", "description"];
const STAGE_FIELDS: &[&str] =
    &["name", "outcome", "probability", "required_fields", "rotting_days", "card_limit", "guidance"];

/// The pipelines.
#[component]
pub fn PipelinesSection() -> impl IntoView {
    let page = Page::take();
    let (pipelines, stages) = (Roster::load("pipeline", "position"), Roster::load("stage", "position"));
    let (editor, stage_editor) = (Editor::new(), Editor::new());
    let create =
        move |_| editor.create([("currency".to_owned(), json!(page.currency()))].into_iter().collect::<Values>());
    view! {
        <SectionHead title=t("admin.pipelines.title")>
            <Button kind=ButtonKind::Primary icon="plus" on_click=create>{t("pipeline._new")}</Button>
        </SectionHead>
        <Loaded roster=pipelines>
            <Loaded roster=stages>
                <Show
                    when=move || pipelines.rows.with(|rows| !rows.is_empty())
                    fallback=|| view! { <EmptyState icon="kanban" title=t("ui.state.empty") text=t("pipeline._empty")/> }
                >
                    <For each=move || pipelines.rows.get() key=|row| (row.id, row.version) let:row>
                        <Pipeline roster=pipelines stages row editor stage_editor/>
                    </For>
                </Show>
            </Loaded>
        </Loaded>
        <EditDialog record_type="pipeline" editor fields=FIELDS on_saved=move |row| pipelines.put(row)/>
        <EditDialog record_type="stage" editor=stage_editor fields=STAGE_FIELDS on_saved=move |row| stages.put(row)/>
    }
}

#[component]
fn Pipeline(roster: Roster, stages: Roster, row: Row, editor: Editor, stage_editor: Editor) -> impl IntoView {
    let name = row.text("name").unwrap_or_default().to_owned();
    let currency = row.text("currency").unwrap_or_default().to_owned();
    let id = row.id;
    let row = StoredValue::new(row);
    let archive = move |()| roster.archive(&row.get_value());
    view! {
        <section class="section admin-section">
            <header class="admin-head">
                <h3 class="section-title">{name}<span class="count">{currency}</span></h3>
                <span class="spacer"></span>
                <Menu label=t("ui.action.more") end=true>
                    <MenuItem label=t("ui.action.edit") icon="pencil" on_select=move |()| editor.edit(row.get_value())/>
                    <MenuItem label=t("ui.action.archive") icon="archive" on_select=archive/>
                </Menu>
            </header>
            <Stages roster=stages pipeline=id editor=stage_editor/>
        </section>
    }
}
