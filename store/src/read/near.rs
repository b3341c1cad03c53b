//! What somebody may have meant who mistyped it.

use std::collections::BTreeSet;

use strsim::{jaro_winkler, normalized_damerau_levenshtein};

/// Characters of a word by whose variants candidates are found.
const BEGIN: usize = 3;
/// Likeness of words from which one may be the other mistyped.
const WORD: f64 = 0.84;
/// The same for Chinese, where each character counts more.
const CHINESE: f64 = 0.6;

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A `tsquery` text for records that may be meant: every word begins as one of them does, or nearly so, and any two
/// neighbouring Chinese characters occur. `None` for words too short to be mistyped.
pub(super) fn loosened(text: &str) -> Option<String> {
    let parts: Vec<String> = words(text).iter().filter_map(|word| variants(word)).collect();
    (!parts.is_empty()).then(|| parts.join(" & "))
}

fn variants(word: &str) -> Option<String> {
    let chars: Vec<char> = word.chars().collect();
    let quoted = |text: String, end: &str| format!("'{text}'{end}");
    let any: BTreeSet<String> = if word.is_ascii() {
        if chars.len() <= BEGIN {
            return None;
        }
        let begin = |chars: Vec<char>| quoted(chars.into_iter().take(BEGIN).collect(), ":*");
        let swapped = (1..=BEGIN.min(chars.len() - 1)).map(|at| {
            let mut other = chars.clone();
            other.swap(at - 1, at);
            other
        });
        let dropped = (0..BEGIN).map(|at| {
            let mut other = chars.clone();
            other.remove(at);
            other
        });
        [chars.clone()].into_iter().chain(swapped).chain(dropped).map(begin).collect()
    } else {
        chars.windows(2).map(|pair| quoted(pair.iter().collect(), "")).collect()
    };
    (!any.is_empty()).then(|| format!("({})", any.into_iter().collect::<Vec<_>>().join(" | ")))
}

/// How near a title comes to the words, 0 to 1; nothing when something else must be meant.
pub(super) fn nearness(text: &str, title: &str) -> Option<f64> {
    let (sought, said) = (words(text), words(title));
    let mut sum = 0.0;
    for word in &sought {
        let like = said.iter().map(|other| alike(word, other)).fold(0.0, f64::max);
        if like < if word.is_ascii() { WORD } else { CHINESE } {
            return None;
        }
        sum += like;
    }
    (!sought.is_empty()).then(|| sum / sought.len() as f64)
}

/// How alike two words are; of a longer one its beginning counts, and in Chinese any part of it.
fn alike(word: &str, other: &str) -> f64 {
    let (length, chars): (usize, Vec<char>) = (word.chars().count(), other.chars().collect());
    if word.is_ascii() {
        let begin: String = chars.iter().take(length + 1).collect();
        return jaro_winkler(word, other).max(jaro_winkler(word, &begin));
    }
    let parts = chars.windows(length.min(chars.len()).max(1));
    parts.map(|part| normalized_damerau_levenshtein(word, &part.iter().collect::<String>())).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        assert!(nearness("hauwei", "Huawei Technologies").is_some());
        assert!(nearness("umbrela corp", "Umbrella Corporation").is_some());
        assert!(nearness("华为计术", "深圳华为技术有限公司").is_some());
        assert!(nearness("huawei", "Umbrella").is_none());
        assert!(nearness("华为", "腾讯科技").is_none());
    }

    #[test]
    fn candidates_begin_as_the_words_do_or_nearly_so() {
        let hauwei = loosened("hauwei").unwrap();
        assert!(hauwei.contains("'hau':*") && hauwei.contains("'hua':*") && hauwei.contains("'auw':*"));
        assert_eq!(loosened("华为计").as_deref(), Some("('为计' | '华为')"));
        assert_eq!(loosened("abc"), None);
    }
}
