//! What customers do with their tickets: write, say that it is solved, open it again.

use shared::command::{Change, Command, Source};
use shared::record::rich::from_text;
use shared::types::TICKET;
use shared::{Result, Values};
use uuid::Uuid;

use super::ask::{Made, check_text, said};
use super::tickets::{contact_ids, theirs};
use super::{Portal, Visitor};
use crate::auth::Client;
use crate::intake::{STAND, Stand};
use crate::pool::Store;

impl Store {
    /// Says something in one of the visitor's tickets. A solved one is open again with it; of a closed one a new ticket
    /// goes on. The same id sent twice is one message.
    ///
    /// # Errors
    /// [`shared::Error::NotFound`] when it is not theirs, `content` when nothing or too much is said, [`shared::Error::RateLimited`].
    pub async fn portal_reply(
        &self,
        portal: &Portal,
        visitor: &Visitor,
        number: &str,
        (id, text): (Uuid, &str),
        client: &Client,
    ) -> Result<Made> {
        let stand = self.stand(portal, visitor, number).await?;
        check_text("content", text)?;
        self.count_writing(portal, (&visitor.email, true), client).await?;
        let name = self.writer_name(portal, &visitor.email, "").await?;
        let html = from_text(text);
        let said = said("portal", &visitor.email, name.as_deref(), &html);
        if stand.is_over() {
            return self.make(portal, id, stand.follow_up(), &said).await;
        }
        let mut command = said.message(stand.id, id);
        command.idempotency_key = Some(format!("portal {id}"));
        self.apply(&portal.system(), command).await?;
        Ok(Made { id: stand.id, number: stand.number.unwrap_or_default(), message_id: id })
    }

    /// Says that one of the visitor's tickets is solved.
    ///
    /// # Errors
    /// [`shared::Error::NotFound`] when it is not theirs.
    pub async fn portal_solve(&self, portal: &Portal, visitor: &Visitor, number: &str) -> Result<()> {
        let stand = self.stand(portal, visitor, number).await?;
        if matches!(stand.status.as_str(), "solved" | "closed") {
            return Ok(());
        }
        self.set_status(portal, stand.id, "solved").await
    }

    /// Opens one of the visitor's tickets again that was solved. A closed one stays closed.
    ///
    /// # Errors
    /// [`shared::Error::NotFound`] when it is not theirs.
    pub async fn portal_reopen(&self, portal: &Portal, visitor: &Visitor, number: &str) -> Result<()> {
        let stand = self.stand(portal, visitor, number).await?;
        if stand.status != "solved" {
            return Ok(());
        }
        self.set_status(portal, stand.id, "open").await
    }

    async fn set_status(&self, portal: &Portal, id: Uuid, status: &str) -> Result<()> {
        let values = Values::from_iter([("status".to_owned(), status.into())]);
        let update = Change::Update { id, version: None, values };
        let command = Command { source: Source::Portal, ..Command::one(TICKET.name, update) };
        self.apply(&portal.system(), command).await.map(drop)
    }

    async fn stand(&self, portal: &Portal, visitor: &Visitor, number: &str) -> Result<Stand> {
        let mut tx = self.reading(&portal.system()).await?;
        let contacts = contact_ids(&mut tx, visitor).await?;
        // Merged since the page was shown: what was written on it is not lost.
        theirs(&mut tx, visitor, &contacts, (STAND, number)).await
    }
}
