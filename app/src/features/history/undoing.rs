//! Asking before a set of several records is undone.

use leptos::prelude::*;
use shared::format::number;
use shared::history::ChangeSet;
use shared::i18n::{Locale, translate};

use super::entry::is_undo;
use super::log::Log;
use super::words::what;
use crate::context::t;
use crate::ui::{ConfirmDialog, open_about};

#[component]
pub(super) fn UndoDialog(log: Log) -> impl IntoView {
    let open = open_about(log.asking);
    let about = move |say: fn(Locale, &ChangeSet) -> String| {
        Signal::derive(move || {
            let locale = log.page.locale.get();
            log.asking.with(|set| set.as_ref().map(|set| say(locale, set))).unwrap_or_default()
        })
    };
    let busy = Signal::derive(move || log.busy.get().is_some());
    let confirm = move |()| {
        if let Some(set) = log.asking.get_untracked() {
            log.undo(set.id);
        }
    };
    view! {
        <ConfirmDialog open title=about(question) text=about(consequence) action=about(act)
            cancel=t("ui.action.cancel") busy on_confirm=confirm/>
    }
}

fn question(locale: Locale, set: &ChangeSet) -> String {
    translate(locale, if is_undo(set) { "admin.history.confirm_redo" } else { "admin.history.confirm_undo" }, &[])
}

fn consequence(locale: Locale, set: &ChangeSet) -> String {
    let key = if is_undo(set) { "admin.history.confirm_redo_text" } else { "admin.history.confirm_undo_text" };
    translate(locale, key, &[("what", &what(locale, set)), ("n", &total(locale, set))])
}

fn act(locale: Locale, set: &ChangeSet) -> String {
    let key = if is_undo(set) { "admin.history.redo_records" } else { "admin.history.undo_records" };
    translate(locale, key, &[("n", &total(locale, set))])
}

fn total(locale: Locale, set: &ChangeSet) -> String {
    format!("{}{}", number(locale, set.total()), if set.more { "+" } else { "" })
}
