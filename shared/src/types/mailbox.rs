//! Mailbox 邮箱: an address whose mail becomes tickets. Its password is no field and lies elsewhere.

use crate::record::{Draft, Ownership, declare::record};

record! {
    /// An address whose mail becomes tickets, and from which answers go out.
    pub MAILBOX, Mailbox {
        name: "mailbox", plural: "mailboxes", icon: "mail", title: "address",
        /// The address.
        address: email().required().unique().search().list();
        /// Name shown as the sender.
        sender: text(120).list();
        /// Where its mail goes.
        queue_id: reference("queue").required().list();
        /// Fetched and answered.
        active: boolean().default("true").list();
        /// Name of the account at the server.
        username: text(200).group("incoming");
        /// IMAP server.
        imap_host: text(200).group("incoming");
        /// Its port.
        imap_port: integer(1, 65_535).default("993").group("incoming");
        /// How it is encrypted.
        imap_security: choice(&["tls", "starttls", "none"]).default("tls").group("incoming");
        /// Folder that is fetched.
        folder: text(200).default("INBOX").group("incoming");
        /// SMTP server; the server's own way out when empty.
        smtp_host: text(200).group("outgoing");
        /// Its port.
        smtp_port: integer(1, 65_535).default("465").group("outgoing");
        /// How it is encrypted.
        smtp_security: choice(&["tls", "starttls", "none"]).default("tls").group("outgoing");
        /// When it was fetched last; kept by the store.
        fetched_at: datetime().computed().list();
        /// What went wrong last; kept by the store.
        last_error: text(500).computed().list();
    }
    with { ownership: Ownership::Organisation, admin: true, rules: mailbox_rules }
}

fn mailbox_rules(draft: &mut Draft<'_>) {
    let plain = |text: Option<&str>| text.is_none_or(|text| text.bytes().all(|b| b.is_ascii_graphic()));
    let mailbox = Mailbox(draft.after);
    let (imap, smtp) = (plain(mailbox.imap_host()), plain(mailbox.smtp_host()));
    if !imap {
        draft.error("imap_host", "host");
    }
    if !smtp {
        draft.error("smtp_host", "host");
    }
}
