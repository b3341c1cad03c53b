//! Short messages after an act, with Undo.

use std::{sync::Arc, time::Duration};

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::{Icon, Size, Tone};

/// How long a message stays; one that can be undone stays longer.
const STAY: Duration = Duration::from_secs(5);
const STAY_WITH_UNDO: Duration = Duration::from_secs(9);
/// More would cover the page.
const MOST: usize = 3;

/// How to take back what a toast tells of. It owns its closure, unlike a [`Callback`], because the
/// menu or card that made it is often gone before it is used: capture only what outlives them.
#[derive(Clone)]
pub struct Undo(Arc<dyn Fn() + Send + Sync>);

impl Undo {
    /// Wraps the act that takes back.
    pub fn new(take_back: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(take_back))
    }
}

/// Where messages go. Provide it once with [`Toasts::provide`], take it anywhere with
/// [`Toasts::take`], show it with [`ToastHost`].
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

#[derive(Clone)]
struct Toast {
    id: u64,
    message: String,
    tone: Tone,
    undo: Option<Undo>,
}

impl Toasts {
    /// Makes the messages available to everything below.
    pub fn provide() -> Self {
        let toasts = Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
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
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let toast = Toast { id, message: message.into(), tone, undo };
        self.list.update(|list| {
            list.push(toast);
            let surplus = list.len().saturating_sub(MOST);
            list.drain(..surplus);
        });
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
    let stay = if toast.undo.is_some() { STAY_WITH_UNDO } else { STAY };
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
    view! {
        <div
            class="toast"
            data-kind=toast.tone.attr()
            on:pointerenter=move |_| hold()
            on:pointerleave=move |_| release()
            on:focusin=move |_| hold()
            on:focusout=move |_| release()
        >
            <Icon name=toast.tone.icon()/>
            <p>{toast.message}</p>
            {toast.undo.map(|take_back| view! {
                <button
                    type="button"
                    class="toast-action"
                    on:click=move |_| {
                        toasts.dismiss(id);
                        (take_back.0)();
                    }
                >
                    {undo}
                </button>
            })}
            <button type="button" class="toast-close" aria-label=close on:click=move |_| toasts.dismiss(id)>
                <Icon name="x" size=Size::Small/>
            </button>
        </div>
    }
}
