//! The latest change sets, as those read them who may take them back.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whose change sets, and from where on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeSetQuery {
    /// Everybody's, for administrators; else the reader's own.
    pub everybody: bool,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A page of change sets, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChangeSets {
    /// The sets.
    pub sets: Vec<ChangeSet>,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// Changes that were made together, and are undone together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeSet {
    /// What an undo names.
    pub id: Uuid,
    /// When it began.
    pub at: DateTime<Utc>,
    /// Name of who made it; nobody for the system and for people outside.
    pub who: Option<String>,
    /// Where it came from, see [`crate::command::Source::code`]; `conversion` of leads, and `redo` for an undo that was undone.
    pub source: String,
    /// What was done to how many records.
    pub counts: Vec<Count>,
    /// There are more than were counted.
    pub more: bool,
    /// The first records.
    pub records: Vec<Concerned>,
    /// The record that others became part of, if it is a merge, or parted from, if it takes one back.
    #[serde(default)]
    pub into: Option<Concerned>,
    /// The import that it is of.
    pub import: Option<ImportOf>,
    /// Whether it can be undone.
    pub state: State,
    /// The first of those that its undo left alone.
    pub kept: Vec<Left>,
    /// How many its undo left alone.
    pub kept_count: i64,
}

/// What was done to so many records of a type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// Record type name; empty where those of several types are counted together.
    pub record_type: String,
    /// `create`, `update`, `archive`, `restore`, `delete` or `erase`.
    pub action: String,
    /// How many records.
    pub records: i64,
}

/// A record that a set changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Concerned {
    /// Record type name.
    pub record_type: String,
    /// The record.
    pub id: Uuid,
    /// What it is called, or was when it went; nothing for those who may not see it.
    pub title: Option<String>,
    /// It can be opened.
    pub there: bool,
}

/// A record that an undo left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Left {
    /// The record.
    pub record: Concerned,
    /// Why.
    pub why: Why,
}

/// Why an undo leaves a record alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Somebody changed it since.
    Changed,
    /// It is gone since, or what is needed to bring it back is.
    Gone,
    /// Whoever undid it may not change it so.
    Forbidden,
    /// Others refer to it, or have what it would need.
    InUse,
}

/// The run of an import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportOf {
    /// The run.
    pub id: Uuid,
    /// Names of its files.
    pub title: String,
}

/// Whether a set can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It can.
    Undoable,
    /// It was.
    Undone,
    /// It is an import that goes on.
    Running,
    /// It never can: somebody's data was erased.
    Final,
}

impl ChangeSet {
    /// How many records it changed, as far as they were counted.
    pub fn total(&self) -> i64 {
        self.counts.iter().map(|count| count.records).sum()
    }
}
