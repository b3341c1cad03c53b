//! The files of a record: seen, added and removed. The code comes when a record that has files is shown.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::access::{Action, Holder};
use shared::command::{Change, Command, Outcome};
use shared::format::file_size;
use shared::i18n::{error_sentence, translate};
use shared::query::{Filter, ListQuery, Op, Page as Found};
use shared::record::Kind;
use shared::record::rich::escape;
use shared::types::{ATTACHMENT, Attachment, INLINE_IMAGES};
use shared::{Error, RecordDef, Row};
use uuid::Uuid;

use crate::acting::{send, undo_then};
use crate::api::records::list_records;
use crate::chunk;
use crate::context::{Page, t};
use crate::record::list::address::list_address;
use crate::ui::{Button, ButtonKind, Icon, Size, Toasts, Tone, Upload, UploadWords, upload::Incoming};

/// Files that are shown; the rest is one click away.
const SHOWN: u32 = 50;

chunk! {
    part fn files_of(record_type: &'static str, id: Uuid, may_add: bool) in attachments { files(record_type, id, may_add) }
}

/// The field by which attachments refer to a type, if they do.
pub(super) fn field_for(record_type: &str) -> Option<&'static str> {
    ATTACHMENT
        .fields
        .iter()
        .find(|field| matches!(field.kind, Kind::Reference(name) if name == record_type))
        .map(|f| f.name)
}

/// The files of a record, for types that can have some and for those who may see them.
pub fn attachments(def: &'static RecordDef, id: Uuid, may_update: bool) -> Option<AnyView> {
    let actor = Page::take().actor()?;
    if field_for(def.name).is_none() || !actor.may(&ATTACHMENT, Action::Read) {
        return None;
    }
    let may_add = actor.may(&ATTACHMENT, Action::Create) && (may_update || def.name == "ticket");
    // In the browser only, and after the page itself.
    let here = RwSignal::new(false);
    Effect::new(move |_| here.set(true));
    Some((move || here.get().then(|| files_of::view(def.name, id, may_add))).into_any())
}

/// Where the files come from besides.
#[derive(Clone, Copy)]
pub enum UploadFrom {
    /// Pictures are pasted anywhere on the page.
    Page,
    /// Files are pasted or dropped into a text.
    Text(Incoming),
}

/// A place for files of a record, which tells of each that has arrived.
pub fn upload_place(record_type: &'static str, id: Uuid, from: UploadFrom, on_done: Callback<Outcome>) -> AnyView {
    let page = Page::take();
    let words = UploadWords {
        choose: t("attachment.choose"),
        hint: t("attachment.hint"),
        cancel: t("ui.action.cancel"),
        dismiss: t("ui.action.close"),
    };
    let explain = move |error: Error| error_sentence(page.locale.get(), &error);
    let to = Signal::stored(format!("/api/files/{record_type}/{id}"));
    let max = page.file_max;
    match from {
        UploadFrom::Page => view! { <Upload to words max pasting=true explain on_done/> }.into_any(),
        UploadFrom::Text(incoming) => view! { <Upload to words max incoming explain on_done/> }.into_any(),
    }
}

/// A file that has arrived, as it stands in a text if it is a picture.
pub fn picture(file: &Row) -> Option<String> {
    let attachment = Attachment(&file.values);
    let name = escape(attachment.name().unwrap_or_default());
    let shown = INLINE_IMAGES.contains(&attachment.content_type().unwrap_or_default());
    shown.then(|| format!("<img src=\"/api/files/{}\" alt=\"{name}\">", file.id))
}

/// What the list and its lines share; cheap to copy.
#[derive(Clone, Copy)]
struct Files {
    page: Page,
    toasts: Toasts,
    field: &'static str,
    id: Uuid,
    found: RwSignal<Option<Found>>,
}

impl Files {
    fn condition(self) -> Filter {
        Filter::field(self.field, Op::Eq, self.id.to_string())
    }

    fn load(self) {
        let query = ListQuery { filter: Some(self.condition()), limit: SHOWN, count: true, ..ListQuery::default() };
        spawn_local(async move {
            if let Ok(page) = list_records(ATTACHMENT.name.to_owned(), query).await {
                self.found.try_set(Some(page));
            }
        });
    }

    fn tell(self, key: &str, name: &str, change_set: Uuid) {
        let text = translate(self.page.locale.get_untracked(), key, &[("name", name)]);
        let undo = undo_then(self.page, self.toasts, change_set, move || self.load());
        self.toasts.push(text, Tone::Success, Some(undo));
    }

