//! One thing said: by the customer, to the customer, or among colleagues; told apart by colour and by words.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::post::{Missing, Notice};
use shared::types::{TICKET, TICKET_MESSAGE};
use shared::{Row, format};
use uuid::Uuid;

use super::Ticket;
use super::attached::{files, splits};
use super::delivery::delivery;
use super::said::said;
use super::seed;
use crate::context::t;
use crate::ui::{Avatar, Icon, Menu, MenuItem, Size, Tone};

/// What a message is, with its icon and the label that says so.
#[derive(Clone, Copy)]
struct Sort {
    kind: &'static str,
    icon: &'static str,
    label: &'static str,
}

const INBOUND: Sort = Sort { kind: "inbound", icon: "message-circle", label: "desk.from_customer" };
const REPLY: Sort = Sort { kind: "reply", icon: "reply", label: "desk.public_reply" };
const NOTE: Sort = Sort { kind: "note", icon: "sticky-note", label: "desk.internal_note" };

fn sort_of(row: &Row) -> Sort {
    match (row.text("kind"), row.text("direction")) {
        (Some("note"), _) => NOTE,
        (_, Some("inbound")) => INBOUND,
        _ => REPLY,
    }
}

/// Who said something.
struct By {
    name: Signal<String>,
    /// What gives the face its colour.
    seed: String,
    /// Nothing proves that they did, or it was the desk itself.
    by_mail: bool,
}

/// Who said a message. A letter can come in anybody's name: one that became a note stands under its address alone.
fn by(ticket: Ticket, row: &Row, sort: Sort) -> By {
    if notice(row).is_some_and(|(notice, _)| notice.is_all()) {
        return By { name: t("mail.desk"), seed: String::new(), by_mail: true };
    }
    let address = row.text("author_email").map(str::to_owned);
    if let Some(name) = address.clone().filter(|_| sort.kind == NOTE.kind) {
        return By { name: Signal::stored(name), seed: String::new(), by_mail: true };
    }
    let is_inbound = sort.kind == INBOUND.kind;
    let author = row.reference("created_by").filter(|id| !is_inbound && !id.is_nil());
    let signed = row.text("author_name").map(str::to_owned).or(address);
    let called = author.and_then(|id| untrack(|| ticket.title(id)));
    let colleague = seed::colleague(author, signed.as_deref(), called.as_deref());
    let name = signed.or(called).unwrap_or_default();
    let seed = ticket.record.row.with_untracked(|asked| match colleague {
        Some(id) => id.to_string(),
        None if is_inbound && seed::is_requester(asked, row) => seed::requester(asked, &name),
        None => name.clone(),
    });
    By { name: Signal::stored(name), seed, by_mail: false }
}

/// What a note that mail left is about, and what went wrong. What the desk itself says is only believed of what it wrote.
fn notice(row: &Row) -> Option<(Notice, &str)> {
    let found = row.text("notice").filter(|_| row.text("kind") == Some(NOTE.kind)).and_then(Notice::of)?;
    let by_nobody = row.reference("created_by").is_none_or(|id| id.is_nil());
    (by_nobody || !found.0.is_all()).then_some(found)
}

/// The same in words, which follow the language.
fn notice_line(ticket: Ticket, row: &Row) -> Option<AnyView> {
    let (notice, why) = notice(row).map(|(notice, why)| (notice, why.to_owned()))?;
    let address = row.text("author_email").or_else(|| row.text("author_name")).unwrap_or("?").to_owned();
    let told = move || notice.told(ticket.desk.page.locale.get(), &why, &address);
    let class = if notice.is_all() { "message-text" } else { "meta" };
    Some(view! { <p class=class>{told}</p> }.into_any())
}

/// From whose ticket it came, where that was somebody else's: this customer does not see it.
fn apart_line(ticket: Ticket, row: &Row) -> Option<AnyView> {
    let number = row.text("apart_from")?.to_owned();
    let told = move || ticket.desk.page.text_with("desk.apart_from", &[("number", &number)]);
    Some(view! { <p class="meta">{told}</p> }.into_any())
}

/// What of a letter is not in the message, which the desk says outside the customer's words; in words that follow the language.
fn missing_lines(ticket: Ticket, row: &Row) -> Option<AnyView> {
    let missing = Some(Missing::of(&row.values)).filter(|missing| *missing != Missing::default())?;
    let told = move || {
        let lines = missing.told(ticket.desk.page.locale.get()).into_iter();
        lines.map(|line| view! { <p class="meta">{line}</p> }).collect_view()
    };
    Some(told.into_any())
}

