//! Whether the service desk adds up: what was said is said once, each ticket was taken once, every count is that of the tables.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::acts::{REPLY, is_claim};
use super::clocks;
use crate::clients::{Attempt, Fate};
use crate::harness::Outcome;
use crate::world::{NODES, Who, World};

/// What is wrong with the desk.
pub(crate) async fn flaws(world: &World, db: &mut PgConnection, attempts: &[Attempt]) -> Outcome<Vec<String>> {
    let mut flaws = reply_flaws(db, attempts).await?;
    flaws.extend(claim_flaws(world, db, attempts).await?);
    flaws.extend(clocks::flaws(db).await?);
    Ok(flaws)
}

/// Whatever was told of a message, under one id it was said once or never.
async fn reply_flaws(db: &mut PgConnection, attempts: &[Attempt]) -> Outcome<Vec<String>> {
    let sql = "select record_id, count(*) from audit_entries
               where record_type = 'ticket_message' and action = 'create' and source <> 'undo' group by record_id";
    let said: Vec<(Uuid, i64)> = sqlx::query_as(sql).fetch_all(db).await?;
    let said: BTreeMap<Uuid, i64> = said.into_iter().collect();
    let mut told: BTreeMap<Uuid, Vec<&Fate>> = BTreeMap::new();
    for attempt in attempts.iter().filter(|attempt| attempt.function == REPLY) {
        let id = attempt.input["reply"]["message_id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
        told.entry(id).or_default().push(&attempt.fate);
    }
    let is_sent = |fate: &&Fate| matches!(fate, Fate::Done(answer) if answer["what"] == "sent");
    let flaw = |(id, fates): (Uuid, Vec<&Fate>)| {
        let times = said.get(&id).copied().unwrap_or_default();
        let sent = fates.iter().any(&is_sent);
        let unclear = fates.contains(&&Fate::Unknown);
        match times {
            1 if sent || unclear => None,
            0 if !sent => None,
            0 => Some(format!("LOST: the reply {id} was acknowledged: {fates:?}")),
            1 => Some(format!("the reply {id} crossed others or was refused, and was sent: {fates:?}")),
            _ => Some(format!("the reply {id} was sent {times} times: {fates:?}")),
        }
    };
    println!(
        "{} replies, {} of them sent for certain",
        told.len(),
        told.values().filter(|f| f.iter().any(&is_sent)).count()
    );
    Ok(told.into_iter().filter_map(flaw).collect())
}

/// A change of whose a ticket is.
struct Handed {
    version: i64,
    from: Option<Uuid>,
    to: Option<Uuid>,
    by: Option<Uuid>,
    /// `web` for what somebody asked for.
    source: String,
}

/// Agents take only what nobody has; so whoever was told that they have it has it, and nobody else does.
async fn claim_flaws(world: &World, db: &mut PgConnection, attempts: &[Attempt]) -> Outcome<Vec<String>> {
    let handed = handed(db).await?;
    let mut flaws = Vec::new();
    let agents: Vec<Uuid> = world.desk.agents.iter().map(|agent| agent.id).collect();
    let mut taken = 0;
    for (ticket, all) in &handed {
        let took = all.iter().filter(|one| one.source == "web" && one.to.is_some() && one.to == one.by);
        for one in took.filter(|one| one.to.is_some_and(|agent| agents.contains(&agent))) {
            taken += 1;
            if let Some(from) = one.from {
                flaws.push(format!(
                    "the ticket {ticket} was taken from {from} by {:?} with version {}",
                    one.to, one.version
                ));
            }
        }
    }
    let mut granted = 0;
    for attempt in attempts.iter().filter(|attempt| is_claim(attempt.function)) {
        let (Who::Agent(agent), Fate::Done(answer)) = (attempt.who, &attempt.fate) else { continue };
        let row = &answer["ticket"];
        let (Some(id), Some(version)) = (row["id"].as_str(), row["version"].as_i64()) else { continue };
        granted += 1;
        let all = handed.get(&id.parse::<Uuid>()?).map(Vec::as_slice).unwrap_or_default();
        let last = all.iter().rfind(|one| one.version <= version);
        if last.and_then(|last| last.to) != Some(agents[agent]) {
            flaws.push(format!("LOST: the claim of {id} was granted to agent {agent} with version {version}"));
        }
    }
    println!("{granted} claims granted, {taken} tickets taken");
    Ok(flaws)
}

/// By ticket, in order.
async fn handed(db: &mut PgConnection) -> Outcome<BTreeMap<Uuid, Vec<Handed>>> {
    let sql = "select record_id, version, (changes #>> '{owner_id,0}')::uuid as from, (changes #>> '{owner_id,1}')::uuid as to,
                      actor_id, source
               from audit_entries where record_type = 'ticket' and changes ? 'owner_id' order by record_id, version";
    let mut handed: BTreeMap<Uuid, Vec<Handed>> = BTreeMap::new();
    for row in sqlx::query(sql).fetch_all(db).await? {
        let one = Handed { version: row.get(1), from: row.get(2), to: row.get(3), by: row.get(4), source: row.get(5) };
        handed.entry(row.get(0)).or_default().push(one);
    }
    Ok(handed)
}

/// What the rail says of each queue, on both servers.
pub(crate) async fn count_flaws(world: &World, db: &mut PgConnection) -> Outcome<Vec<String>> {
    let sql = "select queue_id, count(*), count(*) filter (where owner_id is null) from tickets
               where archived_at is null and status not in ('solved', 'closed')
               and (snoozed_until is null or snoozed_until <= now()) group by queue_id";
    let there: Vec<(Option<Uuid>, i64, i64)> = sqlx::query_as(sql).fetch_all(db).await?;
    let mut there: Vec<Value> = there.into_iter().map(|(queue, open, free)| json!([queue, open, free])).collect();
    there.sort_by_key(Value::to_string);
    let mut flaws = Vec::new();
    for node in 0..NODES {
        let counts = world.connect(node).await?.json("queue_counts", &json!({})).await?;
        let counts = counts.as_array().into_iter().flatten();
        let mut said: Vec<Value> = counts.map(|one| json!([one["queue_id"], one["open"], one["unassigned"]])).collect();
        said.sort_by_key(Value::to_string);
        if said != there {
            flaws.push(format!("server {node} counts {said:?} in the queues, there are {there:?}"));
        }
    }
    Ok(flaws)
}

/// What there must be none of.
pub(crate) const NEVER: [(&str, &str); 6] = [
    (
        "a ticket without a number",
        "select count(*) from tickets where number is null",
    ),
    (
        "a ticket's number given twice",
        "select count(*) from (select 1 from audit_entries where record_type = 'ticket' and action = 'create' and source <> 'undo'
         group by lower(changes #>> '{number,1}') having count(*) > 1) x",
    ),
    (
        "a message that no clock knows of",
        "select count(*) from (select ticket_id, said_at, case direction when 'inbound' then 'customer_message' else 'agent_reply' end
         from ticket_messages where kind = 'reply'
         except all select ticket_id, at, event ->> 'what' from sla_events where event ->> 'what' in ('customer_message', 'agent_reply')) x",
    ),
    (
        "a clock's event without its message",
        "select count(*) from (select ticket_id, at, event ->> 'what' from sla_events
         where event ->> 'what' in ('customer_message', 'agent_reply')
         except all select ticket_id, said_at, case direction when 'inbound' then 'customer_message' else 'agent_reply' end
         from ticket_messages where kind = 'reply') x",
    ),
    (
        "a ticket whose times are not those of its messages",
        "select count(*) from tickets t cross join lateral (
             select max(said_at) filter (where direction = 'inbound') as customer,
                    max(said_at) filter (where direction = 'outbound') as agent,
                    min(said_at) filter (where direction = 'outbound') as first
             from ticket_messages m where m.ticket_id = t.id and m.kind = 'reply' and m.archived_at is null) m
         where (t.customer_wrote_at, t.agent_wrote_at, t.first_answered_at) is distinct from (coalesce(m.customer, t.received_at), m.agent, m.first)",
    ),
    (
        "a message whose ticket isn't there",
        "select count(*) from ticket_messages m where not exists (select from tickets t where t.id = m.ticket_id)",
    ),
];
