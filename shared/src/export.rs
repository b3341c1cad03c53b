//! Exports that are made in the background.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::RecordDef;
use crate::access::Actor;
use crate::i18n::{Locale, type_label_many};
use crate::import::{FileKind, Status};
use crate::query::{Archived, Filter, ListQuery, Sort};

/// Days for which a file is kept.
pub const KEPT_DAYS: u32 = 7;

/// Most characters of what the rows of an export are called.
pub const MAX_NAME: usize = 120;

/// Most characters of that in the name of a file.
const IN_FILE: usize = 60;

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

/// The name of a file: what it lists, what its rows are called, if anything, and the day they are of. Letters and digits of any
/// language are safe in it everywhere.
pub fn file_name(what: &str, rows: Option<&str>, day: NaiveDate, kind: FileKind) -> String {
    let words = |text: &str| {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        words.join("-").chars().take(IN_FILE).collect::<String>()
    };
    let said = [Some(what), rows].into_iter().flatten().map(words).filter(|text| !text.is_empty());
    let parts: Vec<String> = said.chain([day.to_string()]).collect();
    format!("{}.{}", parts.join("-"), kind.extension())
}

/// What a file of a list is called: by the list's name in a language, if one is said, by what its rows are called, and by the day
/// it was where the actor is.
pub fn file_of(
    actor: &Actor,
    def: &RecordDef,
    (locale, rows): (Option<Locale>, Option<&str>),
    (at, kind): (DateTime<Utc>, FileKind),
) -> String {
    let what = locale.map_or_else(|| def.plural.to_owned(), |locale| type_label_many(locale, def).to_lowercase());
    file_name(&what, rows, actor.zone.day(at), kind)
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
    /// What its rows are called, such as the view that shows them.
    #[serde(default)]
    pub name: Option<String>,
}

impl Spec {
    /// What its rows are called, if anything.
    pub fn called(&self) -> Option<&str> {
        self.name.as_deref().map(str::trim).filter(|name| !name.is_empty())
    }
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
    /// What its rows are called, if anything.
    pub name: Option<String>,
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
    fn files_are_named_after_what_is_in_them_and_their_day() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        for (what, rows, name) in [
            ("customers", None, "customers-2026-11-30.xlsx"),
            ("客户", Some("重点"), "客户-重点-2026-11-30.xlsx"),
            ("tickets", Some(" Late / \"VIP\": ..\u{202e}x "), "tickets-Late-VIP-x-2026-11-30.xlsx"),
            ("tickets", Some("../"), "tickets-2026-11-30.xlsx"),
        ] {
            assert_eq!(file_name(what, rows, day, FileKind::Xlsx), name);
        }
        let long = file_name("tickets", Some(&"长".repeat(120)), day, FileKind::Csv);
        assert_eq!(long.chars().count(), "tickets--2026-11-30.csv".len() + 60);
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
