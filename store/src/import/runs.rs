//! Import runs as people see them: preview, start, progress, cancel, undo, history.

use std::time::Duration;

use chrono::{DateTime, Utc};
use shared::access::Actor;
use shared::command::UndoOutcome;
use shared::history::Undone;
use shared::i18n::Locale;
use shared::import::{Excerpt, Preview, PreviewRow, Run, Spec, Status};
use shared::types::REGISTRY;
use shared::{Error, RecordDef, Result};
use sqlx::types::Json;
use uuid::Uuid;

use super::check::{check, check_columns};
use super::files::load;
use super::plan::{self, Sink};
use super::remembered::remember;
use super::table::Table;
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};

/// Runs listed in the history.
const HISTORY: i64 = 50;
/// How often it is looked whether a run that was stopped has come to its end, and how long at most.
const PULSE: Duration = Duration::from_millis(100);
const PATIENCE: u32 = 80;

#[derive(sqlx::FromRow)]
struct Stored {
    id: Uuid,
    title: String,
    actor_name: Option<String>,
    spec: Json<Spec>,
    status: String,
    reason: Option<String>,
    total: i64,
    done: i64,
    created: i64,
    updated: i64,
    unchanged: i64,
    failed: i64,
    kept: i64,
    undoing: bool,
    change_set: Uuid,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    record_types: Option<Vec<String>>,
}

