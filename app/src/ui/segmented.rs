//! One of two to five choices, all in view.

use leptos::{ev::KeyboardEvent, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

use super::Choice;

/// A segmented control bound to the chosen value; arrows move and choose.
#[component]
pub fn Segmented(
    /// The chosen value.
    #[prop(into)]
    value: Signal<String>,
    /// The choices.
    #[prop(into)]
    options: Signal<Vec<Choice>>,
    /// Accessible name of the group.
    #[prop(into)]
    label: Signal<String>,
    /// Runs with the newly chosen value.
    #[prop(into)]
    on_change: Callback<String>,
) -> impl IntoView {
    let key = move |event: KeyboardEvent| {
        let by: isize = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => 1,
            "ArrowLeft" | "ArrowUp" => -1,
            _ => return,
        };
        event.prevent_default();
        let values = options.with_untracked(|all| all.iter().map(|choice| choice.value.clone()).collect::<Vec<_>>());
        let at = values.iter().position(|own| value.with_untracked(|chosen| chosen == own)).unwrap_or(0);
        let target = at.saturating_add_signed(by).min(values.len().saturating_sub(1));
        if let Some(chosen) = values.get(target) {
            on_change.run(chosen.clone());
            focus_child(&event, target);
        }
    };
    let segment = move |choice: Choice| {
        let (own, chosen) = (choice.value.clone(), choice.value);
        let checked = Memo::new(move |_| value.with(|value| *value == own));
        view! {
            <button
                type="button"
                role="radio"
                aria-checked=move || checked.get().to_string()
                tabindex=move || if checked.get() { "0" } else { "-1" }
                on:click=move |_| on_change.run(chosen.clone())
            >
                {choice.label}
            </button>
        }
    };
    view! {
        <div class="segmented" role="radiogroup" aria-label=label on:keydown=key>
            {move || options.get().into_iter().map(segment).collect_view()}
        </div>
    }
}

fn focus_child(event: &KeyboardEvent, at: usize) {
    let group = event.current_target().and_then(|group| group.dyn_into::<HtmlElement>().ok());
    let index = u32::try_from(at).unwrap_or_default();
    let child =
        group.and_then(|group| group.children().item(index)).and_then(|child| child.dyn_into::<HtmlElement>().ok());
    if let Some(child) = child {
        drop(child.focus());
    }
}
