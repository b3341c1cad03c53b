//! The desk without a mouse.

use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use shared::Row;
use uuid::Uuid;

use super::asking::Question;
use super::blocked::is_open;
use super::list;
use super::model::Desk;
use crate::record::{tick, tick_shown};
use crate::ui::{is_typing, keys_are_taken};

/// How long a `g` keeps the next letter for itself, ms; as long as the workspace waits for it.
const AFTER_G: f64 = 1500.0;

/// Listens until the caller is cleaned up.
pub(super) fn listen(desk: Desk) {
    let since_g = StoredValue::new(f64::NEG_INFINITY);
    Effect::new(move |_| {
        let pressed = window_event_listener(ev::keydown, move |event| {
            if is_typing(&event) || event.ctrl_key() || event.meta_key() || event.alt_key() || keys_are_taken() {
                return;
            }
            let now = js_sys::Date::now();
            let after_g = now - since_g.get_value() < AFTER_G;
            since_g.set_value(if event.key() == "g" && !after_g { now } else { f64::NEG_INFINITY });
            if !after_g && press(desk, &event) {
                event.prevent_default();
            }
        });
        on_cleanup(move || pressed.remove());
    });
}

fn is_in_list() -> bool {
    document().active_element().is_some_and(|element| element.closest(".desk-rows").ok().flatten().is_some())
}

/// The tickets that keys act on: the ticked ones, the one with the focus in the list, the open one, the one last at. While the
/// one asked for has not come, none: one is done with the one before, and has not seen the next one yet.
fn targets(desk: Desk) -> Vec<Row> {
    let chosen = desk.chosen();
    if !chosen.is_empty() {
        return chosen;
    }
    let is_in_list = is_in_list();
    let asked = desk.open.get_value().filter(|ticket| ticket.is_asked() && !untrack(|| desk.gives_way()));
    if desk.address.ticket_now().is_some() && asked.is_none() && !is_in_list {
        return Vec::new();
    }
    let listed = || {
        let id = desk.current.get_untracked()?;
        desk.listing.get_value()?.row(id)
    };
    // With one that is gone nothing can be done any more.
    let open = || {
        let ticket = asked.filter(|ticket| ticket.record.gone.try_get_untracked() == Some(false))?;
        ticket.record.row.try_get_untracked()
    };
    let row = if is_in_list { listed().or_else(open) } else { open().or_else(listed) };
    row.into_iter().collect()
}

/// Whether the key meant something.
fn press(desk: Desk, event: &KeyboardEvent) -> bool {
    let key = event.key();
    match key.as_str() {
        "j" => walk(desk, 1),
        "k" => walk(desk, -1),
        "ArrowDown" if is_in_list() => walk(desk, 1),
        "ArrowUp" if is_in_list() => walk(desk, -1),
        "Enter" if !is_on_control() => open_current(desk),
        "Escape" => leave(desk),
        "x" => tick_one(desk),
        "X" if event.shift_key() => tick_all(desk),
        "r" | "n" => compose(desk, key == "n"),
        "t" | "s" | "z" | "a" | "p" if desk.may_update() => act(desk, &key),
        _ => false,
    }
}

fn is_on_control() -> bool {
    document()
        .active_element()
        .is_some_and(|element| element.matches("a, button, summary, [role=tab]").unwrap_or(false))
}

fn act(desk: Desk, key: &str) -> bool {
    let mut rows = targets(desk);
    if matches!(key, "t" | "z") {
        // Nobody works what is done, now or later.
        rows.retain(is_open);
    }
    let Some(first) = rows.first() else { return false };
    match key {
        "t" => {
            let spot = desk.spot();
            rows.iter().for_each(|row| desk.take(row.id));
            desk.go_on_at(spot);
        }
        "s" if is_open(first) => desk.solve(&rows),
        "s" => desk.reopen(first),
        "z" => desk.ask(Question::Snooze, rows),
        "a" => desk.ask(Question::Assign, rows),
        _ => desk.ask(Question::Priority, rows),
    }
    true
}

fn walk(desk: Desk, by: isize) -> bool {
    let Some((id, index)) = desk.step(by) else { return false };
    desk.current.set(Some(id));
    list::focus(id, index);
    true
}

fn open_current(desk: Desk) -> bool {
    let current: Option<Uuid> = desk.current.get_untracked();
    if current.is_some() {
        desk.address.open(current);
    }
    current.is_some()
}

/// Esc takes the ticks away, then closes the ticket.
fn leave(desk: Desk) -> bool {
    if desk.selected.with_untracked(|selected| !selected.is_empty()) {
        desk.selected.update(std::collections::BTreeSet::clear);
        return true;
    }
    let open = untrack(|| desk.address.ticket());
    if open.is_none() || desk.address.is_alone() {
        return false;
    }
    desk.address.open(None);
    true
}

fn tick_one(desk: Desk) -> bool {
    let [open, current] = desk.whereabouts();
    // One that is not listed can't be ticked: nothing would be done with it.
    let Some(id) = current.or(open).filter(|id| desk.index_of(*id).is_some()) else { return false };
    let is_on = desk.selected.with_untracked(|selected| selected.contains(&id));
    tick(desk, id, !is_on, false);
    true
}

/// Ticks all that is listed, or none where all is ticked.
fn tick_all(desk: Desk) -> bool {
    let ids = desk.listed();
    let is_on = desk.selected.with_untracked(|selected| ids.iter().all(|id| selected.contains(id)));
    tick_shown(desk, !is_on);
    !ids.is_empty()
}

/// Opens the ticket, if none is open, and its composer.
fn compose(desk: Desk, note: bool) -> bool {
    let listed = desk.current.get_untracked();
    let open = untrack(|| desk.address.ticket());
    let wanted = if is_in_list() { listed.or(open) } else { open.or(listed) };
    let Some(id) = wanted else { return false };
    let is_gone = desk
        .open
        .get_value()
        .is_some_and(|ticket| ticket.is_asked() && ticket.record.gone.try_get_untracked() == Some(true));
    if open == Some(id) && is_gone {
        return false;
    }
    desk.compose.set(Some(note));
    if open != Some(id) {
        desk.address.open(Some(id));
    }
    true
}
