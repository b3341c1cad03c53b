//! What a policy has done when a clock runs for too long.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{ClockKind, Clocks};
use crate::error::FieldError;

/// Earliest share of a target, in percent, at which a step can be due.
pub const MIN_PERCENT: u16 = 50;
/// Latest one.
pub const MAX_PERCENT: u16 = 500;
/// Most steps of a policy.
const MAX_STEPS: usize = 20;

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Tells the named user or team; whoever has the ticket when nobody is named.
    Notify,
    /// Gives the ticket the next higher priority.
    RaisePriority,
    /// Gives it to the named user, team or both.
    Assign,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Notify, Self::RaisePriority, Self::Assign];

    /// Identifier in fields and labels.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::RaisePriority => "raise_priority",
            Self::Assign => "assign",
        }
    }
}

/// Identifiers of what steps do.
pub const ACTIONS: &[&str] = &[Action::Notify.code(), Action::RaisePriority.code(), Action::Assign.code()];

/// A step of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Escalation {
    /// The clock it goes by.
    pub clock: ClockKind,
    /// Percent of the target after which it is due.
    pub at_percent: u16,
    /// What is done.
    pub action: Action,
    /// With or to whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Uuid>,
    /// With or to which team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<Uuid>,
}

/// A step that was done, or is to be done, for one run of its clock: each message that waits for an answer begins another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Firing {
    /// The step.
    pub step: Escalation,
    /// When the clock began.
    pub started_at: DateTime<Utc>,
}

impl Escalation {
    /// Reads the field of a policy that keeps its steps:
    /// `[{"clock": "resolution", "at_percent": 80, "action": "notify", "user_id": "…"}]`.
    ///
    /// # Errors
    /// The first thing that is wrong with it; what is wrong with one step at its place (`steps.1`).
    pub fn parse_list(field: &str, value: &Value) -> Result<Vec<Self>, FieldError> {
        let entries = match value {
            Value::Null => return Ok(Vec::new()),
            Value::Array(entries) if entries.len() > MAX_STEPS => {
                return Err(FieldError::new(field, "too_many").with("max", MAX_STEPS));
            }
            Value::Array(entries) => entries,
            _ => return Err(FieldError::new(field, "escalations")),
        };
        let mut steps = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let place = format!("{field}.{at}");
            let parts = entry.as_object().ok_or_else(|| FieldError::new(&place, "escalations"))?;
            let step = read(&place, parts)?;
            if steps.contains(&step) {
                return Err(FieldError::new(place, "escalation_twice").with("percent", step.at_percent));
            }
            steps.push(step);
        }
        Ok(steps)
    }
}

fn read(field: &str, parts: &Map<String, Value>) -> Result<Escalation, FieldError> {
    const PARTS: [&str; 5] = ["clock", "at_percent", "action", "user_id", "team_id"];
    if let Some(part) = parts.keys().find(|part| !PARTS.contains(&part.as_str())) {
        return Err(FieldError::new(field, "unknown_part").with("part", part));
    }
    let code = |part: &str| parts.get(part).and_then(Value::as_str);
    let clock = code("clock").and_then(ClockKind::parse);
    let action = Action::ALL.into_iter().find(|action| code("action") == Some(action.code()));
    let (Some(clock), Some(action)) = (clock, action) else {
        return Err(FieldError::new(field, "choice"));
    };
    let percent = parts.get("at_percent").and_then(Value::as_u64).and_then(|percent| u16::try_from(percent).ok());
    let at_percent = percent
        .filter(|percent| (MIN_PERCENT..=MAX_PERCENT).contains(percent))
        .ok_or_else(|| FieldError::new(field, "out_of_range").with("min", MIN_PERCENT).with("max", MAX_PERCENT))?;
    let step = Escalation {
        clock,
        at_percent,
        action,
        user_id: reference(field, parts.get("user_id"))?,
        team_id: reference(field, parts.get("team_id"))?,
    };
    let names_somebody = step.user_id.is_some() || step.team_id.is_some();
    match action {
        Action::Assign if !names_somebody => Err(FieldError::new(field, "escalation_assignee")),
        Action::RaisePriority if names_somebody => Err(FieldError::new(field, "escalation_priority")),
        _ => Ok(step),
    }
}

fn reference(field: &str, value: Option<&Value>) -> Result<Option<Uuid>, FieldError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let id = value.as_str().and_then(|id| id.parse().ok());
            Ok(Some(id.ok_or_else(|| FieldError::new(field, "reference"))?))
        }
    }
}

impl Clocks {
    /// The steps that are due at the clocks' instant and not among those `done`, earliest first. Clocks that are met, stand
    /// still or belong to a merged ticket bother nobody.
    pub fn due_steps(&self, steps: &[Escalation], done: &[Firing]) -> Vec<Firing> {
        let firing = |step: &Escalation| {
            let clock = self.get(step.clock);
            let is_due = clock.is_running() && clock.has_reached(step.at_percent);
            clock.started_at.filter(|_| is_due).map(|started_at| Firing { step: *step, started_at })
        };
        let mut due: Vec<Firing> = steps.iter().filter_map(firing).filter(|firing| !done.contains(firing)).collect();
        due.sort_by_key(|firing| firing.step.at_percent);
        due
    }
}
