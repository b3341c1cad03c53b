//! Files that go with an answer: uploaded to the ticket at once, sent with the message.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::File;
use shared::i18n;
use uuid::Uuid;

use super::draft::Writing;
use crate::context::t;
use crate::features::desk::ticket::Ticket;
use crate::features::desk::upload::upload;
use crate::ui::{Button, ButtonKind, Icon, Size, Tone};

/// The tool that asks for files.
pub(super) fn button(ticket: Ticket) -> AnyView {
    let input = NodeRef::<Input>::new();
    let busy = RwSignal::new(0_u32);
    let ask = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let Some(files) = input.files() else { return };
        for file in (0..files.length()).filter_map(|at| files.item(at)) {
            add(ticket, file, busy);
        }
        input.set_value("");
    };
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=Size::Small
            icon="paperclip"
            label=t("desk.attach")
            busy=Signal::derive(move || busy.get() > 0)
            on_click=ask
        />
        <input node_ref=input type="file" multiple hidden aria-label=t("desk.attach") on:change=chosen/>
    }
    .into_any()
}

fn add(ticket: Ticket, file: File, busy: RwSignal<u32>) {
    let (desk, writing) = (ticket.desk, ticket.writing);
    busy.update(|n| *n += 1);
    spawn_local(async move {
        let result = upload("ticket", ticket.id, &file).await;
        busy.try_update(|n| *n -= 1);
        match result {
            Ok(id) => drop(writing.files.try_update(|files| files.push((id, file.name())))),
            Err(error) => {
                let text = i18n::error_sentence(desk.page.locale.get_untracked(), &error);
                desk.toasts.push(format!("{}: {text}", file.name()), Tone::Danger, None);
            }
        }
    });
}

/// The files that will go along; each can be left out.
pub(super) fn chosen(ticket: Ticket) -> AnyView {
    let Writing { files, .. } = ticket.writing;
    let page = ticket.desk.page;
    let one = move |(id, name): (Uuid, String)| {
        let shown = name.clone();
        let label = Signal::derive(move || format!("{} {name}", page.text("ui.action.remove")));
        view! {
            <span class="badge" data-tone="neutral">
                <Icon name="paperclip"/>
                {shown}
                <button
                    type="button"
                    class="tag-remove"
                    aria-label=label
                    on:click=move |_| files.update(|files| files.retain(|(other, _)| *other != id))
                >
                    <Icon name="x" size=Size::Small/>
                </button>
            </span>
        }
    };
    view! {
        <Show when=move || files.with(|files| !files.is_empty())>
            <div class="desk-staged" role="group" aria-label=t("attachment._many")>
                {move || files.get().into_iter().map(one).collect_view()}
            </div>
        </Show>
    }
    .into_any()
}
