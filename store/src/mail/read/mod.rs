//! Bytes become a [`Letter`].

mod body;
mod encoded;
mod fields;
mod flowed;
mod lines;
mod names;
mod parameters;
mod parts;
mod words;

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use super::auto;
use super::letter::{Attachment, Letter};
use super::{clean, quote, subject};
use body::{Body, Walk};
pub(super) use encoded::bytes as part_bytes;
pub(super) use encoded::text as part_text;
use fields::Fields;
pub(super) use fields::{Fields as Head, id_text};
pub(super) use parts::Part;
pub(super) use words::{cut, one_line, tidy_lines};

/// Bytes that are read of a letter; what is behind is not looked at.
pub const MAX_LETTER: usize = 30 * 1024 * 1024;
/// Bytes of text kept as such; a longer one is attached besides.
const MAX_TEXT: usize = 512 * 1024;
/// Bytes of HTML kept as such; longer HTML is only attached.
const MAX_HTML: usize = 2 * 1024 * 1024;
/// Earlier letters of a conversation that are kept.
const MAX_REFERENCES: usize = 100;

/// Reads a letter, whatever it is: what can't be understood is left out of the fields or attached as it is.
///
/// Takes time and memory in proportion to its length, a second or two for the longest.
#[must_use]
pub fn read(raw: &[u8]) -> Letter {
    let bytes = &raw[..raw.len().min(MAX_LETTER)];
    let (whole, complete) = parts::parts(bytes);
    let mut letter = addressed(&whole.fields);
    letter.raw_size = raw.len();
    letter.complete = complete && bytes.len() == raw.len();
    if letter.message_id.is_empty() {
        letter.message_id = made_id(&whole);
        letter.message_id_made = true;
    }
    let mut walk = Walk::default();
    let body = walk.body(&whole, "");
    letter.attachments = walk.attachments;
    say(&mut letter, &body);
    letter.auto = auto::kind(&whole, &letter);
    letter
}

/// What the fields tell.
fn addressed(fields: &Fields<'_>) -> Letter {
    let from = fields.people("from").into_iter().next().or_else(|| fields.people("sender").into_iter().next());
    let delivered =
        ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to", "x-delivered-to"];
    let delivered = delivered.iter().flat_map(|name| fields.people(name));
    Letter {
        message_id: fields
            .raw("message-id")
            .and_then(|_| fields.ids("message-id").into_iter().next())
            .unwrap_or_default(),
        in_reply_to: bounded(fields.ids("in-reply-to")),
        references: bounded(fields.ids("references")),
        from: from.unwrap_or_default(),
        reply_to: fields.people("reply-to"),
        to: fields.people("to"),
        cc: fields.people("cc"),
        delivered_to: delivered.map(|person| person.address).filter(|address| !address.is_empty()).take(20).collect(),
        return_path: fields.text("return-path").map(|path| id_text(&path)),
        subject: fields.text("subject").unwrap_or_default().chars().take(subject::MAX_SUBJECT).collect(),
        date: fields.date("date"),
        no_answer: auto::refuses_answers(fields),
        desk_mark: fields.text(super::thread::MARK).filter(|mark| !mark.is_empty()),
        ..Letter::default()
    }
}

/// The first, which began it, and the last.
fn bounded(mut ids: Vec<String>) -> Vec<String> {
    if ids.len() > MAX_REFERENCES {
        ids.drain(1..=ids.len() - MAX_REFERENCES);
    }
    ids
}

/// An id for a letter without one: the same for the same letter, whichever way it came.
fn made_id(whole: &Part<'_>) -> String {
    let mut hash = Sha256::new();
    for name in ["from", "to", "date", "subject"] {
        hash.update(whole.fields.raw(name).unwrap_or_default().trim_ascii());
        hash.update([0]);
    }
    hash.update(whole.body);
    let hex: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}@made.invalid")
}

/// Text and HTML, kept within what a page can show.
fn say(letter: &mut Letter, body: &Body) {
    if let Some(source) = &body.html {
        let folded = if subject::is_forward(&letter.subject) { quote::unfolded(source) } else { quote::html(source) };
        let (html, images) = clean::without_data_images(&folded.as_html());
        if html.len() <= MAX_HTML {
            letter.attachments.extend(images);
            letter.html = Some(html);
        } else {
            letter.attachments.push(attached("letter.html", "text/html", source));
        }
    }
    let text = tidy_lines(&body.text());
    letter.text = text.trim_end().to_owned();
    if letter.text.len() > MAX_TEXT {
        letter.attachments.push(attached("letter.txt", "text/plain", &text));
        cut(&mut letter.text, MAX_TEXT);
    }
}

fn attached(name: &str, content_type: &str, text: &str) -> Attachment {
    Attachment {
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        bytes: text.as_bytes().to_vec(),
        content_id: None,
        inline: false,
    }
}
