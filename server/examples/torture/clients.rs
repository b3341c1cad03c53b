//! Clients that ask for one thing after the other and remember what they were told.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::desk::acts;
use crate::harness::Outcome;
use crate::harness::client::Client;
use crate::world::{NODES, Who, World};

/// Record types that clients make and change.
pub(crate) const TYPES: [&str; 8] =
    ["customer", "contact", "opportunity", "lead", "task", "tag", "ticket", "ticket_message"];
/// Those of them that agents of the service desk read all of.
const AGENTS_READ: [&str; 4] = ["customer", "tag", "ticket", "ticket_message"];
/// Server function that makes one record of several.
pub(crate) const MERGE: &str = "merge_records";
/// Server functions that do nothing twice when they are asked again.
const KEYED: [&str; 3] = ["apply", "apply_together", acts::REPLY];
/// Fields that are only ever set to what nothing else has been set to.
const FRESH: [&str; 2] = ["name", "subject"];
/// After this an answer isn't waited for any longer.
const PATIENCE: Duration = Duration::from_secs(8);

/// What a client knows of what it asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fate {
    /// The server said it is done; its answer.
    Done(Value),
    /// The server said no; its status.
    Refused(u16),
    /// No answer, or one about a fault: it may have happened or not.
    Unknown,
}

/// Something that a client asked for.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) who: Who,
    /// Server function.
    pub(crate) function: &'static str,
    /// Its input.
    pub(crate) input: Value,
    /// What it is logged under; for an undo, the change set to be undone.
    pub(crate) change_set: Uuid,
    pub(crate) fate: Fate,
}

impl Attempt {
    /// Something to be asked for. Where the server names the change set, it is learned from the answer.
    pub(crate) fn of(who: Who, function: &'static str, input: Value, change_set: Uuid) -> Self {
        Self { who, function, input, change_set, fate: Fate::Unknown }
    }

    /// The changes of its command, or of all its commands.
    pub(crate) fn changes(&self) -> Vec<&Value> {
        let several = self.input["commands"].as_array().into_iter().flatten();
        let commands = several.chain(self.input.get("command"));
        commands.flat_map(|command| command["changes"].as_array().into_iter().flatten()).collect()
    }

    /// Whether all of it happens, or nothing.
    pub(crate) fn is_whole(&self) -> bool {
        self.input["command"]["all_or_nothing"] == true || self.input["commands"].is_array()
    }
}

/// Record types that somebody reads all records of.
pub(crate) fn types_of(who: Who) -> &'static [&'static str] {
    if who == Who::Administrator { &TYPES } else { &AGENTS_READ }
}

/// Writes until that is to end; gives everything that was tried.
pub(crate) async fn write(world: Arc<World>, who: Who, mut rng: Rng) -> Outcome<Vec<Attempt>> {
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut client = None;
    while !world.is_over() {
        let mut attempt = match who {
            Who::Administrator => next(&world, &mut rng, &attempts),
            Who::Agent(_) => acts::next(&world, &mut rng, who, &attempts),
        };
        attempt.fate = send(&world, &mut rng, &mut client, &attempt).await;
        // Half of what is unclear is asked again with the same key, as the product's own pages do.
        let again = KEYED.contains(&attempt.function) && rng.bool();
        while again && attempt.fate == Fate::Unknown && !world.is_over() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            attempt.fate = send(&world, &mut rng, &mut client, &attempt).await;
        }
        if let Fate::Done(answer) = &attempt.fate {
            learn(&world, &attempt, answer);
            let named = set_of(answer).filter(|_| attempt.function != "undo");
            attempt.change_set = named.unwrap_or(attempt.change_set);
        }
        attempts.push(attempt);
    }
    Ok(attempts)
}

async fn send(world: &World, rng: &mut Rng, connection: &mut Option<Client>, attempt: &Attempt) -> Fate {
    let ask = async {
        let mut client = match connection.take() {
            Some(client) => client,
            None => world.connect_as(attempt.who, rng.usize(..NODES)).await?,
        };
        let answer = client.ask(attempt.function, &attempt.input).await?;
        *connection = Some(client);
        Outcome::Ok(answer)
    };
    match tokio::time::timeout(PATIENCE, ask).await {
        Ok(Ok((200..300, body))) => serde_json::from_slice(&body).map_or(Fate::Unknown, Fate::Done),
        Ok(Ok((status @ 400..500, _))) => Fate::Refused(status),
        // A fault, no connection, half an answer, or none in time.
        _ => {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Fate::Unknown
        }
    }
}

