//! The browser's share of the live log: one stream per browser, shared by its tabs.
//!
//! One tab leads: it holds the stream and passes everything on to the others; when it closes, another takes over where
//! that one stood. Every tab keeps what came lately, so that a page can be kept current from the position at which its
//! data was read, however long that was under way.

mod again;
mod browser;
mod note;
mod stream;
mod tab;
mod viewing;

use leptos::prelude::*;
use shared::live::{LiveEvent, Viewer};
use uuid::Uuid;

use crate::context::Page;
use crate::ui::Connection;
pub(crate) use again::Again;

/// Lets everything that is kept current be loaded anew, in this tab: the server answers otherwise from now on.
pub(crate) fn load_again() {
    browser::load_again();
}

/// Access to live events; cheap to copy.
#[derive(Clone, Copy)]
pub struct Live {
    state: RwSignal<Connection>,
    again: Again,
}

impl Live {
    /// Provides the context; the stream starts in the browser once somebody is signed in.
    pub(crate) fn provide() -> Self {
        let live = Self { state: RwSignal::new(Connection::Live), again: Again::new() };
        provide_context(live);
        let page = Page::take();
        Effect::new(move |_| {
            if let Some(actor) = page.actor() {
                browser::start(actor.user_id, live.state);
            }
        });
        live
    }

    /// The context.
    pub fn take() -> Self {
        expect_context()
    }

    /// How often in a row something could not be loaded for the page itself.
    pub(crate) fn again(self) -> Again {
        self.again
    }

    /// How the stream stands.
    pub fn state(self) -> Signal<Connection> {
        self.state.into()
    }

    /// Calls `apply` in the browser for every event after `cursor` (a snapshot's `live` position), those that came
    /// while the snapshot was loading included, until the calling scope is cleaned up.
    ///
    /// An event may come twice: compare versions. `apply` runs outside of any scope, so take contexts before.
    pub fn follow(self, cursor: &str, apply: impl Fn(&LiveEvent) + 'static) {
        if cfg!(feature = "ssr") {
            return;
        }
        let follower = browser::follow(cursor.parse().ok(), std::rc::Rc::new(apply));
        on_cleanup(move || browser::unfollow(follower));
    }

    /// Calls `apply` in the browser for every event that is told from now on, until the calling scope is cleaned up; for what
    /// needs no snapshot. It may come twice, and runs outside of any scope, as in [`Live::follow`].
    pub fn listen(self, apply: impl Fn(&LiveEvent) + 'static) {
        if cfg!(feature = "ssr") {
            return;
        }
        let listener = browser::listen(std::rc::Rc::new(apply));
        on_cleanup(move || browser::unfollow(listener));
    }

    /// Tells colleagues that this record is open here, until the calling scope is cleaned up; gives who else views it.
    pub fn view(self, record_type: &'static str, id: Uuid) -> Signal<Vec<Viewer>> {
        let viewers = RwSignal::new(Vec::new());
        Effect::new(move |_| viewing::view(record_type, id, viewers));
        viewers.into()
    }
}
