//! Saved views: what a page shows, under a name. Lists, the board and the desk keep, rename and remove them alike.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::access::AUDIENCES;
use shared::command::{Change, Command};
use shared::query::{Filter, ListQuery, Op, Sort};
use shared::types::SAVED_VIEW;
use shared::{Row, Values};
use uuid::Uuid;

use super::AudienceField;
use crate::acting::act_with;
use crate::api::records::list_records;
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, Dialog, Field, MenuItem, Size, TextInput, Toasts, open_about};

/// The view that is getting a name.
#[derive(Clone)]
pub enum Naming {
    /// What is shown, as a new view.
    New,
    /// A view that has one already.
    Again(Row),
}

/// The views of a page; cheap to copy.
#[derive(Clone, Copy)]
pub struct Views {
    /// The page.
    pub page: Page,
    /// Where it is told what became of them.
    pub toasts: Toasts,
    /// Name of the type whose records they show.
    pub record_type: &'static str,
    /// Where they apply, as the field of that name says it.
    pub surface: &'static str,
    /// Those that can be called up.
    pub all: Signal<Vec<Row>>,
    /// The one that was called up.
    pub chosen: Signal<Option<Uuid>>,
    /// What is shown now, as a view keeps it.
    pub settings: Callback<(), Value>,
    /// Shows what a view shows.
    pub call_up: Callback<Row>,
    /// What is shown bears the name of this view from now on, or of none.
    pub named: Callback<Option<Uuid>>,
    /// Reads them anew.
    pub reload: Callback<()>,
    /// What the dialog is open for.
    pub naming: RwSignal<Option<Naming>>,
}

/// Reads the views of a type's records, those that colleagues share included.
pub fn load_views(record_type: &'static str, surface: &'static str, all: RwSignal<Vec<Row>>) {
    let filter =
        Filter::All(vec![Filter::field("record_type", Op::Eq, record_type), Filter::field("surface", Op::Eq, surface)]);
    let sort = Some(Sort { field: "name".into(), descending: false });
    let query = ListQuery { filter: Some(filter), sort, limit: 100, ..ListQuery::default() };
    spawn_local(async move {
        if let Ok(found) = list_records(SAVED_VIEW.name.to_owned(), query).await {
            drop(all.try_set(found.rows));
        }
    });
}

impl Views {
    /// Entries of a menu that call a view up.
    pub fn entries(self) -> AnyView {
        self.reload.run(());
        let entry = move |row: Row| {
            let (id, name) = (row.id, row.text("name").unwrap_or_default().to_owned());
            let checked = Signal::derive(move || self.chosen.get() == Some(id));
            view! { <MenuItem label=name checked on_select=move |()| self.call_up.run(row.clone())/> }
        };
        view! { {move || self.all.get().into_iter().map(entry).collect_view()} }.into_any()
    }

    /// Entries that keep what is shown, and that change, rename or remove the view that was called up.
    pub fn acts(self) -> AnyView {
        let of_chosen = move |row: Row| {
            let (id, named) = (row.id, row.clone());
            view! {
                <MenuItem label=t("list.view.update") icon="save" on_select=move |()| self.update(&row)/>
                <MenuItem
                    label=t("list.view.rename")
                    icon="pencil"
                    on_select=move |()| self.naming.set(Some(Naming::Again(named.clone())))
                />
                <MenuItem label=t("list.view.delete") icon="trash-2" danger=true on_select=move |()| self.remove(id)/>
            }
        };
        let chosen = move || {
            let id = self.chosen.get()?;
            self.all.with(|all| all.iter().find(|row| row.id == id).cloned())
        };
        view! {
            <MenuItem label=t("list.view.save") icon="bookmark" on_select=move |()| self.naming.set(Some(Naming::New))/>
            {move || chosen().map(of_chosen)}
        }
        .into_any()
    }

    fn update(self, row: &Row) {
        let (id, version) = (row.id, row.version);
        let values = Values::from_iter([("query".to_owned(), self.settings.run(()))]);
        self.send(Change::Update { id, version: Some(version), values }, "list.view.saved", move || {
            let _ = self.named.try_run(Some(id));
        });
    }

    fn remove(self, id: Uuid) {
        self.send(Change::Archive { id }, "list.view.removed", move || {
            // Another one may have been called up meanwhile.
            if self.chosen.try_get_untracked().is_none_or(|chosen| chosen == Some(id)) {
                let _ = self.named.try_run(None);
            }
        });
    }

    /// Gives what is being named its name.
    fn keep(self, name: String, audience: String) {
        let mut values = Values::new();
        values.insert("name".to_owned(), name.into());
        values.insert("audience".to_owned(), audience.into());
        let (change, made) = match self.naming.get_untracked() {
            None => return,
            Some(Naming::Again(row)) => (Change::Update { id: row.id, version: Some(row.version), values }, None),
            Some(Naming::New) => {
                let id = Uuid::now_v7();
                values.insert("record_type".to_owned(), self.record_type.into());
                values.insert("surface".to_owned(), self.surface.into());
                values.insert("query".to_owned(), self.settings.run(()));
                (Change::Create { id, values }, Some(id))
            }
        };
        self.send(change, "list.view.saved", move || {
            // The page may have been left meanwhile.
            if self.naming.try_set(None).is_none() && made.is_some() {
                let _ = self.named.try_run(made);
            }
        });
    }

    fn send(self, change: Change, done: &'static str, then: impl FnOnce() + 'static) {
        let done = self.page.text_now(done);
        act_with((self.page, self.toasts), Command::one(SAVED_VIEW.name, change), done, move |result| {
            if result.is_ok() {
                let _ = self.reload.try_run(());
                then();
            }
        });
    }

    /// The dialog in which a view gets its name, and is shared.
    pub fn dialog(self) -> AnyView {
        let (name, audience) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
        let open = open_about(self.naming);
        Effect::new(move |_| {
            let Some(naming) = self.naming.get() else { return };
            let own = |field: &str| match &naming {
                Naming::New => None,
                Naming::Again(row) => row.text(field).map(str::to_owned),
            };
            name.set(own("name").unwrap_or_default());
            audience.set(own("audience").unwrap_or_else(|| AUDIENCES[0].to_owned()));
        });
        let save = move || {
            let text = name.get_untracked().trim().to_owned();
            if !text.is_empty() {
                self.keep(text, audience.get_untracked());
            }
        };
        let nameless = Signal::derive(move || name.with(|name| name.trim().is_empty()));
        let footer = move || {
            view! {
                <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
                <Button kind=ButtonKind::Primary disabled=nameless on_click=move |_| save()>{t("ui.action.save")}</Button>
            }
        };
        let again = move || self.naming.with(|naming| matches!(naming, Some(Naming::Again(_))));
        let title = Signal::derive(move || self.page.text(if again() { "list.view.rename" } else { "list.view.save" }));
        view! {
            <Dialog open title close=t("ui.action.close") size=Size::Small footer>
                <form class="form-group" on:submit=move |event| { event.prevent_default(); save(); }>
                    <Field id="view-name" label=t("list.view.name") required=true>
                        <TextInput value=name maxlength=120 autofocus=true autocomplete="off"/>
                    </Field>
                    <AudienceField value=audience/>
                </form>
            </Dialog>
        }
        .into_any()
    }
}
