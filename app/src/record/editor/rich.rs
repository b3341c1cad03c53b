//! Rich text in forms.

use leptos::prelude::*;
use serde_json::Value;

use super::bridge::text_bridge;
use crate::context::t;
use crate::ui::{RichEditor, RichText, RichWords};

/// What the tools of rich text are called.
pub fn rich_words() -> RichWords {
    RichWords {
        tools: t("record.rich.tools"),
        bold: t("record.rich.bold"),
        italic: t("record.rich.italic"),
        heading: t("record.rich.heading"),
        list: t("record.rich.list"),
        numbered: t("record.rich.numbered"),
        quote: t("record.rich.quote"),
        link: t("record.rich.link"),
        address: t("record.rich.address"),
        apply: t("ui.action.apply"),
        undo: t("ui.action.undo"),
    }
}

pub(super) fn rich_text(value: RwSignal<Value>, label: Signal<String>) -> AnyView {
    view! { <RichText editor=RichEditor::new(text_bridge(value)) words=rich_words() label/> }.into_any()
}
