//! Buttons, and links that look like them.

use leptos::{ev::MouseEvent, prelude::*};

use super::{Icon, Size};

/// How much weight a button carries; one primary per view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one act the view is for.
    Primary,
    /// Other acts.
    #[default]
    Secondary,
    /// Acts that should not draw the eye: toolbars, rows.
    Ghost,
    /// Destroys something; asks first.
    Danger,
}

impl ButtonKind {
    pub(super) fn attr(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Ghost => "ghost",
            Self::Danger => "danger",
        }
    }
}

/// A button. With `label` and no children it shows only its icon, and the label is what readers
/// hear and the pointer sees. While `busy`, it keeps its size, pulses quietly and takes no clicks.
#[component]
pub fn Button(
    /// How much weight it carries.
    #[prop(optional)]
    kind: ButtonKind,
    /// How large.
    #[prop(optional)]
    size: Size,
    /// Icon before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// The accessible name; needed when there are no children.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// Work is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// It can't be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// For toggles: whether it is on.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    /// Sends the form around it.
    #[prop(optional)]
    submit: bool,
    /// As wide as its container.
    #[prop(optional)]
    block: bool,
    /// Runs on click, Enter or Space.
    #[prop(optional, into)]
    on_click: Option<Callback<MouseEvent>>,
    /// The words.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let icon_only = children.is_none();
    view! {
        <button
            class="button"
            type=if submit { "submit" } else { "button" }
            data-kind=kind.attr()
            data-size=size.attr()
            data-icon-only=icon_only.then_some("")
            data-block=block.then_some("")
            aria-label=move || label.map(|label| label.get())
            title=move || label.filter(|_| icon_only).map(|label| label.get())
            aria-busy=move || busy.get().then_some("true")
            aria-pressed=move || pressed.map(|pressed| pressed.get().to_string())
            disabled=move || disabled.get()
            on:click=move |event| {
                if busy.get_untracked() {
                    event.prevent_default();
                } else if let Some(on_click) = on_click {
                    on_click.run(event);
                }
            }
        >
            {icon.map(|name| view! { <Icon name/> })}
            {children.map(|children| view! { <span>{children()}</span> })}
        </button>
    }
}

/// A link that looks like a button: for acts that have an address, so that middle-click works.
#[component]
pub fn LinkButton(
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// How much weight it carries.
    #[prop(optional)]
    kind: ButtonKind,
    /// How large.
    #[prop(optional)]
    size: Size,
    /// Icon before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// The accessible name; needed when there are no children.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// It leads to a file rather than to a page.
    #[prop(optional)]
    file: bool,
    /// The words.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let icon_only = children.is_none();
    view! {
        <a
            class="button"
            href=href
            rel=file.then_some("external")
            download=file.then_some("")
            data-kind=kind.attr()
            data-size=size.attr()
            data-icon-only=icon_only.then_some("")
            aria-label=move || label.map(|label| label.get())
            title=move || label.filter(|_| icon_only).map(|label| label.get())
        >
            {icon.map(|name| view! { <Icon name/> })}
            {children.map(|children| view! { <span>{children()}</span> })}
        </a>
    }
}