    /// Shows files that have just arrived.
    fn arrived(self, outcome: &Outcome) {
        let name = outcome.rows.first().and_then(|row| row.text("name")).unwrap_or_default();
        self.tell("attachment.added", name, outcome.change_set);
        self.load();
    }

    fn remove(self, row: &Row) {
        let name = row.text("name").unwrap_or_default().to_owned();
        let command = Command::one(ATTACHMENT.name, Change::Delete { id: row.id });
        spawn_local(async move {
            match send(command).await {
                Ok(outcome) => self.tell("attachment.removed", &name, outcome.change_set),
                Err(error) => {
                    let locale = self.page.locale.try_get_untracked().unwrap_or_default();
                    self.toasts.push(error_sentence(locale, &error), Tone::Danger, None);
                }
            }
            self.load();
        });
    }
}

fn files(record_type: &'static str, id: Uuid, may_add: bool) -> AnyView {
    let Some(field) = field_for(record_type) else { return ().into_any() };
    let files = Files { page: Page::take(), toasts: Toasts::take(), field, id, found: RwSignal::new(None) };
    files.load();
    let count = move || files.found.with(|found| found.as_ref().and_then(|found| found.total));
    let list = move || files.found.get().map(|found| list(files, found));
    let arrived = Callback::new(move |outcome: Outcome| files.arrived(&outcome));
    view! {
        <section class="facts-group" data-related=ATTACHMENT.plural>
            <h2 class="section-title">{t("attachment._many")}<span class="count">{count}</span></h2>
            {list}
            {may_add.then(|| upload_place(record_type, id, UploadFrom::Page, arrived))}
        </section>
    }
    .into_any()
}

fn list(files: Files, found: Found) -> AnyView {
    let shown = i64::try_from(found.rows.len()).unwrap_or_default();
    let all = found.total.filter(|total| *total > shown).map(|_| {
        let address = list_address(&ATTACHMENT, vec![files.condition()]);
        view! { <li><a class="related-item" href=address>{t("ui.action.show_all")}</a></li> }
    });
    let lines = found.rows.into_iter().map(|row| line(files, row)).collect_view();
    view! { <ul class="attachments">{lines}{all}</ul> }.into_any()
}

fn line(files: Files, row: Row) -> AnyView {
    let Files { page, .. } = files;
    let attachment = Attachment(&row.values);
    let name = attachment.name().unwrap_or_default().to_owned();
    let content_type = attachment.content_type().unwrap_or_default().to_owned();
    let size = attachment.size().and_then(|size| u64::try_from(size).ok());
    let size = size.map(|size| move || file_size(page.locale.get(), size));
    let address = format!("/api/files/{}", row.id);
    let picture = INLINE_IMAGES.contains(&content_type.as_str());
    let mark = if picture {
        view! { <img class="attachment-mark" src=address.clone() alt="" loading="lazy" decoding="async"/> }.into_any()
    } else {
        view! { <span class="attachment-mark"><Icon name=icon(&content_type)/></span> }.into_any()
    };
    let deletable = page.actor().is_some_and(|actor| actor.holds(&ATTACHMENT, Action::Delete, &Holder::of(&row)));
    let label = Signal::derive({
        let name = name.clone();
        move || page.text_with("attachment.remove", &[("name", &name)])
    });
    view! {
        <li>
            <a
                class="attachment"
                href=address
                rel="external noopener"
                target=picture.then_some("_blank")
                download=(!picture).then(|| name.clone())
            >
                {mark}
                <span class="truncate">{name.clone()}</span>
                <span class="meta">{size}</span>
            </a>
            {deletable.then(|| view! {
                <Button kind=ButtonKind::Ghost size=Size::Small icon="trash-2" label on_click=move |_| files.remove(&row)/>
            })}
        </li>
    }
    .into_any()
}

/// What a file is, at a glance.
fn icon(content_type: &str) -> &'static str {
    match content_type {
        "application/pdf" | "application/msword" | "application/rtf" | "text/plain" => "file-text",
        "text/csv" => "file-spreadsheet",
        _ if content_type.starts_with("image/") => "image",
        _ if content_type.starts_with("video/") || content_type.starts_with("audio/") => "play",
        _ if content_type.contains("spreadsheet") || content_type.contains("excel") => "file-spreadsheet",
        _ if content_type.contains("wordprocessing") || content_type.contains("opendocument.text") => "file-text",
        _ if content_type.contains("zip") || content_type.contains("compressed") || content_type.contains("tar") => {
            "package"
        }
        _ => "file",
    }
}
