//! Moving a card: shown at once, sent, and taken back with the reason when it is refused.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::command::{Change, Command, Outcome};
use shared::record::Values;
use shared::types::RequiredByStage;
use shared::{Error, FieldError, Row, i18n, rank};
use uuid::Uuid;

use super::asking::{Asking, Purpose};
use super::glide;
use super::model::{Card, Lane, OpenBoard};
use crate::acting::{act_with, send, undo_of};
use crate::ui::Tone;

/// Where in a lane, among its other cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    At(usize),
    /// One place up or down from where it is.
    Up,
    Down,
    /// After all others, loaded or not.
    Bottom,
}

/// A move on its way.
#[derive(Clone)]
pub(super) struct Move {
    pub(super) card: Card,
    /// The card before the move, for taking it back.
    pub(super) original: Row,
    pub(super) lane: Lane,
    /// Place for the server, as [`rank::Place`] writes it.
    rank: String,
    /// What was asked for on the way.
    pub(super) extra: Values,
}

impl Move {
    fn changes_stage(&self) -> bool {
        self.original.reference("stage_id") != Some(self.lane.id)
    }

    fn command(&self) -> Command {
        let mut values = self.extra.clone();
        values.insert("rank".into(), self.rank.clone().into());
        if self.changes_stage() {
            values.insert("stage_id".into(), self.lane.id.to_string().into());
        }
        let (id, version) = (self.card.id, Some(self.original.version));
        Command::one("opportunity", Change::Update { id, version, values })
    }
}

impl OpenBoard {
    /// Moves a card into a lane. `from` is where it seems to be now, when it hangs at the pointer.
    pub(super) fn move_card(self, card: &Card, lane: Lane, slot: Slot, from: Option<(Uuid, (f64, f64))>) {
        if card.saving.get_untracked() {
            return self.let_go();
        }
        let original = card.row.get_untracked();
        let by_keys = self.drag.held.with_untracked(|held| held.as_ref().is_some_and(|held| held.by_keys));
        let others: Vec<Card> =
            lane.cards.with_untracked(|cards| cards.iter().filter(|other| other.id != card.id).cloned().collect());
        let now = self.find(card.id).map_or(0, |(_, now, _)| now);
        let at = match slot {
            Slot::At(at) => at.min(others.len()),
            Slot::Up => now.saturating_sub(1),
            Slot::Down => (now + 1).min(others.len()),
            Slot::Bottom => others.len(),
        };
        let stage = lane.stage.get_untracked();
        let stays = original.reference("stage_id") == Some(lane.id);
        let unmoved = stays && slot != Slot::Bottom && now == at;
        if unmoved {
            glide::gliding(from, || self.let_go());
        } else {
            let step = Move {
                card: card.clone(),
                lane,
                rank: place_text(&others, slot, at),
                extra: Values::new(),
                original: original.clone(),
            };
            let moved = foreseen(&original, &stage, stays, &others, at);
            let missing = if stays { Vec::new() } else { missing_fields(&stage, &moved.values) };
            glide::gliding(from, || {
                self.let_go();
                drop(self.put(moved));
            });
            self.go_on(step, missing);
        }
        let (name, stage) = (card.name(), stage.text("name").unwrap_or_default().to_owned());
        let count = lane.totals.with_untracked(|totals| totals.count).to_string();
        let position = (at + 1).to_string();
        let params = [("name", name.as_str()), ("stage", &stage), ("position", &position), ("count", &count)];
        self.say("board.drag.dropped", &params);
        if by_keys {
            glide::focus(card.id);
        }
    }

    /// Sends the move, or asks for what the stage needs first.
    fn go_on(self, step: Move, missing: Vec<String>) {
        if missing.is_empty() {
            self.send(step);
        } else {
            self.asking.set(Some(Asking { purpose: Purpose::Move(step), fields: missing, errors: Vec::new() }));
        }
    }

