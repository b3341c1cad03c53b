//! Saying that an import is over to whoever has left its page meanwhile, wherever in the app they are.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::format::number;
use shared::i18n::{Locale, error_message, translate};
use shared::import::{Run, Status};
use uuid::Uuid;

use crate::api::import::{import_run, undo_import};
use crate::context::Page;
use crate::record::undoing::{Watch, follow};
use crate::ui::{Toasts, Tone, Undo};

/// How often a run is looked at that nobody watches.
const PULSE: Duration = Duration::from_secs(2);

/// Looks at a run until it is over, and says so unless its page is open by then.
pub(super) fn tell_when_over((page, toasts): (Page, Toasts), id: Uuid) {
    let Some(watch) = Watch::begin(id) else { return };
    watch.until_over(
        PULSE,
        import_run,
        |run: &Run| run.status.is_open(),
        move |found| {
            if let Ok(run) = found
                && !is_shown(id)
            {
                tell((page, toasts), &run);
            }
        },
    );
}

/// Whether one looks at the run, and so at how it ended.
fn is_shown(id: Uuid) -> bool {
    window().location().href().is_ok_and(|href| href.contains(&id.to_string()))
}

fn tell((page, toasts): (Page, Toasts), run: &Run) {
    let locale = page.locale.get_untracked();
    let link = (format!("/import?run={}", run.id), translate(locale, "import.over.show", &[]));
    match run.status {
        Status::Finished => {
            let (id, set) = (run.id, run.change_set);
            // One has gone on to other things: the key takes those back.
            let words = translate(locale, "import.done.undo", &[]);
            let undo = Undo::new(move || undo((page, toasts), id, set)).called(words);
            let undo = (run.created + run.updated > 0).then_some(undo);
            let tone = if run.failed > 0 { Tone::Warning } else { Tone::Success };
            toasts.show(done(locale, run), tone, undo, Some(link));
        }
        Status::Failed => {
            let text = translate(locale, "import.over.failed", &[("name", &run.title)]);
            toasts.push_linked(text, Tone::Danger, link);
        }
        // Somebody stopped it or took it back.
        _ => {}
    }
}

/// What an import has done: 3,998 new, 2 with errors.
fn done(locale: Locale, run: &Run) -> String {
    let count = |(key, n): (&str, u64)| {
        let n = number(locale, i64::try_from(n).unwrap_or(i64::MAX));
        translate(locale, &format!("import.preview.{key}"), &[("n", &n)])
    };
    let all = [("create", run.created), ("update", run.updated), ("skip", run.unchanged), ("fail", run.failed)];
    let mut told: Vec<String> = all.into_iter().filter(|(_, n)| *n > 0).map(count).collect();
    if told.is_empty() {
        told.push(count(("create", 0)));
    }
    let comma = if locale == Locale::ZhCn { "，" } else { ", " };
    translate(locale, "import.over.done", &[("counts", &told.join(comma))])
}

/// Takes the import back, all that it has done being the set.
fn undo((page, toasts): (Page, Toasts), id: Uuid, set: Uuid) {
    spawn_local(async move {
        let locale = page.locale.get_untracked();
        match undo_import(id).await {
            Ok(outcome) if outcome.under_way => follow((page, toasts), set),
            Ok(outcome) => {
                let n = number(locale, i64::try_from(outcome.undone).unwrap_or(i64::MAX));
                let text = translate(locale, "import.done.undone", &[("n", &n)]);
                if outcome.kept.is_empty() {
                    return toasts.push(text, Tone::Success, None);
                }
                // Which ones were kept stands there.
                let link = (format!("/import?run={id}"), translate(locale, "import.over.show", &[]));
                toasts.push_linked(text, Tone::Warning, link);
            }
            Err(fault) => toasts.push(error_message(locale, &fault.0), Tone::Danger, None),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_import_has_done_is_said_in_numbers() {
        let run = |created: u64, failed: u64| Run {
            id: Uuid::nil(),
            title: "a.csv".into(),
            actor_name: "Anna".into(),
            status: Status::Finished,
            reason: None,
            total: created + failed,
            done: created + failed,
            created,
            updated: 0,
            unchanged: 0,
            failed,
            kept: 0,
            undoing: false,
            change_set: Uuid::nil(),
            record_types: Vec::new(),
            created_at: chrono::DateTime::UNIX_EPOCH,
            finished_at: None,
        };
        assert_eq!(done(Locale::En, &run(3_998, 2)), "Import done: 3,998 new, 2 with errors");
        assert_eq!(done(Locale::ZhCn, &run(3, 0)), "导入完成：新建 3 条");
        assert_eq!(done(Locale::En, &run(0, 0)), "Import done: 0 new");
    }
}
