//! Attachment 附件: a file that belongs to a record. Its bytes lie outside of the database, under the record's id.

use crate::record::{Draft, declare::record};

/// Pictures that browsers may show in a page; every other file is only saved.
pub const INLINE_IMAGES: &[&str] = &["image/png", "image/jpeg", "image/gif", "image/webp"];

/// Longest name, in characters.
const LONGEST_NAME: usize = 200;

/// Longest ending of a name that outlasts shortening it.
const LONGEST_ENDING: usize = 16;

record! {
    /// A file that belongs to a record, and is read by whoever reads that and may read files at all. One that belongs to several
    /// is read where all of them are.
    pub ATTACHMENT, Attachment {
        name: "attachment", plural: "attachments", icon: "paperclip", title: "name",
        /// Name of the file.
        name: text(300).required().search().list().personal();
        /// Its type, as found out from its bytes.
        content_type: text(200).computed().list();
        /// Bytes.
        size: integer(0, 1_000_000_000_000).computed().list();
        /// SHA-256 of the bytes.
        checksum: text(64).computed().internal();
        /// The ticket.
        ticket_id: reference("ticket").list();
        /// The message it came with.
        message_id: reference("ticket_message");
        /// The article it illustrates.
        article_id: reference("article").list();
        /// The customer.
        customer_id: reference("customer").list();
        /// Content-ID in a mail; shown within its text.
        content_id: text(300).internal();
    }
    with {
        through: &["ticket_id", "article_id", "customer_id"], needs: &["message_id"], uploaded: true,
        within: &["ticket_id", "message_id", "article_id", "customer_id"]
    }
    rules attachment_rules
}

fn attachment_rules(draft: &mut Draft<'_>) {
    if draft.changed("name") && draft.has("name") {
        let clean = clean_file_name(Attachment(draft.after).name().unwrap_or_default());
        draft.set("name", clean);
    }
    // What came with a message is the ticket's.
    if let Some(ticket) = draft.related_row("message_id").and_then(|message| message.reference("ticket_id")) {
        draft.set("ticket_id", ticket.to_string());
    }
    if !ATTACHMENT.through.iter().any(|name| draft.has(name)) {
        draft.error("ticket_id", "belongs_nowhere");
    }
}

/// A name that is only a name: without the folders it came from, and without characters that are not seen or that turn the
/// others around, so that it looks like what it is.
pub fn clean_file_name(sent: &str) -> String {
    let last = sent.split(['/', '\\']).rfind(|part| !part.trim().is_empty()).unwrap_or_default();
    let seen: String = last.chars().filter(|c| !c.is_control() && !is_invisible(*c)).collect();
    let name = seen.trim().trim_end_matches('.').trim_end();
    match name.trim_matches('.') {
        "" => "file".to_owned(),
        _ => shortened(name),
    }
}

/// Marks of direction, joiners and fillers; private use has no look of its own.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

/// In the middle: programs go by the ending.
fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= LONGEST_NAME {
        return name.to_owned();
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let kept =
        if (1..=LONGEST_ENDING).contains(&ending.chars().count()) { format!(".{ending}") } else { String::new() };
    let begin: String = name.chars().take(LONGEST_NAME - kept.chars().count()).collect();
    begin + &kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_only_names() {
        for (sent, expected) in [
            ("合同 v2.pdf", "合同 v2.pdf"),
            ("../../etc/passwd", "passwd"),
            (r"C:\Users\li\报价.xlsx", "报价.xlsx"),
            ("folder/", "folder"),
            ("a\u{202e}fdp.exe", "afdp.exe"),
            ("a\0b\r\nc.txt", "abc.txt"),
            (" .. ", "file"),
            ("", "file"),
            ("...", "file"),
            (".gitignore", ".gitignore"),
            ("a.txt. ", "a.txt"),
        ] {
            assert_eq!(clean_file_name(sent), expected, "{sent:?}");
        }
        let long = clean_file_name(&format!("{}.docx", "很".repeat(400)));
        assert!(long.chars().count() == LONGEST_NAME && long.ends_with("很.docx"), "{long}");
    }
}
