//! Acting on many records at once: one change set, so one undo; what was refused is listed.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::access::Action;
use shared::command::{Change, Command, Refusal};
use shared::duplicates::{MOST_MERGED, can_have};
use shared::{Error, FieldError, Row, i18n};
use uuid::Uuid;

use super::ListContext;
use super::data::ListData;
use crate::acting::{send, undo_of};
use crate::context::t;
use crate::record::MergeDialog;
use crate::record::attribute::{Attribute, SYSTEM_GROUP};
use crate::record::editor::{Editing, editor};
use crate::ui::{Button, ButtonKind, Choice, Dialog, Field, Progress, Select, Size, Toasts, Tone};

/// Changes per command: small enough to show progress, large enough to be quick.
const CHUNK: usize = 100;

/// How far a run has come; cheap to copy.
#[derive(Clone, Copy)]
struct Run {
    /// Changes sent, and all of them; none while nothing runs.
    progress: RwSignal<Option<(usize, usize)>>,
    refused: RwSignal<Vec<Refusal>>,
}

pub(super) fn bar(context: ListContext, all: StoredValue<Vec<Attribute>>, data: ListData) -> AnyView {
    let page = context.page;
    let run = Run { progress: RwSignal::new(None), refused: RwSignal::new(Vec::new()) };
    let (editing, merging) = (RwSignal::new(false), RwSignal::new(false));
    let chosen_ids =
        Signal::derive(move || data.selected.with(|selected| selected.iter().copied().collect::<Vec<_>>()));
    let merged = move |row: Row| {
        data.selected.set(Default::default());
        data.put(row);
    };
    let count = Memo::new(move |_| data.selected.with(std::collections::BTreeSet::len));
    let actor = page.actor();
    let may = move |action: Action| actor.as_ref().is_some_and(|actor| actor.may(context.def, action));
    let (may_update, may_archive) = (may(Action::Update), may(Action::Delete));
    let text = move || page.text_with("list.selected", &[("n", &count.get().to_string())]);
    let archive = move |_| {
        let changes = chosen(data).into_iter().map(|row| Change::Archive { id: row.id }).collect();
        start(context, data, run, changes, "list.bulk_archived");
    };
    view! {
        <Show when=move || count.get() != 0>
            <div class="bulk-bar" role="toolbar" aria-label=t("list.bulk_edit")>
                <strong class="num">{text}</strong>
                {may_update.then(|| view! {
                    <Button kind=ButtonKind::Ghost icon="pencil" on_click=move |_| editing.set(true)>{t("ui.action.edit")}</Button>
                })}
                {(may_update && may_archive && can_have(context.def)).then(|| view! {
                    <Show when=move || (2..=MOST_MERGED).contains(&count.get())>
                        <Button kind=ButtonKind::Ghost icon="merge" on_click=move |_| merging.set(true)>{t("duplicates.merge")}</Button>
                    </Show>
                })}
                {may_archive.then(|| view! {
                    <Button kind=ButtonKind::Ghost icon="archive" on_click=archive>{t("ui.action.archive")}</Button>
                })}
                <Button
                    kind=ButtonKind::Ghost
                    icon="x"
                    label=t("ui.action.deselect")
                    on_click=move |_| data.selected.set(Default::default())
                />
            </div>
        </Show>
        <BulkDialog context all data run open=editing/>
        {can_have(context.def).then(|| view! { <MergeDialog def=context.def ids=chosen_ids open=merging on_merged=merged/> })}
        <RefusedDialog context data run/>
    }
    .into_any()
}

fn chosen(data: ListData) -> Vec<Row> {
    data.selected.with_untracked(|selected| {
        data.rows.with_untracked(|rows| rows.iter().filter(|row| selected.contains(&row.id)).cloned().collect())
    })
}

