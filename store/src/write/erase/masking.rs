//! Takes what somebody was called and reached by out of the texts of records that stay: a deal is not theirs alone.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::record::CUSTOM;
use shared::{FieldDef, Kind, RecordDef, Result, Row, Values};
use sqlx::types::Json;
use uuid::Uuid;

use super::Erasing;
use super::mask::Mask;
use crate::columns::{recordset, to_recordset};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::{Sql, push_ids};
use crate::write::{audit, load, search_index};

/// What is masked in records of one type.
struct Masking<'m> {
    mask: &'m Mask,
    def: &'static RecordDef,
    /// Keys of user-defined fields in which nobody can write what they like.
    fixed: BTreeSet<String>,
}

/// Fields in which people write what they like.
fn written(def: &'static RecordDef) -> impl Iterator<Item = &'static FieldDef> {
    let is_text =
        |kind: Kind| matches!(kind, Kind::Text(_) | Kind::LongText | Kind::RichText | Kind::Tags | Kind::Email);
    def.all_fields().filter(move |field| field.name == CUSTOM || is_text(field.kind))
}

impl Erasing<'_> {
    /// Masks what records say, and what they said before. Not by a command: some field may be wanting, or be there no more.
    pub(super) async fn mask(
        &self,
        tx: &mut Tx,
        def: &'static RecordDef,
        ids: &BTreeSet<Uuid>,
        mask: &Mask,
    ) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let masking = Masking { mask, def, fixed: fixed(tx, def).await? };
        // All their texts are written anew: nobody may change one meanwhile.
        load::hold(tx, def, ids.iter().copied().collect(), load::Lock::Change).await?;
        let mut rows = load::rows_by_id(tx, def, ids).await?;
        rows.retain_mut(|row| masking.clean_row(row));
        if !rows.is_empty() {
            store(tx, def, &rows).await?;
            search_index::make(tx, def, &rows).await?;
            let changed: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
            audit::events_for(tx, self.actor, def, &changed).await?;
        }
        masking.history(tx, ids, !rows.is_empty()).await
    }
}

/// Those of some records in which something would be masked.
pub(super) async fn mentioning(
    tx: &mut Tx,
    def: &'static RecordDef,
    ids: &BTreeSet<Uuid>,
    mask: &Mask,
) -> Result<Vec<Uuid>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let masking = Masking { mask, def, fixed: fixed(tx, def).await? };
    let rows = load::rows_by_id(tx, def, ids).await?;
    Ok(rows.into_iter().filter_map(|mut row| masking.clean_row(&mut row).then_some(row.id)).collect())
}

/// Keys of user-defined fields that are no texts: dates, choices, numbers. Those of fields that are there no more may be.
async fn fixed(tx: &mut Tx, def: &RecordDef) -> Result<BTreeSet<String>> {
    let keys: Vec<String> = sqlx::query_scalar(
        "select key from custom_fields where org_id = $1 and record_type = $2
         group by key having bool_and(kind not in ('text', 'long_text'))",
    )
    .bind(tx.org_id)
    .bind(def.name)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(keys.into_iter().collect())
}

async fn store(tx: &mut Tx, def: &'static RecordDef, rows: &[Row]) -> Result<()> {
    let (ids, objects): (Vec<Uuid>, Vec<Value>) = rows.iter().map(|row| (row.id, to_recordset(row))).unzip();
    let set: String = written(def).map(|field| format!(", {0} = r.{0}", field.name)).collect();
    let mut sql =
        Sql::new(format!("update {} t set version = t.version + 1{set} from jsonb_to_recordset(", def.table()));
    sql.push_bind(Json(objects)).push(format_args!(") as r ({}) where t.org_id = ", recordset(def)));
    sql.push_bind(tx.org_id).push(" and t.id = r.id");
    push_ids(&mut sql, "t", ids);
    sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(())
}

