//! Exports in the background as people see them: ask, progress, cancel, fetch, forget.

use chrono::{DateTime, Utc};
use shared::access::{Action, Actor};
use shared::command::Source;
use shared::export::{MAX_NAME, MOST_AT_ONCE, Rows, Run, Spec, file_of};
use shared::i18n::Locale;
use shared::import::{FileKind, Status};
use shared::{Error, FieldError, RecordDef, Result};
use sqlx::types::Json;
use uuid::Uuid;

use super::Noted;
use super::reach::Reach;
use crate::error::from_sqlx;
use crate::locks::nobody_else_at;
use crate::pool::{DbRole, Store, Tx};
use crate::write::note_facts;

/// Exports listed.
const HISTORY: i64 = 50;

#[derive(sqlx::FromRow)]
struct Stored {
    id: Uuid,
    record_type: String,
    kind: String,
    labels: Option<String>,
    name: Option<String>,
    query: Json<Rows>,
    status: String,
    total: i64,
    done: i64,
    rows: i64,
    bytes: i64,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
}

impl From<Stored> for Run {
    fn from(row: Stored) -> Self {
        Self {
            id: row.id,
            plural: shared::types::by_name(&row.record_type).map_or(row.record_type, |def| def.plural.to_owned()),
            kind: FileKind::parse(&row.kind).unwrap_or(FileKind::Csv),
            labels: row.labels.as_deref().and_then(Locale::parse),
            name: row.name,
            query: row.query.0,
            status: Status::parse(&row.status).unwrap_or(Status::Failed),
            total: row.total,
            done: row.done,
            rows: row.rows,
            bytes: row.bytes,
            created_at: row.created_at,
            finished_at: row.finished_at,
            expires_at: row.expires_at,
        }
    }
}

/// `select` of the actor's own runs that have not run out, as [`Stored`], with the rest of the statement.
macro_rules! select_runs {
    ($rest:literal) => {
        concat!(
            "select id, record_type, kind, labels, name, query, status, total, done, rows, bytes, created_at, finished_at,
                    expires_at
             from export_runs where org_id = $1 and actor_id = $2 and expires_at > now()",
            $rest
        )
    };
}

/// A finished file as it is stored.
#[derive(sqlx::FromRow)]
struct Finished {
    record_type: String,
    kind: String,
    labels: Option<String>,
    name: Option<String>,
    query: Json<Rows>,
    rows: i64,
    bytes: i64,
    reach: Option<Json<Reach>>,
    created_at: DateTime<Utc>,
}

/// A finished file on its way out, a part at a time.
pub struct Kept {
    store: Store,
    org_id: Uuid,
    id: Uuid,
    next: i32,
    /// What the file is called.
    pub name: String,
    /// The kind of file.
    pub kind: FileKind,
    /// Its size.
    pub bytes: i64,
}

