//! Acting on the records chosen in a list.

use leptos::prelude::*;
use serde_json::Value;
use shared::access::Action;
use shared::command::Change;
use shared::duplicates::{MOST_MERGED, can_have};
use shared::{FieldError, Row, format, i18n};

use super::ListContext;
use super::data::ListData;
use crate::context::t;
use crate::record::attribute::{Attribute, SYSTEM_GROUP};
use crate::record::editor::{Editing, editor};
use crate::record::ticks::ticked_count;
use crate::record::{Batch, MergeDialog};
use crate::ui::{Button, ButtonKind, Choice, Dialog, Field, Select, Size, Toasts};

pub(super) fn bar(context: ListContext, all: StoredValue<Vec<Attribute>>, data: ListData) -> AnyView {
    let page = context.page;
    let batch = Batch::new(page, context.def, move |row| data.put(row));
    let (editing, merging) = (RwSignal::new(false), RwSignal::new(false));
    let chosen_ids =
        Signal::derive(move || data.selected.with(|selected| selected.iter().copied().collect::<Vec<_>>()));
    let merged = move |row: Row| {
        data.selected.set(Default::default());
        data.put(row);
    };
    let toasts = Toasts::take();
    let count = Memo::new(move |_| data.selected.with(std::collections::BTreeSet::len));
    let none = Signal::derive(move || count.get() == 0);
    let actor = page.actor();
    let may = move |action: Action| actor.as_ref().is_some_and(|actor| actor.may(context.def, action));
    let (may_update, may_archive) = (may(Action::Update), may(Action::Delete));
    // Where one chooses on a phone, the bar has the way to choose all.
    let shown = Memo::new(move |_| count.get() != 0 || context.selecting.get());
    let archive = move |_| {
        let rows = chosen(data);
        let changes = rows.iter().map(|row| Change::Archive { id: row.id }).collect();
        batch.start(&rows, changes, "bulk.archived");
    };
    view! {
        <Show when=move || shown.get()>
            <div class="bulk-bar" role="toolbar" aria-label=t("bulk.edit")>
                {ticked_count((page, toasts), data)}
                {may_update.then(|| view! {
                    <Button kind=ButtonKind::Ghost icon="pencil" disabled=none on_click=move |_| editing.set(true)>{t("ui.action.edit")}</Button>
                })}
                {(may_update && may_archive && can_have(context.def)).then(|| view! {
                    <Show when=move || (2..=MOST_MERGED).contains(&count.get())>
                        <Button kind=ButtonKind::Ghost icon="merge" on_click=move |_| merging.set(true)>{t("duplicates.merge")}</Button>
                    </Show>
                })}
                {may_archive.then(|| view! {
                    <Button kind=ButtonKind::Ghost icon="archive" disabled=none on_click=archive>{t("ui.action.archive")}</Button>
                })}
                <Button
                    kind=ButtonKind::Ghost
                    icon="x"
                    label=t("ui.action.deselect")
                    on_click=move |_| {
                        data.selected.set(Default::default());
                        context.selecting.set(false);
                    }
                />
            </div>
        </Show>
        <BulkDialog context all data batch open=editing/>
        {can_have(context.def).then(|| view! { <MergeDialog def=context.def ids=chosen_ids open=merging on_merged=merged/> })}
        {batch.view()}
    }
    .into_any()
}

fn chosen(data: ListData) -> Vec<Row> {
    data.selected.with_untracked(|selected| {
        data.rows.with_untracked(|rows| rows.iter().filter(|row| selected.contains(&row.id)).cloned().collect())
    })
}

/// Chooses one field and its new value for all that is selected.
#[component]
fn BulkDialog(
    context: ListContext,
    all: StoredValue<Vec<Attribute>>,
    data: ListData,
    batch: Batch,
    open: RwSignal<bool>,
) -> impl IntoView {
    let page = context.page;
    let usable: Vec<Attribute> = all.with_value(|all| {
        let fits = |a: &&Attribute| {
            a.editable && a.is_typed() && !a.is_structured() && !a.is_title() && a.group() != SYSTEM_GROUP
        };
        all.iter().filter(fits).cloned().collect()
    });
    let field = RwSignal::new(usable.first().map(Attribute::name).unwrap_or_default());
    let usable = StoredValue::new(usable);
    let value = RwSignal::new(Value::Null);
    let error = RwSignal::new(None::<FieldError>);
    let attribute =
        move || field.with(|field| usable.with_value(|all| all.iter().find(|a| a.name() == *field).cloned()));
    let fields = Signal::derive(move || {
        usable
            .with_value(|all| all.iter().map(|a| Choice::new(a.name(), a.label(page.locale.get()))).collect::<Vec<_>>())
    });
    let chosen_count = Memo::new(move |_| data.selected.with(std::collections::BTreeSet::len));
    let count = Memo::new(move |_| format::number(page.locale.get(), chosen_count.get()));
    let save = move |_| {
        let Some(attribute) = untrack(attribute) else { return };
        match attribute.normalize(&value.get_untracked()) {
            Err(problem) => error.set(Some(problem)),
            Ok(clean) => {
                let values = attribute.patch(clean);
                let change = |row: &Row| Change::Update { id: row.id, version: None, values: values.clone() };
                let rows = chosen(data);
                let changes = rows.iter().map(change).collect();
                open.set(false);
                batch.start(&rows, changes, "bulk.done");
            }
        }
    };
    let input = move || {
        let attribute = attribute()?;
        let message = Signal::derive(move || error.get().map(|e| i18n::field_error(page.locale.get(), &e)));
        value.set(Value::Null);
        error.set(None);
        let editing = Editing::new(page, attribute, value, "bulk-value".into(), data.titles);
        Some(view! { <Field id="bulk-value" label=t("bulk.value") error=message>{editor(editing)}</Field> })
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary on_click=save>
                {move || page.text_with("bulk.apply", &[("n", &count.get())])}
            </Button>
        }
    };
    view! {
        <Dialog
            open
            title=Signal::derive(move || page.text_with("bulk.title", &[("n", &count.get())]))
            close=t("ui.action.close")
            size=Size::Small
            footer
        >
            <div class="form-group">
                <Field id="bulk-field" label=t("bulk.field")><Select value=field options=fields/></Field>
                {input}
            </div>
        </Dialog>
    }
}
