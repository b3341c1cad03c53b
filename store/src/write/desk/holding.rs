//! Tickets are held before all else that is written with them, so that nobody waits for somebody who waits for them.

use std::collections::BTreeSet;

use shared::command::{Change, Command};
use shared::types::{TICKET, TICKET_MESSAGE};
use shared::{RecordDef, Result};
use uuid::Uuid;

use super::super::load::{self, Lock};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::{Sql, push_ids};

/// Something whose tickets are held before it is written.
pub(in super::super) trait Holds: Send {
    /// They, as they are now.
    fn tickets(&mut self, tx: &mut Tx) -> impl Future<Output = Result<BTreeSet<Uuid>>> + Send;

    /// Locks what is locked after them.
    fn lock(&mut self, tx: &mut Tx) -> impl Future<Output = Result<()>> + Send;

    /// Whether there is something to be locked even without tickets.
    fn locks(&self) -> bool;
}

/// What is written of which the tickets are to be held.
enum Of<'o> {
    /// Those of records that are parts of tickets. Whoever leads one to another ticket holds both.
    Parts(&'static RecordDef, &'o [Uuid]),
    /// Those that name some customers or contacts. All of these that may go are locked after them: from then on nobody begins to
    /// name one.
    Named { def: &'static RecordDef, ids: &'o [Uuid], may_go: &'o [Uuid] },
    /// Those that a change set wrote, about which it said something, or that name customers and contacts that it made.
    Set(Uuid),
}

/// Holds tickets until the transaction ends. What is said about them is said one after the other, and whoever writes both
/// holds the ticket first.
pub(crate) async fn hold(tx: &mut Tx, tickets: Vec<Uuid>) -> Result<()> {
    load::hold(tx, &TICKET, tickets, Lock::Change).await
}

/// Holds the ticket of a letter, and that of the message which it carries, before the letter is written.
pub(crate) async fn hold_carried(tx: &mut Tx, ticket: Uuid, message: Option<Uuid>) -> Result<()> {
    match message {
        Some(message) => hold_all(tx, &mut Of::Parts(&TICKET_MESSAGE, &[message]), BTreeSet::from([ticket])).await,
        None => hold(tx, vec![ticket]).await,
    }
}

/// Holds the tickets that messages and answers to surveys belong to, before these are looked at, and those that name customers
/// and contacts of which some are to be deleted.
pub(in super::super) async fn before_write(tx: &mut Tx, def: &'static RecordDef, command: &Command) -> Result<()> {
    match def.name {
        "ticket_message" | "survey_response" => before_parts(tx, def, command).await,
        "customer" | "contact" if command.changes.iter().any(|change| matches!(change, Change::Delete { .. })) => {
            let ids: Vec<Uuid> = command.changes.iter().map(Change::id).collect();
            hold_all(tx, &mut Of::Named { def, ids: &ids, may_go: &ids }, BTreeSet::new()).await
        }
        _ => Ok(()),
    }
}

async fn before_parts(tx: &mut Tx, def: &'static RecordDef, command: &Command) -> Result<()> {
    let (mut tickets, mut stored) = (BTreeSet::new(), Vec::new());
    for change in &command.changes {
        if let Change::Create { values, .. } | Change::Update { values, .. } = change {
            tickets.extend(shared::record::id(values, "ticket_id"));
        }
        if !matches!(change, Change::Create { .. }) {
            stored.push(change.id());
        }
    }
    if stored.is_empty() {
        return hold(tx, tickets.into_iter().collect()).await;
    }
    hold_all(tx, &mut Of::Parts(def, &stored), tickets).await
}

/// Holds the tickets of records that are to be merged, and then these: a ticket is written twice in each write, and the
/// second time Postgres looks at all that it refers to.
pub(in super::super) async fn before_merge(
    tx: &mut Tx,
    def: &'static RecordDef,
    into: Uuid,
    others: &[Uuid],
) -> Result<()> {
    if !matches!(def.name, "customer" | "contact") {
        return Ok(());
    }
    let all: Vec<Uuid> = others.iter().copied().chain([into]).collect();
    hold_all(tx, &mut Of::Named { def, ids: others, may_go: &all }, BTreeSet::new()).await
}

