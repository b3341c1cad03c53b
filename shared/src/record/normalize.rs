//! Brings what people and programs send into canonical form, or says what is wrong with it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Kind;
use crate::error::FieldError;
use crate::format::Zone;

/// Longest long text, in characters.
const LONG_TEXT: usize = 20_000;
/// Longest structured value, in bytes of JSON.
const JSON: usize = 100_000;
/// Most entries of a list value.
const LIST: usize = 200;
/// Largest amount: fits `numeric(18,2)`.
const MONEY_DIGITS: i64 = 9_999_999_999_999_999;

type Outcome = Result<Value, FieldError>;

/// The canonical form of `value` for a field of this kind. Empty text and empty lists become null.
///
/// # Errors
/// A [`FieldError`] for `field` when the value does not fit the kind.
pub fn normalize(field: &str, kind: &Kind, value: &Value) -> Outcome {
    if super::validate::is_empty(value) {
        return Ok(Value::Null);
    }
    let bad = |code: &str| FieldError::new(field, code);
    match kind {
        Kind::Text(max) => line(field, value, usize::from(*max)),
        Kind::LongText => long_text(field, value),
        Kind::RichText => super::rich::rich_text(field, value),
        Kind::Integer(min, max) => integer(field, value, *min, *max),
        Kind::Rating => integer(field, value, 1, 5),
        Kind::Decimal(scale) => number(field, value, u32::from(*scale)),
        Kind::Money => number(field, value, 2),
        Kind::Currency => currency(value).ok_or_else(|| bad("currency")),
        Kind::TimeZone => time_zone(value).ok_or_else(|| bad("time_zone")),
        Kind::Date => day(value).ok_or_else(|| bad("date")),
        Kind::DateTime => instant(value).ok_or_else(|| bad("datetime")),
        Kind::Bool => yes_no(value).ok_or_else(|| bad("boolean")),
        Kind::Choice(codes) => choice(value, codes).ok_or_else(|| bad("choice")),
        Kind::MultiChoice(codes) => each(field, value, |v| choice(v, codes).ok_or_else(|| bad("choice"))),
        Kind::Email => email(value).ok_or_else(|| bad("email")),
        Kind::Emails => each(field, value, |v| email(v).ok_or_else(|| bad("email"))),
        Kind::Phones => each(field, value, |v| phone(v).ok_or_else(|| bad("phone"))),
        Kind::Marked => each(field, value, |v| email(v).or_else(|| phone(v)).ok_or_else(|| bad("channel"))),
        Kind::Tags => each(field, value, |v| line(field, v, 60)),
        Kind::Url => url(value).ok_or_else(|| bad("url")),
        Kind::Address => parts(field, value, &["country", "province", "city", "district", "street", "postcode"]),
        Kind::Social => parts(
            field,
            value,
            &[
                "wechat",
                "weibo",
                "qq",
                "douyin",
                "xiaohongshu",
                "dingtalk",
                "linkedin",
                "x",
                "facebook",
                "whatsapp",
                "telegram",
            ],
        ),
        Kind::Reference(_) => reference(value).ok_or_else(|| bad("reference")),
        Kind::References(_) => each(field, value, |v| reference(v).ok_or_else(|| bad("reference"))),
        Kind::Rank(_) => line(field, value, 200),
        Kind::Json(shape) => json(field, value).and_then(|value| super::shape::structured(field, shape, value)),
    }
}

/// Postgres keeps no zero characters, and structured values are settings, not documents.
fn json(field: &str, value: &Value) -> Outcome {
    let text = value.to_string();
    if text.len() > JSON {
        return Err(FieldError::new(field, "too_long").with("max", JSON));
    }
    if has_zero(value) { Err(FieldError::new(field, "text")) } else { Ok(value.clone()) }
}

fn has_zero(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(list) => list.iter().any(has_zero),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || has_zero(value)),
        _ => false,
    }
}

/// Canonical text of an amount: two fractional digits, no grouping.
pub fn money_text(amount: Decimal) -> String {
    let mut amount = amount.round_dp(2);
    amount.rescale(2);
    amount.to_string()
}

