//! What agents do with tickets: shown at once, put back when refused, taken back by undo.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::command::{Change, Command};
use shared::desk::Claimed;
use shared::record::{Values, instant_text};
use shared::types::{TICKET, TICKET_MESSAGE};
use shared::{Error, Row, i18n};
use uuid::Uuid;

use super::asking::{settles, status_field};
use super::blocked::is_open;
use super::focus::Spot;
use super::model::Desk;
use super::play::Served;
use crate::acting::{act_with, send, undo_of, undo_then};
use crate::api::Fault;
use crate::api::desk::{claim_ticket, set_away, split_ticket};
use crate::api::records::{get_record, undo};
use crate::ui::Tone;

/// One field and its new value.
pub(super) fn value(field: &str, value: impl Into<Value>) -> Values {
    Values::from_iter([(field.to_owned(), value.into())])
}

impl Desk {
    /// Changes tickets: one at once, several as one batch. `done` says what became of it.
    pub(super) fn change(self, rows: &[Row], values: &Values, done: String) {
        match rows {
            [row] => self.change_one(row, values, done, false),
            rows => self.change_several(rows, values),
        }
    }

    /// As [`Self::change`], by an act with which one is done with a ticket for now: of the open one one goes on to another. Undo
    /// comes back to it, and so does a refusal while one is still at that other one.
    fn finish(self, rows: &[Row], values: &Values, done: String) {
        match rows {
            [row] => self.change_one(row, values, done, true),
            rows => self.change_several(rows, values),
        }
    }

    fn change_several(self, rows: &[Row], values: &Values) {
        let change = |row: &Row| Change::Update { id: row.id, version: None, values: values.clone() };
        self.batch.start(rows, rows.iter().map(change).collect(), "bulk.done");
    }

    fn change_one(self, row: &Row, values: &Values, done: String, finishes: bool) {
        let (id, before, index) = (row.id, row.clone(), self.index_of(row.id));
        let mut shown = row.clone();
        shown.values.extend(values.clone());
        self.put(&shown);
        let next = finishes.then(|| self.go_on_from(id, index)).flatten();
        // While it is saved one is done with it already: the next one is as good as on its way.
        let is_served = || self.playing.get_untracked() && self.address.ticket_now() == Some(id);
        // One that is on its way already is not waited for twice.
        let serves = finishes && is_served() && !self.fetching.get_untracked();
        if serves {
            self.fetching.set(true);
        }
        let back = move || {
            if next.is_some() {
                self.come_back(id);
            }
        };
        let change = Change::Update { id, version: Some(row.version), values: values.clone() };
        let values = values.clone();
        spawn_local(async move {
            let answer = send(Command::one(TICKET.name, change)).await;
            if serves {
                self.fetching.try_set(false);
            }
            match answer {
                Ok(outcome) => {
                    let undo = undo_then(self.page, self.toasts, outcome.change_set, back);
                    self.toasts.push(done, Tone::Success, Some(undo));
                    outcome.rows.iter().for_each(|row| self.put(row));
                    if finishes && self.address.ticket_now() == Some(id) {
                        self.go_on();
                    }
                }
                Err(error) => {
                    self.refused(&before, error, (values, done));
                    if let Some(next) = next {
                        self.return_to(id, next);
                    }
                    if serves {
                        // What was pressed had to wait, and has let go of the focus.
                        self.go_on_at(Spot::Head);
                    }
                }
            }
        });
    }

    /// Puts a ticket back whose change was refused, and says why.
    fn refused(self, before: &Row, error: Error, (values, done): (Values, String)) {
        match error {
            // Somebody was faster: what stands there now is what counts.
            Error::Conflict { current, fields } => {
                self.put(&current);
                self.overtaken(*current, &fields, values, done);
            }
            error => {
                self.put(before);
                // Here is no field beside which it could stand.
                let text = i18n::error_sentence(self.page.locale.get_untracked(), &error);
                self.toasts.push(text, Tone::Danger, None);
            }
        }
    }

    /// Takes a ticket that nobody works; says who was faster.
    pub(super) fn take(self, id: Uuid) {
        spawn_local(async move {
            match claim_ticket(id).await {
                Ok(claimed) => self.taken(claimed, false),
                Err(fault) => self.not_taken(id, fault.0).await,
            }
        });
    }

    /// Shows a ticket that is one's own now, and says so; the undo leaves it as it was. What one was served one has not done: the
    /// key takes back what one did before.
    pub(super) fn taken(self, claimed: Claimed, is_served: bool) {
        self.put(&claimed.ticket);
        // One that was one's own already stays what it was.
        if let Some(change_set) = claimed.change_set {
            self.served.set(Some(Served { ticket: claimed.ticket.clone(), change_set }));
        }
        let undo = claimed.change_set.map(|change_set| undo_of(self.page, self.toasts, change_set));
        let undo = undo.map(|undo| if is_served { undo.called(self.say("ui.action.undo", &[])) } else { undo });
        let number = claimed.ticket.text("number").unwrap_or_default();
        self.toasts.push(self.say("desk.taken", &[("number", number)]), Tone::Success, undo);
    }

    /// Takes back what was noted for colleagues.
    pub(super) fn remove_note(self, id: Uuid) {
        let command = Command::one(TICKET_MESSAGE.name, Change::Archive { id });
        act_with((self.page, self.toasts), command, self.say("desk.note_removed", &[]), |_| ());
    }

