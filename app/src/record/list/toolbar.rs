//! Head and bar of a list: what it is, making a new one, search, filters, views, columns.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::params::ParamsMap;
use shared::access::Action;
use shared::duplicates::can_have;
use shared::export::{Spec, is_large};
use shared::i18n::Locale;
use shared::import::FileKind;
use shared::quality::is_told_of;
use shared::query::{Archived, Filter, Op};
use shared::types::{DESK_SETTINGS, OPPORTUNITY};
use shared::{Error, i18n};

use super::ListContext;
use super::address::ListState;
use super::columns::columns_dialog;
use super::conditions::learn_titles;
use super::filter::{Conditions, condition_chips};
use super::subject::Subjects;
use super::views::views_menu;
use crate::api::export::start_export;
use crate::context::t;
use crate::record::attribute::Attribute;
use crate::ui::{
    Button, ButtonKind, Chip, Icon, LinkButton, Menu, MenuItem, MenuLink, Size, TextInput, Toasts, Tone, ViewSwitch,
    Way,
};

/// How long typing must rest before the list follows.
const REST: Duration = Duration::from_millis(250);

pub(super) fn head(context: ListContext) -> AnyView {
    let (page, def) = (context.page, context.def);
    let may = |action| page.actor().is_some_and(|actor| actor.may(def, action));
    let total = move || context.total.get().map(|n| shared::format::number(page.locale.get(), n));
    view! {
        {(DESK_SETTINGS.contains(&def.name) && may(Action::Update)).then(|| view! {
            <a class="list-up" href="/settings"><Icon name="chevron-left" size=Size::Small/>{t("ui.nav.settings")}</a>
        })}
        <header class="page-head">
            <h1>{move || i18n::type_label_many(page.locale.get(), def)}</h1>
            <span class="meta num">{total}</span>
            <span class="spacer"></span>
            {may(Action::Export).then(|| view! {
                <Menu label=t("exports.title") icon="download" end=true>{move || exports(context)}</Menu>
            })}
            {is_told_of(def).then(|| view! {
                <Menu label=t("ui.action.more") end=true>{move || care(context)}</Menu>
            })}
            {may(Action::Import).then(|| view! {
                <LinkButton href="/import" kind=ButtonKind::Ghost icon="file-up">{t("ui.action.import")}</LinkButton>
            })}
            {context.may_create.then(|| view! {
                <Button kind=ButtonKind::Primary icon="plus" on_click=move |_| context.creating.set(true)>
                    {move || page.text(&format!("{}._new", def.name))}
                </Button>
            })}
        </header>
    }
    .into_any()
}

/// The pages on which one looks after all records of the type.
fn care(context: ListContext) -> AnyView {
    let (page, def) = (context.page, context.def);
    let title = move |key: &'static str| {
        Signal::derive(move || page.text_with(key, &[("types", &i18n::type_label_many(page.locale.get(), def))]))
    };
    let may_update = page.actor().is_some_and(|actor| actor.may(def, Action::Update));
    view! {
        <MenuLink href=format!("/quality/{}", def.plural) label=title("quality.title") icon="shield-check"/>
        {(may_update && can_have(def)).then(|| view! {
            <MenuLink href=format!("/duplicates/{}", def.plural) label=title("duplicates.title") icon="merge"/>
        })}
    }
    .into_any()
}

/// The files that the list as it is shown can be had as: for coming back, and in the words of who reads them.
fn exports(context: ListContext) -> AnyView {
    let group = move |title: &'static str, kinds: &[FileKind], labels: Option<Locale>| {
        view! {
            <div role="group" aria-label=t(title)>
                <p class="menu-head">{t(title)}</p>
                {kinds.iter().map(|kind| export(context, *kind, labels)).collect_view()}
            </div>
        }
    };
    let is_back = |kind: &FileKind| *kind != FileKind::Vcf || context.def.is_reachable();
    let back: Vec<FileKind> = FileKind::ALL.into_iter().filter(is_back).collect();
    view! {
        {group("exports.back", &back, None)}
        {group("exports.reading", &[FileKind::Csv, FileKind::Xlsx], Some(context.page.locale.get()))}
        <hr/>
        <MenuLink href="/exports" icon="download" label=t("exports.own.title")/>
    }
    .into_any()
}

