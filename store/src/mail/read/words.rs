//! Texts in fields.

use std::borrow::Cow;

/// The text in one line, without what no line shows.
pub(in crate::mail) fn one_line(text: &str) -> String {
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_unseen(*c)).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks that turn the writing direction around: with them `gpj.exe` shows as `exe.jpg`.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The text for a database, which has no NULs, with lines that end the same.
pub(in crate::mail) fn tidy_lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|&c| c == '\n' || c == '\t' || !c.is_control()).collect()
}

/// Cuts the text to so many bytes, between characters.
pub(in crate::mail) fn cut(text: &mut String, most: usize) {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

/// Encoded words of one character set that follow each other, put together: many programs cut them within a character.
pub(super) fn joined(value: &[u8]) -> Cow<'_, [u8]> {
    if !value.windows(2).any(|pair| pair == b"=?") {
        return Cow::Borrowed(value);
    }
    let (mut out, mut rest) = (Vec::with_capacity(value.len()), value);
    while let Some(at) = rest.windows(2).position(|pair| pair == b"=?") {
        let Some(mut word) = Word::at(&rest[at..]) else {
            out.extend_from_slice(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        out.extend_from_slice(&rest[..at + word.head.len()]);
        out.extend_from_slice(word.data);
        rest = &rest[at + word.length..];
        while let Some((next, gap)) = word.followed_by(rest) {
            out.extend_from_slice(next.data);
            rest = &rest[gap + next.length..];
            word = next;
        }
        out.extend_from_slice(b"?=");
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// `=?charset?B?data?=`
struct Word<'v> {
    /// Up to the data.
    head: &'v [u8],
    data: &'v [u8],
    length: usize,
}

impl<'v> Word<'v> {
    /// The longest that is taken for one; the norm says 75, some programs write a whole subject.
    const MOST: usize = 1024;

    fn at(value: &'v [u8]) -> Option<Self> {
        let value = &value[..value.len().min(Self::MOST)];
        let charset = value.get(2..)?.iter().take(40).position(|&byte| byte == b'?')? + 2;
        if !matches!(value.get(charset + 1..charset + 3)?, [b'b' | b'B' | b'q' | b'Q', b'?']) {
            return None;
        }
        let head = &value[..charset + 3];
        let data = value.get(head.len()..)?;
        let end = data.windows(2).position(|pair| pair == b"?=")?;
        Some(Self { head, data: &data[..end], length: head.len() + end + 2 })
    }

    /// A further word of the same kind right behind, and how much space is before it.
    fn followed_by(&self, rest: &'v [u8]) -> Option<(Self, usize)> {
        let gap = rest.iter().take(8).position(|byte| !byte.is_ascii_whitespace())?;
        let next = Self::at(&rest[gap..]).filter(|next| next.head.eq_ignore_ascii_case(self.head))?;
        Some((next, gap))
    }
}
