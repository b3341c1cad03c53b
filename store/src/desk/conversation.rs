//! What was said about a ticket, in parts from its end.

use shared::access::{Action, Actor};
use shared::desk::Conversation;
use shared::types::{ATTACHMENT, TICKET, TICKET_MESSAGE};
use shared::{Error, RecordDef, Result, Row};
use uuid::Uuid;

use super::splits::splits;
use crate::columns::{decode, select_list};
use crate::error::from_sqlx;
use crate::live::snapshot_cursor;
use crate::pool::{Store, Tx};
use crate::read::titles;
use crate::scope::{Sql, push_scope};

/// Messages of one part.
const PART: usize = 50;
/// Most files shown with it.
const FILES: i64 = 500;

impl Store {
    /// The newest messages of a ticket, or those before one of them.
    ///
    /// # Errors
    /// `NotFound` when there is no such ticket for the actor.
    pub async fn conversation(&self, actor: &Actor, ticket_id: Uuid, before: Option<Uuid>) -> Result<Conversation> {
        let mut tx = self.reading(actor).await?;
        let live = snapshot_cursor(&mut *tx.inner).await?;
        must_read(&mut tx, actor, ticket_id).await?;
        let mut messages = messages(&mut tx, actor, ticket_id, before).await?;
        let earlier = messages.len() > PART;
        messages.truncate(PART);
        messages.reverse();
        let mut attachments = files(&mut tx, actor, ticket_id, None).await?;
        let splits = splits(&mut tx, actor, ticket_id).await?;
        let mut names = titles(&mut tx, actor, &TICKET_MESSAGE, &messages).await?;
        names.extend(titles(&mut tx, actor, &ATTACHMENT, &attachments).await?);
        messages.iter_mut().for_each(|row| actor.redact(&TICKET_MESSAGE, &mut row.values));
        attachments.iter_mut().for_each(|row| actor.redact(&ATTACHMENT, &mut row.values));
        Ok(Conversation { messages, attachments, splits, titles: names, earlier, live: live.to_string() })
    }
}

/// Refuses tickets that the actor may not read.
async fn must_read(tx: &mut Tx, actor: &Actor, ticket_id: Uuid) -> Result<()> {
    let mut sql = Sql::new("select t.id from tickets t where t.org_id = ");
    sql.push_bind(actor.org_id).push(" and t.id = ").push_bind(ticket_id).push(" and ");
    push_scope(&mut sql, actor, &TICKET, Action::Read, "t");
    let found = sql.build().fetch_optional(&mut *tx.inner).await.map_err(from_sqlx)?;
    found.map(drop).ok_or(Error::NotFound)
}

/// `select … from <type> t where` it belongs to the ticket and the actor may read it.
fn of_ticket(actor: &Actor, def: &'static RecordDef, ticket_id: Uuid) -> Sql {
    let mut sql = Sql::new("select ");
    sql.push(select_list(def, "t")).push(format_args!(" from {} t where t.org_id = ", def.table()));
    sql.push_bind(actor.org_id)
        .push(" and t.ticket_id = ")
        .push_bind(ticket_id)
        .push(" and t.archived_at is null and ");
    push_scope(&mut sql, actor, def, Action::Read, "t");
    sql
}

/// Newest first, one more than a part has if there are more.
async fn messages(tx: &mut Tx, actor: &Actor, ticket_id: Uuid, before: Option<Uuid>) -> Result<Vec<Row>> {
    let mut sql = of_ticket(actor, &TICKET_MESSAGE, ticket_id);
    if let Some(before) = before {
        sql.push(" and (t.said_at, t.id) < (select b.said_at, b.id from ticket_messages b where b.org_id = t.org_id and b.id = ");
        sql.push_bind(before).push(")");
    }
    sql.push(" order by t.said_at desc, t.id desc limit ").push_bind(i64::try_from(PART).unwrap_or(0) + 1);
    let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    found.iter().map(|raw| decode(&TICKET_MESSAGE, raw, 0)).collect()
}

/// Files of a ticket, or those of one of its messages.
pub(super) async fn files(tx: &mut Tx, actor: &Actor, ticket_id: Uuid, message_id: Option<Uuid>) -> Result<Vec<Row>> {
    let mut sql = of_ticket(actor, &ATTACHMENT, ticket_id);
    if let Some(message_id) = message_id {
        sql.push(" and t.message_id = ").push_bind(message_id);
    }
    sql.push(" order by t.id limit ").push_bind(FILES);
    let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    found.iter().map(|raw| decode(&ATTACHMENT, raw, 0)).collect()
}

/// Messages that others wrote after one, oldest first; after the beginning when none is named.
pub(super) async fn unseen(tx: &mut Tx, actor: &Actor, ticket_id: Uuid, seen: Option<Uuid>) -> Result<Vec<Row>> {
    let mut sql = of_ticket(actor, &TICKET_MESSAGE, ticket_id);
    sql.push(" and t.created_by is distinct from ").push_bind(actor.user_id);
    if let Some(seen) = seen {
        sql.push(" and (t.created_at, t.id) > (select b.created_at, b.id from ticket_messages b where b.org_id = t.org_id and b.id = ");
        sql.push_bind(seen).push(")");
    }
    sql.push(" order by t.said_at desc, t.id desc limit ").push_bind(i64::try_from(PART).unwrap_or(0));
    let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let mut rows: Vec<Row> = found.iter().map(|raw| decode(&TICKET_MESSAGE, raw, 0)).collect::<Result<_>>()?;
    rows.reverse();
    Ok(rows)
}
