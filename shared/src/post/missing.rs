//! What of a letter is not in the message that it became: kept as what it is, told in the reader's language.

use crate::Values;
use crate::format::{file_size, listed};
use crate::i18n::{Locale, translate};
use crate::record::texts;
use crate::types::TicketMessage;

/// What a message keeps of a letter that says nothing: something has to stand there, and this is of no language. Readers are told
/// `mail.says_nothing` in its place.
pub const SAYS_NOTHING: &str = "<p>–</p>";

/// What one opens to see what a letter repeats of others: the same to see in every language.
pub const QUOTE_FOLD: &str = "<summary>…</summary>";

/// A message as it is shown: whoever hears it is told in their language what there is to open.
pub fn with_named_folds(html: &str, locale: Locale) -> String {
    let name = translate(locale, "mail.quoted", &[]);
    html.replace(QUOTE_FOLD, &format!("<summary aria-label=\"{name}\">…</summary>"))
}

/// What of a letter is not in the message that it became.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Names of files that came with it and were not kept.
    pub left_out: Vec<String>,
    /// Bytes of the whole letter, where only its beginning was taken in.
    pub whole_size: Option<u64>,
}

impl Missing {
    /// As a message keeps it.
    pub fn of(message: &Values) -> Self {
        Self {
            left_out: texts(message, "left_out").map(str::to_owned).collect(),
            whole_size: TicketMessage(message).whole_size().and_then(|size| u64::try_from(size).ok()),
        }
    }

    /// What people read below the message, a line for each thing; nothing where all of it is there.
    pub fn told(&self, locale: Locale) -> Vec<String> {
        let begins = self.whole_size.map(|size| {
            let size = file_size(locale, size);
            translate(locale, "mail.beginning_only", &[("size", &size)])
        });
        let names = listed(locale, &self.left_out);
        let left_out = (!names.is_empty()).then(|| translate(locale, "mail.left_out", &[("names", &names)]));
        begins.into_iter().chain(left_out).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_quoted_is_called_in_the_readers_language() {
        let html = format!("<p>New</p><details class=\"quoted\">{QUOTE_FOLD}<p>Old</p></details>");
        for (locale, name) in [(Locale::En, "Quoted text"), (Locale::ZhCn, "引用内容")] {
            let named = with_named_folds(&html, locale);
            assert!(named.contains(&format!("<summary aria-label=\"{name}\">…</summary><p>Old</p>")), "{named}");
        }
    }

    #[test]
    fn what_is_missing_is_told_in_the_readers_language() {
        let kept = json!({"left_out": ["virus.exe", "a.bin"], "whole_size": 99_000_000, "content": "<p>你好</p>"});
        let missing = Missing::of(kept.as_object().unwrap());
        let [english, chinese] = [Locale::En, Locale::ZhCn].map(|locale| missing.told(locale).join(" | "));
        for part in ["Left out", "virus.exe, a.bin", "94.4 MB"] {
            assert!(english.contains(part), "{part}: {english}");
        }
        for part in ["未保存", "virus.exe、a.bin", "94.4 MB"] {
            assert!(chinese.contains(part), "{part}: {chinese}");
        }
        assert!(Missing::of(json!({"content": "<p>All of it</p>"}).as_object().unwrap()).told(Locale::En).is_empty());
    }
}
