//! Search as you type for one record or value.

mod rows;

use leptos::{
    ev::KeyboardEvent,
    html::{Div, Ul},
    leptos_dom::helpers::TimeoutHandle,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Event, HtmlInputElement},
};
use std::time::Duration;

use self::rows::rows;
use super::{
    Choice, Icon,
    field::Wiring,
    place::{self, Align},
};

/// How long typing must rest before `on_search` runs.
const REST: Duration = Duration::from_millis(150);

/// A combobox for references and for long lists. The caller answers `on_search` by filling `options`; nothing is
/// ever created here. Arrows move, Enter chooses, Esc closes and puts the chosen label back.
#[component]
pub fn Combobox(
    /// What is chosen, both ways.
    value: RwSignal<Option<Choice>>,
    /// What the last search found.
    #[prop(into)]
    options: Signal<Vec<Choice>>,
    /// Runs with the text after a short rest, and with `""` when the list first opens.
    #[prop(into)]
    on_search: Callback<String>,
    /// Unique on the page; the list's ids derive from it.
    #[prop(into)]
    id: String,
    /// Accessible name of the input and its list.
    #[prop(into)]
    label: Signal<String>,
    /// What the list says when nothing fits.
    #[prop(into)]
    empty: Signal<String>,
    /// Accessible name of the clear button.
    #[prop(into)]
    clear: Signal<String>,
    /// A search is under way.
    #[prop(optional, into)]
    pending: Signal<bool>,
    /// Grey example text.
    #[prop(optional, into)]
    placeholder: Option<Signal<String>>,
    /// One is always chosen, from options that are at hand: it can't be cleared, the list begins with it, what is typed
    /// takes its place and is looked for at once.
    #[prop(optional)]
    kept: bool,
    /// It can't be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Runs when something is chosen or cleared.
    #[prop(optional, into)]
    on_change: Option<Callback<Option<Choice>>>,
) -> impl IntoView {
    let wiring = Wiring::take();
    let box_ref = NodeRef::<Div>::new();
    let list_ref = NodeRef::<Ul>::new();
    let list = List {
        value,
        options,
        on_search,
        on_change,
        kept,
        open: RwSignal::new(false),
        active: RwSignal::new(0),
        typed: RwSignal::new(None),
        timer: StoredValue::new(None),
        box_ref,
        list_ref,
    };
    let list_id = format!("{id}-list");
    let (controls, active_id, option_id) = (list_id.clone(), list_id.clone(), list_id.clone());
    let shown = move || {
        list.typed
            .get()
            .unwrap_or_else(|| value.with(|chosen| chosen.as_ref().map(|c| c.label.clone()).unwrap_or_default()))
    };
    view! {
        <div class="combobox" node_ref=box_ref>
            <div class="input-icon">
                <Icon name="search"/>
                <input
                    class="input"
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    id=wiring.id().unwrap_or(id)
                    value=value.with_untracked(|chosen| chosen.as_ref().map(|c| c.label.clone()))
                    prop:value=shown
                    required=wiring.required()
                    aria-invalid=wiring.invalid()
                    aria-describedby=wiring.described_by()
                    aria-label=label
                    aria-autocomplete="list"
                    aria-expanded=move || list.open.get().to_string()
                    aria-controls=controls
                    aria-activedescendant=move || list.open.get().then(|| format!("{active_id}-{}", list.active.get()))
                    aria-busy=move || pending.get().then_some("true")
                    placeholder=move || placeholder.map(|text| text.get())
                    disabled=move || disabled.get()
                    on:input=move |event| list.type_text(event_target_value(&event))
                    on:focus=move |event| list.mark(&event)
                    on:click=move |event| {
                        list.mark(&event);
                        list.show();
                    }
                    on:blur=move |_| list.hide()
                    on:keydown=move |event| list.key(&event)
                />
            </div>
            <Show when=move || !kept && value.with(Option::is_some) && !disabled.get()>
                <button type="button" class="combobox-clear" aria-label=clear on:click=move |_| list.choose(None)>
                    <Icon name="x" size=super::Size::Small/>
                </button>
            </Show>
            <ul node_ref=list_ref class="combobox-list" popover="manual" role="listbox" id=list_id aria-label=label>
                {move || {
                    let found = if list.open.get() { options.get() } else { Vec::new() };
                    if found.is_empty() {
                        let busy = pending.get();
                        return view! { <li class="combobox-empty" role="option" aria-disabled="true" aria-selected="false">{move || if busy { "…".to_owned() } else { empty.get() }}</li> }.into_any();
                    }
                    rows(list, &option_id, found)
                }}
            </ul>
        </div>
    }
}

