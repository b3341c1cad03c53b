//! What somebody was called and reached by, as it is looked for in the texts of records that stay.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::record::dialled;

use super::imports::Said;

/// What stands in their place in any language; no longer than the shortest of them, so that no text grows too long.
const MASK: &str = "**";
/// Fewest letters of what is looked for: a single one is in anything.
const LEAST: usize = 2;
/// Most other signs between two words of a name or an address, or two digits of a phone.
const BETWEEN: usize = 3;
/// What may stand before a phone without a space.
const PREFIXES: [&str; 4] = ["", "0", "86", "0086"];
/// Where the signs of Chinese and its neighbours begin.
const CHINESE: char = '\u{2e80}';

/// What is looked for.
pub(super) struct Mask {
    /// Names, addresses and phones.
    wanted: BTreeSet<Wanted>,
    /// Rich texts that go as a whole.
    whole: BTreeSet<String>,
    /// User-defined values, with their keys, that do.
    custom: Vec<(String, Value)>,
}

/// One of them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    /// In lower case. Their letters stand together.
    words: Vec<Vec<char>>,
    /// Most other signs between two words.
    between: usize,
    /// It counts only by itself, not within Chinese, which is written without spaces.
    alone: bool,
}

impl Wanted {
    /// Short names are in many a text by chance: their words stand side by side. Within Chinese a person is looked for all the
    /// same, for there they stand without spaces (给李梅打电话); a company (小米) is more likely part of another word there (小米手机).
    fn name(words: Vec<Vec<char>>, of_company: bool) -> Self {
        let letters = words.concat();
        let is_short = letters.len() <= if letters.iter().any(|c| *c >= CHINESE) { 2 } else { 3 };
        Self { words, between: if is_short { 1 } else { BETWEEN }, alone: is_short && of_company }
    }

    fn address(email: &str) -> Self {
        Self { words: words(email), between: BETWEEN, alone: false }
    }

    /// Between any two digits there may be something else.
    fn phone(digits: &str) -> Self {
        Self { words: digits.chars().map(|digit| vec![digit]).collect(), between: BETWEEN, alone: false }
    }

    /// Where it ends if it stands from here on as words of their own.
    fn end(&self, chars: &[char], from: usize) -> Option<usize> {
        let mut at = from;
        for (n, word) in self.words.iter().enumerate() {
            let most = if n > 0 { self.between } else { 0 };
            at += chars[at..].iter().take(most).take_while(|c| !c.is_alphanumeric()).count();
            for letter in word {
                if !chars.get(at)?.to_lowercase().eq([*letter]) {
                    return None;
                }
                at += 1;
            }
        }
        (!self.runs_on(chars, from) && !self.runs_on(chars, at)).then_some(at)
    }

    /// Whether a word goes on here.
    fn runs_on(&self, chars: &[char], at: usize) -> bool {
        let is_of_word = |c: &char| c.is_alphanumeric() && (self.alone || *c < CHINESE);
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        before.is_some_and(is_of_word) && chars.get(at).is_some_and(is_of_word)
    }
}

fn words(text: &str) -> Vec<Vec<char>> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().collect()).collect()
}

/// Whether a sign is a digit, and whether it is Chinese.
fn sort_of(c: char) -> (bool, bool) {
    (c.is_numeric(), c >= CHINESE)
}

/// A person's name without the digits that tell it from others' (李雷2, Bo Li 2), and without the single letters beside them.
/// Nothing for one that has none, and where too little is left: a single word is in many a text.
fn undigited(name: &str) -> Option<Vec<Vec<char>>> {
    let words = words(name);
    let pieces = || words.iter().flat_map(|word| word.chunk_by(|one, other| sort_of(*one) == sort_of(*other)));
    let told: Vec<Vec<char>> =
        pieces().filter(|piece| piece.len() > 1 && !piece[0].is_numeric()).map(<[char]>::to_vec).collect();
    let is_chinese = told.iter().any(|piece| piece[0] >= CHINESE);
    (pieces().any(|piece| piece[0].is_numeric()) && (is_chinese || told.len() > 1)).then_some(told)
}

