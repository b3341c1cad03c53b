//! How somebody is known in tickets and their messages, and which of those are theirs.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::Result;
use sqlx::types::Json;
use uuid::Uuid;

use super::imports::Said;
use crate::error::from_sqlx;
use crate::intake::holders;
use crate::pool::Tx;

/// By what they are known in tickets, in the log of merges and in messages.
pub(super) struct Whose {
    /// Their record's, and those of the records that were merged into it, and of leads that became it.
    pub(super) ids: Vec<String>,
    /// Those, and the customers whose contact they are: a ticket of another customer isn't theirs by its address.
    pub(super) around: Vec<Uuid>,
    /// In lower case, as are their names.
    emails: Vec<String>,
    /// The addresses that they have and nobody else. Where a ticket names no contact, it is whose they are. Former ones may have been
    /// somebody else's all along, whom nobody noted.
    pub(super) alone: Vec<String>,
    names: Vec<String>,
}

impl Whose {
    pub(super) async fn of(tx: &mut Tx, own: &[Uuid], said: &Said) -> Result<Self> {
        let around = around(tx, own).await?;
        let emails: Vec<String> = said.emails.iter().cloned().collect();
        let (theirs, others): (Vec<_>, Vec<_>) =
            holders(tx, &emails).await?.into_iter().partition(|one| own.contains(&one.id));
        let mut alone = given(tx, own).await?;
        alone.extend(theirs.into_iter().flat_map(|one| one.emails));
        for other in others {
            // Somebody may be kept as a contact, as a customer and as a lead. A company or a namesake is somebody else.
            let may_be_they = other.may_be.is_some_and(|id| around.contains(&id));
            if !may_be_they || !said.names.contains(&other.name) {
                alone.retain(|email| !other.emails.contains(email));
            }
        }
        Ok(Self {
            ids: own.iter().map(Uuid::to_string).collect(),
            around,
            emails,
            alone: alone.into_iter().collect(),
            names: said.names.iter().cloned().collect(),
        })
    }

    /// What the log may say of a ticket's contact and customer where that names nobody but them.
    pub(super) fn nobody_else(&self) -> Vec<String> {
        self.around.iter().map(Uuid::to_string).chain([String::new()]).collect()
    }

    /// Tickets without a contact that came from an address of theirs, and aren't those of another customer.
    pub(super) async fn asked(&self, tx: &mut Tx) -> Result<Vec<Uuid>> {
        sqlx::query_scalar(
            "select id from tickets where org_id = $1 and contact_id is null and requester_email = any($2)
             and (customer_id is null or customer_id = any($3)) order by id",
        )
        .bind(tx.org_id)
        .bind(&self.alone)
        .bind(&self.around)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }

    /// Messages that were said in tickets of these numbers, and those that came from an address of theirs, unless it is the address
    /// of the one whose ticket it is as well: of its contact, or of whoever asked in one that isn't among those they `asked`.
    pub(super) async fn written(&self, tx: &mut Tx, numbers: &[String], asked: &[Uuid]) -> Result<Vec<Uuid>> {
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
             where s.apart_from is not null or (s.author_email = any(c.emails)) is not true
             and (t.contact_id is null and t.requester_email = s.author_email and t.id <> all($5)) is not true",
        )
        .bind(tx.org_id)
        .bind(&self.ids)
        .bind(&self.emails)
        .bind(numbers)
        .bind(asked)
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
        (theirs, found): (&BTreeSet<Uuid>, &BTreeSet<Uuid>),
        numbers: &[String],
    ) -> Result<BTreeSet<Uuid>> {
        let known: Vec<String> = self.ids.iter().chain(&self.emails).cloned().collect();
        let foreign: Vec<Uuid> = sqlx::query_scalar(
            "select s.id from ticket_messages s join tickets t on t.org_id = s.org_id and t.id = s.ticket_id
             where s.org_id = $1 and (s.ticket_id = any($2) or s.id = any($3))
             and s.kind = 'reply' and s.apart_from is not null and s.apart_from <> all($4)
             and coalesce(lower(s.author_email), '') <> all($5)
             and (s.direction <> 'inbound' or s.author_name is null
                  or btrim(regexp_replace(lower(s.author_name), '[[:punct:][:space:]]+', ' ', 'g')) <> all($7))
             and (s.apart_from is distinct from t.number or s.ticket_id <> all($2) or exists (
                 select from audit_entries e cross join unnest(array['customer_id', 'contact_id', 'requester_email']) whose
                 where e.org_id = s.org_id and e.record_id = t.id and e.source = 'merge' and e.action = 'update'
                 and e.changes -> whose ->> 1 = any($6) and coalesce(e.changes -> whose ->> 0, '') <> all($6)))",
        )
        .bind(tx.org_id)
        .bind(theirs.iter().copied().collect::<Vec<_>>())
        .bind(found.iter().copied().collect::<Vec<_>>())
        .bind(numbers)
        .bind(&self.emails)
        .bind(known)
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

/// Some records, and the customers whose contacts they are.
async fn around(tx: &mut Tx, own: &[Uuid]) -> Result<Vec<Uuid>> {
    let customers: Vec<Uuid> = sqlx::query_scalar(
        "select customer_id from contacts where org_id = $1 and id = any($2) and customer_id is not null",
    )
    .bind(tx.org_id)
    .bind(own)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(own.iter().copied().chain(customers).collect())
}

/// Addresses that records were given and that nobody took away from any of them since, as the log tells. Those that were merged are
/// known by it alone, and what is deleted with them was not taken away.
async fn given(tx: &mut Tx, own: &[Uuid]) -> Result<BTreeSet<String>> {
    let logged: Vec<Json<Value>> = sqlx::query_scalar(
        "select changes -> 'emails' from audit_entries
         where org_id = $1 and record_id = any($2) and changes ? 'emails' and action <> 'delete' order by id",
    )
    .bind(tx.org_id)
    .bind(own)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(left(logged.iter().map(|Json(change)| change)))
}

/// What is left after some changes of lists of addresses, the first one first.
fn left<'c>(changes: impl IntoIterator<Item = &'c Value>) -> BTreeSet<String> {
    let mut left = BTreeSet::new();
    for change in changes {
        let side =
            |at: usize| change[at].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_lowercase);
        let before: BTreeSet<String> = side(0).collect();
        left.retain(|email| !before.contains(email));
        left.extend(side(1));
    }
    left
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_that_was_taken_away_from_any_of_the_records_is_left_to_none() {
        let left = |changes: Value| left(changes.as_array().unwrap()).into_iter().collect::<Vec<_>>();
        let made = json!([null, ["a@x.example", "typo@x.example"]]);
        assert_eq!(left(json!([made])), ["a@x.example", "typo@x.example"]);
        let corrected = json!([["a@x.example", "typo@x.example"], ["A@x.example", "b@x.example"]]);
        assert_eq!(left(json!([made, corrected])), ["a@x.example", "b@x.example"]);
        // The first two are of one record, the last is of another that was merged into it.
        let twin = json!([null, ["twin@x.example"]]);
        assert_eq!(left(json!([made, twin, corrected])), ["a@x.example", "b@x.example", "twin@x.example"]);
        assert_eq!(left(json!([made, corrected, [["a@x.example", "b@x.example"], null]])), [""; 0]);
        assert_eq!(left(json!([null, "erased"])), [""; 0]);
    }
}
