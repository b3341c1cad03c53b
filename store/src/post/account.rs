//! Mailboxes as whoever fetches and sends needs them, with their passwords: kept encrypted, apart from the record, for the
//! servers and the user name they were given for.

use std::fmt;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use shared::access::Actor;
use shared::post::AnswerWay;
use shared::{Error, FieldError, Result};
use uuid::Uuid;

use super::must_administer;
use crate::auth::secret;
use crate::error::{from_sqlx, internal};
use crate::pool::Store;

/// Longest password, in characters.
const LONGEST: usize = 500;

/// A password of a mailbox. It does not show itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The text, for the mail server.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From the first byte.
    Tls,
    /// After asking for it; without it nothing is said.
    StartTls,
    /// Not at all: within a machine or a network of one's own.
    None,
}

impl Security {
    fn parse(code: &str) -> Self {
        match code {
            "none" => Self::None,
            "starttls" => Self::StartTls,
            _ => Self::Tls,
        }
    }
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
}

/// A mailbox with all that is needed to fetch from it and to send by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The organisation.
    pub org_id: Uuid,
    /// The mailbox.
    pub id: Uuid,
    /// Its address.
    pub address: String,
    /// Name shown as the sender.
    pub sender: String,
    /// Name of the account at the servers.
    pub username: String,
    /// Its password; none if it was not given, or for other servers.
    pub password: Option<Password>,
    /// IMAP server.
    pub incoming: Endpoint,
    /// Folder that is fetched.
    pub folder: String,
    /// SMTP server, if it has one of its own.
    pub outgoing: Option<Endpoint>,
    /// Whether it is in use.
    pub active: bool,
}

#[derive(sqlx::FromRow)]
struct Found {
    address: String,
    sender: String,
    username: Option<String>,
    imap_host: String,
    imap_port: i64,
    imap_security: String,
    folder: String,
    smtp_host: Option<String>,
    smtp_port: Option<i64>,
    smtp_security: Option<String>,
    active: bool,
}

impl Found {
    /// What a password is given for: with another server or user name it has to be given again, so that nobody who may
    /// change those learns it by naming a server of their own.
    fn given_for(&self, org_id: Uuid, id: Uuid) -> Vec<u8> {
        let parts = (
            (org_id, id, &self.username, &self.address),
            (&self.imap_host, self.imap_port, &self.imap_security),
            (&self.smtp_host, self.smtp_port, &self.smtp_security),
        );
        format!("{parts:?}").into_bytes()
    }

    fn account(self, org_id: Uuid, id: Uuid, password: Option<Password>) -> Account {
        let endpoint = |host: String, port: i64, security: &str| Endpoint {
            host,
            port: u16::try_from(port).unwrap_or_default(),
            security: Security::parse(security),
        };
        let outgoing = self
            .smtp_host
            .filter(|host| !host.is_empty())
            .map(|host| endpoint(host, self.smtp_port.unwrap_or(465), self.smtp_security.as_deref().unwrap_or("tls")));
        Account {
            org_id,
            id,
            username: self.username.filter(|name| !name.is_empty()).unwrap_or_else(|| self.address.clone()),
            address: self.address,
            sender: self.sender,
            password,
            incoming: endpoint(self.imap_host, self.imap_port, &self.imap_security),
            folder: self.folder,
            outgoing,
            active: self.active,
        }
    }
}

impl Store {
    /// Keeps the password of a mailbox. It can't be read again, only be used.
    ///
    /// # Errors
    /// `Forbidden` for others than administrators, `NotFound`, `Invalid` on `password`.
    pub async fn set_mailbox_password(&self, actor: &Actor, id: Uuid, password: &str) -> Result<()> {
        must_administer(actor)?;
        if password.is_empty() {
            return Err(Error::invalid("password", "required"));
        }
        if password.chars().count() > LONGEST {
            let error = FieldError::new("password", "too_long").with("max", LONGEST);
            return Err(Error::Invalid { fields: vec![error] });
        }
        // No mail server takes them, and a line end would begin another command.
        if password.chars().any(char::is_control) {
            return Err(Error::invalid("password", "text"));
        }
        let found = self.mailbox(actor.org_id, id).await?;
        let sealed = self.sealed(actor.org_id, &found.given_for(actor.org_id, id), password).await?;
        let mut tx = self.signing(actor.org_id).await?;
        sqlx::query(
            "insert into mailbox_secrets (org_id, mailbox_id, sealed) values ($1, $2, $3)
             on conflict (org_id, mailbox_id) do update set sealed = excluded.sealed, set_at = now()",
        )
        .bind(actor.org_id)
        .bind(id)
        .bind(sealed)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }

