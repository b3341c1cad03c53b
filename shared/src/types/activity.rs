//! Activity 跟进/互动记录: something that happened with a customer.

use crate::record::{Draft, Values, declare::record};

/// Kinds of activities, as on the timeline.
pub const ACTIVITY_KINDS: &[&str] = &["call", "email", "meeting", "visit", "chat", "note"];

record! {
    /// Something that happened with a customer.
    pub ACTIVITY, Activity {
        name: "activity", plural: "activities", icon: "message-square", title: "subject",
        /// Kind.
        kind: choice(ACTIVITY_KINDS).required().default("note").list();
        /// What it was about, in a line; made from the content when empty.
        subject: text(200).required().search().list().personal();
        /// What was said and agreed.
        content: long_text().search().personal();
        /// Who started it.
        direction: choice(&["outbound", "inbound"]).default("outbound");
        /// What came of it.
        outcome: choice(&["reached", "no_answer", "interested", "not_interested", "agreed", "follow_up"]).list();
        /// When it happened.
        occurred_at: datetime().required().list();
        /// How long it took, minutes.
        minutes: integer(0, 10_000);
        /// The customer.
        customer_id: reference("customer").list();
        /// The contact.
        contact_id: reference("contact");
        /// The opportunity.
        opportunity_id: reference("opportunity").list();
        /// The lead.
        lead_id: reference("lead");
        /// Colleagues who took part.
        participant_ids: references("user");
    }
    with { through: &["customer_id", "opportunity_id", "lead_id"], needs: &["opportunity_id", "contact_id"], timeline: true }
    rules activity_rules
}

/// What the content begins with: the subject of what was given none.
fn first_line(values: &Values) -> Option<String> {
    let line: String = Activity(values).content()?.lines().next()?.chars().take(80).collect();
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

fn activity_rules(draft: &mut Draft<'_>) {
    super::customer::follow_customer(draft);
    if !draft.has("occurred_at") {
        let now = crate::record::instant_text(draft.now);
        draft.set("occurred_at", now);
    }
    let was = draft.before.filter(|_| draft.changed("content")).and_then(|before| first_line(&before.values));
    let follows = was.is_some() && !draft.changed("subject") && was.as_deref() == Activity(draft.after).subject();
    if let Some(line) = first_line(draft.after).filter(|_| follows || !draft.has("subject")) {
        draft.set("subject", line);
    }
    let ahead = Activity(draft.after).occurred_at().is_some_and(|at| at > draft.now + chrono::Duration::days(1));
    if ahead && draft.changed("occurred_at") {
        draft.error("occurred_at", "in_future");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::Row;
    use crate::format::Zone;
    use crate::record::validate;

    fn values(fields: serde_json::Value) -> Values {
        fields.as_object().unwrap().clone()
    }

    /// The subject of a note after a change.
    fn subject(before: serde_json::Value, patch: serde_json::Value) -> String {
        let before = Row { id: uuid::Uuid::nil(), version: 1, values: values(before) };
        let mut after = before.values.clone();
        let patched: Vec<String> = values(patch.clone()).keys().cloned().collect();
        after.extend(values(patch));
        let zone = Zone::fixed("Asia/Shanghai", 8 * 3600);
        let now = "2026-11-28T08:00:00Z".parse().unwrap();
        let mut draft = Draft {
            before: Some(&before),
            after: &mut after,
            now,
            zone: &zone,
            related: &BTreeMap::new(),
            errors: Vec::new(),
        };
        validate(&ACTIVITY, &mut draft, &patched, &[]);
        Activity(&after).subject().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_subject_that_was_made_from_the_content_follows_it() {
        let made = || json!({"content": "Wrong words\nand more", "subject": "Wrong words"});
        assert_eq!(subject(made(), json!({"content": "Right words"})), "Right words");
        assert_eq!(subject(made(), json!({"content": "Right words", "subject": "Mine"})), "Mine");
        let own = json!({"content": "Wrong words", "subject": "Mine"});
        assert_eq!(subject(own, json!({"content": "Right words"})), "Mine");
    }
}
