//! The list of a record type: rows as they come, sorted and filtered by the server, edited in place; or by day.

pub(super) mod address;
mod bulk;
mod calendar;
mod columns;
mod conditions;
mod data;
mod filter;
mod row;
mod subject;
mod table;
mod toolbar;
mod views;

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use shared::access::Action;
use shared::calendar::CalendarQuery;
use shared::query::{ListQuery, Titles};
use shared::types::by_plural;
use shared::{RecordDef, i18n};

use super::attribute::{Attribute, attributes};
use super::conflict::clash_dialog;
use super::{BoardSlot, PeekSlot, RecordForm, failed, no_access, not_found};
use crate::api::Fault;
use crate::api::records::{custom_fields_around, list_calendar, list_records};
use crate::chunk::once;
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, EmptyState, LinkButton, SkeletonRows};
use address::{ListNav, ListState};
pub use address::{Place, list_address, list_address_as};
pub use conditions::{address_conditions, conditions, conditions_on, filter_words};
pub(super) use conditions::{parts_in_words, records_in};
use data::ListData;
pub use filter::Conditions;
pub(super) use filter::{condition_chips, condition_text};
use subject::{Subjects, subjects_around};
pub(super) use subject::{subjects, subjects_of};

/// The list of a record type, named by the address (`/customers`).
#[component]
pub fn ListPage(
    /// Shows a record beside the list.
    peek: PeekSlot,
    /// Where deals with these conditions and search words are shown as a board.
    board: BoardSlot,
) -> impl IntoView {
    let params = use_params_map();
    let plural = Memo::new(move |_| params.with(|params| params.get("plural").unwrap_or_default()));
    move || list_of(&plural.get(), peek, board)
}

fn list_of(plural: &str, peek: PeekSlot, board: BoardSlot) -> AnyView {
    let page = Page::take();
    match (by_plural(plural), page.actor()) {
        (None, _) => not_found(),
        (Some(def), Some(actor)) if actor.may(def, Action::Read) => view! { <RecordList def peek board/> }.into_any(),
        _ => no_access(),
    }
}

/// What the parts of the page share; cheap to copy.
#[derive(Clone, Copy)]
struct ListContext {
    page: Page,
    def: &'static RecordDef,
    nav: ListNav,
    /// A new record is being made.
    creating: RwSignal<bool>,
    /// Number of matching records, once known.
    total: RwSignal<Option<i64>>,
    /// The chosen columns by field name; none means the type's own choice.
    columns: RwSignal<Option<Vec<String>>>,
    /// What the view is called that is shown as it is kept.
    called: RwSignal<Option<String>>,
    /// Why the view is not shown that the address named.
    lost: RwSignal<Option<views::Lost>>,
    /// Titles of records that filters name.
    titles: RwSignal<Titles>,
    may_create: bool,
    /// Values that the record which is made begins with.
    given: RwSignal<shared::Values>,
    /// One's exports are shown.
    exporting: RwSignal<bool>,
    /// Rows are being chosen on a phone, where they have no boxes otherwise.
    selecting: RwSignal<bool>,
    /// The dates by which the list can be shown by day.
    dates: StoredValue<Vec<Attribute>>,
    /// The day it is where the reader is.
    today: Memo<NaiveDate>,
    board: BoardSlot,
}

impl ListContext {
    /// Whether the list is shown by day; tracked.
    fn is_by_day(self) -> bool {
        self.nav.state.with(|state| state.by_day.is_some()) && !self.dates.with_value(Vec::is_empty)
    }
}

/// Gets the code of calendars, which the server may have rendered.
pub fn fetch_calendar() -> crate::chunk::Fetching {
    calendar::fetch()
}

