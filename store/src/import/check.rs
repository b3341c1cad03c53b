//! What can be said of an import's mappings before anything is made of its rows.

mod amounts;

use shared::access::{Action, Actor};
use shared::import::limits::{ANSWERS, FILES, PART, STEPS};
use shared::import::{MAX_COLUMNS, Spec, Step, followed_currency};
use shared::record::{CUSTOM, Kind};
use shared::{Error, FieldDef, FieldError, RecordDef, Result};

use super::table::Table;
use crate::auth::is_zone;

/// Most problems told: a body of eight megabytes has room for a hundred thousand.
const TOLD: usize = 200;

/// Refuses what cannot be carried out, each problem by its place: `files[0].steps[1].key`.
///
/// # Errors
/// `Forbidden` without the import right on a type, else `Invalid`.
pub(super) fn check(actor: &Actor, spec: &Spec) -> Result<()> {
    let mut fields = Vec::new();
    if spec.files.is_empty() {
        fields.push(FieldError::new("files", "required"));
    }
    fields.extend(too_many("files", spec.files.len(), FILES));
    fields.extend(too_many("answers", spec.answers.len(), ANSWERS));
    for (at, file) in spec.files.iter().enumerate().take(FILES) {
        let place = format!("files[{at}].steps");
        fields.extend(too_many(&place, file.steps.len(), STEPS));
        for (at, step) in file.steps.iter().enumerate().take(STEPS) {
            check_step(actor, step, &format!("{place}[{at}]"), &mut fields)?;
            amounts::check(step, &format!("{place}[{at}]"), &mut fields);
            fields.truncate(TOLD);
        }
    }
    if fields.is_empty() { Ok(()) } else { Err(Error::Invalid { fields }) }
}

/// Refuses what names columns that the file doesn't have, each by its place: its cells would be empty, and whoever sent it would be
/// told to fill in what they believe to have filled in.
///
/// # Errors
/// `Invalid` on `files[0].steps[0].assignments[1].from` and the like.
pub(super) fn check_columns<'t>(spec: &Spec, tables: impl IntoIterator<Item = &'t Table>) -> Result<()> {
    let mut fields = Vec::new();
    for (at, (file, table)) in spec.files.iter().zip(tables).enumerate() {
        for (step_at, step) in file.steps.iter().enumerate() {
            fields.extend(missing(step, table, &format!("files[{at}].steps[{step_at}]")));
            fields.truncate(TOLD);
        }
    }
    if fields.is_empty() { Ok(()) } else { Err(Error::Invalid { fields }) }
}

/// The columns of a step that neither its file nor the rows that it brings along have: of each assignment the first.
fn missing(step: &Step, table: &Table, place: &str) -> Vec<FieldError> {
    let is_there = |name: &str| match step.inline.is_empty() {
        true => table.column(name).is_some(),
        false => step.inline.iter().any(|row| row.contains_key(name)),
    };
    let told = |place: String, name: &str| FieldError::new(place, "no_column").with("column", name);
    let of_fields = step.assignments.iter().enumerate().filter_map(|(at, assignment)| {
        let columns = assignment.from.columns();
        let name = columns.into_iter().find(|name| !is_there(name))?;
        Some(told(format!("{place}.assignments[{at}].from"), name))
    });
    // Rows that a step brings along are all its own.
    let only = step.only.iter().filter(|only| step.inline.is_empty() && !is_there(&only.column));
    of_fields.chain(only.map(|only| told(format!("{place}.only.column"), &only.column))).collect()
}

fn too_many(place: &str, count: usize, max: usize) -> Option<FieldError> {
    (count > max).then(|| FieldError::new(place, "too_many").with("max", max))
}

