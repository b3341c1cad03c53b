//! Days as files write them: 3/4/2024, 4-Mar-24, Mar 4, 2024.

use chrono::{Datelike, NaiveDate, NaiveTime};
use shared::import::DateOrder;

/// Spellings that can mean one day only.
const NAMED: [&str; 8] =
    ["%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%y", "%a, %d %b %Y", "%a %b %d %Y"];
/// Spellings of times beside a day.
const TIMES: [&str; 7] = ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p"];

/// What comes first in the days of a column whose cells are such days; nothing for other columns.
///
/// Where every day fits both ways, the month is taken to come first with slashes, as in America, else the day.
pub(super) fn order<'c>(cells: impl Iterator<Item = &'c str>) -> Option<DateOrder> {
    let mut seen = None;
    for cell in cells.filter(|cell| !cell.is_empty()) {
        let (numbers, sign) = numbers(date_and_time(cell).0)?;
        match numbers {
            [first, ..] if first > 12 => return Some(DateOrder::DayFirst),
            [_, second, _] if second > 12 => return Some(DateOrder::MonthFirst),
            _ => seen = Some(if sign == '/' { DateOrder::MonthFirst } else { DateOrder::DayFirst }),
        }
    }
    seen
}

/// The day, with its time if there is one, as `2024-03-04 15:30:00`; other texts are nothing.
pub(super) fn iso(text: &str, order: Option<DateOrder>) -> Option<String> {
    let (date, time) = date_and_time(text);
    let day = named(date).or_else(|| {
        let ([first, second, year], _) = numbers(date)?;
        let (day, month) = match order? {
            DateOrder::DayFirst => (first, second),
            DateOrder::MonthFirst => (second, first),
        };
        NaiveDate::from_ymd_opt(century(year.try_into().ok()?), month, day)
    })?;
    if time.is_empty() {
        return Some(day.to_string());
    }
    // 1:30 p.m.; some programs put a narrow blank before it.
    let time = time.replace(['\u{a0}', '\u{202f}'], " ").replace(".m.", "m");
    let time = TIMES.iter().find_map(|format| NaiveTime::parse_from_str(&time, format).ok())?;
    Some(day.and_time(time).to_string())
}

/// Whether it is a day without its year, or a year alone, as address books have them for birthdays.
pub(super) fn is_part(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("--") || (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn named(date: &str) -> Option<NaiveDate> {
    let day = NAMED.iter().find_map(|format| NaiveDate::parse_from_str(date, format).ok())?;
    // "%Y" also takes years of two digits.
    day.with_year(century(day.year()))
}

/// Years of two digits are those around the turn of the century.
fn century(year: i32) -> i32 {
    match year {
        0..50 => 2000 + year,
        50..100 => 1900 + year,
        _ => year,
    }
}

/// A cell's day and its time: what comes behind the last blank before the first colon.
fn date_and_time(cell: &str) -> (&str, &str) {
    let cell = cell.trim();
    let split = cell.find(':').and_then(|colon| cell[..colon].rfind(' '));
    split.map_or((cell, ""), |at| (cell[..at].trim_end_matches([' ', ',']), cell[at + 1..].trim()))
}

/// Three numbers and the sign between them: 3/4/2024, 03.04.24.
fn numbers(date: &str) -> Option<([u32; 3], char)> {
    let sign = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '.' | '-'))?;
    let mut parts = date.split(sign);
    let mut part = |longest: usize| {
        let text = parts.next().filter(|text| (1..=longest).contains(&text.len()))?;
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
    };
    let found = [part(2)?, part(2)?, part(4)?];
    parts.next().is_none().then_some((found, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_column_shows_in_its_values() {
        assert_eq!(order(["", "3/4/2024", "25/4/2024"].into_iter()), Some(DateOrder::DayFirst));
        assert_eq!(order(["3/4/2024", "4/25/2024 10:30"].into_iter()), Some(DateOrder::MonthFirst));
        assert_eq!(order(["3/4/2024"].into_iter()), Some(DateOrder::MonthFirst));
        assert_eq!(order(["3.4.2024"].into_iter()), Some(DateOrder::DayFirst));
        assert_eq!(order(["2024-03-04"].into_iter()), None);
        assert_eq!(order(["3/4/2024", "soon"].into_iter()), None);
    }

    #[test]
    fn days_are_read_in_their_order() {
        let day = |text| iso(text, Some(DateOrder::DayFirst));
        assert_eq!(day("3/4/2024").as_deref(), Some("2024-04-03"));
        assert_eq!(iso("3/4/24 2:05 PM", Some(DateOrder::MonthFirst)).as_deref(), Some("2024-03-04 14:05:00"));
        for time in ["1:30 PM", "01:30 pm", "1:30PM", "1:30\u{202f}PM", "1:30 p.m.", "1:30:00 PM", "13:30"] {
            let moment = iso(&format!("03/04/2026 {time}"), Some(DateOrder::MonthFirst));
            assert_eq!(moment.as_deref(), Some("2026-03-04 13:30:00"), "{time}");
        }
        assert_eq!(day("31/2/2024"), None);
        assert_eq!(day("4-Mar-24").as_deref(), Some("2024-03-04"));
        assert_eq!(day("Mar 4, 2024, 09:00").as_deref(), Some("2024-03-04 09:00:00"));
        assert_eq!(day("2024-03-04"), None);
        assert_eq!(iso("3/4/2024", None), None);
    }
}
