use super::*;

/// What stays visible; that nothing is lost is looked at each time.
fn visible(source: &str) -> String {
    let folded = text(source);
    assert_eq!(format!("{}{}{}", folded.before, folded.folded, folded.after), source);
    folded.visible().trim().to_owned()
}

#[test]
fn the_history_below_is_folded() {
    for history in [
        "On Sun, Mar 1, 2026 at 7:30 PM Support <support@example.com> wrote:\n\n> Hello\n> there",
        "On Sun, Mar 1, 2026 at 7:30 PM Support Team of a long name\n<support@example.com> wrote:\n> Hello",
        "> On 1. Mar 2026, at 10:58, Support <support@example.com> wrote:\n> \n> Hello",
        "在 2026年3月1日，下午3:00，客服 <support@example.com> 写道：\n\n> 你好",
        "2026年3月1日 下午3:00，客服 <support@example.com> 写道：\n\n> 你好",
        "客服 <support@example.com> 于2026年3月1日周日 19:30写道：\n> 你好",
        "在 2026-03-01 09:00:00，\"客服\" <support@example.com> 写道：\n你好",
        "At 2026-03-01 09:00:00, \"support\" <support@example.com> wrote:\n>hello",
        "-----Original Message-----\nFrom: Support\nSent: Monday\nHello",
        "-----邮件原件-----\n发件人: 客服\n你好",
        "------------------ 原始邮件 ------------------\n发件人: \"客服\"<support@example.com>;\n你好",
        "---- 回复的原邮件 ----\n| 发件人 | 客服 |\n你好",
        "________________________________\nFrom: Support <support@example.com>\nSent: Monday\nTo: me\nSubject: x\n\nHello",
        "发件人： 客服 <support@example.com>\n发送时间： 2026年3月1日\n收件人： 我\n主题： x\n\n你好",
        "*From:* Support\n*Date:* Monday\n*To:* me\n\nHello",
        "> Hello\n> there\n",
        "Am 01.03.2026 um 10:00 schrieb Support <support@example.com>:\n> Hallo",
        "On Mon, Support wrote:\n> Hello",
        "On Monday, Support Team\nwrote:\n\n> Hello",
        "Support wrote:\n> Hello",
        "Am Montag schrieb Support:\n> Hallo",
        "Support schrieb am Montag:\n\n> Hallo",
        "Support hat am 01.03.2026 10:00 geschrieben:\n> Hallo",
        "周一，客服写道：\n> 你好",
        "客服 写到：\n\n> 你好",
    ] {
        let source = format!("The new part.\n新的内容。\n\n{history}");
        assert_eq!(visible(&source), "The new part.\n新的内容。", "{history}");
    }
}

#[test]
fn signatures_are_folded_with_it() {
    assert_eq!(visible("Hello\n\n-- \nLi Lei\nSales"), "Hello");
    assert_eq!(visible("你好\n\n发自我的iPhone"), "你好");
    assert_eq!(visible("Hello\n\nSent from my Galaxy\n\nOn 1 March Bob <b@c.d> wrote:\n> x"), "Hello");
    let long = format!("Hello\n-- \n{}", "a line\n".repeat(40));
    assert_eq!(visible(&long), long.trim());
}

#[test]
fn answers_below_and_between_stay_visible() {
    assert_eq!(visible("On 1 March 2026 Bob <b@c.d> wrote:\n> which colour?\n\nRed, please."), "Red, please.");
    assert_eq!(visible("> which colour?\n\nRed, please."), "Red, please.");
    let between = "On 1 March 2026 Bob <b@c.d> wrote:\n> which colour?\nRed.\n> which size?\nLarge.";
    assert_eq!(visible(between), between);
}

#[test]
fn when_nothing_would_be_left_everything_is_shown() {
    for source in ["> only\n> quoted", "On 1 March Bob <b@c.d> wrote:\n> x", "-- \nLi Lei", "", "\n\n"] {
        assert_eq!(visible(source), source.trim());
    }
}

#[test]
fn what_is_passed_on_is_the_content() {
    let source = "请看下面。\n\n---------- Forwarded message ---------\nFrom: Shop <shop@example.com>\nDate: Monday\nSubject: Order\nTo: me\n\nYour order";
    assert_eq!(visible(source), source);
    let source =
        "Begin forwarded message:\n\nFrom: Shop <shop@example.com>\nSubject: Order\nDate: Monday\n\nYour order";
    assert_eq!(visible(source), source);
}

#[test]
fn ordinary_writing_is_no_history() {
    for source in [
        "He wrote: hello\nand she answered.",
        "收件人: 李雷\n地址: 北京\n请寄到这里。",
        "From: Beijing\nI go to Shanghai.",
        "Our teacher once wrote:\nlearn!",
        "On Monday our teacher wrote:\nlearn!",
        "---\nThree things\n---\nare below",
        "A\n--\nB\n\nas formula",
    ] {
        let kept = visible(source);
        assert!(kept == source || source.starts_with("A\n--"), "{source}: {kept}");
    }
}

fn parts(source: &str) -> (String, String, String) {
    let Folded { before, folded, after } = html(source);
    // Each is well-formed: cleaning it again changes nothing.
    for part in [&before, &folded, &after] {
        assert_eq!(&crate::mail::clean::mail(part), part, "{source}");
    }
    (before, folded, after)
}

