//! Choosing other records.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::query::Titles;
use uuid::Uuid;

use super::bridge::list_bridge;
use crate::api::records::lookup;
use crate::context::{Page, t};
use crate::record::value::title;
use crate::ui::{Choice, Combobox, Tag, hue_of};

/// What a search for records found, and whether one is under way.
#[derive(Clone, Copy)]
struct Search {
    target: &'static str,
    options: RwSignal<Vec<Choice>>,
    pending: RwSignal<bool>,
    latest: StoredValue<u32>,
}

impl Search {
    fn new(target: &'static str) -> Self {
        Self { target, options: RwSignal::new(Vec::new()), pending: RwSignal::new(false), latest: StoredValue::new(0) }
    }

    /// Looks for the words; an answer that a later search overtook is dropped.
    fn run(self, words: String) {
        let ticket = self.latest.get_value() + 1;
        self.latest.set_value(ticket);
        self.pending.set(true);
        spawn_local(async move {
            let found = lookup(self.target.to_owned(), words).await.unwrap_or_default();
            if self.latest.try_get_value() != Some(ticket) {
                return;
            }
            let choice = |hit: shared::query::Hit| {
                let choice = Choice::new(hit.id.to_string(), hit.title);
                if hit.subtitle.is_empty() { choice } else { choice.detail(hit.subtitle) }
            };
            self.options.set(found.into_iter().map(choice).collect());
            self.pending.set(false);
        });
    }
}

fn remember(titles: RwSignal<Titles>, choice: &Choice) {
    if let Ok(id) = choice.value.parse::<Uuid>() {
        titles.update(|titles| drop(titles.insert(id, choice.label.clone())));
    }
}

/// One record, looked for by what is typed.
pub fn one(
    target: &'static str,
    value: RwSignal<Value>,
    id: String,
    titles: RwSignal<Titles>,
    label: Signal<String>,
) -> AnyView {
    let page = Page::take();
    let search = Search::new(target);
    let chosen_now = move |value: &Value| {
        value.as_str().map(|id| Choice::new(id, titles.with_untracked(|titles| title(page, titles, id))))
    };
    let chosen = RwSignal::new(untrack(|| value.with_untracked(chosen_now)));
    Effect::new(move |_| {
        let id = value.with(|v| v.as_str().map(str::to_owned));
        // What it is called may come behind it, as it does with a draft, or become another name.
        let told = id.as_ref().and_then(|id| titles.with(|titles| titles.get(&id.parse::<Uuid>().ok()?).cloned()));
        let is_shown = chosen.with_untracked(|chosen| {
            let is_called = |choice: &Choice| told.as_ref().is_none_or(|told| *told == choice.label);
            chosen.as_ref().map(|choice| &choice.value) == id.as_ref() && chosen.as_ref().is_none_or(is_called)
        });
        if !is_shown {
            chosen.set(untrack(|| value.with_untracked(chosen_now)));
        }
    });
    let on_change = move |choice: Option<Choice>| {
        if let Some(choice) = &choice {
            remember(titles, choice);
        }
        value.set(choice.map_or(Value::Null, |choice| choice.value.into()));
    };
    view! {
        <Combobox
            value=chosen
            options=search.options
            pending=search.pending
            on_search=move |words| search.run(words)
            on_change=on_change
            id
            label
            empty=t("list.no_results")
            clear=t("ui.action.clear")
            placeholder=t("ui.input.search_records")
        />
    }
    .into_any()
}

/// Any number of records: those chosen as tags, and an input for one more.
pub(super) fn several(
    target: &'static str,
    value: RwSignal<Value>,
    id: String,
    titles: RwSignal<Titles>,
    label: Signal<String>,
) -> AnyView {
    let page = Page::take();
    let chosen = list_bridge(value);
    let search = Search::new(target);
    let adding = RwSignal::new(None::<Choice>);
    let add = move |choice: Option<Choice>| {
        let Some(choice) = choice else { return };
        remember(titles, &choice);
        adding.set(None);
        chosen.update(|all| {
            if !all.contains(&choice.value) {
                all.push(choice.value);
            }
        });
    };
    let tag = move |id: String| {
        let name = titles.with(|titles| title(page, titles, &id));
        let hue = hue_of(&id);
        let remove = move |()| chosen.update(|all| all.retain(|other| *other != id));
        view! { <Tag label=name hue remove=t("ui.action.remove") on_remove=remove/> }
    };
    view! {
        <div class="stack" style="--gap:var(--s1)">
            <div class="tags">{move || chosen.get().into_iter().map(tag).collect_view()}</div>
            <Combobox
                value=adding
                options=search.options
                pending=search.pending
                on_search=move |words| search.run(words)
                on_change=add
                id
                label
                empty=t("list.no_results")
                clear=t("ui.action.clear")
                placeholder=t("ui.input.search_records")
            />
        </div>
    }
    .into_any()
}
