//! Letters as they are fetched: one node at a time for each mailbox, each letter kept before it counts as fetched.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use shared::Result;
use uuid::Uuid;

use super::bounded;
use crate::error::{from_sqlx, internal};
use crate::mail::{self, Letter};
use crate::pool::{DbRole, Store, Tx};

/// How far a mailbox is fetched: nothing below counts unless the server still numbers its letters the same way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Progress {
    /// Which numbering it is.
    pub uid_validity: Option<i64>,
    /// The last letter fetched.
    pub last_uid: Option<i64>,
    /// When it was looked at last, with success.
    pub fetched_at: Option<DateTime<Utc>>,
}

/// What became of a letter that was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It waits to be taken in.
    New,
    /// It was there already.
    Known,
    /// It was put aside at once: too large, unreadable, or another one under an id that is taken.
    Aside,
}

impl Store {
    /// Takes a mailbox for a node, or keeps it, for so many seconds; `false` while another one has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold_mailbox(&self, org_id: Uuid, id: Uuid, node: Uuid, seconds: f64) -> Result<bool> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        let held = sqlx::query(
            "insert into mailbox_states as s (org_id, mailbox_id, holder, held_until)
             values ($1, $2, $3, now() + make_interval(secs => $4))
             on conflict (org_id, mailbox_id) do update set holder = excluded.holder, held_until = excluded.held_until
             where s.holder is null or s.holder = excluded.holder or s.held_until < now()",
        )
        .bind(org_id)
        .bind(id)
        .bind(node)
        .bind(seconds)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(held.rows_affected() == 1)
    }

    /// Lets go of a mailbox, so that another node need not wait.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_mailbox(&self, org_id: Uuid, id: Uuid, node: Uuid) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        sqlx::query(
            "update mailbox_states set holder = null, held_until = null where org_id = $1 and mailbox_id = $2 and holder = $3",
        )
        .bind(org_id)
        .bind(id)
        .bind(node)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }

    /// How far a mailbox is fetched.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mailbox_progress(&self, org_id: Uuid, id: Uuid) -> Result<Progress> {
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        let found = sqlx::query_as(
            "select uid_validity, last_uid, fetched_at from mailbox_states where org_id = $1 and mailbox_id = $2",
        )
        .bind(org_id)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        Ok(found.unwrap_or_default())
    }

    /// Notes that a mailbox was looked at and all letters up to one are here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_fetched(&self, org_id: Uuid, id: Uuid, (uid_validity, last_uid): (u32, u32)) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        sqlx::query(
            "update mailbox_states set last_uid = case when uid_validity = $3 then greatest(last_uid, $4) else $4 end,
                    uid_validity = $3, fetched_at = now(), last_error = null, failing_since = null
             where org_id = $1 and mailbox_id = $2",
        )
        .bind(org_id)
        .bind(id)
        .bind(i64::from(uid_validity))
        .bind(i64::from(last_uid))
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }

    /// Notes why a mailbox can't be fetched.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_not_fetched(&self, org_id: Uuid, id: Uuid, why: &str) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        sqlx::query(
            "insert into mailbox_states as s (org_id, mailbox_id, last_error, failing_since) values ($1, $2, $3, now())
             on conflict (org_id, mailbox_id) do update
             set last_error = excluded.last_error, failing_since = coalesce(s.failing_since, now())",
        )
        .bind(org_id)
        .bind(id)
        .bind(bounded(why, 500))
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }

    /// Keeps a letter; afterwards it may be forgotten where it came from. The same one again is known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_letter(&self, org_id: Uuid, mailbox_id: Uuid, raw: Vec<u8>) -> Result<Kept> {
        let size = raw.len() as u64;
        let (raw, letter) = readable(raw).await?;
        let aside = letter.is_none().then_some("unreadable");
        let arrival = Arrival::new(org_id, mailbox_id, letter.as_ref(), &raw);
        self.keep_arrival(arrival, (Some(&raw), size), aside).await
    }

    /// Keeps that there is a letter too large to be fetched, by its head.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_too_large(&self, org_id: Uuid, mailbox_id: Uuid, head: Vec<u8>, size: u64) -> Result<Kept> {
        let (head, letter) = readable(head).await?;
        let arrival = Arrival::new(org_id, mailbox_id, letter.as_ref(), &head);
        self.keep_arrival(arrival, (None, size), Some("too_large")).await
    }

    async fn keep_arrival(
        &self,
        arrival: Arrival,
        (raw, size): (Option<&[u8]>, u64),
        aside: Option<&str>,
    ) -> Result<Kept> {
        let mut tx = self.begin(arrival.org_id, DbRole::Writer).await?;
        let mut kept = if aside.is_some() { Kept::Aside } else { Kept::New };
        if !arrival.insert(&mut tx, (raw, size), aside).await? {
            // The same letter, or one that only says that it is.
            let other = !arrival.is_known(&mut tx).await?;
            kept = if other && arrival.insert(&mut tx, (raw, size), Some("same_id")).await? {
                Kept::Aside
            } else {
                Kept::Known
            };
        }
        tx.commit().await?;
        Ok(kept)
    }
}

