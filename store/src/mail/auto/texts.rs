//! What machines call themselves and say, in Chinese and English.

/// Beginnings of subjects that answering machines write, in lower case. What follows is a sign, or the subject answered:
/// people ask how to set up an automatic reply.
const ANSWERS: [&str; 16] = [
    "automatic reply",
    "automatic response",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "out of office",
    "out-of-office",
    "vacation reply",
    "自动回复",
    "自动答复",
    "自動回覆",
    "自動回復",
    "自動答覆",
];
/// What they write elsewhere in it.
const AWAY: [&str; 5] =
    ["(自动回复)", "（自动回复）", "is out of the office", "is out of office", "is currently out of"];

/// Whether an answering machine wrote the subject. An answer to such a letter ("Re: 自动回复") is a person's.
pub(super) fn is_answer(subject: &str) -> bool {
    let subject = subject.trim().to_lowercase();
    if super::super::subject::reply_prefix(&subject).is_some() {
        return false;
    }
    let begun = subject.trim_start_matches(['[', '【', '(', '（', '<']);
    let begins = ANSWERS.iter().filter_map(|begin| begun.strip_prefix(begin)).any(|rest| {
        let rest = rest.trim_start();
        rest.starts_with("re:") || !rest.starts_with(char::is_alphanumeric)
    });
    begins || AWAY.iter().any(|away| subject.contains(away))
}

/// Whether nobody reads what goes to a mailbox of that name.
pub(super) fn is_deaf(mailbox: &str) -> bool {
    let plain: String = mailbox.chars().filter(|c| c.is_alphanumeric()).collect();
    is_server(mailbox)
        || ["noreply", "donotreply", "nonreply", "neverreply", "notreply", "bounce"]
            .iter()
            .any(|word| plain.starts_with(word))
        || ["noreply", "donotreply"].iter().any(|word| plain.ends_with(word))
}

/// Whether mail servers write by that name.
pub(super) fn is_server(mailbox: &str) -> bool {
    matches!(mailbox, "mailer-daemon" | "mailerdaemon" | "postmaster" | "mail-daemon" | "double-bounce")
        || mailbox.starts_with("microsoftexchange") && mailbox.len() > 40
}

/// Parts of subjects of reports that something did not arrive, in lower case.
const REPORTS: [&str; 22] = [
    "undeliver",
    "delivery status notification",
    "delivery failure",
    "delivery has failed",
    "delivery failed",
    "mail delivery failed",
    "failure notice",
    "returned mail",
    "returned to sender",
    "mail system error",
    "message not delivered",
    "non-delivery",
    "nondeliverable",
    "delayed:",
    "delivery delayed",
    "退信",
    "未送达",
    "無法傳遞",
    "无法送达",
    "无法投递",
    "投递失败",
    "发送失败",
];

/// Whether the subject is that of such a report.
pub(super) fn is_report(subject: &str) -> bool {
    let subject = subject.to_lowercase();
    REPORTS.iter().any(|part| subject.contains(part))
}

/// What servers say, without a code, of letters that they will still try to deliver, in lower case.
const TRYING: [&str; 10] = [
    "delayed",
    "will be retried",
    "still trying",
    "will keep trying",
    "temporar",
    "try again later",
    "稍后重试",
    "暂时",
    "延迟",
    "继续尝试",
];

/// What they say when there is no room, which may pass.
const FULL: [&str; 7] =
    ["mailbox full", "mailbox is full", "over quota", "quota exceeded", "邮箱已满", "空间不足", "容量不足"];

/// Whether a report without code speaks of something that may pass.
pub(super) fn may_pass(text: &str) -> bool {
    let text = text.to_lowercase();
    TRYING.iter().chain(&FULL).any(|part| text.contains(part))
}
