//! What was answered to the words of a file, as the next one of the kind takes it.

use std::collections::BTreeMap;

use shared::access::Actor;
use shared::format::Zone;
use shared::import::limits::{TEXT, VALUES};
use shared::import::{ALL, Answer, Assignment, Decision, From, Step};
use shared::record::Kind;
use shared::types::by_name;
use shared::{FieldDef, RecordDef, Result};

use super::named;
use crate::columns::target;
use crate::import::lookup::{folded, shared_parent};
use crate::import::table::Table;
use crate::import::{dates, values};
use crate::pool::Tx;

/// Keeps what was answered to the words of a file: the next file of the kind has the same ones. That rows are left out is not
/// kept: of others of that name nobody said so.
pub(super) async fn keep(tx: &mut Tx, actor: &Actor, step: &mut Step, answers: &[Answer], table: &Table) -> Result<()> {
    let Some(def) = by_name(&step.record_type) else { return Ok(()) };
    for assignment in &mut step.assignments {
        let From::Column(name) = &assignment.from else { continue };
        let (Some(field), Some(at)) = (def.field(&assignment.field), table.column(name)) else { continue };
        let to = target(field);
        let asked = to.map_or_else(|| format!("{}.{}", def.name, field.name), |to| to.name.to_owned());
        let answers: Vec<&Answer> = answers.iter().filter(|answer| answer.unknown.target == asked).collect();
        if answers.is_empty() {
            continue;
        }
        let words: BTreeMap<String, &str> =
            table.rows().map(|row| row.cell(at).trim()).map(|word| (folded(word), word)).collect();
        let mut meant = match (to, field.kind) {
            (Some(to), _) => referred(tx, actor, (def, to), &answers).await?,
            (None, Kind::Choice(_) | Kind::MultiChoice(_)) => answers.into_iter().filter_map(chosen).collect(),
            _ if answers.iter().any(|answer| is_unread(answer)) => {
                unread(field, assignment, words.values().copied(), &actor.zone)
            }
            _ => Vec::new(),
        };
        // Nothing would refuse their rows without a question.
        if field.required && field.default.is_none() {
            meant.retain(|(_, meaning)| !meaning.is_empty());
        }
        for (word, meaning) in meant {
            let is_its = words.contains_key(&folded(&word)) && word.chars().count() <= TEXT;
            if is_its && assignment.values.len() < VALUES {
                assignment.values.insert(word, meaning);
            }
        }
    }
    Ok(())
}

/// The code that a word of a choice was said to mean; an empty one for nothing.
fn chosen(Answer { unknown, decision }: &Answer) -> Option<(String, String)> {
    match decision {
        Decision::Use(code) => Some((unknown.value.clone(), code.clone())),
        Decision::Empty if unknown.value != ALL => Some((unknown.value.clone(), String::new())),
        _ => None,
    }
}

/// The records that names were said to mean, by their ids: titles may change. Stages and the like, which are looked for within
/// each row's pipeline, go by their titles. Names that something is called by were namesakes, of which each row decides anew.
async fn referred(
    tx: &mut Tx,
    actor: &Actor,
    (def, to): (&RecordDef, &'static RecordDef),
    answers: &[&Answer],
) -> Result<Vec<(String, String)>> {
    let said: Vec<(String, String)> = answers.iter().copied().filter_map(chosen).collect();
    let texts = said.iter().flat_map(|(word, meant)| [folded(word), folded(meant)]).collect();
    let names = named(tx, actor, to, texts).await?;
    let is_within = shared_parent(def, to).is_some();
    let known = |(word, meant): (String, String)| {
        if !names.all(&word, None).is_empty() {
            return None;
        }
        match meant.as_str() {
            "" => Some((word, meant)),
            title if is_within => (!names.all(title, None).is_empty()).then_some((word, meant)),
            title => names.sole(title).map(|id| (word, id.to_string())),
        }
    };
    Ok(said.into_iter().filter_map(known).collect())
}

/// Whether what can't be read of a field was said to be left out.
fn is_unread(answer: &Answer) -> bool {
    answer.unknown.value == ALL && answer.decision == Decision::Empty
}

/// The words that can't be read as values of a field, and nothing instead of each. With a number in it a text is another one in
/// the next file, to be asked about again.
fn unread<'w>(
    field: &'static FieldDef,
    assignment: &Assignment,
    words: impl Iterator<Item = &'w str>,
    zone: &Zone,
) -> Vec<(String, String)> {
    let is_day = matches!(field.kind, Kind::Date | Kind::DateTime);
    let is_unread = |word: &&str| {
        let text = if is_day { dates::read(word, assignment.dates) } else { (*word).to_owned() };
        !text.is_empty()
            && !text.contains(char::is_numeric)
            && values::plain(field, &text, zone).error.is_some()
            && values::readable(field, &text, zone).value.is_none()
    };
    words.filter(is_unread).map(|word| (word.to_owned(), String::new())).collect()
}
