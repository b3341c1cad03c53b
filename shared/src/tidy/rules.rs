//! What each rule does with a text.

use super::{Names, Rule, places};

/// Words that tell a company, which has its own way of writing.
const LEGAL_WORDS: &[&str] = &[
    "inc", "ltd", "llc", "llp", "gmbh", "ag", "kg", "co", "corp", "company", "plc", "limited", "group", "bv", "nv",
    "sa",
];
/// Small words within names of people.
const PARTICLES: &[&str] =
    &["van", "von", "der", "den", "de", "da", "di", "del", "della", "la", "le", "du", "bin", "al", "el", "van't", "'t"];

/// A field that is a line of text.
pub(super) fn in_text(rule: Rule, names: Names, text: &str) -> String {
    match rule {
        Rule::Width => half_width(text),
        Rule::Spaces => spaced(text),
        Rule::Brackets if names == Names::Company => brackets(text),
        Rule::Case if names == Names::Person => capitalised(text),
        _ => text.to_owned(),
    }
}

/// A part of an address.
pub(super) fn in_address(rule: Rule, part: &str, is_abroad: bool, text: &str) -> String {
    let full = || match part {
        "province" => places::province(text),
        "city" => places::city(text),
        _ => None,
    };
    match rule {
        Rule::Width => half_width(text),
        Rule::Spaces => spaced(text),
        Rule::Places if !is_abroad => full().unwrap_or_else(|| text.to_owned()),
        _ => text.to_owned(),
    }
}

pub(super) fn is_china(country: &str) -> bool {
    let country = country.trim().to_lowercase();
    ["中国", "中华人民共和国", "china", "cn", "prc"].contains(&country.as_str())
}

/// Letters, digits and spaces in half width; punctuation stays: in Chinese it is full-width.
pub fn half_width(text: &str) -> String {
    let one = |c: char| match c {
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => narrow(c),
        '\u{3000}' => ' ',
        c => c,
    };
    text.chars().map(one).collect()
}

/// All of it in half width, as in e-mail addresses.
pub(super) fn all_half(text: &str) -> String {
    text.chars().map(|c| if ('\u{ff01}'..='\u{ff5e}').contains(&c) { narrow(c) } else { c }).collect()
}

/// The half-width character of a full-width one.
fn narrow(c: char) -> char {
    char::from_u32(u32::from(c).wrapping_sub(0xfee0)).unwrap_or(c)
}

pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

pub(super) fn spaced(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// Brackets as the script of the name has them; left alone unless each that opens is closed.
fn brackets(text: &str) -> String {
    let mut depth = 0_i32;
    for c in text.chars() {
        depth += i32::from(matches!(c, '(' | '（')) - i32::from(matches!(c, ')' | '）'));
        if depth < 0 {
            return text.to_owned();
        }
    }
    if depth != 0 {
        return text.to_owned();
    }
    if text.chars().any(is_han) {
        // The wide signs bring their own space.
        let wide: String = text
            .chars()
            .map(|c| match c {
                '(' => '（',
                ')' => '）',
                c => c,
            })
            .collect();
        return if wide == text { wide } else { wide.replace(" （", "（").replace("） ", "）") };
    }
    let mut narrow = String::new();
    let mut before = ' ';
    for c in text.chars() {
        let after_word = before.is_alphanumeric() && c == '（';
        let before_word = before == '）' && c.is_alphanumeric();
        if after_word || before_word {
            narrow.push(' ');
        }
        narrow.push(match c {
            '（' => '(',
            '）' => ')',
            c => c,
        });
        before = c;
    }
    narrow
}

/// `JOHN SMITH` and `john smith` become `John Smith`. A single word may be an abbreviation, and stays.
fn capitalised(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_alphabetic() && !is_han(c) || matches!(c, ' ' | '-' | '\'' | '’' | '.'));
    let has_cases = text.chars().any(|c| c.is_uppercase() || c.is_lowercase());
    let one_case = !(text.chars().any(char::is_uppercase) && text.chars().any(char::is_lowercase));
    let words: Vec<String> = text.to_lowercase().split(' ').map(str::to_owned).collect();
    let is_word = |word: &String| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
    let is_legal = |word: &String| LEGAL_WORDS.contains(&word.trim_matches('.'));
    if !is_plain
        || !has_cases
        || !one_case
        || words.iter().filter(|word| is_word(word)).count() < 2
        || words.iter().any(is_legal)
    {
        return text.to_owned();
    }
    let last = words.len() - 1;
    let cased = words.iter().enumerate().map(|(at, word)| {
        let is_particle = at > 0 && at < last && PARTICLES.contains(&word.as_str());
        if is_particle { word.clone() } else { initial(word) }
    });
    cased.collect::<Vec<_>>().join(" ")
}

/// A capital at the beginning and after hyphens, apostrophes and points, and after `Mc`; none to a single letter after an
/// apostrophe: Van't.
fn initial(word: &str) -> String {
    let mut cased = String::new();
    let mut starts = true;
    let is_sole = |at: usize| word[at..].chars().nth(1).is_none_or(|next| !next.is_alphabetic());
    for (at, c) in word.char_indices() {
        starts &= !(cased.ends_with(['\'', '’']) && is_sole(at));
        if starts {
            cased.extend(c.to_uppercase())
        } else {
            cased.push(c)
        }
        starts = matches!(c, '-' | '\'' | '’' | '.') || cased == "Mc" && word.len() > 4;
    }
    cased
}

/// With scheme, and the host in small letters.
pub(super) fn website(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    format!("{}://{}{}", scheme.to_lowercase(), rest[..end].to_lowercase(), &rest[end..])
}
