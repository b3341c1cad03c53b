//! One's API tokens.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Error;
use shared::format::{date_time, paired, relative};
use shared::i18n::error_message;

use super::SectionHead;
use super::edit::problem;
use super::roster::Failed;
use crate::api::Fault;
use crate::api::account::{TokenLine, api_tokens, create_api_token, revoke_api_token};
use crate::context::{Page, t};
use crate::copy_line::CopyLine;
use crate::ui::{
    Button, ButtonKind, Choice, Dialog, EmptyState, Field, Icon, Notice, Select, Size, SkeletonRows, TextInput, Toasts,
    Tone,
};

type Tokens = Resource<Result<Vec<TokenLine>, Fault>>;

/// The list of tokens.
#[component]
pub fn TokensSection() -> impl IntoView {
    let open = RwSignal::new(false);
    let loaded = Resource::new(|| (), |()| api_tokens());
    view! {
        <SectionHead title=t("admin.tokens.title")>
            <Button kind=ButtonKind::Primary icon="plus" on_click=move |_| open.set(true)>{t("admin.tokens.add")}</Button>
        </SectionHead>
        <Transition fallback=|| view! { <SkeletonRows count=3/> }>
            {move || loaded.get().map(|result| match result {
                Ok(tokens) if tokens.is_empty() => view! {
                    <EmptyState icon="workflow" title=t("ui.state.empty") text=t("admin.tokens.empty")/>
                }.into_any(),
                Ok(tokens) => {
                    let rows = tokens.into_iter().map(|token| view! { <Token token loaded/> }).collect_view();
                    view! { <ul class="admin-list">{rows}</ul> }.into_any()
                }
                Err(fault) => view! { <Failed error=fault.0/> }.into_any(),
            })}
        </Transition>
        <NewToken open loaded/>
    }
}

#[component]
fn Token(token: TokenLine, loaded: Tokens) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let TokenLine { id, name, last_used_at, expires_at, .. } = token;
    let revoke = move |_| {
        spawn_local(async move {
            if let Err(fault) = revoke_api_token(id).await {
                toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None);
            }
            loaded.refetch();
        });
    };
    let told = move |key: &str, value: String| paired(page.locale.get(), &page.text(key), &value);
    let used = move || {
        let at = last_used_at.map(|at| relative(page.locale.get(), at, page.now.get()));
        told("admin.tokens.last_used", at.unwrap_or_else(|| page.text("admin.tokens.never_used")))
    };
    let ends = move || {
        let at = expires_at.map(|at| date_time(page.locale.get(), at, &page.zone()));
        told("admin.tokens.expires", at.unwrap_or_else(|| page.text("admin.tokens.never")))
    };
    view! {
        <li class="admin-row">
            <Icon name="workflow" size=Size::Large/>
            <div class="admin-row-main">
                <b>{name}</b>
                <span class="meta">{used}" · "{ends}</span>
            </div>
            <Button kind=ButtonKind::Ghost on_click=revoke>{t("admin.tokens.revoke")}</Button>
        </li>
    }
}

#[component]
fn NewToken(open: RwSignal<bool>, loaded: Tokens) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let (name, days) = (RwSignal::new(String::new()), RwSignal::new("90".to_owned()));
    let (secret, error) = (RwSignal::new(None::<String>), RwSignal::new(None::<Error>));
    let busy = RwSignal::new(false);
    let make = move || {
        busy.set(true);
        spawn_local(async move {
            match create_api_token(name.get_untracked(), days.get_untracked().parse().ok()).await {
                Ok(made) => {
                    secret.set(Some(made));
                    loaded.refetch();
                }
                Err(fault) => {
                    if !matches!(fault.0, Error::Invalid { .. }) {
                        toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None);
                    }
                    error.set(Some(fault.0));
                }
            }
            busy.set(false);
        });
    };
    let footer = move || {
        if secret.with(Option::is_some) {
            view! { <Button kind=ButtonKind::Primary on_click=move |_| open.set(false)>{t("ui.action.done")}</Button> }
                .into_any()
        } else {
            view! {
                <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
                <Button kind=ButtonKind::Primary busy on_click=move |_| make()>{t("admin.tokens.add")}</Button>
            }
            .into_any()
        }
    };
    let lifetimes = Signal::derive(move || {
        let days = |n: &str| Choice::new(n, page.text_with("admin.tokens.days", &[("n", n)]));
        vec![days("30"), days("90"), days("365"), Choice::new("never", page.text("admin.tokens.never"))]
    });
    let clear = move |()| {
        secret.set(None);
        error.set(None);
        name.set(String::new());
    };
    view! {
        <Dialog open title=t("admin.tokens.add") close=t("ui.action.close") size=Size::Small footer on_close=clear>
            {move || match secret.get() {
                Some(text) => view! {
                    <div class="stack">
                        <Notice tone=Tone::Warning text=t("admin.tokens.once")/>
                        <CopyLine text label=t("admin.tokens.title")/>
                    </div>
                }.into_any(),
                None => view! {
                    <div class="stack">
                        <Field id="token-name" label=t("admin.tokens.name") error=problem(error.into(), "name") required=true>
                            <TextInput value=name autofocus=true maxlength=120/>
                        </Field>
                        <Field id="token-days" label=t("admin.tokens.expires")>
                            <Select value=days options=lifetimes/>
                        </Field>
                    </div>
                }.into_any(),
            }}
        </Dialog>
    }
}
