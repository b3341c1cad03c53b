//! Undos in the background: how far one is, what came of it, and a toast that tells of both wherever one goes meanwhile.

mod called;
mod stopping;
mod watching;

use std::time::Duration;

use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use shared::Error;
use shared::command::UndoOutcome;
use shared::format::number;
use shared::history::{STOPPED, UndoRun};
use shared::i18n::{Locale, error_sentence, translate};
use shared::import::Status;
use uuid::Uuid;

use crate::acting::{told_undone, undo_with};
use crate::api::records::undo_progress;
use crate::context::Page;
use crate::ui::{Icon, Size, Toasts, Tone, Undo};

pub use called::{called, concerned};
pub use stopping::stop;
pub use watching::Watch;

/// How often an undo is looked at.
pub const PULSE: Duration = Duration::from_secs(1);

/// What the undo button of a toast does about a set that may be large: where it goes on in the background, how far it is is told.
/// `then` runs when all of it was undone at once.
pub fn undo_large(context: (Page, Toasts), set: Uuid, then: impl Fn() + Clone + Send + Sync + 'static) -> Undo {
    undo_with(context, set, move |outcome| told(context, set, outcome), then)
}

/// Says what came of undoing a set; where it goes on in the background, until it is over.
pub fn told((page, toasts): (Page, Toasts), set: Uuid, outcome: &UndoOutcome) {
    match outcome.under_way {
        true => follow((page, toasts), set),
        false => told_undone(page.locale.get_untracked(), toasts, outcome),
    }
}

/// Shows how far the undo of a set is until it is over, and what came of it.
pub fn follow((page, toasts): (Page, Toasts), set: Uuid) {
    let Some(watch) = Watch::begin(set) else { return };
    // In a task of its own: what is shown belongs to none of the pages that come and go meanwhile.
    spawn_local(async move {
        // Said aloud once; how far it is would be said every second.
        let begun = translate(page.locale.get_untracked(), "admin.history.undo_begun", &[]);
        toasts.push(begun, Tone::Info, None);
        let latest = ArcRwSignal::new(None);
        let shown = show((page, toasts), set, latest.clone());
        let goes_on = move |run: &UndoRun| {
            latest.set(Some(run.clone()));
            run.status.is_open()
        };
        watch.until_over(PULSE, undo_progress, goes_on, move |found| {
            drop(shown);
            tell((page, toasts), found);
        });
    });
}

/// Says what came of an undo, or why that can't be told.
fn tell((page, toasts): (Page, Toasts), found: Result<UndoRun, Error>) {
    let locale = page.locale.get_untracked();
    match found.map(|run| end(locale, &run)) {
        Ok(Some((text, tone))) => {
            toasts.push_linked(text, tone, ("/history", translate(locale, "ui.nav.history", &[])));
        }
        Ok(None) => {}
        Err(error) => toasts.push(error_sentence(locale, &error), Tone::Danger, None),
    }
}

/// Puts a toast below the others that tells how far the undo is. It is no part of theirs, which come with the first load.
fn show(context: (Page, Toasts), set: Uuid, latest: ArcRwSignal<Option<UndoRun>>) -> Option<impl Sized> {
    let place = document().query_selector(".toasts").ok().flatten()?.dyn_into::<HtmlElement>().ok()?;
    Some(mount_to(place, move || toast(context, set, latest)))
}

