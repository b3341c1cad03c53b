//! Names that nearly match.

use shared::import::Suggestion;

use crate::duplicates::Called;

/// Most suggestions for one text.
const SUGGESTIONS: usize = 3;
/// Likeness below which nothing is suggested, 0 to 1.
const THRESHOLD: f64 = 0.86;
/// How good a suggestion is that people may call so for short, and how much better if that is all that is its own.
const SHORT: f64 = 60.0;
const WHOLE: f64 = 20.0;

/// Text as it is compared: no case, no spaces, no punctuation.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What `text` may mean among `(value, what it is called)`, the likeliest first.
pub(super) fn suggestions<'c>(text: &str, candidates: impl Iterator<Item = (&'c str, &'c str)>) -> Vec<Suggestion> {
    let (wanted, called) = (bare(text), Called::of(text));
    // What is called just so would have been found: it is there only because this very import would make it.
    let mut found: Vec<Suggestion> = candidates
        .filter(|(value, _)| *value != text.trim())
        .filter_map(|(value, name)| {
            let score = likeness(&wanted, &bare(name)).or_else(|| shortened(&called, name))?;
            Some(Suggestion { value: value.to_owned(), score })
        })
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
        return Some(100);
    }
    let alike = strsim::jaro_winkler(wanted, name).max(strsim::normalized_damerau_levenshtein(wanted, name));
    (alike >= THRESHOLD).then_some((alike * 99.0) as u8)
}

/// How good a company's name is where only a part of it was written, or more than all of it: 云帆 for 上海云帆科技有限公司. Less
/// than what is nearly the same.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is between 0 and 1")]
fn shortened(called: &Called, name: &str) -> Option<u8> {
    called.shares_with(name).map(|share| (SHORT + share * WHOLE) as u8)
}

#[cfg(test)]
mod tests {
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
    fn a_part_of_a_company_name_is_enough_and_comes_after_what_is_nearer() {
        let names = ["北京长风科技有限公司", "上海云帆科技有限公司", "云帆科技", "Acme"];
        let of = |text: &str| suggestions(text, names.iter().map(|name| (*name, *name)));
        let values = |text: &str| of(text).into_iter().map(|one| one.value).collect::<Vec<_>>();
        assert_eq!(values("云帆"), ["云帆科技", "上海云帆科技有限公司"]);
        assert_eq!(values("上海市云帆"), ["上海云帆科技有限公司", "云帆科技"]);
        assert!(values("科技").is_empty() && values("上海").is_empty() && values("北京云帆有限公司").len() == 1);
    }
}
