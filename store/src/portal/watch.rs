//! Telling a customer that their ticket changed, as far as they may know.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use shared::{Error, Result};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::{OwnTicket, Portal};
use crate::desk::TAKEN_BACK_WITHIN;
use crate::error::from_sqlx;
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
    /// When the next answer shows that may still be taken back: nothing is written at that moment.
    due: Option<Instant>,
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
            due: None,
        })
    }

    /// So long it takes until the next answer shows in a ticket, if one waits.
    async fn answer_shows_in(&self, portal: &Portal, ticket_id: Uuid) -> Result<Option<Duration>> {
        let mut tx = self.reading(&portal.system()).await?;
        let seconds: Option<f64> = sqlx::query_scalar(
            "select extract(epoch from min(created_at) + make_interval(secs => $3) - now())::float8 from ticket_messages
             where org_id = $1 and ticket_id = $2 and kind = 'reply' and direction = 'outbound' and archived_at is null
               and apart_from is null
               and created_at > now() - make_interval(secs => $3)",
        )
        .bind(portal.org_id)
        .bind(ticket_id)
        .bind(TAKEN_BACK_WITHIN)
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        Ok(seconds.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()))
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
            let due = self.due;
            tokio::select! {
                written = self.written() => written?,
                () = until(due) => {}
            }
        }
    }

    /// Waits until something is written that may concern them.
    async fn written(&mut self) -> Result<()> {
        loop {
            match self.receiver.recv().await {
                Ok(Message::Entry(entry)) if self.concerns(&entry) => return Ok(()),
                Ok(Message::CatchUp) | Err(RecvError::Lagged(_)) => return Ok(()),
                Ok(_) => {}
                Err(RecvError::Closed) => return Err(Error::Offline),
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
        // Asked first: an answer that comes to show between the two is seen now, or waited for.
        let shows_in = self.store.answer_shows_in(&self.portal, self.ticket_id).await?;
        self.due = shows_in.map(|time| Instant::now() + time);
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

/// Waits for a moment; without end if there is none.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Stands for everything that the page of a ticket shows.
fn mark(ticket: &OwnTicket) -> Vec<u8> {
    Sha256::digest(format!("{ticket:?}")).to_vec()
}
