//! What agents do: they want the same tickets, answer them at once, and take it back.

use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NOTE, VISITORS, address};
use crate::clients::{Attempt, Fate, some_customer, some_id, undo};
use crate::world::{Who, World};

/// Server function that answers a ticket, or notes something.
pub(crate) const REPLY: &str = "send_reply";
const CLAIM: &str = "claim_ticket";
const NEXT: &str = "next_ticket";
/// So many tickets, the last made, are what all agents work at.
const HOT: usize = 8;

/// Whether a server function gives its caller a ticket.
pub(crate) fn is_claim(function: &str) -> bool {
    matches!(function, CLAIM | NEXT)
}

/// The next thing that an agent asks for.
pub(crate) fn next(world: &World, rng: &mut Rng, who: Who, before: &[Attempt]) -> Attempt {
    if let Some(again) = once_more(rng, before) {
        return again;
    }
    let hot: Vec<Uuid> =
        world.known().iter().rev().filter(|(of, _)| *of == "ticket").take(HOT).map(|(_, id)| *id).collect();
    let Some(ticket) = rng.choice(hot) else { return create(world, rng, who) };
    let asked = |function, input| Attempt::of(who, function, input, Uuid::nil());
    match rng.u32(..100) {
        0..10 => create(world, rng, who),
        10..35 => asked(CLAIM, json!({"ticket_id": ticket})),
        35..42 => asked(NEXT, json!({"queue_ids": world.desk.queues[..rng.usize(..2)], "skip": []})),
        42..72 => asked(REPLY, json!({"reply": reply(world, rng, ticket)})),
        72..78 => call_and_solve(rng, who, ticket),
        78..90 => write_in(rng, who, ticket),
        _ => undo(rng, who, before).unwrap_or_else(|| create(world, rng, who)),
    }
}

/// An answer that crossed others is sent all the same, and what was sent is sent again.
fn once_more(rng: &mut Rng, before: &[Attempt]) -> Option<Attempt> {
    let last = before.last().filter(|last| last.function == REPLY)?;
    let mut again = last.clone();
    match &last.fate {
        Fate::Done(answer) if answer["what"] == "crossed" && rng.bool() => again.input["reply"]["anyway"] = true.into(),
        Fate::Done(_) if rng.u32(..10) == 0 => {}
        _ => return None,
    }
    again.fate = Fate::Unknown;
    Some(again)
}

fn apply(who: Who, rng: &mut Rng, record_type: &str, change: Value) -> Attempt {
    let set = some_id(rng);
    let command = json!({"record_type": record_type, "changes": [change], "change_set": set, "idempotency_key": set,
                         "all_or_nothing": true});
    Attempt::of(who, "apply", json!({"command": command}), set)
}

fn create(world: &World, rng: &mut Rng, who: Who) -> Attempt {
    let name = format!("ticket {:016x}", rng.u64(..));
    let change = json!({"do": "create", "id": some_id(rng), "values": ticket(world, rng, &name)});
    apply(who, rng, "ticket", change)
}

/// A customer calls.
fn write_in(rng: &mut Rng, who: Who, ticket: Uuid) -> Attempt {
    let name = format!("caller {:016x}", rng.u64(..));
    let content = format!("<p>asked {:016x}</p>", rng.u64(..));
    let values =
        json!({"ticket_id": ticket, "kind": "reply", "direction": "inbound", "author_name": name, "content": content});
    let change = json!({"do": "create", "id": some_id(rng), "values": values});
    apply(who, rng, "ticket_message", change)
}

/// Several commands as one: what was said on the phone, and that it is solved with it.
fn call_and_solve(rng: &mut Rng, who: Who, ticket: Uuid) -> Attempt {
    let set = some_id(rng);
    let said = json!({"ticket_id": ticket, "kind": "reply", "direction": "outbound", "channel": "phone",
                      "content": format!("<p>called {:016x}</p>", rng.u64(..))});
    let said = json!({"do": "create", "id": some_id(rng), "values": said});
    let solved = json!({"do": "update", "id": ticket, "values": {"subject": format!("solved {:016x}", rng.u64(..)),
                                                                 "status": "solved"}});
    let commands = [command("ticket", solved, set, true), command("ticket_message", said, set, false)];
    Attempt::of(who, "apply_together", json!({"commands": commands}), set)
}

