//! What of a record tells it from others, in the form in which it is compared.

use pinyin::ToPinyin;
use serde_json::Value;
use shared::record::{Kind, dialled, texts};
use shared::{RecordDef, Row};
use uuid::Uuid;

use crate::readings::{as_typed, is_pinyin, spoken, ways};

/// Most words of a name that is pinyin: one for each syllable of four.
const WORDS: usize = 4;
/// Words for the legal form of companies, which people leave out.
const LEGAL_WORDS: &[&str] = &[
    "inc",
    "incorporated",
    "ltd",
    "limited",
    "llc",
    "llp",
    "lp",
    "gmbh",
    "ag",
    "kg",
    "ug",
    "sa",
    "sas",
    "sarl",
    "srl",
    "spa",
    "bv",
    "nv",
    "oy",
    "ab",
    "as",
    "aps",
    "co",
    "company",
    "corp",
    "corporation",
    "plc",
    "pty",
    "pte",
    "kk",
    "the",
];
/// The same in Chinese, longest first.
const LEGAL_ENDS: &[&str] =
    &["股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "集团公司", "分公司", "公司", "集团"];

/// A record as it is compared; texts are bare: no case, no punctuation.
#[derive(Clone, Debug, Default)]
pub struct Features {
    pub(super) is_company: bool,
    /// Words of the name, without those for the legal form of a company.
    pub(super) words: Vec<String>,
    /// The words together.
    pub(super) name: String,
    /// How the name may sound, if it is Chinese.
    pub(super) sounds: Vec<String>,
    /// The same of a name in Latin letters that may be a Chinese one, as it is typed.
    pub(super) spelt: Vec<String>,
    pub(super) emails: Vec<String>,
    pub(super) phones: Vec<String>,
    pub(super) numbers: Vec<String>,
    /// Day of birth, as digits.
    pub(super) birth: String,
    pub(super) street: String,
    pub(super) city: String,
    pub(super) postcode: String,
    /// The company of a person.
    pub(super) company: Option<Uuid>,
}

impl Features {
    /// What a record says of itself.
    pub(crate) fn of(def: &RecordDef, row: &Row) -> Self {
        let is_company = row.text("kind").unwrap_or("person") == "company";
        let name = row.text(def.title).unwrap_or_default();
        let mut features = Self { is_company, company: row.reference("customer_id"), ..Self::default() };
        features.called(name);
        for field in def.fields {
            let all = || texts(&row.values, field.name).chain(row.text(field.name));
            match field.kind {
                Kind::Emails | Kind::Email => features.emails.extend(all().map(str::to_lowercase)),
                Kind::Phones => features.phones.extend(all().filter_map(dialled)),
                Kind::Text(_) if field.unique || field.name.ends_with("number") => {
                    features.numbers.extend(all().map(bare).filter(|number| !number.is_empty()));
                }
                Kind::Date if field.name == "birth_date" => features.birth = all().map(bare).collect(),
                Kind::Address => features.lives(row.value(field.name)),
                _ => {}
            }
        }
        features
    }

    /// A person as public test data has them.
    #[doc(hidden)]
    pub fn person(name: &str, [street, city, postcode]: [&str; 3], birth: &str, number: &str) -> Self {
        let mut features = Self {
            birth: bare(birth),
            street: bare(street),
            city: bare(city),
            postcode: bare(postcode),
            ..Self::default()
        };
        features.called(name);
        features.numbers.extend(Some(bare(number)).filter(|number| !number.is_empty()));
        features
    }

    fn called(&mut self, name: &str) {
        self.words = words(name, self.is_company);
        self.name = self.words.concat();
        self.sounds = sounds(&self.name);
        self.spelt = spelt(&self.words, self.is_company);
    }

    fn lives(&mut self, address: &Value) {
        let part = |name: &str| address.get(name).and_then(Value::as_str).map(bare).unwrap_or_default();
        (self.street, self.city, self.postcode) = (part("street"), part("city"), part("postcode"));
    }
}

/// Letters and digits only, in lower case.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The words of a name, of a company's without those for its legal form.
pub(super) fn words(name: &str, is_company: bool) -> Vec<String> {
    let lower = name.to_lowercase();
    let all: Vec<String> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'').map(bare).filter(|word| !word.is_empty()).collect();
    if !is_company {
        return all;
    }
    let telling: Vec<String> = all
        .iter()
        .filter(|word| !LEGAL_WORDS.contains(&word.as_str()))
        .map(|word| without_end(word).to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    if telling.is_empty() { all } else { telling }
}

fn without_end(word: &str) -> &str {
    LEGAL_ENDS.iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word)
}

/// Pinyin without tones, in each way to read it; nothing for names in other scripts.
pub(super) fn sounds(name: &str) -> Vec<String> {
    if !name.chars().any(|c| c.to_pinyin().is_some()) {
        return Vec::new();
    }
    ways(&spoken(name)).iter().map(|way| way.concat()).collect()
}

/// How a name sounds that is pinyin: its words in their order and, of people, with the given name first, wherever that ends.
fn spelt(words: &[String], is_company: bool) -> Vec<String> {
    let typed: Vec<String> = words.iter().map(|word| as_typed(word)).collect();
    if typed.len() > WORDS || !typed.iter().all(|word| is_pinyin(word)) {
        return Vec::new();
    }
    let turned = |at: usize| typed[at..].concat() + &typed[..at].concat();
    (0..if is_company { typed.len().min(1) } else { typed.len() }).map(turned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_tell_records_apart_is_left_out() {
        assert_eq!(words("Acme Widgets, Inc.", true), ["acme", "widgets"]);
        assert_eq!(words("华为技术有限公司", true), ["华为技术"]);
        assert_eq!(words("The Company Ltd", true), ["the", "company", "ltd"]);
        assert_eq!(words("Co Wang", false), ["co", "wang"]);
        assert_eq!(sounds("华为"), ["huawei"]);
        assert_eq!(sounds("长沙a1"), ["zhangshaa1", "changshaa1"]);
        assert_eq!(sounds("acme"), [""; 0]);
    }

    #[test]
    fn pinyin_is_read_in_both_orders_and_other_names_are_not() {
        let spelt = |name: &str, is_company| spelt(&words(name, is_company), is_company);
        assert_eq!(spelt("Ouyang Moyu", false), ["ouyangmoyu", "moyuouyang"]);
        assert_eq!(spelt("Mo Yu, Ouyang", false), ["moyuouyang", "yuouyangmo", "ouyangmoyu"]);
        assert_eq!(spelt("Lvzhou Keji", true), ["luzhoukeji"]);
        for other in ["", "Anna Berg", "Li Smith", "欧阳墨煜", "Li Li Li Li Li"] {
            assert_eq!(spelt(other, false), [""; 0], "{other}");
        }
    }
}
