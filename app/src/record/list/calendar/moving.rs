//! Giving a record another day: shown at once, sent, and taken back with the reason when it is refused.

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::calendar::{moved, shifted};
use shared::command::{Change, Command, Outcome};
use shared::{Error, Row, i18n};
use uuid::Uuid;

use super::super::row::may_edit;
use super::data::CalendarData;
use crate::acting::act_with;
use crate::ui::Tone;

impl CalendarData {
    /// Whether this record's day may be changed here: what comes every year is a fact, not a plan.
    pub(super) fn may_move(self, row: &Row) -> bool {
        let date = self.date.get_value();
        !date.is_yearly() && may_edit(self.context, &date, row)
    }

    /// Moves a record so many days on, or back.
    pub(super) fn move_by(self, id: Uuid, days: i64) {
        if let Some(day) = self.row(id).and_then(|row| self.day(&row)) {
            self.move_to(id, shifted(day, days));
        }
    }

    /// Moves a record that is loaded to a day.
    pub(super) fn move_to(self, id: Uuid, day: NaiveDate) {
        if let Some(row) = self.row(id) {
            self.move_row(row, day);
        }
    }

    /// Moves a record to a day.
    pub(super) fn move_row(self, row: Row, day: NaiveDate) {
        let (page, date) = (self.context.page, self.date.get_value());
        let value = date.value(&row.values).clone();
        let Some(value) = moved(date.kind(), &value, day, &page.zone()).filter(|new| *new != value) else { return };
        if !self.may_move(&row) {
            return;
        }
        let mut seen = row.clone();
        date.put(&mut seen.values, value.clone());
        self.add(seen);
        self.sending.update_value(|n| *n += 1);
        let values = date.patch(value);
        let change = Change::Update { id: row.id, version: Some(row.version), values };
        let locale = page.locale.get_untracked();
        let name = row.text(self.context.def.title).unwrap_or("–");
        let there = shared::format::day_heading(locale, day, self.context.today.get_untracked());
        let done = i18n::translate(locale, "calendar.moved", &[("name", name), ("day", &there)]);
        act_with((page, self.toasts), Command::one(self.context.def.name, change), done, move |result| {
            self.settle(row, result);
        });
    }

    fn settle(self, before: Row, result: Result<Outcome, Error>) {
        if self.sending.try_update_value(|n| *n -= 1).is_none() {
            return;
        }
        let result = result.and_then(|outcome| match outcome.refused.into_iter().next() {
            Some(refusal) if outcome.rows.is_empty() => Err(refusal.error),
            _ => Ok(outcome.rows),
        });
        match result {
            Ok(rows) => rows.into_iter().for_each(|row| self.put(row)),
            Err(error) => {
                self.put(before);
                if let Error::Conflict { current, .. } = &error {
                    self.put((**current).clone());
                }
                // What is about fields is left to us to say.
                if let Error::Invalid { fields } = &error
                    && let Some(first) = fields.iter().find(|field| !field.field.is_empty())
                {
                    let locale = self.context.page.locale.get_untracked();
                    self.toasts.push(i18n::field_error(locale, first), Tone::Danger, None);
                }
            }
        }
        self.load_soon(std::time::Duration::ZERO);
    }
}
