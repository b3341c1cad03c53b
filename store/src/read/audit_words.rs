//! Lines of the audit log in the words of people.

use serde_json::Value;
use shared::RecordDef;
use shared::audit::{AuditEntry, is_of_file, told_of_file};
use shared::i18n::{Locale, field_label, translate, type_label};
use shared::query::Titles;
use shared::record::{CustomField, CustomFields, custom_key};
use shared::timeline::change_pair;
use shared::types::by_name;

use super::audit_file::{LOG, Line};
use crate::import::Words;

/// What the columns are called, in their order.
const HEADER: [&str; 11] = [
    "admin.audit.when",
    "admin.audit.who",
    "admin.audit.source",
    "admin.audit.what",
    "admin.roles.record_type",
    "admin.audit.record_id",
    "admin.audit.record",
    "admin.audit.field",
    "admin.audit.before",
    "admin.audit.after",
    "admin.audit.change_set",
];

/// The heading, with the zone of the times.
pub(super) fn header(words: &Words) -> Line {
    let mut names = HEADER.map(|key| say(words.locale(), key));
    names[0].push_str(&format!(" ({})", words.zone()));
    names
}

/// The lines of an entry: codes become labels, values what pages show, times those of the reader. Ids stay.
pub(super) fn told(
    words: &Words,
    entry: &AuditEntry,
    (titles, custom): (&Titles, &CustomFields),
    lines: Vec<Line>,
) -> Vec<Line> {
    let def = by_name(&entry.record_type);
    let custom = custom.get(&entry.record_type).map_or(&[][..], Vec::as_slice);
    // One that tells of no field has a line all the same.
    let changes = entry.changes.iter().map(Some).chain(std::iter::once(None));
    let line = |(mut line, change): (Line, Option<(&String, &Value)>)| {
        head(words.locale(), entry, def, &mut line);
        line[0] = words.moment_of(entry.at);
        match (change, def) {
            (Some((name, pair)), _) if is_of_file(&entry.action) => fact(words.locale(), name, pair, &mut line),
            (Some((name, pair)), Some(def)) => {
                line[7] = called(words.locale(), def, custom, name);
                let (before, after) = change_pair(pair);
                for (at, value) in [(8, before), (9, after)] {
                    let said = words.logged((def, custom), name, value, titles);
                    // A record that nobody knows any more has its id.
                    if !said.is_empty() {
                        line[at] = said;
                    }
                }
            }
            _ => {}
        }
        line
    };
    lines.into_iter().zip(changes).map(line).collect()
}

fn say(locale: Locale, key: &str) -> String {
    translate(locale, key, &[])
}

/// Who did what by which way to a record of which type.
fn head(locale: Locale, entry: &AuditEntry, def: Option<&'static RecordDef>, line: &mut Line) {
    if entry.actor_id.is_none_or(|id| id.is_nil()) {
        line[1] = say(locale, "ui.word.system");
    }
    line[2] = say(locale, &format!("admin.audit.source.{}", entry.source));
    line[3] = say(locale, &entry.action_key());
    match def {
        Some(def) => line[4] = type_label(locale, def),
        None if entry.record_type == LOG => line[4] = say(locale, "admin.audit.title"),
        None => {}
    }
}

/// What is told of a file.
fn fact(locale: Locale, name: &str, pair: &Value, line: &mut Line) {
    line[7] = say(locale, &format!("admin.audit.{name}"));
    let code = change_pair(pair).1.as_str().unwrap_or_default();
    if let Some(key) = told_of_file(name, code) {
        line[9] = say(locale, &key);
    }
}

/// What people call a field; what is no more, as it was called inside.
fn called(locale: Locale, def: &RecordDef, custom: &[CustomField], name: &str) -> String {
    match custom_key(name) {
        Some(key) => custom.iter().find(|field| field.key == key).map_or(key, |field| field.label.as_str()).to_owned(),
        None => field_label(locale, def, name),
    }
}
