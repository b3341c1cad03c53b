//! Finding things by what they are called, in either language or as Chinese sounds.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::records::sounds;

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

/// How names sound, asked for once somebody types letters; cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Learned {
    sounds: RwSignal<Sounds>,
    /// Names that were asked for.
    asked: StoredValue<BTreeSet<String>>,
}

impl Learned {
    /// Nothing is known.
    pub(crate) fn new() -> Self {
        Self { sounds: RwSignal::new(Sounds::new()), asked: StoredValue::new(BTreeSet::new()) }
    }

    /// What is known; tracked.
    pub(crate) fn with<T>(self, read: impl FnOnce(&Sounds) -> T) -> T {
        self.sounds.with(read)
    }

    /// Takes in how more of the names sound.
    pub(crate) fn add(self, more: Sounds) {
        self.sounds.update(|sounds| sounds.extend(more));
    }

    /// Asks how those of the names sound that were not asked for before: the texts of the other language may come after the
    /// first letters were typed. `take_in` gets what was answered.
    pub(crate) fn learn(
        self,
        typed: &str,
        names: impl FnOnce() -> Vec<String>,
        take_in: impl FnOnce(Sounds) + 'static,
    ) {
        if !typed.contains(|c: char| c.is_ascii_alphabetic()) {
            return;
        }
        let missing = self.asked.try_update_value(|asked| not_asked(asked, names())).unwrap_or_default();
        if missing.is_empty() {
            return;
        }
        spawn_local(async move {
            match sounds(missing.clone()).await {
                Ok(_) if self.sounds.is_disposed() => {}
                Ok(known) => take_in(missing.into_iter().zip(known).collect()),
                Err(_) => {
                    let _ = self.asked.try_update_value(|asked| asked.retain(|name| !missing.contains(name)));
                }
            }
        });
    }
}

/// Those of the names that can be typed by pinyin and were not asked for before; now they are.
fn not_asked(asked: &mut BTreeSet<String>, names: Vec<String>) -> Vec<String> {
    names.into_iter().filter(|name| !name.is_ascii() && asked.insert(name.clone())).collect()
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

    #[test]
    fn names_are_asked_for_once_however_late_they_come() {
        let mut asked = BTreeSet::new();
        let mut ask = |names: &[&str]| not_asked(&mut asked, names.iter().map(|&name| name.to_owned()).collect());
        assert!(ask(&["Industry", "customer.industry"]).is_empty());
        assert_eq!(ask(&["Industry", "行业", "客户", "行业"]), ["行业", "客户"]);
        assert_eq!(ask(&["行业", "客户", "创建时间"]), ["创建时间"]);
    }
}
