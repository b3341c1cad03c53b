//! Exports: the rows of a list as files that an import reads back.

mod cards;
mod making;
mod reach;
mod runs;
mod workbook;

pub use runs::Kept;

use std::sync::Arc;

use serde_json::Value;
use shared::access::{Action, Actor, FieldAccess, Holder};
use shared::command::Source;
use shared::import::{FileKind, fillable};
use shared::query::{ListQuery, MAX_PAGE, Sort, Titles};
use shared::record::{CUSTOM, CustomField, Kind, custom_name};
use shared::{Error, FieldDef, RecordDef, Result, Row};
use uuid::Uuid;

use super::formula::harmless;
use crate::error::internal;
use crate::pool::{DbRole, Store};
use crate::write::note_file;

/// Rows of a list on their way into a file, a part at a time: however many there are, few are held.
pub struct Export {
    store: Store,
    actor: Arc<Actor>,
    def: &'static RecordDef,
    fields: Vec<&'static FieldDef>,
    custom: Vec<CustomField>,
    /// What comes next; `None` at the end.
    query: Option<ListQuery>,
    begun: bool,
    writer: Writer,
    /// Rows gone through so far, and those of them that the actor may take out.
    seen: i64,
    kept: i64,
}

enum Writer {
    Csv,
    Workbook(Box<workbook::Book>),
    /// A workbook that has all its rows, in pieces.
    Packed(workbook::Packed),
    Cards,
}

impl Store {
    /// The records of a list that the actor may take out, which the audit log tells of: `id`, then the fields that an import can fill, under their
    /// names, and those that administrators added; references by title.
    ///
    /// # Errors
    /// `Forbidden` without the export right; `NotFound` for cards of a type that has neither phones nor e-mails.
    pub async fn export(
        &self,
        actor: &Actor,
        def: &'static RecordDef,
        query: ListQuery,
        (kind, source): (FileKind, Source),
    ) -> Result<Export> {
        if !actor.may(def, Action::Export) {
            return Err(Error::Forbidden);
        }
        let fields: Vec<&FieldDef> = fillable(def).filter(|field| actor.sees(def, field)).collect();
        let sees_custom = actor.field_access(def, CUSTOM) > FieldAccess::Hidden;
        let custom = if sees_custom { self.custom_fields(actor, def).await? } else { Vec::new() };
        let writer = match kind {
            FileKind::Csv => Writer::Csv,
            FileKind::Xlsx => Writer::Workbook(Box::new(workbook::Book::new(&header(&fields, &custom))?)),
            FileKind::Vcf if def.is_reachable() => Writer::Cards,
            FileKind::Vcf => return Err(Error::NotFound),
        };
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        let name = format!("{}.{}", def.plural, kind.extension());
        note_file(&mut tx, actor, (def.name, source), ("export", &name)).await?;
        tx.commit().await?;
        let sort = Some(query.sort.unwrap_or(Sort { field: "id".to_owned(), descending: false }));
        let query = ListQuery { limit: MAX_PAGE, sort, cursor: None, count: false, ..query };
        let (store, actor) = (self.clone(), Arc::new(actor.clone()));
        Ok(Export { store, actor, def, fields, custom, query: Some(query), begun: false, writer, seen: 0, kept: 0 })
    }
}

impl Export {
    /// The next bytes of the file; nothing after the last.
    ///
    /// # Errors
    /// As [`Store::list`]; when a workbook can't be put together.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        while let Some(part) = self.step().await? {
            if !part.is_empty() {
                return Ok(Some(part));
            }
        }
        Ok(None)
    }

    /// Goes on by a page of rows; what that gives may be nothing yet. `None` after the end.
    async fn step(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(query) = self.query.take() else { return self.packed().await };
        let page = self.store.list(&self.actor, self.def, &query).await?;
        self.query = page.next.map(|next| ListQuery { cursor: Some(next), ..query });
        let count = |rows: &Vec<Row>| i64::try_from(rows.len()).unwrap_or_default();
        self.seen += count(&page.rows);
        let rows: Vec<Row> = page.rows.into_iter().filter(|row| self.may_leave(row)).collect();
        self.kept += count(&rows);
        let begins = !std::mem::replace(&mut self.begun, true);
        let part = match &mut self.writer {
            Writer::Csv => {
                let head = begins.then(|| header(&self.fields, &self.custom));
                let cells = rows.iter().map(|row| cells(&self.fields, &self.custom, row, &page.titles));
                csv(head, cells)?
            }
            Writer::Workbook(book) => {
                for row in &rows {
                    book.push(&values(&self.fields, &self.custom, row, &page.titles))?;
                }
                Vec::new()
            }
            Writer::Packed(_) => Vec::new(),
            Writer::Cards => cards::write(self.def, &rows, &page.titles)?,
        };
        Ok(Some(part))
    }

    /// The next piece of a workbook, which is put together once all rows are there.
    async fn packed(&mut self) -> Result<Option<Vec<u8>>> {
        self.writer = match std::mem::replace(&mut self.writer, Writer::Cards) {
            Writer::Workbook(book) => Writer::Packed(book.pack().await?),
            other => other,
        };
        match &mut self.writer {
            Writer::Packed(packed) => packed.next().await,
            _ => Ok(None),
        }
    }

    /// The whole file.
    ///
    /// # Errors
    /// As [`Export::next`].
    pub async fn all(mut self) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(part) = self.next().await? {
            all.extend(part);
        }
        Ok(all)
    }

    fn may_leave(&self, row: &Row) -> bool {
        self.actor.reaches(self.actor.level(self.def, Action::Export), &Holder::of(row))
    }
}

fn header(fields: &[&FieldDef], custom: &[CustomField]) -> Vec<String> {
    let own = fields.iter().map(|field| field.name.to_owned());
    let added = custom.iter().map(|field| custom_name(&field.key));
    std::iter::once("id".to_owned()).chain(own).chain(added).collect()
}

fn csv(head: Option<Vec<String>>, rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in head.into_iter().chain(rows.map(|row| row.into_iter().map(harmless).collect())) {
        writer.write_record(row).map_err(internal)?;
    }
    writer.into_inner().map_err(internal)
}

/// A row as texts.
fn cells(fields: &[&FieldDef], custom: &[CustomField], row: &Row, titles: &Titles) -> Vec<String> {
    values(fields, custom, row, titles).into_iter().map(|(_, text)| text).collect()
}

/// A row as texts with the kinds of what they say.
fn values(fields: &[&FieldDef], custom: &[CustomField], row: &Row, titles: &Titles) -> Vec<(Kind, String)> {
    let own = fields.iter().map(|field| (field.kind, cell(field, row, titles)));
    let added = custom.iter().map(|field| (field.value_kind(), text(&row.value(CUSTOM)[&field.key])));
    std::iter::once((Kind::Text(40), row.id.to_string())).chain(own).chain(added).collect()
}

fn cell(field: &FieldDef, row: &Row, titles: &Titles) -> String {
    let value = row.value(field.name);
    let title = |id: &str| id.parse::<Uuid>().ok().and_then(|id| titles.get(&id).cloned()).unwrap_or_default();
    match (&field.kind, value) {
        (Kind::Reference(_), Value::String(id)) => title(id),
        (Kind::References(_), Value::Array(ids)) => joined(ids.iter().filter_map(Value::as_str).map(title)),
        _ => text(value),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => joined(list.iter().filter_map(Value::as_str).map(str::to_owned)),
        other => other.to_string(),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}
