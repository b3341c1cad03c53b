//! Turns "after that card" into a rank; the server is the authority on order.

use shared::rank::{LONG, Place, between, spread};
use shared::record::Kind;
use shared::{RecordDef, Result, Row};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::Sql;

/// The rank field of a type and the field whose value is its column.
pub(super) fn rank_field(def: &RecordDef) -> Option<(&'static str, &'static str)> {
    def.fields.iter().find_map(|field| match field.kind {
        Kind::Rank(within) => Some((field.name, within)),
        _ => None,
    })
}

/// Ranks for rows entering columns, in the order given: `places[i]` in the column `columns[i]`.
///
/// Rows that all go to the top of one column (an import) are spread evenly in one go.
pub(super) async fn ranks(tx: &mut Tx, def: &RecordDef, wanted: &[(Uuid, Place, Uuid)]) -> Result<Vec<String>> {
    let Some((rank, within)) = rank_field(def) else { return Ok(Vec::new()) };
    let mut result = vec![String::new(); wanted.len()];
    let mut columns: Vec<Uuid> = wanted.iter().map(|(column, ..)| *column).collect();
    columns.sort();
    columns.dedup();
    for column in columns {
        let tops: Vec<usize> =
            (0..wanted.len()).filter(|i| wanted[*i].0 == column && wanted[*i].1 == Place::Top).collect();
        let (_, first) = neighbours(tx, def, (rank, within), column, Place::Top, Uuid::nil()).await?;
        for (index, new) in tops.iter().zip(spread(None, first.as_deref(), tops.len())) {
            result[*index] = new;
        }
    }
    for (index, (column, place, own)) in wanted.iter().enumerate().filter(|(_, w)| w.1 != Place::Top) {
        let (low, high) = neighbours(tx, def, (rank, within), *column, *place, *own).await?;
        result[index] = between(low.as_deref(), high.as_deref());
    }
    Ok(result)
}

type Neighbours = (Option<String>, Option<String>);

/// Ranks on both sides of a place in a column, leaving out the row that moves.
async fn neighbours(
    tx: &mut Tx,
    def: &RecordDef,
    (rank, within): (&str, &str),
    column: Uuid,
    place: Place,
    own: Uuid,
) -> Result<Neighbours> {
    let anchor = match place {
        Place::After(id) | Place::Before(id) => rank_of(tx, def, (rank, within), column, id).await?,
        Place::Top | Place::Bottom => None,
    };
    let edge = |side: &'static str| (side, None::<(String, Uuid)>);
    match (place, anchor) {
        (Place::After(_), Some(at)) => {
            let high = nearest(tx, def, (rank, within), column, ("asc", Some(at.clone())), own).await?;
            Ok((Some(at.0), high))
        }
        (Place::Before(_), Some(at)) => {
            let low = nearest(tx, def, (rank, within), column, ("desc", Some(at.clone())), own).await?;
            Ok((low, Some(at.0)))
        }
        (Place::Bottom, _) => Ok((nearest(tx, def, (rank, within), column, edge("desc"), own).await?, None)),
        // The neighbour went elsewhere meanwhile: the top is the calmest place.
        _ => Ok((None, nearest(tx, def, (rank, within), column, edge("asc"), own).await?)),
    }
}

async fn rank_of(
    tx: &mut Tx,
    def: &RecordDef,
    (rank, within): (&str, &str),
    column: Uuid,
    id: Uuid,
) -> Result<Option<(String, Uuid)>> {
    let mut sql = Sql::new(format!("select coalesce(t.{rank}, ''), t.id from {} t where t.org_id = ", def.table()));
    sql.push_bind(tx.org_id).push(" and t.id = ").push_bind(id);
    sql.push(format_args!(" and t.{within} = ")).push_bind(column);
    sql.build_query_as().fetch_optional(&mut *tx.inner).await.map_err(from_sqlx)
}

/// The rank next to `from` in a direction, or the column's first or last one.
async fn nearest(
    tx: &mut Tx,
    def: &RecordDef,
    (rank, within): (&str, &str),
    column: Uuid,
    (direction, from): (&str, Option<(String, Uuid)>),
    own: Uuid,
) -> Result<Option<String>> {
    let mut sql = Sql::new(format!("select t.{rank} from {} t where t.org_id = ", def.table()));
    sql.push_bind(tx.org_id).push(format_args!(" and t.{within} = ")).push_bind(column);
    sql.push(format_args!(" and t.archived_at is null and t.{rank} is not null and t.id <> ")).push_bind(own);
    if let Some((from, id)) = from {
        let sign = if direction == "asc" { ">" } else { "<" };
        sql.push(format_args!(" and (t.{rank}, t.id) {sign} (")).push_bind(from).push(", ").push_bind(id).push(")");
    }
    sql.push(format_args!(" order by t.{rank} {direction}, t.id {direction} limit 1"));
    let found: Option<(String,)> = sql.build_query_as().fetch_optional(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(found.map(|(rank,)| rank))
}

/// Whether some of the rows got ranks long enough to spread their columns anew.
pub(super) fn crowded(def: &RecordDef, rows: &[Row]) -> Vec<Uuid> {
    let Some((rank, within)) = rank_field(def) else { return Vec::new() };
    let long = rows.iter().filter(|row| row.text(rank).is_some_and(|r| r.len() > LONG));
    let mut columns: Vec<Uuid> = long.filter_map(|row| row.reference(within)).collect();
    columns.sort();
    columns.dedup();
    columns
}

/// Gives every row of a column a fresh short rank, keeping the order. Returns the ids of the rows it touched.
pub(super) async fn respread(tx: &mut Tx, def: &RecordDef, column: Uuid) -> Result<Vec<Uuid>> {
    let Some((rank, within)) = rank_field(def) else { return Ok(Vec::new()) };
    let mut sql = Sql::new(format!("select t.id from {} t where t.org_id = ", def.table()));
    sql.push_bind(tx.org_id).push(format_args!(" and t.{within} = ")).push_bind(column);
    sql.push(format_args!(" order by t.{rank} nulls last, t.id for update"));
    let ids: Vec<(Uuid,)> = sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let ids: Vec<Uuid> = ids.into_iter().map(|(id,)| id).collect();
    let mut sql =
        Sql::new(format!("update {} t set {rank} = fresh.rank, version = t.version + 1 from unnest(", def.table()));
    sql.push_bind(ids.clone()).push(", ").push_bind(spread(None, None, ids.len()));
    sql.push(") as fresh (id, rank) where t.id = fresh.id and t.org_id = ").push_bind(tx.org_id);
    sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(ids)
}
