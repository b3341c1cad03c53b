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
        /// The same in the language that is not the organisation's own, where it had a name in that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other_name: Option<String>,
    },
    /// A queue that gives its tickets to agents.
    Queue {
        /// What it was called.
        name: String,
        /// As of rules.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other_name: Option<String>,
    },
    /// No rule put the ticket anywhere: it waits in the first queue.
    NoRule,
    /// A step of a service level.
    Step {
        /// What the service level was called.
        policy: String,
        /// As of rules.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other_name: Option<String>,
        /// The clock that the step goes by.
        clock: ClockKind,
        /// Percent of the target at which it was due.
        at_percent: u16,
    },
    /// The customer wrote again.
    CustomerWrote,
}

impl Cause {
    /// As a reader is told it, by one name: that of the other language, if they read that and it had one.
    #[must_use]
    pub fn told(mut self, in_other: bool) -> Self {
        if let Self::Rule { name, other_name }
        | Self::Queue { name, other_name }
        | Self::Step { policy: name, other_name, .. } = &mut self
            && let Some(other) = other_name.take().filter(|_| in_other)
        {
            *name = other;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(name: &str, other: Option<&str>) -> Cause {
        Cause::Queue { name: name.to_owned(), other_name: other.map(str::to_owned) }
    }

    #[test]
    fn a_cause_is_told_by_one_name() {
        let (both, one) = (queue("支持", Some("Support")), queue("支持", None));
        assert_eq!((both.clone().told(true), both.told(false)), (queue("Support", None), one.clone()));
        assert_eq!(one.clone().told(true), one);
        let kept: Cause = serde_json::from_str(r#"{"by": "queue", "name": "支持"}"#).unwrap();
        assert_eq!(kept, one, "what was noted before there were two names");
    }
}
