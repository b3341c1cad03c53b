//! Rows: records as maps from field name to canonical JSON value.
//!
//! Canonical forms: money and decimals are strings (`"1054.00"`), dates `"2017-03-01"`, instants RFC 3339 in
//! UTC, references the UUID as string, lists JSON arrays. Absent and `null` mean the same: no value.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Field name → canonical value.
pub type Values = serde_json::Map<String, Value>;

/// One record as stored, or as far as the reader may see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Values")]
pub struct Row {
    /// UUIDv7; may be made by the client.
    pub id: Uuid,
    /// Grows by one with each change.
    pub version: i64,
    /// Field values, system fields included.
    #[serde(flatten)]
    pub values: Values,
}

/// Reading a flattened map by derivation would buffer every value once more, and weigh on the browser's bundle.
impl TryFrom<Values> for Row {
    type Error = &'static str;

    fn try_from(mut values: Values) -> Result<Self, Self::Error> {
        let id = values.remove("id").as_ref().and_then(Value::as_str).and_then(|id| id.parse().ok());
        let version = values.remove("version").as_ref().and_then(Value::as_i64);
        Ok(Self { id: id.ok_or("a row has an id")?, version: version.ok_or("a row has a version")?, values })
    }
}

/// The text of a field, `None` when absent.
pub fn text<'v>(values: &'v Values, field: &str) -> Option<&'v str> {
    values.get(field)?.as_str()
}

/// The number in a field that is stored as decimal text or as a JSON number.
pub fn decimal(values: &Values, field: &str) -> Option<Decimal> {
    match values.get(field)? {
        Value::String(s) => s.parse().ok(),
        Value::Number(n) => n.to_string().parse().ok(),
        _ => None,
    }
}

/// The day in a field.
pub fn date(values: &Values, field: &str) -> Option<NaiveDate> {
    day(text(values, field)?)
}

/// The day written as `2017-03-01`; chrono's own parser knows every format there is, and weighs so much.
pub fn day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let mut part = |digits: usize| parts.next().filter(|p| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit()));
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// The instant in a field.
pub fn datetime(values: &Values, field: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text(values, field)?).ok()?.to_utc())
}

/// The reference in a field.
pub fn id(values: &Values, field: &str) -> Option<Uuid> {
    text(values, field)?.parse().ok()
}

/// The references in a field.
pub fn ids(values: &Values, field: &str) -> Vec<Uuid> {
    texts(values, field).filter_map(|s| s.parse().ok()).collect()
}

/// The text entries of a list field.
pub fn texts<'v>(values: &'v Values, field: &str) -> impl Iterator<Item = &'v str> {
    values.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

impl Row {
    /// The text of a field, `None` when absent.
    pub fn text(&self, field: &str) -> Option<&str> {
        text(&self.values, field)
    }

    /// The number in a field.
    pub fn decimal(&self, field: &str) -> Option<Decimal> {
        decimal(&self.values, field)
    }

    /// The whole number in a field.
    pub fn integer(&self, field: &str) -> Option<i64> {
        self.values.get(field)?.as_i64()
    }

    /// The reference in a field.
    pub fn reference(&self, field: &str) -> Option<Uuid> {
        id(&self.values, field)
    }

    /// The day in a field.
    pub fn date(&self, field: &str) -> Option<NaiveDate> {
        date(&self.values, field)
    }

    /// The instant in a field.
    pub fn datetime(&self, field: &str) -> Option<DateTime<Utc>> {
        datetime(&self.values, field)
    }

    /// Whether a yes/no field is set.
    pub fn flag(&self, field: &str) -> bool {
        self.values.get(field).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The value of a field; JSON null when absent.
    pub fn value(&self, field: &str) -> &Value {
        self.values.get(field).unwrap_or(&Value::Null)
    }
}

/// Instants in JSON as canonical text. Chrono's own way reads any format, which weighs on the browser's bundle.
pub mod instant {
    use chrono::{DateTime, Utc};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes RFC 3339 in UTC.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(at: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
        at.serialize(to)
    }

    /// Reads RFC 3339.
    ///
    /// # Errors
    /// When the text is none.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(from)?;
        DateTime::parse_from_rfc3339(&text).map(|at| at.to_utc()).map_err(D::Error::custom)
    }
}
