//! Signing in.

use leptos::html::Input;
use leptos::prelude::*;

use super::card::Card;
use super::entry::{Entry, Submission};
use super::{leave_for, parameter};
use crate::api::account::sign_in;
use crate::context::{Page, t};
use crate::ui::{Chip, Notice, Tone};

/// Password of every demo sign-in.
const DEMO_PASSWORD: &str = "guanxi-demo";

/// Demo sign-ins: label and address.
const DEMO: [(&str, &str); 4] = [
    ("sign_in.demo_admin", "admin@demo.guanxi.test"),
    ("sign_in.demo_manager", "manager@demo.guanxi.test"),
    ("sign_in.demo_rep", "rep@demo.guanxi.test"),
    ("sign_in.demo_agent", "agent@demo.guanxi.test"),
];

/// Sign in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let submission = Submission::new();
    let (email, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let (next, out) = (parameter("next"), parameter("signed_out"));
    let submit = move |()| {
        let call = sign_in(submission.value("email"), submission.value("password"));
        submission.send(call, move |()| leave_for(own_address(&next.get_untracked())));
    };
    let demo = Page::take().demo;
    let after = move || {
        view! {
            <a href="/reset">{t("sign_in.forgot")}</a>
            {demo.then(|| view! { <Demo email password/> })}
        }
    };
    view! {
        <Card title=t("sign_in.heading") submission fields=&["email", "password"] action=t("sign_in.submit") on_submit=submit after>
            <Show when=move || out.with(|out| !out.is_empty())>
                <Notice tone=Tone::Success text=t("sign_in.signed_out")/>
            </Show>
            <Entry name="email" label=t("sign_in.email") submission kind="email" autocomplete="username" autofocus=true node_ref=email/>
            <Entry name="password" label=t("sign_in.password") submission kind="password" autocomplete="current-password" node_ref=password/>
        </Card>
    }
}

/// Fills the form with a demo sign-in on a click.
#[component]
fn Demo(email: NodeRef<Input>, password: NodeRef<Input>) -> impl IntoView {
    let page = Page::take();
    let hint = move || page.text_with("sign_in.demo_hint", &[("password", DEMO_PASSWORD)]);
    let fill = move |address: &str| {
        if let (Some(email), Some(password)) = (email.get_untracked(), password.get_untracked()) {
            email.set_value(address);
            password.set_value(DEMO_PASSWORD);
        }
    };
    let chips = DEMO.map(|(label, address)| {
        view! { <Chip label=t(label) icon="user" on_click=move |()| fill(address)/> }
    });
    view! {
        <div class="sign-in-demo">
            <p class="meta">{hint}</p>
            <div class="chips">{chips.into_iter().collect_view()}</div>
        </div>
    }
}

/// The address to go on to, if it is one of ours: a foreign one would make sign-in a bait.
fn own_address(next: &str) -> &str {
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(|c: char| c == '\\' || c.is_control() || c.is_whitespace());
    if ours { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_address;

    #[test]
    fn only_own_addresses_are_followed() {
        assert_eq!(own_address("/customers/1?tab=x"), "/customers/1?tab=x");
        for foreign in ["", "https://evil.test", "//evil.test", "/\\evil.test", "/\t/evil.test", "javascript:alert(1)"]
        {
            assert_eq!(own_address(foreign), "/", "{foreign:?}");
        }
    }
}
