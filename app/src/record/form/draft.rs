//! What was typed and not saved, kept in the browser's session so that it survives a reload.

use leptos::prelude::*;
use leptos::web_sys::Storage;
use shared::Values;

use crate::context::t;
use crate::ui::{Button, Notice, Size, Tone};

fn storage() -> Option<Storage> {
    // Absent in a browser that forbids it; then there are no drafts.
    window().session_storage().ok().flatten()
}

/// The draft under this key.
pub(in crate::record) fn read(key: &str) -> Option<Values> {
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
