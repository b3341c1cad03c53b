//! Lists: a page of records in the caller's scope.

use shared::access::{Action, Actor};
use shared::live::Cursor;
use shared::query::{Archived, ListQuery, MAX_PAGE, Page, Sort};
use shared::record::Kind;
use shared::{Error, FieldDef, RecordDef, Result, Row};
use uuid::Uuid;

use super::cursor::Keyset;
use super::filter::push_filter;
use super::search::{found_by_name, push_found};
use super::tallies;
use super::titles::titles;
use crate::columns::{decode, select_list, sql_type};
use crate::error::from_sqlx;
use crate::live::{SNAPSHOT, cursor_of, snapshot_cursor};
use crate::pool::{Store, Tx};
use crate::scope::{Sql, push_ids, push_scope};
use crate::write::search_tokens;

/// Most records that a searched list begins with, whatever their place would be.
const AHEAD: usize = 20;
/// Most queries that are counted at once.
const MAX_COUNTED: usize = 50;

impl Store {
    /// A page of records, with titles of what they refer to and the log position they are current at.
    ///
    /// # Errors
    /// `Forbidden` without any read right on the type, `Invalid` for filters, sort or cursor that do not fit.
    pub async fn list(&self, actor: &Actor, def: &'static RecordDef, query: &ListQuery) -> Result<Page> {
        if !actor.may(def, Action::Read) {
            return Err(Error::Forbidden);
        }
        let limit = page_size(query.limit)?;
        let mut tx = self.reading(actor).await?;
        let (live, total) = match query.count {
            true => counted(&mut tx, actor, def, query).await?,
            false => (snapshot_cursor(&mut *tx.inner).await?, None),
        };
        let (mut rows, next) = page(&mut tx, actor, def, query, limit as usize).await?;
        let titles = titles(&mut tx, actor, def, &rows).await?;
        rows.iter_mut().for_each(|row| actor.redact(def, &mut row.values));
        Ok(Page { rows, titles, next, total, live: live.to_string() })
    }

    /// How many records each of these queries finds; `None` for one that does not fit: a view's field may be gone.
    ///
    /// # Errors
    /// `Forbidden` without any read right on the type, `Invalid` for too many queries.
    pub async fn counts(
        &self,
        actor: &Actor,
        def: &'static RecordDef,
        queries: &[ListQuery],
    ) -> Result<Vec<Option<i64>>> {
        if !actor.may(def, Action::Read) {
            return Err(Error::Forbidden);
        }
        if queries.len() > MAX_COUNTED {
            return Err(Error::invalid("queries", "too_many_plain"));
        }
        let mut tx = self.reading(actor).await?;
        let mut counts = Vec::with_capacity(queries.len());
        for query in queries {
            counts.push(match counted(&mut tx, actor, def, query).await {
                Ok((_, total)) => total,
                Err(Error::Invalid { .. }) => None,
                Err(error) => return Err(error),
            });
        }
        Ok(counts)
    }
}

/// The rows of a page, and the cursor of the next one. Without an order of its own what was searched begins with what is called
/// so: a bounded number of records, which the cursors then keep from coming again in their places.
async fn page(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    query: &ListQuery,
    limit: usize,
) -> Result<(Vec<Row>, Option<String>)> {
    let order = Order::of(actor, def, query.sort.as_ref())?;
    let after = query.cursor.as_deref().map(Keyset::decode).transpose()?;
    let mut rows = match after {
        Some(_) => Vec::new(),
        None => called_so(tx, actor, def, query, limit).await?,
    };
    let ahead = match &after {
        Some(after) => after.ahead.clone(),
        None => rows.iter().map(|row| row.id).collect(),
    };
    let mut sql = select(actor, def, query)?;
    if !ahead.is_empty() {
        sql.push(" and t.id <> all(").push_bind(ahead.clone()).push(")");
    }
    if let Some(after) = &after {
        order.push_after(&mut sql, after)?;
    }
    order.push_order(&mut sql);
    let limit = limit - rows.len();
    sql.push(" limit ").push_bind(i64::try_from(limit + 1).unwrap_or(i64::MAX));
    let mut others = fetch(tx, def, &mut sql).await?;
    let next = order.cut(&mut others, limit, ahead);
    rows.extend(others);
    Ok((rows, next))
}

