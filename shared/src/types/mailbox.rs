//! Mailbox 邮箱: an address whose mail becomes tickets. Its password is no field and lies elsewhere.

use crate::record::{Draft, Ownership, declare::record};

/// How a connection to a mail server is encrypted: at once, after asking, or not at all.
pub const MAIL_SECURITY: &[&str] = &["tls", "starttls", "none"];

record! {
    /// An address whose mail becomes tickets, and from which answers go out.
    pub MAILBOX, Mailbox {
        name: "mailbox", plural: "mailboxes", icon: "mail", title: "address",
        /// The address.
        address: email().required().unique().search().list();
        /// Name shown as the sender; the organisation's when empty.
        sender: text(120).list();
        /// Where its mail goes.
        queue_id: reference("queue").required().list();
        /// Fetched, and answered from.
        active: boolean().default("true").list();
        /// Name of the account at the servers; the address when empty.
        username: text(200).group("incoming");
        /// IMAP server.
        imap_host: text(200).required().group("incoming");
        /// Its port.
        imap_port: integer(1, 65_535).required().default("993").group("incoming");
        /// How it is encrypted.
        imap_security: choice(MAIL_SECURITY).required().default("tls").group("incoming");
        /// Folder that is fetched.
        folder: text(200).required().default("INBOX").group("incoming");
        /// SMTP server; the installation's own way out when empty.
        smtp_host: text(200).group("outgoing");
        /// Its port.
        smtp_port: integer(1, 65_535).default("465").group("outgoing");
        /// How it is encrypted.
        smtp_security: choice(MAIL_SECURITY).default("tls").group("outgoing");
    }
    with { ownership: Ownership::Organisation, admin: true }
    rules mailbox_rules
}

fn mailbox_rules(draft: &mut Draft<'_>) {
    for field in ["imap_host", "smtp_host"] {
        let host = draft.after.get(field).and_then(serde_json::Value::as_str).unwrap_or_default();
        if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte)) {
            draft.error(field, "host");
        }
    }
}