impl Store {
    /// Has a file made in the background; gives the run. Asked again under the same key it gives the run that was begun.
    ///
    /// # Errors
    /// `Forbidden` without the export right; `Invalid` for unknown lists, cards of a type that has none, cards in words, names
    /// that are too long, filters and orders that do not fit, a key of another export, and when too many are under way.
    pub async fn start_export(&self, actor: &Actor, spec: &Spec, (source, key): (Source, Option<&str>)) -> Result<Run> {
        let def = possible(actor, spec)?;
        // What refuses the query is told now, not in a run that failed.
        let first = shared::query::ListQuery { limit: 1, ..spec.query.clone().into() };
        self.list(actor, def, &first).await?;
        let mut tx = self.reading(actor).await?;
        if let Some(id) = begun(&mut tx, actor, (def, spec), key).await? {
            return self.export_run(actor, id).await;
        }
        // Requests of one user come one after the other here, or each would see room for itself.
        nobody_else_at(&mut tx, "exports", actor.user_id).await?;
        let open: i64 = sqlx::query_scalar(
            "select count(*) from export_runs where org_id = $1 and actor_id = $2 and status in ('waiting', 'running')",
        )
        .bind(actor.org_id)
        .bind(actor.user_id)
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if let Some(id) = begun(&mut tx, actor, (def, spec), key).await? {
            return self.export_run(actor, id).await;
        }
        if open >= MOST_AT_ONCE {
            return Err(Error::invalid("", "exports_running"));
        }
        let id = Uuid::now_v7();
        sqlx::query(
            "insert into export_runs (org_id, id, actor_id, record_type, kind, query, source, key, labels, name)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(actor.org_id)
        .bind(id)
        .bind(actor.user_id)
        .bind(def.name)
        .bind(spec.kind.extension())
        .bind(Json(&spec.query))
        .bind(source.code())
        .bind(key)
        .bind(spec.labels.map(Locale::code))
        .bind(spec.called())
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        self.work_on_export(actor.org_id, id);
        self.export_run(actor, id).await
    }

    /// How far an export is.
    ///
    /// # Errors
    /// `NotFound` for those of others and for what ran out.
    pub async fn export_run(&self, actor: &Actor, id: Uuid) -> Result<Run> {
        let mut tx = self.reading(actor).await?;
        let row: Option<Stored> = sqlx::query_as(select_runs!(" and id = $3"))
            .bind(actor.org_id)
            .bind(actor.user_id)
            .bind(id)
            .fetch_optional(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        row.map(Run::from).ok_or(Error::NotFound)
    }

    /// The actor's latest exports, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn export_runs(&self, actor: &Actor) -> Result<Vec<Run>> {
        let mut tx = self.reading(actor).await?;
        let rows: Vec<Stored> = sqlx::query_as(select_runs!(" order by id desc limit $3"))
            .bind(actor.org_id)
            .bind(actor.user_id)
            .bind(HISTORY)
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        Ok(rows.into_iter().map(Run::from).collect())
    }

    /// Stops an export; nothing of its file is kept.
    ///
    /// # Errors
    /// `NotFound` for those of others and for what is over.
    pub async fn cancel_export(&self, actor: &Actor, id: Uuid) -> Result<Run> {
        let mut tx = self.reading(actor).await?;
        let stopped = sqlx::query(
            "with run as (
                 update export_runs set status = 'cancelled', finished_at = now()
                 where org_id = $1 and actor_id = $2 and id = $3 and status in ('waiting', 'running')
                 returning org_id, id
             ), parts as (
                 delete from export_parts p using run where p.org_id = run.org_id and p.run_id = run.id
             )
             select id from run",
        )
        .bind(actor.org_id)
        .bind(actor.user_id)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        stopped.ok_or(Error::NotFound)?;
        tx.commit().await?;
        self.export_run(actor, id).await
    }

    /// Forgets an export and its file; one under way is stopped.
    ///
    /// # Errors
    /// `NotFound` for those of others.
    pub async fn delete_export(&self, actor: &Actor, id: Uuid) -> Result<()> {
        let mut tx = self.reading(actor).await?;
        let deleted = sqlx::query("delete from export_runs where org_id = $1 and actor_id = $2 and id = $3")
            .bind(actor.org_id)
            .bind(actor.user_id)
            .bind(id)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        if deleted.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
        tx.commit().await
    }

