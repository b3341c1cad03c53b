//! Exports that are made in the background.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::i18n::Locale;
use crate::import::{FileKind, Status};
use crate::query::{Archived, Filter, ListQuery, Sort};

/// Days for which a file is kept.
pub const KEPT_DAYS: u32 = 7;

/// Exports of one user that may be under way at a time.
pub const MOST_AT_ONCE: i64 = 3;

/// Rows from which on a page has the file made in the background: a workbook is put together as a whole first.
pub fn is_large(kind: FileKind, rows: i64) -> bool {
    let limit = match kind {
        FileKind::Xlsx => 5_000,
        FileKind::Csv | FileKind::Vcf => 20_000,
    };
    rows > limit
}

/// Which rows of a list, in which order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rows {
    /// Only records that match.
    pub filter: Option<Filter>,
    /// Words to find in the searchable fields.
    pub search: Option<String>,
    /// Order; oldest first when absent.
    pub sort: Option<Sort>,
    /// Archived records.
    pub archived: Archived,
}

impl Rows {
    /// The fields that say which rows, each once and by its first name: `customer_id.industry` is about the customer.
    pub fn fields(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut open: Vec<&Filter> = self.filter.iter().collect();
        while let Some(filter) = open.pop() {
            match filter {
                Filter::All(parts) | Filter::Any(parts) => open.extend(parts.iter().rev()),
                Filter::Not(part) => open.push(part),
                Filter::Field { field, .. } => {
                    let name = field.split('.').next().unwrap_or(field);
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
        names
    }
}

impl From<ListQuery> for Rows {
    fn from(ListQuery { filter, search, sort, archived, .. }: ListQuery) -> Self {
        Self { filter, search, sort, archived }
    }
}

impl From<Rows> for ListQuery {
    fn from(Rows { filter, search, sort, archived }: Rows) -> Self {
        Self { filter, search, sort, archived, ..Self::default() }
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// The list, by its plural name.
    pub plural: String,
    /// The kind of file.
    pub kind: FileKind,
    /// Which of its rows.
    #[serde(default)]
    pub query: Rows,
    /// For people to read in this language, rather than for coming back.
    #[serde(default)]
    pub labels: Option<Locale>,
}

/// An export, under way or over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Names it.
    pub id: Uuid,
    /// The list, by its plural name.
    pub plural: String,
    /// The kind of file.
    pub kind: FileKind,
    /// The language that it is to be read in, if it isn't for coming back.
    pub labels: Option<Locale>,
    /// Which rows of the list.
    pub query: Rows,
    /// How far it is; there is a file once it is finished.
    pub status: Status,
    /// Rows to go through.
    pub total: i64,
    /// Rows gone through.
    pub done: i64,
    /// Rows in the file: those that the user may take out.
    pub rows: i64,
    /// Size of the file.
    pub bytes: i64,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Until when it is kept.
    pub expires_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workbooks_are_large_sooner() {
        assert!(!is_large(FileKind::Csv, 20_000) && is_large(FileKind::Csv, 20_001));
        assert!(!is_large(FileKind::Xlsx, 5_000) && is_large(FileKind::Xlsx, 5_001));
    }

    #[test]
    fn the_fields_of_a_filter_are_named_once() {
        use crate::query::Op;
        let field = |name: &str| Filter::field(name, Op::Eq, "x");
        let inner = Filter::Any(vec![field("tags"), Filter::Not(Box::new(field("owner_id")))]);
        let filter = Some(Filter::All(vec![field("owner_id"), inner, field("customer_id.industry")]));
        assert_eq!(Rows { filter, ..Rows::default() }.fields(), ["owner_id", "tags", "customer_id"]);
        assert!(Rows::default().fields().is_empty());
    }

    #[test]
    fn a_list_keeps_what_says_which_rows() {
        let sort = Some(Sort { field: "name".into(), descending: true });
        let query =
            ListQuery { search: Some("x".into()), sort, archived: Archived::With, limit: 9, ..Default::default() };
        let back = ListQuery::from(Rows::from(query.clone()));
        assert_eq!(back, ListQuery { limit: 0, ..query });
    }
}
