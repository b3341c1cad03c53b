use super::*;
use crate::mail::read;

fn sample(text: &str) -> Letter {
    read(text.replace('\n', "\r\n").as_bytes())
}

fn simple(fields: &str) -> Letter {
    sample(&format!("From: a@example.com\n{fields}\n\nhello"))
}

fn bounce(letter: &Letter) -> &Bounce {
    let Auto::Bounce(bounce) = &letter.auto else { panic!("{:?}", letter.auto) };
    bounce
}

#[test]
fn people_are_people() {
    for fields in [
        "Subject: hello",
        "Subject: Re: 自动回复的设置",
        "Auto-Submitted: no",
        "Subject: Re: Automatic reply: x",
        "Subject: 自动回复怎么设置？",
        "Subject: Out of office hours support",
        "X-Autoreply: no",
    ] {
        assert_eq!(simple(fields).auto, Auto::No, "{fields}");
    }
}

#[test]
fn answering_machines_are_known_by_fields_and_subjects() {
    assert_eq!(sample(include_str!("../../../../fuzz/seeds/letters/out_of_office.eml")).auto, Auto::Answer);
    for fields in [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-replied (vacation)",
        "Auto-Submitted: auto-replied; owner-email=\"x@y\"",
        "X-Autoreply: yes",
        "X-Autorespond: x",
        "Precedence: auto_reply",
        "Subject: Automatic reply: Invoice",
        "Subject: 自动回复: Re: 报价",
        "Subject: [自动回复] 我在休假",
        "Subject: 报价(自动回复)",
        "Subject: Out of Office: x",
        "Subject: =?utf-8?B?6Ieq5Yqo5Zue5aSNOg==?= x",
    ] {
        assert_eq!(simple(fields).auto, Auto::Answer, "{fields}");
    }
}

#[test]
fn lists_programs_and_receipts_are_known() {
    assert_eq!(simple("List-Id: Rust <rust.lists.example.com>").auto, Auto::List("rust.lists.example.com".into()));
    assert_eq!(simple("Precedence: list").auto, Auto::List("list".into()));
    for fields in
        ["Precedence: bulk", "Auto-Submitted: auto-generated", "List-Unsubscribe: <mailto:x@y.z>", "Return-Path: <>"]
    {
        assert_eq!(simple(fields).auto, Auto::Generated, "{fields}");
    }
    let receipt = "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\nSubject: Read: x";
    let receipt = sample(&format!(
        "From: a@b.c\n{receipt}\n\n--b\n\nread\n--b\nContent-Type: message/disposition-notification\n\nx: y\n--b--"
    ));
    assert_eq!(receipt.auto, Auto::Receipt);
}

#[test]
fn a_report_by_the_norm_says_who_did_not_get_what() {
    let letter = sample(include_str!("../../../../fuzz/seeds/letters/dsn_postfix.eml"));
    let bounce = bounce(&letter);
    assert_eq!(bounce.original_id.as_deref(), Some("ticket.original@crm.example.com"));
    assert_eq!(bounce.original_mark.as_deref(), Some("themark"));
    let [failed, delayed] = bounce.failed.as_slice() else { panic!("{bounce:?}") };
    assert_eq!(
        (failed.address.as_str(), failed.status.as_str(), failed.permanent),
        ("nobody@customer.example", "5.1.1", true)
    );
    assert!(failed.reason.contains("User unknown"));
    assert_eq!((delayed.address.as_str(), delayed.permanent), ("slow@customer.example", false));
    assert!(bounce.is_permanent());
    assert!(letter.text.contains("I'm sorry to have to inform you"));
}

#[test]
fn a_report_of_success_is_no_bounce() {
    let report = include_str!("../../../../fuzz/seeds/letters/dsn_postfix.eml")
        .replace("Action: failed", "Action: delivered")
        .replace("Action: delayed", "Action: relayed");
    assert!(!matches!(sample(&report).auto, Auto::Bounce(_)));
}

