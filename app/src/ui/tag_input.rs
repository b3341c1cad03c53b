//! Several short labels.

use leptos::{ev::KeyboardEvent, prelude::*};

use super::{Choice, Tag, field::Wiring};

/// Tags bound to `value`: Enter or a comma adds what was typed, Backspace in the empty input
/// takes the last one away. `suggestions` offers known tags with their hues.
#[component]
pub fn TagInput(
    /// The tags, both ways, without doubles.
    value: RwSignal<Vec<String>>,
    /// Known tags, offered by the browser while typing.
    #[prop(optional, into)]
    suggestions: Signal<Vec<Choice>>,
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// Accessible name where no [`super::Field`] gives one.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// Accessible name of the remove buttons.
    #[prop(into)]
    remove: Signal<String>,
    /// It can't be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let wiring = Wiring::take();
    let typed = RwSignal::new(String::new());
    let list_id = format!("{id}-known");
    let add = move || {
        // An input that is taken off the page is left, too.
        let Some(text) = typed.try_get_untracked() else { return };
        typed.set(String::new());
        // What is pasted, or written without keys of its own, may be several.
        for text in text.split([',', '，', '、', ';', '；']).map(str::trim).filter(|text| !text.is_empty()) {
            if value.with_untracked(|tags| tags.iter().all(|tag| tag != text)) {
                value.update(|tags| tags.push(text.to_owned()));
            }
        }
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        _ if event.is_composing() => {}
        "Enter" | "," | "，" if !typed.with_untracked(String::is_empty) => {
            event.prevent_default();
            add();
        }
        "Backspace" if typed.with_untracked(String::is_empty) => value.update(|tags| drop(tags.pop())),
        _ => {}
    };
    let tag = move |text: String| {
        let (hue, own) = (hue_of_tag(suggestions, &text), text.clone());
        view! {
            <Tag
                label=text
                hue=hue
                remove
                on_remove=move |()| value.update(|tags| tags.retain(|tag| *tag != own))
            />
        }
    };
    view! {
        <div class="input tag-input">
            {move || value.get().into_iter().map(tag).collect_view()}
            <input
                type="text"
                autocomplete="off"
                id=wiring.id().unwrap_or(id)
                list=list_id.clone()
                prop:value=typed
                aria-invalid=wiring.invalid()
                aria-describedby=wiring.described_by()
                aria-label=move || label.map(|label| label.get())
                disabled=move || disabled.get()
                on:input=move |event| typed.set(event_target_value(&event))
                on:keydown=key
                on:blur=move |_| add()
            />
            <datalist id=list_id>
                {move || suggestions.get().into_iter().map(|choice| view! { <option value=choice.label></option> }).collect_view()}
            </datalist>
        </div>
    }
}

fn hue_of_tag(suggestions: Signal<Vec<Choice>>, text: &str) -> u8 {
    let known = suggestions.with(|all| all.iter().find(|choice| choice.label == text).and_then(|choice| choice.hue));
    known.unwrap_or_else(|| super::hue_of(text))
}
