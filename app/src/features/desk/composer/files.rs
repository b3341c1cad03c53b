//! Files that go with an answer: sent to the ticket at once, with the message when that is sent. Pictures that are pasted or
//! dropped into the text stand in it.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{FileList, HtmlElement};
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
    /// The place for files, once there is one.
    place: NodeRef<Div>,
    incoming: Incoming,
    /// Names of files under way that came into the text.
    in_text: StoredValue<Vec<String>>,
}

impl Attaching {
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            place: NodeRef::new(),
            incoming: Incoming::none(),
            in_text: StoredValue::new(Vec::new()),
        }
    }

    /// Asks for files, and shows the place where they can be dropped, too.
    fn choose(self) {
        self.open.set(true);
        match self.input() {
            Some(input) => input.click(),
            // Before the first press there is no place yet. A frame later there is, and the press still counts.
            None => request_animation_frame(move || {
                if let Some(input) = self.input() {
                    input.click();
                }
            }),
        }
    }

    /// What asks for files.
    fn input(self) -> Option<HtmlElement> {
        self.place.try_get_untracked().flatten()?.query_selector("input[type=file]").ok().flatten()?.dyn_into().ok()
    }

    /// The place goes with the last of its files: with the answer, or when it is left out.
    fn close_after(self, writing: Writing) {
        Effect::new(move |had: Option<bool>| {
            let has = writing.files.with(|files| !files.is_empty());
            if had == Some(true) && !has {
                self.open.set(false);
            }
            has
        });
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

/// The tool that asks for files.
pub(super) fn button(attaching: Attaching) -> AnyView {
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=Size::Small
            icon="paperclip"
            label=t("desk.attach")
            on_click=move |_| attaching.choose()
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
    attaching.close_after(writing);
    view! {
        {move || beside(ticket)}
        <Show when=move || opened.get()>
            <div node_ref=attaching.place hidden=move || !open.get()>{upload_place("ticket", ticket.id, from, arrived)}</div>
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
                let text = i18n::error_sentence(page.locale.get_untracked(), &error);
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
