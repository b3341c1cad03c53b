//! Saved views: what a page shows, under a name. Lists, the board and the desk keep, rename and remove them alike.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::access::{AUDIENCES, Action, Holder};
use shared::command::{Change, Command};
use shared::query::{Filter, Titles};
use shared::types::{SAVED_VIEW, USER, offered_views};
use shared::{Row, Values};
use uuid::Uuid;

use super::titles::look_up;
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

/// Whose a view is, and who is offered it; the reader's own come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sharing {
    /// Nobody for what is the reader's own.
    owner: Option<Uuid>,
    /// Place among [`AUDIENCES`].
    audience: usize,
}

impl Sharing {
    fn of(row: &Row, reader: Option<Uuid>) -> Self {
        let audience = row.text("audience").and_then(|code| AUDIENCES.iter().position(|one| *one == code));
        Self { owner: row.reference("owner_id").filter(|id| Some(*id) != reader), audience: audience.unwrap_or(0) }
    }

    /// Tracked.
    fn text(self, page: Page, titles: &Titles) -> String {
        let owner = match self.owner {
            None => Some(page.text("list.view_of.own")),
            Some(id) => titles.get(&id).cloned(),
        };
        let audience = page.text(&format!("saved_view.audience.{}", AUDIENCES[self.audience]));
        owner.into_iter().chain([audience]).collect::<Vec<_>>().join(" · ")
    }
}

/// Views by whose they are and who is offered them, each in their order.
fn by_sharing(all: Vec<Row>, reader: Option<Uuid>) -> BTreeMap<Sharing, Vec<Row>> {
    let mut groups: BTreeMap<Sharing, Vec<Row>> = BTreeMap::new();
    for row in all {
        groups.entry(Sharing::of(&row, reader)).or_default().push(row);
    }
    groups
}

impl Views {
    /// Entries of a menu that call a view up. Where some are shared, each group says whose they are and with whom.
    pub fn entries(self) -> AnyView {
        self.reload.run(None);
        let reader = self.page.actor().map(|actor| actor.user_id);
        let titles = RwSignal::new(Titles::new());
        Effect::new(move |_| {
            let groups = by_sharing(self.all.get(), reader);
            let owners = groups.into_keys().filter_map(|sharing| sharing.owner);
            let unknown = owners.filter(|id| titles.with_untracked(|titles| !titles.contains_key(id)));
            look_up(self.page, titles, unknown.map(|id| (USER.name, id)));
        });
        let groups = move || {
            let groups = by_sharing(self.all.get(), reader);
            let all_private = groups.keys().all(|sharing| *sharing == Sharing { owner: None, audience: 0 });
            let group = |(sharing, rows): (Sharing, Vec<Row>)| {
                let entries = rows.into_iter().map(|row| self.entry(row)).collect_view();
                if all_private {
                    return entries.into_any();
                }
                let head = Signal::derive(move || titles.with(|titles| sharing.text(self.page, titles)));
                view! { <div role="group" aria-label=head><p class="menu-head">{head}</p>{entries}</div> }.into_any()
            };
            groups.into_iter().map(group).collect_view()
        };
        view! { {groups} }.into_any()
    }

    fn entry(self, row: Row) -> AnyView {
        let (id, name) = (row.id, row.text("name").unwrap_or_default().to_owned());
        let checked = Signal::derive(move || self.chosen.get() == Some(id));
        view! { <MenuItem label=name checked on_select=move |()| self.call_up.run(row.clone())/> }.into_any()
    }

    /// Whether the reader may do that with a view, as far as the browser can tell; the server decides.
    fn may(self, action: Action, row: &Row) -> bool {
        self.page.actor().is_some_and(|actor| actor.holds(&SAVED_VIEW, action, &Holder::of(row)))
    }

    /// Entries that keep what is shown, and that change, rename or remove the view that was called up, for whom may do that.
    pub fn acts(self) -> AnyView {
        let of_chosen = move |row: Row| {
            let (id, named) = (row.id, row.clone());
            let (may_update, may_delete) = (self.may(Action::Update, &row), self.may(Action::Delete, &row));
            view! {
                {may_update.then(|| view! {
                    <MenuItem label=t("list.view.update") icon="save" on_select=move |()| self.update(&row, |_| ())/>
                    <MenuItem
                        label=t("list.view.rename")
                        icon="pencil"
                        on_select=move |()| self.naming.set(Some(Naming::Again(named.clone())))
                    />
                })}
                {may_delete.then(|| view! {
                    <MenuItem label=t("list.view.delete") icon="trash-2" danger=true on_select=move |()| self.remove(id)/>
                })}
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
        let may_update = self.may(Action::Update, &row);
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
            {may_update.then(|| view! {
                <Button size=Size::Small kind=ButtonKind::Ghost busy=sending on_click=save>{t("ui.action.save")}</Button>
            })}
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_stand_with_those_that_are_shared_alike_and_ones_own_come_first() {
        let [me, other] = [1, 2].map(Uuid::from_u128);
        let view = |n: u128, owner: Uuid, audience: &str| Row {
            id: Uuid::from_u128(n),
            version: 1,
            values: Values::from_iter([
                ("owner_id".to_owned(), owner.to_string().into()),
                ("audience".to_owned(), audience.into()),
            ]),
        };
        let all = vec![
            view(11, other, "everyone"),
            view(12, me, "everyone"),
            view(13, other, "team"),
            view(14, me, "private"),
            view(15, other, "everyone"),
        ];
        let groups = by_sharing(all, Some(me));
        let groups: Vec<(Option<Uuid>, &str, Vec<u128>)> = groups
            .into_iter()
            .map(|(sharing, rows)| {
                (sharing.owner, AUDIENCES[sharing.audience], rows.iter().map(|row| row.id.as_u128()).collect())
            })
            .collect();
        let expected = [
            (None, "private", vec![14]),
            (None, "everyone", vec![12]),
            (Some(other), "team", vec![13]),
            (Some(other), "everyone", vec![11, 15]),
        ];
        assert_eq!(groups, expected);
    }
}
