//! Ticket status 工单状态: an organisation's own steps within the six categories that the machine knows.

use crate::record::{Ownership, declare::record};

/// What a ticket waits for. Everything that clocks, queues and reports go by.
pub const TICKET_STATUSES: &[&str] = &["new", "open", "waiting_customer", "waiting_third_party", "solved", "closed"];

record! {
    /// A step of an organisation's own within one of the six categories.
    pub TICKET_STATUS, TicketStatus {
        name: "ticket_status", plural: "ticket_statuses", icon: "list-checks", title: "name",
        /// Name shown to agents.
        name: text(60).required().unique().search().list();
        /// Name in the language that is not the organisation's own.
        other_name: text(60).search();
        /// The category it belongs to.
        category: choice(TICKET_STATUSES).required().list();
        /// When to use it.
        description: text(300).list();
        /// Position within its category.
        position: integer(0, 10_000);
    }
    with { ownership: Ownership::Organisation }
}
