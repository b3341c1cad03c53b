//! How likely two records are the same: evidence weighed field by field, as by Fellegi and Sunter ("A Theory for Record
//! Linkage", 1969), with partial agreement for mistyped values.

use shared::duplicates::{Agreement, Reason};
use shared::tidy::split_place;
use strsim::{damerau_levenshtein, jaro_winkler, normalized_damerau_levenshtein};

use super::features::{Features, sounds};
use crate::readings::as_typed;

/// Logarithm (base 2) of how much likelier a pair picked at random is to differ.
const PRIOR: f64 = 7.5;
/// Likeness of names below which they are different.
const DIFFERENT: f64 = 0.72;
/// Fewest letters that may be the begin of a company's name as it sounds.
const SPELT: usize = 5;

/// What speaks for and against two records being the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    weight: f64,
    reasons: Vec<Reason>,
}

impl Evidence {
    fn add(&mut self, about: &str, agreement: Agreement, weight: f64) {
        self.weight += weight;
        self.reasons.push(Reason { about: about.to_owned(), agreement });
    }

    /// How likely they are the same, 0 to 100.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a likelihood is between 0 and 1")]
    pub(super) fn score(&self) -> u8 {
        let odds = (self.weight - PRIOR).clamp(-60.0, 60.0).exp2();
        (odds / (1.0 + odds) * 100.0).floor() as u8
    }

    /// What it is made of.
    pub(super) fn into_reasons(self) -> Vec<Reason> {
        self.reasons
    }
}

/// Compares two records. What only one of them says counts neither way.
pub(super) fn compare(a: &Features, b: &Features) -> Evidence {
    let mut evidence = Evidence::default();
    names(&mut evidence, a, b);
    listed(&mut evidence, "emails", (&a.emails, &b.emails), (10.0, 6.0, -1.0));
    listed(&mut evidence, "phones", (&a.phones, &b.phones), (9.0, 4.0, -1.5));
    listed(&mut evidence, "number", (&a.numbers, &b.numbers), (11.0, 7.0, -3.0));
    birth(&mut evidence, a, b);
    place(&mut evidence, a, b);
    if let (Some(mine), Some(theirs)) = (a.company, b.company) {
        let same = mine == theirs;
        evidence.add(
            "company",
            if same { Agreement::Same } else { Agreement::Different },
            if same { 3.0 } else { -2.0 },
        );
    }
    if a.is_company != b.is_company {
        evidence.weight -= 5.0;
    }
    evidence
}

fn names(evidence: &mut Evidence, a: &Features, b: &Features) {
    if a.name.is_empty() || b.name.is_empty() {
        return;
    }
    // Long names are seldom the same by chance, short ones often; companies take care not to be called the same.
    let most = 5.0 + told(&a.name).min(told(&b.name)).min(4.0) + if a.is_company && b.is_company { 1.5 } else { 0.0 };
    let like = likeness(a, b);
    match like {
        _ if a.name == b.name => evidence.add("name", Agreement::Same, most),
        DIFFERENT.. => evidence.add("name", Agreement::Similar, (like - DIFFERENT) / (1.0 - DIFFERENT) * most),
        _ => evidence.add("name", Agreement::Different, -5.0 * (DIFFERENT - like) / DIFFERENT - 1.0),
    }
}

/// How much a name tells: a Chinese character about as much as two or three letters.
fn told(name: &str) -> f64 {
    name.chars().map(|c| if c.is_ascii() { 1.0 / 3.0 } else { 0.75 }).sum()
}

/// How alike two names are, 0 to 1, whatever the order of their words and the characters for their sound.
fn likeness(a: &Features, b: &Features) -> f64 {
    // Numbers tell branches and series apart: 门店 001 is not 门店 002.
    let [one, other] = [a, b].map(|features| features.name.chars().filter(char::is_ascii_digit).collect::<String>());
    if !one.is_empty() && !other.is_empty() && one != other {
        return 0.0;
    }
    let sound = sounding(a, b).max(sounding(b, a));
    let written = match (!a.sounds.is_empty() || !b.sounds.is_empty(), a.is_company && b.is_company) {
        (true, _) => chinese(&a.name, &b.name),
        // Companies of a trade share most of their words: as a whole only slips count.
        (false, true) => Some(normalized_damerau_levenshtein(&a.name, &b.name))
            .filter(|like| *like >= 0.9)
            .unwrap_or(0.0)
            .max(worded(a, b)),
        (false, false) => jaro_winkler(&a.name, &b.name).max(worded(a, b)),
    };
    written.max(sound)
}

