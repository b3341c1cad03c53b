//! What time alone brings: clocks that run out, steps that become due, tickets that waited for an agent to be free.

use serde_json::json;
use shared::access::Actor;
use shared::cause::Cause;
use shared::command::{Change, Command, Source};
use shared::i18n::{Locale, translate};
use shared::record::instant_text;
use shared::sla::{Action, ClockKind, Clocks, Firing};
use shared::types::{PRIORITIES, TASK, TICKET, Ticket};
use shared::{Result, Row, Values};
use sqlx::types::Json;
use uuid::Uuid;

use super::super::batch;
use super::super::load::rows_by_id;
use super::clocks::{Told, histories, renew};
use super::policy::{Policy, policies};
use super::route::{choose, hold_turns};
use crate::desk::push_urgency;
use crate::error::from_sqlx;
use crate::pool::{DbRole, Store, Tx};
use crate::scope::Sql;

/// Tickets looked at in one transaction.
const AT_ONCE: i64 = 100;

impl Store {
    /// Looks at the clocks that are due and gives waiting tickets to agents who are free, in all organisations. To be run
    /// every few seconds; that several nodes do so at once is harmless.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn desk_tick(&self) -> Result<()> {
        for administrator in self.administrators().await? {
            let system = Actor::administrator(administrator.org_id, administrator.user_id);
            while self.look_at_clocks(&system).await? {}
            self.route_waiting(administrator.org_id).await?;
        }
        Ok(())
    }

    /// Whether there may be more.
    async fn look_at_clocks(&self, system: &Actor) -> Result<bool> {
        let mut tx = self.begin(system.org_id, DbRole::Writer).await?;
        let due: Vec<Uuid> = sqlx::query_scalar(
            // By the clock that they are looked at with: where Postgres' is ahead of it, they would be due for ever.
            "select id from tickets where org_id = $1 and sla_check_at <= $3 and archived_at is null
             order by sla_check_at limit $2 for no key update skip locked",
        )
        .bind(system.org_id)
        .bind(AT_ONCE)
        .bind(batch::now())
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if due.is_empty() {
            return Ok(false);
        }
        escalate(&mut tx, system, &due).await?;
        renew(&mut tx, system, &due, Told::Apart).await?;
        let more = i64::try_from(due.len()).unwrap_or(0) == AT_ONCE;
        tx.commit().await?;
        self.hub.wake();
        Ok(more)
    }

    /// Gives tickets that nobody works to agents who are free, in the queues that do so; what is put off waits for its time.
    pub(crate) async fn route_waiting(&self, org_id: Uuid) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        let mut sql = Sql::new(
            "select t.id, t.queue_id from tickets t
             join queues q on q.org_id = t.org_id and q.id = t.queue_id and q.routing <> 'manual' and q.archived_at is null
             where t.owner_id is null and t.archived_at is null and t.status in ('new', 'open')
             and (t.snoozed_until is null or t.snoozed_until <= now()) and t.org_id = ",
        );
        sql.push_bind(org_id);
        push_urgency(&mut sql);
        sql.push(" limit ").push_bind(AT_ONCE).push(" for no key update of t skip locked");
        let waiting: Vec<(Uuid, Uuid)> = sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        let Some(system) = self.system(&mut tx, &waiting).await? else { return Ok(()) };
        hold_turns(&mut tx, waiting.iter().map(|(_, queue)| *queue).collect()).await?;
        let mut full = Vec::new();
        for (ticket, queue) in waiting {
            if full.contains(&queue) {
                continue;
            }
            match choose(&mut tx, queue).await? {
                Some((turn, cause)) => {
                    super::change(&mut tx, &system, (Uuid::now_v7(), vec![cause]), ticket, turn).await?;
                }
                None => full.push(queue),
            }
        }
        tx.commit().await?;
        self.hub.wake();
        Ok(())
    }

    /// In whose name the system acts, if it has something to do.
    async fn system(&self, tx: &mut Tx, waiting: &[(Uuid, Uuid)]) -> Result<Option<Actor>> {
        if waiting.is_empty() {
            return Ok(None);
        }
        let org_id = tx.org_id;
        let all = self.administrators().await?;
        let found = all.into_iter().find(|administrator| administrator.org_id == org_id);
        Ok(found.map(|administrator| Actor::administrator(org_id, administrator.user_id)))
    }
}

