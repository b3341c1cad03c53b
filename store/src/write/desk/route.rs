//! How new tickets find their queue and their agent.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::access::Actor;
use shared::cause::Cause;
use shared::command::{Change, Command, Source};
use shared::format::Zone;
use shared::record::texts;
use shared::types::{QUEUE, Queue, TICKET, TicketRule};
use shared::{RecordDef, Result, Row, Values};
use uuid::Uuid;

use super::super::audit::ChangeSet;
use super::super::batch;
use super::super::load::rows_by_id;
use super::super::prepare::{Act, Prepared};
use super::rules::{add, fitting, rules};
use crate::error::from_sqlx;
use crate::locks::nobody_else_at;
use crate::pool::Tx;

/// What the system changes of a new ticket, and why.
#[derive(Clone, Default)]
struct Ruled {
    values: Values,
    causes: Vec<Cause>,
}

/// Whether new tickets from there are placed. Imports and undo say where a ticket was.
pub(super) fn is_placed(source: Source) -> bool {
    matches!(source, Source::Web | Source::Api | Source::Portal | Source::Mail)
}

/// Puts new tickets where the rules say, and gives them to an agent if their queue does so.
pub(super) async fn place(tx: &mut Tx, actor: &Actor, rows: &[Prepared], set: &ChangeSet) -> Result<()> {
    let made: Vec<&Prepared> = rows.iter().filter(|row| row.act == Act::Create).collect();
    if made.is_empty() {
        return Ok(());
    }
    let mut changes = ruled(tx, actor, set, &made).await?;
    let usual = first_queue(tx, actor, set, &made, &mut changes).await?;
    let queue_of = |row: &Prepared, changes: &Ruled| -> Option<Uuid> {
        let queue = changes.values.get("queue_id").unwrap_or_else(|| row.after.value("queue_id"));
        queue.as_str().and_then(|id| id.parse().ok()).or(usual)
    };
    let queues: BTreeSet<Uuid> = made.iter().zip(&changes).filter_map(|(row, set)| queue_of(row, set)).collect();
    if queues.len() > 1 {
        hold_turns(tx, queues).await?;
    }
    for (row, mut changes) in made.into_iter().zip(changes) {
        let queue = queue_of(row, &changes);
        let status = row.after.text("status");
        let is_open = row.after.reference("owner_id").is_none() && !changes.values.contains_key("owner_id");
        let is_awake = row.after.datetime("snoozed_until").is_none_or(|until| until <= batch::now());
        if let (Some(queue), true, Some("new" | "open")) = (queue, is_open && is_awake, status)
            && let Some((turn, cause)) = choose(tx, queue).await?
        {
            changes.values.extend(turn);
            changes.causes.push(cause);
        }
        let Ruled { values, causes } = changes;
        if !values.is_empty() {
            super::change(tx, actor, (set.id, causes), row.after.id, values).await?;
        }
    }
    Ok(())
}

/// What the organisation's rules change of new tickets.
async fn ruled(tx: &mut Tx, actor: &Actor, set: &ChangeSet, made: &[&Prepared]) -> Result<Vec<Ruled>> {
    // A rule's days are the same whoever makes the ticket.
    let system = Actor { zone: Zone::utc(), ..actor.unlimited() };
    let ids: Vec<Uuid> = made.iter().map(|row| row.after.id).collect();
    let mut changes = vec![Ruled::default(); made.len()];
    for rule in rules(tx).await? {
        let fits = fitting(tx, &system, &rule, &ids).await?;
        for (row, changes) in made.iter().zip(&mut changes).filter(|(row, _)| fits.contains(&row.after.id)) {
            // A mailbox's queue is where its mail goes as long as no rule knows better; nobody chose it for this ticket.
            let is_chosen = |field: &str| field != "queue_id" || set.source != Source::Mail;
            let is_given =
                |field: &str| row.patch.iter().any(|name| name == field) && !row.after.value(field).is_null();
            let is_set = |field: &str| is_chosen(field) && is_given(field);
            if add(&mut changes.values, is_set, &row.after, &rule) {
                let view = TicketRule(&rule.values);
                let name = view.name().unwrap_or_default().to_owned();
                changes.causes.push(Cause::Rule { name, other_name: view.other_name().map(str::to_owned) });
            }
        }
    }
    Ok(changes)
}