fn check_step(actor: &Actor, step: &Step, place: &str, fields: &mut Vec<FieldError>) -> Result<()> {
    fields.extend(too_many(&format!("{place}.assignments"), step.assignments.len(), MAX_COLUMNS));
    let mut wrong = |name: &str, code: &str| fields.push(FieldError::new(format!("{place}.{name}"), code));
    let Some(def) = shared::types::by_name(&step.record_type) else {
        wrong("record_type", "choice");
        return Ok(());
    };
    if !actor.may(def, Action::Import) {
        return Err(Error::Forbidden);
    }
    for (at, assignment) in step.assignments.iter().enumerate().take(MAX_COLUMNS) {
        if let Err(code) = assigned(def, &assignment.field) {
            wrong(&format!("assignments[{at}].field"), code);
        }
        if assignment.zone.as_deref().is_some_and(|zone| !is_zone(zone)) {
            wrong(&format!("assignments[{at}].zone"), "time_zone");
        }
    }
    // These two end up in statements. Records are not recognised by what the actor may not see either: the preview would
    // tell whose value was guessed.
    let seen = |name: &str| def.field(name).filter(|field| actor.sees(def, field));
    if step.key.as_deref().is_some_and(|key| key != "id" && seen(key).is_none()) {
        wrong("key", "unknown_field");
    }
    let is_reference = |name: &str| seen(name).is_some_and(|field| matches!(field.kind, Kind::Reference(_)));
    if step.within.as_deref().is_some_and(|name| !is_reference(name)) {
        wrong("within", "unknown_field");
    }
    Ok(())
}

/// Whether a field is one that columns are held against.
fn is_followed(def: &RecordDef, field: &FieldDef) -> bool {
    followed_currency(def).is_some_and(|followed| followed.name == field.name)
}

/// The field that an assignment fills; `None` for parts of a field and for the id.
///
/// # Errors
/// The code of what is wrong with the name.
pub(super) fn assigned(def: &RecordDef, name: &str) -> std::result::Result<Option<&'static FieldDef>, &'static str> {
    if name == "id" {
        return Ok(None);
    }
    let (whole, part) = name.split_once('.').map_or((name, None), |(whole, part)| (whole, Some(part)));
    let field = def.field(whole).ok_or("unknown_field")?;
    let has_parts = matches!(field.kind, Kind::Address | Kind::Social) || field.name == CUSTOM;
    match part {
        Some(part) if !has_parts || part.chars().count() > PART => Err("unknown_field"),
        _ if field.read_only && !is_followed(def, field) => Err("read_only"),
        Some(_) => Ok(None),
        None => Ok(Some(field)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use shared::import::{Assignment, FilePlan, From, Only, Reading};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn columns_that_a_file_does_not_have_are_named_by_their_place() {
        let table = Table::read(b"Name,City\nAcme,Paris\n", &Reading::default()).unwrap();
        let refused = |step: Step| -> Vec<String> {
            let files = vec![FilePlan { file: Uuid::nil(), steps: vec![step] }];
            match check_columns(&Spec { files, answers: Vec::new() }, [&table]) {
                Err(Error::Invalid { fields }) => {
                    let told = fields.iter().map(|error| format!("{}: {}", error.field, error.params["column"]));
                    assert!(fields.iter().all(|error| error.code == "no_column"));
                    told.collect()
                }
                result => {
                    assert_eq!(result, Ok(()));
                    Vec::new()
                }
            }
        };
        let of = |assignments: Vec<Assignment>| Step::of("customer", assignments);
        let name = || Assignment::column("name", "Name");
        let place = |at: usize| format!("files[0].steps[0].assignments[{at}].from");
        assert!(refused(of(vec![name(), Assignment::constant("kind", "company")])).is_empty());
        let wrong =
            vec![name(), Assignment::column("source", "Origin"), Assignment::template("tags", "{City}; {Town}")];
        assert_eq!(refused(of(wrong)), [format!("{}: Origin", place(1)), format!("{}: Town", place(2))]);
        let person = From::Person {
            given: "Name".into(),
            middle: String::new(),
            family: "Surname".into(),
            suffix: String::new(),
        };
        assert_eq!(refused(of(vec![Assignment::new("name", person)])), [format!("{}: Surname", place(0))]);
        let only = Step { only: Some(Only { column: "Kind".into(), is: "company".into() }), ..of(vec![name()]) };
        assert_eq!(refused(only), ["files[0].steps[0].only.column: Kind"]);
        // Rows of its own have columns of their own.
        let row = BTreeMap::from([("title".to_owned(), "Sales".to_owned())]);
        let own = Step { inline: vec![row], ..of(vec![Assignment::column("name", "title"), name()]) };
        assert_eq!(refused(own), [format!("{}: Name", place(1))]);
    }
}
