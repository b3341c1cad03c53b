//! Makes the files of exports in the background. A node that dies leaves its run to another, which begins again: a file is
//! whole or there is none.

use std::pin::pin;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use shared::command::Source;
use shared::export::{Rows, file_of};
use shared::i18n::Locale;
use shared::import::FileKind;
use shared::query::ListQuery;
use shared::{Error, Result};
use sqlx::types::Json;
use uuid::Uuid;

use super::Noted;
use super::reach::Reach;
use crate::error::from_sqlx;
use crate::pool::{DbRole, Store};
use crate::resume::Kind;

/// Runs that their node left behind.
const EXPORTS: Kind = Kind {
    what: "exports",
    orphans: "select org_id, id from guanxi_orphaned_exports()",
    every: Duration::from_secs(60),
    work: Store::work_on_export,
};
/// Bytes of a part of the file; one part is held in memory at a time.
const PART: usize = 512 * 1024;
/// Largest file that is kept.
const MOST: i64 = 1 << 30;

/// How often a hold is renewed while a step takes long, such as packing a workbook.
const RENEW: Duration = Duration::from_secs(15);
/// How often one is told how far it is.
const PULSE: Duration = Duration::from_millis(500);

/// A run that this node holds.
struct Hold {
    org_id: Uuid,
    id: Uuid,
    attempt: i32,
    actor_id: Uuid,
    record_type: String,
    kind: String,
    query: Rows,
    source: String,
    labels: Option<Locale>,
    created_at: DateTime<Utc>,
}

/// What the file has so far.
struct Unfinished {
    parts: i32,
    bytes: i64,
    /// Not yet a part.
    rest: Vec<u8>,
    /// When the rest of the world was told last.
    noted: Instant,
}

/// Rows to go through, gone through and in the file.
struct Progress {
    total: i64,
    done: i64,
    rows: i64,
}

impl Store {
    /// Goes on with exports whose node stopped, now and every minute.
    pub fn resume_exports(&self) {
        self.resume(EXPORTS);
    }

    /// Works on a run in the background, unless another node does.
    pub(super) fn work_on_export(&self, org_id: Uuid, id: Uuid) {
        let store = self.clone();
        tokio::spawn(async move {
            let fault = match store.hold_export(org_id, id).await {
                Ok(None) => return,
                Ok(Some(hold)) => match store.make_export(&hold).await {
                    Ok(()) => return,
                    // Whoever looks for unfinished exports begins again.
                    Err(fault @ (Error::Offline | Error::RateLimited { .. })) => fault,
                    Err(fault) => {
                        let _ = store.fail_export(&hold).await;
                        fault
                    }
                },
                Err(fault) => fault,
            };
            tracing::warn!(%fault, run = %id, "an export was not finished");
        });
    }

    async fn make_export(&self, hold: &Hold) -> Result<()> {
        let Hold { org_id, actor_id, .. } = *hold;
        let actor = self.actor(org_id, actor_id).await?;
        let def = shared::types::by_name(&hold.record_type).ok_or(Error::NotFound)?;
        let kind = FileKind::parse(&hold.kind).ok_or(Error::NotFound)?;
        let source = if hold.source == Source::Api.code() { Source::Api } else { Source::Web };
        let query = ListQuery::from(hold.query.clone());
        let reach = Reach::of(&actor, def);
        let name = file_of(&actor, def, (hold.labels, None), (hold.created_at, kind));
        let noted = Noted { name: &name, labels: hold.labels, run: Some(hold.id) };
        let export = self.export_as(&actor, def, query, (kind, source), noted).await?;
        let total = export.total;
        let mut export = export.labelled(hold.labels).await?;
        let mut file = Unfinished { parts: 0, bytes: 0, rest: kind.mark().to_vec(), noted: Instant::now() };
        loop {
            let next = {
                let mut step = pin!(export.step());
                loop {
                    tokio::select! {
                        next = &mut step => break next?,
                        () = tokio::time::sleep(RENEW) => if !self.renew_hold(hold).await? { return Ok(()) },
                    }
                }
            };
            let is_last = next.is_none();
            file.rest.extend(next.unwrap_or_default());
            let progress = Progress { total: total.max(export.seen), done: export.seen, rows: export.kept };
            if is_last {
                return self.keep_parts(hold, &mut file, &progress, Some(&reach)).await.map(drop);
            }
            let is_due = file.rest.len() >= PART || file.noted.elapsed() > PULSE;
            if is_due && !self.keep_parts(hold, &mut file, &progress, None).await? {
                return Ok(());
            }
        }
    }

