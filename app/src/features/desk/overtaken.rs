//! Two agents set the same field of a ticket at once: who was slower is told what stands there, and can set theirs all the same.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;
use shared::record::Values;
use shared::timeline::{Happening, TimelinePage, TimelineQuery};
use shared::types::TICKET;
use uuid::Uuid;

use super::model::Desk;
use crate::api::timeline::read_timeline;
use crate::context::Page;
use crate::record::Logged;
use crate::ui::{Tone, Undo};

impl Desk {
    /// Says who set one of `fields` of a ticket meanwhile, which is `current` now; `values` were not saved and can be sent again,
    /// of which `done` tells then.
    pub(super) fn overtaken(self, current: Row, fields: &[String], values: Values, done: String) {
        let Some(field) = fields.first().cloned() else { return };
        spawn_local(async move {
            let changes = TimelineQuery { kinds: vec!["change".to_owned()], cursor: None };
            let log = read_timeline(TICKET.name.to_owned(), current.id, changes).await.unwrap_or_default();
            let text = untrack(|| told(self.page, &current, &field, &log));
            let again = move || self.change(std::slice::from_ref(&current), &values, done.clone());
            let again = Undo::new(again).called(self.say("desk.set_mine", &[]));
            self.toasts.push(text, Tone::Warning, Some(again));
        });
    }
}

/// Who set a field of the ticket last, and to what.
fn told(page: Page, current: &Row, field: &str, log: &TimelinePage) -> String {
    let known = Logged::new(Some(&TICKET), field, &log.custom);
    let value = known.text(page, current.value(field), &log.titles).unwrap_or_else(|| page.text("ui.word.none"));
    let unknown = || page.text("ui.word.unknown");
    let name = match last_change(log, current.id, field) {
        Some(Some(by)) => log.titles.get(&by).cloned().unwrap_or_else(unknown),
        Some(None) => page.text("ui.word.system"),
        None => unknown(),
    };
    let field = known.label(page.locale.get());
    page.text_with("desk.overtaken", &[("name", &name), ("field", &field), ("value", &value)])
}

/// Who changed a field of a record last, as far as the log tells; what the system did nobody did.
fn last_change(log: &TimelinePage, id: Uuid, field: &str) -> Option<Option<Uuid>> {
    log.entries.iter().find_map(|entry| match &entry.what {
        Happening::Change { record_id, actor_id, source, changes, .. }
            if *record_id == id && changes.contains_key(field) =>
        {
            Some(actor_id.filter(|by| !by.is_nil() && source != "system"))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;
    use shared::timeline::TimelineEntry;

    use super::*;

    fn change(by: u128, record: u128, field: &str, source: &str) -> TimelineEntry {
        let what = Happening::Change {
            id: 1,
            record_type: "ticket".into(),
            record_id: Uuid::from_u128(record),
            title: String::new(),
            action: "update".into(),
            actor_id: Some(Uuid::from_u128(by)),
            source: source.into(),
            merge: None,
            causes: Vec::new(),
            changes: Values::from_iter([(field.to_owned(), json!(["new", "open"]))]),
        };
        TimelineEntry { at: DateTime::UNIX_EPOCH, what }
    }

    #[test]
    fn who_set_the_field_is_who_changed_it_last() {
        let entries = vec![
            change(1, 7, "tags", "web"),
            change(2, 8, "status", "web"),
            change(3, 7, "status", "web"),
            change(4, 7, "status", "web"),
            change(5, 7, "priority", "system"),
        ];
        let log = TimelinePage { entries, ..TimelinePage::default() };
        let by = |field: &str| last_change(&log, Uuid::from_u128(7), field);
        assert_eq!(by("status"), Some(Some(Uuid::from_u128(3))));
        assert_eq!(by("priority"), Some(None), "rules did");
        assert_eq!(by("queue_id"), None);
    }
}
