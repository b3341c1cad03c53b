//! Pictures in a text: pasted, dropped or chosen, they become files of the record that the text is of.

use leptos::prelude::*;
use leptos::web_sys::FileList;
use shared::access::Action;
use shared::command::Outcome;
use shared::types::ATTACHMENT;
use uuid::Uuid;

use super::rich_words;
use crate::context::{Page, t};
use crate::record::attachments::{UploadFrom, field_for, picture, upload_place};
use crate::ui::upload::Incoming;
use crate::ui::{Button, ButtonKind, RichEditor, RichText, Size, Toasts, Tone};

/// The text of a record, which takes pictures once that is stored and if it has files.
pub(super) fn text(
    editor: RichEditor,
    label: Signal<String>,
    (record_type, id): (&'static str, Option<Uuid>),
) -> AnyView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let may_add = page.actor().is_some_and(|actor| actor.may(&ATTACHMENT, Action::Create));
    let has_files = may_add && field_for(record_type).is_some();
    if let Some(id) = id.filter(|_| has_files) {
        return with_pictures(editor, label, (record_type, id));
    }
    let why = if has_files { "attachment.save_first" } else { "attachment.no_pictures" };
    let refuse = move |_: FileList| toasts.push(page.text_now(why), Tone::Warning, None);
    view! { <RichText editor words=rich_words() label on_files=refuse/> }.into_any()
}

fn with_pictures(editor: RichEditor, label: Signal<String>, (record_type, id): (&'static str, Uuid)) -> AnyView {
    let (open, incoming) = (RwSignal::new(false), Incoming::none());
    let arrived = Callback::new(move |outcome: Outcome| {
        if let Some(picture) = outcome.rows.first().and_then(picture) {
            editor.insert(&picture);
        }
    });
    let take = move |files: FileList| {
        open.set(true);
        incoming.set(files);
    };
    // The focus stays in the text: an editor in the line is done when it is left.
    let tools = move || {
        view! {
            <span on:mousedown=|event| event.prevent_default()>
                <Button
                    kind=ButtonKind::Ghost
                    size=Size::Small
                    icon="image"
                    label=t("attachment.picture")
                    pressed=Signal::derive(move || open.get())
                    on_click=move |_| open.update(|open| *open = !*open)
                />
            </span>
        }
    };
    view! {
        <RichText editor words=rich_words() label tools on_files=take/>
        <Show when=move || open.get()>
            <div on:mousedown=|event| event.prevent_default()>
                {upload_place(record_type, id, UploadFrom::Text(incoming), arrived)}
            </div>
        </Show>
    }
    .into_any()
}
