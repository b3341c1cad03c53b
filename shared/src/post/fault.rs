//! Why mail can't be fetched or sent: kept as a code with the server's own words, told in the reader's language.

use serde::{Deserialize, Serialize};

use super::returned::meanings;
use crate::i18n::{Locale, lookup, translate};

/// Why mail can't be fetched or sent. Codes are labels below `mail.fault`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostFault {
    /// No password was given, or not since the server or user name changed.
    NoPassword,
    /// There is no server of that name.
    UnknownHost,
    /// Nobody answers there.
    Unreachable,
    /// The connection was there, and is not any more.
    Lost,
    /// It says nothing, though it is its turn to greet: it waits for encryption to begin.
    Silent,
    /// There is no encryption, or none that both know.
    Encryption,
    /// The certificate is not to be trusted.
    Certificate,
    /// The certificate is out of date.
    CertificateExpired,
    /// The certificate is another server's.
    CertificateName,
    /// User name or password are refused.
    SignIn,
    /// There is no way to sign in that both know.
    NoSignIn,
    /// There is no such folder.
    Folder,
    /// The server refuses the sender or a receiver, for good.
    Refused,
    /// The server can't send to addresses with such characters.
    Characters,
    /// What is to be sent makes no letter.
    Letter,
    /// It took too long.
    Timeout,
    /// The server answered something else.
    Protocol,
    /// It was fetched and could not be kept.
    NotKept,
    /// No server is set up to send by.
    NoWayOut,
    /// Its ticket became part of somebody else's before it left.
    Apart,
}

impl PostFault {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::NoPassword,
        Self::UnknownHost,
        Self::Unreachable,
        Self::Lost,
        Self::Silent,
        Self::Encryption,
        Self::Certificate,
        Self::CertificateExpired,
        Self::CertificateName,
        Self::SignIn,
        Self::NoSignIn,
        Self::Folder,
        Self::Refused,
        Self::Characters,
        Self::Letter,
        Self::Timeout,
        Self::Protocol,
        Self::NotKept,
        Self::NoWayOut,
        Self::Apart,
    ];

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoPassword => "no_password",
            Self::UnknownHost => "unknown_host",
            Self::Unreachable => "unreachable",
            Self::Lost => "lost",
            Self::Silent => "silent",
            Self::Encryption => "encryption",
            Self::Certificate => "certificate",
            Self::CertificateExpired => "certificate_expired",
            Self::CertificateName => "certificate_name",
            Self::SignIn => "sign_in",
            Self::NoSignIn => "no_sign_in",
            Self::Folder => "folder",
            Self::Refused => "refused",
            Self::Characters => "characters",
            Self::Letter => "letter",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
            Self::NotKept => "not_kept",
            Self::NoWayOut => "no_way_out",
            Self::Apart => "apart",
        }
    }
}

/// A reason such as [`super::MailboxState::last_error`] as people read it: what we know of it, then what the server said. What
/// begins with no code came back with a mail, or was put into words before it was kept as a code: then the server's own codes tell
/// what is known, if it gave any.
pub fn in_words(locale: Locale, why: &str) -> String {
    let (code, rest) = coded(why);
    let known = lookup(locale, &format!("mail.fault.{code}"));
    let said = if known.is_some() { rest } else { why };
    let mut sentences: Vec<&str> = known.into_iter().collect();
    // Other faults are what the server's code means.
    if known.is_none() || code == PostFault::Refused.code() {
        let meanings = meanings(said).into_iter().filter(|meaning| known.is_none() || !meaning.is_bare());
        sentences.extend(meanings.filter_map(|meaning| meaning.sentence(locale)));
    }
    let told = sentences.join(if locale == Locale::En { " " } else { "" });
    match (told.is_empty(), said.is_empty()) {
        (true, _) => why.to_owned(),
        (false, true) => told,
        (false, false) => translate(locale, "mail.fault_said", &[("known", &told), ("said", said)]),
    }
}

/// The code and the rest of a text such as [`super::MailboxState::last_error`].
fn coded(text: &str) -> (&str, &str) {
    text.split_once(' ').unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_in_the_readers_language_and_what_is_no_code_as_it_is() {
        let told = |locale, why| in_words(locale, why);
        let refused = "The mail server refuses it. The server said: “550 no such {user}”";
        assert_eq!(told(Locale::En, "refused 550 no such {user}"), refused);
        assert_eq!(told(Locale::ZhCn, "refused 550"), "邮件服务器拒绝接收。服务器回应：“550”");
        assert_eq!(told(Locale::ZhCn, "timeout"), "服务器响应超时。");
        for why in ["邮件服务器拒绝接收。 550", "li@example.com unknown", ""] {
            assert_eq!(told(Locale::En, why), why);
        }
    }

    #[test]
    fn a_servers_code_is_told_in_words_and_kept_beside_them() {
        let returned = "li@example.com 5.2.2 mailbox is over quota";
        let words = "The mailbox is full. The server said: “li@example.com 5.2.2 mailbox is over quota”";
        assert_eq!(in_words(Locale::En, returned), words);
        assert_eq!(
            in_words(Locale::ZhCn, "5.1.1; 5.2.2"),
            "该邮箱地址不存在。对方邮箱已满。服务器回应：“5.1.1; 5.2.2”"
        );
        let refused = "The mail server refuses it. There is no such address. The server said: “550 5.1.1 no”";
        assert_eq!(in_words(Locale::En, "refused 550 5.1.1 no"), refused);
        // It says that already, and a wrong password is no rule against spam.
        assert_eq!(in_words(Locale::ZhCn, "refused 550 5.0.0"), "邮件服务器拒绝接收。服务器回应：“550 5.0.0”");
        let password = in_words(Locale::En, "sign_in 535 5.7.8 wrong");
        assert_eq!(password, "The server refuses the user name or password. The server said: “535 5.7.8 wrong”");
    }

    #[test]
    fn every_fault_has_a_sentence() {
        for (fault, locale) in PostFault::ALL.iter().flat_map(|fault| Locale::ALL.map(|locale| (fault, locale))) {
            assert_ne!(in_words(locale, fault.code()), fault.code());
        }
    }
}
