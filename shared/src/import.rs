//! Imports: what a file holds, how its columns become fields, what would happen and what did.

pub mod by_hand;
pub mod label;
pub mod limits;
pub mod lists;
pub mod mapping;
pub mod preview;
pub mod start;
pub mod units;
pub mod without;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::query::Titles;
use crate::record::{FieldDef, Kind, RecordDef, SYSTEM_FIELDS};

pub use preview::{Excerpt, Preview, PreviewRow, Rounded, StepPreview};
pub use start::Start;
pub use without::Without;

/// Largest file, in bytes.
pub const MAX_BYTES: usize = 200 * 1024 * 1024;
/// Most columns of an imported file.
pub const MAX_COLUMNS: usize = 500;
/// Most data rows of a file: as many as a sheet of a workbook has.
pub const MAX_ROWS: usize = 1_048_576;
/// Rows shown in a preview.
pub const PREVIEW_ROWS: usize = 20;

/// Character sets that a text file can be said to have, by their names in the WHATWG standard, and whether few letters
/// already tell them; of the others whole words have to, or somebody says so.
pub const ENCODINGS: &[(&str, bool)] = &[
    ("UTF-8", true),
    ("UTF-16LE", false),
    ("UTF-16BE", false),
    ("gb18030", true),
    ("Big5", true),
    ("Shift_JIS", true),
    ("EUC-JP", true),
    ("EUC-KR", true),
    ("windows-1250", true),
    ("windows-1251", true),
    ("windows-1252", true),
    ("windows-1253", false),
    ("windows-1254", true),
    ("windows-1255", false),
    ("windows-1256", false),
    ("windows-1257", false),
    ("windows-1258", false),
    ("windows-874", false),
    ("ISO-8859-2", false),
    ("ISO-8859-7", false),
    ("KOI8-R", false),
    ("KOI8-U", true),
    ("macintosh", false),
];
/// Separators that a text file can be said to have.
pub const DELIMITERS: &[char] = &[',', ';', '\t', '|', ':'];

/// How a file is to be read, as far as somebody said so; the rest is found out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// Character set of a text file, one of [`ENCODINGS`].
    pub encoding: Option<String>,
    /// Separator of a text file, one of [`DELIMITERS`].
    pub delimiter: Option<char>,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Line of the file that names the columns; 0 when none does.
    pub header: Option<u64>,
}

/// One of the first lines of a file, among which is the one that names the columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// Line of the file, from 1.
    pub line: u64,
    /// Its cells that are not empty.
    pub text: String,
}

/// Kinds of files that lists are exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Text with commas.
    Csv,
    /// A workbook.
    Xlsx,
    /// Cards of people.
    Vcf,
}

impl FileKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Xlsx, Self::Vcf];

    /// How the names of such files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Vcf => "vcf",
        }
    }

    /// The kind of files whose names end so.
    pub fn parse(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.extension() == extension)
    }

    /// What such files begin with: by the mark, spreadsheets recognise the character set of text.
    pub fn mark(self) -> &'static [u8] {
        match self {
            Self::Csv => "\u{feff}".as_bytes(),
            Self::Xlsx | Self::Vcf => &[],
        }
    }

    /// What browsers call it.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Vcf => "text/vcard; charset=utf-8",
        }
    }
}

/// What kind of file it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Text with separators (CSV, TSV).
    Text {
        /// Character set, e.g. `UTF-8`.
        encoding: String,
        /// Separator.
        delimiter: char,
    },
    /// A workbook (xlsx).
    Workbook {
        /// All its sheets.
        sheets: Vec<String>,
        /// The one that is read.
        sheet: String,
    },
    /// Cards of people (vCard).
    Cards,
}

