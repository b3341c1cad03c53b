//! What colleagues do reaches the board: events move, insert and remove cards; totals follow.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::board::Column;
use shared::live::LiveEvent;
use shared::{Error, Row};
use uuid::Uuid;

use super::glide;
use super::model::{Card, Lane, OpenBoard, arranged, outcome_of, place_of};
use crate::api::Fault;
use crate::api::board::{board_cards, board_totals, open_board};
use crate::context::browser_now;
use crate::record::learn_titles;

/// Events of the same moment are applied together.
const GATHER: Duration = Duration::from_millis(16);
const REST: Duration = Duration::from_millis(500);
/// Totals asked for less than this ago may hold changes whose events come only now.
const OVERLAP_MS: f64 = 3_000.0;
const MOVER_STAYS: Duration = Duration::from_secs(2);
/// Windows fetched again per lane at most: deeper lanes load the rest when one scrolls.
const ROUNDS: usize = 20;

impl OpenBoard {
    /// Whether the board is still on the page.
    pub(super) fn is_open(self) -> bool {
        self.lanes.try_with_value(|_| ()).is_some()
    }

    /// Takes an event in; it is applied soon, or when nothing is held any more.
    pub(super) fn hear(self, event: &LiveEvent) {
        let concerns = match event {
            LiveEvent::Changed { record_type, .. }
            | LiveEvent::Removed { record_type, .. }
            | LiveEvent::Refresh { record_type } => {
                matches!(record_type.as_str(), "opportunity" | "stage" | "pipeline")
            }
            LiveEvent::Reset => true,
            LiveEvent::Presence { .. } => false,
        };
        if !self.is_open() {
            return;
        }
        if !concerns {
            if self.looks_at(event) {
                self.cards_soon();
            }
            return;
        }
        let first = self.drag.waiting.try_update_value(|waiting| {
            waiting.push(event.clone());
            waiting.len() == 1
        });
        if first == Some(true) {
            set_timeout(move || self.hear_waiting(), GATHER);
        }
    }

    /// Whether conditions are about the records that an event is about: `customer_id.industry` about customers.
    fn looks_at(self, event: &LiveEvent) -> bool {
        let (LiveEvent::Changed { record_type, .. }
        | LiveEvent::Removed { record_type, .. }
        | LiveEvent::Refresh { record_type }) = event
        else {
            return false;
        };
        self.query.with_value(|query| {
            let Some(further) = &query.further else { return false };
            ["_id.", "_ids."].iter().any(|way| further.contains(&format!("{record_type}{way}")))
        })
    }

    /// Applies what came in, unless a card is held: nothing jumps under a finger.
    pub(super) fn hear_waiting(self) {
        if !self.is_open() || self.drag.is_active() {
            return;
        }
        let events = self.drag.waiting.try_update_value(std::mem::take).unwrap_or_default();
        if !events.is_empty() {
            glide::gliding(None, || events.into_iter().for_each(|event| self.apply_event(event)));
        }
    }

    fn apply_event(self, event: LiveEvent) {
        match event {
            LiveEvent::Changed { record_type, row, titles, actor_id } if record_type == "opportunity" => {
                if self.lane_of(&row).is_some() || self.find(row.id).is_some() {
                    learn_titles(self.titles, &titles);
                }
                self.changed(row, actor_id);
            }
            LiveEvent::Removed { record_type, id, version } if record_type == "opportunity" => {
                self.gone.update_value(|gone| {
                    gone.insert(id, version);
                });
                if !self.take_off(id) {
                    self.totals_soon();
                }
            }
            LiveEvent::Refresh { record_type } if record_type == "opportunity" => self.cards_soon(),
            LiveEvent::Reset => {
                // Nor after the long rest of what nobody could answer.
                self.timers.cards.try_update_value(Option::take).flatten().inspect(TimeoutHandle::clear);
                self.cards_soon();
            }
            event if self.rearranges(&event) => self.cards_soon(),
            _ => {}
        }
    }

