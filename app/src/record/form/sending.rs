//! How a form becomes a command, and what comes of it.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde_json::Value;
use shared::command::{Change, Command, Outcome};
use shared::record::{Draft, is_empty, overlay, validate};
use shared::{Error, FieldError, Row, Values, i18n};

use super::draft;
use super::state::FormState;
use crate::acting::act;
use crate::context::browser_now;
use crate::ui::{Toasts, Tone};

impl FormState {
    /// Checks as the server will, as far as the browser knows enough.
    fn problems(self, patch: &Values) -> Vec<FieldError> {
        let base = self.base.get_untracked();
        let mut after = base.as_ref().map(|row| row.values.clone()).unwrap_or_default();
        overlay(&mut after, patch.clone());
        let names: Vec<String> = patch.keys().cloned().collect();
        let related = BTreeMap::new();
        let mut draft = Draft {
            before: base.as_ref(),
            after: &mut after,
            now: browser_now(),
            zone: &self.page.zone(),
            related: &related,
            errors: Vec::new(),
        };
        self.custom.with_value(|custom| validate(self.def, &mut draft, &names, custom));
        // Rules may fill references from other records, which only the server has at hand.
        let left = |e: &FieldError| !(e.code == "required" && self.def.needs.contains(&e.field.as_str()));
        draft.errors.into_iter().filter(left).collect()
    }

    /// Takes away what was wrong with a field that is being changed, and what is right now elsewhere: of several fields one may do.
    pub(super) fn settle(self, name: &str) {
        if self.errors.with_untracked(Vec::is_empty) {
            return;
        }
        let still = self.problems(&self.sent());
        let found = self.found.get_value();
        let stays = |error: &FieldError| error.field != name && (!found.contains(error) || still.contains(error));
        if !self.errors.with_untracked(|errors| errors.iter().all(stays)) {
            self.errors.update(|errors| errors.retain(stays));
        }
    }

    /// What is to be sent: the values of a new record, what became other of one that is there.
    fn sent(self) -> Values {
        let patch = untrack(|| self.patch());
        if self.base.with_untracked(Option::is_none) { untrack(|| self.filled(&patch)) } else { patch }
    }

    /// Sends what was typed. Success closes the form; problems stand beside their fields; a conflict asks.
    pub(super) fn save(self, open: RwSignal<bool>, on_saved: Option<Callback<Row>>) {
        if self.busy.get_untracked() || self.conflict.with_untracked(|fields| !fields.is_empty()) {
            return;
        }
        let base = self.base.get_untracked();
        let values = self.sent();
        if base.is_some() && values.is_empty() {
            self.forget_draft();
            return open.set(false);
        }
        let problems = self.problems(&values);
        self.found.set_value(problems.clone());
        self.errors.set(problems.clone());
        if !problems.is_empty() && !self.may_be_taken(&values, &problems) {
            return focus_problem();
        }
        let id = self.id.get_value();
        let (change, done) = match &base {
            None => (Change::Create { id, values: values.clone() }, self.created(&values)),
            Some(row) => {
                let version = Some(row.version);
                (Change::Update { id, version, values }, i18n::translate(self.locale(), "ui.toast.saved", &[]))
            }
        };
        self.send(Command::one(self.def.name, change), done, open, on_saved);
    }

    fn send(self, command: Command, done: String, open: RwSignal<bool>, on_saved: Option<Callback<Row>>) {
        self.busy.set(true);
        let (sent, toasts) = (draft::Sent::new(self.draft_key()), Toasts::take());
        act(command, done, move |result| {
            sent.answered(result.is_ok());
            // It may have been closed meanwhile, and perhaps another one opened in its place, which is not to be closed.
            if self.busy.try_set(false).is_none() {
                self.answer(result, open, on_saved);
            } else {
                self.answer_late(result, toasts, on_saved);
            }
        });
    }

    /// Whether the server could find more that is wrong: it alone knows what is taken. It refuses what is refused here, and says
    /// both at once.
    fn may_be_taken(self, values: &Values, problems: &[FieldError]) -> bool {
        let is_set = |name: &str| values.get(name).is_some_and(|value| !is_empty(value));
        let is_sound = |name: &str| problems.iter().all(|error| error.field != name);
        self.def.fields.iter().any(|field| field.unique && is_set(field.name) && is_sound(field.name))
    }

    /// The form is still there.
    fn answer(self, result: Result<Outcome, Error>, open: RwSignal<bool>, on_saved: Option<Callback<Row>>) {
        match result {
            Ok(outcome) => {
                open.set(false);
                tell(on_saved, outcome);
            }
            Err(Error::Invalid { fields }) => {
                self.errors.set(fields);
                focus_problem();
            }
            Err(Error::Conflict { current, fields }) => {
                self.conflict.set(fields);
                self.base.set(Some(*current));
            }
            // What was found here stays: the server could not be asked for more.
            Err(_) => focus_problem(),
        }
    }

    /// The form is gone with all that it held: what was saved is shown, and what was refused has no field to stand beside.
    fn answer_late(self, result: Result<Outcome, Error>, toasts: Toasts, on_saved: Option<Callback<Row>>) {
        match result {
            Ok(outcome) => tell(on_saved, outcome),
            Err(error @ Error::Invalid { .. }) => {
                toasts.push(i18n::error_sentence(self.locale(), &error), Tone::Danger, None);
            }
            // It was told already.
            Err(_) => {}
        }
    }

    /// All values of a new record that have one. What it gets anyway is not sent unless somebody chose otherwise: a rule of
    /// the organisation's may know better, and only what was asked for binds it.
    fn filled(self, patch: &Values) -> Values {
        let mut values = self.start.get_value();
        overlay(&mut values, patch.clone());
        let current = values.clone();
        self.usual.with_value(|usual| values.retain(|name, value| !is_empty(value) && usual.get(name) != Some(value)));
        self.attributes.with_value(|all| {
            for attribute in all.iter().filter(|a| !a.is_custom() && !a.applies(&current)) {
                values.remove(&attribute.name());
            }
        });
        values
    }

    fn created(self, values: &Values) -> String {
        let name = values.get(self.def.title).and_then(Value::as_str);
        let name = name.map_or_else(|| i18n::type_label(self.locale(), self.def), str::to_owned);
        i18n::translate(self.locale(), "ui.toast.created", &[("name", &name)])
    }
}

/// Hands on what was saved, if whoever asked for it is still there.
fn tell(on_saved: Option<Callback<Row>>, outcome: Outcome) {
    if let (Some(on_saved), Some(row)) = (on_saved, outcome.rows.into_iter().next()) {
        on_saved.try_run(row);
    }
}

/// What needs attention: an input, or the first one of several that belong together.
const PROBLEM: &str =
    "dialog[open] [aria-invalid=true], dialog[open] [data-invalid] :is(input, select, textarea, button)";

/// Moves to the first field that needs attention, once the messages are there.
pub(in crate::record) fn focus_problem() {
    request_animation_frame(|| {
        let found = document().query_selector(PROBLEM).ok().flatten();
        crate::record::inline::focus(found);
    });
}
