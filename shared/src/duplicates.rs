//! Duplicates: records that may be the same, why, and how they become one.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::access::{Action, Actor};
use crate::query::Titles;
use crate::record::{CUSTOM, FieldDef, Kind, NOT_WORKING, RecordDef, Row, Values, is_empty, repeats_phone, texts};

/// Likeness from which two records are held to be the same, 0 to 100.
pub const LIKELY: u8 = 50;
/// Pairs shown at first, and how many more at a time.
pub const SHOWN: u32 = 20;
/// Most pairs shown.
pub const MOST_SHOWN: u32 = 1_000;
/// Most records merged into one at a time.
pub const MOST_MERGED: usize = 20;
/// Fields of a ticket that say whose it is, and what only that person knows.
pub const REQUESTER: [&str; 6] =
    ["customer_id", "contact_id", "requester_name", "requester_email", "requester_phone", "order_number"];

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

/// A part of the pairs that wait for somebody's decision, the likeliest first, and of those that were decided on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pairs {
    /// The pairs.
    pub pairs: Vec<Pair>,
    /// What the records are called that those of the pairs refer to, as far as the reader may see them.
    #[serde(default)]
    pub titles: Titles,
    /// Those that somebody said are not the same, the latest first.
    #[serde(default)]
    pub dismissed: Vec<Pair>,
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
    /// Versions of the records as whoever merges saw them: where others changed since then what is merged, it conflicts. What is
    /// not named is merged as it is.
    #[serde(default)]
    pub seen: Vec<(Uuid, i64)>,
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
pub fn merged_fields(def: &'static RecordDef) -> impl Iterator<Item = &'static FieldDef> {
    crate::import::fillable(def)
}

/// What the record that stays should say after a merge: what it says itself, filled in from the others in their order;
/// lists are put together, but what somebody agreed to is what all have in common: one of them may have taken back the rest, and
/// where nothing is noted nobody agreed. Whose a ticket is stays one person: by the address of one and the contact of another both would read it.
pub fn proposal(def: &'static RecordDef, into: &Row, others: &[Row]) -> Values {
    let mut merged = Values::new();
    let same = tickets_of_one(into, others);
    let named = merged_fields(def).map(|field| (field.name, Join::of(field)));
    for (field, join) in named.chain([(CUSTOM, Join::Any)]) {
        let own = into.value(field);
        let is_theirs = def.name == "ticket" && REQUESTER.contains(&field);
        let filling = others.iter().filter(|other| !is_theirs || same.contains(&other.id));
        let value = filling.fold(own.clone(), |value, other| join.of_two(value, other.value(field)));
        if value != *own {
            merged.insert(field.to_owned(), value);
        }
    }
    if let Some(marks) = merged.remove(NOT_WORKING.name) {
        let marks = as_written(def, &marks, (&merged, &into.values));
        merged.insert(NOT_WORKING.name.to_owned(), marks);
    }
    merged
}

/// Those of the other tickets that are of the same person as the one that stays; where that names nobody, as the first that does.
fn tickets_of_one(into: &Row, others: &[Row]) -> Vec<Uuid> {
    let names_somebody = |row: &&Row| ["contact_id", "requester_email"].iter().any(|field| row.text(field).is_some());
    let is_same = |row: &Row, other: &Row, field: &str| {
        row.text(field).zip(other.text(field)).map(|(one, other)| one.eq_ignore_ascii_case(other))
    };
    let Some(whose) = [into].into_iter().chain(others).find(names_somebody) else {
        let is_one = |other: &&Row| {
            ["customer_id", "requester_phone"].iter().all(|field| is_same(into, other, field) != Some(false))
        };
        return others.iter().filter(is_one).map(|other| other.id).collect();
    };
    let is_theirs = |other: &&Row| {
        let is_named_so = is_same(whose, other, "contact_id").or_else(|| is_same(whose, other, "requester_email"));
        let is_one_customer = [into, whose].iter().all(|row| is_same(row, other, "customer_id") != Some(false));
        is_one_customer && (other.id == whose.id || is_named_so == Some(true))
    };
    others.iter().filter(is_theirs).map(|other| other.id).collect()
}

/// Marks name phones as these are written in the record that stays.
fn as_written(def: &'static RecordDef, marks: &Value, (merged, own): (&Values, &Values)) -> Value {
    let phones = || {
        let fields = def.fields.iter().filter(|field| field.kind == Kind::Phones);
        fields.flat_map(move |field| texts(if merged.contains_key(field.name) { merged } else { own }, field.name))
    };
    let mut all: Vec<&str> = Vec::new();
    for mark in marks.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let is_there = phones().any(|phone| phone == mark);
        let same = phones().find(|phone| !is_there && repeats_phone(mark, phone)).unwrap_or(mark);
        if !all.contains(&same) {
            all.push(same);
        }
    }
    all.into()
}

/// How what two records say of a field becomes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Join {
    Any,
    Phones,
    Agreed,
}

