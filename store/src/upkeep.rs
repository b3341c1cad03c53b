//! What has to be done again and again: room for the months ahead, forgetting what ran out, recycling customers.

use std::time::Duration;

use shared::Result;
use shared::access::Actor;
use shared::command::{Change, Command, Source};
use shared::types::{CUSTOMER, REGISTRY};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::{DbRole, Store};
use crate::write::renew;

/// Between two parts of what may wait, so that others get their turn.
const BREATH: Duration = Duration::from_millis(20);
/// Customers given back per change set.
const CHUNK: i64 = 500;

impl Store {
    /// Run it hourly; that several nodes do so at once is harmless.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn upkeep(&self) -> Result<()> {
        for statement in ["select guanxi_partitions()", "select guanxi_tidy()", "select guanxi_forget_exports()"] {
            sqlx::query(statement).execute(&self.pool).await.map_err(from_sqlx)?;
        }
        self.purge_expired().await?;
        for administrator in self.administrators().await? {
            let actor = self.actor(administrator.org_id, administrator.user_id).await?;
            self.recycle(&actor).await?;
            self.renew_search(actor.org_id).await?;
        }
        Ok(())
    }

    /// After an update that makes search entries in another way: brings an organisation's up to date, in small pieces.
    async fn renew_search(&self, org_id: Uuid) -> Result<()> {
        for def in REGISTRY.iter().copied().filter(|def| def.fields.iter().any(|field| field.searchable)) {
            loop {
                let mut tx = self.begin(org_id, DbRole::Writer).await?;
                let renewed = renew(&mut tx, def).await?;
                tx.commit().await?;
                if renewed == 0 {
                    break;
                }
                tokio::time::sleep(BREATH).await;
            }
        }
        Ok(())
    }

    /// Gives customers whom nobody followed up for as long as the organisation says back to the public pool, through
    /// the write path as everything else, so that it is in the audit log and can be undone. Says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recycle(&self, administrator: &Actor) -> Result<usize> {
        let mut released = 0;
        loop {
            let neglected = self.neglected(administrator).await?;
            let wanted = neglected.len();
            if wanted == 0 {
                return Ok(released);
            }
            let values = || [("owner_id".to_owned(), serde_json::Value::Null)].into_iter().collect();
            let release = |id| Change::Update { id, version: None, values: values() };
            let command = Command {
                record_type: CUSTOMER.name.to_owned(),
                changes: neglected.into_iter().map(release).collect(),
                source: Source::System,
                ..Command::default()
            };
            let outcome = self.apply(administrator, command).await?;
            released += wanted - outcome.refused.len();
            // Those refused would be found again.
            if !outcome.refused.is_empty() || wanted < CHUNK as usize {
                return Ok(released);
            }
        }
    }

    /// Customers with an owner but, for too long, without change, follow-up, plan or open deal.
    async fn neglected(&self, actor: &Actor) -> Result<Vec<Uuid>> {
        let mut tx = self.reading(actor).await?;
        sqlx::query_scalar(
            "select c.id from customers c
             join organisations o on o.org_id = c.org_id and o.id = c.org_id and o.pool_after is not null
             cross join lateral (select now() - make_interval(days => o.pool_after::int) as since) cut
             where c.org_id = $1 and c.owner_id is not null and c.archived_at is null and c.updated_at < cut.since
             and not exists (select from activities a where a.org_id = c.org_id and a.customer_id = c.id
                             and a.archived_at is null and a.occurred_at >= cut.since)
             and not exists (select from opportunities d where d.org_id = c.org_id and d.customer_id = c.id
                             and d.archived_at is null and d.status = 'open')
             and not exists (select from tasks t where t.org_id = c.org_id and t.customer_id = c.id
                             and t.archived_at is null and t.done is not true and t.due_at >= now())
             order by c.id limit $2",
        )
        .bind(actor.org_id)
        .bind(CHUNK)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }
}