fn toast((page, toasts): (Page, Toasts), set: Uuid, latest: ArcRwSignal<Option<UndoRun>>) -> AnyView {
    let (open, busy) = (RwSignal::new(true), RwSignal::new(None::<Uuid>));
    let text = Signal::derive(move || latest.with(|run| progress(page, run.as_ref())));
    view! {
        <Show when=move || open.get()>
            <div>
                <div class="toast" data-kind=Tone::Info.attr()>
                    <Icon name=Tone::Info.icon()/>
                    <p>{text}</p>
                    <button
                        type="button"
                        class="toast-action"
                        aria-busy=move || busy.get().map(|_| "true")
                        on:click=move |_| stop((page, toasts), set, busy, drop)
                    >
                        {move || page.text("admin.history.stop")}
                    </button>
                    <a class="toast-action" href="/history">{move || page.text("ui.nav.history")}</a>
                    <button
                        type="button"
                        class="toast-close"
                        aria-label=move || page.text("ui.toast.dismiss")
                        on:click=move |_| open.set(false)
                    >
                        <Icon name="x" size=Size::Small/>
                    </button>
                </div>
            </div>
        </Show>
    }
    .into_any()
}

/// How far an undo is, in words; reactive.
pub fn progress(page: Page, run: Option<&UndoRun>) -> String {
    match run.filter(|run| run.total > 0) {
        None => page.text("admin.history.undo_waiting"),
        Some(run) => {
            let [done, total] = [run.done, run.total].map(|n| number(page.locale.get(), n));
            page.text_with("admin.history.undo_progress", &[("done", &done), ("total", &total)])
        }
    }
}

/// The part of it that is done, once that is known.
pub fn part(run: Option<&UndoRun>) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a bar needs no more")]
    run.filter(|run| run.total > 0).map(|run| run.done as f64 / run.total as f64)
}

/// What came of an undo, in words; nothing of one that goes on.
pub fn end(locale: Locale, run: &UndoRun) -> Option<(String, Tone)> {
    let failed = || match &run.reason {
        Some(reason) => error_sentence(locale, &Error::invalid("", reason)),
        None => translate(locale, "admin.history.undo_failed", &[]),
    };
    let [n, kept] = [run.undone, run.kept_count].map(|n| number(locale, n));
    let params = [("n", n.as_str()), ("kept", &kept)];
    match run.status {
        Status::Finished if run.kept_count > 0 => {
            Some((translate(locale, "admin.history.undo_over_kept", &params), Tone::Warning))
        }
        Status::Finished => Some((translate(locale, "import.done.undone", &params), Tone::Success)),
        status if status.is_open() => None,
        _ if run.reason.as_deref() == Some(STOPPED) => Some((failed(), Tone::Warning)),
        _ => Some((failed(), Tone::Danger)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_undo_is_told_in_numbers_or_with_its_reason() {
        let run = |status, kept_count, reason: Option<&str>| UndoRun {
            change_set: Uuid::nil(),
            undo: Uuid::nil(),
            status,
            reason: reason.map(str::to_owned),
            total: 6_000,
            done: 6_000,
            undone: 6_000 - kept_count,
            kept: Vec::new(),
            kept_count,
            created_at: chrono::DateTime::UNIX_EPOCH,
            finished_at: None,
        };
        let told = |run: UndoRun| end(Locale::En, &run).unwrap().0;
        assert_eq!(told(run(Status::Finished, 0, None)), "Undone: 6,000 records set back");
        assert_eq!(told(run(Status::Finished, 1, None)), "Undone: 5,999 records set back, 1 stays as changed since");
        let failed = run(Status::Failed, 0, None);
        assert_eq!(told(failed), "This could not be undone, and nothing was changed. Try again later.");
        let mailed = run(Status::Failed, 0, Some("already_mailed"));
        assert!(told(mailed).contains("has been mailed"));
        let stopped = run(Status::Failed, 0, Some(STOPPED));
        assert_eq!(end(Locale::En, &stopped), Some(("Stopped; nothing was changed.".to_owned(), Tone::Warning)));
        assert_eq!(end(Locale::ZhCn, &stopped).unwrap().0, "已停止，没有任何更改。");
        let two = end(Locale::ZhCn, &run(Status::Finished, 2, None)).unwrap().0;
        assert_eq!(two, "已撤销，还原了 5,998 条记录，有 2 条保持不变");
        for open in [Status::Waiting, Status::Running] {
            assert_eq!(end(Locale::En, &run(open, 0, None)), None);
        }
    }
}