/// An uploaded file as it was understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileInfo {
    /// Names the upload.
    pub id: Uuid,
    /// Name of the file.
    pub name: String,
    /// What it is, and how it was read.
    pub format: Format,
    /// The line that names the columns; 0 when none does.
    pub header: u64,
    /// The first lines.
    pub begins: Vec<Beginning>,
    /// Columns by the header row, with the first values.
    pub columns: Vec<Column>,
    /// Data rows.
    pub rows: u64,
    /// A file layout that is known: the steps need no mapping by hand.
    pub preset: Option<String>,
    /// The steps are those of the organisation's last import of such columns.
    pub remembered: bool,
    /// What records are called that remembered steps name by their ids.
    pub titles: Titles,
    /// Suggested steps.
    pub steps: Vec<Step>,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Text of the header.
    pub name: String,
    /// The first few values that are not empty.
    pub samples: Vec<String>,
    /// For days written as in 3/4/2024: which comes first, as far as the values tell.
    #[serde(default)]
    pub dates: Option<DateOrder>,
}

/// What comes first in days written as in 3/4/2024.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 3/4/2024 is in April.
    DayFirst,
    /// 3/4/2024 is in March.
    MonthFirst,
}

impl DateOrder {
    /// Both.
    pub const ALL: [Self; 2] = [Self::DayFirst, Self::MonthFirst];

    /// Identifier in forms and label catalogs.
    pub fn code(self) -> &'static str {
        match self {
            Self::DayFirst => "day_first",
            Self::MonthFirst => "month_first",
        }
    }

    /// The order of that identifier.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.code() == code)
    }
}

/// Where a field's value comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// The column of that name.
    Column(String),
    /// Text with `{column}` slots; separators around empty slots are dropped.
    Template(String),
    /// The same text for every row.
    Constant(String),
    /// A person's name of columns with its parts, put together as its script does: 王 and 小明 make 王小明.
    Person {
        /// Column of the given name.
        given: String,
        /// Column of middle names.
        middle: String,
        /// Column of the family name.
        family: String,
        /// Column of what stands behind the name: Jr., PhD.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        suffix: String,
    },
    /// The first of these that isn't empty.
    First(Vec<From>),
}

/// How one field is filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// Field name; `address.<part>`, `social.<part>` and `custom.<key>` name parts of a field, `id` the record itself.
    pub field: String,
    /// Where the value comes from.
    pub from: From,
    /// Numbers are multiplied by it, e.g. `1000000` for amounts given in millions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How to read days such as 3/4/2024.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateOrder>,
    /// Somebody said so of such files, whatever their cells look like: it counts for the next one as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dates_told: bool,
    /// Time zone (IANA) in which times are meant that don't say their own; else it is that of who brings the file in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Cell text → text used instead, ignoring case; `*` stands for all other texts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

impl Assignment {
    /// A field filled from a source as it is.
    pub fn new(field: &str, from: From) -> Self {
        let (field, values) = (field.to_owned(), BTreeMap::new());
        Self { field, from, times: None, dates: None, dates_told: false, zone: None, values }
    }

    /// A field filled from a column.
    pub fn column(field: &str, column: &str) -> Self {
        Self::new(field, From::Column(column.to_owned()))
    }

    /// A field that is the same in every row.
    pub fn constant(field: &str, text: &str) -> Self {
        Self::new(field, From::Constant(text.to_owned()))
    }

    /// A field composed of several columns.
    pub fn template(field: &str, text: &str) -> Self {
        Self::new(field, From::Template(text.to_owned()))
    }

    /// Replaces cell texts before they are read.
    #[must_use]
    pub fn mapping(mut self, values: &[(&str, &str)]) -> Self {
        self.values = values.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        self
    }

    /// Says by hand how days are to be read.
    pub fn tell_dates(&mut self, order: Option<DateOrder>) {
        (self.dates, self.dates_told) = (order, order.is_some());
    }

    /// Multiplies numbers.
    #[must_use]
    pub fn times(mut self, factor: u64) -> Self {
        self.times = Some(factor);
        self
    }
}

