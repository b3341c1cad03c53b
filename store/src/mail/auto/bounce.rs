//! Reports of letters that did not arrive: as RFC 3464 has them, and as QQ, 163, Exchange, qmail and Exim write them.

use shared::post::status_codes;

use super::texts;
use crate::mail::letter::{Letter, Person};
use crate::mail::read::{Head, Part, cut, id_text, part_bytes, part_text};

/// Text that is searched in a report without form.
const MAX_SEARCHED: usize = 64 * 1024;
/// Recipients of one report.
const MAX_FAILED: usize = 50;

/// A report that a letter did not arrive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounce {
    /// Id of the letter that did not arrive, without brackets, if the report names it.
    pub original_id: Option<String>,
    /// The mark of the letter that did not arrive, see [`super::super::thread::MARK`].
    pub original_mark: Option<String>,
    /// Who did not get it.
    pub failed: Vec<Failed>,
}

impl Bounce {
    /// Whether it will not arrive at all, at least for one recipient.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.failed.iter().any(|failed| failed.permanent)
    }
}

/// A recipient who did not get a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failed {
    /// Their address; empty if the report doesn't say.
    pub address: String,
    /// The code, such as `5.1.1`; empty if there is none.
    pub status: String,
    /// Whether trying again is useless.
    pub permanent: bool,
    /// What the server said, in one line.
    pub reason: String,
}

/// The report that the letter is, if it is one. One that says everything arrived is none.
pub(super) fn bounce(whole: &Part<'_>, letter: &Letter) -> Option<Bounce> {
    let all = whole.all();
    let report =
        all.iter().find(|part| part.is("message", "delivery-status") || part.is("message", "global-delivery-status"));
    let mut bounce = match report {
        Some(report) if whole.is("multipart", "report") || looks_so(letter) => of_report(report)?,
        _ if looks_so(letter) || whole.fields.has("x-failed-recipients") => of_text(whole, letter),
        _ => return None,
    };
    let original = all.iter().skip(1).find(|part| part.is("message", "rfc822") || part.is("text", "rfc822-headers"));
    if let Some(original) = original {
        let bytes = part_bytes(original);
        let (fields, _) = Head::read(&bytes, MAX_SEARCHED);
        bounce.original_id = fields.ids("message-id").into_iter().next();
        bounce.original_mark = fields.text(crate::mail::thread::MARK);
    }
    if bounce.original_id.is_none() {
        bounce.original_id = named_in(&letter_text(whole)).or_else(|| letter.in_reply_to.first().cloned());
    }
    Some(bounce)
}

/// Whether sender and subject are those of a report.
fn looks_so(letter: &Letter) -> bool {
    let server = texts::is_server(&letter.from.mailbox());
    let silent = letter.return_path.as_deref() == Some("");
    (server || silent) && texts::is_report(&letter.subject)
}

/// The groups of a status part: the first is about the letter, each further one about a recipient.
fn of_report(report: &Part<'_>) -> Option<Bounce> {
    let text = part_text(report).replace("\r\n", "\n");
    let mut failed = Vec::new();
    let mut delivered = false;
    for group in text.split("\n\n").take(MAX_FAILED + 1) {
        let (fields, _) = Head::read(group.trim_start().as_bytes(), MAX_SEARCHED);
        let Some(action) = fields.text("action").map(|action| action.to_lowercase()) else { continue };
        match action.split([' ', ';']).next().unwrap_or_default() {
            "failed" => failed.push(recipient(&fields, true)),
            "delayed" => failed.push(recipient(&fields, false)),
            _ => delivered = true,
        }
    }
    if failed.is_empty() && delivered {
        return None;
    }
    if failed.is_empty() {
        failed.push(Failed { permanent: true, ..Failed::default() });
    }
    Some(Bounce { failed, ..Bounce::default() })
}