#[test]
fn history_in_html_is_folded_as_a_whole() {
    let (before, folded, after) = parts(
        "<div dir=ltr>New</div><br><div class=\"gmail_quote\"><div class=gmail_attr>On Sun, Mar 1, 2026 A &lt;<a href=\"mailto:a@b.c\">a@b.c</a>&gt; \
         wrote:<br></div><blockquote class=gmail_quote><div>Old</div></blockquote></div>",
    );
    assert!(before.contains("New") && !before.contains("wrote"), "{before}");
    assert!(folded.contains("wrote") && folded.contains("Old"), "{folded}");
    assert_eq!(after, "");
}

#[test]
fn what_is_open_where_history_begins_is_closed_and_opened_again() {
    let (before, folded, after) = parts(
        "<table><tbody><tr><td><div style=\"color:red\">New<div>-----Original Message-----</div><p>From: a</p>Old</div></td></tr></tbody></table>",
    );
    assert_eq!(before, "<table><tbody><tr><td><div style=\"color:red\">New</div></td></tr></tbody></table>");
    assert!(folded.starts_with("<table><tbody><tr><td><div style=\"color:red\"><div>-----Original"), "{folded}");
    assert_eq!(after, "");
}

#[test]
fn whose_the_history_in_html_is_is_folded_with_it() {
    let (before, folded, after) =
        parts("<p>New</p><p>On Mon, Support wrote:</p><blockquote type=\"cite\"><p>Old</p></blockquote>");
    assert_eq!(crate::mail::clean::to_text(&format!("{before}{after}")), "New");
    assert!(folded.contains("Support wrote") && folded.contains("Old"), "{folded}");
}

#[test]
fn answers_below_in_html_stay_visible() {
    let (before, folded, after) = parts(
        "<div class=\"moz-cite-prefix\">Am 01.03.2026 um 10:00 schrieb A:</div><blockquote type=\"cite\"><p>Old</p></blockquote><p>New</p>",
    );
    assert_eq!(crate::mail::clean::to_text(&format!("{before}{after}")), "New");
    assert!(folded.contains("Old") && folded.contains("schrieb"), "{folded}");
    let (before, folded, _) =
        parts("<blockquote type=cite>one?</blockquote><p>1</p><blockquote type=cite>two?</blockquote><p>2</p>");
    assert!(before.contains("one?") && before.contains("two?") && folded.is_empty());
}

#[test]
fn programs_of_china_and_outlook_are_known() {
    for history in [
        // Foxmail
        "<hr style=\"width:210px;height:1px\" color=\"#b5c4df\" size=\"1\" align=\"left\"><blockquote style=\"margin-top:0px;margin-left:0.5em\">\
         <div style=\"border:none;border-top:solid #B5C4DF 1.0pt\"><div><b>发件人：</b>&nbsp;<a href=\"mailto:a@b.c\">客服</a></div>\
         <div><b>发送时间：</b>&nbsp;2026-03-01&nbsp;09:00</div><div><b>收件人：</b>&nbsp;me</div><div><b>主题：</b>&nbsp;x</div></div><div>Old</div></blockquote>",
        // QQ
        "<div><br></div><div style=\"font-size:12px\">------------------&nbsp;原始邮件&nbsp;------------------</div><div>Old</div>",
        // NetEase's app
        "<div class=\"ntes-mailmaster-quote\"><div>---- 回复的原邮件 ----</div><blockquote>Old</blockquote></div>",
        // Outlook on the web
        "<div id=\"appendonsend\"></div><hr tabindex=\"-1\"><div id=\"divRplyFwdMsg\" dir=\"ltr\"><font><b>From:</b> A &lt;a@b.c&gt;<br><b>Sent:</b> Monday<br>\
         <b>To:</b> me<br><b>Subject:</b> x</font></div><div>Old</div>",
        // Apple
        "<div><br><blockquote type=\"cite\"><div>在 2026年3月1日，下午3:00，客服 &lt;a@b.c&gt; 写道：</div><div>Old</div></blockquote></div>",
    ] {
        let (before, folded, after) = parts(&format!("<div>New 新</div>{history}"));
        assert_eq!(crate::mail::clean::to_text(&before), "New 新", "{history}");
        assert!(folded.contains("Old") && after.is_empty(), "{folded}");
        assert!(!folded.contains("class=") && !folded.contains("id="), "{folded}");
    }
}

#[test]
fn html_that_is_passed_on_stays_visible() {
    let source = "<div>see</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">---------- Forwarded message ---------<br>From: <b>Shop</b><br>\
                  Date: Monday<br>Subject: x<br>To: me<br></div><p>Your order</p></div>";
    let (before, folded, _) = parts(source);
    assert!(before.contains("Your order") && folded.is_empty(), "{before} {folded}");
}

#[test]
fn all_of_it_is_well_formed() {
    let folded = html("<p>New<blockquote type=cite>Old</blockquote>");
    let whole = folded.as_html();
    assert!(whole.contains("<details class=\"quoted\"><summary>…</summary>"), "{whole}");
    assert!(whole.find("New") < whole.find("<details") && whole.find("<details") < whole.find("Old"), "{whole}");
    assert_eq!(whole.matches("<details").count(), whole.matches("</details>").count());
    assert_eq!(html("<details class=quoted open>x").as_html(), "x");
}
