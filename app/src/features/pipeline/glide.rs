//! Cards glide to where they go (FLIP): positions before, positions after, and an animation between them.

use std::collections::HashMap;
use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use uuid::Uuid;

use crate::ui::place::px;

/// A little longer than the animations in the style sheet.
const GLIDE: Duration = Duration::from_millis(220);
const GLOW: Duration = Duration::from_millis(1200);
const SHAKE: Duration = Duration::from_millis(400);

type Positions = HashMap<String, (f64, f64)>;

/// Runs a change of the board and lets every card that moved by it glide. `from` says where a card seems to be now
/// when that is not where it stands: the one under the finger.
pub(super) fn gliding(from: Option<(Uuid, (f64, f64))>, change: impl FnOnce()) {
    let mut before = positions();
    if let Some((id, at)) = from {
        before.insert(id.to_string(), at);
    }
    change();
    request_animation_frame(move || play(&before));
}

/// Lights a card up once.
pub(super) fn glow(id: Uuid) {
    request_animation_frame(move || mark(id, "data-glow", GLOW));
}

/// Shakes a card that had to go back.
pub(super) fn shake(id: Uuid) {
    request_animation_frame(move || mark(id, "data-refused", SHAKE));
}

/// Puts the focus on a card, once it is on the page.
pub(super) fn focus(id: Uuid) {
    request_animation_frame(move || {
        let link = card(id).and_then(|card| card.query_selector(".card-title").ok().flatten());
        if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
            drop(link.focus());
        }
    });
}

/// The card's element, when it is in view.
pub(super) fn card(id: Uuid) -> Option<HtmlElement> {
    document().query_selector(&format!(".lane .card[data-id=\"{id}\"]")).ok().flatten()?.dyn_into().ok()
}

/// Every element that fits.
pub(super) fn all(selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

fn cards() -> Vec<HtmlElement> {
    all(".lane .card[data-id]:not([data-dragging])")
}

fn name(card: &Element) -> Option<String> {
    card.get_attribute("data-id")
}

fn positions() -> Positions {
    let at = |card: HtmlElement| {
        let rect = card.get_bounding_client_rect();
        Some((name(&card)?, (rect.left(), rect.top())))
    };
    cards().into_iter().filter_map(at).collect()
}

fn play(before: &Positions) {
    for card in cards() {
        let rect = card.get_bounding_client_rect();
        let Some((x, y)) = name(&card).and_then(|name| before.get(&name).copied()) else { continue };
        let (by_x, by_y) = (x - rect.left(), y - rect.top());
        if by_x.abs() < 1.0 && by_y.abs() < 1.0 {
            continue;
        }
        let style = card.style();
        drop(style.set_property("--from-x", &px(by_x)));
        drop(style.set_property("--from-y", &px(by_y)));
        drop(card.set_attribute("data-glide", ""));
        set_timeout(move || drop(card.remove_attribute("data-glide")), GLIDE);
    }
}

fn mark(id: Uuid, attribute: &'static str, stay: Duration) {
    if let Some(card) = card(id) {
        drop(card.set_attribute(attribute, ""));
        set_timeout(move || drop(card.remove_attribute(attribute)), stay);
    }
}
