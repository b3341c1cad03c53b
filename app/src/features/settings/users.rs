//! Users: who works here, their roles and teams; inviting, deactivating.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;
use shared::format::{listed, paired};
use shared::i18n::{error_message, field_label};
use shared::record::{ids, texts};
use shared::types::USER;

use super::SectionHead;
use super::edit::{EditDialog, Editor};
use super::invite::{InviteDialog, PendingInvitations};
use super::roster::{Loaded, Roster, one};
use crate::api::admin::reset_link;
use crate::context::{Page, t};
use crate::copy_line::CopyLine;
use crate::ui::{
    Avatar, Badge, Button, ButtonKind, ConfirmDialog, Dialog, Menu, MenuItem, TextInput, Toasts, Tone, open_about,
};

const FIELDS: &[&str] = &[
    "name",
    "email",
    "phone",
    "job_title",
    "team_id",
    "role_ids",
    "skills",
    "ticket_capacity",
    "away",
    "locale",
    "timezone",
];

/// The list of users.
#[component]
pub fn UsersSection() -> impl IntoView {
    let roster = Roster::load("user", "name");
    let editor = Editor::new();
    let (inviting, invited) = (RwSignal::new(false), RwSignal::new(0_u32));
    let leaving = RwSignal::new(None::<Row>);
    let words = RwSignal::new(String::new());
    let reset = RwSignal::new(None);
    view! {
        <SectionHead title=t("admin.users.title")>
            <Button kind=ButtonKind::Primary icon="user-plus" on_click=move |_| inviting.set(true)>{t("admin.users.invite")}</Button>
        </SectionHead>
        <TextInput value=words kind="search" icon="search" label=t("ui.action.search") placeholder=t("ui.action.search") on_change=move |text: String| roster.search(text)/>
        <Loaded roster>
            <ul class="admin-list">
                <For each=move || roster.rows.get() key=|row| (row.id, row.version) let:row>
                    <User roster row editor leaving reset/>
                </For>
            </ul>
        </Loaded>
        <PendingInvitations changed=invited/>
        <EditDialog record_type="user" editor fields=FIELDS on_saved=move |row| roster.put(row)/>
        <InviteDialog open=inviting on_invited=move |()| invited.update(|n| *n += 1)/>
        <Deactivation roster leaving/>
        <ResetDialog reset/>
    }
}

#[component]
fn User(
    roster: Roster,
    row: Row,
    editor: Editor,
    leaving: RwSignal<Option<Row>>,
    reset: RwSignal<Option<Reset>>,
) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let name = row.text("name").unwrap_or_default().to_owned();
    let email = row.text("email").map(str::to_owned);
    let (active, has_address, away) = (row.flag("active"), email.is_some(), row.flag("away"));
    let role_ids = ids(&row.values, "role_ids");
    let roles = move || {
        let titles = role_ids.iter().map(|id| roster.title(*id)).filter(|role| !role.is_empty());
        titles.map(|role| view! { <Badge>{role}</Badge> }).collect_view()
    };
    let team_id = row.reference("team_id");
    let team = move || {
        let title = team_id.map(|id| roster.title(id)).filter(|team| !team.is_empty());
        title.map(|team| format!(" · {team}"))
    };
    let myself = page.actor().is_some_and(|actor| actor.user_id == row.id);
    let row = StoredValue::new(row);
    let serves = Memo::new(move |_| row.with_value(|row| service_text(page, row)));
    let flip = move |()| {
        if active {
            leaving.set(Some(row.get_value()));
        } else {
            roster.update(&row.get_value(), one("active", true));
        }
    };
    let what = if active { "admin.users.deactivate" } else { "admin.users.activate" };
    let seed = row.with_value(|row| row.id.to_string());
    view! {
        <li class="admin-row" data-off=(!active).then_some("")>
            <Avatar name=name.clone() seed/>
            <div class="admin-row-main">
                <b>{name}</b>
                <span class="meta">
                    {move || email.clone().unwrap_or_else(|| page.text("admin.users.no_email"))}
                    {team}
                </span>
                {move || Some(serves.get()).filter(|text| !text.is_empty()).map(|text| view! { <span class="meta">{text}</span> })}
            </div>
            <span class="admin-row-tags">
                {roles}
                {(active && away).then(|| view! { <Badge icon="circle-pause">{t("user.away")}</Badge> })}
                {(!active).then(|| view! { <Badge tone=Tone::Warning>{t("admin.users.inactive")}</Badge> })}
            </span>
            <Menu label=t("ui.action.more") end=true>
                <MenuItem label=t("ui.action.edit") icon="pencil" on_select=move |()| editor.edit(row.get_value())/>
                {(active && has_address).then(|| view! {
                    <MenuItem label=t("admin.users.reset") icon="key-round" on_select=move |()| make_reset(page, toasts, row.get_value(), reset)/>
                })}
                {(!myself).then(|| view! { <MenuItem label=t(what) icon="user-check" danger=active on_select=flip/> })}
            </Menu>
        </li>
    }
}

