//! The frame around every signed-in page: navigation, search, quick-add, account.

pub mod account_menu;
pub mod commands;
mod found;
mod mentions;
pub mod more;
mod nav;
pub mod palette;
pub mod shortcuts;

use leptos::prelude::*;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;

use crate::chunk;
use crate::chunk::{fetch_soon, once};
use crate::context::{Page, PageTitle, t};
use crate::live::Live;
use crate::ui::{Connection, ConnectionDot, Frame, NavItem, ToastHost};
use account_menu::AccountMenu;
use more::{MoreSheet, MoreTab};
use nav::{Entry, entries, entry_at};
use palette::CommandPalette;
use shortcuts::KeysDialog;

/// The frame with the current page in it.
#[component]
pub fn Workspace(
    /// What adds records from anywhere; stands in the top bar.
    #[prop(optional, into)]
    quick_add: Option<ViewFn>,
) -> impl IntoView {
    let page = Page::take();
    let path = use_location().pathname;
    let current = Memo::new(move |_| path.with(|path| entry_at(path)));
    let more = RwSignal::new(false);
    let (palette, keys) = (RwSignal::new(false), RwSignal::new(false));
    shortcuts::listen(palette, keys);
    mentions::listen();
    fetch_soon(find::fetch);
    let pinned = RwSignal::new(false);
    let pin_label = Signal::derive(move || page.text(if pinned.get() { "ui.nav.unpin" } else { "ui.nav.pin" }));
    let tools = move || {
        view! {
            <LiveDot/>
            {quick_add.as_ref().map(ViewFn::run)}
            <AccountMenu keys/>
        }
    };
    view! {
        <PageTitle text=Signal::derive(move || title(page, current.get()))/>
        <Frame
            brand=t("ui.app_name")
            nav=items(Entry::in_rail)
            foot_nav=items(Entry::at_foot)
            tabs=items(Entry::in_tabs)
            last_tab=move || view! { <MoreTab open=more/> }
            current
            nav_label=t("ui.nav.main")
            skip_label=t("ui.nav.skip_to_content")
            search_label=t("ui.action.search")
            on_search=move |()| palette.set(true)
            pinned
            pin_label
            tools
        >
            <Outlet/>
        </Frame>
        <MoreSheet open=more/>
        {once(move || palette.get(), move || find::view(palette, keys))}
        {once(move || keys.get(), move || show_keys::view(keys))}
        <ToastHost label=t("ui.toast.region") undo=t("ui.action.undo") close=t("ui.toast.dismiss")/>
    }
}

/// What the browser's tab says: where one is, then the product.
fn title(page: Page, current: &str) -> String {
    let name = page.text("ui.app_name");
    match entries().find(|entry| entry.key == current) {
        Some(entry) => format!("{} · {name}", page.text(entry.label)),
        None => name,
    }
}

/// The entries of one place that the user may open.
fn items(place: fn(&Entry) -> bool) -> Vec<NavItem> {
    let Some(actor) = Page::take().actor() else { return Vec::new() };
    let open = entries().filter(|entry| place(entry) && entry.is_open_to(&actor));
    open.map(|entry| NavItem::new(entry.key, entry.icon, entry.href, t(entry.label))).collect()
}

/// Whether what one sees is live.
#[component]
fn LiveDot() -> impl IntoView {
    let (page, state) = (Page::take(), Live::take().state());
    let text = Signal::derive(move || {
        page.text(match state.get() {
            Connection::Live => "live.connection.live",
            Connection::Reconnecting => "live.connection.reconnecting",
            Connection::Offline => "live.connection.offline",
        })
    });
    view! { <ConnectionDot state text/> }
}

// Dialogs share a file, which is fetched before anybody can have opened one.
chunk! {
    part fn find(open: RwSignal<bool>, keys: RwSignal<bool>) in dialogs { view! { <CommandPalette open keys/> } }
    part fn account(keys: RwSignal<bool>) in dialogs { account_menu::entries(keys) }
    part fn show_keys(open: RwSignal<bool>) in dialogs { view! { <KeysDialog open/> } }
}
