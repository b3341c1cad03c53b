//! Several texts in one cell, as exports write them and imports read them.

use std::borrow::Cow;

/// Signs that people put between the entries of a list.
pub const SIGNS: [char; 6] = [',', ';', '，', '；', '、', '\n'];
/// What stands around an entry that would be read as several, or otherwise.
const QUOTE: char = '"';

/// Texts as one, with semicolons between them: Fair; "Acme, Inc."; "5"" pipes, long". Those that [`entries`] would not give back as
/// they are stand in quotation marks, and quotation marks in those twice.
pub fn joined<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let one = |text: T| {
        let text = text.as_ref();
        if is_plain(text) { text.to_owned() } else { format!("\"{}\"", text.replace(QUOTE, "\"\"")) }
    };
    texts.into_iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Whether a text is read as itself between others.
fn is_plain(text: &str) -> bool {
    !text.starts_with(QUOTE) && !text.contains(SIGNS) && text.trim() == text
}

/// The entries of a text that has several: people part them by any of the [`SIGNS`]. One that stands in quotation marks as a whole is
/// one, whatever is in it; other quotation marks are part of what is said.
pub fn entries(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut left = Some(text);
    let all = std::iter::from_fn(move || {
        let text = left?;
        let (entry, rest) = quoted(text).unwrap_or_else(|| plain(text));
        left = rest;
        Some(entry)
    });
    all.filter(|entry| !entry.is_empty())
}

/// The first entry, and what follows the sign behind it if there is one.
type First<'t> = (Cow<'t, str>, Option<&'t str>);

fn plain(text: &str) -> First<'_> {
    match text.split_once(SIGNS) {
        Some((entry, rest)) => (entry.trim().into(), Some(rest)),
        None => (text.trim().into(), None),
    }
}

/// The same, if it stands in quotation marks.
fn quoted(text: &str) -> Option<First<'_>> {
    let inner = text.trim_start().strip_prefix(QUOTE)?;
    let mut from = 0;
    let end = loop {
        let at = from + inner[from..].find(QUOTE)?;
        if !inner[at + 1..].starts_with(QUOTE) {
            break at;
        }
        from = at + 2;
    };
    let behind = inner[end + 1..].trim_start_matches(|c: char| c.is_whitespace() && !SIGNS.contains(&c));
    let rest = if behind.is_empty() { None } else { Some(behind.strip_prefix(SIGNS)?) };
    Some((inner[..end].replace("\"\"", "\"").into(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        entries(text).map(Cow::into_owned).collect()
    }

    #[test]
    fn lists_come_back_whatever_their_entries_say() {
        let signs = ['a', ',', ';', '"', '\\', '\n', '\r', ' ', '，', '；', '、', '\'', '关', '\t'];
        // A row of numbers that is the same each time.
        let mut seed = 1_u32;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as usize % below
        };
        for _ in 0..20_000 {
            let list: Vec<String> =
                (0..1 + next(4)).map(|_| (0..1 + next(6)).map(|_| signs[next(signs.len())]).collect()).collect();
            let cell = joined(&list);
            assert_eq!(read(&cell), list, "{cell:?}");
            // Files have cells without the blanks around them.
            assert_eq!(read(cell.trim()), list, "{cell:?}");
        }
    }

    #[test]
    fn what_is_plain_stays_readable_and_the_rest_stands_in_quotation_marks() {
        assert_eq!(joined(["VIP", "Fair 5\" 2026"]), "VIP; Fair 5\" 2026");
        assert_eq!(joined(["Acme, Inc.", "\"Bolt\" & Co", " x"]), "\"Acme, Inc.\"; \"\"\"Bolt\"\" & Co\"; \" x\"");
        assert_eq!(joined(["one"]), "one");
        assert_eq!(joined::<&str>([]), "");
    }

    #[test]
    fn lists_of_other_programs_are_read_as_people_write_them() {
        for (text, expected) in [
            ("a, b; c", &["a", "b", "c"][..]),
            ("VIP，重点；展会、老客户\nx", &["VIP", "重点", "展会", "老客户", "x"]),
            (" ; a,, ;", &["a"]),
            ("5\" pipe, 6\" pipe", &["5\" pipe", "6\" pipe"]),
            ("\"Best\" customers, others", &["\"Best\" customers", "others"]),
            ("\"open, end", &["\"open", "end"]),
            ("\"Acme, Inc.\" , Bolt", &["Acme, Inc.", "Bolt"]),
            ("\"\"", &[]),
            ("", &[]),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }
}
