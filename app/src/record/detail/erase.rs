//! Erasing what is known of a person.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::i18n::error_sentence;
use uuid::Uuid;

use super::RecordContext;
use crate::api::records::erase_person;
use crate::context::{Page, t};
use crate::record::form::draft::storage;
use crate::ui::{ConfirmDialog, Toasts, Tone};

/// Under which the browser keeps whose data were erased, until the page that was loaded anew says so.
const ERASED: &str = "erased";

thread_local! {
    /// Whether this page is about to be loaded anew: it may be shown once more before, and says nothing then.
    static LEAVING: Cell<bool> = const { Cell::new(false) };
}

/// Says that the data were erased, where this page was loaded anew for that.
fn tell((page, toasts): (Page, Toasts), id: Uuid) {
    Effect::new(move |_| {
        let Some(storage) = storage().filter(|_| !LEAVING.get()) else { return };
        if storage.get_item(ERASED).ok().flatten() == Some(id.to_string()) {
            drop(storage.remove_item(ERASED));
            toasts.push(page.text_now("admin.audit.erase"), Tone::Success, None);
        }
    });
}

/// Asks, with the name to be typed: nothing brings it back.
pub(super) fn erase_dialog(context: RecordContext, id: Uuid, open: RwSignal<bool>) -> AnyView {
    let RecordContext { page, def, .. } = context;
    let (toasts, busy) = (Toasts::take(), RwSignal::new(false));
    tell((page, toasts), id);
    let name = Signal::derive(move || context.title());
    let with_name = move |key: &'static str| Signal::derive(move || page.text_with(key, &[("name", &name.get())]));
    let confirm = move |()| {
        busy.set(true);
        let locale = page.locale.get_untracked();
        spawn_local(async move {
            match erase_person(def.name.to_owned(), id).await {
                Ok(()) => {
                    LEAVING.set(true);
                    if let Some(storage) = storage() {
                        drop(storage.set_item(ERASED, &id.to_string()));
                    }
                    // What was read before stands all over the page.
                    drop(window().location().reload());
                }
                Err(fault) => toasts.push(error_sentence(locale, &fault.0), Tone::Danger, None),
            }
            if busy.try_set(false).is_none() {
                open.set(false);
            }
        });
    };
    view! {
        <ConfirmDialog
            open
            title=with_name("admin.erase_title")
            text=t("admin.erase_text")
            action=t("record.erase")
            cancel=t("ui.action.cancel")
            phrase=name
            phrase_label=with_name("ui.confirm.type_name")
            busy
            on_confirm=confirm
        />
    }
    .into_any()
}