/// What the customer asked at first.
pub(super) fn description(ticket: Ticket) -> AnyView {
    let row = ticket.row();
    let by = ["requester_name", "requester_email"].into_iter().find_map(|field| row.text(field).map(str::to_owned));
    let named = ["contact_id", "customer_id"].into_iter().find_map(|field| ticket.title(row.reference(field)?));
    let name = by.or(named).unwrap_or_default();
    let by = By { seed: seed::requester(&row, &name), name: Signal::stored(name), by_mail: false };
    let html = row.text("description").unwrap_or_default().to_owned();
    let at = row.datetime("received_at").or_else(|| row.datetime("created_at"));
    let menu = menu(ticket, INBOUND, html.clone(), || ().into_any());
    let text = said(ticket, (TICKET.name, row.id), html);
    frame(ticket, INBOUND, None, by, at, text, menu, ().into_any())
}

/// One message.
pub(super) fn message(ticket: Ticket, row: Row) -> AnyView {
    let sort = sort_of(&row);
    let by = by(ticket, &row, sort);
    let html = row.text("content").unwrap_or_default().to_owned();
    let end = view! { {delivery(ticket, &row)} {files(ticket, &row)} {splits(ticket, row.id)} }.into_any();
    let menu = menu(ticket, sort, html.clone(), {
        let row = StoredValue::new(row.clone());
        move || acts(ticket, row)
    });
    let line = notice_line(ticket, &row);
    // What the desk says is kept in one language, and told in the reader's.
    let text = (!notice(&row).is_some_and(|(notice, _)| notice.is_all()))
        .then(|| said(ticket, (TICKET_MESSAGE.name, row.id), html));
    let text = view! { {apart_line(ticket, &row)} {line} {text} {missing_lines(ticket, &row)} }.into_any();
    frame(ticket, sort, Some(row.id), by, row.datetime("said_at"), text, menu, end)
}

#[expect(clippy::too_many_arguments, reason = "the parts of a message")]
fn frame(
    ticket: Ticket,
    sort: Sort,
    id: Option<Uuid>,
    by: By,
    at: Option<DateTime<Utc>>,
    text: AnyView,
    menu: AnyView,
    end: AnyView,
) -> AnyView {
    let marked = move |set: RwSignal<std::collections::BTreeSet<Uuid>>| {
        move || id.is_some_and(|id| set.with(|set| set.contains(&id))).then_some("")
    };
    let face = face(&by);
    view! {
        <article
            class="message"
            data-kind=sort.kind
            data-id=id.map(|id| id.to_string())
            data-new=marked(ticket.fresh)
            data-crossed=marked(ticket.crossed)
        >
            <header class="message-head">
                {face}
                <strong class="truncate">{by.name}</strong>
                <span class="message-sort"><Icon name=sort.icon size=Size::Small/>{t(sort.label)}</span>
                <span class="spacer"></span>
                {at.map(|at| moment(ticket, at))}
                {menu}
            </header>
            {text}
            {end}
        </article>
    }
    .into_any()
}

/// Whom one sees: for what nothing proves only how it came.
fn face(by: &By) -> AnyView {
    if by.by_mail {
        return view! { <Icon name="mail"/> }.into_any();
    }
    view! { <Avatar name=by.name seed=by.seed.clone() size=Size::Small/> }.into_any()
}

fn moment(ticket: Ticket, at: DateTime<Utc>) -> AnyView {
    let page = ticket.desk.page;
    let exact = move || format::date_time(page.locale.get(), at, &page.zone());
    let shown = move || format::relative(page.locale.get(), at, page.now.get());
    view! { <time class="meta" datetime=at.to_rfc3339() title=exact>{shown}</time> }.into_any()
}

fn menu(ticket: Ticket, sort: Sort, text: String, more: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    if !ticket.record.may_update {
        return ().into_any();
    }
    let (text, more) = (StoredValue::new(text), StoredValue::new(more));
    let quote = move |()| {
        let (desk, writing) = (ticket.desk, ticket.writing);
        if sort.kind == NOTE.kind && !writing.note.get_untracked() {
            // What is written goes to the customer, who would read it there.
            if writing.is_begun() {
                return desk.toasts.push(desk.say("desk.quote_in_note", &[]), Tone::Warning, None);
            }
            writing.note.set(true);
        }
        text.with_value(|text| writing.editor.quote(text));
    };
    view! {
        <Show when=move || !ticket.record.gone.get()>
            <Menu label=t("ui.action.more") size=Size::Small end=true>
                <MenuItem label=t("desk.quote") icon="quote" on_select=quote/>
                {more.with_value(|more| more())}
            </Menu>
        </Show>
    }
    .into_any()
}

/// What else is done with a message.
fn acts(ticket: Ticket, row: StoredValue<Row>) -> AnyView {
    let is_own_note = |row: &Row| row.text("kind") == Some("note") && row.reference("created_by") == ticket.desk.me();
    let (id, own_note) = row.with_value(|row| (row.id, is_own_note(row)));
    let split = move |()| ticket.desk.split(ticket.id, id);
    view! {
        <MenuItem label=t("desk.split") icon="split" on_select=split/>
        {own_note.then(|| view! {
            <MenuItem label=t("desk.remove_note") icon="trash-2" on_select=move |()| ticket.desk.remove_note(id)/>
        })}
    }
    .into_any()
}
