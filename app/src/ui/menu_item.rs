//! What stands in a menu.

use leptos::prelude::*;

use super::Icon;

/// One act in a [`super::Menu`]; choosing it closes the menu.
#[component]
pub fn MenuItem(
    /// What it does.
    #[prop(into)]
    label: Signal<String>,
    /// Runs when chosen.
    #[prop(into)]
    on_select: Callback<()>,
    /// Icon before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// The key that does the same.
    #[prop(optional)]
    key: Option<&'static str>,
    /// It destroys something.
    #[prop(optional)]
    danger: bool,
    /// For choices: whether it is the current one.
    #[prop(optional, into)]
    checked: Option<Signal<bool>>,
    /// It can't be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="menu-item"
            role=if checked.is_some() { "menuitemradio" } else { "menuitem" }
            tabindex="-1"
            data-danger=danger.then_some("")
            aria-checked=move || checked.map(|checked| checked.get().to_string())
            disabled=move || disabled.get()
            on:click=move |_| on_select.run(())
        >
            {icon.map(|name| view! { <Icon name/> })}
            <span>{label}</span>
            {checked.map(|checked| view! { <Show when=move || checked.get()><Icon name="check"/></Show> })}
            {key.map(|key| view! { <kbd>{key}</kbd> })}
        </button>
    }
}

/// A link in a [`super::Menu`].
#[component]
pub fn MenuLink(
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// What is there.
    #[prop(into)]
    label: Signal<String>,
    /// Icon before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// It leads to a file rather than to a page.
    #[prop(optional)]
    file: bool,
) -> impl IntoView {
    view! {
        <a
            class="menu-item"
            role="menuitem"
            tabindex="-1"
            href=href
            rel=file.then_some("external")
            download=file.then_some("")
        >
            {icon.map(|name| view! { <Icon name/> })}
            <span>{label}</span>
        </a>
    }
}
