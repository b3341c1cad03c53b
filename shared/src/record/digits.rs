//! Which of the signs within a number is the decimal one: 1,234.56 here is 1.234,56 there.

/// The sign between the whole and the fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalSign {
    /// As in 1,234.56.
    Point,
    /// As in 1.234,56.
    Comma,
}

/// The number with a decimal point and without grouping; `None` where the signs make no sense. A sole comma before three
/// digits groups them, as people who write either way expect of 1,234.
pub(super) fn ungrouped(text: &str) -> Option<String> {
    let grouping = match sign_of(text) {
        Some(DecimalSign::Comma) => '.',
        Some(DecimalSign::Point) => ',',
        None if text.contains(',') => ',',
        None if text.matches('.').count() > 1 => '.',
        None => return Some(text.to_owned()),
    };
    let decimal = if grouping == '.' { ',' } else { '.' };
    let (whole, fraction) = text.split_once(decimal).unwrap_or((text, ""));
    if !is_grouped(whole, grouping) || fraction.contains([',', '.']) {
        return None;
    }
    let whole = whole.replace(grouping, "");
    Some(if text.contains(decimal) { format!("{whole}.{fraction}") } else { whole })
}

/// A number without the zeros at the end of its fraction, as people write it; anything else as it is.
pub fn trimmed(text: &str) -> &str {
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
    if text.matches('.').count() == 1 && text.chars().all(is_plain) {
        return text.trim_end_matches('0').trim_end_matches('.');
    }
    text
}

/// What people write behind numbers instead of zeros, with how many zeros; 元 says nothing more.
const SCALES: &[(&str, usize)] = &[
    ("万", 4),
    ("萬", 4),
    ("亿", 8),
    ("億", 8),
    ("千", 3),
    ("百万", 6),
    ("千万", 7),
    ("k", 3),
    ("K", 3),
    ("M", 6),
    ("m", 6),
];

/// A number without what stands behind it for zeros, and how many those are: 50万 and 50万元 are 50 and 4.
pub fn unscaled(text: &str) -> (&str, usize) {
    let bare = text.trim().trim_end_matches(['元', '圆', '块']).trim_end();
    let longest = SCALES.iter().filter(|(word, _)| bare.ends_with(word)).max_by_key(|(word, _)| word.len());
    let Some((word, zeros)) = longest else { return (bare, 0) };
    (bare[..bare.len() - word.len()].trim_end(), *zeros)
}

/// A plain number with its decimal point so many places further right.
pub(super) fn shifted(number: &str, places: usize) -> String {
    if places == 0 {
        return number.to_owned();
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = format!("{fraction:0<places$}");
    let (moved, rest) = fraction.split_at_checked(places).unwrap_or((&fraction, ""));
    if rest.is_empty() { format!("{whole}{moved}") } else { format!("{whole}{moved}.{rest}") }
}

/// The decimal sign of a number, where the number tells: the last of two different signs, and a comma that can't group
/// because not three digits follow it.
pub fn sign_of(text: &str) -> Option<DecimalSign> {
    let (comma, point) = (text.rfind(','), text.rfind('.'));
    match (comma, point) {
        (Some(comma), Some(point)) if comma > point => Some(DecimalSign::Comma),
        (Some(_), Some(_)) => Some(DecimalSign::Point),
        (Some(comma), None) if text.matches(',').count() == 1 && !is_group(text, comma) => Some(DecimalSign::Comma),
        (None, Some(point)) if text.matches('.').count() == 1 && !is_group(text, point) => Some(DecimalSign::Point),
        _ => None,
    }
}

/// A number of which it is known that its decimal sign is a comma, with a point instead and without grouping.
pub fn pointed(text: &str) -> String {
    text.replace(['.', '\u{a0}', ' '], "").replace(',', ".")
}

/// Whether the sign at that place may group digits: three follow it, and one to three that are not just a zero precede it.
fn is_group(text: &str, at: usize) -> bool {
    let before = text[..at].trim_start_matches(['-', '+']);
    let after = &text[at + 1..];
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    after.len() == 3 && digits(after) && (1..=3).contains(&before.len()) && before != "0"
}

/// Whether the groups are as people make them: of three, in China also of four, in India of two before the last three, which no
/// point groups. Days are written with points, too: 15.04.2025.
fn is_grouped(whole: &str, sign: char) -> bool {
    let mut groups = whole.trim_start_matches(['-', '+']).split(sign).map(str::len);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<usize> = groups.collect();
    let all =
        |length: usize, groups: &[usize]| (1..=length).contains(&first) && groups.iter().all(|own| *own == length);
    match rest.as_slice() {
        [] => true,
        [twos @ .., 3] if sign == ',' && all(2, twos) => true,
        rest => all(3, rest) || all(4, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_way_of_writing_numbers_is_read() {
        for (text, number) in [
            ("1234.5", "1234.5"),
            ("1,234.56", "1234.56"),
            ("1.234,56", "1234.56"),
            ("75.000,00", "75000.00"),
            ("12,5", "12.5"),
            ("1234,5678", "1234.5678"),
            ("0,125", "0.125"),
            ("1,234", "1234"),
            ("-1,234,567", "-1234567"),
            ("1.234.567", "1234567"),
            ("1.234.567,8", "1234567.8"),
            ("12,34,567.5", "1234567.5"),
            ("1,2345,6789", "123456789"),
            ("1.234", "1.234"),
        ] {
            assert_eq!(ungrouped(text).as_deref(), Some(number), "{text}");
        }
        // Days, numbers of versions and addresses are none.
        let others = ["15.04.2025", "1.4.2025", "2025.04.15", "15,04,2025", "1.2.3.4", "12.34.567", "010.1234.567"];
        for text in ["1.234,567,89", "1,2,3", "1,234.5.6", "12345,678,9"].into_iter().chain(others) {
            assert_eq!(ungrouped(text), None, "{text}");
        }
    }

    #[test]
    fn words_stand_for_zeros() {
        for (text, number, zeros) in
            [("50万", "50", 4), ("1.2 亿元", "1.2", 8), ("3千万", "3", 7), ("5000元", "5000", 0), ("$1.5M", "$1.5", 6)]
        {
            assert_eq!(unscaled(text), (number, zeros), "{text}");
        }
        for (number, places, all) in
            [("1.2", 8, "120000000"), ("-0.5", 4, "-05000"), ("12.3456", 3, "12345.6"), ("7", 0, "7")]
        {
            assert_eq!(shifted(number, places), all);
        }
    }

    #[test]
    fn some_numbers_tell_which_sign_is_the_decimal_one() {
        let told = [("1.234,56", Some(DecimalSign::Comma)), ("12,5", Some(DecimalSign::Comma)), ("1,234", None)];
        let more = [("12.5", Some(DecimalSign::Point)), ("1.234", None), ("1234", None), ("1.234.567", None)];
        for (text, sign) in told.into_iter().chain(more) {
            assert_eq!(sign_of(text), sign, "{text}");
        }
    }
}
