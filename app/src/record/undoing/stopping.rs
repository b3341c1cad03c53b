//! Stopping an undo in the background.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::i18n::error_sentence;
use uuid::Uuid;

use crate::api::records::stop_undo;
use crate::context::Page;
use crate::ui::{Toasts, Tone};

/// Stops the undo of a set, `busy` meanwhile. What comes of it is told by whoever looks at it; here only why it could not be stopped.
pub fn stop((page, toasts): (Page, Toasts), set: Uuid, busy: RwSignal<bool>) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    spawn_local(async move {
        let stopped = stop_undo(set).await;
        busy.try_set(false);
        if let Err(fault) = stopped {
            toasts.push(error_sentence(page.locale.get_untracked(), &fault.0), Tone::Danger, None);
        }
    });
}
