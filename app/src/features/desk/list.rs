//! The column of tickets. However many there are, only those in view exist.

use std::collections::HashMap;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use shared::i18n;
use shared::types::TICKET;
use uuid::Uuid;

use super::listing::{Listing, load};
use super::model::Desk;
use super::row::ticket_row;
use super::view::View;
use super::{bulk, filters, views};
use crate::context::t;
use crate::record::{RecordForm, Tickable, box_of_shown, failed};
use crate::ui::place::px;
use crate::ui::{Button, ButtonKind, EmptyState, Icon, SkeletonRows, Switch, TextInput, Viewport, settled};

/// Height of a row in px, until one is measured.
const ROW: f64 = 84.0;
/// What the server renders, and the browser before it has measured.
const FIRST_HEIGHT: f64 = 900.0;
const FIRST_HEIGHT_ON_PHONE: f64 = 600.0;
/// How long typing must rest before the list follows.
const REST: Duration = Duration::from_millis(250);
/// A little longer than the animation in the style sheet.
const GLIDE: Duration = Duration::from_millis(220);

/// Head, search and the rows of the present view.
pub(super) fn column(desk: Desk) -> AnyView {
    let page = desk.page;
    let asked = desk.address.asked;
    let found = Resource::new(move || asked.get(), move |asked| async move { (asked.clone(), load(asked).await) });
    let reopen = Callback::new(move |()| found.refetch());
    let body = move || {
        found.get().map(|(asked, answer)| match answer {
            Err(fault) => failed(fault.0, move || found.refetch()),
            Ok(loaded) => rows(Listing::new(desk, asked, loaded, reopen)),
        })
    };
    let name = Signal::derive(move || views::name(desk, asked.get().view));
    let total = move || Tickable::total(desk).map(|n| shared::format::number(page.locale.get(), n));
    let away = Signal::derive(move || desk.known(|around| around.found.away));
    // A new ticket belongs where one is.
    let given = Signal::derive(move || match asked.get().view {
        View::Queue(id) => super::acts::value("queue_id", id.to_string()),
        _ => shared::Values::new(),
    });
    view! {
        <section class="desk-list" aria-label=name>
            <header class="desk-list-head">
                // On a phone the bar of the chosen ones has it.
                {desk.may_update().then(|| view! { <span class="desktop-only">{box_of_shown(desk)}</span> })}
                <h1 class="truncate">{name}</h1>
                <span class="meta num">{total}</span>
                <span class="spacer"></span>
                {desk.may_update().then(|| view! {
                    <Switch value=away on_change=move |away| desk.set_away(away)>{t("desk.away")}</Switch>
                })}
                <Button kind=ButtonKind::Ghost icon="plus" label=t("ticket._new") on_click=move |_| desk.creating.set(true)/>
            </header>
            {filters::changed(desk)}
            <div class="desk-list-bar">
                {search(desk)}
                {desk.may_update().then(|| view! {
                    <Button kind=ButtonKind::Primary icon="play" busy=desk.fetching on_click=move |_| desk.play()>{t("desk.next")}</Button>
                })}
            </div>
            {filters::bar(desk, found)}
            <Transition fallback=|| view! { <SkeletonRows count=10/> }>{body}</Transition>
            {bulk::bar(desk)}
        </section>
        <RecordForm
            record_type=TICKET.name
            open=desk.creating
            initial=given
            on_saved=move |row: shared::Row| {
                desk.put(&row);
                desk.address.open(Some(row.id));
            }
        />
    }
    .into_any()
}

fn search(desk: Desk) -> AnyView {
    let address = desk.address;
    let words = Memo::new(move |_| address.asked.with(|asked| asked.words.clone()));
    let typed = RwSignal::new(words.get_untracked());
    Effect::new(move |_| {
        let words = words.get();
        if typed.with_untracked(|typed| *typed != words) {
            typed.set(words);
        }
    });
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        timer.flatten().inspect(TimeoutHandle::clear);
        let text = typed.get();
        if words.with_untracked(|words| *words == text) {
            return None;
        }
        set_timeout_with_handle(move || address.search(text), REST).ok()
    });
    view! { <TextInput value=typed kind="search" icon="search" label=t("desk.search") placeholder=t("desk.search")/> }
        .into_any()
}

fn rows(listing: Listing) -> AnyView {
    let desk = listing.desk;
    let first = if desk.page.phone { FIRST_HEIGHT_ON_PHONE } else { FIRST_HEIGHT };
    let count = Signal::derive(move || listing.entries.with(Vec::len));
    let scroll = Viewport::new(count, ROW, first, NodeRef::new());
    scroll.on_range(move |range| listing.seen_to(range.end));
    keep_place(listing, scroll);
    let built = move || {
        let range = scroll.range();
        listing.entries.with(|all| all[range.start.min(all.len())..range.end.min(all.len())].to_vec())
    };
    let empty = Memo::new(move |_| listing.entries.with(Vec::is_empty) && listing.next.with(Option::is_none));
    let label = Signal::derive(move || i18n::type_label_many(desk.page.locale.get(), &TICKET));
    view! {
        <Show when=move || empty.get()>{nothing(desk)}</Show>
        <div
            class="desk-rows"
            node_ref=scroll.scroller
            role="list"
            aria-label=label
            hidden=move || empty.get()
            on:scroll=move |_| scroll.measure()
            on:pointermove=move |_| { scroll.warm_up(); listing.hold_still(); }
            on:pointerdown=move |_| listing.hold_still()
            on:focusin=move |_| scroll.warm_up()
        >
            <div class="desk-rows-window" role="presentation" style=move || scroll.padding()>
                {settled(view! {
                    <For each=built key=|entry| entry.id let:entry>{ticket_row(listing, entry)}</For>
                })}
            </div>
        </div>
    }
    .into_any()
}

