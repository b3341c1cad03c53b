//! The audit log as a file: a line for each field that was changed.

use serde_json::Value;
use shared::Result;
use shared::access::Actor;
use shared::audit::{AuditEntry, AuditQuery};
use shared::command::Source;
use shared::query::Titles;
use shared::record::{CUSTOM, custom_key, instant_text};
use uuid::Uuid;

use super::audit::Called;
use crate::error::internal;
use crate::import::harmless;
use crate::pool::{DbRole, Store};
use crate::write::note_file;

/// Entries read at a time.
const PAGE: usize = 500;

/// What the log itself is called where record types are named.
const LOG: &str = "audit_log";

const HEADER: [&str; 11] =
    ["at", "user", "source", "action", "record_type", "record_id", "title", "field", "before", "after", "change_set"];

/// Entries of the audit log on their way into a file (CSV), a part at a time.
pub struct AuditFile {
    store: Store,
    actor: Actor,
    /// What comes next; `None` at the end.
    query: Option<AuditQuery>,
    /// The records that the words mean.
    called: Option<Called>,
    begun: bool,
}

impl Store {
    /// The entries that a search of the audit log finds, the newest first, as a file; the log tells of that too.
    ///
    /// # Errors
    /// As [`Store::audit`].
    pub async fn audit_file(&self, actor: &Actor, query: AuditQuery, source: Source) -> Result<AuditFile> {
        // Who may not, or asks for nonsense, is told before anything is noted.
        let mut called = None;
        self.audit_page(actor, &query, &mut called, 1).await?;
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        note_file(&mut tx, actor, (LOG, source), ("export", "audit.csv")).await?;
        tx.commit().await?;
        Ok(AuditFile { store: self.clone(), actor: actor.clone(), query: Some(query), called, begun: false })
    }
}

impl AuditFile {
    /// The next bytes of the file; nothing after the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(query) = self.query.take() else { return Ok(None) };
        let mut page = self.store.audit_page(&self.actor, &query, &mut self.called, PAGE).await?;
        if let Some(field) = &query.field {
            page.entries.iter_mut().for_each(|entry| only(field, entry));
        }
        self.query = page.next.map(|next| AuditQuery { cursor: Some(next), ..query });
        let mut writer = csv::Writer::from_writer(Vec::new());
        if !std::mem::replace(&mut self.begun, true) {
            writer.write_record(HEADER).map_err(internal)?;
        }
        for line in page.entries.iter().flat_map(|entry| lines(entry, &page.titles)) {
            writer.write_record(line.map(harmless)).map_err(internal)?;
        }
        Ok(Some(writer.into_inner().map_err(internal)?))
    }
}

/// Leaves an entry the changes of one field.
fn only(field: &str, entry: &mut AuditEntry) {
    entry.changes.retain(|name, _| name == field || (field == CUSTOM && custom_key(name).is_some()));
}

/// A line for each change of a field, or one that says that something happened.
fn lines(entry: &AuditEntry, titles: &Titles) -> Vec<[String; HEADER.len()]> {
    let named = |id: Uuid| titles.get(&id).cloned().unwrap_or_else(|| id.to_string());
    let line = |field: &str, before: String, after: String| {
        [
            instant_text(entry.at),
            entry.actor_id.map(named).unwrap_or_default(),
            entry.source.clone(),
            entry.action.clone(),
            entry.record_type.clone(),
            entry.record_id.to_string(),
            entry.title.clone(),
            field.to_owned(),
            before,
            after,
            entry.change_set.to_string(),
        ]
    };
    if entry.changes.is_empty() {
        return vec![line("", String::new(), String::new())];
    }
    let side = |pair: &Value, at: usize| pair.get(at).map(|value| text(value, titles)).unwrap_or_default();
    entry.changes.iter().map(|(field, pair)| line(field, side(pair, 0), side(pair, 1))).collect()
}

/// A value as text; records by their titles.
fn text(value: &Value, titles: &Titles) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => {
            text.parse().ok().and_then(|id: Uuid| titles.get(&id).cloned()).unwrap_or_else(|| text.clone())
        }
        Value::Array(all) if all.iter().all(Value::is_string) => {
            all.iter().map(|one| text(one, titles)).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}
