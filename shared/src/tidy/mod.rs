//! Values that are right but written in another way than the others: what a fixed set of rules would make of them.
//!
//! Only what cannot change a meaning is a rule; a value that is tidy stays as it is, and so does one tidied once.

mod blanks;
mod phones;
mod places;
mod rules;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::access::{Actor, FieldAccess};
use crate::record::{FieldDef, Kind, RecordDef, Row, Values, texts};

pub use blanks::{Piece, put_in, taken_away};
use phones::{Plan, e164};
pub use phones::{country_of_zone, national};
pub use places::split_place;
pub use rules::half_width;

/// A way of writing. In the order in which the rules are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Full-width letters, digits and spaces become half-width ones.
    Width,
    /// No space before, none after, one between words; no invisible ones.
    Spaces,
    /// Company names in Chinese have full-width brackets, others half-width ones.
    Brackets,
    /// Latin names of people in capitals or small letters only get an initial capital each.
    Case,
    /// Provinces and cities in China have their full names.
    Places,
    /// Websites have a scheme, and host names are in small letters.
    Websites,
    /// Phone numbers have the country's code, and nothing but digits.
    Phones,
}

impl Rule {
    /// All rules, in their order.
    pub const ALL: [Self; 7] =
        [Self::Width, Self::Spaces, Self::Brackets, Self::Case, Self::Places, Self::Websites, Self::Phones];

    /// Identifier in label catalogs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Width => "width",
            Self::Spaces => "spaces",
            Self::Brackets => "brackets",
            Self::Case => "case",
            Self::Places => "places",
            Self::Websites => "websites",
            Self::Phones => "phones",
        }
    }
}

/// A value that rules would write in another way.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The field it is in.
    pub field: &'static FieldDef,
    /// How the rules write it.
    pub new: Value,
    /// The rules that changed something, in their order; at least one.
    pub rules: Vec<Rule>,
}

/// A part of what looking through a type's records found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Records with findings: their title, and of their fields only those that rules look at.
    pub rows: Vec<Row>,
    /// How many records were looked at.
    pub seen: i64,
    /// How many phone numbers of these can't be read.
    #[serde(default)]
    pub unreadable: i64,
    /// ISO code of the country of phone numbers that name none, as far as it is known.
    #[serde(default)]
    pub home: Option<String>,
    /// Where to go on; nothing at the end.
    pub next: Option<Uuid>,
}

/// The fields that rules look at, and what they go by.
pub fn fields(def: &'static RecordDef) -> impl Iterator<Item = &'static FieldDef> {
    let written = |field: &&FieldDef| {
        let read =
            matches!(field.kind, Kind::Text(_) | Kind::Emails | Kind::Email | Kind::Phones | Kind::Address | Kind::Url);
        read && !field.read_only && !field.internal || field.name == "kind"
    };
    def.fields.iter().filter(written)
}

/// What the rules would write in another way in a record's values; `home` is the country of phone numbers of records that
/// name none.
pub fn findings(def: &'static RecordDef, values: &Values, rules: &[Rule], home: Option<&str>) -> Vec<Finding> {
    let country = phones::country(def, values, home);
    let finding = |field: &'static FieldDef| {
        let old = values.get(field.name)?;
        let mut new = old.clone();
        let mut changed = Vec::new();
        for rule in Rule::ALL.into_iter().filter(|rule| rules.contains(rule)) {
            let next = match (field.kind, rule) {
                (Kind::Phones, Rule::Phones) => dialled(&new, country),
                _ => applied(def, field, values, &new, rule),
            };
            if next != new {
                changed.push(rule);
                new = next;
            }
        }
        // Two steps may cancel out, and what became empty or too long isn't ours to decide on.
        let clean = crate::record::normalize(field.name, &field.kind, &new).ok()?;
        (clean != *old && !clean.is_null()).then_some(Finding { field, new: clean, rules: changed })
    };
    fields(def).filter_map(finding).filter(|finding| !finding.rules.is_empty()).collect()
}