#[component]
fn RecordList(def: &'static RecordDef, peek: PeekSlot, board: BoardSlot) -> impl IntoView {
    let page = Page::take();
    let dates = page.actor().map(|actor| calendar::dates(def, &actor)).unwrap_or_default();
    let nav = ListNav::new(def);
    let context = ListContext {
        page,
        def,
        nav,
        creating: RwSignal::new(false),
        total: RwSignal::new(None),
        columns: columns::stored(def),
        called: RwSignal::new(None),
        lost: RwSignal::new(None),
        titles: RwSignal::new(Titles::new()),
        // Files are added where they belong.
        may_create: !def.uploaded && page.actor().is_some_and(|actor| actor.may(def, Action::Create)),
        given: RwSignal::new(shared::Values::new()),
        exporting: RwSignal::new(false),
        selecting: RwSignal::new(false),
        dates: StoredValue::new(dates),
        today: Memo::new(move |_| page.zone().day(page.now.get())),
        board,
    };
    open_from_address(context);
    views::call_up_named(context);
    let custom = Resource::new(|| (), move |()| custom_fields_around(def.name.to_owned()));
    let query = Memo::new(move |_| nav.state.with(|state| state.query(def)));
    let by_day = Memo::new(move |_| {
        let today = context.today.get();
        nav.state.with(|state| context.dates.with_value(|dates| calendar::asked(state, dates, today)))
    });
    // Only one of the two is loaded. The other stays as it is: what is about to leave the page would be made anew meanwhile.
    let rows = Memo::new(move |last: Option<&Option<ListQuery>>| match by_day.with(Option::is_none) {
        true => Some(query.get()),
        false => last.cloned().flatten(),
    });
    let asked_days =
        Memo::new(move |last: Option<&Option<CalendarQuery>>| by_day.get().or_else(|| last.cloned().flatten()));
    let found = Resource::new(
        move || rows.get(),
        move |query| async move { Some(list_records(def.name.to_owned(), query?).await) },
    );
    let days = Resource::new(
        move || asked_days.get(),
        move |query| async move {
            let query = query?;
            Some((query.clone(), list_calendar(def.name.to_owned(), query).await))
        },
    );
    let body = move || {
        let around = custom.get()?.unwrap_or_default();
        let own = around.get(def.name).map(Vec::as_slice).unwrap_or_default();
        let actor = page.actor();
        let all = actor.as_ref().map(|actor| attributes(def, own, actor)).unwrap_or_default();
        let about = actor.map(|actor| subjects_around(&all, &around, &actor)).unwrap_or_default();
        Some(view! { <Listed context all=StoredValue::new(all) about=StoredValue::new(about) found days/> })
    };
    let on_saved = move |_row: shared::Row| {
        found.refetch();
        days.refetch();
    };
    view! {
        <div class="list-page" data-selecting=move || context.selecting.get().then_some("")>
            <div class="page">
                {toolbar::head(context)}
                <Transition fallback=|| view! { <SkeletonRows count=12/> }>{body}</Transition>
            </div>
            <PeekBeside context peek/>
        </div>
        {once(move || context.exporting.get(), move || super::exports::dialog(context.exporting))}
        <RecordForm record_type=def.name open=context.creating initial=context.given on_saved/>
    }
}

/// `?new=1`, as quick add and the command palette have it, opens the form; once it is closed the address forgets it.
fn open_from_address(context: ListContext) {
    let (params, navigate) = (use_query_map(), use_navigate());
    let asked = Memo::new(move |_| params.with(|params| params.get("new").is_some()));
    Effect::new(move |_| {
        if asked.get() && context.may_create {
            context.creating.set(true);
        }
    });
    Effect::new(move |was_open: Option<bool>| {
        let open = context.creating.get();
        if was_open == Some(true) && !open {
            context.given.set(shared::Values::new());
        }
        if was_open == Some(true) && !open && asked.get_untracked() {
            let kept = context.nav.state.with_untracked(ListState::write).to_query_string();
            let address = format!("/{}{kept}", context.def.plural);
            navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        }
        open
    });
}

