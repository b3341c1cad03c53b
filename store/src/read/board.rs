//! The board: totals in SQL, and a window of cards per column.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use shared::access::{Action, Actor, FieldAccess};
use shared::board::{Board, BoardQuery, Cards, Column, Totals, WINDOW};
use shared::live::Cursor;
use shared::query::Titles;
use shared::types::{OPPORTUNITY, PIPELINE, STAGE};
use shared::{Error, RecordDef, Result, Row};
use sqlx::Row as _;
use uuid::Uuid;

use super::cursor::Keyset;
use super::list::push_matching;
use super::tallies;
use super::titles::titles;
use crate::columns::{decode, select_list};
use crate::error::from_sqlx;
use crate::live::{SNAPSHOT, cursor_of};
use crate::pool::{Store, Tx};
use crate::scope::{Sql, push_scope};

impl Store {
    /// Opens a pipeline: every column with its totals and first cards.
    ///
    /// # Errors
    /// `Forbidden` without read right on opportunities, `NotFound` for an unknown pipeline or when there is none, `Invalid` for
    /// filters that do not fit.
    pub async fn board(&self, actor: &Actor, query: &BoardQuery) -> Result<Board> {
        may_read(actor)?;
        let query = &query.whole()?;
        let mut tx = self.reading(actor).await?;
        let (live, pipelines) = all_rows(&mut tx, actor, &PIPELINE).await?;
        let pipeline = match query.pipeline_id {
            Some(id) => pipelines.iter().find(|row| row.id == id),
            None => own_pipeline(&mut tx, actor, &pipelines).await?,
        };
        // Without a pipeline there is no position in the log either.
        let (Some(live), Some(pipeline)) = (live, pipeline.cloned()) else { return Err(Error::NotFound) };
        let (_, stages) = all_rows(&mut tx, actor, &STAGE).await?;
        let stages: Vec<Row> = stages.into_iter().filter(|s| s.reference("pipeline_id") == Some(pipeline.id)).collect();
        let totals = totals(&mut tx, actor, pipeline.id, query).await?;
        let ids: Vec<Uuid> = stages.iter().map(|s| s.id).collect();
        let mut windows = windows(&mut tx, actor, query, &ids, None).await?;
        let titles = titles(&mut tx, actor, &OPPORTUNITY, windows.values().flatten()).await?;
        let column = |stage: Row| {
            let mut cards = windows.remove(&stage.id).unwrap_or_default();
            let next = cut(actor, &mut cards);
            Column { totals: totals.get(&stage.id).copied().unwrap_or_default(), cards, next, stage }
        };
        let mut columns: Vec<Column> = stages.into_iter().map(column).collect();
        columns.iter_mut().for_each(|column| actor.redact(&STAGE, &mut column.stage.values));
        let (mut pipeline, mut pipelines) = (pipeline, pipelines);
        pipelines.iter_mut().chain([&mut pipeline]).for_each(|row| actor.redact(&PIPELINE, &mut row.values));
        Ok(Board { pipeline, pipelines, columns, titles, live: live.to_string() })
    }

    /// The next cards of a column.
    ///
    /// # Errors
    /// As [`Store::board`]; `Invalid` for a cursor that is none.
    pub async fn board_cards(&self, actor: &Actor, query: &BoardQuery, stage: Uuid, cursor: &str) -> Result<Cards> {
        may_read(actor)?;
        let query = &query.whole()?;
        let after = Keyset::decode(cursor)?;
        let mut tx = self.reading(actor).await?;
        let mut cards =
            windows(&mut tx, actor, query, &[stage], Some(&after)).await?.remove(&stage).unwrap_or_default();
        let titles: Titles = titles(&mut tx, actor, &OPPORTUNITY, &cards).await?;
        let next = cut(actor, &mut cards);
        Ok(Cards { cards, titles, next })
    }

    /// Totals of every column of a pipeline, for keeping an open board current.
    ///
    /// # Errors
    /// As [`Store::board`].
    pub async fn board_totals(&self, actor: &Actor, query: &BoardQuery) -> Result<Vec<(Uuid, Totals)>> {
        may_read(actor)?;
        let query = &query.whole()?;
        let pipeline = query.pipeline_id.ok_or_else(|| Error::invalid("pipeline_id", "required"))?;
        let mut tx = self.reading(actor).await?;
        Ok(totals(&mut tx, actor, pipeline, query).await?.into_iter().collect())
    }
}

/// The pipeline that somebody wants to see who names none: where most of their open deals are, else the first.
async fn own_pipeline<'p>(tx: &mut Tx, actor: &Actor, pipelines: &'p [Row]) -> Result<Option<&'p Row>> {
    if pipelines.len() < 2 {
        return Ok(pipelines.first());
    }
    let most: Option<Uuid> = sqlx::query_scalar(
        "select pipeline_id from (
             select pipeline_id from opportunities
             where org_id = $1 and owner_id = $2 and status = 'open' and archived_at is null limit 500
         ) own group by pipeline_id order by count(*) desc, pipeline_id limit 1",
    )
    .bind(tx.org_id)
    .bind(actor.user_id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(pipelines.iter().find(|row| Some(row.id) == most).or(pipelines.first()))
}

