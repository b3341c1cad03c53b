//! Undos in the background, as those see them who may take the set back.

use chrono::{DateTime, Utc};
use shared::access::Actor;
use shared::history::{Left, UndoRun, Why};
use shared::import::Status;
use shared::{Error, Result};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Found, Names, want};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::read::Wanted;

#[derive(sqlx::FromRow)]
struct Stored {
    change_set: Uuid,
    undo_set: Uuid,
    status: String,
    reason: Option<String>,
    total: i64,
    done: i64,
    undone: i64,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    /// Whose the set is, and what its undo left alone.
    actor_id: Option<Uuid>,
    kept: Option<Kept>,
    kept_count: i64,
}

/// What an undo left alone, as it stands with its set: type, id, and why.
type Kept = Json<Vec<(String, Uuid, Why)>>;

impl Stored {
    fn told(self, kept: Vec<Left>) -> UndoRun {
        UndoRun {
            change_set: self.change_set,
            undo: self.undo_set,
            status: Status::parse(&self.status).unwrap_or(Status::Failed),
            reason: self.reason,
            total: self.total,
            done: self.done,
            undone: self.undone,
            kept,
            kept_count: self.kept_count,
            created_at: self.created_at,
            finished_at: self.finished_at,
        }
    }
}

impl Store {
    /// How far the undo of a change set is that was begun in the background.
    ///
    /// # Errors
    /// `NotFound` for sets of others, unless the actor administers the organisation, and where there is none.
    pub async fn undo_run(&self, actor: &Actor, change_set: Uuid) -> Result<UndoRun> {
        let mut tx = self.reading(actor).await?;
        let found = stored(&mut tx, &[change_set]).await?.pop();
        let is_theirs = |run: &Stored| run.actor_id == Some(actor.user_id) || actor.grants.admin;
        let mut run = found.filter(is_theirs).ok_or(Error::NotFound)?;
        let kept = run.kept.take();
        let kept = left(&mut tx, actor, kept).await?;
        Ok(run.told(kept))
    }

    /// The first of the records that the undo of a change set left alone.
    ///
    /// # Errors
    /// `NotFound` for sets of others, unless the actor administers the organisation.
    pub async fn left_alone(&self, actor: &Actor, change_set: Uuid) -> Result<Vec<Left>> {
        let mut tx = self.reading(actor).await?;
        let found: Option<(Option<Kept>,)> =
            sqlx::query_as("select kept from change_sets where org_id = $1 and id = $2 and (actor_id = $3 or $4)")
                .bind(actor.org_id)
                .bind(change_set)
                .bind(actor.user_id)
                .bind(actor.grants.admin)
                .fetch_optional(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        let (kept,) = found.ok_or(Error::NotFound)?;
        left(&mut tx, actor, kept).await
    }
}

/// What was left alone, as it is called for a reader.
async fn left(tx: &mut Tx, actor: &Actor, kept: Option<Kept>) -> Result<Vec<Left>> {
    let kept = kept.map(|Json(kept)| kept).unwrap_or_default();
    let mut wanted = Wanted::new();
    want(&mut wanted, kept.iter().map(|(name, id, _)| (name, id)));
    let names = Names::called(tx, actor, &wanted).await?;
    let one = |(name, id, why)| Left { record: names.concerned(name, id), why };
    Ok(kept.into_iter().map(one).collect())
}

/// The undos of these sets. What they left alone stands with the sets.
pub(super) async fn undos(tx: &mut Tx, sets: &[Found]) -> Result<Vec<UndoRun>> {
    let ids: Vec<Uuid> = sets.iter().map(|set| set.id).collect();
    Ok(stored(tx, &ids).await?.into_iter().map(|run| run.told(Vec::new())).collect())
}

async fn stored(tx: &mut Tx, sets: &[Uuid]) -> Result<Vec<Stored>> {
    sqlx::query_as(
        "select u.change_set, u.undo_set, u.status, u.reason, u.total, u.done, u.undone, u.created_at, u.finished_at,
                s.actor_id, s.kept, s.kept_count
         from undo_runs u join change_sets s on s.org_id = u.org_id and s.id = u.change_set
         where u.org_id = $1 and u.change_set = any($2)",
    )
    .bind(tx.org_id)
    .bind(sets)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}
