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
pub struct Row {
    /// UUIDv7; may be made by the client.
    pub id: Uuid,
    /// Grows by one with each change.
    pub version: i64,
    /// Field values, system fields included.
    #[serde(flatten)]
    pub values: Values,
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
    text(values, field)?.parse().ok()
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
