//! Several names in a sentence.

use std::borrow::Borrow;

use crate::i18n::Locale;

/// Names one after the other: `甲、乙`, `A, B`.
pub fn listed<S: Borrow<str>>(locale: Locale, names: &[S]) -> String {
    names.join(if locale == Locale::ZhCn { "、" } else { ", " })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_comma() {
        assert_eq!(listed(Locale::En, &["A", "B"]), "A, B");
        assert_eq!(listed(Locale::ZhCn, &["甲".to_owned(), "乙".to_owned()]), "甲、乙");
        assert_eq!(listed::<&str>(Locale::En, &[]), "");
    }
}
