//! SLA policy 服务级别: how soon tickets are to be answered and solved.

use super::customer::CATEGORIES;
use super::ticket::PRIORITIES;
use crate::FieldError;
use crate::record::{Draft, FieldDef, Ownership, Part, declare::record, kinds};
use crate::sla::{ACTIONS, CLOCKS, Escalation, MAX_PERCENT, MIN_PERCENT};

/// Longest target, a year of working minutes.
const LONGEST: i64 = 525_600;

/// What happens when a clock has run for too long.
const STEP: &[Part] = &[
    Part::of(FieldDef::new("clock", kinds::choice(CLOCKS)).required().default("resolution")),
    Part::of(
        FieldDef::new("at_percent", kinds::integer(MIN_PERCENT as i64, MAX_PERCENT as i64)).required().default("100"),
    ),
    Part::of(FieldDef::new("action", kinds::choice(ACTIONS)).required().default("notify")),
    Part::of(FieldDef::new("user_id", kinds::reference("user"))).when("action", &["notify", "assign"]),
    Part::of(FieldDef::new("team_id", kinds::reference("team"))).when("action", &["notify", "assign"]),
];

record! {
    /// How soon tickets are to be answered and solved. Of several the first one that fits holds.
    pub SLA_POLICY, SlaPolicy {
        name: "sla_policy", plural: "sla_policies", icon: "timer", title: "name",
        /// Name.
        name: text(120).required().unique().search().list();
        /// Name in the language that is not the organisation's own.
        other_name: text(120).search();
        /// Which one is looked at first.
        position: integer(0, 10_000).default("0").list();
        /// Holds for new tickets.
        active: boolean().default("true").list();
        /// For tickets of these priorities; all when empty.
        priorities: multi_choice(PRIORITIES).list();
        /// For tickets in these queues; all when empty.
        queue_ids: references("queue").list();
        /// For customers of these categories; all when empty.
        customer_categories: multi_choice(CATEGORIES).list();
        /// When time counts; always when empty.
        calendar_id: reference("business_calendar").list();
        /// First answer by an agent, in working minutes.
        first_response_minutes: integer(1, LONGEST).group("targets").list();
        /// Each further answer, in working minutes.
        next_response_minutes: integer(1, LONGEST).group("targets").list();
        /// Until it is solved, in working minutes.
        resolution_minutes: integer(1, LONGEST).group("targets").list();
        /// Share of the time, in percent, after which a ticket is at risk.
        at_risk_percent: integer(1, 100).default("75").group("targets");
        /// Time spent waiting for the customer does not count for the solution and further answers.
        pause_waiting_customer: boolean().default("true").group("targets");
        /// Time spent waiting for a third party does not count for the solution; answers are owed all the same.
        pause_waiting_third_party: boolean().default("true").group("targets");
        /// What happens when: `[{"clock": "first_response", "at_percent": 100, "action": "notify"}]`.
        steps: entries(STEP).group("steps");
    }
    with { ownership: Ownership::Organisation }
    rules policy_rules
}

fn policy_rules(draft: &mut Draft<'_>) {
    let targets = ["first_response_minutes", "next_response_minutes", "resolution_minutes"];
    if !targets.iter().any(|target| draft.has(target)) {
        let emptied = targets.into_iter().find(|target| draft.changed(target));
        draft.error(emptied.unwrap_or("first_response_minutes"), "no_target");
    }
    let steps = draft.after.get("steps").cloned().unwrap_or_default();
    match Escalation::parse_list("steps", &steps) {
        Err(error) => draft.errors.push(error),
        // A clock without target never runs. What was kept before anybody thought of it stands in nobody's way.
        Ok(steps) if draft.changed("steps") => {
            let idle = |step: &Escalation| !draft.has(&target(step));
            let idle: Vec<usize> = steps.iter().enumerate().filter(|(_, step)| idle(step)).map(|(at, _)| at).collect();
            let error = |at| FieldError::new(format!("steps.{at}.clock"), "clock_without_target");
            draft.errors.extend(idle.into_iter().map(error));
        }
        Ok(steps) => {
            let needed = |name: &str| steps.iter().any(|step| target(step) == name);
            let gone = |name: &&str| draft.changed(name) && !draft.has(name) && needed(name);
            let gone: Vec<&str> = targets.into_iter().filter(gone).collect();
            draft.errors.extend(gone.into_iter().map(|name| FieldError::new(name, "target_needed")));
        }
    }
}

/// The field with the target of a step's clock.
fn target(step: &Escalation) -> String {
    format!("{}_minutes", step.clock.code())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::format::Zone;
    use crate::record::{Row, validate};

    fn problems(before: Option<&Row>, values: &serde_json::Value) -> Vec<String> {
        let (zone, related, mut after) = (Zone::utc(), BTreeMap::new(), values.as_object().unwrap().clone());
        let now = chrono::Utc::now();
        let mut draft = Draft { before, after: &mut after, now, zone: &zone, related: &related, errors: Vec::new() };
        validate(&SLA_POLICY, &mut draft, &[], &[]);
        draft.errors.into_iter().map(|error| format!("{} {}", error.field, error.code)).collect()
    }

    #[test]
    fn one_target_of_any_kind_is_enough() {
        assert_eq!(problems(None, &json!({"name": "Empty"})), ["first_response_minutes no_target"]);
        assert_eq!(problems(None, &json!({"name": "Slow", "resolution_minutes": 600})), [""; 0]);
    }

    #[test]
    fn steps_go_by_clocks_that_run() {
        let step = |clock: &str| json!({"clock": clock, "at_percent": 80, "action": "notify"});
        let steps = [step("resolution"), step("first_response")];
        let policy = json!({"name": "Fast", "resolution_minutes": 60, "steps": steps});
        assert_eq!(problems(None, &policy), ["steps.1.clock clock_without_target"]);
        let row = |policy: &serde_json::Value| Row {
            id: uuid::Uuid::nil(),
            version: 1,
            values: policy.as_object().unwrap().clone(),
        };
        assert_eq!(problems(Some(&row(&policy)), &policy), [""; 0]);
        // A target goes only when no step needs it; that is told where it is taken away.
        let both = json!({"name": "Fast", "resolution_minutes": 60, "first_response_minutes": 5, "steps": steps});
        assert_eq!(problems(Some(&row(&both)), &policy), ["first_response_minutes target_needed"]);
    }
}
