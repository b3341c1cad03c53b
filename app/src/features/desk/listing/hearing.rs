//! What the live log tells: rows change in place at once, but move only when nobody is pointing at them.

use std::cell::RefCell;
use std::time::Duration;

use leptos::prelude::*;
use shared::Row;
use shared::live::LiveEvent;
use shared::types::{SAVED_VIEW, TICKET, by_name};

use super::Listing;
use crate::features::desk::list::gliding;
use crate::features::desk::view::View;
use crate::record::learn_titles;
use crate::record::relist_now;

/// Events of the same moment are applied together.
const GATHER: Duration = Duration::from_millis(16);
/// While the pointer moves over the list nothing is put elsewhere.
const CALM: Duration = Duration::from_millis(600);

impl Listing {
    /// The pointer moves over the list, or is pressed: nothing is put elsewhere for a moment.
    pub(in crate::features::desk) fn hold_still(self) {
        #[expect(clippy::cast_precision_loss, reason = "a moment")]
        let calm = CALM.as_millis() as f64;
        self.still.set_value(js_sys::Date::now() + calm);
    }

    pub(super) fn hear(self, event: &LiveEvent) {
        self.desk.hear(event);
        self.relisting.hear(event);
        self.told.update_value(|told| told.note(event));
        match event {
            LiveEvent::Changed { record_type, row, .. } if record_type == SAVED_VIEW.name => self.saved_anew(row),
            LiveEvent::Changed { record_type, row, .. } if record_type != TICKET.name => self.renamed(record_type, row),
            LiveEvent::Changed { .. } => self.hear_later(event),
            LiveEvent::Removed { record_type, .. } if record_type == TICKET.name => self.hear_later(event),
            LiveEvent::Refresh { record_type } if record_type == TICKET.name => self.reload_soon(),
            LiveEvent::Reset => relist_now(self),
            _ => {}
        }
    }

    /// Applies what was told while the list was being read: it may not be in what was read.
    pub(super) fn hear_anew(self, event: LiveEvent) {
        match &event {
            LiveEvent::Changed { record_type, row, .. } if record_type != TICKET.name => self.renamed(record_type, row),
            LiveEvent::Removed { record_type, .. } if record_type != TICKET.name => {}
            _ => {
                self.told.update_value(|told| told.note(&event));
                drop(self.apply_event(event, false));
            }
        }
    }

    /// Applies an event with those of the same moment.
    pub(in crate::features::desk) fn hear_later(self, event: &LiveEvent) {
        let first = self.waiting.try_update_value(|waiting| {
            waiting.push(event.clone());
            waiting.len() == 1
        });
        if first == Some(true) {
            set_timeout(move || self.apply_waiting(), GATHER);
        }
    }

    /// Applies what came in: rows change in place at once, but move only when nobody is pointing at them.
    fn apply_waiting(self) {
        if !self.is_open() {
            return;
        }
        let events = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
        let moving = self.still.get_value() > js_sys::Date::now();
        let later = RefCell::new(Vec::new());
        let apply = || {
            for event in events {
                if let Some(event) = self.apply_event(event, moving) {
                    later.borrow_mut().push(event);
                }
            }
        };
        if moving {
            apply()
        } else {
            gliding(apply)
        }
        let later = later.into_inner();
        if !later.is_empty() {
            self.waiting.try_update_value(|waiting| waiting.splice(0..0, later).for_each(drop));
            set_timeout(move || self.apply_waiting(), CALM);
        }
    }

    /// Gives the event back if it would move rows that must not move now.
    fn apply_event(self, event: LiveEvent, still: bool) -> Option<LiveEvent> {
        match &event {
            LiveEvent::Changed { row, titles, actor_id, .. } => {
                learn_titles(self.titles, titles);
                let stays = self.stays(row);
                if stays && still {
                    self.replace(row);
                }
                if still && !stays {
                    return Some(event);
                }
                self.receive(row.clone());
                if actor_id.is_some() && *actor_id != self.desk.me() {
                    self.light_up(row.id);
                }
            }
            LiveEvent::Removed { id, .. } => {
                if still && self.row(*id).is_some() {
                    return Some(event);
                }
                self.take_out(*id);
            }
            _ => {}
        }
        None
    }

    /// The view that is listed may ask for something else now.
    fn saved_anew(self, row: &Row) {
        let Some(asked) = self.asked.try_get_value().filter(|asked| asked.view == View::Saved(row.id)) else { return };
        self.desk.kept.set(Some((row.id, row.value("query").clone())));
        let query = asked.query(Some(row.value("query")));
        if self.query.try_with_value(|old| *old != query) == Some(true) {
            self.query.set_value(query);
            self.reload_soon();
        }
    }

    /// A referenced record has another title.
    fn renamed(self, record_type: &str, row: &Row) {
        let Some(title) = by_name(record_type).map(|def| untrack(|| self.desk.page.called(def, row))) else { return };
        let stale = self.titles.try_with_untracked(|titles| titles.get(&row.id).is_some_and(|old| *old != title));
        if stale == Some(true) {
            self.titles.update(|titles| drop(titles.insert(row.id, title)));
        }
    }
}
