//! Comparisons, and conditions in words.

use leptos::prelude::*;
use serde_json::Value;
use shared::format;
use shared::i18n::{self, Locale};
use shared::quality::QUIET;
use shared::query::{CHANGE_SET, Filter, Op, Titles};
use shared::record::{Kind, Values, custom_key};

use super::super::subject::{Subject, at_path, path_label};
use crate::context::Page;
use crate::record::attribute::Attribute;
use crate::record::value::value_text;

/// Comparisons that make sense for a kind, the most usual first; the server takes these.
pub(super) fn operators(attribute: &Attribute) -> &'static [Op] {
    match attribute.kind() {
        Kind::Text(_) if attribute.is_place() => {
            &[Op::Eq, Op::In, Op::Contains, Op::Ne, Op::NotIn, Op::Empty, Op::Present]
        }
        Kind::Text(_) => &[Op::Contains, Op::Eq, Op::Ne, Op::Empty, Op::Present],
        Kind::Marked => &[Op::Present, Op::Empty, Op::Contains],
        Kind::LongText
        | Kind::RichText
        | Kind::Url
        | Kind::Email
        | Kind::Emails
        | Kind::Phones
        | Kind::Address
        | Kind::Social => &[Op::Contains, Op::Empty, Op::Present],
        Kind::Tags | Kind::MultiChoice(_) | Kind::References(_) => {
            &[Op::Contains, Op::In, Op::NotIn, Op::Empty, Op::Present]
        }
        Kind::Integer(..) | Kind::Decimal(_) | Kind::Money | Kind::Rating => {
            &[Op::Gte, Op::Lte, Op::Gt, Op::Lt, Op::Eq, Op::Ne, Op::Empty, Op::Present]
        }
        Kind::Date => &[Op::During, Op::Gte, Op::Lte, Op::Gt, Op::Lt, Op::Eq, Op::Empty, Op::Present],
        Kind::DateTime => &[Op::During, Op::Gte, Op::Lte, Op::Empty, Op::Present],
        Kind::Bool => &[Op::Eq],
        Kind::Choice(_) | Kind::Reference(_) => &[Op::Eq, Op::Ne, Op::In, Op::NotIn, Op::Empty, Op::Present],
        Kind::Currency | Kind::TimeZone => &[Op::Eq, Op::Ne, Op::Empty, Op::Present],
        Kind::Rank(_) | Kind::Json(_) => &[Op::Empty, Op::Present],
    }
}

pub(super) fn code(op: Op) -> &'static str {
    match op {
        Op::Eq => "eq",
        Op::Ne => "ne",
        Op::Lt => "lt",
        Op::Lte => "lte",
        Op::Gt => "gt",
        Op::Gte => "gte",
        Op::Contains => "contains",
        Op::In => "in",
        Op::NotIn => "not_in",
        Op::During => "during",
        Op::Empty => "empty",
        Op::Present => "present",
    }
}

pub(super) fn operator_label(page: Page, kind: &Kind, op: Op) -> String {
    let of_days = matches!(kind, Kind::Date | Kind::DateTime) && matches!(op, Op::Lt | Op::Lte | Op::Gt | Op::Gte);
    let of_list = matches!(kind, Kind::Tags | Kind::MultiChoice(_) | Kind::References(_)) && is_of_several(op);
    let topic = if of_days {
        "op_date"
    } else if of_list {
        "op_list"
    } else {
        "op"
    };
    page.text(&format!("list.{topic}.{}", code(op)))
}

/// A filter on a list field compares with one entry.
pub(super) fn entry_kind(kind: Kind) -> Kind {
    match kind {
        Kind::References(target) => Kind::Reference(target),
        Kind::MultiChoice(codes) => Kind::Choice(codes),
        Kind::Tags
        | Kind::Emails
        | Kind::Phones
        | Kind::Marked
        | Kind::LongText
        | Kind::RichText
        | Kind::Url
        | Kind::Address
        | Kind::Social
        | Kind::Email => Kind::Text(200),
        kind => kind,
    }
}

/// Several values are compared with.
pub(super) fn is_of_several(op: Op) -> bool {
    matches!(op, Op::In | Op::NotIn)
}