/// The records that a searched list begins with.
async fn called_so(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    query: &ListQuery,
    limit: usize,
) -> Result<Vec<Row>> {
    let words = words(query.search.as_deref());
    let Some(words) = words.filter(|_| query.sort.is_none() && query.archived != Archived::Only) else {
        return Ok(Vec::new());
    };
    let ids = found_by_name(tx, actor, def, words).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = select(actor, def, query)?;
    push_ids(&mut sql, "t", ids.clone());
    sql.push(" order by array_position(").push_bind(ids).push(", t.id) limit ");
    sql.push_bind(i64::try_from(limit.min(AHEAD)).unwrap_or_default());
    fetch(tx, def, &mut sql).await
}

/// `select … from … where …` of a list.
fn select(actor: &Actor, def: &'static RecordDef, query: &ListQuery) -> Result<Sql> {
    let mut sql = Sql::new("select ");
    sql.push(select_list(def, "t"));
    push_from(&mut sql, actor, def, query)?;
    Ok(sql)
}

async fn fetch(tx: &mut Tx, def: &'static RecordDef, sql: &mut Sql) -> Result<Vec<Row>> {
    let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    found.iter().map(|raw| decode(def, raw, 0)).collect()
}

fn page_size(limit: u32) -> Result<u32> {
    match limit {
        0 => Ok(50),
        1..=MAX_PAGE => Ok(limit),
        _ => Err(Error::invalid("limit", "out_of_range")),
    }
}