    /// Archives a ticket, or brings it back.
    pub(super) fn put_away(self, row: &Row, away: bool) {
        let id = row.id;
        let (change, key) = if away {
            (Change::Archive { id }, "ui.toast.archived")
        } else {
            (Change::Restore { id }, "ui.toast.restored")
        };
        let done = self.say(key, &[("name", row.text("number").unwrap_or_default())]);
        act_with((self.page, self.toasts), Command::one(TICKET.name, change), done, move |result| {
            result.iter().flat_map(|outcome| &outcome.rows).for_each(|row| self.put(row));
        });
    }

    async fn not_taken(self, id: Uuid, error: Error) {
        let text = match error {
            Error::Conflict { .. } => {
                let now = get_record(TICKET.name.into(), id).await.ok();
                let who = now.and_then(|now| {
                    self.put(&now.row);
                    now.titles.get(&now.row.reference("owner_id")?).cloned()
                });
                self.say("desk.lost_to", &[("name", &who.unwrap_or_else(|| self.say("ui.word.unknown", &[])))])
            }
            error => i18n::error_sentence(self.page.locale.get_untracked(), &error),
        };
        self.toasts.push(text, Tone::Warning, None);
    }

    /// Leaves a ticket to whoever takes it. While nobody has answered it, it is again as it was before one took it; it stays with
    /// the team of its queue.
    pub(super) fn give_back(self, id: Uuid) {
        let taken = self.served.get_untracked().filter(|served| served.ticket.id == id);
        if taken.is_some() {
            self.served.set(None);
        }
        spawn_local(async move {
            let Ok(detail) = get_record(TICKET.name.into(), id).await else { return };
            let row = detail.row;
            if row.reference("owner_id") != self.me() {
                return self.put(&row);
            }
            let done = self.say_about("desk.given_back", &[], std::slice::from_ref(&row));
            let is_untouched = row.value("agent_wrote_at").is_null();
            if let Some(Served { change_set, .. }) = taken.filter(|_| is_untouched)
                && let Ok(outcome) = undo(change_set).await
                && outcome.kept.is_empty()
            {
                self.toasts.tried(change_set, false);
                let again = undo_of(self.page, self.toasts, outcome.change_set);
                return self.toasts.push(done, Tone::Success, Some(again));
            }
            let mut values = value("owner_id", Value::Null);
            if row.text("status") == Some("open") && is_untouched {
                values.insert("status".into(), "new".into());
            }
            values.insert("team_id".into(), row.value("team_id").clone());
            self.change(&[row], &values, done);
        });
    }

    /// Solves tickets; those that are solved or closed already stay so.
    pub(super) fn solve(self, rows: &[Row]) {
        let was = self.spot();
        let rows: Vec<Row> = rows.iter().filter(|row| is_open(row)).cloned().collect();
        self.settle(&rows.clone(), move || {
            let spot = self.spot_since(was);
            self.finish(&rows, &value("status", "solved"), self.say_about("desk.solved", &[], &rows));
            self.go_on_at(spot);
        });
    }

    /// Gives tickets a status that was chosen; `done` says so.
    pub(super) fn set_status(self, rows: &[Row], code: &str, done: String) {
        let (chosen, values) = (rows.to_vec(), value(status_field(code), code));
        if !settles(self, code) {
            return self.change(&chosen, &values, done);
        }
        self.settle(rows, move || {
            // One is done with what one was served, however one settles it; otherwise one looks at what one has chosen.
            if self.playing.get_untracked() {
                self.finish(&chosen, &values, done.clone());
            } else {
                self.change(&chosen, &values, done.clone());
            }
        });
    }

    pub(super) fn reopen(self, row: &Row) {
        let (spot, rows) = (self.spot(), std::slice::from_ref(row));
        self.change(rows, &value("status", "open"), self.say_about("desk.reopened", &[], rows));
        self.go_on_at(spot);
    }

    /// Puts tickets off; `None` brings them back.
    pub(super) fn snooze(self, rows: &[Row], until: Option<chrono::DateTime<chrono::Utc>>) {
        let Some(at) = until else {
            let done = self.say_about("desk.woken", &[], rows);
            return self.change(rows, &value("snoozed_until", Value::Null), done);
        };
        let when = shared::format::date_time(self.page.locale.get_untracked(), at, &self.page.zone());
        let done = self.say_about("desk.snoozed", &[("when", &when)], rows);
        self.finish(rows, &value("snoozed_until", instant_text(at)), done);
    }

    /// Makes a new ticket of something that was said in another; taken back, one is at that one again.
    pub(super) fn split(self, from: Uuid, message_id: Uuid) {
        let id = Uuid::now_v7();
        spawn_local(async move {
            let first = split_ticket(message_id, id).await;
            // The answer got lost: under the same id it is one ticket.
            let lost = matches!(first, Err(Fault(Error::Offline)));
            let answer = if lost { split_ticket(message_id, id).await } else { first };
            match answer {
                Ok(outcome) => {
                    let undo = undo_then(self.page, self.toasts, outcome.change_set, move || self.return_to(from, id));
                    self.toasts.push(self.say("desk.split_done", &[]), Tone::Success, Some(undo));
                    outcome.rows.iter().for_each(|row| self.put(row));
                    self.address.open(Some(id));
                }
                Err(fault) => {
                    let text = i18n::error_sentence(self.page.locale.get_untracked(), &fault.0);
                    self.toasts.push(text, Tone::Danger, None);
                }
            }
        });
    }

    /// Says whether routing may give one tickets.
    pub(super) fn set_away(self, away: bool) {
        self.know_better(|around| around.found.away = away);
        spawn_local(async move {
            if let Err(fault) = set_away(away).await {
                self.know_better(|around| around.found.away = !away);
                let text = i18n::error_sentence(self.page.locale.get_untracked(), &fault.0);
                self.toasts.push(text, Tone::Danger, None);
            }
            // What was being read meanwhile is not shown.
            self.load();
        });
    }
}
