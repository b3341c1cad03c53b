//! Telling a customer that their ticket changed, as far as they may know.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use shared::{Error, Result};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::{OwnTicket, Portal};
use crate::live::{Entry, Message, News};
use crate::pool::Store;

/// A visitor who looks at one of their tickets.
pub struct TicketWatch {
    store: Store,
    portal: Portal,
    /// The session's: asked about each time, so that one that was ended sees nothing more.
    token: String,
    number: String,
    ticket_id: Uuid,
    receiver: Receiver<Message>,
    seen: Vec<u8>,
}

impl Store {
    /// Follows one of a visitor's tickets from now on.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when nobody is signed in with that token, [`Error::NotFound`] when it is not their ticket.
    pub async fn portal_watch(&self, portal: &Portal, token: &str, number: &str) -> Result<TicketWatch> {
        // Subscribed before reading, so that nothing falls between the two.
        let receiver = self.hub.receiver();
        let visitor = self.portal_visitor(portal, token).await?;
        let ticket = self.portal_ticket(portal, &visitor, number).await?;
        Ok(TicketWatch {
            store: self.clone(),
            portal: portal.clone(),
            token: token.to_owned(),
            number: number.to_owned(),
            ticket_id: ticket.id,
            receiver,
            seen: mark(&ticket),
        })
    }
}

impl TicketWatch {
    /// Waits until what the visitor sees of the ticket is another. May be dropped while waiting: nothing gets lost.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] or [`Error::NotFound`] once they may not see it any more.
    pub async fn changed(&mut self) -> Result<()> {
        loop {
            if self.look().await? {
                return Ok(());
            }
            loop {
                match self.receiver.recv().await {
                    Ok(Message::Entry(entry)) if self.concerns(&entry) => break,
                    Ok(Message::CatchUp) | Err(RecvError::Lagged(_)) => break,
                    Ok(_) => {}
                    Err(RecvError::Closed) => return Err(Error::Offline),
                }
            }
        }
    }

    /// Whether they still may see it; and whether it looks otherwise than before. What colleagues change among
    /// themselves is no change to a customer, and is not told of.
    ///
    /// # Errors
    /// As [`TicketWatch::changed`].
    pub async fn look(&mut self) -> Result<bool> {
        let visitor = self.store.portal_visitor(&self.portal, &self.token).await?;
        let ticket = self.store.portal_ticket(&self.portal, &visitor, &self.number).await?;
        // Merged meanwhile, it goes on as another one.
        self.ticket_id = ticket.id;
        let mark = mark(&ticket);
        let changed = mark != self.seen;
        self.seen = mark;
        Ok(changed)
    }

    fn concerns(&self, entry: &Arc<Entry>) -> bool {
        if entry.org_id != self.portal.org_id {
            return false;
        }
        match (entry.def.name, &entry.news) {
            ("ticket", News::Put { row, .. }) => row.id == self.ticket_id,
            ("ticket_message" | "attachment", News::Put { row, .. }) => {
                row.reference("ticket_id").is_none_or(|id| id == self.ticket_id)
            }
            ("ticket" | "ticket_message" | "attachment" | "contact", _) => true,
            _ => false,
        }
    }
}

/// Stands for everything that the page of a ticket shows.
fn mark(ticket: &OwnTicket) -> Vec<u8> {
    Sha256::digest(format!("{ticket:?}")).to_vec()
}
