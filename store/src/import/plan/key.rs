//! What tells which record a row is about.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::access::Actor;
use shared::import::{Decision, Step, Unknown};
use shared::record::normalize;
use shared::{FieldDef, RecordDef, Row};
use uuid::Uuid;

use super::answers::Answers;
use super::{Planner, Running, WINDOW};
use crate::columns::target;
use crate::import::cells::{Texts, count, texts};
use crate::import::lookup::{folded, key_texts};
use crate::import::values::entries;

/// What tells a record: the value of a field, and what it is looked for within.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) field: String,
    pub(super) text: String,
    within: Option<Uuid>,
    /// What the record is called as well, where the field alone does not tell: people share a telephone.
    title: String,
}

/// A value as so few bytes that a million of them fit.
pub(super) type Mark = [u8; 16];

impl Key {
    pub(super) fn mark(&self) -> Mark {
        let within = self.within.unwrap_or_default();
        mark(&[self.field.as_bytes(), within.as_bytes(), self.title.as_bytes(), self.text.as_bytes()])
    }

    /// The same whatever it is looked for within.
    pub(super) fn mark_anywhere(&self) -> Mark {
        Self { within: None, ..self.clone() }.mark()
    }
}

/// The mark of one of several records that share a key.
pub(super) fn mark_of(id: Uuid) -> Mark {
    mark(&[id.as_bytes()])
}

fn mark(parts: &[&[u8]]) -> Mark {
    let mut hash = Sha256::new();
    for part in parts {
        // With its length: what ends one part must not begin the next.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    std::array::from_fn(|at| digest[at])
}

/// Fields by which a step's rows are matched with what is there; none that the actor does not see, for the preview would tell
/// whose value was guessed.
pub(super) fn keys<'s>(actor: &Actor, def: &'static RecordDef, step: &'s Step) -> Vec<&'s str> {
    let mut keys = step.keys(def);
    keys.retain(|key| *key == "id" || def.field(key).is_some_and(|field| actor.sees(def, field)));
    keys
}

/// What tells the record of a row, if the row says so; wherever it is looked for.
fn told(def: &'static RecordDef, step: &Step, keys: &[&str], row: &Texts) -> Option<Key> {
    let cell = |name: &str| {
        let at = step.assignments.iter().position(|assignment| assignment.field == name)?;
        row.texts.get(at).map(String::as_str)
    };
    let mut said = keys.iter().filter_map(|field| Some((*field, key_text(def.field(field), cell(field)?))));
    let (field, text) = said.find(|(_, text)| !text.is_empty())?;
    Some(key(def, keys, (field, text), cell(def.title)))
}

fn key(def: &'static RecordDef, keys: &[&str], (field, text): (&str, String), title: Option<&str>) -> Key {
    // The first is what somebody said that records are recognised by.
    let title = title.filter(|_| keys.first() != Some(&field)).unwrap_or_default();
    Key { field: field.to_owned(), text, within: None, title: key_text(def.field(def.title), title) }
}

impl Running<'_> {
    /// What tells the record of a row, if the row says so.
    pub(super) fn key_of(&self, row: &Texts, answers: &Answers<'_>) -> Option<Key> {
        let key = told(self.def, self.step, &self.keys, row)?;
        let within = self.step.within.as_deref().and_then(|name| self.referred(name, row, answers));
        Some(Key { within, ..key })
    }

    /// What tells a record by a field: it may have several addresses.
    pub(super) fn keys_of(&self, row: &Row, field: &str) -> Vec<Key> {
        let within = self.step.within.as_deref().and_then(|name| row.reference(name));
        let texts: BTreeSet<String> = key_texts(row, field).into_iter().collect();
        let of = |text| Key { within, ..key(self.def, &self.keys, (field, text), row.text(self.def.title)) };
        texts.into_iter().map(of).collect()
    }

    /// The record that a row's cell means, if that is plain or was answered.
    pub(super) fn referred(&self, name: &str, row: &Texts, answers: &Answers<'_>) -> Option<Uuid> {
        let at = self.at(name)?;
        let (target, text) = (self.fields[at].and_then(target)?, row.texts.get(at)?.trim());
        let names = self.lookups.get(target.name)?;
        names.sole(text).or_else(|| {
            let unknown = Unknown { target: target.name.to_owned(), value: text.to_owned() };
            let several = !names.all(text, None).is_empty();
            let Some(Decision::Use(meant)) = answers.decision(&unknown, several) else { return None };
            names.sole(meant)
        })
    }
}

impl Planner<'_> {
    /// Records that earlier steps make, by what this one goes by.
    pub(super) fn known(&self, running: &Running<'_>) -> HashMap<Key, Vec<Uuid>> {
        let mut known: HashMap<Key, Vec<Uuid>> = HashMap::new();
        for row in self.made.get(running.def.name).into_iter().flat_map(HashMap::values) {
            for key in running.keys.iter().flat_map(|field| running.keys_of(row, field)) {
                known.entry(key).or_default().push(row.id);
            }
        }
        known
    }

    /// What stands in several rows of the file: what an earlier one makes is there for the later one.
    pub(super) fn repeated(&self, running: &Running<'_>) -> HashSet<Mark> {
        if running.is_needed || running.keys.is_empty() {
            return HashSet::new();
        }
        let table = &self.tables[running.file];
        // Of all columns only these.
        let is_telling = |field: &str| running.keys.contains(&field) || field == running.def.title;
        let telling = running.step.assignments.iter().filter(|assignment| is_telling(&assignment.field));
        let part = Step { assignments: telling.cloned().collect(), ..running.step.clone() };
        let (mut once, mut again) = (HashSet::new(), HashSet::new());
        let all = count(&part, table);
        for from in (0..all).step_by(WINDOW) {
            for row in texts(&part, table, from..all.min(from + WINDOW)) {
                let mark = told(running.def, &part, &running.keys, &row).map(|key| key.mark());
                again.extend(mark.filter(|mark| !once.insert(*mark)));
            }
        }
        again
    }
}

/// The folded canonical text of a cell by which records are recognised; nothing if it can't be read: what is no address tells
/// nobody.
pub(super) fn key_text(field: Option<&'static FieldDef>, text: &str) -> String {
    let Some(field) = field else { return folded(text) };
    let clean = |text: &str| normalize(field.name, &field.kind, &text.into()).ok();
    let first = |value: Value| match value {
        Value::String(text) => folded(&text),
        Value::Array(list) => list.first().and_then(Value::as_str).map(folded).unwrap_or_default(),
        Value::Null => String::new(),
        other => folded(&other.to_string()),
    };
    match clean(text) {
        Some(value) => first(value),
        None if field.kind.is_channel() => entries(text).find_map(clean).map(first).unwrap_or_default(),
        None => folded(text),
    }
}
