//! Taking an import back: asking before, how far that is and the way to stop it, what came of it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Error;
use shared::format::number;
use shared::history::{Concerned, UndoRun};
use shared::i18n::{error_message, translate, type_label};
use shared::import::{Run, Status};
use shared::types::by_name;
use uuid::Uuid;

use super::run::grouped;
use crate::api::Fault;
use crate::api::import::{left_alone, undo_import};
use crate::api::records::undo_progress;
use crate::context::{Page, t};
use crate::record::undoing::{called, concerned, end, follow, part, progress, stop};
use crate::ui::{Button, ConfirmDialog, Progress, Toasts, Tone};

/// Asks how far the undo in the background is, and what came of it once it is over; whether that is known now.
pub(super) async fn learn_of_undo(
    fresh: &Run,
    before: RwSignal<Option<Run>>,
    (undo, kept): (RwSignal<Option<UndoRun>>, RwSignal<Vec<Concerned>>),
) -> bool {
    let was = before.try_with_untracked(|run| run.as_ref().is_some_and(|run| run.undoing)) == Some(true);
    // Who comes later is told of what it left alone, too.
    let is_unknown = fresh.kept > 0 && undo.try_with_untracked(Option::is_none) == Some(true);
    if !(fresh.undoing || was || is_unknown && fresh.status == Status::Undone) {
        return true;
    }
    match undo_progress(fresh.change_set).await {
        Ok(found) => {
            if !found.kept.is_empty() {
                kept.try_set(found.kept.iter().map(|left| left.record.clone()).collect());
            }
            undo.try_set(Some(found));
            true
        }
        Err(Fault(Error::Offline | Error::RateLimited { .. })) => false,
        // It was undone at once, or is somebody else's: of how far that is there is nothing to learn.
        Err(Fault(Error::NotFound | Error::Forbidden)) => {
            if is_unknown {
                learn_of_left(fresh.change_set, kept).await;
            }
            true
        }
        Err(_) => !was,
    }
}

/// Asks what an undo has left alone that was made at once, or elsewhere; who made it here knows.
async fn learn_of_left(change_set: Uuid, kept: RwSignal<Vec<Concerned>>) {
    if kept.try_with_untracked(Vec::is_empty) == Some(true)
        && let Ok(left) = left_alone(change_set).await
    {
        kept.try_set(left.into_iter().map(|left| left.record).collect());
    }
}

/// How far it is taken back, and the way to stop that.
#[component]
pub fn Undoing(
    /// The run.
    run: RwSignal<Option<Run>>,
    /// Its undo as it was last looked at.
    undo: RwSignal<Option<UndoRun>>,
) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let stopping = RwSignal::new(None::<Uuid>);
    let busy = Signal::derive(move || stopping.with(Option::is_some));
    let value = Signal::derive(move || undo.with(|undo| part(undo.as_ref())));
    let pressed = move |_| {
        if let Some(set) = run.with_untracked(|run| run.as_ref().map(|run| run.change_set)) {
            stop((page, toasts), set, stopping, drop);
        }
    };
    view! {
        <h2>{t("admin.history.undoing")}</h2>
        <div class="import-run">
            <Progress value label=t("admin.history.undoing")/>
            <p class="num" role="status">{move || undo.with(|undo| progress(page, undo.as_ref()))}</p>
            <p class="meta">{t("admin.history.undo_hint")}</p>
            <Button busy on_click=pressed>{t("admin.history.stop")}</Button>
        </div>
    }
}

/// What came of an undo in the background, once it is over; what it left alone is told by the run.
pub(super) fn came_of(page: Page, undo: &UndoRun) -> Option<(String, Tone)> {
    match undo.status {
        Status::Finished => {
            let n = number(page.locale.get(), undo.undone);
            Some((page.text_with("import.done.undone", &[("n", &n)]), Tone::Success))
        }
        _ => end(page.locale.get(), undo),
    }
}

/// What an undo has left alone, by name: right after it, and after one in the background always; of many the first.
#[component]
pub fn LeftAlone(
    /// Those that are named.
    kept: RwSignal<Vec<Concerned>>,
    /// How many there are.
    count: u64,
) -> impl IntoView {
    let page = Page::take();
    let one = move |record: Concerned| {
        // What has no title is called by its type.
        let is_untitled = record.title.as_deref().is_some_and(|title| title.trim().is_empty());
        let label = by_name(&record.record_type).filter(|_| !is_untitled).map(|def| type_label(page.locale.get(), def));
        view! { <li>{called(page, &record)} " " <span class="meta">{label}</span></li> }
    };
    let others = move || count.saturating_sub(kept.with(|kept| kept.len() as u64));
    let more = move || page.text_with("admin.history.more", &[("n", &grouped(page, others()))]);
    move || {
        (!kept.with(Vec::is_empty)).then(|| {
            view! {
                <section class="section">
                    <h3 class="section-title">{t("import.done.kept_names")}</h3>
                    <ul class="stack">
                        {kept.get().into_iter().map(one).collect_view()}
                        {(others() > 0).then(|| view! { <li class="meta">{more}</li> })}
                    </ul>
                </section>
            }
        })
    }
}

/// Asks before an import is taken back.
#[component]
pub fn UndoDialog(
    /// The run.
    run: RwSignal<Option<Run>>,
    /// Whether it asks.
    asking: RwSignal<bool>,
    /// Its undo in the background.
    undo: RwSignal<Option<UndoRun>>,
    /// What the undo left alone.
    kept: RwSignal<Vec<Concerned>>,
    /// Looks at the run.
    look: Callback<()>,
) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let busy = RwSignal::new(false);
    let title = Signal::derive(move || {
        let name = run.with(|run| run.as_ref().map(|run| run.title.clone())).unwrap_or_default();
        page.text_with("import.done.undo_confirm", &[("name", &name)])
    });
    let confirm = move |()| {
        let Some((id, set)) = run.with_untracked(|run| run.as_ref().map(|run| (run.id, run.change_set))) else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let undone = undo_import(id).await;
            busy.try_set(false);
            asking.try_set(false);
            let locale = page.locale.get_untracked();
            match undone {
                Ok(outcome) if outcome.under_way => {
                    undo.try_set(None);
                    // The page shows how far it is, and, as it knows of it, what comes of it, however soon; where the page was
                    // left meanwhile, a toast does.
                    if run.try_update(|run| run.iter_mut().for_each(|run| run.undoing = true)).is_none() {
                        follow((page, toasts), set);
                    }
                }
                Ok(outcome) => {
                    let n = number(locale, i64::try_from(outcome.undone).unwrap_or(i64::MAX));
                    toasts.push(translate(locale, "import.done.undone", &[("n", &n)]), Tone::Success, None);
                    kept.try_set(outcome.kept.into_iter().map(concerned).collect());
                }
                Err(fault) => toasts.push(error_message(locale, &fault.0), Tone::Danger, None),
            }
            if !run.is_disposed() {
                look.run(());
            }
        });
    };
    view! {
        <ConfirmDialog open=asking title text=t("import.done.undo_text") action=t("import.done.undo")
            cancel=t("ui.action.cancel") busy on_confirm=confirm/>
    }
}
