//! Accepting an invitation.

use leptos::prelude::*;
use shared::format::date_time;

use super::card::Card;
use super::entry::{Entry, Submission, password_hint};
use super::{leave_for, parameter};
use crate::api::account::{InvitationText, accept_invitation, invitation};
use crate::context::{Page, t};
use crate::ui::{Notice, Tone};

/// Accepts an invitation.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let token = parameter("token");
    let found = Resource::new_blocking(move || token.get(), |token| async move { invitation(token).await.ok() });
    view! {
        <Suspense fallback=|| ()>
            {move || found.get().map(|found| match found {
                Some(text) => view! { <Accept token text/> }.into_any(),
                None => view! { <Expired/> }.into_any(),
            })}
        </Suspense>
    }
}

#[component]
fn Expired() -> impl IntoView {
    let submission = Submission::new();
    view! {
        <Card title=t("sign_in.invitation.title") submission>
            <Notice tone=Tone::Warning text=t("sign_in.invitation.expired")/>
            <a href="/sign-in">{t("sign_in.reset.back")}</a>
        </Card>
    }
}

#[component]
fn Accept(token: Memo<String>, text: InvitationText) -> impl IntoView {
    let (page, submission) = (Page::take(), Submission::new());
    let submit = move |()| {
        let (name, password) = (submission.value("name"), submission.value("password"));
        submission.send(accept_invitation(token.get_untracked(), name, password), |()| leave_for("/"));
    };
    let InvitationText { org_name, invited_by, email, name, expires_at } = text;
    let intro = Signal::derive(move || {
        page.text_with("sign_in.invitation.text", &[("who", &invited_by), ("organisation", &org_name)])
    });
    let until = move || {
        let when = date_time(page.locale.get(), expires_at, &page.zone());
        page.text_with("sign_in.invitation.expires", &[("when", &when)])
    };
    view! {
        <Card
            title=t("sign_in.invitation.title")
            text=intro
            submission
            fields=&["name", "password"]
            action=t("sign_in.invitation.accept")
            on_submit=submit
            after=move || view! { <p class="meta">{until}</p> }
        >
            // Password managers file the new password under this address.
            <input type="text" name="email" autocomplete="username" value=email.clone() hidden/>
            <p class="sign-in-address">{email.clone()}</p>
            <Entry name="name" label=t("sign_in.invitation.name") submission autocomplete="name" value=name.unwrap_or_default() autofocus=true/>
            <Entry name="password" label=t("sign_in.invitation.password") submission kind="password" autocomplete="new-password" hint=password_hint()/>
        </Card>
    }
}
