//! Subjects: what stands before them, and the ticket's number in them.

use super::read::one_line;

/// Characters of a subject that are kept.
pub const MAX_SUBJECT: usize = 500;

/// What programs put before the subject of an answer, in lower case, without the colon.
const REPLIES: [&str; 11] = ["re", "aw", "sv", "antw", "vs", "回复", "答复", "回覆", "答覆", "回復", "返信"];
/// What they put before that of a letter passed on.
const FORWARDS: [&str; 11] = ["fw", "fwd", "wg", "tr", "转发", "轉寄", "轉發", "转寄", "转", "forward", "転送"];

/// How long the prefix of an answer is (`Re:`, `RE[2]:`, `回复：`), with the space behind it.
pub(super) fn reply_prefix(subject: &str) -> Option<usize> {
    prefix(subject, &REPLIES)
}

/// Whether the letter passes on another one.
#[must_use]
pub fn is_forward(subject: &str) -> bool {
    prefix(subject.trim_start(), &FORWARDS).is_some()
}

fn prefix(subject: &str, known: &[&str]) -> Option<usize> {
    let colon = subject.char_indices().take(12).find(|(_, c)| matches!(c, ':' | '：'))?;
    let word = subject[..colon.0].trim_end();
    // Some programs count: Re[2], Re(2), 回复2.
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit() || "[]()（）^*".contains(c)).to_lowercase();
    let end = colon.0 + colon.1.len_utf8();
    let spaces = subject[end..].len() - subject[end..].trim_start().len();
    known.contains(&word.trim()).then_some(end + spaces)
}

/// The subject without anything that answering and passing on put before it.
#[must_use]
pub fn bare(subject: &str) -> String {
    let line = one_line(subject);
    let mut rest = line.as_str();
    while let Some(end) = reply_prefix(rest).or_else(|| prefix(rest, &FORWARDS)) {
        rest = rest[end..].trim_start();
    }
    rest.to_owned()
}

/// The subject of a letter about a ticket: its number once, at the end, and one `Re:` if it answers.
///
/// `number` is how the desk calls the ticket, such as `T-1024`; it stands in brackets.
#[must_use]
pub fn of_ticket(subject: &str, number: &str, answers: bool) -> String {
    let mark = format!("[{number}]");
    let plain = bare(&bare(subject).replace(&mark, " "));
    let room = MAX_SUBJECT / 2;
    let plain: String = plain.chars().take(room).collect();
    let subject = one_line(&format!("{} {mark}", plain.trim_end()));
    if answers { format!("Re: {subject}") } else { subject }
}

/// The number of a ticket that the subject names, between its last brackets: a hint for people, no proof.
#[must_use]
pub fn number(subject: &str) -> Option<&str> {
    let (_, rest) = subject.rsplit_once('[')?;
    let (number, _) = rest.split_once(']')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '#');
    let number = number.trim();
    (number.chars().any(|c| c.is_ascii_digit()) && number.len() <= 30 && number.chars().all(fits)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_and_the_prefix_stand_once_however_often_it_goes_back_and_forth() {
        let first = of_ticket("打印机不工作", "T-12", false);
        assert_eq!(first, "打印机不工作 [T-12]");
        let mut subject = first;
        for prefix in ["回复：", "Re: ", "答复: ", "RE[2]: ", "Fwd: ", "转发："] {
            subject = of_ticket(&format!("{prefix}{subject}"), "T-12", true);
            assert_eq!(subject, "Re: 打印机不工作 [T-12]");
        }
    }

    #[test]
    fn words_that_only_look_like_prefixes_stay() {
        assert_eq!(bare("Reading: a book"), "Reading: a book");
        assert_eq!(bare("re：回复: Fw: 问题：打印"), "问题：打印");
        assert_eq!(bare("Re:"), "");
        assert!(is_forward("FW: x") && is_forward("转发：x") && !is_forward("Re: FW: x") && !is_forward("转账: 100"));
    }

    #[test]
    fn a_subject_cannot_bring_a_second_line() {
        let subject = of_ticket("x\r\nBcc: everyone@example.com", "T-1", true);
        assert_eq!(subject, "Re: x Bcc: everyone@example.com [T-1]");
    }

    #[test]
    fn the_number_is_found_again() {
        assert_eq!(number("Re: x [y] [T-12]"), Some("T-12"));
        assert_eq!(number("x [urgent]"), None);
        assert_eq!(number("x ]["), None);
    }
}