fn recipient(fields: &Head<'_>, gave_up: bool) -> Failed {
    let typed =
        |name: &str| fields.text(name).map(|text| text.split_once(';').map_or(text.clone(), |(_, of)| of.to_owned()));
    // Whom we wrote to; the final one may lie behind a forwarding.
    let address =
        typed("original-recipient").filter(|address| address.contains('@')).or_else(|| typed("final-recipient"));
    let reason = typed("diagnostic-code").unwrap_or_default();
    let given = fields.text("status").unwrap_or_default();
    let status = code(&given).or_else(|| code(&reason)).unwrap_or_default();
    Failed {
        address: id_text(&address.unwrap_or_default()),
        permanent: gave_up && !status.starts_with('4'),
        status,
        reason: reason.trim().chars().take(500).collect(),
    }
}

/// What a report without form says.
fn of_text(whole: &Part<'_>, letter: &Letter) -> Bounce {
    let text = letter_text(whole);
    // What comes behind is the letter itself.
    let end = ["this is a copy of the message", "original message", "below this line is a copy", "邮件原文"];
    let lower = text.to_lowercase();
    let said = end.iter().filter_map(|mark| lower.find(mark)).min().and_then(|end| text.get(..end)).unwrap_or(&text);
    let status = code(said).or_else(|| reply_code(said)).unwrap_or_default();
    let permanent = if status.is_empty() { !texts::may_pass(said) } else { status.starts_with('5') };
    let named = whole.fields.people("x-failed-recipients");
    let named = if named.is_empty() { addresses(said, letter) } else { named };
    let reason = said.lines().map(str::trim).find(|line| code(line).or_else(|| reply_code(line)).is_some());
    let reason: String = reason.unwrap_or_default().chars().take(500).collect();
    let failed = |address: String| Failed { address, status: status.clone(), permanent, reason: reason.clone() };
    let mut all: Vec<_> = named.into_iter().map(|person| failed(person.address)).take(MAX_FAILED).collect();
    if all.is_empty() {
        all.push(failed(String::new()));
    }
    Bounce { failed: all, ..Bounce::default() }
}

/// The text of the letter's first readable part.
fn letter_text(whole: &Part<'_>) -> String {
    let all = whole.all();
    let readable = all.iter().find(|part| part.is("text", "plain") && part.parts.is_empty());
    let readable = readable.or_else(|| all.iter().find(|part| part.is("text", "html")));
    let Some(part) = readable else { return String::new() };
    let text = part_text(part);
    let mut text = if part.is("text", "html") { crate::mail::clean::to_text(&text) } else { text };
    cut(&mut text, MAX_SEARCHED);
    text
}

/// The first address in the text that is neither the server's nor ours.
fn addresses(text: &str, letter: &Letter) -> Vec<Person> {
    let apart = |c: char| c.is_whitespace() || !c.is_ascii() || "<>()[]\"',;:：".contains(c);
    let own: Vec<_> = letter.to.iter().chain(&letter.cc).chain([&letter.from]).collect();
    let found = text.split(apart).map(|word| word.trim_matches(['.', '*', '!'])).find(|word| {
        let Some((mailbox, host)) = word.split_once('@') else { return false };
        !mailbox.is_empty()
            && host.contains('.')
            && !host.contains('@')
            && !texts::is_server(&mailbox.to_lowercase())
            && !own.iter().any(|person| person.is_at(word))
    });
    found.map(|address| vec![Person::new("", address)]).unwrap_or_default()
}

/// The first code such as `5.1.1` in the text.
fn code(text: &str) -> Option<String> {
    status_codes(text).next().map(str::to_owned)
}

/// The class of an answer such as `550`, as a code.
fn reply_code(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let codes = ["421", "450", "451", "452", "550", "551", "552", "553", "554"];
    let found = words.into_iter().find(|word| codes.contains(word))?;
    Some(if found.starts_with('4') { "4.0.0" } else { "5.0.0" }.to_owned())
}

/// The id that a copy of the letter within the text names.
fn named_in(text: &str) -> Option<String> {
    let line = text
        .lines()
        .map(str::trim_start)
        .find(|line| line.get(..11).is_some_and(|begin| begin.eq_ignore_ascii_case("message-id:")))?;
    Some(id_text(line[11..].trim())).filter(|id| id.contains('@'))
}
