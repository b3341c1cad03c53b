//! Erasing what is known of a person.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::i18n::error_sentence;
use uuid::Uuid;

use super::RecordContext;
use crate::api::records::erase_person;
use crate::context::t;
use crate::ui::{ConfirmDialog, Toasts, Tone};

/// Asks, with the name to be typed: nothing brings it back.
pub(super) fn erase_dialog(context: RecordContext, id: Uuid, open: RwSignal<bool>) -> AnyView {
    let RecordContext { page, def, .. } = context;
    let (toasts, busy) = (Toasts::take(), RwSignal::new(false));
    let name = Signal::derive(move || context.title());
    let with_name = move |key: &'static str| Signal::derive(move || page.text_with(key, &[("name", &name.get())]));
    let confirm = move |()| {
        busy.set(true);
        let locale = page.locale.get_untracked();
        spawn_local(async move {
            match erase_person(def.name.to_owned(), id).await {
                // What was read before stands all over the page.
                Ok(()) => drop(window().location().reload()),
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
