//! The leader's stream: connects, resumes, and notices when it went quiet.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::live::{Cursor, LiveEvent};
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, EventSource, MessageEvent, RequestInit, Response};

use super::browser::{newest, publish};
use super::note::Note;

/// A break shorter than this is nobody's concern.
const CALM: Duration = Duration::from_millis(1_500);
/// The server beats every 15 seconds; a stream silent for longer than this, in milliseconds, is dead.
const SILENCE: f64 = 40_000.0;
/// How often the stream is looked after.
const WATCH: Duration = Duration::from_secs(5);
/// Longest wait between two tries, seconds; the first is one second.
const LONGEST_WAIT: u64 = 30;

/// An event stream that stays; cheap to clone.
#[derive(Clone)]
pub(super) struct Stream(Rc<Inner>);

struct Inner {
    user: Uuid,
    source: RefCell<Option<EventSource>>,
    /// Time of the last sign of life, by the browser's clock.
    heard: Cell<f64>,
    /// Tries since the stream was last open.
    failures: Cell<u32>,
    retry: Cell<Option<TimeoutHandle>>,
    /// Runs while a break is too short to be shown.
    calm: Cell<Option<TimeoutHandle>>,
    /// The handlers, made once.
    handlers: OnceCell<Handlers>,
}

struct Handlers {
    open: Closure<dyn Fn(Event)>,
    message: Closure<dyn Fn(MessageEvent)>,
    beat: Closure<dyn Fn(MessageEvent)>,
    error: Closure<dyn Fn(Event)>,
}

impl Stream {
    /// A stream of this user, not yet connected.
    pub(super) fn new(user: Uuid) -> Self {
        Self(Rc::new(Inner {
            user,
            source: RefCell::default(),
            heard: Cell::default(),
            failures: Cell::default(),
            retry: Cell::default(),
            calm: Cell::default(),
            handlers: OnceCell::new(),
        }))
    }

    /// Connects anew; gets everything after the position.
    pub(super) fn connect(&self, after: Option<Cursor>) {
        self.close();
        self.0.heard.set(js_sys::Date::now());
        let after = after.map(|cursor| format!("&after={cursor}")).unwrap_or_default();
        let Ok(source) = EventSource::new(&format!("{}{after}", self.address())) else { return };
        let handlers = self.0.handlers.get_or_init(|| self.handlers());
        source.set_onopen(Some(handlers.open.as_ref().unchecked_ref()));
        source.set_onmessage(Some(handlers.message.as_ref().unchecked_ref()));
        source.set_onerror(Some(handlers.error.as_ref().unchecked_ref()));
        let _ = source.add_event_listener_with_callback("beat", handlers.beat.as_ref().unchecked_ref());
        *self.0.source.borrow_mut() = Some(source);
    }

    /// Connects anew at once: the network is back, or another one, on which the old connection leads nowhere.
    pub(super) fn hurry(&self) {
        self.0.failures.set(0);
        self.connect(newest());
    }

    /// From now on notices when the stream goes quiet: after sleep a browser may wait long on a dead connection.
    pub(super) fn watch(&self) {
        let stream = self.clone();
        let look = move || {
            let waits = stream.0.source.borrow().is_none();
            if !waits && js_sys::Date::now() - stream.0.heard.get() > SILENCE {
                stream.broke();
                stream.connect(newest());
            }
        };
        // Never cleared: this tab leads until it closes.
        let _ = set_interval_with_handle(look, WATCH);
    }

    fn address(&self) -> String {
        format!("/api/v1/events?user={}", self.0.user)
    }

    fn handlers(&self) -> Handlers {
        let on = |act: fn(&Self)| {
            let stream = self.clone();
            Closure::<dyn Fn(Event)>::new(move |_| act(&stream))
        };
        let telling = |read: fn(&MessageEvent) -> Option<Note>| {
            let stream = self.clone();
            Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
                stream.0.heard.set(js_sys::Date::now());
                if let Some(note) = read(&message) {
                    publish(&note);
                }
            })
        };
        Handlers {
            open: on(Self::opened),
            message: telling(event_of),
            beat: telling(|message| position_of(message).map(Note::Beat)),
            error: on(Self::failed),
        }
    }

    fn is_open(&self) -> bool {
        self.0.source.borrow().as_ref().is_some_and(|source| source.ready_state() == EventSource::OPEN)
    }

    fn close(&self) {
        if let Some(source) = self.0.source.borrow_mut().take() {
            source.close();
        }
        self.0.retry.take().inspect(TimeoutHandle::clear);
    }

    fn opened(&self) {
        self.0.heard.set(js_sys::Date::now());
        self.0.failures.set(0);
        self.0.calm.take().inspect(TimeoutHandle::clear);
        publish(&Note::Trouble(false));
    }

    /// While it is connecting the browser tries again by itself; an answer that is no stream ends its efforts.
    fn failed(&self) {
        self.broke();
        let closed = self.0.source.borrow().as_ref().is_none_or(|s| s.ready_state() == EventSource::CLOSED);
        if closed {
            self.close();
            let stream = self.clone();
            spawn_local(async move {
                if stream.is_refused().await {
                    // The server sends whoever is not signed in to the sign-in page, and knows who is.
                    let _ = window().location().reload();
                } else {
                    stream.retry_later();
                }
            });
        }
    }

    /// Says so after a moment, unless the stream is back by then.
    fn broke(&self) {
        let calm = self.0.calm.take();
        let stream = self.clone();
        let say = move || {
            if !stream.is_open() {
                publish(&Note::Trouble(true));
            }
        };
        self.0.calm.set(calm.or_else(|| set_timeout_with_handle(say, CALM).ok()));
    }

    fn retry_later(&self) {
        let failures = self.0.failures.replace(self.0.failures.get().saturating_add(1));
        let wait = (1 << failures.min(5)).min(LONGEST_WAIT);
        let stream = self.clone();
        let retry = set_timeout_with_handle(move || stream.connect(newest()), Duration::from_secs(wait)).ok();
        self.0.retry.replace(retry).inspect(TimeoutHandle::clear);
    }

    /// Whether the server wants somebody to sign in: an event source does not tell the status.
    async fn is_refused(&self) -> bool {
        let init = RequestInit::new();
        init.set_method("HEAD");
        let answer = JsFuture::from(window().fetch_with_str_and_init(&self.address(), &init)).await;
        answer.ok().and_then(|answer| answer.dyn_into::<Response>().ok()).is_some_and(|answer| answer.status() == 401)
    }
}

fn position_of(message: &MessageEvent) -> Option<Cursor> {
    message.last_event_id().parse().ok()
}

/// The event of a message; `None` for kinds that a newer server may send.
fn event_of(message: &MessageEvent) -> Option<Note> {
    let event: LiveEvent = serde_json::from_slice(message.data().as_string()?.as_bytes()).ok()?;
    let event = Rc::new(event);
    match *event {
        LiveEvent::Presence { .. } => Some(Note::Passing(event)),
        _ => Some(Note::Event(position_of(message)?, event)),
    }
}
