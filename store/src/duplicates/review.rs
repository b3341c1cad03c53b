//! Looking through all records of a type, and what people decide about the pairs found.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shared::access::{Action, Actor};
use shared::duplicates::{LIKELY, MOST_SHOWN, Pair, Pairs, Reason, can_have};
use shared::quality::MOST_COMPARED;
use shared::record::instant_text;
use shared::{Error, RecordDef, Result, Row};
use sqlx::types::Json;
use uuid::Uuid;

use super::{all, blocks, compare};
use crate::columns::{decode, select_list};
use crate::error::{from_sqlx, internal};
use crate::pool::{DbRole, Store, Tx};
use crate::read::tallies::push_count;
use crate::read::titles;
use crate::scope::{Sql, push_ids, push_scope};
use crate::write::ERASED;

/// Decided pairs shown.
const DECIDED: u32 = 50;
/// Pairs kept, the likeliest: more nobody decides on before they are looked for again.
const KEPT: usize = 10_000;
/// Pairs written per statement.
const CHUNK: usize = 2_000;

type Stored = (Uuid, Uuid, i16, Json<Vec<Reason>>);

impl Store {
    /// Looks for duplicates among all records of a type, in the background; says at once whether it began, or somebody was
    /// at it already.
    ///
    /// # Errors
    /// `Forbidden` without the right to change records of the type; `NotFound` for types that have no duplicates.
    pub async fn look_for_duplicates(&self, actor: &Actor, def: &'static RecordDef) -> Result<bool> {
        may_decide(actor, def)?;
        if !self.hold_search(actor.org_id, def, Sql::new("select true")).await? {
            return Ok(false);
        }
        let (store, org_id) = (self.clone(), actor.org_id);
        tokio::spawn(async move { store.find_held(org_id, def).await });
        Ok(true)
    }

    /// Holds the search if it is to be made without being asked: a day has passed since the last one, something changed
    /// since, and there aren't too many records.
    pub(crate) async fn hold_if_due(&self, org_id: Uuid, def: &'static RecordDef) -> Result<bool> {
        let mut due = Sql::new(
            "select coalesce((select looked_at < now() - interval '1 day' from duplicate_runs where org_id = ",
        );
        due.push_bind(org_id).push(" and record_type = ").push_bind(def.name).push("), true) and (select ");
        push_count(&mut due, org_id, def);
        due.push(") between 2 and ").push_bind(MOST_COMPARED);
        // What was being written when it was looked last counts as changed since; nodes' clocks may differ.
        due.push(format_args!(" and exists (select from {} t where t.org_id = ", def.table())).push_bind(org_id);
        due.push(
            " and t.updated_at > coalesce((select looked_at - interval '5 minutes' from duplicate_runs where org_id = ",
        );
        due.push_bind(org_id).push(" and record_type = ").push_bind(def.name).push("), '-infinity'))");
        self.hold_search(org_id, def, due).await
    }

    /// Keeps others from looking meanwhile, if a query says so and nobody is at it; says whether.
    async fn hold_search(&self, org_id: Uuid, def: &RecordDef, mut if_so: Sql) -> Result<bool> {
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        let is_wanted: bool = if_so.build_query_scalar().fetch_one(&mut *tx.inner).await.map_err(from_sqlx)?;
        if !is_wanted {
            return Ok(false);
        }
        let held = sqlx::query(
            "insert into duplicate_runs (org_id, record_type, held_until) values ($1, $2, now() + interval '10 minutes')
             on conflict (org_id, record_type) do update set held_until = excluded.held_until
             where duplicate_runs.held_until < now()",
        )
        .bind(org_id)
        .bind(def.name)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(held.rows_affected() > 0)
    }

    /// Looks for duplicates of which the search is held, and lets go of it.
    pub(crate) async fn find_held(&self, org_id: Uuid, def: &'static RecordDef) {
        if let Err(fault) = self.find_duplicates(org_id, def).await {
            tracing::error!(%fault, "looking for duplicates failed");
            let _ = self.looked(org_id, def, None).await;
        }
    }

