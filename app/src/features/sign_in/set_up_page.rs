//! The first run: names the organisation and makes its first administrator.

use leptos::prelude::*;
use shared::Error;

use super::card::Card;
use super::entry::{Entry, Submission, password_hint};
use super::leave_for;
use crate::api::Fault;
use crate::api::account::{NewOrganisation, needs_set_up, set_up};
use crate::context::{Page, t};
use crate::preferences::{CURRENCIES, plain, time_zones};
use crate::ui::{Field, Notice, Select, Tone};

const FIELDS: &[&str] = &["org_name", "name", "email", "password", "currency", "timezone"];

/// First run: makes the organisation.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let needed = Resource::new_blocking(|| (), |()| async { needs_set_up().await.unwrap_or(true) });
    view! {
        <Suspense fallback=|| ()>
            {move || needed.get().map(|needed| if needed {
                view! { <SetUpForm/> }.into_any()
            } else {
                view! { <Closed/> }.into_any()
            })}
        </Suspense>
    }
}

#[component]
fn Closed() -> impl IntoView {
    let submission = Submission::new();
    view! {
        <Card title=t("sign_in.setup.title") submission>
            <Notice tone=Tone::Info text=t("sign_in.setup.closed")/>
            <a href="/sign-in">{t("sign_in.reset.back")}</a>
        </Card>
    }
}

#[component]
fn SetUpForm() -> impl IntoView {
    let (page, submission) = (Page::take(), Submission::new());
    let currency = RwSignal::new("CNY".to_owned());
    let timezone = RwSignal::new("Asia/Shanghai".to_owned());
    Effect::new(move |_| {
        if let Some(own) = browser_zone() {
            timezone.set(own);
        }
    });
    let submit = move |()| {
        let value = |name: &str| submission.value(name);
        let input = NewOrganisation {
            org_name: value("org_name"),
            name: value("name"),
            email: value("email"),
            password: value("password"),
            locale: page.locale.get_untracked(),
            timezone: timezone.get_untracked(),
            currency: currency.get_untracked(),
        };
        // Somebody else was faster: from now on there is something to sign in to.
        let call = async move {
            match set_up(input).await {
                Err(Fault(Error::Forbidden)) => Ok("/sign-in"),
                done => done.map(|()| "/"),
            }
        };
        submission.send(call, leave_for);
    };
    view! {
        <Card
            title=t("sign_in.setup.title")
            text=t("sign_in.setup.intro")
            submission
            fields=FIELDS
            action=t("sign_in.setup.submit")
            on_submit=submit
        >
            <Entry name="org_name" label=t("sign_in.setup.organisation") submission autocomplete="organization" autofocus=true/>
            <Entry name="name" label=t("sign_in.setup.your_name") submission autocomplete="name"/>
            <Entry name="email" label=t("sign_in.email") submission kind="email" autocomplete="username"/>
            <Entry name="password" label=t("sign_in.password") submission kind="password" autocomplete="new-password" hint=password_hint()/>
            <div class="sign-in-pair">
                <Field id="currency" label=t("sign_in.setup.currency")>
                    <Select value=currency options=plain(CURRENCIES)/>
                </Field>
                <Field id="timezone" label=t("sign_in.setup.timezone")>
                    <Select value=timezone options=Signal::derive(move || time_zones(&timezone.get()))/>
                </Field>
            </div>
        </Card>
    }
}

/// The browser's IANA time zone.
fn browser_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
}
