//! A run: progress, and what became of it.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::format::number;
use shared::history::{Concerned, UndoRun};
use shared::i18n::{error_message, type_label_many};
use shared::import::{FILE_ERASED, Run, Status};
use shared::query::{CHANGE_SET, Filter, Op};
use shared::types::by_name;
use uuid::Uuid;

use super::over::tell_when_over;
use super::undone::{LeftAlone, UndoDialog, Undoing, came_of, learn_of_undo};
use crate::api::import::{cancel_import, import_run};
use crate::context::{Page, t};
use crate::record::undoing::follow;
use crate::record::{list_address, refocus};
use crate::ui::{Button, ButtonKind, ErrorState, LinkButton, Notice, Progress, SkeletonRows, Toasts, Tone};

/// How often an open run is looked at.
const PULSE: Duration = Duration::from_millis(500);

/// Shows a run; while it goes on, its progress.
#[component]
pub fn RunView(
    /// The run.
    id: Uuid,
) -> impl IntoView {
    let page = Page::take();
    let run = RwSignal::new(None::<Run>);
    let error = RwSignal::new(None::<String>);
    let kept = RwSignal::new(Vec::<Concerned>::new());
    let undo = RwSignal::new(None::<UndoRun>);
    let look = move || {
        spawn_local(async move {
            match import_run(id).await {
                Ok(fresh) => {
                    let is_known = learn_of_undo(&fresh, run, (undo, kept)).await;
                    // That the undo is over is taken up with what came of it: until then the next look asks again.
                    if is_known || fresh.undoing {
                        run.try_set(Some(fresh));
                    }
                }
                // A lost connection comes back; the next look will tell.
                Err(fault) if fault.0 == shared::Error::Offline => {}
                Err(fault) => drop(error.try_set(Some(error_message(page.locale.get_untracked(), &fault.0)))),
            }
        });
    };
    Effect::new(move |_| {
        look();
        let going_on =
            move || run.with_untracked(|run| run.as_ref().is_none_or(|run| run.status.is_open() || run.undoing));
        let timer = set_interval_with_handle(
            move || {
                if going_on() {
                    look()
                }
            },
            PULSE,
        );
        on_cleanup(move || drop(timer.map(|timer| timer.clear())));
    });
    let toasts = Toasts::take();
    on_cleanup(move || {
        if run.try_with_untracked(|run| run.as_ref().is_some_and(|run| run.status.is_open())) == Some(true) {
            tell_when_over((page, toasts), id);
        }
        let undone = run.try_with_untracked(|run| run.as_ref().filter(|run| run.undoing).map(|run| run.change_set));
        if let Some(set) = undone.flatten() {
            follow((page, toasts), set);
        }
    });
    let stage = Memo::new(move |_| run.with(|run| run.as_ref().map(|run| (run.status, run.undoing))));
    Effect::new(move |before: Option<()>| {
        stage.track();
        // Who pressed what is gone now goes on at the page.
        if before.is_some() {
            refocus(|| document().query_selector("main").ok().flatten());
        }
    });
    view! {
        {move || match (error.get(), stage.get()) {
            (Some(text), _) => view! { <ErrorState title=t("import.title") text/> }.into_any(),
            (None, None) => view! { <SkeletonRows/> }.into_any(),
            (None, Some((status, _))) if status.is_open() => view! { <UnderWay run/> }.into_any(),
            (None, Some((_, true))) => view! { <Undoing run undo/> }.into_any(),
            (None, Some(_)) => view! { <Over run kept undo look=Callback::new(move |()| look())/> }.into_any(),
        }}
    }
}

/// The bar, the count, and the way to stop.
#[component]
fn UnderWay(run: RwSignal<Option<Run>>) -> impl IntoView {
    let page = Page::take();
    let stopping = RwSignal::new(false);
    let get = move |of: fn(&Run) -> u64| run.with(|run| run.as_ref().map_or(0, of));
    let part = move || {
        let (done, total) = (get(|run| run.done), get(|run| run.total));
        #[expect(clippy::cast_precision_loss, reason = "a bar needs no more")]
        (total > 0).then(|| done as f64 / total as f64)
    };
    let count = move || match get(|run| run.total) {
        0 => page.text("import.run.waiting"),
        total => {
            let (done, total) = (grouped(page, get(|run| run.done)), grouped(page, total));
            page.text_with("import.run.progress", &[("done", &done), ("total", &total)])
        }
    };
    let stop = move |_| {
        let Some(id) = run.with_untracked(|run| run.as_ref().map(|run| run.id)) else { return };
        stopping.set(true);
        spawn_local(async move {
            // The answer comes once the last commands are counted; where it comes earlier, the looks go on.
            if let Ok(stopped) = cancel_import(id).await {
                run.set(Some(stopped));
            }
            let _ = stopping.try_set(false);
        });
    };
    view! {
        <h2>{t("import.run.running")}</h2>
        <div class="import-run">
            <Progress value=Signal::derive(part) label=t("import.run.running")/>
            <p class="num" role="status">{count}</p>
            <p class="meta">{t("import.run.leave_hint")}</p>
            <Button busy=stopping on_click=stop>{t("import.run.cancel")}</Button>
        </div>
    }
}

