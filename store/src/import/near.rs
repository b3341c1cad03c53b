//! Names that nearly match.

use std::ops::RangeInclusive;

use pinyin::ToPinyin;
use shared::RecordDef;
use shared::import::Suggestion;
use shared::types::{CUSTOMER, USER};

use crate::duplicates::Called;
use crate::readings::sound_alike;
use crate::write::unaccented;

/// Most suggestions for one text.
const SUGGESTIONS: usize = 3;
/// Likeness below which nothing is suggested, 0 to 1.
const THRESHOLD: f64 = 0.86;
/// How good a suggestion is what is the same but for case, spaces and punctuation.
const SAME: u8 = 100;
/// Characters with which companies' own names begin that tell them apart, before what they do.
const OWN: usize = 2;
/// Fewest characters of a name of which one may be a slip, in Chinese and in other scripts.
const SLIP: usize = 2;
const LETTERS: usize = 4;
/// Fewest letters of one of several words in which two may have changed places, one may be wrong, and two: shorter ones become
/// other words by that.
const SWAPPED: usize = 4;
const ONE_WRONG: usize = 5;
const TWO_WRONG: usize = 10;
/// Fewest letters for which a word may stand that has more: Mfg, St.
const SHORTENED: usize = 2;
/// How good a suggestion is that people may call so for short, and how much better if that is all that is its own.
const SHORT: f64 = 60.0;
const WHOLE: f64 = 20.0;
/// How good a suggestion is a person's name that sounds the same, and one that differs in a character.
const SOUNDS: u8 = 55;
const DIFFERS: u8 = 50;
/// Characters of a Chinese person's name, and fewest of one in which another character may be a slip.
const PERSON: RangeInclusive<usize> = 2..=4;
const LEAST: usize = 3;

/// Text as it is compared: no case, no spaces, no punctuation.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What `text` may mean among `(value, what it is called)`, the likeliest first.
pub(super) fn suggestions<'c>(text: &str, candidates: impl Iterator<Item = (&'c str, &'c str)>) -> Vec<Suggestion> {
    let (wanted, called) = (bare(text), Called::of(text));
    let near = |name: &str| nearly((&wanted, &called), (&bare(name), name), Words::Any);
    best(text, candidates, |name| near(name).or_else(|| shortened(&called, name)))
}

/// Which of a type's records `text` may mean, by what they are called.
pub(super) fn titled<'c>(def: &RecordDef, text: &str, titles: impl Iterator<Item = &'c str>) -> Vec<Suggestion> {
    let (wanted, called) = (bare(text), Called::of(text));
    let are_people = def.name == USER.name || def.is_reachable();
    let words = if def.name == CUSTOMER.name { Words::Same } else { Words::Any };
    best(text, titles.map(|title| (title, title)), |title| {
        let other = bare(title);
        let near = nearly((&wanted, &called), (&other, title), words).or_else(|| shortened(&called, title));
        near.or_else(|| are_people.then(|| miswritten(&wanted, &other)).flatten())
    })
}

fn best<'c>(
    text: &str,
    candidates: impl Iterator<Item = (&'c str, &'c str)>,
    score: impl Fn(&str) -> Option<u8>,
) -> Vec<Suggestion> {
    // What is called just so would have been found: it is there only because this very import would make it.
    let mut found: Vec<Suggestion> = candidates
        .filter(|(value, _)| *value != text.trim())
        .filter_map(|(value, name)| Some(Suggestion { value: value.to_owned(), score: score(name)? }))
        .collect();
    found.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.value.cmp(&b.value)));
    found.dedup_by(|a, b| a.value == b.value);
    found.truncate(SUGGESTIONS);
    found
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a likeness is between 0 and 1")]
fn likeness(wanted: &str, name: &str) -> Option<u8> {
    if wanted.is_empty() || name.is_empty() {
        return None;
    }
    if wanted == name {
        return Some(SAME);
    }
    let alike = strsim::jaro_winkler(wanted, name).max(strsim::normalized_damerau_levenshtein(wanted, name));
    (alike >= THRESHOLD).then_some((alike * 99.0) as u8)
}

/// What names that are alike as wholes may have of words that are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    Any,
    /// None that is another one, as companies have it: Widgets for Gadgets.
    Same,
}

/// How good a name is as a whole, if it isn't only the place and the legal form that are alike: many companies have those.
fn nearly((wanted, called): (&str, &Called), (other, name): (&str, &str), words: Words) -> Option<u8> {
    likeness(wanted, other).filter(|score| {
        if *score == SAME {
            return true;
        }
        let named = Called::of(name);
        // Where only one of them has such words, the other's may be mistyped.
        let is_comparable = (wanted == called.own()) == (other == named.own());
        let is_alike = !is_comparable || is_own_alike(called.own(), named.own(), words);
        is_alike && (words == Words::Any || are_same_words(called, &named))
    })
}

