//! The open board as signals: lanes, their loaded cards, their totals.

use std::collections::HashMap;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use rust_decimal::Decimal;
use shared::board::{Board, BoardQuery, Column, Totals};
use shared::query::Titles;
use shared::{Row, types::PIPELINE};
use uuid::Uuid;

use super::address::Address;
use super::asking::Asking;
use super::drag::Drag;
use crate::context::Page;
use crate::live::Again;
use crate::ui::{Toasts, stage_hue};

/// Height of a card and the gap below it in px, until one is measured.
const FIRST_PITCH: f64 = 124.0;
/// What the server renders of a lane, and the browser before it has measured.
const FIRST_HEIGHT: f64 = 900.0;
/// The same on a phone, which shows one column.
const FIRST_HEIGHT_ON_PHONE: f64 = 500.0;
/// Of a column that nobody sees yet.
pub(super) const OUT_OF_SIGHT: f64 = 1.0;

/// A card on the board. Its row changes in place, so that neither focus nor scroll position is lost.
#[derive(Clone)]
pub(super) struct Card {
    pub(super) id: Uuid,
    pub(super) row: ArcRwSignal<Row>,
    /// The colleague who moved it a moment ago.
    pub(super) mover: ArcRwSignal<Option<Uuid>>,
    /// A change of ours is under way.
    pub(super) saving: ArcRwSignal<bool>,
}

impl Card {
    pub(super) fn new(row: Row) -> Self {
        Self { id: row.id, row: ArcRwSignal::new(row), mover: ArcRwSignal::new(None), saving: ArcRwSignal::new(false) }
    }

    /// Where it stands in its lane.
    pub(super) fn place(&self) -> Place {
        self.row.with_untracked(place_of)
    }

    pub(super) fn name(&self) -> String {
        self.row.with_untracked(|row| row.text("name").unwrap_or_default().to_owned())
    }
}

/// Order within a lane: rank by bytes, ties by id, as the server orders.
pub(super) type Place = (String, Uuid);

pub(super) fn place_of(row: &Row) -> Place {
    (row.text("rank").unwrap_or_default().to_owned(), row.id)
}

/// One column.
#[derive(Clone, Copy)]
pub(super) struct Lane {
    pub(super) id: Uuid,
    pub(super) hue: u8,
    pub(super) stage: RwSignal<Row>,
    pub(super) totals: RwSignal<Totals>,
    /// The loaded cards, in order.
    pub(super) cards: RwSignal<Vec<Card>>,
    /// Cursor of what is not loaded yet.
    pub(super) next: RwSignal<Option<String>>,
    /// The last place covered by what is loaded; what lies behind it comes with the cursor.
    pub(super) bound: StoredValue<Option<Place>>,
    /// The next cards are asked for, or could not be had and are to rest.
    pub(super) loading: RwSignal<bool>,
    pub(super) again: Again,
    pub(super) adding: RwSignal<bool>,
    pub(super) collapsed: RwSignal<bool>,
    /// Scroll position and height of what one sees, px.
    pub(super) top: RwSignal<f64>,
    pub(super) height: RwSignal<f64>,
}

impl Lane {
    fn new(column: Column, hue: u8, first_height: f64) -> Self {
        let lane = Self {
            id: column.stage.id,
            hue,
            stage: RwSignal::new(column.stage),
            totals: RwSignal::new(Totals::default()),
            cards: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            bound: StoredValue::new(None),
            loading: RwSignal::new(false),
            again: Again::new(),
            adding: RwSignal::new(false),
            collapsed: RwSignal::new(false),
            top: RwSignal::new(0.0),
            height: RwSignal::new(first_height),
        };
        lane.fill(column.cards.into_iter().map(Card::new).collect(), column.next, column.totals);
        lane
    }

    /// Replaces what is loaded.
    pub(super) fn fill(self, cards: Vec<Card>, next: Option<String>, totals: Totals) {
        self.bound.set_value(next.as_ref().and_then(|_| cards.last().map(Card::place)));
        self.next.set(next);
        self.totals.set(totals);
        self.cards.set(cards);
        // Nothing is waited for any more, however long the rest would be.
        self.loading.set(false);
        self.again.loaded();
    }

    pub(super) fn name(self) -> String {
        self.stage.with(|stage| stage.text("name").unwrap_or_default().to_owned())
    }

    pub(super) fn outcome(self) -> String {
        self.stage.with_untracked(outcome_of)
    }

