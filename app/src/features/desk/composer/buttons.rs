//! The ways to send.

use leptos::prelude::*;

use crate::context::t;
use crate::features::desk::blocked::is_open;
use crate::features::desk::ticket::Ticket;
use crate::ui::{Button, ButtonKind, Menu, MenuItem};

/// Send, and what else one sends with.
pub(super) fn buttons(ticket: Ticket) -> AnyView {
    let (desk, writing) = (ticket.desk, ticket.writing);
    let label = move || {
        let crossed = ticket.crossed.with(|crossed| !crossed.is_empty()) && !writing.note.get();
        desk.page.text(match (crossed, writing.note.get()) {
            (true, _) => "desk.send_anyway",
            (_, true) => "desk.add_note",
            _ => "desk.send",
        })
    };
    let unsettled = move || ticket.record.row.with(is_open);
    let busy = Signal::derive(move || writing.is_busy());
    let with = move |status: &'static str| move |()| writing.send(ticket, Some(status));
    view! {
        <Show when=unsettled>
            <Menu label=Signal::derive(move || desk.page.text(if writing.note.get() { "desk.note_and" } else { "desk.send_and" })) icon="chevron-up" kind=ButtonKind::Secondary end=true>
                <MenuItem label=t("desk.send_and_wait") icon="hourglass" on_select=with("waiting_customer")/>
                <MenuItem label=t("desk.send_and_third") icon="hourglass" on_select=with("waiting_third_party")/>
                <MenuItem label=t("desk.send_and_open") icon="circle-dot" on_select=with("open")/>
            </Menu>
            <Button busy icon="circle-check" on_click=move |_| writing.send(ticket, Some("solved"))>
                {move || desk.page.text(if writing.note.get() { "desk.note_and_solve" } else { "desk.send_and_solve" })}
            </Button>
        </Show>
        <Button kind=ButtonKind::Primary icon="send" busy on_click=move |_| writing.send(ticket, None)>{label}</Button>
    }
    .into_any()
}
