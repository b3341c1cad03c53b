//! What customers do with their tickets: write, say that it is solved, open it again.

use serde_json::json;
use shared::command::{Change, Command, Source};
use shared::record::rich::from_text;
use shared::types::TICKET;
use shared::{Error, Result, Values};
use uuid::Uuid;

use super::ask::{Made, check_text, message};
use super::tickets::{OWN, contact_ids};
use super::{Portal, Visitor, values};
use crate::auth::Client;
use crate::error::from_sqlx;
use crate::pool::Store;

/// What is needed of a ticket to write in it.
#[derive(sqlx::FromRow)]
struct Stand {
    id: Uuid,
    number: String,
    status: String,
    subject: String,
    kind: String,
    queue_id: Option<Uuid>,
    category_id: Option<Uuid>,
    product_id: Option<Uuid>,
    order_number: Option<String>,
    customer_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    locale: Option<String>,
}

impl Store {
    /// Says something in one of the visitor's tickets. A solved one is open again with it; of a closed one a new ticket
    /// goes on. The same id sent twice is one message.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not theirs, `content` when nothing or too much is said, [`Error::RateLimited`].
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
        let name = self.writer_name(portal, Some(visitor), "").await?;
        let from = ("portal", visitor.email.as_str(), name.as_deref());
        if stand.status == "closed" {
            let ticket = follow_up(&stand, (&visitor.email, name.as_deref()), text);
            return self.make(portal, id, ticket, (text, from.0, from.1, from.2)).await;
        }
        let mut command = message((stand.id, id), text, from);
        command.idempotency_key = Some(format!("portal {id}"));
        self.apply(&portal.system(), command).await?;
        Ok(Made { id: stand.id, number: stand.number, message_id: id })
    }

    /// Says that one of the visitor's tickets is solved.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not theirs.
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
    /// [`Error::NotFound`] when it is not theirs.
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
        let found: Option<Stand> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select t.id, t.number, t.status, t.subject, t.kind, t.queue_id, t.category_id, t.product_id, t.order_number,
                    t.customer_id, t.contact_id, t.locale
             from tickets t where {OWN} and lower(t.number) = lower($4)"
        )))
        .bind(portal.org_id)
        .bind(&visitor.email)
        .bind(contacts)
        .bind(number)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        found.ok_or(Error::NotFound)
    }
}

/// The ticket with which a closed one goes on.
fn follow_up(stand: &Stand, (email, name): (&str, Option<&str>), text: &str) -> serde_json::Value {
    let fields = json!({
        "subject": stand.subject, "kind": stand.kind, "queue_id": stand.queue_id, "category_id": stand.category_id,
        "product_id": stand.product_id, "order_number": stand.order_number, "customer_id": stand.customer_id,
        "contact_id": stand.contact_id, "locale": stand.locale, "parent_id": stand.id, "channel": "portal",
        "requester_email": email, "requester_name": name, "description": from_text(text),
    });
    values(fields).into()
}
