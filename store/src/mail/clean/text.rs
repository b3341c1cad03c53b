//! Text of clean HTML, line by line.

use super::pieces::{Piece, attribute, unescaped};

/// A line of text in HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::mail) struct HtmlLine {
    /// Without what stands before a quoted one.
    pub(in crate::mail) text: String,
    /// How deep it is quoted.
    pub(in crate::mail) depth: usize,
    /// Whether a mail program says that it is; others indent what they like.
    pub(in crate::mail) cited: bool,
    /// The first of its pieces.
    pub(in crate::mail) from: usize,
    /// One behind the last of its pieces with text.
    pub(in crate::mail) to: usize,
}

/// Elements that begin and end lines.
const BLOCKS: [&str; 39] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
    "br",
    "colgroup",
    "col",
];

/// The lines of the HTML; with `links`, the addresses that links lead to stand behind them.
pub(in crate::mail) fn lines(pieces: &[Piece<'_>], links: bool) -> Vec<HtmlLine> {
    let mut writer = Writer { links, ..Writer::default() };
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) if writer.pre > 0 => writer.verbatim(text, at),
            Piece::Text(text) => writer.words(&unescaped(text), at),
            Piece::Open(name, tag) => writer.opened(name, tag, at),
            Piece::Empty(name, tag) => writer.empty(name, tag, at),
            Piece::Close(name) => writer.closed(name, at),
        }
    }
    writer.end_line(pieces.len());
    writer.lines
}

/// All of it as text.
pub(super) fn text(pieces: &[Piece<'_>]) -> String {
    let mut out = String::new();
    let mut empty = 0;
    for line in lines(pieces, true) {
        // One empty line says as much as several.
        empty = if line.text.is_empty() { empty + 1 } else { 0 };
        if empty > 1 || out.is_empty() && line.text.is_empty() {
            continue;
        }
        out.extend(std::iter::repeat_n("> ", line.depth.min(20)));
        out.push_str(&line.text);
        out.push('\n');
    }
    out.trim_end().to_owned()
}

#[derive(Default)]
struct Writer {
    links: bool,
    lines: Vec<HtmlLine>,
    line: HtmlLine,
    /// Whether the line has begun.
    begun: bool,
    /// Whether a space is due before the next word.
    space: bool,
    /// The open quotations, and whether a mail program made them.
    quotes: Vec<bool>,
    pre: usize,
    /// Each list with the number of its next entry, none for points.
    lists: Vec<Option<usize>>,
    /// Where the open link begins in the line, and where it leads.
    link: Option<(usize, String)>,
}

impl Writer {
    fn words(&mut self, text: &str, at: usize) {
        let blank = |c: char| c.is_whitespace() && c != '\u{a0}';
        let mut first = !text.starts_with(blank);
        for word in text.split(blank).filter(|word| !word.is_empty()) {
            let word: String = word.chars().map(|c| if c == '\u{a0}' { ' ' } else { c }).collect();
            self.space |= !std::mem::take(&mut first);
            if word.chars().all(is_unseen) {
                continue;
            }
            if self.space && self.begun && !self.line.text.is_empty() {
                self.line.text.push(' ');
            }
            self.space = false;
            self.begin(at);
            self.line.text.push_str(&word);
            self.line.to = at + 1;
        }
        self.space |= text.ends_with(blank);
    }

    fn verbatim(&mut self, text: &str, at: usize) {
        let text = unescaped(text);
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.break_line(at);
            }
            if !line.is_empty() {
                self.begin(at);
                self.line.text.push_str(line);
                self.line.to = at + 1;
            }
        }
    }

    fn opened(&mut self, name: &str, tag: &str, at: usize) {
        match name {
            "blockquote" => {
                self.end_line(at);
                let marked = ["class", "id", "type"].iter().any(|name| attribute(tag, name).is_some());
                self.quotes.push(marked);
            }
            "pre" => {
                self.end_line(at);
                self.pre += 1;
            }
            "ol" | "ul" => {
                self.end_line(at);
                let start = attribute(tag, "start").and_then(|start| start.parse().ok()).unwrap_or(1);
                self.lists.push((name == "ol").then_some(start));
            }
            "li" => self.entry(at),
            "td" | "th" if self.begun => self.space = true,
            "a" if self.links => {
                self.link = attribute(tag, "href").map(|href| (self.line.text.len(), unescaped(href).into_owned()))
            }
            _ if BLOCKS.contains(&name) => self.end_line(at),
            _ => {}
        }
    }

    fn entry(&mut self, at: usize) {
        self.end_line(at);
        let indent = "  ".repeat(self.lists.len().saturating_sub(1).min(10));
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}.", *number - 1)
            }
            _ => "-".to_owned(),
        };
        self.begin(at);
        self.line.text = format!("{indent}{mark} ");
    }

    fn empty(&mut self, name: &str, tag: &str, at: usize) {
        match name {
            "br" => self.break_line(at),
            "img" => {
                if let Some(alt) = attribute(tag, "alt").filter(|alt| !alt.trim().is_empty()) {
                    self.words(&format!("[{}]", unescaped(alt)), at);
                }
            }
            _ => self.end_line(at),
        }
    }

    fn closed(&mut self, name: &str, at: usize) {
        match name {
            "a" => self.end_link(at),
            "blockquote" => {
                self.end_line(at);
                self.quotes.pop();
            }
            "pre" => {
                self.end_line(at);
                self.pre = self.pre.saturating_sub(1);
            }
            "ol" | "ul" => {
                self.end_line(at);
                self.lists.pop();
            }
            "p" | "h1" | "h2" | "h3" => {
                self.end_line(at);
                self.break_line(at);
            }
            _ if BLOCKS.contains(&name) => self.end_line(at),
            _ => {}
        }
    }

    /// Where the link leads, if its text doesn't say.
    fn end_link(&mut self, at: usize) {
        let Some((from, href)) = self.link.take() else { return };
        let text = self.line.text.get(from..).unwrap_or_default().trim();
        let said = |href: &str| {
            href.trim_start_matches("mailto:")
                .trim_start_matches("https://")
                .trim_start_matches("http://")
                .trim_end_matches('/')
                .to_owned()
        };
        let is_new = !text.is_empty() && said(&href) != said(text) && href.len() <= 500;
        if is_new {
            self.begin(at);
            self.line.text.push_str(&format!(" <{href}>"));
            self.line.to = at + 1;
        }
    }

    fn begin(&mut self, at: usize) {
        if !self.begun {
            self.begun = true;
            self.line.from = at;
            self.line.to = at + 1;
            self.line.depth = self.quotes.len();
            self.line.cited = self.quotes.contains(&true);
        }
    }

    /// Ends the line if there is one.
    fn end_line(&mut self, at: usize) {
        if self.begun {
            self.break_line(at);
        }
    }

    /// Ends the line, be it empty.
    fn break_line(&mut self, at: usize) {
        self.begin(at);
        let mut line = std::mem::take(&mut self.line);
        line.text.truncate(line.text.trim_end().len());
        self.lines.push(line);
        self.begun = false;
        self.space = false;
        if let Some((from, _)) = &mut self.link {
            *from = 0;
        }
    }
}

/// Characters without width, which advertisers fill previews with.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{34f}')
}