/// Others may change what was made, and a backup from now on must have it.
fn learn(world: &World, attempt: &Attempt, answer: &Value) {
    // What was refused, or was so already, left nothing behind.
    let done = |id: &Value| answer["rows"].as_array().is_some_and(|rows| rows.iter().any(|row| row["id"] == *id));
    let is_done = |change: &&Value| is_logged(change) && (change["do"] == "delete" || done(&change["id"]));
    if attempt.changes().iter().any(is_done) && answer["refused"] == json!([])
        || answer["undone"].as_u64() > Some(0)
        || attempt.function == MERGE
        || acts::is_said(attempt, answer)
    {
        world.acknowledged().extend(set_of(answer));
    }
    acts::learn(world, attempt, answer);
    let Some(record_type) = TYPES.into_iter().find(|name| attempt.input["command"]["record_type"] == **name) else {
        return;
    };
    let made = attempt.changes().iter().any(|change| change["do"] == "create");
    let rows = answer["rows"].as_array().filter(|_| made);
    let ids = rows.into_iter().flatten().filter_map(|row| row["id"].as_str()?.parse().ok());
    world.known().extend(ids.map(|id| (record_type, id)));
}

/// The change set that an answer names; several commands have one.
fn set_of(answer: &Value) -> Option<Uuid> {
    answer.get(0).unwrap_or(answer)["change_set"].as_str()?.parse().ok()
}

/// Takes back something that the same client did before.
pub(crate) fn undo(rng: &mut Rng, who: Who, before: &[Attempt]) -> Option<Attempt> {
    let earlier = rng.choice(before).filter(|earlier| earlier.function != "undo")?;
    Some(Attempt::of(who, "undo", json!({"change_set": earlier.change_set}), earlier.change_set))
}

fn next(world: &World, rng: &mut Rng, before: &[Attempt]) -> Attempt {
    let who = Who::Administrator;
    if rng.u32(..100) < 8
        && let Some(undo) = undo(rng, who, before)
    {
        return undo;
    }
    let mut record_type = TYPES[rng.usize(..TYPES.len())];
    let mut known = world.all_known(record_type);
    // Nothing is said where no ticket is.
    if record_type == "ticket_message" && (known.len() < 20 || rng.bool()) {
        record_type = "ticket";
        known = world.all_known(record_type);
    }
    let mergeable = matches!(record_type, "customer" | "ticket") && known.len() >= 20;
    if mergeable && rng.u32(..100) < if record_type == "ticket" { 5 } else { 15 } {
        return merge(rng, record_type, known);
    }
    if let Some(lead) = rng.choice(&known).filter(|_| record_type == "lead" && rng.u32(..100) < 30) {
        return conversion(world, rng, *lead);
    }
    let changes = if known.len() < 20 || rng.u32(..100) < 30 {
        let count = if rng.u32(..10) == 0 { rng.usize(2..60) } else { 1 };
        (0..count).map(|_| creation(world, rng, record_type)).collect()
    } else if rng.u32(..100) < 15 {
        let chosen = rng.choose_multiple(known, 20);
        chosen.into_iter().map(|id| edit(rng, record_type, id)).collect()
    } else {
        vec![change(world, rng, record_type, &known)]
    };
    let change_set = some_id(rng);
    let command = json!({"record_type": record_type, "changes": Value::Array(changes), "change_set": change_set,
                         "idempotency_key": change_set, "all_or_nothing": rng.bool()});
    Attempt::of(who, "apply", json!({"command": command}), change_set)
}

/// A lead becomes a customer, a contact and a deal in one act; it may be one already, or be gone.
fn conversion(world: &World, rng: &mut Rng, lead: Uuid) -> Attempt {
    let (set, customer, contact, deal) = (some_id(rng), some_id(rng), some_id(rng), some_id(rng));
    let mut name = || format!("converted {:016x}", rng.u64(..));
    let create = |id: Uuid, values: Value| json!({"do": "create", "id": id, "values": values});
    let values = [
        json!({"name": name()}),
        json!({"name": name(), "customer_id": customer}),
        json!({"name": name(), "customer_id": customer, "contact_id": contact}),
    ];
    let [firm, person, mut sale] = values;
    sale["stage_id"] = json!(rng.choice(&world.stages));
    let made = json!({"status": "converted", "customer_id": customer, "contact_id": contact, "opportunity_id": deal});
    let commands = [
        acts::command("customer", create(customer, firm), set, true),
        acts::command("contact", create(contact, person), set, false),
        acts::command("opportunity", create(deal, sale), set, false),
        acts::command("lead", json!({"do": "update", "id": lead, "values": made}), set, false),
    ];
    Attempt::of(Who::Administrator, "apply_together", json!({"commands": commands}), set)
}

