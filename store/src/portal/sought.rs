//! What articles are looked for by.

use crate::scope::Sql;

/// Words that somebody typed.
pub(super) struct Sought<'w> {
    /// As they were typed.
    pub(super) words: &'w str,
    /// As a query.
    pub(super) tokens: String,
    /// Of these parts of it articles have to have so many; none where the query itself says which.
    share: Option<(Vec<String>, usize)>,
}

impl<'w> Sought<'w> {
    /// All of the words.
    pub(super) fn all(words: &'w str, tokens: String) -> Self {
        Self { words, tokens, share: None }
    }

    /// A good share of the words that say what it is about: one word of several is in many articles, and so are parts of one or two
    /// letters. `None` where no word says anything.
    pub(super) fn share(words: &'w str, tokens: &str) -> Option<Self> {
        let mut parts: Vec<String> = tokens.split(" & ").filter(|part| tells(part)).map(str::to_owned).collect();
        parts.sort_unstable();
        parts.dedup();
        let letters = parts.iter().filter(|part| is_beginning(part)).count();
        // Of pairs of Chinese characters many lie across two words.
        let needed = letters.div_ceil(2).max(letters.min(2)) + (parts.len() - letters).div_ceil(3);
        (!parts.is_empty()).then(|| Self { words, tokens: parts.join(" | "), share: Some((parts, needed)) })
    }

    /// `and …` for the article `o`.
    pub(super) fn push_share(&self, sql: &mut Sql) {
        let Some((parts, needed)) = &self.share else { return };
        sql.push(" and (select count(*) from search_entries e cross join unnest(").push_bind(parts.clone());
        sql.push(
            "::text[]) as part where e.org_id = o.org_id and e.record_id = o.id and e.tokens @@ part::tsquery) >= ",
        );
        sql.push_bind(i64::try_from(*needed).unwrap_or(i64::MAX));
    }
}

/// Letters and digits are beginnings of words; Chinese characters stand as they are.
fn is_beginning(part: &str) -> bool {
    part.ends_with(":*")
}

/// Whether a part of a query says what somebody means. Two letters don't, but for what things are called, such as H3.
fn tells(part: &str) -> bool {
    let word = part.trim_end_matches(":*").trim_matches('\'');
    match word.chars().count() {
        0 | 1 => false,
        2 if is_beginning(part) => word.contains(|c: char| c.is_ascii_digit()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::query_tokens;

    fn share(words: &str) -> Option<(Vec<String>, usize)> {
        Sought::share(words, &query_tokens(words).unwrap())?.share
    }

    #[test]
    fn a_good_share_of_what_says_something_is_needed() {
        let parts = |all: &[&str]| all.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        assert_eq!(share("M2 web en-p"), Some((parts(&["'m2':*", "'web':*"]), 2)));
        assert_eq!(share("gateway"), Some((parts(&["'gateway':*"]), 1)));
        assert_eq!(share("my gateway does not restart").unwrap().1, 2);
        assert_eq!(share("网关离线").unwrap().1, 1);
        assert_eq!(share("en p"), None);
    }
}