    /// Whether a card of that place belongs among the loaded ones.
    pub(super) fn covers(self, place: &Place) -> bool {
        self.bound.with_value(|bound| bound.as_ref().is_none_or(|bound| place <= bound))
    }

    pub(super) fn add_totals(self, share: &Totals, sign: i64) {
        self.totals.update(|totals| {
            totals.count = (totals.count + share.count * sign).max(0);
            totals.sum += share.sum * Decimal::from(sign);
            totals.weighted += share.weighted * Decimal::from(sign);
        });
    }
}

/// What a stage means for its deals: open, won or lost.
pub(super) fn outcome_of(stage: &Row) -> String {
    stage.text("outcome").unwrap_or("open").to_owned()
}

/// Columns as the board shows them: the open stages in their order, then won, then lost.
pub(super) fn arranged(mut columns: Vec<Column>) -> Vec<Column> {
    columns.sort_by_key(|column| match column.stage.text("outcome") {
        Some("won") => 1,
        Some("lost") => 2,
        _ => 0,
    });
    columns
}

/// What a card adds to its lane's totals.
pub(super) fn share_of(row: &Row) -> Totals {
    let sum = row.decimal("amount").unwrap_or_default();
    let probability = Decimal::from(row.integer("probability").unwrap_or_default());
    Totals { count: 1, sum, weighted: (sum * probability / Decimal::ONE_HUNDRED).round_dp(2) }
}

/// The open board; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct OpenBoard {
    pub(super) page: Page,
    pub(super) toasts: Toasts,
    /// What is shown, with the pipeline named.
    pub(super) query: StoredValue<BoardQuery>,
    pub(super) pipeline: RwSignal<Row>,
    pub(super) lanes: StoredValue<Vec<Lane>>,
    pub(super) titles: RwSignal<Titles>,
    /// Height of a card and the gap below it, px.
    pub(super) pitch: RwSignal<f64>,
    /// Cards kept ready above and below: none before somebody points at the board, so that the first sight comes sooner.
    pub(super) spare: RwSignal<usize>,
    pub(super) drag: Drag,
    /// What a screen reader is told.
    pub(super) said: RwSignal<String>,
    pub(super) asking: RwSignal<Option<Asking>>,
    /// The deal just won.
    pub(super) won: RwSignal<Option<Row>>,
    /// Versions of removals: older changes are stale.
    pub(super) gone: StoredValue<HashMap<Uuid, i64>>,
    pub(super) timers: Timers,
    /// Loads the whole page anew, when its columns are others now.
    pub(super) reopen: Callback<()>,
    /// The board's address.
    pub(super) address: Address,
}

/// Delayed reloads.
#[derive(Clone, Copy)]
pub(super) struct Timers {
    pub(super) totals: StoredValue<Option<TimeoutHandle>>,
    pub(super) cards: StoredValue<Option<TimeoutHandle>>,
    /// When totals were last asked for, ms since 1970.
    pub(super) totals_at: StoredValue<f64>,
    pub(super) again: Again,
}

impl OpenBoard {
    /// Takes over a loaded board.
    pub(super) fn new(board: Board, mut query: BoardQuery, address: Address, reopen: Callback<()>) -> Self {
        query.pipeline_id = Some(board.pipeline.id);
        let page = Page::take();
        let lanes = arranged(board.columns).into_iter().enumerate().map(|(at, column)| {
            let hue = stage_hue(column.stage.text("outcome"), at);
            let height = match page.phone {
                true if at > 0 => OUT_OF_SIGHT,
                true => FIRST_HEIGHT_ON_PHONE,
                false => FIRST_HEIGHT,
            };
            Lane::new(column, hue, height)
        });
        Self {
            page,
            toasts: Toasts::take(),
            query: StoredValue::new(query),
            pipeline: RwSignal::new(board.pipeline),
            lanes: StoredValue::new(lanes.collect()),
            titles: RwSignal::new(board.titles),
            pitch: RwSignal::new(FIRST_PITCH),
            spare: RwSignal::new(0),
            drag: Drag::new(),
            said: RwSignal::new(String::new()),
            asking: RwSignal::new(None),
            won: RwSignal::new(None),
            gone: StoredValue::new(HashMap::new()),
            timers: Timers {
                totals: StoredValue::new(None),
                cards: StoredValue::new(None),
                totals_at: StoredValue::new(0.0),
                again: Again::new(),
            },
            reopen,
            address,
        }
    }

    pub(super) fn lane(self, id: Uuid) -> Option<Lane> {
        self.lanes.with_value(|lanes| lanes.iter().find(|lane| lane.id == id).copied())
    }