/// Puts tickets for which nobody chose a queue, and no rule, into the first of those that customers choose from, else into the first
/// of all: in none they would have no service level, and only who sees every ticket would come across them. Says which it is.
async fn first_queue(
    tx: &mut Tx,
    actor: &Actor,
    set: &ChangeSet,
    made: &[&Prepared],
    changes: &mut [Ruled],
) -> Result<Option<Uuid>> {
    let waits =
        |at: &usize| !changes[*at].values.contains_key("queue_id") && made[*at].after.value("queue_id").is_null();
    let lost: Vec<usize> = (0..made.len()).filter(waits).collect();
    if lost.is_empty() {
        return Ok(None);
    }
    let found: Option<Uuid> = sqlx::query_scalar(
        "select id from queues where org_id = $1 and archived_at is null
         order by public is not true, position nulls last, name, id limit 1",
    )
    .bind(tx.org_id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let Some(queue) = found else { return Ok(None) };
    let rows: Vec<&Prepared> = lost.iter().map(|at| made[*at]).collect();
    for row in &rows {
        let values = Values::from_iter([("queue_id".to_owned(), queue.to_string().into())]);
        super::change(tx, actor, (set.id, vec![Cause::NoRule]), row.after.id, values).await?;
    }
    // There are rules about queues.
    for (at, again) in lost.into_iter().zip(ruled(tx, actor, set, &rows).await?) {
        changes[at] = again;
    }
    Ok(found)
}

/// Lets nobody else hand out tickets of these queues until the transaction ends. Of several always in the same order, so
/// that nobody waits for somebody who waits for them.
pub(super) async fn hold_turns(tx: &mut Tx, queues: BTreeSet<Uuid>) -> Result<()> {
    for queue in queues {
        nobody_else_at(tx, "turns", queue).await?;
    }
    Ok(())
}

/// Holds the turns of all queues before tickets are made each for itself: into which of them the rules put one is known only then.
pub(in super::super) async fn before_each(tx: &mut Tx, def: &RecordDef, command: &Command) -> Result<()> {
    let makes = command.changes.iter().any(|change| matches!(change, Change::Create { .. }));
    if def.name != TICKET.name || !makes || !is_placed(command.source) {
        return Ok(());
    }
    let queues: Vec<Uuid> = sqlx::query_scalar("select id from queues where org_id = $1 and archived_at is null")
        .bind(tx.org_id)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    hold_turns(tx, queues.into_iter().collect()).await
}

/// What gives a ticket to the agent whose turn it is in a queue, with the queue's team, and why; nothing where agents take
/// tickets themselves, and while all are away or have their hands full. Whoever is chosen has had their turn.
pub(super) async fn choose(tx: &mut Tx, queue_id: Uuid) -> Result<Option<(Values, Cause)>> {
    let Some(row) = rows_by_id(tx, &QUEUE, &[queue_id].into()).await?.into_iter().next() else { return Ok(None) };
    let queue = Queue(&row.values);
    let routing = queue.routing().unwrap_or("manual").to_owned();
    let Some(team) = queue.served_by_id().filter(|_| routing != "manual") else { return Ok(None) };
    // One after the other: two tickets at once would both go to whoever is next.
    hold_turns(tx, [queue_id].into()).await?;
    let found: Option<(Uuid,)> = sqlx::query_as(
        "select u.id from users u
         cross join lateral (select count(*) as n from tickets t where t.org_id = u.org_id and t.owner_id = u.id
                             and t.archived_at is null and t.status not in ('solved', 'closed')) busy
         left join queue_turns q on q.org_id = u.org_id and q.queue_id = $2 and q.user_id = u.id
         where u.org_id = $1 and u.team_id = $3 and u.archived_at is null and u.active and u.away is not true
           and busy.n < least($4, coalesce(u.ticket_capacity, $4))
           and not exists (select lower(n) from unnest($5::text[]) n except select lower(s) from unnest(u.skills) s)
         order by case when $6 then 0 else busy.n end, q.at nulls first, u.id limit 1",
    )
    .bind(tx.org_id)
    .bind(queue_id)
    .bind(team)
    .bind(queue.capacity().unwrap_or(20))
    .bind(needed_skills(&row, &routing))
    .bind(routing == "round_robin")
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let Some((agent,)) = found else { return Ok(None) };
    sqlx::query(
        "insert into queue_turns (org_id, queue_id, user_id, at) values ($1, $2, $3, clock_timestamp())
         on conflict (org_id, queue_id, user_id) do update set at = excluded.at",
    )
    .bind(tx.org_id)
    .bind(queue_id)
    .bind(agent)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let (name, other_name) = (queue.name().unwrap_or_default().to_owned(), queue.other_name().map(str::to_owned));
    Ok(Some((assignment(agent, team), Cause::Queue { name, other_name })))
}

fn needed_skills(queue: &Row, routing: &str) -> Vec<String> {
    if routing == "skill" { texts(&queue.values, "skills").map(str::to_owned).collect() } else { Vec::new() }
}

/// What gives a waiting ticket to an agent.
fn assignment(agent: Uuid, team: Uuid) -> Values {
    let text = |id: Uuid| Value::from(id.to_string());
    Values::from_iter([("owner_id".to_owned(), text(agent)), ("team_id".to_owned(), text(team))])
}
