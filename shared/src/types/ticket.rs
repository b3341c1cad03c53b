//! Ticket 工单: what a customer wants from support, and how far it has come.

mod steps;

pub(crate) use self::steps::refuse_contradiction;
pub use self::steps::{is_about_steps, may_become};
use super::ticket_status::{TICKET_STATUSES, TicketStatus};
use crate::record::{Draft, FieldDef, RecordDef, Row, declare::record, instant_text};

/// What customers write for.
pub const TICKET_KINDS: &[&str] = &["consult", "request", "complaint", "suggestion", "praise", "repair"];
/// How urgent, weakest first.
pub const PRIORITIES: &[&str] = &["low", "normal", "high", "urgent"];
/// Ways by which tickets come in.
pub const TICKET_CHANNELS: &[&str] = &["email", "web", "portal", "phone", "chat", "wechat", "api", "walk_in"];
/// Ways by which customers left an address to which answers go.
pub const MAILED_CHANNELS: &[&str] = &["email", "web", "portal", "api"];
/// States of a ticket's service level, as a whole.
pub const SLA_STATES: &[&str] = &["none", "active", "paused", "at_risk", "missed", "met"];

/// The status and what follows from it.
const STATUS_FIELDS: &[&str] =
    &["status", "status_id", "solved_at", "closed_at", "first_solved_at", "reopened", "snoozed_until"];

record! {
    /// What a customer wants from support. Its owner is the agent who works it; nobody until one takes it.
    pub TICKET, Ticket {
        name: "ticket", plural: "tickets", icon: "ticket", title: "subject",
        /// Number told to the customer.
        number: text(40).unique().search().list().serial("T").group("more");
        /// What it is about, in a line.
        subject: text(300).required().search().list().personal();
        /// What the customer wants.
        kind: choice(TICKET_KINDS).required().default("consult").list();
        /// What it waits for.
        status: choice(TICKET_STATUSES).required().default("new").list();
        /// The organisation's own step within that.
        status_id: reference("ticket_status").group("more");
        /// How urgent it is.
        priority: choice(PRIORITIES).required().default("normal").list();
        /// Where it waits.
        queue_id: reference("queue").list();
        /// The customer.
        customer_id: reference("customer").list();
        /// The contact.
        contact_id: reference("contact");
        /// Who wrote in, as they call themselves.
        requester_name: text(120).search().personal();
        /// Where answers go.
        requester_email: email().search().personal();
        /// Where calls go.
        requester_phone: text(40).search().personal();
        /// How it came in.
        channel: choice(TICKET_CHANNELS).required().default("phone").list();
        /// What it is about.
        category_id: reference("category").list();
        /// The product concerned.
        product_id: reference("product");
        /// Number of the order concerned.
        order_number: text(60).search().group("more");
        /// Tags.
        tags: tags().list();
        /// What was asked at first.
        description: rich_text().search().personal();
        /// Language of the customer.
        locale: choice(&["zh-CN", "en"]).group("more");
        /// Colleagues who want to know.
        watcher_ids: references("user").group("more");
        /// The ticket it is part of.
        parent_id: reference("ticket").group("links");
        /// The ticket that says the same.
        duplicate_of_id: reference("ticket").group("links");
        /// Tickets that must be solved before.
        blocked_by_ids: references("ticket").group("links");
        /// The article that solved it.
        solved_by_id: reference("article").group("links");
        /// When it came in; now, unless it is taken over from elsewhere.
        received_at: datetime().group("more");
        /// Out of the queue until then.
        snoozed_until: datetime().group("more");
        /// When it was solved last.
        solved_at: datetime().group("more");
        /// When it was closed.
        closed_at: datetime().group("more");
        /// When it was solved first, however often it was opened again.
        first_solved_at: datetime().computed();
        /// Since when its agent has it.
        assigned_at: datetime().computed();
        /// How often it was opened again.
        reopened: integer(0, 1_000_000).computed();
        /// When a customer wrote last, with the ticket itself at first; kept by the store.
        customer_wrote_at: datetime().computed();
        /// When an agent answered last; kept by the store.
        agent_wrote_at: datetime().computed();
        /// When an agent answered first; kept by the store.
        first_answered_at: datetime().computed();
        /// The policy that holds; kept by the store.
        sla_policy_id: reference("sla_policy").computed();
        /// State of the service level as a whole; kept by the store.
        sla_state: choice(SLA_STATES).computed().list();
        /// The next moment at which something is due; kept by the store.
        due_at: datetime().computed().list();
        /// What is due then.
        due_clock: choice(crate::sla::CLOCKS).computed();
        /// From when on it is at risk.
        at_risk_at: datetime().computed().internal();
        /// Each clock, as the browser shows it; kept by the store.
        clocks: json().computed().internal();
        /// When the store looks at the clocks again.
        sla_check_at: datetime().computed().internal();
        /// Working seconds that the first answer took, if one was promised; kept by the store.
        first_response_worked: integer(0, 2_000_000_000).computed().internal();
        /// Working seconds that it took to solve, if that was promised; kept by the store.
        resolution_worked: integer(0, 2_000_000_000).computed().internal();
        /// What the customer said about it, 1 to 5; kept by the store.
        satisfaction: rating().computed();
    }
    with { through: &["customer_id"], needs: &["status_id", "queue_id", "contact_id"], tree: Some("parent_id"), unassigned: true,
        together: STATUS_FIELDS, timeline: true }
    rules ticket_rules
}

/// The value of a new record that a program makes, when it gives none: people take calls, programs pass on what was sent to them.
pub fn default_for_programs(def: &RecordDef, field: &FieldDef) -> Option<&'static str> {
    match (def.name, field.name) {
        ("ticket" | "ticket_message", "channel") => Some("api"),
        _ => field.default,
    }
}

