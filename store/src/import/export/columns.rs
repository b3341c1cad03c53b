//! The columns of a file, and what stands in them.

use serde_json::Value;
use shared::i18n::field_label;
use shared::import::lists::joined;
use shared::query::Titles;
use shared::record::{CUSTOM, CustomField, Kind, custom_name};
use shared::{FieldDef, RecordDef, Row};
use uuid::Uuid;

use super::words::Words;

/// What stands in a cell.
pub(super) struct Cell {
    /// What people see.
    pub(super) shown: String,
    /// What a workbook holds instead, if it is something else.
    pub(super) exact: Option<String>,
    /// How a workbook holds it.
    pub(super) form: Form,
}

/// How a workbook holds a cell.
pub(super) enum Form {
    Text,
    Number,
    /// A number that is shown in this way.
    Amount(String),
    Day,
    /// A day with its time.
    Moment,
}

impl Cell {
    pub(super) fn text(shown: String) -> Self {
        Self { shown, exact: None, form: Form::Text }
    }

    /// A value in its canonical form.
    pub(super) fn canonical(kind: Kind, shown: String) -> Self {
        let form = match kind {
            Kind::Date => Form::Day,
            kind if kind.is_number() => Form::Number,
            _ => Form::Text,
        };
        Self { shown, exact: None, form }
    }
}

/// The columns of a file.
pub(super) struct Columns {
    pub(super) def: &'static RecordDef,
    fields: Vec<&'static FieldDef>,
    custom: Vec<CustomField>,
    /// How people call and read it all; without, as an import reads it back.
    words: Option<Words>,
}

impl Columns {
    pub(super) fn new(def: &'static RecordDef, fields: Vec<&'static FieldDef>, custom: Vec<CustomField>) -> Self {
        Self { def, fields, custom, words: None }
    }

    /// For people to read: what a record is called stands first, as in lists.
    pub(super) fn put_into(&mut self, words: Words) {
        self.fields.sort_by_key(|field| field.name != self.def.title);
        self.words = Some(words);
    }

    /// What they are called.
    pub(super) fn names(&self) -> Vec<String> {
        if let Some(words) = &self.words {
            let own = self.fields.iter().map(|field| field_label(words.locale, self.def, field.name));
            return own.chain(self.custom.iter().map(|field| field.label.clone())).collect();
        }
        let own = self.fields.iter().map(|field| field.name.to_owned());
        let added = self.custom.iter().map(|field| custom_name(&field.key));
        std::iter::once("id".to_owned()).chain(own).chain(added).collect()
    }

    /// What stands in them for a record.
    pub(super) fn cells(&self, row: &Row, titles: &Titles) -> Vec<Cell> {
        let value = |field: &CustomField| &row.value(CUSTOM)[field.key.as_str()];
        if let Some(words) = &self.words {
            let own = self.fields.iter().map(|field| words.cell(self.def, field, row, titles));
            let added = self.custom.iter().map(|field| words.plain(field.value_kind(), &field.readable(value(field))));
            return own.chain(added).collect();
        }
        let own = self.fields.iter().map(|field| canonical(field, row, titles));
        let added =
            self.custom.iter().map(|field| Cell::canonical(field.value_kind(), text(&field.readable(value(field)))));
        std::iter::once(Cell::text(row.id.to_string())).chain(own).chain(added).collect()
    }
}

/// The value of a field as an import reads it back; references by title.
fn canonical(field: &FieldDef, row: &Row, titles: &Titles) -> Cell {
    let shown = match (field.kind, row.value(field.name)) {
        (Kind::Reference(_), Value::String(id)) => title(titles, id),
        (Kind::References(_), Value::Array(ids)) => {
            joined(ids.iter().filter_map(Value::as_str).map(|id| title(titles, id)))
        }
        (_, value) => text(value),
    };
    Cell::canonical(field.kind, shown)
}

/// What a record is called, as far as the reader may know.
pub(super) fn title(titles: &Titles, id: &str) -> String {
    id.parse::<Uuid>().ok().and_then(|id| titles.get(&id).cloned()).unwrap_or_default()
}

/// A value as text.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => joined(list.iter().filter_map(Value::as_str)),
        other => other.to_string(),
    }
}