/// A condition in words; tracked.
pub(in crate::record) fn condition_text(page: Page, titles: &Titles, all: &[Subject], condition: &Filter) -> String {
    let (field, op, value) = match condition {
        Filter::Field { field, op, value } => (field, op, value),
        Filter::Any(parts) if !parts.is_empty() => return joined(page, titles, all, parts, "list.filter.joined"),
        Filter::All(parts) if !parts.is_empty() => return joined(page, titles, all, parts, "list.filter.both"),
        _ => return page.text("list.filter.title"),
    };
    if field == QUIET {
        return page.text_with("quality.quiet_filter", &[("n", &value.to_string())]);
    }
    if field == CHANGE_SET {
        return page.text("list.filter.change_set");
    }
    let Some((via, attribute)) = at_path(all, field) else {
        return as_written(page.locale.get(), field, &operator_label(page, &Kind::Text(0), *op), (*op, value));
    };
    let attribute = &attribute;
    let kind = attribute.kind();
    let label = path_label(page.locale.get(), &via, attribute);
    let start = format!("{label} {}", operator_label(page, &kind, *op));
    let text = match (op, value.as_str()) {
        (Op::Empty | Op::Present, _) => return start,
        // The audit log doesn't say what tells of people.
        _ if value.is_null() => "…".to_owned(),
        (Op::During, Some(period)) => page.text(&format!("list.period.{period}")),
        (_, Some(part)) if matches!(kind, Kind::Address | Kind::Social) => part.to_owned(),
        // A day of an instant begins where the reader is.
        (_, Some(text)) if kind == Kind::DateTime && shared::record::day(text).is_some() => {
            shared::record::day(text).map(|day| format::date(page.locale.get(), day)).unwrap_or_default()
        }
        (Op::In | Op::NotIn, None) => {
            let one = |value: &Value| condition_value(page, titles, attribute, value.clone());
            let all: Vec<String> = value.as_array().into_iter().flatten().map(one).collect();
            format::listed(page.locale.get(), &all)
        }
        _ => condition_value(page, titles, attribute, value.clone()),
    };
    format!("{start} {text}")
}

/// A condition on a field that is gone.
fn as_written(locale: Locale, field: &str, comparison: &str, (op, value): (Op, &Value)) -> String {
    let start = format!("{} {comparison}", custom_key(field).unwrap_or(field));
    let texts = value.as_array().and_then(|all| all.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    match (op, value.as_str(), texts) {
        (Op::Empty | Op::Present, ..) => start,
        (_, Some(text), _) => format!("{start} {text}"),
        (_, None, Some(texts)) => format!("{start} {}", format::listed(locale, &texts)),
        (_, None, None) if value.is_null() => format!("{start} …"),
        (_, None, None) => format!("{start} {value}"),
    }
}

/// What stands for something else in whoever's condition; tracked.
fn meant(page: Page, word: &str) -> Option<String> {
    let key = match word {
        "@me" => "ui.word.me",
        "@my_team" => "ui.word.my_team",
        "@now" => "list.filter.now",
        _ => return None,
    };
    Some(page.text(key))
}

/// A value that a condition compares with; tracked.
fn condition_value(page: Page, titles: &Titles, attribute: &Attribute, value: Value) -> String {
    if let Some(words) = value.as_str().and_then(|word| meant(page, word)) {
        return words;
    }
    let kind = attribute.kind();
    let listed = kind.is_text_list() || matches!(kind, Kind::References(_));
    let value = if listed { Value::Array(vec![value]) } else { value };
    let mut values = Values::new();
    attribute.put(&mut values, value);
    value_text(page, attribute, &values, titles)
}

/// Several conditions, joined by the words of that key.
fn joined(page: Page, titles: &Titles, all: &[Subject], parts: &[Filter], key: &str) -> String {
    let locale = page.locale.get();
    let texts = parts.iter().map(|part| condition_text(page, titles, all, part));
    let join = |first: String, rest: String| i18n::translate(locale, key, &[("first", &first), ("rest", &rest)]);
    texts.reduce(join).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_found_by_what_they_do_not_contain() {
        for name in ["consent", "tags"] {
            let attribute = Attribute::named(&shared::types::CUSTOMER, name, &[]).unwrap();
            assert!(operators(&attribute).contains(&Op::NotIn), "{name}");
        }
    }

    #[test]
    fn what_is_compared_with_nothing_says_no_value() {
        let said = |op, value: Value| as_written(Locale::En, "custom.gone", "compared", (op, &value));
        assert_eq!(said(Op::Empty, Value::Null), "gone compared");
        assert_eq!(said(Op::Eq, "east".into()), "gone compared east");
        assert_eq!(said(Op::Gte, 5.into()), "gone compared 5");
        assert_eq!(said(Op::In, vec!["Jinan", "Weihai"].into()), "gone compared Jinan, Weihai");
        let of_several = as_written(Locale::ZhCn, "custom.gone", "属于", (Op::In, &vec!["济南", "威海"].into()));
        assert_eq!(of_several, "gone 属于 济南、威海");
    }
}
