//! The latest change sets, as those read them who may take them back.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::command::UndoOutcome;
use crate::import::Status;

/// Changes of a set from which on its undo is made in the background: so many take some seconds.
pub const LARGE: usize = 5_000;

/// Why an undo in the background failed that somebody stopped, as the code of an error.
pub const STOPPED: &str = "stopped";

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
    /// Its undo in the background, if there is one; what that left alone stands above.
    #[serde(default)]
    pub undo: Option<UndoRun>,
}

/// An undo in the background, under way or over. It is one transaction: until it is finished, everything stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UndoRun {
    /// The change set that is taken back.
    pub change_set: Uuid,
    /// The change set that the undo becomes, so that it can be undone in turn.
    pub undo: Uuid,
    /// How far it is: waiting, running, finished or failed.
    pub status: Status,
    /// Why it failed, as the code of an error, if that is known.
    pub reason: Option<String>,
    /// Records to look at; none until they are counted.
    pub total: i64,
    /// Records looked at.
    pub done: i64,
    /// Records that were set back, once it is finished.
    pub undone: i64,
    /// The first of those that it left alone.
    pub kept: Vec<Left>,
    /// How many it left alone.
    pub kept_count: i64,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// What comes of the wish to undo a set: a small one is undone at once.
#[derive(Clone, Debug, PartialEq)]
pub enum Undone {
    /// It is undone.
    Done(UndoOutcome),
    /// It is being undone in the background, perhaps since somebody asked before.
    UnderWay(UndoRun),
}

impl From<Undone> for UndoOutcome {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Done(outcome) => outcome,
            Undone::UnderWay(run) => Self { change_set: run.undo, undone: 0, kept: Vec::new(), under_way: true },
        }
    }
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
    /// It is being undone in the background.
    Undoing,
    /// It never can: somebody's data was erased.
    Final,
}

impl ChangeSet {
    /// How many records it changed, as far as they were counted.
    pub fn total(&self) -> i64 {
        self.counts.iter().map(|count| count.records).sum()
    }
}
