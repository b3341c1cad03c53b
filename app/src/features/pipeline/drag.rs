//! Dragging by mouse and finger: a press becomes a drag after 4 px or a long press; the held card follows the
//! pointer, the board scrolls near its edges.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement, PointerEvent};
use shared::live::LiveEvent;
use uuid::Uuid;

use super::glide;
use super::model::{Card, Lane, OpenBoard};
use super::moving::Slot;

/// A mouse drags after so many px.
const MOUSE_SLOP: f64 = 4.0;
/// A finger that wanders further than this scrolls.
const TOUCH_SLOP: f64 = 10.0;
const LONG_PRESS: Duration = Duration::from_millis(350);
/// So close to an edge the board scrolls, at most so many px a frame.
const EDGE: f64 = 56.0;
const SPEED: f64 = 16.0;
/// Padding of a lane's list, as in the style sheet.
pub(super) const PADDING: f64 = 8.0;

/// The card being moved.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) card: Card,
    pub(super) from: Lane,
    /// Position it was taken from.
    pub(super) at: usize,
    pub(super) width: f64,
    /// Where in the card the pointer took it.
    pub(super) grip: (f64, f64),
    pub(super) by_keys: bool,
    pub(super) by_touch: bool,
}

/// Where the held card would land: a lane, and a position among its other cards.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Over {
    pub(super) lane: Uuid,
    pub(super) slot: usize,
}

/// A press that may become a drag.
#[derive(Clone)]
struct Press {
    card: Card,
    lane: Lane,
    start: (f64, f64),
    touch: bool,
    timer: Option<TimeoutHandle>,
}

/// What a drag keeps; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Drag {
    pub(super) held: RwSignal<Option<Held>>,
    pub(super) over: RwSignal<Option<Over>>,
    pub(super) pointer: RwSignal<(f64, f64)>,
    press: StoredValue<Option<Press>>,
    /// The click that ends a drag opens nothing.
    ended: StoredValue<bool>,
    /// Changes that wait until nothing is held.
    pub(super) waiting: StoredValue<Vec<LiveEvent>>,
}

impl Drag {
    pub(super) fn new() -> Self {
        Self {
            held: RwSignal::new(None),
            over: RwSignal::new(None),
            pointer: RwSignal::new((0.0, 0.0)),
            press: StoredValue::new(None),
            ended: StoredValue::new(false),
            waiting: StoredValue::new(Vec::new()),
        }
    }

    /// Whether a card is held.
    pub(super) fn is_active(self) -> bool {
        self.held.with_untracked(Option::is_some)
    }

    /// Whether this card is the held one; reactive.
    pub(super) fn holds(self, id: Uuid) -> bool {
        self.held.with(|held| held.as_ref().is_some_and(|held| held.card.id == id))
    }

    /// Whether a click belongs to the drag that just ended.
    pub(super) fn swallows_click(self) -> bool {
        self.ended.get_value()
    }
}

