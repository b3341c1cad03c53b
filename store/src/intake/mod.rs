//! What people outside say, whichever way it comes: the public pages and mail use it, and what else may be connected.
//!
//! A way in finds out who speaks and what about ([`Said`]), and where that belongs; what becomes of it is decided here once:
//! a ticket with its first message, a message of a ticket, the ticket that goes on from a closed one, a note for colleagues.

mod people;
mod stand;

use serde_json::{Value, json};
use shared::Values;
use shared::access::Actor;
use shared::command::{Change, Command, Source};
use shared::post::{Missing, Notice};
use shared::types::{TICKET, TICKET_MESSAGE};
use uuid::Uuid;

pub(crate) use people::{Known, contacts_with, holder, holders, is_known, name_of};
pub(crate) use stand::{COLUMNS as STAND, Stand};

/// Who acts for people outside: nobody of the organisation, so that colleagues see what customers wrote as not yet seen by
/// anybody.
pub(crate) fn system(org_id: Uuid) -> Actor {
    Actor::administrator(org_id, Uuid::nil())
}

/// Something that was said by somebody outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'s> {
    /// The way it came.
    pub(crate) channel: &'s str,
    /// The same for the audit log.
    pub(crate) source: Source,
    /// Address of who said it; none if that is no address that could be answered.
    pub(crate) email: Option<&'s str>,
    /// What they are called.
    pub(crate) name: Option<&'s str>,
    /// What they said.
    pub(crate) html: &'s str,
    /// Id of the mail that it came with.
    pub(crate) mail_id: Option<&'s str>,
    /// Who else got it.
    pub(crate) cc: &'s [String],
}

impl Said<'_> {
    /// As a message of a ticket.
    pub(crate) fn message(&self, ticket_id: Uuid, id: Uuid) -> Command {
        self.entry(json!({"ticket_id": ticket_id, "kind": "reply", "direction": "inbound"}), id)
    }

    /// For colleagues only: it is no answer of the customer's, for that reason.
    pub(crate) fn note(&self, ticket_id: Uuid, id: Uuid, why: Notice) -> Command {
        let fields = json!({"ticket_id": ticket_id, "kind": "note", "direction": "outbound", "notice": why.code()});
        self.entry(fields, id)
    }

    fn entry(&self, fields: Value, id: Uuid) -> Command {
        let mut all = values(fields);
        all.extend(values(json!({
            "content": self.html, "channel": self.channel, "author_email": self.email,
            "author_name": self.name.or(self.email), "mail_id": self.mail_id,
            "cc": Some(self.cc).filter(|cc| !cc.is_empty()),
        })));
        // Nobody's: the one who wrote it is no user.
        all.insert("owner_id".into(), Value::Null);
        let create = Change::Create { id, values: all };
        Command { source: self.source, ..Command::one(TICKET_MESSAGE.name, create) }
    }

    /// As a new ticket with these further fields, and what was said as its first message.
    pub(crate) fn ticket(&self, id: Uuid, fields: Value) -> [Command; 2] {
        let mut all = values(json!({
            "channel": self.channel, "description": self.html, "requester_name": self.name, "requester_email": self.email,
        }));
        all.extend(values(fields));
        let create = Change::Create { id, values: all };
        let first = Command { source: self.source, ..Command::one(TICKET.name, create) };
        [first, self.message(id, first_message(id))]
    }
}

/// Id of the message that a ticket began with: the same ticket gives the same one each time.
pub(crate) fn first_message(ticket_id: Uuid) -> Uuid {
    Uuid::from_u128(ticket_id.as_u128() ^ 1)
}

/// What of a letter is not in the message that it becomes, as the store finds it out: no command can say it.
pub(crate) fn found_missing(message_id: Uuid, missing: &Missing) -> (Uuid, Values) {
    let names = missing.left_out.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    let names: Vec<&str> = names.collect();
    let fields = json!({"left_out": Some(names).filter(|names| !names.is_empty()), "whole_size": missing.whole_size});
    (message_id, values(fields))
}

/// An object as field values; what is null is left out.
pub(crate) fn values(fields: Value) -> Values {
    match fields {
        Value::Object(map) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Values::new(),
    }
}
