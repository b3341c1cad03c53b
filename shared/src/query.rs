//! Queries: filters, sorting, pages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::record::{CustomField, Row};

/// Comparison in a filter condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Equal.
    Eq,
    /// Not equal; records without a value match.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Text contains, ignoring case; lists contain the entry.
    Contains,
    /// Any of a list of values.
    In,
    /// None of a list of values; records without a value match.
    NotIn,
    /// A day of a period: the value is a code of [`crate::period::PERIODS`].
    During,
    /// Has no value.
    Empty,
    /// Has a value.
    Present,
}

/// A filter: conditions combined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Every part holds.
    All(Vec<Filter>),
    /// Some part holds.
    Any(Vec<Filter>),
    /// The part does not hold.
    Not(Box<Filter>),
    /// A comparison of one field. The values `"@me"`, `"@my_team"`, `"@today±N"` and `"@now"` are replaced by the server.
    Field {
        /// Field name; `custom.<key>` for user-defined fields, `<reference>.<field>` for those of a related record.
        field: String,
        /// Comparison.
        op: Op,
        /// What to compare with; ignored by `empty` and `present`.
        #[serde(default)]
        value: Value,
    },
}

/// Name under which filters ask for the records that a change set wrote: an import's, a bulk edit's.
pub const CHANGE_SET: &str = "change_set";

impl Filter {
    /// A comparison of one field.
    pub fn field(field: &str, op: Op, value: impl Into<Value>) -> Self {
        Self::Field { field: field.to_owned(), op, value: value.into() }
    }
}

/// Sort order of a list; ties are broken by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// Field to sort by.
    pub field: String,
    /// Largest first.
    #[serde(default)]
    pub descending: bool,
}

/// Which records are shown with regard to archiving.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Archived {
    /// Only those not archived.
    #[default]
    Without,
    /// Only archived ones.
    Only,
    /// Both.
    With,
}

/// Most values of a comparison with a list.
pub const MAX_LISTED: usize = 500;

/// Largest page of a list.
pub const MAX_PAGE: u32 = 200;

/// A query for a page of records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Only records that match.
    pub filter: Option<Filter>,
    /// Words to find in the searchable fields.
    pub search: Option<String>,
    /// Order; newest first when absent, but what is called as the words searched say before.
    pub sort: Option<Sort>,
    /// Page size, 1 to [`MAX_PAGE`]; 0 means 50.
    pub limit: u32,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Archived records.
    pub archived: Archived,
    /// Also count all matching records.
    pub count: bool,
}

/// Titles of referenced records the reader may see, by id.
pub type Titles = BTreeMap<Uuid, String>;

/// A page of records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The records, without fields hidden from the reader.
    pub rows: Vec<Row>,
    /// Titles of referenced records.
    pub titles: Titles,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
    /// Number of all matching records, if asked for.
    pub total: Option<i64>,
    /// Position in the event log from which the page can be kept current.
    pub live: String,
}

/// A record with what its page needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// The record.
    pub row: Row,
    /// Titles of referenced records.
    pub titles: Titles,
    /// Whether the reader may change it.
    pub may_update: bool,
    /// Whether the reader may archive or delete it.
    pub may_delete: bool,
    /// Position in the event log.
    pub live: String,
}

/// A record as it was, beside what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// What it was.
    pub then: Row,
    /// What it is.
    pub now: Row,
    /// Titles of the records that either refers to.
    pub titles: Titles,
    /// The user-defined fields of its type, those that are no more among them.
    pub custom: Vec<CustomField>,
    /// Whether the reader may make it so again.
    pub may_update: bool,
}

/// A record found by search or offered in a reference field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Record type name.
    pub record_type: String,
    /// The record.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// A second line that tells namesakes apart.
    pub subtitle: String,
}
