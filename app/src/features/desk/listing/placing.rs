//! Whether a ticket belongs to the list as it is now, and where in it.

use std::time::Duration;

use leptos::prelude::*;
use shared::Row;
use uuid::Uuid;

use super::{Entry, Listing};
use crate::context::browser_now;
use crate::features::desk::asked::Asked;
use crate::features::desk::view::View;

impl Listing {
    /// Whether the browser knows what belongs here, too: neither the words nor any conditions decide it.
    pub(in crate::features::desk) fn is_plain(self) -> bool {
        let plain = |asked: &Asked| !asked.narrows() && !matches!(asked.view, View::Saved(_));
        self.asked.try_with_value(plain) == Some(true)
    }

    /// Whether a ticket neither comes, goes nor moves by this.
    pub(super) fn stays(self, row: &Row) -> bool {
        match self.row(row.id) {
            Some(old) => self.takes(row) == Some(true) && self.place(&old) == self.place(row),
            None => self.takes(row) == Some(false),
        }
    }

    fn takes(self, row: &Row) -> Option<bool> {
        let actor = self.desk.page.actor()?;
        let me = (actor.user_id, actor.team_id);
        self.asked.with_value(|asked| {
            // By the clock itself: the page's may be half a minute behind, and a ticket comes back before.
            let fits = asked.view.takes(row, me, browser_now());
            // Whether the words are in it, and the conditions hold, only the server knows.
            fits.filter(|fits| !fits || !asked.narrows())
        })
    }

    pub(super) fn replace(self, row: &Row) {
        let entry = self.entries.with_untracked(|all| all.iter().find(|entry| entry.id == row.id).cloned());
        if let Some(entry) = entry.filter(|entry| entry.row.with_untracked(|old| old.version < row.version)) {
            entry.row.set(row.clone());
        }
    }

    /// Shows a ticket as it is now where it belongs, unless a newer one is there, or was told of and is elsewhere.
    pub(in crate::features::desk) fn receive(self, row: Row) {
        if !self.is_open() || self.told.with_value(|told| told.is_past(&row)) {
            return;
        }
        let known = self.entries.with_untracked(|all| all.iter().find(|entry| entry.id == row.id).cloned());
        if known.as_ref().is_some_and(|entry| entry.row.with_untracked(|old| old.version > row.version)) {
            return;
        }
        match (self.takes(&row), known) {
            (None, known) => {
                if known.is_some() {
                    self.replace(&row);
                }
                self.reload_soon();
            }
            (Some(false), _) => self.take_out(row.id),
            (Some(true), known) => self.put_in(row, known),
        }
    }

    fn put_in(self, row: Row, known: Option<Entry>) {
        let place = self.place(&row);
        if let Some(entry) = &known {
            let same = entry.row.with_untracked(|old| self.place(old)) == place;
            entry.row.set(row.clone());
            if same {
                return;
            }
        }
        if self.bound.with_value(|bound| bound.is_some_and(|bound| place > bound)) {
            return self.take_out(row.id);
        }
        let entry = known.unwrap_or_else(|| Entry::new(row));
        self.entries.update(|all| {
            all.retain(|other| other.id != entry.id);
            let at = all.partition_point(|other| other.row.with_untracked(|row| self.place(row)) < place);
            all.insert(at, entry);
        });
    }

    pub(super) fn take_out(self, id: Uuid) {
        if let Some(index) = self.entries.with_untracked(|all| all.iter().position(|entry| entry.id == id)) {
            self.desk.note_left(id, index);
            self.entries.update(|all| all.retain(|entry| entry.id != id));
            self.desk.selected.update(|selected| {
                selected.remove(&id);
            });
        }
    }

    pub(super) fn light_up(self, id: Uuid) {
        let entry = self.entries.with_untracked(|all| all.iter().find(|entry| entry.id == id).cloned());
        if let Some(glow) = entry.map(|entry| entry.glow) {
            glow.set(true);
            set_timeout(move || glow.set(false), Duration::from_millis(1200));
        }
    }
}
