//! How mail programs say that history begins.

use super::fold::Line;

/// Characters of a line that says whose the history is, however it is broken.
const MAX_ATTRIBUTION: usize = 400;
/// Lines that it is broken into.
const MAX_LINES: usize = 4;

/// How many lines say that history begins here, if they do.
pub(super) fn begins(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let text = lines[at].text.trim();
    if text.is_empty() || is_passed_on(text) {
        return None;
    }
    if separator(text).is_some_and(|inside| ORIGINAL.iter().any(|word| inside.contains(word))) {
        return Some(1);
    }
    if let Some(length) = attribution(lines, at) {
        return Some(length);
    }
    let rule = text.chars().count() >= 10 && text.chars().all(|c| matches!(c, '_' | '-' | '—' | '─' | '='));
    let head = if rule { next(lines, at + 1)? } else { at };
    (is_head(lines, head) && !is_behind_forward(&lines[..at])).then_some(head - at)
}

/// Whether the last line says that something is passed on.
fn is_behind_forward(before: &[Line<'_>]) -> bool {
    before.iter().rev().find(|line| !line.is_blank()).is_some_and(|line| is_passed_on(line.text))
}

/// The next line within three that isn't empty.
fn next(lines: &[Line<'_>], from: usize) -> Option<usize> {
    (from..lines.len().min(from + 3)).find(|at| !lines[*at].is_blank())
}

/// Words between dashes, in lower case.
const ORIGINAL: [&str; 10] = [
    "original message",
    "original",
    "原始邮件",
    "原始郵件",
    "邮件原件",
    "原邮件",
    "原文",
    "ursprüngliche nachricht",
    "message d'origine",
    "mensaje original",
];
/// The same before letters that are passed on: they are what the letter is about.
const PASSED_ON: [&str; 7] = ["forwarded", "转发", "轉寄", "轉發", "weitergeleitet", "transféré", "reenviado"];

pub(super) fn is_passed_on(text: &str) -> bool {
    let text = text.trim();
    let begun = text.to_lowercase();
    begun.starts_with("begin forwarded message")
        || separator(text).is_some_and(|inside| PASSED_ON.iter().any(|word| inside.contains(word)))
}

/// What stands between dashes, in lower case.
fn separator(text: &str) -> Option<String> {
    if text.len() > 200 {
        return None;
    }
    let dash = |c: char| matches!(c, '-' | '_' | '—' | '–' | '─' | '*' | ' ' | '\u{a0}');
    let inside = text.trim_matches(dash);
    let count = |edge: &str| edge.chars().filter(|c| !c.is_whitespace()).count();
    let start = text.len() - text.trim_start_matches(dash).len();
    let (before, behind) = (&text[..start], &text[start + inside.len()..]);
    (!inside.is_empty() && count(before) >= 2 && count(behind) >= 2).then(|| inside.to_lowercase())
}

/// Ends of lines that say whose the history is.
const WROTE: [&str; 17] = [
    "wrote:",
    "wrote：",
    "写道:",
    "写道：",
    "写道",
    "寫道:",
    "寫道：",
    "写到:",
    "写到：",
    "wrote in message:",
    "schrieb:",
    "geschrieben:",
    "schrieb folgendes:",
    "a écrit :",
    "a écrit:",
    "escribió:",
    "ha scritto:",
];
/// Beginnings of those that may be broken.
const BEGUN: [&str; 9] = ["On ", "At ", "在", "于", "於", "Am ", "Le ", "El ", "20"];

/// "On … wrote:", "在 2026年3月1日，… 写道：", in one line or several.
fn attribution(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let first = lines[at].text.trim();
    let begun = BEGUN.iter().any(|begin| first.starts_with(begin));
    // Gmail in Chinese begins with the name.
    let named = first.contains('@') && first.contains('于');
    let mut whole = String::new();
    for (count, line) in lines[at..].iter().take(MAX_LINES).enumerate() {
        let text = line.text.trim();
        if text.is_empty() || count > 0 && !(begun || named) || whole.len() + text.len() > 3 * MAX_ATTRIBUTION {
            return None;
        }
        whole.push(' ');
        whole.push_str(text);
        if whole.chars().count() > MAX_ATTRIBUTION {
            return None;
        }
        let lower = text.to_lowercase();
        let between = lower.ends_with(':') && whole.contains(" schrieb ");
        if between || WROTE.iter().any(|end| lower.ends_with(end)) {
            let dated = whole.chars().any(|c| c.is_ascii_digit());
            let told = whole.contains('@') || dated && (begun || named) || quotes(lines, at + count + 1);
            return told.then_some(count + 1);
        }
    }
    None
}

/// Whether what comes next is quoted: then the line before says whose it is, with or without a date or an address.
fn quotes(lines: &[Line<'_>], from: usize) -> bool {
    next(lines, from).is_some_and(|at| lines[at].cited || lines[at].starts)
}

/// The first line of a letter's head, in lower case.
const FROM: [&str; 6] = ["from", "发件人", "寄件者", "發件人", "von", "de"];
/// Its further lines.
const FURTHER: [&str; 22] = [
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "reply-to",
    "发送时间",
    "发送日期",
    "日期",
    "时间",
    "收件人",
    "抄送",
    "抄送人",
    "主题",
    "寄件日期",
    "收件者",
    "副本",
    "主旨",
    "gesendet",
    "betreff",
    "an",
    "objet",
];
/// Lines of a head.
const MAX_HEAD: usize = 10;

/// Whether the head of a letter begins here: who wrote it, and at least two more.
fn is_head(lines: &[Line<'_>], at: usize) -> bool {
    let named = |line: &Line<'_>, names: &[&str]| key(line.text).is_some_and(|key| names.contains(&key.as_str()));
    named(&lines[at], &FROM) && lines[at + 1..].iter().take(MAX_HEAD).filter(|line| named(line, &FURTHER)).count() >= 2
}

/// What stands before the colon, in lower case; Outlook prints it bold.
fn key(text: &str) -> Option<String> {
    let text = text.trim_start_matches([' ', '\u{a0}', '*', '\t']);
    let (end, _) = text.char_indices().take(16).find(|(_, c)| matches!(c, ':' | '：'))?;
    let key: String = text[..end].chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
    Some(key.to_lowercase())
}

/// The mark above a signature; the norm's has a space behind it, which gets lost on the way.
pub(super) fn is_signature(text: &str) -> bool {
    matches!(text.trim_end_matches('\r'), "-- " | "--" | "--\u{a0}" | "—" | "－－")
}

/// What phones put below a letter.
pub(super) fn is_phone(text: &str) -> bool {
    let text = text.trim();
    let begins = [
        "sent from my ",
        "sent from mail",
        "get outlook for ",
        "sent via ",
        "发自我的",
        "从我的",
        "發自我的",
        "获取 outlook",
        "发自 outlook",
        "来自我的",
    ];
    let lower = text.to_lowercase();
    text.chars().count() <= 60 && begins.iter().any(|begin| lower.starts_with(begin))
}
