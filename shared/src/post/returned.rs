//! What the codes mean that mail servers give for what they do not deliver (RFC 3463, RFC 7372), told in the reader's language.

use crate::i18n::{Locale, lookup};

/// Why a server does not deliver a letter, as far as its code says. Codes are labels below `mail.returned`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// Nobody has that address.
    NoAddress,
    /// The address is written wrongly.
    BadAddress,
    /// What stands behind the `@` takes no mail.
    NoDomain,
    /// Whoever had the address has moved.
    Moved,
    /// The server does not accept the address that we send from.
    BadSender,
    /// The mailbox is not in use.
    Disabled,
    /// The mailbox is full.
    Full,
    /// The letter is larger than the server takes.
    TooLarge,
    /// The server has trouble of its own.
    System,
    /// The server can't be reached.
    Unreachable,
    /// The letter went in circles between servers.
    Loop,
    /// It was tried for too long.
    Expired,
    /// The servers did not understand each other.
    Protocol,
    /// The server does not take what the letter holds.
    Content,
    /// The rules of the receiver refuse it.
    Policy,
    /// Nothing proves to the receiver that we may send in our address's name.
    Unproven,
    /// Not now, for a reason that the code does not tell.
    Later,
    /// Not at all, for a reason that the code does not tell.
    Never,
}

impl Returned {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::NoAddress,
        Self::BadAddress,
        Self::NoDomain,
        Self::Moved,
        Self::BadSender,
        Self::Disabled,
        Self::Full,
        Self::TooLarge,
        Self::System,
        Self::Unreachable,
        Self::Loop,
        Self::Expired,
        Self::Protocol,
        Self::Content,
        Self::Policy,
        Self::Unproven,
        Self::Later,
        Self::Never,
    ];

    /// What a code such as `5.1.1` means; nothing for what is none.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        let mut parts = code.split('.').map(|part| part.parse::<u16>().ok());
        let (class, subject, detail) = (parts.next()??, parts.next()??, parts.next()??);
        Some(match (class, subject, detail) {
            (4 | 5, 1, 0 | 1 | 4) => Self::NoAddress,
            (4 | 5, 1, 2 | 10) => Self::NoDomain,
            (4 | 5, 1, 3) => Self::BadAddress,
            (4 | 5, 1, 6) => Self::Moved,
            (4 | 5, 1, 7..=9) => Self::BadSender,
            (4 | 5, 2, 1) => Self::Disabled,
            (4 | 5, 2, 2) => Self::Full,
            (4 | 5, 2, 3) | (4 | 5, 3, 4) => Self::TooLarge,
            (4 | 5, 3, _) => Self::System,
            (4 | 5, 4, 6 | 14) => Self::Loop,
            (4 | 5, 4, 7) => Self::Expired,
            (4 | 5, 4, 1..=5) => Self::Unreachable,
            (4 | 5, 5, 1..) => Self::Protocol,
            (4 | 5, 6, 1..) => Self::Content,
            (4 | 5, 7, 20..=26) => Self::Unproven,
            (5, 7, _) => Self::Policy,
            // Such as whoever is not known there yet is asked to come again.
            (4, ..) => Self::Later,
            (5, ..) => Self::Never,
            _ => return None,
        })
    }

    /// The code of the label.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoAddress => "no_address",
            Self::BadAddress => "bad_address",
            Self::NoDomain => "no_domain",
            Self::Moved => "moved",
            Self::BadSender => "bad_sender",
            Self::Disabled => "disabled",
            Self::Full => "full",
            Self::TooLarge => "too_large",
            Self::System => "system",
            Self::Unreachable => "unreachable",
            Self::Loop => "loop",
            Self::Expired => "expired",
            Self::Protocol => "protocol",
            Self::Content => "content",
            Self::Policy => "policy",
            Self::Unproven => "unproven",
            Self::Later => "later",
            Self::Never => "never",
        }
    }

    /// What people read.
    pub(super) fn sentence(self, locale: Locale) -> Option<&'static str> {
        lookup(locale, &format!("mail.returned.{}", self.code()))
    }

    /// Whether the code tells no more than that it did not arrive.
    pub(super) fn is_bare(self) -> bool {
        matches!(self, Self::Later | Self::Never)
    }
}

/// The codes such as `5.1.1` in a text, in their order.
pub fn status_codes(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    words.map(|word| word.trim_matches('.')).filter(|word| {
        let mut parts = word.split('.');
        let number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        matches!(parts.next(), Some("4" | "5")) && parts.clone().count() == 2 && parts.all(number)
    })
}

/// What the codes in a server's words mean, each once and in their order. One that says nothing is left out beside others that do.
pub(super) fn meanings(said: &str) -> Vec<Returned> {
    let mut all: Vec<Returned> = Vec::new();
    for meaning in status_codes(said).filter_map(Returned::of) {
        if !all.contains(&meaning) {
            all.push(meaning);
        }
    }
    if all.iter().any(|meaning| !meaning.is_bare()) {
        all.retain(|meaning| !meaning.is_bare());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_by_their_subject_and_detail() {
        let known = [
            ("5.1.1", Returned::NoAddress),
            ("5.1.2", Returned::NoDomain),
            ("5.1.10", Returned::NoDomain),
            ("5.1.8", Returned::BadSender),
            ("5.2.1", Returned::Disabled),
            ("5.2.2", Returned::Full),
            ("4.2.2", Returned::Full),
            ("5.2.3", Returned::TooLarge),
            ("5.3.4", Returned::TooLarge),
            ("5.3.0", Returned::System),
            ("5.4.4", Returned::Unreachable),
            ("4.4.1", Returned::Unreachable),
            ("5.4.6", Returned::Loop),
            ("4.4.7", Returned::Expired),
            ("5.5.2", Returned::Protocol),
            ("5.6.3", Returned::Content),
            ("5.7.1", Returned::Policy),
            ("5.7.0", Returned::Policy),
            ("5.7.26", Returned::Unproven),
            ("4.0.0", Returned::Later),
            ("4.7.1", Returned::Later),
            ("5.0.0", Returned::Never),
            ("5.2.0", Returned::Never),
        ];
        for (code, meaning) in known {
            assert_eq!(Returned::of(code), Some(meaning), "{code}");
        }
        for none in ["2.1.5", "5.1", "5.1.x", "", "550"] {
            assert_eq!(Returned::of(none), None, "{none}");
        }
    }

    #[test]
    fn codes_are_found_among_words_and_addresses_of_machines_are_none() {
        let codes = |text| status_codes(text).collect::<Vec<_>>();
        assert_eq!(codes("li@example.com 5.1.1 smtp; 550-5.1.1 unknown. (5.2.2.)"), ["5.1.1", "5.1.1", "5.2.2"]);
        assert_eq!(codes("by 5.1.1.9, 15.1.1, 5.1, v4.x.1 and 5.1234.1"), [""; 0]);
    }

    #[test]
    fn each_meaning_is_told_once_and_a_bare_refusal_not_beside_others() {
        let both = meanings("a@x.test 5.0.0 550 5.1.1 unknown; b@x.test 5.2.2 full; c@x.test 5.1.1");
        assert_eq!(both, [Returned::NoAddress, Returned::Full]);
        assert_eq!(meanings("a@x.test 5.0.0 no"), [Returned::Never]);
        assert!(meanings("a@x.test unknown").is_empty());
    }

    #[test]
    fn every_meaning_has_a_sentence() {
        for (meaning, locale) in Returned::ALL.iter().flat_map(|one| Locale::ALL.map(|locale| (*one, locale))) {
            assert!(meaning.sentence(locale).is_some(), "{meaning:?}");
        }
    }
}
