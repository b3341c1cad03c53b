//! What customers say that is counted into records: votes on articles, satisfaction with tickets.

use std::collections::BTreeSet;

use shared::Result;
use shared::access::Actor;
use shared::types::{ARTICLE, TICKET};
use uuid::Uuid;

use super::audit::events_for;
use super::prepare::Prepared;
use crate::error::from_sqlx;
use crate::pool::Tx;

/// Keeps a visitor's vote on a public article and counts all of them anew; `false` when there is no such article.
pub(crate) async fn count_vote(
    tx: &mut Tx,
    actor: &Actor,
    article_id: Uuid,
    (visitor, helpful): (&[u8], bool),
) -> Result<bool> {
    // One after the other: those who vote at once would not see each other's votes.
    let found = sqlx::query(
        "select from articles where org_id = $1 and id = $2 and visibility = 'public' and archived_at is null
         for no key update",
    )
    .bind(tx.org_id)
    .bind(article_id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if found.is_none() {
        return Ok(false);
    }
    sqlx::query(
        "insert into article_votes (org_id, article_id, visitor, helpful) values ($1, $2, $3, $4)
         on conflict (org_id, article_id, visitor) do update set helpful = excluded.helpful, at = now()",
    )
    .bind(tx.org_id)
    .bind(article_id)
    .bind(visitor)
    .bind(helpful)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let touched: Vec<Uuid> = sqlx::query_scalar(
        "update articles a set helpful = v.yes, unhelpful = v.no, version = a.version + 1
         from (select count(*) filter (where helpful) as yes, count(*) filter (where not helpful) as no
               from article_votes where org_id = $1 and article_id = $2) v
         where a.org_id = $1 and a.id = $2 and (a.helpful, a.unhelpful) is distinct from (v.yes, v.no) returning a.id",
    )
    .bind(tx.org_id)
    .bind(article_id)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if !touched.is_empty() {
        events_for(tx, actor, &ARTICLE, &touched).await?;
    }
    Ok(true)
}

/// Brings the satisfaction of tickets up to date with the answers there are: the last one to a question of one to five.
pub(super) async fn touch_satisfaction(tx: &mut Tx, actor: &Actor, rows: &[Prepared]) -> Result<()> {
    let mentioned = rows.iter().flat_map(|row| [row.before.as_ref(), Some(&row.after)]).flatten();
    let tickets: BTreeSet<Uuid> = mentioned.filter_map(|row| row.reference("ticket_id")).collect();
    if tickets.is_empty() {
        return Ok(());
    }
    let tickets: Vec<Uuid> = tickets.into_iter().collect();
    // Locked by a statement of its own: the next one then sees what those wrote who were waited for.
    sqlx::query("select from tickets where org_id = $1 and id = any($2) order by id for no key update")
        .bind(tx.org_id)
        .bind(&tickets)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    let touched: Vec<Uuid> = sqlx::query_scalar(
        "update tickets t set satisfaction = fresh.score, version = t.version + 1
         from (select d.id, (select r.score from survey_responses r
                             join surveys s on s.org_id = r.org_id and s.id = r.survey_id and s.kind = 'csat'
                             where r.org_id = $1 and r.ticket_id = d.id and r.archived_at is null and r.score is not null
                             order by r.answered_at desc nulls last, r.id desc limit 1) as score
               from unnest($2::uuid[]) as d (id)) fresh
         where t.org_id = $1 and t.id = fresh.id and t.satisfaction is distinct from fresh.score returning t.id",
    )
    .bind(tx.org_id)
    .bind(&tickets)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if touched.is_empty() { Ok(()) } else { events_for(tx, actor, &TICKET, &touched).await }
}