fn as_line(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(s) => s.clone(),
        Value::Number(n) => n.to_string(),
        _ => return None,
    };
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Some(clean.trim().to_owned())
}

fn line(field: &str, value: &Value, max: usize) -> Outcome {
    let text = as_line(value).ok_or_else(|| FieldError::new(field, "text"))?;
    if text.chars().count() > max {
        return Err(FieldError::new(field, "too_long").with("max", max));
    }
    Ok(if text.is_empty() { Value::Null } else { text.into() })
}

fn long_text(field: &str, value: &Value) -> Outcome {
    let text = value.as_str().ok_or_else(|| FieldError::new(field, "text"))?;
    if text.chars().count() > LONG_TEXT {
        return Err(FieldError::new(field, "too_long").with("max", LONG_TEXT));
    }
    let clean: String =
        text.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect();
    let clean = clean.trim_end().to_owned();
    Ok(if clean.is_empty() { Value::Null } else { clean.into() })
}

/// Text of a number without grouping, currency signs and full-width digits; 50万 with its zeros.
fn plain_number(value: &Value) -> Option<String> {
    let text = as_line(value)?;
    let (text, zeros) = super::digits::unscaled(&text);
    let text: String = text
        .chars()
        .filter_map(|c| match c {
            // Full-width digits and signs, as Chinese input methods type them.
            '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(c) - 0xff10, 10),
            '\u{ff0e}' => Some('.'),
            '\u{ff0c}' => Some(','),
            '\u{ff0d}' | '\u{2212}' => Some('-'),
            '\u{a5}' | '\u{ffe5}' | '$' | '€' | '£' | '\'' | '’' => None,
            other => (!other.is_whitespace()).then_some(other),
        })
        .collect();
    super::digits::ungrouped(&text).map(|number| super::digits::shifted(&number, zeros))
}

fn integer(field: &str, value: &Value, min: i64, max: i64) -> Outcome {
    let number: i64 =
        plain_number(value).and_then(|t| t.parse().ok()).ok_or_else(|| FieldError::new(field, "integer"))?;
    if number < min || number > max {
        return Err(FieldError::new(field, "out_of_range").with("min", min).with("max", max));
    }
    Ok(number.into())
}

fn number(field: &str, value: &Value, scale: u32) -> Outcome {
    let text = plain_number(value).ok_or_else(|| FieldError::new(field, "number"))?;
    let mut number: Decimal = text.parse().map_err(|_| FieldError::new(field, "number"))?;
    if number.abs() > Decimal::from(MONEY_DIGITS) {
        return Err(FieldError::new(field, "out_of_range").with("min", -MONEY_DIGITS).with("max", MONEY_DIGITS));
    }
    number = number.round_dp_with_strategy(scale, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    number.rescale(scale);
    Ok(number.to_string().into())
}

fn currency(value: &Value) -> Option<Value> {
    let code = value.as_str()?.trim().to_ascii_uppercase();
    (code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())).then(|| code.into())
}

/// As far as one can tell without the database.
fn time_zone(value: &Value) -> Option<Value> {
    let name = value.as_str()?.trim();
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"_+-/".contains(&b);
    (name.len() <= 60 && name.bytes().all(fits)).then(|| name.into())
}

fn day(value: &Value) -> Option<Value> {
    let text = value.as_str()?.trim();
    let day = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
        .or_else(|| Some(DateTime::parse_from_rfc3339(text).ok()?.date_naive()))?;
    in_calendar(day).then(|| day.to_string().into())
}

/// Years that Postgres, spreadsheets and people can all handle.
fn in_calendar(day: NaiveDate) -> bool {
    use chrono::Datelike;
    (1000..=9999).contains(&day.year())
}

fn instant(value: &Value) -> Option<Value> {
    let text = value.as_str()?.trim();
    let zoned = DateTime::parse_from_rfc3339(text).map(|t| t.to_utc()).ok();
    let at = zoned.or_else(|| Some(wall_clock(text)?.and_utc()))?;
    in_calendar(at.date_naive()).then(|| instant_text(at).into())
}

