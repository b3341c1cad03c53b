//! Ticket message 工单消息: one thing said in a ticket's conversation, to the customer or among colleagues.

use crate::record::{Draft, declare::record, instant_text};

record! {
    /// One thing said about a ticket. Notes are for colleagues only.
    pub TICKET_MESSAGE, TicketMessage {
        name: "ticket_message", plural: "ticket_messages", icon: "message-square", title: "author_name",
        /// The ticket.
        ticket_id: reference("ticket").required().list();
        /// Whether the customer sees it.
        kind: choice(&["reply", "note"]).required().default("reply").list();
        /// Who wrote to whom.
        direction: choice(&["outbound", "inbound"]).required().default("outbound").list();
        /// What was said.
        content: rich_text().required().search().list().personal();
        /// Who said it, as the customer sees it.
        author_name: text(120).list().personal();
        /// Address of a customer who wrote.
        author_email: email().personal();
        /// How it came or goes.
        channel: choice(super::ticket::TICKET_CHANNELS).default("web").list();
        /// Colleagues named in it.
        mention_ids: references("user");
        /// Further receivers of a mail.
        cc: tags().personal();
        /// When it was said.
        said_at: datetime().required().list();
        /// Message-ID of the mail.
        mail_id: text(500).internal();
        /// What a note that mail left is about: see [`crate::post::Notice`].
        notice: text(500).internal().personal();
        /// Names of files that came with it as a letter and were not kept: see [`crate::post::Missing`]. Customers read them below
        /// what was said: only the store writes them.
        left_out: lines(100).computed().internal().personal();
        /// Bytes of the letter, where the message is only its beginning. Kept by the store.
        whole_size: integer(0, 1_000_000_000_000).computed().internal();
        /// How far a mail to the customer has come.
        delivery: choice(&["queued", "sent", "failed", "bounced"]).computed().list();
        /// Why it failed.
        delivery_error: text(500).computed();
        /// Number of the ticket of somebody else that it comes from: the customer does not see it. Kept by the store.
        apart_from: text(40).computed().internal();
    }
    // What was made a note and written anew since would be shown to the customer.
    with {
        through: &["ticket_id"], within: &["ticket_id"], needs: &["ticket_id"], together: &["kind", "content"],
        part_of: Some("ticket_id"),
        // Letters of others name the requester among those who got them.
        repeats: &[
            ("author_name", "ticket.requester_name"), ("author_email", "ticket.requester_email"),
            ("cc", "ticket.requester_email"),
        ]
    }
    rules message_rules
}

fn message_rules(draft: &mut Draft<'_>) {
    if !draft.has("said_at") {
        let now = instant_text(draft.now);
        draft.set("said_at", now);
    }
    let message = TicketMessage(draft.after);
    if message.kind() == Some("note") && message.direction() == Some("inbound") {
        draft.error("direction", "note_is_inside");
    }
    let was_note = draft.before.is_some_and(|row| row.text("kind") == Some("note"));
    if was_note && draft.changed("kind") {
        // What colleagues said among themselves never becomes public by an edit.
        draft.error("kind", "note_stays_inside");
    }
}
