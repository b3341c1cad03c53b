//! One's own settings, and the administration of the organisation.

pub mod aside;
mod aside_letter;
pub mod audit;
pub mod calendar_days;
pub mod custom_fields;
pub mod devices;
pub mod edit;
pub mod invite;
pub mod mailboxes;
pub mod organisation;
pub mod password;
pub mod pipelines;
pub mod profile;
pub mod rights;
pub mod roles;
pub mod roster;
pub mod sign_ins;
pub mod stages;
pub mod tags;
pub mod teams;
pub mod tokens;
pub mod users;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::RecordDef;
use shared::access::Action;
use shared::i18n::type_label_many;
use shared::types::{DESK_SETTINGS, by_name};
use uuid::Uuid;

use crate::context::{Page, PageTitle, t};
use crate::record::not_found;
use crate::sections::SECTIONS;
use crate::ui::{ErrorState, Icon};

/// Profile, devices and administration.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let page = Page::take();
    let params = use_params_map();
    let address = Memo::new(move |_| params.with(|params| params.get("section").unwrap_or_default()));
    let section = Memo::new(move |_| address.with(|address| section_of(address)));
    let is_admin = page.actor().is_some_and(|actor| actor.grants.admin);
    let current = move || section.get().and_then(|at| SECTIONS.get(at));
    let called = move || current().map_or("ui.state.not_found", |section| section.label);
    view! {
        <PageTitle text=Signal::derive(move || format!("{} · {}", page.text(called()), page.text("ui.app_name")))/>
        <div class="page">
            <header class="page-head"><h1>{t("ui.nav.settings")}</h1></header>
            <div class="admin">
                <Sections section is_admin/>
                <div class="admin-body" tabindex="0">
                    {move || {
                        match current() {
                            Some(shown) if shown.admin && !is_admin => view! {
                                <ErrorState denied=true title=t("ui.state.no_access") text=t("admin.ask_administrator")/>
                            }
                            .into_any(),
                            Some(shown) => body(shown.key, address),
                            None => not_found(),
                        }
                    }}
                </div>
            </div>
        </div>
    }
}

/// Index of the section an address names: the first without a name, `None` where there is none of that name.
fn section_of(address: &str) -> Option<usize> {
    let key = address.split('/').next().unwrap_or_default();
    if key.is_empty() { Some(0) } else { SECTIONS.iter().position(|section| section.key == key) }
}

#[component]
fn Sections(section: Memo<Option<usize>>, is_admin: bool) -> impl IntoView {
    let link = move |at: usize| {
        let own = &SECTIONS[at];
        view! {
            <a href=format!("/settings/{}", own.key) aria-current=move || (section.get() == Some(at)).then_some("page")>
                <Icon name=own.icon/>
                <span>{t(own.label)}</span>
            </a>
        }
    };
    let page = Page::take();
    let actor = page.actor();
    let changes = |def: &&RecordDef| actor.as_ref().is_some_and(|actor| actor.may(def, Action::Update));
    // Lists of records, for whoever may change them.
    let desk: Vec<_> = DESK_SETTINGS.iter().filter_map(|name| by_name(name)).filter(changes).collect();
    let list = move |def: &'static RecordDef| {
        view! {
            <a href=format!("/{}", def.plural)>
                <Icon name=def.icon/>
                <span>{move || type_label_many(page.locale.get(), def)}</span>
            </a>
        }
    };
    let links = |admin: bool| (0..SECTIONS.len()).filter(|at| SECTIONS[*at].admin == admin).map(link).collect_view();
    view! {
        <nav class="admin-nav" aria-label=t("ui.nav.settings")>
            <p class="admin-nav-head">{t("ui.word.mine")}</p>
            {links(false)}
            {is_admin.then(|| view! {
                <p class="admin-nav-head">{t("ui.nav.admin")}</p>
                {links(true)}
            })}
            {(!desk.is_empty()).then(|| view! {
                <p class="admin-nav-head">{t("ui.nav.desk")}</p>
                {desk.into_iter().map(list).collect_view()}
            })}
        </nav>
    }
}

fn body(key: &str, address: Memo<String>) -> AnyView {
    match key {
        "password" => view! { <password::PasswordSection/> }.into_any(),
        "devices" => view! { <devices::DevicesSection/> }.into_any(),
        "tokens" => view! { <tokens::TokensSection/> }.into_any(),
        "users" => view! { <users::UsersSection/> }.into_any(),
        "teams" => view! { <teams::TeamsSection/> }.into_any(),
        "roles" => {
            let id = Memo::new(move |_| address.with(|address| address.split('/').nth(1)?.parse::<Uuid>().ok()));
            view! { <roles::RolesSection id/> }.into_any()
        }
        "pipelines" => view! { <pipelines::PipelinesSection/> }.into_any(),
        "tags" => view! { <tags::TagsSection/> }.into_any(),
        "mailboxes" => view! { <mailboxes::MailboxesSection/> }.into_any(),
        "fields" => view! { <custom_fields::CustomFieldsSection/> }.into_any(),
        "organisation" => view! { <organisation::OrganisationSection/> }.into_any(),
        "audit" => view! { <audit::AuditSection/> }.into_any(),
        "sign-ins" => view! { <sign_ins::SignInsSection/> }.into_any(),
        _ => view! { <profile::ProfileSection/> }.into_any(),
    }
}

/// The heading of a section, with its buttons.
#[component]
pub fn SectionHead(
    /// What it is about.
    #[prop(into)]
    title: Signal<String>,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="admin-head">
            <h2>{title}</h2>
            <span class="spacer"></span>
            {children.map(|children| children())}
        </header>
    }
}

#[cfg(test)]
mod tests {
    use super::{SECTIONS, section_of};

    #[test]
    fn an_address_names_its_section() {
        let key = |address: &str| section_of(address).map(|at| SECTIONS[at].key);
        assert_eq!(key("roles/0190"), Some("roles"));
        assert_eq!(key(""), Some("profile"));
        assert_eq!(key("mail"), None);
    }
}
