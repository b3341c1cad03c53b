//! Sending: once, undoable, and not past what others wrote meanwhile.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::desk::{Replied, Reply};
use shared::post::AnswerWay;
use shared::record::{Values, id, text};
use shared::{Error, Row, i18n};
use uuid::Uuid;

use super::draft::{Kept, Writing};
use super::receivers::way;
use super::templates::{joined, stage};
use crate::acting::undo_then;
use crate::api::Fault;
use crate::api::desk::send_reply;
use crate::features::desk::acts::value;
use crate::features::desk::asking::settles;
use crate::features::desk::ticket::Ticket;
use crate::record::learn_titles;
use crate::ui::Tone;

/// While it is kept, what is written waits for an answer to a question and is not sent in another way. It goes with the
/// question, however that ends.
struct Held(ArcRwSignal<bool>);

impl Held {
    fn new(asking: RwSignal<bool>) -> Self {
        asking.set(true);
        Self(asking.into())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl Writing {
    /// It is on its way, or is asked about; tracked.
    pub(super) fn is_busy(self) -> bool {
        self.sending.get() || self.asking.get()
    }

    /// Sends what is written, and sets the status along if one is named. Where that settles a ticket that others must be solved
    /// before, one is asked first.
    pub(super) fn send(self, ticket: Ticket, status: Option<&'static str>) {
        if untrack(|| self.is_busy()) {
            return;
        }
        let staged = self.staged.get_untracked();
        let along = ["status_id", "status"].into_iter().filter_map(|field| text(&staged, field));
        // What the button says takes the place of what a template brought.
        let mut said = status.into_iter().chain(along.filter(|_| status.is_none()));
        if said.any(|code| settles(ticket.desk, code)) {
            let row = ticket.record.row.get_untracked();
            let held = Held::new(self.asking);
            // Once the ticket was left, what is written for it waits as a draft.
            let is_here = move || !self.sending.is_disposed();
            ticket.desk.settle_while(&[row], is_here, move || {
                let _held = &held;
                self.send_now(ticket, status);
            });
        } else {
            self.send_now(ticket, status);
        }
    }

    fn send_now(self, ticket: Ticket, status: Option<&'static str>) {
        // The ticket may have been left while one was asked.
        if self.sending.try_get_untracked() != Some(false) {
            return;
        }
        let reply = self.reply(ticket, status);
        if reply.content.is_empty() && reply.changes.is_empty() {
            return self.error.set(Some(ticket.desk.say("desk.nothing_said", &[])));
        }
        self.error.set(None);
        self.sending.set(true);
        let written = self.kept();
        let done = done(ticket, &written);
        spawn_local(async move {
            let first = send_reply(reply.clone()).await;
            // The answer got lost: the same message sent again is one message.
            let answer = if first == Err(Fault(Error::Offline)) { send_reply(reply.clone()).await } else { first };
            if self.sending.try_set(false).is_some() {
                return self.answer_late(ticket, (written, done), answer);
            }
            match answer {
                Ok(Replied::Sent { change_set, message, ticket: row }) => {
                    let written = self.sent(ticket, message, &row);
                    self.told(ticket, written, change_set, id(&reply.changes, "solved_by_id"));
                }
                Ok(Replied::Crossed { messages, titles }) => {
                    learn_titles(ticket.record.titles, &titles);
                    ticket.crossed.update(|crossed| crossed.extend(messages.iter().map(|row| row.id)));
                    messages.into_iter().for_each(|row| ticket.add(row));
                }
                Err(fault) => {
                    self.error.set(Some(i18n::error_sentence(ticket.desk.page.locale.get_untracked(), &fault.0)));
                }
            }
        });
    }

    /// Shows what was sent, and begins anew; gives what was written.
    fn sent(self, ticket: Ticket, message: Option<Row>, row: &Row) -> Kept {
        let written = self.kept();
        self.clear();
        match message {
            Some(message) => {
                ticket.add(message);
                ticket.show_end();
            }
            // Only the ticket changed: the files wait for something that is said.
            None => self.files.set(written.files.clone()),
        }
        ticket.desk.put(row);
        written
    }

    /// The ticket was left meanwhile: what was sent is no draft any more, what was not waits as one.
    fn answer_late(self, ticket: Ticket, (written, done): (Kept, &'static str), answer: Result<Replied, Fault>) {
        let desk = ticket.desk;
        match answer {
            Ok(Replied::Sent { change_set, message, ticket: row }) => {
                self.forget(if message.is_none() { written.files.clone() } else { Vec::new() });
                desk.put(&row);
                let text = desk.say(done, &[]);
                let undo = undo_then(desk.page, desk.toasts, change_set, move || self.bring_back(ticket, &written));
                desk.toasts.push(text, Tone::Success, Some(undo));
            }
            Ok(Replied::Crossed { .. }) => {}
            Err(fault) => {
                let text = i18n::error_sentence(desk.page.locale.get_untracked(), &fault.0);
                desk.toasts.push(text, Tone::Danger, None);
            }
        }
    }

    fn reply(self, ticket: Ticket, status: Option<&'static str>) -> Reply {
        if self.message_id.get_value().is_nil() {
            self.message_id.set_value(Uuid::now_v7());
        }
        let mut changes: Values = self.staged.get_untracked();
        if let Some(tags) = changes.get_mut("tags") {
            *tags = ticket.record.row.with_untracked(|row| joined(row.value("tags"), tags));
        }
        if let Some(status) = status {
            stage(&mut changes, &value("status", status));
        }
        self.name_solution(ticket, &mut changes);
        let ids = self.editor.marked(".mention[data-id]", "data-id");
        Reply {
            ticket_id: ticket.id,
            message_id: self.message_id.get_value(),
            content: self.text.get_untracked(),
            note: self.note.get_untracked(),
            mention_ids: ids.into_iter().filter_map(|id| id.parse().ok()).collect(),
            cc: untrack(|| ticket.copies()),
            by_mail: self.by_mail.get_untracked(),
            attachment_ids: self.files.get_untracked().into_iter().map(|(id, _)| id).collect(),
            changes,
            seen: self.seen.get_value(),
            anyway: ticket.crossed.with_untracked(|crossed| !crossed.is_empty()),
        }
    }

    fn told(self, ticket: Ticket, written: Kept, change_set: Uuid, solved_by: Option<Uuid>) {
        let (desk, note) = (ticket.desk, written.note);
        let text = desk.say(done(ticket, &written), &[]);
        let text = match solved_by.and_then(|id| untrack(|| ticket.title(id))) {
            Some(name) => desk.say("desk.solved_by", &[("what", &text), ("name", &name)]),
            None => text,
        };
        let undo = undo_then(desk.page, desk.toasts, change_set, move || self.bring_back(ticket, &written));
        desk.toasts.push(text, Tone::Success, Some(undo));
        if !note {
            desk.go_on();
        }
    }
}

/// What is said once it is sent.
fn done(ticket: Ticket, written: &Kept) -> &'static str {
    match untrack(|| way(ticket, written.by_mail)) {
        _ if written.note => "desk.noted",
        AnswerWay::Mailed => "desk.sent",
        AnswerWay::Told => "desk.sent_told",
        AnswerWay::Kept => "desk.sent_here",
    }
}
