//! The clocks of every ticket, worked out again from what happened to it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::format::Zone;
use shared::sla::{BusinessHours, Clock, ClockKind, ClockState, Clocks, Event, What};
use sqlx::types::Json;
use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

use crate::harness::Outcome;

/// Every server looks at what is due every few seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// Where the desk of this run works: no daylight saving there.
const ZONE: (&str, i32) = ("Asia/Shanghai", 8 * 3_600);

/// Tickets whose clocks are not what follows from their events, or that nobody looks at in time.
pub(crate) async fn flaws(db: &mut PgConnection) -> Outcome<Vec<String>> {
    let mut flaws: Vec<String> = forgotten(db).await?.into_iter().collect();
    // Of one moment: the clocks go on meanwhile.
    let mut tx = db.begin().await?;
    sqlx::query("set transaction isolation level repeatable read").execute(&mut *tx).await?;
    let hours = hours(&mut tx).await?;
    let mut histories: BTreeMap<Uuid, Vec<Event>> = BTreeMap::new();
    let sql = "select ticket_id, event from sla_events order by id";
    let events: Vec<(Uuid, Json<Event>)> = sqlx::query_as(sql).fetch_all(&mut *tx).await?;
    for (ticket, Json(event)) in events {
        histories.entry(ticket).or_default().push(event);
    }
    let sql = "select id, sla_policy_id, sla_state, due_at, due_clock, at_risk_at, clocks from tickets";
    let rows = sqlx::query(sql).fetch_all(&mut *tx).await?;
    println!(
        "the clocks of {} tickets follow from {} events",
        rows.len(),
        histories.values().map(Vec::len).sum::<usize>()
    );
    for row in rows {
        let id: Uuid = row.get(0);
        let (policy, shown): (Option<Uuid>, Option<Json<Clocks>>) = (row.get(1), row.get(6));
        let (Some(hours), Some(Json(shown))) = (policy.and_then(|policy| hours.get(&policy)), shown) else {
            flaws.push(format!("the ticket {id} has no service level, though all have"));
            continue;
        };
        let history = histories.remove(&id).unwrap_or_default();
        let fresh = Clocks::at(shown.resolution.as_of, &history, hours);
        let told: Summary = (row.get(2), row.get(3), row.get(4), row.get(5));
        let follows = summary(&fresh);
        if !shown.agree_with(&fresh, hours) {
            flaws.push(format!("the clocks of ticket {id} are {shown:?}, what happened gives {fresh:?}"));
        } else if told != follows {
            flaws.push(format!("the ticket {id} is said to be {told:?}, its clocks give {follows:?}"));
        }
    }
    let sql = "select distinct record_id from audit_entries where record_type = 'ticket' and action = 'delete'";
    for (deleted,) in sqlx::query_as::<_, (Uuid,)>(sql).fetch_all(&mut *tx).await? {
        let left = histories.remove(&deleted).unwrap_or_default();
        let made = left.iter().filter(|event| event.what == What::Created).count();
        let said = left.iter().any(|event| matches!(event.what, What::CustomerMessage | What::AgentReply));
        if made > 1 || said {
            flaws.push(format!("of the ticket {deleted}, which is gone, is left {left:?}"));
        }
    }
    flaws.extend(histories.keys().map(|id| format!("something happened to the ticket {id}, which never was")));
    Ok(flaws)
}

/// State of the whole, when something is due, which clock that is, and from when on it is at risk.
type Summary = (Option<String>, Option<DateTime<Utc>>, Option<String>, Option<DateTime<Utc>>);

fn summary(clocks: &Clocks) -> Summary {
    let all: Vec<(ClockKind, &Clock)> = ClockKind::ALL.into_iter().map(|kind| (kind, clocks.get(kind))).collect();
    let running: Vec<&(ClockKind, &Clock)> = all.iter().filter(|(_, clock)| clock.is_running()).collect();
    let due = running.iter().filter_map(|(kind, clock)| Some((clock.due_at?, kind.code()))).min_by_key(|(at, _)| *at);
    let at_risk = running.iter().filter_map(|(_, clock)| clock.at_risk_at).min();
    let any = |wanted: &[ClockState]| all.iter().any(|(_, clock)| wanted.contains(&clock.state));
    let state = match () {
        () if any(&[ClockState::Missed, ClockState::MetLate]) => "missed",
        () if any(&[ClockState::AtRisk]) => "at_risk",
        () if any(&[ClockState::Active]) => "active",
        () if any(&[ClockState::Paused]) => "paused",
        () if any(&[ClockState::Met]) => "met",
        () => "none",
    };
    (Some(state.to_owned()), due.map(|(at, _)| at), due.map(|(_, code)| code.to_owned()), at_risk)
}

/// Opening hours by service level.
async fn hours(db: &mut PgConnection) -> Outcome<BTreeMap<Uuid, BusinessHours>> {
    let sql = "select p.id, c.hours from sla_policies p left join business_calendars c on c.id = p.calendar_id";
    let found: Vec<(Uuid, Option<Json<Value>>)> = sqlx::query_as(sql).fetch_all(db).await?;
    let open = |hours: Option<Json<Value>>| match hours {
        Some(Json(hours)) => BusinessHours::parse(Zone::fixed(ZONE.0, ZONE.1), &hours, &Value::Null, &Value::Null)
            .map_err(|errors| format!("hours that can't be read: {errors:?}")),
        None => Ok(BusinessHours::always()),
    };
    found.into_iter().map(|(id, hours)| Ok((id, open(hours)?))).collect()
}

/// What is due and stays so.
async fn forgotten(db: &mut PgConnection) -> Outcome<Option<String>> {
    let until = Instant::now() + PATIENCE;
    let sql = "select count(*) from tickets where sla_check_at <= now() and archived_at is null";
    loop {
        let due: i64 = sqlx::query_scalar(sql).fetch_one(&mut *db).await?;
        if due == 0 {
            return Ok(None);
        }
        if Instant::now() > until {
            return Ok(Some(format!("nobody looks at the clocks of {due} tickets, which are due")));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
