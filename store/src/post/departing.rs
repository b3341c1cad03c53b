//! Letters that are due to leave: claimed by one sender at a time, made of what they carry as it is then.

use futures::TryStreamExt;
use shared::i18n::{Locale, translate};
use shared::post::PostFault;
use shared::{Error, Result};
use uuid::Uuid;

use super::Account;
use super::by_mailbox::mailbox_of;
use super::told::readers;
use crate::error::from_sqlx;
use crate::mail::write::{Answered, Draft, Kind, Outgoing, outgoing};
use crate::mail::{Attachment, Person};
use crate::pool::{DbRole, Store, Tx};

/// So long a sender has for a letter before another one takes over: whoever sends must have given up before.
const CLAIMED_FOR: f64 = 180.0;
/// Earlier letters of a conversation that are named.
const MOST_NAMED: i64 = 100;

/// A letter ready to leave.
#[derive(Debug)]
pub struct Departing {
    /// The letter.
    pub id: Uuid,
    /// By which mailbox it leaves.
    pub account: Account,
    /// What it is.
    pub letter: Outgoing,
    pub(super) carries: Carried,
}

/// What a letter is about.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Carried {
    pub(super) id: Uuid,
    pub(super) mailbox_id: Uuid,
    pub(super) ticket_id: Uuid,
    pub(super) message_id: Option<Uuid>,
    pub(super) attempts: i32,
    /// It says what was said with somebody else than the one whose ticket this is now.
    apart: bool,
}

#[derive(sqlx::FromRow)]
struct Ticket {
    number: Option<String>,
    subject: String,
    requester_name: Option<String>,
    requester_email: Option<String>,
    locale: Option<String>,
    signature: Option<String>,
    organisation: String,
}

impl Store {
    /// The next letter that is due, in any organisation. Whoever gets it sends it within two minutes and says what became of
    /// it by [`Store::note_sent`]; a sender that dies leaves it to the next one, under the same id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_departing(&self) -> Result<Option<Departing>> {
        let mut tx = self.looking_up().await?;
        let waiting: Vec<Uuid> = sqlx::query_scalar(
            "select distinct org_id from letters_out where state in ('queued', 'sending') and next_try <= now()",
        )
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        drop(tx);
        for org_id in waiting {
            while let Some(carried) = self.claim_departing(org_id).await? {
                let id = carried.id;
                if carried.apart {
                    self.note_never(org_id, &carried, PostFault::Apart.code()).await?;
                    continue;
                }
                match self.departing(org_id, carried.clone()).await {
                    Ok(departing) => return Ok(Some(departing)),
                    Err(Error::Offline) => return Err(Error::Offline),
                    Err(error) => {
                        tracing::warn!(letter = %id, %error, "a letter could not be written");
                        self.note_never(org_id, &carried, PostFault::Protocol.code()).await?;
                    }
                }
            }
        }
        Ok(None)
    }

    async fn claim_departing(&self, org_id: Uuid) -> Result<Option<Carried>> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        let claimed = sqlx::query_as(
            // Materialized: within a join it could be carried out once for each row, and claim them all.
            "with due as materialized (
                 select id from letters_out where org_id = $1 and state in ('queued', 'sending') and next_try <= now()
                 order by next_try, id limit 1 for update skip locked
             )
             update letters_out l set state = 'sending', attempts = l.attempts + 1, next_try = now() + make_interval(secs => $2)
             from due where l.org_id = $1 and l.id = due.id
             returning l.id, l.mailbox_id, l.ticket_id, l.message_id, l.attempts, exists (
                 select from ticket_messages m
                 where m.org_id = l.org_id and m.id = l.message_id and m.apart_from is not null) as apart",
        )
        .bind(org_id)
        .bind(CLAIMED_FOR)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(claimed)
    }

    async fn departing(&self, org_id: Uuid, carries: Carried) -> Result<Departing> {
        let account = self.way_out(org_id, &carries).await?;
        let signer = self.signer(org_id, &account.address).await?;
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        let ticket = ticket(&mut tx, carries.ticket_id).await?;
        let (otherwise, _) = readers(&mut tx, None).await?;
        let to = ticket.requester_email.as_deref().ok_or(Error::NotFound)?;
        let mut draft = Draft {
            ticket: carries.ticket_id,
            number: ticket.number.clone().unwrap_or_default(),
            message: carries.message_id.unwrap_or(carries.id),
            from: Person::new(&account.sender, &account.address),
            to: vec![Person::new(ticket.requester_name.as_deref().unwrap_or_default(), to)],
            subject: ticket.subject.clone(),
            ..Draft::default()
        };
        let said = match carries.message_id {
            Some(message_id) => {
                let said = said(&mut tx, message_id).await?;
                draft.cc = said.cc.iter().flatten().map(|address| Person::new("", address)).collect();
                Some(said)
            }
            None => None,
        };
        let ids = earlier(&mut tx, &carries, |id| signer.message_id(carries.ticket_id, id)).await?;
        draft.answered = answered(ids);
        match said {
            Some(said) => {
                let files = files(&mut tx, &carries, &said.content).await?;
                drop(tx);
                (draft.html, draft.attachments) = self.with_parts(org_id, said.content, files).await?;
                draft.signature = ticket.signature.unwrap_or_default();
            }
            None => {
                let locale = ticket.locale.as_deref().and_then(Locale::parse).unwrap_or(otherwise);
                let name = ticket.requester_name.as_deref().unwrap_or(to);
                let params = [
                    ("name", name),
                    ("number", draft.number.as_str()),
                    ("subject", ticket.subject.as_str()),
                    ("organisation", ticket.organisation.as_str()),
                ];
                draft.text = translate(locale, "mail.confirmation", &params);
                draft.kind = Kind::Answer;
            }
        }
        Ok(Departing { id: carries.id, account, letter: outgoing(draft, &signer), carries })
    }

    /// The mailbox that a letter was queued for; another one if that is not in use any more.
    async fn way_out(&self, org_id: Uuid, carries: &Carried) -> Result<Account> {
        let own = self.account(org_id, carries.mailbox_id).await?;
        if own.active {
            return Ok(own);
        }
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        let other = mailbox_of(&mut tx, carries.ticket_id).await?;
        drop(tx);
        match other {
            Some(id) => self.account(org_id, id).await,
            None => Err(Error::NotFound),
        }
    }

    /// The text with its pictures as parts of the letter, and all parts.
    async fn with_parts(
        &self,
        org_id: Uuid,
        mut html: String,
        files: Vec<(Uuid, String, Option<String>, bool)>,
    ) -> Result<(String, Vec<Attachment>)> {
        let mut attachments = Vec::new();
        for (id, name, content_type, own) in files {
            let place = format!("/api/files/{id}");
            let inline = html.contains(&place);
            if !inline && !own {
                continue;
            }
            let content_id = inline.then(|| format!("{id}@guanxi"));
            if let Some(content_id) = &content_id {
                html = html.replace(&place, &format!("cid:{content_id}"));
            }
            let content_type = content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
            let bytes = self.whole_file(org_id, id).await?;
            attachments.push(Attachment { name, content_type, bytes, content_id, inline });
        }
        Ok((html, attachments))
    }

    async fn whole_file(&self, org_id: Uuid, id: Uuid) -> Result<Vec<u8>> {
        let mut parts = self.open_blob(org_id, id, None).await?;
        let mut whole = Vec::new();
        while let Some(part) = parts.try_next().await? {
            whole.extend_from_slice(&part);
        }
        Ok(whole)
    }
}

