//! Mail: what administrators see of mailboxes and of letters that could not be taken in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::i18n::{Locale, lookup};

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

/// Why mail can't be fetched or sent. Codes are labels below `mail.fault`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostFault {
    /// No password was given, or not since the server or user name changed.
    NoPassword,
    /// Nobody answers there.
    Unreachable,
    /// The certificate is not to be trusted, or there is no encryption.
    Encryption,
    /// User name or password are refused.
    SignIn,
    /// There is no such folder.
    Folder,
    /// The server refuses the sender or a receiver, for good.
    Refused,
    /// It took too long.
    Timeout,
    /// The server answered something else.
    Protocol,
    /// No server is set up to send by.
    NoWayOut,
}

impl PostFault {
    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoPassword => "no_password",
            Self::Unreachable => "unreachable",
            Self::Encryption => "encryption",
            Self::SignIn => "sign_in",
            Self::Folder => "folder",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
            Self::NoWayOut => "no_way_out",
        }
    }
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
    /// Whether its content is here, so that it can be tried again.
    pub complete: bool,
}

/// A reason such as [`MailboxState::last_error`] as people read it: what we know of it, then what the server said. What begins
/// with no code is kept: what came back with a mail, and what was put into words before it was kept as a code.
pub fn in_words(locale: Locale, why: &str) -> String {
    let (code, said) = coded(why);
    match lookup(locale, &format!("mail.fault.{code}")) {
        Some(known) => format!("{known} {said}").trim_end().to_owned(),
        None => why.to_owned(),
    }
}

/// The code and the rest of a text such as [`MailboxState::last_error`].
pub fn coded(text: &str) -> (&str, &str) {
    text.split_once(' ').unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_in_the_readers_language_and_what_is_no_code_as_it_is() {
        let told = |locale, why| in_words(locale, why);
        assert_eq!(told(Locale::En, "refused 550 no such user"), "The mail server refuses it. 550 no such user");
        assert_eq!(told(Locale::ZhCn, "timeout"), "服务器响应超时。");
        for why in ["邮件服务器拒绝接收。 550", "li@example.com 5.1.1 unknown", ""] {
            assert_eq!(told(Locale::En, why), why);
        }
    }
}
