//! What was said, oldest first, and on demand what changed.

use leptos::html::Div;
use leptos::prelude::*;
use shared::Row;

use super::Ticket;
use super::message::{description, message};
use crate::context::t;
use crate::ui::{Button, ButtonKind, Size, settled};

pub(super) fn thread(ticket: Ticket) -> AnyView {
    let node = NodeRef::<Div>::new();
    to_the_end(ticket, node);
    let is_shown = Memo::new(move |_| !ticket.earlier.get() && is_told_apart(ticket));
    let first = move || is_shown.get().then(|| description(ticket));
    // A message is drawn anew when it has a newer version.
    let identity = |row: &Row| (row.id, row.version);
    let history = ticket.history;
    let label = move || ticket.desk.page.text(if history.get() { "desk.history_hide" } else { "desk.history" });
    view! {
        <div class="ticket-scroll" node_ref=node role="log" aria-live="polite" aria-label=t("desk.conversation") tabindex="0">
            <Show when=move || ticket.earlier.get()>
                <div class="ticket-earlier">
                    <Button busy=ticket.loading size=Size::Small on_click=move |_| ticket.load_earlier()>{t("desk.earlier")}</Button>
                </div>
            </Show>
            {first}
            {settled(view! {
                <For each=move || ticket.messages.get() key=identity let:row>{message(ticket, row)}</For>
            })}
            <div class="ticket-history">
                <Button
                    kind=ButtonKind::Ghost
                    size=Size::Small
                    icon="history"
                    pressed=Signal::derive(move || history.get())
                    on_click=move |_| history.update(|open| *open = !*open)
                >{label}</Button>
                <Show when=move || history.get()>{(ticket.desk.timeline)("ticket", ticket.id)}</Show>
            </div>
        </div>
    }
    .into_any()
}

/// Whether a description says what no message does: of a ticket that came in by mail or form, the
/// customer's first message is the same.
fn is_told_apart(ticket: Ticket) -> bool {
    let description = ticket.record.row.with(|row| row.value("description").clone());
    let is_said = |row: &Row| row.text("direction") == Some("inbound") && *row.value("content") == description;
    !description.is_null() && !ticket.messages.with(|all| all.iter().any(is_said))
}

/// Shows the end at first, and again when something comes while one is at the end.
fn to_the_end(ticket: Ticket, node: NodeRef<Div>) {
    let scroll = move || {
        if let Some(area) = node.try_get_untracked().flatten() {
            area.set_scroll_top(area.scroll_height());
        }
    };
    Effect::new(move |last: Option<Option<uuid::Uuid>>| {
        let area = node.get();
        let newest = ticket.messages.with(|all| all.last().map(|row| row.id));
        let near = area.is_none_or(|area| {
            area.scroll_height() - area.scroll_top() - area.client_height() < area.client_height().max(240)
        });
        if last.is_none() || (last != Some(newest) && near) {
            request_animation_frame(scroll);
        }
        newest
    });
}

impl Ticket {
    /// Shows what was said last, wherever one was: the composer grows over it while one writes.
    pub(in crate::features::desk) fn show_end(self) {
        let area = move || document().query_selector(&format!(".ticket[data-id=\"{}\"] .ticket-scroll", self.id));
        // A frame after the one in which it is drawn: by then the composer is as small as it will be.
        request_animation_frame(move || {
            request_animation_frame(move || {
                if let Some(area) = area().ok().flatten() {
                    area.set_scroll_top(area.scroll_height());
                }
            });
        });
    }
}

/// Runs a change above what one sees; that stays where it is.
pub(super) fn keeping_place(change: impl FnOnce()) {
    let area = || document().query_selector(".ticket-scroll").ok().flatten();
    let below = area().map(|area| area.scroll_height() - area.scroll_top());
    change();
    request_animation_frame(move || {
        if let (Some(area), Some(below)) = (area(), below) {
            area.set_scroll_top(area.scroll_height() - below);
        }
    });
}
