//! The command palette: finds every record, goes everywhere, switches language and look.

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html::{Dialog, Input};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::query::Hit;

use super::commands::{Act, Line, all_names, commands};
use super::found::{found_lines, recent_lines};
use crate::api::records::search;
use crate::context::{Page, t};
use crate::named::{Learned, Sounds};
use crate::ui::Icon;

/// How long typing must rest before the server is asked.
const REST: Duration = Duration::from_millis(120);

/// What is open, typed, found and marked.
#[derive(Clone, Copy)]
pub struct Palette {
    page: Page,
    keys: RwSignal<bool>,
    typed: RwSignal<String>,
    hits: RwSignal<Vec<Hit>>,
    active: RwSignal<usize>,
    /// The words `hits` belong to.
    answered: RwSignal<String>,
    /// How the commands are typed by pinyin, once somebody types letters.
    learned: Learned,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Palette {
    /// Everything on offer, in order.
    fn lines(self) -> Vec<Line> {
        let typed = self.typed.get();
        let commands = self.learned.with(|sounds| commands(self.page, &typed, sounds)).into_iter();
        if typed.trim().is_empty() {
            let recent = self.hits.with(|hits| recent_lines(self.page, hits));
            return recent.into_iter().chain(commands).collect();
        }
        commands.chain(self.hits.with(|hits| found_lines(self.page, hits))).collect()
    }

    /// Takes in how the commands sound. More of them may stand before the marked line, which stays the same.
    fn know(self, sounds: Sounds) {
        let marked = self.marked();
        self.learned.add(sounds);
        let lines = untrack(|| self.lines());
        if let Some(at) = marked.and_then(|marked| lines.iter().position(|line| line.does_as(&marked))) {
            self.active.set(at);
        }
    }

    /// The line that Enter chooses.
    fn marked(self) -> Option<Line> {
        untrack(|| self.lines().into_iter().nth(self.active.get()))
    }

    fn type_text(self, text: String) {
        self.active.set(0);
        self.typed.set(text.clone());
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        if text.trim().is_empty() {
            self.hits.set(Vec::new());
            return self.ask(text);
        }
        self.learned.learn(&text, || untrack(|| all_names(self.page)), move |sounds| self.know(sounds));
        let ask = move || self.ask(text.clone());
        self.timer.set_value(set_timeout_with_handle(ask, REST).ok());
    }

    /// An answer to words that were changed meanwhile is dropped.
    fn ask(self, text: String) {
        spawn_local(async move {
            let found = search(text.clone()).await.unwrap_or_default();
            if self.typed.with_untracked(|typed| *typed == text) {
                self.hits.set(found);
                self.answered.set(text);
            }
        });
    }

    fn step(self, by: isize) {
        let count = untrack(|| self.lines().len());
        if count > 0 {
            self.active.update(|at| *at = (*at).saturating_add_signed(by).min(count - 1));
            let id = format!("palette-{}", self.active.get_untracked());
            if let Some(row) = document().get_element_by_id(&id) {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                row.scroll_into_view_with_scroll_into_view_options(&options);
            }
        }
    }
}

/// The palette; `open` shows it.
#[component]
pub fn CommandPalette(
    /// Whether it is open, both ways.
    open: RwSignal<bool>,
    /// Whether the keys dialog is open; a command here opens it.
    keys: RwSignal<bool>,
) -> impl IntoView {
    let palette = Palette {
        page: Page::take(),
        keys,
        typed: RwSignal::new(String::new()),
        hits: RwSignal::new(Vec::new()),
        active: RwSignal::new(0),
        answered: RwSignal::new(String::new()),
        learned: Learned::new(),
        timer: StoredValue::new(None),
    };
    let (dialog, input) = (NodeRef::<Dialog>::new(), NodeRef::<Input>::new());
    Effect::new(move |_| {
        let (Some(dialog), wanted) = (dialog.get(), open.get()) else { return };
        if wanted && !dialog.open() {
            palette.type_text(String::new());
            drop(dialog.show_modal());
            if let Some(input) = input.get_untracked() {
                input.set_value("");
                drop(input.focus());
            }
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    let navigate = use_navigate();
    let choose = StoredValue::new(move |line: &Line| {
        open.set(false);
        match line.act {
            Act::Open(ref href) => navigate(href, NavigateOptions::default()),
            Act::Keys => palette.keys.set(true),
            Act::Set(set) => set(palette.page),
        }
    });
    let press = move |event: KeyboardEvent| match event.key().as_str() {
        _ if event.is_composing() => {}
        "ArrowDown" => {
            event.prevent_default();
            palette.step(1);
        }
        "ArrowUp" => {
            event.prevent_default();
            palette.step(-1);
        }
        "Enter" => {
            event.prevent_default();
            if let Some(line) = palette.marked() {
                choose.with_value(|choose| choose(&line));
            }
        }
        _ => {}
    };
    // A click on the backdrop closes: nothing of value was typed.
    let outside = move |event: leptos::ev::MouseEvent| {
        if event.target() == event.current_target() {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=dialog class="dialog palette" aria-label=t("ui.search.open") on:close=move |_| open.set(false) on:click=outside>
            <div class="palette-input">
                <Icon name="search"/>
                <input
                    node_ref=input
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label=t("ui.search.open")
                    aria-autocomplete="list"
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-activedescendant=move || format!("palette-{}", palette.active.get())
                    placeholder=t("ui.search.placeholder")
                    on:input=move |event| palette.type_text(event_target_value(&event))
                    on:keydown=press
                />
                <button type="button" class="palette-close" aria-label=t("ui.action.close") on:click=move |_| open.set(false)>
                    <Icon name="x"/>
                </button>
            </div>
            <Show when=move || open.get()>
                <Lines palette choose=Callback::new(move |line: Line| choose.with_value(|choose| choose(&line)))/>
            </Show>
        </dialog>
    }
}

#[component]
fn Lines(palette: Palette, choose: Callback<Line>) -> impl IntoView {
    let nothing = move || {
        let text = palette.typed.get();
        let answered = palette.answered.with(|answered| *answered == text);
        answered.then(|| {
            view! {
                <div class="palette-none" role="status">
                    <p>{palette.page.text_with("ui.search.none", &[("text", text.trim())])}</p>
                    <p class="meta">{palette.page.text("ui.search.hint")}</p>
                </div>
            }
        })
    };
    move || {
        let lines = palette.lines();
        if lines.is_empty() {
            return nothing().into_any();
        }
        let mut groups: Vec<(String, Vec<(usize, Line)>)> = Vec::new();
        for (at, line) in lines.into_iter().enumerate() {
            match groups.last_mut().filter(|(group, _)| *group == line.group) {
                Some((_, members)) => members.push((at, line)),
                None => groups.push((line.group.clone(), vec![(at, line)])),
            }
        }
        let group = move |(name, lines): (String, Vec<(usize, Line)>)| {
            let rows = lines.into_iter().map(|(at, line)| view! { <Row palette at line choose/> }).collect_view();
            let label = name.clone();
            view! {
                <div role="group" aria-label=label>
                    <p class="palette-group" aria-hidden="true">{name}</p>
                    {rows}
                </div>
            }
        };
        view! {
            <div class="palette-list" id="palette-list" role="listbox" aria-label=t("ui.search.open")>
                {groups.into_iter().map(group).collect_view()}
            </div>
        }
        .into_any()
    }
}

#[component]
fn Row(palette: Palette, at: usize, line: Line, choose: Callback<Line>) -> impl IntoView {
    let own = line.clone();
    view! {
        <div
            class="palette-item"
            role="option"
            id=format!("palette-{at}")
            aria-selected=move || (palette.active.get() == at).to_string()
            on:click=move |_| choose.run(own.clone())
        >
            <Icon name=line.icon/>
            <span class="truncate">{line.text}</span>
            <span class="meta" data-keys=line.is_keys.then_some("")>{line.detail}</span>
        </div>
    }
}
