//! Short messages after an act, with Undo.

mod acts;

use std::{sync::Arc, time::Duration};

use leptos::ev::FocusEvent;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use uuid::Uuid;

use self::acts::{Acts, Last};
use super::{Icon, Size, Tone};

/// How long a message stays; one with something to press stays longer.
const STAY: Duration = Duration::from_secs(5);
const STAY_TO_PRESS: Duration = Duration::from_secs(9);
/// More would cover the page.
const MOST: usize = 3;

/// How to take back what a toast tells of, or what else can be done about it. It owns its closure, unlike a [`Callback`], because
/// the menu or card that made it is often gone before it is used: capture only what outlives them.
#[derive(Clone)]
pub struct Undo {
    act: Arc<dyn Fn() + Send + Sync>,
    /// What its button says instead of Undo.
    words: Option<String>,
    /// What it takes back, if it tells what came of that.
    set: Option<Uuid>,
}

impl Undo {
    /// Wraps the act that takes back.
    pub fn new(take_back: impl Fn() + Send + Sync + 'static) -> Self {
        Self { act: Arc::new(take_back), words: None, set: None }
    }

    /// Takes nothing back, or nothing that the reader has in mind as done last: the button says what it does, and no key does it.
    #[must_use]
    pub fn called(self, words: String) -> Self {
        Self { words: Some(words), ..self }
    }

    /// Takes back this change set, and tells [`Toasts::tried`] what came of it.
    #[must_use]
    pub fn of(self, change_set: Uuid) -> Self {
        Self { set: Some(change_set), ..self }
    }
}

/// Where messages go. Provide it once with [`Toasts::provide`], take it anywhere with
/// [`Toasts::take`], show it with [`ToastHost`].
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
    /// How to take back what was done, for a key; also of messages that have gone.
    acts: StoredValue<Acts>,
    /// The page that has the key to itself, if these are its messages; see [`Toasts::for_key`].
    page: u64,
}

#[derive(Clone)]
struct Toast {
    id: u64,
    message: String,
    tone: Tone,
    undo: Option<Undo>,
    link: Option<Link>,
}

/// Where more is said: the address, and what the link says.
type Link = (String, String);

impl Toasts {
    /// Makes the messages available to everything below.
    pub fn provide() -> Self {
        let (next, acts) = (StoredValue::new(1), StoredValue::new(Acts::default()));
        let toasts = Self { list: RwSignal::new(Vec::new()), next, acts, page: 0 };
        provide_context(toasts);
        toasts
    }

    /// The same messages for a page, and all below, whose acts alone the key takes back while the page is there: those that are
    /// told of through these. What was begun elsewhere, or goes on in the background, tells through others.
    #[must_use]
    pub fn for_key(self) -> Self {
        let (page, acts) = (self.next_id(), self.acts);
        let toasts = Self { page, ..self };
        acts.update_value(|acts| acts.turn_to(page));
        on_cleanup(move || {
            acts.try_update_value(|acts| acts.leave(page));
        });
        provide_context(toasts);
        toasts
    }

    /// The messages of the app around the caller.
    ///
    /// # Panics
    /// When nobody called [`Toasts::provide`] above.
    #[must_use]
    pub fn take() -> Self {
        expect_context()
    }

    /// Shows a message; call it from event handlers and effects only.
    pub fn push(self, message: impl Into<String>, tone: Tone, undo: Option<Undo>) {
        self.show(message.into(), tone, undo, None);
    }

    /// As [`Toasts::push`], with a link to where more is said: its address and its words.
    pub fn push_linked(self, message: impl Into<String>, tone: Tone, (href, words): (impl Into<String>, String)) {
        self.show(message.into(), tone, None, Some((href.into(), words)));
    }

    /// As [`Toasts::push`], with both a way back and a link, as far as there are such.
    pub fn show(self, message: String, tone: Tone, undo: Option<Undo>, link: Option<Link>) {
        let id = self.next_id();
        if let Some(undo) = undo.as_ref().filter(|undo| undo.words.is_none()) {
            self.remember(id, undo.clone());
        }
        let toast = Toast { id, message, tone, undo, link };
        self.list.update(|list| {
            list.push(toast);
            let surplus = list.len().saturating_sub(MOST);
            list.drain(..surplus);
        });
    }

    /// Lets the key take back something of which no message tells.
    pub fn keep(self, undo: Undo) {
        self.remember(self.next_id(), undo);
    }

