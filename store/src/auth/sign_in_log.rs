//! Who signed in, for administrators.

use chrono::{DateTime, Utc};
use shared::access::Actor;
use shared::audit::SignInEntry;
use shared::{Error, Result};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::Store;

impl Store {
    /// The last hundred attempts to sign in to the organisation's accounts, before the entry `before` if given.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others than administrators.
    pub async fn sign_ins(&self, actor: &Actor, before: Option<i64>) -> Result<Vec<SignInEntry>> {
        if !actor.grants.admin {
            return Err(Error::Forbidden);
        }
        let mut tx = self.signing(actor.org_id).await?;
        type Found = (i64, DateTime<Utc>, Option<Uuid>, String, bool, Option<String>, Option<String>);
        let found: Vec<Found> = sqlx::query_as(
            "select l.id, l.at, l.user_id, coalesce(u.name, ''), l.ok, l.ip, l.user_agent
             from sign_in_log l left join users u on u.org_id = l.org_id and u.id = l.user_id
             where l.org_id = $1 and l.id < coalesce($2, 9223372036854775807) order by l.id desc limit 100",
        )
        .bind(actor.org_id)
        .bind(before)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let entry =
            |(id, at, user_id, name, ok, ip, user_agent)| SignInEntry { id, at, user_id, name, ok, ip, user_agent };
        Ok(found.into_iter().map(entry).collect())
    }
}
