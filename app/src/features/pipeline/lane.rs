//! A column: its head with totals, and a window of its cards. However many it holds, only those in view are built.

use std::ops::Range;

use leptos::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use shared::format::{money, money_short, number};
use shared::record::Values;

use super::add_card;
use super::card::{card_face, card_view};
use super::drag::{PADDING, list_of, slot_at};
use super::glide;
use super::model::{Card, Lane, OUT_OF_SIGHT, OpenBoard};
use crate::context::t;
use crate::ui::place::px;
use crate::ui::{Badge, Button, ButtonKind, Icon, Size, Tone, settled};

/// Cards kept ready above and below once somebody is at it, so that a fast scroll meets cards, not gaps.
const SPARE: usize = 4;
/// Gap between cards, as in the style sheet.
const GAP: f64 = 8.0;

impl OpenBoard {
    /// The cards of a lane to build, as positions.
    fn window(self, lane: Lane) -> Range<usize> {
        let (count, pitch) = (lane.cards.with(Vec::len), self.pitch.get());
        let spare = self.spare.get();
        let first = slot_at(lane.top.get(), pitch).saturating_sub(spare).min(count) / SPARE * SPARE;
        let shown = slot_at(lane.height.get(), pitch) + 2 + 2 * spare;
        first..(first + shown + spare).min(count)
    }

    /// Somebody is at it and may scroll next.
    pub(super) fn warm_up(self) {
        if self.spare.get_untracked() == 0 {
            self.spare.set(SPARE);
        }
    }

    /// Measures the lanes that come into sight.
    pub(super) fn uncover(self) {
        self.lanes.with_value(|lanes| {
            let hidden = lanes.iter().filter(|lane| lane.height.get_untracked() <= OUT_OF_SIGHT);
            hidden.for_each(|lane| self.measure(*lane));
        });
    }

    /// The cards to build; the held one stays, or the finger would lose it.
    fn built(self, lane: Lane, range: Range<usize>) -> Vec<Card> {
        let held = self.drag.held.with(|held| held.as_ref().map(|held| held.card.id));
        lane.cards.with(|cards| {
            let range = range.start.min(cards.len())..range.end.min(cards.len());
            let mut built = cards[range.clone()].to_vec();
            if let Some(at) =
                held.and_then(|id| cards.iter().position(|card| card.id == id)).filter(|at| !range.contains(at))
            {
                let place = if at < range.start { 0 } else { built.len() };
                built.insert(place, cards[at].clone());
            }
            built
        })
    }

    /// Position of a card when the held one is not counted; reactive.
    pub(super) fn position_among_others(self, lane: Lane, card: &Card) -> Option<usize> {
        let held = self.drag.held.with(|held| held.as_ref().map(|held| held.card.id));
        lane.cards
            .with(|cards| cards.iter().filter(|other| Some(other.id) != held).position(|other| other.id == card.id))
    }

    /// Reads the measures of a lane; only in the browser.
    pub(super) fn measure(self, lane: Lane) {
        let Some(list) = list_of(lane) else { return };
        let place = list.get_bounding_client_rect();
        let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or_default();
        if place.right() <= 0.0 || place.left() >= width {
            return;
        }
        let top = f64::from(list.scroll_top());
        if top > 0.0 {
            self.warm_up();
        }
        lane.top.set(top);
        lane.height.set(f64::from(list.client_height()).max(1.0));
        let first = list.query_selector(".card[data-id]:not([data-dragging])").ok().flatten();
        let height = first.map(|card| card.get_bounding_client_rect().height()).filter(|height| *height > 0.0);
        if let Some(pitch) = height.map(|height| height + GAP).filter(|p| (p - self.pitch.get_untracked()).abs() > 0.5)
        {
            self.pitch.set(pitch);
        }
    }
}

/// One column of the board.
pub(super) fn lane_view(board: OpenBoard, lane: Lane) -> impl IntoView {
    let title_id = format!("lane-{}", lane.id);
    let (labelled_by, outcome) = (title_id.clone(), lane.outcome());
    let is_target = move || board.drag.over.get().is_some_and(|over| over.lane == lane.id);
    view! {
        <section
            class="lane"
            data-hue=lane.hue.to_string()
            data-stage=lane.id.to_string()
            data-outcome=(outcome != "open").then_some(outcome.clone())
            data-collapsed=move || lane.collapsed.get().then_some("")
            data-drop-target=move || is_target().then_some("")
            aria-labelledby=labelled_by
        >
            {lane_head(board, lane, title_id)}
            {lane_list(board, lane)}
            {(board.may_create() && outcome == "open").then(|| view! {
                <button type="button" class="lane-add" on:click=move |_| open_form(lane)>
                    <Icon name="plus"/>
                    {t("board.add_card")}
                </button>
            })}
        </section>
    }
}

