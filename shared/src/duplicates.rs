//! Duplicates: records that may be the same, why, and how they become one.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::{Action, Actor};
use crate::record::{CUSTOM, RecordDef, Row, Values};

/// Likeness from which two records are held to be the same, 0 to 100.
pub const LIKELY: u8 = 50;
/// Most records merged into one at a time.
pub const MOST_MERGED: usize = 20;

/// How far two records agree in something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// It is the same.
    Same,
    /// It is nearly the same, as mistyped or swapped.
    Similar,
    /// It differs.
    Different,
}

impl Agreement {
    /// Identifier in label catalogs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Similar => "similar",
            Self::Different => "different",
        }
    }
}

/// One thing that speaks for or against two records being the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Field, by the name of its kind: `name`, `emails`, `phones`, `number`, `birth_date`, `address`, `company`.
    pub about: String,
    /// How far they agree in it.
    pub agreement: Agreement,
}

/// A record that may be the one somebody is about to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alike {
    /// The record.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// How likely it is the same, 0 to 100.
    pub score: u8,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Two records that may be the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// One of them.
    pub first: Row,
    /// The other.
    pub second: Row,
    /// How likely they are the same, 0 to 100.
    pub score: u8,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// A part of the pairs that wait for somebody's decision, the likeliest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pairs {
    /// The pairs.
    pub pairs: Vec<Pair>,
    /// How many there are; of those that the reader can't see none are counted.
    pub open: i64,
    /// When duplicates were looked for last, as an instant.
    pub looked_at: Option<String>,
    /// Somebody is looking right now.
    pub running: bool,
    /// There are too many records to be compared without somebody asking for it.
    #[serde(default)]
    pub too_many: bool,
}

/// Makes one record of several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// Record type name.
    pub record_type: String,
    /// The record that stays.
    pub into: Uuid,
    /// Those that are merged into it.
    pub others: Vec<Uuid>,
    /// Fields of the record that stays which somebody chose otherwise than proposed.
    #[serde(default)]
    pub values: Values,
}

/// Whether records of a type are people or companies, of which the same may be there twice.
pub fn can_have(def: &RecordDef) -> bool {
    def.is_reachable()
}

/// Whether records of a type can be merged: those that can be duplicates, and tickets that say the same.
pub fn can_merge(def: &RecordDef) -> bool {
    can_have(def) || def.name == "ticket"
}

/// Whether two records become one for whoever may change both. Agents delete no tickets, but customers write twice.
pub fn merges_by_update(def: &RecordDef) -> bool {
    def.unassigned
}

/// Whether the actor may merge any records of the type.
pub fn may_merge(actor: &Actor, def: &RecordDef) -> bool {
    actor.may(def, if merges_by_update(def) { Action::Update } else { Action::Delete })
}

/// The fields that can be chosen when records are merged.
pub fn merged_fields(def: &'static RecordDef) -> impl Iterator<Item = &'static crate::record::FieldDef> {
    crate::import::fillable(def)
}

/// What the record that stays should say after a merge: what it says itself, filled in from the others in their order;
/// lists are put together.
pub fn proposal(def: &'static RecordDef, into: &Row, others: &[Row]) -> Values {
    let mut merged = Values::new();
    for field in merged_fields(def).map(|field| field.name).chain([CUSTOM]) {
        let own = into.value(field);
        let value = others.iter().fold(own.clone(), |value, other| joined(value, other.value(field)));
        if value != *own {
            merged.insert(field.to_owned(), value);
        }
    }
    merged
}

fn joined(own: serde_json::Value, other: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match (own, other) {
        (own, other) if crate::record::is_empty(&own) => other.clone(),
        (Value::Array(mut own), Value::Array(other)) => {
            let new: Vec<Value> = other.iter().filter(|value| !own.contains(value)).cloned().collect();
            own.extend(new);
            Value::Array(own)
        }
        (Value::Object(mut own), Value::Object(other)) => {
            for (part, value) in other {
                if own.get(part).is_none_or(crate::record::is_empty) {
                    own.insert(part.clone(), value.clone());
                }
            }
            Value::Object(own)
        }
        (own, _) => own,
    }
}
