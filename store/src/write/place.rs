//! Turns "after that card" into a rank; the server is the authority on order.

use shared::rank::{LONG, Place, between, spread};
use shared::record::Kind;
use shared::{RecordDef, Result, Row};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::Sql;

/// Rows on either side that a crowded one is spread with.
const AROUND: usize = 100;

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

/// Those of the rows whose ranks got long, one of each column.
pub(super) fn crowded<'r>(def: &RecordDef, rows: impl Iterator<Item = &'r Row>) -> Vec<&'r Row> {
    let Some((rank, within)) = rank_field(def) else { return Vec::new() };
    let mut long: Vec<&Row> = rows.filter(|row| row.text(rank).is_some_and(|r| r.len() > LONG)).collect();
    long.sort_by_key(|row| row.reference(within));
    long.dedup_by_key(|row| row.reference(within));
    long
}

/// Gives the rows around a crowded one fresh short ranks, keeping the order. Returns the ids of the rows it touched: none
/// if one of them is being written by somebody else, for whom waiting could mean that both wait for each other. A later
/// write finds the rank as long and tries again.
pub(super) async fn respread(tx: &mut Tx, def: &RecordDef, crowded: &Row) -> Result<Vec<Uuid>> {
    let Some((rank, within)) = rank_field(def) else { return Ok(Vec::new()) };
    let (Some(column), Some(at)) = (crowded.reference(within), crowded.text(rank)) else { return Ok(Vec::new()) };
    let from = (at, crowded.id);
    let mut around = side(tx, def, (rank, within), column, ("<=", "desc"), from).await?;
    let mut above = side(tx, def, (rank, within), column, (">", "asc"), from).await?;
    let (low, high) = (bound(&mut around), bound(&mut above));
    around.reverse();
    around.extend(above);
    let ids: Vec<Uuid> = around.iter().map(|(_, id)| *id).collect();
    if unlocked(tx, def, rank, &ids).await? != around {
        return Ok(Vec::new());
    }
    let fresh = spread(low.as_deref(), high.as_deref(), ids.len());
    let mut sql =
        Sql::new(format!("update {} t set {rank} = fresh.rank, version = t.version + 1 from unnest(", def.table()));
    sql.push_bind(ids.clone()).push(", ").push_bind(fresh);
    sql.push(") as fresh (id, rank) where t.id = fresh.id and t.org_id = ").push_bind(tx.org_id);
    sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(ids)
}

/// A rank and whose it is.
type Ranked = (String, Uuid);

/// Rows of the column on one side of a rank, the nearest first: one more than are to be moved.
async fn side(
    tx: &mut Tx,
    def: &RecordDef,
    (rank, within): (&str, &str),
    column: Uuid,
    (sign, direction): (&str, &str),
    (from, id): (&str, Uuid),
) -> Result<Vec<Ranked>> {
    let mut sql = Sql::new(format!("select t.{rank}, t.id from {} t where t.org_id = ", def.table()));
    sql.push_bind(tx.org_id).push(format_args!(" and t.{within} = ")).push_bind(column);
    sql.push(format_args!(" and t.archived_at is null and t.{rank} is not null and (t.{rank}, t.id) {sign} ("));
    sql.push_bind(from.to_owned()).push(", ").push_bind(id);
    sql.push(format_args!(") order by t.{rank} {direction}, t.id {direction} limit ")).push_bind(AROUND as i64 + 1);
    sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

/// The rank beyond those that are moved; none where the column ends.
fn bound(side: &mut Vec<Ranked>) -> Option<String> {
    (side.len() > AROUND).then(|| side.pop()).flatten().map(|(rank, _)| rank)
}

/// Locks those of the rows that nobody else has locked; how they are ranked now.
async fn unlocked(tx: &mut Tx, def: &RecordDef, rank: &str, ids: &[Uuid]) -> Result<Vec<Ranked>> {
    let mut sql = Sql::new(format!("select t.{rank}, t.id from {} t where t.org_id = ", def.table()));
    sql.push_bind(tx.org_id).push(" and t.id = any(").push_bind(ids.to_vec());
    sql.push(format_args!(") and t.{rank} is not null order by t.{rank}, t.id for update skip locked"));
    sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}
