//! The user-defined fields of a record type.

use shared::record::CustomField;
use shared::{RecordDef, Result};

use crate::error::from_sqlx;
use crate::pool::Tx;

/// The live custom fields of a type, in form order.
pub(crate) async fn custom_fields(tx: &mut Tx, def: &RecordDef) -> Result<Vec<CustomField>> {
    type Found = (String, String, String, Option<Vec<String>>, Option<bool>);
    let rows: Vec<Found> = sqlx::query_as(
        "select key, label, kind, choices, required from custom_fields
         where org_id = $1 and record_type = $2 and archived_at is null order by position, key",
    )
    .bind(tx.org_id)
    .bind(def.name)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let field = |(key, label, kind, choices, required): Found| CustomField {
        key,
        label,
        kind,
        choices: choices.unwrap_or_default(),
        required: required.unwrap_or(false),
    };
    Ok(rows.into_iter().map(field).collect())
}
