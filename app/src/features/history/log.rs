//! What the page works with: the sets as far as they were loaded, and what became of those undone here.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::command::UndoOutcome;
use shared::history::{ChangeSet, ChangeSetQuery, ChangeSets, State};
use shared::i18n::error_sentence;
use shared::{Error, Result};
use uuid::Uuid;

use crate::api::records::{latest_changes, undo};
use crate::context::Page;
use crate::record::refocus;
use crate::ui::{Toasts, Tone};

/// The state of the page; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Log {
    pub(super) page: Page,
    toasts: Toasts,
    everybody: bool,
    /// The newest first.
    pub(super) sets: RwSignal<Vec<ChangeSet>>,
    /// Cursor of the next page.
    pub(super) next: RwSignal<Option<String>>,
    /// A further page is on its way.
    pub(super) loading: RwSignal<bool>,
    /// The set that is asked about.
    pub(super) asking: RwSignal<Option<ChangeSet>>,
    /// The set that is being undone.
    pub(super) busy: RwSignal<Option<Uuid>>,
    /// What became of those undone here.
    pub(super) outcomes: RwSignal<BTreeMap<Uuid, UndoOutcome>>,
}

impl Log {
    pub(super) fn new(found: ChangeSets, everybody: bool) -> Self {
        Self {
            page: Page::take(),
            toasts: Toasts::take(),
            everybody,
            sets: RwSignal::new(found.sets),
            next: RwSignal::new(found.next),
            loading: RwSignal::new(false),
            asking: RwSignal::new(None),
            busy: RwSignal::new(None),
            outcomes: RwSignal::new(BTreeMap::new()),
        }
    }

    pub(super) fn load_more(self) {
        let cursor = self.next.get_untracked();
        self.loading.set(true);
        spawn_local(async move {
            match self.read(cursor).await {
                Ok(found) => {
                    self.sets.update(|sets| sets.extend(found.sets));
                    self.next.set(found.next);
                }
                Err(error) => self.fail(&error),
            }
            self.loading.set(false);
        });
    }

    async fn read(self, cursor: Option<String>) -> Result<ChangeSets> {
        latest_changes(ChangeSetQuery { everybody: self.everybody, cursor }).await.map_err(|fault| fault.0)
    }

    /// Undoes a set of one record at once, and asks before others.
    pub(super) fn press(self, set: ChangeSet) {
        if set.total() > 1 { self.asking.set(Some(set)) } else { self.undo(set.id) }
    }

    pub(super) fn undo(self, id: Uuid) {
        if self.busy.get_untracked().is_some() {
            return;
        }
        self.busy.set(Some(id));
        spawn_local(async move {
            let undone = undo(id).await;
            // First, so that the focus goes back to the button while that is there.
            self.asking.set(None);
            self.busy.set(None);
            match undone {
                Ok(outcome) => {
                    self.outcomes.update(|outcomes| drop(outcomes.insert(id, outcome)));
                    self.mark_undone(id);
                }
                Err(fault) => self.fail(&fault.0),
            }
            go_on_at(id);
            // The undo is a set too; and what could not be undone may have been by now.
            if let Ok(found) = self.read(None).await {
                self.put_first(found.sets);
                go_on_at(id);
            }
        });
    }

    fn mark_undone(self, id: Uuid) {
        self.sets.update(|sets| {
            sets.iter_mut().filter(|set| set.id == id).for_each(|set| set.state = State::Undone);
        });
    }

    /// The newest sets as they are now, before those that were loaded further down.
    fn put_first(self, newest: Vec<ChangeSet>) {
        let known: BTreeSet<Uuid> = newest.iter().map(|set| set.id).collect();
        self.sets.update(|sets| {
            sets.retain(|set| !known.contains(&set.id));
            drop(sets.splice(..0, newest));
        });
    }

    fn fail(self, error: &Error) {
        self.toasts.push(error_sentence(self.page.locale.get_untracked(), error), Tone::Danger, None);
    }
}

/// Goes on at the entry of a set: what is otherwise now is built anew, and what had the focus in it is gone.
fn go_on_at(id: Uuid) {
    refocus(move || document().query_selector(&format!(".history-set[data-id=\"{id}\"]")).ok().flatten());
}
