//! The app's frame: rail, top bar, content, peek, phone tabs.

use leptos::prelude::*;

use super::{
    Icon, Keys,
    rail::{NavItem, Seal, nav_link},
};

/// The frame around every signed-in page. It only lays out: the navigation, the quick-add, the
/// connection, the account menu and the peek panel are given.
#[component]
pub fn Frame(
    /// The product's name beside the seal.
    #[prop(into)]
    brand: Signal<String>,
    /// Entries of the rail.
    #[prop(into)]
    nav: Signal<Vec<NavItem>>,
    /// Entries at the rail's foot, such as settings.
    #[prop(optional, into)]
    foot_nav: Signal<Vec<NavItem>>,
    /// The phone's bottom tabs, at most five.
    #[prop(into)]
    tabs: Signal<Vec<NavItem>>,
    /// The last of the bottom tabs where it is no link, such as a button that opens a sheet.
    #[prop(optional, into)]
    last_tab: Option<ViewFn>,
    /// Key of the entry one is in.
    #[prop(into)]
    current: Signal<&'static str>,
    /// Accessible name of the navigation.
    #[prop(into)]
    nav_label: Signal<String>,
    /// What the skip link says.
    #[prop(into)]
    skip_label: Signal<String>,
    /// What the search button says.
    #[prop(into)]
    search_label: Signal<String>,
    /// Opens search.
    #[prop(into)]
    on_search: Callback<()>,
    /// Whether the rail's labels stay open, both ways.
    pinned: RwSignal<bool>,
    /// What the pin button says.
    #[prop(into)]
    pin_label: Signal<String>,
    /// The end of the top bar: connection, quick-add, account menu.
    #[prop(into)]
    tools: ViewFn,
    /// A [`super::PeekPanel`] beside the content, if one is open.
    #[prop(optional, into)]
    peek: Option<ViewFn>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let rail_links = move |items: Signal<Vec<NavItem>>| {
        move || items.get().into_iter().map(|item| nav_link(item, "rail-item", current)).collect_view()
    };
    view! {
        <a class="skip-link" href="#content">{skip_label}</a>
        <div class="frame" data-pinned=move || pinned.get().then_some("")>
            <nav class="rail" aria-label=nav_label>
                <a class="rail-brand" href="/" aria-label=brand><Seal/><span>{brand}</span></a>
                {rail_links(nav)}
                <span class="spacer"></span>
                {rail_links(foot_nav)}
                <button
                    type="button"
                    class="rail-item"
                    aria-pressed=move || pinned.get().to_string()
                    on:click=move |_| pinned.update(|pinned| *pinned = !*pinned)
                >
                    <Icon name="panel-left" size=super::Size::Large/>
                    <span>{pin_label}</span>
                </button>
            </nav>
            <header class="topbar">
                <a class="phone-only" href="/" aria-label=brand><Seal/></a>
                <button type="button" class="search-button" aria-keyshortcuts="Control+K Meta+K" on:click=move |_| on_search.run(())>
                    <Icon name="search"/>
                    <span>{search_label}</span>
                    <Keys keys=&["Ctrl", "K"]/>
                </button>
                <span class="spacer desktop-only"></span>
                {tools.run()}
            </header>
            <div class="frame-body">
                <main class="content" id="content" tabindex="-1">{children()}</main>
                {peek.map(|peek| peek.run())}
            </div>
            <nav class="bottom-tabs" aria-label=nav_label>
                {move || tabs.get().into_iter().map(|item| nav_link(item, "bottom-tab", current)).collect_view()}
                {last_tab.map(|last| last.run())}
            </nav>
        </div>
    }
}
