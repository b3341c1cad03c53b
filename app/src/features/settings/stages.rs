//! The stages of one pipeline, in order.

use leptos::prelude::*;
use serde_json::json;
use shared::command::Change;
use shared::i18n::choice_label;
use shared::types::STAGE;
use shared::{Row, Values};
use uuid::Uuid;

use super::edit::Editor;
use super::roster::{Roster, one};
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, Dot, Menu, MenuItem, Size, stage_hue};

/// Room between two stages, so that one can be put between without touching the others.
const STEP: i64 = 10;

/// The stages of a pipeline.
#[component]
pub fn Stages(
    /// Stages of all pipelines.
    roster: Roster,
    /// The pipeline.
    pipeline: Uuid,
    /// Edits a stage.
    editor: Editor,
) -> impl IntoView {
    let own = Memo::new(move |_| roster.rows.with(|rows| in_order(rows, pipeline)));
    let create = move |_| {
        let last = own.with_untracked(|rows| rows.last().and_then(|row| row.integer("position")).unwrap_or(0));
        let values = [("pipeline_id", json!(pipeline)), ("position", json!(last + STEP))];
        editor.create(values.into_iter().map(|(field, value)| (field.to_owned(), value)).collect::<Values>());
    };
    view! {
        <ol class="stage-list">
            <For each=move || hued(own.get()) key=|(row, hue)| (row.id, row.version, *hue) let((row, hue))>
                <Stage roster own row hue editor/>
            </For>
        </ol>
        <div class="button-group">
            <Button kind=ButtonKind::Ghost icon="plus" on_click=create>{t("admin.pipelines.add_stage")}</Button>
        </div>
    }
}

fn in_order(rows: &[Row], pipeline: Uuid) -> Vec<Row> {
    let mut own: Vec<Row> = rows.iter().filter(|row| row.reference("pipeline_id") == Some(pipeline)).cloned().collect();
    own.sort_by_key(|row| (row.integer("position"), row.id));
    own
}

/// Each with the colour it has on the board.
fn hued(stages: Vec<Row>) -> Vec<(Row, u8)> {
    let hue = |(at, row): (usize, Row)| {
        let hue = stage_hue(row.text("outcome"), at);
        (row, hue)
    };
    stages.into_iter().enumerate().map(hue).collect()
}

/// The changes that put a stage one place up or down; positions are spread anew where they have to.
fn moved(rows: &[Row], id: Uuid, by: isize) -> Vec<Change> {
    let Some(at) = rows.iter().position(|row| row.id == id) else { return Vec::new() };
    let target = at.saturating_add_signed(by);
    if target >= rows.len() || target == at {
        return Vec::new();
    }
    let mut order: Vec<&Row> = rows.iter().collect();
    order.swap(at, target);
    let placed = order.into_iter().zip(1..);
    let changed = placed.filter(|(row, place)| row.integer("position") != Some(place * STEP));
    changed
        .map(|(row, place)| Change::Update { id: row.id, version: None, values: one("position", place * STEP) })
        .collect()
}

#[component]
fn Stage(roster: Roster, own: Memo<Vec<Row>>, row: Row, hue: u8, editor: Editor) -> impl IntoView {
    let page = Page::take();
    let id = row.id;
    let name = row.text("name").unwrap_or_default().to_owned();
    let outcome = row.text("outcome").unwrap_or("open").to_owned();
    let probability = row.integer("probability").unwrap_or(0);
    let days = row.integer("rotting_days");
    let row = StoredValue::new(row);
    let label = move |key: &'static str, name: String| Signal::derive(move || page.text_with(key, &[("name", &name)]));
    let step = move |by: isize| {
        let changes = own.with_untracked(|rows| moved(rows, id, by));
        if !changes.is_empty() {
            roster.run(changes);
        }
    };
    let at_end = move |last: bool| {
        Signal::derive(move || {
            own.with(|rows| if last { rows.last() } else { rows.first() }.is_some_and(|row| row.id == id))
        })
    };
    let archive = move |()| roster.archive(&row.get_value());
    let stale = move || days.map(|days| page.text_with("admin.pipelines.days", &[("n", &days.to_string())]));
    view! {
        <li class="stage-row">
            <span class="button-group">
                <Button kind=ButtonKind::Ghost size=Size::Small icon="arrow-up" label=label("admin.pipelines.move_up", name.clone()) disabled=at_end(false) on_click=move |_| step(-1)/>
                <Button kind=ButtonKind::Ghost size=Size::Small icon="arrow-down" label=label("admin.pipelines.move_down", name.clone()) disabled=at_end(true) on_click=move |_| step(1)/>
            </span>
            <Dot hue/>
            <b class="truncate">{name}</b>
            <span class="meta num">{probability}"%"</span>
            <span class="meta stage-extra">{move || choice_label(page.locale.get(), &STAGE, "outcome", &outcome)}" "{stale}</span>
            <Menu label=t("ui.action.more") end=true>
                <MenuItem label=t("ui.action.edit") icon="pencil" on_select=move |()| editor.edit(row.get_value())/>
                <MenuItem label=t("ui.action.archive") icon="archive" on_select=archive/>
            </Menu>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(n: u128, position: i64) -> Row {
        Row { id: Uuid::from_u128(n), version: 1, values: one("position", position) }
    }

    #[test]
    fn a_move_changes_only_what_has_to_move() {
        let rows = [stage(1, 10), stage(2, 20), stage(3, 30)];
        let ids = |by, n| moved(&rows, Uuid::from_u128(n), by).iter().map(|c| c.id().as_u128()).collect::<Vec<_>>();
        assert_eq!(ids(1, 1), [2, 1]);
        assert_eq!(ids(-1, 1), Vec::<u128>::new());
        assert_eq!(ids(1, 3), Vec::<u128>::new());
    }
}
