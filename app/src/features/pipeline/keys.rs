//! The board without a mouse: arrows walk from card to card; Space picks one up, arrows carry it, Space drops it,
//! Esc puts it back. Every step is told to screen readers.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use super::drag::{Held, Over, list_of, slot_at};
use super::glide;
use super::model::{Card, Lane, OpenBoard};

/// A step with the arrows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Up,
    Down,
    Back,
    On,
}

fn step_of(key: &str) -> Option<Step> {
    match key {
        "ArrowUp" => Some(Step::Up),
        "ArrowDown" => Some(Step::Down),
        "ArrowLeft" => Some(Step::Back),
        "ArrowRight" => Some(Step::On),
        _ => None,
    }
}

impl OpenBoard {
    /// A key on a card while nothing is held.
    pub(super) fn card_key(self, card: &Card, event: &KeyboardEvent) {
        let with_modifier = event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
        let on_link = event.target().is_some_and(|target| {
            use leptos::wasm_bindgen::JsCast;
            target
                .dyn_into::<leptos::web_sys::Element>()
                .is_ok_and(|element| element.class_list().contains("card-title"))
        });
        if self.drag.is_active() || with_modifier || !on_link {
            return;
        }
        let key = event.key();
        if key == " " {
            event.prevent_default();
            // The page's own handler would take the same press for the drop.
            event.stop_propagation();
            self.pick_up(card);
        } else if let Some(step) = step_of(&key) {
            event.prevent_default();
            self.walk(card, step);
        }
    }

    /// A key anywhere on the page: carries what is held.
    pub(super) fn page_key(self, event: &KeyboardEvent) {
        let Some(held) = self.drag.held.get_untracked() else { return };
        match event.key().as_str() {
            "Escape" => self.put_back(),
            " " | "Enter" if held.by_keys => self.drop_held(None),
            "Tab" if held.by_keys => return self.put_back(),
            key => match step_of(key).filter(|_| held.by_keys) {
                Some(step) => self.carry(&held, step),
                None => return,
            },
        }
        event.prevent_default();
        event.stop_propagation();
    }

    fn pick_up(self, card: &Card) {
        let Some((from, at, card)) = self.find(card.id).filter(|(.., card)| !card.saving.get_untracked()) else {
            return;
        };
        let width = glide::card(card.id).map_or(0.0, |element| element.get_bounding_client_rect().width());
        let held = Held { card, from, at, width, grip: (0.0, 0.0), by_keys: true, by_touch: false };
        self.tell("board.drag.picked_up", &held, from, at);
        self.hold(held);
    }

    fn carry(self, held: &Held, step: Step) {
        let Some(over) = self.drag.over.get_untracked() else { return };
        let lanes = self.lanes.get_value();
        let Some(column) = lanes.iter().position(|lane| lane.id == over.lane) else { return };
        let (column, slot) = match step {
            Step::Up => (column, over.slot.saturating_sub(1)),
            Step::Down => (column, over.slot + 1),
            Step::Back => (column.saturating_sub(1), over.slot),
            Step::On => ((column + 1).min(lanes.len() - 1), over.slot),
        };
        let lane = lanes[column];
        let others = lane.cards.with_untracked(|cards| cards.iter().filter(|card| card.id != held.card.id).count());
        let slot = slot.min(others);
        self.drag.over.set(Some(Over { lane: lane.id, slot }));
        self.tell("board.drag.over", held, lane, slot);
        self.reveal(lane, slot);
    }

    fn tell(self, key: &'static str, held: &Held, lane: Lane, slot: usize) {
        let own = i64::from(lane.id != held.from.id);
        let count = (lane.totals.with_untracked(|totals| totals.count) + own).to_string();
        let (name, stage, position) = (held.card.name(), untrack(|| lane.name()), (slot + 1).to_string());
        self.say(key, &[("name", &name), ("stage", &stage), ("position", &position), ("count", &count)]);
    }

    /// Scrolls lane and board so that the slot is seen.
    fn reveal(self, lane: Lane, slot: usize) {
        let Some(list) = list_of(lane) else { return };
        let options = ScrollIntoViewOptions::new();
        options.set_inline(ScrollLogicalPosition::Nearest);
        options.set_block(ScrollLogicalPosition::Nearest);
        list.scroll_into_view_with_scroll_into_view_options(&options);
        let pitch = self.pitch.get_untracked();
        let (top, height) = (f64::from(list.scroll_top()), f64::from(list.client_height()));
        #[expect(clippy::cast_precision_loss, reason = "a position in a lane")]
        let wanted = slot as f64 * pitch;
        let target = if wanted < top { wanted } else { (wanted + pitch * 1.2 - height).max(top) };
        #[expect(clippy::cast_possible_truncation, reason = "px")]
        list.set_scroll_top(target as i32);
    }

    fn walk(self, card: &Card, step: Step) {
        let Some((lane, at, _)) = self.find(card.id) else { return };
        let lanes = self.lanes.get_value();
        let column = lanes.iter().position(|other| other.id == lane.id).unwrap_or_default();
        let beside = |mut lanes: Box<dyn Iterator<Item = &Lane> + '_>| {
            let next = lanes.find(|lane| lane.cards.with_untracked(|cards| !cards.is_empty()))?;
            // The card at the same height, wherever the two lanes are scrolled to.
            let row = at.saturating_sub(self.first_seen(lane)) + self.first_seen(*next);
            next.cards.with_untracked(|cards| cards.get(row.min(cards.len() - 1)).map(|card| card.id))
        };
        let target = match step {
            Step::Up => at.checked_sub(1).and_then(|at| lane.cards.with_untracked(|cards| cards.get(at).map(|c| c.id))),
            Step::Down => lane.cards.with_untracked(|cards| cards.get(at + 1).map(|card| card.id)),
            Step::Back => beside(Box::new(lanes[..column].iter().rev())),
            Step::On => beside(Box::new(lanes[column + 1..].iter())),
        };
        if let Some(id) = target {
            glide::focus(id);
        }
    }

    fn first_seen(self, lane: Lane) -> usize {
        slot_at(lane.top.get_untracked(), self.pitch.get_untracked())
    }
}
