//! Who is signed in, language and look, and the way out.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::i18n::{Locale, error_message};
use shared::session::Session;

use crate::api::account::sign_out;
use crate::context::{Page, t};
use crate::preferences::{choose_density, choose_locale, choose_theme};
use crate::ui::{Avatar, Menu, MenuItem, MenuLink, Toasts, Tone};

/// The menu behind the user's initials.
#[component]
pub fn AccountMenu(
    /// Whether the keys dialog is open; an entry opens it.
    keys: RwSignal<bool>,
) -> impl IntoView {
    let session = Page::take().session.get_value();
    let name = session.as_ref().map(|s| s.name.clone()).unwrap_or_default();
    let seed = session.as_ref().map(|s: &Session| s.actor.user_id.to_string()).unwrap_or_default();
    let trigger = move || view! { <Avatar name=name.clone() seed=seed.clone()/> };
    view! { <Menu label=t("ui.nav.account") trigger end=true>{super::account::view(keys)}</Menu> }
}

/// What the menu offers.
pub(super) fn entries(keys: RwSignal<bool>) -> impl IntoView {
    let page = Page::take();
    let session = page.session.get_value();
    let (name, org) = session.map(|s| (s.name, s.org_name)).unwrap_or_default();
    view! {
        <p class="menu-head"><b>{name}</b><br/>{org}</p>
        <MenuLink href="/settings/profile" label=t("ui.nav.profile") icon="user"/>
        <MenuLink href="/history" label=t("ui.nav.history") icon="undo-2"/>
        <hr/>
        <Languages page/>
        <Look page/>
        <hr/>
        <MenuItem label=t("ui.action.keys") icon="keyboard" key="?" on_select=move |()| keys.set(true)/>
        <MenuItem label=t("ui.nav.sign_out") icon="log-out" on_select=move |()| leave(page)/>
    }
}

#[component]
fn Languages(page: Page) -> impl IntoView {
    let item = move |locale: Locale| {
        let label = Signal::derive(move || page.text(&format!("ui.language.{}", locale.code())));
        let checked = Signal::derive(move || page.locale.get() == locale);
        view! { <MenuItem label checked on_select=move |()| choose_locale(page, locale)/> }
    };
    view! {
        <p class="menu-head">{t("ui.language.label")}</p>
        {Locale::ALL.map(item).into_iter().collect_view()}
    }
}

/// One choice: its icon, its value, its label.
type Choice = (&'static str, &'static str, &'static str);

#[component]
fn Look(page: Page) -> impl IntoView {
    let themes: [Choice; 3] = [
        ("sun-medium", "light", "ui.theme.light"),
        ("moon", "dark", "ui.theme.dark"),
        ("monitor", "auto", "ui.theme.auto"),
    ];
    let densities: [Choice; 2] =
        [("layout-list", "comfortable", "ui.density.comfortable"), ("list", "compact", "ui.density.compact")];
    let item = |(icon, value, label): Choice, chosen: RwSignal<String>, choose: fn(Page, &str)| {
        let checked = Signal::derive(move || chosen.with(|chosen| chosen == value));
        view! { <MenuItem label=t(label) icon checked on_select=move |()| choose(page, value)/> }
    };
    view! {
        <p class="menu-head">{t("ui.theme.label")}</p>
        {themes.map(|theme| item(theme, page.theme, choose_theme)).into_iter().collect_view()}
        <p class="menu-head">{t("ui.density.label")}</p>
        {densities.map(|density| item(density, page.density, choose_density)).into_iter().collect_view()}
    }
}

/// Ends the session, then leaves for a page that knows so.
fn leave(page: Page) {
    let toasts = Toasts::take();
    spawn_local(async move {
        match sign_out().await {
            Ok(()) => drop(window().location().set_href("/sign-in?signed_out=1")),
            Err(fault) => toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None),
        }
    });
}
