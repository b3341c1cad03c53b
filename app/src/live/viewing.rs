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
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag};

use super::browser;
use crate::api::presence::announce;

/// How often the server wants to hear of us; it forgets viewers after 45 seconds.
const RENEWAL: Duration = Duration::from_secs(20);
/// Going from field to field is no end of editing.
const PAUSE: Duration = Duration::from_millis(400);
/// Where one types; who has only put the cursor into an empty answer doesn't write yet.
const EDITED: &str =
    "main :is(input, textarea, select, [contenteditable]:not([data-empty])), dialog :is(input, textarea, select)";

/// A record open in this tab; cheap to clone.
#[derive(Clone)]
struct Viewing {
    record_type: &'static str,
    id: Uuid,
    viewers: RwSignal<Vec<Viewer>>,
    editing: Rc<Cell<bool>>,
    /// A look at the focus is planned already: one per pause is enough.
    looking: Rc<Cell<bool>>,
}

/// Announces the record until the calling scope is cleaned up; call it in the browser only.
pub(super) fn view(record_type: &'static str, id: Uuid, viewers: RwSignal<Vec<Viewer>>) {
    let viewing = Viewing { record_type, id, viewers, editing: Rc::default(), looking: Rc::default() };
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
        window_event_listener(ev::input, move |_| typing.look()),
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

    /// Tells when somebody begins or ends to type.
    fn look(&self) {
        if self.looking.replace(true) {
            return;
        }
        let viewing = self.clone();
        let compare = move || {
            viewing.looking.set(false);
            let editing = document().active_element().is_some_and(|e| e.matches(EDITED).unwrap_or(false));
            if viewing.editing.replace(editing) != editing && !viewing.viewers.is_disposed() {
                viewing.stay();
            }
        };
        set_timeout(compare, PAUSE);
    }
}
