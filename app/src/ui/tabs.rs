//! Tabs over panels of one record.

use leptos::{ev::KeyboardEvent, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

use super::Icon;

/// One tab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TabItem {
    /// Names it, such as `"timeline"`; its panel has the same key.
    pub key: &'static str,
    /// What people read.
    pub label: String,
    /// Icon before the label.
    pub icon: Option<&'static str>,
    /// How many things it holds.
    pub count: Option<u64>,
}

/// A tab list bound to the active key. Left, right, Home and End move and choose.
#[component]
pub fn Tabs(
    /// The tabs.
    #[prop(into)]
    items: Signal<Vec<TabItem>>,
    /// The key of the active one, both ways.
    active: RwSignal<&'static str>,
    /// Accessible name of the list.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let key = move |event: KeyboardEvent| {
        let keys = items.with_untracked(|items| items.iter().map(|item| item.key).collect::<Vec<_>>());
        let at = keys.iter().position(|key| *key == active.get_untracked()).unwrap_or(0);
        let target = match event.key().as_str() {
            "ArrowRight" => (at + 1).min(keys.len().saturating_sub(1)),
            "ArrowLeft" => at.saturating_sub(1),
            "Home" => 0,
            "End" => keys.len().saturating_sub(1),
            _ => return,
        };
        event.prevent_default();
        if let Some(key) = keys.get(target) {
            active.set(key);
            focus_tab(&event, target);
        }
    };
    let tab = move |item: TabItem| {
        let key = item.key;
        let selected = move || active.get() == key;
        view! {
            <button
                type="button"
                class="tab"
                role="tab"
                id=format!("tab-{key}")
                aria-controls=format!("panel-{key}")
                aria-selected=move || selected().to_string()
                tabindex=move || if selected() { "0" } else { "-1" }
                on:click=move |_| active.set(key)
            >
                {item.icon.map(|name| view! { <Icon name/> })}
                {item.label}
                {item.count.map(|count| view! { <span class="count">{count}</span> })}
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=label on:keydown=key>
            {move || items.get().into_iter().map(tab).collect_view()}
        </div>
    }
}

/// What a tab shows; built when it becomes active.
#[component]
pub fn TabPanel(
    /// The tab's key.
    key: &'static str,
    /// The active key.
    active: RwSignal<&'static str>,
    /// The content.
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    view! {
        <div role="tabpanel" id=format!("panel-{key}") aria-labelledby=format!("tab-{key}") hidden=move || active.get() != key>
            <Show when=move || active.get() == key>{children.with_value(|children| children())}</Show>
        </div>
    }
}

fn focus_tab(event: &KeyboardEvent, at: usize) {
    let list = event.current_target().and_then(|list| list.dyn_into::<HtmlElement>().ok());
    let index = u32::try_from(at).unwrap_or_default();
    let tab = list.and_then(|list| list.children().item(index)).and_then(|tab| tab.dyn_into::<HtmlElement>().ok());
    if let Some(tab) = tab {
        drop(tab.focus());
    }
}
