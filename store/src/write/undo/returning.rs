//! Deleted records on their way back.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::access::Actor;
use shared::record::id;
use shared::types::{SURVEY, SURVEY_RESPONSE};
use shared::{RecordDef, Result, Row};
use uuid::Uuid;

use super::history::{Found, History};
use crate::pool::Tx;
use crate::write::load;
use crate::write::prepare::{Act, Prepared};

/// Whether a deleted record can come back. What was erased since lacks what it was called; and of files only the records
/// are kept for longer.
pub(super) fn can_return(def: &RecordDef, history: &History) -> bool {
    let erased = |name: &str| history.before.get(name).is_none_or(Value::is_null);
    let whole = !def.fields.iter().any(|field| field.required && field.personal && erased(field.name));
    whole && (!def.uploaded || history.recent)
}

/// A deleted record as it was.
pub(super) fn former(id: Uuid, history: &History) -> Row {
    let mut values = history.before.clone();
    values.retain(|_, value| !value.is_null());
    Row { id, version: history.version, values }
}

/// What the deleted records of a page were parts of and the actor can't read, as it is now. By then all of it is back that comes
/// back at all.
pub(super) async fn unreadable_wholes(
    tx: &mut Tx,
    actor: &Actor,
    def: &RecordDef,
    page: &[Found],
) -> Result<BTreeSet<Uuid>> {
    let mut unreadable = BTreeSet::new();
    let limits: Vec<_> = def.wholes().filter(|(_, whole)| !actor.reads_all(whole)).collect();
    for (field, whole) in limits {
        let deleted = page.iter().map(|one| &one.history).filter(|history| history.deleted);
        let ids: BTreeSet<Uuid> = deleted.filter_map(|history| id(&history.before, field.name)).collect();
        if !ids.is_empty() {
            let readable = load::readable(tx, actor, whole, &ids).await?;
            unreadable.extend(ids.difference(&readable).copied());
        }
    }
    Ok(unreadable)
}

/// Whether a record is a part of one of these.
pub(super) fn is_within(def: &RecordDef, row: &Row, wholes: &BTreeSet<Uuid>) -> bool {
    def.within.iter().filter_map(|name| row.reference(name)).any(|whole| wholes.contains(&whole))
}

/// Says of answers to surveys what these measure: those that were deleted before migration 0080 come back without it.
pub(super) async fn say_kinds(tx: &mut Tx, def: &RecordDef, rows: &mut [Prepared]) -> Result<()> {
    if def.name != SURVEY_RESPONSE.name {
        return Ok(());
    }
    let surveys: BTreeSet<Uuid> = rows.iter().filter_map(survey_to_ask).collect();
    for survey in load::rows_by_id(tx, &SURVEY, &surveys).await? {
        for row in rows.iter_mut().filter(|row| survey_to_ask(row) == Some(survey.id)) {
            row.after.values.insert("kind".to_owned(), survey.value("kind").clone());
        }
    }
    Ok(())
}

/// The survey that tells what an answer that comes back doesn't.
fn survey_to_ask(row: &Prepared) -> Option<Uuid> {
    let is_silent = row.act == Act::Create && row.after.text("kind").is_none();
    is_silent.then(|| row.after.reference("survey_id")).flatten()
}
