//! Why the system changed something by itself.

use serde::{Deserialize, Serialize};

use crate::sla::ClockKind;

/// One thing that made the system change something. It is kept with the change, by the name that it had then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Cause {
    /// A rule for new tickets.
    Rule {
        /// What it was called.
        name: String,
    },
    /// A queue that gives its tickets to agents.
    Queue {
        /// What it was called.
        name: String,
    },
    /// No rule put the ticket anywhere: it waits in the first queue.
    NoRule,
    /// A step of a service level.
    Step {
        /// What the service level was called.
        policy: String,
        /// The clock that the step goes by.
        clock: ClockKind,
        /// Percent of the target at which it was due.
        at_percent: u16,
    },
    /// The customer wrote again.
    CustomerWrote,
}
