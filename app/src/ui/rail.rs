//! The ways into the app: the desktop rail and the phone's bottom tabs.

use leptos::prelude::*;

use super::{Icon, Size};

/// One entry of the navigation.
#[derive(Clone)]
pub struct NavItem {
    /// Names it; compared with the current key.
    pub key: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// What people read.
    pub label: Signal<String>,
    /// How many things wait there; none shows nothing.
    pub badge: Signal<Option<u32>>,
}

impl NavItem {
    /// An entry without a badge.
    pub fn new(key: &'static str, icon: &'static str, href: &'static str, label: impl Into<Signal<String>>) -> Self {
        Self { key, icon, href, label: label.into(), badge: Signal::stored(None) }
    }

    /// Adds a count of what waits.
    #[must_use]
    pub fn badge(mut self, badge: impl Into<Signal<Option<u32>>>) -> Self {
        self.badge = badge.into();
        self
    }
}

/// One link of the rail or of the bottom tabs.
pub(super) fn nav_link(item: NavItem, class: &'static str, current: Signal<&'static str>) -> impl IntoView {
    let NavItem { key, icon, href, label, badge } = item;
    view! {
        <a class=class href=href aria-current=move || (current.get() == key).then_some("page")>
            <Icon name=icon size=Size::Large/>
            <span>{label}</span>
            {move || badge.get().filter(|count| *count > 0).map(|count| view! {
                <span class="rail-badge">{if count > 99 { "99+".to_owned() } else { count.to_string() }}</span>
            })}
        </a>
    }
}

/// The seal: the 关 of 关系 on cinnabar, drawn as a path so that every machine shows the same.
#[component]
pub fn Seal() -> impl IntoView {
    view! {
        <span class="seal" aria-hidden="true">
            <svg viewBox="0 0 24 24"><path d=SEAL></path></svg>
        </span>
    }
}

const SEAL: &str = "M6.29 2.23 6.1 2.36C7.01 3.44 7.96 5.04 8.22 6.48C10.6 8.24 12.74 3.5 6.29 2.23ZM19.12 10.67 17.64 12.51H12.91C12.97 11.96 12.99 11.43 12.99 10.92V7.84H19.97C20.29 7.84 20.52 7.73 20.58 7.5C19.59 6.65 17.98 5.47 17.98 5.47L16.55 7.24H13.75C15.19 6.1 16.65 4.64 17.54 3.54C18 3.56 18.26 3.4 18.34 3.14L14.88 2.11C14.52 3.63 13.86 5.72 13.21 7.24H3.61L3.78 7.84H10.27V10.96C10.27 11.47 10.25 12 10.18 12.51H2.25L2.42 13.12H10.12C9.61 16.23 7.75 19.19 2 21.66L2.08 21.89C9.97 20.05 12.21 16.59 12.8 13.27C13.99 17.69 16.1 20.35 19.89 21.87C20.18 20.58 20.96 19.7 21.98 19.44L22 19.19C18.17 18.47 14.79 16.38 13.16 13.12H21.22C21.53 13.12 21.77 13.01 21.83 12.78C20.79 11.92 19.12 10.67 19.12 10.67Z";
