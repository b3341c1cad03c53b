//! What a page says when there is nothing, something went wrong, or someone may not see it.

use leptos::prelude::*;

use super::{Icon, Size, Tone};

/// Nothing here yet: what this is for, one action, perhaps a second.
#[component]
pub fn EmptyState(
    /// The icon of what would be here.
    icon: &'static str,
    /// What is missing.
    #[prop(into)]
    title: Signal<String>,
    /// What it is for.
    #[prop(into)]
    text: Signal<String>,
    /// The buttons: the main action first.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    state_view("empty", icon, title, text, children)
}

/// Something went wrong, or is not allowed: what happened, what was kept, what to do.
#[component]
pub fn ErrorState(
    /// What happened.
    #[prop(into)]
    title: Signal<String>,
    /// What was kept and what to do; for `denied`, who can grant it.
    #[prop(into)]
    text: Signal<String>,
    /// It is a matter of rights, not a failure.
    #[prop(optional)]
    denied: bool,
    /// The buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (kind, icon) = if denied { ("denied", "lock") } else { ("error", "circle-alert") };
    state_view(kind, icon, title, text, children)
}

fn state_view(
    kind: &'static str,
    icon: &'static str,
    title: Signal<String>,
    text: Signal<String>,
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="state" data-kind=kind role=(kind != "empty").then_some("alert")>
            <span class="state-mark"><Icon name=icon size=Size::Hero/></span>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="button-group">{children()}</div> })}
        </div>
    }
}

/// A strip above content: one sentence, perhaps a button after it.
#[component]
pub fn Notice(
    /// What it means.
    #[prop(optional)]
    tone: Tone,
    /// The sentence.
    #[prop(into)]
    text: Signal<String>,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let role = if tone == Tone::Danger { "alert" } else { "status" };
    view! {
        <div class="notice" data-tone=tone.attr() role=role>
            <Icon name=tone.icon()/>
            <p>{text}</p>
            {children.map(|children| children())}
        </div>
    }
}