async fn ticket(tx: &mut Tx, id: Uuid) -> Result<Ticket> {
    let found = sqlx::query_as(
        "select t.number, t.subject, t.requester_name, t.requester_email, t.locale, q.signature, o.name as organisation
         from tickets t join organisations o on o.org_id = t.org_id and o.id = t.org_id
         left join queues q on q.org_id = t.org_id and q.id = t.queue_id
         where t.org_id = $1 and t.id = $2",
    )
    .bind(tx.org_id)
    .bind(id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    found.ok_or(Error::NotFound)
}

#[derive(sqlx::FromRow)]
struct Said {
    content: String,
    cc: Option<Vec<String>>,
}

/// What a letter says. What was said with somebody else before their ticket became part of this one does not go to its customer.
async fn said(tx: &mut Tx, message_id: Uuid) -> Result<Said> {
    let found = sqlx::query_as(
        "select content, cc from ticket_messages
         where org_id = $1 and id = $2 and kind = 'reply' and direction = 'outbound' and apart_from is null",
    )
    .bind(tx.org_id)
    .bind(message_id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    found.ok_or(Error::NotFound)
}

/// The letters of the conversation before this one, oldest first: their ids, and whether the customer wrote them.
async fn earlier(tx: &mut Tx, carries: &Carried, own: impl Fn(Uuid) -> String) -> Result<Vec<(String, bool)>> {
    let mut found: Vec<(Uuid, bool, Option<String>)> = sqlx::query_as(
        "select id, direction = 'inbound', mail_id from ticket_messages
         where org_id = $1 and ticket_id = $2 and kind = 'reply' and archived_at is null and apart_from is null and id is distinct from $3
         and (direction = 'inbound' and mail_id is not null or direction = 'outbound' and delivery in ('sent', 'bounced'))
         order by said_at desc, id desc limit $4",
    )
    .bind(tx.org_id)
    .bind(carries.ticket_id)
    .bind(carries.message_id)
    .bind(MOST_NAMED)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    found.reverse();
    let name = |(id, inbound, mail_id): (Uuid, bool, Option<String>)| match mail_id {
        Some(mail_id) if inbound => (mail_id, true),
        _ => (own(id), false),
    };
    Ok(found.into_iter().map(name).collect())
}

/// The customer's last letter is answered, else our own last one.
fn answered(mut ids: Vec<(String, bool)>) -> Option<Answered> {
    let last = ids.iter().rposition(|(_, inbound)| *inbound).or_else(|| ids.len().checked_sub(1))?;
    let (message_id, _) = ids.remove(last);
    Some(Answered { message_id, references: ids.into_iter().map(|(id, _)| id).collect() })
}

/// The message's files, and those of the ticket that its text shows.
async fn files(tx: &mut Tx, carries: &Carried, html: &str) -> Result<Vec<(Uuid, String, Option<String>, bool)>> {
    let found: Vec<(Uuid, String, Option<String>, bool)> = sqlx::query_as(
        "select id, name, content_type, coalesce(message_id = $3, false) from attachments
         where org_id = $1 and ticket_id = $2 and archived_at is null order by id limit 1000",
    )
    .bind(tx.org_id)
    .bind(carries.ticket_id)
    .bind(carries.message_id)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.into_iter().filter(|(id, _, _, own)| *own || html.contains(&id.to_string())).collect())
}
