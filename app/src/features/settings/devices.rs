//! Where one is signed in.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::format::{date_time, relative};
use shared::i18n::{error_message, translate};

use super::SectionHead;
use super::roster::Failed;
use crate::api::Fault;
use crate::api::account::{SignedInDevice, devices, revoke_device, revoke_other_devices};
use crate::context::{Page, t};
use crate::ui::{Badge, Button, ButtonKind, Icon, Size, SkeletonRows, Toasts, Tone};

/// The list of devices.
#[component]
pub fn DevicesSection() -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let loaded = Resource::new(|| (), |()| devices());
    let finish = move |result: Result<(), Fault>| {
        let locale = page.locale.get_untracked();
        match result {
            Ok(()) => toasts.push(translate(locale, "ui.profile.revoked", &[]), Tone::Success, None),
            Err(fault) => toasts.push(error_message(locale, &fault.0), Tone::Danger, None),
        }
        loaded.refetch();
    };
    let revoke = move |id| spawn_local(async move { finish(revoke_device(id).await) });
    let revoke_others = move |_| spawn_local(async move { finish(revoke_other_devices().await.map(drop)) });
    view! {
        <SectionHead title=t("ui.profile.devices")>
            <Button on_click=revoke_others>{t("ui.profile.revoke_others")}</Button>
        </SectionHead>
        <Transition fallback=|| view! { <SkeletonRows count=3/> }>
            {move || loaded.get().map(|result| match result {
                Ok(devices) => {
                    let rows = devices.into_iter().map(|device| view! { <Device device on_revoke=revoke/> }).collect_view();
                    view! { <ul class="admin-list">{rows}</ul> }.into_any()
                }
                Err(fault) => view! { <Failed error=fault.0/> }.into_any(),
            })}
        </Transition>
    }
}

#[component]
fn Device(device: SignedInDevice, #[prop(into)] on_revoke: Callback<uuid::Uuid>) -> impl IntoView {
    let page = Page::take();
    let SignedInDevice { id, current, created_at, last_seen_at, user_agent, ip } = device;
    let name = device_name(user_agent.as_deref().unwrap_or_default());
    let seen = move || {
        let when = relative(page.locale.get(), last_seen_at, page.now.get());
        page.text_with("ui.profile.last_seen", &[("when", &when)])
    };
    let since = move || {
        let when = date_time(page.locale.get(), created_at, &page.zone());
        page.text_with("ui.profile.signed_in_at", &[("when", &when)])
    };
    view! {
        <li class="admin-row">
            <Icon name="monitor" size=Size::Large/>
            <div class="admin-row-main">
                <b>{name}</b>
                <span class="meta">{seen}" · "{since}{ip.map(|ip| format!(" · {ip}"))}</span>
            </div>
            {if current {
                view! { <Badge tone=Tone::Success>{t("ui.profile.this_device")}</Badge> }.into_any()
            } else {
                view! {
                    <Button kind=ButtonKind::Ghost on_click=move |_| on_revoke.run(id)>{t("ui.profile.revoke")}</Button>
                }.into_any()
            }}
        </li>
    }
}

/// Browser and system of a user agent, in their own names.
pub fn device_name(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 8] = [
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("HeadlessChrome", "Chrome"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("Firefox", "Firefox"),
        ("Safari", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("HarmonyOS", "HarmonyOS"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let named = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => user_agent.split(['/', ' ']).next().filter(|n| !n.is_empty()).unwrap_or("?").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::device_name;

    #[test]
    fn devices_are_named_by_browser_and_system() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        let phone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1";
        assert_eq!(device_name(edge), "Edge · Windows");
        assert_eq!(device_name(phone), "Safari · iPhone");
        assert_eq!(device_name("curl/8.1"), "curl");
        assert_eq!(device_name(""), "?");
    }
}
