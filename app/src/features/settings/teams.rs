//! The tree of teams.

use leptos::prelude::*;
use serde_json::json;
use shared::{Row, Values};
use uuid::Uuid;

use super::SectionHead;
use super::edit::{EditDialog, Editor};
use super::roster::{Loaded, Roster};
use crate::context::t;
use crate::ui::{Button, ButtonKind, EmptyState, Icon, Menu, MenuItem};

const FIELDS: &[&str] = &["name", "other_name", "parent_id", "manager_id", "region"];

/// The teams, each below the one above it.
#[component]
pub fn TeamsSection() -> impl IntoView {
    let roster = Roster::load("team", "name");
    let editor = Editor::new();
    let lines = move || roster.rows.with(|rows| tree(rows, |row| roster.called(row)));
    view! {
        <SectionHead title=t("admin.teams.tree")>
            <Button kind=ButtonKind::Primary icon="plus" on_click=move |_| editor.create(Values::new())>{t("team._new")}</Button>
        </SectionHead>
        <Loaded roster>
            <Show
                when=move || roster.rows.with(|rows| !rows.is_empty())
                fallback=|| view! { <EmptyState icon="network" title=t("ui.state.empty") text=t("team._empty")/> }
            >
                <ul class="tree">
                    <For each=lines key=|(depth, row)| (*depth, row.id, row.version) let((depth, row))>
                        <Team roster editor depth row/>
                    </For>
                </ul>
            </Show>
        </Loaded>
        <EditDialog record_type="team" editor fields=FIELDS on_saved=move |row| roster.put(row)/>
    }
}

#[component]
fn Team(roster: Roster, editor: Editor, depth: usize, row: Row) -> impl IntoView {
    let manager = row.reference("manager_id");
    let manager = move || manager.map(|id| roster.title(id)).unwrap_or_default();
    let row = StoredValue::new(row);
    let name = move || row.with_value(|row| roster.called(row));
    let below = move |()| {
        let parent = row.with_value(|row| row.id);
        editor.create([("parent_id".to_owned(), json!(parent))].into_iter().collect());
    };
    let archive = move |()| roster.archive(&row.get_value());
    view! {
        <li>
            <div class="tree-row" style=format!("--depth:{depth}")>
                <Icon name="users"/>
                <b>{name}</b>
                <span class="meta">{manager}</span>
                <span class="spacer"></span>
                <Menu label=t("ui.action.more") end=true>
                    <MenuItem label=t("ui.action.edit") icon="pencil" on_select=move |()| editor.edit(row.get_value())/>
                    <MenuItem label=t("admin.teams.add_below") icon="plus" on_select=below/>
                    <MenuItem label=t("ui.action.archive") icon="archive" on_select=archive/>
                </Menu>
            </div>
        </li>
    }
}

/// The teams in the order of the tree, with their depth, else by what they are called. Teams whose parent is not here stand at
/// the top.
fn tree(rows: &[Row], called: impl Fn(&Row) -> String) -> Vec<(usize, Row)> {
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_by_cached_key(|row| called(row));
    let known = |id: Uuid| rows.iter().any(|row| row.id == id);
    let mut lines = Vec::with_capacity(rows.len());
    let top = sorted.iter().filter(|row| row.reference("parent_id").is_none_or(|id| !known(id)));
    for row in top {
        push(&sorted, row, 0, &mut lines);
    }
    lines
}

fn push(all: &[&Row], row: &Row, depth: usize, lines: &mut Vec<(usize, Row)>) {
    // The store refuses circles; while two changes cross, one may still arrive here.
    if depth > all.len() {
        return;
    }
    lines.push((depth, row.clone()));
    for child in all.iter().filter(|child| child.reference("parent_id") == Some(row.id)) {
        push(all, child, depth + 1, lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team(n: u128, name: &str, parent: Option<u128>) -> Row {
        let mut values = Values::new();
        values.insert("name".into(), name.into());
        values.insert("parent_id".into(), json!(parent.map(Uuid::from_u128)));
        Row { id: Uuid::from_u128(n), version: 1, values }
    }

    #[test]
    fn teams_stand_below_their_parents() {
        let rows = [team(1, "B", None), team(2, "B1", Some(1)), team(3, "A", None), team(4, "Lost", Some(9))];
        let name = |row: &Row| row.text("name").unwrap().to_owned();
        let lines: Vec<_> = tree(&rows, name).into_iter().map(|(depth, row)| (depth, name(&row))).collect();
        let expected = [(0, "A"), (0, "B"), (1, "B1"), (0, "Lost")];
        assert_eq!(lines, expected.map(|(depth, name)| (depth, name.to_owned())));
    }
}