/// A count as people read it; reactive.
pub(super) fn grouped(page: Page, n: u64) -> String {
    number(page.locale.get(), i64::try_from(n).unwrap_or(i64::MAX))
}

/// What became of it.
#[component]
fn Over(
    run: RwSignal<Option<Run>>,
    kept: RwSignal<Vec<Concerned>>,
    undo: RwSignal<Option<UndoRun>>,
    look: Callback<()>,
) -> impl IntoView {
    let page = Page::take();
    let asking = RwSignal::new(false);
    move || {
        let Some(of) = run.get() else { return ().into_any() };
        // What is taken back would be created once more.
        let failed = of.failed > 0 && of.status != Status::Undone;
        let (touched, file) = (of.created + of.updated > 0, format!("/api/import/runs/{}/errors.csv", of.id));
        let undoable = touched && of.status != Status::Undone;
        view! {
            <Heading run=of.clone()/>
            {move || {
                let told = undo.with(|undo| undo.as_ref().and_then(|undo| came_of(page, undo)));
                told.map(|(text, tone)| view! { <Notice tone text/> })
            }}
            <LeftAlone kept count=of.kept/>
            <p class="muted">{of.title.clone()}</p>
            <div class="figures">
                <Count key="import.done.created" n=of.created/>
                <Count key="import.done.updated" n=of.updated/>
                <Count key="import.done.skipped" n=of.unchanged/>
                <Count key="import.done.failed" n=of.failed/>
            </div>
            {failed.then(|| view! {
                <section class="section">
                    <p class="muted">{t("import.done.error_file_hint")}</p>
                    // A download, not a page of the app.
                    <p><a class="button" data-kind="secondary" rel="external" download href=file>{t("import.done.error_file")}</a></p>
                </section>
            })}
            <Imported run=of.clone()/>
            <div class="button-group">
                <LinkButton kind=ButtonKind::Primary href="/import">{t("import.done.again")}</LinkButton>
                {undoable.then(|| view! {
                    <Button icon="undo-2" on_click=move |_| asking.set(true)>{t("import.done.undo")}</Button>
                })}
            </div>
            <UndoDialog run asking undo kept look/>
        }
        .into_any()
    }
}

/// Why a run failed, where that is known.
pub(super) fn reason(run: &Run) -> Option<Signal<String>> {
    (run.reason.as_deref() == Some(FILE_ERASED)).then(|| t("error.file_erased"))
}

/// How it ended.
#[component]
fn Heading(run: Run) -> impl IntoView {
    let page = Page::take();
    let counted =
        move |key: &'static str, n: u64| Signal::derive(move || page.text_with(key, &[("n", &grouped(page, n))]));
    let note = match run.status {
        Status::Failed => Some((Tone::Danger, reason(&run).unwrap_or_else(|| t("import.run.failed")))),
        Status::Cancelled => Some((Tone::Warning, counted("import.run.cancelled", run.done))),
        Status::Undone if run.kept > 0 => Some((Tone::Warning, counted("import.done.kept", run.kept))),
        _ => None,
    };
    let title = match run.status {
        Status::Finished if run.failed > 0 => "import.done.title_errors",
        Status::Finished => "import.done.title",
        Status::Failed => "import.status.failed",
        Status::Cancelled => "import.status.cancelled",
        _ => "import.status.undone",
    };
    view! {
        <h2>{t(title)}</h2>
        {note.map(|(tone, text)| view! { <Notice tone text/> })}
    }
}

#[component]
fn Count(key: &'static str, n: u64) -> impl IntoView {
    let page = Page::take();
    view! {
        <div class="figure">
            <span class="figure-label">{t(key)}</span>
            <span class="figure-value">{move || grouped(page, n)}</span>
        </div>
    }
}

/// Links to the lists of what was brought in; after the undo there is nothing, unless others have changed it since.
#[component]
fn Imported(run: Run) -> impl IntoView {
    let page = Page::take();
    if run.status == Status::Undone && run.kept == 0 || run.created + run.updated == 0 {
        return ().into_any();
    }
    let set = Filter::field(CHANGE_SET, Op::Eq, run.change_set.to_string());
    let link = |name: String| {
        let def = by_name(&name).filter(|def| !def.admin && def.name != "stage" && def.name != "pipeline")?;
        let label = move || type_label_many(page.locale.get(), def);
        Some(view! { <LinkButton href=list_address(def, vec![set.clone()])>{label}</LinkButton> })
    };
    let links = run.record_types.into_iter().filter_map(link).collect_view();
    view! {
        <section class="section">
            <h3 class="section-title">{t("import.done.open")}</h3>
            <div class="button-group">{links}</div>
        </section>
    }
    .into_any()
}