/// Whether names are alike without places and legal forms, if anything is left of both. Behind a Chinese company's own name
/// stands what it does, in words that are longer and the same for many: of them some may be left out or change places, but none
/// be another.
fn is_own_alike(own: &str, other: &str, words: Words) -> bool {
    if own.is_empty() || other.is_empty() {
        return true;
    }
    let is_chinese = has_chinese(own);
    let least = if is_chinese { SLIP } else { LETTERS };
    if own.chars().count() >= least && strsim::damerau_levenshtein(own, other) <= 1 {
        return true;
    }
    if !is_chinese {
        return likeness(own, other).is_some();
    }
    let begins_alike = own.chars().take(OWN).any(|c| other.chars().take(OWN).any(|begin| begin == c));
    let is_rest_alike = match words {
        Words::Any => likeness(own, other).is_some(),
        Words::Same => has_all_of(own, other) || has_all_of(other, own),
    };
    begins_alike && is_rest_alike || sound_alike(own, other) || sorted(own) == sorted(other)
}

fn sorted(text: &str) -> Vec<char> {
    let mut chars: Vec<char> = text.chars().collect();
    chars.sort_unstable();
    chars
}

fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| c.to_pinyin().is_some())
}

/// Whether a name has all characters of a shorter one, in that order.
fn has_all_of(name: &str, short: &str) -> bool {
    let mut chars = name.chars();
    short.chars().all(|wanted| chars.any(|c| c == wanted))
}

/// Whether only one of two names has words that the other one doesn't, mistyped, shortened or otherwise parted; names of one word
/// each are compared as wholes.
fn are_same_words(called: &Called, named: &Called) -> bool {
    let count = called.words().len().max(named.words().len());
    if count < 2 || has_chinese(called.own()) || has_chinese(named.own()) {
        return true;
    }
    let (mut left, mut others) = (called.words().to_vec(), named.words().to_vec());
    pair_off(&mut left, &mut others, |one, other| is_spelt(one, other, 0));
    pair_off(&mut left, &mut others, |one, other| {
        is_spelt(one, other, usize::MAX) || is_short_for(one, other) || is_short_for(other, one)
    });
    left.is_empty() || others.is_empty() || is_spelt(&left.concat(), &others.concat(), 1)
}

/// Takes the words out that both have.
fn pair_off(left: &mut Vec<String>, others: &mut Vec<String>, is_same: impl Fn(&str, &str) -> bool) {
    left.retain(|word| {
        let pair = others.iter().position(|other| is_same(word, other));
        pair.map(|at| others.remove(at)).is_none()
    });
}

/// Whether a word may be another one with so many letters wrong at most. Where keyboards have no letters with marks, Müller is
/// typed as Mueller or Muller.
fn is_spelt(one: &str, other: &str, most: usize) -> bool {
    [spelt_out, plain].into_iter().any(|typed| is_mistyped(&typed(one), &typed(other), most))
}

/// Whether a word may be another one with so many letters wrong at most, or that changed places. Other numbers are others.
fn is_mistyped(one: &str, other: &str, most: usize) -> bool {
    let wrong = match one.chars().count().max(other.chars().count()) {
        ..SWAPPED => 0,
        SWAPPED..ONE_WRONG => usize::from(sorted(one) == sorted(other)),
        ONE_WRONG..TWO_WRONG => 1,
        _ => 2,
    };
    strsim::damerau_levenshtein(one, other) <= wrong.min(most) && digits(one) == digits(other)
}

/// Whether a word may stand for a longer one: Intl for International, Bros for Brothers.
fn is_short_for(short: &str, word: &str) -> bool {
    let letters = short.chars().filter(|c| c.is_alphabetic()).count();
    letters >= SHORTENED
        && short.chars().next() == word.chars().next()
        && has_all_of(word, short)
        && digits(short) == digits(word)
}

fn digits(word: &str) -> String {
    word.chars().filter(char::is_ascii_digit).collect()
}

