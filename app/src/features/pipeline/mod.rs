//! The kanban board of a pipeline: live columns of deals that one drags to the next stage.
//!
//! `model` keeps what is open, `moving` changes it, `sync` follows colleagues; the other files draw it.

mod address;
mod asking;
mod board_view;
mod card;
mod drag;
mod filter_bar;
mod filter_dialog;
mod filters;
mod further;
mod glide;
mod keys;
mod lane;
mod lookup;
mod model;
mod moving;
mod quick_add;
mod switcher;
mod sync;
mod views;
mod won;

use leptos::prelude::*;
use shared::Error;
use shared::board::Board;

use shared::query::Titles;
use shared::record::Values;

use self::address::Address;
pub use self::address::board_address;
use self::board_view::board_view;
use self::filter_bar::filter_bar;
use self::model::{Lane, OpenBoard};
use self::switcher::switcher;
use self::views::{BoardViews, view_menu};
use crate::api::board::open_board;
use crate::api::{Answer, JsonBytes};
use crate::chunk;
use crate::chunk::fetch_soon;
use crate::context::{Page, PageTitle, t};
use crate::record::{PeekSlot, failed_saying};
use crate::ui::{ButtonKind, EmptyState, ErrorState, LinkButton, SkeletonCards, ViewSwitch, Way};

/// The board at `/pipeline`.
#[component]
pub fn BoardPage(
    /// Shows a deal beside the board.
    peek: PeekSlot,
) -> impl IntoView {
    let address = Address::take();
    let opened = Resource::<_, JsonBytes>::new_with_options(move || address.query.get(), open_board, false);
    let reopen = Callback::new(move |()| opened.refetch());
    // Who opens the form of a new deal types at once.
    fetch_soon(add_card::fetch);
    view! {
        <PageTitle text=t("board.title")/>
        <div class="board-frame">
        <div class="page board-page">
            <header class="page-head">
                <h1>{t("board.title")}</h1>
                <Transition>{move || opened.get().and_then(Result::ok).map(|board| switcher(address, &board))}</Transition>
                <span class="spacer"></span>
                {ways(address)}
                {view_menu(address)}
            </header>
            {filter_bar(address)}
            <Transition fallback=loading>
                {move || opened.get().map(|answer| content(address, answer, reopen))}
            </Transition>
        </div>
        {beside(address, peek)}
        </div>
    }
}

/// The same deals as a board, a list or a calendar.
fn ways(address: Address) -> impl IntoView {
    let way =
        |icon, label, href: Signal<String>, current: bool| Way { icon, label: t(label), href, current: current.into() };
    let list = move |by_day: bool| Signal::derive(move || address.as_list(by_day));
    let ways = vec![
        way("list", "list.as.rows", list(false), false),
        way("calendar-days", "list.as.calendar", list(true), false),
        way("kanban", "list.as.board", Signal::derive(move || address.as_board()), true),
    ];
    view! { <ViewSwitch label=t("list.as.title") ways/> }
}

/// The deal that the address opens beside the board.
fn beside(address: Address, peek: PeekSlot) -> impl IntoView {
    let open = Memo::new(move |_| address.peeked().map(|(def, id)| (def.name, id)));
    move || {
        let (record_type, id) = open.get()?;
        Some(peek(record_type, id, Callback::new(move |()| address.peek(None))))
    }
}

fn content(address: Address, answer: Answer<Board>, reopen: Callback<()>) -> AnyView {
    match answer {
        Ok(board) => {
            let query = address.query.get_untracked();
            board_view(board, query, reopen, address).into_any()
        }
        Err(fault) => failed_saying(fault.0, reopen, move |error| refused(address, error)),
    }
}

/// Columns of cards to come; they show after 150 ms.
fn loading() -> impl IntoView {
    let lane = |_| view! { <section class="lane"><SkeletonCards count=5/></section> };
    view! { <div class="board" aria-busy="true" aria-label=t("ui.state.loading")>{(0..5).map(lane).collect_view()}</div> }
}

/// No pipeline, or no rights: what that means here and what to do.
fn refused(address: Address, error: Error) -> AnyView {
    let named = address.query.with_untracked(|query| query.pipeline_id.is_some());
    match error {
        Error::NotFound if !named => {
            let may_arrange = Page::take().actor().is_some_and(|actor| actor.grants.admin);
            view! {
                <EmptyState icon="kanban" title=t("board.no_pipeline") text=t("board.no_pipeline_hint")>
                    {may_arrange.then(|| view! {
                        <LinkButton href="/pipelines" kind=ButtonKind::Primary icon="plus">{t("ui.nav.pipelines")}</LinkButton>
                    })}
                </EmptyState>
            }
            .into_any()
        }
        Error::NotFound => view! {
            <ErrorState title=t("ui.state.not_found") text=t("ui.state.not_found_text")>
                <LinkButton href="/pipeline" kind=ButtonKind::Primary>{t("board.title")}</LinkButton>
            </ErrorState>
        }
        .into_any(),
        _ => view! {
            <ErrorState denied=true title=t("ui.state.no_access") text=t("board.no_access_text")>
                <LinkButton href="/">{t("ui.state.go_home")}</LinkButton>
            </ErrorState>
        }
        .into_any(),
    }
}

// What opens on demand; it shares its file with the other dialogs.
chunk! {
    part fn ask(board: OpenBoard) in dialogs { asking::ask_dialog(board) }
    part fn celebrate(board: OpenBoard) in dialogs { won::won_dialog(board) }
    part fn add_card(board: OpenBoard, lane: Lane, given: Values) in dialogs { quick_add::quick_add(board, lane, given) }
    part fn list_views(views: BoardViews) in dialogs { views::view_entries(views) }
    part fn name_view(views: BoardViews) in dialogs { views::name_dialog(views) }
    part fn choose_filters(address: Address, open: RwSignal<bool>, names: RwSignal<Titles>) in dialogs {
        filter_dialog::filter_dialog(address, open, names)
    }
    part fn further_chips(address: Address, names: RwSignal<Titles>) in dialogs { further::chips(address, names) }
}
