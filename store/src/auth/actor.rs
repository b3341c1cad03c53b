//! Loading the acting user with their rights.

use chrono::Utc;
use serde_json::Value;
use shared::access::{Actor, Grants};
use shared::i18n::Locale;
use shared::{Error, Result};
use uuid::Uuid;

use super::zone::zone;
use super::{SessionInfo, Token};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};

/// A row of the database function `guanxi_actor`.
#[derive(sqlx::FromRow)]
pub(super) struct Acting {
    team_id: Option<Uuid>,
    teams_below: Vec<Uuid>,
    grants: Value,
    pub(super) name: String,
    pub(super) email: Option<String>,
    locale: Option<String>,
    timezone: Option<String>,
    pub(super) org_name: String,
    org_currency: String,
    org_timezone: String,
    org_locale: String,
}

impl Acting {
    /// The user behind an id, if they may act: active, not archived, in an organisation that exists.
    pub(super) async fn find(tx: &mut Tx, org_id: Uuid, user_id: Uuid) -> Result<Option<Self>> {
        sqlx::query_as("select * from guanxi_actor($1, $2)")
            .bind(org_id)
            .bind(user_id)
            .fetch_optional(&mut *tx.inner)
            .await
            .map_err(from_sqlx)
    }

    pub(super) fn locale(&self) -> Locale {
        self.locale.as_deref().and_then(Locale::parse).unwrap_or_else(|| self.org_locale())
    }

    fn org_locale(&self) -> Locale {
        Locale::parse(&self.org_locale).unwrap_or_default()
    }

    pub(super) fn actor(&self, org_id: Uuid, user_id: Uuid) -> Actor {
        Actor {
            org_id,
            user_id,
            team_id: self.team_id,
            teams_below: self.teams_below.clone(),
            grants: merged(&self.grants),
            zone: zone(self.timezone.as_deref().unwrap_or(&self.org_timezone), Utc::now()),
            other_names: self.locale() != self.org_locale(),
        }
    }

    pub(super) fn session(self, session_id: Uuid, org_id: Uuid, user_id: Uuid, csrf: Token) -> SessionInfo {
        SessionInfo {
            session_id,
            actor: self.actor(org_id, user_id),
            locale: self.locale.as_deref().and_then(Locale::parse),
            org_locale: self.org_locale(),
            name: self.name,
            email: self.email,
            org_name: self.org_name,
            org_currency: self.org_currency,
            csrf,
        }
    }
}

/// The sum of the roles' grants. Grants that cannot be read are left out: they grant nothing, and lift no restriction.
fn merged(roles: &Value) -> Grants {
    let readable = |grants: &Value| {
        serde_json::from_value::<Grants>(grants.clone())
            .inspect_err(|fault| tracing::error!(%fault, "a role has unreadable grants"))
            .ok()
    };
    let grants: Vec<Grants> = roles.as_array().into_iter().flatten().filter_map(readable).collect();
    Grants::union(&grants)
}

impl Store {
    /// The user as an actor, with the rights and teams they have at this moment. For callers that have proven who they
    /// are by other means: a live stream's session, the command line.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when there is no such user or they may not act (any more).
    pub async fn actor(&self, org_id: Uuid, user_id: Uuid) -> Result<Actor> {
        let mut tx = self.signing(org_id).await?;
        let acting = Acting::find(&mut tx, org_id, user_id).await?.ok_or(Error::Unauthenticated)?;
        Ok(acting.actor(org_id, user_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn unreadable_grants_give_nothing_and_lift_nothing() {
        let limited = json!({"types": {"lead": {"read": "own"}}, "fields": {"lead.score": "hidden"}});
        let grants = merged(&json!([limited, {"admin": "perhaps"}]));
        assert!(!grants.admin);
        assert_eq!(grants.fields.len(), 1);
        assert_eq!(merged(&json!([])), Grants::default());
    }
}
