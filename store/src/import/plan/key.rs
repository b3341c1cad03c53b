//! What tells which record a row is about.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::access::Actor;
use shared::import::lists::entries;
use shared::import::{Decision, Step, Unknown};
use shared::record::normalize;
use shared::{FieldDef, RecordDef, Row};
use uuid::Uuid;

use super::answers::Answers;
use super::{Planner, Running, WINDOW};
use crate::columns::target;
use crate::import::cells::{Texts, count, texts};
use crate::import::lookup::{folded, key_texts, telling};

/// What tells a record: the value of a field, and what it is looked for within.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// What a step's records are told by.
#[derive(Default)]
pub(super) struct Keys<'s> {
    /// Fields, in the order in which they count.
    pub(super) fields: Vec<&'s str>,
    /// Addresses that people of several names have in the file: those are told by their names, too.
    shared: HashSet<Mark>,
}

impl<'s> Keys<'s> {
    /// The fields of a step; none that the actor does not see, for the preview would tell whose value was guessed.
    pub(super) fn new(actor: &Actor, def: &'static RecordDef, step: &'s Step) -> Self {
        let mut fields = step.keys(def);
        fields.retain(|key| *key == "id" || def.field(key).is_some_and(|field| actor.sees(def, field)));
        Self { fields, shared: HashSet::new() }
    }

    /// Notes which addresses people of several names have among these rows.
    fn share(&mut self, def: &'static RecordDef, step: &Step, rows: impl Iterator<Item = Texts>) {
        let is_address = |field: &&str| def.field(field).is_some_and(|field| field.kind.is_channel());
        if !self.fields.iter().any(is_address) {
            return;
        }
        let mut names: HashMap<Mark, String> = HashMap::new();
        for row in rows {
            let Some((field, text, name)) = said(def, step, &self.fields, &row).filter(|(field, ..)| is_address(field))
            else {
                continue;
            };
            let mark = Key { field: field.to_owned(), text, ..Key::default() }.mark();
            if names.entry(mark).or_insert_with(|| name.clone()) != &name {
                self.shared.insert(mark);
            }
        }
    }

    fn key(&self, field: &str, text: String, name: String) -> Key {
        let key = Key { field: field.to_owned(), text, ..Key::default() };
        // The first is what somebody said that records are recognised by.
        let is_enough = self.fields.first() == Some(&field) && !self.shared.contains(&key.mark());
        if is_enough { key } else { Key { title: name, ..key } }
    }
}

/// The first of the fields that a row has, what it says, and what the row's record is called.
fn said<'k>(
    def: &'static RecordDef,
    step: &Step,
    fields: &[&'k str],
    row: &Texts,
) -> Option<(&'k str, String, String)> {
    let cell = |name: &str| {
        let at = step.assignments.iter().position(|assignment| assignment.field == name)?;
        row.texts.get(at).map(String::as_str)
    };
    let mut said = fields.iter().filter_map(|field| Some((*field, key_text(def.field(field), cell(field)?))));
    let (field, text) = said.find(|(_, text)| !text.is_empty())?;
    Some((field, text, name_text(def, cell(def.title))))
}

/// What a record is called, as it is compared.
fn name_text(def: &'static RecordDef, title: Option<&str>) -> String {
    key_text(def.field(def.title), title.unwrap_or_default())
}

impl Running<'_> {
    /// What tells the record of a row, if the row says so.
    pub(super) fn key_of(&self, row: &Texts, answers: &Answers<'_>) -> Option<Key> {
        let (field, text, name) = said(self.def, self.step, &self.keys.fields, row)?;
        let key = self.keys.key(field, text, name);
        let within = self.step.within.as_deref().and_then(|name| self.referred(name, row, answers));
        Some(Key { within, ..key })
    }

    /// A mark of what tells a row's record, which all rows about that record have.
    pub(super) fn told(&self, row: &Texts) -> Option<Mark> {
        said(self.def, self.step, &self.keys.fields, row).map(|(_, text, _)| mark(&[text.as_bytes()]))
    }

    /// What tells a record by a field: it may have several addresses.
    pub(super) fn keys_of(&self, row: &Row, field: &str) -> Vec<Key> {
        let within = self.step.within.as_deref().and_then(|name| row.reference(name));
        let texts: BTreeSet<String> = key_texts(self.def, row, field).into_iter().collect();
        let name = name_text(self.def, row.text(self.def.title));
        let of = |text| Key { within, ..self.keys.key(field, text, name.clone()) };
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
            for key in running.keys.fields.iter().flat_map(|field| running.keys_of(row, field)) {
                known.entry(key).or_default().push(row.id);
            }
        }
        known
    }

    /// Looks through the whole file for what tells its records: which addresses people share, and what stands in several rows,
    /// for what an earlier one makes is there for the later one.
    pub(super) fn survey(&self, running: &mut Running<'_>) {
        let keys = &mut running.keys;
        if keys.fields.is_empty() {
            return;
        }
        let (def, table) = (running.def, &self.tables[running.file]);
        // Of all columns only these.
        let is_telling = |field: &str| keys.fields.contains(&field) || field == def.title;
        let telling = running.step.assignments.iter().filter(|assignment| is_telling(&assignment.field));
        let part = Step { assignments: telling.cloned().collect(), ..running.step.clone() };
        let all = count(&part, table);
        let rows = || (0..all).step_by(WINDOW).flat_map(|from| texts(&part, table, from..all.min(from + WINDOW)));
        keys.share(def, &part, rows());
        if running.is_needed {
            return;
        }
        let mut once = HashSet::new();
        for row in rows() {
            let told = said(def, &part, &keys.fields, &row).map(|(field, text, name)| keys.key(field, text, name));
            running.repeated.extend(told.map(|key| key.mark()).filter(|mark| !once.insert(*mark)));
        }
    }
}

/// The canonical text of a cell by which records are recognised; nothing if it can't be read: what is no address tells nobody.
pub(super) fn key_text(field: Option<&'static FieldDef>, text: &str) -> String {
    let Some(field) = field else { return folded(text) };
    let clean = |text: &str| normalize(field.name, &field.kind, &text.into()).ok();
    let told = |text: &str| telling(&field.kind, text);
    let first = |value: Value| match value {
        Value::String(text) => told(&text),
        Value::Array(list) => list.first().and_then(Value::as_str).map(told).unwrap_or_default(),
        Value::Null => String::new(),
        other => folded(&other.to_string()),
    };
    match clean(text) {
        Some(value) => first(value),
        None if field.kind.is_channel() => entries(text).find_map(|entry| clean(&entry)).map(first).unwrap_or_default(),
        None => folded(text),
    }
}
