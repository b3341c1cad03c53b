//! What a message means for its ticket: who wrote last, and that an answer of the customer opens it again.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use shared::access::Actor;
use shared::cause::Cause;
use shared::command::Source;
use shared::record::instant_text;
use shared::sla::{What, present};
use shared::types::{TICKET, TICKET_MESSAGE, TicketMessage};
use shared::{RecordDef, Result, Row, Values};
use uuid::Uuid;

use super::super::audit::{ChangeSet, events_for};
use super::super::prepare::{Act, Prepared};
use super::clocks;
use crate::error::from_sqlx;
use crate::pool::Tx;

pub(super) async fn after_write(tx: &mut Tx, actor: &Actor, rows: &[Prepared], set: &ChangeSet) -> Result<()> {
    let mentioned = rows.iter().flat_map(|row| [row.before.as_ref(), Some(&row.after)]).flatten();
    let tickets: BTreeSet<Uuid> = mentioned.filter_map(|row| row.reference("ticket_id")).collect();
    if tickets.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = tickets.iter().copied().collect();
    // By a statement of its own: the next one then sees what those wrote who were waited for.
    super::hold(tx, ids.clone()).await?;
    let (gone, said) = differences(rows);
    clocks::unsay(tx, &gone).await?;
    clocks::note(tx, &said).await?;
    let touched = touch_times(tx, &ids).await?;
    if !touched.is_empty() {
        events_for(tx, actor, &TICKET, &touched).await?;
    }
    open_again(tx, actor, rows, set).await?;
    super::letters::queue(tx, actor, rows, set).await?;
    clocks::renew(tx, actor, &ids, clocks::Told::Apart).await
}

/// What is said now comes after all that happened to its ticket, also where that was noted by a clock which is ahead of this one.
pub(in super::super) async fn say_last(
    tx: &mut Tx,
    def: &RecordDef,
    rows: &mut [Prepared],
    now: DateTime<Utc>,
) -> Result<()> {
    let is_new = |row: &Prepared| {
        def.name == TICKET_MESSAGE.name && row.act == Act::Create && row.after.datetime("said_at") == Some(now)
    };
    let new: Vec<&mut Prepared> = rows.iter_mut().filter(|row| is_new(row)).collect();
    let tickets = new.iter().filter_map(|row| row.after.reference("ticket_id")).collect();
    let last = clocks::last_events(tx, tickets).await?;
    for row in new {
        let last = row.after.reference("ticket_id").and_then(|ticket| last.get(&ticket).copied());
        row.after.values.insert("said_at".to_owned(), instant_text(present(now, last)).into());
    }
    Ok(())
}

/// What was said before these rows were written and is not any more, and what is said now. A message that is led to
/// another ticket was said there.
fn differences(rows: &[Prepared]) -> (Vec<Event>, Vec<Event>) {
    let (mut gone, mut made) = (Vec::new(), Vec::new());
    for row in rows {
        let before = row.before.as_ref().and_then(said);
        let after = if row.act == Act::Delete { None } else { said(&row.after) };
        if before != after {
            gone.extend(before.map(Said::event));
            made.extend(after.map(Said::event));
        }
    }
    (gone, made)
}

/// What clocks keep of it.
type Event = (Uuid, DateTime<Utc>, What);

/// A public message.
#[derive(PartialEq)]
struct Said {
    ticket_id: Uuid,
    inbound: bool,
    at: DateTime<Utc>,
}

impl Said {
    fn event(self) -> Event {
        (self.ticket_id, self.at, if self.inbound { What::CustomerMessage } else { What::AgentReply })
    }
}

/// Notes are no answers.
fn said(row: &Row) -> Option<Said> {
    let message = TicketMessage(&row.values);
    let public = message.kind() == Some("reply");
    let inbound = message.direction() == Some("inbound");
    Some(Said { ticket_id: message.ticket_id().filter(|_| public)?, inbound, at: message.said_at()? })
}

/// Of tickets that are said to have come in at another time, since when the customer waits who has not written since.
pub(super) async fn after_other_receipt(tx: &mut Tx, actor: &Actor, rows: &[Prepared]) -> Result<()> {
    let is_other = |row: &&Prepared| row.act == Act::Update && row.changed("received_at");
    let tickets: Vec<Uuid> = rows.iter().filter(is_other).map(|row| row.after.id).collect();
    if tickets.is_empty() {
        return Ok(());
    }
    let touched = touch_times(tx, &tickets).await?;
    if touched.is_empty() { Ok(()) } else { events_for(tx, actor, &TICKET, &touched).await }
}

/// When customers and agents wrote, worked out from the messages there are; a ticket itself is the first that its customer said.
async fn touch_times(tx: &mut Tx, tickets: &[Uuid]) -> Result<Vec<Uuid>> {
    sqlx::query_scalar(
        "update tickets t
         set customer_wrote_at = coalesce(fresh.customer, t.received_at), agent_wrote_at = fresh.agent,
             first_answered_at = fresh.first, version = t.version + 1
         from (select d.id,
                      max(m.said_at) filter (where m.direction = 'inbound') as customer,
                      max(m.said_at) filter (where m.direction = 'outbound') as agent,
                      min(m.said_at) filter (where m.direction = 'outbound') as first
               from unnest($2::uuid[]) as d (id)
               left join ticket_messages m on m.org_id = $1 and m.ticket_id = d.id and m.kind = 'reply' and m.archived_at is null
               group by d.id) fresh
         where t.org_id = $1 and t.id = fresh.id
           and (t.customer_wrote_at, t.agent_wrote_at, t.first_answered_at)
               is distinct from (coalesce(fresh.customer, t.received_at), fresh.agent, fresh.first)
         returning t.id",
    )
    .bind(tx.org_id)
    .bind(tickets)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Whoever waits for the customer, or thought it solved, has to look again when the customer writes. What comes with a merge was
/// written before.
async fn open_again(tx: &mut Tx, actor: &Actor, rows: &[Prepared], set: &ChangeSet) -> Result<()> {
    if set.source == Source::Merge {
        return Ok(());
    }
    let made = rows.iter().filter(|row| row.act == Act::Create).filter_map(|row| said(&row.after));
    let wrote: BTreeSet<Uuid> = made.filter(|said| said.inbound).map(|said| said.ticket_id).collect();
    if wrote.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = wrote.into_iter().collect();
    let found: Vec<(Uuid, String)> = sqlx::query_as(
        "select id, status from tickets where org_id = $1 and id = any($2)
         and (status in ('waiting_customer', 'solved', 'closed') or snoozed_until is not null) order by id",
    )
    .bind(tx.org_id)
    .bind(ids)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    for (id, status) in found {
        let mut values = Values::from_iter([("snoozed_until".to_owned(), serde_json::Value::Null)]);
        if matches!(status.as_str(), "waiting_customer" | "solved" | "closed") {
            values.insert("status".to_owned(), "open".into());
        }
        super::change(tx, actor, (set.id, vec![Cause::CustomerWrote]), id, values).await?;
    }
    Ok(())
}
