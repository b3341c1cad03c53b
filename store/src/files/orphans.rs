//! Files that no record tells of any more. They stay as long as taking back a deletion could bring the record back, then
//! they go; so do those of uploads that a crash cut off before there was a record.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{TimeDelta, Utc};
use futures::TryStreamExt;
use object_store::ObjectMeta;
use object_store::path::Path;
use shared::Result;
use shared::types::ATTACHMENT;
use uuid::Uuid;

use super::Files;
use super::attached::recorded;
use super::place::from_place;
use crate::error::from_sqlx;
use crate::pool::{DbRole, Store, Tx};

/// Days for which the deletion of an attachment can be taken back; afterwards its bytes are gone.
pub(crate) const UNDOABLE_DAYS: i32 = 30;

/// Files younger than this may belong to an upload under way.
const SETTLED: TimeDelta = TimeDelta::days(1);

/// Files of one organisation looked at in one go; the next one goes on behind them.
const LOOKED_AT: usize = 10_000;

/// Files asked about at a time.
const CHUNK: usize = 1_000;

/// The last file looked at, by organisation.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch(Arc<Mutex<BTreeMap<Uuid, Path>>>);

impl Watch {
    fn begin(&self, org_id: Uuid) -> Path {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Behind nothing: before every id.
        seen.get(&org_id).cloned().unwrap_or_else(|| Path::from(org_id.to_string()))
    }

    fn end(&self, org_id: Uuid, last: Option<Path>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match last {
            Some(last) => seen.insert(org_id, last),
            None => seen.remove(&org_id),
        };
    }
}

impl Store {
    /// Removes some of an organisation's files that nothing can lead to any more; several nodes may do so at once. Says how
    /// many.
    ///
    /// # Errors
    /// When the database or the place of files fails.
    pub async fn remove_orphans(&self, org_id: Uuid) -> Result<usize> {
        self.remove_orphans_before(org_id, SETTLED).await
    }

    /// As [`Store::remove_orphans`], of files that have lain there for so long.
    ///
    /// # Errors
    /// As [`Store::remove_orphans`].
    pub async fn remove_orphans_before(&self, org_id: Uuid, settled: TimeDelta) -> Result<usize> {
        if !self.files.is_somewhere() {
            return Ok(0);
        }
        let found = self.files.listed(org_id).await?;
        // Less than that, and the next look begins anew.
        let last = found.keys().next_back().cloned().filter(|_| found.len() == LOOKED_AT);
        let before = Utc::now() - settled;
        let settled = found.into_values().filter(|meta| meta.last_modified <= before);
        let ids: Vec<Uuid> = settled.filter_map(|meta| id_of(&meta)).collect();
        let mut removed = 0;
        for ids in ids.chunks(CHUNK) {
            let mut tx = self.begin(org_id, DbRole::Reader).await?;
            let mut kept = recorded(&mut tx, ids).await?;
            kept.extend(undoable(&mut tx, ids).await?);
            drop(tx);
            let orphans: Vec<Uuid> = ids.iter().copied().filter(|id| !kept.contains(id)).collect();
            removed += orphans.len();
            self.files.remove(org_id, orphans).await?;
        }
        self.files.watch.end(org_id, last);
        Ok(removed)
    }
}

fn id_of(meta: &ObjectMeta) -> Option<Uuid> {
    meta.location.filename()?.parse().ok()
}

/// Those whose deletion can still be taken back. What was erased has no name any more.
async fn undoable(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    sqlx::query_scalar(
        "select a.record_id from audit_entries a
         join change_sets s on s.org_id = a.org_id and s.id = a.change_set and s.undone_by is null
         where a.org_id = $1 and a.record_id = any($2) and a.record_type = $3 and a.action = 'delete' and a.changes ? 'name'
           and a.at > now() - make_interval(days => $4)",
    )
    .bind(tx.org_id)
    .bind(ids)
    .bind(ATTACHMENT.name)
    .bind(UNDOABLE_DAYS + 1)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

impl Files {
    /// The first files of an organisation behind those that were looked at last. Buckets list in order; folders don't, and
    /// are listed to their end.
    async fn listed(&self, org_id: Uuid) -> Result<BTreeMap<Path, ObjectMeta>> {
        let begin = self.watch.begin(org_id);
        let prefix = Path::from(org_id.to_string());
        let mut listing = self.open()?.list_with_offset(Some(&prefix), &begin);
        let mut found = BTreeMap::new();
        while let Some(meta) = listing.try_next().await.map_err(from_place)? {
            found.insert(meta.location.clone(), meta);
            if found.len() > LOOKED_AT {
                found.pop_last();
                if !self.is_folder() {
                    break;
                }
            }
        }
        Ok(found)
    }
}
