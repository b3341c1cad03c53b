//! Addresses and ids that prove which ticket a letter belongs to: of all mail domains that the organisation has or had.

use shared::Result;
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::mail::Letter;
use crate::mail::thread::Signer;
use crate::pool::{DbRole, Store};

/// The signers of an organisation, one for each domain of its mailboxes.
pub(super) struct Signers {
    all: Vec<Signer>,
    /// The addresses of the mailboxes, and whether they are still there.
    addresses: Vec<(String, bool)>,
}

impl Signers {
    pub(super) fn is_own(&self, letter: &Letter) -> bool {
        self.all.iter().any(|signer| signer.is_own(letter))
    }

    pub(super) fn ticket_of(&self, letter: &Letter) -> Option<Uuid> {
        self.all.iter().find_map(|signer| signer.ticket_of(letter))
    }

    /// The ticket and the message in an id that we signed.
    pub(super) fn message_of_id(&self, id: &str) -> Option<(Uuid, Uuid)> {
        self.all.iter().find_map(|signer| signer.message_of_id(id))
    }

    /// Whether an address is one of the mailboxes', or one for answers to a ticket.
    pub(super) fn is_ours(&self, address: &str) -> bool {
        self.addresses.iter().any(|(own, _)| own.eq_ignore_ascii_case(address)) || self.is_for_answers(address)
    }

    /// Whether what is sent to an address comes back to us.
    pub(super) fn is_fetched(&self, address: &str) -> bool {
        self.addresses.iter().any(|(own, there)| *there && own.eq_ignore_ascii_case(address))
            || self.is_for_answers(address)
    }

    fn is_for_answers(&self, address: &str) -> bool {
        self.all.iter().any(|signer| signer.ticket_of_address(address).is_some())
    }
}

impl Store {
    /// Signs for the domain of an address.
    pub(super) async fn signer(&self, org_id: Uuid, address: &str) -> Result<Signer> {
        let key = self.key_for("mail", org_id).await?;
        Ok(Signer::new(&key, domain(address)))
    }

    pub(super) async fn signers(&self, org_id: Uuid) -> Result<Signers> {
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        // Archived ones too: letters that went out by them are still answered.
        let statement = "select address, archived_at is null from mailboxes where org_id = $1 order by id";
        let addresses: Vec<(String, bool)> =
            sqlx::query_as(statement).bind(org_id).fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        drop(tx);
        let key = self.key_for("mail", org_id).await?;
        let mut domains: Vec<&str> = addresses.iter().map(|(address, _)| domain(address)).collect();
        domains.sort_unstable();
        domains.dedup();
        Ok(Signers { all: domains.into_iter().map(|domain| Signer::new(&key, domain)).collect(), addresses })
    }
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(_, domain)| domain)
}
