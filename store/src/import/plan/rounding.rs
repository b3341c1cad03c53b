//! Numbers that lose decimals: they come in, but not without a word.

use rust_decimal::Decimal;
use serde_json::Value;
use shared::Values;
use shared::import::Rounded;
use shared::record::{Kind, normalize};

/// Decimals that are looked at: what stands beyond them is how programs reckon, as in 0.30000000000000004.
const LOOKED_AT: u8 = 8;
/// What stands before decimals, also as Chinese input methods type it.
const SIGNS: [char; 4] = ['.', ',', '\u{ff0e}', '\u{ff0c}'];

/// A number with more decimals than a field of this kind keeps, as if it were the only one.
pub(super) fn rounded(name: &str, kind: &Kind, text: &str) -> Option<Rounded> {
    let decimals = match kind {
        Kind::Money => 2,
        Kind::Decimal(scale) => *scale,
        _ => return None,
    };
    if decimals >= LOOKED_AT || !text.contains(SIGNS) {
        return None;
    }
    let read = |scale: u8| normalize(name, &Kind::Decimal(scale), &text.into()).ok();
    let number = |value: &Value| value.as_str()?.parse::<Decimal>().ok();
    let (whole, kept) = (read(LOOKED_AT)?, read(decimals)?);
    (number(&whole)? != number(&kept)?).then(|| Rounded {
        field: name.to_owned(),
        decimals: decimals.into(),
        values: 1,
        given: text.to_owned(),
        kept: kept.as_str().unwrap_or_default().to_owned(),
    })
}

/// Counts those of a row that are really set.
pub(super) fn count(all: &mut Vec<Rounded>, of_row: Vec<Rounded>, set: &Values) {
    for own in of_row {
        let field = own.field.split('.').next().unwrap_or_default();
        match all.iter_mut().find(|known| known.field == own.field) {
            _ if !set.contains_key(field) => {}
            Some(known) => known.values += own.values,
            None => all.push(own),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_lose_something_are_told() {
        let of = |kind: Kind, text: &str| rounded("price", &kind, text).map(|rounded| rounded.kept);
        assert_eq!(of(Kind::Money, "1.005").as_deref(), Some("1.01"));
        assert_eq!(of(Kind::Money, "¥1,234.567").as_deref(), Some("1234.57"));
        assert_eq!(of(Kind::Decimal(4), "0.00005").as_deref(), Some("0.0001"));
        for text in ["1.5", "1.50000", "12", "1,234", "0.30000000000000004", "1.23456万", "n/a", ""] {
            assert_eq!(of(Kind::Money, text), None, "{text}");
        }
        assert_eq!(of(Kind::Integer(0, 9), "1.005"), None);
    }

    #[test]
    fn they_are_counted_by_field_where_they_are_set() {
        let one = |field: &str, given: &str| rounded(field, &Kind::Money, given).unwrap();
        let set = Values::from_iter([("price".to_owned(), Value::from("1.01"))]);
        let mut all = Vec::new();
        count(&mut all, vec![one("price", "1.005"), one("cost", "2.005")], &set);
        count(&mut all, vec![one("price", "3.999")], &set);
        count(&mut all, vec![one("price", "4.999")], &Values::new());
        let told: Vec<_> = all.iter().map(|own| (own.field.as_str(), own.values, own.given.as_str())).collect();
        assert_eq!(told, [("price", 2, "1.005")]);
    }
}