fn may_read(actor: &Actor) -> Result<()> {
    if actor.may(&OPPORTUNITY, Action::Read) { Ok(()) } else { Err(Error::Forbidden) }
}

/// All live rows of a small organisation-wide type in their order, and up to where the log is complete by then, unless there
/// are none.
async fn all_rows(tx: &mut Tx, actor: &Actor, def: &'static RecordDef) -> Result<(Option<Cursor>, Vec<Row>)> {
    let mut sql =
        Sql::new(format!("select {SNAPSHOT}, {} from {} t where t.org_id = ", select_list(def, "t"), def.table()));
    sql.push_bind(tx.org_id).push(" and t.archived_at is null and ");
    push_scope(&mut sql, actor, def, Action::Read, "t");
    sql.push(" order by t.position, t.id limit 1000");
    let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let live = found.first().map(|raw| cursor_of(raw.try_get(0).map_err(from_sqlx)?)).transpose()?;
    let rows = found.iter().map(|raw| decode(def, raw, 1)).collect::<Result<_>>()?;
    Ok((live, rows))
}

/// What the columns add up to, as far as the actor sees what is added up.
async fn totals(tx: &mut Tx, actor: &Actor, pipeline: Uuid, query: &BoardQuery) -> Result<BTreeMap<Uuid, Totals>> {
    let mut totals = all_totals(tx, actor, pipeline, query).await?;
    let hidden = |field| actor.field_access(&OPPORTUNITY, field) == FieldAccess::Hidden;
    for total in totals.values_mut() {
        if hidden("amount") {
            total.sum = Decimal::ZERO;
        }
        if hidden("amount") || hidden("probability") {
            total.weighted = Decimal::ZERO;
        }
    }
    Ok(totals)
}

async fn all_totals(tx: &mut Tx, actor: &Actor, pipeline: Uuid, query: &BoardQuery) -> Result<BTreeMap<Uuid, Totals>> {
    if tallies::are_of(actor, &OPPORTUNITY, query.filter.as_ref(), query.search.as_deref()) {
        return tallies::by_stage(tx, pipeline).await;
    }
    // Summed by probability first: there are a hundred of those and a hundred thousand deals to multiply.
    let mut sql = Sql::new(
        "select stage_id, sum(deals)::bigint, sum(amount), round(sum(amount * probability) / 100, 2) from (
         select t.stage_id, coalesce(t.probability, 0) as probability, count(*) as deals, coalesce(sum(t.amount), 0) as amount
         from opportunities t where t.org_id = ",
    );
    sql.push_bind(tx.org_id).push(" and t.pipeline_id = ").push_bind(pipeline).push(" and t.archived_at is null and ");
    push_scope(&mut sql, actor, &OPPORTUNITY, Action::Read, "t");
    push_matching(&mut sql, actor, &OPPORTUNITY, query.filter.as_ref(), query.search.as_deref())?;
    sql.push(" group by t.stage_id, t.probability) per_probability group by stage_id");
    let found: Vec<(Uuid, i64, Decimal, Decimal)> =
        sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(found.into_iter().map(|(stage, count, sum, weighted)| (stage, Totals { count, sum, weighted })).collect())
}

/// One window of cards (and one more, to know whether there are more) per stage, in rank order.
async fn windows(
    tx: &mut Tx,
    actor: &Actor,
    query: &BoardQuery,
    stages: &[Uuid],
    after: Option<&Keyset>,
) -> Result<BTreeMap<Uuid, Vec<Row>>> {
    let mut sql = Sql::new("select s.id, c.* from unnest(");
    sql.push_bind(stages.to_vec()).push("::uuid[]) as s (id) cross join lateral (select ");
    sql.push(select_list(&OPPORTUNITY, "t")).push(" from opportunities t where t.org_id = ").push_bind(tx.org_id);
    sql.push(" and t.stage_id = s.id and t.archived_at is null and ");
    push_scope(&mut sql, actor, &OPPORTUNITY, Action::Read, "t");
    push_matching(&mut sql, actor, &OPPORTUNITY, query.filter.as_ref(), query.search.as_deref())?;
    if let Some(after) = after {
        sql.push(" and (t.rank, t.id) > (")
            .push_bind(after.value.clone().unwrap_or_default())
            .push(", ")
            .push_bind(after.id)
            .push(")");
    }
    sql.push(" order by t.rank, t.id limit ").push_bind(i64::from(WINDOW) + 1).push(") c");
    let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let mut windows: BTreeMap<Uuid, Vec<Row>> = BTreeMap::new();
    for raw in &found {
        let stage = raw.try_get(0).map_err(from_sqlx)?;
        windows.entry(stage).or_default().push(decode(&OPPORTUNITY, raw, 1)?);
    }
    Ok(windows)
}

fn cut(actor: &Actor, cards: &mut Vec<Row>) -> Option<String> {
    let more = cards.len() > WINDOW as usize;
    cards.truncate(WINDOW as usize);
    let next = cards
        .last()
        .filter(|_| more)
        .map(|last| Keyset { value: last.text("rank").map(str::to_owned), id: last.id, ..Keyset::default() }.encode());
    cards.iter_mut().for_each(|row| actor.redact(&OPPORTUNITY, &mut row.values));
    next
}
