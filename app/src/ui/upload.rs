//! A place for files: chosen, dropped or pasted, each on its way with its own progress.

mod sending;

use leptos::ev::Event;
use leptos::prelude::*;
use leptos::reactive::send_wrapper_ext::SendOption;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{DataTransfer, FileList, HtmlElement};
use shared::Error;
use shared::command::Outcome;

use super::file_place::FilePlace;
use super::{Button, ButtonKind, Icon, Progress, Size};
use sending::{Sendings, State};

/// The words of a place for files.
#[derive(Clone, Copy)]
pub struct UploadWords {
    /// Chooses files.
    pub choose: Signal<String>,
    /// Says that they can be dropped and pasted, too.
    pub hint: Signal<String>,
    /// Stops one.
    pub cancel: Signal<String>,
    /// Puts one away that failed.
    pub dismiss: Signal<String>,
}

/// Files on their way from elsewhere on the page into a place for them; cheap to copy.
#[derive(Clone, Copy)]
pub struct Incoming(RwSignal<SendOption<FileList>>);

impl Incoming {
    /// None on their way.
    pub fn none() -> Self {
        Self(RwSignal::new(SendOption::new_local(None)))
    }

    /// Sends some on their way.
    pub fn set(self, files: FileList) {
        self.0.set(SendOption::new_local(Some(files)));
    }

    /// Those that are on their way, which they are no longer; told of the next.
    fn take(self) -> Option<FileList> {
        let files = self.0.with(|files| Option::clone(files))?;
        self.0.set(SendOption::new_local(None));
        Some(files)
    }
}

/// A place for files. Each is sent by itself to the address, as multipart; what became of it is told.
#[component]
pub fn Upload(
    /// Where they are sent.
    #[prop(into)]
    to: Signal<String>,
    /// Its words.
    words: UploadWords,
    /// Most bytes of a file.
    max: u64,
    /// Takes pictures that are pasted anywhere on the page where nobody is typing.
    #[prop(optional)]
    pasting: bool,
    /// Files that come from elsewhere on the page.
    #[prop(optional)]
    incoming: Option<Incoming>,
    /// Says why a file was refused.
    #[prop(into)]
    explain: Callback<Error, String>,
    /// Runs with the new attachment of each file that has arrived.
    #[prop(into)]
    on_done: Callback<Outcome>,
) -> impl IntoView {
    let sendings = Sendings::new(to, max, on_done);
    let place = FilePlace::new(move |files| sendings.take(&files));
    if let Some(incoming) = incoming {
        Effect::new(move |_| {
            if let Some(files) = incoming.take() {
                sendings.take(&files);
            }
        });
    }
    if pasting {
        take_pasted(sendings);
    }
    view! {
        <div
            class="upload"
            data-over=move || place.over()
            on:dragover=move |event| place.entered(&event)
            on:dragleave=move |_| place.left()
            on:drop=move |event| place.dropped(&event)
        >
            <label class="upload-pick">
                <input type="file" class="visually-hidden" multiple node_ref=place.input on:change=move |_| place.chosen()/>
                <Icon name="upload"/>
                <span>{words.choose}</span>
                <span class="meta">{words.hint}</span>
            </label>
            <ul class="upload-list" aria-live="polite">
                <For each=move || sendings.list() key=|sending| sending.key let:sending>
                    {line(sendings, sending, words, explain)}
                </For>
            </ul>
        </div>
    }
}

/// A file on its way, or why it did not get there.
fn line(
    sendings: Sendings,
    sending: sending::Sending,
    words: UploadWords,
    explain: Callback<Error, String>,
) -> AnyView {
    let (key, name, state) = (sending.key, sending.name.clone(), sending.state.clone());
    let label = Signal::stored(name.clone());
    let failed = Signal::derive({
        let state = state.clone();
        move || matches!(state.get(), State::Failed(_))
    });
    let below = move || match state.get() {
        State::Waiting => view! { <Progress value=Signal::stored(Some(0.0)) label/> }.into_any(),
        State::Sent(part) => view! { <Progress value=Signal::stored((part < 1.0).then_some(part)) label/> }.into_any(),
        State::Failed(error) => view! { <p class="field-error" role="alert">{explain.run(error)}</p> }.into_any(),
    };
    let close = Signal::derive(move || if failed.get() { words.dismiss.get() } else { words.cancel.get() });
    view! {
        <li>
            <Icon name="file"/>
            <div><span class="truncate">{name}</span>{below}</div>
            <Button kind=ButtonKind::Ghost size=Size::Small icon="x" label=close on_click=move |_| sendings.forget(key)/>
        </li>
    }
    .into_any()
}

/// Takes pictures from the clipboard. Whoever types pastes into what they write.
fn take_pasted(sendings: Sendings) {
    Effect::new(move |_| {
        let listener = window_event_listener_untyped("paste", move |event: Event| {
            if !is_into_text(&event)
                && let Some(files) = pasted(&event)
            {
                event.prevent_default();
                sendings.take(&files);
            }
        });
        on_cleanup(move || listener.remove());
    });
}

fn is_into_text(event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|element| {
        element.is_content_editable() || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}

fn pasted(event: &Event) -> Option<FileList> {
    let data = js_sys::Reflect::get(event, &JsValue::from_str("clipboardData")).ok()?;
    let files = data.dyn_into::<DataTransfer>().ok()?.files()?;
    (files.length() > 0).then_some(files)
}