/// Holds the tickets of a change set before it is taken back.
pub(in super::super) async fn before_undo(tx: &mut Tx, change_set: Uuid) -> Result<()> {
    hold_all(tx, &mut Of::Set(change_set), BTreeSet::new()).await
}

/// Holds tickets, and all those of something, in the order of their ids, and locks what is locked after them. Whoever had to be
/// waited for may have led more of them there: to lock one of these now would be out of order, so all are let go, and it begins anew
/// with the longer list.
pub(in super::super) async fn hold_all(tx: &mut Tx, of: &mut impl Holds, mut tickets: BTreeSet<Uuid>) -> Result<()> {
    tickets.extend(of.tickets(tx).await?);
    if tickets.is_empty() && !of.locks() {
        return Ok(());
    }
    loop {
        tx.begin_part().await?;
        hold(tx, tickets.iter().copied().collect()).await?;
        of.lock(tx).await?;
        let found = of.tickets(tx).await?;
        let are_held = found.is_subset(&tickets);
        tx.end_part(are_held).await?;
        if are_held {
            return Ok(());
        }
        tickets.extend(found);
    }
}

impl Holds for Of<'_> {
    async fn tickets(&mut self, tx: &mut Tx) -> Result<BTreeSet<Uuid>> {
        let mut sql = match *self {
            Self::Parts(def, ids) => {
                let mut sql = Sql::new(format!("select t.ticket_id from {} t where t.org_id = ", def.table()));
                sql.push_bind(tx.org_id).push(" and t.ticket_id is not null");
                push_ids(&mut sql, "t", ids.to_vec());
                sql
            }
            Self::Named { def, ids, .. } => {
                let mut sql = Sql::new("select t.id from tickets t where t.org_id = ");
                sql.push_bind(tx.org_id).push(format_args!(" and t.{}_id = any(", def.name));
                sql.push_bind(ids.to_vec()).push(")");
                sql
            }
            Self::Set(change_set) => return of_set(tx, change_set).await,
        };
        let found: Vec<Uuid> = sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        Ok(found.into_iter().collect())
    }

    async fn lock(&mut self, tx: &mut Tx) -> Result<()> {
        match *self {
            Self::Named { def, may_go, .. } => load::hold(tx, def, may_go.to_vec(), Lock::Delete).await,
            Self::Parts(..) | Self::Set(_) => Ok(()),
        }
    }

    fn locks(&self) -> bool {
        matches!(self, Self::Named { .. })
    }
}

async fn of_set(tx: &mut Tx, change_set: Uuid) -> Result<BTreeSet<Uuid>> {
    let found: Vec<Uuid> = sqlx::query_scalar(
        "with entry as (
             select record_type, record_id, action,
                    case when record_type in ('ticket_message', 'survey_response') then (changes #>> '{ticket_id,0}')::uuid end as was
             from audit_entries where org_id = $1 and change_set = $2
             and record_type in ('ticket', 'ticket_message', 'survey_response', 'customer', 'contact')
         ), found as (
             select record_id as id from entry where record_type = 'ticket'
             union select was from entry
             union select m.ticket_id from entry e join ticket_messages m on m.org_id = $1 and m.id = e.record_id
             where e.record_type = 'ticket_message'
             union select r.ticket_id from entry e join survey_responses r on r.org_id = $1 and r.id = e.record_id
             where e.record_type = 'survey_response'
             union select t.id from entry e join tickets t on t.org_id = $1 and t.customer_id = e.record_id
             where e.record_type = 'customer' and e.action = 'create'
             union select t.id from entry e join tickets t on t.org_id = $1 and t.contact_id = e.record_id
             where e.record_type = 'contact' and e.action = 'create'
         ) select id from found where id is not null",
    )
    .bind(tx.org_id)
    .bind(change_set)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.into_iter().collect())
}
