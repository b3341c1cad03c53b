//! Inviting colleagues: making, listing and withdrawing invitations.

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::access::Actor;
use shared::i18n::Locale;
use shared::record::normalize;
use shared::types::USER;
use shared::{Error, Result};
use uuid::Uuid;

use super::reset::token_expired;
use super::{Token, secret};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};

/// Whom to invite, as what.
#[derive(Clone, Debug, Default)]
pub struct Invite {
    /// Address to sign in with.
    pub email: String,
    /// Name, as far as known; who accepts may change it.
    pub name: Option<String>,
    /// Roles of the new user.
    pub role_ids: Vec<Uuid>,
    /// Team of the new user.
    pub team_id: Option<Uuid>,
}

/// An invitation not yet accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Invitation {
    /// Names the invitation; not a secret.
    pub id: Uuid,
    /// Who is invited.
    pub email: String,
    /// Their name, if given.
    pub name: Option<String>,
    /// Roles they will have.
    pub role_ids: Vec<Uuid>,
    /// Team they will be in.
    pub team_id: Option<Uuid>,
    /// User who invited them.
    pub invited_by: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when the link works.
    pub expires_at: DateTime<Utc>,
}

/// What the invited person sees before accepting.
#[derive(Clone, Debug, PartialEq)]
pub struct InvitationPreview {
    /// Organisation that invites.
    pub org_name: String,
    /// Name of the user who invites.
    pub invited_by: String,
    /// Language of the organisation.
    pub org_locale: Locale,
    /// Who is invited.
    pub email: String,
    /// Their name, if given.
    pub name: Option<String>,
    /// Until when the link works.
    pub expires_at: DateTime<Utc>,
}

pub(super) fn require_admin(actor: &Actor) -> Result<()> {
    if actor.grants.admin { Ok(()) } else { Err(Error::Forbidden) }
}

/// The canonical form of one field of a user, or what is wrong with it.
pub(super) fn user_field(name: &str, value: &str) -> Result<String> {
    let invalid = |error| Error::Invalid { fields: vec![error] };
    let field = USER.field(name).ok_or(Error::NotFound)?;
    match normalize(name, &field.kind, &Value::from(value)).map_err(invalid)? {
        Value::String(text) => Ok(text),
        _ => Err(Error::invalid(name, "required")),
    }
}

impl Store {
    /// Invites somebody for seven days; an earlier invitation to the same address is withdrawn. The token goes into
    /// the link.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others than administrators; `taken` when the address has an account here already;
    /// `reference` for a role or team that does not exist.
    pub async fn invite(&self, actor: &Actor, invite: Invite) -> Result<Token> {
        require_admin(actor)?;
        let email = user_field("email", &invite.email)?;
        let name = match invite.name.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(name) => Some(user_field("name", name)?),
        };
        let mut tx = self.signing(actor.org_id).await?;
        check_invite(&mut tx, &email, &invite).await?;
        sqlx::query!(
            "update invitations set revoked_at = now()
             where org_id = $1 and email = $2 and accepted_at is null and revoked_at is null",
            actor.org_id,
            email
        )
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let token = Token::fresh("")?;
        sqlx::query!(
            "insert into invitations (org_id, id, token_hash, email, name, role_ids, team_id, invited_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            actor.org_id,
            Uuid::now_v7(),
            secret::hash(token.expose()),
            email,
            name,
            &invite.role_ids,
            invite.team_id,
            actor.user_id
        )
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(token)
    }

    /// Invitations not yet accepted, the newest first; those that ran out are among them.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others than administrators.
    pub async fn invitations(&self, actor: &Actor) -> Result<Vec<Invitation>> {
        require_admin(actor)?;
        let mut tx = self.signing(actor.org_id).await?;
        sqlx::query_as!(
            Invitation,
            "select id, email, name, role_ids, team_id, invited_by, created_at, expires_at from invitations
             where org_id = $1 and accepted_at is null and revoked_at is null order by created_at desc, id desc limit 500",
            actor.org_id
        )
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }

    /// Withdraws an invitation.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others than administrators, [`Error::NotFound`] when it is not open.
    pub async fn revoke_invitation(&self, actor: &Actor, id: Uuid) -> Result<()> {
        require_admin(actor)?;
        let mut tx = self.signing(actor.org_id).await?;
        let revoked = sqlx::query!(
            "update invitations set revoked_at = now()
             where org_id = $1 and id = $2 and accepted_at is null and revoked_at is null",
            actor.org_id,
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

    /// What the invitation of a token is for.
    ///
    /// # Errors
    /// `token_expired` on `token` when it was accepted, withdrawn, ran out, or never was.
    pub async fn invitation(&self, token: &str) -> Result<InvitationPreview> {
        let mut tx = self.looking_up().await?;
        let found = sqlx::query!(
            "select o.name as org_name, o.locale, u.name as invited_by, i.email, i.name, i.expires_at
             from invitations i
             join organisations o on o.org_id = i.org_id and o.id = i.org_id and o.archived_at is null
             join users u on u.org_id = i.org_id and u.id = i.invited_by
             where i.token_hash = $1 and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()",
            secret::hash(token)
        )
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?
        .ok_or_else(token_expired)?;
        Ok(InvitationPreview {
            org_name: found.org_name,
            org_locale: Locale::parse(&found.locale).unwrap_or_default(),
            invited_by: found.invited_by,
            email: found.email,
            name: found.name,
            expires_at: found.expires_at,
        })
    }
}

/// Whether roles and team exist and the address has no account here.
async fn check_invite(tx: &mut Tx, email: &str, invite: &Invite) -> Result<()> {
    let found = sqlx::query!(
        r#"select
               (select count(*) from unnest($2::uuid[]) wanted where not exists
                   (select from roles where org_id = $1 and id = wanted and archived_at is null)) as "no_role!",
               exists (select from teams where org_id = $1 and id = $3 and archived_at is null) as "has_team!",
               exists (select from users u join credentials c on c.org_id = u.org_id and c.user_id = u.id
                       where u.org_id = $1 and lower(u.email) = $4 and u.archived_at is null) as "has_account!""#,
        tx.org_id,
        &invite.role_ids,
        invite.team_id,
        email
    )
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    match () {
        () if found.has_account => Err(Error::invalid("email", "taken")),
        () if found.no_role > 0 => Err(Error::invalid("role_ids", "reference")),
        () if invite.team_id.is_some() && !found.has_team => Err(Error::invalid("team_id", "reference")),
        () => Ok(()),
    }
}
