//! Stopping an undo in the background.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::history::UndoRun;
use shared::i18n::error_sentence;
use uuid::Uuid;

use crate::api::records::stop_undo;
use crate::context::Page;
use crate::ui::{Toasts, Tone};

/// Stops the undo of a set, which is the `busy` one meanwhile. Why it could not be stopped is told; `then` takes what came of it, nothing
/// where it goes on. Once the page is left, whoever looks at the undo then tells that.
pub fn stop(
    (page, toasts): (Page, Toasts),
    set: Uuid,
    busy: RwSignal<Option<Uuid>>,
    then: impl FnOnce(Option<UndoRun>) + 'static,
) {
    if busy.get_untracked().is_some() {
        return;
    }
    busy.set(Some(set));
    spawn_local(async move {
        let stopped = stop_undo(set).await;
        if let Err(fault) = &stopped {
            toasts.push(error_sentence(page.locale.get_untracked(), &fault.0), Tone::Danger, None);
        }
        if busy.try_set(None).is_none() {
            then(stopped.ok());
        }
    });
}
