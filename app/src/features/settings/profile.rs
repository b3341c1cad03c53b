//! One's own name, phone, language and time zone.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::i18n::{self, Locale};
use shared::types::USER;
use shared::{Error, Values};

use super::SectionHead;
use super::edit::problem;
use super::roster::Failed;
use crate::api::account::{profile, update_profile};
use crate::context::{Page, t};
use crate::preferences::{choose_density, choose_locale, choose_theme, time_zones};
use crate::ui::{Button, ButtonKind, Choice, Field, Segmented, Select, SkeletonRows, TextInput, Toasts, Tone};

/// Personal details and preferences.
#[component]
pub fn ProfileSection() -> impl IntoView {
    let loaded = Resource::new(|| (), |()| profile());
    view! {
        <SectionHead title=t("ui.profile.title")/>
        <Suspense fallback=|| view! { <SkeletonRows count=4/> }>
            {move || loaded.get().map(|result| match result {
                Ok(values) => view! { <Details values/> }.into_any(),
                Err(fault) => view! { <Failed error=fault.0/> }.into_any(),
            })}
        </Suspense>
        <Preferences/>
    }
}

#[component]
fn Details(values: Values) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let text = |name: &str| RwSignal::new(shared::record::text(&values, name).unwrap_or_default().to_owned());
    let (name, phone, timezone) = (text("name"), text("phone"), text("timezone"));
    let email = shared::record::text(&values, "email").unwrap_or_default().to_owned();
    let (shown_name, shown_zone) = (name.get_untracked(), timezone.get_untracked());
    let error = RwSignal::new(None::<Error>);
    let busy = RwSignal::new(false);
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        let fields = [("name", name), ("phone", phone), ("timezone", timezone)];
        let value = |text: String| if text.trim().is_empty() { Value::Null } else { text.into() };
        let values: Values =
            fields.iter().map(|(field, text)| ((*field).to_owned(), value(text.get_untracked()))).collect();
        // Name and zone are part of what every page starts with.
        let reload = name.get_untracked() != shown_name || timezone.get_untracked() != shown_zone;
        spawn_local(async move {
            let locale = page.locale.get_untracked();
            match update_profile(values).await {
                Ok(()) if reload => return drop(window().location().reload()),
                Ok(()) => toasts.push(i18n::translate(locale, "ui.toast.saved", &[]), Tone::Success, None),
                Err(fault) => {
                    if !matches!(fault.0, Error::Invalid { .. }) {
                        toasts.push(i18n::error_message(locale, &fault.0), Tone::Danger, None);
                    }
                    error.set(Some(fault.0));
                }
            }
            busy.set(false);
        });
    };
    let label = move |field: &'static str| Signal::derive(move || i18n::field_label(page.locale.get(), &USER, field));
    let wrong = |field: &'static str| problem(error.into(), field);
    view! {
        <form class="stack admin-form" on:submit=save novalidate>
            <p class="meta">{email}</p>
            <Field id="profile-name" label=label("name") error=wrong("name") required=true>
                <TextInput value=name autocomplete="name"/>
            </Field>
            <Field id="profile-phone" label=label("phone") error=wrong("phone")>
                <TextInput value=phone kind="tel" autocomplete="tel"/>
            </Field>
            <Field id="profile-zone" label=label("timezone") error=wrong("timezone")>
                <Select value=timezone options=Signal::derive(move || time_zones(&timezone.get())) empty=t("admin.as_organisation")/>
            </Field>
            <div class="button-group">
                <Button kind=ButtonKind::Primary submit=true busy>{t("ui.action.save")}</Button>
            </div>
        </form>
    }
}

/// Language and look; in effect at once.
#[component]
fn Preferences() -> impl IntoView {
    let page = Page::take();
    let options = move |labels: &'static [(&'static str, &'static str)]| {
        Signal::derive(move || {
            labels.iter().map(|(value, key)| Choice::new(*value, page.text(key))).collect::<Vec<_>>()
        })
    };
    let row = |label: &'static str, control: AnyView| view! { <div><dt>{t(label)}</dt><dd>{control}</dd></div> };
    let language = move |code: String| {
        if let Some(locale) = Locale::parse(&code) {
            choose_locale(page, locale);
        }
    };
    let code = Signal::derive(move || page.locale.get().code().to_owned());
    view! {
        <section class="section admin-section">
            <h3 class="section-title">{t("ui.profile.preferences")}</h3>
            <dl class="settings">
                {row("ui.language.label", view! {
                    <Segmented value=code options=options(LANGUAGES) label=t("ui.language.label") on_change=language/>
                }.into_any())}
                {row("ui.theme.label", view! {
                    <Segmented value=page.theme options=options(THEMES) label=t("ui.theme.label")
                        on_change=move |theme: String| choose_theme(page, &theme)/>
                }.into_any())}
                {row("ui.density.label", view! {
                    <Segmented value=page.density options=options(DENSITIES) label=t("ui.density.label")
                        on_change=move |density: String| choose_density(page, &density)/>
                }.into_any())}
            </dl>
        </section>
    }
}

const LANGUAGES: &[(&str, &str)] = &[("zh-CN", "ui.language.zh-CN"), ("en", "ui.language.en")];
const THEMES: &[(&str, &str)] = &[("light", "ui.theme.light"), ("dark", "ui.theme.dark"), ("auto", "ui.theme.auto")];
const DENSITIES: &[(&str, &str)] = &[("comfortable", "ui.density.comfortable"), ("compact", "ui.density.compact")];
