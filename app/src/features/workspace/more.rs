//! The phone's last tab: a sheet with every place that has no tab of its own.

use leptos::prelude::*;

use super::nav::entries;
use crate::context::{Page, t};
use crate::ui::{Dialog, Icon, Size};

/// The tab that opens the sheet.
#[component]
pub fn MoreTab(
    /// Whether the sheet is open, both ways.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <button type="button" class="bottom-tab" aria-haspopup="dialog" on:click=move |_| open.set(true)>
            <Icon name="menu" size=Size::Large/>
            <span>{t("ui.nav.more")}</span>
        </button>
    }
}

/// The sheet.
#[component]
pub fn MoreSheet(
    /// Whether it is open, both ways.
    open: RwSignal<bool>,
) -> impl IntoView {
    let actor = Page::take().actor();
    let links = move || {
        let shown = entries().filter(|entry| entry.in_more() && actor.as_ref().is_some_and(|a| entry.is_open_to(a)));
        let link = |entry: &'static super::Entry| {
            view! {
                <a class="menu-item" href=entry.href on:click=move |_| open.set(false)>
                    <Icon name=entry.icon/>
                    <span>{t(entry.label)}</span>
                </a>
            }
        };
        shown.map(link).collect_view()
    };
    view! {
        <Dialog open title=t("ui.nav.more") close=t("ui.action.close") size=Size::Small>
            <nav aria-label=t("ui.nav.more")>{links()}</nav>
        </Dialog>
    }
}