/// How alike a Chinese name and another one sound; one in Latin letters may be its pinyin, of companies without their trade:
/// Yunfan is 云帆科技.
fn sounding(chinese: &Features, other: &Features) -> f64 {
    if chinese.sounds.is_empty() || !other.sounds.is_empty() {
        return if chinese.sounds.iter().any(|sound| other.sounds.contains(sound)) { 0.95 } else { 0.0 };
    }
    let name = as_typed(&other.name);
    let wholes: Vec<String> = chinese.sounds.iter().map(|sound| as_typed(sound)).collect();
    // Shanghai alone is none of the companies there.
    let is_place = || sounds(split_place(&chinese.name).0).iter().any(|sound| as_typed(sound).starts_with(&name));
    let are_companies = chinese.is_company && other.is_company;
    let begins = || wholes.iter().any(|whole| whole.starts_with(&name));
    let is_begin = are_companies && name.len() >= SPELT && begins() && !is_place();
    // The given name comes first in much of the world.
    let is_turned = |at: usize| {
        let (begin, rest) = other.words.split_at(at);
        wholes.contains(&as_typed(&(rest.concat() + &begin.concat())))
    };
    match wholes.contains(&name) || !other.is_company && (1..other.words.len()).any(is_turned) {
        true => 0.95,
        false if is_begin => 0.88,
        false => 0.0,
    }
}

/// Each character counts: two names of a trade in a town differ in two of eight, one mistyped in one.
fn chinese(a: &str, b: &str) -> f64 {
    let sorted = |name: &str| {
        let mut chars: Vec<char> = name.chars().collect();
        chars.sort_unstable();
        chars
    };
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let length = long.chars().count();
    let slips = damerau_levenshtein(a, b);
    match slips {
        // The town before or behind.
        _ if sorted(a) == sorted(b) => 0.92,
        1 if length > 2 => 0.9,
        // With the town and without.
        _ if short.chars().count() > 3 && long.contains(short) => 0.85,
        2 if length > 9 => 0.8,
        _ => 0.5 * (1.0 - slips as f64 / length.max(1) as f64),
    }
}

/// Each word of the shorter name with the likest of the other; words too many count a little against it.
fn worded(a: &Features, b: &Features) -> f64 {
    let (short, long) = if a.words.len() <= b.words.len() { (a, b) } else { (b, a) };
    let mut free: Vec<&String> = long.words.iter().collect();
    let (mut sum, mut weight) = (0.0, 0.0);
    for (place, word) in short.words.iter().enumerate() {
        // What a company calls itself comes first, then its trade.
        let own = if place == 0 && a.is_company && b.is_company { 2.0 } else { 1.0 };
        weight += own;
        let best = free
            .iter()
            .enumerate()
            .map(|(at, other)| (at, jaro_winkler(word, other)))
            .max_by(|x, y| x.1.total_cmp(&y.1));
        if let Some((at, like)) = best {
            free.remove(at);
            sum += like * own;
        }
    }
    if short.words.is_empty() { 0.0 } else { sum / weight - 0.08 * free.len() as f64 }
}

/// Compares values of which each side may have several.
fn listed(
    evidence: &mut Evidence,
    about: &str,
    (a, b): (&[String], &[String]),
    (same, similar, different): (f64, f64, f64),
) {
    if a.is_empty() || b.is_empty() {
        return;
    }
    if a.iter().any(|mine| b.contains(mine)) {
        return evidence.add(about, Agreement::Same, same);
    }
    let near = a.iter().any(|mine| b.iter().any(|theirs| is_slip(mine, theirs)));
    match near {
        true => evidence.add(about, Agreement::Similar, similar),
        false => evidence.add(about, Agreement::Different, different),
    }
}

/// Whether one may be the other mistyped: a character or two, or two swapped.
fn is_slip(a: &str, b: &str) -> bool {
    let shorter = a.len().min(b.len());
    shorter >= 6 && a.len().abs_diff(b.len()) <= 1 && damerau_levenshtein(a, b) <= 1 + usize::from(shorter > 9)
}

fn birth(evidence: &mut Evidence, a: &Features, b: &Features) {
    if a.birth.is_empty() || b.birth.is_empty() {
        return;
    }
    let swapped = |day: &str| day.get(..4).zip(day.get(4..6)).zip(day.get(6..)).map(|((y, m), d)| format!("{y}{d}{m}"));
    let near = damerau_levenshtein(&a.birth, &b.birth) <= 1 || swapped(&a.birth).as_ref() == Some(&b.birth);
    match a.birth == b.birth {
        true => evidence.add("birth_date", Agreement::Same, 7.0),
        false if near => evidence.add("birth_date", Agreement::Similar, 4.0),
        false => evidence.add("birth_date", Agreement::Different, -3.5),
    }
}

