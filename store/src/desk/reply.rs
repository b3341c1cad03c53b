//! Answers and notes, with what else happens to the ticket in the same act.

use serde_json::{Value, json};
use shared::access::Actor;
use shared::command::{Change, Command};
use shared::desk::{Replied, Reply};
use shared::types::{ATTACHMENT, MAILED_CHANNELS, TICKET, TICKET_MESSAGE};
use shared::{Error, Result, Row, Values};
use uuid::Uuid;

use super::conversation::unseen;
use crate::pool::{Store, Tx};
use crate::read::titles;
use crate::write::{hold, rows_by_id};

/// Most files with one message.
const FILES: usize = 50;

impl Store {
    /// Says something in a ticket and changes it along: all of it, or nothing. What others wrote and the sender has not seen
    /// is shown before an answer goes out.
    ///
    /// # Errors
    /// `NotFound` for tickets the actor may not read, `Invalid` for what does not fit, `Forbidden` for what is not granted.
    pub async fn reply(&self, actor: &Actor, name: &str, reply: Reply) -> Result<Replied> {
        if reply.attachment_ids.len() > FILES {
            return Err(Error::invalid("attachment_ids", "too_many"));
        }
        let ticket = self.get(actor, &TICKET, reply.ticket_id).await?.row;
        let says = !shared::record::is_empty(&Value::from(reply.content.as_str()));
        let mut commands: Vec<Command> = match says {
            true => [Some(message(&reply, name, &ticket)), files(&reply)].into_iter().flatten().collect(),
            false => changes(actor, &reply, &ticket, says).into_iter().collect(),
        };
        let Some(first) = commands.first_mut() else { return Err(Error::invalid("content", "required")) };
        first.idempotency_key = Some(reply.message_id.to_string());
        let outcomes = match self.begin_together(actor, first).await? {
            (_, Some(said_before)) => vec![said_before],
            (tx, None) if !says => self.end_together(tx, actor, commands).await?,
            (mut tx, None) => {
                // Nobody else says anything or takes the ticket until it is decided.
                let ticket = held(&mut tx, reply.ticket_id).await?;
                if !reply.note
                    && !reply.anyway
                    && let Some(crossed) = crossed(&mut tx, actor, &reply).await?
                {
                    return Ok(crossed);
                }
                commands.extend(changes(actor, &reply, &ticket, says));
                self.end_together(tx, actor, commands).await?
            }
        };
        let change_set = outcomes.first().map(|outcome| outcome.change_set).unwrap_or_default();
        let message = outcomes.into_iter().flat_map(|outcome| outcome.rows).find(|row| row.id == reply.message_id);
        let ticket = self.get(actor, &TICKET, reply.ticket_id).await?.row;
        Ok(Replied::Sent { change_set, message, ticket })
    }
}

/// The ticket as it is now and stays.
async fn held(tx: &mut Tx, ticket_id: Uuid) -> Result<Row> {
    hold(tx, vec![ticket_id]).await?;
    rows_by_id(tx, &TICKET, &[ticket_id].into()).await?.into_iter().next().ok_or(Error::NotFound)
}

/// What others wrote since the sender looked.
async fn crossed(tx: &mut Tx, actor: &Actor, reply: &Reply) -> Result<Option<Replied>> {
    let mut messages = unseen(tx, actor, reply.ticket_id, reply.seen).await?;
    if messages.is_empty() {
        return Ok(None);
    }
    let titles = titles(tx, actor, &TICKET_MESSAGE, &messages).await?;
    messages.iter_mut().for_each(|row| actor.redact(&TICKET_MESSAGE, &mut row.values));
    Ok(Some(Replied::Crossed { messages, titles }))
}

fn message(reply: &Reply, name: &str, ticket: &Row) -> Command {
    let came_by = ticket.text("channel").unwrap_or("web");
    // It leaves by mail where the ticket came in by a way that is mailed; else if the sender wants that.
    let mailed = reply.by_mail && !reply.note && !MAILED_CHANNELS.contains(&came_by);
    let mut values = values(json!({
        "ticket_id": reply.ticket_id,
        "kind": if reply.note { "note" } else { "reply" },
        "direction": "outbound",
        "content": reply.content,
        "author_name": name,
        "mention_ids": reply.mention_ids,
        "channel": if mailed { "email" } else { came_by },
    }));
    // Whoever may not see addresses names none, and answers all the same.
    if !reply.note && !reply.cc.is_empty() {
        values.insert("cc".to_owned(), json!(reply.cc));
    }
    Command::one(TICKET_MESSAGE.name, Change::Create { id: reply.message_id, values })
}

/// The files were uploaded to the ticket before; now they belong to the message.
fn files(reply: &Reply) -> Option<Command> {
    let one =
        |id: &Uuid| Change::Update { id: *id, version: None, values: values(json!({"message_id": reply.message_id})) };
    let changes: Vec<Change> = reply.attachment_ids.iter().map(one).collect();
    (!changes.is_empty()).then(|| Command {
        record_type: ATTACHMENT.name.to_owned(),
        changes,
        all_or_nothing: true,
        ..Command::default()
    })
}

/// What changes along: whoever answers a ticket that nobody works takes it; what is answered is new no more; whoever is named
/// in it follows it.
fn changes(actor: &Actor, reply: &Reply, ticket: &Row, says: bool) -> Option<Command> {
    let mut changes = reply.changes.clone();
    let may_take = actor.may(&TICKET, shared::access::Action::Update);
    if says && !reply.note && may_take && ticket.reference("owner_id").is_none() && !changes.contains_key("owner_id") {
        changes.insert("owner_id".into(), actor.user_id.to_string().into());
        changes.entry("team_id").or_insert_with(|| ticket.value("team_id").clone());
    }
    let is_set = ["status", "status_id"].into_iter().any(|field| changes.contains_key(field));
    if says && !reply.note && may_take && !is_set && ticket.text("status") == Some("new") {
        changes.insert("status".into(), "open".into());
    }
    let mut watchers = shared::record::ids(&ticket.values, "watcher_ids");
    let before = watchers.len();
    watchers.extend(reply.mention_ids.iter().filter(|id| !watchers.contains(id)).copied().collect::<Vec<_>>());
    if watchers.len() > before && may_take && !changes.contains_key("watcher_ids") {
        changes.insert("watcher_ids".into(), json!(watchers));
    }
    let change = Change::Update { id: reply.ticket_id, version: None, values: changes.clone() };
    (!changes.is_empty()).then(|| Command::one(TICKET.name, change))
}

fn values(fields: Value) -> Values {
    match fields {
        Value::Object(map) => map,
        _ => Values::new(),
    }
}
