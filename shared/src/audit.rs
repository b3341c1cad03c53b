//! The audit log as administrators read it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::command::Source;
use crate::query::Titles;
use crate::record::{CustomFields, Values};

/// What is told of records and files, each as it can be asked for: a merge is told of what became of each record in it.
pub const ACTIONS: [&str; 9] =
    ["create", "update", "archive", "restore", "delete", "merge", "erase", "export", "download"];

/// What is told of a file of a list stands as a change from nothing under names that no field has: the [`crate::query::Filter`] of
/// its rows, `null` in place of what may tell of people.
pub const FILTER: &str = "file.filter";
/// That words were searched: `true`.
pub const SEARCHED: &str = "file.searched";
/// How archived records are in it, if any: a [`crate::query::Archived`].
pub const ARCHIVED: &str = "file.archived";
/// Code of the language that it is to be read in, if it isn't for coming back.
pub const LANGUAGE: &str = "file.language";
/// How many rows there were to be exported; of a file that is fetched, how many are in it.
pub const ROWS: &str = "file.rows";
/// Id of the run that makes it in the background.
pub const RUN: &str = "file.run";

/// Whether what was done so is told of a file, which is no record that one could look at.
pub fn is_of_file(action: &str) -> bool {
    matches!(action, "export" | "download")
}

/// Key of the label that says what is told of a file in a code, by the name of what is told.
pub fn told_of_file(name: &str, code: &str) -> Option<String> {
    match name {
        SEARCHED => Some("ui.word.yes".to_owned()),
        ARCHIVED if code == "only" => Some("exports.own.archived".to_owned()),
        ARCHIVED => Some("exports.own.with_archived".to_owned()),
        LANGUAGE => Some(format!("ui.language.{code}")),
        _ => None,
    }
}

/// Which entries to show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Only changes by this user.
    pub actor_id: Option<Uuid>,
    /// Only changes to this record type.
    pub record_type: Option<String>,
    /// Only changes of this field.
    pub field: Option<String>,
    /// Only what was done so, one of [`ACTIONS`].
    pub action: Option<String>,
    /// Only records whose title contains this or ever did, or whose number or id it is or was.
    pub words: Option<String>,
    /// Not before this instant.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub until: Option<DateTime<Utc>>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// One change of one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Identifier within the organisation.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; nobody for the system.
    pub actor_id: Option<Uuid>,
    /// Where it came from, see [`crate::command::Source::code`].
    pub source: String,
    /// What was changed together with it.
    pub change_set: Uuid,
    /// Record type name.
    pub record_type: String,
    /// The record.
    pub record_id: Uuid,
    /// Its title at that time.
    pub title: String,
    /// `create`, `update`, `archive`, `restore`, `delete` or `erase`; `export` for a file of many records, whose name is the title, and
    /// `download` each time that a kept one is fetched.
    pub action: String,
    /// `{field: [before, after]}`; of files what is told of them, see [`FILTER`] and the names below it.
    pub changes: Values,
}

impl AuditEntry {
    /// Key of the label for what was done. Of records that became one, the log has what became of each.
    pub fn action_key(&self) -> String {
        let is_merge = self.source == Source::Merge.code() && matches!(self.action.as_str(), "update" | "delete");
        format!("admin.audit.{}", if is_merge { "merge" } else { self.action.as_str() })
    }
}

/// A page of entries, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Names of users and of records that changes refer to.
    pub titles: Titles,
    /// The user-defined fields of types whose changes are among them, as far as there are such changes.
    pub custom: CustomFields,
    /// Records that the entries are about and that are no longer there.
    #[serde(default)]
    pub gone: BTreeSet<Uuid>,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// One attempt to sign in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignInEntry {
    /// Identifier; the next page starts before the last one's.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Whose account it was.
    pub user_id: Option<Uuid>,
    /// Name of that user.
    pub name: String,
    /// Whether it succeeded.
    pub ok: bool,
    /// Address it came from.
    pub ip: Option<String>,
    /// The program's own description of itself.
    pub user_agent: Option<String>,
}
