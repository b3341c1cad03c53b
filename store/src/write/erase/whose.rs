//! How somebody is known in the messages of tickets, and which of those are theirs.

use std::collections::BTreeSet;

use shared::Result;
use uuid::Uuid;

use super::imports::Said;
use crate::error::from_sqlx;
use crate::pool::Tx;

/// By what they are known in the log of merges and in messages.
pub(super) struct Whose {
    /// Their record's, and those of the records that were merged into it.
    pub(super) ids: Vec<String>,
    /// In lower case, as are their names.
    pub(super) emails: Vec<String>,
    names: Vec<String>,
}

impl Whose {
    pub(super) fn of(own: &[Uuid], said: &Said) -> Self {
        Self {
            ids: own.iter().map(Uuid::to_string).collect(),
            emails: said.emails.iter().cloned().collect(),
            names: said.names.iter().cloned().collect(),
        }
    }

    /// Messages that were said in tickets of these numbers, and those that came from an address of theirs, unless it is the address
    /// of the one whose ticket it is as well.
    pub(super) async fn written(&self, tx: &mut Tx, numbers: &[String]) -> Result<Vec<Uuid>> {
        sqlx::query_scalar(
            // Addresses are kept in lower case; `lower()` would find them by no index.
            "select s.id from (
                 select org_id, id, ticket_id, apart_from, author_email from ticket_messages
                 where org_id = $1 and apart_from = any($4)
                 union
                 select org_id, id, ticket_id, apart_from, author_email from ticket_messages
                 where org_id = $1 and author_email = any($3)
             ) s
             left join tickets t on t.org_id = s.org_id and t.id = s.ticket_id
             left join contacts c on c.org_id = t.org_id and c.id = t.contact_id and c.id::text <> all($2)
             where s.apart_from is not null or (s.author_email = any(c.emails)) is not true",
        )
        .bind(tx.org_id)
        .bind(&self.ids)
        .bind(&self.emails)
        .bind(numbers)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }

    /// Of messages in their tickets, and of those found so far, the ones that were said with somebody else: merges marked them with
    /// another number, or with that of a ticket which became theirs only then. Who writes in their name may be them. Of notes nobody
    /// knows whom they are about.
    pub(super) async fn foreign(
        &self,
        tx: &mut Tx,
        (theirs, found): (&[Uuid], &BTreeSet<Uuid>),
        numbers: &[String],
    ) -> Result<BTreeSet<Uuid>> {
        let foreign: Vec<Uuid> = sqlx::query_scalar(
            "select s.id from ticket_messages s join tickets t on t.org_id = s.org_id and t.id = s.ticket_id
             where s.org_id = $1 and (s.ticket_id = any($2) or s.id = any($3))
             and s.kind = 'reply' and s.apart_from is not null and s.apart_from <> all($4)
             and coalesce(lower(s.author_email), '') <> all($5)
             and (s.direction <> 'inbound' or s.author_name is null
                  or btrim(regexp_replace(lower(s.author_name), '[[:punct:][:space:]]+', ' ', 'g')) <> all($7))
             and (s.apart_from is distinct from t.number or s.ticket_id <> all($2) or exists (
                 select from audit_entries e cross join unnest(array['customer_id', 'contact_id']) whose
                 where e.org_id = s.org_id and e.record_id = t.id and e.source = 'merge' and e.action = 'update'
                 and e.changes -> whose ->> 1 = any($6) and coalesce(e.changes -> whose ->> 0, '') <> all($6)))",
        )
        .bind(tx.org_id)
        .bind(theirs)
        .bind(found.iter().copied().collect::<Vec<_>>())
        .bind(numbers)
        .bind(&self.emails)
        .bind(&self.ids)
        .bind(&self.names)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        Ok(foreign.into_iter().collect())
    }

    /// Messages of somebody called like them who left no address. Those who leave none are few, and have an index of their own.
    pub(super) async fn called(&self, tx: &mut Tx) -> Result<BTreeSet<Uuid>> {
        let called: Vec<Uuid> = sqlx::query_scalar(
            "select id from ticket_messages where org_id = $1 and direction = 'inbound' and author_email is null
             and btrim(regexp_replace(lower(author_name), '[[:punct:][:space:]]+', ' ', 'g')) = any($2)",
        )
        .bind(tx.org_id)
        .bind(&self.names)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        Ok(called.into_iter().collect())
    }
}