impl OpenBoard {
    /// A pointer went down on a card.
    pub(super) fn press(self, lane: Lane, card: &Card, event: &PointerEvent) {
        let on_control = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|target| target.closest("button, input, .menu-list").ok().flatten().is_some());
        if event.button() != 0 || !event.is_primary() || on_control || card.saving.get_untracked() {
            return;
        }
        if self.drag.is_active() {
            return self.put_back();
        }
        let touch = event.pointer_type() != "mouse";
        let start = (f64::from(event.client_x()), f64::from(event.client_y()));
        self.drag.pointer.set(start);
        let timer = touch.then(|| set_timeout_with_handle(move || self.lift(), LONG_PRESS).ok()).flatten();
        self.drag.press.set_value(Some(Press { card: card.clone(), lane, start, touch, timer }));
    }

    /// The pointer moved, wherever it is.
    pub(super) fn pointer_moved(self, event: &PointerEvent) {
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        let Some((start, touch)) = self.drag.press.with_value(|press| press.as_ref().map(|p| (p.start, p.touch)))
        else {
            return;
        };
        self.drag.pointer.set(at);
        if self.drag.is_active() {
            return event.prevent_default();
        }
        let way = (at.0 - start.0).hypot(at.1 - start.1);
        if touch && way > TOUCH_SLOP {
            self.forget_press();
        } else if !touch && way > MOUSE_SLOP {
            self.lift();
        }
    }

    /// The pointer went up: drop what is held.
    pub(super) fn pointer_up(self) {
        self.forget_press();
        let Some(held) = self.drag.held.get_untracked().filter(|held| !held.by_keys) else { return };
        self.drag.ended.set_value(true);
        let over = move || {
            let _ = self.drag.ended.try_set_value(false);
        };
        set_timeout(over, Duration::from_millis(50));
        let pointer = self.drag.pointer.get_untracked();
        self.drop_held(Some((held.card.id, (pointer.0 - held.grip.0, pointer.1 - held.grip.1))));
    }

    /// The browser took the pointer away.
    pub(super) fn pointer_lost(self) {
        self.forget_press();
        if self.drag.held.with_untracked(|held| held.as_ref().is_some_and(|held| !held.by_keys)) {
            self.put_back();
        }
    }

    fn forget_press(self) {
        let press = self.drag.press.try_update_value(Option::take).flatten();
        if let Some(timer) = press.and_then(|press| press.timer) {
            timer.clear();
        }
    }

    /// The press became a drag.
    fn lift(self) {
        let Some(press) = self.drag.press.try_get_value().flatten() else { return };
        let Some((lane, at, card)) = self.find(press.card.id).filter(|(lane, ..)| lane.id == press.lane.id) else {
            return;
        };
        let Some(rect) = glide::card(card.id).map(|element| element.get_bounding_client_rect()) else { return };
        let grip = (press.start.0 - rect.left(), press.start.1 - rect.top());
        let held = Held { card, from: lane, at, width: rect.width(), grip, by_keys: false, by_touch: press.touch };
        if press.touch {
            window().navigator().vibrate_with_duration(12);
        }
        self.hold(held);
        self.frame();
    }

    /// From here on, changes by others wait.
    pub(super) fn hold(self, held: Held) {
        self.drag.over.set(Some(Over { lane: held.from.id, slot: held.at }));
        self.drag.held.set(Some(held));
    }

    /// Each frame of a drag: scroll near the edges, then see what is under the pointer.
    fn frame(self) {
        let dragging = self.drag.held.try_with_untracked(|held| held.as_ref().is_some_and(|held| !held.by_keys));
        if dragging != Some(true) {
            return;
        }
        let (x, y) = self.drag.pointer.get_untracked();
        if let Some((lane, list)) = lane_at(self, x) {
            scroll_near_edges(&list, (x, y));
            let top = list.get_bounding_client_rect().top() + PADDING;
            let offset = y - top + f64::from(list.scroll_top());
            let own = self.drag.held.with_untracked(|held| held.as_ref().map(|held| held.card.id));
            let others = lane.cards.with_untracked(|cards| cards.iter().filter(|card| Some(card.id) != own).count());
            let over = Over { lane: lane.id, slot: slot_at(offset, self.pitch.get_untracked()).min(others) };
            if self.drag.over.get_untracked() != Some(over) {
                self.drag.over.set(Some(over));
            }
        }
        request_animation_frame(move || self.frame());
    }

    /// Drops the held card where it is; `from` is where it seems to be.
    pub(super) fn drop_held(self, from: Option<(Uuid, (f64, f64))>) {
        let (held, over) = (self.drag.held.get_untracked(), self.drag.over.get_untracked());
        let (Some(held), Some(over)) = (held, over) else { return };
        let Some(lane) = self.lane(over.lane) else { return self.put_back() };
        self.move_card(&held.card, lane, Slot::At(over.slot), from);
        self.hear_waiting();
    }

    /// Lets go without a change.
    pub(super) fn put_back(self) {
        let Some(held) = self.drag.held.get_untracked() else { return };
        let pointer = self.drag.pointer.get_untracked();
        let from = (held.card.id, (pointer.0 - held.grip.0, pointer.1 - held.grip.1));
        glide::gliding((!held.by_keys).then_some(from), || self.let_go());
        self.say("board.drag.cancelled", &[("name", &held.card.name()), ("stage", &untrack(|| held.from.name()))]);
        if held.by_keys {
            glide::focus(held.card.id);
        }
        self.hear_waiting();
    }

    /// Nothing is held any more.
    pub(super) fn let_go(self) {
        self.drag.held.set(None);
        self.drag.over.set(None);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a row number, clamped by the caller")]
pub(super) fn slot_at(offset: f64, pitch: f64) -> usize {
    (offset.max(0.0) / pitch.max(1.0)).floor() as usize
}

/// The lane under (or nearest to) the pointer, and its list.
fn lane_at(board: OpenBoard, x: f64) -> Option<(Lane, HtmlElement)> {
    let distance = |element: &HtmlElement| {
        let rect = element.get_bounding_client_rect();
        (rect.left() - x).max(x - rect.right()).max(0.0)
    };
    let nearest = glide::all(".lane[data-stage]").into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    let lane = board.lane(nearest.get_attribute("data-stage")?.parse().ok()?)?;
    Some((lane, list_in(&nearest)?))
}

fn list_in(lane: &HtmlElement) -> Option<HtmlElement> {
    lane.query_selector(".lane-cards").ok().flatten()?.dyn_into().ok()
}

/// The scrolling list of a lane.
pub(super) fn list_of(lane: Lane) -> Option<HtmlElement> {
    glide::all(&format!(".lane[data-stage=\"{}\"] .lane-cards", lane.id)).into_iter().next()
}

fn scroll_near_edges(list: &HtmlElement, (x, y): (f64, f64)) {
    let rect = list.get_bounding_client_rect();
    let by = step(y, rect.top(), rect.bottom());
    if by != 0 {
        list.set_scroll_top(list.scroll_top() + by);
    }
    if let Some(board) = glide::all(".board").into_iter().next() {
        let rect = board.get_bounding_client_rect();
        let by = step(x, rect.left(), rect.right());
        if by != 0 {
            board.set_scroll_left(board.scroll_left() + by);
        }
    }
}

/// How far to scroll in this frame: the nearer to the edge, the faster.
#[expect(clippy::cast_possible_truncation, reason = "at most SPEED")]
fn step(at: f64, start: f64, end: f64) -> i32 {
    let pull = |distance: f64| ((EDGE - distance) / EDGE).clamp(0.0, 1.0) * SPEED;
    (pull(end - at) - pull(at - start)).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_is_the_card_under_the_pointer() {
        assert_eq!(slot_at(-5.0, 100.0), 0);
        assert_eq!(slot_at(99.0, 100.0), 0);
        assert_eq!(slot_at(250.0, 100.0), 2);
    }

    #[test]
    fn the_board_scrolls_only_near_its_edges() {
        assert_eq!(step(500.0, 0.0, 1000.0), 0);
        assert_eq!(step(1000.0, 0.0, 1000.0), 16);
        assert_eq!(step(0.0, 0.0, 1000.0), -16);
    }
}
