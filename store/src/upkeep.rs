//! What has to be done again and again: room for the months ahead, forgetting what ran out, recycling customers, removing
//! files of no record, looking for duplicates.

use std::time::Duration;

use shared::Result;
use shared::access::Actor;
use shared::command::{Change, Command, Source};
use shared::duplicates::can_have;
use shared::types::{CUSTOMER, REGISTRY};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::{DbRole, Store};
use crate::read::push_quiet;
use crate::scope::Sql;
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
        for statement in [
            "select guanxi_partitions()",
            "select guanxi_tidy()",
            "select guanxi_forget_exports()",
            "select guanxi_forget_imports()",
            "select guanxi_forget_told()",
            "select guanxi_forget_invitations()",
        ] {
            sqlx::query(statement).execute(&self.pool).await.map_err(from_sqlx)?;
        }
        self.purge_expired().await?;
        for administrator in self.administrators().await? {
            let actor = self.actor(administrator.org_id, administrator.user_id).await?;
            self.recycle(&actor).await?;
            self.renew_search(actor.org_id).await?;
            self.remove_orphans(actor.org_id).await?;
        }
        Ok(())
    }

    /// Looks for duplicates in all organisations, in each type at most once a day, if something changed since. One node
    /// does, one type after the other: comparing takes memory. To be run hourly, not as soon as a server starts, when
    /// everybody wants something of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look_for_new_duplicates(&self) -> Result<()> {
        for administrator in self.administrators().await? {
            for def in REGISTRY.iter().copied().filter(|def| can_have(def)) {
                if self.hold_if_due(administrator.org_id, def).await? {
                    self.find_held(administrator.org_id, def).await;
                }
            }
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
        let mut sql = Sql::new(
            "select c.id from customers c
             join organisations o on o.org_id = c.org_id and o.id = c.org_id and o.pool_after is not null
             cross join lateral (select now() - make_interval(days => o.pool_after::int) as since) cut
             where c.owner_id is not null and c.archived_at is null and c.org_id = ",
        );
        sql.push_bind(actor.org_id).push(" and ");
        push_quiet(&mut sql, &CUSTOMER, "c", &|sql| {
            sql.push("cut.since");
        });
        sql.push(" order by c.id limit ").push_bind(CHUNK);
        sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
    }
}
