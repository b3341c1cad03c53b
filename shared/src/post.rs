//! Mail: what administrators see of mailboxes and of letters that could not be taken in.

mod fault;
mod missing;
mod notice;
mod returned;

pub use fault::{PostFault, in_words};
pub use missing::{Missing, QUOTE_FOLD, SAYS_NOTHING, with_named_folds};
pub use notice::Notice;
pub use returned::{Returned, status_codes};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How customers who wrote get the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerWay {
    /// A mailbox sends them.
    Mailed,
    /// A mail tells of them; customers write back on the public pages.
    Told,
    /// Only on the public pages.
    #[default]
    Kept,
}

/// How a mailbox is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxState {
    /// The mailbox.
    pub id: Uuid,
    /// Whether a password is there that fits its servers.
    pub has_password: bool,
    /// When it was looked at last, with success.
    pub fetched_at: Option<DateTime<Utc>>,
    /// What went wrong last, if it still does: a code of [`PostFault`], and what the server said behind a space.
    pub last_error: Option<String>,
    /// Letters that wait to be taken in.
    pub waiting: i64,
    /// Letters that wait to leave.
    pub leaving: i64,
}

/// What came of trying a mailbox: of fetching and of sending, nothing or what went wrong, as in
/// [`MailboxState::last_error`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// Fetching.
    pub incoming: Option<String>,
    /// Sending.
    pub outgoing: Option<String>,
}

/// The [`AsideLetter::error`] of one that was wanted after all and could not be fetched.
pub const GONE: &str = "gone";

/// A letter that could not be taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsideLetter {
    /// The letter.
    pub id: Uuid,
    /// Where it came.
    pub mailbox: String,
    /// Who wrote it, as it says.
    pub sender: String,
    /// What it is about.
    pub subject: String,
    /// Bytes.
    pub size: i64,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Why it lies here: a code below `mail.aside`.
    pub reason: String,
    /// What went wrong, if something did.
    pub error: Option<String>,
    /// Whether its content is here, so that it can be read; it is fetched when somebody wants to take it in, otherwise.
    pub complete: bool,
    /// Whether it is about to be fetched, because somebody wants it.
    pub wanted: bool,
}

/// What a letter says that could not be taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsideContent {
    /// Who wrote it, as it says; empty if it names nobody.
    pub from: String,
    /// Whom it is to.
    pub to: Vec<String>,
    /// Who gets a copy.
    pub cc: Vec<String>,
    /// When it was written, by the sender's clock.
    pub date: Option<DateTime<Utc>>,
    /// What it is about.
    pub subject: String,
    /// Its text as harmless HTML; empty if it says nothing.
    pub html: String,
    /// What came with it.
    pub files: Vec<AsideFile>,
    /// How it begins, as it came, where it can't be read; all else is empty then.
    pub source: Option<String>,
}

/// A file that came with a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsideFile {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
}
