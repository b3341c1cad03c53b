//! Counts and sums that the database keeps (migration 0008), for readers of everything.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use shared::access::Actor;
use shared::board::Totals;
use shared::query::Filter;
use shared::types::OPPORTUNITY;
use shared::{RecordDef, Result};
use uuid::Uuid;

use super::list::words;
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::Sql;

/// Whether what is kept is what the actor asks for: it knows of no owners, filters, words or archives.
pub(super) fn are_of(actor: &Actor, def: &RecordDef, filter: Option<&Filter>, search: Option<&str>) -> bool {
    filter.is_none() && words(search).is_none() && actor.reads_all(def)
}

/// Appends how many records of a type there are, without archived ones, and where that is from.
pub(crate) fn push_count(sql: &mut Sql, org_id: Uuid, def: &RecordDef) {
    sql.push("coalesce(sum(records), 0)::bigint from tallies where org_id = ").push_bind(org_id);
    sql.push(" and counted = ").push_bind(def.table());
}

/// What the stages of a pipeline add up to; empty stages are left out.
pub(super) async fn by_stage(tx: &mut Tx, pipeline: Uuid) -> Result<BTreeMap<Uuid, Totals>> {
    let found: Vec<(Uuid, i64, Decimal, Decimal)> = sqlx::query_as(
        "select y.part, sum(y.records)::bigint, sum(y.amount), round(sum(y.weighted) / 100, 2)
         from stages s join tallies y on y.org_id = s.org_id and y.counted = $3 and y.part = s.id
         where s.org_id = $1 and s.pipeline_id = $2 group by y.part having sum(y.records) <> 0",
    )
    .bind(tx.org_id)
    .bind(pipeline)
    .bind(OPPORTUNITY.table())
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.into_iter().map(|(stage, count, sum, weighted)| (stage, Totals { count, sum, weighted })).collect())
}
