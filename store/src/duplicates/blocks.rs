//! Which records are worth comparing: those that share a key. Comparing all with all would take hours.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::compare::compare;
use super::features::Features;
use crate::readings::as_typed;

/// Records that share a key; of more than these only neighbours in the order of names are compared.
const BLOCK: usize = 40;
/// How far neighbours lie apart.
const NEIGHBOURS: usize = 8;

/// Two records that are likely the same, by their places, with the likelihood.
pub(super) type Found = (usize, usize, u8);

/// All pairs that are likely the same, among `features`; their number times a small constant of comparisons.
pub fn pairs(features: &[Features], least: u8) -> Vec<(usize, usize, u8)> {
    let mut blocks: HashMap<u64, Vec<u32>> = HashMap::new();
    for (at, features) in features.iter().enumerate() {
        for key in keys(features) {
            blocks.entry(key).or_default().push(u32::try_from(at).unwrap_or(u32::MAX));
        }
    }
    let mut candidates: Vec<(u32, u32)> = Vec::new();
    for block in blocks.values_mut().filter(|block| block.len() > 1) {
        let reach = if block.len() > BLOCK { NEIGHBOURS } else { BLOCK };
        if block.len() > BLOCK {
            block.sort_by(|a, b| features[*a as usize].name.cmp(&features[*b as usize].name));
        }
        for (at, first) in block.iter().enumerate() {
            let others = block.iter().skip(at + 1).take(reach);
            candidates.extend(others.map(|second| (*first.min(second), *first.max(second))));
        }
    }
    drop(blocks);
    candidates.sort_unstable();
    candidates.dedup();
    let found = candidates.into_iter().map(|(a, b)| (a as usize, b as usize));
    found
        .map(|(a, b)| (a, b, compare(&features[a], &features[b]).score()))
        .filter(|(_, _, score)| *score >= least)
        .collect()
}

/// What records that are the same have in common, at least one of it.
fn keys(of: &Features) -> BTreeSet<u64> {
    let mut keys = BTreeSet::new();
    let mut key = |kind: &str, parts: &[&str]| {
        if parts.iter().all(|part| !part.is_empty()) {
            let mut hasher = DefaultHasher::new();
            (kind, parts).hash(&mut hasher);
            keys.insert(hasher.finish());
        }
    };
    of.emails.iter().for_each(|email| key("email", &[email]));
    // The same address with a slip in the domain.
    for (local, domain) in of.emails.iter().filter_map(|email| email.split_once('@')) {
        key("mailbox", &[local, domain.get(..1).unwrap_or_default()]);
    }
    of.phones.iter().for_each(|phone| key("phone", &[phone]));
    of.numbers.iter().for_each(|number| key("number", &[number]));
    key("name", &[&of.name]);
    let company = of.company.map(|id| id.to_string()).unwrap_or_default();
    for sound in of.sounds.iter().chain(&of.spelt).map(|sound| as_typed(sound)) {
        key("sound", &[&sound]);
        // Of common names there are too many to be compared with each other.
        key("sound at", &[&sound, &company]);
    }
    if !of.sounds.is_empty() && !of.is_company {
        // Whichever of the names comes first.
        let mut chars: Vec<char> = of.name.chars().collect();
        chars.sort_unstable();
        key("characters", &[&chars.iter().collect::<String>()]);
    }
    let mut sounds: Vec<String> = of.words.iter().map(|word| soundex(word)).collect();
    for sound in &sounds {
        key("postcode", &[sound, &of.postcode]);
        key("birth", &[sound, &of.birth]);
        key("city", &[sound, &of.city]);
    }
    let street: String = of.street.chars().take(8).collect();
    key("place", &[&of.postcode, &street]);
    key("born", &[&of.birth, &of.postcode]);
    let begin: String = of.name.chars().take(4).collect();
    let end: String = of.name.chars().rev().take(4).collect();
    if of.name.chars().count() > 4 {
        key("begin", &[&begin, &of.city]);
        key("begin and end", &[&begin, &end]);
    }
    sounds.sort();
    if sounds.len() > 1 {
        key("sounds", &[&sounds.concat()]);
        key("outer sounds", &[&sounds[0], &sounds[sounds.len() - 1]]);
    }
    keys
}

/// How a word sounds, roughly (US patent 1,261,167); words in other scripts by their pinyin, or as they are.
fn soundex(word: &str) -> String {
    use pinyin::ToPinyin;
    let latin: String =
        word.chars().map(|c| c.to_pinyin().map_or_else(|| c.to_string(), |pinyin| pinyin.plain().to_owned())).collect();
    let code = |c: char| match c {
        'b' | 'f' | 'p' | 'v' => '1',
        'c' | 'g' | 'j' | 'k' | 'q' | 's' | 'x' | 'z' => '2',
        'd' | 't' => '3',
        'l' => '4',
        'm' | 'n' => '5',
        'r' => '6',
        _ => '0',
    };
    let mut sound = String::new();
    let mut last = '0';
    for (at, c) in latin.chars().enumerate() {
        let own = code(c);
        if at == 0 {
            sound.push(c);
        } else if own != '0' && own != last {
            sound.push(own);
        }
        if !matches!(c, 'h' | 'w') {
            last = own;
        }
    }
    sound.chars().take(4).collect()
}
