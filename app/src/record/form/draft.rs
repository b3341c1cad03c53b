//! What was typed and not saved, kept in the browser's session so that it survives a reload.

use std::cell::RefCell;

use leptos::prelude::*;
use leptos::web_sys::Storage;
use shared::Values;

use crate::context::t;
use crate::ui::{Button, Notice, Size, Tone};

/// What the browser keeps of this tab as long as it is open, across reloads. Absent in a browser that forbids it; then there are no
/// drafts.
pub(in crate::record) fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

thread_local! {
    /// The keys of drafts that are on their way to the server.
    static SENT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// A draft that is on its way. It stays in the storage, where a reload finds it, but no form that is opened meanwhile begins
/// with it: it would be saved twice.
pub(super) struct Sent(String);

impl Sent {
    pub(super) fn new(key: String) -> Self {
        SENT.with_borrow_mut(|sent| sent.push(key.clone()));
        Self(key)
    }

    /// What was saved is no draft any more; what was not may be brought back.
    pub(super) fn answered(self, saved: bool) {
        SENT.with_borrow_mut(|sent| {
            if let Some(at) = sent.iter().position(|key| *key == self.0) {
                sent.swap_remove(at);
            }
        });
        if saved {
            keep(&self.0, &Values::new());
        }
    }
}

/// The draft under this key, unless it is being sent.
pub(in crate::record) fn read(key: &str) -> Option<Values> {
    if SENT.with_borrow(|sent| sent.iter().any(|other| other == key)) {
        return None;
    }
    serde_json::from_str(&storage()?.get_item(key).ok()??).ok()
}

/// Keeps a draft; an empty one is removed.
pub(in crate::record) fn keep(key: &str, values: &Values) {
    let Some(storage) = storage() else { return };
    if values.is_empty() {
        drop(storage.remove_item(key));
    } else if let Ok(text) = serde_json::to_string(values) {
        // Fails when the storage is full: then this draft is not kept.
        drop(storage.set_item(key, &text));
    }
}

/// Says that a draft was brought back, with the way to drop it.
pub(in crate::record) fn restored(shown: RwSignal<bool>, discard: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    view! {
        <Show when=move || shown.get()>
            <Notice tone=Tone::Info text=t("ui.input.draft_restored")>
                <Button size=Size::Small on_click=move |_| discard()>{t("ui.input.discard_draft")}</Button>
            </Notice>
        </Show>
    }
    .into_any()
}
