//! Writing in: what the form offers, and the ticket that comes of it.

use serde_json::json;
use shared::command::Source;
use shared::i18n::Locale;
use shared::record::normalize;
use shared::record::rich::from_text;
use shared::types::{TICKET, TICKET_KINDS};
use shared::{Error, FieldError, Result, Row};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::sign_in::address;
use super::{Portal, Visitor};
use crate::auth::{Client, Limit};
use crate::error::{from_sqlx, internal};
use crate::intake::{Known, Said, contacts_with, first_message, holder, name_of};
use crate::pool::{Store, Tx};

/// Longest text of a visitor, in characters.
pub const LONGEST_TEXT: usize = 20_000;
/// Most products that the form offers.
const PRODUCTS: i64 = 300;

/// What the form offers to choose from.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Public queues with what belongs there.
    pub queues: Vec<(Uuid, String, Option<String>)>,
    /// Products that are still sold.
    pub products: Vec<(Uuid, String)>,
}

/// What somebody writes in with. Texts are as they were typed.
#[derive(Clone, Debug, Default)]
pub struct NewTicket {
    /// Id of the ticket, from the form's stamp: sent twice it is one ticket.
    pub id: Uuid,
    /// What they call themselves.
    pub name: String,
    /// Where answers go.
    pub email: String,
    /// What it is about, in a line.
    pub subject: String,
    /// What they want; a question when empty.
    pub kind: String,
    /// Public category.
    pub category_id: Option<Uuid>,
    /// Public queue.
    pub queue_id: Option<Uuid>,
    /// Product.
    pub product_id: Option<Uuid>,
    /// Number of the order.
    pub order_number: String,
    /// What they write.
    pub text: String,
    /// Language of the page.
    pub locale: Locale,
}

/// A ticket that was made on the public pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The ticket.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// What was written, as a message of it; files belong to that.
    pub message_id: Uuid,
}

impl Store {
    /// What the form offers to choose from.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn portal_choices(&self, portal: &Portal) -> Result<Choices> {
        let mut tx = self.reading(&portal.system()).await?;
        let [name, description] = ["name", "description"].map(|column| portal.said(portal.reader, "q", column));
        let queues = sqlx::query_as(AssertSqlSafe(format!(
            "select q.id, {name}, {description} from queues q where q.org_id = $1 and q.public and q.archived_at is null
             order by q.position nulls last, q.name, q.id limit 200"
        )))
        .bind(portal.org_id)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let products = sqlx::query_as(
            "select id, name from products where org_id = $1 and status = 'active' and archived_at is null
             order by name, id limit $2",
        )
        .bind(portal.org_id)
        .bind(PRODUCTS)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        Ok(Choices { queues, products })
    }

    /// Makes a ticket of what somebody wrote in. A stranger may claim any address: the ticket is linked to whom it belongs,
    /// but tells them nothing, and only the holder of the mailbox gets to see it later.
    ///
    /// # Errors
    /// What does not fit, by field; [`Error::RateLimited`] after too many tickets with one address or from one network.
    pub async fn portal_ask(
        &self,
        portal: &Portal,
        visitor: Option<&Visitor>,
        new: &NewTicket,
        client: &Client,
    ) -> Result<Made> {
        let mut wrong = misfits(new);
        let email = address(visitor.map_or(new.email.as_str(), |visitor| &visitor.email));
        let email = or_note(&mut wrong, email.map_err(|error| renamed(error, "email", "requester_email")))?;
        or_note(&mut wrong, check_text("description", &new.text))?;
        let mut tx = self.reading(&portal.system()).await?;
        or_note(&mut wrong, check_choices(&mut tx, new).await)?;
        let Some(email) = email.filter(|_| wrong.is_empty()) else { return Err(Error::Invalid { fields: wrong }) };
        let (customer_id, contact_id) = holder(&mut tx, &email).await?;
        drop(tx);
        self.count_writing(portal, (&email, visitor.is_some()), client).await?;
        let name = self.writer_name(portal, &email, &new.name).await?;
        let channel = if visitor.is_some() { "portal" } else { "web" };
        let ticket = json!({
            "subject": new.subject, "kind": kind(&new.kind), "category_id": new.category_id, "queue_id": new.queue_id,
            "product_id": new.product_id, "order_number": filled(&new.order_number), "locale": new.locale.code(),
            "customer_id": customer_id, "contact_id": contact_id,
        });
        self.make(portal, new.id, ticket, &said(channel, &email, name.as_deref(), &from_text(&new.text))).await
    }

    /// Makes a ticket with what was written as its first message; made before, it is only found.
    pub(super) async fn make(
        &self,
        portal: &Portal,
        id: Uuid,
        fields: serde_json::Value,
        said: &Said<'_>,
    ) -> Result<Made> {
        let mut commands = said.ticket(id, fields);
        commands[0].idempotency_key = Some(format!("portal {id}"));
        let outcomes = self.apply_together(&portal.system(), Vec::from(commands)).await;
        let row = outcomes?.into_iter().flat_map(|outcome| outcome.rows).find(|row| row.id == id);
        let number = row.as_ref().and_then(|row: &Row| row.text("number")).map(str::to_owned);
        Ok(Made {
            id,
            number: number.ok_or_else(|| internal("a ticket got no number"))?,
            message_id: first_message(id),
        })
    }

    /// What somebody is called: as they say, else as the organisation knows the holder of their mailbox. A stranger who says
    /// nothing gets that name, too: only colleagues and the holder of the mailbox ever read it.
    pub(super) async fn writer_name(&self, portal: &Portal, email: &str, claimed: &str) -> Result<Option<String>> {
        if let Some(claimed) = filled(claimed) {
            return Ok(Some(claimed.to_owned()));
        }
        let mut tx = self.reading(&portal.system()).await?;
        let contacts: Vec<Known> = contacts_with(&mut tx, email).await?;
        name_of(&mut tx, email, &contacts).await
    }

    /// Counts what is written against the limits. What strangers write with somebody's address does not count against
    /// the one who has the mailbox.
    pub(super) async fn count_writing(
        &self,
        portal: &Portal,
        (email, verified): (&str, bool),
        client: &Client,
    ) -> Result<()> {
        let limits = match verified {
            true => Limit::customer_writing(portal.org_id, email),
            false => Limit::portal_writing(portal.org_id, email, client),
        };
        self.attempt(&limits).await.map(drop)
    }
}

