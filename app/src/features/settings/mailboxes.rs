//! Mailboxes whose mail becomes tickets, and the letters that became none.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use shared::format::relative;
use shared::i18n::error_message;
use shared::post::{MailboxState, Tried, in_words};
use shared::{Error, Row, Values};
use uuid::Uuid;

use super::SectionHead;
use super::aside::AsideLetters;
use super::edit::{EditDialog, Editor, problem};
use super::roster::{Loaded, Roster};
use crate::api::Fault;
use crate::api::post::{mailbox_states, set_mailbox_password, try_mailbox};
use crate::context::{Page, t};
use crate::ui::{
    Badge, Button, ButtonKind, Dialog, EmptyState, Field, Icon, Menu, MenuItem, Size, TextInput, Toasts, Tone,
};

const FIELDS: &[&str] = &[
    "address",
    "sender",
    "queue_id",
    "active",
    "username",
    "imap_host",
    "imap_port",
    "imap_security",
    "folder",
    "smtp_host",
    "smtp_port",
    "smtp_security",
];

type States = Resource<Result<Vec<MailboxState>, Fault>>;

/// The list of mailboxes, and below it what could not be taken in.
#[component]
pub fn MailboxesSection() -> impl IntoView {
    let roster = Roster::load("mailbox", "address");
    let editor = Editor::new();
    let states = Resource::new(|| (), |()| mailbox_states());
    let locked = RwSignal::new(None::<Row>);
    let new = move |_| editor.create(Values::from_iter([("active".to_owned(), json!(true))]));
    let saved = move |row: Row| {
        roster.put(row.clone());
        let known = states.get_untracked().and_then(Result::ok).unwrap_or_default();
        let had_one = known.iter().find(|state| state.id == row.id).is_none_or(|state| state.has_password);
        spawn_local(async move {
            let now = mailbox_states().await;
            states.refetch();
            let lacks = |state: &MailboxState| state.id == row.id && !state.has_password;
            // Without its password a new one does nothing, nor does one whose server or user name became another.
            if had_one && now.is_ok_and(|all| all.iter().any(lacks)) {
                locked.try_set(Some(row));
            }
        });
    };
    view! {
        <SectionHead title=t("mail.title")>
            <Button kind=ButtonKind::Primary icon="plus" on_click=new>{t("mailbox._new")}</Button>
        </SectionHead>
        <Loaded roster>
            <Show
                when=move || roster.rows.with(|rows| !rows.is_empty())
                fallback=|| view! { <EmptyState icon="mail" title=t("ui.state.empty") text=t("mailbox._empty")/> }
            >
                <ul class="admin-list">
                    <For each=move || roster.rows.get() key=|row| (row.id, row.version) let:row>
                        <MailboxRow roster row editor states locked/>
                    </For>
                </ul>
            </Show>
        </Loaded>
        <AsideLetters/>
        <EditDialog record_type="mailbox" editor fields=FIELDS on_saved=saved/>
        <PasswordDialog locked states/>
    }
}

#[component]
fn MailboxRow(
    roster: Roster,
    row: Row,
    editor: Editor,
    states: States,
    locked: RwSignal<Option<Row>>,
) -> impl IntoView {
    let address = row.text("address").unwrap_or_default().to_owned();
    let queue = row.reference("queue_id");
    let queue = move || queue.map(|id| roster.title(id)).unwrap_or_default();
    let (id, active) = (row.id, row.flag("active"));
    let row = StoredValue::new(row);
    let archive = move |()| roster.archive(&row.get_value());
    let tried = RwSignal::new(None::<Tried>);
    view! {
        <li class="admin-row">
            <Icon name="mail" size=Size::Large/>
            <div class="admin-row-main">
                <b>{address}</b>
                <span class="meta">{queue}</span>
                <Standing id active states tried/>
                {move || tried.get().map(outcome)}
            </div>
            <div class="admin-row-tools">
                <TryButton id tried states/>
                <Menu label=t("ui.action.more") end=true>
                    <MenuItem label=t("ui.action.edit") icon="pencil" on_select=move |()| editor.edit(row.get_value())/>
                    <MenuItem label=t("mail.set_password") icon="key-round" on_select=move |()| locked.set(Some(row.get_value()))/>
                    <MenuItem label=t("ui.action.archive") icon="archive" on_select=archive/>
                </Menu>
            </div>
        </li>
    }
}