    /// Whether an event about stages or pipelines is news for this board: others' are not, nor what it shows already.
    fn rearranges(self, event: &LiveEvent) -> bool {
        let own = self.pipeline.with_untracked(|pipeline| (pipeline.id, pipeline.version));
        let shown = |id: Uuid| match self.lane(id) {
            Some(lane) => Some(lane.stage.with_untracked(|stage| stage.version)),
            None => (id == own.0).then_some(own.1),
        };
        match event {
            LiveEvent::Changed { row, .. } => match shown(row.id) {
                Some(version) => version < row.version,
                None => row.reference("pipeline_id") == Some(own.0),
            },
            LiveEvent::Removed { id, .. } => shown(*id).is_some(),
            LiveEvent::Refresh { .. } => true,
            LiveEvent::Reset | LiveEvent::Presence { .. } => false,
        }
    }

    fn changed(self, row: Row, actor_id: Option<Uuid>) {
        let id = row.id;
        let before = self.find(id).map(|(.., card)| card.row.get_untracked());
        let by_other = actor_id.filter(|actor| self.page.actor().is_none_or(|own| own.user_id != *actor));
        let moved = before.as_ref().is_none_or(|old| {
            place_of(old) != place_of(&row) || old.reference("stage_id") != row.reference("stage_id")
        });
        if !self.receive(row) {
            return;
        }
        if let Some(actor) = by_other
            && let Some((.., card)) = self.find(id)
        {
            glide::glow(id);
            if moved {
                show_mover(&card, actor);
            }
        }
    }

    /// Takes a row over if it is newer than what is shown; totals follow or are asked for.
    pub(super) fn receive(self, row: Row) -> bool {
        let id = row.id;
        let stale = self.gone.with_value(|gone| gone.get(&id).is_some_and(|version| *version >= row.version))
            || self.find(id).is_some_and(|(.., card)| card.row.with_untracked(|old| old.version >= row.version));
        if stale {
            return false;
        }
        let known = self.find(id).is_some();
        if !known && self.lane_of(&row).is_none() {
            return false;
        }
        if self.is_filtered() {
            // Whether it still fits is the server's to say.
            if known {
                drop(self.put(row));
            }
            self.cards_soon();
            return known;
        }
        let (_, followed) = self.put(row);
        if !followed || browser_ms() - self.timers.totals_at.get_value() < OVERLAP_MS {
            self.totals_soon();
        }
        true
    }

    /// Asks for the totals after a rest.
    pub(super) fn totals_soon(self) {
        later(self.timers.totals, REST, move || self.load_totals());
    }

    /// Asks for the cards in view and the totals after a rest.
    pub(super) fn cards_soon(self) {
        later(self.timers.cards, REST, move || self.reload());
    }

    fn load_totals(self) {
        if !self.is_open() {
            return;
        }
        self.timers.totals_at.set_value(browser_ms());
        let query = self.query.get_value();
        spawn_local(async move {
            let totals = match board_totals(query).await {
                Ok(totals) => totals,
                Err(Fault(error)) => return self.without(&error, self.timers.totals, Self::load_totals),
            };
            if !self.is_open() {
                return;
            }
            self.timers.again.loaded();
            for lane in self.lanes.get_value() {
                let own = totals.iter().find(|(stage, _)| *stage == lane.id).map(|(_, totals)| *totals);
                lane.totals.set(own.unwrap_or_default());
            }
        });
    }

    /// Nothing else would tell what a failed request was to bring: it is made once more after a rest. Where that would not help,
    /// the pipeline being gone, or the right to it, the page says so.
    fn without(self, error: &Error, timer: StoredValue<Option<TimeoutHandle>>, ask: fn(Self)) {
        if !self.is_open() {
            return;
        }
        match self.timers.again.after(error) {
            Some(rest) => later(timer, rest, move || ask(self)),
            None => self.reopen.run(()),
        }
    }

    /// Loads the board again in place: scroll positions stay, newer rows that came meanwhile win.
    fn reload(self) {
        if !self.is_open() {
            return;
        }
        self.timers.totals_at.set_value(browser_ms());
        let query = self.query.get_value();
        spawn_local(async move {
            let mut board = match open_board(query.clone()).await {
                Ok(board) => board,
                Err(Fault(error)) => return self.without(&error, self.timers.cards, Self::reload),
            };
            for column in &mut board.columns {
                // While one waited, another filter or page may have been chosen.
                if !self.is_open() {
                    return;
                }
                let wanted = self.lane(column.stage.id).map_or(0, |lane| lane.cards.with_untracked(Vec::len));
                for _ in 0..ROUNDS {
                    let Some(cursor) = column.next.clone().filter(|_| column.cards.len() < wanted) else { break };
                    let more = match board_cards(query.clone(), column.stage.id, cursor).await {
                        Ok(more) => more,
                        Err(Fault(error)) => return self.without(&error, self.timers.cards, Self::reload),
                    };
                    column.cards.extend(more.cards);
                    column.next = more.next;
                    board.titles.extend(more.titles);
                }
            }
            if !self.is_open() {
                return;
            }
            self.timers.again.loaded();
            if self.drag.is_active() {
                return self.cards_soon();
            }
            learn_titles(self.titles, &board.titles);
            if self.pipeline.with_untracked(|pipeline| pipeline.version != board.pipeline.version) {
                self.pipeline.set(board.pipeline);
            }
            glide::gliding(None, || self.refill(arranged(board.columns)));
        });
    }

