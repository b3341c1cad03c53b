//! Beside the conversation: who it is for, what else they want, and the ticket's fields.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::live::LiveEvent;
use shared::query::{Filter, ListQuery, Op};
use shared::types::TICKET;
use shared::{Row, i18n};
use uuid::Uuid;

use super::attached::file_link;
use super::helpful::helpful;
use super::opinions::opinions;
use super::{Ticket, is_archived, seed};
use crate::api::records::list_records;
use crate::context::t;
use crate::features::desk::row::status_tone;
use crate::live::Live;
use crate::ui::{Avatar, Icon, Size};

/// Fields that stand in the head or in the conversation.
const ELSEWHERE: &[&str] = &[
    "number",
    "status",
    "priority",
    "queue_id",
    "owner_id",
    "description",
    "due_at",
    "due_clock",
    "sla_state",
    "satisfaction",
];
/// Other tickets of the customer that are shown.
const OTHERS: u32 = 6;

pub(super) fn side(ticket: Ticket) -> AnyView {
    let folded = move || (!ticket.details.get()).then_some("");
    let others = RwSignal::new(Vec::<Row>::new());
    view! {
        <aside class="ticket-side" id=side_id(ticket) aria-label=t("ui.record.fields") data-folded=folded>
            <div class="ticket-facts">
                {requester(ticket, others)}
                {helpful(ticket, others)}
                {opinions(ticket)}
                {files(ticket)}
                {linked_here(ticket)}
                <Show when=move || !ticket.record.gone.get()>{ticket.record.facts(ELSEWHERE)}</Show>
            </div>
        </aside>
    }
    .into_any()
}

fn side_id(ticket: Ticket) -> String {
    format!("ticket-side-{}", ticket.id)
}

/// Shows and hides it where there is no room for it beside the conversation.
pub(super) fn fold(ticket: Ticket) -> AnyView {
    let (page, details) = (ticket.desk.page, ticket.details);
    let label = Signal::derive(move || page.text(if details.get() { "desk.details_hide" } else { "desk.details" }));
    view! {
        <button
            type="button"
            class="button ticket-fold"
            data-kind="ghost"
            data-icon-only=""
            aria-label=label
            title=label
            aria-expanded=move || details.get().to_string()
            aria-controls=side_id(ticket)
            on:click=move |_| details.update(|open| *open = !*open)
        >
            <Icon name="info"/>
        </button>
    }
    .into_any()
}

/// Who wrote in, with ways to reach them, and their other tickets.
fn requester(ticket: Ticket, found: RwSignal<Vec<Row>>) -> AnyView {
    let card = move || {
        let row = ticket.row();
        let titled = |field: &str| {
            let id = row.reference(field)?;
            Some((id, ticket.title(id)?))
        };
        let (customer, contact) = (titled("customer_id"), titled("contact_id"));
        let name = row.text("requester_name").map(str::to_owned);
        let shown = name.clone().or_else(|| contact.as_ref().or(customer.as_ref()).map(|(_, name)| name.clone()));
        let address = ["requester_email", "requester_phone"].into_iter().find_map(|field| row.text(field));
        let shown = shown.or_else(|| address.map(str::to_owned));
        let link = |(id, name): (Uuid, String), plural: &str| view! { <a href=format!("/{plural}/{id}")>{name}</a> };
        let email =
            row.text("requester_email").map(|email| view! { <a href=format!("mailto:{email}")>{email.to_owned()}</a> });
        let phone =
            row.text("requester_phone").map(|phone| view! { <a href=format!("tel:{phone}")>{phone.to_owned()}</a> });
        shown.map(|shown| {
            view! {
                <div class="requester">
                    <Avatar name=shown.clone() seed=seed::requester(&row, &shown) size=Size::Large/>
                    <div class="requester-text">
                        <strong>{shown}</strong>
                        {customer.map(|customer| link(customer, "customers"))}
                        {contact.map(|contact| link(contact, "contacts"))}
                        {email}
                        {phone}
                    </div>
                </div>
            }
        })
    };
    view! {
        <section class="facts-group">
            <h2 class="section-title">{t("ticket.requester_name")}</h2>
            {card}
            {others(ticket, found)}
        </section>
    }
    .into_any()
}

