use super::*;
use crate::mail::Person;
use crate::mail::auto::Auto;

/// As it goes over the wire.
fn sample(text: &str) -> Letter {
    read(text.replace('\n', "\r\n").as_bytes())
}

fn simple(fields: &str, body: &str) -> Letter {
    sample(&format!("{fields}\n\n{body}"))
}

#[test]
fn a_letter_from_gmail_is_read() {
    let letter = sample(include_str!("../../../../fuzz/seeds/letters/gmail_zh.eml"));
    assert_eq!(letter.from, Person::new("张三", "zhang.san@gmail.com"));
    assert_eq!(letter.to, [Person::new("客服", "support@crm.example.com")]);
    assert_eq!(letter.subject, "Re: 打印机不工作 [T-1024]");
    assert_eq!(letter.message_id, "CAF9a=two@mail.gmail.com");
    assert_eq!(letter.in_reply_to, ["ticket.first@crm.example.com"]);
    assert_eq!(letter.references, ["ticket.first@crm.example.com", "CAF9a=one@mail.gmail.com"]);
    assert_eq!(letter.date.unwrap().to_rfc3339(), "2026-03-01T12:00:01+00:00");
    assert_eq!(letter.delivered_to, ["support@crm.example.com"]);
    assert_eq!(letter.return_path.as_deref(), Some("zhang.san@gmail.com"));
    assert_eq!(letter.folded_text().visible().trim(), "还是不行，我重启过了。");
    let html = letter.html.unwrap();
    assert!(html.contains("还是不行，我重启过了。</div>"), "{html}");
    assert!(html.contains("<details class=\"quoted\"><summary>…</summary>"), "{html}");
    assert!(letter.complete && letter.attachments.is_empty() && letter.auto == Auto::No);
}

#[test]
fn a_letter_from_outlook_brings_its_picture() {
    let letter = sample(include_str!("../../../../fuzz/seeds/letters/outlook.eml"));
    assert_eq!(letter.from, Person::new("Wang, Lei", "lei.wang@contoso.example"));
    assert_eq!(letter.cc[0], Person::new("Li, Mei", "mei.li@contoso.example"));
    assert_eq!(letter.cc[1], Person::new("", "it-desk@contoso.example"));
    assert_eq!(letter.message_id, "SEYPR01MB1234A1B2C3@SEYPR01MB1234.apcprd01.prod.exchangelabs.com");
    let [picture] = letter.attachments.as_slice() else { panic!("{:?}", letter.attachments) };
    assert_eq!((picture.name.as_str(), picture.inline), ("image001.png", true));
    assert!(picture.bytes.starts_with(b"\x89PNG"));
    let html = letter.html.unwrap();
    assert!(html.contains("data-cid=\"image001.png@01DB93C8.7A\"") && !html.contains("position"), "{html}");
    let placed = clean::place_images(&html, |cid| {
        picture.content_id.as_deref().filter(|known| *known == cid).map(|_| "/files/1?a=b&c".to_owned())
    });
    assert!(placed.contains("src=\"/files/1?a=b&amp;c\"") && !placed.contains("data-cid"), "{placed}");
}

#[test]
fn a_letter_from_qq_is_read_in_its_own_character_set() {
    let letter = sample(include_str!("../../../../fuzz/seeds/letters/qq.eml"));
    assert_eq!(letter.from, Person::new("李雷", "10001@qq.com"));
    assert_eq!(letter.subject, "回复：打印机不工作");
    assert_eq!(letter.folded_text().visible().trim(), "重启过了，还是不行。");
    let html = letter.html.unwrap();
    let (visible, folded) = html.split_once("<details").unwrap();
    assert!(visible.contains("重启过了") && folded.contains("原始邮件") && folded.contains("请重启。"), "{html}");
    let [picture] = letter.attachments.as_slice() else { panic!("{:?}", letter.attachments) };
    assert_eq!((picture.name.as_str(), picture.inline), ("截图.png", false));
}

