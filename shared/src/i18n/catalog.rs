//! The texts by key: compiled into the server; the browser gets two files per language (`scripts/labels.mjs`), of which the
//! first load needs but one.

use super::Locale;

#[cfg(not(target_family = "wasm"))]
mod texts {
    use super::Locale;

    include!(concat!(env!("OUT_DIR"), "/labels.rs"));

    pub(super) fn has(_locale: Locale) -> bool {
        true
    }

    pub(super) fn lookup(locale: Locale, key: &str) -> Option<&'static str> {
        let table = match locale {
            Locale::ZhCn => ZH_CN,
            Locale::En => EN,
        };
        table.binary_search_by(|(k, _)| (*k).cmp(key)).ok().map(|at| table[at].1)
    }
}

#[cfg(target_family = "wasm")]
mod texts {
    use std::collections::BTreeMap;
    use std::sync::OnceLock;

    use super::Locale;

    /// Text by topic and the rest of the key.
    type Catalog = BTreeMap<String, BTreeMap<String, String>>;

    /// The parts of each language, in the order in which they came.
    static CATALOGS: [[OnceLock<Catalog>; PARTS]; 2] = [const { [const { OnceLock::new() }; PARTS] }; 2];

    /// Files of a language.
    const PARTS: usize = 2;

    fn parts(locale: Locale) -> &'static [OnceLock<Catalog>; PARTS] {
        &CATALOGS[locale as usize]
    }

    pub(super) fn has(locale: Locale) -> bool {
        parts(locale).iter().all(|part| part.get().is_some())
    }

    pub(super) fn lookup(locale: Locale, key: &str) -> Option<&'static str> {
        let (topic, rest) = key.split_once('.')?;
        parts(locale).iter().find_map(|part| part.get()?.get(topic)?.get(rest)).map(String::as_str)
    }

    pub(super) fn add(locale: Locale, json: &str) {
        if let (Ok(texts), Some(free)) =
            (serde_json::from_slice(json.as_bytes()), parts(locale).iter().find(|part| part.get().is_none()))
        {
            drop(free.set(texts));
        }
    }
}

/// Whether the texts of a language are there.
pub fn has(locale: Locale) -> bool {
    texts::has(locale)
}

/// The text of a key, if the catalog has it.
pub fn lookup(locale: Locale, key: &str) -> Option<&'static str> {
    texts::lookup(locale, key)
}

/// Takes in the texts of a language: a JSON object of texts by topic and the rest of the key.
#[cfg(target_family = "wasm")]
pub fn add(locale: Locale, json: &str) {
    texts::add(locale, json);
}

#[cfg(test)]
mod tests {
    use super::texts::{EN, ZH_CN};

    #[test]
    fn both_catalogs_have_the_same_keys() {
        let keys = |table: &'static [(&str, &str)]| table.iter().map(|(k, _)| *k).collect::<Vec<_>>();
        assert_eq!(keys(EN), keys(ZH_CN));
    }

    #[test]
    fn both_texts_of_a_key_use_the_same_parameters() {
        let slots = |text: &str| {
            let mut names: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|s| Some(s.split_once('}')?.0.split('|').next()?.to_owned()))
                .collect();
            names.sort();
            names.dedup();
            names
        };
        for ((key, en), (_, zh)) in EN.iter().zip(ZH_CN) {
            assert_eq!(slots(en), slots(zh), "{key}");
        }
    }
}
