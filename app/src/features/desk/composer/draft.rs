//! What is being written, kept on this device until it is sent.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared::record::Values;
use uuid::Uuid;

use super::solving::Inserted;
use crate::features::desk::ticket::Ticket;
use crate::ui::RichEditor;

/// What is being written for a ticket; cheap to copy.
#[derive(Clone, Copy)]
pub(in crate::features::desk) struct Writing {
    /// The ticket.
    id: Uuid,
    pub(in crate::features::desk) editor: RichEditor,
    /// What stands in the editor, as HTML.
    pub(super) text: RwSignal<String>,
    /// For colleagues only.
    pub(in crate::features::desk) note: RwSignal<bool>,
    /// Some of the text was written or quoted for colleagues only, whoever it is for now.
    pub(super) inside: RwSignal<bool>,
    /// Fields of the ticket that change along.
    pub(super) staged: RwSignal<Values>,
    /// Files that go with it, by id and name.
    pub(super) files: RwSignal<Vec<(Uuid, String)>>,
    /// Articles that were put into it.
    pub(super) articles: RwSignal<Vec<Inserted>>,
    /// Mailed, though the ticket came in by a way by which answers are not.
    pub(super) by_mail: RwSignal<bool>,
    pub(super) sending: RwSignal<bool>,
    /// Before it is sent, one is asked whether that is meant.
    pub(super) asking: RwSignal<bool>,
    pub(super) error: RwSignal<Option<String>>,
    /// The last message that stood there when one began to write.
    pub(super) seen: StoredValue<Option<Uuid>>,
    /// Id of the message to come: sent again after a lost answer it is the same message.
    pub(super) message_id: StoredValue<Uuid>,
}

/// The draft as kept on the device.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    text: String,
    pub(super) note: bool,
    inside: bool,
    staged: Values,
    pub(super) files: Vec<(Uuid, String)>,
    articles: Vec<Inserted>,
    pub(super) by_mail: bool,
    seen: Option<Uuid>,
}

impl Writing {
    pub(in crate::features::desk) fn new(id: Uuid) -> Self {
        let text = RwSignal::new(String::new());
        Self {
            id,
            editor: RichEditor::new(text),
            text,
            note: RwSignal::new(false),
            inside: RwSignal::new(false),
            staged: RwSignal::new(Values::new()),
            files: RwSignal::new(Vec::new()),
            articles: RwSignal::new(Vec::new()),
            by_mail: RwSignal::new(false),
            sending: RwSignal::new(false),
            asking: RwSignal::new(false),
            error: RwSignal::new(None),
            seen: StoredValue::new(None),
            message_id: StoredValue::new(Uuid::nil()),
        }
    }

    /// Whether one is in the middle of it.
    pub(in crate::features::desk) fn is_begun(self) -> bool {
        self.text.try_with_untracked(|text| !text.is_empty()).unwrap_or_default()
    }

    /// Whether a file waits to go with what is written; tracked.
    pub(in crate::features::desk) fn holds(self, file: Uuid) -> bool {
        self.files.with(|files| files.iter().any(|(id, _)| *id == file))
    }

    /// Brings back what was not sent, and keeps what is written from now on.
    pub(super) fn keep(self, ticket: Ticket) {
        let name = self.name();
        Effect::new(move |before: Option<String>| {
            if before.is_none()
                && let Some(kept) = storage().and_then(|s| s.get_item(&name).ok().flatten())
                && let Ok(kept) = serde_json::from_str::<Kept>(&kept)
            {
                self.restore(ticket, kept);
            }
            self.text.track();
            self.note.track();
            self.staged.track();
            self.files.track();
            self.articles.track();
            self.by_mail.track();
            self.note_inside(before.as_deref());
            let kept = self.kept();
            let text = kept.text.clone();
            let newest = ticket.messages.with(|all| all.last().map(|row| row.id));
            if kept.text.is_empty() {
                self.seen.set_value(newest);
                if ticket.crossed.with_untracked(|crossed| !crossed.is_empty()) {
                    ticket.crossed.update(std::collections::BTreeSet::clear);
                }
            }
            let Some(storage) = storage() else { return text };
            // A full or forbidden storage costs the draft, not the page.
            if kept.text.is_empty() && kept.staged.is_empty() && kept.files.is_empty() {
                drop(storage.remove_item(&name));
            } else {
                store(&storage, &name, &Kept { seen: self.seen.get_value(), ..kept });
            }
            text
        });
    }

    /// Notes whether something in the text was written for colleagues only; `before` is what stood there the last time.
    fn note_inside(self, before: Option<&str>) {
        let (was, note) = (self.inside.get_untracked(), self.note.get_untracked());
        let inside = self.text.with_untracked(|text| is_inside(was, note, before, text));
        if inside != was {
            self.inside.set(inside);
        }
    }

