//! A letter that was read.

use chrono::{DateTime, Utc};

use super::auto::Auto;
use super::quote::{self, Folded};

/// A name and an address, as in a `From` line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// As the sender wrote it; empty if they wrote none.
    pub name: String,
    /// As written, but for spaces; compare it without regard to case.
    pub address: String,
}

impl Person {
    /// Somebody with this name and address.
    pub fn new(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self { name: name.into(), address: address.into() }
    }

    /// Whether that is the address, in whatever case.
    #[must_use]
    pub fn is_at(&self, address: &str) -> bool {
        self.address.to_lowercase() == address.to_lowercase()
    }

    /// What stands before the `@`, in lower case.
    #[must_use]
    pub fn mailbox(&self) -> String {
        self.address.rsplit_once('@').map_or(self.address.as_str(), |(mailbox, _)| mailbox).to_lowercase()
    }
}

/// Something that came with a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// A name fit for a file: no path, no control characters, never empty.
    pub name: String,
    /// Type and subtype as the sender said, in lower case: not to be trusted when it is sent on.
    pub content_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// The name by which the HTML refers to it (`cid:`), without brackets.
    pub content_id: Option<String>,
    /// Whether it is meant to be seen within the text, not listed below it.
    pub inline: bool,
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, content_type, bytes, content_id, inline } = self;
        write!(f, "Attachment({name:?}, {content_type}, {} bytes, {content_id:?}, inline: {inline})", bytes.len())
    }
}

/// A letter as it arrived. None of its texts holds a NUL, which Postgres would refuse.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Letter {
    /// Without brackets. Made of the content if the letter brought none, so that the same letter has the same one again.
    pub message_id: String,
    /// Whether [`Self::message_id`] was made here.
    pub message_id_made: bool,
    /// What it answers; mostly one, without brackets.
    pub in_reply_to: Vec<String>,
    /// The conversation before it, oldest first, without brackets.
    pub references: Vec<String>,
    /// Who wrote it; both parts are empty if nobody is named.
    pub from: Person,
    /// Whom to answer instead, if anyone is named.
    pub reply_to: Vec<Person>,
    /// Recipients.
    pub to: Vec<Person>,
    /// Recipients of copies.
    pub cc: Vec<Person>,
    /// Addresses by which servers on the way say that they delivered it, such as `Delivered-To`.
    pub delivered_to: Vec<String>,
    /// Where bounces of it go; empty for letters that must not be answered. `None` if the server didn't note it.
    pub return_path: Option<String>,
    /// In one line.
    pub subject: String,
    /// When it was written, by the sender's clock.
    pub date: Option<DateTime<Utc>>,
    /// What it says, as text; made of the HTML if there is no text. Lines end with `\n`.
    pub text: String,
    /// What it says, as HTML that is safe to show: see [`super::clean`]. The history is folded in
    /// `<details class="quoted">`. Images of the letter have `data-cid` until [`super::clean::place_images`] gives them
    /// an address, those from elsewhere `data-remote-src`.
    pub html: Option<String>,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// Whether a machine wrote it, and which kind.
    pub auto: Auto,
    /// Whether the sender's server asks for no automatic answers (`X-Auto-Response-Suppress`).
    pub no_answer: bool,
    /// The mark that letters of a service desk like this one carry; [`super::thread::Signer::is_own`] knows whether it is ours.
    pub desk_mark: Option<String>,
    /// Whether all of it was read. What exceeds every measure (thousands of parts, nested too deep) is left as it is.
    pub complete: bool,
    /// Bytes as they arrived.
    pub raw_size: usize,
}

impl Letter {
    /// The text with its newest part apart from the history.
    #[must_use]
    pub fn folded_text(&self) -> Folded {
        if super::subject::is_forward(&self.subject) {
            return Folded { before: self.text.clone(), ..Folded::default() };
        }
        quote::text(&self.text)
    }

    /// Whom an answer goes to.
    #[must_use]
    pub fn answer_to(&self) -> &Person {
        self.reply_to.iter().find(|person| !person.address.is_empty()).unwrap_or(&self.from)
    }
}