impl Mask {
    pub(super) fn of(said: &Said) -> Self {
        // Numbers say other things than names, unless somebody is called by their phone.
        let is_number = |name: &&String| name.chars().all(|c| c.is_numeric() || c == ' ');
        let (numbers, names): (Vec<&String>, Vec<&String>) = said.names.iter().partition(is_number);
        let undigited = names.iter().filter(|_| !said.of_company).filter_map(|name| undigited(name));
        let names: Vec<Vec<Vec<char>>> = names.iter().map(|name| words(name)).chain(undigited).collect();
        // Family names come first or last.
        let both_ways =
            |words: Vec<Vec<char>>| -> [Vec<Vec<char>>; 2] { [words.iter().rev().cloned().collect(), words] };
        let names = names.into_iter().flat_map(both_ways).map(|words| Wanted::name(words, said.of_company));
        let emails = said.emails.iter().map(|email| Wanted::address(email));
        let phones = numbers.into_iter().filter_map(|name| dialled(name)).chain(said.phones.iter().cloned());
        let phones = phones.flat_map(|phone| PREFIXES.map(|prefix| Wanted::phone(&format!("{prefix}{phone}"))));
        let is_enough = |one: &Wanted| one.words.iter().map(Vec::len).sum::<usize>() >= LEAST;
        let wanted = names.chain(emails).chain(phones).filter(is_enough).collect();
        Self { wanted, whole: BTreeSet::new(), custom: Vec::new() }
    }

    /// The same, with rich texts and user-defined values of theirs that go as a whole.
    pub(super) fn with_whole(self, texts: impl IntoIterator<Item = String>, custom: Vec<(String, Value)>) -> Self {
        Self { whole: texts.into_iter().collect(), custom, ..self }
    }

    /// Whether a user-defined value is theirs as a whole.
    pub(super) fn has_custom(&self, key: &str, value: &Value) -> bool {
        self.custom.iter().any(|(own, theirs)| own == key && theirs == value)
    }

    /// Whether the text is one of what is looked for, and nothing else.
    pub(super) fn is_all_of(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        self.wanted.iter().any(|one| one.end(&chars, 0) == Some(chars.len()))
    }

