use super::*;
use crate::mail::auto::Auto;
use crate::mail::read;

fn signer() -> Signer {
    Signer::new(&[1; 32], "crm.example.com")
}

fn draft() -> Draft {
    Draft {
        ticket: Uuid::from_u128(5),
        number: "T-5".into(),
        message: Uuid::from_u128(6),
        from: Person::new("客服", "support@crm.example.com"),
        to: vec![Person::new("李雷", "li@example.com")],
        subject: "打印机".into(),
        html: "<p>你好 <b>李雷</b></p><script>x</script>".into(),
        ..Draft::default()
    }
}

/// The letter as whoever gets it reads it.
fn arrived(outgoing: &Outgoing) -> Letter {
    let further: String = outgoing.fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let references: Vec<_> = outgoing.references.iter().map(|id| format!("<{id}>")).collect();
    let raw = format!(
        "Message-ID: <{}>\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nReferences: {}\r\n{further}\r\n{}",
        outgoing.message_id,
        outgoing.from.address,
        outgoing.reply_to.address,
        outgoing.subject,
        references.join("\r\n "),
        outgoing.text
    );
    read(raw.as_bytes())
}

#[test]
fn a_first_letter_begins_a_conversation() {
    let out = outgoing(draft(), &signer());
    assert_eq!(out.subject, "打印机 [T-5]");
    assert_eq!((out.in_reply_to.as_deref(), out.references.len()), (None, 0));
    assert_eq!(out.text, "你好 李雷");
    assert_eq!(out.html.as_deref(), Some("<p>你好 <b>李雷</b></p>"));
    assert_eq!(signer().ticket_of_address(&out.reply_to.address), Some(Uuid::from_u128(5)));
    assert_eq!(signer().ticket_of_id(&out.message_id), Some(Uuid::from_u128(5)));
    assert_eq!(outgoing(draft(), &signer()).message_id, out.message_id);
    let letter = arrived(&out);
    assert!(signer().is_own(&letter) && letter.auto == Auto::No);
}

#[test]
fn an_answer_names_what_it_answers_within_bounds() {
    let references: Vec<_> = (0..100).map(|n| format!("id-{n}@example.com")).collect();
    let answered = Answered { message_id: "last@example.com".into(), references };
    let out = outgoing(Draft { answered: Some(answered), ..draft() }, &signer());
    assert_eq!(out.subject, "Re: 打印机 [T-5]");
    assert_eq!(out.in_reply_to.as_deref(), Some("last@example.com"));
    assert_eq!(out.references.len(), MAX_REFERENCES);
    assert_eq!((out.references[0].as_str(), out.references[19].as_str()), ("id-0@example.com", "last@example.com"));
}

#[test]
fn a_signature_stands_below_its_mark_by_which_it_is_folded() {
    let draft = Draft { html: "<p>Hello</p>".into(), signature: "<p>Lin<br>Support</p>".into(), ..draft() };
    let out = outgoing(draft, &signer());
    assert_eq!(out.text, "Hello\n\n-- \nLin\nSupport");
    assert_eq!(out.html.as_deref(), Some("<p>Hello</p><p>-- </p><p>Lin<br>Support</p>"));
    assert!(arrived(&out).folded_text().folded.starts_with("-- \nLin"));
}

#[test]
fn a_made_id_is_not_named() {
    let letter = read(b"From: a@b.c\r\n\r\nx");
    let out = outgoing(Draft { answered: Some(Answered::from(&letter)), ..draft() }, &signer());
    assert_eq!(out.in_reply_to, None);
}

#[test]
fn what_the_desk_writes_by_itself_says_so() {
    for (kind, auto) in [(Kind::Answer, Auto::Answer), (Kind::Notice, Auto::Generated)] {
        let letter = arrived(&outgoing(Draft { kind, ..draft() }, &signer()));
        assert_eq!(letter.auto, auto);
        assert!(letter.no_answer);
    }
}

#[test]
fn no_text_brings_a_field_of_its_own() {
    let evil = "x\r\nBcc: all@example.com";
    let answered = Answered { message_id: "a\r\nb@c".into(), references: vec!["x> <y".into()] };
    let draft = Draft {
        number: evil.into(),
        subject: evil.into(),
        from: Person::new(evil, "support@crm.example.com"),
        to: vec![Person::new(evil, evil)],
        answered: Some(answered),
        ..draft()
    };
    let out = outgoing(draft, &signer());
    let lines =
        [&out.subject, &out.from.name, &out.reply_to.name, &out.reply_to.address, &out.to[0].name, &out.to[0].address];
    assert!(lines.iter().all(|line| !line.contains(['\r', '\n'])), "{out:?}");
    assert_eq!((out.in_reply_to, out.references.len()), (None, 0));
}