impl Masking<'_> {
    /// Masks what a record says; says whether that was anything.
    fn clean_row(&self, row: &mut Row) -> bool {
        written(self.def).fold(false, |found, field| {
            row.values.get_mut(field.name).is_some_and(|value| self.clean(field, value)) | found
        })
    }

    /// The same of both sides of what the log says of it.
    fn clean_changes(&self, changes: &mut Values) -> bool {
        written(self.def).fold(false, |found, field| {
            let sides = changes.get_mut(field.name).and_then(Value::as_array_mut);
            sides.into_iter().flatten().fold(found, |found, value| self.clean(field, value) | found)
        })
    }

    /// What is nobody else's can't be masked, for it would soon be another's too.
    fn clean(&self, field: &FieldDef, value: &mut Value) -> bool {
        let is_told = match (&mut *value, field.kind) {
            (Value::Object(all), _) if field.name == CUSTOM => self.clean_custom(all),
            (Value::String(html), Kind::RichText) => match self.mask.rich(html) {
                Some(masked) => {
                    *html = masked;
                    true
                }
                None => false,
            },
            // Somebody else's may have their name in it.
            (Value::String(email), Kind::Email) => self.mask.is_all_of(email),
            (one, _) => self.mask.clean(one),
        };
        // What is masked is no address.
        if is_told && (field.unique || field.kind == Kind::Email) {
            *value = Value::Null;
        }
        is_told
    }

    fn clean_custom(&self, all: &mut Values) -> bool {
        let before = all.len();
        all.retain(|key, one| !self.mask.has_custom(key, one));
        let texts = all.iter_mut().filter(|(key, _)| !self.fixed.contains(*key));
        let is_told = texts.fold(false, |found, (_, one)| self.mask.clean(one) | found);
        is_told || all.len() < before
    }

    /// Titles and values of earlier times. What was answered about the records is forgotten if they, or their history, told of
    /// anything.
    async fn history(&self, tx: &mut Tx, ids: &BTreeSet<Uuid>, told: bool) -> Result<()> {
        let ids: Vec<Uuid> = ids.iter().copied().collect();
        let logged: Vec<(i64, Option<String>, Json<Values>)> =
            sqlx::query_as("select id, title, changes from audit_entries where org_id = $1 and record_id = any($2)")
                .bind(tx.org_id)
                .bind(&ids)
                .fetch_all(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        let (mut entries, mut titles, mut contents) = (Vec::new(), Vec::new(), Vec::new());
        for (id, title, Json(mut changes)) in logged {
            let masked = title.as_deref().and_then(|title| self.mask.text(title));
            if self.clean_changes(&mut changes) || masked.is_some() {
                entries.push(id);
                titles.push(masked.or(title));
                contents.push(Value::Object(changes));
            }
        }
        if entries.is_empty() && !told {
            return Ok(());
        }
        sqlx::query("select guanxi_mask($1, $2, $3, $4, $5)")
            .bind(tx.org_id)
            .bind(ids)
            .bind(entries)
            .bind(titles)
            .bind(contents)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::types::{CUSTOMER, OPPORTUNITY, TICKET};

    use super::super::imports::Said;
    use super::*;

    #[test]
    fn records_and_their_log_are_masked_alike_and_only_where_people_write() {
        let mut said = Said::default();
        said.add(&CUSTOMER, json!({"name": "Amber"}).as_object().unwrap());
        let mask = Mask::of(&said);
        let masking = Masking { mask: &mask, def: &OPPORTUNITY, fixed: BTreeSet::from(["colour".to_owned()]) };
        let custom = json!({"colour": "amber", "remark": "as Amber said"});
        let values = json!({"number": "Amber-1", "name": "For Amber", "custom": custom, "stage_id": "amber"});
        let values = values.as_object().unwrap().clone();
        let mut changes = Values::new();
        for (name, value) in &values {
            changes.insert(name.clone(), json!([null, value]));
        }
        let mut row = Row { id: Uuid::nil(), version: 1, values };
        assert!(masking.clean_row(&mut row) && masking.clean_changes(&mut changes));
        let custom = json!({"colour": "amber", "remark": "as ** said"});
        let masked = json!({"number": null, "name": "For **", "custom": custom, "stage_id": "amber"});
        for (name, value) in masked.as_object().unwrap() {
            assert_eq!((&row.values[name], &changes[name]), (value, &json!([null, value])), "{name}");
        }
        assert!(!masking.clean_row(&mut row) && !masking.clean_changes(&mut changes));
    }

    #[test]
    fn of_others_addresses_none_is_taken_for_a_name() {
        let mut said = Said::default();
        said.add(&CUSTOMER, json!({"name": "Amber", "emails": ["a@example.com"]}).as_object().unwrap());
        let mask = Mask::of(&said);
        let masking = Masking { mask: &mask, def: &TICKET, fixed: BTreeSet::new() };
        let ticket = |email: &str| {
            let values = json!({"requester_email": email, "description": "<p>Amber</p>"});
            let mut row = Row { id: Uuid::nil(), version: 1, values: values.as_object().unwrap().clone() };
            assert!(masking.clean_row(&mut row));
            assert_eq!(row.text("description"), Some("<p>**</p>"));
            row.value("requester_email").clone()
        };
        assert_eq!(ticket("amber@example.com"), json!("amber@example.com"));
        assert_eq!(ticket("A@example.com"), Value::Null);
    }
}
