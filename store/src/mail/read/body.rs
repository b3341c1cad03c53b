//! What a letter says, and what came with it.

use std::borrow::Cow;

use super::parts::Part;
use super::words::tidy_lines;
use super::{encoded, flowed, names};
use crate::mail::clean;
use crate::mail::letter::Attachment;
use crate::mail::read::fields::id_text;

/// What a part says: as text, as HTML, or both.
#[derive(Default)]
pub(super) struct Body {
    pub(super) text: Option<String>,
    pub(super) html: Option<String>,
}

/// Goes through the parts in their order.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) attachments: Vec<Attachment>,
    /// Whether something to be read was found.
    begun: bool,
}

impl Walk {
    /// What the part says; what isn't said in it is attached.
    pub(super) fn body(&mut self, part: &Part<'_>, within: &str) -> Body {
        if part.is("multipart", "*") {
            return self.bodies(part);
        }
        let disposition = part.fields.content_type("content-disposition");
        let attached = disposition.as_ref().is_some_and(|found| found.ctype() == "attachment");
        let name = names::given(part, disposition.as_ref());
        // A part to be read seldom has a name; the first may, unless it says how it is meant.
        let readable = !attached && (name.is_none() || !self.begun && disposition.is_none());
        if readable && part.is("text", "plain") {
            self.begun = true;
            return Body { text: Some(plain(part)), html: None };
        }
        if readable && part.is("text", "html") {
            self.begun = true;
            return Body { text: None, html: Some(markup(part)) };
        }
        self.attach(part, name, within == "related" && !attached, attached);
        Body::default()
    }

    fn bodies(&mut self, part: &Part<'_>) -> Body {
        let mut whole = Body::default();
        for inner in &part.parts {
            let body = self.body(inner, &part.kind.1);
            if part.kind.1 == "alternative" {
                // The last one that can be shown is the best, says the norm.
                whole.text = body.text.or(whole.text);
                whole.html = body.html.or(whole.html);
            } else {
                whole.append(body);
            }
        }
        whole
    }

    fn attach(&mut self, part: &Part<'_>, name: Option<String>, related: bool, attached: bool) {
        let content_id = part.fields.text("content-id").map(|id| id_text(&id)).filter(|id| !id.is_empty());
        let name = name.or_else(|| subject_name(part)).unwrap_or_else(|| names::made(part, self.attachments.len() + 1));
        let inline = part.is("image", "*") && (related || content_id.is_some() && !attached);
        let content_type = format!("{}/{}", part.kind.0, part.kind.1);
        let content_type = if is_type(&content_type) { content_type } else { "application/octet-stream".to_owned() };
        let bytes = encoded::bytes(part).into_owned();
        self.attachments.push(Attachment { name, content_type, bytes, content_id, inline });
    }
}

impl Body {
    /// Puts what comes behind to it. If only one of both is HTML, the other becomes it too.
    fn append(&mut self, behind: Self) {
        let is_empty = |body: &Self| body.text.is_none() && body.html.is_none();
        if is_empty(&behind) {
            return;
        }
        if is_empty(self) {
            *self = behind;
            return;
        }
        let before = match self.text.take() {
            None if behind.text.is_some() => Some(clean::to_text(self.html.as_deref().unwrap_or_default())),
            text => text,
        };
        let html = match self.html.take() {
            None if behind.html.is_some() => Some(clean::from_text(before.as_deref().unwrap_or_default())),
            html => html,
        };
        let html = html.map(|html| html + &behind.html());
        let text = before.map(|text| text + "\n\n" + &behind.text());
        *self = Self { text, html };
    }

    /// As text.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match (&self.text, &self.html) {
            (Some(text), _) => Cow::Borrowed(text),
            (None, Some(html)) => Cow::Owned(clean::to_text(html)),
            (None, None) => Cow::Borrowed(""),
        }
    }

    /// As HTML.
    fn html(&self) -> Cow<'_, str> {
        match (&self.html, &self.text) {
            (Some(html), _) => Cow::Borrowed(html),
            (None, Some(text)) => Cow::Owned(clean::from_text(text)),
            (None, None) => Cow::Borrowed(""),
        }
    }
}

fn plain(part: &Part<'_>) -> String {
    let text = tidy_lines(&encoded::text(part));
    if part.parameter("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed")) {
        let delete = part.parameter("delsp").is_some_and(|delete| delete.eq_ignore_ascii_case("yes"));
        return flowed::unflowed(&text, delete);
    }
    text
}

fn markup(part: &Part<'_>) -> String {
    let bytes = encoded::bytes(part);
    let charset = part.parameter("charset").map_or_else(|| named_inside(&bytes), str::to_owned);
    tidy_lines(&encoded::decoded(&bytes, &charset))
}

/// The character set that the HTML says it is in.
fn named_inside(html: &[u8]) -> String {
    let head = String::from_utf8_lossy(&html[..html.len().min(1024)]).to_lowercase();
    let Some((_, rest)) = head.split_once("charset=") else { return String::new() };
    rest.trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect()
}

/// A letter in a letter is called by its subject.
fn subject_name(part: &Part<'_>) -> Option<String> {
    if !part.is("message", "rfc822") && !part.is("message", "global") {
        return None;
    }
    let inner = encoded::bytes(part);
    let (fields, _) = super::fields::Fields::read(&inner, 64 * 1024);
    let subject = names::fit(&fields.text("subject")?);
    (!subject.is_empty()).then(|| format!("{subject}.eml"))
}

fn is_type(kind: &str) -> bool {
    kind.len() <= 100
        && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.+-_".contains(&byte))
        && !kind.ends_with('/')
}
