//! What one role may do: a matrix of levels, and restrictions of single fields. Every change is saved at once.

use leptos::prelude::*;
use serde_json::json;
use shared::access::{Action, FieldAccess, Grants, Level, TypeRights};
use shared::i18n::{field_label, type_label_many};
use shared::types::{REGISTRY, by_name};
use shared::{RecordDef, Row};

use super::roles::grants_of;
use super::roster::{Roster, one};
use crate::context::{Page, t};
use crate::ui::{Button, Choice, Select, Switch};

/// The role being edited.
#[derive(Clone, Copy)]
struct Rights {
    page: Page,
    roster: Roster,
    row: Memo<Option<Row>>,
    grants: Memo<Grants>,
}

impl Rights {
    fn change(self, change: impl FnOnce(&mut Grants)) {
        let Some(row) = self.row.get_untracked() else { return };
        let mut grants = self.grants.get_untracked();
        change(&mut grants);
        self.roster.update(&row, one("grants", json!(grants)));
    }

    fn set_level(self, def: &'static RecordDef, action: Action, level: Level) {
        self.change(|grants| {
            let rights = grants.types.entry(def.name.to_owned()).or_default();
            set(rights, action, level);
        });
    }

    fn set_field(self, name: String, access: FieldAccess) {
        self.change(|grants| match access {
            FieldAccess::Write => drop(grants.fields.remove(&name)),
            access => drop(grants.fields.insert(name, access)),
        });
    }
}

fn set(rights: &mut TypeRights, action: Action, level: Level) {
    let slot = match action {
        Action::Create => &mut rights.create,
        Action::Read => &mut rights.read,
        Action::Update => &mut rights.update,
        Action::Delete => &mut rights.delete,
        Action::Export => &mut rights.export,
        Action::Import => &mut rights.import,
    };
    *slot = level;
}

/// The rights of one role.
#[component]
pub fn RightsEditor(
    /// All roles.
    roster: Roster,
    /// The role shown.
    row: Memo<Option<Row>>,
) -> impl IntoView {
    let grants = Memo::new(move |_| row.with(|row| row.as_ref().map(grants_of)).unwrap_or_default());
    let rights = Rights { page: Page::take(), roster, row, grants };
    let admin = Signal::derive(move || grants.with(|grants| grants.admin));
    view! {
        <Switch value=admin on_change=move |on: bool| rights.change(|grants| grants.admin = on)>{t("admin.roles.admin")}</Switch>
        <p class="meta">{t("admin.roles.admin_hint")}</p>
        <Show when=move || !admin.get()>
            <Matrix rights/>
            <FieldRights rights/>
        </Show>
    }
}