/// Sends the changes in pieces that share a change set.
fn start(context: ListContext, data: ListData, run: Run, changes: Vec<Change>, done: &'static str) {
    let (page, toasts) = (context.page, Toasts::take());
    let (set, total) = (Uuid::now_v7(), changes.len());
    run.refused.set(Vec::new());
    run.progress.set(Some((0, total)));
    spawn_local(async move {
        let (mut changed, mut sent) = (0_usize, 0_usize);
        let mut failure = None;
        for piece in changes.chunks(CHUNK) {
            match send_piece(context, piece.to_vec(), set).await {
                Ok((rows, refused)) => {
                    changed += piece.len() - refused.len();
                    rows.into_iter().for_each(|row| data.put(row));
                    run.refused.try_update(|all| all.extend(refused));
                }
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
            sent += piece.len();
            run.progress.try_set(Some((sent, total)));
        }
        run.progress.try_set(None);
        let locale = page.locale.get_untracked();
        if changed > 0 {
            let text = i18n::translate(locale, done, &[("n", &changed.to_string())]);
            toasts.push(text, Tone::Success, Some(undo_of(page, toasts, set)));
        }
        if let Some(error) = failure {
            toasts.push(i18n::error_message(locale, &error), Tone::Danger, None);
        }
    });
}

/// One piece; a single refused change comes back as an error, which is a refusal here too.
async fn send_piece(context: ListContext, changes: Vec<Change>, set: Uuid) -> Result<(Vec<Row>, Vec<Refusal>), Error> {
    let only = if let [one] = changes.as_slice() { Some(one.id()) } else { None };
    let command =
        Command { record_type: context.def.name.to_owned(), changes, change_set: Some(set), ..Command::default() };
    match (send(command).await, only) {
        (Ok(outcome), _) => Ok((outcome.rows, outcome.refused)),
        (Err(error), Some(id)) if error != Error::Offline => Ok((Vec::new(), vec![Refusal { index: 0, id, error }])),
        (Err(error), _) => Err(error),
    }
}

/// Chooses one field and its new value for all that is selected.
#[component]
fn BulkDialog(
    context: ListContext,
    all: StoredValue<Vec<Attribute>>,
    data: ListData,
    run: Run,
    open: RwSignal<bool>,
) -> impl IntoView {
    let page = context.page;
    let usable: Vec<Attribute> = all.with_value(|all| {
        let fits = |a: &&Attribute| a.editable && !a.is_title() && !a.is_custom() && a.group() != SYSTEM_GROUP;
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
    let count = Memo::new(move |_| data.selected.with(std::collections::BTreeSet::len).to_string());
    let save = move |_| {
        let Some(attribute) = untrack(attribute) else { return };
        match attribute.normalize(&value.get_untracked()) {
            Err(problem) => error.set(Some(problem)),
            Ok(clean) => {
                let change = |row: Row| {
                    let values = attribute.patch(&row.values, clean.clone());
                    Change::Update { id: row.id, version: None, values }
                };
                let changes = chosen(data).into_iter().map(change).collect();
                open.set(false);
                start(context, data, run, changes, "list.bulk_done");
            }
        }
    };
    let input = move || {
        let attribute = attribute()?;
        let message = Signal::derive(move || error.get().map(|e| i18n::field_error(page.locale.get(), &e)));
        value.set(Value::Null);
        error.set(None);
        let editing = Editing::new(page, attribute, value, "bulk-value".into(), data.titles);
        Some(view! { <Field id="bulk-value" label=t("list.bulk_value") error=message>{editor(editing)}</Field> })
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary on_click=save>
                {move || page.text_with("list.bulk_apply", &[("n", &count.get())])}
            </Button>
        }
    };
    view! {
        <Dialog
            open
            title=Signal::derive(move || page.text_with("list.bulk_title", &[("n", &count.get())]))
            close=t("ui.action.close")
            size=Size::Small
            footer
        >
            <div class="form-group">
                <Field id="bulk-field" label=t("list.bulk_field")><Select value=field options=fields/></Field>
                {input}
            </div>
        </Dialog>
    }
}

/// Progress while it runs, and afterwards what was refused and why.
#[component]
fn RefusedDialog(context: ListContext, data: ListData, run: Run) -> impl IntoView {
    let page = context.page;
    let open = RwSignal::new(false);
    let running = Signal::derive(move || run.progress.with(Option::is_some));
    Effect::new(move |_| {
        if !running.get() && run.refused.with(|refused| !refused.is_empty()) {
            open.set(true);
        }
    });
    let title = Signal::derive(move || {
        let count = run.refused.with(Vec::len).to_string();
        page.text_with("list.bulk_refused", &[("n", &count)])
    });
    #[expect(clippy::cast_precision_loss, reason = "a part of a bar")]
    let part = Signal::derive(move || run.progress.get().map(|(sent, all)| sent as f64 / all.max(1) as f64));
    let line = move |refusal: Refusal| {
        let name = data.rows.with_untracked(|rows| {
            let row = rows.iter().find(|row| row.id == refusal.id);
            row.and_then(|row| row.text(context.def.title)).unwrap_or_default().to_owned()
        });
        let why = match &refusal.error {
            Error::Invalid { fields } => {
                fields.iter().map(|e| i18n::field_error(page.locale.get(), e)).collect::<Vec<_>>().join(" ")
            }
            error => i18n::error_message(page.locale.get(), error),
        };
        view! { <li><strong>{name}</strong><p class="meta">{why}</p></li> }
    };
    view! {
        <Show when=move || running.get()>
            <div class="bulk-run" role="status"><Progress value=part label=t("ui.state.working")/></div>
        </Show>
        <Dialog open title close=t("ui.action.close") size=Size::Small>
            <ul class="stack">{move || run.refused.get().into_iter().map(line).collect_view()}</ul>
        </Dialog>
    }
}
