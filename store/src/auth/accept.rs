//! Accepting an invitation: the invited person becomes a user.

use serde_json::{Value, json};
use shared::access::Actor;
use shared::command::{Change, Command, Source};
use shared::{Error, Result, Values};
use uuid::Uuid;

use super::account::store_password;
use super::invitation::user_field;
use super::reset::token_expired;
use super::sign_in::start_first_session;
use super::{Client, SignedIn, password, secret};
use crate::error::from_sqlx;
use crate::pool::Store;

/// An open invitation.
struct Open {
    org_id: Uuid,
    id: Uuid,
    email: String,
    role_ids: Vec<Uuid>,
    team_id: Option<Uuid>,
    invited_by: Uuid,
    /// A user with that address who never had a password, for instance one who was imported.
    waiting_user: Option<Uuid>,
}

impl Store {
    /// Makes the invited person a user, or gives a user without a password theirs, and signs them in.
    ///
    /// Every step can be repeated after a crash: the new user's id is the invitation's, and the invitation counts as
    /// accepted together with the password.
    ///
    /// # Errors
    /// `token_expired` on `token` when the invitation does not work (any more), also when whoever invited is no
    /// administrator any more; what is wrong with name and password on these fields.
    pub async fn accept_invitation(&self, token: &str, name: &str, new: &str, client: &Client) -> Result<SignedIn> {
        let open = self.open_invitation(token).await?;
        let inviter = self.actor(open.org_id, open.invited_by).await;
        if !inviter.is_ok_and(|actor| actor.grants.admin) {
            return Err(token_expired());
        }
        let name = user_field("name", name)?;
        password::check(new, &name, &open.email)?;
        let hash = password::hash(new).await?;
        let user_id = self.admit(&open, &name).await?;

        let mut tx = self.signing(open.org_id).await?;
        let accepted = sqlx::query!(
            "update invitations set accepted_at = now()
             where org_id = $1 and id = $2 and accepted_at is null and revoked_at is null and expires_at > now()",
            open.org_id,
            open.id
        )
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if accepted.rows_affected() == 0 {
            return Err(token_expired());
        }
        store_password(&mut tx, user_id, &hash).await?;
        let signed_in = start_first_session(&mut tx, user_id, client).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    async fn open_invitation(&self, token: &str) -> Result<Open> {
        let mut tx = self.looking_up().await?;
        let found = sqlx::query!(
            r#"select i.org_id, i.id, i.email, i.role_ids, i.team_id, i.invited_by, u.id as "user_id?", c.user_id as "has_account?"
               from invitations i
               left join users u on u.org_id = i.org_id and lower(u.email) = i.email and u.archived_at is null
               left join credentials c on c.org_id = u.org_id and c.user_id = u.id
               where i.token_hash = $1 and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()"#,
            secret::hash(token)
        )
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?
        .ok_or_else(token_expired)?;
        if found.has_account.is_some() {
            return Err(Error::invalid("email", "taken"));
        }
        Ok(Open {
            org_id: found.org_id,
            id: found.id,
            email: found.email,
            role_ids: found.role_ids,
            team_id: found.team_id,
            invited_by: found.invited_by,
            waiting_user: found.user_id,
        })
    }

    /// Writes the user record; gives its id.
    async fn admit(&self, open: &Open, name: &str) -> Result<Uuid> {
        let mut values = Values::new();
        values.insert("name".to_owned(), name.into());
        values.insert("active".to_owned(), true.into());
        if !open.role_ids.is_empty() || open.waiting_user.is_none() {
            values.insert("role_ids".to_owned(), json!(open.role_ids));
        }
        if let Some(team_id) = open.team_id {
            values.insert("team_id".to_owned(), json!(team_id));
        }
        let change = match open.waiting_user {
            Some(id) => Change::Update { id, version: None, values },
            None => {
                values.insert("email".to_owned(), Value::from(open.email.as_str()));
                Change::Create { id: open.id, values }
            }
        };
        let id = change.id();
        let command = Command { source: Source::System, ..Command::one("user", change) };
        self.apply(&Actor::administrator(open.org_id, open.invited_by), command).await?;
        Ok(id)
    }
}
