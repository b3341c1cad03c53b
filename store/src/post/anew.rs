//! Letters that were too large to be fetched and that an administrator wants all the same: whole where they fit by now, else how they
//! begin, without files. Only their heads are known here: they are found again by their size and their id.

use shared::Result;
use shared::post::GONE;
use uuid::Uuid;

use super::fetched::{content_hash, id_hash, readable};
use crate::error::from_sqlx;
use crate::mail::{Letter, MAX_LETTER};
use crate::pool::{DbRole, Store, Tx};

/// Bytes that are fetched of a letter that is still too large: what it says comes before its files.
pub const BEGINNING: u32 = 2 << 20;

/// A letter that is to be fetched after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Wanted {
    /// The letter.
    pub id: Uuid,
    /// Bytes, as the mail server counts them.
    pub size: i64,
}

impl Wanted {
    /// Whether all of it may be fetched by now.
    #[must_use]
    pub fn fits(&self) -> bool {
        usize::try_from(self.size).is_ok_and(|size| size <= MAX_LETTER)
    }
}

impl Store {
    /// The next letter of a mailbox that somebody wants fetched after all. It counts as looked for before it is: what breaks the
    /// connection is not tried without end, but when somebody wants it again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_wanted(&self, org_id: Uuid, mailbox_id: Uuid) -> Result<Option<Wanted>> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        let wanted = sqlx::query_as(
            "update letters_in set forced = false, error = $3
             where org_id = $1 and id = (
                 select id from letters_in
                 where org_id = $1 and mailbox_id = $2 and state = 'quarantined' and forced and raw is null
                 order by received_at, id limit 1 for update skip locked)
             returning id, size",
        )
        .bind(org_id)
        .bind(mailbox_id)
        .bind(GONE)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(wanted)
    }

    /// Keeps what was fetched of a letter that is wanted: all of it, or its beginning where it does not fit. It waits to be taken in,
    /// as a ticket if it belongs nowhere; `false` where it is another letter of the same size, or nobody wants it any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_wanted(&self, org_id: Uuid, wanted: Wanted, raw: Vec<u8>) -> Result<bool> {
        // Where it names no id, one was made of the head alone.
        let (_, Some(head)) = readable(head(&raw).to_vec()).await? else { return Ok(false) };
        let (raw, whole) = if wanted.fits() { readable(raw).await? } else { (raw, None) };
        let size = i64::try_from(raw.len()).ok().filter(|_| wanted.fits());
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        let kept = sqlx::query(
            "update letters_in set state = 'received', raw = $4, size = coalesce($5, size), attempts = 0, next_try = now(),
                    error = null, forced = true, reason = case when reason = 'same_id' then reason end
             where org_id = $1 and id = $2 and id_hash = $3 and state = 'quarantined' and raw is null",
        )
        .bind(org_id)
        .bind(wanted.id)
        .bind(id_hash(&head.message_id))
        .bind(&raw)
        .bind(size)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if let Some(whole) = whole.filter(|_| kept.rows_affected() == 1) {
            know_whole(&mut tx, wanted.id, &whole).await?;
        }
        tx.commit().await?;
        Ok(kept.rows_affected() == 1)
    }
}

/// Has a letter be known by all that it says, no longer by its head: where the server numbers anew it is fetched as any other one,
/// and is the same. Not where another one is known so already.
async fn know_whole(tx: &mut Tx, id: Uuid, letter: &Letter) -> Result<()> {
    sqlx::query(
        "update letters_in l set id_hash = $3, content_hash = $4
         where l.org_id = $1 and l.id = $2 and not exists (
             select from letters_in o where o.org_id = l.org_id and o.mailbox_id = l.mailbox_id and o.id <> l.id
             and o.id_hash = $3 and (o.content_hash = $4 or l.id_hash <> $3))",
    )
    .bind(tx.org_id)
    .bind(id)
    .bind(id_hash(&letter.message_id))
    .bind(content_hash(letter))
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

/// Fields and the empty line behind them.
fn head(raw: &[u8]) -> &[u8] {
    let end = raw.windows(4).position(|end| end == b"\r\n\r\n").map(|at| at + 4);
    let end = end.or_else(|| raw.windows(2).position(|end| end == b"\n\n").map(|at| at + 2));
    &raw[..end.unwrap_or(raw.len())]
}

/// A letter of which so many bytes are here: what was cut off within is no file.
pub(super) fn as_kept(mut letter: Letter, kept: usize, size: i64) -> Letter {
    let Ok(size) = usize::try_from(size) else { return letter };
    if kept < size {
        letter.raw_size = size;
        letter.complete = false;
        // Empty files are left out, and named.
        letter.attachments.iter_mut().for_each(|file| file.bytes = Vec::new());
    }
    letter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_ends_at_the_first_empty_line() {
        assert_eq!(head(b"A: 1\r\nB: 2\r\n\r\nText\r\n\r\nMore"), b"A: 1\r\nB: 2\r\n\r\n");
        assert_eq!(head(b"A: 1\n\nText"), b"A: 1\n\n");
        assert_eq!(head(b"A: 1"), b"A: 1");
    }
}
