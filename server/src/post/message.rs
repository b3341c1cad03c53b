//! Letters as they go over the wire.

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as File, Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};
use store::mail::write::Outgoing;
use store::mail::{Attachment, Person};

/// Why a letter can't be put together.
type Unfit = Box<dyn std::error::Error + Send + Sync>;

/// Puts a letter together.
pub(crate) fn message(letter: &Outgoing) -> Result<Message, Unfit> {
    let mut head = Message::builder()
        .from(mailbox(&letter.from)?)
        .reply_to(mailbox(&letter.reply_to)?)
        .subject(letter.subject.clone())
        .message_id(Some(format!("<{}>", letter.message_id)))
        .date_now();
    for person in &letter.to {
        head = head.to(mailbox(person)?);
    }
    for person in &letter.cc {
        head = head.cc(mailbox(person)?);
    }
    if let Some(id) = &letter.in_reply_to {
        head = head.in_reply_to(format!("<{id}>"));
    }
    if !letter.references.is_empty() {
        let ids: Vec<String> = letter.references.iter().map(|id| format!("<{id}>")).collect();
        head = head.references(ids.join(" "));
    }
    let mut message = body(head, letter)?;
    for (name, value) in &letter.fields {
        let name = HeaderName::new_from_ascii((*name).to_owned())?;
        message.headers_mut().insert_raw(HeaderValue::new(name, value.clone()));
    }
    Ok(message)
}

fn mailbox(person: &Person) -> Result<Mailbox, Unfit> {
    let address: Address = person.address.parse()?;
    Ok(Mailbox::new(Some(person.name.clone()).filter(|name| !name.is_empty()), address))
}

/// Text alone, or with HTML; pictures belong to the HTML, files stand beside both.
fn body(head: MessageBuilder, letter: &Outgoing) -> Result<Message, Unfit> {
    let (inline, files): (Vec<&Attachment>, Vec<&Attachment>) =
        letter.attachments.iter().partition(|file| file.inline && letter.html.is_some());
    let plain = SinglePart::plain(letter.text.clone());
    let Some(html) = &letter.html else {
        return match files.as_slice() {
            [] => Ok(head.singlepart(plain)?),
            files => Ok(head.multipart(with_files(MultiPart::mixed().singlepart(plain), files))?),
        };
    };
    let html = SinglePart::html(html.clone());
    let both = MultiPart::alternative().singlepart(plain);
    let both = if inline.is_empty() {
        both.singlepart(html)
    } else {
        let shown = inline.into_iter().fold(MultiPart::related().singlepart(html), |all, file| {
            let id = file.content_id.clone().unwrap_or_default();
            let part = File::new_inline_with_name(id, file.name.clone());
            all.singlepart(part.body(file.bytes.clone(), content_type(file)))
        });
        both.multipart(shown)
    };
    let message = if files.is_empty() {
        head.multipart(both)?
    } else {
        head.multipart(with_files(MultiPart::mixed().multipart(both), &files))?
    };
    Ok(message)
}

fn with_files(all: MultiPart, files: &[&Attachment]) -> MultiPart {
    files.iter().fold(all, |all, file| {
        let part = File::new(file.name.clone()).body(file.bytes.clone(), content_type(file));
        all.singlepart(part)
    })
}

fn content_type(file: &Attachment) -> ContentType {
    let known = ContentType::parse(&file.content_type).ok();
    known.or_else(|| ContentType::parse("application/octet-stream").ok()).unwrap_or(ContentType::TEXT_PLAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_its_thread_its_marks_and_its_parts() {
        let file = |name: &str, inline: bool| Attachment {
            name: name.into(),
            content_type: "image/png".into(),
            bytes: b"\x89PNG".to_vec(),
            content_id: inline.then(|| "1@guanxi".to_owned()),
            inline,
        };
        let letter = Outgoing {
            message_id: "ticket.a.b.c@desk.test".into(),
            from: Person::new("支持", "support@desk.test"),
            reply_to: Person::new("支持", "support+a.b@desk.test"),
            to: vec![Person::new("李雷", "li@example.com")],
            subject: "Re: 打印机 [T-1]".into(),
            in_reply_to: Some("x@example.com".into()),
            references: vec!["w@example.com".into(), "x@example.com".into()],
            text: "你好".into(),
            html: Some("<p>你好<img src=\"cid:1@guanxi\"></p>".into()),
            attachments: vec![file("图.png", true), file("单.png", false)],
            fields: vec![("X-Guanxi-Ticket", "a.b".into())],
            ..Outgoing::default()
        };
        let written = message(&letter).unwrap().formatted();
        let read = store::mail::read(&written);
        assert_eq!(read.message_id, letter.message_id);
        assert_eq!(read.references, letter.references);
        assert_eq!(read.in_reply_to, ["x@example.com"]);
        assert_eq!(read.reply_to, std::slice::from_ref(&letter.reply_to));
        assert_eq!((read.subject.as_str(), read.text.trim()), (letter.subject.as_str(), "你好"));
        assert_eq!(read.desk_mark.as_deref(), Some("a.b"));
        let files: Vec<_> = read.attachments.iter().map(|file| (file.name.as_str(), file.inline)).collect();
        assert_eq!(files, [("图.png", true), ("单.png", false)]);
    }
}
