//! The timeline: what happened and what is planned, newest first, from every source.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::cause::Cause;
use crate::query::Titles;
use crate::record::{CustomFields, Row, Values};
use crate::sla::Turn;

/// Filter kinds besides the activity kinds: tasks, what customers asked support for, and changes of fields and stages,
/// with what the clocks of a ticket did.
pub const EXTRA_KINDS: &[&str] = &["task", "ticket", "change"];

/// Field by which activities and tasks belong to a record of a type. The timelines of other types tell of changes only, that
/// of a ticket too: what is said about it is its conversation.
pub fn linked_by(record_type: &str) -> Option<&'static str> {
    match record_type {
        "customer" => Some("customer_id"),
        "contact" => Some("contact_id"),
        "opportunity" => Some("opportunity_id"),
        "lead" => Some("lead_id"),
        _ => None,
    }
}

/// What a timeline shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimelineQuery {
    /// Only these kinds (activity kinds, `task`, `ticket`, `change`); empty for all.
    pub kinds: Vec<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// One entry of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When it happened or is due.
    pub at: DateTime<Utc>,
    /// What it is.
    pub what: Happening,
}

/// What an entry tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happening {
    /// A call, mail, meeting, visit, chat or note.
    Activity {
        /// The activity.
        row: Row,
    },
    /// A task, done or planned.
    Task {
        /// The task.
        row: Row,
    },
    /// The customer wanted something from support.
    Ticket {
        /// The ticket.
        row: Row,
    },
    /// Somebody made or changed a record.
    Change {
        /// Unique among changes.
        id: i64,
        /// Type of the record.
        record_type: String,
        /// The record.
        record_id: Uuid,
        /// Its title then.
        title: String,
        /// `create`, `update`, `archive`, `restore`, `delete` or `erase`.
        action: String,
        /// Who.
        actor_id: Option<Uuid>,
        /// Where it came from, see [`crate::command::Source::code`].
        #[serde(default)]
        source: String,
        /// What it has to do with records that became one, if it came with that.
        #[serde(default)]
        merge: Option<Merged>,
        /// Why the system did it by itself.
        #[serde(default)]
        causes: Vec<Cause>,
        /// Field → `[before, after]`, without hidden and internal fields; user-defined ones each as `custom.<key>`.
        changes: Values,
    },
    /// A clock of the ticket did something.
    Clock {
        /// Unique among what the ticket's clocks did.
        id: String,
        /// What it did.
        turn: Turn,
        /// What the service level is called by which it runs, as far as that is known.
        policy: Option<String>,
    },
}

/// What a change has to do with records that became one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// They were taken apart again.
    pub undone: bool,
    /// Those that became one with the changed record, or were one with it before; none where it only refers to them.
    pub records: Vec<Uuid>,
    /// The one that the changed record became part of, or parted from.
    #[serde(default)]
    pub into: Option<Uuid>,
}

impl TimelineEntry {
    /// Identity for keyed lists: stable across reloads.
    pub fn key(&self) -> String {
        match &self.what {
            Happening::Activity { row } | Happening::Task { row } | Happening::Ticket { row } => row.id.to_string(),
            Happening::Change { id, .. } => id.to_string(),
            Happening::Clock { id, .. } => id.clone(),
        }
    }
}

/// Before and after of one changed field.
pub fn change_pair(value: &Value) -> (&Value, &Value) {
    let side = |at: usize| value.get(at).unwrap_or(&Value::Null);
    (side(0), side(1))
}

/// A page of a timeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimelinePage {
    /// Entries, newest first.
    pub entries: Vec<TimelineEntry>,
    /// Titles of what they refer to.
    pub titles: Titles,
    /// The user-defined fields of types whose changes are among them, as far as there are such changes.
    pub custom: CustomFields,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// Position in the event log from which the page can be kept current.
    pub live: String,
}
