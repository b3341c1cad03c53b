//! Numbers of new records, one after the other for each type of an organisation.

use std::collections::BTreeSet;

use shared::{RecordDef, Result};

use super::prepare::{Act, Prepared};
use crate::error::from_sqlx;
use crate::pool::Tx;

/// How often numbers are drawn again because somebody brought some of them along, in an import for instance.
const DRAWS: usize = 20;

/// Gives numbers to new records that have none. Nobody waits for whoever draws one; what a transaction drew that fails is
/// lost, so that there may be gaps.
pub(super) async fn number(tx: &mut Tx, def: &RecordDef, rows: &mut [Prepared]) -> Result<()> {
    let Some((field, prefix)) = def.fields.iter().find_map(|field| Some((field.name, field.serial?))) else {
        return Ok(());
    };
    let is_open = |row: &Prepared| {
        row.act == Act::Create && row.fault.is_none() && shared::record::is_empty(row.after.value(field))
    };
    let mut open: Vec<usize> = (0..rows.len()).filter(|at| is_open(&rows[*at])).collect();
    for _ in 0..DRAWS {
        if open.is_empty() {
            return Ok(());
        }
        let numbers = draw(tx, def, prefix, open.len()).await?;
        let taken = taken(tx, def, field, &numbers).await?;
        let mut free = numbers.into_iter().filter(|number| !taken.contains(&number.to_lowercase()));
        open.retain(|at| match free.next() {
            Some(number) => {
                rows[*at].after.values.insert(field.to_owned(), number.into());
                false
            }
            None => true,
        });
    }
    Ok(())
}

async fn draw(tx: &mut Tx, def: &RecordDef, prefix: &str, count: usize) -> Result<Vec<String>> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let numbers: Vec<i64> = sqlx::query_scalar("select guanxi_draw($1, $2)")
        .bind(def.name)
        .bind(count)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    Ok(numbers.into_iter().map(|number| format!("{prefix}{number}")).collect())
}

async fn taken(tx: &mut Tx, def: &RecordDef, field: &str, numbers: &[String]) -> Result<BTreeSet<String>> {
    let lower: Vec<String> = numbers.iter().map(|number| number.to_lowercase()).collect();
    let found: Vec<String> = sqlx::query_scalar("select guanxi_taken($1::text::regclass, $2, $3, $4)")
        .bind(def.table())
        .bind(field)
        .bind(lower)
        .bind(Vec::<uuid::Uuid>::new())
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    Ok(found.into_iter().map(|number| number.to_lowercase()).collect())
}