    /// Compares all records of a type and keeps the likeliest pairs. Gives how many it keeps.
    ///
    /// # Errors
    /// Database faults.
    pub async fn find_duplicates(&self, org_id: Uuid, def: &'static RecordDef) -> Result<usize> {
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        // By the clock that the pairs bear too: this node's may be another.
        let begun: DateTime<Utc> =
            sqlx::query_scalar("select clock_timestamp()").fetch_one(&mut *tx.inner).await.map_err(from_sqlx)?;
        let records = all(&mut tx, def).await?;
        drop(tx);
        let found = tokio::task::spawn_blocking(move || {
            let (ids, features): (Vec<Uuid>, Vec<_>) = records.into_iter().unzip();
            let pair = |(a, b, score): blocks::Found| {
                let reasons = compare::compare(&features[a], &features[b]).into_reasons();
                (ids[a].min(ids[b]), ids[a].max(ids[b]), i16::from(score), reasons)
            };
            let mut found = blocks::pairs(&features, LIKELY);
            found.sort_unstable_by_key(|(_, _, score)| std::cmp::Reverse(*score));
            found.truncate(KEPT);
            found.into_iter().map(pair).collect::<Vec<_>>()
        });
        let found = found.await.map_err(internal)?;
        let count = found.len();
        for chunk in found.chunks(CHUNK) {
            self.keep(org_id, def, chunk).await?;
        }
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        sqlx::query(
            "delete from duplicate_pairs
             where org_id = $1 and record_type = $2 and dismissed_at is null and found_at < $3",
        )
        .bind(org_id)
        .bind(def.name)
        .bind(begun)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        self.looked(org_id, def, Some(begun)).await?;
        Ok(count)
    }

    async fn keep(&self, org_id: Uuid, def: &RecordDef, pairs: &[(Uuid, Uuid, i16, Vec<Reason>)]) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        let reasons: Vec<serde_json::Value> =
            pairs.iter().map(|(.., reasons)| serde_json::to_value(reasons).map_err(internal)).collect::<Result<_>>()?;
        sqlx::query(
            "insert into duplicate_pairs (org_id, record_type, first_id, second_id, score, reasons, found_at)
             select $1, $2, p.first_id, p.second_id, p.score, p.reasons, clock_timestamp()
             from unnest($3::uuid[], $4::uuid[], $5::smallint[], $6::jsonb[]) as p (first_id, second_id, score, reasons)
             on conflict (org_id, first_id, second_id) do update
             set score = excluded.score, reasons = excluded.reasons, found_at = excluded.found_at",
        )
        .bind(org_id)
        .bind(def.name)
        .bind(pairs.iter().map(|pair| pair.0).collect::<Vec<_>>())
        .bind(pairs.iter().map(|pair| pair.1).collect::<Vec<_>>())
        .bind(pairs.iter().map(|pair| pair.2).collect::<Vec<_>>())
        .bind(reasons)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }

    /// Lets go of the search; one that came to its end began then.
    async fn looked(&self, org_id: Uuid, def: &RecordDef, begun: Option<DateTime<Utc>>) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Reader).await?;
        sqlx::query(
            "insert into duplicate_runs (org_id, record_type, looked_at) values ($1, $2, $3)
             on conflict (org_id, record_type) do update
             set looked_at = coalesce(excluded.looked_at, duplicate_runs.looked_at), held_until = '-infinity'",
        )
        .bind(org_id)
        .bind(def.name)
        .bind(begun)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }

    /// The likeliest pairs that wait for a decision, at most [`MOST_SHOWN`] of them, as far as the actor may read both records.
    /// Of what they may not read not even the number is told.
    ///
    /// # Errors
    /// `Forbidden` without the right to change records of the type; `NotFound` for types that have no duplicates.
    pub async fn duplicates(&self, actor: &Actor, def: &'static RecordDef, shown: u32) -> Result<Pairs> {
        may_decide(actor, def)?;
        let mut tx = self.reading(actor).await?;
        let pairs = likeliest(&mut tx, actor, def, shown.min(MOST_SHOWN)).await?;
        let mut count = Sql::new("select count(*) from ");
        push_pairs(&mut count, actor, def, "null");
        let open: i64 = count.build_query_scalar().fetch_one(&mut *tx.inner).await.map_err(from_sqlx)?;
        let (looked_at, running, records): (Option<DateTime<Utc>>, Option<bool>, i64) = sqlx::query_as(
            "select r.looked_at, r.held_until > now(),
                    (select coalesce(sum(records), 0)::bigint from tallies where org_id = $1 and counted = $3)
             from (values (1)) one (n) left join duplicate_runs r on r.org_id = $1 and r.record_type = $2",
        )
        .bind(actor.org_id)
        .bind(def.name)
        .bind(def.table())
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let titles = titles(&mut tx, actor, def, pairs.iter().flat_map(|pair| [&pair.first, &pair.second])).await?;
        Ok(Pairs {
            pairs,
            titles,
            dismissed: dismissed(&mut tx, actor, def).await?,
            open,
            looked_at: looked_at.map(instant_text),
            running: running.unwrap_or(false),
            too_many: records > MOST_COMPARED,
        })
    }

    /// Says that two records are not the same; it stays said. With `undo` it is taken back.
    ///
    /// # Errors
    /// `NotFound` for a pair that isn't there or whose records may not be read.
    pub async fn dismiss_duplicate(
        &self,
        actor: &Actor,
        def: &'static RecordDef,
        (a, b): (Uuid, Uuid),
        undo: bool,
    ) -> Result<()> {
        may_decide(actor, def)?;
        let mut tx = self.reading(actor).await?;
        let pair = [(a.min(b), a.max(b), 0, Json(Vec::new()))];
        if readable(&mut tx, actor, def, &pair).await?.len() < 2 {
            return Err(Error::NotFound);
        }
        let done = sqlx::query(
            "update duplicate_pairs set dismissed_at = case when $5 then null else now() end,
                    dismissed_by = case when $5 then null else $6 end
             where org_id = $1 and record_type = $2 and first_id = $3 and second_id = $4",
        )
        .bind(actor.org_id)
        .bind(def.name)
        .bind(pair[0].0)
        .bind(pair[0].1)
        .bind(undo)
        .bind(actor.user_id)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
        tx.commit().await
    }
}