#[test]
fn a_letter_from_163_is_read() {
    let letter = sample(include_str!("../../../../fuzz/seeds/letters/netease.eml"));
    assert_eq!(letter.from, Person::new("王五", "wangwu@163.com"));
    assert_eq!(letter.subject, "Re:退货");
    assert_eq!(letter.folded_text().visible().trim(), "上周买的，对。");
    let html = letter.html.unwrap();
    let (visible, folded) = html.split_once("<details").unwrap();
    assert!(visible.contains("上周买的") && folded.contains("wrote:"), "{html}");
}

#[test]
fn flowing_lines_from_apple_become_paragraphs() {
    let letter = sample(include_str!("../../../../fuzz/seeds/letters/apple.eml"));
    assert!(
        letter
            .text
            .starts_with("It has not arrived, and the page of the parcel service says it was delivered on Friday.\n"),
        "{}",
        letter.text
    );
    let folded = letter.folded_text();
    assert!(folded.visible().trim_end().ends_with("on Friday."), "{folded:?}");
    assert!(folded.folded.starts_with("-- \nAnna\n\n> On 1. Mar"), "{folded:?}");
    assert!(letter.html.unwrap().contains("<details"));
}

#[test]
fn a_letter_without_id_gets_the_same_one_each_time() {
    let raw = "From: a@example.com\nSubject: x\n\nhello";
    let (one, two) = (sample(raw), sample(&format!("Received: by another.example.com\n{raw}")));
    assert!(one.message_id_made && one.message_id.ends_with("@made.invalid"));
    assert_eq!(one.message_id, two.message_id);
    assert_ne!(one.message_id, sample("From: a@example.com\nSubject: x\n\nhello!").message_id);
}

#[test]
fn characters_that_were_cut_between_encoded_words_are_whole() {
    // 打印机不工作, in GB2312, cut within a character.
    let bytes = encoding_rs::GB18030.encode("打印机不工作").0;
    let word = |part: &[u8]| {
        use base64::Engine;
        format!("=?gb2312?B?{}?=", base64::engine::general_purpose::STANDARD.encode(part))
    };
    let subject = format!("Subject: {}\n {}", word(&bytes[..5]), word(&bytes[5..]));
    assert_eq!(simple(&subject, "").subject, "打印机不工作");
    let letter = simple("Subject: =?utf-8?Q?=E6=89?=\n =?utf-8?Q?=93_a?= b =?utf-8?q?c?=", "");
    assert_eq!(letter.subject, "打 a b c");
}

#[test]
fn characters_that_nobody_declared_are_guessed() {
    let mut raw = b"Subject: ".to_vec();
    raw.extend_from_slice(&encoding_rs::GB18030.encode("打印机").0);
    raw.extend_from_slice(b"\nContent-Type: text/plain\n\n");
    raw.extend_from_slice(&encoding_rs::GB18030.encode("不工作，请帮助").0);
    let letter = read(&raw);
    assert_eq!((letter.subject.as_str(), letter.text.as_str()), ("打印机", "不工作，请帮助"));
    let letter = simple("Content-Type: text/plain; charset=gb2312", "其实是 UTF-8 的文字");
    assert_eq!(letter.text, "其实是 UTF-8 的文字");
}

#[test]
fn character_sets_of_asia_are_known() {
    let japanese = b"Subject: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=\nContent-Type: text/plain; charset=ISO-2022-JP\n\n\x1b$BF|K\\\x1b(B";
    let letter = read(japanese);
    assert_eq!((letter.subject.as_str(), letter.text.as_str()), ("日本", "日本"));
    for charset in ["big5", "euc-kr", "shift_jis", "windows-1251", "iso-8859-1"] {
        assert!(read(format!("Content-Type: text/plain; charset={charset}\n\nabc").as_bytes()).text == "abc");
    }
}

