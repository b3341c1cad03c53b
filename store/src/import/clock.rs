//! Times of day as files write them: 15:30, 3:30 PM, 下午3:30, 15:30:00 +0200.

use chrono::{FixedOffset, NaiveTime, Timelike};

/// Spellings of the digits.
const TIMES: [&str; 2] = ["%H:%M", "%H:%M:%S%.f"];
/// What stands beside hours that begin anew at noon, and whether they are those from noon on.
const HALVES: [(&str, bool); 6] =
    [("上午", false), ("下午", true), ("am", false), ("a.m.", false), ("pm", true), ("p.m.", true)];
/// The farthest offset from UTC, in hours.
const FARTHEST: i32 = 14;

/// The time of day that a text says, and its offset from UTC if it says that too.
pub(super) fn clock(text: &str) -> Option<(NaiveTime, Option<FixedOffset>)> {
    // Some programs put a narrow blank before PM.
    let text = text.replace(['\u{a0}', '\u{202f}'], " ").replace('：', ":").to_ascii_lowercase();
    let (text, before) = half(text.trim());
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(text.len());
    let (rest, behind) = half(text[end..].trim_start());
    let time = TIMES.iter().find_map(|format| NaiveTime::parse_from_str(&text[..end], format).ok())?;
    let hour = match (before.or(behind), time.hour()) {
        (Some(false), 12) => 0,
        (Some(false), 13..) => return None,
        (Some(true), hour @ 0..12) => hour + 12,
        (_, hour) => hour,
    };
    let offset = if rest.is_empty() { None } else { Some(offset(rest)?) };
    Some((time.with_hour(hour)?, offset))
}

/// A text without the half of the day that it begins with, and which one that is.
fn half(text: &str) -> (&str, Option<bool>) {
    let begins = |(word, later): &(&str, bool)| Some((text.strip_prefix(word)?.trim_start(), Some(*later)));
    HALVES.iter().find_map(begins).unwrap_or((text, None))
}

/// How far from UTC a time is: Z, UTC, +02:00, -0330, GMT+8.
fn offset(text: &str) -> Option<FixedOffset> {
    let said = ["utc", "gmt", "z"].iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text);
    if said.is_empty() {
        return FixedOffset::east_opt(0);
    }
    let (sign, digits) = match said.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, said.strip_prefix('+')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() <= 2 => (digits, "0"),
        None => digits.split_at_checked(digits.len() - 2)?,
    };
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i32>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let is_one = hours <= FARTHEST && minutes < 60;
    is_one.then(|| FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The time and the minutes from UTC.
    fn of(text: &str) -> Option<(String, Option<i32>)> {
        clock(text).map(|(time, offset)| (time.to_string(), offset.map(|offset| offset.local_minus_utc() / 60)))
    }

    #[test]
    fn times_are_read_in_both_halves_of_the_day() {
        for text in ["15:05", "15:05:00", "3:05 PM", "3:05\u{202f}p.m.", "下午3:05", "下午 3：05", "下午15:05"] {
            assert_eq!(of(text), Some(("15:05:00".to_owned(), None)), "{text}");
        }
        for text in ["0:05", "12:05 AM", "上午12:05", "00:05:00.000"] {
            assert_eq!(of(text), Some(("00:05:00".to_owned(), None)), "{text}");
        }
        assert_eq!(of("12:05 PM"), Some(("12:05:00".to_owned(), None)));
        for text in ["", "25:00", "15:05 AM", "3:05 o'clock", "3:05 CST", "15", "."] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn offsets_are_read_behind_the_time() {
        for (text, minutes) in [
            ("15:05 +02:00", 120),
            ("15:05:00+0200", 120),
            ("15:05-0330", -210),
            ("3:05 PM +08", 480),
            ("15:05 UTC+8", 480),
            ("15:05Z", 0),
            ("15:05 GMT", 0),
        ] {
            assert_eq!(of(text), Some(("15:05:00".to_owned(), Some(minutes))), "{text}");
        }
        for text in ["15:05 +99999999", "15:05 +", "15:05 +02:75", "15:05 +é1"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
