//! Setting a forgotten password by a link sent to the user's address.

use shared::access::Actor;
use shared::i18n::Locale;
use shared::{Error, Result};
use uuid::Uuid;

use super::account::store_password;
use super::actor::Acting;
use super::attempts::Limit;
use super::invitation::require_admin;
use super::session::end_sessions;
use super::{Token, password, secret, sign_in};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};

/// A mail to send.
#[derive(Clone, Debug)]
pub struct ResetMail {
    /// Address.
    pub to: String,
    /// Name of the user.
    pub name: String,
    /// Which organisation's password it is.
    pub org_name: String,
    /// Language of the user.
    pub locale: Locale,
    /// Goes into the link; valid for an hour, once.
    pub token: Token,
}

/// A link that was used, ran out, or never was.
pub(super) fn token_expired() -> Error {
    Error::invalid("token", "token_expired")
}

/// Makes a token and keeps its hash.
async fn keep_reset(tx: &mut Tx, org_id: Uuid, user_id: Uuid, email: &str) -> Result<Token> {
    let token = Token::fresh("")?;
    sqlx::query!(
        "insert into password_resets (org_id, token_hash, user_id, email) values ($1, $2, $3, $4)",
        org_id,
        secret::hash(token.expose()),
        user_id,
        email
    )
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(token)
}

impl Store {
    /// The mails to send to somebody who forgot their password: one per organisation that knows the address, none if
    /// none does or too many were asked for. Answer the asker the same in every case, and send afterwards.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request_reset(&self, email: &str) -> Result<Vec<ResetMail>> {
        let email = sign_in::address(email);
        match self.attempt(&Limit::reset(&email)).await {
            Err(Error::RateLimited { .. }) => return Ok(Vec::new()),
            counted => counted?,
        };
        let mut tx = self.looking_up().await?;
        let users = sqlx::query!(
            "select org_id, id from users where lower(email) = $1 and active and archived_at is null order by id limit 5",
            email
        )
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let mut mails = Vec::new();
        for user in users {
            let Some(acting) = Acting::find(&mut tx, user.org_id, user.id).await? else { continue };
            let token = keep_reset(&mut tx, user.org_id, user.id, &email).await?;
            mails.push(ResetMail {
                to: email.clone(),
                locale: acting.locale(),
                name: acting.name,
                org_name: acting.org_name,
                token,
            });
        }
        tx.commit().await?;
        Ok(mails)
    }

    /// A token for a colleague who can't get in, to be handed over by an administrator: the way in too for users who
    /// came by an import and never had a password. Valid as long as that of a mail.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others than administrators; [`Error::NotFound`] when there is no such active user;
    /// `required` on `email` when they have no address to sign in with.
    pub async fn reset_for(&self, actor: &Actor, user_id: Uuid) -> Result<Token> {
        require_admin(actor)?;
        let mut tx = self.signing(actor.org_id).await?;
        let user = sqlx::query!(
            "select lower(email) as email from users
             where org_id = $1 and id = $2 and active and archived_at is null",
            actor.org_id,
            user_id
        )
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?
        .ok_or(Error::NotFound)?;
        let email = user.email.ok_or_else(|| Error::invalid("email", "required"))?;
        let token = keep_reset(&mut tx, actor.org_id, user_id, &email).await?;
        tx.commit().await?;
        tracing::info!(target: "guanxi::security", by = %actor.user_id, user = %user_id, "a reset link was made");
        Ok(token)
    }

    /// Sets a new password by the token of a reset mail, and ends all sessions of the user.
    ///
    /// # Errors
    /// `token_expired` on `token` when it does not work (any more); what is wrong with the password on `password`.
    pub async fn reset_password(&self, token: &str, new: &str) -> Result<()> {
        let (org_id, user_id) = self.reset_user(token, new).await?;
        let hash = password::hash(new).await?;
        let mut tx = self.signing(org_id).await?;
        let used = sqlx::query!(
            "update password_resets set used_at = now()
             where org_id = $1 and token_hash = $2 and used_at is null and expires_at > now()",
            org_id,
            secret::hash(token)
        )
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if used.rows_affected() == 0 {
            return Err(token_expired());
        }
        store_password(&mut tx, user_id, &hash).await?;
        end_sessions(&mut tx, user_id, None).await?;
        tx.commit().await
    }

    /// Whose token it is, if they may have that new password.
    async fn reset_user(&self, token: &str, new: &str) -> Result<(Uuid, Uuid)> {
        let mut tx = self.looking_up().await?;
        let user = sqlx::query!(
            r#"select u.org_id, u.id, u.name, u.email as "email!"
               from password_resets r join users u on u.org_id = r.org_id and u.id = r.user_id
               where r.token_hash = $1 and r.used_at is null and r.expires_at > now()
               and lower(u.email) = r.email and u.active and u.archived_at is null"#,
            secret::hash(token)
        )
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?
        .ok_or_else(token_expired)?;
        password::check(new, &user.name, &user.email)?;
        Ok((user.org_id, user.id))
    }
}
