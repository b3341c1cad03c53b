//! Taking letters in: each once, in a transaction that also says so of the letter.

use serde_json::{Value, json};
use shared::command::{Change, Command, Source};
use shared::i18n::Locale;
use shared::post::{Missing, Notice};
use shared::types::TICKET;
use shared::{Error, Result, Values};
use uuid::Uuid;

use super::anew::as_kept;
use super::files::Files;
use super::signing::Signers;
use super::whereto::{After, Whereto, elsewhere, whereto};
use super::{MOST_TRIES, bounded, fetched, said, told};
use crate::error::{from_sqlx, internal};
use crate::intake::{Said, Stand, found_missing, holder, system};
use crate::mail::auto::{Bounce, Recent, may_answer};
use crate::mail::{self, Letter, MAX_LETTER, Person};
use crate::pool::{DbRole, Store, Tx};
use crate::write::{Delivery, carry_out, found_in, set_delivery};

/// Seconds until a letter that could not be taken in is tried again, doubled with each try.
const FIRST_PAUSE: f64 = 15.0;

/// A letter that is being taken in.
#[derive(sqlx::FromRow)]
struct Waiting {
    id: Uuid,
    mailbox_id: Uuid,
    attempts: i32,
    /// An administrator wants it as a ticket, whatever it is.
    forced: bool,
    /// Bytes on the mail server; of one that is still too large only its beginning is here.
    size: i64,
    raw: Option<Vec<u8>>,
}

/// What a letter says and by whom, ready to be kept.
struct Prepared {
    letter: Letter,
    files: Files,
    /// Who wrote it, as they say.
    author: Person,
    /// Their address, if one could answer it.
    from: Option<String>,
    requester: Option<String>,
    locale: Locale,
    own: bool,
    cc: Vec<String>,
}

impl Prepared {
    fn name(&self) -> Option<String> {
        said::name(&self.author.name).or_else(|| said::name(&self.author.address))
    }

    /// Mail programs write ids of any length; such ones are no use in an answer.
    fn mail_id(&self) -> Option<&str> {
        Some(self.letter.message_id.as_str()).filter(|id| id.len() <= 500 && !self.letter.message_id_made)
    }
}

impl Store {
    /// Takes in the letters that wait, in all organisations; says how many were looked at. To be called whenever some were
    /// fetched and every few seconds; several nodes may do so at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_in(&self) -> Result<usize> {
        let mut tx = self.looking_up().await?;
        let waiting: Vec<Uuid> =
            sqlx::query_scalar("select distinct org_id from letters_in where state = 'received' and next_try <= now()")
                .fetch_all(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        drop(tx);
        let mut looked_at = 0;
        for org_id in waiting {
            while self.take_in_next(org_id).await? {
                looked_at += 1;
            }
        }
        Ok(looked_at)
    }

    /// Whether there was one.
    async fn take_in_next(&self, org_id: Uuid) -> Result<bool> {
        let Some(waiting) = self.claim_letter(org_id).await? else { return Ok(false) };
        let (id, attempts) = (waiting.id, waiting.attempts);
        let done = if attempts > MOST_TRIES { Err(Error::NotFound) } else { self.take_in_one(org_id, waiting).await };
        match done {
            Ok(()) => {}
            // The database, or where files lie, is away: that says nothing about the letter.
            Err(Error::Offline) => return Err(Error::Offline),
            Err(error) => {
                tracing::warn!(letter = %id, attempts, %error, "a letter could not be taken in");
                self.note_not_taken(org_id, id, attempts, &describe(&error)).await?;
            }
        }
        Ok(true)
    }

