//! The tabs of one browser: who leads, and what they tell each other.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;
use shared::live::{Cursor, LiveEvent};
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use super::note::Note;
use super::stream::Stream;
use super::tab::{Apply, Calls, Tab};
use crate::ui::Connection;

thread_local! {
    static HERE: Here = Here::default();
}

/// This tab. Nothing stays borrowed while followers are called: they may add and remove others.
#[derive(Default)]
struct Here {
    tab: RefCell<Tab>,
    wire: OnceCell<Wire>,
}

/// What connects this tab with the server and the other tabs.
struct Wire {
    /// Absent where tabs cannot agree on a leader: each has its own stream then.
    channel: Option<BroadcastChannel>,
    leads: Cell<bool>,
    stream: Stream,
    trouble: Cell<bool>,
    state: RwSignal<Connection>,
}

/// Starts taking part, once per page.
pub(super) fn start(user: Uuid, state: RwSignal<Connection>) {
    HERE.with(|here| {
        if here.wire.get().is_some() {
            return;
        }
        // Tabs of a user who signed in later are none of ours.
        let name = format!("guanxi-live-{user}");
        let locks = locks();
        let channel = locks.as_ref().and_then(|_| BroadcastChannel::new(&name).ok());
        let wire =
            Wire { channel, leads: Cell::new(false), stream: Stream::new(user), trouble: Cell::new(false), state };
        let _ = here.wire.set(wire);
        here.listen();
        match locks {
            Some(locks) => lead_when_free(&locks, &name),
            None => lead(),
        }
        here.want();
    });
}

/// Adds a follower of everything after `position`, or with `None` of what is not in the log.
pub(super) fn follow(position: Option<Cursor>, apply: Apply) -> u64 {
    let id = HERE.with(|here| here.tab.borrow_mut().follow(position, apply));
    // Not at once: the follower's component is still being built.
    queue_microtask(|| {
        HERE.with(|here| {
            let calls = here.tab.borrow_mut().settle();
            here.make(calls);
            here.want();
        });
    });
    id
}

/// Adds a follower of everything that is told from now on.
pub(super) fn listen(apply: Apply) -> u64 {
    HERE.with(|here| here.tab.borrow_mut().listen(apply))
}

pub(super) fn unfollow(id: u64) {
    // At the very end of the page there may be nothing left to remove it from.
    let _ = HERE.try_with(|here| here.tab.borrow_mut().unfollow(id));
}

/// Passes on what the stream of this tab, the leader, brought.
pub(super) fn publish(note: &Note) {
    HERE.with(|here| {
        here.tell(note);
        here.take(note);
    });
}

/// Tells the followers of this tab to load everything again, and has the stream told in the way that holds now.
pub(super) fn load_again() {
    HERE.with(|here| {
        if let Some(wire) = here.wire.get().filter(|wire| wire.leads.get()) {
            wire.stream.connect(newest());
        }
        here.take(&Note::Passing(Rc::new(LiveEvent::Reset)));
    });
}

/// Where a broken stream is to go on.
pub(super) fn newest() -> Option<Cursor> {
    HERE.with(|here| here.tab.borrow().newest())
}

/// The network came or went.
fn network_changed() {
    HERE.with(|here| {
        here.show();
        if let Some(wire) = here.wire.get().filter(|wire| wire.leads.get() && is_online()) {
            wire.stream.hurry();
        }
    });
}

/// From now on this tab holds the stream.
fn lead() {
    HERE.with(|here| {
        let Some(wire) = here.wire.get() else { return };
        wire.leads.set(true);
        wire.stream.watch();
        let lacking = here.tab.borrow().lacks();
        match lacking {
            Some(position) => here.serve(position),
            None => wire.stream.connect(newest()),
        }
        here.tell(&Note::Lead);
    });
}

