//! What the page works with: the sets as far as they were loaded, and what became of those undone here.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::command::UndoOutcome;
use shared::history::{ChangeSet, ChangeSetQuery, ChangeSets, State, UndoRun};
use shared::i18n::error_sentence;
use shared::import::Status;
use shared::{Error, Result};
use uuid::Uuid;

use crate::api::records::{latest_changes, undo, undo_progress};
use crate::api::{Answer, Fault};
use crate::context::Page;
use crate::record::refocus;
use crate::record::undoing::{PULSE, follow, stop, told};
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
    /// The set that is being undone, or whose undo is being stopped.
    pub(super) busy: RwSignal<Option<Uuid>>,
    /// What became of those undone here.
    pub(super) outcomes: RwSignal<BTreeMap<Uuid, UndoOutcome>>,
    /// How far those are that are being undone, as far as that was asked since.
    pub(super) runs: RwSignal<BTreeMap<Uuid, UndoRun>>,
    /// Those of them that were begun here.
    begun: StoredValue<BTreeSet<Uuid>>,
    /// Those of them that the reader is told nothing of any more: asking on would change nothing.
    untold: StoredValue<BTreeSet<Uuid>>,
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
            runs: RwSignal::new(BTreeMap::new()),
            begun: StoredValue::new(BTreeSet::new()),
            untold: StoredValue::new(BTreeSet::new()),
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
            if undone.is_ok() {
                self.toasts.tried(id, false);
            }
            if self.sets.is_disposed() {
                return self.tell_elsewhere(id, undone);
            }
            // First, so that the focus goes back to the button while that is there.
            self.asking.set(None);
            self.busy.set(None);
            match undone {
                Ok(outcome) if outcome.under_way => {
                    self.begun.try_update_value(|begun| begun.insert(id));
                    self.mark(id, State::Undoing);
                }
                Ok(outcome) => {
                    self.outcomes.update(|outcomes| drop(outcomes.insert(id, outcome)));
                    self.mark(id, State::Undone);
                }
                Err(fault) => self.fail(&fault.0),
            }
            go_on_at(id);
            // The undo is a set too; and what could not be undone may have been by now.
            self.read_newest().await;
            go_on_at(id);
        });
    }

    /// Stops the undo of a set in the background.
    pub(super) fn stop(self, id: Uuid) {
        stop((self.page, self.toasts), id, self.busy, move |stopped| {
            if let Some(run) = stopped {
                self.take_up(&run);
            }
            go_on_at(id);
        });
    }

    /// Says what came of the wish to undo a set when the page was left before that was known.
    fn tell_elsewhere(self, id: Uuid, undone: Answer<UndoOutcome>) {
        match undone {
            Ok(outcome) => told((self.page, self.toasts), id, &outcome),
            Err(fault) => self.fail(&fault.0),
        }
    }

    fn mark(self, id: Uuid, state: State) {
        self.sets.update(|sets| {
            // Of an undo before nothing is told any more.
            sets.iter_mut().filter(|set| set.id == id).for_each(|set| (set.state, set.undo) = (state, None));
        });
    }

    /// Looks at what is being undone in the background until it is over. What was begun here is told of elsewhere, too, once the
    /// page is left.
    pub(super) fn keep_looking(self) {
        Effect::new(move |_| {
            let timer = set_interval_with_handle(move || self.look(), PULSE);
            on_cleanup(move || drop(timer.map(|timer| timer.clear())));
        });
        let begun_here = move |id: &Uuid| self.begun.try_with_value(|begun| begun.contains(id)) == Some(true);
        on_cleanup(move || {
            self.open().into_iter().filter(begun_here).for_each(|id| follow((self.page, self.toasts), id));
        });
    }

    /// Those that are being undone.
    fn open(self) -> Vec<Uuid> {
        let is_told = |id: &Uuid| self.untold.try_with_value(|untold| untold.contains(id)) == Some(false);
        let open = |sets: &Vec<ChangeSet>| {
            let undoing = sets.iter().filter(|set| set.state == State::Undoing).map(|set| set.id);
            undoing.filter(is_told).collect::<Vec<_>>()
        };
        self.sets.try_with_untracked(open).unwrap_or_default()
    }

    fn look(self) {
        for id in self.open() {
            spawn_local(async move {
                match undo_progress(id).await {
                    // It was taken up meanwhile.
                    Ok(_) if !self.open().contains(&id) => {}
                    Ok(run) if run.status.is_open() => {
                        self.runs.try_update(|runs| drop(runs.insert(id, run)));
                    }
                    Ok(run) => {
                        self.take_up(&run);
                        // The undo is a set too.
                        self.read_newest().await;
                    }
                    Err(Fault(Error::NotFound | Error::Forbidden | Error::Unauthenticated)) => {
                        self.untold.try_update_value(|untold| untold.insert(id));
                    }
                    // A lost connection comes back; the next look will tell.
                    _ => {}
                }
            });
        }
    }

    /// Tells what came of an undo that is over.
    fn take_up(self, run: &UndoRun) {
        let id = run.change_set;
        // The next one begins at nothing.
        self.runs.try_update(|runs| drop(runs.remove(&id)));
        let state = if run.status == Status::Finished { State::Undone } else { State::Undoable };
        self.sets.try_update(|sets| {
            for set in sets.iter_mut().filter(|set| set.id == id) {
                (set.state, set.kept_count, set.kept) = (state, run.kept_count, run.kept.clone());
                set.undo = Some(run.clone());
            }
        });
    }

    async fn read_newest(self) {
        if let Ok(found) = self.read(None).await {
            self.put_first(found.sets);
        }
    }

    /// The newest sets as they are now, before those that were loaded further down.
    fn put_first(self, newest: Vec<ChangeSet>) {
        let known: BTreeSet<Uuid> = newest.iter().map(|set| set.id).collect();
        self.sets.try_update(|sets| {
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
