//! Says that a record is open here, and hears who else has it open.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use shared::live::{LiveEvent, Viewer};
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, Element, Event};

use super::browser;
use crate::api::presence::announce;

/// How often the server wants to hear of us; it forgets viewers after 45 seconds.
const RENEWAL: Duration = Duration::from_secs(20);
/// Going from field to field is no end of editing.
const PAUSE: Duration = Duration::from_millis(400);
/// Who has typed nothing for so long, in ms, doesn't write any more.
const QUIET: f64 = 20_000.0;
/// Where one writes: what one looks for, ticks or chooses is none of it.
const WRITTEN: &str = ":is(main, dialog) :is(input:not([type=search], [type=checkbox], [type=radio], [role=combobox]), \
                       textarea, [contenteditable])";

/// A record open in this tab; cheap to clone.
#[derive(Clone)]
struct Viewing {
    record_type: &'static str,
    id: Uuid,
    viewers: RwSignal<Vec<Viewer>>,
    editing: Rc<Cell<bool>>,
    /// When something was typed last, in ms; whoever has only put the cursor into a text doesn't write.
    typed: Rc<Cell<f64>>,
    /// A look at the focus is planned already: one per pause is enough.
    looking: Rc<Cell<bool>>,
    /// A look is planned for when nothing will have been typed for long.
    resting: Rc<Cell<bool>>,
}

/// Announces the record until the calling scope is cleaned up; call it in the browser only.
pub(super) fn view(record_type: &'static str, id: Uuid, viewers: RwSignal<Vec<Viewer>>) {
    let viewing = Viewing {
        record_type,
        id,
        viewers,
        editing: Rc::default(),
        typed: Rc::new(Cell::new(f64::NEG_INFINITY)),
        looking: Rc::default(),
        resting: Rc::default(),
    };
    viewing.stay();
    let renewing = viewing.clone();
    let renewal = set_interval_with_handle(move || renewing.stay(), RENEWAL).ok();
    let hear = move |event: &LiveEvent| match event {
        LiveEvent::Presence { record_id, viewers: others } if *record_id == id => {
            viewers.try_set(others.clone());
        }
        _ => {}
    };
    let follower = browser::follow(None, Rc::new(hear));
    let (entering, leaving, typing, closing) = (viewing.clone(), viewing.clone(), viewing.clone(), viewing);
    let listeners = [
        window_event_listener(ev::focusin, move |_| entering.look()),
        window_event_listener(ev::focusout, move |_| leaving.look()),
        window_event_listener(ev::input, move |event| typing.hear(&event)),
        window_event_listener(ev::pagehide, move |_| closing.leave_with_page()),
    ];
    on_cleanup(move || {
        renewal.inspect(IntervalHandle::clear);
        listeners.into_iter().for_each(WindowListenerHandle::remove);
        browser::unfollow(follower);
        spawn_local(async move { drop(announce(record_type.to_owned(), id, false, true).await) });
    });
}

impl Viewing {
    fn stay(&self) {
        let (record_type, id, editing, viewers) = (self.record_type, self.id, self.editing.get(), self.viewers);
        spawn_local(async move {
            // Advisory: the next renewal makes good for a lost one.
            if let Ok(others) = announce(record_type.to_owned(), id, editing, false).await {
                viewers.try_set(others);
            }
        });
    }

    /// Ordinary requests are broken off when the page goes.
    fn leave_with_page(&self) {
        let body = json!({"record_type": self.record_type, "id": self.id, "editing": false, "gone": true});
        let parts = js_sys::Array::of1(&JsValue::from_str(&body.to_string()));
        let kind = BlobPropertyBag::new();
        kind.set_type("application/json");
        if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &kind) {
            let _ = window().navigator().send_beacon_with_opt_blob("/api/fn/announce", Some(&blob));
        }
    }

    /// Something was typed, or emptied by what it was sent with.
    fn hear(&self, event: &Event) {
        let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if at.is_some_and(|at| at.matches(WRITTEN).unwrap_or(false)) {
            self.typed.set(js_sys::Date::now());
        }
        self.look();
    }

    /// Tells when one begins to write, and when one has ended: left or emptied what one wrote in, or typed nothing for long.
    fn look(&self) {
        if self.looking.replace(true) {
            return;
        }
        let viewing = self.clone();
        let compare = move || {
            viewing.looking.set(false);
            let editing = viewing.writes();
            if viewing.editing.replace(editing) != editing && !viewing.viewers.is_disposed() {
                viewing.stay();
            }
        };
        set_timeout(compare, PAUSE);
    }

    fn writes(&self) -> bool {
        let since = js_sys::Date::now() - self.typed.get();
        let is_there = |at: Element| at.matches(WRITTEN).unwrap_or(false) && !at.has_attribute("data-empty");
        let writes = since < QUIET && document().active_element().is_some_and(is_there);
        if writes {
            self.look_after(QUIET - since);
        } else {
            // Coming back to it alone is no writing.
            self.typed.set(f64::NEG_INFINITY);
        }
        writes
    }

    fn look_after(&self, wait: f64) {
        if self.resting.replace(true) {
            return;
        }
        let viewing = self.clone();
        let rested = move || {
            viewing.resting.set(false);
            viewing.look();
        };
        set_timeout(rested, Duration::from_secs_f64(wait / 1000.0));
    }
}
