//! Ticket rule 分派规则: where new tickets go.

use super::ticket::PRIORITIES;
use crate::record::{Draft, Ownership, declare::record};

record! {
    /// Where new tickets go. Rules are tried by position; each that fits adds what earlier ones left open.
    pub TICKET_RULE, TicketRule {
        name: "ticket_rule", plural: "ticket_rules", icon: "split", title: "name",
        /// Name.
        name: text(120).required().unique().search().list();
        /// Which one is tried first.
        position: integer(0, 10_000).default("0").list();
        /// Tried for new tickets.
        active: boolean().default("true").list();
        /// A filter on tickets, as lists have it; every ticket when empty.
        conditions: filter("ticket");
        /// The queue it goes into.
        queue_id: reference("queue").list();
        /// The priority it gets.
        priority: choice(PRIORITIES).list();
        /// The category it gets.
        category_id: reference("category").list();
        /// Who gets it.
        assignee_id: reference("user").list();
        /// Tags it gets.
        add_tags: tags().list();
    }
    with { ownership: Ownership::Organisation }
    rules rule_rules
}

fn rule_rules(draft: &mut Draft<'_>) {
    let effects = ["queue_id", "priority", "category_id", "assignee_id", "add_tags"];
    if !effects.iter().any(|effect| draft.has(effect)) {
        draft.error("queue_id", "required");
    }
}
