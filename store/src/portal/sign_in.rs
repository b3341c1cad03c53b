//! Getting in by a mailed link: who has the mailbox may see what is about its address.

use shared::{Error, Result};
use uuid::Uuid;

use super::Portal;
use crate::auth::{Client, Limit, Token, secret};
use crate::error::from_sqlx;
use crate::intake::{contacts_with, is_known, name_of};
use crate::pool::Store;

/// Somebody who proved that a mailbox is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The address of the mailbox.
    pub email: String,
}

/// Somebody may be sent a link, if anything here is about their address: that they asked is counted.
#[derive(Debug)]
pub struct LinkRequest {
    email: String,
}

/// A mail with a link that lets somebody in.
#[derive(Clone, Debug)]
pub struct LinkMail {
    /// Address.
    pub to: String,
    /// Goes into the link; valid for half an hour, once.
    pub token: Token,
}

fn token_expired() -> Error {
    Error::invalid("token", "token_expired")
}

/// An address as records keep it.
///
/// # Errors
/// `email` when it is none.
pub(super) fn address(email: &str) -> Result<String> {
    let clean = shared::record::normalize("email", &shared::Kind::Email, &email.into());
    let clean = clean.map_err(|error| Error::Invalid { fields: vec![error] })?;
    clean.as_str().map(str::to_owned).ok_or_else(|| Error::invalid("email", "required"))
}

impl Store {
    /// Counts that somebody asks for a link, before anything is looked up: what it says, and how long that takes, tells nobody
    /// whose address is known here.
    ///
    /// # Errors
    /// What is wrong with `email`; [`Error::RateLimited`] after too many links to it, or asked for from one network.
    pub async fn count_portal_link(&self, portal: &Portal, email: &str, client: &Client) -> Result<LinkRequest> {
        let email = address(email)?;
        self.attempt(&Limit::portal_link(portal.org_id, &email, client)).await?;
        Ok(LinkRequest { email })
    }

    /// The mail to send to somebody who wants to get in; none when nothing here is about the address. Answer the asker the
    /// same in either case, and before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request_portal_link(&self, portal: &Portal, request: LinkRequest) -> Result<Option<LinkMail>> {
        let LinkRequest { email } = request;
        let mut reading = self.reading(&portal.system()).await?;
        if !is_known(&mut reading, &email).await? {
            return Ok(None);
        }
        drop(reading);
        let token = Token::fresh("")?;
        let mut tx = self.signing(portal.org_id).await?;
        sqlx::query("insert into portal_links (org_id, token_hash, email) values ($1, $2, $3)")
            .bind(portal.org_id)
            .bind(secret::hash(token.expose()))
            .bind(&email)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(Some(LinkMail { to: email, token }))
    }

    /// Whose link it is, while it works: shown before it is used up, which programs that look at mails never do.
    ///
    /// # Errors
    /// `token_expired` on `token` when it does not work (any more).
    pub async fn portal_link(&self, portal: &Portal, token: &str) -> Result<Visitor> {
        let mut tx = self.signing(portal.org_id).await?;
        let email: Option<String> = sqlx::query_scalar(
            "select email from portal_links
             where org_id = $1 and token_hash = $2 and used_at is null and expires_at > now()",
        )
        .bind(portal.org_id)
        .bind(secret::hash(token))
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        email.map(|email| Visitor { email }).ok_or_else(token_expired)
    }

    /// Uses a link up and lets its receiver in; gives the token of the session.
    ///
    /// # Errors
    /// `token_expired` on `token` when it does not work (any more).
    pub async fn redeem_portal_link(&self, portal: &Portal, token: &str) -> Result<Token> {
        let mut tx = self.signing(portal.org_id).await?;
        let email: Option<String> = sqlx::query_scalar(
            "update portal_links set used_at = now()
             where org_id = $1 and token_hash = $2 and used_at is null and expires_at > now() returning email",
        )
        .bind(portal.org_id)
        .bind(secret::hash(token))
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let email = email.ok_or_else(token_expired)?;
        let session = Token::fresh("")?;
        sqlx::query("insert into portal_sessions (org_id, token_hash, email) values ($1, $2, $3)")
            .bind(portal.org_id)
            .bind(secret::hash(session.expose()))
            .bind(&email)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(session)
    }

    /// Who is signed in with a token.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it is unknown here, ran out or was taken away.
    pub async fn portal_visitor(&self, portal: &Portal, token: &str) -> Result<Visitor> {
        let mut tx = self.signing(portal.org_id).await?;
        let email: Option<String> = sqlx::query_scalar(
            "select email from portal_sessions where org_id = $1 and token_hash = $2 and expires_at > now()",
        )
        .bind(portal.org_id)
        .bind(secret::hash(token))
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        email.map(|email| Visitor { email }).ok_or(Error::Unauthenticated)
    }

    /// Ends a session; an unknown one is no error.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn portal_sign_out(&self, portal: &Portal, token: &str) -> Result<()> {
        let mut tx = self.signing(portal.org_id).await?;
        sqlx::query("delete from portal_sessions where org_id = $1 and token_hash = $2")
            .bind(portal.org_id)
            .bind(secret::hash(token))
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        tx.commit().await
    }

    /// Ends all sessions of the holders of some addresses, and the links that would let them in.
    pub(crate) async fn forget_visitors(&self, org_id: Uuid, addresses: &[String]) -> Result<()> {
        if addresses.is_empty() {
            return Ok(());
        }
        let mut tx = self.signing(org_id).await?;
        for statement in [
            "delete from portal_sessions where org_id = $1 and email = any($2)",
            "delete from portal_links where org_id = $1 and email = any($2)",
        ] {
            sqlx::query(statement).bind(org_id).bind(addresses).execute(&mut *tx.inner).await.map_err(from_sqlx)?;
        }
        tx.commit().await
    }

    /// What a visitor is called, as far as the organisation knows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visitor_name(&self, portal: &Portal, visitor: &Visitor) -> Result<Option<String>> {
        let mut tx = self.reading(&portal.system()).await?;
        let contacts = contacts_with(&mut tx, &visitor.email).await?;
        name_of(&mut tx, &visitor.email, &contacts).await
    }
}
