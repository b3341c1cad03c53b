//! A button and the acts it opens.

use leptos::{
    ev::KeyboardEvent,
    html::{Button as ButtonElement, Div},
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Event, HtmlElement, ToggleEvent},
};

use super::{
    ButtonKind, Icon, Size,
    place::{self, Align},
};

/// A menu: arrows, Home and End move, Esc and a click outside close, the focus goes back to the
/// button. On a phone it is a sheet from below. Put [`super::MenuItem`]s, [`super::MenuLink`]s, `<hr/>` and
/// `<p class="menu-head">` inside.
#[component]
pub fn Menu(
    /// Accessible name of the button and of the menu.
    #[prop(into)]
    label: Signal<String>,
    /// What the button shows; without it, the `icon` alone.
    #[prop(optional, into)]
    trigger: Option<ViewFn>,
    /// Icon of the button when there is no `trigger`.
    #[prop(default = "ellipsis")]
    icon: &'static str,
    /// Weight of the button.
    #[prop(default = ButtonKind::Ghost)]
    kind: ButtonKind,
    /// Size of the button.
    #[prop(optional)]
    size: Size,
    /// Lines the menu up with the end of the button instead of its start.
    #[prop(optional)]
    end: bool,
    /// The entries; built when the menu opens.
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let button = NodeRef::<ButtonElement>::new();
    let list = NodeRef::<Div>::new();
    let align = if end { Align::End } else { Align::Start };
    // A press outside closes the menu before the click arrives, also when it is on our own
    // button; that click must not open it again.
    let was_open = StoredValue::new(false);
    let toggle = move |_| {
        let (Some(opener), Some(panel)) = (button.get_untracked(), list.get_untracked()) else {
            return;
        };
        if was_open.try_update_value(std::mem::take).unwrap_or_default() || open.get_untracked() {
            return place::close(&panel);
        }
        open.set(true);
        // After the entries have been built: their size decides where the menu goes.
        request_animation_frame(move || {
            place::open_beside(&opener, &panel, align);
            focus_entry(&panel, Step::First);
        });
    };
    let icon_only = trigger.is_none();
    view! {
        <div class="menu">
            <button
                node_ref=button
                type="button"
                class="button"
                data-kind=kind.attr()
                data-size=size.attr()
                data-icon-only=icon_only.then_some("")
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                title=label
                on:pointerdown=move |_| was_open.set_value(open.get_untracked())
                on:click=toggle
            >
                {match trigger {
                    Some(trigger) => trigger.run(),
                    None => view! { <Icon name=icon/> }.into_any(),
                }}
                // Behind what is seen rather than instead of it: people who speak to their computer say what they see.
                <span class="visually-hidden">{label}</span>
            </button>
            <div
                node_ref=list
                class="menu-list"
                popover="auto"
                role="menu"
                aria-label=label
                on:click=move |event| if closes(&event) && let Some(panel) = list.get_untracked() { place::close(&panel) }
                on:keydown=move |event| if let Some(panel) = list.get_untracked() { walk(&panel, &event) }
                on:toggle=move |event| {
                    open.set(event.unchecked_ref::<ToggleEvent>().new_state() == "open");
                }
            >
                <Show when=move || open.get()>{children()}</Show>
            </div>
        </div>
    }
}

enum Step {
    First,
    Last,
    Next,
    Previous,
}

fn closes(event: &impl AsRef<Event>) -> bool {
    event
        .as_ref()
        .target()
        .and_then(|target| target.dyn_into::<leptos::web_sys::Element>().ok())
        .and_then(|element| element.closest("[role^=menuitem]").ok().flatten())
        .is_some()
}

fn walk(panel: &HtmlElement, event: &KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" => Step::Next,
        "ArrowUp" => Step::Previous,
        "Home" => Step::First,
        "End" => Step::Last,
        "Tab" => return place::close(panel),
        _ => return,
    };
    event.prevent_default();
    focus_entry(panel, step);
}

fn focus_entry(panel: &HtmlElement, step: Step) {
    let Ok(found) = panel.query_selector_all("[role^=menuitem]:not(:disabled)") else {
        return;
    };
    let entries: Vec<HtmlElement> = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect();
    let active = document().active_element();
    let current =
        entries.iter().position(|entry| active.as_ref().is_some_and(|active| active.is_same_node(Some(entry))));
    let last = entries.len().saturating_sub(1);
    let target = match step {
        Step::First => 0,
        Step::Last => last,
        Step::Next => current.map_or(0, |at| if at == last { 0 } else { at + 1 }),
        Step::Previous => current.map_or(last, |at| at.checked_sub(1).unwrap_or(last)),
    };
    if let Some(entry) = entries.get(target) {
        drop(entry.focus());
    }
}
