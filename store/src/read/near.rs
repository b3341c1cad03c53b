//! What somebody may have meant who mistyped it.

use std::collections::BTreeSet;

use strsim::{damerau_levenshtein, jaro_winkler, normalized_damerau_levenshtein};

use crate::readings::ways;
use crate::write::{pinyin_tokens, query_tokens, syllables};

/// Characters of a word by whose variants candidates are found: many first, which few records begin with, then few.
const BEGINS: [usize; 2] = [5, 3];
/// Characters that a slip may be among when the rest of a word is as it should be.
const END: usize = 2;
/// Fewest characters of a word that may be meant as an address's part before the @.
const LOCAL: usize = 6;
/// Fewest characters of such a part in which a slip is one and not another word.
const SHORT: usize = 3;
/// Fewest digits of a number that is meant as it is typed.
const NUMBER: usize = 7;
/// Likeness of words from which one may be the other mistyped.
const WORD: f64 = 0.84;
/// The same for Chinese, where each character counts more.
const CHINESE: f64 = 0.6;
/// Letters of the longest syllable.
const SYLLABLE: usize = 6;

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `tsquery` texts for records that may be meant, the one that finds fewer first: every word's first characters are as one of
/// them begins, or nearly so, and any two neighbouring Chinese characters occur. None for words too short to be mistyped.
/// Of an address one side may be right as it is.
pub(crate) fn loosened(text: &str) -> Vec<String> {
    let mut all: Vec<String> = BEGINS.into_iter().filter_map(|begin| beginning(text, begin)).collect();
    if let Some((local, domain)) = text.split_once('@') {
        all.extend(beginning(local, BEGINS[0]));
        all.extend(query_tokens(domain));
    }
    all.dedup();
    all
}

/// Whether somebody may have typed an address, or the part of it before the @.
pub(super) fn is_address(text: &str) -> bool {
    let text = text.trim();
    text.contains('@') || (text.is_ascii() && text.len() >= LOCAL && !text.contains(char::is_whitespace))
}

/// Whether somebody typed a whole number, of a phone for instance: one that is nearly the same is a stranger's.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= NUMBER && text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()".contains(c))
}

fn beginning(text: &str, begin: usize) -> Option<String> {
    let parts: Vec<String> = words(text).iter().filter_map(|word| variants(word, begin)).collect();
    (!parts.is_empty()).then(|| parts.join(" & "))
}

fn variants(word: &str, most: usize) -> Option<String> {
    let chars: Vec<char> = word.chars().collect();
    let quoted = |text: String, end: &str| format!("'{text}'{end}");
    let any: BTreeSet<String> = if word.is_ascii() {
        let least = BEGINS[BEGINS.len() - 1];
        if chars.len() <= least {
            return None;
        }
        let length = most.min(chars.len() - END).max(least);
        let begin = |chars: Vec<char>| quoted(chars.into_iter().take(length).collect(), ":*");
        let swapped = (1..=length.min(chars.len() - 1)).map(|at| {
            let mut other = chars.clone();
            other.swap(at - 1, at);
            other
        });
        let dropped = (0..length).map(|at| {
            let mut other = chars.clone();
            other.remove(at);
            other
        });
        let doubled = (0..length).map(|at| {
            let mut other = chars.clone();
            other.insert(at, chars[at]);
            other
        });
        [chars.clone()].into_iter().chain(swapped).chain(dropped).chain(doubled).map(begin).collect()
    } else {
        chars.windows(2).map(|pair| quoted(pair.iter().collect(), "")).collect()
    };
    (!any.is_empty()).then(|| format!("({})", any.into_iter().collect::<Vec<_>>().join(" | ")))
}

/// How near a title comes to the words, 0 to 1; nothing when something else must be meant.
pub(super) fn nearness(text: &str, title: &str) -> Option<f64> {
    let (said, sounds) = (words(title), syllables(title));
    likeness(text, |word| {
        let written = said.iter().map(|other| alike(word, other));
        // As it is typed on a keyboard.
        let typed = sounds.iter().map(|syllables| sounding(word, syllables));
        written.chain(typed).fold(0.0, f64::max)
    })
}

/// The same of an address, by all words that a record is found by. How its title sounds is among them, and no part of an
/// address unless it is that but for one slip.
pub(super) fn address_nearness(text: &str, said: &[String], title: &str) -> Option<f64> {
    let sounds = pinyin_tokens(title);
    let like =
        |word: &str, other: &String| if sounds.contains(other) { slip(word, other) } else { slipped(word, other) };
    likeness(text, |word| said.iter().map(|other| like(word, other)).fold(0.0, f64::max))
}

