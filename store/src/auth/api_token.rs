//! API tokens: programs acting as the user who made them.

use chrono::{DateTime, Utc};
use shared::access::Actor;
use shared::{Error, FieldError, Result};
use uuid::Uuid;

use super::actor::Acting;
use super::{Token, secret};
use crate::error::from_sqlx;
use crate::pool::Store;

/// Lets people and secret scanners recognise a token.
const PREFIX: &str = "gx_";

/// A token as its owner sees it later.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiToken {
    /// Names the token; not a secret.
    pub id: Uuid,
    /// What it is for, in its owner's words.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last request, to five minutes.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it stops working; never if absent.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token just made.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// Names the token; not a secret.
    pub id: Uuid,
    /// Shown this once.
    pub token: Token,
}

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
    /// Makes a token that acts with the actor's rights, as they are at the time of each request.
    ///
    /// # Errors
    /// When the name is missing or too long, or the expiry is past.
    pub async fn create_api_token(
        &self,
        actor: &Actor,
        name: &str,
        expires: Option<DateTime<Utc>>,
    ) -> Result<NewApiToken> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::invalid("name", "required"));
        }
        if name.chars().count() > 120 {
            return Err(Error::Invalid { fields: vec![FieldError::new("name", "too_long").with("max", 120)] });
        }
        if expires.is_some_and(|at| at <= Utc::now()) {
            return Err(Error::invalid("expires_at", "out_of_range_plain"));
        }
        let made = NewApiToken { id: Uuid::now_v7(), token: Token::fresh(PREFIX)? };
        let mut tx = self.signing(actor.org_id).await?;
        sqlx::query!(
            "insert into api_tokens (org_id, id, token_hash, user_id, name, expires_at) values ($1, $2, $3, $4, $5, $6)",
            actor.org_id,
            made.id,
            secret::hash(made.token.expose()),
            actor.user_id,
            name,
            expires
        )
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        tracing::info!(target: "guanxi::security", user = %actor.user_id, token = %made.id, "an API token was made");
        Ok(made)
    }

    /// The actor's tokens that were not revoked, the newest first; those that ran out are among them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn api_tokens(&self, actor: &Actor) -> Result<Vec<ApiToken>> {
        let mut tx = self.signing(actor.org_id).await?;
        sqlx::query_as!(
            ApiToken,
            "select id, name, created_at, last_used_at, expires_at from api_tokens
             where org_id = $1 and user_id = $2 and revoked_at is null order by created_at desc, id desc limit 200",
            actor.org_id,
            actor.user_id
        )
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }

    /// Makes one of the actor's tokens worthless.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor has no such token.
    pub async fn revoke_api_token(&self, actor: &Actor, id: Uuid) -> Result<()> {
        let mut tx = self.signing(actor.org_id).await?;
        let revoked = sqlx::query!(
            "update api_tokens set revoked_at = now() where org_id = $1 and user_id = $2 and id = $3 and revoked_at is null",
            actor.org_id,
            actor.user_id,
            id
        )
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if revoked.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
        tx.commit().await
    }

    /// Who acts with a bearer token.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the token is unknown, revoked or ran out, or its user may not act any more.
    pub async fn actor_for_api_token(&self, token: &str) -> Result<Actor> {
        if !token.starts_with(PREFIX) {
            return Err(Error::Unauthenticated);
        }
        let mut tx = self.looking_up().await?;
        let found: Found = sqlx::query_as(
            "select t.id, t.org_id, t.user_id, coalesce(t.last_used_at < now() - interval '5 minutes', true) as stale, a.*
             from api_tokens t cross join lateral guanxi_actor(t.org_id, t.user_id) a
             where t.token_hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())",
        )
        .bind(secret::hash(token))
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?
        .ok_or(Error::Unauthenticated)?;
        if found.stale {
            sqlx::query!(
                "update api_tokens set last_used_at = now() where org_id = $1 and id = $2",
                found.org_id,
                found.id
            )
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        }
        tx.commit().await?;
        Ok(found.acting.actor(found.org_id, found.user_id))
    }
}
