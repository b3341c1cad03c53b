//! What of a letter is not in the message that it became: kept as what it is, told in the reader's language.

use crate::Values;
use crate::format::{file_size, listed};
use crate::i18n::{Locale, translate};
use crate::record::texts;
use crate::types::TicketMessage;

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
