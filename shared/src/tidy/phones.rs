//! Telephone numbers as telephones and other programs take them all over the world: E.164, an extension behind it.

mod plans;
mod zones;

use crate::record::{EXTENSION, Kind, RecordDef, Values};

pub(super) use plans::Plan;
use plans::{PLANS, Zero, plan_of};
pub use zones::country_of_zone;

/// Most digits of an extension.
const EXTENSION_DIGITS: usize = 8;
/// Fewest digits of a number that begins with the country's code, where no sign says so: local ones are shorter.
const WHOLE: usize = 11;
/// Fewest digits of a part of a number that are looked for behind a country's code.
const PART: usize = 4;
/// The same behind digits that need not be a code, or the zero for one.
const TELLING: usize = 6;
/// Digits of numbers of countries that are not among the plans.
const ANY: std::ops::RangeInclusive<usize> = 8..=15;

/// The country that a record's numbers are of: the one it says it is in, else the one at home. One that is not known has no
/// plan, rather than a wrong one.
pub(super) fn country(def: &RecordDef, values: &Values, home: Option<&str>) -> Option<&'static Plan> {
    let addresses = def.fields.iter().filter(|field| field.kind == Kind::Address);
    let mut stated = addresses.filter_map(|field| values.get(field.name)?.get("country")?.as_str());
    match stated.find(|country| !country.trim().is_empty()) {
        Some(country) => plan_of(country),
        None => plan_of(home?),
    }
}

/// A number in this way of writing; nothing if it can't be read. Without a country only those can that name theirs.
pub(super) fn e164(text: &str, country: Option<&Plan>) -> Option<String> {
    let (number, extension) = match text.split_once(EXTENSION) {
        Some((number, extension)) => (number.trim(), Some(extension.trim())),
        None => (text.trim(), None),
    };
    // Two numbers in one.
    if number.contains('/') || number.trim_start_matches('+').contains('+') {
        return None;
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let whole = match number.starts_with('+') {
        true => from_abroad(&digits)?,
        false => dialled_as(&digits, country)?,
    };
    match extension {
        None => Some(format!("+{whole}")),
        Some(extension) => {
            let fits = (1..=EXTENSION_DIGITS).contains(&extension.len());
            let is_number = extension.bytes().all(|byte| byte.is_ascii_digit());
            (fits && is_number).then(|| format!("+{whole} x{extension}"))
        }
    }
}

/// The digits of a number, or of its beginning, that are in it with the country's code as well as with the zero in its place.
/// Nothing for what has neither, and for what is no number.
pub fn national(text: &str) -> Option<String> {
    let text = text.replace("(0)", "");
    let is_number = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_coded = text.trim_start_matches([' ', '(']).starts_with('+');
    let abroad = if is_coded { Some(digits.as_str()) } else { digits.strip_prefix("00") };
    let coded = abroad.and_then(|abroad| PLANS.iter().find_map(|plan| abroad.strip_prefix(plan.code)));
    let (rest, least) = match coded {
        Some(rest) => (rest, PART),
        None => (digits.strip_prefix("86").or_else(|| digits.strip_prefix('0'))?, TELLING),
    };
    let rest = rest.trim_start_matches('0');
    (is_number && rest.len() >= least).then(|| rest.to_owned())
}

/// The digits of a number that begins with a country's code; people write the zero behind that, too.
fn from_abroad(digits: &str) -> Option<String> {
    let Some(plan) = PLANS.iter().find(|plan| digits.starts_with(plan.code)) else {
        return (ANY.contains(&digits.len()) && !digits.starts_with('0')).then(|| digits.to_owned());
    };
    let rest = &digits[plan.code.len()..];
    let rest = if plan.zero == Zero::Never { rest } else { rest.strip_prefix('0').unwrap_or(rest) };
    plan.has(rest).then(|| format!("{}{rest}", plan.code))
}

/// The same of digits that nothing says of where they begin.
fn dialled_as(digits: &str, country: Option<&Plan>) -> Option<String> {
    if let Some(abroad) = digits.strip_prefix("00").and_then(from_abroad) {
        return Some(abroad);
    }
    let plan = country?;
    let coded = || digits.strip_prefix(plan.code).filter(|rest| digits.len() >= WHOLE && plan.has(rest));
    let rest = plan.within(digits).or_else(coded)?;
    Some(format!("{}{rest}", plan.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, country: &str) -> Option<String> {
        e164(text, plan_of(country))
    }

    #[test]
    fn numbers_get_the_country_code_and_nothing_between() {
        for (text, country, number) in [
            ("138 0013 8000", "CN", "+8613800138000"),
            ("013800138000", "中国", "+8613800138000"),
            ("86-138-0013-8000", "CN", "+8613800138000"),
            ("+86 (0)571 8888 1234", "DE", "+8657188881234"),
            ("0571-88881234 转 12", "CN", "+8657188881234 x12"),
            ("010 8888 1234", "CN", "+861088881234"),
            ("400-666-8888", "CN", "+864006668888"),
            ("0086 755 2654 3210", "", "+8675526543210"),
            ("030 123456", "Deutschland", "+4930123456"),
            ("(555) 234-5678 x9", "USA", "+15552345678 x9"),
            ("1-555-234-5678", "us", "+15552345678"),
            ("06 1234 5678", "Italy", "+390612345678"),
            ("2345 6789", "香港", "+85223456789"),
            ("+36 1 234 5678", "CN", "+3612345678"),
        ] {
            assert_eq!(read(text, country).as_deref(), Some(number), "{text}");
            assert_eq!(read(number, "CN").as_deref(), Some(number), "once is enough");
        }
    }

    #[test]
    fn a_number_is_looked_for_without_its_country() {
        for (text, digits) in [
            ("+86 139 0000 7777", "13900007777"),
            ("0086-13900007777", "13900007777"),
            ("8613900007777", "13900007777"),
            ("+86 1390", "1390"),
            ("86139000", "139000"),
            ("+86 (0)571 8888", "5718888"),
            ("0571-8888 1234", "57188881234"),
            ("+49 30 123456", "30123456"),
            ("(+1) 555 234 5678", "5552345678"),
        ] {
            assert_eq!(national(text).as_deref(), Some(digits), "{text}");
        }
        for text in ["13900007777", "+86 139", "0571", "000123", "86 trees 139000", "T0086139000", "2026-10-01", ""] {
            assert_eq!(national(text), None, "{text}");
        }
    }

    #[test]
    fn what_can_be_meant_in_several_ways_or_in_none_is_not_read() {
        for (text, country) in [
            ("138 0013 8000", ""),
            ("110", "CN"),
            ("95588", "CN"),
            ("8888 1234", "CN"),
            ("138 0013 800", "CN"),
            ("571 8888 1234", "CN"),
            ("0571-88881234/5", "CN"),
            ("+86 138 0013", "CN"),
            ("0755 2654 3210 x", "CN"),
            ("0171 1234567", "Narnia"),
            ("555-0100", "US"),
        ] {
            assert_eq!(read(text, country), None, "{text}");
        }
    }
}
