//! The open board on the page: lanes, the held card, dialogs, and the listeners that belong to all of them.

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use shared::board::{Board, BoardQuery};

use super::address::Address;
use super::card::card_face;
use super::filters::Filters;
use super::lane::{lane_tabs, lane_view};
use super::model::OpenBoard;
use crate::chunk::once;
use crate::context::t;
use crate::live::Live;
use crate::ui::place::px;
use crate::ui::{Button, ButtonKind, EmptyState, LinkButton};

/// A loaded board, kept live.
pub(super) fn board_view(board: Board, query: BoardQuery, reopen: Callback<()>, address: Address) -> impl IntoView {
    let cursor = board.live.clone();
    let board = OpenBoard::new(board, query, address, reopen);
    Live::take().follow(&cursor, move |event| board.hear(event));
    listen(board);
    let (node, current) = (NodeRef::<Div>::new(), RwSignal::new(0_usize));
    let scrolled = move || {
        let Some(element) = node.get_untracked() else { return };
        board.uncover();
        let lanes = board.lanes.with_value(Vec::len).max(1);
        let width = f64::from(element.scroll_width()) / lanes as f64;
        let at = super::drag::slot_at(f64::from(element.scroll_left()) + width / 2.0, width).min(lanes - 1);
        if current.get_untracked() != at {
            current.set(at);
        }
    };
    let label = Signal::derive(move || {
        let name = board.pipeline.with(|pipeline| pipeline.text("name").unwrap_or_default().to_owned());
        board.page.text_with("board.board_of", &[("pipeline", &name)])
    });
    let by_pointer = move || board.drag.held.with(|held| held.as_ref().is_some_and(|held| !held.by_keys));
    view! {
        {lane_tabs(board, current)}
        <div
            node_ref=node
            class="board"
            role="region"
            aria-label=label
            data-dragging=move || by_pointer().then_some("")
            data-carrying=move || board.drag.held.with(Option::is_some).then_some("")
            on:scroll=move |_| scrolled()
            on:pointerover=move |_| board.warm_up()
            on:focusin=move |_| board.warm_up()
            // Not on the window, where touch listeners may not keep the browser from scrolling.
            on:touchmove=move |event| if board.drag.is_active() { event.prevent_default() }
            on:contextmenu=move |event| if board.drag.is_active() { event.prevent_default() }
        >
            {board.lanes.get_value().into_iter().map(|lane| lane_view(board, lane)).collect_view()}
        </div>
        {nothing(board, address)}
        {move || held_card(board)}
        <p id="board-keys" class="visually-hidden">{t("board.drag.instructions")}</p>
        <p class="visually-hidden" aria-live="assertive">{board.said}</p>
        {once(move || board.asking.with(Option::is_some), move || super::ask::view(board))}
        {once(move || board.won.with(Option::is_some), move || super::celebrate::view(board))}
    }
}

/// Listeners on the window, and the first measures; only in the browser.
fn listen(board: OpenBoard) {
    Effect::new(move |_| {
        let measure = move || board.lanes.with_value(|lanes| lanes.iter().for_each(|lane| board.measure(*lane)));
        let moved = window_event_listener(ev::pointermove, move |event| board.pointer_moved(&event));
        let up = window_event_listener(ev::pointerup, move |_| board.pointer_up());
        let lost = window_event_listener(ev::pointercancel, move |_| board.pointer_lost());
        let key = window_event_listener(ev::keydown, move |event| board.page_key(&event));
        let resized = window_event_listener(ev::resize, move |_| measure());
        on_cleanup(move || [moved, up, lost, key, resized].into_iter().for_each(|listener| listener.remove()));
    });
    Effect::new(move |_| {
        board.page.density.track();
        request_animation_frame(move || {
            if board.is_open() {
                board.lanes.with_value(|lanes| lanes.iter().for_each(|lane| board.measure(*lane)));
            }
        });
    });
    on_cleanup(move || {
        for timer in [board.timers.totals, board.timers.cards] {
            if let Some(timer) = timer.try_update_value(Option::take).flatten() {
                timer.clear();
            }
        }
    });
}

/// The card under the pointer.
fn held_card(board: OpenBoard) -> Option<AnyView> {
    let held = board.drag.held.get().filter(|held| !held.by_keys)?;
    let (width, grip, hue) = (held.width, held.grip, held.from.hue);
    let style = move || {
        let (x, y) = board.drag.pointer.get();
        format!("--x:{};--y:{};inline-size:{}", px(x - grip.0), px(y - grip.1), px(width))
    };
    Some(
        view! {
            <article
                class="card"
                data-held=""
                data-hue=hue.to_string()
                data-touch=held.by_touch.then_some("")
                aria-hidden="true"
                inert=true
                style=style
            >
                {card_face(board, held.from, held.card)}
            </article>
        }
        .into_any(),
    )
}

/// What stands below the columns when there is no card at all.
fn nothing(board: OpenBoard, address: Address) -> impl IntoView {
    let empty = move || {
        board.lanes.with_value(|lanes| {
            lanes.iter().all(|lane| {
                lane.totals.with(|totals| totals.count == 0) && lane.cards.with(Vec::is_empty) && !lane.adding.get()
            })
        })
    };
    let filtered = board.is_filtered();
    let first = move |_| {
        if let Some(lane) = board.lanes.with_value(|lanes| lanes.first().copied()) {
            lane.adding.set(true);
        }
    };
    view! {
        <Show when=empty>
            <div class="board-empty">
                {if board.lanes.with_value(Vec::is_empty) {
                    view! {
                        <EmptyState icon="columns-3" title=t("board.no_stages") text=t("stage._empty")>
                            {board.may_arrange().then(|| view! { <LinkButton href="/stages" kind=ButtonKind::Primary>{t("stage._new")}</LinkButton> })}
                        </EmptyState>
                    }.into_any()
                } else if filtered {
                    view! {
                        <EmptyState icon="list-filter" title=t("board.no_match") text=t("ui.state.empty_filtered_hint")>
                            <Button kind=ButtonKind::Primary on_click=move |_| address.choose_view(None, &Filters::default())>{t("ui.action.clear_all")}</Button>
                        </EmptyState>
                    }.into_any()
                } else {
                    view! {
                        <EmptyState icon="kanban" title=t("board.empty_board") text=t("board.empty_board_hint")>
                            {board.may_create().then(|| view! { <Button kind=ButtonKind::Primary icon="plus" on_click=first>{t("board.add_card")}</Button> })}
                            {board.may_import().then(|| view! { <LinkButton href="/import" icon="upload">{t("ui.action.import")}</LinkButton> })}
                        </EmptyState>
                    }.into_any()
                }}
            </div>
        </Show>
    }
}
