//! Taking tickets: exactly one agent gets each.

use shared::access::{Action, Actor};
use shared::command::{Change, Command};
use shared::desk::Claimed;
use shared::types::TICKET;
use shared::{Error, Result, Values};
use uuid::Uuid;

use super::push_urgency;
use crate::error::from_sqlx;
use crate::pool::Store;
use crate::scope::{Sql, push_scope};

/// How many of the most urgent tickets are tried before it is said that none waits: so many agents may ask at once.
const TRIED: i64 = 100;

impl Store {
    /// Takes a ticket that nobody works. The version decides between agents that do so at once.
    ///
    /// # Errors
    /// `Conflict` with the ticket as it is when a colleague has it, `Forbidden` without the right to change it.
    pub async fn claim_ticket(&self, actor: &Actor, ticket_id: Uuid) -> Result<Claimed> {
        let row = self.get(actor, &TICKET, ticket_id).await?.row;
        match row.reference("owner_id") {
            Some(owner) if owner == actor.user_id => return Ok(Claimed { ticket: row, change_set: None }),
            Some(_) => return Err(Error::Conflict { current: Box::new(row), fields: vec!["owner_id".into()] }),
            None => {}
        }
        let values = Values::from_iter([("owner_id".to_owned(), actor.user_id.to_string().into())]);
        // The team stays the queue's: a colleague of another team may help out.
        let team = row.value("team_id").clone();
        let values = values.into_iter().chain([("team_id".to_owned(), team)]).collect();
        let change = Change::Update { id: ticket_id, version: Some(row.version), values };
        let outcome = self.apply(actor, Command::one(TICKET.name, change)).await?;
        let ticket = outcome.rows.into_iter().next().ok_or(Error::NotFound)?;
        Ok(Claimed { ticket, change_set: Some(outcome.change_set) })
    }

    /// Takes the most urgent ticket that nobody works, of these queues (of all when there are none), leaving out `skip`.
    ///
    /// # Errors
    /// `Forbidden` without any right to change tickets.
    pub async fn next_ticket(&self, actor: &Actor, queue_ids: &[Uuid], skip: &[Uuid]) -> Result<Option<Claimed>> {
        if !actor.may(&TICKET, Action::Update) {
            return Err(Error::Forbidden);
        }
        for id in self.waiting(actor, queue_ids, skip).await? {
            match self.claim_ticket(actor, id).await {
                Ok(claimed) => return Ok(Some(claimed)),
                // A colleague was faster, or it went elsewhere meanwhile.
                Err(Error::Conflict { .. } | Error::NotFound | Error::Forbidden) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Tickets that nobody works and with which there is something to do, the most urgent first. One that waits for others has
    /// its turn once it is overdue, or was put off and that time has come.
    async fn waiting(&self, actor: &Actor, queue_ids: &[Uuid], skip: &[Uuid]) -> Result<Vec<Uuid>> {
        let mut tx = self.reading(actor).await?;
        let mut sql = Sql::new(
            "select t.id from tickets t where t.archived_at is null and t.status not in ('solved', 'closed')
             and (t.status in ('new', 'open') or t.due_at <= now() or t.snoozed_until is not null)
             and t.owner_id is null and (t.snoozed_until is null or t.snoozed_until <= now()) and t.org_id = ",
        );
        sql.push_bind(actor.org_id).push(" and t.id <> all(").push_bind(skip.to_vec()).push(") and ");
        push_scope(&mut sql, actor, &TICKET, Action::Update, "t");
        if !queue_ids.is_empty() {
            sql.push(" and t.queue_id = any(").push_bind(queue_ids.to_vec()).push(")");
        }
        push_urgency(&mut sql);
        sql.push(" limit ").push_bind(TRIED);
        sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
    }
}