/// One of several commands of an act; the first has its key.
pub(crate) fn command(record_type: &str, change: Value, set: Uuid, first: bool) -> Value {
    json!({"record_type": record_type, "changes": [change], "change_set": set, "idempotency_key": first.then_some(set),
           "all_or_nothing": true})
}

/// An answer or a note, from somebody who has seen what was last told, or has not.
fn reply(world: &World, rng: &mut Rng, ticket: Uuid) -> Value {
    let note = rng.u32(..4) == 0;
    let seen = world.said().get(&ticket).copied().filter(|_| rng.u32(..4) > 0);
    let mark = if note { NOTE } else { "answer" };
    let changes = match rng.u32(..6) {
        0 => json!({"status": "solved"}),
        1 => json!({"status": "waiting_customer"}),
        2 => json!({"priority": "high"}),
        _ => json!({}),
    };
    let mentioned = rng.choice(&world.desk.agents).filter(|_| note).map(|agent| agent.id);
    json!({"ticket_id": ticket, "message_id": some_id(rng), "content": format!("<p>{mark} {:016x}</p>", rng.u64(..)),
           "note": note, "mention_ids": mentioned.into_iter().collect::<Vec<_>>(), "cc": [], "attachment_ids": [],
           "changes": changes, "seen": seen, "anyway": rng.u32(..5) == 0})
}

/// A new ticket, for a queue that gives it to somebody, for one that does not, or for none.
pub(crate) fn ticket(world: &World, rng: &mut Rng, name: &str) -> Value {
    let queue = rng.choice(&world.desk.queues).filter(|_| rng.u32(..5) > 0);
    json!({"subject": name, "queue_id": queue, "priority": some_priority(rng), "customer_id": some_customer(world, rng),
           "requester_email": address(rng.usize(..VISITORS)), "channel": "web",
           "description": format!("<p>asked {:016x}</p>", rng.u64(..))})
}

fn some_priority(rng: &mut Rng) -> &'static str {
    shared::types::PRIORITIES[rng.usize(..shared::types::PRIORITIES.len())]
}

/// Something said about a ticket, to its customer, by them, or among colleagues.
pub(crate) fn message(world: &World, rng: &mut Rng, name: &str) -> Value {
    let ticket = rng.choice(world.all_known("ticket"));
    let (kind, direction, mark) =
        [("reply", "inbound", "asked"), ("reply", "outbound", "answer"), ("note", "outbound", NOTE)][rng.usize(..3)];
    json!({"ticket_id": ticket, "kind": kind, "direction": direction, "author_name": name,
           "content": format!("<p>{mark} {:016x}</p>", rng.u64(..))})
}

/// What becomes of a ticket; it may be so already.
pub(crate) fn changes(world: &World, rng: &mut Rng) -> Value {
    match rng.u32(..6) {
        0 | 1 => {
            let all = shared::types::TICKET_STATUSES;
            json!({"status": all[rng.usize(..all.len())]})
        }
        2 => json!({"priority": some_priority(rng)}),
        3 => json!({"owner_id": rng.choice(&world.desk.agents).map(|agent| agent.id)}),
        4 => json!({"owner_id": null, "status": "open"}),
        _ => json!({"queue_id": rng.choice(&world.desk.queues)}),
    }
}

/// Whether an answer says that something was said, for which there is an entry in the log.
pub(crate) fn is_said(attempt: &Attempt, answer: &Value) -> bool {
    attempt.function == REPLY && answer["what"] == "sent" || attempt.function == "apply_together"
}

/// Agents work at each other's tickets, and have seen what is told of them.
pub(crate) fn learn(world: &World, attempt: &Attempt, answer: &Value) {
    let id = |value: &Value| value.as_str().and_then(|id| id.parse::<Uuid>().ok());
    let message = if attempt.function == REPLY { &answer["message"] } else { &answer["rows"][0] };
    if let (Some(message), Some(ticket)) = (id(&message["id"]), id(&message["ticket_id"])) {
        world.said().insert(ticket, message);
    }
}