/// Other tickets of the same customer, or of the same address; `found` keeps them.
fn others(ticket: Ticket, found: RwSignal<Vec<Row>>) -> AnyView {
    let asked = Memo::new(move |_| {
        ticket.record.row.with(|row| {
            let same = |field: &str| row.text(field).map(|value| Filter::field(field, Op::Eq, value));
            let (customer, address) = (row.text("customer_id"), row.text("requester_email"));
            customer.and_then(|_| same("customer_id")).or_else(|| address.and_then(|_| same("requester_email")))
        })
    });
    // Not a resource: the page would wait for it.
    Effect::new(move |_| {
        let Some(filter) = asked.get() else { return found.set(Vec::new()) };
        spawn_local(async move {
            let query = ListQuery { filter: Some(filter), limit: OTHERS + 1, ..ListQuery::default() };
            if let Ok(page) = list_records(TICKET.name.into(), query).await {
                let others = page.rows.into_iter().filter(|row| row.id != ticket.id);
                drop(found.try_set(others.collect()));
            }
        });
    });
    let fits = move |row: &Row| match untrack(|| asked.get()) {
        Some(Filter::Field { field, value, .. }) => row.id != ticket.id && *row.value(&field) == value,
        _ => false,
    };
    follow(ticket, found, fits);
    let shown = move || shown_of(&found.get()).iter().map(|row| ticket_line(ticket, row.clone())).collect_view();
    view! {
        <Show when=move || found.with(|found| !found.is_empty())>
            <h3 class="meta">{t("desk.other_tickets")}</h3>
            <ul class="related">{shown}</ul>
        </Show>
    }
    .into_any()
}

/// Those of the requester's other tickets that are shown.
pub(super) fn shown_of(others: &[Row]) -> &[Row] {
    others.get(..OTHERS as usize).unwrap_or(others)
}

/// Keeps tickets beside the open one as they are: those that fit come in, others and those put away go.
pub(super) fn follow(ticket: Ticket, found: RwSignal<Vec<Row>>, fits: impl Fn(&Row) -> bool + 'static) {
    let apply = move |event: &LiveEvent| {
        if found.is_disposed() {
            return;
        }
        let known = |id: Uuid| found.with_untracked(|rows| rows.iter().find(|row| row.id == id).map(|row| row.version));
        match event {
            LiveEvent::Changed { record_type, row, .. } if record_type == TICKET.name => {
                let stays = fits(row) && !is_archived(row);
                match known(row.id) {
                    Some(version) if version >= row.version => {}
                    Some(_) if stays => found.update(|rows| {
                        rows.iter_mut().filter(|old| old.id == row.id).for_each(|old| old.clone_from(row));
                    }),
                    Some(_) => found.update(|rows| rows.retain(|old| old.id != row.id)),
                    None if stays => found.update(|rows| rows.insert(0, row.clone())),
                    None => {}
                }
            }
            LiveEvent::Removed { record_type, id, .. } if record_type == TICKET.name && known(*id).is_some() => {
                found.update(|rows| rows.retain(|old| old.id != *id));
            }
            _ => {}
        }
    };
    ticket.live.with_value(|cursor| Live::take().follow(cursor, apply));
}

/// Tickets that refer to the one shown, whatever way: more are read than are shown of each.
const LINKED: u32 = 100;

/// How other tickets refer to this one, and what they are to it.
const LINKS: [(&str, Op, &str); 3] = [
    ("parent_id", Op::Eq, "desk.linked.parts"),
    ("duplicate_of_id", Op::Eq, "desk.linked.duplicates"),
    ("blocked_by_ids", Op::Contains, "desk.linked.blocks"),
];