    fn refill(self, columns: Vec<Column>) {
        let shown =
            self.lanes.with_value(|lanes| lanes.iter().map(|lane| (lane.id, lane.outcome())).collect::<Vec<_>>());
        if !columns.iter().map(|column| (column.stage.id, outcome_of(&column.stage))).eq(shown) {
            return self.reopen.run(());
        }
        let loaded: Vec<Card> =
            self.lanes.with_value(|lanes| lanes.iter().flat_map(|lane| lane.cards.get_untracked()).collect());
        let mut newer = Vec::new();
        for column in columns {
            let Some(lane) = self.lane(column.stage.id) else { continue };
            lane.stage.set(column.stage);
            let reuse = |row: Row| match loaded.iter().find(|card| card.id == row.id) {
                Some(card) => {
                    let old = card.row.get_untracked();
                    if old.version > row.version {
                        newer.push(old);
                    }
                    card.row.set(row);
                    card.clone()
                }
                None => Card::new(row),
            };
            lane.fill(column.cards.into_iter().map(reuse).collect(), column.next, column.totals);
        }
        for row in newer {
            drop(self.put(row));
        }
    }

    /// Loads the next cards of a lane. It asks once more, after a rest, for what could not be had.
    pub(super) fn load_more(self, lane: Lane) {
        let Some(cursor) = lane.next.get_untracked().filter(|_| !lane.loading.get_untracked()) else { return };
        lane.loading.set(true);
        let query = self.query.get_value();
        spawn_local(async move {
            let found = board_cards(query, lane.id, cursor.clone()).await;
            // The lane was filled anew meanwhile: these cards are its past.
            if !self.is_open() || lane.next.get_untracked().as_ref() != Some(&cursor) {
                return;
            }
            let found = match found {
                Ok(found) => found,
                Err(Fault(error)) => return self.rest_of(lane, &error),
            };
            lane.loading.set(false);
            lane.again.loaded();
            learn_titles(self.titles, &found.titles);
            let bound = found.cards.last().map(place_of);
            let unknown: Vec<Card> =
                found.cards.into_iter().filter(|row| self.find(row.id).is_none()).map(Card::new).collect();
            lane.bound.set_value(bound.filter(|_| found.next.is_some()));
            lane.next.set(found.next);
            lane.cards.update(|cards| {
                cards.extend(unknown);
                cards.sort_by_cached_key(Card::place);
            });
        });
    }

    /// Lets a lane rest whose next cards could not be had; without that nothing would ask for them until somebody scrolls.
    fn rest_of(self, lane: Lane, error: &Error) {
        match lane.again.after(error) {
            Some(rest) => {
                let over = move || {
                    lane.loading.try_set(false);
                };
                set_timeout(over, rest);
            }
            None => self.reopen.run(()),
        }
    }
}

fn show_mover(card: &Card, actor: Uuid) {
    let mover = card.mover.clone();
    mover.set(Some(actor));
    set_timeout(move || mover.set(None), MOVER_STAYS);
}

fn browser_ms() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
    let ms = browser_now().timestamp_millis() as f64;
    ms
}

/// Runs `act` after a rest. What is asked for again meanwhile is the same act: a busy board must not put it off for good.
fn later(timer: StoredValue<Option<TimeoutHandle>>, rest: Duration, act: impl FnOnce() + 'static) {
    if timer.try_with_value(Option::is_some) != Some(false) {
        return;
    }
    let run = move || {
        if timer.try_update_value(Option::take).is_some() {
            act();
        }
    };
    timer.set_value(set_timeout_with_handle(run, rest).ok());
}
