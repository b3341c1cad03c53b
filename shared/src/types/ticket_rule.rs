//! Ticket rule 分派规则: where new tickets go.

use super::ticket::PRIORITIES;
use crate::record::{CUSTOM, Draft, Ownership, declare::record};

record! {
    /// Where new tickets go. Rules are tried by position; each that fits adds what earlier ones left open.
    pub TICKET_RULE, TicketRule {
        name: "ticket_rule", plural: "ticket_rules", icon: "split", title: "name",
        /// Name.
        name: text(120).required().unique().search().list();
        /// Name in the language that is not the organisation's own.
        other_name: text(120).search();
        /// Which one is tried first.
        position: integer(0, 10_000).default("0").list();
        /// Tried for new tickets.
        active: boolean().default("true").list();
        /// A filter on tickets, as lists have it; every ticket when empty.
        conditions: filter("ticket").list();
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

/// What a rule may do; one of it is enough.
const EFFECTS: [&str; 5] = ["queue_id", "priority", "category_id", "assignee_id", "add_tags"];

fn rule_rules(draft: &mut Draft<'_>) {
    if EFFECTS.iter().any(|effect| draft.has(effect)) {
        return;
    }
    // Told where the last one was taken away, else beside the first.
    let emptied = EFFECTS.into_iter().find(|effect| draft.changed(effect));
    draft.error(emptied.unwrap_or(EFFECTS[0]), "no_effect");
}

/// Fields of a ticket that say something when it has just come in.
const ARRIVING: &[&str] = &[
    "subject",
    "kind",
    "priority",
    "queue_id",
    "customer_id",
    "contact_id",
    "requester_name",
    "requester_email",
    "requester_phone",
    "channel",
    "category_id",
    "product_id",
    "order_number",
    "tags",
    "description",
    "locale",
    "received_at",
    "owner_id",
];

/// Whether a condition of a rule may be about this (`kind`, `customer_id.industry`, `custom.region`): what is kept of a ticket while
/// it is worked is empty when rules are tried.
pub fn is_known_on_arrival(path: &str) -> bool {
    match path.split_once('.') {
        None => ARRIVING.contains(&path),
        Some((via, _)) => matches!(via, CUSTOM | "customer_id" | "contact_id"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::format::Zone;
    use crate::record::{Row, validate};
    use crate::types::TICKET;

    fn problems(before: Option<&Row>, values: &Value) -> Vec<String> {
        let (zone, related, mut after) = (Zone::utc(), BTreeMap::new(), values.as_object().unwrap().clone());
        let now = chrono::Utc::now();
        let mut draft = Draft { before, after: &mut after, now, zone: &zone, related: &related, errors: Vec::new() };
        validate(&TICKET_RULE, &mut draft, &[], &[]);
        draft.errors.into_iter().map(|error| format!("{} {}", error.field, error.code)).collect()
    }

    #[test]
    fn a_rule_does_something_whatever_it_is() {
        assert_eq!(problems(None, &json!({"name": "Nothing"})), ["queue_id no_effect"]);
        for effect in
            [json!({"priority": "high"}), json!({"add_tags": ["vip"]}), json!({"queue_id": uuid::Uuid::nil()})]
        {
            let mut rule = json!({"name": "Something"});
            rule.as_object_mut().unwrap().extend(effect.as_object().unwrap().clone());
            assert_eq!(problems(None, &rule), [""; 0], "{effect}");
        }
    }

    #[test]
    fn what_took_the_last_effect_away_is_told_there() {
        let rule = json!({"name": "High", "priority": "high", "active": true, "position": 0});
        let row = Row { id: uuid::Uuid::nil(), version: 1, values: rule.as_object().unwrap().clone() };
        let mut idle = rule.clone();
        idle["priority"] = Value::Null;
        assert_eq!(problems(Some(&row), &idle), ["priority no_effect"]);
    }

    #[test]
    fn conditions_are_about_what_a_new_ticket_has() {
        assert!(ARRIVING.iter().all(|name| TICKET.field(name).is_some_and(|field| !field.read_only)));
        assert!(["kind", "customer_id.industry", "custom.region"].into_iter().all(is_known_on_arrival));
        let later =
            ["satisfaction", "solved_at", "first_answered_at", "status", "parent_id.subject", "solved_by_id.title"];
        assert!(!later.into_iter().any(is_known_on_arrival));
    }
}