#[test]
fn names_of_attachments_are_decoded_and_harmless() {
    let named = |disposition: &str| {
        let raw = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: application/pdf\n\
             Content-Disposition: {disposition}\nContent-Transfer-Encoding: base64\n\nJVBERg==\n--b--\n"
        );
        let letter = sample(&raw);
        assert_eq!(letter.text, "hello");
        assert_eq!(letter.attachments[0].bytes, b"%PDF");
        letter.attachments[0].name.clone()
    };
    assert_eq!(named("attachment; filename*=UTF-8''%E6%8A%A5%E4%BB%B7%20%E5%8D%95.pdf"), "报价 单.pdf");
    assert_eq!(named("attachment; filename*0*=GBK''%B1%A8;\n filename*1*=%BC%DB.pdf"), "报价.pdf");
    assert_eq!(named("attachment; filename=\"=?UTF-8?B?5oql5Lu3LnBkZg==?=\""), "报价.pdf");
    assert_eq!(named("attachment; filename=\"../../etc/passwd\""), "passwd");
    assert_eq!(named("attachment; filename=\"C:\\\\Users\\\\x\\\\report.pdf\""), "report.pdf");
    assert_eq!(named("attachment; filename=\"a\u{202e}fdp.exe\""), "afdp.exe");
    assert_eq!(named("attachment"), "attachment-1.pdf");
    let long = named(&format!("attachment; filename=\"{}.pdf\"", "长".repeat(100)));
    assert!(long.ends_with(".pdf") && long.chars().count() <= 80);
}

#[test]
fn letters_in_letters_and_what_outlook_packs_are_attached() {
    let raw = "Content-Type: multipart/mixed; boundary=\"b b\"\n\n--b b\nContent-Type: text/plain\n\nsee below\n--b b\n\
               Content-Type: message/rfc822\n\nSubject: =?utf-8?B?5rWL6K+V?=\nMessage-ID: <inner@x>\n\ninner\n--b b\n\
               Content-Type: application/ms-tnef; name=\"winmail.dat\"\nContent-Transfer-Encoding: base64\n\neJ8+Ig==\n--b b--";
    let letter = sample(raw);
    let names: Vec<_> = letter.attachments.iter().map(|one| (one.name.as_str(), one.content_type.as_str())).collect();
    assert_eq!(names, [("测试.eml", "message/rfc822"), ("winmail.dat", "application/ms-tnef")]);
    assert_eq!(letter.text, "see below");
    assert!(letter.attachments[0].bytes.ends_with(b"inner"));
}

#[test]
fn text_and_html_behind_each_other_are_both_read() {
    let raw = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>one</p>\n--b\n\
               Content-Type: text/plain\n\ntwo < three\n--b--";
    let letter = sample(raw);
    assert_eq!(letter.text, "one\n\ntwo < three");
    let html = letter.html.unwrap();
    assert!(html.contains("<p>one</p>") && html.contains("two &lt; three"), "{html}");
}

#[test]
fn what_is_promised_but_missing_leaves_something_to_read() {
    let letter = simple("Content-Type: multipart/mixed; boundary=gone", "just text");
    assert_eq!(letter.text, "just text");
    let letter = simple("Content-Type: multipart/mixed", "just text");
    assert_eq!(letter.text, "just text");
    let letter = simple("Content-Type: multipart/mixed; boundary=b", "--b\n\nwithout end");
    assert_eq!(letter.text, "without end");
    let letter = simple("Content-Type: text/plain\nContent-Transfer-Encoding: base64", "aGVs!bG8=\n");
    assert_eq!(letter.text, "hello");
    let letter = simple("Content-Transfer-Encoding: quoted-printable", "100=25 a=3Db x=y =\nz=");
    assert_eq!(letter.text, "100% a=b x=y z");
    assert_eq!(read(b"no fields at all\nreally").text, "no fields at all\nreally");
    assert_eq!(read(b"").text, "");
}

#[test]
fn addresses_are_found_however_they_are_written() {
    let letter = simple(
        "From: \"Li, \\\"Lei\\\"\" <li@example.com> (sales)\nTo: undisclosed-recipients:;\n\
         Cc: Team: a@example.com, =?utf-8?B?5byg?= <b@example.com>;, plain@example.com\nReply-To: <r@example.com>",
        "",
    );
    assert_eq!(letter.from.address, "li@example.com");
    assert!(letter.from.name.starts_with("Li, \"Lei\""), "{:?}", letter.from);
    assert_eq!(letter.to, []);
    let cc: Vec<_> = letter.cc.iter().map(|person| person.address.as_str()).collect();
    assert_eq!(cc, ["a@example.com", "b@example.com", "plain@example.com"]);
    assert_eq!(letter.answer_to().address, "r@example.com");
    assert_eq!(simple("From: someone", "").from, Person::new("someone", ""));
}

