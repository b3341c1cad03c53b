//! Lists: a page of records in the caller's scope.

use shared::access::{Action, Actor};
use shared::live::Cursor;
use shared::query::{Archived, ListQuery, MAX_PAGE, Page, Sort};
use shared::{Error, FieldDef, RecordDef, Result, Row};

use super::cursor::Keyset;
use super::filter::push_filter;
use super::search::push_found;
use super::tallies;
use super::titles::titles;
use crate::columns::{decode, select_list, sql_type};
use crate::error::from_sqlx;
use crate::live::{SNAPSHOT, cursor_of, snapshot_cursor};
use crate::pool::{Store, Tx};
use crate::scope::{Sql, push_scope};
use crate::write::query_tokens;

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
        let mut sql = Sql::new("select ");
        sql.push(select_list(def, "t"));
        push_from(&mut sql, actor, def, query)?;
        let order = Order::of(actor, def, query.sort.as_ref())?;
        if let Some(cursor) = &query.cursor {
            order.push_after(&mut sql, &Keyset::decode(cursor)?)?;
        }
        order.push_order(&mut sql);
        sql.push(" limit ").push_bind(i64::from(limit) + 1);
        let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        let mut rows: Vec<Row> = found.iter().map(|raw| decode(def, raw, 0)).collect::<Result<_>>()?;
        let next = order.cut(&mut rows, limit);
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
        match query_tokens(words) {
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
                sql.push(format_args!(" and ((t.{}, t.id) {sign} (", field.name)).push_bind(value.clone());
                sql.push(format_args!("::{cast}, ")).push_bind(after.id).push(")");
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
                sql.push(format_args!(" order by t.{} {direction}{nulls}, t.id {direction}", field.name));
            }
        }
    }

    /// Takes the surplus row off and gives the cursor of the next page.
    fn cut(&self, rows: &mut Vec<Row>, limit: u32) -> Option<String> {
        if rows.len() <= limit as usize {
            return None;
        }
        rows.truncate(limit as usize);
        let last = rows.last()?;
        let value = self.field.and_then(|field| match last.value(field.name) {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Null => None,
            other => Some(other.to_string()),
        });
        Some(Keyset { value, id: last.id }.encode())
    }
}
