//! Small marks: a user's tag, a state badge, a stage dot, a filter chip.

use leptos::prelude::*;

use super::{Icon, Size, Tone};

/// A label that users gave, in one of the ten hues.
#[component]
pub fn Tag(
    /// The words.
    #[prop(into)]
    label: Signal<String>,
    /// 0 to 9.
    hue: u8,
    /// Accessible name of the remove button.
    #[prop(optional, into)]
    remove: Option<Signal<String>>,
    /// Makes it removable.
    #[prop(optional, into)]
    on_remove: Option<Callback<()>>,
) -> impl IntoView {
    let name = move || match remove {
        Some(remove) => format!("{} {}", remove.get(), label.get()),
        None => label.get(),
    };
    view! {
        <span class="tag" data-hue=(hue % 10).to_string()>
            {label}
            {on_remove.map(|on_remove| view! {
                <button type="button" class="tag-remove" aria-label=name on:click=move |_| on_remove.run(())>
                    <Icon name="x" size=Size::Small/>
                </button>
            })}
        </span>
    }
}

/// A state: open, won, overdue. The tone never stands alone: give the words, and an icon where
/// it helps.
#[component]
pub fn Badge(
    /// What the state means.
    #[prop(optional, into)]
    tone: Signal<Tone>,
    /// Icon before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <span class="badge" data-tone=move || tone.get().attr()>
            {icon.map(|name| view! { <Icon name/> })}
            {children()}
        </span>
    }
}

/// The hue of the stage at this place of its pipeline: won is green, lost red, the others as unlike as they can be.
#[must_use]
pub fn stage_hue(outcome: Option<&str>, at: usize) -> u8 {
    match outcome {
        Some("won") => 2,
        Some("lost") => 7,
        _ => [0, 1, 9, 8, 5, 4, 6, 3][at % 8],
    }
}

/// A stage's dot; always beside the stage's name.
#[component]
pub fn Dot(
    /// 0 to 9.
    hue: u8,
) -> impl IntoView {
    view! { <span class="dot" data-hue=(hue % 10).to_string() aria-hidden="true"></span> }
}

/// A toggle, or what opens something.
#[component]
pub fn Chip(
    /// The words.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is on.
    #[prop(optional, into)]
    pressed: Signal<bool>,
    /// Icon before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Runs on click.
    #[prop(into)]
    on_click: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=move || pressed.get().to_string()
            on:click=move |_| on_click.run(())
        >
            {icon.map(|name| view! { <Icon name/> })}
            <span>{label}</span>
        </button>
    }
}

/// A filter that holds: its words lead to where it is changed, its cross takes it away.
#[component]
pub fn FilterChip(
    /// The words.
    #[prop(into)]
    label: Signal<String>,
    /// Accessible name of the cross.
    #[prop(into)]
    remove: Signal<String>,
    /// Takes it away.
    #[prop(into)]
    on_remove: Callback<()>,
    /// Opens what changes it; without, it can only go.
    #[prop(optional_no_strip, into)]
    on_change: Option<Callback<()>>,
) -> impl IntoView {
    let words = match on_change {
        Some(change) => {
            view! { <button type="button" class="chip-words" on:click=move |_| change.run(())>{label}</button> }
                .into_any()
        }
        None => view! { <span class="chip-words">{label}</span> }.into_any(),
    };
    view! {
        <span class="chip" data-set="">
            {words}
            <button type="button" class="chip-remove" aria-label=remove on:click=move |_| on_remove.run(())>
                <Icon name="x"/>
            </button>
        </span>
    }
}
