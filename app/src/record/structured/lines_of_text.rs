//! Lines of text, each a value of its own: typed and pasted as such.

use leptos::prelude::*;
use serde_json::Value;

use crate::context::{Page, t};
use crate::record::editor::{Editing, bridge};
use crate::ui::TextArea;

pub(super) fn lines_of_text(editing: Editing) -> AnyView {
    let label = editing.attribute.label_signal(Page::take());
    let show = |value: &Value| {
        let lines = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        lines.collect::<Vec<_>>().join("\n")
    };
    // Blank lines stay while one types; they go when it is saved.
    let read = |text: String| match text.as_str() {
        "" => Value::Null,
        text => text.split('\n').collect::<Vec<_>>().into(),
    };
    let text = bridge(editing.value, show, read);
    view! {
        <TextArea value=text label/>
        <p class="field-hint">{t("structured.one_a_line")}</p>
    }
    .into_any()
}