    /// A mailbox with its password, for an administrator to try.
    ///
    /// # Errors
    /// `Forbidden` for others than administrators, `NotFound`.
    pub async fn mailbox_account(&self, actor: &Actor, id: Uuid) -> Result<Account> {
        must_administer(actor)?;
        self.account(actor.org_id, id).await
    }

    /// A mailbox with its password.
    ///
    /// # Errors
    /// `NotFound`, or when the database fails.
    pub async fn account(&self, org_id: Uuid, id: Uuid) -> Result<Account> {
        let found = self.mailbox(org_id, id).await?;
        let password = self.password(org_id, id, &found.given_for(org_id, id)).await?;
        Ok(found.account(org_id, id, password))
    }

    /// The mailboxes in use, in all organisations: organisation and mailbox.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mailboxes_in_use(&self) -> Result<Vec<(Uuid, Uuid)>> {
        let mut tx = self.looking_up().await?;
        sqlx::query_as("select org_id, id from mailboxes where active and archived_at is null order by org_id, id")
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)
    }

    /// How customers who wrote get the answers: by a mailbox that is in use, else by a mail that tells of them, where there are
    /// public pages and the installation `reaches` people by mail.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer_way(&self, actor: &Actor, reaches: bool) -> Result<AnswerWay> {
        let mut tx = self.reading(actor).await?;
        let (has_mailbox, has_pages): (bool, bool) = sqlx::query_as(
            "select exists (select from mailboxes where org_id = $1 and active and archived_at is null),
                    exists (select from organisations where org_id = $1 and portal and slug is not null and archived_at is null)",
        )
        .bind(actor.org_id)
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        Ok(match (has_mailbox, has_pages && reaches) {
            (true, _) => AnswerWay::Mailed,
            (false, true) => AnswerWay::Told,
            (false, false) => AnswerWay::Kept,
        })
    }

    async fn mailbox(&self, org_id: Uuid, id: Uuid) -> Result<Found> {
        let mut tx = self.begin(org_id, crate::pool::DbRole::Reader).await?;
        let found: Option<Found> = sqlx::query_as(
            "select b.address, coalesce(b.sender, o.name) as sender, b.username, b.imap_host, b.imap_port, b.imap_security,
                    b.folder, b.smtp_host, b.smtp_port, b.smtp_security,
                    coalesce(b.active, false) and b.archived_at is null as active
             from mailboxes b join organisations o on o.org_id = b.org_id and o.id = b.org_id
             where b.org_id = $1 and b.id = $2",
        )
        .bind(org_id)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        found.ok_or(Error::NotFound)
    }

    async fn password(&self, org_id: Uuid, id: Uuid, given_for: &[u8]) -> Result<Option<Password>> {
        let mut tx = self.signing(org_id).await?;
        let sealed: Option<Vec<u8>> =
            sqlx::query_scalar("select sealed from mailbox_secrets where org_id = $1 and mailbox_id = $2")
                .bind(org_id)
                .bind(id)
                .fetch_optional(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        drop(tx);
        let Some(sealed) = sealed else { return Ok(None) };
        let key = self.mailbox_key(org_id).await?;
        Ok(opened(&key, given_for, sealed))
    }

    async fn sealed(&self, org_id: Uuid, given_for: &[u8], password: &str) -> Result<Vec<u8>> {
        let key = self.mailbox_key(org_id).await?;
        let nonce = secret::random::<NONCE_LEN>()?;
        let mut bytes = password.as_bytes().to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(given_for), &mut bytes)
            .map_err(internal)?;
        Ok([nonce.as_slice(), &bytes].concat())
    }

    async fn mailbox_key(&self, org_id: Uuid) -> Result<LessSafeKey> {
        let key = self.key_for("mailbox passwords", org_id).await?;
        UnboundKey::new(&CHACHA20_POLY1305, &key).map(LessSafeKey::new).map_err(internal)
    }
}

/// The password, if it was given for this.
fn opened(key: &LessSafeKey, given_for: &[u8], sealed: Vec<u8>) -> Option<Password> {
    let (nonce, bytes) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut bytes = bytes.to_vec();
    let plain = key.open_in_place(nonce, Aad::from(given_for), &mut bytes).ok()?;
    String::from_utf8(plain.to_vec()).ok().map(Password::from)
}
