//! Parts of the interface whose code the browser fetches when they are first shown.
//!
//! [`chunk!`](crate::chunk!) declares one; `scripts/build-web.sh` splits the bundle at these points. The server renders
//! them like any view and marks the page with their names, so that the browser has their code before it takes the page
//! over. We hold on to plain hydration, not leptos' lazy routes: those hydrate the whole page asynchronously, whose code
//! weighs more than what they save.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use leptos::leptos_dom::helpers::WindowListenerHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
pub use leptos::wasm_split::SplitLoaderError;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, ErrorState, SkeletonRows, Toasts, Tone};

/// Code on its way.
pub type Fetching = Pin<Box<dyn Future<Output = Result<(), SplitLoaderError>>>>;

/// Fetches code; does nothing when it is there.
pub type Fetch = fn() -> Fetching;

/// Makes a view, where its code is there. It is boxed: what shows it would weigh on the first load once for each view.
type Make = Box<dyn Fn() -> Option<AnyView> + Send + Sync>;

#[wasm_bindgen]
extern "C" {
    /// Brings the texts and styles that the first load left out (`scripts/boot.js`); does nothing when they are there.
    fn guanxi_later() -> js_sys::Promise;
}

/// Fetches code together with what its view looks like and says; whether all has come.
async fn come(fetch: Fetch) -> bool {
    let looks = JsFuture::from(guanxi_later());
    fetch().await.is_ok() && looks.await.is_ok()
}

/// Declares functions that give views whose code lies in the named file:
/// `page fn name(id: Uuid) in file { … }` for what the server renders too, `part fn …` for what is shown later only.
/// `name::view(…)` is the view, `name::fetch` gets its code in advance.
#[macro_export]
macro_rules! chunk {
    ($($kind:ident fn $name:ident($($argument:ident: $type:ty),*) in $file:ident $body:block)*) => { $(
        mod $name {
            #[allow(clippy::wildcard_imports, reason = "the view is written where the macro stands")]
            use super::*;

            #[::leptos::wasm_split::wasm_split($file, wasm_split_path = ::leptos::wasm_split, fallible, preload(preload))]
            fn $name($($argument: $type),*) -> Result<AnyView, $crate::chunk::SplitLoaderError> {
                Ok($body.into_any())
            }

            #[allow(dead_code, reason = "not every view is fetched in advance")]
            pub(super) fn fetch() -> $crate::chunk::Fetching {
                Box::pin(preload())
            }

            pub(super) fn view($($argument: $type),*) -> AnyView {
                let make = move || $crate::chunk::if_ready($name($($argument.clone()),*));
                $crate::chunk::$kind(stringify!($name), fetch, Box::new(make))
            }
        }
    )* };
}

/// What a future gives if it need not wait.
pub(crate) fn if_ready<T>(future: impl Future<Output = Result<T, SplitLoaderError>>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(value)) => Some(value),
        Poll::Ready(Err(_)) | Poll::Pending => None,
    }
}

/// How far the code has come.
#[derive(Clone, Copy, PartialEq)]
enum Code {
    Coming,
    Here,
    Failed,
}

/// Shows what `make` gives, which the server rendered or which is a page of its own; rows that stand for it meanwhile.
pub(crate) fn page(name: &'static str, fetch: Fetch, make: Make) -> AnyView {
    if let Some(view) = make() {
        return view! { {view}<span hidden data-chunk=name></span> }.into_any();
    }
    let code = RwSignal::new(Code::Coming);
    let load = move || {
        code.set(Code::Coming);
        spawn_local(async move {
            code.try_set(if come(fetch).await { Code::Here } else { Code::Failed });
        });
    };
    load();
    let show = move || match code.get() {
        Code::Here => make(),
        Code::Coming => Some(view! { <div class="page"><SkeletonRows/></div> }.into_any()),
        Code::Failed => Some(failure(load)),
    };
    show.into_any()
}

/// Shows what `make` gives as soon as its code is there, and nothing until then. The server shows nothing of it, whatever the
/// address says: what it renders is taken over at once, when the code of a part is not there yet.
pub(crate) fn part(_name: &'static str, fetch: Fetch, make: Make) -> AnyView {
    let here = RwSignal::new(false);
    Effect::new(move |_| match if_ready(fetch()) {
        Some(()) => here.set(true),
        None => await_code(fetch, here, true),
    });
    (move || here.get().then(&make)).into_any()
}

/// Tries until the code has come; says so when the first attempt fails.
fn await_code(fetch: Fetch, here: RwSignal<bool>, first: bool) {
    let (page, toasts) = (use_context::<Page>(), use_context::<Toasts>());
    spawn_local(async move {
        if come(fetch).await {
            here.try_set(true);
            return;
        }
        if let (true, Some(page), Some(toasts)) = (first, page, toasts) {
            toasts.push(page.text_now("error.offline"), Tone::Danger, None);
        }
        set_timeout(move || await_code(fetch, here, false), RETRY);
    });
}

/// Shows a part from the first time that it is wanted.
pub(crate) fn once(
    wanted: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let shown = Memo::new(move |before: Option<&bool>| before == Some(&true) || wanted());
    (move || shown.get().then(&view)).into_any()
}

/// Fetches code with the first sign of somebody at the page, which is well before they can have opened what needs it.
pub(crate) fn fetch_soon(fetch: Fetch) {
    let waiting = StoredValue::new(true);
    let wake = move || {
        if waiting.try_get_value() == Some(true) {
            waiting.set_value(false);
            // What is wanted before it has come is fetched again, with its failures told.
            spawn_local(async move { drop(fetch().await) });
        }
    };
    Effect::new(move |_| {
        let moved = window_event_listener(leptos::ev::pointermove, move |_| wake());
        let pressed = window_event_listener(leptos::ev::pointerdown, move |_| wake());
        let typed = window_event_listener(leptos::ev::keydown, move |_| wake());
        on_cleanup(move || [moved, pressed, typed].into_iter().for_each(WindowListenerHandle::remove));
    });
}

fn failure(load: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    view! {
        <ErrorState title=t("ui.state.offline") text=t("ui.state.offline_text")>
            <Button kind=ButtonKind::Primary icon="refresh-cw" on_click=move |_| load()>{t("ui.action.retry")}</Button>
        </ErrorState>
    }
    .into_any()
}

/// Runs `then` once the code of every chunk that the server rendered into the page is there, however often it takes.
pub fn when_fetched(chunks: &'static [(&'static str, Fetch)], then: impl FnOnce() + 'static) {
    wasm_bindgen_futures::spawn_local(async move {
        for (name, fetch) in chunks {
            let shown = document().query_selector(&format!("[data-chunk={name}]")).ok().flatten().is_some();
            if shown && fetch().await.is_err() {
                return set_timeout(move || when_fetched(chunks, then), RETRY);
            }
        }
        then();
    });
}

/// Between two attempts to fetch code that the page cannot be taken over without.
const RETRY: Duration = Duration::from_secs(2);
