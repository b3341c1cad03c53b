//! The open ticket: what it is, what was said, and the composer below.

mod attached;
mod blocked;
mod changes;
mod clocks;
mod delivery;
mod head;
mod helpful;
mod message;
mod opinions;
mod said;
mod seed;
mod side;
mod splits;
mod thread;

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::Redirect;
use shared::Row;
use shared::desk::{Conversation, Split};
use shared::live::{LiveEvent, Viewer};
use shared::query::{Detail, Titles};
use shared::record::{CustomField, texts};
use shared::types::TICKET;
use uuid::Uuid;

use super::composer::{Composer, Writing};
use super::counts::Turns;
use super::model::Desk;
use crate::api::Answer;
use crate::api::desk::conversation;
use crate::api::records::{custom_fields, get_record};
use crate::context::{t, title_on_server};
use crate::live::Live;
use crate::record::{RecordContext, failed, learn_titles};
use crate::ui::{Notice, SkeletonRows, Tone};

/// The open ticket; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Ticket {
    pub(super) desk: Desk,
    pub(super) id: Uuid,
    /// The id it was opened by: its own, or that of one that became part of it.
    asked: Uuid,
    pub(super) record: RecordContext,
    /// What was said, oldest first.
    pub(super) messages: RwSignal<Vec<Row>>,
    pub(super) attachments: RwSignal<Vec<Row>>,
    /// Tickets that were split off it, and the one that it was split off itself.
    pub(super) splits: RwSignal<Vec<Split>>,
    /// They are being read anew.
    splitting: Turns,
    /// There is more before the first message.
    pub(super) earlier: RwSignal<bool>,
    loading: RwSignal<bool>,
    /// Messages that came while the page was open.
    pub(super) fresh: RwSignal<BTreeSet<Uuid>>,
    /// Messages that others wrote while one was writing oneself.
    pub(super) crossed: RwSignal<BTreeSet<Uuid>>,
    /// Who else has it open.
    pub(super) viewers: Signal<Vec<Viewer>>,
    /// Position of the live log that it is as of.
    pub(super) live: StoredValue<String>,
    /// What changed is shown too.
    history: RwSignal<bool>,
    /// What stands beside the conversation is shown where there is no room for both.
    details: RwSignal<bool>,
    pub(super) writing: Writing,
}

type Loaded = (Detail, Conversation, Vec<CustomField>);

async fn load(id: Uuid) -> Answer<Loaded> {
    let detail = get_record(TICKET.name.into(), id).await?;
    let said = conversation(detail.row.id, None).await?;
    let custom = custom_fields(TICKET.name.into()).await.unwrap_or_default();
    Ok((detail, said, custom))
}

/// A ticket in its place beside the list, or alone.
pub(super) fn pane(desk: Desk, id: Uuid) -> AnyView {
    let again = Trigger::new();
    (move || {
        again.track();
        // Blocking: whether there is such a ticket decides the status of the answer.
        let found = Resource::new_blocking(|| (), move |()| load(id));
        let alone = desk.address.is_alone();
        let body = Suspend::new(async move {
            let found = found.await;
            desk.shown.set(Some(id));
            match found {
                Err(fault) => view! { {head::back(desk)} {failed(fault.0, move || again.notify())} }.into_any(),
                Ok((detail, ..)) if detail.row.id != id && alone => {
                    view! { <Redirect path=format!("/tickets/{}", detail.row.id)/> }.into_any()
                }
                Ok(loaded) => opened(desk, id, loaded, move || again.notify()),
            }
        });
        view! { <Transition fallback=move || view! { {head::back(desk)} <SkeletonRows count=8/> }>{body}</Transition> }
    })
    .into_any()
}

