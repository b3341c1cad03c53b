//! The user-defined fields of a record type.

use std::collections::BTreeSet;

use shared::record::CustomField;
use shared::{RecordDef, Result};

use crate::error::from_sqlx;
use crate::pool::Tx;

/// The live custom fields of a type, in form order.
pub(crate) async fn custom_fields(tx: &mut Tx, def: &RecordDef) -> Result<Vec<CustomField>> {
    select(tx, def, false).await
}

/// As [`custom_fields`], and after them those that are no more, each key once.
pub(crate) async fn custom_fields_ever(tx: &mut Tx, def: &RecordDef) -> Result<Vec<CustomField>> {
    let mut fields = select(tx, def, true).await?;
    let mut known = BTreeSet::new();
    fields.retain(|field| known.insert(field.key.clone()));
    Ok(fields)
}

/// Of one key the live field comes first, then what was removed last.
async fn select(tx: &mut Tx, def: &RecordDef, with_removed: bool) -> Result<Vec<CustomField>> {
    type Found = (String, String, String, Option<Vec<String>>, Option<bool>, bool);
    let rows: Vec<Found> = sqlx::query_as(
        "select key, label, kind, choices, required, archived_at is not null from custom_fields
         where org_id = $1 and record_type = $2 and (archived_at is null or $3)
         order by archived_at is not null, archived_at desc, position, key",
    )
    .bind(tx.org_id)
    .bind(def.name)
    .bind(with_removed)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let field = |(key, label, kind, choices, required, removed): Found| CustomField {
        key,
        label,
        kind,
        choices: choices.unwrap_or_default(),
        required: required.unwrap_or(false),
        removed,
    };
    Ok(rows.into_iter().map(field).collect())
}
