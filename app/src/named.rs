//! Finding things by what they are called, in either language or as Chinese sounds.

use std::collections::BTreeMap;

/// How Chinese texts are typed by pinyin.
pub(crate) type Sounds = BTreeMap<String, Vec<String>>;

/// Fewest letters of pinyin by which something is found: one is the beginning of too many.
const LETTERS: usize = 2;

/// Whether the words, in lower case, are in a text or begin it as it sounds.
pub(crate) fn is_named(name: &str, words: &str, sounds: &Sounds) -> bool {
    let typed: String = words.chars().filter(|c| !c.is_whitespace()).collect();
    let is_sound = || typed.len() >= LETTERS && typed.is_ascii();
    name.to_lowercase().contains(words)
        || sounds.get(name).is_some_and(|sounds| is_sound() && sounds.iter().any(|sound| sound.starts_with(&typed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_found_by_their_words_and_by_pinyin() {
        let sounds = Sounds::from([("新建客户".to_owned(), vec!["xinjiankehu".to_owned(), "xjkh".to_owned()])]);
        for words in ["新建", "xinjian", "xin jian", "xj"] {
            assert!(is_named("新建客户", words, &sounds), "{words}");
        }
        assert!(!is_named("新建客户", "x", &sounds) && !is_named("新建客户", "kehu", &Sounds::new()));
    }
}
