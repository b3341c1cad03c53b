//! What this installation gives away and knows again: texts that carry a code only it can make (HMAC with SHA-256).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use shared::Result;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::auth::secret;
use crate::error::{from_sqlx, internal};
use crate::pool::Store;

/// Bytes that a block of SHA-256 takes.
const BLOCK: usize = 64;
/// Bytes of a code.
const CODE: usize = 32;

/// The installation's secret, asked for once.
#[derive(Clone, Default)]
pub(crate) struct Seals(Arc<OnceCell<[u8; CODE]>>);

impl Store {
    async fn secret(&self) -> Result<&[u8; CODE]> {
        self.seals.0.get_or_try_init(|| self.make_or_read_secret()).await
    }

    /// Of several nodes that make one at once, the first one's holds.
    async fn make_or_read_secret(&self) -> Result<[u8; CODE]> {
        let mut tx = self.looking_up().await?;
        sqlx::query("insert into installation_secrets (name, secret) values ('portal', $1) on conflict do nothing")
            .bind(secret::random::<CODE>()?.to_vec())
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        tx.commit().await?;
        let mut tx = self.looking_up().await?;
        let found: Vec<u8> = sqlx::query_scalar("select secret from installation_secrets where name = 'portal'")
            .fetch_one(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        found.try_into().map_err(|_| internal("the secret of the installation has another length"))
    }

    /// A key for one purpose of an organisation's, the same on every node and always.
    pub(crate) async fn key_for(&self, purpose: &str, org_id: Uuid) -> Result<[u8; CODE]> {
        Ok(hmac(self.secret().await?, &[b"key\0", purpose.as_bytes(), b"\0", org_id.as_bytes()]))
    }

    /// A text that says `payload` and, for this purpose only, is known again.
    pub(super) async fn seal(&self, purpose: &str, payload: &[u8]) -> Result<String> {
        let code = hmac(self.secret().await?, &[purpose.as_bytes(), b"\0", payload]);
        Ok(URL_SAFE_NO_PAD.encode([payload, &code].concat()))
    }

    /// What a sealed text says; `None` for any that was not sealed here for this purpose.
    pub(super) async fn unseal(&self, purpose: &str, sealed: &str) -> Result<Option<Vec<u8>>> {
        let Some(mut bytes) = URL_SAFE_NO_PAD.decode(sealed).ok().filter(|bytes| bytes.len() >= CODE) else {
            return Ok(None);
        };
        let code = bytes.split_off(bytes.len() - CODE);
        let right = hmac(self.secret().await?, &[purpose.as_bytes(), b"\0", &bytes]);
        Ok(same(&code, &right).then_some(bytes))
    }

    /// What a form carries that is given out now: an id for what it makes, and the time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn form_stamp(&self, now: DateTime<Utc>) -> Result<String> {
        let payload = [Uuid::now_v7().as_bytes().as_slice(), &now.timestamp_millis().to_be_bytes()].concat();
        self.seal("form", &payload).await
    }

    /// What [`Store::form_stamp`] put into a form; `None` for what it never made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read_form_stamp(&self, stamp: &str) -> Result<Option<(Uuid, DateTime<Utc>)>> {
        let Some(payload) = self.unseal("form", stamp).await? else { return Ok(None) };
        let Some((id, at)) = payload.split_at_checked(16) else { return Ok(None) };
        let at = at.try_into().ok().map(i64::from_be_bytes).and_then(DateTime::from_timestamp_millis);
        Ok(Uuid::from_slice(id).ok().zip(at))
    }
}

/// Equality whose time does not tell how much agrees.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && std::hint::black_box(a.iter().zip(b).fold(0, |differs, (x, y)| differs | (x ^ y))) == 0
}

/// HMAC (RFC 2104) with SHA-256, of the parts one after the other.
fn hmac(key: &[u8; CODE], parts: &[&[u8]]) -> [u8; CODE] {
    let pad = |with: u8| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = parts.iter().fold(Sha256::new_with_prefix(pad(0x36)), |sum, part| sum.chain_update(part)).finalize();
    Sha256::new_with_prefix(pad(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case 2 of RFC 4231, whose key is shorter: the zeros that fill it up to a block change nothing.
    #[test]
    fn codes_are_those_of_the_standard() {
        let mut key = [0; CODE];
        key[..4].copy_from_slice(b"Jefe");
        let code = hmac(&key, &[b"what do ya want ", b"for nothing?"]);
        let hex: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn equality_is_of_all_bytes() {
        assert!(same(b"abc", b"abc") && !same(b"abc", b"abd") && !same(b"abc", b"ab"));
    }
}