/// How many there are in all, and up to where the log is complete by then.
async fn counted(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    query: &ListQuery,
) -> Result<(Cursor, Option<i64>)> {
    let mut sql = Sql::new(format!("select {SNAPSHOT}, "));
    if query.archived == Archived::Without
        && tallies::are_of(actor, def, query.filter.as_ref(), query.search.as_deref())
    {
        tallies::push_count(&mut sql, tx.org_id, def);
    } else {
        sql.push("count(*)");
        push_from(&mut sql, actor, def, query)?;
    }
    let (xmin, total): (String, i64) = sql.build_query_as().fetch_one(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok((cursor_of(&xmin)?, Some(total)))
}

/// `from … where` with organisation, scope, archiving, filter and search.
pub(crate) fn push_from(sql: &mut Sql, actor: &Actor, def: &'static RecordDef, query: &ListQuery) -> Result<()> {
    sql.push(format_args!(" from {} t where t.org_id = ", def.table())).push_bind(actor.org_id).push(" and ");
    push_scope(sql, actor, def, Action::Read, "t");
    match query.archived {
        Archived::Without => drop(sql.push(" and t.archived_at is null")),
        Archived::Only => drop(sql.push(" and t.archived_at is not null")),
        Archived::With => {}
    }
    push_matching(sql, actor, def, query.filter.as_ref(), query.search.as_deref())
}

/// Conditions of a filter and of search words.
pub(super) fn push_matching(
    sql: &mut Sql,
    actor: &Actor,
    def: &'static RecordDef,
    filter: Option<&shared::query::Filter>,
    search: Option<&str>,
) -> Result<()> {
    if let Some(filter) = filter {
        sql.push(" and ");
        push_filter(sql, actor, def, filter)?;
    }
    if let Some(words) = words(search) {
        match search_tokens(words) {
            None => drop(sql.push(" and false")),
            Some(tokens) => {
                sql.push(" and ");
                push_found(sql, actor, def, "t.id", (words, &tokens));
            }
        }
    }
    Ok(())
}

/// What to search for, if anything.
pub(super) fn words(search: Option<&str>) -> Option<&str> {
    search.filter(|words| !words.trim().is_empty())
}

/// Sort order of a list.
pub(super) struct Order {
    field: Option<&'static FieldDef>,
    descending: bool,
}

impl Order {
    pub(super) fn of(actor: &Actor, def: &'static RecordDef, sort: Option<&Sort>) -> Result<Self> {
        let Some(sort) = sort else { return Ok(Self { field: None, descending: true }) };
        if sort.field == "id" {
            return Ok(Self { field: None, descending: sort.descending });
        }
        let field = def.field(&sort.field).filter(|f| f.kind.is_sortable() && actor.sees(def, f));
        let field = field.ok_or_else(|| Error::invalid("sort", "unknown_field"))?;
        Ok(Self { field: Some(field), descending: sort.descending })
    }

    fn sign(&self) -> &'static str {
        if self.descending { "<" } else { ">" }
    }

    /// Rows without a value come last, in either direction.
    fn push_after(&self, sql: &mut Sql, after: &Keyset) -> Result<()> {
        let sign = self.sign();
        match (self.field, &after.value) {
            (None, _) => drop(sql.push(format_args!(" and t.id {sign} ")).push_bind(after.id)),
            (Some(field), None) => {
                sql.push(format_args!(" and t.{} is null and t.id {sign} ", field.name)).push_bind(after.id);
            }
            (Some(field), Some(value)) => {
                let checked = shared::record::normalize(field.name, &field.kind, &value.as_str().into());
                checked.map_err(|_| Error::invalid("cursor", "cursor"))?;
                let cast = sql_type(&field.kind);
                sql.push(" and ((");
                push_key(sql, field, |sql| {
                    sql.push(format_args!("t.{}", field.name));
                });
                sql.push(format_args!(", t.id) {sign} ("));
                push_key(sql, field, |sql| {
                    sql.push_bind(value.clone()).push(format_args!("::{cast}"));
                });
                sql.push(", ").push_bind(after.id).push(")");
                if !field.required {
                    sql.push(format_args!(" or t.{} is null", field.name));
                }
                sql.push(")");
            }
        }
        Ok(())
    }

    /// ` order by …`.
    pub(super) fn push_order(&self, sql: &mut Sql) {
        let direction = if self.descending { "desc" } else { "asc" };
        match self.field {
            None => drop(sql.push(format_args!(" order by t.id {direction}"))),
            Some(field) => {
                let nulls = if field.required { "" } else { " nulls last" };
                sql.push(" order by ");
                push_key(sql, field, |sql| {
                    sql.push(format_args!("t.{}", field.name));
                });
                sql.push(format_args!(" {direction}{nulls}, t.id {direction}"));
            }
        }
    }

    /// Takes the surplus row off and gives the cursor of the next page, which knows what stood ahead of all.
    fn cut(&self, rows: &mut Vec<Row>, limit: usize, ahead: Vec<Uuid>) -> Option<String> {
        if rows.len() <= limit {
            return None;
        }
        rows.truncate(limit);
        let last = rows.last();
        let value = last.zip(self.field).and_then(|(last, field)| match last.value(field.name) {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Null => None,
            other => Some(other.to_string()),
        });
        // What stood ahead may have filled the page: the others all come after it.
        let id = last.map_or(Uuid::max(), |last| last.id);
        Some(Keyset { value, id, ahead }.encode())
    }
}

/// What values are compared by: choices by their places in the declaration, which has the lowest and the first ones first.
fn push_key(sql: &mut Sql, field: &FieldDef, push_value: impl FnOnce(&mut Sql)) {
    let Kind::Choice(codes) = field.kind else { return push_value(sql) };
    let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
    sql.push("array_position(").push_bind(codes).push(", ");
    push_value(sql);
    sql.push(")");
}