fn opened(
    desk: Desk,
    asked: Uuid,
    (detail, said, custom): Loaded,
    reload: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    let id = detail.row.id;
    let record = RecordContext::new(&TICKET, &custom, &detail);
    learn_titles(record.titles, &said.titles);
    let ticket = Ticket {
        desk,
        id,
        asked,
        record,
        messages: RwSignal::new(said.messages),
        attachments: RwSignal::new(said.attachments),
        splits: RwSignal::new(said.splits),
        splitting: Turns::new(),
        earlier: RwSignal::new(said.earlier),
        loading: RwSignal::new(false),
        fresh: RwSignal::new(BTreeSet::new()),
        crossed: RwSignal::new(BTreeSet::new()),
        viewers: Live::take().view(TICKET.name, id),
        live: StoredValue::new(detail.live.clone()),
        history: RwSignal::new(false),
        details: RwSignal::new(false),
        writing: Writing::new(id),
    };
    desk.open.set_value(Some(ticket));
    title_on_server(format!("{} · {}", record.row.with_untracked(tab_name), desk.say("ui.app_name", &[])));
    Effect::new(move |_| desk.called.set(Some((id, record.row.with(tab_name)))));
    on_cleanup(move || {
        desk.called.try_update(|called| {
            if called.as_ref().is_some_and(|(named, _)| *named == id) {
                *called = None;
            }
        });
        desk.open.try_update_value(|open| {
            if open.is_some_and(|open| open.messages == ticket.messages) {
                *open = None;
            }
        });
    });
    Live::take().follow(&detail.live, move |event| {
        if ticket.hear(event) {
            reload();
        }
    });
    changes::follow(ticket);
    view! {
        <article class="ticket" data-id=id.to_string()>
            {head::head(ticket)}
            <Show when=move || record.gone.get()>
                <Notice tone=Tone::Warning text=t("live.change.removed")/>
            </Show>
            <Show when=move || record.row.with(is_archived)>
                <Notice text=t("ui.state.archived_banner")/>
            </Show>
            <div class="ticket-cols" prop:inert=move || desk.gives_way()>
                <div class="ticket-main">
                    {thread::thread(ticket)}
                    {record.may_update.then(|| view! {
                        <Show when=move || !record.gone.get()><Composer ticket/></Show>
                    })}
                </div>
                {side::side(ticket)}
            </div>
        </article>
        {record.clash_dialog()}
    }
    .into_any()
}

/// What the browser's tab is called.
fn tab_name(row: &Row) -> String {
    let (number, subject) = (row.text("number").unwrap_or_default(), row.text("subject").unwrap_or_default());
    format!("{number} {subject}").trim().to_owned()
}

/// Whether a ticket was put away.
pub(super) fn is_archived(row: &Row) -> bool {
    row.text("archived_at").is_some()
}

impl Ticket {
    /// The ticket as it is now; tracked.
    pub(super) fn row(self) -> Row {
        self.record.row.get()
    }

    /// Whether it is the one that the address asks for: it stays in sight until the next one has come.
    pub(super) fn is_asked(self) -> bool {
        self.desk.address.ticket_now() == Some(self.asked)
    }

    /// Who gets a copy of an answer: who got one of the customer's last letter; tracked.
    pub(super) fn copies(self) -> Vec<String> {
        self.messages.with(|all| {
            // Who wrote to a ticket that was somebody else's gets no copies of this one.
            let inbound = |row: &&Row| {
                let own = row.text("apart_from").is_none();
                own && row.text("direction") == Some("inbound") && row.text("kind") == Some("reply")
            };
            let last = all.iter().rfind(inbound);
            last.map(|row| texts(&row.values, "cc").map(str::to_owned).collect()).unwrap_or_default()
        })
    }

    /// Title of something it refers to; tracked.
    pub(super) fn title(self, id: Uuid) -> Option<String> {
        self.record.titles.with(|titles| titles.get(&id).cloned())
    }

    /// Applies a live event; whether all is to be loaded anew.
    fn hear(self, event: &LiveEvent) -> bool {
        if self.messages.is_disposed() {
            return false;
        }
        match event {
            LiveEvent::Changed { record_type, row, titles, .. } if record_type == "ticket_message" => {
                if row.reference("ticket_id") == Some(self.id) {
                    self.arrive(row.clone(), titles);
                } else {
                    // Moved to another ticket.
                    self.forget(row.id);
                }
                false
            }
            LiveEvent::Changed { record_type, row, .. } if record_type == "attachment" => {
                if row.reference("ticket_id") == Some(self.id) {
                    self.attachments.update(|all| put(all, row.clone()));
                }
                false
            }
            LiveEvent::Removed { record_type, id, .. } if record_type == "ticket_message" => {
                self.forget(*id);
                false
            }
            LiveEvent::Removed { record_type, id, .. } if record_type == "attachment" => {
                self.attachments.update(|all| all.retain(|row| row.id != *id));
                false
            }
            LiveEvent::Refresh { record_type } if record_type == "ticket_message" => true,
            event => {
                self.note_back(event);
                self.note_split(event);
                self.record.follow(event)
            }
        }
    }