/// A word with more letters where it has such with marks: Mueller.
fn spelt_out(word: &str) -> String {
    plain(&word.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss"))
}

/// A word without marks: Muller, Jose.
fn plain(word: &str) -> String {
    unaccented(word).unwrap_or_else(|| word.to_owned())
}

/// How good a company's name is where only a part of it was written, or more than all of it: 云帆 for 上海云帆科技有限公司. Less
/// than what is nearly the same.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is between 0 and 1")]
fn shortened(called: &Called, name: &str) -> Option<u8> {
    called.shares_with(name).map(|share| (SHORT + share * WHOLE) as u8)
}

/// How good a Chinese person's name is that sounds the same, or differs in one of its characters: few letters are left that
/// are the same then.
fn miswritten(wanted: &str, name: &str) -> Option<u8> {
    let length = wanted.chars().count();
    if !PERSON.contains(&length) || length != name.chars().count() || !wanted.chars().all(|c| c.to_pinyin().is_some()) {
        return None;
    }
    let others = wanted.chars().zip(name.chars()).filter(|(one, other)| one != other).count();
    match others {
        _ if sound_alike(wanted, name) => Some(SOUNDS),
        1 if length >= LEAST => Some(DIFFERS),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use shared::types::{CATEGORY, CONTACT, PRODUCT, STAGE};

    use super::*;

    #[test]
    fn spaces_and_case_do_not_matter_and_typing_errors_little() {
        let names = ["GTX Basic", "GTX Pro", "GTX Plus Pro", "MG Special"];
        let of = |text: &str| suggestions(text, names.iter().map(|name| (*name, *name)));
        assert_eq!(of("GTXPro")[0], Suggestion { value: "GTX Pro".into(), score: 100 });
        assert_eq!(of("mg specail")[0].value, "MG Special");
        assert!(of("Hooli").is_empty());
        assert!(of("  ").is_empty());
    }

    #[test]
    fn companies_are_alike_by_what_is_their_own() {
        for (text, name) in [
            ("深圳前海科技有限公司", "深圳博远科技有限公司"),
            ("深圳前海科技有限公司", "深圳安泰科技有限公司"),
            ("上海云帆国际货运代理有限公司", "上海博远国际货运代理有限公司"),
            ("深圳前海国际供应链管理服务有限公司", "深圳博远国际供应链管理服务有限公司"),
            ("Sky Incorporated", "Mug Incorporated"),
        ] {
            assert!(likeness(&bare(text), &bare(name)).is_some_and(|score| score < SAME), "{text} {name}: as a whole");
            assert!(!is_company_offered(text, name), "{text} {name}");
        }
        for (text, name) in [
            ("深圳前海科技有限公司", "深圳前河科技有限公司"),
            ("深圳钱海科技有限公司", "深圳前海科技有限公司"),
            ("上海云航国际货运代理有限公司", "上海云帆国际货运代理有限公司"),
            ("上海云帆科技有限公司", "上海云帆信息科技有限公司"),
            ("上海云帆科技有限公司", "上海云帆科技有限公词"),
            ("Skye Incorporated", "Sky Incorporated"),
            ("Ecme GmbH", "Acme GmbH"),
            ("Compnay 11999", "Company 11999"),
        ] {
            assert!(is_company_offered(text, name), "{text} {name}");
        }
    }

    /// Whether a company is offered for a text.
    fn is_company_offered(text: &str, name: &str) -> bool {
        titled(&CUSTOMER, text, std::iter::once(name)).iter().any(|one| one.value == name)
    }

    #[test]
    fn a_company_with_another_word_is_another_one() {
        for (text, name) in [
            ("Acme Widgets GmbH", "Acme Gadgets GmbH"),
            ("Acme Widgets", "Acme Gadgets"),
            ("Acme Widgets", "Acme Gadgets GmbH"),
            ("Acme Widgets Berlin GmbH", "Acme Gadgets Berlin GmbH"),
            ("East Asia Trading Ltd", "West Asia Trading Ltd"),
            ("Northern Freight Ltd", "Southern Freight Ltd"),
            ("Sand Trading Co", "Land Trading Co"),
            ("Plan A Media", "Plan B Media"),
            ("Branch 1200 Logistics", "Branch 1300 Logistics"),
            ("Branch 1234 Logistics", "Branch 1243 Logistics"),
            ("Branch 12 Logistics", "Branch 120 Logistics"),
            ("Plan A Media", "Plan Alpha Media"),
            ("Bird Freight Co", "Bard Freight Co"),
            ("Bar Maschinenbau AG", "Bau Maschinenbau AG"),
            ("上海云帆国际物流有限公司", "上海云帆国际贸易有限公司"),
            ("杭州云帆供应链管理有限公司", "杭州云帆供应链服务有限公司"),
            ("北京启明医疗器械有限公司", "北京长风医疗器械有限公司"),
        ] {
            assert!(!is_company_offered(text, name), "{text} {name}");
            assert!(!is_company_offered(name, text), "{name} {text}");
        }
    }

    #[test]
    fn mistyped_parted_and_left_out_words_are_the_company_s_still() {
        for (text, name) in [
            ("Acme Widgtes GmbH", "Acme Widgets GmbH"),
            ("Acme Widget Ltd", "Acme Widgets Ltd"),
            ("Acme Widgets", "Acme Widgets International"),
            ("Acme Widgets Gmhb", "Acme Widgets GmbH"),
            ("Northwind Internatoinel Trading", "Northwind International Trading"),
            ("Blue Bird Logistics", "Bluebird Logistics GmbH"),
            ("Smith and Sons Ltd", "Smith & Sons Ltd"),
            ("Müller Maschinenbau AG", "Mueller Maschinenbau AG"),
            ("Bär Maschinenbau AG", "Bar Maschinenbau AG"),
            ("Süd Logistik", "Sud Logistik"),
            ("Süd Logistik", "Sued Logistik"),
            ("Institut für Technik GmbH", "Institut fur Technik GmbH"),
            ("Blue Brid Logistics", "Blue Bird Logistics"),
            ("Acem Widgets", "Acme Widgets"),
            ("Acme Widgets Pvt Ltd", "Acme Widgets Private Limited"),
            ("Northwind Intl Trading", "Northwind International Trading"),
            ("Northwind Mfg Group", "Northwind Manufacturing Group"),
            ("Miller Bros Freight", "Miller Brothers Freight"),
            ("St Mary Hospital Munich", "Saint Mary Hospital Munich"),
            ("上海云帆信息科技有限公司", "上海云帆科技信息有限公司"),
            ("上海云帆国际物流有限公司", "上海云帆物流有限公司"),
            ("上海云帆国际物流有限公司", "上海芸凡国际物流有限公司"),
            ("上海云帆国际物流有限公司", "上海云帆国际无流有限公司"),
            ("上海云帆国际物流有限公司", "上海云帆国际流物有限公司"),
        ] {
            assert!(is_company_offered(text, name), "{text} {name}");
            assert!(is_company_offered(name, text), "{name} {text}");
        }
        let people = titled(&CONTACT, "Jon Smith", ["John Smith"].into_iter());
        assert_eq!(people.len(), 1, "people's names are spelt in several ways");
    }

    #[test]
    fn only_companies_are_told_by_single_words() {
        for (text, name) in [("GTX Plan A", "GTX Plan B"), ("云帆供应链管理", "云帆供应链服务")] {
            assert!(!is_company_offered(text, name), "{text} {name}");
            for def in [&STAGE, &PRODUCT, &CATEGORY] {
                assert_eq!(titled(def, text, std::iter::once(name)).len(), 1, "{text} {name}: {}", def.name);
            }
        }
    }

    #[test]
    fn names_that_sound_the_same_are_offered_after_nearer_ones() {
        let names = ["何婧", "何敬", "李静", "王晓明", "王小朋", "长青", "Anna"];
        let of = |def: &RecordDef, text: &str| {
            let found = titled(def, text, names.into_iter());
            found.into_iter().map(|one| (one.value, one.score)).collect::<Vec<_>>()
        };
        let [he, wang] = ["何静", "王小明"].map(|text| of(&CONTACT, text));
        assert_eq!(he, [("何婧".to_owned(), SOUNDS), ("何敬".to_owned(), SOUNDS)]);
        assert_eq!(wang, [("王晓明".to_owned(), SOUNDS), ("王小朋".to_owned(), DIFFERS)]);
        assert_eq!(of(&USER, "常青"), [("长青".to_owned(), SOUNDS)]);
        assert_eq!(of(&CONTACT, "Anne")[0].0, "Anna");
        assert!(of(&CONTACT, "李明").is_empty(), "half of a name is another one");
        assert!(of(&STAGE, "何静").is_empty(), "stages are no people");
    }

    #[test]
    fn a_part_of_a_company_name_is_enough_and_comes_after_what_is_nearer() {
        let names = ["北京长风科技有限公司", "上海云帆科技有限公司", "云帆科技", "Acme"];
        let of = |text: &str| suggestions(text, names.iter().map(|name| (*name, *name)));
        let values = |text: &str| of(text).into_iter().map(|one| one.value).collect::<Vec<_>>();
        assert_eq!(values("云帆"), ["云帆科技", "上海云帆科技有限公司"]);
        assert_eq!(values("上海市云帆"), ["上海云帆科技有限公司", "云帆科技"]);
        assert!(values("科技").is_empty() && values("上海").is_empty() && values("北京云帆有限公司").len() == 1);
    }
}
