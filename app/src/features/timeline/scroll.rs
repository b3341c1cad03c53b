//! Endless scroll: loads earlier entries when the end comes near.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use shared::i18n;

use super::feed::Feed;
use crate::context::t;
use crate::ui::{Button, Notice, SkeletonRows, Tone};

/// How far below the visible part, in px, the end may be before more is loaded.
const AHEAD: f64 = 600.0;

/// The end of the timeline, whatever it scrolls in.
#[component]
pub(super) fn More(feed: Feed) -> impl IntoView {
    let node = NodeRef::<Div>::new();
    let check = move || {
        let Some(end) = node.try_get_untracked().flatten() else { return };
        let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
        let place = end.get_bounding_client_rect();
        // Without a place it is not shown at all, in a closed tab for instance.
        let shown = place.width() > 0.0;
        if shown && place.top() < height + AHEAD && feed.failed.with_untracked(Option::is_none) {
            feed.load_more();
        }
    };
    on_scroll(check);
    // A page that does not fill the screen never scrolls.
    Effect::new(move |_| {
        feed.next.track();
        if !feed.loading.get() {
            request_animation_frame(check);
        }
    });
    let reason = Signal::derive(move || {
        let locale = feed.page.locale.get();
        feed.failed.with(|error| error.as_ref().map(|error| i18n::error_message(locale, error)).unwrap_or_default())
    });
    view! {
        <div class="timeline-more" node_ref=node>
            <Show when=move || feed.loading.get()><SkeletonRows count=3/></Show>
            <Show when=move || feed.failed.with(Option::is_some)>
                <Notice tone=Tone::Danger text=reason>
                    <Button on_click=move |_| feed.retry()>{t("ui.action.retry")}</Button>
                </Notice>
            </Show>
            <Show when=move || feed.next.with(Option::is_none) && feed.entries.with(|all| all.len() > 10)>
                <p class="meta timeline-end">{t("timeline.end")}</p>
            </Show>
        </div>
    }
}

/// Runs `check` whenever something scrolls, until the calling scope is cleaned up. Scroll events do not bubble, so the
/// window listens while they are on their way down.
fn on_scroll(check: impl Fn() + Copy + 'static) {
    Effect::new(move |_| {
        let closure = Closure::<dyn FnMut()>::new(check);
        drop(window().add_event_listener_with_callback_and_bool("scroll", closure.as_ref().unchecked_ref(), true));
        let listener = StoredValue::new_local(closure);
        on_cleanup(move || {
            listener.try_with_value(|closure| {
                let callback = closure.as_ref().unchecked_ref();
                drop(window().remove_event_listener_with_callback_and_bool("scroll", callback, true));
            });
        });
    });
}