/// Rows that come or go above what one sees leave it where it is.
fn keep_place(listing: Listing, scroll: Viewport) {
    Effect::new(move |before: Option<Option<(Uuid, usize)>>| {
        let (top, row) = (scroll.top.get_untracked(), scroll.row.get_untracked());
        let seen = scroll.row_at(top);
        let at = |id: Uuid| listing.entries.with(|all| all.iter().position(|entry| entry.id == id));
        if let Some((id, was)) = before.flatten()
            && top > row
            && was.abs_diff(seen) <= 1
            && let Some(now) = at(id).filter(|now| *now != was)
            && let Some(element) = scroll.scroller.get_untracked()
        {
            #[expect(clippy::cast_precision_loss, reason = "rows of a list")]
            let by = (now as f64 - was as f64) * row;
            #[expect(clippy::cast_possible_truncation, reason = "px")]
            element.set_scroll_top((top + by) as i32);
        }
        // Also when only one scrolls: what is at the top then is what stays.
        scroll.top.track();
        let seen = scroll.row_at(scroll.top.get_untracked());
        listing.entries.with(|all| all.get(seen).map(|entry| (entry.id, seen)))
    });
}

fn nothing(desk: Desk) -> AnyView {
    let asked = desk.address.asked.get_untracked();
    if asked.narrows() {
        return view! {
            <EmptyState icon="funnel" title=t("list.no_results") text=t("list.no_results_hint")>
                <Button on_click=move |_| desk.address.clear()>{t("ui.action.clear_all")}</Button>
            </EmptyState>
        }
        .into_any();
    }
    let (title, text) = match asked.view {
        View::Mine => ("desk.empty_mine", "desk.empty_mine_hint"),
        View::Team => ("desk.empty_team", "desk.empty_done_hint"),
        View::Unassigned => ("desk.empty_unassigned", "desk.empty_done_hint"),
        View::Pressing => ("desk.empty_pressing", "desk.empty_pressing_hint"),
        View::Watching => ("desk.empty_watching", "desk.empty_watching_hint"),
        View::Snoozed => ("desk.empty_snoozed", "desk.empty_snoozed_hint"),
        View::Open => ("desk.empty_open", "desk.empty_done_hint"),
        View::Solved => ("desk.empty_solved", "desk.empty_solved_hint"),
        View::Queue(_) => ("desk.empty_done", "desk.empty_done_hint"),
        View::Saved(_) => ("desk.empty_saved", "desk.empty_saved_hint"),
    };
    view! { <EmptyState icon="inbox" title=t(title) text=t(text)/> }.into_any()
}

/// The row's element, when it is in view.
pub(super) fn element(id: Uuid) -> Option<HtmlElement> {
    document().query_selector(&format!(".ticket-row[data-id=\"{id}\"]")).ok().flatten()?.dyn_into().ok()
}

/// Scrolls to a row by its index and puts the focus on it.
pub(super) fn focus(id: Uuid, at: usize) {
    if element(id).is_none()
        && let Some(list) = document().query_selector(".desk-rows").ok().flatten()
    {
        let row = list.query_selector(".ticket-row").ok().flatten();
        let height = row.map_or(ROW, |row| row.get_bounding_client_rect().height());
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "px")]
        list.set_scroll_top((at as f64 * height) as i32 - list.client_height() / 2);
    }
    request_animation_frame(move || {
        let Some(row) = element(id) else { return };
        let options = leptos::web_sys::ScrollIntoViewOptions::new();
        options.set_block(leptos::web_sys::ScrollLogicalPosition::Nearest);
        row.scroll_into_view_with_scroll_into_view_options(&options);
        if let Some(link) = row.query_selector(".ticket-subject").ok().flatten()
            && let Ok(link) = link.dyn_into::<HtmlElement>()
        {
            drop(link.focus());
        }
    });
}

fn elements() -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(".ticket-row[data-id]") else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// Runs a change of the list and lets every row that moved by it glide.
pub(super) fn gliding(change: impl FnOnce()) {
    let places = || {
        elements()
            .into_iter()
            .filter_map(|row| Some((row.get_attribute("data-id")?, row.get_bounding_client_rect().top(), row)))
    };
    let before: HashMap<String, f64> = places().map(|(id, top, _)| (id, top)).collect();
    change();
    request_animation_frame(move || {
        for (id, top, row) in elements()
            .into_iter()
            .filter_map(|row| Some((row.get_attribute("data-id")?, row.get_bounding_client_rect().top(), row)))
        {
            let by = before.get(&id).map_or(0.0, |old| old - top);
            if by.abs() >= 1.0 {
                drop(row.style().set_property("--from-y", &px(by)));
                drop(row.set_attribute("data-glide", ""));
                set_timeout(move || drop(row.remove_attribute("data-glide")), GLIDE);
            }
        }
    });
}

/// The mark of a mode that one is in.
pub(super) fn mark(icon: &'static str, text: &'static str) -> AnyView {
    view! { <span class="desk-mark"><Icon name=icon/>{t(text)}</span> }.into_any()
}
