//! Saved views of the board: a name for a set of filters.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;
use shared::access::AUDIENCES;
use shared::command::{Change, Command};
use shared::query::{Filter, ListQuery, Op, Sort};
use shared::record::Values;
use uuid::Uuid;

use super::address::Address;
use super::filters::Filters;
use crate::acting::act_with;
use crate::api::records::list_records;
use crate::chunk::once;
use crate::context::{Page, t};
use crate::record::AudienceField;
use crate::ui::{Button, ButtonKind, Dialog, Field, Icon, Menu, MenuItem, Size, TextInput, Toasts};

/// The views of the reader, those that colleagues share included.
#[derive(Clone, Copy)]
pub(super) struct Views {
    all: RwSignal<Vec<Row>>,
    page: Page,
    toasts: Toasts,
}

impl Views {
    fn load(self) {
        let filter = Filter::All(vec![
            Filter::field("record_type", Op::Eq, "opportunity"),
            Filter::field("surface", Op::Eq, "board"),
        ]);
        let sort = Some(Sort { field: "name".into(), descending: false });
        let query = ListQuery { filter: Some(filter), sort, limit: 100, ..ListQuery::default() };
        spawn_local(async move {
            if let Ok(found) = list_records("saved_view".into(), query).await {
                drop(self.all.try_set(found.rows));
            }
        });
    }

    /// Acts with the page's context, which handlers do not have by themselves.
    fn act(self, command: Command, done: String) {
        act_with((self.page, self.toasts), command, done, move |_| self.load());
    }
}

fn filters_of(view: &Row) -> Filters {
    serde_json::from_value(view.value("query").clone()).unwrap_or_default()
}

/// Chooses, saves and archives views.
pub(super) fn view_menu(address: Address) -> impl IntoView {
    let page = Page::take();
    let views = Views { all: RwSignal::new(Vec::new()), page, toasts: Toasts::take() };
    Effect::new(move |_| views.load());
    let saving = RwSignal::new(false);
    let chosen =
        move || address.view().and_then(|id| views.all.with(|all| all.iter().find(|view| view.id == id).cloned()));
    let label = Signal::derive(move || {
        chosen().and_then(|view| view.text("name").map(str::to_owned)).unwrap_or_else(|| page.text("saved_view._many"))
    });
    let trigger = move || view! { <Icon name="bookmark"/><span class="truncate" aria-hidden="true">{label}</span> };
    view! {
        <Menu label=label trigger=trigger kind=ButtonKind::Secondary end=true>
            {super::list_views::view(views, address, saving)}
        </Menu>
        {once(move || saving.get(), move || super::name_view::view(views, address, saving))}
    }
}

pub(super) fn view_entries(views: Views, address: Address, saving: RwSignal<bool>) -> impl IntoView {
    let entry = move |view: Row| {
        let (id, name) = (view.id, view.text("name").unwrap_or_default().to_owned());
        let filters = filters_of(&view);
        let checked = Signal::derive(move || address.view() == Some(id));
        view! { <MenuItem label=name checked on_select=move |()| address.choose_view(Some(id), &filters)/> }
    };
    let all = move || address.view().is_none() && address.filters.with(Filters::is_empty);
    let archive = move |()| {
        let Some(id) = untrack(|| address.view()) else { return };
        let name = views.all.with_untracked(|all| {
            all.iter().find(|view| view.id == id).and_then(|view| view.text("name").map(str::to_owned))
        });
        let done = [("name", name.unwrap_or_default())];
        let done =
            shared::i18n::translate(views.page.locale.get_untracked(), "ui.toast.archived", &[(done[0].0, &done[0].1)]);
        address.choose_view(None, &Filters::default());
        views.act(Command::one("saved_view", Change::Archive { id }), done);
    };
    view! {
        <MenuItem label=t("board.view_all") checked=Signal::derive(all) on_select=move |()| address.choose_view(None, &Filters::default())/>
        {move || views.all.get().into_iter().map(entry).collect_view()}
        <hr/>
        <MenuItem icon="save" label=t("board.view_save") on_select=move |()| saving.set(true)/>
        <Show when=move || address.view().is_some()>
            <MenuItem icon="archive" label=t("board.view_archive") on_select=archive/>
        </Show>
    }
}

/// Asks for the view's name.
pub(super) fn save_dialog(views: Views, address: Address, open: RwSignal<bool>) -> impl IntoView {
    let page = views.page;
    let (name, audience) = (RwSignal::new(String::new()), RwSignal::new(AUDIENCES[0].to_owned()));
    let error = RwSignal::new(None::<String>);
    let submit = move || {
        let title = name.get_untracked().trim().to_owned();
        if title.is_empty() {
            let locale = page.locale.get_untracked();
            return error.set(Some(shared::i18n::translate(locale, "error.required", &[])));
        }
        let filters = address.filters.get_untracked();
        let mut values = Values::new();
        values.insert("name".into(), title.clone().into());
        values.insert("record_type".into(), "opportunity".into());
        values.insert("surface".into(), "board".into());
        values.insert("query".into(), serde_json::to_value(&filters).unwrap_or_default());
        values.insert("audience".into(), audience.get_untracked().into());
        let id = Uuid::now_v7();
        let done = shared::i18n::translate(page.locale.get_untracked(), "ui.toast.created", &[("name", &title)]);
        views.act(Command::one("saved_view", Change::Create { id, values }), done);
        address.choose_view(Some(id), &filters);
        name.set(String::new());
        error.set(None);
        open.set(false);
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary on_click=move |_| submit()>{t("ui.action.save")}</Button>
        }
    };
    view! {
        <Dialog open title=t("board.view_save") close=t("ui.action.close") size=Size::Small footer=footer>
            <form
                class="form-group"
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
            >
                <Field id="view-name" label=t("saved_view.name") error required=true>
                    <TextInput value=name maxlength=120 autofocus=true/>
                </Field>
                <AudienceField value=audience/>
            </form>
        </Dialog>
    }
}