/// What happens to records that exist already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// Their fields are set; empty cells leave them alone.
    #[default]
    Update,
    /// They stay as they are.
    Skip,
    /// Only their empty fields are set.
    Fill,
    /// Nobody looks: every row makes a record.
    Create,
}

impl Existing {
    /// Identifier in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Skip => "skip",
            Self::Fill => "fill",
            Self::Create => "create",
        }
    }

    /// The policy of that identifier.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Update, Self::Skip, Self::Fill, Self::Create].into_iter().find(|policy| policy.code() == code)
    }
}

/// Makes records of one type from the rows of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Record type name.
    pub record_type: String,
    /// How fields are filled.
    pub assignments: Vec<Assignment>,
    /// Field by which existing records are recognised.
    #[serde(default)]
    pub key: Option<String>,
    /// What happens to those.
    #[serde(default)]
    pub existing: Existing,
    /// Several rows stand for one record: the first of each key counts.
    #[serde(default)]
    pub distinct: bool,
    /// Rows whose key is empty have nothing for this step; otherwise they are refused.
    #[serde(default)]
    pub optional: bool,
    /// Reference within which the key is looked for: a stage of that name in the same pipeline.
    #[serde(default)]
    pub within: Option<String>,
    /// Only these rows: the column says so. The cards of a file are of companies and of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Only>,
    /// Rows that take the place of the file's, by column.
    #[serde(default)]
    pub inline: Vec<BTreeMap<String, String>>,
}

/// Rows whose cell in a column is a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Only {
    /// Name of the column.
    pub column: String,
    /// The cell.
    pub is: String,
}

impl Step {
    /// A record of the type for every row, recognised by nothing.
    pub fn of(record_type: &str, assignments: Vec<Assignment>) -> Self {
        Self {
            record_type: record_type.to_owned(),
            assignments,
            key: None,
            existing: Existing::Update,
            distinct: false,
            optional: false,
            within: None,
            only: None,
            inline: Vec::new(),
        }
    }

    /// Columns of the file that fields are filled from.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.assignments.iter().flat_map(|assignment| assignment.from.columns())
    }
}

/// Stands in an answer for every text of its kind that has no answer of its own.
pub const ALL: &str = "*";

/// Where a cell's text could not be found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unknown {
    /// Record type name of a reference, or `<type>.<field>` of a choice.
    pub target: String,
    /// The text.
    pub value: String,
}

/// What is to be done about an unknown text, in every row that has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// This record's title or id, or this choice's code, is meant.
    Use(String),
    /// The field stays empty.
    Empty,
    /// A record of that title is made.
    Create,
}

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked.
    pub unknown: Unknown,
    /// What to do.
    pub decision: Decision,
}

/// A question about a text that is unknown, or that several records are called by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What is asked about.
    pub unknown: Unknown,
    /// The fields that it stands in, as `<type>.<field>`.
    pub fields: Vec<String>,
    /// Rows that have it.
    pub rows: u64,
    /// Several records are called so, and the rows don't tell which is meant.
    pub several: bool,
    /// Rows stand for a record that is called so; without value they are left out.
    pub is_own: bool,
    /// Some of the texts that can't be read as values of the field: the question is about all such, and without value they
    /// are left out.
    pub unreadable: Vec<String>,
    /// What may be meant, the likeliest first.
    pub suggestions: Vec<Suggestion>,
    /// All that can be meant, where that is little: the namesakes, the choices of a field, the few records of a type.
    pub options: Vec<Candidate>,
    /// Whether a record can be made for it.
    pub may_create: bool,
    /// What that would be a part of, such as the first pipeline, where the rows don't say so themselves; else empty.
    pub made_in: String,
    /// The answer already given.
    pub decision: Option<Decision>,
}

/// Something an unknown text may mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Title of a record, or code of a choice.
    pub value: String,
    /// Likeness, 0 to 100; 100 means equal but for case, spaces and punctuation.
    pub score: u8,
}