fn may_decide(actor: &Actor, def: &RecordDef) -> Result<()> {
    if !can_have(def) {
        return Err(Error::NotFound);
    }
    if actor.may(def, Action::Update) && actor.sees_title(def) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Pairs that wait for a decision, the likeliest first.
async fn likeliest(tx: &mut Tx, actor: &Actor, def: &'static RecordDef, most: u32) -> Result<Vec<Pair>> {
    first(tx, actor, def, ("null", "score"), most).await
}

/// Pairs that were said not to be the same, the latest first.
async fn dismissed(tx: &mut Tx, actor: &Actor, def: &'static RecordDef) -> Result<Vec<Pair>> {
    first(tx, actor, def, ("not null", "dismissed_at"), DECIDED).await
}

/// The first pairs, of those that were decided on or not, by what is greatest of them.
async fn first(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    (dismissed, by): (&'static str, &'static str),
    most: u32,
) -> Result<Vec<Pair>> {
    let mut sql = Sql::new("select p.first_id, p.second_id, p.score, p.reasons from ");
    push_pairs(&mut sql, actor, def, dismissed);
    sql.push(format_args!(" order by p.{by} desc, p.first_id, p.second_id limit ")).push_bind(i64::from(most));
    let stored: Vec<Stored> = sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    told(tx, actor, def, stored).await
}

/// Pairs with their records, as far as the actor may read both.
async fn told(tx: &mut Tx, actor: &Actor, def: &'static RecordDef, stored: Vec<Stored>) -> Result<Vec<Pair>> {
    let rows = readable(tx, actor, def, &stored).await?;
    let pair = |(first, second, score, Json(reasons)): Stored| {
        let (first, second) = (rows.get(&first)?.clone(), rows.get(&second)?.clone());
        Some(Pair { first, second, score: u8::try_from(score).unwrap_or(0), reasons })
    };
    Ok(stored.into_iter().filter_map(pair).collect())
}

/// Appends the pairs of a type that wait for a decision (dismissed is `null`) or were decided on, as `p`: one whose records were
/// archived, deleted or erased since waits for none. The actor may read both.
fn push_pairs(sql: &mut Sql, actor: &Actor, def: &RecordDef, dismissed: &'static str) {
    sql.push("duplicate_pairs p");
    for (alias, id) in [("a", "first_id"), ("b", "second_id")] {
        sql.push(format_args!(
            " join {} {alias} on {alias}.org_id = p.org_id and {alias}.id = p.{id} and {alias}.archived_at is null",
            def.table()
        ));
        sql.push(format_args!(" and {alias}.{} is distinct from ", def.title)).push_bind(ERASED);
    }
    sql.push(" where p.org_id = ").push_bind(actor.org_id).push(" and p.record_type = ").push_bind(def.name);
    sql.push(format_args!(" and p.dismissed_at is {dismissed}"));
    for alias in ["a", "b"] {
        sql.push(" and ");
        push_scope(sql, actor, def, Action::Read, alias);
    }
}

/// The records of pairs that the actor may read, as they may be seen.
async fn readable(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    pairs: &[Stored],
) -> Result<BTreeMap<Uuid, Row>> {
    let mut ids: Vec<Uuid> = pairs.iter().flat_map(|pair| [pair.0, pair.1]).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut sql = Sql::new(format!("select {} from {} t where t.org_id = ", select_list(def, "t"), def.table()));
    sql.push_bind(actor.org_id).push(" and t.archived_at is null");
    push_ids(&mut sql, "t", ids);
    sql.push(" and ");
    push_scope(&mut sql, actor, def, Action::Read, "t");
    let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    found
        .iter()
        .map(|raw| {
            let mut row = decode(def, raw, 0)?;
            actor.redact(def, &mut row.values);
            Ok((row.id, row))
        })
        .collect()
}
