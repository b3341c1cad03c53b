//! Days as files write them: 3/4/2024, 4-Mar-24, Mar 4, 2024, 2024年3月4日.

mod order;

use chrono::{Datelike, NaiveDate};
use shared::import::DateOrder;

use super::clock::clock;
pub(super) use order::order;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// What stands between the parts of a day whose month is named.
const SIGNS: [char; 6] = [' ', '\u{a0}', ',', '.', '-', '/'];

/// What the cell of a day or a moment says, in one spelling; nothing where programs write that there is none. Other
/// texts stay as they are.
pub(super) fn read(text: &str, order: Option<DateOrder>) -> String {
    if is_none(text) || order.is_some() && is_part(text) {
        return String::new();
    }
    iso(text, order).unwrap_or_else(|| text.to_owned())
}

/// The day, with its time and offset if they are there: `2024-03-04`, `2024-03-04 15:30:00`,
/// `2024-03-04T15:30:00+02:00`; other texts are nothing. Without an order, days such as 3/4/2024 are nothing either.
fn iso(text: &str, order: Option<DateOrder>) -> Option<String> {
    let (date, time) = date_and_time(text);
    let ordered = || in_order(numbers(date, [2, 2, 4])?.0, order?);
    let day = year_first(date).or_else(|| named(date)).or_else(ordered)?;
    if time.is_empty() {
        return Some(day.to_string());
    }
    let (time, offset) = clock(time)?;
    let local = day.and_time(time);
    match offset {
        Some(offset) => Some(local.and_local_timezone(offset).single()?.to_rfc3339()),
        None => Some(local.to_string()),
    }
}

/// Whether it is a day without its year, or a year alone, as address books have them for birthdays.
fn is_part(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("--") || (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it is how programs write that there is no day: 0/0/00, 0000-00-00 00:00:00.
fn is_none(text: &str) -> bool {
    matches!(numbers(date_and_time(text).0, [4, 2, 4]), Some(([0, 0, 0], _)))
}

/// 2024/3/4, 2024-03-04, 2024年3月4日.
fn year_first(date: &str) -> Option<NaiveDate> {
    let plain = date.strip_suffix(['日', '号']).map(|date| date.replace(['年', '月'], "-"));
    let ([year, month, day], _) = numbers(plain.as_deref().unwrap_or(date), [4, 2, 2])?;
    NaiveDate::from_ymd_opt(year.try_into().ok()?, month, day).filter(|day| day.year() >= 1000)
}

/// A day whose month is named in English: 4-Mar-24, Mar 4, 2024, 4. March 2024, Mon Mar 4 2024.
fn named(date: &str) -> Option<NaiveDate> {
    let mut words: Vec<&str> = date.split(SIGNS).filter(|word| !word.is_empty()).collect();
    if words.first().is_some_and(|word| place(&WEEKDAYS, word).is_some()) {
        words.remove(0);
    }
    let [first, second, third] = words[..] else { return None };
    let (month, day, year) = match (place(&MONTHS, first), place(&MONTHS, second)) {
        (Some(month), _) => (month, second, third),
        (None, Some(month)) if number(first, 4).is_some() && first.len() == 4 => (month, third, first),
        (None, Some(month)) => (month, first, third),
        (None, None) => return None,
    };
    let day = ["st", "nd", "rd", "th"].iter().find_map(|end| day.strip_suffix(end)).unwrap_or(day);
    let year = number(year, 4).filter(|_| matches!(year.len(), 2 | 4))?;
    NaiveDate::from_ymd_opt(century(year)?, month, number(day, 2)?)
}

/// Which of these a word is, whole or shortened to three letters or more; from 1.
fn place(names: &[&str], word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    let (number, _) = (1..).zip(names).find(|(_, name)| word.len() >= 3 && name.starts_with(&word))?;
    Some(number)
}

fn in_order([first, second, year]: [u32; 3], order: DateOrder) -> Option<NaiveDate> {
    let (day, month) = match order {
        DateOrder::DayFirst => (first, second),
        DateOrder::MonthFirst => (second, first),
    };
    NaiveDate::from_ymd_opt(century(year)?, month, day)
}

/// Years of two digits are those around the turn of the century.
fn century(year: u32) -> Option<i32> {
    let year = i32::try_from(year).ok()?;
    Some(match year {
        0..50 => 2000 + year,
        50..100 => 1900 + year,
        _ => year,
    })
}

/// A cell's day and its time: the hour before the first colon and what follows, with 上午 or 下午 before it.
fn date_and_time(cell: &str) -> (&str, &str) {
    let cell = cell.trim();
    let Some(colon) = cell.find([':', '：']) else { return (cell, "") };
    let before = cell[..colon].trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    let date = ["上午", "下午"].iter().find_map(|half| before.strip_suffix(half)).unwrap_or(before);
    let time = cell[date.len()..].trim_start();
    // 2024-03-04T15:30; words end with that letter as well.
    let is_day = |date: &&str| date.ends_with(|c: char| c.is_ascii_digit());
    let date = date.strip_suffix(['T', 't']).filter(is_day).unwrap_or(date);
    (date.trim_end_matches([' ', ',', '，']), time)
}

/// Three numbers of so many digits at most, and the sign between them: 3/4/2024, 03.04.24.
fn numbers(date: &str, longest: [usize; 3]) -> Option<([u32; 3], char)> {
    let sign = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '.' | '-'))?;
    let mut parts = date.split(sign);
    let mut part = |longest: usize| number(parts.next()?, longest);
    let found = [part(longest[0])?, part(longest[1])?, part(longest[2])?];
    parts.next().is_none().then_some((found, sign))
}

fn number(text: &str, longest: usize) -> Option<u32> {
    let is_one = (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests;
