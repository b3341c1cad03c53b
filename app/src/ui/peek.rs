//! A record beside the list or board.

use leptos::{ev::KeyboardEvent, html::Aside, prelude::*};

use super::{Button, ButtonKind, LinkButton, keys::is_typing};

/// The peek panel: beside the content on wide screens, over it on narrower ones, a full sheet on a
/// phone. It takes the focus when it opens; Esc closes it. Render it only while it is open: its
/// being open is part of the address.
#[component]
pub fn PeekPanel(
    /// The heading.
    #[prop(into)]
    title: Signal<String>,
    /// Accessible name of the close button.
    #[prop(into)]
    close: Signal<String>,
    /// Runs when it should close.
    #[prop(into)]
    on_close: Callback<()>,
    /// The record's own page.
    #[prop(optional, into)]
    href: Option<Signal<String>>,
    /// Accessible name of the link to it.
    #[prop(optional, into)]
    open_label: Option<Signal<String>>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<Aside>::new();
    Effect::new(move |_| {
        if let Some(panel) = node.get() {
            drop(panel.focus());
        }
    });
    let key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() && !is_typing(&event) {
            event.prevent_default();
            on_close.run(());
        }
    };
    view! {
        <aside class="peek" node_ref=node tabindex="-1" aria-label=title on:keydown=key>
            <header class="peek-head">
                <h2 class="truncate">{title}</h2>
                {href.zip(open_label).map(|(href, label)| view! {
                    <LinkButton kind=ButtonKind::Ghost icon="maximize-2" href label/>
                })}
                <Button kind=ButtonKind::Ghost icon="x" label=close on_click=move |_| on_close.run(())/>
            </header>
            <div class="peek-body">{children()}</div>
        </aside>
    }
}
