//! A draft: a record on its way to being saved, as rules see it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{Row, Values};
use crate::error::FieldError;
use crate::format::Zone;

/// Rules of one record type: may set computed fields and report errors. Pure.
pub type Rule = fn(&mut Draft<'_>);

/// For types without rules.
pub fn no_rules(_: &mut Draft<'_>) {}

/// A record on its way to being saved.
pub struct Draft<'a> {
    /// The record as stored; `None` when it is new.
    pub before: Option<&'a Row>,
    /// The record as it will be; rules change it here.
    pub after: &'a mut Values,
    /// Time of the change.
    pub now: DateTime<Utc>,
    /// Time zone of who makes it.
    pub zone: &'a Zone,
    /// Referenced rows of the fields in `RecordDef::needs`.
    pub related: &'a BTreeMap<Uuid, Row>,
    /// Problems found so far.
    pub errors: Vec<FieldError>,
}

impl Draft<'_> {
    /// The day it is where the change is made.
    pub fn today(&self) -> NaiveDate {
        self.zone.day(self.now)
    }

    /// Whether the field's value differs from what is stored (for new records: whether it has one).
    pub fn changed(&self, field: &str) -> bool {
        let after = self.after.get(field).unwrap_or(&Value::Null);
        let before = self.before.map_or(&Value::Null, |row| row.value(field));
        after != before
    }

    /// The row a reference field points to, if the type's `needs` names the field.
    pub fn related_row(&self, field: &str) -> Option<&Row> {
        self.related.get(&super::id(self.after, field)?)
    }

    /// Sets a field.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.after.insert(field.to_owned(), value.into());
    }

    /// Empties a field.
    pub fn clear(&mut self, field: &str) {
        self.after.insert(field.to_owned(), Value::Null);
    }

    /// Whether the field has a value.
    pub fn has(&self, field: &str) -> bool {
        !super::validate::is_empty(self.after.get(field).unwrap_or(&Value::Null))
    }

    /// Reports a problem with a field.
    pub fn error(&mut self, field: &str, code: &str) {
        self.errors.push(FieldError::new(field, code));
    }
}