    /// The lane a row belongs to, if it is one of this board's.
    pub(super) fn lane_of(self, row: &Row) -> Option<Lane> {
        row.reference("stage_id").filter(|_| row.text("archived_at").is_none()).and_then(|stage| self.lane(stage))
    }

    /// A loaded card with its lane and position.
    pub(super) fn find(self, id: Uuid) -> Option<(Lane, usize, Card)> {
        self.lanes.with_value(|lanes| {
            lanes.iter().find_map(|lane| {
                lane.cards.with_untracked(|cards| {
                    let at = cards.iter().position(|card| card.id == id)?;
                    Some((*lane, at, cards[at].clone()))
                })
            })
        })
    }

    /// Only some of the deals are shown: what else happens cannot be judged here.
    pub(super) fn is_filtered(self) -> bool {
        self.query.with_value(|query| query.filter.is_some() || query.further.is_some() || query.search.is_some())
    }

    /// The pipeline's currency.
    pub(super) fn currency(self) -> String {
        self.pipeline
            .with(|pipeline| pipeline.text("currency").map(str::to_owned))
            .unwrap_or_else(|| self.page.currency())
    }

    /// Title of a customer, a colleague and so on.
    pub(super) fn title(self, id: Option<Uuid>) -> Option<String> {
        id.and_then(|id| self.titles.with(|titles| titles.get(&id).cloned()))
    }

    /// Puts a card where its row says, moves it there or takes it off; totals follow. Gives the card when it is
    /// among the loaded ones, and whether totals could be followed.
    pub(super) fn put(self, row: Row) -> (Option<Card>, bool) {
        let found = self.find(row.id);
        let target = self.lane_of(&row);
        let known = found.is_some();
        if let Some((lane, _, card)) = &found {
            lane.add_totals(&card.row.with_untracked(share_of), -1);
        }
        if let Some(lane) = target.filter(|_| known) {
            lane.add_totals(&share_of(&row), 1);
        }
        let place = place_of(&row);
        let stays = target.filter(|lane| lane.covers(&place));
        let card = found.as_ref().map(|(.., card)| card.clone());
        let card = card.inspect(|card| card.row.set(row.clone())).unwrap_or_else(|| Card::new(row));
        if let Some((lane, at, _)) = found {
            if stays.is_some_and(|target| target.id == lane.id && in_order(lane, at)) {
                return (Some(card), true);
            }
            lane.cards.update(|cards| drop(cards.remove(at)));
        }
        if let Some(lane) = stays {
            let at = lane.cards.with_untracked(|cards| cards.partition_point(|other| other.place() < place));
            lane.cards.update(|cards| cards.insert(at, card.clone()));
        }
        (stays.map(|_| card), known)
    }

    /// Takes a card off the board.
    pub(super) fn take_off(self, id: Uuid) -> bool {
        let Some((lane, at, card)) = self.find(id) else { return false };
        lane.add_totals(&card.row.with_untracked(share_of), -1);
        lane.cards.update(|cards| drop(cards.remove(at)));
        true
    }

    /// A text of the board in the reader's language, outside of reactive places.
    pub(super) fn text(self, key: &str, params: &[(&str, &str)]) -> String {
        shared::i18n::translate(self.page.locale.get_untracked(), key, params)
    }

    /// Tells a screen reader.
    pub(super) fn say(self, key: &str, params: &[(&str, &str)]) {
        self.said.set(self.text(key, params));
    }

    /// Whether the reader may add deals.
    pub(super) fn may_create(self) -> bool {
        use shared::access::Action;
        self.page.actor().is_some_and(|actor| actor.may(&shared::types::OPPORTUNITY, Action::Create))
    }

    /// Whether the reader may bring in records from files.
    pub(super) fn may_import(self) -> bool {
        self.page.actor().is_some_and(|actor| actor.may_import())
    }

    /// Whether the reader may make stages and pipelines.
    pub(super) fn may_arrange(self) -> bool {
        self.page.actor().is_some_and(|actor| actor.may(&PIPELINE, shared::access::Action::Create))
    }
}

/// Whether the card at that position still stands between its neighbours.
fn in_order(lane: Lane, at: usize) -> bool {
    lane.cards.with_untracked(|cards| {
        let own = cards[at].place();
        let after_previous = at == 0 || cards[at - 1].place() < own;
        after_previous && cards.get(at + 1).is_none_or(|next| own < next.place())
    })
}
