//! Opening hours as the fields of a record keep them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value};

use super::calendar::{BusinessHours, Interval, Special};
use crate::error::FieldError;
use crate::format::Zone;
use crate::record::day;

/// The days of a week as hours name them.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Most intervals of a day.
const MAX_INTERVALS: usize = 12;
/// Most holidays, and most days that are made up for.
const MAX_DAYS: usize = 1_000;
/// Most characters of a holiday's name.
const MAX_NAME: usize = 100;

type Hours = Vec<Interval>;

/// A day on which nobody works, as a field keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holiday {
    /// The day.
    pub day: NaiveDate,
    /// What is celebrated.
    pub name: String,
}

/// A day that is open whatever its weekday, as a field keeps it; with hours like those of a Monday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Workday {
    /// The day.
    pub day: NaiveDate,
}

impl BusinessHours {
    /// Reads the fields of a business calendar:
    /// - `hours`: `{"mon": [["09:00", "12:00"], ["13:00", "18:00"]]}`; days that are not named are closed;
    /// - `holidays`: `[{"day": "2026-10-01", "name": "国庆节"}]`;
    /// - `workdays`: `[{"day": "2026-10-10"}]`, with the hours of a Monday, of another weekday (`"as": "fri"`) or of
    ///   their own (`"hours": [["09:00", "12:00"]]`).
    ///
    /// # Errors
    /// The first thing that is wrong with each day of the week, and with each of the two lists.
    pub fn parse(zone: Zone, hours: &Value, holidays: &Value, workdays: &Value) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let week = week(hours, &mut errors);
        let mut special = read_holidays(holidays).map_err(|error| errors.push(error)).unwrap_or_default();
        if let Err(error) = read_workdays(workdays, &week, &mut special) {
            errors.push(error);
        }
        if errors.is_empty() { Ok(Self { zone, week, special }) } else { Err(errors) }
    }
}

fn week(value: &Value, errors: &mut Vec<FieldError>) -> [Hours; 7] {
    let mut week: [Hours; 7] = Default::default();
    let days = match value {
        Value::Object(days) => days,
        value => {
            errors.extend((!value.is_null()).then(|| FieldError::new("hours", "opening_hours")));
            return week;
        }
    };
    for (name, hours) in days {
        let weekday = WEEKDAYS.iter().position(|known| known == name);
        let weekday = weekday.ok_or_else(|| FieldError::new("hours", "unknown_part").with("part", name));
        match weekday.and_then(|at| Ok((at, intervals(&format!("hours.{name}"), hours)?))) {
            Ok((at, open)) => week[at] = open,
            Err(error) => errors.push(error),
        }
    }
    week
}

/// The intervals of a day, in order.
fn intervals(field: &str, value: &Value) -> Result<Hours, FieldError> {
    let pairs = list(field, value, MAX_INTERVALS, "opening_hours")?;
    let mut hours = pairs.iter().map(|pair| interval(field, pair)).collect::<Result<Hours, _>>()?;
    hours.sort_by_key(|open| open.from);
    match hours.windows(2).find(|pair| pair[1].from < pair[0].to) {
        Some(pair) => Err(FieldError::new(field, "hours_overlap").with("interval", text(pair[1]))),
        None => Ok(hours),
    }
}

fn interval(field: &str, value: &Value) -> Result<Interval, FieldError> {
    let pair = value.as_array().filter(|pair| pair.len() == 2);
    let minute = |place: usize| minute(pair?.get(place)?.as_str()?);
    let (Some(from), Some(to)) = (minute(0), minute(1)) else {
        return Err(FieldError::new(field, "opening_hours"));
    };
    let open = Interval { from, to };
    if from < to { Ok(open) } else { Err(FieldError::new(field, "hours_order").with("interval", text(open))) }
}

/// The minute of the day that `HH:MM` means, up to `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |part: &str| -> Option<u16> {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    (minute < 60).then_some(hour * 60 + minute).filter(|minute| *minute <= Interval::WHOLE_DAY.to)
}

fn text(open: Interval) -> String {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    format!("{}–{}", clock(open.from), clock(open.to))
}

fn read_holidays(value: &Value) -> Result<BTreeMap<NaiveDate, Special>, FieldError> {
    let mut special = BTreeMap::new();
    for (at, entry) in list("holidays", value, MAX_DAYS, "day_list")?.iter().enumerate() {
        let place = format!("holidays.{at}");
        let (day, parts) = dated(&place, entry, &["name"])?;
        let name = match parts.get("name") {
            None | Some(Value::Null) => "",
            Some(name) => name.as_str().map(str::trim).ok_or_else(|| FieldError::new(&place, "text"))?,
        };
        if name.chars().count() > MAX_NAME {
            return Err(FieldError::new(place, "too_long").with("max", MAX_NAME));
        }
        let closed = Special { open: Vec::new(), holiday: Some(name.to_owned()) };
        if special.insert(day, closed).is_some() {
            return Err(FieldError::new(format!("{place}.day"), "day_twice").with("day", day));
        }
    }
    Ok(special)
}

fn read_workdays(
    value: &Value,
    week: &[Hours; 7],
    special: &mut BTreeMap<NaiveDate, Special>,
) -> Result<(), FieldError> {
    for (at, entry) in list("workdays", value, MAX_DAYS, "day_list")?.iter().enumerate() {
        let place = format!("workdays.{at}");
        let (day, parts) = dated(&place, entry, &["as", "hours"])?;
        let like = match parts.get("as") {
            None | Some(Value::Null) => Some(0),
            Some(name) => WEEKDAYS.iter().position(|known| name.as_str() == Some(known)),
        };
        let like = like.ok_or_else(|| FieldError::new(format!("{place}.as"), "choice"))?;
        let open = match parts.get("hours") {
            None | Some(Value::Null) => week[like].clone(),
            Some(own) => intervals(&format!("{place}.hours"), own)?,
        };
        match special.insert(day, Special { open, holiday: None }) {
            None => {}
            Some(Special { holiday: None, .. }) => {
                return Err(FieldError::new(format!("{place}.day"), "day_twice").with("day", day));
            }
            Some(_) => return Err(FieldError::new(format!("{place}.day"), "day_open_and_closed").with("day", day)),
        }
    }
    Ok(())
}

/// The entries of a list; none when there is no value.
fn list<'v>(field: &str, value: &'v Value, max: usize, code: &str) -> Result<&'v [Value], FieldError> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(entries) if entries.len() > max => Err(FieldError::new(field, "too_many").with("max", max)),
        Value::Array(entries) => Ok(entries),
        _ => Err(FieldError::new(field, code)),
    }
}

/// An entry with a day and nothing else but these parts.
fn dated<'v>(
    field: &str,
    entry: &'v Value,
    others: &[&str],
) -> Result<(NaiveDate, &'v Map<String, Value>), FieldError> {
    let parts = entry.as_object().ok_or_else(|| FieldError::new(field, "day_list"))?;
    if let Some(part) = parts.keys().find(|part| *part != "day" && !others.contains(&part.as_str())) {
        return Err(FieldError::new(field, "unknown_part").with("part", part));
    }
    let date = parts.get("day").and_then(Value::as_str).and_then(day);
    Ok((date.ok_or_else(|| FieldError::new(field, "date"))?, parts))
}
