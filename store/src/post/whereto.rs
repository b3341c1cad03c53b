//! Where a letter belongs. What proves something is signed by us; whoever a letter says it is from is only believed as far as
//! believing it does no harm: nobody becomes a colleague by it, and nobody gets into a conversation without its signature.

use shared::Result;
use shared::post::Notice;
use uuid::Uuid;

use super::fetched::{content_hash, id_hash};
use super::said::address;
use super::signing::Signers;
use crate::error::from_sqlx;
use crate::intake::{STAND, Stand};
use crate::mail::Letter;
use crate::mail::auto::{Auto, Bounce};
use crate::pool::Tx;

/// What becomes of a letter.
pub(super) enum Whereto {
    /// We sent it ourselves, and something sent it back: that ends here.
    Own,
    /// It came to another mailbox too, and is in that ticket.
    Same(Option<Uuid>),
    /// A new ticket; after one that is closed, or that whoever writes takes no part in.
    Ticket(Option<After>),
    /// A message of the ticket, for everybody in it.
    Message(Stand),
    /// A note in the ticket, for colleagues: a machine wrote it, or it says that it is from one of them.
    Note(Stand, Notice),
    /// A letter of ours did not arrive: the answer, unless the desk wrote it by itself.
    Bounced(Stand, Option<Uuid>, Bounce),
    /// Nobody knows what it is about; an administrator sees it.
    Aside(&'static str),
}

/// What a new ticket comes after.
pub(super) struct After {
    pub(super) stand: Stand,
    /// Whether whoever writes takes part in that: then the new one goes on from it.
    pub(super) goes_on: bool,
}

/// Decides about a letter; `from` is who wrote it.
pub(super) async fn whereto(
    tx: &mut Tx,
    signers: &Signers,
    letter: &Letter,
    own_id: Uuid,
    from: Option<&str>,
) -> Result<Whereto> {
    if signers.is_own(letter) {
        return Ok(Whereto::Own);
    }
    if let Some(ticket) = elsewhere(tx, letter, own_id).await? {
        return Ok(Whereto::Same(ticket));
    }
    // The answer would come here, and so on.
    if !matches!(letter.auto, Auto::Bounce(_)) && from.is_some_and(|from| signers.is_fetched(from)) {
        return Ok(Whereto::Aside("loop"));
    }
    let named = signers.ticket_of(letter);
    let signed = match named {
        Some(id) => stand(tx, id).await?,
        None => None,
    };
    let found = match (signed, from) {
        (Some(stand), _) => Some(stand),
        (None, Some(from)) => own_conversation(tx, letter, from).await?,
        (None, None) => None,
    };
    Ok(match (&letter.auto, found) {
        (Auto::Bounce(bounce), Some(stand)) => bounced(tx, signers, stand, bounce).await?,
        (Auto::Bounce(_), None) => Whereto::Aside("bounce"),
        (Auto::Answer | Auto::Receipt, None) => Whereto::Aside("automatic"),
        (Auto::Answer | Auto::Receipt, Some(stand)) => Whereto::Note(stand, Notice::Automatic),
        (Auto::Generated, Some(stand)) => Whereto::Note(stand, Notice::Generated),
        // Nobody could be answered: what is no letter at all comes like this.
        (_, None) if from.or(address(&letter.answer_to().address).as_deref()).is_none() => Whereto::Aside("nobody"),
        (_, None) => Whereto::Ticket(None),
        (_, Some(stand)) => {
            let takes_part = match from {
                Some(from) => takes_part(tx, (stand.id, named.is_some_and(|id| id != stand.id)), from).await?,
                None => false,
            };
            let colleague = match from {
                Some(from) if !takes_part => is_colleague(tx, from).await?,
                _ => false,
            };
            match (takes_part, colleague, stand.is_over()) {
                (true, _, false) => Whereto::Message(stand),
                (true, _, true) => Whereto::Ticket(Some(After { stand, goes_on: true })),
                (false, true, _) => Whereto::Note(stand, Notice::Unproven),
                (false, false, _) => Whereto::Ticket(Some(After { stand, goes_on: false })),
            }
        }
    })
}

/// What a report of a letter that did not arrive is about.
async fn bounced(tx: &mut Tx, signers: &Signers, stand: Stand, bounce: &Bounce) -> Result<Whereto> {
    let named = bounce.original_id.as_deref().and_then(|id| signers.message_of_id(id));
    let message = match named {
        Some((_, message)) => is_said(tx, stand.id, message).await?.then_some(message),
        None => last_sent(tx, stand.id).await?,
    };
    // Nobody waits for what the desk wrote by itself.
    if message.is_none() && !bounce.is_permanent() {
        return Ok(Whereto::Same(Some(stand.id)));
    }
    Ok(Whereto::Bounced(stand, message, bounce.clone()))
}

/// Whether the same letter was taken in from another mailbox of the organisation; the ticket it is in.
pub(super) async fn elsewhere(tx: &mut Tx, letter: &Letter, own_id: Uuid) -> Result<Option<Option<Uuid>>> {
    sqlx::query_scalar(
        "select ticket_id from letters_in where org_id = $1 and id_hash = $2 and content_hash = $3 and id <> $4
         and state = 'done' and ticket_id is not null order by id limit 1",
    )
    .bind(tx.org_id)
    .bind(id_hash(&letter.message_id))
    .bind(content_hash(letter))
    .bind(own_id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// A ticket, or what it was merged into.
async fn stand(tx: &mut Tx, id: Uuid) -> Result<Option<Stand>> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "with recursive way as (
             select $2::uuid as id, 0 as step
             union select m.into_id, way.step + 1 from way join merged_records m on m.org_id = $1 and m.id = way.id
             where way.step < 20
         )
         select {STAND} from way join tickets t on t.org_id = $1 and t.id = way.id order by way.step desc limit 1"
    )))
    .bind(tx.org_id)
    .bind(id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// The ticket of an earlier letter of the same sender's that this one answers: whoever goes on before there is an answer. One that
/// became part of somebody else's is no conversation of theirs any more.
async fn own_conversation(tx: &mut Tx, letter: &Letter, from: &str) -> Result<Option<Stand>> {
    let named: Vec<String> = letter.in_reply_to.iter().chain(&letter.references).cloned().collect();
    if named.is_empty() {
        return Ok(None);
    }
    let found: Option<Uuid> = sqlx::query_scalar(
        "select ticket_id from ticket_messages where org_id = $1 and mail_id = any($2) and author_email = $3
         and direction = 'inbound' and archived_at is null and apart_from is null order by said_at desc, id desc limit 1",
    )
    .bind(tx.org_id)
    .bind(named)
    .bind(from)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    match found {
        Some(id) => stand(tx, id).await,
        None => Ok(None),
    }
}

/// Whether an address is of somebody who takes part in a ticket: who wrote in, its contact or another one of its customer,
/// or who was sent a copy. Where another ticket became part of it, colleagues of the customer write in that one, as they believe: not
/// for whoever reads this one. Nor do they where it became somebody else's itself: then it has marks that name no ticket that is gone,
/// but itself, by the number that it had.
async fn takes_part(tx: &mut Tx, (ticket_id, merged): (Uuid, bool), from: &str) -> Result<bool> {
    sqlx::query_scalar(
        "select exists (
             select from tickets t
             cross join lateral (select $4 or exists (
                 select from ticket_messages m where m.org_id = $1 and m.ticket_id = t.id and m.apart_from is not null
                 and not exists (select from merged_records g where g.org_id = $1 and lower(g.number) = lower(m.apart_from))
             )) o (others)
             where t.org_id = $1 and t.id = $2 and (
                 t.requester_email = $3
                 or exists (select from contacts c where c.org_id = $1 and c.archived_at is null and $3 = any (c.emails)
                            and (c.id = t.contact_id or c.customer_id = t.customer_id and not o.others))
                 or exists (select from customers c
                            where c.org_id = $1 and c.id = t.customer_id and $3 = any (c.emails) and not o.others)
                 or exists (select from ticket_messages m where m.org_id = $1 and m.ticket_id = t.id and m.kind = 'reply'
                            and m.archived_at is null and m.apart_from is null
                            and exists (select from unnest(m.cc) a where lower(a) = $3))))",
    )
    .bind(tx.org_id)
    .bind(ticket_id)
    .bind(from)
    .bind(merged)
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Whether an address is a colleague's.
async fn is_colleague(tx: &mut Tx, from: &str) -> Result<bool> {
    sqlx::query_scalar(
        "select exists (select from users where org_id = $1 and lower(email) = $2 and active and archived_at is null)",
    )
    .bind(tx.org_id)
    .bind(from)
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Whether a letter of ours was an answer in the ticket.
async fn is_said(tx: &mut Tx, ticket_id: Uuid, message_id: Uuid) -> Result<bool> {
    sqlx::query_scalar("select exists (select from ticket_messages where org_id = $1 and ticket_id = $2 and id = $3)")
        .bind(tx.org_id)
        .bind(ticket_id)
        .bind(message_id)
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
}

/// The last answer that left: what a report without an id is about.
async fn last_sent(tx: &mut Tx, ticket_id: Uuid) -> Result<Option<Uuid>> {
    sqlx::query_scalar(
        "select id from ticket_messages where org_id = $1 and ticket_id = $2 and delivery = 'sent' and archived_at is null
         order by said_at desc, id desc limit 1",
    )
    .bind(tx.org_id)
    .bind(ticket_id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}
