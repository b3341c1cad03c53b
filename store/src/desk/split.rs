//! Splitting: what was said in a ticket becomes a ticket of its own, with the files that came with it.

use serde_json::{Value, json};
use shared::access::{Action, Actor};
use shared::command::{Change, Command, Outcome, Source};
use shared::post::{Missing, SAYS_NOTHING};
use shared::record::rich::to_text;
use shared::types::{ATTACHMENT, TICKET, TICKET_MESSAGE};
use shared::{Error, Result, Row, Values};
use uuid::Uuid;

use super::conversation::files;
use crate::files::Received;
use crate::intake::{first_message, found_missing, values};
use crate::pool::Store;
use crate::write::{Belonging, Found, carry_out, files_command, found_in};

/// What both tickets have in common.
const COMMON: &[&str] = &[
    "customer_id",
    "contact_id",
    "requester_name",
    "requester_email",
    "requester_phone",
    "channel",
    "kind",
    "queue_id",
    "product_id",
    "locale",
];

/// Most characters of a subject that is made of what was said.
const SUBJECT: usize = 120;

/// A file that goes along: the bytes lie under the id of one record only, so it is a file of its own.
struct Copied {
    from: Uuid,
    name: String,
    content_id: Option<String>,
    file: Received,
}

impl Store {
    /// Makes a ticket, with an id of the caller's, of what was said in another; what was said stays there, too, and both
    /// conversations tell of the other one. Only what the customer wrote becomes what the customer asks for. Notes and answers go
    /// along as a note: customers read the public parts of their tickets, the subject among them, as their own words. Asked for
    /// twice it is made once.
    ///
    /// # Errors
    /// `NotFound` for what the actor may not read, `Forbidden` and `Invalid` as for every new ticket.
    pub async fn split_ticket(&self, actor: &Actor, message_id: Uuid, ticket_id: Uuid) -> Result<Outcome> {
        let key = Command {
            record_type: TICKET_MESSAGE.name.to_owned(),
            idempotency_key: Some(format!("split {message_id} {ticket_id}")),
            ..Command::default()
        };
        if let Some(done) = self.repeated(actor, &key).await? {
            return Ok(done);
        }
        let message = self.get(actor, &TICKET_MESSAGE, message_id).await?.row;
        let from = self.get(actor, &TICKET, message.reference("ticket_id").ok_or(Error::NotFound)?).await?.row;
        if !actor.may(&TICKET_MESSAGE, Action::Create) {
            return Err(Error::Forbidden);
        }
        let copies = self.copies(actor, from.id, message_id).await?;
        let received: Vec<Received> = copies.iter().map(|copy| copy.file.clone()).collect();
        let html = led_to_copies(message.text("content").unwrap_or_default(), &copies);
        // Who said it, and to whom, goes along whether or not the actor sees that.
        let whole = self.get(&actor.unlimited(), &TICKET_MESSAGE, message_id).await?.row;
        let ticket = ticket(&from, &whole, ticket_id, &html);
        let along = along(&whole, ticket_id, &html, copies)?;
        let mut found = found_in(&received);
        found.extend([found_missing(first_message(ticket_id), &Missing::of(&whole.values))]);
        match self.split_off(actor, &key, (ticket, along), &found).await {
            Ok((mut outcome, true)) => {
                // As it is with what was said in it.
                if let Ok(now) = self.get(actor, &TICKET, ticket_id).await {
                    outcome.rows = vec![now.row];
                }
                Ok(outcome)
            }
            Ok((outcome, false)) => {
                self.drop_received(received).await;
                Ok(outcome)
            }
            // Nobody knows whether it was committed; if not, the upkeep removes the files.
            Err(error @ (Error::Offline | Error::Internal { .. })) => Err(error),
            Err(error) => {
                self.drop_received(received).await;
                Err(error)
            }
        }
    }

    /// All of it in one transaction; whether it was made now.
    async fn split_off(
        &self,
        actor: &Actor,
        key: &Command,
        (mut ticket, mut along): (Command, Vec<Command>),
        found: &Found,
    ) -> Result<(Outcome, bool)> {
        let (mut tx, before) = self.begin_together(actor, key).await?;
        if let Some(before) = before {
            return Ok((before, false));
        }
        let set = Some(Uuid::now_v7());
        ticket.change_set = set;
        along.iter_mut().for_each(|command| command.change_set = set);
        let made = carry_out(&mut tx, actor, &[ticket], &Found::new()).await?;
        // Rules may have given the ticket to others already: what was read and belongs to it goes there all the same.
        carry_out(&mut tx, &actor.unlimited(), &along, found).await?;
        let outcome = made.into_iter().next().ok_or(Error::NotFound)?;
        self.end_with(tx, actor, key, &outcome).await?;
        Ok((outcome, true))
    }

