//! Working time: how much of it lies between two instants, and when so much of it is over.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::format::Zone;

const DAY: i64 = 86_400;
/// After so many days in a row without an open minute, two years, nothing is expected to open again.
const CLOSED_FOR_GOOD: u32 = 731;
/// Nothing is reckoned further ahead than so many days, twenty years, however rarely it is open.
const FARTHEST: usize = 7_305;

/// Minutes of a local day from `from` on, before `to`; 1440 is its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// First minute.
    pub from: u16,
    /// First minute after it.
    pub to: u16,
}

impl Interval {
    /// A day from midnight to midnight.
    pub const WHOLE_DAY: Self = Self { from: 0, to: 1_440 };
}

/// A day that is not like others of its weekday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Special {
    /// Its own hours; none on holidays.
    pub(super) open: Vec<Interval>,
    /// The holiday's name.
    pub(super) holiday: Option<String>,
}

/// When somebody works: hours of each weekday, holidays, and days that are made up for 调休.
///
/// Days and hours are what clocks on the wall show in the zone. An interval lasts from the instant at which they reach
/// its beginning until the one at which they reach its end, each for the first time: clocks that go back make it an hour
/// longer, and of what they skip nothing remains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessHours {
    pub(super) zone: Zone,
    /// From Monday on; in order, without overlaps.
    pub(super) week: [Vec<Interval>; 7],
    pub(super) special: BTreeMap<NaiveDate, Special>,
}

impl BusinessHours {
    /// Around the clock, every day.
    pub fn always() -> Self {
        Self { zone: Zone::utc(), week: std::array::from_fn(|_| vec![Interval::WHOLE_DAY]), special: BTreeMap::new() }
    }

    /// The zone whose days and hours these are.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The hours of a day, in order.
    pub fn open_on(&self, day: NaiveDate) -> &[Interval] {
        match self.special.get(&day) {
            Some(special) => &special.open,
            None => &self.week[day.weekday().num_days_from_monday() as usize],
        }
    }

    /// The name of the holiday that a day is; may be empty.
    pub fn holiday(&self, day: NaiveDate) -> Option<&str> {
        self.special.get(&day)?.holiday.as_deref()
    }

    /// Whether somebody works at an instant.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.seconds_between(at.timestamp(), at.timestamp() + 1) > 0
    }

    /// The working time from one instant to another; none when the second is not later.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
        Duration::seconds(self.seconds_between(from.timestamp(), to.timestamp()))
    }

    /// The first instant by which so much was worked from `start` on; `start` itself when that is nothing. `None` when
    /// nothing opens for two years on the way, or it would take more than twenty.
    pub fn add(&self, start: DateTime<Utc>, work: Duration) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.seconds_after(start.timestamp(), work.num_seconds())?, 0)
    }

    pub(super) fn seconds_between(&self, from: i64, to: i64) -> i64 {
        let mut worked = 0;
        for day in self.days(from).take_while(|day| self.instant(*day, 0) < to) {
            for open in self.open_on(day) {
                let begin = self.instant(day, open.from).max(from);
                worked += (self.instant(day, open.to).min(to) - begin).max(0);
            }
        }
        worked
    }

    pub(super) fn seconds_after(&self, start: i64, work: i64) -> Option<i64> {
        if work <= 0 {
            return Some(start);
        }
        let (mut left, mut closed) = (work, 0);
        for day in self.days(start).take(FARTHEST) {
            closed += 1;
            for open in self.open_on(day) {
                let begin = self.instant(day, open.from).max(start);
                let length = (self.instant(day, open.to) - begin).max(0);
                if left <= length {
                    return Some(begin + left);
                }
                if length > 0 {
                    closed = 0;
                }
                left -= length;
            }
            if closed > CLOSED_FOR_GOOD {
                return None;
            }
        }
        None
    }

    /// The days of which something may be left at an instant, from the one on that clocks then show.
    fn days(&self, from: i64) -> impl Iterator<Item = NaiveDate> + use<> {
        let first = DateTime::from_timestamp(from, 0).map(|at| self.zone.day(at));
        first.into_iter().flat_map(|day| day.iter_days())
    }

    /// The instant at which clocks show such a minute of a day for the first time, or have skipped it.
    fn instant(&self, day: NaiveDate, minute: u16) -> i64 {
        let local = day.and_time(NaiveTime::MIN).and_utc().timestamp() + i64::from(minute) * 60;
        let changes = &self.zone.transitions;
        // No clock is two days from UTC: what changed before that is settled.
        let settled = changes.partition_point(|(from, _)| *from <= local - 2 * DAY).saturating_sub(1);
        for (place, (from, offset)) in changes.iter().enumerate().skip(settled) {
            if changes.get(place + 1).is_none_or(|(end, _)| end + i64::from(*offset) > local) {
                let shown = local - i64::from(*offset);
                return if place == 0 { shown } else { shown.max(*from) };
            }
        }
        local
    }
}