/// Bar and rows. The bar stays while the rows are loaded again, so that one can go on typing.
#[component]
fn Listed(
    context: ListContext,
    all: StoredValue<Vec<Attribute>>,
    about: Subjects,
    found: Resource<Option<Result<shared::query::Page, Fault>>>,
    days: calendar::Asked,
) -> impl IntoView {
    let by_day = Memo::new(move |_| context.is_by_day());
    let reopen = Callback::new(move |()| found.refetch());
    let listed = move || {
        found.get().map(|found_now| match found_now {
            // From a calendar back to the rows: they are on their way.
            None => view! { <SkeletonRows count=12/> }.into_any(),
            Some(Err(fault)) => failed(fault.0, move || found.refetch()),
            Some(Ok(first)) => rows(context, all, ListData::new(context, first, reopen)),
        })
    };
    // Not within one transition: that would keep the one on the page, whose signals are gone, until the other has come.
    let body = move || match by_day.get() {
        true => calendar::view(context, days),
        false => view! { <Transition fallback=|| view! { <SkeletonRows count=12/> }>{listed}</Transition> }.into_any(),
    };
    view! {
        {toolbar::bar(context, all, about)}
        {views::lost_view(context)}
        {body}
    }
}

fn rows(context: ListContext, all: StoredValue<Vec<Attribute>>, data: ListData) -> AnyView {
    let page = context.page;
    let empty = Memo::new(move |_| data.is_empty());
    // What is chosen can't be seen any more.
    Effect::new(move |was: Option<bool>| {
        let selecting = context.selecting.get();
        if was == Some(true) && !selecting {
            data.selected.set(std::collections::BTreeSet::new());
        }
        selecting
    });
    let content = move || if empty.get() { nothing(context) } else { table::table(context, all, data) };
    let fresh = move || {
        let count = data.fresh.with(std::collections::BTreeSet::len);
        (count > 0).then(|| {
            let text = page.text_with("list.new_rows", &[("n", &count.to_string())]);
            view! { <button type="button" class="list-fresh" on:click=move |_| data.reload()>{text}</button> }
        })
    };
    view! {
        {fresh}
        {content}
        {bulk::bar(context, all, data)}
        <footer class="list-foot"><span class="num">{move || shown_text(context, data)}</span></footer>
        {clash_dialog(data.clash, data.titles, data.target(context).put)}
    }
    .into_any()
}

fn shown_text(context: ListContext, data: ListData) -> String {
    let page = context.page;
    let shown = data.rows.with(Vec::len);
    let text = |n: i64| shared::format::number(page.locale.get(), n);
    match data.total.get() {
        Some(total) if total > i64::try_from(shown).unwrap_or(i64::MAX) => page.text_with(
            "list.shown",
            &[("shown", &text(i64::try_from(shown).unwrap_or_default())), ("total", &text(total))],
        ),
        Some(total) => page.text_with("list.total", &[("n", &text(total))]),
        None => String::new(),
    }
}

/// Nothing to list: the type says what it is for, or the filters say that they hide everything.
fn nothing(context: ListContext) -> AnyView {
    let (page, def, nav) = (context.page, context.def, context.nav);
    if nav.state.with(ListState::narrows) {
        return view! {
            <EmptyState icon="funnel" title=t("list.no_results") text=t("list.no_results_hint")>
                <Button on_click=move |_| nav.change(ListState::clear)>{t("ui.action.clear_all")}</Button>
            </EmptyState>
        }
        .into_any();
    }
    let may_import = page.actor().is_some_and(|actor| actor.may(def, Action::Import));
    let title = Signal::derive(move || i18n::type_label_many(page.locale.get(), def));
    let text = Signal::derive(move || page.text(&format!("{}._empty", def.name)));
    view! {
        <EmptyState icon=def.icon title text>
            {context.may_create.then(|| view! {
                <Button kind=ButtonKind::Primary icon="plus" on_click=move |_| context.creating.set(true)>
                    {move || page.text(&format!("{}._new", def.name))}
                </Button>
            })}
            {may_import.then(|| view! {
                <LinkButton href="/import" icon="file-up">{t("ui.action.import")}</LinkButton>
            })}
        </EmptyState>
    }
    .into_any()
}

/// The record that the address opens beside the list.
#[component]
fn PeekBeside(context: ListContext, peek: PeekSlot) -> impl IntoView {
    let nav = context.nav;
    let query = use_query_map();
    let open = Memo::new(move |_| query.with(address::peeked).map(|(def, id)| (def.name, id)));
    move || {
        let (record_type, id) = open.get()?;
        Some(peek(record_type, id, Callback::new(move |()| nav.close_peek())))
    }
}