impl Join {
    fn of(field: &FieldDef) -> Self {
        match field.kind {
            _ if field.agreed => Self::Agreed,
            Kind::Phones => Self::Phones,
            _ => Self::Any,
        }
    }

    fn of_two(self, own: Value, other: &Value) -> Value {
        if self == Self::Agreed { common(own, other) } else { joined(own, other, self) }
    }
}

/// What two lists have in common.
fn common(own: Value, other: &Value) -> Value {
    let (Value::Array(mut own), Value::Array(other)) = (own, other) else { return Value::Null };
    own.retain(|value| other.contains(value));
    if own.is_empty() { Value::Null } else { Value::Array(own) }
}

fn joined(own: Value, other: &Value, join: Join) -> Value {
    let repeats = |known: &Value, value: &Value| match (known.as_str(), value.as_str()) {
        (Some(known), Some(value)) if join == Join::Phones => repeats_phone(value, known),
        _ => known == value,
    };
    match (own, other) {
        (own, other) if is_empty(&own) => other.clone(),
        (Value::Array(mut own), Value::Array(other)) => {
            let is_new = |value: &&Value| !own.iter().any(|known| repeats(known, value));
            let new: Vec<Value> = other.iter().filter(is_new).cloned().collect();
            own.extend(new);
            Value::Array(own)
        }
        (Value::Object(mut own), Value::Object(other)) => {
            for (part, value) in other {
                if own.get(part).is_none_or(is_empty) {
                    own.insert(part.clone(), value.clone());
                }
            }
            Value::Object(own)
        }
        (own, _) => own,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::types::{CUSTOMER, TICKET};

    fn row(fields: Value) -> Row {
        Row { id: Uuid::nil(), version: 1, values: fields.as_object().unwrap().clone() }
    }

    #[test]
    fn a_phone_that_is_written_in_two_ways_stays_once() {
        let into = row(json!({"phones": ["0755-26543210"], "emails": ["a@x.test"]}));
        let other = row(json!({"phones": ["0755 2654 3210", "110 22"], "emails": ["a@x.test"],
                               "not_working": ["0755 2654 3210", "110 22"]}));
        let merged = proposal(&CUSTOMER, &into, &[other]);
        assert_eq!(merged["phones"], json!(["0755-26543210", "110 22"]));
        assert_eq!(merged["not_working"], json!(["0755-26543210", "110 22"]));
        assert!(!merged.contains_key("emails"));
    }

    #[test]
    fn who_took_back_a_consent_is_not_contacted_after_all() {
        let merged = |own: Value, others: &[Value]| {
            let others: Vec<Row> = others.iter().map(|consent| row(json!({"consent": consent}))).collect();
            let merged = proposal(&CUSTOMER, &row(json!({"consent": own, "tags": ["a"]})), &others);
            assert!(!merged.contains_key("tags"));
            merged.get("consent").cloned()
        };
        assert_eq!(merged(json!(["email", "sms"]), &[json!(["sms", "phone"])]), Some(json!(["sms"])));
        assert_eq!(merged(json!(["sms"]), &[json!(["sms", "phone"])]), None);
        assert_eq!(merged(json!(["email"]), &[Value::Null]), Some(Value::Null));
        assert_eq!(merged(Value::Null, &[json!(["email"])]), None);
        assert_eq!(merged(json!(["email"]), &[json!(["email"]), json!(["sms"])]), Some(Value::Null));
        let agreed = |def: &RecordDef| def.fields.iter().filter(|field| field.agreed).all(|f| f.kind.is_text_list());
        assert!(crate::types::REGISTRY.iter().all(|def| agreed(def)));
    }

    #[test]
    fn a_ticket_stays_one_persons() {
        let ticket = |id: u128, fields: Value| Row { id: Uuid::from_u128(id), ..row(fields) };
        let li = ticket(1, json!({"requester_email": "li@x.test"}));
        let known = ticket(2, json!({"requester_email": "LI@x.test", "contact_id": "a", "customer_id": "c"}));
        let han = ticket(3, json!({"requester_email": "han@x.test", "contact_id": "b", "product_id": "p"}));
        let merged = proposal(&TICKET, &li, &[han.clone(), known]);
        assert_eq!(Value::from(merged), json!({"contact_id": "a", "customer_id": "c", "product_id": "p"}));
        let caller = ticket(4, json!({"requester_name": "Caller"}));
        let merged = proposal(&TICKET, &caller, &[li, han]);
        assert_eq!(Value::from(merged), json!({"requester_email": "li@x.test", "product_id": "p"}));
    }

    #[test]
    fn an_extension_makes_a_phone_of_its_own() {
        let into = row(json!({"phones": ["0755-26543210 x1"]}));
        let others = [row(json!({"phones": ["075526543210 x2"]})), row(json!({"phones": ["0755 26543210"]}))];
        assert_eq!(proposal(&CUSTOMER, &into, &others)["phones"], json!(["0755-26543210 x1", "075526543210 x2"]));
    }
}
