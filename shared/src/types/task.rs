//! Task 任务 and follow-up plan 跟进计划: something that is to happen.

use crate::record::{Draft, declare::record};

record! {
    /// Something that is to happen.
    pub TASK, Task {
        name: "task", plural: "tasks", icon: "square-check", title: "subject",
        /// What is to be done.
        subject: text(200).required().search().list().personal();
        /// Kind; all but `todo` are planned follow-ups.
        kind: choice(&["todo", "call", "email", "meeting", "visit"]).required().default("todo").list();
        /// When it is due.
        due_at: datetime().list();
        /// Priority.
        priority: choice(&["low", "normal", "high"]).required().default("normal").list();
        /// Done or not.
        done: boolean().list();
        /// When it was done.
        done_at: datetime().computed();
        /// Details.
        description: long_text().personal();
        /// The customer.
        customer_id: reference("customer").list();
        /// The contact.
        contact_id: reference("contact");
        /// The opportunity.
        opportunity_id: reference("opportunity").list();
        /// The lead.
        lead_id: reference("lead");
        /// The ticket.
        ticket_id: reference("ticket");
    }
    with { through: &["customer_id", "opportunity_id", "lead_id", "ticket_id"], needs: &["opportunity_id", "contact_id"], timeline: true }
    rules task_rules
}

fn task_rules(draft: &mut Draft<'_>) {
    super::customer::follow_customer(draft);
    if !draft.changed("done") {
        return;
    }
    if Task(draft.after).done() {
        let now = crate::record::instant_text(draft.now);
        draft.set("done_at", now);
    } else {
        draft.clear("done_at");
    }
}
