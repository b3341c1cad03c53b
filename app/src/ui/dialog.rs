//! Modal dialogs.

use leptos::web_sys::{HtmlDialogElement, HtmlElement};
use leptos::{html::Dialog as DialogElement, prelude::*, wasm_bindgen::JsCast};

use super::{Button, ButtonKind, Size};

/// Whether a dialog about something is open: as long as there is something. Closing it lets go of that.
pub fn open_about<T: Send + Sync + 'static>(subject: RwSignal<Option<T>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    // Each tells the other only what is new to it: otherwise they would tell each other for ever.
    Effect::new(move |_| {
        let wanted = subject.with(Option::is_some);
        if wanted != open.get_untracked() {
            open.set(wanted);
        }
    });
    Effect::new(move |_| {
        if !open.get() && subject.with_untracked(Option::is_some) {
            subject.set(None);
        }
    });
    open
}

/// What one types into. A finger on the screen asks for the keyboard itself.
const FIRST: &str = ".dialog-body :is(input, textarea, select, [contenteditable=true]):not([disabled], [type=hidden])";

/// How long what one types into may be on its way, in frames: about two seconds.
const PATIENCE: u32 = 120;

/// The browser begins with the first button, which closes: a space would, and further letters would go to the page.
fn begin(dialog: HtmlDialogElement) {
    let active = document().active_element();
    if active.and_then(|element| element.closest(".dialog-head").ok().flatten()).is_none() {
        return;
    }
    drop(dialog.focus());
    let touched = window().match_media("(pointer: coarse)").ok().flatten().is_some_and(|query| query.matches());
    if !touched {
        go_on(dialog, PATIENCE);
    }
}

/// Goes on to the first field as soon as it is there, unless the focus has gone elsewhere.
fn go_on(dialog: HtmlDialogElement, frames: u32) {
    let waits = document().active_element().is_some_and(|element| element.is_same_node(Some(&dialog)));
    match dialog.query_selector(FIRST).ok().flatten().and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        _ if !waits => {}
        Some(field) => drop(field.focus()),
        None if frames > 0 => request_animation_frame(move || go_on(dialog, frames - 1)),
        None => {}
    }
}

/// A native modal dialog; a sheet from below on a phone. The browser keeps the focus inside, puts
/// it back afterwards and closes on Esc. A click beside it does not close it: what was typed
/// would be lost. The content is built when it opens and dropped when it closes.
#[component]
pub fn Dialog(
    /// Whether it is open, both ways.
    open: RwSignal<bool>,
    /// The heading.
    #[prop(into)]
    title: Signal<String>,
    /// Accessible name of the close button.
    #[prop(into)]
    close: Signal<String>,
    /// How wide.
    #[prop(optional)]
    size: Size,
    /// Buttons at the bottom, the main one last.
    #[prop(optional, into)]
    footer: Option<ViewFn>,
    /// Runs when it closes, by whichever way.
    #[prop(optional, into)]
    on_close: Option<Callback<()>>,
    /// The content.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<DialogElement>::new();
    Effect::new(move |_| {
        let (Some(dialog), wanted) = (node.get(), open.get()) else {
            return;
        };
        if wanted && !dialog.open() {
            // A frame later the content is there, and what asks for the focus gets it.
            request_animation_frame(move || {
                if open.get_untracked() && !dialog.open() {
                    // Fails only when the element left the page meanwhile.
                    drop(dialog.show_modal());
                    begin(dialog);
                }
            });
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    let footer = StoredValue::new(footer);
    let children = StoredValue::new(children);
    view! {
        <dialog
            node_ref=node
            class="dialog"
            tabindex="-1"
            data-size=size.attr()
            aria-label=title
            on:close=move |_| {
                open.set(false);
                if let Some(on_close) = on_close {
                    on_close.run(());
                }
            }
        >
            <Show when=move || open.get()>
                <header class="dialog-head">
                    <h2>{title}</h2>
                    <Button kind=ButtonKind::Ghost icon="x" label=close on_click=move |_| open.set(false)/>
                </header>
                <div class="dialog-body">{children.with_value(|children| children())}</div>
                {footer.with_value(|footer| footer.as_ref().map(|footer| view! {
                    <footer class="dialog-foot">{footer.run()}</footer>
                }))}
            </Show>
        </dialog>
    }
}
