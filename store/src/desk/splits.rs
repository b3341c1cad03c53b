//! Where something that was said in a ticket went when it was split off, and where what a ticket began with came from.

use shared::Result;
use shared::access::{Action, Actor, FieldAccess};
use shared::desk::Split;
use shared::types::TICKET;
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::intake::first_message;
use crate::pool::Tx;
use crate::scope::{Sql, push_scope};

/// Most tickets of which it is told.
const MOST: i64 = 200;

/// What a reader must see of tickets to be told.
const TOLD: [&str; 3] = ["parent_id", "number", "subject"];

/// A ticket above or below the one that is read.
struct Related {
    id: Uuid,
    number: String,
    subject: String,
    /// The ticket that is read is part of it.
    above: bool,
}

/// The tickets that were split off a ticket, and the one that it was split off itself, as far as the actor may read them: the new
/// one is part of the old one, and began with what was said there in that very moment.
pub(super) async fn splits(tx: &mut Tx, actor: &Actor, ticket_id: Uuid) -> Result<Vec<Split>> {
    if TOLD.iter().any(|field| actor.field_access(&TICKET, field) == FieldAccess::Hidden) {
        return Ok(Vec::new());
    }
    let related = related(tx, actor, ticket_id).await?;
    if related.is_empty() {
        return Ok(Vec::new());
    }
    let pair = |one: &Related| if one.above { (ticket_id, one.id) } else { (one.id, ticket_id) };
    let (made, within): (Vec<Uuid>, Vec<Uuid>) = related.iter().map(pair).unzip();
    let began: Vec<Uuid> = made.iter().copied().map(first_message).collect();
    let found: Vec<(Uuid, Uuid, Uuid)> = sqlx::query_as(
        "select distinct on (p.made) p.made, f.id, m.id
         from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as p (made, within, began)
         join ticket_messages f on f.org_id = $1 and f.id = p.began and f.ticket_id = p.made
         join ticket_messages m on m.org_id = $1 and m.ticket_id = p.within and m.said_at = f.said_at
         order by p.made, m.id",
    )
    .bind(tx.org_id)
    .bind(made)
    .bind(within)
    .bind(began)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let split = |Related { id, number, subject, above }| {
        let new = if above { ticket_id } else { id };
        let (_, began, said) = found.iter().find(|(made, ..)| *made == new)?;
        let message_id = if above { *began } else { *said };
        Some(Split { message_id, ticket_id: id, number, subject, is_from: above })
    };
    Ok(related.into_iter().filter_map(split).collect())
}

/// The ticket of which it is a part, and its own parts, in the order in which they were made.
async fn related(tx: &mut Tx, actor: &Actor, ticket_id: Uuid) -> Result<Vec<Related>> {
    let mut sql = Sql::new("select t.id, coalesce(t.number, ''), t.subject, t.parent_id is distinct from ");
    sql.push_bind(ticket_id).push(" from tickets t where t.org_id = ").push_bind(tx.org_id);
    sql.push(" and (t.parent_id = ").push_bind(ticket_id);
    sql.push(" or t.id = (select own.parent_id from tickets own where own.org_id = t.org_id and own.id = ");
    sql.push_bind(ticket_id).push(")) and ");
    push_scope(&mut sql, actor, &TICKET, Action::Read, "t");
    sql.push(" order by t.id limit ").push_bind(MOST);
    let found: Vec<(Uuid, String, String, bool)> =
        sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(found.into_iter().map(|(id, number, subject, above)| Related { id, number, subject, above }).collect())
}
