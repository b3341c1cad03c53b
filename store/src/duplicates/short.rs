//! Chinese companies by what people call them: 云帆, yunfan or shyf for 上海云帆科技有限公司.

use pinyin::ToPinyin;
use shared::tidy::split_place;

use super::features::words;
use crate::readings::{as_typed, spoken, ways};

/// Fewest Chinese characters, and fewest syllables, that say which company is meant.
const LEAST: usize = 2;
/// Fewest letters that do.
const LETTERS: usize = 4;

/// A company's name in its parts, without the legal form.
pub(crate) struct Called {
    /// Where it is.
    place: String,
    /// What tells it from others there.
    own: String,
    /// The same in its words.
    words: Vec<String>,
}

impl Called {
    /// Reads a name.
    pub(crate) fn of(name: &str) -> Self {
        Self::said(&words(name, true))
    }

    /// The same of words that the legal form is taken from already.
    pub(super) fn said(words: &[String]) -> Self {
        let (mut place, mut own) = (String::new(), Vec::new());
        for word in words {
            match split_place(word) {
                // In brackets, often.
                (whole, "") => place.push_str(whole),
                (begin, rest) if own.is_empty() => {
                    place.push_str(begin);
                    own.push(rest.to_owned());
                }
                _ => own.push(word.clone()),
            }
        }
        Self { place, own: own.concat(), words: own }
    }

    /// What is left of the name without place and legal form; empty if that is all there is.
    pub(crate) fn own(&self) -> &str {
        &self.own
    }

    /// The same, word by word.
    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }

    /// What is the company's own in the name, if that says which one is meant.
    pub(super) fn telling(&self) -> Option<&str> {
        (count_chinese(&self.own) >= LEAST).then_some(&*self.own)
    }

    /// How much of a company's own name this is, 0 to 1, if people may call it so for short.
    pub(super) fn is_short_for(&self, name: &Self) -> Option<f64> {
        match (count_chinese(&self.own), count_chinese(&name.own)) {
            (_, 0) => None,
            (0, _) => self.sounds_like(name),
            _ => self.begins(name),
        }
    }

    /// The same of either name as it is written; quick, for many names.
    pub(crate) fn shares_with(&self, name: &str) -> Option<f64> {
        let begin: String = self.own.chars().take(LEAST).collect();
        if count_chinese(&begin) == 0 || !name.to_lowercase().contains(&begin) {
            return None;
        }
        let name = Self::of(name);
        self.begins(&name).or_else(|| name.begins(self))
    }

    fn begins(&self, name: &Self) -> Option<f64> {
        let own = self.telling()?;
        // What is elsewhere is another one.
        let is_there = self.place.starts_with(&name.place) || name.place.starts_with(&self.place);
        (is_there && name.own.starts_with(own)).then(|| part(own.chars().count(), &name.own))
    }

    /// Letters that are syllables of a name, or the first ones of its characters; with the place before them or without.
    fn sounds_like(&self, name: &Self) -> Option<f64> {
        let typed = as_typed(&self.own);
        let (lead, own) = (name.place.chars().count(), name.own.chars().count());
        if own < LEAST || typed.len() < LETTERS || !typed.is_ascii() {
            return None;
        }
        ways(&spoken(&format!("{}{}", name.place, name.own))).iter().find_map(|way| {
            let sounds: Vec<String> = way.iter().map(|sound| as_typed(sound)).collect();
            let (place, own) = sounds.split_at(lead);
            [&place[..0], place].into_iter().find_map(|lead| spelt(&typed, lead, own))
        })
    }
}

/// How much of a company's own name these letters are, if they are the syllables of what leads it and of it, or the
/// first ones of its characters.
fn spelt(typed: &str, lead: &[String], own: &[String]) -> Option<f64> {
    let first: usize = own.iter().take(LEAST).map(String::len).sum();
    let length = |part: &[String]| part.iter().map(String::len).sum::<usize>();
    let initials = |part: &[String]| part.iter().filter_map(|syllable| syllable.chars().next()).collect::<String>();
    let said = lead.concat() + &own.concat();
    if typed.len() >= length(lead) + first && said.starts_with(typed) {
        return Some(((typed.len() - length(lead)) as f64 / length(own) as f64).min(1.0));
    }
    let is_begun = (initials(lead) + &initials(own)).starts_with(typed);
    (is_begun && typed.len() >= lead.len() + LEAST).then(|| (typed.len() - lead.len()) as f64 / own.len() as f64)
}

fn part(chars: usize, of: &str) -> f64 {
    chars as f64 / of.chars().count().max(1) as f64
}

fn count_chinese(text: &str) -> usize {
    text.chars().filter(|c| c.to_pinyin().is_some()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_meant(typed: &str, name: &str) -> bool {
        Called::of(typed).is_short_for(&Called::of(name)).is_some()
    }

    #[test]
    fn a_company_is_meant_by_what_is_its_own() {
        for typed in
            ["云帆", "上海云帆", "云帆科", "yunfan", "Yun Fan", "yunfanke", "shanghaiyunfan", "shyf", "yfkj", "shyfk"]
        {
            assert!(is_meant(typed, "上海云帆科技有限公司"), "{typed}");
        }
        for typed in ["changan", "chongqingchangan", "cqca", "caqc"] {
            assert!(is_meant(typed, "重庆长安汽车股份有限公司"), "{typed}");
        }
        assert!(is_meant("云帆", "云帆（上海）科技有限公司") && is_meant("lvzhou", "浙江省杭州市绿洲园林有限公司"));
    }

    #[test]
    fn little_and_what_many_have_means_none() {
        for typed in [
            "云",
            "上海",
            "科技",
            "有限公司",
            "北京云帆",
            "yun",
            "yf",
            "yfk",
            "shanghai",
            "shanghaiyun",
            "shangh",
            "keji",
        ] {
            assert!(!is_meant(typed, "上海云帆科技有限公司"), "{typed}");
        }
        assert!(!is_meant("Acme", "Acme Widgets Ltd"), "words of other scripts are compared as words");
    }

    #[test]
    fn the_whole_is_nearer_than_a_part() {
        let share = |name: &str| Called::of("云帆").is_short_for(&Called::of(name)).unwrap();
        assert!(share("上海云帆有限公司") > share("上海云帆科技有限公司"));
        assert!(share("上海云帆科技有限公司") > share("上海云帆国际货运代理有限公司"));
        let either = Called::of("上海云帆科技有限公司");
        assert!(either.shares_with("云帆").is_some() && either.shares_with("长风").is_none());
    }
}
