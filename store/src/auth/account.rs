//! Passwords of existing users.

use shared::access::Actor;
use shared::{Error, Result};
use uuid::Uuid;

use super::actor::Acting;
use super::attempts::Limit;
use super::session::end_sessions;
use super::{password, sign_in};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};

/// A user as the command line shows them.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Organisation.
    pub org_id: Uuid,
    /// User.
    pub user_id: Uuid,
    /// Name of the user.
    pub name: String,
    /// Name of the organisation.
    pub org_name: String,
    /// Whether a password was ever set.
    pub has_password: bool,
}

impl Store {
    /// Replaces the actor's password and ends their other sessions.
    ///
    /// # Errors
    /// `password_wrong` on `old_password`; what is wrong with the new one on `password`; [`Error::RateLimited`]
    /// after ten wrong guesses.
    pub async fn change_password(&self, actor: &Actor, session_id: Uuid, old: &str, new: &str) -> Result<()> {
        let mut tx = self.signing(actor.org_id).await?;
        let acting = Acting::find(&mut tx, actor.org_id, actor.user_id).await?.ok_or(Error::Unauthenticated)?;
        let stored = sqlx::query_scalar!(
            "select password_hash from credentials where org_id = $1 and user_id = $2",
            actor.org_id,
            actor.user_id
        )
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        password::check(new, &acting.name, acting.email.as_deref().unwrap_or_default())?;
        let attempt = self.attempt(&Limit::change(actor.user_id)).await?;
        if password::verify(old, stored.into_iter().collect()).await?.is_none() {
            return Err(Error::invalid("old_password", "password_wrong"));
        }
        let hash = password::hash(new).await?;
        let mut tx = self.signing(actor.org_id).await?;
        attempt.forgive(&mut tx).await?;
        store_password(&mut tx, actor.user_id, &hash).await?;
        end_sessions(&mut tx, actor.user_id, Some(session_id)).await?;
        tx.commit().await
    }

    /// Sets a user's password without asking for the old one, and ends their sessions. For the command line, whose user
    /// owns the database anyway, and for demo data.
    ///
    /// # Errors
    /// [`Error::NotFound`] when no such user may sign in; what is wrong with the password on `password`.
    pub async fn set_password(&self, org_id: Uuid, user_id: Uuid, new: &str) -> Result<()> {
        let mut tx = self.signing(org_id).await?;
        let user = sqlx::query!(
            "select name, email from users where org_id = $1 and id = $2 and archived_at is null",
            org_id,
            user_id
        )
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?
        .ok_or(Error::NotFound)?;
        tx.commit().await?;
        password::check(new, &user.name, user.email.as_deref().unwrap_or_default())?;
        let hash = password::hash(new).await?;
        let mut tx = self.signing(org_id).await?;
        store_password(&mut tx, user_id, &hash).await?;
        end_sessions(&mut tx, user_id, None).await?;
        tx.commit().await
    }

    /// One administrator of every organisation, the longest there: for the command line and the upkeep, which act as
    /// them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn administrators(&self) -> Result<Vec<Account>> {
        let mut tx = self.looking_up().await?;
        let found: Vec<(Uuid, Uuid, String, String)> = sqlx::query_as(
            "select distinct on (u.org_id) u.org_id, u.id, u.name, o.name
             from users u
             join organisations o on o.org_id = u.org_id and o.id = u.org_id and o.archived_at is null
             where u.active and u.archived_at is null
             and exists (select from roles r where r.org_id = u.org_id and r.id = any (u.role_ids)
                         and r.archived_at is null and r.grants ->> 'admin' = 'true')
             order by u.org_id, u.id",
        )
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let account =
            |(org_id, user_id, name, org_name)| Account { org_id, user_id, name, org_name, has_password: true };
        Ok(found.into_iter().map(account).collect())
    }

    /// The users with an address, in every organisation. For the command line only.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(&self, email: &str) -> Result<Vec<Account>> {
        let mut tx = self.looking_up().await?;
        sqlx::query_as!(
            Account,
            r#"select u.org_id, u.id as user_id, u.name, o.name as org_name, c.user_id is not null as "has_password!"
               from users u
               join organisations o on o.org_id = u.org_id and o.id = u.org_id
               left join credentials c on c.org_id = u.org_id and c.user_id = u.id
               where lower(u.email) = $1 and u.archived_at is null order by u.id"#,
            sign_in::address(email)
        )
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }
}

/// Stores a password hash; links sent to change the former one become worthless.
pub(super) async fn store_password(tx: &mut Tx, user_id: Uuid, hash: &str) -> Result<()> {
    sqlx::query!(
        "insert into credentials (org_id, user_id, password_hash) values ($1, $2, $3)
         on conflict (org_id, user_id) do update set password_hash = excluded.password_hash, changed_at = now()",
        tx.org_id,
        user_id,
        hash
    )
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    sqlx::query!(
        "update password_resets set used_at = now() where org_id = $1 and user_id = $2 and used_at is null",
        tx.org_id,
        user_id
    )
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    tracing::info!(target: "guanxi::security", user = %user_id, "a password was set");
    Ok(())
}
