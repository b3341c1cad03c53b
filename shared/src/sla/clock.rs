//! The clocks of a ticket, as they stand at an instant.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::history::History;
use super::{BusinessHours, Escalation, Event};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// From the beginning to the first public reply.
    FirstResponse,
    /// From the first unanswered message after that to the next public reply.
    NextResponse,
    /// From the beginning until it is solved.
    Resolution,
}

impl ClockKind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::FirstResponse, Self::NextResponse, Self::Resolution];

    /// Identifier in fields and labels.
    pub const fn code(self) -> &'static str {
        match self {
            Self::FirstResponse => "first_response",
            Self::NextResponse => "next_response",
            Self::Resolution => "resolution",
        }
    }

    /// The clock of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Identifiers of the clocks.
pub const CLOCKS: &[&str] =
    &[ClockKind::FirstResponse.code(), ClockKind::NextResponse.code(), ClockKind::Resolution.code()];

/// How a clock stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// Nothing is promised, nothing began, or another ticket takes it on.
    #[default]
    None,
    /// Running, with time left.
    Active,
    /// Standing still, with time left.
    Paused,
    /// Running, with little time left.
    AtRisk,
    /// The time is over, and it is not met. It stays so while the clock stands still.
    Missed,
    /// Met in time; what happens in the due second is in time.
    Met,
    /// Met after the time was over.
    MetLate,
}

impl ClockState {
    /// Identifier in fields and labels.
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::AtRisk => "at_risk",
            Self::Missed => "missed",
            Self::Met => "met",
            Self::MetLate => "met_late",
        }
    }
}

/// One clock at an instant. All of it but state and targets is known without a policy, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Working minutes it may take: those that hold now; those that held when it was met.
    pub target_minutes: Option<u32>,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When its target is, or was, used up. Nothing while it stands still with time left, and when that is never.
    pub due_at: Option<DateTime<Utc>>,
    /// When it is, or was, first at risk; nothing in the same cases.
    pub at_risk_at: Option<DateTime<Utc>>,
    /// The instant of which the rest tells.
    pub as_of: DateTime<Utc>,
    /// Working seconds that it ran.
    pub elapsed: i64,
    /// Whether it stands still, to go on later.
    pub paused: bool,
    /// When it was met.
    pub met_at: Option<DateTime<Utc>>,
    /// How it stands.
    pub state: ClockState,
}

impl Clock {
    /// Whether time changes it.
    pub fn is_running(&self) -> bool {
        !self.paused && matches!(self.state, ClockState::Active | ClockState::AtRisk | ClockState::Missed)
    }

    /// How it will stand at a later instant if nothing happens until then.
    pub fn state_at(&self, now: DateTime<Utc>) -> ClockState {
        let is_past = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at <= now);
        match self.state {
            ClockState::Active | ClockState::AtRisk if is_past(self.due_at) => ClockState::Missed,
            ClockState::Active if is_past(self.at_risk_at) => ClockState::AtRisk,
            state => state,
        }
    }

    /// The working time that is left at an instant, not before `as_of`, if nothing happens until then; less than none
    /// by how much it is overdue. Nothing without a target.
    pub fn remaining(&self, hours: &BusinessHours, now: DateTime<Utc>) -> Option<Duration> {
        let left = Duration::seconds(target(self.target_minutes?) - self.elapsed);
        Some(if self.is_running() { left - hours.between(self.as_of, now) } else { left })
    }

    /// Whether it ran for such a share of its target.
    pub(super) fn has_reached(&self, percent: u16) -> bool {
        self.target_minutes.is_some_and(|minutes| share(minutes, percent) <= self.elapsed)
    }

    /// Whether it says the same as another one, but for the working time between their instants. How long one ran that promises
    /// nothing is told of its own instant only: whether it runs is not seen.
    fn agrees_with(&self, other: &Self, hours: &BusinessHours) -> bool {
        let at = self.as_of.max(other.as_of);
        let ran = |clock: &Self| if clock.is_running() { hours.between(clock.as_of, at).num_seconds() } else { 0 };
        let elapsed = |clock: &Self| clock.target_minutes.map(|_| clock.elapsed + ran(clock));
        let of_then = |clock: &Self| Self { as_of: at, elapsed: 0, ..*clock };
        elapsed(self) == elapsed(other) && of_then(self) == of_then(other)
    }

    /// When time alone changes something about it next.
    fn next_change(&self, percents: impl Iterator<Item = u16>, hours: &BusinessHours) -> Option<DateTime<Utc>> {
        let minutes = self.target_minutes.filter(|_| self.is_running())?;
        let steps = percents.map(|percent| share(minutes, percent) - self.elapsed);
        let step = steps.filter(|left| *left > 0).min();
        let step = step.and_then(|left| hours.add(self.as_of, Duration::seconds(left)));
        [self.at_risk_at, self.due_at, step].into_iter().flatten().filter(|at| *at > self.as_of).min()
    }
}

/// The clocks of a ticket at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// Until the first reply.
    pub first_response: Clock,
    /// Until the reply to what was written last; as it was met when everything is answered.
    pub next_response: Clock,
    /// Until it is solved.
    pub resolution: Clock,
}

impl Clocks {
    /// How the clocks stand at an instant, after all that happened: at the last event if that is later. Events may come in any
    /// order; those of the same instant happened in the order given.
    pub fn at(now: DateTime<Utc>, events: &[Event], hours: &BusinessHours) -> Self {
        let history = History::of(events);
        let clock = |kind| history.clock(kind, hours, now);
        Self {
            first_response: clock(ClockKind::FirstResponse),
            next_response: clock(ClockKind::NextResponse),
            resolution: clock(ClockKind::Resolution),
        }
    }

    /// Whether nothing but time lies between these clocks and others, before or after them, and not so much that a state is
    /// another. Those that were kept agree with those that are worked out from what happened ([`Clocks::at`]), by whatever
    /// servers' clocks: else they are outdated.
    pub fn agree_with(&self, others: &Self, hours: &BusinessHours) -> bool {
        ClockKind::ALL.into_iter().all(|kind| self.get(kind).agrees_with(others.get(kind), hours))
    }

    /// One of them.
    pub fn get(&self, kind: ClockKind) -> &Clock {
        match kind {
            ClockKind::FirstResponse => &self.first_response,
            ClockKind::NextResponse => &self.next_response,
            ClockKind::Resolution => &self.resolution,
        }
    }

    /// The first instant after theirs at which time alone changes a state or makes a step due; nothing when only
    /// something that happens can.
    pub fn next_change(&self, steps: &[Escalation], hours: &BusinessHours) -> Option<DateTime<Utc>> {
        let next = |kind: ClockKind| {
            let percents = steps.iter().filter(|step| step.clock == kind).map(|step| step.at_percent);
            self.get(kind).next_change(percents, hours)
        };
        ClockKind::ALL.into_iter().filter_map(next).min()
    }
}

/// The seconds of a target.
pub(super) fn target(minutes: u32) -> i64 {
    i64::from(minutes) * 60
}

/// The first second of a target by which such a share of it is used up.
pub(super) fn share(minutes: u32, percent: u16) -> i64 {
    (target(minutes) * i64::from(percent) + 99) / 100
}
