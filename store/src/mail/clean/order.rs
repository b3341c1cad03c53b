//! HTML with an end to every beginning, and with bounds.
//!
//! How long a parser for HTML takes is not bounded by the length of the text: each element may lie within all those before,
//! and emphasis that is never closed is repeated in every paragraph. So tags are put in order first, in one go: those that are
//! never shown, nest too deep or are too many are left out, and their text stays. What comes out is not yet safe.

use super::profile::TAGS;
use super::tags::{Tag, Token, tokens};

/// Tags of one text; the longest letters of newsletters have some ten thousand.
const MAX_TAGS: usize = 60_000;
/// Elements within each other.
const MAX_DEPTH: usize = 200;
/// Emphasis within emphasis, all of which is repeated where paragraphs are not closed.
const MAX_EMPHASIS: usize = 16;
/// Bytes that such repetition may come to.
const MAX_REPEATED: usize = 16 * 1024 * 1024;

/// Elements that a parser opens again where the one around them ends.
const EMPHASIS: [&str; 13] = ["a", "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"];
/// Elements without content.
pub(super) const EMPTY: [&str; 4] = ["br", "col", "hr", "img"];
/// Parts of tables, which nothing within them closes.
const TABLE: [&str; 9] = ["table", "caption", "colgroup", "tbody", "thead", "tfoot", "tr", "td", "th"];

/// The text with only such tags as may be shown, each closed.
pub(super) fn ordered(html: &str) -> String {
    let mut writer = Writer { out: String::with_capacity(html.len()), ..Writer::default() };
    for token in tokens(html) {
        match token {
            Token::Text(text) => writer.text(text),
            Token::Open(tag) => writer.open(&tag),
            Token::Close(name) => writer.close(&name),
        }
    }
    writer.finish()
}

/// An element that is not closed yet. Without a tag: one that was left out, whose end must not close another.
struct Open {
    name: &'static str,
    tag: Option<String>,
}

#[derive(Default)]
struct Writer {
    out: String,
    open: Vec<Open>,
    /// Tags so far.
    tags: usize,
    /// The names of those of the open ones that were written.
    written: Vec<&'static str>,
    /// How many of those are emphasis, and how long their tags are.
    emphasis: (usize, usize),
    /// What a parser would write if it repeated all emphasis wherever it may.
    repeated: usize,
}

impl Writer {
    fn text(&mut self, text: &str) {
        if !text.trim_ascii().is_empty() {
            self.within_cell();
        }
        let mut rest = text;
        while let Some(at) = rest.find(['<', '>', '\0']) {
            self.out.push_str(&rest[..at]);
            match rest.as_bytes()[at] {
                b'<' => self.out.push_str("&lt;"),
                b'>' => self.out.push_str("&gt;"),
                _ => {}
            }
            rest = &rest[at + 1..];
        }
        self.out.push_str(rest);
    }

    fn open(&mut self, tag: &Tag<'_>) {
        let Some(name) = TAGS.into_iter().find(|known| *known == tag.name) else { return };
        self.tags += 1;
        self.repeated += self.emphasis.1 + 64 * self.emphasis.0;
        let over = self.tags > MAX_TAGS || self.repeated > MAX_REPEATED;
        if !TABLE.contains(&name) && name != "col" {
            self.within_cell();
        }
        if EMPTY.contains(&name) {
            if !over {
                self.out.push_str(&tag.written());
            }
            return;
        }
        let again = self.close_implied(name);
        let emphatic = EMPHASIS.contains(&name) && self.emphasis.0 >= MAX_EMPHASIS;
        let tag = (!over && !emphatic && self.written.len() < MAX_DEPTH).then(|| tag.written());
        self.push(Open { name, tag });
        for open in again {
            self.repeated += open.tag.as_deref().map_or(0, str::len);
            if self.repeated <= MAX_REPEATED {
                self.push(open);
            }
        }
    }

    /// What stands in a table but in no cell gets one: a parser would carry each piece out of the table, past all before it.
    fn within_cell(&mut self) {
        if matches!(self.written.last().copied(), Some("table" | "tbody" | "thead" | "tfoot" | "tr" | "colgroup"))
            && self.written.len() < MAX_DEPTH + 10
        {
            self.push(Open { name: "td", tag: Some("<td>".to_owned()) });
        }
    }

    fn push(&mut self, open: Open) {
        if let Some(tag) = &open.tag {
            self.out.push_str(tag);
            self.written.push(open.name);
            if EMPHASIS.contains(&open.name) {
                self.emphasis = (self.emphasis.0 + 1, self.emphasis.1 + tag.len());
            }
        }
        self.open.push(open);
    }

    fn pop(&mut self) -> Option<Open> {
        let open = self.open.pop()?;
        if let Some(tag) = &open.tag {
            self.out.push_str("</");
            self.out.push_str(open.name);
            self.out.push('>');
            self.written.pop();
            if EMPHASIS.contains(&open.name) {
                self.emphasis = (self.emphasis.0 - 1, self.emphasis.1 - tag.len());
            }
        }
        Some(open)
    }

    /// Closes what a new element ends without saying so; gives the emphasis to be opened again.
    fn close_implied(&mut self, name: &str) -> Vec<Open> {
        let (ends, within): (&[&str], &[&str]) = match name {
            "p" => (&["p"], &[]),
            "li" => (&["li"], &["p", "div"]),
            "dt" | "dd" => (&["dt", "dd"], &["p", "div"]),
            "td" | "th" => (&["td", "th"], &["p", "div", "center"]),
            "tr" => (&["tr"], &["td", "th", "p", "div", "center"]),
            "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot"], &["tr", "td", "th", "p", "div", "center"]),
            _ => return Vec::new(),
        };
        let mut passed = self.open.iter().rev().take(2 * MAX_EMPHASIS);
        let Some(depth) = passed.position(|open| ends.contains(&open.name)) else { return Vec::new() };
        let between = &self.open[self.open.len() - depth..];
        if !between
            .iter()
            .all(|open| EMPHASIS.contains(&open.name) || open.name == "span" || within.contains(&open.name))
        {
            return Vec::new();
        }
        let popped: Vec<_> = (0..=depth).filter_map(|_| self.pop()).collect();
        let again = |open: &Open| name == "p" && open.name != "p";
        popped.into_iter().filter(again).rev().collect()
    }

    fn close(&mut self, name: &str) {
        if !TAGS.contains(&name) {
            return;
        }
        let table = TABLE.contains(&name);
        for (depth, open) in self.open.iter().rev().take(2 * MAX_DEPTH).enumerate() {
            if open.name == name {
                for _ in 0..=depth {
                    self.pop();
                }
                return;
            }
            // The end of something around the table, from within one of its cells.
            let walled = if table { open.name == "table" } else { TABLE.contains(&open.name) };
            if walled {
                return;
            }
        }
    }

    fn finish(mut self) -> String {
        while self.pop().is_some() {}
        self.out
    }
}