    /// Sends a move. A change of stage says so; a new order alone is quiet. Both can be undone.
    pub(super) fn send(self, step: Move) {
        step.card.saving.set(true);
        let command = step.command();
        let then = move |result| self.settle(step, result);
        if command_changes_stage(&command) {
            let (name, stage) = self.names(&command);
            self.act(command, self.text("board.moved", &[("name", &name), ("stage", &stage)]), then);
        } else {
            spawn_local(async move {
                let result = send(command).await;
                if let Err(error) = &result
                    && !is_about_fields(error)
                    && self.is_open()
                {
                    self.toasts.push(self.reason(error), Tone::Danger, None);
                }
                then(result);
            });
        }
    }

    fn names(self, command: &Command) -> (String, String) {
        let Some(Change::Update { id, values, .. }) = command.changes.first() else { return Default::default() };
        let name = self.find(*id).map(|(.., card)| card.name()).unwrap_or_default();
        let stage = shared::record::id(values, "stage_id").and_then(|id| self.lane(id));
        (name, stage.map(|lane| untrack(|| lane.name())).unwrap_or_default())
    }

    /// Acts through the page's one way of acting, from handlers and timers alike.
    pub(super) fn act(self, command: Command, done: String, then: impl FnOnce(Result<Outcome, Error>) + 'static) {
        act_with((self.page, self.toasts), command, done, then);
    }

    fn settle(self, step: Move, result: Result<Outcome, Error>) {
        if !self.is_open() {
            return;
        }
        step.card.saving.set(false);
        let result = result.and_then(|outcome| match outcome.refused.first() {
            Some(refusal) if outcome.rows.is_empty() => Err(refusal.error.clone()),
            _ => Ok(outcome),
        });
        match result {
            Ok(outcome) => {
                if !step.changes_stage() {
                    self.toasts.keep(undo_of(self.page, self.toasts, outcome.change_set));
                }
                let won = step.changes_stage() && step.lane.outcome() == "won";
                let row = outcome.rows.into_iter().next();
                if let Some(row) = row.clone() {
                    glide::gliding(None, || {
                        self.receive(row);
                    });
                }
                if won {
                    self.won.set(row);
                }
            }
            Err(error) => self.refuse(step, error),
        }
    }

    /// A refused move: ask for what is missing, else put the card back and say why.
    fn refuse(self, step: Move, error: Error) {
        if let Error::Invalid { fields } = &error
            && let Some(asked) = askable(fields)
        {
            let errors = fields.clone();
            return self.asking.set(Some(Asking { purpose: Purpose::Move(step), fields: asked, errors }));
        }
        if is_about_fields(&error) {
            self.toasts.push(self.reason(&error), Tone::Danger, None);
        }
        let reason = self.reason(&error);
        self.say("board.drag.refused", &[("name", &step.card.name()), ("reason", &reason)]);
        match error {
            Error::Conflict { current, .. } => glide::gliding(None, || {
                self.receive(*current);
            }),
            Error::NotFound => {
                glide::gliding(None, || {
                    self.take_off(step.card.id);
                });
                return self.totals_soon();
            }
            _ => {}
        }
        self.take_back(step);
    }

    /// Puts a card back where it was before the move, unless it has changed since.
    pub(super) fn take_back(self, step: Move) {
        let unchanged = step.card.row.with_untracked(|row| row.version) == step.original.version;
        if unchanged && (self.find(step.card.id).is_some() || self.lane_of(&step.original).is_some()) {
            let id = step.card.id;
            glide::gliding(None, || drop(self.put(step.original)));
            glide::shake(id);
        }
    }

    /// Why something was refused, in the reader's language.
    pub(super) fn reason(self, error: &Error) -> String {
        i18n::error_sentence(self.page.locale.get_untracked(), error)
    }
}

/// Whether the page's way of acting leaves saying it to us: it belongs beside fields.
fn is_about_fields(error: &Error) -> bool {
    matches!(error, Error::Invalid { fields } if fields.iter().any(|f| !f.field.is_empty()))
}

