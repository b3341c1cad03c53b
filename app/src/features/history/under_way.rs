//! A large set on its way back, in the background, and what came of that.

use leptos::prelude::*;
use shared::history::{ChangeSet, State};
use shared::import::Status;

use super::log::Log;
use crate::context::{Page, t};
use crate::record::undoing::{end, part, progress};
use crate::ui::{Notice, Progress};

/// How far the undo of a set is.
pub(super) fn under_way(log: Log, set: &ChangeSet) -> Option<AnyView> {
    if set.state != State::Undoing {
        return None;
    }
    let (id, known) = (set.id, StoredValue::new(set.undo.clone()));
    let latest = Signal::derive(move || log.runs.with(|runs| runs.get(&id).cloned()).or_else(|| known.get_value()));
    let value = Signal::derive(move || latest.with(|run| part(run.as_ref())));
    let text = move || latest.with(|run| progress(log.page, run.as_ref()));
    let view = view! {
        <Progress value label=t("admin.history.undoing")/>
        <p class="num" role="status">{text}</p>
        <p class="meta">{t("admin.history.undo_hint")}</p>
    };
    Some(view.into_any())
}

/// What came of an undo in the background: how much was set back, or why nothing was.
pub(super) fn over(page: Page, set: &ChangeSet) -> Option<AnyView> {
    let run = set.undo.clone().filter(|_| matches!(set.state, State::Undone | State::Undoable))?;
    let (_, tone) = end(page.locale.get_untracked(), &run)?;
    let has_failed = run.status == Status::Failed;
    let text = Signal::derive(move || end(page.locale.get(), &run).map(|(text, _)| text).unwrap_or_default());
    // That nothing came of it is said as long as it can be tried again.
    (set.state == State::Undone || has_failed).then(|| view! { <Notice tone text/> }.into_any())
}
