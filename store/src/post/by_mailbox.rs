//! Letters about a ticket that stand apart from its conversation: they come from its mailbox, whom the customer knows, and what
//! answers them finds the ticket.

use shared::{Error, Result};
use uuid::Uuid;

use super::Account;
use crate::error::from_sqlx;
use crate::mail::Person;
use crate::mail::write::{Draft, Kind, Outgoing, outgoing};
use crate::pool::{DbRole, Store, Tx};

/// By which mailbox a letter leaves that the desk writes by itself.
#[derive(Clone, Debug)]
pub struct ByMailbox {
    /// The mailbox.
    pub account: Account,
    /// The letter, without what it says and to whom.
    pub letter: Outgoing,
}

impl Store {
    /// How a letter about a ticket leaves that nobody wrote; nothing where no mailbox is in use.
    pub(crate) async fn by_mailbox(&self, org_id: Uuid, ticket_id: Uuid) -> Result<Option<ByMailbox>> {
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        let mailbox = mailbox_of(&mut tx, ticket_id).await?;
        drop(tx);
        let Some(mailbox) = mailbox else { return Ok(None) };
        // It may be archived this very moment.
        let account = match self.account(org_id, mailbox).await {
            Err(Error::NotFound) => return Ok(None),
            account => account?,
        };
        let signer = self.signer(org_id, &account.address).await?;
        let draft = Draft {
            ticket: ticket_id,
            message: Uuid::now_v7(),
            from: Person::new(&account.sender, &account.address),
            kind: Kind::Notice,
            ..Draft::default()
        };
        Ok(Some(ByMailbox { letter: outgoing(draft, &signer), account }))
    }
}

/// The mailbox in use by which a ticket is answered.
pub(super) async fn mailbox_of(tx: &mut Tx, ticket_id: Uuid) -> Result<Option<Uuid>> {
    let found: Option<Option<Uuid>> = sqlx::query_scalar(
        "select guanxi_mailbox(t.org_id, t.id, t.queue_id) from tickets t where t.org_id = $1 and t.id = $2",
    )
    .bind(tx.org_id)
    .bind(ticket_id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.flatten())
}
