//! Asking for a link to set a new password, and using it.

use leptos::prelude::*;

use super::card::Card;
use super::entry::{Entry, Submission};
use super::parameter;
use crate::api::account::{request_reset, reset_password};
use crate::context::{Page, t};
use crate::ui::{Notice, Tone};

/// Minutes a link works; the store agrees.
const LINK_MINUTES: &str = "60";

/// Asks for and sets a new password.
#[component]
pub fn ResetPage() -> impl IntoView {
    let token = parameter("token");
    move || {
        if token.with(String::is_empty) { view! { <Ask/> }.into_any() } else { view! { <Choose token/> }.into_any() }
    }
}

fn back() -> impl IntoView {
    view! { <a href="/sign-in">{t("sign_in.reset.back")}</a> }
}

#[component]
fn Ask() -> impl IntoView {
    let (page, submission, sent) = (Page::take(), Submission::new(), RwSignal::new(false));
    let submit = move |()| {
        submission.send(request_reset(submission.value("email")), move |()| {
            submission.busy.set(false);
            sent.set(true);
        });
    };
    let told = Signal::derive(move || page.text_with("sign_in.reset.sent", &[("minutes", LINK_MINUTES)]));
    view! {
        <Card
            title=t("sign_in.reset.title")
            text=t("sign_in.reset.text")
            submission
            fields=&["email"]
            action=t("sign_in.reset.submit")
            on_submit=submit
            after=back
        >
            <Entry name="email" label=t("sign_in.email") submission kind="email" autocomplete="username" autofocus=true/>
            <Show when=move || sent.get()><Notice tone=Tone::Success text=told/></Show>
        </Card>
    }
}

#[component]
fn Choose(token: Memo<String>) -> impl IntoView {
    let (page, submission, done) = (Page::take(), Submission::new(), RwSignal::new(false));
    let submit = move |()| {
        let call = reset_password(token.get_untracked(), submission.value("password"));
        submission.send(call, move |()| {
            submission.busy.set(false);
            done.set(true);
        });
    };
    let action = Signal::derive(move || (!done.get()).then(|| page.text("sign_in.reset.save")));
    let hint = super::entry::password_hint();
    view! {
        <Card title=t("sign_in.reset.choose") submission fields=&["password"] action on_submit=submit after=back>
            <Show
                when=move || done.get()
                fallback=move || view! {
                    <Entry name="password" label=t("ui.profile.new_password") submission kind="password" autocomplete="new-password" hint autofocus=true/>
                }
            >
                <Notice tone=Tone::Success text=t("sign_in.reset.done")/>
            </Show>
        </Card>
    }
}