/// Something that can be meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Title or id of a record, or code of a choice: what the answer says.
    pub value: String,
    /// What people read.
    pub title: String,
    /// What tells a record from others of that title.
    pub detail: String,
}

/// One file of an import with its steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilePlan {
    /// The upload.
    pub file: Uuid,
    /// What is made of it, in order.
    pub steps: Vec<Step>,
}

/// Everything an import needs to know.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// Files; those that others refer to come first.
    pub files: Vec<FilePlan>,
    /// Answers to questions.
    pub answers: Vec<Answer>,
}

/// Code of the error that somebody was erased, and with them the files being imported that named them.
pub const FILE_ERASED: &str = "file_erased";

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being prepared.
    Waiting,
    /// Being carried out.
    Running,
    /// Done, perhaps with refused rows.
    Finished,
    /// Given up because of a fault.
    Failed,
    /// Stopped by somebody.
    Cancelled,
    /// Taken back.
    Undone,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Running, Self::Finished, Self::Failed, Self::Cancelled, Self::Undone];

    /// Identifier in the database and in label catalogs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Undone => "undone",
        }
    }

    /// The status of that identifier.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Whether work is still to come.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

/// A run of an import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Names the run.
    pub id: Uuid,
    /// Names of its files.
    pub title: String,
    /// Who started it.
    pub actor_name: String,
    /// How far it is.
    pub status: Status,
    /// Why it failed, as the code of an error, if that is known.
    #[serde(default)]
    pub reason: Option<String>,
    /// Rows to work on.
    pub total: u64,
    /// Rows worked on.
    pub done: u64,
    /// Records made.
    pub created: u64,
    /// Records changed.
    pub updated: u64,
    /// Records that were so already.
    pub unchanged: u64,
    /// Rows refused.
    pub failed: u64,
    /// Records that an undo left alone.
    pub kept: u64,
    /// It is being taken back in the background.
    #[serde(default)]
    pub undoing: bool,
    /// Set of all its changes; once its undo was undone, that of those which were made anew.
    pub change_set: Uuid,
    /// Record types of which it made or changed records; until there are any, those that it is about.
    pub record_types: Vec<String>,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// Puts files that others refer to first: by the place in the registry of what they make last.
pub fn in_order(files: &mut [FileInfo]) {
    let place = |file: &FileInfo| {
        let last = file.steps.last().map(|step| step.record_type.as_str());
        crate::types::REGISTRY.iter().position(|def| Some(def.name) == last)
    };
    files.sort_by_key(place);
}

/// Fields of a type that files can fill.
pub fn fillable(def: &'static RecordDef) -> impl Iterator<Item = &'static FieldDef> {
    let system = |field: &&FieldDef| field.name == "team_id" || field.name == "owner_id" && def.is_owned();
    let own = def.fields.iter().filter(|f| !f.read_only && !f.internal && !matches!(f.kind, Kind::Json(_)));
    own.chain(SYSTEM_FIELDS.iter().filter(system))
}

/// What a type's amounts are in, where its records follow others in that: a deal's are in the currency of its pipeline. A column
/// that says so is held against those.
pub fn followed_currency(def: &RecordDef) -> Option<&'static FieldDef> {
    def.fields.iter().find(|field| field.kind == Kind::Currency && field.read_only)
}

/// Fields that columns can be led to.
pub fn mappable(def: &'static RecordDef) -> impl Iterator<Item = &'static FieldDef> {
    fillable(def).chain(followed_currency(def))
}

/// Fields by which existing records of a type can be recognised.
pub fn key_fields(def: &'static RecordDef) -> impl Iterator<Item = &'static FieldDef> {
    let telling = |field: &&FieldDef| {
        field.name == def.title || field.unique || matches!(field.kind, Kind::Email | Kind::Emails | Kind::Phones)
    };
    fillable(def).filter(telling)
}
