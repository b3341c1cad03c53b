//! Saved views of a list: filters, order and columns under a name.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::command::{Change, Command, Outcome};
use shared::query::{Archived, Detail};
use shared::types::SAVED_VIEW;
use shared::{Error, RecordDef, Row, i18n};
use uuid::Uuid;

use super::ListContext;
use super::address::ListState;
use super::columns::choose;
use crate::acting::act_with;
use crate::api::records::get_record;
use crate::context::t;
use crate::record::{Views, load_views, same_conditions};
use crate::ui::{Button, ButtonKind, Menu, MenuItem, Notice, Size, Toasts, Tone};

/// Why a view that an address names is not shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lost {
    /// It was deleted.
    Deleted {
        /// As it was.
        row: Row,
        /// Whether the reader may bring it back.
        may_restore: bool,
    },
    /// There is none of the kind, or it is not shared with the reader.
    Unknown,
    /// It could not be had.
    Failed(Error),
}

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
            context.lost.set(None);
            spawn_local(async move {
                let found = get_record(SAVED_VIEW.name.to_owned(), id).await;
                let there = |state: &ListState| state.view == Some(id) && state.is_view_alone();
                // It may have been left meanwhile.
                if context.nav.state.try_with_untracked(there) != Some(true) {
                    return;
                }
                match its_view(context.def, found.map_err(|fault| fault.0)) {
                    Ok(row) => {
                        context.columns.set(columns(&row));
                        context.nav.change_quietly(|state| *state = view_state(&row));
                    }
                    Err(lost) => {
                        // It may be had another time.
                        let is_gone = !matches!(lost, Lost::Failed(_));
                        context.lost.set(Some(lost));
                        if is_gone {
                            context.nav.change_quietly(|state| state.view = None);
                        }
                    }
                }
            });
        }
        named
    });
    // What is said of one is over once something else is listed.
    Effect::new(move |_| {
        if !context.nav.state.with(ListState::is_view_alone) && context.lost.with_untracked(Option::is_some) {
            context.lost.set(None);
        }
    });
}

/// What became of the view of a type's list that an address names.
fn its_view(def: &RecordDef, found: Result<Detail, Error>) -> Result<Row, Lost> {
    match found {
        Ok(detail) if detail.row.text("record_type") != Some(def.name) => Err(Lost::Unknown),
        Ok(Detail { row, may_delete, .. }) if row.text("archived_at").is_some() => {
            Err(Lost::Deleted { row, may_restore: may_delete })
        }
        Ok(detail) => Ok(detail.row),
        Err(Error::NotFound | Error::Forbidden) => Err(Lost::Unknown),
        Err(error) => Err(Lost::Failed(error)),
    }
}

/// Says why the view is not shown that the address named, as long as everything is listed instead.
pub(super) fn lost_view(context: ListContext) -> AnyView {
    let toasts = Toasts::take();
    let note = move |lost: Lost| {
        let back = match &lost {
            Lost::Deleted { row, may_restore: true } => Some(row.clone()),
            _ => None,
        };
        let text = Signal::derive(move || lost_text(context, &lost));
        let sending = RwSignal::new(false);
        view! {
            <div class="list-lost">
                <Notice tone=Tone::Warning text>
                    {back.map(|row| view! {
                        <Button size=Size::Small busy=sending on_click=move |_| bring_back(context, toasts, &row, sending)>
                            {t("ui.action.restore")}
                        </Button>
                    })}
                    <Button
                        size=Size::Small
                        kind=ButtonKind::Ghost
                        icon="x"
                        label=t("ui.action.close")
                        on_click=move |_| context.lost.set(None)
                    />
                </Notice>
            </div>
        }
    };
    let note = move || context.lost.get().map(note);
    note.into_any()
}

/// Tracked.
fn lost_text(context: ListContext, lost: &Lost) -> String {
    let page = context.page;
    match lost {
        Lost::Deleted { row, .. } => {
            page.text_with("list.view_lost.deleted", &[("name", row.text("name").unwrap_or_default())])
        }
        Lost::Unknown => page.text("list.view_lost.unknown"),
        Lost::Failed(error) => i18n::error_sentence(page.locale.get(), error),
    }
}

/// Restores a deleted view and calls it up.
fn bring_back(context: ListContext, toasts: Toasts, row: &Row, sending: RwSignal<bool>) {
    sending.set(true);
    let name = row.text("name").unwrap_or_default();
    let done = i18n::translate(context.page.locale.get_untracked(), "ui.toast.restored", &[("name", name)]);
    let command = Command::one(SAVED_VIEW.name, Change::Restore { id: row.id });
    let then = move |result: Result<Outcome, Error>| {
        sending.try_set(false);
        // The page may have been left meanwhile.
        if let Some(row) = result.ok().and_then(|mut outcome| outcome.rows.pop())
            && context.lost.try_set(None).is_none()
        {
            call_up(context, &row);
        }
    };
    act_with((context.page, toasts), command, done, then);
}

/// Puts a view's settings in force.
fn call_up(context: ListContext, row: &Row) {
    context.lost.set(None);
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

#[cfg(test)]
mod tests {
    use shared::Values;
    use shared::types::{CONTACT, CUSTOMER};

    use super::*;

    fn found(archived: bool, may_delete: bool) -> Detail {
        let mut values = Values::from_iter([("record_type".to_owned(), "customer".into())]);
        if archived {
            values.insert("archived_at".to_owned(), "2026-03-06T01:00:00Z".into());
        }
        let row = Row { id: Uuid::from_u128(7), version: 1, values };
        Detail { row, titles: Default::default(), may_update: false, may_delete, live: String::new() }
    }

    #[test]
    fn an_address_calls_up_what_is_there_and_says_why_it_does_not() {
        let there = found(false, false);
        assert_eq!(its_view(&CUSTOMER, Ok(there.clone())), Ok(there.row.clone()));
        assert_eq!(its_view(&CONTACT, Ok(there)), Err(Lost::Unknown));
        for may_restore in [true, false] {
            let gone = found(true, may_restore);
            let row = gone.row.clone();
            assert_eq!(its_view(&CUSTOMER, Ok(gone)), Err(Lost::Deleted { row, may_restore }));
        }
        assert_eq!(its_view(&CUSTOMER, Err(Error::NotFound)), Err(Lost::Unknown));
        assert_eq!(its_view(&CUSTOMER, Err(Error::Offline)), Err(Lost::Failed(Error::Offline)));
    }
}