    /// Copies of the files of a message, for those who may add files.
    async fn copies(&self, actor: &Actor, ticket_id: Uuid, message_id: Uuid) -> Result<Vec<Copied>> {
        if !actor.may(&ATTACHMENT, Action::Create) {
            return Ok(Vec::new());
        }
        let mut tx = self.reading(actor).await?;
        let rows = files(&mut tx, actor, ticket_id, Some(message_id)).await?;
        drop(tx);
        let mut copies: Vec<Copied> = Vec::new();
        for row in rows {
            match self.copied(actor, &row).await {
                Ok(copy) => copies.push(copy),
                // Only its record is left.
                Err(Error::NotFound) => {}
                Err(error) => {
                    self.drop_received(copies.into_iter().map(|copy| copy.file)).await;
                    return Err(error);
                }
            }
        }
        Ok(copies)
    }

    async fn copied(&self, actor: &Actor, row: &Row) -> Result<Copied> {
        let name = row.text("name").unwrap_or("file").to_owned();
        let parts = self.open_blob(actor.org_id, row.id, None).await?;
        // It was taken in once, whatever is refused by now.
        let file = self.files.put(actor.org_id, Uuid::now_v7(), &name, parts).await?;
        Ok(Copied { from: row.id, name, content_id: row.text("content_id").map(str::to_owned), file })
    }
}

/// A text whose pictures are the copies.
fn led_to_copies(html: &str, copies: &[Copied]) -> String {
    copies.iter().fold(html.to_owned(), |html, copy| html.replace(&copy.from.to_string(), &copy.file.id.to_string()))
}

/// Whether the customer said it.
fn is_customers(message: &Row) -> bool {
    message.text("kind") == Some("reply") && message.text("direction") == Some("inbound") && !is_apart(message)
}

/// Whether it was said with somebody else, whose ticket became part of this one.
fn is_apart(message: &Row) -> bool {
    message.text("apart_from").is_some()
}

fn ticket(from: &Row, message: &Row, id: Uuid, html: &str) -> Command {
    let common = COMMON.iter().map(|field| ((*field).to_owned(), from.value(field).clone()));
    let mut all: Values = common.filter(|(_, value)| !value.is_null()).collect();
    if !is_customers(message) {
        // Nobody asked for it: it is no request of theirs on the public pages.
        all.retain(|field, _| field != "contact_id" && !field.starts_with("requester_"));
    }
    if is_apart(message) {
        all.remove("customer_id");
    }
    let mut subject = from.text("subject").unwrap_or_default().to_owned();
    if is_customers(message) {
        let text = if html == SAYS_NOTHING { String::new() } else { to_text(html) };
        if let Some(line) = text.lines().map(str::trim).find(|line| !line.is_empty()) {
            subject = line.chars().take(SUBJECT).collect();
        }
        all.insert("description".into(), html.into());
        // The customer waits since then.
        all.insert("received_at".into(), message.value("said_at").clone());
    }
    all.insert("subject".into(), subject.into());
    all.insert("parent_id".into(), from.id.to_string().into());
    Command::one(TICKET.name, Change::Create { id, values: all })
}

/// What was said, and its files.
fn along(message: &Row, ticket_id: Uuid, html: &str, copies: Vec<Copied>) -> Result<Vec<Command>> {
    let id = first_message(ticket_id);
    let customers = is_customers(message);
    let field = |name: &str| message.value(name).clone();
    let mut said = values(json!({
        "ticket_id": ticket_id, "content": html, "said_at": field("said_at"), "channel": field("channel"),
        "author_name": field("author_name"), "author_email": field("author_email"), "notice": field("notice"),
        "kind": if customers { "reply" } else { "note" }, "direction": if customers { "inbound" } else { "outbound" },
    }));
    if customers {
        said.extend(values(json!({"cc": field("cc")})));
        // Nobody's: the one who wrote it is no user.
        said.insert("owner_id".into(), Value::Null);
    }
    let mut commands = vec![Command::one(TICKET_MESSAGE.name, Change::Create { id, values: said })];
    for Copied { name, content_id, file, .. } in copies {
        let belonging = Belonging::to(&TICKET, ticket_id)?.of_message(Some(id)).known_as(content_id.as_deref());
        commands.push(files_command(&[(name, file)], &belonging, Source::Web));
    }
    Ok(commands)
}
