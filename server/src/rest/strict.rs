//! Programs get no guessing: values must have the JSON type that the OpenAPI document promises.
//!
//! People may paste `¥1,234.5` or `2017/3/1` into a form, and the shared normalising reads it. What a program sends in
//! such a shape is more likely a mistake, so it is refused here; limits are left to the shared validation.

use serde_json::Value;
use shared::record::{CUSTOM, Kind, Part, Shape, Values};
use shared::types::by_name;
use shared::{Error, FieldDef, FieldError, RecordDef};

/// Refuses values of the wrong JSON type, for every field at once.
pub(super) fn check(def: &RecordDef, values: &Values) -> Result<(), Error> {
    let known = values.iter().filter_map(|(name, value)| Some((name, def.field(name)?, value)));
    let fields: Vec<FieldError> = known.flat_map(|(name, field, value)| problems(name, field, value)).collect();
    if fields.is_empty() { Ok(()) } else { Err(Error::Invalid { fields }) }
}

/// What is wrong with a value, or with parts of it, each by its path.
fn problems(path: &str, field: &FieldDef, value: &Value) -> Vec<FieldError> {
    if let (Kind::Text(max), Value::String(_)) = (field.kind, value)
        && !within(value, usize::from(max))
    {
        return vec![FieldError::new(path, "too_long").with("max", max)];
    }
    if let Some(code) = wrong(field, value) {
        return vec![FieldError::new(path, code)];
    }
    match (field.kind, value) {
        (Kind::Json(Shape::Entries(parts) | Shape::Sequence(parts)), Value::Array(entries)) => {
            let each = entries.iter().enumerate().filter_map(|(at, entry)| Some((at, entry.as_object()?)));
            each.flat_map(|(at, entry)| {
                let of = |part: &'static Part| Some((&part.field, entry.get(part.field.name)?));
                parts
                    .iter()
                    .filter_map(of)
                    .flat_map(move |(field, value)| problems(&format!("{path}.{at}.{}", field.name), field, value))
            })
            .collect()
        }
        (Kind::Json(Shape::Values(target, names)), Value::Object(values)) => {
            let fields = by_name(target).into_iter().flat_map(|def| names.iter().filter_map(|name| def.field(name)));
            let given = fields.filter_map(|field| Some((field, values.get(field.name)?)));
            given.flat_map(|(field, value)| problems(&format!("{path}.{}", field.name), field, value)).collect()
        }
        _ => Vec::new(),
    }
}

/// The code of what is wrong with the value's JSON type or notation, if anything.
fn wrong(field: &FieldDef, value: &Value) -> Option<&'static str> {
    if value.is_null() {
        return field.required.then_some("required");
    }
    let (fits, code) = match field.kind {
        Kind::Text(_) | Kind::LongText | Kind::RichText => (value.is_string(), "text"),
        Kind::Integer(..) | Kind::Rating => (value.is_i64() || value.is_u64(), "integer"),
        Kind::Decimal(_) | Kind::Money => (is_decimal(value), "number"),
        Kind::Currency => (value.as_str().is_some_and(is_currency), "currency"),
        Kind::TimeZone => (within(value, 60), "time_zone"),
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
        Kind::Json(Shape::Lines(_)) => (each(value, Value::is_string), "list"),
        Kind::Json(_) => (field.name != CUSTOM || value.is_object(), "object"),
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