/// Street, town and postcode are one thing to people.
fn place(evidence: &mut Evidence, a: &Features, b: &Features) {
    let part = |a: &str, b: &str, most: f64, least: f64| {
        if a.is_empty() || b.is_empty() {
            return None;
        }
        let like = jaro_winkler(a, b);
        Some(if like >= 0.8 { (like - 0.8) / 0.2 * most } else { least })
    };
    let parts = [
        part(&a.street, &b.street, 5.0, -1.5),
        part(&a.city, &b.city, 2.5, -0.8),
        part(&a.postcode, &b.postcode, 3.0, -0.8),
    ];
    if parts.iter().all(Option::is_none) {
        return;
    }
    let weight: f64 = parts.into_iter().flatten().sum();
    let same = a.street == b.street && a.city == b.city && a.postcode == b.postcode;
    let agreement = match weight {
        _ if same => Agreement::Same,
        1.0.. => Agreement::Similar,
        _ => Agreement::Different,
    };
    evidence.add("address", agreement, weight);
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::Row;
    use shared::duplicates::LIKELY;
    use shared::types::CUSTOMER;

    use super::*;

    fn score(a: serde_json::Value, b: serde_json::Value) -> u8 {
        let features = |fields: serde_json::Value| {
            let mut values = fields.as_object().unwrap().clone();
            values.entry("kind").or_insert_with(|| "company".into());
            Features::of(&CUSTOMER, &Row { id: uuid::Uuid::nil(), version: 1, values })
        };
        compare(&features(a), &features(b)).score()
    }

    fn named(a: &str, b: &str) -> u8 {
        let town = json!({"city": "北京"});
        score(json!({"name": a, "address": town}), json!({"name": b, "address": town}))
    }

    #[test]
    fn names_that_count_on_are_not_the_same() {
        for (one, other) in [("云帆门店001", "云帆门店002"), ("Depot 17 North", "Depot 18 North")] {
            assert!(named(one, other) < LIKELY, "{one}: {}", named(one, other));
        }
    }

    #[test]
    fn companies_of_a_trade_in_a_town_are_not_the_same() {
        assert!(named("北京启明医疗器械有限公司", "北京长风医疗器械有限公司") < LIKELY);
        assert!(named("Acme Medical Systems Ltd", "Apex Medical Systems Ltd") < LIKELY);
        assert!(named("华为技术有限公司", "华为计术有限公司") >= LIKELY);
        assert!(named("云帆科技(杭州)有限公司", "杭州云帆科技有限公司") >= LIKELY);
        assert!(named("Umbrella Corporation", "Umbrela Corp.") >= LIKELY);
        assert!(named("Yunfan", "云帆科技有限公司") < LIKELY);
    }

    #[test]
    fn pinyin_and_a_slip_are_worth_a_hint() {
        let company = |name: &str| json!({"name": name});
        let hinted = |a: &str, b: &str| score(company(a), company(b)) >= super::super::HINT;
        for (a, b) in [
            ("Yunfan", "云帆"),
            ("云帆科技有限公司", "Yunfan"),
            ("yunfan keji", "云帆科技"),
            ("Lvzhou Tech Ltd", "绿洲 tech"),
            ("Changan", "长安汽车"),
            ("长青", "常青"),
            ("WC腾云科枝", "WC腾云科技有限公司"),
        ] {
            assert!(hinted(a, b), "{a} {b}");
        }
        for (a, b) in
            [("Yun", "云帆科技"), ("Shanghai", "上海云帆科技"), ("Fankeji", "云帆科技"), ("WC腾云科枝", "WC海蓝科技")]
        {
            assert!(!hinted(a, b), "{a} {b}");
        }
    }

    #[test]
    fn one_person_mistyped_is_the_same_and_a_namesake_is_not() {
        let person = |name: &str, birth: &str| json!({"kind": "person", "name": name, "birth_date": birth});
        assert!(score(person("Anna Berg", "1990-05-03"), person("Berg, Anna", "1990-03-05")) >= LIKELY);
        assert!(score(person("王伟", "1990-05-03"), person("王伟", "1971-11-20")) < LIKELY);
    }
}
