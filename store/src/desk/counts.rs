//! How much waits in each queue.

use shared::access::{Action, Actor};
use shared::desk::QueueCount;
use shared::types::TICKET;
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
}
