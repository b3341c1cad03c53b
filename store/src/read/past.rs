//! What a record was like: its present state with the later changes taken back.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use shared::access::Actor;
use shared::query::Past;
use shared::record::instant_text;
use shared::{Error, RecordDef, Result, Row};
use sqlx::types::Json;
use uuid::Uuid;

use super::titles::{Wanted, note, titles_then};
use crate::error::from_sqlx;
use crate::pool::Store;
use crate::write::custom_fields_ever;

impl Store {
    /// A record as it was right after one of its changes, by the change's id in the audit log. Fields hidden from the
    /// reader stay so.
    ///
    /// # Errors
    /// `NotFound` when the record may not be read, or the change is none of it.
    pub async fn past(&self, actor: &Actor, def: &'static RecordDef, id: Uuid, change: i64) -> Result<Past> {
        let now = self.get(actor, def, id).await?;
        let mut tx = self.reading(actor).await?;
        let found: Option<(i64, DateTime<Utc>, Option<Uuid>)> = sqlx::query_as(
            "select version, at, actor_id from audit_entries where org_id = $1 and record_id = $2 and record_type = $3 and id = $4",
        )
        .bind(actor.org_id)
        .bind(id)
        .bind(def.name)
        .bind(change)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let (version, at, who) = found.ok_or(Error::NotFound)?;
        let later: Vec<Json<Map<String, Value>>> = sqlx::query_scalar(
            "select changes from audit_entries
             where org_id = $1 and record_id = $2 and version > $3 and version <= $4 order by version desc, id desc",
        )
        .bind(actor.org_id)
        .bind(id)
        .bind(version)
        .bind(now.row.version)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let mut then = Row { version, ..now.row.clone() };
        if !later.is_empty() {
            // The log leaves out of the changes what each of them says by itself.
            then.values.insert("updated_at".to_owned(), instant_text(at).into());
            then.values.insert("updated_by".to_owned(), who.map(|id| id.to_string()).into());
        }
        for (field, pair) in later.into_iter().flat_map(|Json(changes)| changes) {
            then.values.insert(field, pair.get(0).cloned().unwrap_or_default());
        }
        then.values.retain(|_, value| !value.is_null());
        let mut wanted = Wanted::new();
        [&then, &now.row].into_iter().for_each(|row| note(&mut wanted, actor, def, row));
        let titles = titles_then(&mut tx, actor, &wanted).await?;
        actor.redact(def, &mut then.values);
        let custom = custom_fields_ever(&mut tx, def).await?;
        Ok(Past { then, now: now.row, titles, custom, may_update: now.may_update })
    }
}
