//! Inviting colleagues, and the invitations nobody has accepted yet.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Error;
use shared::format::date_time;
use shared::i18n::error_message;
use uuid::Uuid;

use super::edit::{problem, records_of};
use crate::api::admin::{NewInvitation, OpenInvitation, invitations, invite, revoke_invitation};
use crate::context::{Page, t};
use crate::copy_line::CopyLine;
use crate::ui::{Button, ButtonKind, Checkbox, Choice, Dialog, Field, Icon, Select, Size, TextInput, Toasts, Tone};

/// What the dialog holds.
#[derive(Clone, Copy)]
struct Invitee {
    email: RwSignal<String>,
    name: RwSignal<String>,
    team: RwSignal<String>,
    roles: RwSignal<Vec<Uuid>>,
    error: RwSignal<Option<Error>>,
    link: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
}

impl Invitee {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            email: empty(),
            name: empty(),
            team: empty(),
            roles: RwSignal::new(Vec::new()),
            error: RwSignal::new(None),
            link: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    fn clear(self) {
        [self.email, self.name, self.team].into_iter().for_each(|field| field.set(String::new()));
        self.roles.set(Vec::new());
        self.error.set(None);
        self.link.set(None);
    }

    fn send(self, page: Page, toasts: Toasts, on_invited: Callback<()>) {
        self.busy.set(true);
        let invitation = NewInvitation {
            email: self.email.get_untracked(),
            name: self.name.get_untracked(),
            role_ids: self.roles.get_untracked(),
            team_id: self.team.get_untracked().parse().ok(),
        };
        spawn_local(async move {
            match invite(invitation).await {
                Ok(link) => {
                    self.error.set(None);
                    self.link.set(Some(link));
                    on_invited.run(());
                }
                Err(fault) => {
                    if !matches!(fault.0, Error::Invalid { .. }) {
                        toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None);
                    }
                    self.error.set(Some(fault.0));
                }
            }
            self.busy.set(false);
        });
    }
}

/// The dialog that makes an invitation and shows its link once.
#[component]
pub fn InviteDialog(
    /// Whether it is open, both ways.
    open: RwSignal<bool>,
    /// Runs when an invitation was made.
    #[prop(into)]
    on_invited: Callback<()>,
) -> impl IntoView {
    let (page, toasts, invitee) = (Page::take(), Toasts::take(), Invitee::new());
    let footer = move || {
        if invitee.link.with(Option::is_some) {
            view! { <Button kind=ButtonKind::Primary on_click=move |_| open.set(false)>{t("ui.action.done")}</Button> }
                .into_any()
        } else {
            view! {
                <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
                <Button kind=ButtonKind::Primary busy=invitee.busy on_click=move |_| invitee.send(page, toasts, on_invited)>
                    {t("admin.users.invite_send")}
                </Button>
            }
            .into_any()
        }
    };
    view! {
        <Dialog open title=t("admin.users.invite_title") close=t("ui.action.close") footer on_close=move |()| invitee.clear()>
            {move || match invitee.link.get() {
                Some(link) => sent(page, invitee, link),
                None => form(invitee),
            }}
        </Dialog>
    }
}

fn sent(page: Page, invitee: Invitee, link: String) -> AnyView {
    let told = move || {
        let name = invitee.name.get();
        let name = if name.trim().is_empty() { invitee.email.get() } else { name };
        page.text_with("admin.users.invite_share", &[("name", name.trim())])
    };
    view! { <div class="stack"><p>{told}</p><CopyLine text=link label=t("ui.action.copy_link")/></div> }.into_any()
}

fn form(invitee: Invitee) -> AnyView {
    let error = invitee.error.into();
    let roles = records_of("role");
    let check = move |choice: Choice| {
        let Ok(id) = choice.value.parse::<Uuid>() else { return ().into_any() };
        let value = Signal::derive(move || invitee.roles.with(|roles| roles.contains(&id)));
        let change = move |on: bool| {
            invitee.roles.update(|roles| {
                roles.retain(|own| *own != id);
                roles.extend(on.then_some(id));
            });
        };
        view! { <Checkbox value on_change=change>{choice.label}</Checkbox> }.into_any()
    };
    view! {
        <div class="stack">
            <Field id="invite-email" label=t("admin.users.invite_email") error=problem(error, "email") required=true>
                <TextInput value=invitee.email kind="email" autocomplete="off" autofocus=true/>
            </Field>
            <Field id="invite-name" label=t("admin.users.invite_name") error=problem(error, "name")>
                <TextInput value=invitee.name autocomplete="off"/>
            </Field>
            <Field id="invite-team" label=t("admin.users.invite_team") error=problem(error, "team_id")>
                <Select value=invitee.team options=records_of("team") empty=t("ui.word.none")/>
            </Field>
            <div class="field">
                <span class="field-label">{t("admin.users.invite_roles")}</span>
                <div class="check-list" role="group" aria-label=t("admin.users.invite_roles")>
                    {move || roles.get().into_iter().map(check).collect_view()}
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// Invitations nobody has accepted yet.
#[component]
pub fn PendingInvitations(
    /// Grows when there is a new one.
    #[prop(into)]
    changed: Signal<u32>,
) -> impl IntoView {
    let loaded = Resource::new(move || changed.get(), |_| invitations());
    let (page, toasts) = (Page::take(), Toasts::take());
    let revoke = move |id: Uuid| {
        spawn_local(async move {
            if let Err(fault) = revoke_invitation(id).await {
                toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None);
            }
            loaded.refetch();
        });
    };
    let line = move |open: OpenInvitation| {
        let OpenInvitation { id, email, name, expires_at, .. } = open;
        let until = move || {
            let when = date_time(page.locale.get(), expires_at, &page.zone());
            page.text_with("sign_in.invitation.expires", &[("when", &when)])
        };
        view! {
            <li class="admin-row">
                <Icon name="mail" size=Size::Large/>
                <div class="admin-row-main"><b>{name.unwrap_or_else(|| email.clone())}</b><span class="meta">{email}" · "{until}</span></div>
                <Button kind=ButtonKind::Ghost on_click=move |_| revoke(id)>{t("admin.users.invite_revoke")}</Button>
            </li>
        }
    };
    view! {
        <Transition fallback=|| ()>
            {move || loaded.get().and_then(Result::ok).filter(|open| !open.is_empty()).map(|open| view! {
                <section class="section admin-section">
                    <h3 class="section-title">{t("admin.users.pending")}</h3>
                    <ul class="admin-list">{open.into_iter().map(line).collect_view()}</ul>
                </section>
            })}
        </Transition>
    }
}
