//! Queue 队列: where tickets wait for a team of agents, and how they reach them.

use crate::record::{Draft, Ownership, declare::record};

/// How tickets of a queue find their agent.
pub const ROUTINGS: &[&str] = &["manual", "round_robin", "load", "skill"];

record! {
    /// Where tickets wait for a team of agents.
    pub QUEUE, Queue {
        name: "queue", plural: "queues", icon: "inbox", title: "name",
        /// Name shown to customers too.
        name: text(120).required().unique().search().list();
        /// What belongs here.
        description: text(300).list();
        /// The team whose members work it; everybody who may, when empty.
        served_by_id: reference("team").list();
        /// How new tickets find their agent.
        routing: choice(ROUTINGS).required().default("manual").list();
        /// Skills an agent needs, all of them, when tickets are routed by skill.
        skills: tags().list();
        /// Most open tickets an agent is given by routing; their own limit, if lower, counts.
        capacity: integer(1, 1_000).default("20").list();
        /// Customers may choose it in the portal and the web form.
        public: boolean().default("false").list();
        /// Whoever writes in is told at once that it arrived.
        acknowledge: boolean().default("true").internal();
        /// Whoever's ticket is closed is asked how it went.
        ask_satisfaction: boolean().default("true");
        /// Name on customers' pages in the language that is not the organisation's own.
        other_name: text(120).search().group("other");
        /// What belongs here, on those pages.
        other_description: text(300).group("other");
        /// Below each reply by mail.
        signature: rich_text().group("more").internal();
        /// Position in lists.
        position: integer(0, 10_000).group("more");
    }
    with { ownership: Ownership::Organisation }
    rules queue_rules
}

/// Tickets are given to the members of a team.
fn queue_rules(draft: &mut Draft<'_>) {
    if Queue(draft.after).routing() != Some("manual") && !draft.has("served_by_id") {
        draft.error("served_by_id", "required");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::format::Zone;
    use crate::record::validate;

    fn problems(values: Value) -> Vec<String> {
        let (zone, related, mut after) = (Zone::utc(), BTreeMap::new(), values.as_object().cloned().unwrap());
        let (names, now) = (after.keys().cloned().collect::<Vec<_>>(), chrono::Utc::now());
        let mut draft =
            Draft { before: None, after: &mut after, now, zone: &zone, related: &related, errors: Vec::new() };
        validate(&QUEUE, &mut draft, &names, &[]);
        draft.errors.into_iter().map(|error| format!("{} {}", error.field, error.code)).collect()
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let queue = json!({"capacity": 5_000, "routing": "skill"});
        assert_eq!(problems(queue), ["capacity out_of_range", "served_by_id required", "name required"]);
    }

    #[test]
    fn what_may_only_follow_from_another_fault_is_not_told() {
        assert_eq!(problems(json!({"name": "Support", "routing": "magic"})), ["routing choice"]);
    }
}