    /// Name of the draft on the device.
    fn name(self) -> String {
        format!("guanxi.draft.ticket.{}", self.id)
    }

    /// What is written, as it is kept.
    pub(super) fn kept(self) -> Kept {
        Kept {
            text: self.text.get_untracked(),
            note: self.note.get_untracked(),
            inside: self.inside.get_untracked(),
            staged: self.staged.get_untracked(),
            files: self.files.get_untracked(),
            articles: self.articles.get_untracked(),
            by_mail: self.by_mail.get_untracked(),
            seen: self.seen.get_value(),
        }
    }

    /// Takes the draft of a ticket that is no longer open off the device, but for files that wait for something that is said.
    pub(super) fn forget(self, files: Vec<(Uuid, String)>) {
        let Some(storage) = storage() else { return };
        if files.is_empty() {
            drop(storage.remove_item(&self.name()));
        } else {
            store(&storage, &self.name(), &Kept { files, ..Kept::default() });
        }
    }

    /// What was sent and taken back can be written on, here or when the ticket is opened next; not over what was begun meanwhile.
    /// The files belong to no message any more: they come back, or go with what was begun, unless they are left out there.
    pub(super) fn bring_back(self, ticket: Ticket, written: &Kept) {
        match self.text.try_with_untracked(String::is_empty) {
            Some(true) => self.restore(ticket, written.clone()),
            Some(false) => self.files.update(|files| {
                let more: Vec<_> = written.files.iter().filter(|file| !files.contains(file)).cloned().collect();
                files.extend(more);
            }),
            None => {
                if let Some(storage) = storage().filter(|s| s.get_item(&self.name()).ok().flatten().is_none()) {
                    store(&storage, &self.name(), written);
                }
            }
        }
    }

    /// What was written before a reload crosses what others wrote since.
    fn restore(self, ticket: Ticket, kept: Kept) {
        let me = ticket.desk.me();
        self.seen.set_value(kept.seen);
        self.note.set(kept.note);
        self.inside.set(kept.inside);
        self.staged.set(kept.staged);
        self.files.set(kept.files);
        self.articles.set(kept.articles);
        self.by_mail.set(kept.by_mail);
        let crossed = ticket.messages.with_untracked(|all| {
            let since = kept.seen.map_or(0, |seen| all.iter().position(|row| row.id == seen).map_or(0, |at| at + 1));
            let by_other = |row: &&shared::Row| row.reference("created_by") != me;
            all[since..].iter().filter(by_other).map(|row| row.id).collect()
        });
        if !kept.text.is_empty() {
            ticket.crossed.set(crossed);
        }
        self.text.set(kept.text);
    }

    /// Empties it after it was sent.
    pub(super) fn clear(self) {
        self.text.set(String::new());
        self.staged.set(Values::new());
        self.files.set(Vec::new());
        self.articles.set(Vec::new());
        self.by_mail.set(false);
        self.error.set(None);
        self.message_id.set_value(Uuid::nil());
        // As if it had been emptied by hand: colleagues see that one writes no more.
        if let Ok(event) = web_sys::Event::new("input") {
            drop(window().dispatch_event(&event));
        }
    }

    /// What others wrote has been read: the answer is one to that, too.
    pub(super) fn look_again(self, ticket: Ticket) {
        self.seen.set_value(ticket.messages.with_untracked(|all| all.last().map(|row| row.id)));
        ticket.crossed.update(std::collections::BTreeSet::clear);
        self.editor.focus();
    }
}

/// Whether something in a text was written or quoted in a note, until nothing is left of it.
fn is_inside(was: bool, note: bool, before: Option<&str>, text: &str) -> bool {
    !text.is_empty() && (was || note && before != Some(text))
}

fn store(storage: &web_sys::Storage, name: &str, kept: &Kept) {
    if let Ok(json) = serde_json::to_string(kept) {
        drop(storage.set_item(name, &json));
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn what_was_written_in_a_note_counts_until_nothing_is_left_of_it() {
        assert!(is_inside(false, true, Some(""), "They never pay"), "begun or quoted in a note");
        assert!(is_inside(false, true, None, "They never pay"), "kept from before");
        assert!(is_inside(false, true, Some("Hello"), "Hello, they never pay"), "added in a note");
        assert!(is_inside(true, false, Some("They never"), "They never pay"), "for customers now");
        assert!(!is_inside(false, true, Some("Hello"), "Hello"), "only looked at as a note");
        assert!(!is_inside(false, false, Some(""), "Hello"));
        assert!(!is_inside(true, true, Some("They never pay"), ""), "sent or emptied");
    }
}
