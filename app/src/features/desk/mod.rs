//! The service desk: live queues of tickets, the ticket beside them, and the conversation.
//!
//! `address` says what is shown, `view` and `asked` which tickets that are, `model` what is known of the desk as a whole; `listing`
//! keeps the rows of a view current, `waking` lets those come back that were put off, and `ticket` keeps the open one; `composer`
//! writes, `acts` changes, `keys` does both without a mouse.

#![expect(unreachable_pub, reason = "the component macro makes what it writes public")]

mod acts;
mod address;
mod asked;
mod asking;
mod badge;
mod blocked;
mod bulk;
mod called;
mod colleagues;
mod composer;
mod counts;
mod filters;
mod focus;
mod keys;
mod list;
mod listing;
mod loads;
mod lookup;
mod model;
mod neighbour;
mod order;
mod overtaken;
mod play;
mod row;
mod snoozed;
mod tags;
mod ticket;
mod view;
mod views;
mod waking;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::access::Action;
use shared::types::TICKET;
use uuid::Uuid;

use self::address::Address;
use self::model::Desk;
use crate::context::{Page, PageTitle, t};
use crate::record::{TimelineSlot, no_access, not_found};
use crate::ui::{Button, ButtonKind, EmptyState};

/// The desk at `/desk`: views, the tickets of one, and the ticket that is open.
#[component]
pub fn DeskPage(
    /// Shows what changed about a ticket.
    timeline: TimelineSlot,
) -> impl IntoView {
    let page = Page::take();
    if !page.actor().is_some_and(|actor| actor.may(&TICKET, Action::Read)) {
        return no_access();
    }
    let desk = Desk::new(Address::of_desk(), timeline);
    keys::listen(desk);
    let open = Memo::new(move |_| desk.address.ticket());
    // Whoever closes the ticket gets no further one.
    Effect::new(move |was: Option<bool>| {
        let is = open.get().is_some();
        if was == Some(true) && !is {
            desk.playing.set(false);
        }
        is
    });
    let beside = move || match open.get() {
        Some(id) => ticket::pane(desk, id),
        None => nothing_open(desk),
    };
    view! {
        <PageTitle text=tab_title(desk)/>
        <div class="desk" data-open=move || open.get().map(|_| "")>
            {views::rail(desk)}
            {list::column(desk)}
            <section class="desk-ticket" aria-label=t("ticket._one")>{beside}</section>
        </div>
        {asking::dialogs(desk)}
    }
    .into_any()
}

/// The same ticket by itself, at `/tickets/<id>`.
#[component]
pub fn TicketPage(
    /// Shows what changed about a ticket.
    timeline: TimelineSlot,
) -> impl IntoView {
    let page = Page::take();
    if !page.actor().is_some_and(|actor| actor.may(&TICKET, Action::Read)) {
        return no_access();
    }
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<Uuid>().ok())));
    let desk = Desk::new(Address::of_ticket(id), timeline);
    // Queues and steps to choose from come after the page.
    Effect::new(move |_| desk.load());
    keys::listen(desk);
    let content = move || match id.get() {
        Some(id) => ticket::pane(desk, id),
        None => not_found(),
    };
    view! {
        <PageTitle text=tab_title(desk)/>
        <div class="desk" data-alone="" data-open="">
            <section class="desk-ticket" aria-label=t("ticket._one")>{content}</section>
        </div>
        {asking::dialogs(desk)}
    }
    .into_any()
}

/// What the browser's tab says: the ticket that is open, else where one is.
fn tab_title(desk: Desk) -> Signal<String> {
    let page = desk.page;
    Signal::derive(move || {
        let called = desk.called.get().map_or_else(|| page.text("desk.title"), |(_, called)| called);
        format!("{called} · {}", page.text("ui.app_name"))
    })
}

/// Beside the list while no ticket is open.
fn nothing_open(desk: Desk) -> AnyView {
    view! {
        <EmptyState icon="inbox" title=t("desk.nothing_open") text=t("desk.nothing_open_hint")>
            {desk.may_update().then(|| view! {
                <Button kind=ButtonKind::Primary icon="play" busy=desk.fetching on_click=move |_| desk.play()>{t("desk.next")}</Button>
            })}
        </EmptyState>
    }
    .into_any()
}
