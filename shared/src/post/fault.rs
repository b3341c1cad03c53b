//! Why mail can't be fetched or sent: kept as a code with the server's own words, told in the reader's language.

use serde::{Deserialize, Serialize};

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
    pub const ALL: [Self; 19] = [
        Self::NoPassword,
        Self::UnknownHost,
        Self::Unreachable,
        Self::Lost,
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
/// begins with no code is kept: what came back with a mail, and what was put into words before it was kept as a code.
pub fn in_words(locale: Locale, why: &str) -> String {
    let (code, said) = coded(why);
    match lookup(locale, &format!("mail.fault.{code}")) {
        Some(known) if said.is_empty() => known.to_owned(),
        Some(known) => translate(locale, "mail.fault_said", &[("known", known), ("said", said)]),
        None => why.to_owned(),
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
        for why in ["邮件服务器拒绝接收。 550", "li@example.com 5.1.1 unknown", ""] {
            assert_eq!(told(Locale::En, why), why);
        }
    }

    #[test]
    fn every_fault_has_a_sentence() {
        for (fault, locale) in PostFault::ALL.iter().flat_map(|fault| Locale::ALL.map(|locale| (fault, locale))) {
            assert_ne!(in_words(locale, fault.code()), fault.code());
        }
    }
}