/// The list's state, and what one may do with it.
#[derive(Clone, Copy)]
struct List {
    value: RwSignal<Option<Choice>>,
    options: Signal<Vec<Choice>>,
    on_search: Callback<String>,
    on_change: Option<Callback<Option<Choice>>>,
    kept: bool,
    open: RwSignal<bool>,
    active: RwSignal<usize>,
    /// The text while it differs from what is chosen.
    typed: RwSignal<Option<String>>,
    timer: StoredValue<Option<TimeoutHandle>>,
    box_ref: NodeRef<Div>,
    list_ref: NodeRef<Ul>,
}

impl List {
    fn show(self) {
        if self.open.get_untracked() {
            return;
        }
        self.open.set(true);
        self.on_search.run(String::new());
        let chosen = self.kept.then(|| self.chosen()).flatten();
        self.active.set(chosen.unwrap_or_default());
        if chosen.is_some() {
            // The rows are there a frame later.
            request_animation_frame(move || self.reveal());
        }
        if let (Some(opener), Some(panel)) = (self.box_ref.get_untracked(), self.list_ref.get_untracked()) {
            place::open_beside(&opener, &panel, Align::Stretch);
        }
    }

    /// Where what is chosen stands among the options.
    fn chosen(self) -> Option<usize> {
        let chosen = self.value.get_untracked()?;
        self.options.with_untracked(|all| all.iter().position(|choice| choice.value == chosen.value))
    }

    /// Marks the text of what is chosen, so that what is typed takes its place.
    fn mark(self, event: &Event) {
        if self.kept && self.typed.with_untracked(Option::is_none) {
            event_target::<HtmlInputElement>(event).select();
        }
    }

    fn hide(self) {
        // An input that is taken off the page is left, too.
        if self.open.is_disposed() {
            return;
        }
        self.open.set(false);
        self.typed.set(None);
        self.stop_timer();
        if let Some(panel) = self.list_ref.get_untracked() {
            place::close(&panel);
        }
        self.mark_again();
    }

    /// Marks what is chosen where the input stays in use after a choice or Esc. It is put in at once: coming a moment later
    /// it would not be marked.
    fn mark_again(self) {
        let input = self.box_ref.get_untracked().and_then(|place| place.query_selector("input:focus").ok().flatten());
        if let Some(input) = input.filter(|_| self.kept).and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
            let label = self.value.with_untracked(|chosen| chosen.as_ref().map(|choice| choice.label.clone()));
            input.set_value(&label.unwrap_or_default());
            input.select();
        }
    }

    fn stop_timer(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    fn type_text(self, text: String) {
        self.show();
        self.active.set(0);
        self.typed.set(Some(text.clone()));
        if self.kept {
            // Its options are at hand, and Enter may follow at once.
            return self.on_search.run(text);
        }
        self.stop_timer();
        let search = move || self.on_search.run(text.clone());
        self.timer.set_value(set_timeout_with_handle(search, REST).ok());
    }

    fn choose(self, choice: Option<Choice>) {
        self.value.set(choice.clone());
        self.hide();
        if let Some(on_change) = self.on_change {
            on_change.run(choice);
        }
    }

    fn key(self, event: &KeyboardEvent) {
        let open = self.open.get_untracked();
        // While an input method composes Chinese, its keys are not ours.
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !open => self.show(),
            "ArrowDown" => self.step(1),
            "ArrowUp" => self.step(-1),
            "Enter" if open => {
                // Fewer may have come than there were.
                let at = self.active.get_untracked();
                let found = self.options.with_untracked(|all| all.get(at.min(all.len().saturating_sub(1))).cloned());
                if found.is_some() {
                    self.choose(found);
                }
            }
            "Escape" if open => {
                // The dialog around us must not take this Esc too.
                event.stop_propagation();
                self.hide();
            }
            _ => return,
        }
        event.prevent_default();
    }

    fn step(self, by: isize) {
        let count = self.options.with_untracked(Vec::len);
        if count == 0 {
            return;
        }
        self.active.update(|at| *at = at.saturating_add_signed(by).min(count - 1));
        self.reveal();
    }

    /// Brings the marked row into view.
    fn reveal(self) {
        let at = self.active.try_get_untracked().and_then(|at| u32::try_from(at).ok()).unwrap_or_default();
        let panel = self.list_ref.try_get_untracked().flatten();
        if let Some(row) = panel.and_then(|panel| panel.get_elements_by_class_name("combobox-option").item(at)) {
            let nearest = leptos::web_sys::ScrollIntoViewOptions::new();
            nearest.set_block(leptos::web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    }
}
