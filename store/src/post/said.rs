//! What a letter says, as the desk keeps it.

use shared::i18n::{Locale, translate};
use shared::post::SAYS_NOTHING;
use shared::record::rich::{escape, from_text};
use shared::record::{Kind, normalize};

use super::bounded;
use super::files::Files;
use super::signing::Signers;
use crate::mail::clean::place_images;
use crate::mail::{Attachment, Letter, Person, subject};

/// Longest text that is kept as rich text, in characters; longer ones are files.
const LONGEST: usize = 150_000;
/// How much of a longer one is shown.
const SHOWN: usize = 20_000;
/// Longest address in a list of further receivers.
const LONGEST_CC: usize = 60;
/// Most further receivers.
const MOST_CC: usize = 50;

/// The texts of a letter that are too long for a conversation, as files.
pub(super) fn as_files(letter: &Letter) -> Vec<Attachment> {
    let file = |name: &str, content_type: &str, text: &str| Attachment {
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        bytes: text.as_bytes().to_vec(),
        content_id: None,
        inline: false,
    };
    match &letter.html {
        Some(html) if is_long(html) => vec![file("letter.html", "text/html", html)],
        None if is_long(&letter.text) => vec![file("letter.txt", "text/plain", &letter.text)],
        _ => Vec::new(),
    }
}

fn is_long(text: &str) -> bool {
    text.len() > LONGEST && text.chars().count() > LONGEST
}

/// The letter as rich text: pictures in their place, the history folded.
pub(super) fn content(letter: &Letter, files: &Files) -> String {
    let html = match &letter.html {
        Some(html) if !is_long(html) => place_images(html, |content_id| files.address(content_id)),
        _ => text(letter),
    };
    let says_nothing = shared::record::rich::to_text(&html).trim().is_empty() && !html.contains("<img");
    if says_nothing { SAYS_NOTHING.to_owned() } else { html }
}

fn text(letter: &Letter) -> String {
    if is_long(&letter.text) {
        return from_text(&letter.text.chars().take(SHOWN).collect::<String>());
    }
    let folded = letter.folded_text();
    let mut html = from_text(&folded.before);
    if !folded.folded.trim().is_empty() {
        html.push_str("<details class=\"quoted\"><summary>…</summary>");
        html.push_str(&from_text(&folded.folded));
        html.push_str("</details>");
    }
    html.push_str(&from_text(&folded.after));
    html
}

pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", escape(text))
}

/// What the ticket is about.
pub(super) fn ticket_subject(letter: &Letter, locale: Locale) -> String {
    let mut plain = subject::bare(&letter.subject);
    // The number of another ticket, or of one that is closed, would only mislead.
    if let Some(number) = subject::number(&plain).map(str::to_owned) {
        plain = plain.replace(&format!("[{number}]"), " ").trim().to_owned();
    }
    let plain = bounded(&plain, 300);
    if plain.trim().is_empty() { translate(locale, "mail.no_subject", &[]) } else { plain }
}

/// An address as records keep it; none if it is none that could be answered.
pub(super) fn address(sent: &str) -> Option<String> {
    let value = normalize("email", &Kind::Email, &sent.into()).ok()?;
    value.as_str().map(str::to_owned)
}

/// Who wrote a letter. Forms on web pages write from the desk's own address, and name who filled them in as the one to answer.
pub(super) fn author<'l>(letter: &'l Letter, ours: &Signers) -> &'l Person {
    if !ours.is_fetched(letter.from.address.trim()) {
        return &letter.from;
    }
    let is_other = |person: &&Person| address(&person.address).is_some_and(|found| !ours.is_fetched(&found));
    letter.reply_to.iter().find(is_other).unwrap_or(&letter.from)
}

/// What somebody calls themselves.
pub(super) fn name(sent: &str) -> Option<String> {
    let name = bounded(sent, 120);
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Who else got the letter: neither our mailboxes, nor who wrote it.
pub(super) fn further(letter: &Letter, requester: Option<&str>, ours: &Signers) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for person in letter.to.iter().chain(&letter.cc) {
        let Some(found) = address(&person.address).filter(|found| found.len() <= LONGEST_CC) else { continue };
        let wanted = Some(found.as_str()) != requester && !ours.is_ours(&found) && !all.contains(&found);
        if wanted && all.len() < MOST_CC {
            all.push(found);
        }
    }
    all
}

/// The language that it is written in, as far as one sees.
pub(super) fn language(letter: &Letter, otherwise: Locale) -> Locale {
    let shown = letter.folded_text().visible();
    let letters = || letter.subject.chars().chain(shown.chars()).take(2_000).filter(|c| c.is_alphabetic());
    let all = letters().count();
    let chinese = letters().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    let latin = letters().filter(char::is_ascii).count();
    match (all, chinese * 5, latin * 10) {
        (0, ..) => otherwise,
        (all, chinese, _) if chinese >= all => Locale::ZhCn,
        (all, _, latin) if latin >= all * 9 => Locale::En,
        _ => otherwise,
    }
}