/// How it is: what goes wrong, else when it was fetched. What came of trying it stands below and is not told twice.
#[component]
fn Standing(id: Uuid, active: bool, states: States, tried: RwSignal<Option<Tried>>) -> impl IntoView {
    let page = Page::take();
    let line = move |state: MailboxState| {
        let why = state.last_error.as_deref().filter(|_| tried.with(Option::is_none));
        let why = why.map(|why| in_words(page.locale.get(), why));
        let waits = [("mail.waiting", state.waiting), ("mail.leaving", state.leaving)];
        let waits =
            waits.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| page.text_with(key, &[("n", &n.to_string())]));
        let fetched = match state.fetched_at {
            Some(at) => page.text_with("mail.fetched", &[("when", &relative(page.locale.get(), at, page.now.get()))]),
            None => page.text("mail.not_fetched"),
        };
        let parts: Vec<String> = [fetched].into_iter().chain(waits).collect();
        let badge = match (active, state.has_password, why) {
            (false, ..) => Some((Tone::Neutral, "mail.not_active", None)),
            (true, false, _) => Some((Tone::Warning, "mail.password_missing", None)),
            (true, true, Some(why)) => Some((Tone::Danger, "", Some(why))),
            (true, true, None) => None,
        };
        let badge = badge.map(|(tone, key, why)| match why {
            Some(why) => view! { <p class="field-error"><Icon name="circle-alert"/><span>{why}</span></p> }.into_any(),
            None => view! { <Badge tone>{page.text(key)}</Badge> }.into_any(),
        });
        view! { <span class="meta">{parts.join(" · ")}</span>" "{badge} }
    };
    view! {
        <Transition fallback=|| ()>
            {move || states.get().and_then(Result::ok).and_then(|all| all.into_iter().find(|state| state.id == id)).map(line)}
        </Transition>
    }
}

#[component]
fn TryButton(id: Uuid, tried: RwSignal<Option<Tried>>, states: States) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let busy = RwSignal::new(false);
    let run = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        tried.set(None);
        spawn_local(async move {
            match try_mailbox(id).await {
                Ok(found) => tried.set(Some(found)),
                Err(fault) => toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None),
            }
            busy.set(false);
            states.refetch();
        });
    };
    view! { <Button busy on_click=run>{t("mail.test")}</Button> }
}

/// What came of trying, for both ways.
fn outcome(tried: Tried) -> AnyView {
    let page = Page::take();
    let line = |fault: Option<String>, works: &'static str, fails: &'static str| match fault {
        None => view! { <Badge tone=Tone::Success icon="check">{t(works)}</Badge> }.into_any(),
        Some(why) => {
            let text = move || page.text_with(fails, &[("why", &in_words(page.locale.get(), &why))]);
            view! { <p class="field-error"><Icon name="circle-alert"/><span>{text}</span></p> }.into_any()
        }
    };
    view! {
        <div class="stack" role="status" data-tried="">
            {line(tried.incoming, "mail.works_in", "mail.fails_in")}
            {line(tried.outgoing, "mail.works_out", "mail.fails_out")}
        </div>
    }
    .into_any()
}

#[component]
fn PasswordDialog(locked: RwSignal<Option<Row>>, states: States) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let (password, error) = (RwSignal::new(String::new()), RwSignal::new(None::<Error>));
    Effect::new(move |_| {
        if locked.with(Option::is_some) {
            password.set(String::new());
            error.set(None);
            open.set(true);
        }
    });
    let save = move || {
        let Some(id) = locked.with_untracked(|row| row.as_ref().map(|row| row.id)) else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match set_mailbox_password(id, password.get_untracked()).await {
                Ok(()) => {
                    open.set(false);
                    let text = shared::i18n::translate(page.locale.get_untracked(), "mail.password_saved", &[]);
                    toasts.push(text, Tone::Success, None);
                    states.refetch();
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
    let title = Signal::derive(move || {
        let address =
            locked.with(|row| row.as_ref().and_then(|row| row.text("address")).unwrap_or_default().to_owned());
        format!("{} · {address}", page.text("mail.set_password"))
    });
    let close = move |()| {
        password.set(String::new());
        locked.set(None);
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary busy on_click=move |_| save()>{t("ui.action.save")}</Button>
        }
    };
    view! {
        <Dialog open title close=t("ui.action.close") size=Size::Small footer on_close=close>
            <form class="stack" on:submit=move |event| { event.prevent_default(); save(); } novalidate>
                <Field id="mailbox-password" label=t("mail.password") hint=t("mail.password_hint") error=problem(error.into(), "password") required=true>
                    <TextInput value=password kind="password" autocomplete="off" autofocus=true/>
                </Field>
            </form>
        </Dialog>
    }
}
