//! Acting on entries: shown at once, put back when refused.

use chrono::{DateTime, Utc};
use leptos::prelude::GetUntracked;
use serde_json::Value;
use shared::command::{Change, Command};
use shared::record::{Values, instant_text};
use shared::{Error, Row};

use super::feed::Feed;
use crate::acting::act;
use crate::context::browser_now;

impl Feed {
    /// Changes fields of an activity or task.
    pub(super) fn change(self, record_type: &'static str, row: Row, values: Values, done: String) {
        let mut shown = row.clone();
        shown.values.extend(values.clone());
        let change = Change::Update { id: row.id, version: Some(row.version), values };
        self.send(record_type, row, Some(shown), change, done);
    }

    /// Ticks a task off, or takes that back.
    pub(super) fn set_done(self, row: Row, done: bool) {
        let text = if done { "my_day.marked_done" } else { "timeline.reopened" };
        let subject = row.text("subject").unwrap_or_default().to_owned();
        let text = shared::i18n::translate(self.page.locale.get_untracked(), text, &[("name", &subject)]);
        let mut shown = row.clone();
        shown.values.insert("done".into(), done.into());
        let at = if done { instant_text(browser_now()).into() } else { Value::Null };
        shown.values.insert("done_at".into(), at);
        let values = Values::from_iter([("done".to_owned(), Value::from(done))]);
        let change = Change::Update { id: row.id, version: Some(row.version), values };
        self.send("task", row, Some(shown), change, text);
    }

    /// Puts a task off.
    pub(super) fn plan_for(self, row: Row, due: DateTime<Utc>) {
        let locale = self.page.locale.get_untracked();
        let when = shared::format::date_time(locale, due, &self.page.zone());
        let text = shared::i18n::translate(locale, "my_day.postponed", &[("when", &when)]);
        self.change("task", row, Values::from_iter([("due_at".to_owned(), instant_text(due).into())]), text);
    }

    /// Takes an activity or task out of the timeline.
    pub(super) fn archive(self, record_type: &'static str, row: Row) {
        let subject = row.text("subject").unwrap_or_default().to_owned();
        let locale = self.page.locale.get_untracked();
        let text = shared::i18n::translate(locale, "ui.toast.archived", &[("name", &subject)]);
        let change = Change::Archive { id: row.id };
        self.send(record_type, row, None, change, text);
    }

    fn send(self, record_type: &'static str, before: Row, shown: Option<Row>, change: Change, done: String) {
        match shown {
            Some(shown) => self.put(record_type, shown),
            None => self.drop_row(before.id),
        }
        act(Command::one(record_type, change), done, move |result| match result {
            Ok(outcome) => {
                for row in outcome.rows {
                    self.put(record_type, row);
                }
            }
            // Somebody was faster: what stands there now is what counts.
            Err(Error::Conflict { current, .. }) => self.put(record_type, *current),
            Err(_) => self.put(record_type, before),
        });
    }
}
