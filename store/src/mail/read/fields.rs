//! The fields in the head of a letter or of one of its parts.
//!
//! The parsers for single fields are the library's; what they get is bounded, because they go back over what they can't read.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address, ContentType, HeaderValue};

use super::lines::{Line, lines};
use super::parameters::whole_parameters;
use super::words::{joined, one_line};
use crate::mail::Person;

/// What is read of one field; a few hundred recipients.
const MAX_FIELD: usize = 32 * 1024;
/// Recipients and references that are kept.
const MAX_LIST: usize = 500;

/// Names in lower case with the values as they stand, folds included.
#[derive(Default)]
pub(in crate::mail) struct Fields<'m>(Vec<(String, &'m [u8])>);

impl<'m> Fields<'m> {
    /// Reads the head; gives it with where the body begins. Of more than `most` bytes of fields the rest is passed over.
    pub(in crate::mail) fn read(part: &'m [u8], most: usize) -> (Self, usize) {
        let mut fields = Self::default();
        let (mut size, mut body, mut all) = (0, part.len(), lines(part).peekable());
        while let Some(line) = all.next() {
            if line.text.is_empty() {
                body = line.next;
                break;
            }
            let Some(name) = name(line.text) else {
                // A stray line between fields is passed over; anything else is a body without the empty line before it.
                let stray = all.peek().is_some_and(|next| next.text.is_empty() || name(next.text).is_some());
                if stray && (line.start > 0 || line.text.starts_with(b"From ") || line.text.starts_with(b">From ")) {
                    continue;
                }
                body = line.start;
                break;
            };
            let from = line.start + name.len() + 1;
            let mut to = line.start + line.text.len();
            while let Some(more) = all.next_if(Line::is_fold) {
                to = more.start + more.text.len();
            }
            size += to - line.start;
            if size <= most {
                let value = &part[from.min(to)..to];
                let name = String::from_utf8_lossy(name).trim().to_lowercase();
                fields.0.push((name, &value[..value.len().min(MAX_FIELD)]));
            }
        }
        (fields, body)
    }

    /// The first field of that name, as it stands.
    pub(in crate::mail) fn raw(&self, name: &str) -> Option<&'m [u8]> {
        self.all(name).next()
    }

    /// All fields of that name.
    pub(in crate::mail) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'m [u8]> + 'f {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| *value)
    }

    /// Whether there is such a field.
    pub(in crate::mail) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// A field in one line of text, encoded words decoded.
    pub(in crate::mail) fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(text)
    }

    /// A field in lower case, for comparison.
    pub(in crate::mail) fn lower(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_lowercase()
    }

    /// Everybody named in all fields of that name.
    pub(in crate::mail) fn people(&self, name: &str) -> Vec<Person> {
        self.all(name).flat_map(people).take(MAX_LIST).collect()
    }

    /// The ids in all fields of that name, without brackets.
    pub(in crate::mail) fn ids(&self, name: &str) -> Vec<String> {
        self.all(name).flat_map(ids).take(MAX_LIST).collect()
    }

    /// A type or disposition with its parameters.
    pub(in crate::mail) fn content_type(&self, name: &str) -> Option<ContentType<'static>> {
        let readable = readable(&whole_parameters(self.raw(name)?));
        match MessageStream::new(&readable).parse_content_type().into_owned() {
            HeaderValue::ContentType(found) => Some(found),
            _ => None,
        }
    }

    /// A time.
    pub(in crate::mail) fn date(&self, name: &str) -> Option<DateTime<Utc>> {
        let readable = readable(self.raw(name)?);
        match MessageStream::new(&readable).parse_date() {
            HeaderValue::DateTime(at) if at.is_valid() => DateTime::from_timestamp(at.to_timestamp(), 0),
            _ => None,
        }
    }
}

/// The name before the colon, if the line is a field.
fn name(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().take(128).position(|&byte| byte == b':')?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|byte| (33..=126).contains(byte))).then_some(&line[..colon])
}

/// The value as the library wants it: in UTF-8, split encoded words whole, with an end.
fn readable(value: &[u8]) -> Vec<u8> {
    let mut value = joined(&unicode(value)).into_owned();
    value.push(b'\n');
    value
}

/// Bytes beyond ASCII are UTF-8 by now; before, many programs of China wrote GBK as it is.
fn unicode(value: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(value).is_ok() {
        return Cow::Borrowed(value);
    }
    Cow::Owned(crate::charset::guessed(value).0.into_owned().into_bytes())
}

fn text(value: &[u8]) -> String {
    let readable = readable(value);
    match MessageStream::new(&readable).parse_unstructured() {
        HeaderValue::Text(text) => one_line(&text),
        _ => String::new(),
    }
}

fn people(value: &[u8]) -> Vec<Person> {
    let readable = readable(value);
    let HeaderValue::Address(found) = MessageStream::new(&readable).parse_address() else { return Vec::new() };
    match &found {
        Address::List(list) => list.iter().filter_map(person).collect(),
        Address::Group(groups) => groups.iter().flat_map(|group| &group.addresses).filter_map(person).collect(),
    }
}

fn person(found: &Addr<'_>) -> Option<Person> {
    let mut name = one_line(found.name.as_deref().unwrap_or_default());
    let mut address = found.address.as_deref().unwrap_or_default().split_whitespace().collect::<String>();
    address.retain(|c| !c.is_control() && !matches!(c, '<' | '>'));
    if address.is_empty() && name.contains('@') && !name.contains(' ') {
        address = std::mem::take(&mut name);
    }
    if name == address {
        name.clear();
    }
    (!name.is_empty() || !address.is_empty()).then_some(Person { name, address })
}

fn ids(value: &[u8]) -> Vec<String> {
    let readable = readable(value);
    let found = MessageStream::new(&readable).parse_id().into_text_list().unwrap_or_default();
    found.iter().map(|id| id_text(id)).filter(|id| !id.is_empty()).collect()
}

/// An id without brackets, spaces and what no id holds. One that is longer than a line may be is none.
pub(in crate::mail) fn id_text(id: &str) -> String {
    let id: String = id.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>')).collect();
    if id.len() > 990 { String::new() } else { id }
}
