//! Calendars, zones and tickets made up from a seed, so that a failure can be had again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, Utc};
use serde_json::{Value, json};

use super::super::*;
use super::{at, new_york, shanghai};
use crate::format::Zone;

/// SplitMix64.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` on, before `high`.
    pub(super) fn within(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low) as u64) as i64
    }

    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.within(0, 100) < percent
    }

    pub(super) fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.within(0, choices.len() as i64) as usize].clone()
    }
}

type Hours = Vec<(u16, u16)>;

/// A calendar as plain data, which the simulation reads minute by minute.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) zone: Zone,
    week: [Hours; 7],
    holidays: BTreeSet<NaiveDate>,
    /// Own hours, or those of a weekday.
    workdays: BTreeMap<NaiveDate, Result<Hours, usize>>,
}

impl Model {
    /// A calendar with special days and changes of the clock in the weeks from an instant on.
    pub(super) fn new(random: &mut Random, from: DateTime<Utc>) -> Self {
        let zone = zone(random, from);
        let usual = hours(random);
        let week = std::array::from_fn(|weekday| match random.within(0, 10) {
            0..3 => hours(random),
            3 => Vec::new(),
            _ if weekday > 4 => Vec::new(),
            _ => usual.clone(),
        });
        let day = |random: &mut Random| from.date_naive() + Days::new(random.within(0, 40) as u64);
        let holidays: BTreeSet<_> = (0..random.within(0, 8)).map(|_| day(random)).collect();
        let mut workdays = BTreeMap::new();
        for _ in 0..random.within(0, 5) {
            let like = if random.chance(50) { Ok(hours(random)) } else { Err(random.within(0, 7) as usize) };
            workdays.insert(day(random), like);
        }
        workdays.retain(|day, _| !holidays.contains(day));
        Self { zone, week, holidays, workdays }
    }

    /// The same through the fields of a record.
    pub(super) fn hours(&self) -> BusinessHours {
        let clock = |minute: &u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let written =
            |hours: &Hours| -> Value { hours.iter().rev().map(|(from, to)| json!([clock(from), clock(to)])).collect() };
        let week: Value =
            WEEKDAYS.iter().zip(&self.week).map(|(name, hours)| ((*name).to_owned(), written(hours))).collect();
        let holidays: Value = self.holidays.iter().map(|day| json!({ "day": day, "name": "x" })).collect();
        let workdays = self.workdays.iter().map(|(day, like)| match like {
            Ok(own) => json!({ "day": day, "hours": written(own) }),
            Err(0) => json!({ "day": day }),
            Err(like) => json!({ "day": day, "as": WEEKDAYS[*like] }),
        });
        BusinessHours::parse(self.zone.clone(), &week, &holidays, &workdays.collect()).unwrap()
    }

    /// The hours of a day.
    fn on(&self, day: NaiveDate) -> &[(u16, u16)] {
        match self.workdays.get(&day) {
            _ if self.holidays.contains(&day) => &[],
            Some(Ok(own)) => own,
            Some(Err(like)) => &self.week[*like],
            None => &self.week[day.weekday().num_days_from_monday() as usize],
        }
    }

    /// Whether each of so many minutes from an instant on is open: by the latest time that clocks have shown so far.
    pub(super) fn simulate(&self, from: DateTime<Utc>, minutes: usize) -> Vec<bool> {
        const BEFORE: i64 = 5 * 1440;
        let (mut latest, mut today) = (i64::MIN, i64::MIN);
        let mut hours = &[][..];
        let mut open = Vec::new();
        for count in -BEFORE..minutes as i64 {
            let at = from + Duration::minutes(count);
            latest = latest.max(at.timestamp() / 60 + i64::from(self.zone.offset_at(at)) / 60);
            if latest.div_euclid(1440) != today {
                today = latest.div_euclid(1440);
                hours = self.on(NaiveDate::default() + Days::new(today as u64));
            }
            if count >= 0 {
                let minute = (latest - today * 1440) as u16;
                open.push(hours.iter().any(|(from, to)| (*from..*to).contains(&minute)));
            }
        }
        open
    }
}

/// Up to four intervals of a day.
fn hours(random: &mut Random) -> Hours {
    if random.chance(10) {
        return vec![(0, 1440)];
    }
    let mut hours = Vec::new();
    let mut from = random.within(0, 700);
    for _ in 0..random.within(1, 5) {
        let to = from + random.within(1, 400);
        if to > 1440 {
            break;
        }
        hours.push((from as u16, to as u16));
        // Sometimes without a gap.
        from = to + random.within(0, 200) * i64::from(random.chance(70));
    }
    hours
}

fn zone(random: &mut Random, from: DateTime<Utc>) -> Zone {
    match random.within(0, 10) {
        0 => Zone::utc(),
        1 => Zone::default(),
        2 => shanghai(),
        3..5 => new_york(),
        _ => changing(random, from),
    }
}

/// Clocks that are put forward or back by anything up to a day and more, every few days.
fn changing(random: &mut Random, from: DateTime<Utc>) -> Zone {
    let mut at = from.timestamp() / 60 - 10 * 1440;
    let transitions = (0..random.within(1, 8)).map(|_| {
        at += random.within(3 * 1440, 12 * 1440);
        (at * 60, random.within(-48, 57) as i32 * 900)
    });
    Zone { name: "Test/Changing".into(), transitions: transitions.collect() }
}

/// An instant near which clocks may change in New York, to the minute.
pub(super) fn beginning(random: &mut Random) -> DateTime<Utc> {
    let near = random.pick(&["2026-02-20T00:00:00Z", "2026-10-15T00:00:00Z", "2025-12-20T00:00:00Z"]);
    at(near) + Duration::minutes(random.within(0, 20 * 1440))
}

fn terms(random: &mut Random) -> Terms {
    let mut target = || random.chance(85).then(|| random.within(1, 700) as u32);
    let targets = Targets { first_response: target(), next_response: target(), resolution: target().map(|t| t * 3) };
    let mut held = || Held { next_response: random.chance(50), resolution: random.chance(50) };
    let pauses = Pauses { waiting_customer: held(), waiting_third_party: held() };
    Terms { targets, pauses, at_risk_percent: random.within(1, 101) as u16 }
}

/// What happens to a ticket and how many minutes after its beginning, in order.
pub(super) fn happenings(random: &mut Random) -> Vec<(i64, What)> {
    let mut happened = vec![(0, What::Created)];
    let mut minute = 0;
    let most = random.pick(&[2, 8, 25]);
    for _ in 0..random.within(0, most) {
        minute += match random.within(0, 10) {
            0..2 => 0,
            2..7 => random.within(1, 200),
            _ => random.within(1, 3_000),
        };
        let what = match random.within(0, 100) {
            0..15 => What::PolicyChanged(terms(random)),
            15..45 => What::CustomerMessage,
            45..65 => What::AgentReply,
            65..98 => What::StatusChanged { to: random.pick(&Category::ALL) },
            _ => What::Merged,
        };
        happened.push((minute, what));
        if happened.len() == 2 && random.chance(80) {
            happened[1] = (0, What::PolicyChanged(terms(random)));
            minute = 0;
        }
    }
    happened
}

/// Steps for all clocks.
pub(super) fn steps(random: &mut Random) -> Vec<Escalation> {
    let step = |random: &mut Random| Escalation {
        clock: random.pick(&ClockKind::ALL),
        at_percent: random.within(50, 501) as u16,
        action: Action::Notify,
        user_id: None,
        team_id: None,
    };
    (0..random.within(0, 6)).map(|_| step(random)).collect()
}
