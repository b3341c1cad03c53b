//! What administrators see and do: how mailboxes are, and the letters that could not be taken in.

use chrono::{DateTime, Utc};
use shared::access::Actor;
use shared::post::{AsideLetter, MailboxState, PostFault};
use shared::{Error, Result};
use uuid::Uuid;

use super::must_administer;
use crate::error::from_sqlx;
use crate::pool::{DbRole, Store};

/// Letters shown at once.
const SHOWN: i64 = 200;

type Aside =
    (Uuid, String, Option<String>, Option<String>, i64, DateTime<Utc>, Option<String>, Option<String>, bool, bool);

impl Store {
    /// How the mailboxes are.
    ///
    /// # Errors
    /// `Forbidden` for others than administrators.
    pub async fn mailbox_states(&self, actor: &Actor) -> Result<Vec<MailboxState>> {
        must_administer(actor)?;
        type State = (Uuid, Option<DateTime<Utc>>, Option<String>, i64, i64);
        let mut tx = self.reading(actor).await?;
        let found: Vec<State> = sqlx::query_as(
            "select b.id, s.fetched_at, s.last_error,
                    (select count(*) from letters_in l where l.org_id = b.org_id and l.mailbox_id = b.id and l.state = 'received'),
                    (select count(*) from letters_out l where l.org_id = b.org_id and l.mailbox_id = b.id
                     and l.state in ('queued', 'sending'))
             from mailboxes b left join mailbox_states s on s.org_id = b.org_id and s.mailbox_id = b.id
             where b.org_id = $1 and b.archived_at is null order by b.id",
        )
        .bind(actor.org_id)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        drop(tx);
        let mut states = Vec::new();
        for (id, fetched_at, last_error, waiting, leaving) in found {
            let has_password = self.account(actor.org_id, id).await?.password.is_some();
            // It is there by now, though nothing was fetched with it yet.
            let last_error = last_error.filter(|why| !has_password || why != PostFault::NoPassword.code());
            states.push(MailboxState { id, has_password, fetched_at, last_error, waiting, leaving });
        }
        Ok(states)
    }

    /// The letters that could not be taken in, the newest first.
    ///
    /// # Errors
    /// `Forbidden` for others than administrators.
    pub async fn letters_aside(&self, actor: &Actor) -> Result<Vec<AsideLetter>> {
        must_administer(actor)?;
        let mut tx = self.reading(actor).await?;
        let found: Vec<Aside> = sqlx::query_as(
            "select l.id, b.address, l.sender, l.subject, l.size, l.received_at, l.reason, l.error, l.raw is not null, l.forced and l.raw is null
             from letters_in l join mailboxes b on b.org_id = l.org_id and b.id = l.mailbox_id
             where l.org_id = $1 and l.state = 'quarantined' order by l.received_at desc, l.id desc limit $2",
        )
        .bind(actor.org_id)
        .bind(SHOWN)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let letter =
            |(id, mailbox, sender, subject, size, received_at, reason, error, complete, wanted): Aside| AsideLetter {
                id,
                mailbox,
                sender: sender.unwrap_or_default(),
                subject: subject.unwrap_or_default(),
                size,
                received_at,
                reason: reason.unwrap_or_default(),
                error,
                complete,
                wanted,
            };
        Ok(found.into_iter().map(letter).collect())
    }

    /// Tries again to take a letter in; one that belongs nowhere becomes a ticket. One whose content was never fetched is fetched
    /// first, when its mailbox is looked at next.
    ///
    /// # Errors
    /// `Forbidden` for others than administrators, `NotFound` when it does not lie aside.
    pub async fn try_letter_again(&self, actor: &Actor, id: Uuid) -> Result<()> {
        let again =
            "update letters_in set state = case when raw is null then state else 'received' end, attempts = 0, next_try = now(),
                            error = null, forced = true, reason = case when reason = 'same_id' or raw is null then reason end
                     where org_id = $1 and id = $2 and state = 'quarantined'";
        self.about_aside(actor, id, again).await
    }

    /// Throws a letter away that could not be taken in; that it came stays known, so that it does not come again.
    ///
    /// # Errors
    /// `Forbidden` for others than administrators, `NotFound` when it does not lie aside.
    pub async fn discard_letter(&self, actor: &Actor, id: Uuid) -> Result<()> {
        let discard =
            "update letters_in set state = 'discarded', done_at = now(), raw = null, sender = null, subject = null
                       where org_id = $1 and id = $2 and state = 'quarantined'";
        self.about_aside(actor, id, discard).await
    }

    async fn about_aside(&self, actor: &Actor, id: Uuid, statement: &'static str) -> Result<()> {
        must_administer(actor)?;
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        let touched =
            sqlx::query(statement).bind(actor.org_id).bind(id).execute(&mut *tx.inner).await.map_err(from_sqlx)?;
        if touched.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
        tx.commit().await
    }
}
