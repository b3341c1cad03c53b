//! Signing in with e-mail and password.

use shared::session::IDLE_DAYS;
use shared::{Error, Result};
use uuid::Uuid;

use super::actor::Acting;
use super::attempts::Limit;
use super::{Client, SignedIn, Token, password, secret};
use crate::error::{from_sqlx, internal};
use crate::pool::{Store, Tx};

/// The same words whatever was wrong.
fn wrong_credentials() -> Error {
    Error::invalid("password", "wrong_credentials")
}

/// Addresses are kept in lower case.
pub(super) fn address(email: &str) -> String {
    email.trim().to_lowercase()
}

struct Candidate {
    org_id: Uuid,
    user_id: Uuid,
    password_hash: String,
}

impl Store {
    /// Starts a session. An address may belong to users of several organisations: the password decides.
    ///
    /// # Errors
    /// `wrong_credentials` on the password for every reason one cannot sign in; [`Error::RateLimited`] after ten
    /// failures with an address or forty from a network address within 15 minutes.
    pub async fn sign_in(&self, email: &str, password: &str, client: &Client) -> Result<SignedIn> {
        let email = address(email);
        let attempt = self.attempt(&Limit::sign_in(&email, client)).await?;
        let mut candidates = self.candidates(&email).await?;
        let hashes = candidates.iter().map(|c| c.password_hash.clone()).collect();
        let Some(fit) = password::verify(password, hashes).await? else {
            self.log_failure(candidates.first(), client).await?;
            return Err(wrong_credentials());
        };
        let user = candidates.swap_remove(fit.index);
        let mut tx = self.signing(user.org_id).await?;
        attempt.forgive(&mut tx).await?;
        if let Some(hash) = fit.renewed {
            // Only what was verified: the password may have been changed a moment ago.
            sqlx::query!(
                "update credentials set password_hash = $3 where org_id = $1 and user_id = $2 and password_hash = $4",
                user.org_id,
                user.user_id,
                hash,
                user.password_hash
            )
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        }
        let signed_in = start_session(&mut tx, user.user_id, client).await?.ok_or_else(wrong_credentials)?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Users who could sign in with the address; more than a few organisations per person are not tried.
    async fn candidates(&self, email: &str) -> Result<Vec<Candidate>> {
        let mut tx = self.looking_up().await?;
        sqlx::query_as!(
            Candidate,
            "select u.org_id, u.id as user_id, c.password_hash
             from users u
             join credentials c on c.org_id = u.org_id and c.user_id = u.id
             join organisations o on o.org_id = u.org_id and o.id = u.org_id and o.archived_at is null
             where lower(u.email) = $1 and u.active and u.archived_at is null
             order by u.id limit 5",
            email
        )
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }

    async fn log_failure(&self, user: Option<&Candidate>, client: &Client) -> Result<()> {
        let mut tx = self.looking_up().await?;
        log(&mut tx, user.map(|u| (u.org_id, u.user_id)), false, client).await?;
        tx.commit().await
    }
}

async fn log(tx: &mut Tx, user: Option<(Uuid, Uuid)>, ok: bool, client: &Client) -> Result<()> {
    sqlx::query!(
        "insert into sign_in_log (org_id, user_id, ok, ip, user_agent) values ($1, $2, $3, $4, $5)",
        user.map(|u| u.0),
        user.map(|u| u.1),
        ok,
        client.ip_text(),
        client.user_agent_text()
    )
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

/// A new session of a user of the transaction's organisation; `None` if they may not act.
pub(super) async fn start_session(tx: &mut Tx, user_id: Uuid, client: &Client) -> Result<Option<SignedIn>> {
    let org_id = tx.org_id;
    let Some(acting) = Acting::find(tx, org_id, user_id).await? else { return Ok(None) };
    let token = Token::fresh("")?;
    let id = Uuid::now_v7();
    sqlx::query!(
        "insert into sessions (org_id, id, token_hash, user_id, expires_at, user_agent, ip)
         values ($1, $2, $3, $4, now() + make_interval(days => $7), $5, $6)",
        org_id,
        id,
        secret::hash(token.expose()),
        user_id,
        client.user_agent_text(),
        client.ip_text(),
        IDLE_DAYS
    )
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    log(tx, Some((org_id, user_id)), true, client).await?;
    let csrf = secret::csrf(token.expose());
    Ok(Some(SignedIn { session: acting.session(id, org_id, user_id, csrf), token }))
}

/// A session for somebody who was just admitted, so that there is no reason to refuse them.
pub(super) async fn start_first_session(tx: &mut Tx, user_id: Uuid, client: &Client) -> Result<SignedIn> {
    start_session(tx, user_id, client).await?.ok_or_else(|| internal("a user just admitted may not act"))
}
