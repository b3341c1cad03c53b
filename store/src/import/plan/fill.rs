//! From the texts of a row to the values of its record.

use std::collections::{HashMap, HashSet};

use shared::import::{Answer, Decision};
use shared::record::{CustomField, Kind};
use shared::{FieldDef, RecordDef};

use super::rounding::rounded;
use super::{Draught, Lookups, Made, Planner, Running};
use crate::columns::target;
use crate::import::lookup::belonging;
use crate::import::starts::Starts;
use crate::import::values::{self, Cell};

impl Planner<'_> {
    /// Reads a row's values.
    pub(super) fn fill(&mut self, running: &mut Running<'_>, mut row: Draught, texts: &[String]) -> Draught {
        let Running { def, step, fields, zones, custom, lookups, starts, .. } = running;
        let def: &'static RecordDef = def;
        // Parents first: children are looked up among theirs, and namesakes told apart by them.
        let mut order: Vec<usize> = (0..step.assignments.len()).collect();
        order.sort_by_cached_key(|at| fields[*at].and_then(target).is_some_and(|t| !belonging(def, t).is_empty()));
        let mut shown = vec![String::new(); order.len()];
        for at in order {
            let (name, text) = (step.assignments[at].field.as_str(), texts[at].trim());
            let Some(field) = fields[at] else {
                shown[at] = values::part(custom, &step.assignments[at], text);
                values::put_part(&mut row.given, row.before.as_ref(), name, &shown[at]);
                let kind = values::added(custom, name).map(CustomField::value_kind);
                row.rounded.extend(kind.and_then(|kind| rounded(name, &kind, text)));
                continue;
            };
            if text.is_empty() {
                continue;
            }
            let cell = match field.kind {
                Kind::DateTime => {
                    let cell = self.read(def, field, text, zones[at].as_ref());
                    values::as_clocks_show(cell, self.locale, &self.actor.zone)
                }
                Kind::Money | Kind::Decimal(_) => {
                    row.rounded.extend(rounded(name, &field.kind, text));
                    self.read(def, field, text, None)
                }
                _ => self.understood((def, field), text, &row, lookups, starts.as_ref()),
            };
            shown[at] = cell.shown;
            row.errors.extend(cell.error);
            if let Some(value) = cell.value {
                row.given.insert(name.to_owned(), value);
            }
        }
        row.shown = shown;
        row
    }

    /// What a cell means that is neither a moment nor an amount.
    fn understood(
        &mut self,
        (def, field): (&'static RecordDef, &'static FieldDef),
        text: &str,
        row: &Draught,
        lookups: &mut Lookups,
        starts: Option<&Starts>,
    ) -> Cell {
        match field.kind {
            Kind::Reference(_) | Kind::References(_) => self.refer((def, field), text, row, lookups, starts),
            Kind::Choice(codes) | Kind::MultiChoice(codes) => self.choose(def, field, codes, text),
            _ => self.read(def, field, text, None),
        }
    }

    /// Whether records may begin in the first step of what answers make: another row may name that one, however far down.
    pub(super) fn makes_starts(&self, running: &Running<'_>) -> bool {
        let Some(starts) = &running.starts else { return false };
        let is_told = [starts.field(), starts.part_of()].iter().all(|field| running.at(field).is_some());
        let is_step = |answer: &Answer| answer.unknown.target == starts.step().name;
        is_told && self.spec.answers.iter().any(|answer| is_step(answer) && answer.decision == Decision::Create)
    }
}

/// Puts new records where they begin, if their rows don't say where they are; each once, however many rows there are about it.
pub(super) fn begin(running: &Running<'_>, made: &Made, draughts: &mut [Draught]) {
    let Some(starts) = &running.starts else { return };
    let known = made.get(running.def.name);
    let at = running.at(starts.field());
    let mut begun = HashSet::new();
    for row in draughts.iter_mut().filter(|row| row.before.is_none() && !row.is_left_out) {
        let is_known = known.is_some_and(|known| known.contains_key(&row.id)) || begun.contains(&row.id);
        if row.errors.is_empty() {
            begun.insert(row.id);
        }
        // What can't be understood may yet be answered.
        let is_told = |name: &str| row.errors.iter().any(|error| error.field == name);
        let is_open = is_told(starts.field()) || is_told(starts.part_of());
        if is_known || is_open || row.given.contains_key(starts.field()) {
            continue;
        }
        let steps = made.get(starts.step().name).into_iter().flat_map(HashMap::values);
        if let Some((step, title)) = starts.of(&row.given, row.currency.as_deref(), steps) {
            row.given.insert(starts.field().to_owned(), step.to_string().into());
            if let Some(shown) = at.and_then(|at| row.shown.get_mut(at)) {
                title.clone_into(shown);
            }
        }
    }
}
