//! The order of what was found: what is called so goes before what only speaks of it.

use std::collections::HashMap;

use shared::RecordDef;
use shared::query::Hit;
use shared::tidy::half_width;
use shared::types::{CUSTOMER, by_name};

use super::FIRST;
use crate::read::visits::Weights;
use crate::write::{has_initials, has_words, is_called};

/// How a hit and the words go together, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is called just so, or has this number.
    Exact,
    /// Its title has the words, each of them whole.
    Words,
    /// The words are the initials of its title.
    Initials,
    /// Its title has words that begin so, or initials like them.
    Called,
    /// Another field has them.
    Mentions,
}

/// Puts hits in order: by how they fit, people and companies before what is about them, then by how much they are looked
/// for, then companies before their people; the rest stays in its order. Further hits of a type come after the first ones of all.
pub(super) fn ranked(hits: Vec<Hit>, words: &str, weights: &Weights) -> Vec<Hit> {
    let words = words.trim().to_lowercase();
    let weight = |hit: &Hit| weights.get(&hit.id).copied().unwrap_or_default();
    let order = |hit: &Hit| {
        let def = by_name(&hit.record_type);
        (fit(def, hit, &words), !def.is_some_and(RecordDef::is_reachable))
    };
    let is_other = |hit: &Hit| hit.record_type != CUSTOMER.name;
    let mut hits: Vec<_> = hits.into_iter().map(|hit| ((order(&hit), is_other(&hit)), weight(&hit), hit)).collect();
    hits.sort_by(|((one, is_one_other), one_weight, _), ((other, is_other_other), other_weight, _)| {
        one.cmp(other).then(other_weight.total_cmp(one_weight)).then(is_one_other.cmp(is_other_other))
    });
    let mut places: HashMap<String, i64> = HashMap::new();
    let mut placed: Vec<(bool, Hit)> = Vec::with_capacity(hits.len());
    for (((fit, _), _), _, hit) in hits {
        let place = places.entry(hit.record_type.clone()).or_default();
        *place += 1;
        placed.push((*place > FIRST && fit != Fit::Exact, hit));
    }
    placed.sort_by_key(|(is_further, _)| *is_further);
    placed.into_iter().map(|(_, hit)| hit).collect()
}

/// How a hit and the words, in lower case, go together.
pub(super) fn fit(def: Option<&RecordDef>, hit: &Hit, words: &str) -> Fit {
    match () {
        () if half_width(&hit.title).to_lowercase() == words || def.is_some_and(|def| has_number(def, hit, words)) => {
            Fit::Exact
        }
        () if has_words(&hit.title, words) => Fit::Words,
        () if has_initials(&hit.title, words) => Fit::Initials,
        () if is_called(&hit.title, words) => Fit::Called,
        () => Fit::Mentions,
    }
}

/// Whether the words are the number that the hit's second line begins with, or its digits.
fn has_number(def: &RecordDef, hit: &Hit, words: &str) -> bool {
    let is_numbered = def.fields.iter().any(|field| field.unique && field.searchable && field.name != def.title);
    let number = hit.subtitle.split(" · ").next().unwrap_or_default().to_lowercase();
    let digits = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.trim_start_matches('0').to_owned()
    };
    let is_digits = !words.is_empty() && words.bytes().all(|byte| byte.is_ascii_digit());
    let undivided = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let is_same = undivided(&number) == undivided(words) || (is_digits && digits(&number) == digits(words));
    is_numbered && !number.is_empty() && is_same
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn hit(record_type: &str, title: &str, subtitle: &str) -> Hit {
        let text = str::to_owned;
        Hit { record_type: text(record_type), id: Uuid::now_v7(), title: text(title), subtitle: text(subtitle) }
    }

    fn titles(hits: Vec<Hit>, words: &str) -> Vec<String> {
        ranked(hits, words, &Weights::new()).into_iter().map(|hit| hit.title).collect()
    }

    #[test]
    fn what_is_called_so_goes_before_what_speaks_of_it() {
        let hits = vec![
            hit("ticket", "Printer", "T1 · li.na@yunfan.example"),
            hit("opportunity", "云帆科技 CRM", ""),
            hit("contact", "李娜", ""),
            hit("customer", "云帆科技", ""),
        ];
        assert_eq!(titles(hits.clone(), "yunfan"), ["云帆科技", "云帆科技 CRM", "李娜", "Printer"]);
        assert_eq!(titles(hits, "li.na"), ["李娜", "云帆科技", "Printer", "云帆科技 CRM"]);
    }

    #[test]
    fn whole_words_go_before_beginnings() {
        let hits = ["新疆化工", "徐家汇", "新建厂房"].map(|title| hit("customer", title, "")).to_vec();
        assert_eq!(titles(hits, "xinjian")[..2], ["新建厂房", "新疆化工"]);
        let hits = vec![hit("customer", "Acmeville", ""), hit("opportunity", "Acme roll-out", "")];
        assert_eq!(titles(hits, "acme")[0], "Acme roll-out");
    }

    #[test]
    fn whole_initials_go_before_parts_and_companies_before_people() {
        let hits = || vec![hit("contact", "李浩然", ""), hit("customer", "华睿科技", ""), hit("contact", "黄蓉", "")];
        assert_eq!(titles(hits(), "hr"), ["黄蓉", "华睿科技", "李浩然"]);
        assert_eq!(titles(hits(), "hrkj")[0], "华睿科技");
    }

    #[test]
    fn a_number_is_what_it_is_asked_for_by() {
        let hits = || vec![hit("customer", "Acme 1261", ""), hit("ticket", "Printer", "T1261 · Anna")];
        for words in ["1261", "t1261", "t-1261"] {
            assert_eq!(titles(hits(), words)[0], "Printer", "{words}");
        }
        assert_eq!(titles(hits(), "126")[0], "Acme 1261");
    }

    #[test]
    fn a_type_leaves_room_for_others() {
        let mut hits: Vec<Hit> = (0..7).map(|n| hit("customer", &format!("Acme {n}"), "")).collect();
        hits.push(hit("ticket", "About something", ""));
        assert_eq!(titles(hits, "acme")[5], "About something");
    }

    #[test]
    fn among_equals_what_is_looked_for_most_is_first() {
        let hits = vec![hit("customer", "Acme East", ""), hit("customer", "Acme West", "")];
        let weights = Weights::from([(hits[1].id, 1.0)]);
        assert_eq!(ranked(hits, "acme", &weights)[0].title, "Acme West");
    }
}
