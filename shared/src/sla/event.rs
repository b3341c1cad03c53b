//! What happens to a ticket, as far as its clocks are concerned.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ClockKind;
use crate::record::instant;

/// Most working minutes that can be promised: a year around the clock.
pub const MAX_TARGET_MINUTES: u32 = 525_600;
/// Share of a target, in percent, from which on it is at risk when a policy says nothing else.
const AT_RISK: u16 = 75;

/// What a status means for the clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Nobody looked at it yet.
    #[default]
    New,
    /// Being worked on.
    Open,
    /// The customer has to answer first.
    WaitingCustomer,
    /// Somebody else has to do something first.
    WaitingThirdParty,
    /// Solved; the customer may say that it isn't.
    Solved,
    /// Done for good.
    Closed,
}

impl Category {
    /// All of them, in the order of a ticket's life.
    pub const ALL: [Self; 6] =
        [Self::New, Self::Open, Self::WaitingCustomer, Self::WaitingThirdParty, Self::Solved, Self::Closed];

    /// Identifier in fields and labels.
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::WaitingCustomer => "waiting_customer",
            Self::WaitingThirdParty => "waiting_third_party",
            Self::Solved => "solved",
            Self::Closed => "closed",
        }
    }

    /// The category of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.code() == code)
    }

    /// Whether there is nothing left to do.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Solved | Self::Closed)
    }
}

/// How many working minutes each clock may take; nothing where nothing is promised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Targets {
    /// Until the first public reply.
    pub first_response: Option<u32>,
    /// Until each further public reply.
    pub next_response: Option<u32>,
    /// Until it is solved.
    pub resolution: Option<u32>,
}

impl Targets {
    /// The target of a clock.
    pub fn of(self, clock: ClockKind) -> Option<u32> {
        match clock {
            ClockKind::FirstResponse => self.first_response,
            ClockKind::NextResponse => self.next_response,
            ClockKind::Resolution => self.resolution,
        }
        .filter(|minutes| *minutes > 0)
    }
}

/// Which clocks a status holds. The first response is never among them: who waits has not answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The next response stands still.
    pub next_response: bool,
    /// The resolution stands still.
    pub resolution: bool,
}

/// What the two ways of waiting hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pauses {
    /// While the customer has to answer: both, unless the policy says otherwise.
    pub waiting_customer: Held,
    /// While a third party has to act: the resolution, unless the policy says otherwise. Customers still get answers.
    pub waiting_third_party: Held,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            waiting_customer: Held { next_response: true, resolution: true },
            waiting_third_party: Held { next_response: false, resolution: true },
        }
    }
}

/// What a policy promises for a ticket of its priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// How long each clock may take.
    pub targets: Targets,
    /// When they stand still.
    pub pauses: Pauses,
    /// Percent of a target from which on it is at risk.
    pub at_risk_percent: u16,
}

impl Default for Terms {
    fn default() -> Self {
        Self { targets: Targets::default(), pauses: Pauses::default(), at_risk_percent: AT_RISK }
    }
}

/// What happened. Internal notes don't: they move no clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The ticket came in: first response and resolution begin.
    Created,
    /// The customer wrote.
    CustomerMessage,
    /// Somebody answered so that the customer can read it.
    AgentReply,
    /// It got a status of this category. Reopening is one that is not done after one that was.
    StatusChanged {
        /// The new category.
        to: Category,
    },
    /// A policy applies from now on, or another one, or another priority. Before, nothing is promised.
    PolicyChanged(Terms),
    /// It became part of another ticket: what is not met by then is measured there, and closing it afterwards meets nothing.
    /// Reopening brings it back.
    Merged,
}

/// What happened to a ticket, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    #[serde(with = "instant")]
    pub at: DateTime<Utc>,
    /// What.
    pub what: What,
}