/// One of those files; those of long lists are made in the background.
fn export(context: ListContext, kind: FileKind, labels: Option<Locale>) -> AnyView {
    // A calendar counts what lies on its days only.
    let rows = context.total.get_untracked().filter(|_| !untrack(|| context.is_by_day())).unwrap_or_default();
    let query = context.nav.state.with_untracked(|state| state.query(context.def));
    let key = match kind {
        FileKind::Csv if labels.is_some() => "exports.reading_csv",
        FileKind::Xlsx if labels.is_some() => "exports.reading_xlsx",
        FileKind::Csv => "exports.csv",
        FileKind::Xlsx => "exports.xlsx",
        FileKind::Vcf => "exports.vcf",
    };
    let name = context.called.get_untracked();
    if is_large(kind, rows) {
        let page = context.page;
        let label = Signal::derive(move || page.text_with("exports.background", &[("kind", &page.text(key))]));
        let spec = Spec { plural: context.def.plural.to_owned(), kind, query: query.into(), labels, name };
        return view! { <MenuItem icon="hourglass" label on_select=move |()| begin(context, spec.clone())/> }
            .into_any();
    }
    let mut params = ParamsMap::new();
    params.insert("query", serde_json::to_string(&query).unwrap_or_default());
    if let Some(locale) = labels {
        params.insert("labels", locale.code().to_owned());
    }
    if let Some(name) = name {
        params.insert("name", name);
    }
    let href = format!("/api/export/{}.{}{}", context.def.plural, kind.extension(), params.to_query_string());
    view! { <MenuLink href label=t(key) file=true/> }.into_any()
}

/// Has a file made, and shows how far it is.
fn begin(context: ListContext, spec: Spec) {
    let (page, toasts) = (context.page, Toasts::take());
    spawn_local(async move {
        match start_export(spec).await {
            Ok(_) => drop(context.exporting.try_set(true)),
            Err(fault) => toasts.push(error_text(page.locale.get_untracked(), &fault.0), Tone::Danger, None),
        }
    });
}

/// An error as one sentence: that of its first field, if it is about any.
fn error_text(locale: Locale, error: &Error) -> String {
    match error {
        Error::Invalid { fields } if !fields.is_empty() => i18n::field_error(locale, &fields[0]),
        error => i18n::error_message(locale, error),
    }
}

pub(super) fn bar(context: ListContext, all: StoredValue<Vec<Attribute>>, about: Subjects) -> AnyView {
    let choosing = RwSignal::new(false);
    let actor = context.page.actor();
    let may = |action| actor.as_ref().is_some_and(|actor| actor.may(context.def, action));
    let may_choose = may(Action::Update) || may(Action::Delete);
    view! {
        <div class="page-bar list-bar">
            <div class="list-search">{search(context)}</div>
            {ways(context)}
            {views_menu(context)}
            <Show when=move || !context.is_by_day()>
                {may_choose.then(|| select(context))}
                <span class="desktop-only">
                    <Button kind=ButtonKind::Ghost icon="columns-3" label=t("list.columns") on_click=move |_| choosing.set(true)/>
                </span>
            </Show>
            <div class="chips">
                {quick_chips(context)}
                {further_chips(context, about)}
            </div>
        </div>
        {columns_dialog(context, all, choosing)}
    }
    .into_any()
}

/// Shows boxes to choose rows by, on a phone.
fn select(context: ListContext) -> AnyView {
    let selecting = context.selecting;
    view! {
        <span class="list-select">
            <Button
                kind=ButtonKind::Ghost
                icon="list-checks"
                label=t("list.select")
                pressed=selecting
                on_click=move |_| selecting.update(|on| *on = !*on)
            />
        </span>
    }
    .into_any()
}

