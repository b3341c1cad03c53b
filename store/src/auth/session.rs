//! Sessions: who is behind a cookie, the device list, and ending them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use shared::access::Actor;
use shared::session::{IDLE_DAYS, SESSION_DAYS};
use shared::{Error, Result};
use uuid::Uuid;

use super::actor::Acting;
use super::{Device, SessionInfo, secret};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};

/// How long rights are known without being asked for, though nothing changed: what hangs on the date is among them.
const KNOWN_FOR: Duration = Duration::from_secs(3_600);
/// So many sessions are known at a time; then all are asked for anew.
const MOST_KNOWN: usize = 4_096;

/// A session and the rights behind it, valid as long as the organisation bears the same mark.
struct Known {
    mark: String,
    until: Instant,
    session: Arc<SessionInfo>,
}

/// Sessions that were asked for lately, by the hash of their tokens.
#[derive(Clone, Default)]
pub(crate) struct KnownSessions(Arc<Mutex<HashMap<Vec<u8>, Known>>>);

impl KnownSessions {
    fn get(&self, token_hash: &[u8], mark: &str) -> Option<Arc<SessionInfo>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(token_hash).filter(|known| known.mark == mark && known.until > Instant::now())?;
        Some(Arc::clone(&found.session))
    }

    fn keep(&self, token_hash: Vec<u8>, mark: String, session: Arc<SessionInfo>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(token_hash, Known { mark, until: Instant::now() + KNOWN_FOR, session });
    }
}

#[derive(sqlx::FromRow)]
struct Marked {
    id: Uuid,
    org_id: Uuid,
    user_id: Uuid,
    stale: bool,
    mark: String,
}

#[derive(sqlx::FromRow)]
struct Found {
    #[sqlx(flatten)]
    marked: Marked,
    #[sqlx(flatten)]
    acting: Acting,
}

impl Store {
    /// Who is signed in with that token, with their rights as they are now. Using a session prolongs it to
    /// [`IDLE_DAYS`] from now, but never beyond [`SESSION_DAYS`] after the sign-in.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the token is unknown or ran out, or its user may not act any more.
    pub async fn session(&self, token: &str) -> Result<Arc<SessionInfo>> {
        let hash = secret::hash(token);
        let marked: Option<Marked> = sqlx::query_as("select * from guanxi_session_mark($1)")
            .bind(&hash)
            .fetch_optional(&self.pool)
            .await
            .map_err(from_sqlx)?;
        let marked = marked.ok_or(Error::Unauthenticated)?;
        if marked.stale {
            self.prolong(&marked).await?;
        }
        match self.known.get(&hash, &marked.mark) {
            Some(session) => Ok(session),
            None => self.learn(token, hash).await,
        }
    }

    /// The session with its rights, which then are known.
    async fn learn(&self, token: &str, hash: Vec<u8>) -> Result<Arc<SessionInfo>> {
        let found: Option<Found> = sqlx::query_as("select * from guanxi_session($1)")
            .bind(&hash)
            .fetch_optional(&self.pool)
            .await
            .map_err(from_sqlx)?;
        let Found { marked, acting } = found.ok_or(Error::Unauthenticated)?;
        let session = Arc::new(acting.session(marked.id, marked.org_id, marked.user_id, secret::csrf(token)));
        self.known.keep(hash, marked.mark, Arc::clone(&session));
        Ok(session)
    }

    async fn prolong(&self, session: &Marked) -> Result<()> {
        let mut tx = self.looking_up().await?;
        sqlx::query!(
            "update sessions set last_seen_at = now(),
                 expires_at = least(now() + make_interval(days => $3), created_at + make_interval(days => $4))
             where org_id = $1 and id = $2",
            session.org_id,
            session.id,
            IDLE_DAYS,
            SESSION_DAYS
        )
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
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