    /// Takes the run for a minute and begins its file; nothing when somebody else has it or it is over.
    async fn hold_export(&self, org_id: Uuid, id: Uuid) -> Result<Option<Hold>> {
        type Found = (Uuid, String, String, Json<Rows>, String, i32, Option<String>, DateTime<Utc>);
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        let found: Option<Found> = sqlx::query_as(
            "update export_runs set held_until = now() + interval '1 minute', attempt = attempt + 1,
                    status = 'running', total = 0, done = 0, rows = 0, bytes = 0
             where org_id = $1 and id = $2 and status in ('waiting', 'running') and held_until < now()
             returning actor_id, record_type, kind, query, source, attempt, labels, created_at",
        )
        .bind(org_id)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let Some((actor_id, record_type, kind, Json(query), source, attempt, labels, created_at)) = found else {
            return Ok(None);
        };
        let labels = labels.as_deref().and_then(Locale::parse);
        sqlx::query("delete from export_parts where org_id = $1 and run_id = $2")
            .bind(org_id)
            .bind(id)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(Some(Hold { org_id, id, attempt, actor_id, record_type, kind, query, source, labels, created_at }))
    }

    async fn renew_hold(&self, hold: &Hold) -> Result<bool> {
        let mut tx = self.begin(hold.org_id, DbRole::Reader).await?;
        let renewed = sqlx::query(
            "update export_runs set held_until = now() + interval '1 minute'
             where org_id = $1 and id = $2 and attempt = $3 and status = 'running'",
        )
        .bind(hold.org_id)
        .bind(hold.id)
        .bind(hold.attempt)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(renewed.rows_affected() > 0)
    }

    /// Keeps whole parts of what is there, says how far it is, and holds the run for another minute; at the end, with what
    /// was within reach, keeps all of it. `false` once the run is not this node's any more, or was stopped.
    async fn keep_parts(
        &self,
        hold: &Hold,
        file: &mut Unfinished,
        Progress { total, done, rows }: &Progress,
        end: Option<&Reach>,
    ) -> Result<bool> {
        let mut tx = self.begin(hold.org_id, DbRole::Reader).await?;
        let ready = if end.is_some() { file.rest.len() } else { file.rest.len() / PART * PART };
        let bytes = file.bytes + i64::try_from(ready).unwrap_or(i64::MAX);
        if bytes > MOST {
            return Err(Error::invalid("file", "file_too_large"));
        }
        // First, so that whoever stops the run or takes it over waits for these parts, or these never come.
        let goes_on = sqlx::query(
            "update export_runs set held_until = now() + interval '1 minute', total = $4, done = $5, rows = $6, bytes = $7,
                    status = case when $8::jsonb is null then status else 'finished' end,
                    finished_at = case when $8::jsonb is null then null else now() end, reach = $8
             where org_id = $1 and id = $2 and attempt = $3 and status = 'running'",
        )
        .bind(hold.org_id)
        .bind(hold.id)
        .bind(hold.attempt)
        .bind(total)
        .bind(done)
        .bind(rows)
        .bind(bytes)
        .bind(end.map(Json))
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if goes_on.rows_affected() == 0 {
            return Ok(false);
        }
        for part in file.rest[..ready].chunks(PART) {
            sqlx::query("insert into export_parts (org_id, run_id, position, content) values ($1, $2, $3, $4)")
                .bind(hold.org_id)
                .bind(hold.id)
                .bind(file.parts)
                .bind(part)
                .execute(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
            file.parts += 1;
        }
        tx.commit().await?;
        file.bytes = bytes;
        file.rest.drain(..ready);
        file.noted = Instant::now();
        Ok(true)
    }

    /// Ends a run without a file, unless another node has it by now.
    async fn fail_export(&self, hold: &Hold) -> Result<()> {
        let mut tx = self.begin(hold.org_id, DbRole::Reader).await?;
        sqlx::query(
            "with run as (
                 update export_runs set status = 'failed', finished_at = now()
                 where org_id = $1 and id = $2 and attempt = $3 and status = 'running' returning org_id, id
             )
             delete from export_parts p using run where p.org_id = run.org_id and p.run_id = run.id",
        )
        .bind(hold.org_id)
        .bind(hold.id)
        .bind(hold.attempt)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }
}