/// The same records in rows, by day and, if they are deals, as a board, with the same filters.
fn ways(context: ListContext) -> Option<AnyView> {
    let (nav, def) = (context.nav, context.def);
    let href = move |by_day: bool| {
        Signal::derive(move || {
            let mut state = nav.state.get();
            state.by_day = by_day.then(|| state.by_day.take().unwrap_or_default());
            nav.address(&state)
        })
    };
    let current = move |by_day: bool| Signal::derive(move || context.is_by_day() == by_day);
    let as_board =
        move |state: &ListState| (context.board)(&state.conditions, &state.search, state.write().get("sort"));
    let board = Signal::derive(move || nav.state.with(as_board));
    let way = |icon, label, href, current| Way { icon, label: t(label), href, current };
    let ways = [
        Some(way("list", "list.as.rows", href(false), current(false))),
        (!context.dates.with_value(Vec::is_empty))
            .then(|| way("calendar-days", "list.as.calendar", href(true), current(true))),
        (def.name == OPPORTUNITY.name).then(|| way("kanban", "list.as.board", board, Signal::stored(false))),
    ];
    let ways: Vec<Way> = ways.into_iter().flatten().collect();
    (ways.len() > 1).then(|| view! { <ViewSwitch label=t("list.as.title") ways/> }.into_any())
}

fn search(context: ListContext) -> AnyView {
    let nav = context.nav;
    let typed = RwSignal::new(nav.state.with_untracked(|state| state.search.clone()));
    let searched = Memo::new(move |_| nav.state.with(|state| state.search.clone()));
    // Back and forward change the address under the input.
    Effect::new(move |_| {
        let searched = searched.get();
        if typed.with_untracked(|typed| *typed != searched) {
            typed.set(searched);
        }
    });
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(timer) = timer.flatten() {
            timer.clear();
        }
        let text = typed.get();
        if searched.with_untracked(|searched| *searched == text) {
            return None;
        }
        let go = move || nav.change_quietly(|state| state.search = text);
        set_timeout_with_handle(go, REST).ok()
    });
    view! { <TextInput value=typed kind="search" icon="search" label=t("list.filter.search") placeholder=t("ui.action.search")/> }
        .into_any()
}

/// The filters one reaches for most.
fn quick_chips(context: ListContext) -> AnyView {
    let (nav, def) = (context.nav, context.def);
    let toggle = move |label: &'static str, condition: Filter| {
        let own = condition.clone();
        let on = Signal::derive(move || nav.state.with(|state| state.conditions.contains(&own)));
        view! { <Chip label=t(label) pressed=on on_click=move |()| nav.change(|state| state.toggle(&condition))/> }
    };
    let mine = def.is_owned().then(|| toggle("list.filter.mine", mine()));
    let pool = def.pool.then(|| toggle("list.filter.pool", pool()));
    let incomplete = def.field("incomplete").map(|_| toggle("list.filter.incomplete", incomplete()));
    let archived = Signal::derive(move || nav.state.with(|state| state.archived == Archived::Only));
    let turn = move |()| {
        nav.change(|state| {
            state.archived = if state.archived == Archived::Only { Archived::Without } else { Archived::Only };
        });
    };
    view! {
        {mine}
        {pool}
        {incomplete}
        <Chip label=t("list.filter.archived") pressed=archived on_click=turn/>
    }
    .into_any()
}

fn mine() -> Filter {
    Filter::field("owner_id", Op::Eq, "@me")
}

/// In the public pool 公海.
fn pool() -> Filter {
    Filter::field("owner_id", Op::Empty, serde_json::Value::Null)
}

fn incomplete() -> Filter {
    Filter::field("incomplete", Op::Eq, true)
}

/// The other conditions, and the way to a further one.
fn further_chips(context: ListContext, all: Subjects) -> AnyView {
    let quick: Vec<Filter> = [mine(), incomplete()].into_iter().chain(context.def.pool.then(pool)).collect();
    let ListContext { page, titles, nav, .. } = context;
    let conditions = Conditions::of(page, titles, nav);
    learn_titles(conditions, all);
    condition_chips(conditions, all, move |condition| !quick.contains(condition))
}
