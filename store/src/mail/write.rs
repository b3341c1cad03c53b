//! Letters that the desk sends, in pieces that whoever sends them puts together.

use uuid::Uuid;

use super::clean;
use super::letter::{Attachment, Letter, Person};
use super::read::{one_line, tidy_lines};
use super::subject;
use super::thread::Signer;

/// Earlier letters that a letter names; the first, which began the conversation, and the last.
const MAX_REFERENCES: usize = 20;
/// Bytes that their names take together.
const MAX_REFERENCES_BYTES: usize = 4000;

/// Who writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// An agent.
    #[default]
    Person,
    /// The desk, in answer to a letter: "we have received your request".
    Answer,
    /// The desk, of itself: a ticket was closed, a survey.
    Notice,
}

/// The letter that is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// Its id, without brackets.
    pub message_id: String,
    /// What it named before it.
    pub references: Vec<String>,
}

impl From<&Letter> for Answered {
    fn from(letter: &Letter) -> Self {
        let before = if letter.references.is_empty() { &letter.in_reply_to } else { &letter.references };
        Self { message_id: letter.message_id.clone(), references: before.clone() }
    }
}

/// What a letter is to say.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The ticket it is about.
    pub ticket: Uuid,
    /// How the ticket is called in subjects, such as `T-1024`.
    pub number: String,
    /// The message within the ticket; the same again gives the same id.
    pub message: Uuid,
    /// Who writes, and from which address of the desk.
    pub from: Person,
    /// Recipients.
    pub to: Vec<Person>,
    /// Recipients of copies.
    pub cc: Vec<Person>,
    /// What the ticket is about.
    pub subject: String,
    /// What is answered, if anything is.
    pub answered: Option<Answered>,
    /// What it says, as an agent wrote it; made safe here. If it is empty, only the text is sent.
    pub html: String,
    /// HTML that stands below what was written, if anything does.
    pub signature: String,
    /// What it says as text; made of the HTML if it is empty.
    pub text: String,
    /// Images that the HTML shows have a content id and are inline.
    pub attachments: Vec<Attachment>,
    /// Who writes.
    pub kind: Kind,
}

/// A letter ready to be put together. No text holds a line end that could begin another field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outgoing {
    /// Without brackets.
    pub message_id: String,
    /// As in [`Draft::from`].
    pub from: Person,
    /// The signed address of the ticket.
    pub reply_to: Person,
    /// Recipients.
    pub to: Vec<Person>,
    /// Recipients of copies.
    pub cc: Vec<Person>,
    /// With the ticket's number.
    pub subject: String,
    /// Without brackets.
    pub in_reply_to: Option<String>,
    /// Without brackets, oldest first.
    pub references: Vec<String>,
    /// Never empty unless there is nothing to say.
    pub text: String,
    /// The same as HTML, if there is more to it than text; images are `cid:`.
    pub html: Option<String>,
    /// Those shown in the HTML are inline.
    pub attachments: Vec<Attachment>,
    /// Further fields: names and values.
    pub fields: Vec<(&'static str, String)>,
}

/// Puts a letter's pieces together.
#[must_use]
pub fn outgoing(draft: Draft, signer: &Signer) -> Outgoing {
    let from = plain(&draft.from);
    let reply_to = Person::new(from.name.clone(), signer.reply_address(&from.address, draft.ticket));
    let (in_reply_to, references) = draft.answered.as_ref().map(thread).unwrap_or_default();
    let html = (!draft.html.trim().is_empty()).then(|| clean::written(&draft.html, &[]));
    let signature = (!draft.signature.trim().is_empty()).then(|| clean::written(&draft.signature, &[]));
    let text = match &html {
        Some(html) if draft.text.trim().is_empty() => signed(clean::to_text(html), signature.as_deref()),
        _ => tidy_lines(&draft.text),
    };
    let html = html.map(|html| match signature {
        Some(signature) => format!("{html}<p>-- </p>{signature}"),
        None => html,
    });
    Outgoing {
        message_id: signer.message_id(draft.ticket, draft.message),
        reply_to,
        to: people(&draft.to),
        cc: people(&draft.cc),
        subject: subject::of_ticket(&draft.subject, &one_line(&draft.number), in_reply_to.is_some()),
        in_reply_to,
        references,
        text,
        html,
        attachments: draft.attachments,
        fields: fields(draft.kind, &signer.mark(draft.ticket)),
        from,
    }
}

/// With the signature below its mark, whose blank belongs to it (RFC 3676): programs fold it by that.
fn signed(text: String, signature: Option<&str>) -> String {
    match signature {
        Some(signature) => format!("{text}\n\n-- \n{}", clean::to_text(signature)),
        None => text,
    }
}

fn people(all: &[Person]) -> Vec<Person> {
    all.iter().map(plain).filter(|person| !person.address.is_empty()).collect()
}

/// In one line each.
fn plain(person: &Person) -> Person {
    let address: String = person.address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    Person { name: one_line(&person.name), address }
}

/// What an answer names: the letter it answers, and all before it, as many as fit.
fn thread(answered: &Answered) -> (Option<String>, Vec<String>) {
    let fit = |id: &String| -> Option<String> {
        let fits = !id.is_empty()
            && id.len() <= 500
            && id.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>,".contains(&byte));
        fits.then(|| id.clone())
    };
    let Some(last) = fit(&answered.message_id).filter(|id| !id.ends_with("@made.invalid")) else {
        return (None, Vec::new());
    };
    let mut all: Vec<_> = answered.references.iter().filter_map(fit).filter(|id| *id != last).collect();
    all.push(last.clone());
    let size = |all: &[String]| all.iter().map(|id| id.len() + 3).sum::<usize>();
    while all.len() > MAX_REFERENCES || all.len() > 2 && size(&all) > MAX_REFERENCES_BYTES {
        all.remove(1);
    }
    (Some(last), all)
}

/// What tells machines about it (RFC 3834, and Exchange's own way), so that none answers what a machine wrote.
fn fields(kind: Kind, mark: &str) -> Vec<(&'static str, String)> {
    let mut fields = vec![("X-Guanxi-Ticket", mark.to_owned())];
    let automatic = match kind {
        Kind::Person => return fields,
        Kind::Answer => "auto-replied",
        Kind::Notice => "auto-generated",
    };
    fields.push(("Auto-Submitted", automatic.to_owned()));
    fields.push(("X-Auto-Response-Suppress", "All".to_owned()));
    fields
}

#[cfg(test)]
mod tests;
