//! Saved views: filters, order and columns under a name, records like any other.

use leptos::prelude::*;
use serde_json::{Value, json};
use shared::access::AUDIENCES;
use shared::command::{Change, Command};
use shared::query::{Archived, Filter, ListQuery, Op};
use shared::types::SAVED_VIEW;
use shared::{Row, Values};
use uuid::Uuid;

use super::ListContext;
use super::address::ListState;
use super::columns::choose;
use crate::acting::act;
use crate::api::records::list_records;
use crate::context::t;
use crate::record::AudienceField;
use crate::ui::{Button, ButtonKind, Dialog, Field, Menu, MenuItem, Size, TextInput};

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

/// Puts a view's settings in force.
fn call_up(context: ListContext, row: &Row) {
    let query = row.value("query");
    let part = |name: &str| query.get(name).cloned().unwrap_or_default();
    let columns: Option<Vec<String>> = serde_json::from_value(part("columns")).unwrap_or_default();
    if columns.is_some() {
        choose(context, columns);
    }
    let view = ListState {
        search: part("q").as_str().unwrap_or_default().to_owned(),
        sort: serde_json::from_value(part("sort")).unwrap_or_default(),
        conditions: serde_json::from_value(part("filter")).unwrap_or_default(),
        archived: serde_json::from_value::<Option<Archived>>(part("archived")).ok().flatten().unwrap_or_default(),
        view: Some(row.id),
        by_day: serde_json::from_value(part("by_day")).unwrap_or_default(),
    };
    context.nav.change(|state| *state = view);
}

fn views_of(context: ListContext) -> ListQuery {
    let of_type = Filter::field("record_type", Op::Eq, context.def.name);
    let of_lists = Filter::field("surface", Op::Eq, "list");
    ListQuery { filter: Some(Filter::All(vec![of_type, of_lists])), limit: 100, ..ListQuery::default() }
}

/// The menu of views, and the dialog that saves one.
pub(super) fn views_menu(context: ListContext) -> AnyView {
    let saving = RwSignal::new(false);
    let state = context.nav.state;
    let saved = move || {
        let views = LocalResource::new(move || list_records(SAVED_VIEW.name.to_owned(), views_of(context)));
        move || views.get().and_then(Result::ok).map(|found| entries(context, found.rows))
    };
    view! {
        <Menu label=t("list.view.title") icon="bookmark">
            <MenuItem
                label=t("list.view.all")
                checked=Signal::derive(move || state.with(ListState::is_plain))
                on_select=move |()| context.nav.change(|state| {
                    *state = ListState { by_day: state.by_day.take(), ..ListState::default() };
                })
            />
            {saved()}
            <hr/>
            <MenuItem label=t("list.view.save") icon="save" on_select=move |()| saving.set(true)/>
        </Menu>
        <SaveView context open=saving/>
    }
    .into_any()
}

fn entries(context: ListContext, rows: Vec<Row>) -> AnyView {
    let current = context.nav.state.with_untracked(|state| state.view);
    let open = rows.iter().find(|row| Some(row.id) == current).cloned();
    let entry = move |row: Row| {
        let name = row.text("name").unwrap_or_default().to_owned();
        let checked = Signal::stored(Some(row.id) == current);
        view! { <MenuItem label=Signal::stored(name) checked on_select=move |()| call_up(context, &row)/> }
    };
    let own = open.map(|row| {
        let (id, version) = (row.id, row.version);
        let update = move |()| {
            let values = Values::from_iter([("query".to_owned(), settings(context))]);
            send(context, Change::Update { id, version: Some(version), values }, "list.view.saved");
        };
        let delete = move |()| {
            send(context, Change::Archive { id }, "ui.toast.saved");
            context.nav.change(|state| state.view = None);
        };
        view! {
            <hr/>
            <MenuItem label=t("list.view.update") icon="save" on_select=update/>
            <MenuItem label=t("list.view.delete") icon="trash-2" danger=true on_select=delete/>
        }
    });
    view! { {rows.into_iter().map(entry).collect_view()} {own} }.into_any()
}

fn send(context: ListContext, change: Change, done: &'static str) {
    act(Command::one(SAVED_VIEW.name, change), context.page.text_now(done), |_| {});
}

#[component]
fn SaveView(context: ListContext, open: RwSignal<bool>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let audience = RwSignal::new(AUDIENCES[0].to_owned());
    let save = move || {
        let text = name.get_untracked().trim().to_owned();
        if text.is_empty() {
            return;
        }
        let id = Uuid::now_v7();
        let values = Values::from_iter([
            ("name".to_owned(), text.into()),
            ("record_type".to_owned(), context.def.name.into()),
            ("surface".to_owned(), "list".into()),
            ("audience".to_owned(), audience.get_untracked().into()),
            ("query".to_owned(), settings(context)),
        ]);
        let done = context.page.text_now("list.view.saved");
        act(Command::one(SAVED_VIEW.name, Change::Create { id, values }), done, move |result| {
            if result.is_ok() && open.try_set(false).is_none() {
                name.set(String::new());
                context.nav.change_quietly(|state| state.view = Some(id));
            }
        });
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button
                kind=ButtonKind::Primary
                disabled=Signal::derive(move || name.with(|name| name.trim().is_empty()))
                on_click=move |_| save()
            >
                {t("ui.action.save")}
            </Button>
        }
    };
    view! {
        <Dialog open title=t("list.view.save") close=t("ui.action.close") size=Size::Small footer>
            <form class="form-group" on:submit=move |event| { event.prevent_default(); save(); }>
                <Field id="view-name" label=t("list.view.name") required=true>
                    <TextInput value=name maxlength=120 autofocus=true autocomplete="off"/>
                </Field>
                <AudienceField value=audience/>
            </form>
        </Dialog>
    }
}