    /// One that was deleted comes back by undo.
    fn note_back(self, event: &LiveEvent) {
        if let LiveEvent::Changed { row, .. } = event
            && row.id == self.id
            && self.record.gone.get_untracked()
            && self.record.row.with_untracked(|shown| shown.version < row.version)
        {
            self.record.gone.set(false);
        }
    }

    fn forget(self, id: Uuid) {
        if self.messages.with_untracked(|all| all.iter().any(|row| row.id == id)) {
            self.messages.update(|all| all.retain(|row| row.id != id));
        }
    }

    /// A message came or changed.
    fn arrive(self, row: Row, titles: &Titles) {
        if row.text("archived_at").is_some() {
            return self.forget(row.id);
        }
        let known = self.messages.with_untracked(|all| all.iter().any(|old| old.id == row.id));
        let by_other = row.reference("created_by") != self.desk.me();
        if !known {
            self.fresh.update(|fresh| {
                fresh.insert(row.id);
            });
            if by_other && self.writing.is_begun() {
                self.crossed.update(|crossed| {
                    crossed.insert(row.id);
                });
            }
        }
        learn_titles(self.record.titles, titles);
        self.add(row);
    }

    /// Puts a message in its place, by when it was said.
    pub(super) fn add(self, row: Row) {
        // What was said before the first one here is shown with what lies between.
        let before_all = self.earlier.get_untracked()
            && self.messages.with_untracked(|all| all.first().is_some_and(|first| moment(&row) < moment(first)));
        if !before_all && !self.messages.is_disposed() {
            self.messages.update(|all| put(all, row));
        }
    }

    /// Loads what was said before.
    fn load_earlier(self) {
        let first = self.messages.with_untracked(|all| all.first().map(|row| row.id));
        if first.is_none() || self.loading.get_untracked() {
            return;
        }
        self.loading.set(true);
        spawn_local(async move {
            let found = conversation(self.id, first).await;
            if self.loading.try_set(false).is_some() {
                return;
            }
            match found {
                Ok(found) => {
                    learn_titles(self.record.titles, &found.titles);
                    self.earlier.set(found.earlier);
                    thread::keeping_place(|| {
                        self.messages.update(|all| found.messages.into_iter().for_each(|row| put(all, row)));
                    });
                }
                Err(fault) => {
                    let locale = self.desk.page.locale.get_untracked();
                    self.desk.toasts.push(shared::i18n::error_sentence(locale, &fault.0), Tone::Danger, None);
                }
            }
        });
    }
}

/// What messages are ordered by.
fn moment(row: &Row) -> (Option<chrono::DateTime<chrono::Utc>>, Uuid) {
    (row.datetime("said_at"), row.id)
}

/// Puts a row in its place; one with the same id is replaced unless it is newer.
fn put(all: &mut Vec<Row>, row: Row) {
    if let Some(old) = all.iter().find(|old| old.id == row.id) {
        if old.version >= row.version {
            return;
        }
        all.retain(|old| old.id != row.id);
    }
    let at = all.partition_point(|other| moment(other) < moment(&row));
    all.insert(at, row);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(id: u128, at: &str, version: i64) -> Row {
        let values = json!({"said_at": format!("2026-11-21T{at}:00Z")}).as_object().cloned().unwrap();
        Row { id: Uuid::from_u128(id), version, values }
    }

    #[test]
    fn messages_stand_in_the_order_of_time_and_come_once() {
        let mut all = Vec::new();
        for (id, at) in [(2, "09:00"), (1, "08:00"), (3, "08:30"), (1, "08:00")] {
            put(&mut all, message(id, at, 1));
        }
        let ids: Vec<u128> = all.iter().map(|row| row.id.as_u128()).collect();
        assert_eq!(ids, [1, 3, 2]);
        put(&mut all, message(3, "10:00", 2));
        assert_eq!(all.last().map(|row| row.id.as_u128()), Some(3));
    }
}
