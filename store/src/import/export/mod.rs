//! Exports: the rows of a list as files that an import reads back, or in the words of people.

mod cards;
mod columns;
mod making;
mod noted;
mod reach;
mod runs;
mod words;
mod workbook;

pub use noted::Noted;
pub use runs::Kept;
pub(crate) use words::Words;

use std::sync::Arc;

use shared::access::{Action, Actor, FieldAccess, Holder};
use shared::command::Source;
use shared::export::Rows;
use shared::i18n::Locale;
use shared::import::{FileKind, fillable};
use shared::query::{ListQuery, MAX_PAGE, Sort};
use shared::record::CUSTOM;
use shared::{Error, FieldDef, RecordDef, Result, Row};

use self::columns::{Cell, Columns};
use super::formula::harmless;
use crate::error::internal;
use crate::pool::{DbRole, Store};
use crate::write::note_facts;

/// Rows of a list on their way into a file, a part at a time: however many there are, few are held.
pub struct Export {
    store: Store,
    actor: Arc<Actor>,
    columns: Columns,
    /// What comes next; `None` at the end.
    query: Option<ListQuery>,
    begun: bool,
    writer: Writer,
    /// Rows to go through.
    total: i64,
    /// Rows gone through so far, and those of them that the actor may take out.
    seen: i64,
    kept: i64,
}

enum Writer {
    /// Text with this sign between the cells.
    Csv(u8),
    Workbook(Box<workbook::Book>),
    /// A workbook that has all its rows, in pieces.
    Packed(workbook::Packed),
    Cards,
}

impl Store {
    /// As [`Store::export_as`], called by the list's name.
    ///
    /// # Errors
    /// As [`Store::export_as`].
    pub async fn export(
        &self,
        actor: &Actor,
        def: &'static RecordDef,
        query: ListQuery,
        (kind, source): (FileKind, Source),
    ) -> Result<Export> {
        let name = format!("{}.{}", def.plural, kind.extension());
        let file = Noted { name: &name, labels: None, run: None };
        self.export_as(actor, def, query, (kind, source), file).await
    }

    /// The records of a list that the actor may take out, which the audit log tells of: `id`, then the fields that an import can fill, under their
    /// names, and those that administrators added; references by title.
    ///
    /// # Errors
    /// `Forbidden` without the export right; `NotFound` for cards of a type that has neither phones nor e-mails; as [`Store::list`].
    pub async fn export_as(
        &self,
        actor: &Actor,
        def: &'static RecordDef,
        query: ListQuery,
        (kind, source): (FileKind, Source),
        file: Noted<'_>,
    ) -> Result<Export> {
        if !actor.may(def, Action::Export) {
            return Err(Error::Forbidden);
        }
        let fields: Vec<&FieldDef> = fillable(def).filter(|field| actor.sees(def, field)).collect();
        let sees_custom = actor.field_access(def, CUSTOM) > FieldAccess::Hidden;
        let custom = if sees_custom { self.custom_fields(actor, def).await? } else { Vec::new() };
        let writer = match kind {
            FileKind::Csv => Writer::Csv(b','),
            FileKind::Xlsx => Writer::Workbook(Box::new(workbook::Book::new()?)),
            FileKind::Vcf if def.is_reachable() => Writer::Cards,
            FileKind::Vcf => return Err(Error::NotFound),
        };
        let counting = ListQuery { limit: 1, count: true, cursor: None, ..query.clone() };
        let total = self.list(actor, def, &counting).await?.total.unwrap_or_default();
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        let facts = file.facts(def, &Rows::from(query.clone()), total);
        note_facts(&mut tx, actor, (def.name, source), ("export", file.name), facts).await?;
        tx.commit().await?;
        let sort = Some(query.sort.unwrap_or(Sort { field: "id".to_owned(), descending: false }));
        let query = ListQuery { limit: MAX_PAGE, sort, cursor: None, count: false, ..query };
        // An import finds what is referred to by its own name.
        let actor = Arc::new(Actor { other_names: false, ..actor.clone() });
        let (store, columns) = (self.clone(), Columns::new(def, fields, custom));
        Ok(Export { store, actor, columns, query: Some(query), begun: false, writer, total, seen: 0, kept: 0 })
    }
}

impl Export {
    /// The same for people to read in a language, if one is said: what they call fields and choices instead of names and
    /// codes, amounts with their currency, times where they are. An import can't read all of that back. Cards stay as they are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn labelled(mut self, language: Option<Locale>) -> Result<Self> {
        if let Some(locale) = language {
            let words = Words::of(&self.store, &self.actor, self.columns.def, locale).await?;
            let other_names = words.is_other;
            self.actor = Arc::new(Actor { other_names, ..Actor::clone(&self.actor) });
            self.columns.put_into(words);
        }
        Ok(self)
    }

    /// The same with tabs between the cells instead of commas, if it is text.
    #[must_use]
    pub fn with_tabs(mut self) -> Self {
        if let Writer::Csv(sign) = &mut self.writer {
            *sign = b'\t';
        }
        self
    }

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
        let page = self.store.list(&self.actor, self.columns.def, &query).await?;
        self.query = page.next.map(|next| ListQuery { cursor: Some(next), ..query });
        let count = |rows: &Vec<Row>| i64::try_from(rows.len()).unwrap_or_default();
        self.seen += count(&page.rows);
        let rows: Vec<Row> = page.rows.into_iter().filter(|row| self.may_leave(row)).collect();
        self.kept += count(&rows);
        let begins = !std::mem::replace(&mut self.begun, true);
        let head = begins.then(|| self.columns.names());
        let part = match &mut self.writer {
            Writer::Csv(sign) => csv(*sign, head, rows.iter().map(|row| self.columns.cells(row, &page.titles)))?,
            Writer::Workbook(book) => {
                if let Some(names) = head {
                    book.head(&names)?;
                }
                for row in &rows {
                    book.push(&self.columns.cells(row, &page.titles))?;
                }
                Vec::new()
            }
            Writer::Packed(_) => Vec::new(),
            Writer::Cards => cards::write(self.columns.def, &rows, &page.titles)?,
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
        self.actor.reaches(self.actor.level(self.columns.def, Action::Export), &Holder::of(row))
    }
}

fn csv(sign: u8, head: Option<Vec<String>>, rows: impl Iterator<Item = Vec<Cell>>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().delimiter(sign).from_writer(Vec::new());
    let rows = rows.map(|row| row.into_iter().map(|cell| cell.shown).collect::<Vec<String>>());
    // The heads as well: administrators call fields of their own as they like.
    for row in head.into_iter().chain(rows) {
        writer.write_record(row.into_iter().map(harmless)).map_err(internal)?;
    }
    writer.into_inner().map_err(internal)
}