/// Whether an agent still has something to do for it.
pub fn is_unsettled(status: &str) -> bool {
    !matches!(status, "solved" | "closed")
}

/// The statuses with which they have.
pub fn unsettled_statuses() -> Vec<&'static str> {
    TICKET_STATUSES.iter().copied().filter(|status| is_unsettled(status)).collect()
}

fn ticket_rules(draft: &mut Draft<'_>) {
    super::customer::follow_customer(draft);
    follow_queue(draft);
    follow_status(draft);
    steps::guard(draft);
    guard_times(draft);
    follow_first_solution(draft);
    follow_agent(draft);
    if draft.before.is_none() {
        draft.set("reopened", 0);
        draft.set("sla_state", "none");
        // What they came with, be it by phone, is the first that they said: they wait since then.
        if let Some(received) = Ticket(draft.after).received_at() {
            draft.set("customer_wrote_at", instant_text(received));
        }
    }
    let own = draft.before.map(|row| row.id);
    if own.is_some() && Ticket(draft.after).duplicate_of_id() == own {
        draft.error("duplicate_of_id", "itself");
    }
    if own.is_some_and(|own| Ticket(draft.after).blocked_by_ids().contains(&own)) {
        draft.error("blocked_by_ids", "itself");
    }
}

/// It comes in before it is solved, and is solved before it is closed; only what is settled was.
fn guard_times(draft: &mut Draft<'_>) {
    if !draft.has("received_at") {
        let now = instant_text(draft.now);
        draft.set("received_at", now);
    }
    let ticket = Ticket(draft.after);
    let settled = !is_unsettled(ticket.status().unwrap_or("new"));
    let times =
        [("received_at", ticket.received_at()), ("solved_at", ticket.solved_at()), ("closed_at", ticket.closed_at())];
    let soon = draft.now + chrono::Duration::minutes(5);
    let mut last = None;
    for (field, at) in times {
        let Some(at) = at.filter(|_| draft.changed(field)) else { continue };
        if at > soon {
            draft.error(field, "in_future");
        } else if last.is_some_and(|last| at < last) {
            draft.error(field, "order_of_times");
        } else if field != "received_at" && !settled {
            draft.error(field, "not_settled");
        }
        last = Some(at);
    }
}

/// The first solution is kept when the ticket is opened again. Until then it is the one there is, also when that is corrected.
fn follow_first_solution(draft: &mut Draft<'_>) {
    let ticket = Ticket(draft.after);
    if let Some(solved) = ticket.solved_at()
        && (ticket.first_solved_at().is_none() || ticket.reopened().unwrap_or(0) == 0)
    {
        draft.set("first_solved_at", instant_text(solved));
    }
}

/// Whoever begins with it has it since it came in.
fn follow_agent(draft: &mut Draft<'_>) {
    if !draft.changed("owner_id") {
        return;
    }
    let since = match draft.before {
        None => Ticket(draft.after).received_at().unwrap_or(draft.now),
        Some(_) => draft.now,
    };
    if draft.has("owner_id") {
        draft.set("assigned_at", instant_text(since));
    } else {
        draft.clear("assigned_at");
    }
}

/// A ticket belongs to the team of its queue; one that begins with an agent to that agent's.
fn follow_queue(draft: &mut Draft<'_>) {
    let is_moved =
        |before: &Row| before.value("team_id") != draft.after.get("team_id").unwrap_or(&serde_json::Value::Null);
    let chosen = match draft.before {
        Some(before) if before.reference("queue_id").is_some() => is_moved(before),
        // In its first queue it arrives with whoever has it already.
        before => draft.has("owner_id") || draft.has("team_id") || before.is_some_and(is_moved),
    };
    if chosen || !draft.changed("queue_id") {
        return;
    }
    let team = draft.related_row("queue_id").and_then(|queue| queue.reference("served_by_id"));
    match team {
        Some(team) => draft.set("team_id", team.to_string()),
        None => draft.clear("team_id"),
    }
}

/// The own step brings its category; another category leaves the step. Times follow from the category.
fn follow_status(draft: &mut Draft<'_>) {
    let category =
        draft.related_row("status_id").and_then(|row| TicketStatus(&row.values).category()).map(str::to_owned);
    if draft.changed("status_id") && draft.has("status_id") {
        if let Some(category) = category {
            draft.set("status", category);
        }
    } else if draft.has("status_id") && category.as_deref() != Ticket(draft.after).status() {
        draft.clear("status_id");
    }
    // Whoever takes a new ticket begins with it.
    if draft.changed("owner_id")
        && !draft.changed("status")
        && Ticket(draft.after).status() == Some("new")
        && draft.has("owner_id")
    {
        draft.set("status", "open");
    }
    if draft.changed("status") {
        enter(draft);
    }
}

fn enter(draft: &mut Draft<'_>) {
    let status = Ticket(draft.after).status().unwrap_or("new").to_owned();
    let was = draft.before.and_then(|row| row.text("status")).map(str::to_owned);
    let now = instant_text(draft.now);
    if is_unsettled(&status) {
        if was.is_some_and(|was| !is_unsettled(&was)) {
            let reopened = Ticket(draft.after).reopened().unwrap_or(0);
            draft.set("reopened", reopened + 1);
        }
        draft.clear("solved_at");
        draft.clear("closed_at");
        return;
    }
    draft.clear("snoozed_until");
    if !draft.has("solved_at") {
        draft.set("solved_at", now.clone());
    }
    if status == "closed" {
        if !draft.changed("closed_at") || !draft.has("closed_at") {
            draft.set("closed_at", now);
        }
    } else {
        draft.clear("closed_at");
    }
}

#[cfg(test)]
mod tests;
