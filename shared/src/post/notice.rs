//! What notes say that mail leaves in a ticket: kept as a code, told in the reader's language.

use super::in_words;
use crate::i18n::{Locale, translate};

/// Why mail left a note in a ticket. Kept as its code; behind a space stands what went wrong, where something did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A letter that names a colleague as its sender.
    Unproven,
    /// An answering machine wrote it, or somebody's program says that a letter was shown.
    Automatic,
    /// Another program wrote it.
    Generated,
    /// An answer came back.
    Bounced,
    /// An answer is still on its way.
    Delayed,
    /// A letter that the desk wrote by itself came back.
    LetterBounced,
    /// An answer could not be sent.
    Failed,
    /// That a request arrived could not be told.
    ConfirmationFailed,
}

impl Notice {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Unproven,
        Self::Automatic,
        Self::Generated,
        Self::Bounced,
        Self::Delayed,
        Self::LetterBounced,
        Self::Failed,
        Self::ConfirmationFailed,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::Unproven => "mail.note.unproven",
            Self::Automatic => "mail.note.automatic",
            Self::Generated => "mail.note.generated",
            Self::Bounced => "mail.note.bounced",
            Self::Delayed => "mail.note.delayed",
            Self::LetterBounced => "mail.note.letter_bounced",
            Self::Failed => "mail.note.failed",
            Self::ConfirmationFailed => "mail.note.confirmation_failed",
        }
    }

    /// The code.
    pub fn code(self) -> &'static str {
        self.key().trim_start_matches("mail.note.")
    }

    /// Whether the desk itself says it, and the note nothing else; otherwise it is said of a letter that the note holds.
    pub fn is_all(self) -> bool {
        !matches!(self, Self::Unproven | Self::Automatic | Self::Generated)
    }

    /// As it is kept, with what went wrong.
    pub fn with(self, why: &str) -> String {
        format!("{} {why}", self.code()).trim_end().to_owned()
    }

    /// What was kept, and what went wrong; nothing for what is no such code.
    pub fn of(kept: &str) -> Option<(Self, &str)> {
        let (code, why) = kept.split_once(' ').unwrap_or((kept, ""));
        Self::ALL.into_iter().find(|notice| notice.code() == code).map(|notice| (notice, why))
    }

    /// What people read. Why something was not sent is a code itself; what came back is in the server's own words, with its codes.
    pub fn told(self, locale: Locale, why: &str, address: &str) -> String {
        translate(locale, self.key(), &[("why", &in_words(locale, why)), ("address", address)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_told_in_the_readers_language_whatever_it_was_kept_in() {
        let kept = Notice::Failed.with("refused 550 no such user");
        let (notice, why) = Notice::of(&kept).unwrap();
        assert!(notice.is_all());
        let told = notice.told(Locale::En, why, "");
        assert!(told.contains("The mail server refuses it.") && told.contains("550 no such user"), "{told}");
        assert!(notice.told(Locale::ZhCn, why, "").contains("邮件服务器拒绝接收"));
        let (notice, why) = Notice::of("bounced li@example.com 5.1.1 unknown").unwrap();
        let told = notice.told(Locale::En, why, "");
        assert!(told.contains("There is no such address.") && told.contains("5.1.1 unknown"), "{told}");
        let (notice, why) = Notice::of("automatic").unwrap();
        assert!(!notice.is_all() && notice.told(Locale::ZhCn, why, "li@example.com").contains("li@example.com"));
        assert_eq!(Notice::of("whatever else"), None);
    }

    #[test]
    fn every_notice_is_known_by_its_code_and_has_a_sentence() {
        for (notice, locale) in Notice::ALL.iter().flat_map(|notice| Locale::ALL.map(|locale| (*notice, locale))) {
            assert_eq!(Notice::of(notice.code()), Some((notice, "")));
            assert_ne!(notice.told(locale, "x", "y"), notice.key());
        }
    }
}
