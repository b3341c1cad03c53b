//! Attachment 附件: a file that belongs to a record. Its bytes lie outside of the database, under the record's id.

use crate::record::declare::record;

record! {
    /// A file that belongs to a record, and is read by whoever reads that.
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
    with { through: &["ticket_id", "article_id", "customer_id"], admin: true }
}
