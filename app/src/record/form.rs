//! Making and editing a record: one column, grouped, what is required first.

mod alike;
pub(super) mod draft;
mod fields;
mod meant;
mod rest;
mod sending;
mod state;

use leptos::prelude::*;
use shared::query::{ListQuery, Sort, Titles};
use shared::record::Kind;
use shared::types::by_name;
use shared::{FieldDef, RecordDef, Row, Values, i18n};

use crate::api::records::{custom_fields, list_records};
use crate::context::{Page, t};
use crate::record::called::called;
use crate::ui::{Button, ButtonKind, Dialog, SkeletonRows};
pub use alike::{reason_badge, told_reason};
pub(super) use sending::focus_problem;
use state::FormState;

/// A dialog that makes a record, or edits `row`; a sheet on a phone. Ctrl/⌘-Enter saves, and what was typed survives a
/// reload. Names an unknown record type: shows nothing.
#[component]
pub fn RecordForm(
    /// Record type name.
    record_type: &'static str,
    /// Whether it is open, both ways.
    open: RwSignal<bool>,
    /// Values of a new record that are known already; read when the form opens.
    #[prop(optional, into)]
    initial: Signal<Values>,
    /// The record to edit; read when the form opens.
    #[prop(optional, into)]
    row: Signal<Option<Row>>,
    /// Titles of the records that the values refer to.
    #[prop(optional, into)]
    titles: Signal<Titles>,
    /// Runs with the record as it was saved.
    #[prop(optional, into)]
    on_saved: Option<Callback<Row>>,
) -> impl IntoView {
    let Some(def) = by_name(record_type) else { return ().into_any() };
    let page = Page::take();
    let state = RwSignal::new(None::<FormState>);
    let busy = Signal::derive(move || state.get().and_then(|state| state.busy.try_get()).unwrap_or_default());
    let title = Signal::derive(move || heading(page, def, row.get().as_ref()));
    let save = move || {
        if let Some(Some(state)) = state.try_get_untracked() {
            state.save(open, on_saved);
        }
    };
    let cancel = move |_| {
        if let Some(Some(state)) = state.try_get_untracked() {
            state.forget_draft();
        }
        open.set(false);
    };
    let footer = move || {
        view! {
            <span class="meta desktop-only">{t("ui.input.save_hint")}</span>
            <span class="spacer"></span>
            <Button on_click=cancel>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary busy on_click=move |_| save()>{t("ui.action.save")}</Button>
        }
    };
    view! {
        <Dialog open title close=t("ui.action.close") footer>
            {
                // The one that was open before is gone.
                state.set(None);
                let is_new = row.with_untracked(Option::is_none);
                let known = LocalResource::new(move || async move {
                    let custom = custom_fields(def.name.to_owned()).await.unwrap_or_default();
                    (custom, if is_new { last_place(def).await } else { Values::new() })
                });
                move || {
                    let Some((custom, place)) = known.get() else {
                        return view! { <SkeletonRows count=5/> }.into_any();
                    };
                    let start = Signal::derive(move || place.clone().into_iter().chain(initial.get()).collect());
                    let form = FormState::new(def, custom, row, start, titles);
                    state.set(Some(form));
                    view! { {alike::alike_view(form)} {fields::form(form, save)} }.into_any()
                }
            }
        </Dialog>
    }
    .into_any()
}

/// What is tried in an order comes last in it when it is new.
async fn last_place(def: &'static RecordDef) -> Values {
    let Some(FieldDef { name, kind: Kind::Integer(_, most), default: Some(_), .. }) = def.field("position") else {
        return Values::new();
    };
    let sort = Some(Sort { field: (*name).to_owned(), descending: true });
    let found = list_records(def.name.to_owned(), ListQuery { sort, limit: 1, ..ListQuery::default() }).await;
    let last = found.ok().and_then(|found| found.rows.first().and_then(|row| row.integer(name)));
    last.map(|last| ((*name).to_owned(), (last + 1).min(*most).into())).into_iter().collect()
}

fn heading(page: Page, def: &'static RecordDef, row: Option<&Row>) -> String {
    match row {
        Some(row) => page.text_with("ui.record.edit", &[("name", &called(page, def, row))]),
        None => i18n::translate(page.locale.get(), &format!("{}._new", def.name), &[]),
    }
}
