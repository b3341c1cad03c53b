//! People and companies as initials.

use leptos::prelude::*;

use super::Size;

/// Initials on a hue that follows from `seed` (an id), so that a person keeps their colour
/// everywhere.
#[component]
pub fn Avatar(
    /// The full name; shown on hover and read aloud.
    #[prop(into)]
    name: Signal<String>,
    /// The record's id, or whatever names it for good.
    #[prop(into)]
    seed: Signal<String>,
    /// How large.
    #[prop(optional)]
    size: Size,
    /// Companies are square, people round.
    #[prop(optional)]
    square: bool,
    /// They are here now.
    #[prop(optional, into)]
    live: Signal<bool>,
) -> impl IntoView {
    view! {
        <span
            class="avatar"
            role="img"
            data-size=size.attr()
            data-square=square.then_some("")
            data-live=move || live.get().then_some("")
            data-hue=move || seed.with(|seed| hue_of(seed)).to_string()
            aria-label=name
            title=name
        >
            {move || name.with(|name| if square { company_initials(name) } else { initials(name) })}
        </span>
    }
}

/// One of the ten hues, the same for the same text on every machine (FNV-1a).
#[must_use]
pub fn hue_of(text: &str) -> u8 {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    u8::try_from(hash % 10).unwrap_or_default()
}

/// What stands for a name in a small circle: for Chinese, the given name (the last two characters
/// of a person's name); else the first letters of the first and last word.
#[must_use]
pub fn initials(name: &str) -> String {
    let name = name.trim();
    let chinese: Vec<char> = name.chars().filter(|&c| is_han(c)).collect();
    if !chinese.is_empty() {
        // A person has two to four characters; of something longer, the start says more.
        let start = if chinese.len() <= 4 { chinese.len().saturating_sub(2) } else { 0 };
        return chinese.iter().skip(start).take(2).collect();
    }
    latin_initials(name)
}

/// What stands for a company: the first two Chinese characters, else as [`initials`].
#[must_use]
pub fn company_initials(name: &str) -> String {
    let chinese: String = name.chars().filter(|&c| is_han(c)).take(2).collect();
    if chinese.is_empty() { latin_initials(name) } else { chinese }
}

fn latin_initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    words.next().into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_person_is_their_given_name() {
        assert_eq!(initials("王小明"), "小明");
        assert_eq!(initials("陈思"), "陈思");
        assert_eq!(initials("李"), "李");
        assert_eq!(initials("欧阳修文"), "修文");
    }

    #[test]
    fn a_company_or_long_name_starts_at_its_start() {
        assert_eq!(initials("三一重工股份有限公司"), "三一");
        assert_eq!(initials("系统管理员"), "系统");
        assert_eq!(company_initials("云帆科技"), "云帆");
        assert_eq!(company_initials("Sany Heavy Industry"), "SI");
    }

    #[test]
    fn a_latin_name_is_first_and_last_letter() {
        assert_eq!(initials("Darcel Schlecht"), "DS");
        assert_eq!(initials("maria del carmen"), "MC");
        assert_eq!(initials("Acme"), "A");
        assert_eq!(initials("  "), "");
    }

    #[test]
    fn a_hue_stays_with_its_seed() {
        assert_eq!(hue_of("user-1"), hue_of("user-1"));
        assert!((0..100).map(|n| hue_of(&n.to_string())).all(|hue| hue < 10));
    }
}
