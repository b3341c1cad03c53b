//! Who views a record: advisory, in memory on every node, forgotten when nobody renews it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use shared::access::Actor;
use shared::live::Viewer;
use shared::{Error, RecordDef, Result};
use uuid::Uuid;

use super::hub::{LiveHub, PRESENCE_CHANNEL};
use crate::error::from_sqlx;
use crate::pool::Store;

/// A viewer counts as gone after this long without a sign.
const EXPIRY: Duration = Duration::from_secs(45);

/// What nodes tell each other.
#[derive(Debug, Serialize, Deserialize)]
struct Sign {
    org_id: Uuid,
    record_id: Uuid,
    viewer: Viewer,
    gone: bool,
}

type Viewers = HashMap<Uuid, (Viewer, Instant)>;

/// Viewers by organisation and record.
#[derive(Default)]
pub(super) struct Presence {
    records: Mutex<HashMap<(Uuid, Uuid), Viewers>>,
}

impl Presence {
    /// Everybody viewing the record except one user.
    pub(super) fn viewers(&self, org_id: Uuid, record_id: Uuid, except: Uuid) -> Vec<Viewer> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(viewers) = records.get(&(org_id, record_id)) else { return Vec::new() };
        let mut others: Vec<Viewer> =
            viewers.values().map(|(viewer, _)| viewer.clone()).filter(|v| v.user_id != except).collect();
        others.sort_by(|a, b| a.name.cmp(&b.name));
        others
    }

    /// Whether the user is known to view the record.
    pub(super) fn views(&self, org_id: Uuid, record_id: Uuid, user_id: Uuid) -> bool {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.get(&(org_id, record_id)).is_some_and(|viewers| viewers.contains_key(&user_id))
    }

    /// What the user is known to view.
    pub(super) fn viewed(&self, org_id: Uuid, user_id: Uuid) -> Vec<Uuid> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let viewed = records.iter().filter(|((org, _), viewers)| *org == org_id && viewers.contains_key(&user_id));
        viewed.map(|((_, record), _)| *record).collect()
    }

    /// Takes in a sign of this or another node.
    pub(super) fn hear(&self, hub: &LiveHub, payload: &str) {
        let Ok(sign) = serde_json::from_str::<Sign>(payload) else { return };
        let changed = {
            let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
            let viewers = records.entry((sign.org_id, sign.record_id)).or_default();
            let user = sign.viewer.user_id;
            if sign.gone {
                viewers.remove(&user).is_some()
            } else {
                let before = viewers.insert(user, (sign.viewer.clone(), Instant::now()));
                before.is_none_or(|(viewer, _)| viewer != sign.viewer)
            }
        };
        if changed {
            hub.viewers_changed(sign.org_id, sign.record_id);
        }
    }

    pub(super) fn sweep(&self, hub: &LiveHub) {
        let mut changed = Vec::new();
        self.records.lock().unwrap_or_else(PoisonError::into_inner).retain(|key, viewers| {
            let before = viewers.len();
            viewers.retain(|_, (_, seen)| seen.elapsed() < EXPIRY);
            if viewers.len() != before {
                changed.push(*key);
            }
            !viewers.is_empty()
        });
        changed.into_iter().for_each(|(org_id, record_id)| hub.viewers_changed(org_id, record_id));
    }
}

impl Store {
    /// Whether the user has the record open at this moment, as far as this node knows.
    pub(crate) fn is_viewing(&self, org_id: Uuid, record_id: Uuid, user_id: Uuid) -> bool {
        self.hub.presence().views(org_id, record_id, user_id)
    }

    /// Says that the actor views (or leaves) a record; to be renewed every 20 seconds.
    ///
    /// # Errors
    /// `NotFound` when the record may not be read.
    pub async fn announce(
        &self,
        actor: &Actor,
        name: &str,
        def: &'static RecordDef,
        record_id: Uuid,
        editing: bool,
        gone: bool,
    ) -> Result<()> {
        if !gone {
            self.get(actor, def, record_id).await?;
            if !self.hub.presence().views(actor.org_id, record_id, actor.user_id) {
                self.visit(actor, def, record_id).await?;
            }
        }
        let viewer = Viewer { user_id: actor.user_id, name: name.chars().take(120).collect(), editing };
        let sign = Sign { org_id: actor.org_id, record_id, viewer, gone };
        let payload = serde_json::to_string(&sign).map_err(|_| Error::NotFound)?;
        sqlx::query("select pg_notify($1, $2)")
            .bind(PRESENCE_CHANNEL)
            .bind(payload)
            .execute(&self.pool)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    /// Who else views the record now, as far as this node knows.
    pub fn viewers(&self, actor: &Actor, record_id: Uuid) -> Vec<Viewer> {
        self.hub.presence().viewers(actor.org_id, record_id, actor.user_id)
    }
}
