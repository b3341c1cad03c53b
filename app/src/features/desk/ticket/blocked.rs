//! What must be solved before a ticket: its head says so until it is.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;

use super::Ticket;
use super::side::{follow, href};
use crate::features::desk::blocked::{blockers, is_open, unsolved};
use crate::features::desk::called::called;
use crate::features::desk::counts::Turns;
use crate::ui::{Icon, Size};

/// The tickets that it waits for, each with the way there; kept current.
pub(super) fn marks(ticket: Ticket) -> AnyView {
    let by = Memo::new(move |_| ticket.record.row.with(blockers));
    let (found, asking) = (RwSignal::new(Vec::<Row>::new()), Turns::new());
    // Not a resource: the page would wait for it.
    Effect::new(move |_| {
        let by = by.get();
        if by.is_empty() {
            return found.set(Vec::new());
        }
        let Some(number) = asking.begin() else { return };
        spawn_local(async move {
            // An answer that a later one has overtaken is dropped.
            if let Ok(rows) = unsolved(&by).await
                && asking.shows(number)
            {
                found.set(rows);
            }
        });
    });
    // Also one that is opened again.
    follow(ticket, found, move |row| untrack(|| by.get()).contains(&row.id));
    let shown = Memo::new(move |_| {
        let by = by.get();
        let blocks = |row: &&Row| by.contains(&row.id) && is_open(row);
        found.with(|found| found.iter().filter(blocks).cloned().collect::<Vec<_>>())
    });
    let mark = move |row: Row| {
        let name = called(&row);
        let subject = row.text("subject").unwrap_or_default().to_owned();
        let text = move || ticket.desk.page.text_with("desk.blocked_by", &[("ticket", &name)]);
        view! {
            <span class="ticket-blocked">
                <Icon name="lock" size=Size::Small/>
                <a class="truncate" href=href(ticket, row.id) title=subject>{text}</a>
            </span>
        }
    };
    (move || shown.get().into_iter().map(mark).collect_view()).into_any()
}
