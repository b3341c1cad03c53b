//! Language and look: chosen anywhere, in effect at once, remembered in cookies and, for the language, in the profile.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;
use serde_json::json;
use shared::Values;
use shared::i18n::Locale;

use crate::api::account::update_profile;
use crate::context::Page;
use crate::live;
use crate::ui::{Button, ButtonKind, Choice, Size};

/// A year, in seconds.
const COOKIE_AGE: u32 = 31_536_000;

/// Time zones to choose from; see [`time_zones`].
const TIME_ZONES: &[&str] = &[
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Asia/Manila",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Europe/Moscow",
    "Europe/Istanbul",
    "Africa/Johannesburg",
    "Africa/Cairo",
    "Africa/Lagos",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Zurich",
    "Europe/London",
    "Europe/Lisbon",
    "UTC",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Toronto",
    "America/Chicago",
    "America/Mexico_City",
    "America/Denver",
    "America/Los_Angeles",
    "America/Vancouver",
    "Pacific/Honolulu",
    "Australia/Perth",
    "Australia/Sydney",
    "Pacific/Auckland",
];

/// Choices that are called what they are.
pub fn plain(values: &[&str]) -> Vec<Choice> {
    values.iter().map(|value| Choice::new(*value, *value)).collect()
}

/// The usual time zones, and the one that is chosen already if it is none of them.
pub fn time_zones(chosen: &str) -> Vec<Choice> {
    let extra = !chosen.is_empty() && !TIME_ZONES.contains(&chosen);
    plain(TIME_ZONES).into_iter().chain(extra.then(|| Choice::new(chosen, chosen))).collect()
}

/// Currencies to choose from.
pub const CURRENCIES: &[&str] =
    &["CNY", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "SGD", "KRW", "INR", "AUD", "CAD", "CHF"];

/// Keeps the document's language, theme and density as the page has them.
pub(crate) fn keep_document(page: Page) {
    keep("lang", move || page.locale.get().code().to_owned());
    keep("data-theme", move || page.theme.get());
    keep("data-density", move || page.density.get());
}

fn keep(attribute: &'static str, value: impl Fn() -> String + 'static) {
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            // Fails for malformed attribute names only.
            drop(root.set_attribute(attribute, &value()));
        }
    });
}

/// Switches the language.
pub fn choose_locale(page: Page, locale: Locale) {
    remember("gx_locale", locale.code());
    let (has_texts, is_other) = (shared::i18n::has(locale), page.locale.get_untracked() != locale);
    if has_texts && is_other {
        // Of the two languages one is the organisation's own.
        page.session.update_value(|session| {
            if let Some(session) = session {
                session.actor.other_names = !session.actor.other_names;
            }
        });
    }
    if has_texts {
        page.locale.set(locale);
    }
    let is_signed_in = page.session.with_value(Option::is_some);
    spawn_local(async move {
        if is_signed_in {
            let values: Values = [("locale".to_owned(), json!(locale))].into_iter().collect();
            // The cookie keeps the choice on this device even when the profile could not be written.
            let saved = update_profile(values).await;
            if has_texts && is_other && saved.is_ok() {
                // What records are called was read in the language before.
                live::load_again();
            }
        }
        if !has_texts {
            // They have not come yet: the server shows the page in it.
            drop(window().location().reload());
        }
    });
}

/// Switches between `light`, `dark` and `auto`.
pub fn choose_theme(page: Page, theme: &str) {
    page.theme.set(theme.to_owned());
    remember("gx_theme", theme);
}

/// Switches between `comfortable` and `compact`.
pub fn choose_density(page: Page, density: &str) {
    page.density.set(density.to_owned());
    remember("gx_density", density);
}

fn remember(name: &str, value: &str) {
    let secure = if window().location().protocol().is_ok_and(|p| p == "https:") { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Max-Age={COOKIE_AGE}; SameSite=Lax{secure}");
    drop(js_sys::Reflect::set(document().as_ref(), &"cookie".into(), &JsValue::from(cookie)));
}

/// A button that switches to the other language, named in that language.
#[component]
pub fn LanguageButton() -> impl IntoView {
    let page = Page::take();
    let other = move || page.locale.get().other();
    let name = move || page.text(&format!("ui.language.{}", other().code()));
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=Size::Small
            icon="languages"
            on_click=move |_| choose_locale(page, other())
        >
            <span lang=move || other().code()>{name}</span>
        </Button>
    }
}

/// A button that switches between light and dark.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let page = Page::take();
    let next = move || if page.theme.with(|theme| theme == "dark") { "light" } else { "dark" };
    let name = Signal::derive(move || page.text(&format!("ui.theme.{}", next())));
    view! {
        <Button kind=ButtonKind::Ghost size=Size::Small icon="sun-medium" on_click=move |_| choose_theme(page, next())>
            {name}
        </Button>
    }
}
