//! Values that follow from other records: the last and next activity of an opportunity.

use std::collections::BTreeSet;

use shared::access::Actor;
use shared::types::OPPORTUNITY;
use shared::{RecordDef, Result};
use uuid::Uuid;

use super::audit::{ChangeSet, events_for};
use super::prepare::Prepared;
use crate::error::from_sqlx;
use crate::pool::Tx;

/// Brings derived values up to date after rows of `def` were written.
pub(super) async fn after_write(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    rows: &[Prepared],
    set: &ChangeSet,
) -> Result<()> {
    super::desk::after_write(tx, actor, def, rows, set).await?;
    if def.name == "survey_response" {
        return super::public::touch_satisfaction(tx, actor, rows).await;
    }
    if !matches!(def.name, "activity" | "task") {
        return Ok(());
    }
    let mentioned = rows.iter().flat_map(|row| [row.before.as_ref(), Some(&row.after)]).flatten();
    let deals: BTreeSet<Uuid> = mentioned.filter_map(|row| row.reference("opportunity_id")).collect();
    let touched = touch_activity_times(tx, &deals).await?;
    if touched.is_empty() { Ok(()) } else { events_for(tx, actor, &OPPORTUNITY, &touched).await }
}

/// A note is no contact with the customer, so it does not count as activity.
async fn touch_activity_times(tx: &mut Tx, deals: &BTreeSet<Uuid>) -> Result<Vec<Uuid>> {
    if deals.is_empty() {
        return Ok(Vec::new());
    }
    let deals: Vec<Uuid> = deals.iter().copied().collect();
    // Locked by a statement of its own: the next one then sees what those wrote who were waited for.
    sqlx::query("select from opportunities where org_id = $1 and id = any($2) order by id for no key update")
        .bind(tx.org_id)
        .bind(&deals)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    let touched: Vec<(Uuid,)> = sqlx::query_as(
        "update opportunities o
         set last_activity_at = fresh.last, next_activity_at = fresh.next, version = o.version + 1
         from (select d.id,
                      (select max(a.occurred_at) from activities a
                       where a.org_id = $1 and a.opportunity_id = d.id and a.archived_at is null and a.kind <> 'note') as last,
                      (select min(t.due_at) from tasks t
                       where t.org_id = $1 and t.opportunity_id = d.id and t.archived_at is null and t.done is not true) as next
               from unnest($2::uuid[]) as d (id)) fresh
         where o.org_id = $1 and o.id = fresh.id
           and (o.last_activity_at, o.next_activity_at) is distinct from (fresh.last, fresh.next)
         returning o.id",
    )
    .bind(tx.org_id)
    .bind(&deals)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(touched.into_iter().map(|(id,)| id).collect())
}
