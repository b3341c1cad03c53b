//! The ways in which the same records can be seen.

use leptos::prelude::*;

use super::Icon;

/// One way to see records.
#[derive(Clone)]
pub struct Way {
    /// Its icon.
    pub icon: &'static str,
    /// What it is called.
    pub label: Signal<String>,
    /// Where it is.
    pub href: Signal<String>,
    /// Whether it is the one in use.
    pub current: Signal<bool>,
}

/// Links to the ways in which what is on the page can be seen; icons with their names on hover.
#[component]
pub fn ViewSwitch(
    /// Accessible name.
    #[prop(into)]
    label: Signal<String>,
    /// The ways, at least two.
    ways: Vec<Way>,
) -> impl IntoView {
    let link = |way: Way| {
        view! {
            <a
                href=way.href
                title=way.label
                aria-label=way.label
                aria-current=move || way.current.get().then_some("page")
            >
                <Icon name=way.icon/>
            </a>
        }
    };
    view! { <nav class="segmented" aria-label=label>{ways.into_iter().map(link).collect_view()}</nav> }
}
