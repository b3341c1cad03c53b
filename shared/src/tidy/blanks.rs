//! Which blanks a rule takes away or puts in: between what is written nobody sees them.

use super::rules;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it is written.
    Text(String),
    /// A blank, or an invisible character, that the other text doesn't have there.
    Blank(char),
}

/// An old text with the blanks that the new one has in another way.
pub fn taken_away(old: &str, new: &str) -> Vec<Piece> {
    let (own, mut other) = (gaps(old), gaps(new));
    if own.len() != other.len() {
        // More than blanks is written in another way: then those count that are too many by themselves.
        other = gaps(&rules::spaced(old));
    }
    pieces(old, |at| other.get(at).is_none_or(|gap| *gap != own[at]))
}

/// A new text with the blanks that stand where the old one has none.
pub fn put_in(new: &str, old: &str) -> Vec<Piece> {
    let (own, other) = (gaps(new), gaps(old));
    pieces(new, |at| own.len() == other.len() && other[at].is_empty())
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || rules::is_invisible(c)
}

/// The blanks before each character that is seen, and those behind the last.
fn gaps(text: &str) -> Vec<String> {
    let mut gaps = Vec::new();
    let mut gap = String::new();
    for c in text.chars() {
        if is_blank(c) {
            gap.push(c);
        } else {
            gaps.push(std::mem::take(&mut gap));
        }
    }
    gaps.push(gap);
    gaps
}

/// The text in pieces, with the blanks of those gaps by themselves.
fn pieces(text: &str, is_shown: impl Fn(usize) -> bool) -> Vec<Piece> {
    let (mut all, mut written, mut at) = (Vec::new(), String::new(), 0);
    for c in text.chars() {
        if is_blank(c) && is_shown(at) {
            if !written.is_empty() {
                all.push(Piece::Text(std::mem::take(&mut written)));
            }
            all.push(Piece::Blank(c));
            continue;
        }
        at += usize::from(!is_blank(c));
        written.push(c);
    }
    if !written.is_empty() {
        all.push(Piece::Text(written));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With a sign for each blank that is shown.
    fn shown(pieces: Vec<Piece>) -> String {
        let sign = |piece: Piece| match piece {
            Piece::Text(text) => text,
            Piece::Blank(_) => "_".to_owned(),
        };
        pieces.into_iter().map(sign).collect()
    }

    #[test]
    fn blanks_that_go_are_shown_and_others_are_not() {
        for (old, new, seen) in [
            ("a  b c", "a b c", "a__b c"),
            ("  a b\u{3000}", "a b", "__a b_"),
            ("云帆\u{3000}科技", "云帆 科技", "云帆_科技"),
            ("云帆\u{200b}科技", "云帆科技", "云帆_科技"),
            ("云帆 (中国)", "云帆（中国）", "云帆_(中国)"),
            ("杭州 ", "杭州市", "杭州_"),
            ("Anna Berg", "Anna Berg", "Anna Berg"),
        ] {
            assert_eq!(shown(taken_away(old, new)), seen, "{old}");
        }
    }

    #[test]
    fn blanks_that_come_are_shown() {
        assert_eq!(shown(put_in("Acme (China) Ltd", "Acme（China）Ltd")), "Acme_(China)_Ltd");
        assert_eq!(shown(put_in("a b", "a  b")), "a b");
        assert_eq!(shown(put_in("杭州 市", "杭州")), "杭州 市");
    }
}