/// Two to four records become one; others may be merging, changing or deleting them at that moment.
fn merge(rng: &mut Rng, record_type: &str, known: Vec<Uuid>) -> Attempt {
    let count = rng.usize(2..=4);
    let mut chosen = rng.choose_multiple(known, count).into_iter();
    let into = chosen.next();
    let merge =
        json!({"record_type": record_type, "into": into, "others": chosen.collect::<Vec<Uuid>>(), "values": {}});
    Attempt::of(Who::Administrator, MERGE, json!({"merge": merge}), some_id(rng))
}

pub(crate) fn some_id(rng: &mut Rng) -> Uuid {
    uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid()
}

fn creation(world: &World, rng: &mut Rng, record_type: &str) -> Value {
    let name = format!("{record_type} {:016x}", rng.u64(..));
    let values = match record_type {
        "task" => json!({"subject": name}),
        "opportunity" => {
            let stage = rng.choice(&world.stages);
            let customer = some_customer(world, rng);
            json!({"name": name, "stage_id": stage, "amount": rng.u32(..1_000_000).to_string(), "rank": "bottom",
                   "customer_id": customer})
        }
        "ticket" => acts::ticket(world, rng, &name),
        "ticket_message" => acts::message(world, rng, &name),
        _ => json!({"name": name}),
    };
    json!({"do": "create", "id": some_id(rng), "values": values})
}

/// Whoever merges customers takes along what is theirs.
pub(crate) fn some_customer(world: &World, rng: &mut Rng) -> Option<Uuid> {
    let customers = world.all_known("customer");
    if rng.bool() { rng.choice(customers) } else { None }
}

/// A change of a field to a value that no other change has.
fn edit(rng: &mut Rng, record_type: &str, id: Uuid) -> Value {
    let field = shared::types::by_name(record_type).map_or("name", |def| def.title);
    json!({"do": "update", "id": id, "values": {field: format!("{record_type} {:016x}", rng.u64(..))}})
}

fn change(world: &World, rng: &mut Rng, record_type: &str, known: &[Uuid]) -> Value {
    let id = known[rng.usize(..known.len())];
    match (rng.u32(..100), record_type) {
        (0..5, _) => json!({"do": "delete", "id": id}),
        (5..15, _) => json!({"do": "archive", "id": id}),
        (15..22, _) => json!({"do": "restore", "id": id}),
        (22..80, "opportunity") => {
            let beside = known[rng.usize(..known.len())];
            let rank = match rng.u32(..3) {
                0 => "top".to_owned(),
                1 => "bottom".to_owned(),
                _ => format!("after:{beside}"),
            };
            json!({"do": "update", "id": id, "values": {"stage_id": rng.choice(&world.stages), "rank": rank}})
        }
        (22..80, "ticket") => json!({"do": "update", "id": id, "values": acts::changes(world, rng)}),
        _ => edit(rng, record_type, id),
    }
}

/// How the attempts ended.
pub(crate) fn summary(attempts: &[Attempt]) -> String {
    let count = |wanted: fn(&Fate) -> bool| attempts.iter().filter(|attempt| wanted(&attempt.fate)).count();
    let done = count(|fate| matches!(fate, Fate::Done(_)));
    let refused = count(|fate| matches!(fate, Fate::Refused(_)));
    format!("{} attempts: {done} done, {refused} refused, {} unclear", attempts.len(), attempts.len() - done - refused)
}

/// Whether the change leaves an entry for certain: others may ask for what is so already.
pub(crate) fn is_logged(change: &Value) -> bool {
    let is_fresh = FRESH.iter().any(|field| change["values"].get(field).is_some());
    matches!(change["do"].as_str(), Some("create" | "delete")) || change["do"] == "update" && is_fresh
}