/// A time without its zone.
fn wall_clock(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y/%m/%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
}

/// What a person or a file of theirs writes for an instant, with the zone it is meant in: a time without zone is what
/// their clocks show, a day begins at their midnight. Other texts stay as they are.
pub fn instant_in(text: &str, zone: &Zone) -> String {
    let at = wall_clock(text.trim()).and_then(|local| zone.instant(local));
    at.map_or_else(|| text.to_owned(), instant_text)
}

/// Canonical text of an instant: UTC, microseconds, as Postgres keeps them.
pub fn instant_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn yes_no(value: &Value) -> Option<Value> {
    if let Some(flag) = value.as_bool() {
        return Some(flag.into());
    }
    match value.as_str()?.trim().to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "是" | "on" => Some(true.into()),
        "false" | "no" | "n" | "0" | "否" | "off" => Some(false.into()),
        _ => None,
    }
}

fn choice(value: &Value, codes: &[&str]) -> Option<Value> {
    let code = value.as_str()?.trim();
    codes.iter().find(|c| c.eq_ignore_ascii_case(code)).map(|c| (*c).into())
}

fn email(value: &Value) -> Option<Value> {
    let text = as_line(value)?.to_lowercase();
    let (local, host) = text.rsplit_once('@')?;
    let host_ok = host.contains('.')
        && !host.starts_with(['.', '-'])
        && !host.ends_with(['.', '-'])
        && !host.contains("..")
        && host.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-');
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && !local.contains(|c: char| c.is_whitespace() || matches!(c, '@' | ',' | ';' | '<' | '>' | '(' | ')' | '"'));
    (host_ok && local_ok && text.len() <= 254).then(|| text.into())
}

/// Keeps digits, a leading plus, an extension; between 3 and 20 digits.
fn phone(value: &Value) -> Option<Value> {
    let text = as_line(value)?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let clean = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '.' | 'x' | '#' | '/' | '转'));
    ((3..=20).contains(&digits) && clean && text.len() <= 40).then(|| text.into())
}

fn url(value: &Value) -> Option<Value> {
    let text = as_line(value)?;
    let text = if text.contains("://") { text } else { format!("https://{text}") };
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let fits = host.contains('.') && !host.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '@'));
    (fits && text.len() <= 2000 && !text.contains(|c: char| c.is_whitespace() || c == '<' || c == '>'))
        .then(|| text.into())
}

fn reference(value: &Value) -> Option<Value> {
    Some(value.as_str()?.trim().parse::<Uuid>().ok()?.to_string().into())
}

/// A list without repetitions; a single text is split at commas, semicolons and line ends.
fn each(field: &str, value: &Value, one: impl Fn(&Value) -> Outcome) -> Outcome {
    let entries: Vec<Value> = match value {
        Value::Array(list) => list.clone(),
        Value::String(text) => text.split(crate::import::lists::SIGNS).map(|s| s.trim().into()).collect(),
        _ => return Err(FieldError::new(field, "list")),
    };
    if entries.len() > LIST {
        return Err(FieldError::new(field, "too_many").with("max", LIST));
    }
    let mut list: Vec<Value> = Vec::new();
    for entry in entries.iter().filter(|v| !super::validate::is_empty(v)) {
        let clean = one(entry)?;
        if !clean.is_null() && !list.contains(&clean) {
            list.push(clean);
        }
    }
    Ok(if list.is_empty() { Value::Null } else { list.into() })
}

