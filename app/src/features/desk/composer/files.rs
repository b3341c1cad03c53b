//! Files that go with an answer: sent to the ticket at once, with the message when that is sent. Pictures that are pasted or
//! dropped into the text stand in it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::FileList;
use shared::command::{Change, Command, Outcome};
use shared::i18n;
use shared::types::{ATTACHMENT, Attachment};
use uuid::Uuid;

use super::draft::Writing;
use crate::acting::send;
use crate::context::t;
use crate::features::desk::ticket::Ticket;
use crate::record::attachments::{UploadFrom, picture, upload_place};
use crate::ui::upload::Incoming;
use crate::ui::{Button, ButtonKind, Icon, Size, Tone};

/// The files of a composer; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Attaching {
    open: RwSignal<bool>,
    incoming: Incoming,
    /// Names of files under way that came into the text.
    in_text: StoredValue<Vec<String>>,
}

impl Attaching {
    pub(super) fn new() -> Self {
        Self { open: RwSignal::new(false), incoming: Incoming::none(), in_text: StoredValue::new(Vec::new()) }
    }

    /// Takes what was pasted or dropped into the text.
    pub(super) fn take(self, files: FileList) {
        let names = (0..files.length()).filter_map(|at| files.get(at)).map(|file| file.name());
        self.in_text.update_value(|all| all.extend(names));
        self.open.set(true);
        self.incoming.set(files);
    }

    /// A file has arrived: a picture goes where the caret is if it came into the text.
    fn arrived(self, writing: Writing, outcome: &Outcome) {
        let Some(row) = outcome.rows.first() else { return };
        let attachment = Attachment(&row.values);
        let name = attachment.name().unwrap_or_default();
        let came_in = self.in_text.try_update_value(|all| {
            let at = all.iter().position(|other| other == name);
            at.map(|at| all.remove(at))
        });
        if writing.files.try_update(|files| files.push((row.id, name.to_owned()))).is_none() {
            return;
        }
        if came_in.flatten().is_some()
            && let Some(picture) = picture(row)
        {
            writing.editor.insert(&picture);
        }
    }
}

/// The tool that opens the place for files.
pub(super) fn button(Attaching { open, .. }: Attaching) -> AnyView {
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=Size::Small
            icon="paperclip"
            label=t("desk.attach")
            pressed=Signal::derive(move || open.get())
            on_click=move |_| open.update(|open| *open = !*open)
        />
    }
    .into_any()
}

/// The place for files, while it is open, and the files that will go along; each can be left out.
pub(super) fn place(ticket: Ticket, attaching: Attaching) -> AnyView {
    let (writing, open) = (ticket.writing, attaching.open);
    let arrived = Callback::new(move |outcome: Outcome| attaching.arrived(writing, &outcome));
    // Closed it goes on sending.
    let opened = Memo::new(move |before: Option<&bool>| before == Some(&true) || open.get());
    let from = UploadFrom::Text(attaching.incoming);
    view! {
        {move || beside(ticket)}
        <Show when=move || opened.get()>
            <div hidden=move || !open.get()>{upload_place("ticket", ticket.id, from, arrived)}</div>
        </Show>
    }
    .into_any()
}

/// The files that do not stand in the text.
fn beside(ticket: Ticket) -> Option<AnyView> {
    let Writing { files, text, .. } = ticket.writing;
    let mut shown = files.get();
    text.with(|text| shown.retain(|(id, _)| !text.contains(&id.to_string())));
    (!shown.is_empty()).then(|| {
        view! {
            <div class="desk-staged" role="group" aria-label=t("attachment._many")>
                {shown.into_iter().map(|file| chosen(ticket, file)).collect_view()}
            </div>
        }
        .into_any()
    })
}

fn chosen(ticket: Ticket, (id, name): (Uuid, String)) -> AnyView {
    let Writing { files, .. } = ticket.writing;
    let page = ticket.desk.page;
    let shown = name.clone();
    let label = Signal::derive(move || format!("{} {name}", page.text("ui.action.remove")));
    // Nobody sees it before it is sent, so it is simply gone.
    let remove = move |_| {
        files.update(|files| files.retain(|(other, _)| *other != id));
        ticket.attachments.update(|all| all.retain(|row| row.id != id));
        spawn_local(async move {
            if let Err(error) = send(Command::one(ATTACHMENT.name, Change::Delete { id })).await {
                let text = i18n::error_message(page.locale.get_untracked(), &error);
                ticket.desk.toasts.push(text, Tone::Danger, None);
            }
        });
    };
    view! {
        <span class="badge" data-tone="neutral">
            <Icon name="paperclip"/>
            {shown}
            <button type="button" class="tag-remove" aria-label=label on:click=remove><Icon name="x" size=Size::Small/></button>
        </span>
    }
    .into_any()
}
