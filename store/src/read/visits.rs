//! What somebody has looked at: offered again, and found first.

use std::collections::HashMap;

use shared::access::{Action, Actor};
use shared::query::Hit;
use shared::types::REGISTRY;
use shared::{RecordDef, Result};
use uuid::Uuid;

use super::search::{fetch_hits, push_index, rename};
use crate::error::from_sqlx;
use crate::pool::{DbRole, Store, Tx};
use crate::scope::{Sql, push_ids, push_scope};

/// Visits that count, the last ones.
const LAST: i64 = 60;
/// Records that are offered.
const OFFERED: usize = 8;

/// How much each record is looked for: its visits, of which each week that passed halves the weight.
pub(super) type Weights = HashMap<Uuid, f64>;

impl Store {
    /// Notes that the actor has opened a record.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn visit(&self, actor: &Actor, def: &RecordDef, record_id: Uuid) -> Result<()> {
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        sqlx::query(
            "insert into visits (org_id, user_id, record_id, record_type) values ($1, $2, $3, $4)
             on conflict (org_id, user_id, record_id) do update set times = visits.times + 1, last_at = now()",
        )
        .bind(actor.org_id)
        .bind(actor.user_id)
        .bind(record_id)
        .bind(def.name)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }

    /// What the actor has looked at lately and often, and may read still.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visited(&self, actor: &Actor) -> Result<Vec<Hit>> {
        let mut tx = self.reading(actor).await?;
        let weights = weights(&mut tx, actor).await?;
        let readable = |def: &&&'static RecordDef| actor.may(def, Action::Read) && actor.sees_title(def);
        let types: Vec<_> = REGISTRY.iter().filter(readable).collect();
        if weights.is_empty() || types.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new("");
        for (at, def) in types.into_iter().enumerate() {
            sql.push(if at > 0 { " union all " } else { "" });
            push_index(&mut sql, actor, def);
            push_scope(&mut sql, actor, def, Action::Read, "t");
            push_ids(&mut sql, "t", weights.keys().copied().collect());
        }
        let mut hits = fetch_hits(&mut tx, &mut sql).await?;
        first(&mut hits, &weights);
        hits.truncate(OFFERED);
        rename(&mut tx, actor, &mut hits).await?;
        Ok(hits)
    }
}

/// How much the actor looks for what they looked at last.
pub(super) async fn weights(tx: &mut Tx, actor: &Actor) -> Result<Weights> {
    let found: Vec<(Uuid, f64)> = sqlx::query_as(
        "select record_id, times * power(0.5, extract(epoch from now() - last_at)::float8 / 604800) from visits
         where org_id = $1 and user_id = $2 order by last_at desc limit $3",
    )
    .bind(actor.org_id)
    .bind(actor.user_id)
    .bind(LAST)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.into_iter().collect())
}

/// Puts first what is looked for most; the rest stays in its order.
fn first(hits: &mut [Hit], weights: &Weights) {
    let weight = |hit: &Hit| weights.get(&hit.id).copied().unwrap_or_default();
    hits.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
}
