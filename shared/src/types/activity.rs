//! Activity 跟进/互动记录: something that happened with a customer.

use crate::record::{Draft, declare::record};

/// Kinds of activities, as on the timeline.
pub const ACTIVITY_KINDS: &[&str] = &["call", "email", "meeting", "visit", "chat", "note"];

record! {
    /// Something that happened with a customer.
    pub ACTIVITY, Activity {
        name: "activity", plural: "activities", icon: "message-square", title: "subject",
        /// Kind.
        kind: choice(ACTIVITY_KINDS).required().default("note").list();
        /// What it was about, in a line; made from the content when empty.
        subject: text(200).required().search().list();
        /// What was said and agreed.
        content: long_text().search();
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
    with { through: &["customer_id", "opportunity_id", "lead_id"], needs: &["opportunity_id", "contact_id"], rules: activity_rules, timeline: true }
}

fn activity_rules(draft: &mut Draft<'_>) {
    super::customer::follow_customer(draft);
    if !draft.has("occurred_at") {
        let now = crate::record::instant_text(draft.now);
        draft.set("occurred_at", now);
    }
    if !draft.has("subject") {
        let line: Option<String> =
            Activity(draft.after).content().and_then(|c| c.lines().next()).map(|l| l.chars().take(80).collect());
        if let Some(line) = line.filter(|l| !l.trim().is_empty()) {
            draft.set("subject", line);
        }
    }
    let ahead = Activity(draft.after).occurred_at().is_some_and(|at| at > draft.now + chrono::Duration::days(1));
    if ahead && draft.changed("occurred_at") {
        draft.error("occurred_at", "in_future");
    }
}