impl Here {
    fn listen(&self) {
        let network = Closure::<dyn Fn()>::new(network_changed).into_js_value();
        for name in ["online", "offline"] {
            let _ = window().add_event_listener_with_callback(name, network.unchecked_ref());
        }
        let Some(channel) = self.wire.get().and_then(|wire| wire.channel.as_ref()) else { return };
        let heard = Closure::<dyn Fn(MessageEvent)>::new(|message: MessageEvent| {
            if let Some(note) = message.data().as_string().as_deref().and_then(Note::decode) {
                HERE.with(|here| here.hear(&note));
            }
        });
        channel.set_onmessage(Some(heard.into_js_value().unchecked_ref()));
        // A page brought back from the browser's cache missed what was told meanwhile.
        let shown = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| {
            let kept = js_sys::Reflect::get(&event, &"persisted".into()).is_ok_and(|kept| kept.is_truthy());
            if kept {
                let _ = window().location().reload();
            }
        });
        let _ = window().add_event_listener_with_callback("pageshow", shown.into_js_value().unchecked_ref());
    }

    /// What another tab says.
    fn hear(&self, note: &Note) {
        let leads = self.wire.get().is_some_and(|wire| wire.leads.get());
        match note {
            Note::Want(position) if leads => self.serve(*position),
            Note::Lead => self.want(),
            // A leader that has just left the page may still be heard.
            _ if !leads => self.take(note),
            _ => {}
        }
    }

    fn tell(&self, note: &Note) {
        if let Some(channel) = self.wire.get().and_then(|wire| wire.channel.as_ref()) {
            let _ = channel.post_message(&note.encode().into());
        }
    }

    /// Takes in what the leader, this tab or another, brought.
    fn take(&self, note: &Note) {
        if let (Note::Trouble(trouble), Some(wire)) = (note, self.wire.get()) {
            wire.trouble.set(*trouble);
            self.show();
        }
        let calls = self.tab.borrow_mut().take(note);
        self.make(calls);
    }

    fn make(&self, calls: Calls) {
        for (id, event) in calls {
            let apply = self.tab.borrow().apply_of(id);
            if let Some(apply) = apply {
                let event: &Rc<LiveEvent> = &event;
                apply(event);
            }
        }
    }

    /// Gets what the followers of this tab lack.
    fn want(&self) {
        let lacking = self.tab.borrow().lacks();
        let (Some(position), Some(wire)) = (lacking, self.wire.get()) else { return };
        if wire.leads.get() { self.serve(position) } else { self.tell(&Note::Want(position)) }
    }

    /// As leader: tells everything after `position` again, from what is kept or else from the server.
    fn serve(&self, position: Cursor) {
        let Some(wire) = self.wire.get() else { return };
        let kept = self.tab.borrow().since(position);
        match kept {
            Some(notes) => {
                notes.iter().for_each(|note| self.tell(note));
                self.tell(&Note::Trouble(wire.trouble.get()));
            }
            None => {
                publish(&Note::Start(position));
                wire.stream.connect(Some(position));
            }
        }
    }

    fn show(&self) {
        let Some(wire) = self.wire.get() else { return };
        let state = match (is_online(), wire.trouble.get()) {
            (false, _) => Connection::Offline,
            (true, true) => Connection::Reconnecting,
            (true, false) => Connection::Live,
        };
        if wire.state.try_get_untracked().is_some_and(|shown| shown != state) {
            wire.state.set(state);
        }
    }
}

fn is_online() -> bool {
    window().navigator().on_line()
}

/// The browser's lock manager: missing in old browsers, and where the page came over plain HTTP from elsewhere.
/// The typed binding is not used because web-sys counts it as unstable.
fn locks() -> Option<JsValue> {
    let locks = js_sys::Reflect::get(&window().navigator(), &"locks".into()).ok()?;
    locks.is_object().then_some(locks)
}

/// Leads as soon as no other tab does, until this one closes.
fn lead_when_free(locks: &JsValue, name: &str) {
    let forever = Closure::once_into_js(|_lock: JsValue| -> js_sys::Promise {
        lead();
        // Held until the page is gone.
        js_sys::Promise::new(&mut |_, _| {})
    });
    let request = js_sys::Reflect::get(locks, &"request".into()).ok();
    let request = request.and_then(|request| request.dyn_into::<js_sys::Function>().ok());
    if request.and_then(|request| request.call2(locks, &name.into(), &forever).ok()).is_none() {
        lead();
    }
}