/// What a customer wrote on the public pages.
pub(super) fn said<'s>(channel: &'s str, email: &'s str, name: Option<&'s str>, html: &'s str) -> Said<'s> {
    Said { channel, source: Source::Portal, email: Some(email), name, html, mail_id: None, cc: &[] }
}

/// A text that says something, and not too much.
pub(super) fn check_text(field: &str, text: &str) -> Result<()> {
    if text.trim().is_empty() {
        return Err(Error::invalid(field, "required"));
    }
    if text.chars().count() > LONGEST_TEXT {
        let error = FieldError::new(field, "too_long").with("max", LONGEST_TEXT);
        return Err(Error::Invalid { fields: vec![error] });
    }
    Ok(())
}

/// What does not fit of the lines that are typed; said together, lest the form comes back once for each.
fn misfits(new: &NewTicket) -> Vec<FieldError> {
    let lines = [("subject", &new.subject), ("requester_name", &new.name), ("order_number", &new.order_number)];
    let misfit = |(name, text): (&str, &String)| {
        if name == "subject" && text.trim().is_empty() {
            return Some(FieldError::new(name, "required"));
        }
        let field = TICKET.field(name)?;
        normalize(name, &field.kind, &json!(text)).err()
    };
    lines.into_iter().filter_map(misfit).collect()
}

/// Puts what does not fit with the rest of it; other errors end it all.
fn or_note<T>(wrong: &mut Vec<FieldError>, result: Result<T>) -> Result<Option<T>> {
    match result {
        Err(Error::Invalid { fields }) => {
            wrong.extend(fields);
            Ok(None)
        }
        result => result.map(Some),
    }
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn kind(code: &str) -> &str {
    TICKET_KINDS.iter().find(|kind| **kind == code).copied().unwrap_or("consult")
}

/// The same error, of a field that the form knows by another name.
pub(super) fn renamed(error: Error, from: &str, to: &str) -> Error {
    match error {
        Error::Invalid { mut fields } => {
            fields.iter_mut().filter(|error| error.field == from).for_each(|error| to.clone_into(&mut error.field));
            Error::Invalid { fields }
        }
        other => other,
    }
}

/// Refuses choices that the form does not offer: what is not public is not there.
async fn check_choices(tx: &mut Tx, new: &NewTicket) -> Result<()> {
    let (queue, category, product): (bool, bool, bool) = sqlx::query_as(
        "select $2::uuid is null or exists (select from queues where org_id = $1 and id = $2 and public and archived_at is null),
                $3::uuid is null or exists (select from categories where org_id = $1 and id = $3 and public and archived_at is null),
                $4::uuid is null or exists (select from products where org_id = $1 and id = $4 and status = 'active' and archived_at is null)",
    )
    .bind(tx.org_id)
    .bind(new.queue_id)
    .bind(new.category_id)
    .bind(new.product_id)
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let offered = [("queue_id", queue), ("category_id", category), ("product_id", product)];
    let fields: Vec<FieldError> =
        offered.into_iter().filter(|(_, fits)| !fits).map(|(field, _)| FieldError::new(field, "reference")).collect();
    if fields.is_empty() { Ok(()) } else { Err(Error::Invalid { fields }) }
}