    /// The next letter that is due. It counts as tried before it is: what takes the whole server down with it is not tried
    /// for ever.
    async fn claim_letter(&self, org_id: Uuid) -> Result<Option<Waiting>> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        let waiting = sqlx::query_as(
            // Materialized: within a join it could be carried out once for each row, and claim them all.
            "with due as materialized (
                 select id from letters_in where org_id = $1 and state = 'received' and next_try <= now()
                 order by received_at, id limit 1 for update skip locked
             )
             update letters_in l set attempts = l.attempts + 1, next_try = now() + make_interval(secs => $2 * 2 ^ l.attempts)
             from due where l.org_id = $1 and l.id = due.id returning l.id, l.mailbox_id, l.attempts, l.forced, l.size, l.raw",
        )
        .bind(org_id)
        .bind(FIRST_PAUSE)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(waiting)
    }

    async fn note_not_taken(&self, org_id: Uuid, id: Uuid, attempts: i32, why: &str) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        sqlx::query(
            "update letters_in set error = case when $5 then coalesce(error, $3) else $3 end,
                    state = case when $4 then 'quarantined' else state end, reason = case when $4 then 'failed' else reason end
             where org_id = $1 and id = $2 and state = 'received'",
        )
        .bind(org_id)
        .bind(id)
        .bind(bounded(why, 500))
        .bind(attempts >= MOST_TRIES)
        .bind(attempts > MOST_TRIES)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }

    async fn take_in_one(&self, org_id: Uuid, waiting: Waiting) -> Result<()> {
        let raw = waiting.raw.unwrap_or_default();
        let read = move || as_kept(mail::read(&raw), raw.len(), waiting.size);
        let letter = tokio::task::spawn_blocking(read).await.map_err(internal)?;
        let signers = self.signers(org_id).await?;
        let author = said::author(&letter, &signers).clone();
        let from = said::address(&author.address);
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        let whereto = match whereto(&mut tx, &signers, &letter, waiting.id, from.as_deref()).await? {
            Whereto::Aside(_) if waiting.forced => Whereto::Ticket(None),
            found => found,
        };
        let (otherwise, _) = told::readers(&mut tx, None).await?;
        drop(tx);
        let prepared = match whereto {
            Whereto::Own | Whereto::Same(_) | Whereto::Aside(_) => None,
            _ => Some(self.prepare_letter(org_id, &signers, letter.clone(), author, otherwise).await?),
        };
        let received = prepared.as_ref().map(|prepared| prepared.files.received()).unwrap_or_default();
        let kept = match prepared {
            Some(prepared) => self.settle_letter(org_id, (waiting.id, waiting.mailbox_id), whereto, &prepared).await,
            None => self.close_letter(org_id, waiting.id, &whereto).await.map(|()| false),
        };
        match kept {
            Ok(true) => self.hub.wake(),
            Ok(false) => self.drop_received(received).await,
            // Nobody knows whether it was committed; if not, the upkeep removes them.
            Err(error @ (Error::Offline | Error::Internal { .. })) => return Err(error),
            Err(error) => {
                self.drop_received(received).await;
                return Err(error);
            }
        }
        Ok(())
    }

    async fn prepare_letter(
        &self,
        org_id: Uuid,
        signers: &Signers,
        letter: Letter,
        author: Person,
        otherwise: Locale,
    ) -> Result<Prepared> {
        let files = self.receive_files(&system(org_id), &letter, &said::as_files(&letter)).await?;
        let from = said::address(&author.address);
        // What an administrator wants all the same is not answered to ourselves.
        let other = |found: &String| !signers.is_fetched(found);
        let asked = said::address(&letter.answer_to().address).filter(other);
        let requester = asked.or_else(|| from.clone().filter(other));
        let (locale, own) = (said::language(&letter, otherwise), signers.is_own(&letter));
        let cc = said::further(&letter, requester.as_deref(), signers);
        Ok(Prepared { letter, files, author, from, requester, locale, own, cc })
    }

    /// Closes a letter that becomes nothing.
    async fn close_letter(&self, org_id: Uuid, id: Uuid, whereto: &Whereto) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        match whereto {
            Whereto::Aside(reason) => {
                sqlx::query("update letters_in set state = 'quarantined', reason = $3 where org_id = $1 and id = $2 and state = 'received'")
                    .bind(org_id)
                    .bind(id)
                    .bind(reason)
                    .execute(&mut *tx.inner)
                    .await
                    .map_err(from_sqlx)?;
            }
            Whereto::Same(ticket) => done(&mut tx, id, *ticket).await?,
            _ => done(&mut tx, id, None).await?,
        }
        tx.commit().await
    }

    /// Whether it became something: `false` when another node was faster, here or with the same letter of another mailbox.
    async fn settle_letter(
        &self,
        org_id: Uuid,
        (id, mailbox_id): (Uuid, Uuid),
        whereto: Whereto,
        prepared: &Prepared,
    ) -> Result<bool> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        lock(&mut tx, &prepared.letter).await?;
        if !is_open(&mut tx, id).await? {
            return Ok(false);
        }
        if let Some(ticket) = elsewhere(&mut tx, &prepared.letter, id).await? {
            done(&mut tx, id, ticket).await?;
            tx.commit().await?;
            return Ok(false);
        }
        let ticket_id = match whereto {
            Whereto::Ticket(after) => new_ticket(&mut tx, mailbox_id, after, prepared).await?,
            Whereto::Message(stand) => say(&mut tx, stand.id, prepared, None).await?,
            Whereto::Note(stand, why) => say(&mut tx, stand.id, prepared, Some(why)).await?,
            Whereto::Bounced(stand, message, bounce) => bounced(&mut tx, &stand, message, &bounce, prepared).await?,
            Whereto::Own | Whereto::Same(_) | Whereto::Aside(_) => return Ok(false),
        };
        done(&mut tx, id, Some(ticket_id)).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// One after the other: the same letter may come to two mailboxes at once.
