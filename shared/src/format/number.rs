//! Numbers: grouping, short forms, percentages.

use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};

use crate::i18n::Locale;

/// A number with grouped digits and its own fractional digits, without trailing zeros: `1,234.5`.
pub fn number(_: Locale, value: impl Into<Decimal>) -> String {
    grouped(value.into().normalize())
}

/// A number in the short form people say: `3,400万`, `1.2亿`; `340K`, `1.2M`.
pub fn number_short(locale: Locale, value: impl Into<Decimal>) -> String {
    let value = value.into();
    signed(value, &short(locale, value.abs(), 2))
}

/// Percent from percentage points, at most one fractional digit: `12.5` is `12.5%`.
pub fn percent(_: Locale, points: impl Into<Decimal>) -> String {
    grouped(rounded(points.into(), 1).normalize()) + "%"
}

/// A size in bytes as people say it: `512 B`, `1.2 MB`.
pub fn file_size(_: Locale, bytes: u64) -> String {
    let units = ["B", "KB", "MB", "GB"];
    let (mut tenths, mut unit) = (bytes.saturating_mul(10), 0);
    while tenths >= 10_240 && unit + 1 < units.len() {
        tenths = (tenths + 512) / 1024;
        unit += 1;
    }
    let (whole, tenth) = (tenths / 10, tenths % 10);
    if unit == 0 || whole >= 100 || tenth == 0 {
        format!("{whole} {}", units[unit])
    } else {
        format!("{whole}.{tenth} {}", units[unit])
    }
}

/// Half away from zero, as people round.
pub(super) fn rounded(value: Decimal, digits: u32) -> Decimal {
    value.round_dp_with_strategy(digits, MidpointAwayFromZero)
}

/// Puts the minus sign before the text of the absolute value, unless that shows nothing but zero.
pub(super) fn signed(value: Decimal, absolute: &str) -> String {
    let shows_value = absolute.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if value.is_sign_negative() && shows_value { format!("-{absolute}") } else { absolute.to_owned() }
}

/// Digits in groups of three; the fraction is left as it is. Both languages group alike.
pub(super) fn grouped(value: Decimal) -> String {
    let text = value.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::with_capacity(text.len() + text.len() / 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    signed(value, &out)
}

/// Powers of ten that have a name, smallest first.
fn units(locale: Locale) -> &'static [(u32, &'static str)] {
    match locale {
        Locale::ZhCn => &[(4, "万"), (8, "亿"), (12, "万亿")],
        Locale::En => &[(3, "K"), (6, "M"), (9, "B"), (12, "T")],
    }
}

/// The short form of a number that is not negative; small ones keep up to `digits` fractional digits.
///
/// Goes up by unit until the rounded figure stays below the next one: 999,950 is 1M, not 1,000K.
pub(super) fn short(locale: Locale, absolute: Decimal, digits: u32) -> String {
    let units = units(locale);
    let mut power = 0;
    let mut name = "";
    for (next, next_name) in units {
        let limit = Decimal::from(10_u64.pow(next - power));
        if figure(shifted(absolute, power), name, digits) < limit {
            break;
        }
        (power, name) = (*next, *next_name);
    }
    grouped(figure(shifted(absolute, power), name, digits).normalize()) + name
}

/// Rounded to what a short form shows: fractions only below a hundred, one digit of them where a unit follows.
fn figure(value: Decimal, unit: &str, digits: u32) -> Decimal {
    let digits = if value >= Decimal::ONE_HUNDRED {
        0
    } else if unit.is_empty() {
        digits
    } else {
        1
    };
    rounded(value, digits)
}

/// Divides by a power of ten by moving the decimal point.
fn shifted(value: Decimal, power: u32) -> Decimal {
    let mut value = rounded(value, Decimal::MAX_SCALE - power);
    // Cannot fail: the scale was cut to leave room for `power` more digits.
    let _ = value.set_scale(value.scale() + power);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale::{En, ZhCn};

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(number(En, 0), "0");
        assert_eq!(number(En, 999), "999");
        assert_eq!(number(ZhCn, 1000), "1,000");
        assert_eq!(number(En, d("-1234567.50")), "-1,234,567.5");
        assert_eq!(number(En, d("-0.0")), "0");
    }

    #[test]
    fn sizes_are_said_in_the_unit_that_fits() {
        for (bytes, said) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KB"),
            (1536, "1.5 KB"),
            (250_000, "244 KB"),
            (26_214_400, "25 MB"),
            (1_300_000_000, "1.2 GB"),
        ] {
            assert_eq!(file_size(En, bytes), said, "{bytes}");
        }
    }

    #[test]
    fn short_forms_use_the_units_of_the_language() {
        for (value, en, zh) in [
            ("0", "0", "0"),
            ("999", "999", "999"),
            ("1000", "1K", "1,000"),
            ("9999", "10K", "9,999"),
            ("12345", "12.3K", "1.2万"),
            ("340000", "340K", "34万"),
            ("34000000", "34M", "3,400万"),
            ("120000000", "120M", "1.2亿"),
            ("1200000000", "1.2B", "12亿"),
            ("5000000000000", "5T", "5万亿"),
            ("12345000000000000", "12,345T", "12,345万亿"),
        ] {
            assert_eq!((number_short(En, d(value)), number_short(ZhCn, d(value))), (en.into(), zh.into()), "{value}");
        }
    }

    #[test]
    fn rounding_at_the_border_of_a_unit_goes_to_the_next_one() {
        assert_eq!(number_short(En, 999_499), "999K");
        assert_eq!(number_short(En, 999_950), "1M");
        assert_eq!(number_short(En, d("999.6")), "1K");
        assert_eq!(number_short(En, 999_999_999), "1B");
        assert_eq!(number_short(En, 99_960), "100K");
        assert_eq!(number_short(ZhCn, d("9999.5")), "1万");
        assert_eq!(number_short(ZhCn, 99_995_000), "1亿");
        assert_eq!(number_short(ZhCn, 99_990_000), "9,999万");
        assert_eq!(number_short(ZhCn, 999_999_999_999_i64), "1万亿");
    }

    #[test]
    fn negative_short_forms_mirror_positive_ones() {
        assert_eq!(number_short(En, -1_250_000), "-1.3M");
        assert_eq!(number_short(ZhCn, -34_000_000), "-3,400万");
        assert_eq!(number_short(En, d("-0.001")), "0");
    }

    #[test]
    fn percentages_keep_one_digit_where_there_is_one() {
        assert_eq!(percent(En, 50), "50%");
        assert_eq!(percent(ZhCn, d("63.155")), "63.2%");
        assert_eq!(percent(En, d("-0.04")), "0%");
    }

    #[test]
    fn the_largest_numbers_do_not_break_anything() {
        assert!(number_short(En, Decimal::MAX).ends_with('T'));
        assert!(number_short(ZhCn, d("0.1234567890123456789012345678")).starts_with("0.12"));
    }
}
