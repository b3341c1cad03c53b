//! Exports: the rows of a type as CSV that an import reads back.

use serde_json::Value;
use shared::access::{Action, Actor, Holder};
use shared::import::fillable;
use shared::query::{ListQuery, MAX_PAGE, Sort, Titles};
use shared::record::Kind;
use shared::{Error, FieldDef, RecordDef, Result, Row};
use uuid::Uuid;

use super::formula::harmless;
use crate::error::internal;
use crate::pool::Store;

impl Store {
    /// Every record of a type that the actor may take out, as CSV (UTF-8): `id`, then the fields that an import can
    /// fill, under their names; references by title.
    ///
    /// # Errors
    /// `Forbidden` without the export right.
    pub async fn export(&self, actor: &Actor, def: &'static RecordDef) -> Result<String> {
        if !actor.may(def, Action::Export) {
            return Err(Error::Forbidden);
        }
        let fields: Vec<&FieldDef> = fillable(def).filter(|field| actor.sees(def, field)).collect();
        let mut writer = csv::Writer::from_writer(Vec::new());
        let header = std::iter::once("id").chain(fields.iter().map(|field| field.name));
        writer.write_record(header).map_err(internal)?;
        let sort = Some(Sort { field: "id".to_owned(), descending: false });
        let mut query = ListQuery { limit: MAX_PAGE, sort, ..ListQuery::default() };
        loop {
            let page = self.list(actor, def, &query).await?;
            for row in page.rows.iter().filter(|row| exportable(actor, def, row)) {
                let cells = fields.iter().map(|field| cell(field, row, &page.titles));
                writer
                    .write_record(std::iter::once(row.id.to_string()).chain(cells.map(harmless)))
                    .map_err(internal)?;
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
        String::from_utf8(writer.into_inner().map_err(internal)?).map_err(internal)
    }
}

fn exportable(actor: &Actor, def: &RecordDef, row: &Row) -> bool {
    actor.reaches(actor.level(def, Action::Export), &Holder::of(row))
}

fn cell(field: &FieldDef, row: &Row, titles: &Titles) -> String {
    let value = row.value(field.name);
    let title = |id: &str| id.parse::<Uuid>().ok().and_then(|id| titles.get(&id).cloned()).unwrap_or_default();
    match (&field.kind, value) {
        (Kind::Reference(_), Value::String(id)) => title(id),
        (Kind::References(_), Value::Array(ids)) => joined(ids.iter().filter_map(Value::as_str).map(title)),
        (_, Value::Null) => String::new(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Array(list)) => joined(list.iter().filter_map(Value::as_str).map(str::to_owned)),
        (_, other) => other.to_string(),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}