fn parts(field: &str, value: &Value, known: &[&str]) -> Outcome {
    let given: Map<String, Value> = match value {
        Value::Object(map) => map.clone(),
        // A spreadsheet cell or a single input: the whole goes into the last free-form part.
        Value::String(text) => Map::from_iter([(
            if known.contains(&"street") { "street" } else { "wechat" }.to_owned(),
            text.clone().into(),
        )]),
        _ => return Err(FieldError::new(field, "object")),
    };
    let mut clean = Map::new();
    for (key, part) in given {
        if !known.contains(&key.as_str()) {
            return Err(FieldError::new(field, "unknown_part").with("part", key));
        }
        let part = line(field, &part, 200)?;
        if !part.is_null() {
            clean.insert(key, part);
        }
    }
    Ok(if clean.is_empty() { Value::Null } else { clean.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ok(kind: Kind, value: Value) -> Value {
        normalize("f", &kind, &value).unwrap()
    }

    fn err(kind: Kind, value: Value) -> String {
        normalize("f", &kind, &value).unwrap_err().code
    }

    #[test]
    fn money_accepts_what_people_paste_and_is_exact() {
        assert_eq!(ok(Kind::Money, json!("¥1,234.5")), json!("1234.50"));
        assert_eq!(ok(Kind::Money, json!("\u{ffe5}\u{ff11}\u{ff12}")), json!("12.00"));
        assert_eq!(ok(Kind::Money, json!("12.005")), json!("12.01"));
        assert_eq!(ok(Kind::Money, json!(1054)), json!("1054.00"));
        assert_eq!(err(Kind::Money, json!("a lot")), "number");
        assert_eq!(err(Kind::Money, json!("99999999999999999")), "out_of_range");
    }

    #[test]
    fn dates_come_in_the_usual_spellings() {
        for text in ["2017-03-01", "2017/3/1", "2017年3月1日", "20170301"] {
            assert_eq!(ok(Kind::Date, json!(text)), json!("2017-03-01"), "{text}");
        }
        assert_eq!(err(Kind::Date, json!("2017-02-30")), "date");
        assert_eq!(err(Kind::Date, json!("99999-01-01")), "date");
    }

    #[test]
    fn times_without_zone_are_meant_where_who_writes_them_is() {
        let shanghai = Zone::fixed("Asia/Shanghai", 8 * 3600);
        assert_eq!(instant_in("2026-03-01 07:30", &shanghai), "2026-02-28T23:30:00.000000Z");
        assert_eq!(instant_in("2026-03-01", &shanghai), "2026-02-28T16:00:00.000000Z");
        assert_eq!(instant_in("2026-03-01T07:30:00+02:00", &shanghai), "2026-03-01T07:30:00+02:00");
        assert_eq!(instant_in("soon", &shanghai), "soon");
    }

    #[test]
    fn lists_are_split_cleaned_and_deduplicated() {
        assert_eq!(ok(Kind::Tags, json!("VIP\u{ff0c}重点, VIP")), json!(["VIP", "重点"]));
        assert_eq!(ok(Kind::Emails, json!("A@x.com; b@y.cn")), json!(["a@x.com", "b@y.cn"]));
        assert_eq!(err(Kind::Emails, json!(["no"])), "email");
        assert_eq!(ok(Kind::Tags, json!([])), Value::Null);
    }

    #[test]
    fn text_is_trimmed_and_counted_in_characters() {
        assert_eq!(ok(Kind::Text(4), json!("  关系\u{0}管 ")), json!("关系 管"));
        assert_eq!(err(Kind::Text(3), json!("关系管理")), "too_long");
        assert_eq!(ok(Kind::Text(3), json!("   ")), Value::Null);
    }

    #[test]
    fn addresses_refuse_unknown_parts() {
        assert_eq!(ok(Kind::Address, json!({"city": "杭州", "street": ""})), json!({"city": "杭州"}));
        assert_eq!(err(Kind::Address, json!({"planet": "x"})), "unknown_part");
    }

    #[test]
    fn normal_forms_are_stable() {
        for (kind, value) in [
            (Kind::DateTime, json!("2026-01-02T03:04:05+08:00")),
            (Kind::Phones, json!("+86 138-0000-0000")),
            (Kind::Url, json!("example.com")),
            (Kind::Decimal(3), json!("1.5")),
            (Kind::Bool, json!("是")),
        ] {
            let once = ok(kind, value);
            assert_eq!(ok(kind, once.clone()), once);
        }
    }
}
