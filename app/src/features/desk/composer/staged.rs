//! What changes along with an answer: set by templates, sent with it.

use leptos::prelude::*;
use serde_json::Value;
use shared::format::{listed, paired};
use shared::types::{QUEUE, TICKET, TICKET_STATUS};
use shared::{RecordDef, Row, i18n};

use crate::context::t;
use crate::features::desk::ticket::Ticket;
use crate::ui::{Icon, Size};

/// What changes along with the answer; each can be taken away.
pub(super) fn staged(ticket: Ticket) -> AnyView {
    let writing = ticket.writing;
    let page = ticket.desk.page;
    let chip = move |(field, value): (String, Value)| {
        let (name, label_field) = (field.clone(), field.clone());
        let text = Signal::derive(move || {
            let locale = page.locale.get();
            let (label, said) = (i18n::field_label(locale, &TICKET, &label_field), shown(ticket, &label_field, &value));
            match (label_field.as_str(), &value) {
                ("tags", Value::Array(_)) => page.text_with("ui.record.adds", &[("field", &label), ("value", &said)]),
                _ => paired(locale, &label, &said),
            }
        });
        let remove = move |_| writing.staged.update(|staged| drop(staged.remove(&name)));
        let label = Signal::derive(move || format!("{} {}", page.text("ui.action.remove"), text.get()));
        view! {
            <span class="badge" data-tone="info" data-field=field>
                {text}
                <button type="button" class="tag-remove" aria-label=label on:click=remove><Icon name="x" size=Size::Small/></button>
            </span>
        }
    };
    view! {
        <Show when=move || writing.staged.with(|staged| !staged.is_empty())>
            <div class="desk-staged" role="group" aria-label=t("desk.changes_along")>
                <span class="meta">{t("desk.changes_along")}</span>
                {move || writing.staged.get().into_iter().map(chip).collect_view()}
            </div>
        </Show>
    }
    .into_any()
}

/// A staged value in words.
fn shown(ticket: Ticket, field: &str, value: &Value) -> String {
    let page = ticket.desk.page;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => listed(page.locale.get(), &all.iter().filter_map(Value::as_str).collect::<Vec<_>>()),
        Value::Null => return page.text("ui.word.none"),
        other => other.to_string(),
    };
    if let Ok(id) = text.parse::<uuid::Uuid>() {
        let around = ticket.desk.around.get();
        let named =
            |def: &RecordDef, rows: &[Row]| rows.iter().find(|row| row.id == id).map(|row| page.called(def, row));
        let own = named(&QUEUE, &around.found.queues).or_else(|| named(&TICKET_STATUS, &around.found.steps));
        return own.or_else(|| ticket.title(id)).unwrap_or(text);
    }
    i18n::choice_label(page.locale.get(), &TICKET, field, &text)
}
