//! Chinese names in Latin letters: what the search index is asked for, so that 司徒澜霆 is compared with Situ Lanting.

use std::ops::RangeInclusive;

use pinyin::ToPinyin;

use crate::readings::{spoken, ways};

/// Characters of a name that people part into words in whichever way.
const PARTED: RangeInclusive<usize> = 2..=4;
/// Longest begin of a company's name that may stand for it.
const BEGIN: usize = 4;
/// Most ways in which a name may be spelt.
const WAYS: usize = 64;

/// A `tsquery` text for names in Latin letters that may be this Chinese one: in words, whichever comes first; of a company its
/// begin as well.
pub(super) fn spelt(name: &str, is_company: bool) -> Option<String> {
    if !name.chars().all(|c| c.to_pinyin().is_some()) {
        return None;
    }
    let mut all = Vec::new();
    for way in ways(&spoken(name)) {
        if PARTED.contains(&way.len()) {
            all.extend(partings(&way));
        }
        if is_company {
            all.extend((*PARTED.start()..=way.len().min(BEGIN)).map(|length| word(&way[..length].concat())));
        }
    }
    all.truncate(WAYS);
    (!all.is_empty()).then(|| all.join(" | "))
}

/// The ways to part syllables into several words.
fn partings(way: &[String]) -> impl Iterator<Item = String> + '_ {
    let places = way.len().saturating_sub(1);
    (1..1_usize << places).map(move |cuts| {
        let mut words: Vec<String> = Vec::new();
        for (at, syllable) in way.iter().enumerate() {
            let is_cut = at == 0 || (cuts >> (at - 1)) % 2 == 1;
            match words.last_mut().filter(|_| !is_cut) {
                Some(word) => word.push_str(syllable),
                None => words.push(syllable.clone()),
            }
        }
        format!("({})", words.iter().map(|said| word(said)).collect::<Vec<_>>().join(" & "))
    })
}

/// A word as a whole, as it is typed: keyboards have v for ü, passports u.
fn word(said: &str) -> String {
    if !said.contains('ü') {
        return format!("'{said}'");
    }
    format!("('{}' | '{}')", said.replace('ü', "v"), said.replace('ü', "u"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_for_as_it_may_be_spelt() {
        let found = spelt("司徒澜霆", false).unwrap();
        for way in ["('situ' & 'lanting')", "('si' & 'tulanting')", "('si' & 'tu' & 'lan' & 'ting')"] {
            assert!(found.split(" | ").any(|found| found == way), "{way} {found}");
        }
        assert_eq!(spelt("吕布", false).unwrap(), "(('lv' | 'lu') & 'bu')");
        assert!(spelt("云帆科技", true).unwrap().split(" | ").any(|way| way == "'yunfan'"));
        assert!(spelt("云帆国际货运代理", true).unwrap().contains("'yunfan'"));
        for other in ["", "王", "Wang Wei", "WC腾云", "云帆国际货运代理"] {
            assert!(spelt(other, false).is_none(), "{other}");
        }
    }
}
