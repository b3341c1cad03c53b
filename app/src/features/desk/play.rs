//! Ticket after ticket: the most urgent one that waits, until none does.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::i18n;
use uuid::Uuid;

use super::focus::Spot;
use super::model::Desk;
use crate::api::desk::next_ticket;
use crate::ui::Tone;

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
                    self.address.open(Some(claimed.ticket.id));
                    self.taken(claimed);
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

    /// Leaves the ticket to colleagues and gets the next one.
    pub(super) fn skip(self, id: Uuid) {
        self.skipped.update_value(|skipped| skipped.push(id));
        self.give_back(id);
        self.next();
    }

    /// After an answer was sent.
    pub(super) fn go_on(self) {
        if self.playing.get_untracked() {
            self.next();
        }
    }
}
