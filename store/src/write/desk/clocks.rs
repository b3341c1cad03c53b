//! The clocks of tickets: what happened is kept as events, and everything shown is worked out from them.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use shared::access::Actor;
use shared::record::instant_text;
use shared::sla::{BusinessHours, Category, Clock, ClockKind, ClockState, Clocks, Event, What, present};
use shared::types::{TICKET, Ticket};
use shared::{Result, Row};
use sqlx::types::Json;
use uuid::Uuid;

use super::super::audit::events_for;
use super::super::load::rows_by_id;
use super::super::prepare::{Act, Prepared};
use super::policy::{Policy, Subject, policies};
use crate::error::from_sqlx;
use crate::pool::Tx;

/// Keeps what happened to tickets.
pub(super) async fn note(tx: &mut Tx, events: &[(Uuid, DateTime<Utc>, What)]) -> Result<()> {
    let events: Vec<Noted> = events.iter().map(|(id, at, what)| (*id, *at, *what, None)).collect();
    keep(tx, &events).await
}

/// What happened to which ticket when; of a promise, the service level that makes it.
type Noted = (Uuid, DateTime<Utc>, What, Option<Uuid>);

async fn keep(tx: &mut Tx, events: &[Noted]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let tickets: Vec<Uuid> = events.iter().map(|(id, ..)| *id).collect();
    let times: Vec<DateTime<Utc>> = events.iter().map(|(_, at, ..)| *at).collect();
    let happened = events.iter().map(|(_, at, what, _)| Json(Event { at: *at, what: *what }));
    let happened: Vec<Json<Event>> = happened.collect();
    let policies: Vec<Option<Uuid>> = events.iter().map(|(.., policy)| *policy).collect();
    sqlx::query(
        "insert into sla_events (org_id, ticket_id, at, event, policy_id)
         select $1, e.ticket_id, e.at, e.event, e.policy_id
         from unnest($2::uuid[], $3::timestamptz[], $4::jsonb[], $5::uuid[]) as e (ticket_id, at, event, policy_id)",
    )
    .bind(tx.org_id)
    .bind(tickets)
    .bind(times)
    .bind(happened)
    .bind(policies)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

/// Keeps what a write means for the clocks. Of deleted tickets it stays: what comes back goes on where it would be by now.
pub(super) async fn note_changes(tx: &mut Tx, rows: &[Prepared]) -> Result<()> {
    let now = super::batch::now();
    let ids = |of: fn(&Prepared) -> bool| rows.iter().filter(|row| of(row)).map(|row| row.after.id).collect::<Vec<_>>();
    let last = last_events(tx, ids(|row| row.act == Act::Update && row.changed("status"))).await?;
    let left = histories(tx, &ids(|row| row.act == Act::Create && row.after.version > 1)).await?;
    forget(tx, ids(|row| row.act == Act::Create && row.after.version <= 1)).await?;
    let mut events = Vec::new();
    for row in rows {
        let id = row.after.id;
        let status = Ticket(&row.after.values).status().and_then(Category::parse).unwrap_or(Category::New);
        let changed = |at| (id, at, What::StatusChanged { to: status });
        match row.act {
            Act::Create => match left.get(&id) {
                Some(history) => {
                    let at = entered(row, last_of(history), now);
                    events.extend((last_status(history) != Some(status)).then(|| changed(at)));
                }
                None => {
                    let ticket = Ticket(&row.after.values);
                    let at = ticket.received_at().unwrap_or(now);
                    let since = ticket.solved_at().unwrap_or(at);
                    events.push((id, at, What::Created));
                    events.extend((status != Category::New).then(|| changed(since)));
                }
            },
            Act::Update if row.changed("status") => events.push(changed(entered(row, last.get(&id).copied(), now))),
            _ => {}
        }
    }
    note(tx, &events).await
}

/// When a ticket got its status: now, or when it is said to have been solved, though not before what happened last.
fn entered(row: &Prepared, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    let now = present(now, last);
    solved_before(row).map_or(now, |before| present(before, last).min(now))
}

/// When something happened to a ticket last.
fn last_of(history: &[Event]) -> Option<DateTime<Utc>> {
    history.iter().map(|event| event.at).max()
}

/// The status that a ticket had last.
fn last_status(history: &[Event]) -> Option<Category> {
    let status = |event: &Event| match event.what {
        What::StatusChanged { to } => Some(to),
        What::Created => Some(Category::New),
        _ => None,
    };
    history.iter().rev().find_map(status)
}

/// When a ticket was solved, if somebody writes that down later than it was.
fn solved_before(row: &Prepared) -> Option<DateTime<Utc>> {
    let written = row.after.datetime("updated_at")?;
    let solved = Ticket(&row.after.values).solved_at().filter(|_| row.changed("solved_at"));
    solved.filter(|solved| *solved < written - TimeDelta::seconds(1))
}

/// When something happened to tickets last: what is noted now was not before that.
pub(super) async fn last_events(tx: &mut Tx, tickets: Vec<Uuid>) -> Result<HashMap<Uuid, DateTime<Utc>>> {
    if tickets.is_empty() {
        return Ok(HashMap::new());
    }
    let last: Vec<(Uuid, DateTime<Utc>)> = sqlx::query_as(
        "select ticket_id, max(at) from sla_events where org_id = $1 and ticket_id = any($2) group by ticket_id",
    )
    .bind(tx.org_id)
    .bind(tickets)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(last.into_iter().collect())
}

/// Of a ticket that was deleted nothing is left for one that is made anew under its id.
async fn forget(tx: &mut Tx, tickets: Vec<Uuid>) -> Result<()> {
    if tickets.is_empty() {
        return Ok(());
    }
    sqlx::query("delete from sla_events where org_id = $1 and ticket_id = any($2)")
        .bind(tx.org_id)
        .bind(tickets)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

/// That messages were never written: their creation was taken back.
pub(super) async fn unsay(tx: &mut Tx, said: &[(Uuid, DateTime<Utc>, What)]) -> Result<()> {
    for (ticket, at, what) in said {
        // Others of the same instant, as one command writes them, stay said.
        sqlx::query(
            "delete from sla_events where org_id = $1 and ticket_id = $2 and id =
             (select max(id) from sla_events where org_id = $1 and ticket_id = $2 and at = $3 and event = $4)",
        )
        .bind(tx.org_id)
        .bind(ticket)
        .bind(at)
        .bind(Json(Event { at: *at, what: *what }))
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    }
    Ok(())
}

/// Whether what follows is part of a write that is told of anyway, or to be told of by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Along,
    Apart,
}

/// Works the clocks of these tickets out anew, with the service level that holds for each.
pub(super) async fn renew(tx: &mut Tx, actor: &Actor, ids: &[Uuid], told: Told) -> Result<()> {
    let policies = policies(tx).await?;
    let rows = rows_by_id(tx, &TICKET, &ids.iter().copied().collect()).await?;
    if policies.is_empty() && rows.iter().all(|row| row.reference("sla_policy_id").is_none()) {
        return Ok(());
    }
    let categories = customer_categories(tx, &rows).await?;
    let now = super::batch::now();
    let mut changed = Vec::new();
    for row in &rows {
        let ticket = Ticket(&row.values);
        let category = ticket.customer_id().and_then(|id| categories.get(&id)).map(String::as_str);
        let subject = Subject {
            priority: ticket.priority().unwrap_or("normal"),
            queue_id: ticket.queue_id(),
            customer_category: category,
        };
        let policy = policies.iter().find(|policy| policy.fits(&subject));
        changed.push((row, policy));
    }
    let terms = |policy: Option<&Policy>| policy.map(|policy| policy.terms).unwrap_or_default();
    let mut histories = histories(tx, ids).await?;
    let mut switched = Vec::new();
    for (row, policy) in &changed {
        let history = histories.entry(row.id).or_default();
        let last = history.iter().rev().find_map(|event| match event.what {
            What::PolicyChanged(terms) => Some(terms),
            _ => None,
        });
        let policy_id = policy.map(|policy| policy.id);
        // One that promises the same may do so by other hours.
        let is_other = last.is_some() && row.reference("sla_policy_id") != policy_id;
        if is_other || last.unwrap_or_default() != terms(*policy) {
            let first = history.first().filter(|_| last.is_none()).map(|event| event.at);
            let since = first.unwrap_or_else(|| present(now, last_of(history)));
            let what = What::PolicyChanged(terms(*policy));
            history.push(Event { at: since, what });
            switched.push((row.id, since, what, policy_id));
        }
    }
    keep(tx, &switched).await?;
    let of = |(row, policy): &(&Row, Option<&Policy>)| Some(state(row, *policy, histories.get(&row.id)?, now));
    write(tx, actor, changed.iter().filter_map(of).collect(), told).await
}

/// Whether something else is shown of a clock than it is now, but for the time that has passed since.
fn is_outdated(shown: &Value, clocks: &Clocks, hours: &BusinessHours) -> bool {
    !serde_json::from_value::<Clocks>(shown.clone()).is_ok_and(|shown| shown.agree_with(clocks, hours))
}

/// What is shown of the clocks, and when they are looked at again.
fn state(row: &Row, policy: Option<&Policy>, history: &[Event], now: DateTime<Utc>) -> Value {
    let always = BusinessHours::always();
    let hours = policy.map_or(&always, |policy| &policy.hours);
    let clocks = Clocks::at(now, history, hours);
    let next = clocks.next_change(policy.map(|policy| policy.steps.as_slice()).unwrap_or_default(), hours);
    let running = || ClockKind::ALL.into_iter().filter(|kind| clocks.get(*kind).is_running());
    let due = running().filter_map(|kind| Some((clocks.get(kind).due_at?, kind))).min_by_key(|(at, _)| *at);
    let at_risk = running().filter_map(|kind| clocks.get(kind).at_risk_at).min();
    let text = |at: Option<DateTime<Utc>>| at.map(instant_text);
    let shown = row.value("clocks");
    let anew = !(policy.is_none() && shown.is_null()) && is_outdated(shown, &clocks, hours);
    json!({
        "id": row.id, "sla_policy_id": policy.map(|policy| policy.id), "anew": anew, "sla_state": overall(&clocks), "due_at": text(due.map(|(at, _)| at)),
        "due_clock": due.map(|(_, kind)| kind.code()), "at_risk_at": text(at_risk), "clocks": clocks, "sla_check_at": text(next),
        "first_response_worked": worked(&clocks.first_response), "resolution_worked": worked(&clocks.resolution),
    })
}

/// Most working seconds that are kept: more than sixty years.
const LONGEST: i64 = 2_000_000_000;

/// How long a clock ran that had a target and was met.
fn worked(clock: &Clock) -> Option<i64> {
    matches!(clock.state, ClockState::Met | ClockState::MetLate).then(|| clock.elapsed.clamp(0, LONGEST))
}

/// The state of the whole: the worst of what still runs, else how it went.
fn overall(clocks: &Clocks) -> &'static str {
    let states: Vec<_> = ClockKind::ALL.into_iter().map(|kind| clocks.get(kind)).collect();
    let any = |wanted: ClockState| states.iter().any(|clock| clock.state == wanted);
    if any(ClockState::Missed) || any(ClockState::MetLate) {
        "missed"
    } else if states.iter().any(|clock| clock.is_running() && clock.state == ClockState::AtRisk) {
        "at_risk"
    } else if states.iter().any(|clock| clock.is_running()) {
        "active"
    } else if any(ClockState::Paused) {
        "paused"
    } else if any(ClockState::Met) {
        "met"
    } else {
        "none"
    }
}