/// What routing goes by, as far as it is said of somebody: their skills, and the most open tickets they are given; tracked.
fn service_text(page: Page, row: &Row) -> String {
    let locale = page.locale.get();
    let skills: Vec<&str> = texts(&row.values, "skills").collect();
    let skills = listed(locale, &skills);
    let most = row.integer("ticket_capacity").map(|most| most.to_string()).unwrap_or_default();
    let said = [("skills", skills), ("ticket_capacity", most)].into_iter().filter(|(_, value)| !value.is_empty());
    let named = said.map(|(field, value)| paired(locale, &field_label(locale, &USER, field), &value));
    named.collect::<Vec<_>>().join(" · ")
}

/// Whose password may be chosen anew, and the link for it.
#[derive(Clone)]
struct Reset {
    name: String,
    link: String,
}

fn make_reset(page: Page, toasts: Toasts, row: Row, reset: RwSignal<Option<Reset>>) {
    spawn_local(async move {
        match reset_link(row.id).await {
            Ok(link) => reset.set(Some(Reset { name: row.text("name").unwrap_or_default().to_owned(), link })),
            Err(fault) => toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None),
        }
    });
}

/// Shows the link once.
#[component]
fn ResetDialog(reset: RwSignal<Option<Reset>>) -> impl IntoView {
    let page = Page::take();
    let open = open_about(reset);
    let footer = move || {
        view! { <Button kind=ButtonKind::Primary on_click=move |_| open.set(false)>{t("ui.action.done")}</Button> }
    };
    let shown = move |reset: Reset| {
        let Reset { name, link } = reset;
        let told = move || page.text_with("admin.users.reset_share", &[("name", &name)]);
        view! { <div class="stack"><p>{told}</p><CopyLine text=link label=t("ui.action.copy_link")/></div> }
    };
    view! {
        <Dialog open title=t("admin.users.reset") close=t("ui.action.close") footer>
            {move || reset.get().map(shown)}
        </Dialog>
    }
}

/// Asks before somebody is locked out.
#[component]
fn Deactivation(roster: Roster, leaving: RwSignal<Option<Row>>) -> impl IntoView {
    let page = Page::take();
    let open = open_about(leaving);
    let text = move |key: &'static str| {
        Signal::derive(move || {
            let name = leaving
                .with(|row| row.as_ref().and_then(|row| row.text("name").map(str::to_owned)))
                .unwrap_or_default();
            page.text_with(key, &[("name", &name)])
        })
    };
    let confirm = move |()| {
        if let Some(row) = leaving.get_untracked() {
            roster.update(&row, one("active", false));
        }
        open.set(false);
    };
    view! {
        <ConfirmDialog
            open
            title=text("admin.users.deactivate_confirm")
            text=text("admin.users.deactivate_text")
            action=t("admin.users.deactivate")
            cancel=t("ui.action.cancel")
            on_confirm=confirm
        />
    }
}