    /// A finished file, which the audit log tells of. It is called in its own language, if it is for reading, or the one that is said.
    ///
    /// # Errors
    /// `NotFound` for those of others and while there is no file; `Forbidden` once the actor may take out less than the
    /// file holds.
    pub async fn export_file(
        &self,
        actor: &Actor,
        id: Uuid,
        (source, locale): (Source, Option<Locale>),
    ) -> Result<Kept> {
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        let found: Option<Finished> = sqlx::query_as(
            "select record_type, kind, labels, name, query, rows, bytes, reach, created_at from export_runs
             where org_id = $1 and actor_id = $2 and id = $3 and status = 'finished' and expires_at > now()",
        )
        .bind(actor.org_id)
        .bind(actor.user_id)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let found = found.ok_or(Error::NotFound)?;
        let Finished { record_type, kind, labels, name, query: Json(asked), rows, bytes, reach, created_at } = found;
        let labels = labels.as_deref().and_then(Locale::parse);
        let def = shared::types::by_name(&record_type).ok_or(Error::NotFound)?;
        let kind = FileKind::parse(&kind).ok_or(Error::NotFound)?;
        let covers = reach.is_some_and(|Json(then)| Reach::of(actor, def).covers(&then));
        if !actor.may(def, Action::Export) || !covers {
            return Err(Error::Forbidden);
        }
        let name = file_of(actor, def, (labels.or(locale), name.as_deref()), (created_at, kind));
        let noted = file_of(actor, def, (labels, None), (created_at, kind));
        let facts = Noted { name: &noted, labels, run: Some(id) }.facts(def, &asked, rows);
        note_facts(&mut tx, actor, (def.name, source), ("download", &noted), facts).await?;
        tx.commit().await?;
        Ok(Kept { store: self.clone(), org_id: actor.org_id, id, next: 0, name, kind, bytes })
    }
}

impl Kept {
    /// The next bytes of the file; nothing after the last.
    ///
    /// # Errors
    /// `NotFound` when it was deleted meanwhile.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let mut tx = self.store.begin(self.org_id, DbRole::Reader).await?;
        let found: Option<Option<Vec<u8>>> = sqlx::query_scalar(
            "select p.content from export_runs r
             left join export_parts p on p.org_id = r.org_id and p.run_id = r.id and p.position = $3
             where r.org_id = $1 and r.id = $2 and r.status = 'finished'",
        )
        .bind(self.org_id)
        .bind(self.id)
        .bind(self.next)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        self.next += 1;
        found.ok_or(Error::NotFound)
    }
}

/// The type whose records are asked for; a file that can't be is refused.
fn possible(actor: &Actor, spec: &Spec) -> Result<&'static RecordDef> {
    let def = shared::types::by_plural(&spec.plural).ok_or_else(|| Error::invalid("plural", "choice"))?;
    if !actor.may(def, Action::Export) {
        return Err(Error::Forbidden);
    }
    if spec.called().is_some_and(|name| name.chars().count() > MAX_NAME) {
        return Err(Error::Invalid { fields: vec![FieldError::new("name", "too_long").with("max", MAX_NAME)] });
    }
    match spec.kind {
        FileKind::Vcf if !def.is_reachable() => Err(Error::invalid("kind", "choice")),
        FileKind::Vcf if spec.labels.is_some() => Err(Error::invalid("labels", "choice")),
        _ => Ok(def),
    }
}

/// A run with what it was asked for: type, kind of file, rows, the language of its labels, and what its rows are called.
type Begun = (Uuid, String, String, Json<Rows>, Option<String>, Option<String>);

/// The run that the actor began under that key.
async fn begun(
    tx: &mut Tx,
    actor: &Actor,
    (def, spec): (&RecordDef, &Spec),
    key: Option<&str>,
) -> Result<Option<Uuid>> {
    let Some(key) = key else { return Ok(None) };
    let found: Option<Begun> = sqlx::query_as(
        "select id, record_type, kind, query, labels, name from export_runs
         where org_id = $1 and actor_id = $2 and key = $3",
    )
    .bind(actor.org_id)
    .bind(actor.user_id)
    .bind(key)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    match found {
        None => Ok(None),
        Some((id, record_type, kind, Json(query), labels, name)) => {
            let was_asked = (record_type.as_str(), kind.as_str(), query, labels.as_deref(), name.as_deref());
            let labels = spec.labels.map(Locale::code);
            let is_asked = (def.name, spec.kind.extension(), spec.query.clone(), labels, spec.called());
            if was_asked == is_asked { Ok(Some(id)) } else { Err(Error::invalid("idempotency_key", "key_reused")) }
        }
    }
}