fn open_form(lane: Lane) {
    if let Some(list) = list_of(lane) {
        list.set_scroll_top(0);
    }
    lane.adding.set(true);
}

fn lane_head(board: OpenBoard, lane: Lane, title_id: String) -> impl IntoView {
    let page = board.page;
    let outcome = lane.outcome();
    let add_label = Signal::derive(move || page.text_with("board.add_card_to", &[("stage", &lane.name())]));
    let fold_label = Signal::derive(move || {
        let key = if lane.collapsed.get() { "board.expand" } else { "board.collapse" };
        page.text_with(key, &[("stage", &lane.name())])
    });
    let guidance = move || lane.stage.with(|stage| stage.text("guidance").map(str::to_owned));
    view! {
        <header class="lane-head">
            <h2 class="lane-title" id=title_id title=guidance>
                <span class="dot" aria-hidden="true"></span>
                <span class="truncate">{move || lane.name()}</span>
                <span class="count">{move || number(page.locale.get(), lane.totals.get().count)}</span>
                {move || limit_view(board, lane)}
            </h2>
            {if outcome == "open" {
                board.may_create().then(|| view! {
                    <Button kind=ButtonKind::Ghost size=Size::Small icon="plus" label=add_label on_click=move |_| open_form(lane)/>
                }).into_any()
            } else {
                view! {
                    <Button
                        kind=ButtonKind::Ghost
                        size=Size::Small
                        icon="chevrons-up-down"
                        label=fold_label
                        on_click=move |_| lane.collapsed.update(|collapsed| *collapsed = !*collapsed)
                    />
                }.into_any()
            }}
            {lane_sums(board, lane)}
        </header>
    }
}

/// Too many cards are a fact to see, not an error.
fn limit_view(board: OpenBoard, lane: Lane) -> Option<AnyView> {
    let limit = lane.stage.with(|stage| stage.integer("card_limit"))?;
    let count = lane.totals.get().count;
    if count <= limit {
        return None;
    }
    let (n, limit) = (count.to_string(), limit.to_string());
    let words = board.page.text_with("board.over_limit", &[("n", &n), ("limit", &limit)]);
    let title = format!("{words} · {}", board.page.text("board.over_limit_hint"));
    let short = format!("≤ {limit}");
    Some(
        view! {
            <span class="lane-limit" title=title>
                <Badge tone=Tone::Warning icon="triangle-alert">
                    <span aria-hidden="true">{short}</span>
                    <span class="visually-hidden">{words}</span>
                </Badge>
            </span>
        }
        .into_any(),
    )
}

fn lane_sums(board: OpenBoard, lane: Lane) -> impl IntoView {
    let page = board.page;
    let sum = move || lane.totals.get().sum;
    let weighted = move || lane.totals.get().weighted;
    let exact = move |amount: Decimal, hint: &str| {
        let n = number(page.locale.get(), lane.totals.get().count);
        format!("{} · {}", money(page.locale.get(), amount, &board.currency()), page.text_with(hint, &[("n", &n)]))
    };
    let short = move |amount: Decimal| money_short(page.locale.get(), amount, &board.currency());
    let ratio = move || {
        let totals = lane.totals.get();
        let ratio = totals.weighted.checked_div(totals.sum).and_then(|ratio| ratio.to_f64()).unwrap_or(0.0);
        format!("--ratio:{:.3}", ratio.clamp(0.0, 1.0))
    };
    view! {
        <div class="lane-sums">
            <data
                class="money"
                data-strong=""
                data-total="sum"
                value=move || sum().to_string()
                title=move || exact(sum(), "board.sum_hint")
            >
                {move || short(sum())}
            </data>
            <span class="meta">
                {t("board.weighted")}
                " "
                <data
                    class="money"
                    data-total="weighted"
                    value=move || weighted().round_dp(2).to_string()
                    title=move || exact(weighted(), "board.weighted_hint")
                >
                    {move || short(weighted())}
                </data>
            </span>
        </div>
        <div class="lane-bar" aria-hidden="true"><span style=ratio></span></div>
    }
}

