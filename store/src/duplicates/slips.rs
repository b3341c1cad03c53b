//! Names and domains in which somebody slipped: what the search index is asked for, so that the record that they meant is
//! compared.

use std::collections::BTreeSet;

use pinyin::ToPinyin;

use crate::read::loosened;
use crate::write::tokens;

/// Fewest Chinese characters among which a slip is looked for: of two, the other one alone says too little.
const LEAST: usize = 3;
/// Characters looked for of a run: the first ones tell enough.
const LENGTH: usize = 12;
/// Fewest letters of a domain in which a slip is one.
const DOMAIN: usize = 3;
/// Letters of a domain by which others are found that differ in one of them.
const BEGIN: usize = 4;
/// Most ways in which a name may be meant.
const WAYS: usize = 40;

/// `tsquery` texts for names that differ from these words in one Chinese character (another, one too many or too few, two
/// that changed places), or in letters at the begin of words of other scripts.
pub(super) fn slips(words: &[String]) -> Vec<String> {
    let runs: Vec<Vec<char>> = words.iter().flat_map(|word| runs(word)).collect();
    let chinese = (0..runs.len()).filter(|at| is_chinese(&runs[*at]) && runs[*at].len() >= LEAST);
    let ways: Vec<String> = chinese.flat_map(|at| ways(&runs, at)).take(WAYS).collect();
    let latin: Vec<&str> = words.iter().map(String::as_str).filter(|word| word.is_ascii()).collect();
    let mut all: Vec<String> = loosened(&latin.join(" ")).into_iter().take(1).collect();
    if !ways.is_empty() {
        all.push(ways.join(" | "));
    }
    all
}

/// A `tsquery` text for names of the same Chinese characters in whichever order: the given name may come first.
pub(super) fn turned(name: &str) -> Option<String> {
    let chars: BTreeSet<char> = name.chars().collect();
    let is_name = (2..=LENGTH).contains(&chars.len()) && chars.iter().all(|c| c.to_pinyin().is_some());
    is_name.then(|| chars.iter().map(|c| format!("'{c}'")).collect::<Vec<_>>().join(" & "))
}

/// What a name has in common with one that differs in a character of a run: each way is what must occur together.
fn ways(runs: &[Vec<char>], at: usize) -> Vec<String> {
    let others = runs.iter().enumerate().filter(|(other, _)| *other != at);
    let others: Vec<String> = others.flat_map(|(_, run)| whole(run)).collect();
    let chars = &runs[at][..runs[at].len().min(LENGTH)];
    let way = |mut parts: Vec<String>| {
        parts.extend_from_slice(&others);
        format!("({})", parts.join(" & "))
    };
    let but_one = (0..chars.len()).map(|slip| but(chars, slip));
    // In whichever order.
    let all: Vec<String> = chars.iter().map(|c| format!("'{c}'")).collect();
    but_one.chain([all]).map(way).collect()
}

/// The pairs of characters but those with one of them, and the characters that are in no pair then.
fn but(chars: &[char], slip: usize) -> Vec<String> {
    let is_paired = |from: usize| from + 1 < chars.len() && from != slip && from + 1 != slip;
    let pairs = (0..chars.len()).filter(|from| is_paired(*from)).map(|from| pair(&chars[from..=from + 1]));
    let is_alone =
        |at: &usize| *at != slip && !is_paired(*at) && at.checked_sub(1).is_none_or(|before| !is_paired(before));
    let alone = (0..chars.len()).filter(is_alone).map(|at| format!("'{}'", chars[at]));
    pairs.chain(alone).collect()
}

/// All of a run, as the index has it.
fn whole(run: &[char]) -> Vec<String> {
    let first = &run[..run.len().min(LENGTH)];
    match first {
        [single] if is_chinese(first) => vec![format!("'{single}'")],
        _ if is_chinese(first) => first.windows(2).map(pair).collect(),
        _ => vec![format!("'{}':*", first.iter().collect::<String>())],
    }
}

fn pair(chars: &[char]) -> String {
    format!("'{}'", chars.iter().collect::<String>())
}

/// Runs of Chinese characters and of others; words have letters and digits only.
fn runs(word: &str) -> Vec<Vec<char>> {
    let chars: Vec<char> = word.chars().collect();
    chars.chunk_by(|one, next| one.to_pinyin().is_some() == next.to_pinyin().is_some()).map(<[char]>::to_vec).collect()
}

fn is_chinese(run: &[char]) -> bool {
    run.first().is_some_and(|c| c.to_pinyin().is_some())
}