fn command_changes_stage(command: &Command) -> bool {
    matches!(command.changes.first(), Some(Change::Update { values, .. }) if values.contains_key("stage_id"))
}

/// The place beside a neighbour that is seen: with a filter on, hidden cards may lie around it.
fn place_text(others: &[Card], slot: Slot, at: usize) -> String {
    let before = at.checked_sub(1).and_then(|at| others.get(at));
    let place = match (slot, before, others.first()) {
        (Slot::Bottom, ..) => rank::Place::Bottom,
        (_, Some(card), _) => rank::Place::After(card.id),
        (_, None, Some(card)) => rank::Place::Before(card.id),
        (_, None, None) => rank::Place::Top,
    };
    place.to_string()
}

/// The card as the server will most likely answer.
fn foreseen(original: &Row, stage: &Row, stays: bool, others: &[Card], at: usize) -> Row {
    let mut row = original.clone();
    let rank_at = |at: Option<usize>| at.and_then(|at| others.get(at)).map(|card| card.place().0);
    // Until the server answers, anywhere between the two does.
    let rank = rank::midpoint(rank_at(at.checked_sub(1)).as_deref(), rank_at(Some(at)).as_deref());
    row.values.insert("rank".into(), rank.into());
    if !stays {
        row.values.insert("stage_id".into(), stage.id.to_string().into());
        row.values.insert("probability".into(), stage.value("probability").clone());
        row.values.insert("status".into(), stage.text("outcome").unwrap_or("open").into());
    }
    row
}

/// What has to be asked for before a deal may enter a stage.
pub(super) fn missing_fields(stage: &Row, values: &Values) -> Vec<String> {
    let mut missing: Vec<String> = RequiredByStage::missing(stage, values).into_iter().map(|e| e.field).collect();
    let lost = stage.text("outcome") == Some("lost");
    let no_reason = shared::record::text(values, "lost_reason").is_none();
    if lost && (no_reason || missing.iter().any(|field| field == "lost_reason")) {
        missing.retain(|field| field != "lost_reason" && field != "lost_note");
        missing.splice(0..0, ["lost_reason".to_owned(), "lost_note".to_owned()]);
    }
    missing
}

/// The fields of a refusal, when a dialog can ask for all of them.
fn askable(errors: &[FieldError]) -> Option<Vec<String>> {
    let asked = |e: &FieldError| {
        let known = shared::types::OPPORTUNITY.field(&e.field).is_some_and(|field| !field.read_only && !field.internal);
        (known && matches!(e.code.as_str(), "required" | "required_by_stage")).then(|| e.field.clone())
    };
    let fields: Option<Vec<String>> = errors.iter().map(asked).collect();
    fields.filter(|fields| !fields.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stage(value: serde_json::Value) -> Row {
        let serde_json::Value::Object(values) = value else { unreachable!("an object") };
        Row { id: Uuid::from_u128(1), version: 1, values }
    }

    #[test]
    fn a_lost_deal_is_asked_for_its_reason_first() {
        let lost = stage(json!({ "outcome": "lost", "required_fields": ["amount"] }));
        assert_eq!(missing_fields(&lost, &Values::new()), ["lost_reason", "lost_note", "amount"]);
    }

    #[test]
    fn only_what_is_missing_is_asked_for() {
        let stage = stage(json!({ "outcome": "open", "required_fields": ["amount", "expected_close"] }));
        let mut values = Values::new();
        values.insert("amount".into(), "5.00".into());
        assert_eq!(missing_fields(&stage, &values), ["expected_close"]);
    }

    #[test]
    fn a_refusal_that_no_field_can_mend_is_not_asked_about() {
        assert_eq!(askable(&[FieldError::new("", "tree_cycle")]), None);
        assert_eq!(askable(&[FieldError::new("amount", "required_by_stage")]), Some(vec!["amount".to_owned()]));
    }
}
