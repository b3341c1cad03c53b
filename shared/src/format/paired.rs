//! A value with what it is of.

use crate::i18n::Locale;

/// A value behind its name: `负责人：李娜`, `Owner: Li Na`.
pub fn paired(locale: Locale, name: &str, value: &str) -> String {
    [name, if locale == Locale::ZhCn { "：" } else { ": " }, value].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_colon() {
        assert_eq!(paired(Locale::En, "Owner", "Li Na"), "Owner: Li Na");
        assert_eq!(paired(Locale::ZhCn, "负责人", "Li Na"), "负责人：Li Na");
    }
}