/// Writes what differs, and tells of it. A version stands for something that somebody did: what follows from that is part of it.
async fn write(tx: &mut Tx, actor: &Actor, states: Vec<Value>, told: Told) -> Result<()> {
    let touched: Vec<Uuid> = sqlx::query_scalar(
        "update tickets t
         set sla_policy_id = s.sla_policy_id, sla_state = s.sla_state, due_at = s.due_at, due_clock = s.due_clock,
             at_risk_at = s.at_risk_at, clocks = s.clocks, sla_check_at = s.sla_check_at,
             first_response_worked = s.first_response_worked, resolution_worked = s.resolution_worked, version = t.version + $3
         from jsonb_to_recordset($2) as s (id uuid, sla_policy_id uuid, sla_state text, due_at timestamptz, due_clock text,
                                           at_risk_at timestamptz, clocks jsonb, sla_check_at timestamptz, anew boolean,
                                           first_response_worked bigint, resolution_worked bigint)
         where t.org_id = $1 and t.id = s.id
           and (s.anew or (t.sla_policy_id, t.sla_state, t.due_at, t.due_clock, t.at_risk_at, t.sla_check_at, t.first_response_worked, t.resolution_worked)
               is distinct from
               (s.sla_policy_id, s.sla_state, s.due_at, s.due_clock, s.at_risk_at, s.sla_check_at, s.first_response_worked, s.resolution_worked))
         returning t.id",
    )
    .bind(tx.org_id)
    .bind(Json(states))
    .bind(i64::from(told == Told::Apart))
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if touched.is_empty() || told == Told::Along { Ok(()) } else { events_for(tx, actor, &TICKET, &touched).await }
}

/// What happened to each ticket, in order.
pub(super) async fn histories(tx: &mut Tx, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Event>>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found: Vec<(Uuid, Json<Event>)> =
        sqlx::query_as("select ticket_id, event from sla_events where org_id = $1 and ticket_id = any($2) order by id")
            .bind(tx.org_id)
            .bind(ids)
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    let mut all: BTreeMap<Uuid, Vec<Event>> = BTreeMap::new();
    for (id, Json(event)) in found {
        all.entry(id).or_default().push(event);
    }
    Ok(all)
}

async fn customer_categories(tx: &mut Tx, rows: &[Row]) -> Result<BTreeMap<Uuid, String>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.reference("customer_id")).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found: Vec<(Uuid, Option<String>)> =
        sqlx::query_as("select id, category from customers where org_id = $1 and id = any($2)")
            .bind(tx.org_id)
            .bind(ids)
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    Ok(found.into_iter().filter_map(|(id, category)| Some((id, category?))).collect())
}