fn lane_list(board: OpenBoard, lane: Lane) -> impl IntoView {
    let range = Memo::new(move |_| board.window(lane));
    Effect::new(move |_| {
        let end = range.get().end;
        if !lane.loading.get() && lane.next.with(Option::is_some) && end + 2 * SPARE >= lane.cards.with(Vec::len) {
            board.load_more(lane);
        }
    });
    let label = move || {
        let n = lane.totals.get().count.to_string();
        board.page.text_with("board.column", &[("stage", &lane.name()), ("n", &n)])
    };
    let above = move || pad(board, range.get().start);
    let below = move || {
        let rest = lane.cards.with(Vec::len).saturating_sub(range.get().end);
        let landing = usize::from(board.drag.over.get().is_some_and(|over| over.lane == lane.id));
        pad(board, rest + landing)
    };
    let is_empty = move || lane.cards.with(Vec::is_empty) && !lane.adding.get() && board.drag.over.get().is_none();
    view! {
        <div class="lane-cards" role="list" tabindex="-1" aria-label=label on:scroll=move |_| board.measure(lane)>
            <Show when=move || lane.adding.get()>
                <div role="listitem">{add_card::view(board, lane, Values::new())}</div>
            </Show>
            {above}
            {settled(view! {
                <For each=move || board.built(lane, range.get()) key=|card| card.id let:card>
                    {card_view(board, lane, card)}
                </For>
            })}
            {below}
            <Show when=move || lane.next.with(Option::is_some)>
                <div class="skeleton" data-shape="card" aria-hidden="true"></div>
            </Show>
            <Show when=is_empty>
                <p class="lane-empty" role="listitem">
                    {move || board.page.text(if board.is_filtered() { "board.no_match_column" } else { "board.empty_column" })}
                </p>
            </Show>
            {move || placeholder(board, lane)}
        </div>
    }
}

/// Room of the cards that are not built.
fn pad(board: OpenBoard, cards: usize) -> Option<AnyView> {
    #[expect(clippy::cast_precision_loss, reason = "a number of cards")]
    let height = cards as f64 * board.pitch.get() - GAP;
    let pad = || {
        view! { <div class="lane-pad" role="presentation" style=format!("block-size:{}", px(height))></div> }.into_any()
    };
    (cards > 0).then(pad)
}

/// Where the held card will land; carried by keys, it shows the card itself.
fn placeholder(board: OpenBoard, lane: Lane) -> Option<AnyView> {
    let over = board.drag.over.get().filter(|over| over.lane == lane.id)?;
    let held = board.drag.held.get()?;
    let pitch = board.pitch.get();
    #[expect(clippy::cast_precision_loss, reason = "a position in a lane")]
    let style = format!("inset-block-start:{};block-size:{}", px(PADDING + over.slot as f64 * pitch), px(pitch - GAP));
    let carried = held.by_keys.then_some("");
    let face = held.by_keys.then(|| card_face(board, held.from, held.card));
    Some(
        view! {
            <div class="card-placeholder" aria-hidden="true" inert=true data-carried=carried style=style>{face}</div>
        }
        .into_any(),
    )
}

/// Lanes as tabs above the board, on a phone.
pub(super) fn lane_tabs(board: OpenBoard, current: RwSignal<usize>) -> impl IntoView {
    let tab = move |(at, lane): (usize, Lane)| {
        view! {
            <button
                type="button"
                class="chip"
                data-hue=lane.hue.to_string()
                aria-pressed=move || (current.get() == at).to_string()
                on:click=move |_| reveal(lane)
            >
                <span class="dot" aria-hidden="true"></span>
                {move || lane.name()}
                <span class="count">{move || number(board.page.locale.get(), lane.totals.get().count)}</span>
            </button>
        }
    };
    view! {
        <nav class="lane-jump chips" aria-label=t("board.columns")>
            {board.lanes.get_value().into_iter().enumerate().map(tab).collect_view()}
        </nav>
    }
}

fn reveal(lane: Lane) {
    use leptos::web_sys::{ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition};
    let options = ScrollIntoViewOptions::new();
    options.set_behavior(ScrollBehavior::Smooth);
    options.set_inline(ScrollLogicalPosition::Center);
    options.set_block(ScrollLogicalPosition::Nearest);
    if let Some(element) = glide::all(&format!(".lane[data-stage=\"{}\"]", lane.id)).into_iter().next() {
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