    /// The text without them; nothing for one that says none of them.
    pub(super) fn text(&self, text: &str) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        let (mut masked, mut at, mut found) = (String::with_capacity(text.len()), 0, false);
        while at < chars.len() {
            if let Some(end) = self.wanted.iter().filter_map(|one| one.end(&chars, at)).max() {
                masked.push_str(MASK);
                (at, found) = (end, true);
            } else {
                masked.push(chars[at]);
                at += 1;
            }
        }
        found.then_some(masked)
    }

    /// The same of HTML, which stays that: what stands between its tags is looked at, and what is quoted within them, such as
    /// addresses of links. A name that runs through several tags is not found.
    pub(super) fn rich(&self, html: &str) -> Option<String> {
        if self.whole.contains(html) {
            return Some(format!("<p>{MASK}</p>"));
        }
        let (mut masked, mut found) = (String::with_capacity(html.len()), false);
        let mut put = |part: &str, is_said: bool| {
            let other = self.text(part).filter(|_| is_said);
            found |= other.is_some();
            masked.push_str(other.as_deref().unwrap_or(part));
        };
        for piece in html.split_inclusive('>') {
            let (text, tag) = piece.split_at(piece.find('<').unwrap_or(piece.len()));
            put(text, true);
            for (n, part) in tag.split_inclusive('"').enumerate() {
                put(part, n % 2 == 1);
            }
        }
        found.then_some(masked)
    }

    /// Takes them out of all texts of a value; says whether there were any.
    pub(super) fn clean(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.text(text) {
                Some(masked) => {
                    *text = masked;
                    true
                }
                None => false,
            },
            Value::Array(all) => all.iter_mut().fold(false, |found, one| self.clean(one) | found),
            Value::Object(all) => all.values_mut().fold(false, |found, one| self.clean(one) | found),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::types::CUSTOMER;

    use super::*;

    #[test]
    fn names_addresses_and_phones_are_masked_however_they_are_written() {
        let mut said = Said::default();
        let person = |fields: Value| fields.as_object().unwrap().clone();
        let reached = json!({"name": "Jon Smith", "emails": ["jon@smith.example"], "phones": ["+86 137 0001 9876"]});
        said.add(&CUSTOMER, &person(reached));
        said.add(&CUSTOMER, &person(json!({"name": "M6钱多多"})));
        let mask = Mask::of(&said);
        for (text, masked) in [
            ("M6钱多多 · 年度维保", "** · 年度维保"),
            ("给M6钱多多打电话 13700019876", "给**打电话 **"),
            ("8613700019876, 137-0001 9876", "**, **"),
            ("ask JON SMITH or Smith, Jon <Jon@Smith.example>", "ask ** or ** <**>"),
        ] {
            assert_eq!(mask.text(text).as_deref(), Some(masked), "{text}");
        }
        for text in ["Jon Smithson", "J-o-n Smith", "Jon, who met Smith", "钱多", "213700019876", "Jon", ""] {
            assert_eq!(mask.text(text), None, "{text}");
        }
        let mut value = json!({"tags": ["Jon Smith", "vip"], "n": 1});
        assert!(mask.clean(&mut value) && value == json!({"tags": ["**", "vip"], "n": 1}));
    }

    #[test]
    fn html_stays_html() {
        let mut said = Said::default();
        let reached = json!({"name": "Li", "emails": ["li@example.com"], "phones": ["13700019876"]});
        said.add(&CUSTOMER, reached.as_object().unwrap());
        let mask = Mask::of(&said).with_whole(["<p>Mine</p>".to_owned()], vec![("size".to_owned(), json!(41))]);
        for (html, masked) in [
            ("<ul><li>Ask Li</li></ul>", "<ul><li>Ask **</li></ul>"),
            (
                "<a href=\"mailto:li@example.com\" target=\"_blank\">li@example.com</a>",
                "<a href=\"mailto:**\" target=\"_blank\">**</a>",
            ),
            ("137-0001 9876 <img alt=\"> Li\">", "** <img alt=\"> **\">"),
            ("<p>Mine</p>", "<p>**</p>"),
        ] {
            assert_eq!(mask.rich(html).as_deref(), Some(masked), "{html}");
        }
        for html in ["<ul><li>Lima</li></ul>", "<p>Mine, too</p>", ""] {
            assert_eq!(mask.rich(html), None, "{html}");
        }
        assert!(mask.is_all_of("LI@example.com") && !mask.is_all_of("li@example.com.cn"));
        assert!(mask.has_custom("size", &json!(41)) && !mask.has_custom("height", &json!(41)));
    }

    fn masked(name: &str, of_company: bool, text: &str) -> Option<String> {
        let mut said = Said { of_company, ..Said::default() };
        said.add(&CUSTOMER, json!({"name": name}).as_object().unwrap());
        Mask::of(&said).text(text)
    }

    #[test]
    fn short_names_of_people_are_masked_within_chinese_and_those_of_companies_by_themselves() {
        for (name, of_company, text, expected) in [
            ("李雪梅", false, "给李雪梅打电话", "给**打电话"),
            ("李梅", false, "给李梅打电话", "给**打电话"),
            ("Li", false, "给Li打电话", "给**打电话"),
            ("Bo Li", false, "Li, Bo", "**"),
            ("13700019876", false, "call 137 0001 9876", "call **"),
            ("小米", true, "小米 · 年度维保（小米）", "** · 年度维保（**）"),
            ("小米科技", true, "给小米科技打电话", "给**打电话"),
            ("IBM", true, "ibm, renewal", "**, renewal"),
            ("Acme", true, "Acme项目", "**项目"),
            ("张三2", false, "给张三打电话", "给**打电话"),
            ("M6钱多多", false, "钱多多的单", "**的单"),
            ("Anna Berg 2", false, "call Berg, Anna", "call **"),
        ] {
            assert_eq!(masked(name, of_company, text).as_deref(), Some(expected), "{name}: {text}");
        }
        for (name, of_company, text) in [
            ("小米", true, "小米手机"),
            ("小米", true, "大小米"),
            ("AI", true, "AI项目"),
            ("IBM", true, "IBMs 用IBM"),
            ("Li", false, "Lima, Ali, L. I."),
            ("Li B.", false, "Li (B)"),
            ("王小明", false, "王小，明天"),
            ("王", false, "王总"),
            ("Anna2", false, "Anna"),
            ("小米2", true, "小米 2"),
            ("5号桌", false, "5"),
        ] {
            assert_eq!(masked(name, of_company, text), None, "{name}: {text}");
        }
    }

    #[test]
    fn numbers_are_no_names() {
        for (name, text) in [("360", "360 seats"), ("58", "58同城"), ("12", "1, 2"), ("5 8", "5 8"), ("10", "10")] {
            for of_company in [true, false] {
                assert_eq!(masked(name, of_company, text), None, "{name}: {text}");
            }
        }
    }
}
