//! The audit log as a file: a line for each field that was changed.

use serde::Deserialize;
use serde_json::{Value, json};
use shared::Result;
use shared::access::Actor;
use shared::audit::{AuditEntry, AuditQuery, FILTER};
use shared::command::Source;
use shared::i18n::Locale;
use shared::query::{Filter, Titles};
use shared::record::{CUSTOM, custom_key, instant_text};
use uuid::Uuid;

use super::audit::Called;
use super::audit_words;
use crate::error::internal;
use crate::import::{Words, harmless};
use crate::pool::{DbRole, Store};
use crate::write::note_file;

/// Entries read at a time.
const PAGE: usize = 500;

/// What the log itself is called where record types are named.
pub(super) const LOG: &str = "audit_log";

/// What stands in a line.
pub(super) type Line = [String; HEADER.len()];

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
    /// How people read it; without, in codes and UTC.
    words: Option<Words>,
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
        Ok(AuditFile {
            store: self.clone(),
            actor: actor.clone(),
            query: Some(query),
            called,
            words: None,
            begun: false,
        })
    }
}

impl AuditFile {
    /// The same for people to read in a language, if one is said: labels instead of codes, times where they are. Ids stay.
    #[must_use]
    pub fn labelled(mut self, language: Option<Locale>) -> Self {
        self.words = language.map(|locale| Words::of_log(&self.actor, locale));
        self
    }

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
            let header = self.words.as_ref().map_or_else(|| HEADER.map(str::to_owned), audit_words::header);
            writer.write_record(header.map(harmless)).map_err(internal)?;
        }
        let read = |entry: &AuditEntry| {
            let lines = lines(entry, &page.titles);
            match &self.words {
                Some(words) => audit_words::told(words, entry, (&page.titles, &page.custom), lines),
                None => lines,
            }
        };
        for line in page.entries.iter().flat_map(read) {
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
fn lines(entry: &AuditEntry, titles: &Titles) -> Vec<Line> {
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
    let asked = |field: &str, pair: &Value| Filter::deserialize(pair.get(1_usize).filter(|_| field == FILTER)?).ok();
    let told = |(field, pair): (&String, &Value)| match asked(field, pair) {
        Some(filter) => line(field, String::new(), words(&filter, titles)),
        None => line(field, side(pair, 0), side(pair, 1)),
    };
    entry.changes.iter().map(told).collect()
}

/// A filter in the words that filters are written in.
fn words(filter: &Filter, titles: &Titles) -> String {
    let joined = |parts: &[Filter], word: &str| {
        let each = parts.iter().map(|part| match part {
            Filter::All(_) | Filter::Any(_) => format!("({})", words(part, titles)),
            Filter::Not(_) | Filter::Field { .. } => words(part, titles),
        });
        each.collect::<Vec<_>>().join(word)
    };
    match filter {
        Filter::All(parts) => joined(parts, " and "),
        Filter::Any(parts) => joined(parts, " or "),
        Filter::Not(part) => format!("not ({})", words(part, titles)),
        Filter::Field { field, op, value } => {
            let op = json!(op);
            let start = format!("{field} {}", op.as_str().unwrap_or_default());
            match (op.as_str(), value) {
                (Some("empty" | "present"), _) => start,
                // What it was compared with is told of nobody.
                (_, Value::Null) => format!("{start} …"),
                (_, value) => format!("{start} {}", text(value, titles)),
            }
        }
    }
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