async fn lock(tx: &mut Tx, letter: &Letter) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('letter ' || encode($1, 'hex'), 0))")
        .bind(fetched::id_hash(&letter.message_id))
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

async fn is_open(tx: &mut Tx, id: Uuid) -> Result<bool> {
    let found = sqlx::query("select from letters_in where org_id = $1 and id = $2 and state = 'received' for update")
        .bind(tx.org_id)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    Ok(found.is_some())
}

/// Nothing is kept of it but that it came: what it says is in the ticket.
async fn done(tx: &mut Tx, id: Uuid, ticket_id: Option<Uuid>) -> Result<()> {
    sqlx::query(
        "update letters_in set state = 'done', done_at = now(), ticket_id = $3, raw = null, sender = null, subject = null,
                reason = case when reason = 'same_id' then reason end, error = null
         where org_id = $1 and id = $2 and state = 'received'",
    )
    .bind(tx.org_id)
    .bind(id)
    .bind(ticket_id)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

/// Carries out what is said, with the files of the message.
async fn keep(tx: &mut Tx, commands: Vec<Command>, message_id: Uuid, prepared: &Prepared, html: &str) -> Result<()> {
    let set = Uuid::now_v7();
    let mut commands = commands;
    commands.extend(prepared.files.command(message_id, html)?);
    commands.iter_mut().for_each(|command| command.change_set = Some(set));
    let mut found = found_in(&prepared.files.received());
    found.extend([found_missing(message_id, &prepared.missing())]);
    let actor = system(tx.org_id);
    carry_out(tx, &actor, &commands, &found).await.map(drop)
}

/// A message in a ticket; or a note, with the reason. Who got a letter of the ticket can write another one in anybody's name: it
/// must not look like a colleague's note.
async fn say(tx: &mut Tx, ticket_id: Uuid, prepared: &Prepared, note: Option<Notice>) -> Result<Uuid> {
    let html = said::content(&prepared.letter, &prepared.files);
    // The name that such a letter gives may be a colleague's: it stands under its address alone.
    let name = if note.is_none() { prepared.name() } else { said::name(&prepared.author.address) };
    let said = prepared.said(prepared.from.as_deref(), name.as_deref(), &html);
    let id = Uuid::now_v7();
    let command = match note {
        Some(why) => said.note(ticket_id, id, why),
        None => said.message(ticket_id, id),
    };
    keep(tx, vec![command], id, prepared, &html).await?;
    Ok(ticket_id)
}

impl Prepared {
    fn said<'s>(&'s self, email: Option<&'s str>, name: Option<&'s str>, html: &'s str) -> Said<'s> {
        Said { channel: "email", source: Source::Mail, email, name, html, mail_id: self.mail_id(), cc: &self.cc }
    }

    fn missing(&self) -> Missing {
        let whole = Some(self.letter.raw_size).filter(|size| *size > MAX_LETTER);
        Missing { left_out: self.files.left_out.clone(), whole_size: whole.and_then(|size| u64::try_from(size).ok()) }
    }
}

/// A ticket of its own.
async fn new_ticket(tx: &mut Tx, mailbox_id: Uuid, after: Option<After>, prepared: &Prepared) -> Result<Uuid> {
    let html = said::content(&prepared.letter, &prepared.files);
    let name = prepared.name();
    // Answers go where the letter asks for them, so that is whose ticket it is, whoever it says that it is from.
    let requester = prepared.requester.as_deref();
    let said = prepared.said(requester, name.as_deref(), &html);
    let (customer, contact) = match requester {
        Some(email) => holder(tx, email).await?,
        None => (None, None),
    };
    let mut fields = json!({
        "subject": said::ticket_subject(&prepared.letter, prepared.locale), "kind": "consult",
        "locale": prepared.locale.code(), "customer_id": customer, "contact_id": contact,
        "queue_id": queue_of(tx, mailbox_id).await?,
    });
    if let (Some(After { stand, goes_on }), Value::Object(fields)) = (&after, &mut fields) {
        if *goes_on && let Value::Object(taken) = stand.follow_up() {
            fields.extend(
                taken.into_iter().filter(|(name, value)| !value.is_null() && name != "subject" && name != "locale"),
            );
        }
        fields.insert("parent_id".into(), json!(stand.id));
    }
    let id = Uuid::now_v7();
    let commands = said.ticket(id, fields).to_vec();
    keep(tx, commands, crate::intake::first_message(id), prepared, &html).await?;
    confirm(tx, id, mailbox_id, prepared).await?;
    Ok(id)
}

async fn queue_of(tx: &mut Tx, mailbox_id: Uuid) -> Result<Option<Uuid>> {
    sqlx::query_scalar(
        "select q.id from mailboxes b join queues q on q.org_id = b.org_id and q.id = b.queue_id and q.archived_at is null
         where b.org_id = $1 and b.id = $2",
    )
    .bind(tx.org_id)
    .bind(mailbox_id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Queues the confirmation that a letter arrived, if its queue confirms and nothing speaks against it.
async fn confirm(tx: &mut Tx, ticket_id: Uuid, mailbox_id: Uuid, prepared: &Prepared) -> Result<()> {
    let Some(requester) = &prepared.requester else { return Ok(()) };
    let recent = recent(tx, ticket_id, requester, &prepared.letter).await?;
    if let Err(silence) = may_answer(&prepared.letter, prepared.own, &recent) {
        tracing::debug!(?silence, "a letter is not confirmed");
        return Ok(());
    }
    sqlx::query(
        "insert into letters_out (org_id, id, mailbox_id, ticket_id, kind)
         select t.org_id, $4, $3, t.id, 'confirmation' from tickets t
         join queues q on q.org_id = t.org_id and q.id = t.queue_id and q.acknowledge
         where t.org_id = $1 and t.id = $2
         and not exists (select from mailboxes b where b.org_id = $1 and lower(b.address) = lower($5))",
    )
    .bind(tx.org_id)
    .bind(ticket_id)
    .bind(mailbox_id)
    .bind(Uuid::now_v7())
    .bind(requester)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

/// What was confirmed and written lately.
async fn recent(tx: &mut Tx, ticket_id: Uuid, requester: &str, letter: &Letter) -> Result<Recent> {
    let (to_ticket, hour, day, wrote): (i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from letters_out where org_id = $1 and ticket_id = $2 and kind = 'confirmation'),
                count(*) filter (where o.created_at > now() - interval '1 hour'), count(*),
                (select count(*) from letters_in where org_id = $1 and sender_hash = $4 and received_at > now() - interval '1 hour')
         from tickets t join letters_out o on o.org_id = t.org_id and o.ticket_id = t.id and o.kind = 'confirmation'
              and o.created_at > now() - interval '1 day'
         where t.org_id = $1 and t.requester_email = $3",
    )
    .bind(tx.org_id)
    .bind(ticket_id)
    .bind(requester)
    .bind(fetched::sender_hash(tx.org_id, &letter.from.address))
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Recent {
        to_ticket: count(to_ticket),
        to_address_hour: count(hour),
        to_address_day: count(day),
        from_address_hour: count(wrote),
    })
}

/// The message says that it did not arrive, a note says why, and whoever waited for an answer does not wait any longer.
async fn bounced(
    tx: &mut Tx,
    stand: &Stand,
    message: Option<Uuid>,
    bounce: &Bounce,
    prepared: &Prepared,
) -> Result<Uuid> {
    let why = told::why(bounce);
    let readers = told::readers(tx, Some(stand.id)).await?;
    let notice = match message {
        Some(_) if bounce.is_permanent() => Notice::Bounced,
        Some(_) => Notice::Delayed,
        None => Notice::LetterBounced,
    };
    let note = told::note(stand.id, readers, (notice, &why));
    let note_id = note.changes.first().map(Change::id).unwrap_or_default();
    let mut commands = vec![note];
    let waits_in_vain = notice == Notice::Bounced && matches!(stand.status.as_str(), "waiting_customer" | "solved");
    if waits_in_vain && !stand.archived {
        let values = Values::from_iter([("status".to_owned(), "open".into())]);
        let update = Change::Update { id: stand.id, version: None, values };
        commands.push(Command { source: Source::Mail, ..Command::one(TICKET.name, update) });
    }
    keep(tx, commands, note_id, prepared, "").await?;
    if let Some(message) = message.filter(|_| bounce.is_permanent()) {
        let actor = system(tx.org_id);
        set_delivery(tx, &actor, message, (Delivery::Bounced, Some(&why))).await?;
    }
    Ok(stand.id)
}

/// What an administrator reads of a failure.
fn describe(error: &Error) -> String {
    match error {
        Error::Invalid { fields } => {
            let parts = fields.iter().map(|field| format!("{}: {}", field.field, field.code));
            parts.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