impl From<Stored> for Run {
    fn from(row: Stored) -> Self {
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        let touched = row.record_types.unwrap_or_default();
        let steps = || row.spec.0.files.iter().flat_map(|file| &file.steps);
        let is_one = |def: &&&RecordDef| match touched.is_empty() {
            true => steps().any(|step| step.record_type == def.name),
            false => touched.iter().any(|name| name == def.name),
        };
        let record_types = REGISTRY.iter().filter(is_one).map(|def| def.name.to_owned()).collect();
        Self {
            id: row.id,
            title: row.title,
            actor_name: row.actor_name.unwrap_or_default(),
            status: Status::parse(&row.status).unwrap_or(Status::Failed),
            reason: row.reason,
            total: count(row.total),
            done: count(row.done),
            created: count(row.created),
            updated: count(row.updated),
            unchanged: count(row.unchanged),
            failed: count(row.failed),
            kept: count(row.kept),
            undoing: row.undoing,
            change_set: row.change_set,
            record_types,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

/// `select` of a run as [`Stored`], for runs the actor may see, with the rest of the statement. One that was stopped
/// runs until its last commands are counted; a node that died meanwhile holds it no longer. Its set is the last one that brought its
/// records in: its own, or the undo of an undo.
macro_rules! select_runs {
    ($rest:literal) => {
        concat!(
            "select r.id, r.title, u.name as actor_name, r.spec,
        case when r.status = 'cancelled' and r.held_until > clock_timestamp()
                  and exists (select from import_chunks c where c.org_id = r.org_id and c.run_id = r.id)
             then 'running' else r.status end as status,
        r.total, r.done, r.created, r.updated, r.unchanged, r.failed, r.kept, brought.id as change_set, r.created_at, r.finished_at,
        r.record_types, r.reason,
        exists (select from undo_runs x where x.org_id = r.org_id and x.change_set = brought.id
                and x.status in ('waiting', 'running')) as undoing
    from import_runs r left join users u on u.org_id = r.org_id and u.id = r.actor_id
    cross join lateral (
        with recursive way as (
            select r.change_set as id, 0 as turns
            union all
            select c.undone_by, way.turns + 1 from way join change_sets c on c.org_id = r.org_id and c.id = way.id
            where c.undone_by <> c.id
        ) select way.id from way where way.turns % 2 = 0 order by way.turns desc limit 1
    ) brought
    where r.org_id = $1 and (r.actor_id = $2 or $3)",
            $rest
        )
    };
}

impl Store {
    /// What an import would do; nothing is written.
    ///
    /// # Errors
    /// `Forbidden` without the import right on a type, `NotFound` for files of others, `Invalid` for bad mappings.
    pub async fn preview_import(&self, actor: &Actor, locale: Locale, spec: &Spec) -> Result<Preview> {
        check(actor, spec)?;
        let mut tx = self.reading(actor).await?;
        let tables = tables(&mut tx, actor, spec).await?;
        plan::make(&mut tx, actor, locale, spec, &tables.1, Sink::Preview).await
    }

    /// Other rows of a preview than it shows at first, as they will be; nothing is written. Of what comes before a line that they
    /// come after, only what they go by is worked out.
    ///
    /// # Errors
    /// As [`Store::preview_import`]; `NotFound` for a step that isn't there.
    pub async fn preview_import_rows(
        &self,
        actor: &Actor,
        locale: Locale,
        spec: &Spec,
        excerpt: Excerpt,
    ) -> Result<Vec<PreviewRow>> {
        check(actor, spec)?;
        if spec.files.get(excerpt.file).is_none_or(|file| file.steps.len() <= excerpt.step) {
            return Err(Error::NotFound);
        }
        let mut tx = self.reading(actor).await?;
        let tables = tables(&mut tx, actor, spec).await?;
        let mut preview = plan::make(&mut tx, actor, locale, spec, &tables.1, Sink::Rows(excerpt)).await?;
        Ok(preview.steps.pop().map(|step| step.rows).unwrap_or_default())
    }

    /// Starts an import in the background; gives the run.
    ///
    /// # Errors
    /// As [`Store::preview_import`].
    pub async fn start_import(&self, actor: &Actor, spec: &Spec) -> Result<Run> {
        self.start_import_once(actor, spec, None).await
    }

    /// As [`Store::start_import`]; started again under the same key by the same user it gives the run that was begun.
    ///
    /// # Errors
    /// As [`Store::preview_import`]; `key_reused` on `idempotency_key` when the key was that of another import.
    pub async fn start_import_once(&self, actor: &Actor, spec: &Spec, key: Option<&str>) -> Result<Run> {
        check(actor, spec)?;
        let mut tx = self.reading(actor).await?;
        // Before its files are looked for: they go when the run is over.
        if let Some(id) = begun(&mut tx, actor, spec, key).await? {
            return self.import_run(actor, id).await;
        }
        let (names, tables) = tables(&mut tx, actor, spec).await?;
        let headers: Vec<&Vec<String>> = tables.iter().map(|table| &table.columns).collect();
        let id = Uuid::now_v7();
        let made = sqlx::query(
            "insert into import_runs (org_id, id, actor_id, title, spec, change_set, headers, key)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (org_id, actor_id, key) where key is not null do nothing",
        )
        .bind(actor.org_id)
        .bind(id)
        .bind(actor.user_id)
        .bind(names.join(", "))
        .bind(Json(spec))
        .bind(Uuid::now_v7())
        .bind(Json(headers))
        .bind(key)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if made.rows_affected() == 0 {
            let id = begun(&mut tx, actor, spec, key).await?.ok_or(Error::NotFound)?;
            return self.import_run(actor, id).await;
        }
        remember(&mut tx, actor, spec, &tables).await?;
        tx.commit().await?;
        self.work_on_import(actor.org_id, id);
        self.import_run(actor, id).await
    }

    /// How far a run is.
    ///
    /// # Errors
    /// `NotFound` for runs of others, unless the actor administers the organisation.
    pub async fn import_run(&self, actor: &Actor, id: Uuid) -> Result<Run> {
        let mut tx = self.reading(actor).await?;
        let row: Option<Stored> = sqlx::query_as(select_runs!(" and r.id = $4"))
            .bind(actor.org_id)
            .bind(actor.user_id)
            .bind(actor.grants.admin)
            .bind(id)
            .fetch_optional(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        row.map(Run::from).ok_or(Error::NotFound)
    }

    /// The latest runs: the actor's own; administrators see everybody's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn import_runs(&self, actor: &Actor) -> Result<Vec<Run>> {
        let mut tx = self.reading(actor).await?;
        let rows: Vec<Stored> = sqlx::query_as(select_runs!(" order by r.id desc limit $4"))
            .bind(actor.org_id)
            .bind(actor.user_id)
            .bind(actor.grants.admin)
            .bind(HISTORY)
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        Ok(rows.into_iter().map(Run::from).collect())
    }

    /// Stops a run; what it has done stays and can be undone. Commands under way are waited for, so that the counts are
    /// those that remain; where that takes too long, the run is told to go on until they are.
    ///
    /// # Errors
    /// `NotFound` when there is no such run, `Invalid` when it is over; one that was stopped before is told once more.
    pub async fn cancel_import(&self, actor: &Actor, id: Uuid) -> Result<Run> {
        let mut tx = self.reading(actor).await?;
        // One that is being prepared has sent nothing: nobody needs to wait for it.
        let stopped = sqlx::query(
            "update import_runs set status = 'cancelled', finished_at = coalesce(finished_at, now()),
                    held_until = case status when 'waiting' then now() else held_until end
             where org_id = $1 and id = $4 and (actor_id = $2 or $3) and status in ('waiting', 'running', 'cancelled')",
        )
        .bind(actor.org_id)
        .bind(actor.user_id)
        .bind(actor.grants.admin)
        .bind(id)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        if stopped.rows_affected() == 0 {
            self.import_run(actor, id).await?;
            return Err(Error::invalid("status", "import_over"));
        }
        let mut run = self.import_run(actor, id).await?;
        for _ in 0..PATIENCE {
            if !run.status.is_open() {
                break;
            }
            tokio::time::sleep(PULSE).await;
            run = self.import_run(actor, id).await?;
        }
        Ok(run)
    }

    /// Takes a whole import back, a large one in the background; records changed since stay and are named.
    ///
    /// # Errors
    /// `NotFound` for runs of others, and for those that somebody else brought back; `Invalid` while it runs or when it was undone.
    pub async fn undo_import(&self, actor: &Actor, id: Uuid) -> Result<Undone> {
        let run = self.import_run(actor, id).await?;
        if run.status.is_open() {
            return Err(Error::invalid("status", "import_running"));
        }
        match self.take_back(actor, run.change_set).await {
            Err(Error::NotFound) => {}
            result => return result,
        }
        // A run that changed nothing left no change set; one that is there is somebody else's.
        let mut tx = self.reading(actor).await?;
        let marked = sqlx::query(
            "update import_runs set status = 'undone' where org_id = $1 and id = $2
             and not exists (select from change_sets where org_id = $1 and id = $3)",
        )
        .bind(actor.org_id)
        .bind(id)
        .bind(run.change_set)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        if marked.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
        Ok(Undone::Done(UndoOutcome { change_set: run.change_set, undone: 0, kept: Vec::new(), under_way: false }))
    }
}

/// The run that the actor began under that key.
async fn begun(tx: &mut Tx, actor: &Actor, spec: &Spec, key: Option<&str>) -> Result<Option<Uuid>> {
    let Some(key) = key else { return Ok(None) };
    let found: Option<(Uuid, bool)> =
        sqlx::query_as("select id, spec = $4 from import_runs where org_id = $1 and actor_id = $2 and key = $3")
            .bind(actor.org_id)
            .bind(actor.user_id)
            .bind(key)
            .bind(Json(spec))
            .fetch_optional(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    match found {
        Some((_, false)) => Err(Error::invalid("idempotency_key", "key_reused")),
        found => Ok(found.map(|(id, _)| id)),
    }
}

/// Names and contents of an import's files.
///
/// # Errors
/// `NotFound` for files of others; `Invalid` for mappings of columns that they don't have.
pub(super) async fn tables(tx: &mut Tx, actor: &Actor, spec: &Spec) -> Result<(Vec<String>, Vec<Table>)> {
    let mut names = Vec::new();
    let mut tables = Vec::new();
    for file in &spec.files {
        let (name, table) = load(tx, actor.user_id, file.file).await?;
        names.push(name);
        tables.push(table);
    }
    check_columns(spec, &tables)?;
    Ok((names, tables))
}
