//! One thing said: by the customer, to the customer, or among colleagues; told apart by colour and by words.

use chrono::{DateTime, Utc};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlImageElement;
use shared::desk::Split;
use shared::post::{Notice, in_words};
use shared::record::rich::escape;
use shared::types::{INLINE_IMAGES, TICKET, TICKET_MESSAGE};
use shared::{Row, format, i18n};
use uuid::Uuid;
use wasm_bindgen_futures::JsFuture;

use super::Ticket;
use super::side::href;
use crate::api::post::send_again;
use crate::context::t;
use crate::ui::{Avatar, Badge, Button, Icon, Menu, MenuItem, Size, Tone};

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
    /// Nothing proves that they did, or it was the desk itself.
    by_mail: bool,
}

/// Who said a message. A letter can come in anybody's name: one that became a note stands under its address alone.
fn by(ticket: Ticket, row: &Row, sort: Sort) -> By {
    if notice(row).is_some_and(|(notice, _)| notice.is_all()) {
        return By { name: t("mail.desk"), by_mail: true };
    }
    let address = row.text("author_email").map(str::to_owned);
    if let Some(name) = address.clone().filter(|_| sort.kind == NOTE.kind) {
        return By { name: Signal::stored(name), by_mail: true };
    }
    let author = row.reference("created_by").filter(|_| sort.kind != INBOUND.kind);
    let named = row.text("author_name").map(str::to_owned).or(address);
    let name = named.or_else(|| author.and_then(|id| untrack(|| ticket.title(id)))).unwrap_or_default();
    By { name: Signal::stored(name), by_mail: false }
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

/// What the customer asked at first.
pub(super) fn description(ticket: Ticket) -> AnyView {
    let row = ticket.row();
    let by = ["requester_name", "requester_email"].into_iter().find_map(|field| row.text(field).map(str::to_owned));
    let named = ["contact_id", "customer_id"].into_iter().find_map(|field| ticket.title(row.reference(field)?));
    let by = By { name: Signal::stored(by.or(named).unwrap_or_default()), by_mail: false };
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
    let text = view! { {line} {text} }.into_any();
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
    view! { <Avatar name=by.name seed=by.name size=Size::Small/> }.into_any()
}

fn moment(ticket: Ticket, at: DateTime<Utc>) -> AnyView {
    let page = ticket.desk.page;
    let exact = move || format::date_time(page.locale.get(), at, &page.zone());
    let shown = move || format::relative(page.locale.get(), at, page.now.get());
    view! { <time class="meta" datetime=at.to_rfc3339() title=exact>{shown}</time> }.into_any()
}

/// The text, of a field of that record; pictures from elsewhere are fetched when asked for, because that tells their sender that
/// one reads. The server fetches them: the sender learns nothing else.
fn said(ticket: Ticket, (record_type, id): (&'static str, Uuid), html: String) -> AnyView {
    let node = NodeRef::<Div>::new();
    let remote = RwSignal::new(html.contains("data-remote-src"));
    let load = move |_| {
        let Some(area) = node.get_untracked() else { return };
        let Ok(found) = area.query_selector_all("img[data-remote-src]") else { return };
        let failed = ticket.desk.page.text_now("desk.picture_failed");
        for place in 0..found.length() {
            if let Some(image) = found.item(place).and_then(|node| node.dyn_into::<HtmlImageElement>().ok()) {
                show_picture(image, format!("/api/pictures/{record_type}/{id}/{place}"), failed.clone());
            }
        }
        remote.set(false);
    };
    view! {
        // The store let through only what is harmless.
        <div class="message-text rich" node_ref=node inner_html=html></div>
        <Show when=move || remote.get()>
            <Button size=Size::Small icon="image" on_click=load>{t("desk.load_pictures")}</Button>
        </Show>
    }
    .into_any()
}

/// Shows the picture at an address, else what is said in its place.
fn show_picture(image: HtmlImageElement, address: String, failed: String) {
    drop(image.remove_attribute("data-remote-src"));
    image.set_src(&address);
    spawn_local(async move {
        if JsFuture::from(image.decode()).await.is_err() {
            image.set_outer_html(&format!("<em class=\"muted\">{}</em>", escape(&failed)));
        }
    });
}

/// How far a mail has come; said where it failed or still waits.
fn delivery(ticket: Ticket, row: &Row) -> Option<AnyView> {
    let page = ticket.desk.page;
    let state = row.text("delivery")?.to_owned();
    let (tone, icon) = match state.as_str() {
        "sent" => (Tone::Neutral, "check"),
        "queued" => (Tone::Info, "clock"),
        _ => (Tone::Danger, "circle-alert"),
    };
    let why = row.text("delivery_error").map(str::to_owned);
    let told = move |why: String| view! { <span class="meta">{move || in_words(page.locale.get(), &why)}</span> };
    let again = matches!(state.as_str(), "failed" | "bounced").then(|| send_again_button(ticket, row.id));
    let label = move || i18n::choice_label(page.locale.get(), &TICKET_MESSAGE, "delivery", &state);
    Some(
        view! {
            <p class="message-delivery">
                <Badge tone icon>{label}</Badge>
                {why.map(told)}
                {again}
            </p>
        }
        .into_any(),
    )
}

/// Sends it once more; the live log tells how far it comes.
fn send_again_button(ticket: Ticket, id: Uuid) -> AnyView {
    let desk = ticket.desk;
    let busy = RwSignal::new(false);
    let send = move |_| {
        busy.set(true);
        spawn_local(async move {
            let locale = desk.page.locale.get_untracked();
            match send_again(id).await {
                Ok(()) => desk.toasts.push(i18n::translate(locale, "mail.sent_again", &[]), Tone::Success, None),
                Err(fault) => desk.toasts.push(i18n::error_sentence(locale, &fault.0), Tone::Danger, None),
            }
            let _ = busy.try_set(false);
        });
    };
    view! { <Button size=Size::Small busy on_click=send>{t("mail.send_again")}</Button> }.into_any()
}

/// Files that came with a message and do not stand in its text.
fn files(ticket: Ticket, row: &Row) -> AnyView {
    let (message, text) = (row.id, row.text("content").unwrap_or_default().to_owned());
    let beside = move |file: &&Row| {
        file.reference("message_id") == Some(message) && !text.contains(&format!("/api/files/{}", file.id))
    };
    let own =
        Memo::new(move |_| ticket.attachments.with(|all| all.iter().filter(&beside).cloned().collect::<Vec<_>>()));
    (move || {
        let files = own.get();
        (!files.is_empty()).then(|| {
            let lines = files.iter().map(|file| view! { <li>{file_link(ticket, file)}</li> }).collect_view();
            view! { <ul class="message-files">{lines}</ul> }
        })
    })
    .into_any()
}

/// Which ticket was made of a message, or of which one it is a part; customers never read it.
fn splits(ticket: Ticket, message: Uuid) -> AnyView {
    let own = Memo::new(move |_| {
        let is_own = |split: &&Split| split.message_id == message;
        ticket.splits.with(|all| all.iter().filter(is_own).cloned().collect::<Vec<_>>())
    });
    let line = move |Split { ticket_id, number, subject, is_from, .. }: Split| {
        let key = if is_from { "desk.split_from" } else { "desk.split_to" };
        let text = move || ticket.desk.page.text_with(key, &[("ticket", &number)]);
        view! {
            <p class="message-split">
                <Icon name="split" size=Size::Small/>
                <a href=href(ticket, ticket_id) title=subject>{text}</a>
            </p>
        }
    };
    (move || own.get().into_iter().map(line).collect_view()).into_any()
}

/// A file, to be opened or saved.
pub(super) fn file_link(ticket: Ticket, file: &Row) -> AnyView {
    let locale = ticket.desk.page.locale.get();
    let name = file.text("name").unwrap_or_default().to_owned();
    let size = file.integer("size").and_then(|bytes| u64::try_from(bytes).ok());
    let size = size.map(|bytes| format::file_size(locale, bytes));
    let href = format!("/api/files/{}", file.id);
    let is_picture = file.text("content_type").is_some_and(|kind| INLINE_IMAGES.contains(&kind));
    let picture = is_picture.then(|| view! { <img src=href.clone() alt="" loading="lazy"/> });
    view! {
        <a class="file" href=href rel="external" target="_blank">
            {picture}
            <Icon name="paperclip" size=Size::Small/>
            <span class="truncate">{name}</span>
            <span class="meta num">{size}</span>
        </a>
    }
    .into_any()
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