/// A `tsquery` text for addresses that are this one but for a slip in the domain.
pub(super) fn address(email: &str) -> Option<String> {
    let (local, domain) = email.split_once('@')?;
    Some(format!("{} & ({})", exactly(local)?, domains(domain)?))
}

/// A `tsquery` text for all words of an address as they are: as beginnings of others short ones would find nearly everything.
pub(super) fn exactly(address: &str) -> Option<String> {
    let words: Vec<String> = tokens(address).iter().map(|word| format!("'{word}'")).collect();
    (!words.is_empty()).then(|| words.join(" & "))
}

/// A `tsquery` text for domains that are this one but for a slip.
pub(super) fn domains(domain: &str) -> Option<String> {
    let own = domain.rsplit_once('.').map_or(domain, |(own, _)| own);
    // What is somebody's own in it, of yunfan.com.cn the first part.
    let word = own.split(|c: char| !c.is_alphanumeric()).rev().max_by_key(|part| part.len())?;
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    let ways = match word.len() {
        0 => return None,
        // No part of a domain is longer.
        64.. => return None,
        DOMAIN.. if word.is_ascii() => begins(word, is_number),
        _ => BTreeSet::from([word.to_owned()]),
    };
    // Numbers begin like far too many telephones.
    let end = if is_number { "" } else { ":*" };
    Some(ways.iter().map(|way| format!("'{way}'{end}")).collect::<Vec<_>>().join(" | "))
}

/// How words begin in which one letter is another one, too many, missing, or changed places with the next; numbers are short
/// and whole.
fn begins(word: &str, is_number: bool) -> BTreeSet<String> {
    let (letters, length) = if is_number { ('0'..='9', word.len() + 1) } else { ('a'..='z', BEGIN) };
    let chars: Vec<char> = word.chars().collect();
    let mut all = BTreeSet::new();
    let mut note = |changed: &[&[char]]| _ = all.insert(changed.concat().into_iter().take(length).collect::<String>());
    note(&[&chars[..]]);
    for at in 0..chars.len().min(BEGIN) {
        let (before, after) = chars.split_at(at);
        note(&[before, &after[1..]]);
        if let [first, second, rest @ ..] = after {
            note(&[before, &[*second, *first], rest]);
        }
        for letter in letters.clone() {
            note(&[before, &[letter], after]);
            note(&[before, &[letter], &after[1..]]);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_that_differ_in_one_letter_begin_like_this_one() {
        for (typed, meant) in [
            ("gmal.com", "gmai"),
            ("gmil.com", "gmai"),
            ("gmial.com", "gmai"),
            ("gnail.com", "gmai"),
            ("ggmail.com", "gmai"),
            ("yufan.com.cn", "yunf"),
            ("mail.yunfan.cn", "yunf"),
        ] {
            assert!(domains(typed).unwrap().contains(&format!("'{meant}':*")), "{typed}");
        }
        assert!(domains("136.com").unwrap().split(" | ").any(|way| way == "'126'"));
        assert!(!domains("gmal.com").unwrap().contains("'hotm':*"));
        assert!(address("wang.wei@gmal.com").unwrap().starts_with("'wang' & 'wei' & ("));
        assert!(address("wei@").is_none() && address("wei").is_none());
    }

    #[test]
    fn a_name_is_looked_for_without_each_of_its_characters() {
        let found = slips(&["wc腾云科枝".to_owned()]);
        let ways: Vec<&str> = found[0].split(" | ").collect();
        assert_eq!(ways.len(), 5);
        assert_eq!(ways[0], "('云科' & '科枝' & 'wc':*)");
        assert_eq!(ways[1], "('科枝' & '腾' & 'wc':*)");
        assert_eq!(ways[3], "('腾云' & '云科' & 'wc':*)");
        assert_eq!(ways[4], "('腾' & '云' & '科' & '枝' & 'wc':*)");
    }

    #[test]
    fn a_name_is_looked_for_in_whichever_order() {
        assert_eq!(turned("骏蓓欧阳"), turned("欧阳骏蓓"));
        assert_eq!(turned("王伟").unwrap().split(" & ").count(), 2);
        assert!(turned("王").is_none() && turned("王a").is_none() && turned("").is_none());
    }

    #[test]
    fn what_is_too_short_to_be_mistyped_is_not_looked_for() {
        assert!(slips(&["华为".to_owned()]).is_empty());
        assert!(slips(&["abc".to_owned()]).is_empty());
        assert_eq!(slips(&["umbrela".to_owned()]).len(), 1);
    }
}
