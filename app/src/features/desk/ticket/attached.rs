//! What belongs to a message besides its text: files, and tickets that were made of it.

use leptos::prelude::*;
use shared::desk::Split;
use shared::types::INLINE_IMAGES;
use shared::{Row, format};
use uuid::Uuid;

use super::Ticket;
use super::side::href;
use crate::ui::{Icon, Size};

/// Files that came with a message and do not stand in its text.
pub(super) fn files(ticket: Ticket, row: &Row) -> AnyView {
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
pub(super) fn splits(ticket: Ticket, message: Uuid) -> AnyView {
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
