//! A text to be copied: a link, or a secret that is shown once.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};

use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, Toasts, Tone};

/// Read-only text beside a copy button.
#[component]
pub fn CopyLine(
    /// What to copy.
    text: String,
    /// Accessible name.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let own = text.clone();
    let copy = move |_| {
        if copy_text(&own) {
            toasts.push(
                page.locale.with_untracked(|l| shared::i18n::translate(*l, "ui.action.copied", &[])),
                Tone::Success,
                None,
            );
        }
    };
    let mark = |event: web_sys::FocusEvent| event_target::<web_sys::HtmlInputElement>(&event).select();
    view! {
        <div class="copy-line">
            <input class="input" readonly aria-label=label value=text on:focus=mark/>
            <Button kind=ButtonKind::Secondary icon="copy" on_click=copy>{t("ui.action.copy")}</Button>
        </div>
    }
}

/// Puts a text on the clipboard; false where the browser offers none (pages without TLS), so the text must be marked
/// and copied by hand.
fn copy_text(text: &str) -> bool {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).ok();
    let Some(clipboard) = clipboard.filter(|clipboard| clipboard.is_object()) else { return false };
    let write =
        js_sys::Reflect::get(&clipboard, &"writeText".into()).ok().and_then(|f| f.dyn_into::<js_sys::Function>().ok());
    write.is_some_and(|write| write.call1(&clipboard, &JsValue::from(text)).is_ok())
}
