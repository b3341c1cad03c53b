//! Programs get no guessing: values must have the JSON type that the OpenAPI document promises.
//!
//! People may paste `¥1,234.5` or `2017/3/1` into a form, and the shared normalising reads it. What a program sends in
//! such a shape is more likely a mistake, so it is refused here; limits are left to the shared validation.

use serde_json::Value;
use shared::record::{Kind, Values};
use shared::{Error, FieldDef, FieldError, RecordDef};

/// Refuses values of the wrong JSON type, for every field at once.
pub(super) fn check(def: &RecordDef, values: &Values) -> Result<(), Error> {
    let wrong = values.iter().filter_map(|(name, value)| {
        let field = def.field(name)?;
        wrong(field, value).map(|code| FieldError::new(name, code))
    });
    let fields: Vec<FieldError> = wrong.collect();
    if fields.is_empty() { Ok(()) } else { Err(Error::Invalid { fields }) }
}

/// The code of what is wrong with the value's JSON type or notation, if anything.
fn wrong(field: &FieldDef, value: &Value) -> Option<&'static str> {
    if value.is_null() {
        return field.required.then_some("required");
    }
    let (fits, code) = match field.kind {
        Kind::Text(max) => (within(value, usize::from(max)), if value.is_string() { "too_long_plain" } else { "text" }),
        Kind::LongText | Kind::RichText => (value.is_string(), "text"),
        Kind::Integer(..) | Kind::Rating => (value.is_i64() || value.is_u64(), "integer"),
        Kind::Decimal(_) | Kind::Money => (is_decimal(value), "number"),
        Kind::Currency => (value.as_str().is_some_and(is_currency), "currency"),
        Kind::Date => (value.as_str().is_some_and(|text| text.len() == 10 && text.as_bytes()[4] == b'-'), "date"),
        Kind::DateTime => (value.as_str().is_some_and(is_instant), "datetime"),
        Kind::Bool => (value.is_boolean(), "boolean"),
        Kind::Choice(codes) => (is_code(value, codes), "choice"),
        Kind::MultiChoice(codes) => (each(value, |v| is_code(v, codes)), "choice"),
        Kind::Emails | Kind::Phones | Kind::Marked => (each(value, Value::is_string), "list"),
        Kind::Tags => (each(value, |v| within(v, 60)), "list"),
        Kind::Email => (value.as_str().is_some_and(|text| !text.is_empty()), "email"),
        Kind::Url => (value.as_str().is_some_and(|t| t.starts_with("https://") || t.starts_with("http://")), "url"),
        Kind::Address | Kind::Social => {
            let parts = value.as_object();
            (parts.is_some_and(|parts| parts.values().all(|part| within(part, 200))), "object")
        }
        Kind::Reference(_) => (value.as_str().is_some_and(is_id), "reference"),
        Kind::References(_) => (each(value, |v| v.as_str().is_some_and(is_id)), "reference"),
        Kind::Rank(_) => (value.as_str().is_some_and(|text| shared::rank::Place::parse(text).is_some()), "place"),
        Kind::Json(_) => (field.name != "custom" || value.is_object(), "object"),
    };
    (!fits).then_some(code)
}

fn within(value: &Value, max: usize) -> bool {
    value.as_str().is_some_and(|text| text.chars().count() <= max)
}

fn each(value: &Value, fits: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|list| list.iter().all(fits))
}

fn is_code(value: &Value, codes: &[&str]) -> bool {
    value.as_str().is_some_and(|code| codes.contains(&code))
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn is_instant(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

/// A hyphenated UUID.
fn is_id(text: &str) -> bool {
    text.len() == 36 && text.parse::<uuid::Uuid>().is_ok()
}

/// A number, or digits with a decimal point as text (exact, whatever the program's floating point does).
fn is_decimal(value: &Value) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match value {
        Value::Number(_) => true,
        Value::String(text) => {
            let text = text.strip_prefix('-').unwrap_or(text);
            text.split_once('.').map_or_else(|| digits(text), |(whole, part)| digits(whole) && digits(part))
        }
        _ => false,
    }
}
