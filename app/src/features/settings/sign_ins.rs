//! Who signed in, from where, and who failed to.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::audit::SignInEntry;
use shared::format::date_time;
use shared::i18n::error_message;

use super::SectionHead;
use super::devices::device_name;
use super::roster::Failed;
use crate::api::admin::sign_ins;
use crate::context::{Page, t};
use crate::ui::{Badge, Button, EmptyState, SkeletonRows, Toasts, Tone};

/// Entries the server gives at once.
const PAGE: usize = 100;

/// The list of attempts to sign in.
#[component]
pub fn SignInsSection() -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let loaded = Resource::new(|| (), |()| sign_ins(None));
    let later = RwSignal::new(Vec::<SignInEntry>::new());
    let done = RwSignal::new(false);
    let more = move |first: i64| {
        spawn_local(async move {
            let last = later.with_untracked(|later| later.last().map(|entry| entry.id)).unwrap_or(first);
            match sign_ins(Some(last)).await {
                Ok(found) => {
                    done.set(found.len() < PAGE);
                    later.update(|later| later.extend(found));
                }
                Err(fault) => toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None),
            }
        });
    };
    view! {
        <SectionHead title=t("admin.sign_ins.title")/>
        <Suspense fallback=|| view! { <SkeletonRows count=6/> }>
            {move || loaded.get().map(|result| match result {
                Ok(entries) if entries.is_empty() => view! {
                    <EmptyState icon="log-in" title=t("ui.state.empty") text=t("admin.audit.empty")/>
                }.into_any(),
                Ok(entries) => {
                    let last = entries.last().map(|entry| entry.id).unwrap_or_default();
                    let full = entries.len() >= PAGE;
                    view! {
                        <ul class="admin-list">
                            {entries.into_iter().map(line).collect_view()}
                            <For each=move || later.get() key=|entry| entry.id let:entry>{line(entry)}</For>
                        </ul>
                        <Show when=move || full && !done.get()>
                            <Button on_click=move |_| more(last)>{t("ui.action.load_more")}</Button>
                        </Show>
                    }.into_any()
                }
                Err(fault) => view! { <Failed error=fault.0/> }.into_any(),
            })}
        </Suspense>
    }
}

fn line(entry: SignInEntry) -> impl IntoView {
    let page = Page::take();
    let SignInEntry { at, name, ok, ip, user_agent, .. } = entry;
    let (tone, label) =
        if ok { (Tone::Success, "admin.audit.sign_in") } else { (Tone::Danger, "admin.audit.sign_in_failed") };
    let device = user_agent.map(|agent| format!(" · {}", device_name(&agent)));
    view! {
        <li class="admin-row">
            <div class="admin-row-main">
                <b>{name}</b>
                <span class="meta">{move || date_time(page.locale.get(), at, &page.zone())}{ip.map(|ip| format!(" · {ip}"))}{device}</span>
            </div>
            <Badge tone>{t(label)}</Badge>
        </li>
    }
}