/// Those of the findings that are in fields which the actor may change.
pub fn writable_findings(
    def: &'static RecordDef,
    values: &Values,
    rules: &[Rule],
    actor: &Actor,
    home: Option<&str>,
) -> Vec<Finding> {
    let mut found = findings(def, values, rules, home_for(def, actor, home));
    found.retain(|finding| actor.field_access(def, finding.field.name) == FieldAccess::Write);
    found
}

/// How many phone numbers of a record can't be read, in fields that the actor may change: they stay as they are.
pub fn unreadable(def: &'static RecordDef, values: &Values, actor: &Actor, home: Option<&str>) -> i64 {
    let country = phones::country(def, values, home_for(def, actor, home));
    let is_own =
        |field: &&FieldDef| field.kind == Kind::Phones && actor.field_access(def, field.name) == FieldAccess::Write;
    let numbers = fields(def).filter(|field| is_own(field)).flat_map(|field| texts(values, field.name));
    numbers.map(|number| i64::from(e164(number, country).is_none())).sum()
}

/// Whether a field has to be there for these findings to be found again: what a record is and is called, what is about to
/// change, and where its phones are.
pub fn is_needed(def: &RecordDef, name: &str, found: &[Finding]) -> bool {
    let has_phones = found.iter().any(|finding| finding.field.kind == Kind::Phones);
    let is_place = || def.field(name).is_some_and(|field| field.kind == Kind::Address);
    name == def.title || name == "kind" || found.iter().any(|f| f.field.name == name) || has_phones && is_place()
}

/// The country of numbers that name none: not to be guessed where it may stand in a field that the actor doesn't see.
fn home_for<'h>(def: &'static RecordDef, actor: &Actor, home: Option<&'h str>) -> Option<&'h str> {
    let mut places = def.fields.iter().filter(|field| field.kind == Kind::Address);
    home.filter(|_| places.all(|field| actor.sees(def, field)))
}

/// Phone numbers in one way of writing; those that can't be read stay.
fn dialled(value: &Value, country: Option<&Plan>) -> Value {
    let one = |value: &Value| {
        let number = value.as_str().and_then(|text| e164(text, country));
        number.map_or_else(|| value.clone(), Value::from)
    };
    match value {
        Value::Array(list) => list.iter().map(one).collect::<Vec<_>>().into(),
        value => one(value),
    }
}

fn applied(def: &RecordDef, field: &FieldDef, values: &Values, value: &Value, rule: Rule) -> Value {
    let text = |value: &Value, with: &dyn Fn(&str) -> String| match value.as_str() {
        Some(text) => with(text).into(),
        None => value.clone(),
    };
    match (field.kind, value) {
        (Kind::Text(_), value) => text(value, &|text| rules::in_text(rule, names(def, field, values), text)),
        (Kind::Url, value) if rule == Rule::Websites => text(value, &rules::website),
        (Kind::Email, value) if rule == Rule::Width => text(value, &rules::all_half),
        (Kind::Emails, Value::Array(list)) if rule == Rule::Width => {
            list.iter().map(|value| text(value, &rules::all_half)).collect::<Vec<_>>().into()
        }
        (Kind::Address, Value::Object(parts)) => {
            let is_abroad =
                parts.get("country").and_then(Value::as_str).is_some_and(|country| !rules::is_china(country));
            let part = |name: &str, value: &Value| text(value, &|text| rules::in_address(rule, name, is_abroad, text));
            parts.iter().map(|(name, value)| (name.clone(), part(name, value))).collect::<Values>().into()
        }
        _ => value.clone(),
    }
}

/// Whom a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Company,
    Person,
    Nobody,
}

/// Records of types that are people or companies are called by their title; people name their company.
fn names(def: &RecordDef, field: &FieldDef, values: &Values) -> Names {
    let is_company = values.get("kind").and_then(Value::as_str) == Some("company");
    match field.name {
        "company" => Names::Company,
        name if name != def.title || !def.is_reachable() => Names::Nobody,
        _ if is_company => Names::Company,
        _ => Names::Person,
    }
}

#[cfg(test)]
mod tests;