#[component]
fn Matrix(rights: Rights) -> impl IntoView {
    let page = rights.page;
    let head = Action::ALL.map(|action| {
        view! { <th scope="col">{move || page.text(&format!("admin.action.{}", action.code()))}</th> }
    });
    let line = move |def: &'static RecordDef| {
        let cells = Action::ALL.map(|action| view! { <td>{cell(rights, def, action)}</td> });
        view! {
            <tr><th scope="row">{move || type_label_many(page.locale.get(), def)}</th>{cells.into_iter().collect_view()}</tr>
        }
    };
    view! {
        <section class="section admin-section">
            <h3 class="section-title">{t("admin.roles.matrix")}</h3>
            <div class="rights-scroll" tabindex="0" role="region" aria-label=t("admin.roles.matrix")>
                <table class="rights">
                    <thead><tr><th scope="col">{t("admin.roles.record_type")}</th>{head.into_iter().collect_view()}</tr></thead>
                    <tbody>{REGISTRY.iter().map(|def| line(def)).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

/// One level. Administered types can only be read by others; shared types know no levels between none and all.
fn cell(rights: Rights, def: &'static RecordDef, action: Action) -> AnyView {
    if def.admin && action != Action::Read {
        return view! { <span class="meta" aria-hidden="true">"–"</span> }.into_any();
    }
    let page = rights.page;
    let level = Memo::new(move |_| {
        rights.grants.with(|grants| grants.types.get(def.name).map_or(Level::None, |own| own.level(action)))
    });
    let shared = !def.is_owned();
    // Any level means all on these types.
    let shown = move || if shared && level.get() > Level::None { Level::All } else { level.get() };
    let offered = Level::ALL.into_iter().filter(move |level| !shared || matches!(level, Level::None | Level::All));
    let option = move |level: Level| {
        view! {
            <option value=level.code() selected=move || shown() == level>
                {move || page.text(&format!("admin.level.{}", level.code()))}
            </option>
        }
    };
    let name = move || {
        let action = page.text(&format!("admin.action.{}", action.code()));
        page.text_with(
            "admin.roles.level_of",
            &[("action", &action), ("type", &type_label_many(page.locale.get(), def))],
        )
    };
    let change = move |event| {
        let code = event_target_value(&event);
        if let Some(level) = Level::ALL.into_iter().find(|level| level.code() == code) {
            rights.set_level(def, action, level);
        }
    };
    view! {
        <select class="input" aria-label=name data-level=move || shown().code() prop:value=move || shown().code() on:change=change>
            {offered.map(option).collect_view()}
        </select>
    }
    .into_any()
}

fn access_choices(page: Page) -> Vec<Choice> {
    let choice = |access| Choice::new(code_of(access), page.text(&format!("admin.field_access.{}", code_of(access))));
    [FieldAccess::Hidden, FieldAccess::Read, FieldAccess::Write].map(choice).into()
}

fn access_of(code: &str) -> FieldAccess {
    match code {
        "hidden" => FieldAccess::Hidden,
        "read" => FieldAccess::Read,
        _ => FieldAccess::Write,
    }
}

fn code_of(access: FieldAccess) -> &'static str {
    match access {
        FieldAccess::Hidden => "hidden",
        FieldAccess::Read => "read",
        FieldAccess::Write => "write",
    }
}

/// `customer.revenue` as people read it.
fn readable(page: Page, name: &str) -> String {
    let locale = page.locale.get();
    match name.split_once('.').and_then(|(record_type, field)| Some((by_name(record_type)?, field))) {
        Some((def, field)) => format!("{} · {}", type_label_many(locale, def), field_label(locale, def, field)),
        None => name.to_owned(),
    }
}

#[component]
fn FieldRights(rights: Rights) -> impl IntoView {
    let page = rights.page;
    let (record_type, field) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let named = move || {
        rights
            .grants
            .with(|grants| grants.fields.iter().map(|(name, access)| (name.clone(), *access)).collect::<Vec<_>>())
    };
    let line = move |(name, access): (String, FieldAccess)| {
        let (shown, own) = (name.clone(), name);
        let value = RwSignal::new(code_of(access).to_owned());
        let change = move |code: String| rights.set_field(own.clone(), access_of(&code));
        let label = Signal::derive(move || readable(page, &shown));
        view! {
            <li class="admin-row">
                <div class="admin-row-main"><b>{label}</b></div>
                <div><Select value options=Signal::derive(move || access_choices(page)) label on_change=change/></div>
            </li>
        }
    };
    let types = Signal::derive(move || {
        let locale = page.locale.get();
        let shown = REGISTRY.iter().filter(|def| !def.admin);
        shown.map(|def| Choice::new(def.name, type_label_many(locale, def))).collect::<Vec<_>>()
    });
    let fields = Signal::derive(move || {
        let Some(def) = record_type.with(|name| by_name(name)) else { return Vec::new() };
        let offered = def.fields.iter().filter(|field| !field.internal && !field.required);
        offered.map(|field| Choice::new(field.name, field_label(page.locale.get(), def, field.name))).collect()
    });
    let add = move |_| {
        let name = format!("{}.{}", record_type.get_untracked(), field.get_untracked());
        rights.set_field(name, FieldAccess::Hidden);
        field.set(String::new());
    };
    let incomplete = Signal::derive(move || record_type.with(String::is_empty) || field.with(String::is_empty));
    view! {
        <section class="section admin-section">
            <h3 class="section-title">{t("admin.roles.field_rights")}</h3>
            <p class="meta">{t("admin.roles.field_rights_hint")}</p>
            <ul class="admin-list">{move || named().into_iter().map(line).collect_view()}</ul>
            <div class="admin-filter">
                <Select value=record_type options=types empty=t("admin.roles.record_type") label=t("admin.roles.record_type") on_change=move |_| field.set(String::new())/>
                <Select value=field options=fields empty=t("admin.audit.field") label=t("admin.audit.field")/>
                <Button disabled=incomplete icon="plus" on_click=add>{t("admin.roles.add_field")}</Button>
            </div>
        </section>
    }
}
