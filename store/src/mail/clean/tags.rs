//! Tags in HTML, as far as they must be known to put them in order. Goes over the text once.

use super::profile::WHOLLY_GONE;

/// Attributes of one tag.
const MAX_ATTRIBUTES: usize = 40;

/// A piece of HTML.
pub(super) enum Token<'h> {
    Text(&'h str),
    Open(Tag<'h>),
    /// By its name in lower case.
    Close(String),
}

/// The beginning of an element.
pub(super) struct Tag<'h> {
    /// In lower case.
    pub(super) name: String,
    attributes: Vec<(&'h str, &'h str)>,
}

impl Tag<'_> {
    /// As it can be read in one way only.
    pub(super) fn written(&self) -> String {
        let mut out = format!("<{}", self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(&value.replace('"', "&quot;").replace('\0', ""));
            out.push('"');
        }
        out.push('>');
        out
    }
}

/// The pieces of the text; comments, instructions, and what is wholly gone are passed over.
pub(super) fn tokens(html: &str) -> impl Iterator<Item = Token<'_>> {
    let mut reader = Reader { html, at: 0, last: Vec::new(), comments: true };
    std::iter::from_fn(move || reader.next())
}

struct Reader<'h> {
    html: &'h str,
    at: usize,
    /// Where the last end of each element is that was asked about.
    last: Vec<(&'static str, usize)>,
    /// Whether there may be ends of comments behind.
    comments: bool,
}

impl<'h> Reader<'h> {
    fn next(&mut self) -> Option<Token<'h>> {
        loop {
            let rest = self.html.get(self.at..).filter(|rest| !rest.is_empty())?;
            let bytes = rest.as_bytes();
            if bytes[0] != b'<' {
                let end = rest.find('<').unwrap_or(rest.len());
                self.at += end;
                return Some(Token::Text(&rest[..end]));
            }
            match bytes.get(1) {
                Some(byte) if byte.is_ascii_alphabetic() => {
                    let tag = self.tag(&rest[1..]);
                    match WHOLLY_GONE.into_iter().find(|gone| *gone == tag.name) {
                        Some(name) => self.skip(name),
                        None => return Some(Token::Open(tag)),
                    }
                }
                Some(b'/') if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => {
                    let name = name(&rest[2..]);
                    self.at += rest.find('>').map_or(rest.len(), |end| end + 1);
                    return Some(Token::Close(name.to_ascii_lowercase()));
                }
                Some(b'!' | b'?' | b'/') => self.at += self.comment(rest),
                _ => {
                    self.at += 1;
                    return Some(Token::Text("<"));
                }
            }
        }
    }

    /// A tag, from its name on.
    fn tag(&mut self, text: &'h str) -> Tag<'h> {
        let given = name(text);
        let mut tag = Tag { name: given.to_ascii_lowercase(), attributes: Vec::new() };
        let mut at = given.len();
        loop {
            let rest = &text[at..];
            at += rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/').len();
            let rest = &text[at..];
            if rest.is_empty() {
                break;
            }
            if rest.starts_with('>') {
                at += 1;
                break;
            }
            let (name, value, length) = attribute(rest);
            at += length;
            let fits = !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
            if fits && tag.attributes.len() < MAX_ATTRIBUTES {
                tag.attributes.push((name, value));
            }
        }
        self.at += at + 1;
        tag
    }

    /// Passes over everything up to the end of the element, if it has one.
    fn skip(&mut self, name: &'static str) {
        let last = match self.last.iter().find(|(known, _)| *known == name) {
            Some((_, last)) => *last,
            None => {
                let last = self.ends(name, 0).last().unwrap_or_default();
                self.last.push((name, last));
                last
            }
        };
        if last >= self.at && last > 0 {
            let end = self.ends(name, self.at).next().unwrap_or(self.at);
            let rest = &self.html[end..];
            self.at = end + rest.find('>').map_or(rest.len(), |end| end + 1);
        }
    }

    /// Where ends of that element begin, from somewhere on.
    fn ends<'a>(&'a self, name: &'a str, from: usize) -> impl Iterator<Item = usize> + 'a {
        let bytes = &self.html.as_bytes()[from..];
        bytes.windows(name.len() + 3).enumerate().filter_map(move |(at, window)| {
            let (begin, behind) = (&window[..name.len() + 2], window[name.len() + 2]);
            let is_end = begin.starts_with(b"</") && begin[2..].eq_ignore_ascii_case(name.as_bytes());
            (is_end && (behind.is_ascii_whitespace() || matches!(behind, b'>' | b'/'))).then_some(from + at)
        })
    }

    /// How long the comment or instruction is that the text begins with. Of a comment without end only its beginning is one.
    fn comment(&mut self, text: &str) -> usize {
        let Some(inside) =
            text.strip_prefix("<!--").filter(|inside| !inside.starts_with('>') && !inside.starts_with("->"))
        else {
            return text.find('>').map_or(text.len(), |end| end + 1);
        };
        let end = if self.comments { inside.find("-->") } else { None };
        self.comments = end.is_some();
        end.map_or(4, |end| 4 + end + 3)
    }
}

fn name(text: &str) -> &str {
    let end = text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).unwrap_or(text.len());
    &text[..end]
}

/// Name, value and length of an attribute.
fn attribute(text: &str) -> (&str, &str, usize) {
    let end = text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/' | '=')).unwrap_or(text.len());
    let name = &text[..end];
    let behind = text[end..].trim_start_matches(|c: char| c.is_ascii_whitespace());
    let Some(value) = behind.strip_prefix('=') else { return (name, "", end.max(1).min(text.len())) };
    let value = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
    let start = text.len() - value.len();
    match value.as_bytes().first() {
        Some(quote @ (b'"' | b'\'')) => {
            let content = &value[1..];
            let end = content.find(char::from(*quote));
            let length = start + 1 + end.map_or(content.len(), |end| end + 1);
            (name, &content[..end.unwrap_or(content.len())], length)
        }
        _ => {
            let end = value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len());
            (name, &value[..end], start + end)
        }
    }
}
