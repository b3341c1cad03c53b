//! Rich text in forms.

use leptos::prelude::*;
use serde_json::Value;
use shared::types::{ARTICLE, TEMPLATE_VARIABLES};
use uuid::Uuid;

use super::bridge::text_bridge;
use super::pictures;
use crate::context::{Page, t};
use crate::record::attribute::Attribute;
use crate::ui::{Button, RichEditor, RichWords, Size};

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

pub(super) fn rich_text(
    attribute: &Attribute,
    record: Option<Uuid>,
    value: RwSignal<Value>,
    label: Signal<String>,
) -> AnyView {
    let editor = RichEditor::new(text_bridge(value));
    let is_template = attribute.def.name == "reply_template" && attribute.name() == "content";
    let text = pictures::text(editor, label, (attribute.def.name, record));
    if attribute.def.name == ARTICLE.name {
        return view! { <div class="rich-long">{text}</div> }.into_any();
    }
    view! { {text} {is_template.then(|| variables(editor))} }.into_any()
}

/// What the text may name, each to be put where the caret is.
fn variables(editor: RichEditor) -> AnyView {
    let page = Page::take();
    let one = |name: &&'static str| {
        let name = *name;
        let written = format!("{{{{{name}}}}}");
        let title = written.clone();
        let label = Signal::derive(move || page.text(&format!("reply_template.variable.{name}")));
        // The focus stays in the text.
        view! {
            <span title=title on:mousedown=|event| event.prevent_default()>
                <Button size=Size::Small on_click=move |_| editor.insert(&written)>{label}</Button>
            </span>
        }
    };
    view! {
        <div class="row rich-variables" role="group" aria-label=t("reply_template.content._variables")>
            <span class="field-hint" aria-hidden="true">{t("reply_template.content._variables")}</span>
            {TEMPLATE_VARIABLES.iter().map(one).collect_view()}
        </div>
    }
    .into_any()
}