#[test]
fn long_texts_are_cut_and_attached_whole() {
    let letter = simple("Content-Type: text/plain", &"长 text\n".repeat(100_000));
    assert!(letter.text.len() <= MAX_TEXT);
    let [whole] = letter.attachments.as_slice() else { panic!() };
    assert_eq!((whole.name.as_str(), whole.bytes.len()), ("letter.txt", 900_000));
}

#[test]
fn images_within_the_html_are_attached() {
    let data = "iVBORw0KGgoA".repeat(3000);
    let letter = simple("Content-Type: text/html", &format!("<p>x<img src=\"data:image/png;base64,{data}\"></p>"));
    let html = letter.html.unwrap();
    assert!(html.contains("data-cid=\"image-1@made.invalid\"") && html.len() < 200, "{html}");
    assert_eq!(letter.attachments[0].content_id.as_deref(), Some("image-1@made.invalid"));
    assert!(letter.attachments[0].bytes.starts_with(b"\x89PNG"));
}

#[test]
fn no_text_holds_what_the_database_refuses() {
    let letter = read(b"From: a\0b <x\0@y.z>\nSubject: a\0b =?utf-8?Q?c=00d?=\nMessage-ID: <a\0b@c>\n\nx\0y");
    let texts = [&letter.from.name, &letter.from.address, &letter.subject, &letter.message_id, &letter.text];
    assert!(texts.iter().all(|text| !text.contains('\0')), "{letter:?}");
}

/// Each of them kept another reader busy for minutes, or filled memory.
#[test]
fn the_worst_letters_are_read_in_time() {
    let start = std::time::Instant::now();
    let size = 1024 * 1024;
    let fill = |piece: &str| piece.repeat(size / piece.len());
    let multipart = "Content-Type: multipart/mixed; boundary=b\n\n";
    let deep: String = (0..2000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
    let html = |text: &str| format!("Content-Type: text/html\n\n{text}");
    let all = [
        format!("{multipart}{}", fill("--b\n\n")),
        format!("{multipart}{}", fill("--b\nContent-Type: multipart/mixed; boundary=zzz\n\nx\n")),
        deep,
        fill("a:\n"),
        format!("To: {}", fill("a@b.c,")),
        format!("References: {}", fill("<a@b>")),
        format!("Subject: {}", fill("=?a?q?=")),
        format!("Subject: {}", fill("=?utf-8?q?a?=\n ")),
        format!("Content-Type: text/plain; {}", fill("a*1*=''x;")),
        format!("From: {}", fill("((")),
        html(&fill("<div>")),
        html(&fill("<p><b a=1>")),
        html(&format!("{}{}", "<b style=\"color:red\"><i><u>".repeat(50), fill("<p>x<div>"))),
        html(&fill("<table>x<b>y</b>")),
        html(&fill("<a ")),
        html(&format!("<a {}>", fill("a=b "))),
        html(&fill("<!--")),
        html(&format!("{}</script>", fill("<script/>"))),
        html(&fill("<svg></svg>")),
        html(&fill("</x>")),
        html(&fill("<blockquote type=cite>x")),
        html(&fill("<")),
        html(&fill("&amp;")),
        html(&fill("<br>On 1 wrote:")),
        format!("\n{}", fill("> x\ny\n")),
        format!("\n{}", fill("From: a\n")),
        format!("\n{}", fill("-- \n")),
        format!("Content-Type: text/plain; format=flowed\n\n{}", fill(">>>> x \n")),
    ];
    for raw in all {
        let begun = std::time::Instant::now();
        let letter = read(raw.as_bytes());
        let _ = (letter.folded_text(), letter.html.as_deref().map(clean::to_text));
        let took = begun.elapsed();
        eprintln!("{took:?} {}", &raw[..raw.len().min(60)].replace('\n', "|"));
        assert!(took.as_secs() < 20, "{took:?} for {}", &raw[..raw.len().min(80)]);
    }
    assert!(start.elapsed().as_secs() < 120);
}
