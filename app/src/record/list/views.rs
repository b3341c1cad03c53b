//! Saved views of a list: filters, order and columns under a name.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::Row;
use shared::query::Archived;
use shared::types::SAVED_VIEW;
use uuid::Uuid;

use super::ListContext;
use super::address::ListState;
use super::columns::choose;
use crate::api::records::get_record;
use crate::context::t;
use crate::record::{Views, load_views, same_conditions};
use crate::ui::{Menu, MenuItem, Toasts};

/// Where they apply.
const SURFACE: &str = "list";

/// What a view keeps.
fn settings(context: ListContext) -> Value {
    let state = context.nav.state.get_untracked();
    json!({
        "q": state.search,
        "sort": state.sort,
        "filter": state.conditions,
        "archived": state.archived,
        "by_day": state.by_day,
        "columns": context.columns.get_untracked(),
    })
}

/// An address that names a view alone, such as one that was passed on, calls it up. Its columns are not kept as one's own.
pub(super) fn call_up_named(context: ListContext) {
    Effect::new(move |before: Option<Option<Uuid>>| {
        let named = context.nav.view_alone();
        if let Some(id) = named.filter(|_| before != Some(named)) {
            spawn_local(async move {
                let found = get_record(SAVED_VIEW.name.to_owned(), id).await;
                // It may have been left meanwhile.
                let there =
                    context.nav.state.try_with_untracked(|state| state.view == Some(id) && state.is_view_alone());
                let its =
                    found.ok().map(|detail| detail.row).filter(|row| row.text("record_type") == Some(context.def.name));
                if let (Some(row), Some(true)) = (its, there) {
                    context.columns.set(columns(&row));
                    context.nav.change_quietly(|state| *state = view_state(&row));
                }
            });
        }
        named
    });
}

/// Puts a view's settings in force.
fn call_up(context: ListContext, row: &Row) {
    let columns = columns(row);
    if columns.is_some() {
        choose(context, columns);
    }
    context.nav.change(|state| *state = view_state(row));
}

fn part<T: DeserializeOwned + Default>(row: &Row, name: &str) -> T {
    let part = row.value("query").get(name).cloned().unwrap_or_default();
    serde_json::from_value(part).unwrap_or_default()
}

/// The columns that a view shows, if it says so.
fn columns(row: &Row) -> Option<Vec<String>> {
    part(row, "columns")
}

/// What a view lists.
fn view_state(row: &Row) -> ListState {
    ListState {
        search: part(row, "q"),
        sort: part(row, "sort"),
        conditions: part(row, "filter"),
        archived: part::<Option<Archived>>(row, "archived").unwrap_or_default(),
        view: Some(row.id),
        by_day: part(row, "by_day"),
    }
}

/// Whether a list shows something else than a view keeps, in whichever way.
fn is_other(shown: &ListState, kept: &ListState) -> bool {
    shown.search.trim() != kept.search.trim()
        || shown.sort != kept.sort
        || shown.archived != kept.archived
        || !same_conditions(&shown.conditions, &kept.conditions)
}

/// Reads the views once the address names one, before the menu opens.
fn know_named(views: Views) {
    let named = Memo::new(move |_| views.chosen.get());
    Effect::new(move |_| {
        if named.get().is_some() {
            views.reload.run(None);
        }
    });
}

/// The menu of views, what the one that was called up is no longer, and the dialog that names one.
pub(super) fn views_menu(context: ListContext) -> AnyView {
    let (state, all) = (context.nav.state, RwSignal::new(Vec::new()));
    let views = Views {
        page: context.page,
        toasts: Toasts::take(),
        record_type: context.def.name,
        surface: SURFACE,
        all: all.into(),
        chosen: Signal::derive(move || state.with(|state| state.view)),
        settings: Callback::new(move |()| settings(context)),
        call_up: Callback::new(move |row: Row| call_up(context, &row)),
        named: Callback::new(move |id| context.nav.change_quietly(|state| state.view = id)),
        reload: Callback::new(move |_: Option<Row>| load_views(context.def.name, SURFACE, all)),
        naming: RwSignal::new(None),
    };
    know_named(views);
    // What an address that names a view alone lists is on its way.
    let differs = move |row: &Row| state.with(|state| !state.is_view_alone() && is_other(state, &view_state(row)));
    Effect::new(move |_| {
        let called = views.called_up().filter(|row| !differs(row));
        context.called.set(called.and_then(|row| row.text("name").map(str::to_owned)));
    });
    view! {
        <Menu label=t("list.view.title") icon="bookmark">
            <MenuItem
                label=t("list.view.all")
                checked=Signal::derive(move || state.with(ListState::is_plain))
                on_select=move |()| context.nav.change(|state| {
                    *state = ListState { by_day: state.by_day.take(), ..ListState::default() };
                })
            />
            {views.entries()}
            <hr/>
            {views.acts()}
        </Menu>
        {views.changed(differs)}
        {views.dialog()}
    }
    .into_any()
}