/// The tickets that refer to this one: links are seen from both sides.
fn linked_here(ticket: Ticket) -> AnyView {
    let this = ticket.id.to_string();
    let found = RwSignal::new(Vec::<Row>::new());
    // Not a resource: the page would wait for it.
    Effect::new({
        let this = this.clone();
        move |_| {
            let actor = ticket.desk.page.actor();
            let sees = |name: &str| actor.as_ref().zip(TICKET.field(name)).is_some_and(|(a, f)| a.sees(&TICKET, f));
            let links = LINKS.iter().filter(|(field, ..)| sees(field));
            let links: Vec<Filter> = links.map(|(field, op, _)| Filter::field(field, *op, this.clone())).collect();
            let query = ListQuery { filter: Some(Filter::Any(links)), limit: LINKED, ..ListQuery::default() };
            spawn_local(async move {
                if let Ok(page) = list_records(TICKET.name.into(), query).await {
                    drop(found.try_set(page.rows));
                }
            });
        }
    });
    let me = this.clone();
    follow(ticket, found, move |row| LINKS.iter().any(|(field, ..)| names(row, field, &me)));
    let group = move |(field, _, heading): (&'static str, Op, &'static str)| {
        let this = this.clone();
        let refers = move |row: &&Row| names(row, field, &this);
        let lines = move || {
            let rows: Vec<Row> =
                found.with(|rows| rows.iter().filter(&refers).take(OTHERS as usize).cloned().collect());
            (!rows.is_empty()).then(|| {
                view! {
                    <section class="facts-group">
                        <h2 class="section-title">{t(heading)}</h2>
                        <ul class="related">{rows.into_iter().map(|row| ticket_line(ticket, row)).collect_view()}</ul>
                    </section>
                }
            })
        };
        lines.into_any()
    };
    LINKS.map(group).collect_view().into_any()
}

/// Whether a ticket refers to one by a field.
fn names(row: &Row, field: &str, id: &str) -> bool {
    match row.value(field) {
        Value::Array(ids) => ids.iter().any(|other| other == id),
        other => other == id,
    }
}

/// The address at which another ticket is opened instead.
pub(super) fn href(ticket: Ticket, id: Uuid) -> String {
    let address = ticket.desk.address;
    if address.is_alone() { format!("/tickets/{id}") } else { untrack(|| address.ticket_href(id)) }
}

/// Another ticket, to be opened instead.
pub(super) fn ticket_line(ticket: Ticket, row: Row) -> AnyView {
    let desk = ticket.desk;
    let id = row.id;
    let status = row.text("status").unwrap_or("new").to_owned();
    let tone = status_tone(&status);
    let label = move || i18n::choice_label(desk.page.locale.get(), &TICKET, "status", &status);
    view! {
        <li>
            <a class="related-item" href=href(ticket, id)>
                <span class="num meta">{row.text("number").unwrap_or_default().to_owned()}</span>
                <span class="truncate">{row.text("subject").unwrap_or_default().to_owned()}</span>
                <span class="badge" data-tone=tone>{label}</span>
            </a>
        </li>
    }
    .into_any()
}

/// Whether a file stands in what was said, as far as that is here; tracked.
fn stands_in_text(ticket: Ticket, file: &Row) -> bool {
    let address = format!("/api/files/{}", file.id);
    let names_it = |row: &Row, field: &str| row.text(field).is_some_and(|text| text.contains(&address));
    ticket.record.row.with(|row| names_it(row, "description"))
        || ticket.messages.with(|all| all.iter().any(|row| names_it(row, "content")))
}

/// Files of the ticket; those that wait for an answer to go with are shown there, and what stands in a text is seen in it.
fn files(ticket: Ticket) -> AnyView {
    let sent = Memo::new(move |_| {
        let is_elsewhere = |file: &Row| ticket.writing.holds(file.id) || stands_in_text(ticket, file);
        ticket.attachments.with(|all| all.iter().filter(|file| !is_elsewhere(file)).cloned().collect::<Vec<_>>())
    });
    let some = Memo::new(move |_| sent.with(|files| !files.is_empty()));
    let lines = move || sent.get().iter().map(|file| view! { <li>{file_link(ticket, file)}</li> }).collect_view();
    view! {
        <Show when=move || some.get()>
            <section class="facts-group">
                <h2 class="section-title">{t("attachment._many")}</h2>
                <ul class="message-files">{lines}</ul>
            </section>
        </Show>
    }
    .into_any()
}
