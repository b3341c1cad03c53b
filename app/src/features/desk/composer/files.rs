//! Files that go with an answer: sent to the ticket at once, with the message when that is sent.

use leptos::prelude::*;
use shared::command::Outcome;
use uuid::Uuid;

use super::draft::Writing;
use crate::context::t;
use crate::features::desk::ticket::Ticket;
use crate::record::attachments::upload_place;
use crate::ui::{Button, ButtonKind, Icon, Size};

/// The tool that opens the place for files.
pub(super) fn button(open: RwSignal<bool>) -> AnyView {
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=Size::Small
            icon="paperclip"
            label=t("desk.attach")
            on_click=move |_| open.update(|open| *open = !*open)
        />
    }
    .into_any()
}

/// The place for files, while it is open, and the files that will go along; each can be left out.
pub(super) fn place(ticket: Ticket, open: RwSignal<bool>) -> AnyView {
    let Writing { files, .. } = ticket.writing;
    let arrived = Callback::new(move |outcome: Outcome| {
        let Some(row) = outcome.rows.first() else { return };
        let file = (row.id, row.text("name").unwrap_or_default().to_owned());
        drop(files.try_update(|files| files.push(file)));
    });
    view! {
        <Show when=move || files.with(|files| !files.is_empty())>
            <div class="desk-staged" role="group" aria-label=t("attachment._many")>
                {move || files.get().into_iter().map(|file| chosen(ticket, file)).collect_view()}
            </div>
        </Show>
        {move || open.get().then(|| upload_place("ticket", ticket.id, false, arrived))}
    }
    .into_any()
}

fn chosen(ticket: Ticket, (id, name): (Uuid, String)) -> AnyView {
    let Writing { files, .. } = ticket.writing;
    let page = ticket.desk.page;
    let shown = name.clone();
    let label = Signal::derive(move || format!("{} {name}", page.text("ui.action.remove")));
    let remove = move |_| files.update(|files| files.retain(|(other, _)| *other != id));
    view! {
        <span class="badge" data-tone="neutral">
            <Icon name="paperclip"/>
            {shown}
            <button type="button" class="tag-remove" aria-label=label on:click=remove><Icon name="x" size=Size::Small/></button>
        </span>
    }
    .into_any()
}