    fn remember(self, id: u64, undo: Undo) {
        self.acts.try_update_value(|acts| acts.add((self.page, id), undo, js_sys::Date::now()));
    }

    fn next_id(self) -> u64 {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        id
    }

    /// Takes back the last act, unless it was done long ago, its own button has, or another one is still being taken back.
    /// Whether the key meant something.
    pub fn undo_last(self) -> bool {
        match self.acts.try_update_value(|acts| acts.last(js_sys::Date::now())).flatten() {
            None => return false,
            Some(Last::UnderWay) => {}
            Some(Last::Act(id, undo)) => {
                self.dismiss(id);
                (undo.act)();
            }
        }
        true
    }

    /// A change set was taken back, or could not be; `again` if it may be tried once more: then the key does.
    pub fn tried(self, change_set: Uuid, again: bool) {
        self.acts.try_update_value(|acts| acts.tried(change_set, again));
    }

    fn dismiss(self, id: u64) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }
}

/// Shows the messages; stands once in the page. Read aloud politely; a message stays while the
/// pointer or the focus is on it.
#[component]
pub fn ToastHost(
    /// Accessible name of the region.
    #[prop(into)]
    label: Signal<String>,
    /// What the undo button says.
    #[prop(into)]
    undo: Signal<String>,
    /// Accessible name of the close buttons.
    #[prop(into)]
    close: Signal<String>,
) -> impl IntoView {
    let toasts = Toasts::take();
    view! {
        <div class="toasts" role="region" aria-label=label>
            <div aria-live="polite">
                <For each=move || toasts.list.get() key=|toast| toast.id let:toast>
                    {toast_view(toasts, toast, undo, close)}
                </For>
            </div>
        </div>
    }
}

fn toast_view(toasts: Toasts, toast: Toast, undo: Signal<String>, close: Signal<String>) -> impl IntoView {
    let id = toast.id;
    let stay = if toast.undo.is_some() || toast.link.is_some() { STAY_TO_PRESS } else { STAY };
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let hold = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    let release = move || {
        hold();
        timer.set_value(set_timeout_with_handle(move || toasts.dismiss(id), stay).ok());
    };
    Effect::new(move |_| release());
    on_cleanup(hold);
    // Where the keys came from: there they go on when the message is gone.
    let origin = StoredValue::new_local(None::<HtmlElement>);
    let enter = move |event: FocusEvent| {
        hold();
        let from = event.related_target().and_then(|from| from.dyn_into::<HtmlElement>().ok());
        if let Some(from) = from.filter(|from| from.closest(".toasts").ok().flatten().is_none()) {
            origin.set_value(Some(from));
        }
    };
    let put_away = move || {
        let origin = origin.try_get_value().flatten();
        toasts.dismiss(id);
        give_back(origin);
    };
    view! {
        <div
            class="toast"
            data-kind=toast.tone.attr()
            on:pointerenter=move |_| hold()
            on:pointerleave=move |_| release()
            on:focusin=enter
            on:focusout=move |_| release()
        >
            <Icon name=toast.tone.icon()/>
            <p>{toast.message}</p>
            {toast.undo.map(|Undo { act, words, .. }| view! {
                <button
                    type="button"
                    class="toast-action"
                    on:click=move |_| {
                        put_away();
                        toasts.acts.try_update_value(|acts| acts.begin(id));
                        act();
                    }
                >
                    {move || words.clone().unwrap_or_else(|| undo.get())}
                </button>
            })}
            {toast.link.map(|(href, words)| view! {
                <a class="toast-action" href=href on:click=move |_| toasts.dismiss(id)>{words}</a>
            })}
            <button type="button" class="toast-close" aria-label=close on:click=move |_| put_away()>
                <Icon name="x" size=Size::Small/>
            </button>
        </div>
    }
}

/// Gives the focus to where it came from, else to the page's content, once nothing has it.
fn give_back(origin: Option<HtmlElement>) {
    request_animation_frame(move || {
        if document().active_element().is_some_and(|element| element.tag_name() != "BODY") {
            return;
        }
        let content = || document().get_element_by_id("content").and_then(|main: Element| main.dyn_into().ok());
        if let Some(to) = origin.filter(|origin| origin.is_connected()).or_else(content) {
            drop(to.focus());
        }
    });
}
