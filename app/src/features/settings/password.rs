//! Changing one's own password.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{Error, i18n};

use super::SectionHead;
use super::edit::problem;
use crate::api::account::change_password;
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, Field, TextInput, Toasts, Tone};

/// The form for a new password.
#[component]
pub fn PasswordSection() -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let empty = || RwSignal::new(String::new());
    let (old, new, again) = (empty(), empty(), empty());
    let (error, busy) = (RwSignal::new(None::<Error>), RwSignal::new(false));
    let differ = Signal::derive(move || {
        let differs = again.with(|again| !again.is_empty() && new.with(|new| again != new));
        differs.then(|| page.text("ui.profile.passwords_differ"))
    });
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if new.get_untracked() != again.get_untracked() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            let result = change_password(old.get_untracked(), new.get_untracked()).await;
            let locale = page.locale.get_untracked();
            busy.set(false);
            match result {
                Ok(()) => {
                    [old, new, again].into_iter().for_each(|field| field.set(String::new()));
                    toasts.push(i18n::translate(locale, "ui.profile.password_changed", &[]), Tone::Success, None);
                }
                Err(fault) => {
                    if !matches!(fault.0, Error::Invalid { .. }) {
                        toasts.push(i18n::error_message(locale, &fault.0), Tone::Danger, None);
                    }
                    error.set(Some(fault.0));
                }
            }
        });
    };
    let min = shared::session::MIN_PASSWORD_LENGTH.to_string();
    let hint = Signal::derive(move || page.text_with("sign_in.setup.password_hint", &[("min", &min)]));
    view! {
        <SectionHead title=t("ui.profile.change_password")/>
        <form class="stack admin-form" on:submit=save novalidate>
            <Field id="old-password" label=t("ui.profile.current_password") error=problem(error.into(), "old_password") required=true>
                <TextInput value=old kind="password" autocomplete="current-password"/>
            </Field>
            <Field id="new-password" label=t("ui.profile.new_password") hint error=problem(error.into(), "password") required=true>
                <TextInput value=new kind="password" autocomplete="new-password"/>
            </Field>
            <Field id="again-password" label=t("ui.profile.repeat_password") error=differ required=true>
                <TextInput value=again kind="password" autocomplete="new-password"/>
            </Field>
            <div class="button-group">
                <Button kind=ButtonKind::Primary submit=true busy>{t("ui.profile.change_password")}</Button>
            </div>
        </form>
    }
}
