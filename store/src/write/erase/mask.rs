//! Takes what somebody was called and reached by out of the texts of records that stay: a deal is not theirs alone.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::record::CUSTOM;
use shared::{FieldDef, Kind, RecordDef, Result, Row, Values};
use sqlx::types::Json;
use uuid::Uuid;

use super::Erasing;
use super::imports::Said;
use crate::columns::{recordset, to_recordset};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::{Sql, push_ids};
use crate::write::{audit, load, search_index};

/// What stands in their place in any language; no longer than the shortest of them, so that no text grows too long.
const MASK: &str = "**";
/// Fewest letters of what is looked for: a single one is in anything.
const LEAST: usize = 2;
/// Most other signs between two letters of a name, or two digits of a phone.
const BETWEEN: usize = 3;
/// What may stand before a phone without a space.
const PREFIXES: [&str; 4] = ["", "0", "86", "0086"];

/// Names, addresses and phones, each as its letters and digits.
pub(super) struct Mask(BTreeSet<Vec<char>>);

impl Mask {
    pub(super) fn of(said: &Said) -> Self {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<Vec<char>>();
        // Family names come first or last.
        let reversed = |name: &String| name.split(' ').rev().collect::<String>();
        let names = said.names.iter().flat_map(|name| [letters(name), letters(&reversed(name))]);
        let emails = said.emails.iter().map(|email| letters(email));
        let phones = said.phones.iter().flat_map(|phone| PREFIXES.map(|prefix| letters(&format!("{prefix}{phone}"))));
        Self(names.chain(emails).chain(phones).filter(|one| one.len() >= LEAST).collect())
    }

    /// The text without them; nothing for one that says none of them.
    fn text(&self, text: &str) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        let (mut masked, mut at, mut found) = (String::with_capacity(text.len()), 0, false);
        while at < chars.len() {
            if let Some(end) = self.0.iter().filter_map(|one| end(&chars, at, one)).max() {
                masked.push_str(MASK);
                (at, found) = (end, true);
            } else {
                masked.push(chars[at]);
                at += 1;
            }
        }
        found.then_some(masked)
    }

    /// Takes them out of all texts of a value; says whether there were any.
    fn clean(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.text(text) {
                Some(masked) => {
                    *text = masked;
                    true
                }
                None => false,
            },
            Value::Array(all) => all.iter_mut().fold(false, |found, one| self.clean(one) | found),
            Value::Object(all) => all.values_mut().fold(false, |found, one| self.clean(one) | found),
            _ => false,
        }
    }

    /// The same of a record; what is nobody else's can't be masked, for it would soon be another's too.
    fn clean_row(&self, def: &'static RecordDef, row: &mut Row) -> bool {
        written(def).fold(false, |found, field| {
            let Some(value) = row.values.get_mut(field.name) else { return found };
            let is_told = self.clean(value);
            if is_told && field.unique {
                *value = Value::Null;
            }
            is_told | found
        })
    }
}

/// Fields in which people write what they like.
fn written(def: &'static RecordDef) -> impl Iterator<Item = &'static FieldDef> {
    def.all_fields().filter(|field| {
        field.name == CUSTOM || matches!(field.kind, Kind::Text(_) | Kind::LongText | Kind::RichText | Kind::Tags)
    })
}

/// Where letters end that stand from here on as words of their own, whatever else is between them.
fn end(chars: &[char], from: usize, letters: &[char]) -> Option<usize> {
    let mut at = from;
    for (n, letter) in letters.iter().enumerate() {
        let most = if n > 0 { BETWEEN } else { 0 };
        at += chars[at..].iter().take(most).take_while(|c| !c.is_alphanumeric()).count();
        if !chars.get(at)?.to_lowercase().eq([*letter]) {
            return None;
        }
        at += 1;
    }
    (!runs_on(chars, from) && !runs_on(chars, at)).then_some(at)
}

/// Whether a word goes on here; those of Chinese and its neighbours are written without spaces.
fn runs_on(chars: &[char], at: usize) -> bool {
    let is_of_word = |c: &char| c.is_alphanumeric() && *c < '\u{2e80}';
    let before = at.checked_sub(1).and_then(|before| chars.get(before));
    before.is_some_and(is_of_word) && chars.get(at).is_some_and(is_of_word)
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
        let mut rows = load::rows_by_id(tx, def, ids).await?;
        rows.retain_mut(|row| mask.clean_row(def, row));
        if !rows.is_empty() {
            rows.iter_mut().for_each(|row| row.version += 1);
            store(tx, def, &rows).await?;
            search_index::make(tx, def, &rows).await?;
            let changed: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
            audit::events_for(tx, self.actor, def, &changed).await?;
        }
        mask_history(tx, def, ids, mask).await
    }
}

async fn store(tx: &mut Tx, def: &'static RecordDef, rows: &[Row]) -> Result<()> {
    let (ids, objects): (Vec<Uuid>, Vec<Value>) = rows.iter().map(|row| (row.id, to_recordset(row))).unzip();
    let set: String = written(def).map(|field| format!(", {0} = r.{0}", field.name)).collect();
    let mut sql = Sql::new(format!("update {} t set version = r.version{set} from jsonb_to_recordset(", def.table()));
    sql.push_bind(Json(objects)).push(format_args!(") as r ({}) where t.org_id = ", recordset(def)));
    sql.push_bind(tx.org_id).push(" and t.id = r.id");
    push_ids(&mut sql, "t", ids);
    sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(())
}

/// Titles and values of earlier times.
async fn mask_history(tx: &mut Tx, def: &'static RecordDef, ids: &BTreeSet<Uuid>, mask: &Mask) -> Result<()> {
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
        let masked = title.as_deref().and_then(|title| mask.text(title));
        let said = written(def)
            .fold(false, |found, field| changes.get_mut(field.name).is_some_and(|pair| mask.clean(pair)) | found);
        if said || masked.is_some() {
            entries.push(id);
            titles.push(masked.or(title));
            contents.push(Value::Object(changes));
        }
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::types::CUSTOMER;

    use super::*;

    #[test]
    fn names_addresses_and_phones_are_masked_however_they_are_written() {
        let mut said = Said::default();
        let person = |fields: Value| fields.as_object().unwrap().clone();
        let reached = json!({"name": "Jon Smith", "emails": ["jon@smith.example"], "phones": ["+86 137 0001 9876"]});
        said.add(&CUSTOMER, &person(reached));
        said.add(&CUSTOMER, &person(json!({"name": "M6钱多多"})));
        let mask = Mask::of(&said);
        for (text, masked) in [
            ("M6钱多多 · 年度维保", "** · 年度维保"),
            ("给M6钱多多打电话 13700019876", "给**打电话 **"),
            ("8613700019876, 137-0001 9876", "**, **"),
            ("ask JON SMITH or Smith, Jon <Jon@Smith.example>", "ask ** or ** <**>"),
        ] {
            assert_eq!(mask.text(text).as_deref(), Some(masked), "{text}");
        }
        for text in ["Jon Smithson", "钱多", "213700019876", "Jon", ""] {
            assert_eq!(mask.text(text), None, "{text}");
        }
        let mut value = json!({"tags": ["Jon Smith", "vip"], "n": 1});
        assert!(mask.clean(&mut value) && value == json!({"tags": ["**", "vip"], "n": 1}));
    }
}
