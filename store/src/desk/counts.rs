//! How much waits in each queue, and how much each agent has to do.

use shared::access::{Action, Actor, FieldAccess};
use shared::desk::{AgentLoad, QueueCount};
use shared::types::{TICKET, USER};
use shared::{Error, Result};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::Store;
use crate::scope::{Sql, push_scope};

impl Store {
    /// Unsettled tickets by queue, as far as the actor may read them. Snoozed ones do not wait.
    ///
    /// # Errors
    /// `Forbidden` without any right to read tickets.
    pub async fn queue_counts(&self, actor: &Actor) -> Result<Vec<QueueCount>> {
        if !actor.may(&TICKET, Action::Read) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.reading(actor).await?;
        let mut sql = Sql::new(
            "select t.queue_id, count(*), count(*) filter (where t.owner_id is null),
                    count(*) filter (where t.sla_state = 'missed' or t.at_risk_at <= now())
             from tickets t where t.archived_at is null and t.status not in ('solved', 'closed')
             and (t.snoozed_until is null or t.snoozed_until <= now()) and t.org_id = ",
        );
        sql.push_bind(actor.org_id).push(" and ");
        push_scope(&mut sql, actor, &TICKET, Action::Read, "t");
        sql.push(" group by t.queue_id");
        let found: Vec<(Option<Uuid>, i64, i64, i64)> =
            sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        let count = |(queue_id, open, unassigned, pressing)| QueueCount { queue_id, open, unassigned, pressing };
        Ok(found.into_iter().map(count).collect())
    }

    /// What those who may sign in have to do, as far as the actor may read them and the tickets.
    ///
    /// # Errors
    /// `Forbidden` without any right to read tickets.
    pub async fn agent_loads(&self, actor: &Actor) -> Result<Vec<AgentLoad>> {
        if !actor.may(&TICKET, Action::Read) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.reading(actor).await?;
        let mut sql = Sql::new(
            "select u.id, coalesce(n.open, 0), u.away is true, u.ticket_capacity from users u
             left join (select t.owner_id, count(*) as open from tickets t where t.archived_at is null
                        and t.status not in ('solved', 'closed') and t.owner_id is not null and t.org_id = ",
        );
        sql.push_bind(actor.org_id).push(" and ");
        push_scope(&mut sql, actor, &TICKET, Action::Read, "t");
        sql.push(
            " group by t.owner_id) n on n.owner_id = u.id where u.archived_at is null and u.active and u.org_id = ",
        );
        sql.push_bind(actor.org_id).push(" and ");
        push_scope(&mut sql, actor, &USER, Action::Read, "u");
        let found: Vec<(Uuid, i64, bool, Option<i64>)> =
            sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        let sees = |field: &str| actor.field_access(&USER, field) > FieldAccess::Hidden;
        let (sees_away, sees_capacity) = (sees("away"), sees("ticket_capacity"));
        let sees_work =
            ["owner_id", "status"].iter().all(|name| actor.field_access(&TICKET, name) > FieldAccess::Hidden);
        let load = |(user_id, open, away, capacity): (Uuid, i64, bool, Option<i64>)| AgentLoad {
            user_id,
            open: if sees_work { open } else { 0 },
            away: away && sees_away,
            capacity: capacity.filter(|_| sees_capacity),
        };
        Ok(found.into_iter().map(load).collect())
    }
}