/// Does the steps of service levels that are due, each once for each run of its clock.
async fn escalate(tx: &mut Tx, system: &Actor, ids: &[Uuid]) -> Result<()> {
    let policies = policies(tx).await?;
    let histories = histories(tx, ids).await?;
    let now = batch::now();
    for row in rows_by_id(tx, &TICKET, &ids.iter().copied().collect()).await? {
        let Some(policy) = policies.iter().find(|policy| Some(policy.id) == row.reference("sla_policy_id")) else {
            continue;
        };
        let Some(history) = histories.get(&row.id).filter(|_| !policy.steps.is_empty()) else { continue };
        let clocks = Clocks::at(now, history, &policy.hours);
        let done: Vec<Json<Firing>> =
            sqlx::query_scalar("select firing from sla_firings where org_id = $1 and ticket_id = $2")
                .bind(tx.org_id)
                .bind(row.id)
                .fetch_all(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        let done: Vec<Firing> = done.into_iter().map(|Json(firing)| firing).collect();
        for firing in clocks.due_steps(&policy.steps, &done) {
            fire(tx, system, &row, &firing, policy).await?;
        }
    }
    Ok(())
}

async fn fire(tx: &mut Tx, system: &Actor, ticket: &Row, firing: &Firing, policy: &Policy) -> Result<()> {
    sqlx::query("insert into sla_firings (org_id, ticket_id, firing) values ($1, $2, $3)")
        .bind(tx.org_id)
        .bind(ticket.id)
        .bind(Json(firing))
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    let step = &firing.step;
    let why = (Uuid::now_v7(), vec![policy.cause(step)]);
    match step.action {
        Action::Notify => notify(tx, system, ticket, firing, why).await,
        Action::RaisePriority => {
            let own = Ticket(&ticket.values).priority().unwrap_or("normal");
            let next = PRIORITIES.iter().skip_while(|code| **code != own).nth(1);
            match next {
                Some(next) => {
                    let values = Values::from_iter([("priority".to_owned(), (*next).into())]);
                    super::change(tx, system, why, ticket.id, values).await
                }
                None => Ok(()),
            }
        }
        Action::Assign => {
            let mut values = Values::new();
            if let Some(user) = step.user_id {
                values.insert("owner_id".into(), user.to_string().into());
            }
            if let Some(team) = step.team_id {
                values.insert("team_id".into(), team.to_string().into());
            }
            super::change(tx, system, why, ticket.id, values).await
        }
    }
}

/// A task for who is to know: whom the step names, else who works the ticket, else the manager of its team.
async fn notify(
    tx: &mut Tx,
    system: &Actor,
    ticket: &Row,
    firing: &Firing,
    (set, causes): (Uuid, Vec<Cause>),
) -> Result<()> {
    let team = firing.step.team_id.or_else(|| ticket.reference("team_id"));
    let manager: Option<Uuid> = sqlx::query_scalar("select manager_id from teams where org_id = $1 and id = $2")
        .bind(tx.org_id)
        .bind(team)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?
        .flatten();
    let named = firing.step.user_id.or_else(|| firing.step.team_id.and(manager));
    let Some(owner) = named.or_else(|| ticket.reference("owner_id")).or(manager) else { return Ok(()) };
    let values = json!({
        "subject": subject(tx, ticket, firing, owner).await?, "kind": "todo", "priority": "high", "owner_id": owner,
        "due_at": instant_text(batch::now()), "customer_id": ticket.value("customer_id"), "ticket_id": ticket.id,
    });
    let serde_json::Value::Object(values) = values else { return Ok(()) };
    let command = Command {
        record_type: TASK.name.to_owned(),
        changes: vec![Change::Create { id: Uuid::now_v7(), values }],
        change_set: Some(set),
        source: Source::System,
        ..Command::default()
    };
    let outcome = Box::pin(batch::run_because(tx, system, &TASK, &command, causes)).await?;
    if let Some(refusal) = outcome.refused.first() {
        tracing::warn!(error = ?refusal.error, "nobody could be told that a ticket runs late");
    }
    Ok(())
}

/// What the task says, in the language of who gets it.
async fn subject(tx: &mut Tx, ticket: &Row, firing: &Firing, owner: Uuid) -> Result<String> {
    let mut sql = Sql::new(
        "select coalesce(u.locale, o.locale) from users u join organisations o on o.org_id = u.org_id and o.id = u.org_id where u.org_id = ",
    );
    sql.push_bind(tx.org_id).push(" and u.id = ").push_bind(owner);
    let locale: Option<String> = sql.build_query_scalar().fetch_optional(&mut *tx.inner).await.map_err(from_sqlx)?;
    let locale = locale.as_deref().and_then(Locale::parse).unwrap_or_default();
    let key = match firing.step.clock {
        ClockKind::FirstResponse => "desk.late.first_response",
        ClockKind::NextResponse => "desk.late.next_response",
        ClockKind::Resolution => "desk.late.resolution",
    };
    let view = Ticket(&ticket.values);
    let percent = firing.step.at_percent.to_string();
    let params = [
        ("number", view.number().unwrap_or_default()),
        ("subject", view.subject().unwrap_or_default()),
        ("percent", percent.as_str()),
    ];
    Ok(translate(locale, key, &params).chars().take(200).collect())
}