/// The letter that the bytes are; none where reading them fails.
pub(super) async fn readable(raw: Vec<u8>) -> Result<(Vec<u8>, Option<Letter>)> {
    let copy = raw.clone();
    // A large one takes a second, for which others need not wait.
    let letter = tokio::task::spawn_blocking(move || mail::read(&copy)).await;
    match letter {
        Ok(letter) => Ok((raw, Some(letter))),
        Err(fault) if fault.is_panic() => Ok((raw, None)),
        Err(fault) => Err(internal(fault)),
    }
}

/// What is kept of a letter besides its bytes.
struct Arrival {
    org_id: Uuid,
    mailbox_id: Uuid,
    id_hash: Vec<u8>,
    content_hash: Vec<u8>,
    sender_hash: Vec<u8>,
    sender: String,
    subject: String,
}

impl Arrival {
    fn new(org_id: Uuid, mailbox_id: Uuid, letter: Option<&Letter>, raw: &[u8]) -> Self {
        let (id_hash, content_hash) = match letter {
            Some(letter) => (id_hash(&letter.message_id), content_hash(letter)),
            None => (hash(&[raw]), hash(&[raw])),
        };
        let from = letter.map(|letter| letter.from.address.as_str()).unwrap_or_default();
        Self {
            org_id,
            mailbox_id,
            id_hash,
            content_hash,
            sender_hash: sender_hash(org_id, from),
            sender: bounded(from, 320),
            subject: bounded(letter.map(|letter| letter.subject.as_str()).unwrap_or_default(), 500),
        }
    }

    /// Whether it was new.
    async fn insert(&self, tx: &mut Tx, (raw, size): (Option<&[u8]>, u64), aside: Option<&str>) -> Result<bool> {
        let inserted = sqlx::query(
            "insert into letters_in (org_id, id, mailbox_id, id_hash, content_hash, sender_hash, sender, subject, size, raw,
                                     reason, state)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, case when $11::text is null then 'received' else 'quarantined' end)
             on conflict do nothing",
        )
        .bind(self.org_id)
        .bind(Uuid::now_v7())
        .bind(self.mailbox_id)
        .bind(&self.id_hash)
        .bind(&self.content_hash)
        .bind(&self.sender_hash)
        .bind(&self.sender)
        .bind(&self.subject)
        .bind(i64::try_from(size).unwrap_or(i64::MAX))
        .bind(raw)
        .bind(aside)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        Ok(inserted.rows_affected() == 1)
    }

    async fn is_known(&self, tx: &mut Tx) -> Result<bool> {
        sqlx::query_scalar(
            "select exists (select from letters_in
                            where org_id = $1 and mailbox_id = $2 and id_hash = $3 and content_hash = $4)",
        )
        .bind(self.org_id)
        .bind(self.mailbox_id)
        .bind(&self.id_hash)
        .bind(&self.content_hash)
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }
}

fn hash(parts: &[&[u8]]) -> Vec<u8> {
    let sum = parts.iter().fold(Sha256::new(), |sum, part| sum.chain_update(part).chain_update([0]));
    sum.finalize().to_vec()
}

pub(super) fn id_hash(message_id: &str) -> Vec<u8> {
    hash(&[message_id.as_bytes()])
}

/// Of what the letter says, whichever way it came.
pub(super) fn content_hash(letter: &Letter) -> Vec<u8> {
    let date = letter.date.map(|date| date.timestamp().to_string()).unwrap_or_default();
    hash(&[letter.from.address.as_bytes(), date.as_bytes(), letter.subject.as_bytes(), letter.text.as_bytes()])
}

pub(super) fn sender_hash(org_id: Uuid, address: &str) -> Vec<u8> {
    hash(&[org_id.as_bytes(), address.to_lowercase().as_bytes()])
}
