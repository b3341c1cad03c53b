//! Commands: the only way anything changes.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Error;
use crate::record::{Row, Values};

/// What is to happen to one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Change {
    /// Makes a record; the id may come from the client, so that it can be shown before the answer is there.
    Create {
        /// UUIDv7 of the new record.
        id: Uuid,
        /// Field values.
        values: Values,
    },
    /// Changes fields.
    Update {
        /// The record.
        id: Uuid,
        /// Version the caller saw; fields changed by others since then conflict. `None` overwrites knowingly.
        #[serde(default)]
        version: Option<i64>,
        /// The fields to change.
        values: Values,
    },
    /// Takes a record out of lists; it can be restored.
    Archive {
        /// The record.
        id: Uuid,
    },
    /// Brings an archived record back.
    Restore {
        /// The record.
        id: Uuid,
    },
    /// Removes a record for good; refused while others refer to it.
    Delete {
        /// The record.
        id: Uuid,
    },
}

impl Change {
    /// The record concerned.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Create { id, .. }
            | Self::Update { id, .. }
            | Self::Archive { id }
            | Self::Restore { id }
            | Self::Delete { id } => *id,
        }
    }
}

/// Where a command comes from; kept in the audit log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A person on a page.
    #[default]
    Web,
    /// A program through REST.
    Api,
    /// A file.
    Import,
    /// A customer in the portal or a public form.
    Portal,
    /// A mail that came in.
    Mail,
    /// Records that became one.
    Merge,
    /// Taking something back.
    Undo,
    /// The system itself: demo data, jobs.
    System,
}

impl Source {
    /// Identifier in the audit log.
    pub fn code(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::Import => "import",
            Self::Portal => "portal",
            Self::Mail => "mail",
            Self::Merge => "merge",
            Self::Undo => "undo",
            Self::System => "system",
        }
    }
}

/// A batch of changes to records of one type; a single edit is a batch of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Record type name.
    pub record_type: String,
    /// What is to happen, at most one change per record.
    pub changes: Vec<Change>,
    /// Retrying with the same key changes nothing twice and gives the first answer.
    #[serde(default)]
    pub idempotency_key: Option<String>,
    /// Groups several commands into one undoable set; made up when absent.
    #[serde(default)]
    pub change_set: Option<Uuid>,
    /// With true, one refused change refuses all; with false the others are carried out.
    #[serde(default)]
    pub all_or_nothing: bool,
    /// Where it comes from. Set by the server, not by callers.
    #[serde(skip)]
    pub source: Source,
}

impl Command {
    /// A command with a single change.
    pub fn one(record_type: &str, change: Change) -> Self {
        Self { record_type: record_type.to_owned(), changes: vec![change], all_or_nothing: true, ..Self::default() }
    }
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// For undo and for finding the entries in the audit log.
    pub change_set: Uuid,
    /// Rows as they are now, in the order of the changes; deleted and refused ones are missing.
    pub rows: Vec<Row>,
    /// Refused changes by record.
    pub refused: Vec<Refusal>,
    /// How many changes asked for what was so already: they are in no log, and nothing of them can be undone.
    #[serde(default)]
    pub unchanged: usize,
}

/// One change that was not carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// Position of the change in the command.
    #[serde(default)]
    pub index: usize,
    /// The record.
    pub id: Uuid,
    /// Why.
    pub error: Error,
}

/// What became of an undo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UndoOutcome {
    /// The change set of the undo itself, so that it can be undone again.
    pub change_set: Uuid,
    /// How many records were set back.
    pub undone: u64,
    /// Records left as they are because somebody changed them since, or because the one who undoes may not change them now.
    pub kept: Vec<Kept>,
    /// Nothing is undone yet: it goes on in the background, because there is much to undo.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub under_way: bool,
}

/// A record that an undo left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Record type name.
    pub record_type: String,
    /// The record.
    pub id: Uuid,
    /// Its title; empty for those who may not see it.
    pub title: String,
}
