//! Sign-in: passwords, sessions, invitations, API tokens, and the actors that follow from them.
//!
//! Everything here works as the database role `guanxi_auth`, which alone may touch these tables; users and
//! organisations themselves are written through [`Store::apply`] like every record. Only hashes of secrets are stored.

mod accept;
mod account;
mod actor;
mod api_token;
mod attempts;
mod invitation;
mod password;
mod profile;
mod reset;
mod roles;
pub(crate) mod secret;
mod session;
mod set_up;
mod sign_in;
mod sign_in_log;
mod zone;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use shared::Result;
use shared::access::Actor;
use shared::i18n::Locale;
use uuid::Uuid;

pub use account::Account;
pub use api_token::{ApiToken, NewApiToken};
pub(crate) use attempts::Limit;
pub use invitation::{Invitation, InvitationPreview, Invite};
pub use password::{MIN_LENGTH as MIN_PASSWORD_LENGTH, counting_hashes};
pub use reset::ResetMail;
pub use roles::{DefaultRole, default_roles};
pub use secret::Token;
pub(crate) use session::KnownSessions;
pub use set_up::SetUp;
pub(crate) use zone::{is_zone, zone_of, zone_with_past};

use crate::error::from_sqlx;
use crate::pool::{DbRole, Store, Tx, begin_anywhere};

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// Address of the caller, as far as proxies are trusted.
    pub ip: Option<IpAddr>,
    /// The program's own description of itself.
    pub user_agent: Option<String>,
}

impl Client {
    fn ip_text(&self) -> Option<String> {
        self.ip.map(|ip| ip.to_string())
    }

    /// Callers may send any length; the device list needs no more than this.
    fn user_agent_text(&self) -> Option<String> {
        self.user_agent.as_ref().map(|text| text.chars().filter(|c| !c.is_control()).take(300).collect())
    }
}

/// A new session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// For the cookie; shown this once.
    pub token: Token,
    /// What [`Store::session`] gives for that token.
    pub session: SessionInfo,
}

/// Who is signed in, and what their pages need to know.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    /// Names the session in the device list; not a secret.
    pub session_id: Uuid,
    /// The user with their rights as they are now.
    pub actor: Actor,
    /// Name of the user.
    pub name: String,
    /// Address of the user.
    pub email: Option<String>,
    /// Language the user chose.
    pub locale: Option<Locale>,
    /// Name of the organisation.
    pub org_name: String,
    /// Its default currency, ISO 4217.
    pub org_currency: String,
    /// Its language, for users who chose none.
    pub org_locale: Locale,
    /// What a changing request must carry in `x-csrf-token`; see [`SessionInfo::is_csrf`].
    pub csrf: Token,
}

impl SessionInfo {
    /// Whether a request's CSRF token is this session's.
    #[must_use]
    pub fn is_csrf(&self, given: &str) -> bool {
        secret::same(self.csrf.expose(), given)
    }
}

/// A place where a user is signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// The session.
    pub id: Uuid,
    /// When they signed in.
    pub created_at: DateTime<Utc>,
    /// Last request, to five minutes.
    pub last_seen_at: DateTime<Utc>,
    /// When the session ends unless used.
    pub expires_at: DateTime<Utc>,
    /// The program's own description of itself.
    pub user_agent: Option<String>,
    /// Address at sign-in.
    pub ip: Option<String>,
}

impl Store {
    /// A sign-in transaction before the organisation is known: finds by secret or address, never lists.
    pub(crate) async fn looking_up(&self) -> Result<Tx> {
        begin_anywhere(&self.pool).await
    }

    /// A sign-in transaction within one organisation.
    pub(crate) async fn signing(&self, org_id: Uuid) -> Result<Tx> {
        self.begin(org_id, DbRole::Auth).await
    }

    /// Forgets what has run out: sessions, links, counted attempts, and log entries after a year. Run it daily.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn purge_expired(&self) -> Result<()> {
        let mut tx = self.looking_up().await?;
        for statement in [
            "delete from sessions where expires_at < now()",
            "delete from password_resets where expires_at < now() - interval '1 day'",
            "delete from portal_sessions where expires_at < now()",
            "delete from portal_links where expires_at < now()",
            "delete from sign_in_attempts where at < now() - interval '1 day'",
            "delete from sign_in_log where at < now() - interval '1 year'",
        ] {
            sqlx::query(statement).execute(&mut *tx.inner).await.map_err(from_sqlx)?;
        }
        tx.commit().await
    }
}
