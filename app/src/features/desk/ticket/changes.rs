//! What changed about a ticket is shown below all that was said: when it opens there, it comes into view.

use leptos::prelude::*;
use leptos::web_sys::{Element, ScrollBehavior, ScrollToOptions};

use super::Ticket;

/// Frames in which it may be on its way: about two seconds.
const PATIENCE: u32 = 120;
/// Between it and the edge above, px.
const GAP: f64 = 8.0;

/// Brings what changed into view whenever one opens it.
pub(super) fn follow(ticket: Ticket) {
    Effect::new(move |was: Option<bool>| {
        let open = ticket.history.get();
        if open && was == Some(false) {
            request_animation_frame(move || reveal(ticket, PATIENCE));
        }
        open
    });
}

/// Scrolls the button that closes it again, which keeps the focus, to the top as soon as there is something below.
fn reveal(ticket: Ticket, frames: u32) {
    if ticket.history.try_get_untracked() != Some(true) {
        return;
    }
    let part = |selector: &str| -> Option<Element> {
        document().query_selector(&format!(".ticket[data-id=\"{}\"] {selector}", ticket.id)).ok().flatten()
    };
    // The end of a timeline is there with its entries.
    if part(".ticket-history .timeline-more").is_none() && frames > 0 {
        return request_animation_frame(move || reveal(ticket, frames - 1));
    }
    if let (Some(area), Some(opened)) = (part(".ticket-scroll"), part(".ticket-history")) {
        let way = ScrollToOptions::new();
        way.set_top(opened.get_bounding_client_rect().top() - area.get_bounding_client_rect().top() - GAP);
        way.set_behavior(if is_calm() { ScrollBehavior::Auto } else { ScrollBehavior::Smooth });
        area.scroll_by_with_scroll_to_options(&way);
    }
}

/// Whether the reader wants nothing to move.
fn is_calm() -> bool {
    window().match_media("(prefers-reduced-motion: reduce)").ok().flatten().is_some_and(|query| query.matches())
}