#[test]
fn a_full_mailbox_may_have_room_again() {
    let report =
        include_str!("../../../../fuzz/seeds/letters/dsn_postfix.eml").replace("Status: 5.1.1", "Status: 4.2.2");
    assert!(!bounce(&sample(&report)).is_permanent());
}

#[test]
fn reports_without_form_are_understood() {
    let qq = sample(include_str!("../../../../fuzz/seeds/letters/bounce_qq.eml"));
    let failed = &bounce(&qq).failed[0];
    assert_eq!((failed.address.as_str(), failed.permanent), ("123456@qq.com", true));

    let exim = "Return-path: <>\nFrom: Mail Delivery System <Mailer-Daemon@mx.example>\nX-Failed-Recipients: no@customer.example\n\
                Subject: Mail delivery failed: returning message to sender\n\nThis message was created automatically.\n\n  no@customer.example\n\
                \x20   SMTP error from remote mail server: 550 No such user\n\n------ This is a copy of the message, including all the headers. ------\n\n\
                Message-ID: <ticket.abc@crm.example.com>\nSubject: x\n\nhello 4.2.2";
    let letter = sample(exim);
    let found = bounce(&letter);
    assert_eq!(found.original_id.as_deref(), Some("ticket.abc@crm.example.com"));
    assert_eq!((found.failed[0].address.as_str(), found.failed[0].status.as_str()), ("no@customer.example", "5.0.0"));

    let netease = "From: postmaster@163.com\nTo: support@crm.example.com\nSubject: =?utf-8?B?57O757uf6YCA5L+h?=\n\
                   Content-Type: text/plain; charset=utf-8\n\n您的邮件被退回，收件人 nobody@163.com 的邮箱空间不足，请稍后重试。";
    let letter = sample(netease);
    let failed = &bounce(&letter).failed[0];
    assert_eq!((failed.address.as_str(), failed.permanent), ("nobody@163.com", false));
}

#[test]
fn people_who_write_of_bounces_are_people() {
    assert_eq!(simple("Subject: Re: failure notice, 退信").auto, Auto::No);
}

#[test]
fn whether_something_is_answered_is_decided_in_one_place() {
    let none = Recent::default();
    let letter = simple("Subject: help");
    assert_eq!(may_answer(&letter, false, &none), Ok(()));
    assert_eq!(may_answer(&letter, true, &none), Err(Silence::Own));
    let case = |fields: &str| may_answer(&simple(fields), false, &none);
    assert_eq!(case("List-Id: <x>"), Err(Silence::Automatic));
    assert_eq!(case("X-Auto-Response-Suppress: DR, OOF, AutoReply"), Err(Silence::Unwanted));
    assert_eq!(case("X-Auto-Response-Suppress: DR"), Ok(()));
    assert_eq!(case("Reply-To: No-Reply <no-reply@example.com>"), Err(Silence::Unwanted));
    let from = |address: &str| may_answer(&sample(&format!("From: {address}\n\nx")), false, &none);
    for deaf in ["noreply@x.y", "do_not_reply@x.y", "shop-noreply@x.y", "MAILER-DAEMON@x.y", "nobody"] {
        assert_eq!(from(deaf), Err(Silence::Unwanted), "{deaf}");
    }
    assert_eq!(from("reply@x.y"), Ok(()));
    let lately = |recent: Recent| may_answer(&letter, false, &recent);
    assert_eq!(lately(Recent { to_ticket: 1, ..none }), Err(Silence::Answered));
    assert_eq!(lately(Recent { to_address_hour: 3, ..none }), Err(Silence::TooMany));
    assert_eq!(lately(Recent { to_address_day: 8, ..none }), Err(Silence::TooMany));
    assert_eq!(lately(Recent { from_address_hour: 20, ..none }), Err(Silence::TooMany));
    assert_eq!(lately(Recent { to_address_hour: 2, to_address_day: 7, from_address_hour: 19, ..none }), Ok(()));
}
