//! Saved views: what a page shows, under a name. Lists, the board and the desk keep, rename and remove them alike.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::access::AUDIENCES;
use shared::command::{Change, Command};
use shared::query::Filter;
use shared::types::{SAVED_VIEW, offered_views};
use shared::{Row, Values};
use uuid::Uuid;

use super::{AudienceField, refocus};
use crate::acting::act_then;
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
    /// Reads them anew; with the one that was just saved or removed, if that is why.
    pub reload: Callback<Option<Row>>,
    /// What the dialog is open for.
    pub naming: RwSignal<Option<Naming>>,
}

/// Reads the views of a type's records, those that colleagues share with the reader included.
pub fn load_views(record_type: &'static str, surface: &'static str, all: RwSignal<Vec<Row>>) {
    spawn_local(async move {
        if let Ok(found) = list_records(SAVED_VIEW.name.to_owned(), offered_views(record_type, surface)).await {
            drop(all.try_set(found.rows));
        }
    });
}

/// Whether the same conditions have to hold, in whichever order they stand.
pub fn same_conditions(these: &[Filter], those: &[Filter]) -> bool {
    let within = |these: &[Filter], those: &[Filter]| these.iter().all(|one| those.contains(one));
    within(these, those) && within(those, these)
}

impl Views {
    /// Entries of a menu that call a view up.
    pub fn entries(self) -> AnyView {
        self.reload.run(None);
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
                <MenuItem label=t("list.view.update") icon="save" on_select=move |()| self.update(&row, |_| ())/>
                <MenuItem
                    label=t("list.view.rename")
                    icon="pencil"
                    on_select=move |()| self.naming.set(Some(Naming::Again(named.clone())))
                />
                <MenuItem label=t("list.view.delete") icon="trash-2" danger=true on_select=move |()| self.remove(id)/>
            }
        };
        view! {
            <MenuItem label=t("list.view.save") icon="bookmark" on_select=move |()| self.naming.set(Some(Naming::New))/>
            {move || self.called_up().map(of_chosen)}
        }
        .into_any()
    }

    /// The view that was called up, as far as it is known; tracked.
    pub(super) fn called_up(self) -> Option<Row> {
        let id = self.chosen.get()?;
        self.all.with(|all| all.iter().find(|row| row.id == id).cloned())
    }

    /// Says that something else is shown by now than the view keeps that was called up, which `differs` knows, with the ways to
    /// keep it so and to go back; nothing otherwise.
    pub fn changed(self, differs: impl Fn(&Row) -> bool + 'static) -> AnyView {
        let shown = RwSignal::new(None::<Row>);
        // Once the page has been taken over: the server may not have known the views.
        Effect::new(move |was: Option<bool>| {
            let now = self.called_up().filter(|row| differs(row));
            let is = now.is_some();
            if shown.with_untracked(|shown| *shown != now) {
                shown.set(now);
            }
            // The button that was pressed is gone.
            if was == Some(true) && !is {
                refocus(|| document().query_selector(".view-changed").ok().flatten());
            }
            is
        });
        view! { <div class="view-changed" tabindex="-1">{move || shown.get().map(|row| self.mark(row))}</div> }
            .into_any()
    }

    fn mark(self, row: Row) -> AnyView {
        let sending = RwSignal::new(false);
        let (name, kept) = (row.text("name").unwrap_or_default().to_owned(), row.clone());
        let save = move |_| {
            sending.set(true);
            // Done, it is busy until the mark is gone.
            self.update(&row, move |is_done| {
                if !is_done {
                    sending.try_set(false);
                }
            });
        };
        view! {
            <span class="truncate">{name}</span>
            <span class="badge">{t("list.view.changed")}</span>
            <Button size=Size::Small kind=ButtonKind::Ghost busy=sending on_click=save>{t("ui.action.save")}</Button>
            <Button size=Size::Small kind=ButtonKind::Ghost on_click=move |_| self.call_up.run(kept.clone())>{t("list.view.reset")}</Button>
        }
        .into_any()
    }

    /// Has a view keep what is shown; `then` gets to know whether it does.
    fn update(self, row: &Row, then: impl FnOnce(bool) + 'static) {
        let (id, version) = (row.id, row.version);
        let values = Values::from_iter([("query".to_owned(), self.settings.run(()))]);
        self.send(Change::Update { id, version: Some(version), values }, "list.view.saved", move |is_done| {
            if is_done {
                let _ = self.named.try_run(Some(id));
            }
            then(is_done);
        });
    }

    fn remove(self, id: Uuid) {
        // Taken back, it is shown again, unless another one was called up meanwhile.
        let back = move || {
            let _ = self.reload.try_run(None);
            if self.chosen.try_get_untracked() == Some(None) {
                let _ = self.named.try_run(Some(id));
            }
        };
        self.send_then(Change::Archive { id }, "list.view.removed", back, move |is_done| {
            // Another one may have been called up meanwhile.
            if is_done && self.chosen.try_get_untracked().is_none_or(|chosen| chosen == Some(id)) {
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
        self.send(change, "list.view.saved", move |is_done| {
            // The page may have been left meanwhile.
            if is_done && self.naming.try_set(None).is_none() && made.is_some() {
                let _ = self.named.try_run(made);
            }
        });
    }

    fn send(self, change: Change, done: &'static str, then: impl FnOnce(bool) + 'static) {
        self.send_then(change, done, || (), then);
    }

    /// As [`Self::send`]; `undone` runs when it was taken back.
    fn send_then(
        self,
        change: Change,
        done: &'static str,
        undone: impl Fn() + Clone + Send + Sync + 'static,
        then: impl FnOnce(bool) + 'static,
    ) {
        let (context, done) = ((self.page, self.toasts), self.page.text_now(done));
        act_then(context, Command::one(SAVED_VIEW.name, change), done, undone, move |result| {
            let is_done = result.is_ok();
            if let Ok(mut outcome) = result {
                let _ = self.reload.try_run(outcome.rows.pop());
            }
            then(is_done);
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
