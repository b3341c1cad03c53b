//! Sessions: who is behind a cookie, the device list, and ending them.

use shared::access::Actor;
use shared::{Error, Result};
use uuid::Uuid;

use super::actor::Acting;
use super::{Device, SessionInfo, secret};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};

#[derive(sqlx::FromRow)]
struct Found {
    id: Uuid,
    org_id: Uuid,
    user_id: Uuid,
    stale: bool,
    #[sqlx(flatten)]
    acting: Acting,
}

impl Store {
    /// Who is signed in with that token, with their rights as they are now. Using a session prolongs it to 30 days.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the token is unknown or ran out, or its user may not act any more.
    pub async fn session(&self, token: &str) -> Result<SessionInfo> {
        let found: Found = sqlx::query_as("select * from guanxi_session($1)")
            .bind(secret::hash(token))
            .fetch_optional(&self.pool)
            .await
            .map_err(from_sqlx)?
            .ok_or(Error::Unauthenticated)?;
        if found.stale {
            let mut tx = self.looking_up().await?;
            sqlx::query!(
                "update sessions set last_seen_at = now(), expires_at = now() + interval '30 days' where org_id = $1 and id = $2",
                found.org_id,
                found.id
            )
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
            tx.commit().await?;
        }
        Ok(found.acting.session(found.id, found.org_id, found.user_id, secret::csrf(token)))
    }

    /// Ends the session of a token; an unknown one is no error.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let mut tx = self.looking_up().await?;
        sqlx::query!("delete from sessions where token_hash = $1", secret::hash(token))
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        tx.commit().await
    }

    /// Where the actor is signed in, the last used first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(&self, actor: &Actor) -> Result<Vec<Device>> {
        let mut tx = self.signing(actor.org_id).await?;
        sqlx::query_as!(
            Device,
            "select id, created_at, last_seen_at, expires_at, user_agent, ip from sessions
             where org_id = $1 and user_id = $2 and expires_at > now() order by last_seen_at desc, id desc limit 200",
            actor.org_id,
            actor.user_id
        )
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }

    /// Ends one of the actor's own sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor has no such session.
    pub async fn revoke_session(&self, actor: &Actor, id: Uuid) -> Result<()> {
        let mut tx = self.signing(actor.org_id).await?;
        let gone = sqlx::query!(
            "delete from sessions where org_id = $1 and user_id = $2 and id = $3",
            actor.org_id,
            actor.user_id,
            id
        )
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if gone.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
        tx.commit().await
    }

    /// Ends all of the actor's sessions but this one; says how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_all_others(&self, actor: &Actor, session_id: Uuid) -> Result<u64> {
        let mut tx = self.signing(actor.org_id).await?;
        let ended = end_sessions(&mut tx, actor.user_id, Some(session_id)).await?;
        tx.commit().await?;
        Ok(ended)
    }
}

/// Ends the sessions of a user of the transaction's organisation, all or all but one.
pub(super) async fn end_sessions(tx: &mut Tx, user_id: Uuid, but: Option<Uuid>) -> Result<u64> {
    let ended = sqlx::query!(
        "delete from sessions where org_id = $1 and user_id = $2 and id is distinct from $3",
        tx.org_id,
        user_id,
        but
    )
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(ended.rows_affected())
}
