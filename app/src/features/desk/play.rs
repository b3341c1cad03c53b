//! Ticket after ticket: the most urgent one that waits, until none does.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{Row, i18n};
use uuid::Uuid;

use super::blocked::is_open;
use super::focus::Spot;
use super::model::Desk;
use crate::api::desk::next_ticket;
use crate::ui::Tone;

/// A ticket that one took.
#[derive(Clone, Debug)]
pub(super) struct Served {
    /// As it was when one had taken it.
    pub(super) ticket: Row,
    /// By which one took it.
    pub(super) change_set: Uuid,
}

impl Served {
    /// Whether one has done with it, as it is now, what there was to do: solved it, left something to others, put it off or away.
    fn is_done(&self, now: &Row) -> bool {
        let changed = |field: &str| now.value(field) != self.ticket.value(field);
        let waits = changed("status") && !matches!(now.text("status"), Some("new" | "open"));
        let is_put_off = changed("snoozed_until") && !now.value("snoozed_until").is_null();
        let is_away = now.text("archived_at").is_some();
        now.id == self.ticket.id && (!is_open(now) || waits || is_put_off || is_away)
    }
}

impl Desk {
    /// Begins to get tickets.
    pub(super) fn play(self) {
        self.skipped.set_value(Vec::new());
        self.playing.set(true);
        self.next();
    }

    /// Ends it; the open ticket stays.
    pub(super) fn stop(self) {
        self.playing.set(false);
        self.go_on_at(Spot::Head);
    }

    /// Takes the most urgent ticket that waits and opens it.
    pub(super) fn next(self) {
        if self.fetching.get_untracked() {
            return;
        }
        self.fetching.set(true);
        let (queues, skipped) = (self.queues_of_view(), self.skipped.get_value());
        spawn_local(async move {
            let found = next_ticket(queues, skipped).await;
            if self.fetching.try_set(false).is_some() {
                return;
            }
            match found {
                Ok(Some(claimed)) => {
                    // The keys are at it, wherever one was in the list.
                    self.current.set(Some(claimed.ticket.id));
                    self.address.open(Some(claimed.ticket.id));
                    self.taken(claimed, true);
                    // What was pressed went with the ticket before.
                    self.go_on_at(Spot::Head);
                }
                Ok(None) => {
                    self.stop();
                    self.toasts.push(self.say("desk.none_waits", &[]), Tone::Success, None);
                }
                Err(fault) => {
                    self.stop();
                    let text = i18n::error_sentence(self.page.locale.get_untracked(), &fault.0);
                    self.toasts.push(text, Tone::Danger, None);
                }
            }
        });
    }

    /// Whether what there was to do for a ticket that one was served is done; tracked.
    pub(super) fn is_done(self, row: &Row) -> bool {
        self.served.with(|served| served.as_ref().is_some_and(|served| served.is_done(row)))
    }

    /// Gets the next ticket. One that still waits for somebody is left to colleagues.
    pub(super) fn skip(self, row: &Row) {
        if !untrack(|| self.is_done(row)) {
            self.skipped.update_value(|skipped| skipped.push(row.id));
            self.give_back(row.id);
        }
        self.next();
    }

    /// After an answer was sent.
    pub(super) fn go_on(self) {
        if self.playing.get_untracked() {
            self.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_ticket_is_done_with_once_it_waits_for_nobody_here() {
        let row =
            |fields: Value| Row { id: Uuid::from_u128(1), version: 1, values: fields.as_object().cloned().unwrap() };
        let served = |fields: Value| Served { ticket: row(fields), change_set: Uuid::from_u128(7) };
        let taken = served(json!({"status": "open"}));
        for status in ["solved", "closed", "waiting_customer", "waiting_third_party"] {
            assert!(taken.is_done(&row(json!({"status": status}))), "{status}");
        }
        assert!(taken.is_done(&row(json!({"status": "open", "snoozed_until": "2026-12-01T08:00:00Z"}))));
        assert!(taken.is_done(&row(json!({"status": "open", "archived_at": "2026-11-30T08:00:00Z"}))));
        assert!(!taken.is_done(&row(json!({"status": "open", "priority": "high"}))));
        assert!(!taken.is_done(&row(json!({"status": "new"}))));
        let waited = served(json!({"status": "waiting_customer", "snoozed_until": "2026-11-29T08:00:00Z"}));
        assert!(!waited.is_done(&waited.ticket), "nothing was done with it");
        let other = Row { id: Uuid::from_u128(2), ..row(json!({"status": "solved"})) };
        assert!(!taken.is_done(&other));
    }
}
