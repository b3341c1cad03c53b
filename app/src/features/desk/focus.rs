//! Where the keys go on when what had the focus is gone: its row left the list, its menu closed, its ticket gave way to another.

use std::cell::Cell;
use std::rc::Rc;

use leptos::leptos_dom::helpers::WindowListenerHandle;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use super::list;
use super::model::Desk;

/// Frames in which it may go, or what comes instead may be on its way: about two seconds.
const PATIENCE: u32 = 120;
/// What the head of the open ticket begins with.
const HEAD: &str = ".ticket-head .menu > .button";

/// Where one is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// In the list, at the row of this index.
    Row(usize),
    /// At the open ticket.
    Head,
}

impl Desk {
    /// Where one is at work now.
    pub(super) fn spot(self) -> Spot {
        let in_list = document().active_element().is_some_and(|at| at.closest(".desk-list").ok().flatten().is_some());
        if !in_list && untrack(|| self.address.ticket()).is_some() {
            return Spot::Head;
        }
        self.row_spot()
    }

    /// Where one is at work by now, who was asked something meanwhile: the question takes the focus out of the list.
    pub(super) fn spot_since(self, was: Spot) -> Spot {
        if was == Spot::Head { self.spot() } else { self.row_spot() }
    }

    fn row_spot(self) -> Spot {
        let chosen = || self.selected.with_untracked(|selected| selected.first().copied());
        let current = self.current.get_untracked().or_else(chosen);
        let ids = self.listing.get_value().map(|listing| listing.ids()).unwrap_or_default();
        Spot::Row(current.and_then(|id| ids.iter().position(|other| *other == id)).unwrap_or_default())
    }

    /// Goes on there once nothing has the focus any more, unless one does something else meanwhile.
    pub(super) fn go_on_at(self, spot: Spot) {
        // A frame later: the key that was pressed for the act may still be on its way.
        request_animation_frame(move || {
            let acted = Rc::new(Cell::new(false));
            let listeners = ["pointerdown", "keydown"].map(|event| {
                let acted = acted.clone();
                window_event_listener_untyped(event, move |_| acted.set(true))
            });
            self.watch(spot, PATIENCE, acted, listeners);
        });
    }

    fn watch(self, spot: Spot, frames: u32, acted: Rc<Cell<bool>>, listeners: [WindowListenerHandle; 2]) {
        if frames == 0 || acted.get() || self.listing.is_disposed() {
            return listeners.into_iter().for_each(WindowListenerHandle::remove);
        }
        if document().active_element().is_none_or(|element| element.tag_name() == "BODY") {
            self.focus_at(spot);
        }
        request_animation_frame(move || self.watch(spot, frames - 1, acted, listeners));
    }

    fn focus_at(self, spot: Spot) {
        let ids = self.listing.get_value().map(|listing| listing.ids()).unwrap_or_default();
        match spot {
            Spot::Row(was) if !ids.is_empty() => {
                // The row one is at, or the one that has come into its place.
                let current = self.current.get_untracked();
                let at = ids.iter().position(|id| Some(*id) == current).unwrap_or(was.min(ids.len() - 1));
                list::focus(ids[at], at);
            }
            _ => {
                let head = document().query_selector(HEAD).ok().flatten();
                if let Some(head) = head.and_then(|head| head.dyn_into::<HtmlElement>().ok()) {
                    drop(head.focus());
                }
            }
        }
    }
}