/// How near the words come together, by how near each does.
fn likeness(text: &str, nearest: impl Fn(&str) -> f64) -> Option<f64> {
    let sought = words(text);
    let mut sum = 0.0;
    for word in &sought {
        let like = nearest(word);
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

/// How near a word comes to syllables that follow each other, from whichever on. It has each of them with a slip at most: jian is
/// no way to mistype gen.
fn sounding(word: &str, syllables: &[Vec<&'static str>]) -> f64 {
    let starts = (0..syllables.len()).filter(|_| word.is_ascii());
    // No syllable is shorter than a letter.
    let ends = starts.map(|from| &syllables[from..syllables.len().min(from + word.len() + SYLLABLE)]);
    ends.flat_map(ways).map(|way| sounding_in_one_way(word, &way)).fold(0.0, f64::max)
}

/// The same of syllables from the first on, as they are read in one way.
fn sounding_in_one_way(word: &str, syllables: &[&str]) -> f64 {
    let (mut best, mut sound) = (0.0_f64, String::new());
    for (count, syllable) in (1..).zip(syllables) {
        sound.push_str(syllable);
        if sound.len() > word.len() + SYLLABLE {
            break;
        }
        let like = jaro_winkler(word, &sound);
        if like >= WORD && like > best && has_each(word, &syllables[..count]) {
            best = like;
        }
    }
    best
}

/// Whether a word of plain letters has these syllables in a row, each with a slip at most, and the last at least begun.
fn has_each(word: &str, syllables: &[&str]) -> bool {
    // Where the next syllable may begin, each place once: a word of many like syllables can be parted in very many ways.
    let mut begins = BTreeSet::from([0]);
    for (count, syllable) in (1..).zip(syllables) {
        let is_last = count == syllables.len();
        let is_typed = |part: &str| is_last && syllable.starts_with(part) || damerau_levenshtein(part, syllable) <= 1;
        let mut next = BTreeSet::new();
        for begin in begins {
            let most = word.len().min(begin + syllable.len() + 1);
            next.extend((begin + 1..=most).filter(|end| is_typed(&word[begin..*end])));
        }
        begins = next;
    }
    begins.contains(&word.len())
}

/// How alike two words of addresses are: those are short, and one slip changes much of them.
fn slipped(word: &str, other: &str) -> f64 {
    alike(word, other).max(slip(word, other))
}

/// The likeness of words that are the same but for a slip.
fn slip(word: &str, other: &str) -> f64 {
    let is_one = word.is_ascii() && word.len() >= SHORT && damerau_levenshtein(word, other) <= 1;
    match is_one {
        _ if word == other => 1.0,
        true => WORD,
        false => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        assert!(nearness("hauwei", "Huawei Technologies").is_some());
        assert!(nearness("umbrela corp", "Umbrella Corporation").is_some());
        assert!(nearness("huawie", "深圳华为技术有限公司").is_some());
        assert!(nearness("Otilie", "Ottilie Kerr").is_some());
        assert!(nearness("华为计术", "深圳华为技术有限公司").is_some());
        assert!(nearness("huawei", "Umbrella").is_none());
        assert!(nearness("华为", "腾讯科技").is_none());
    }

    #[test]
    fn what_is_typed_by_sound_is_near_syllable_by_syllable() {
        for (typed, title) in [("xinjin", "新建厂房"), ("zhagnwei", "张伟"), ("zhnagw", "张伟")] {
            assert!(nearness(typed, title).is_some(), "{typed} {title}");
        }
        assert!(nearness("changhsa", "长沙银行").is_some() && nearness("yinhnag", "长沙银行").is_some());
        for title in ["微信跟进", "新品介绍"] {
            assert!(nearness("xinjian", title).is_none(), "{title}");
        }
        let said = ["微", "信", "xingenjin", "weixingenjin"].map(str::to_owned);
        assert!(address_nearness("xinjian", &said, "微信跟进").is_none());
    }

    #[test]
    fn candidates_begin_as_the_words_do_or_nearly_so() {
        let [few, many] = &loosened("hauwei")[..] else { panic!("two") };
        assert!(many.contains("'hau':*") && many.contains("'hua':*") && many.contains("'auw':*"));
        assert!(few.contains("'huaw':*"), "few candidates come first");
        assert!(loosened("otilie")[1].contains("'ott':*"));
        assert_eq!(loosened("华为计"), ["('为计' | '华为')"]);
        assert!(loosened("abc").is_empty());
    }

    #[test]
    fn of_an_address_one_side_may_be_right() {
        let ways = loosened("li.wie@yunfan.example");
        assert!(ways.contains(&"'yunfan':* & 'example':*".to_owned()), "{ways:?}");
        let said = ["li", "wei", "yunfan", "example"].map(str::to_owned);
        assert!(address_nearness("li.wie@yunfan.example", &said, "李伟").is_some());
        assert!(address_nearness("anna@yunfan.example", &said, "李伟").is_none());
        assert!(is_address("zhangwei") && is_address("a@b") && !is_address("zhang wei") && !is_address("wei"));
    }
}
