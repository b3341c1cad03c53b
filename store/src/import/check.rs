//! What can be said of an import's mappings before its files are read.

mod amounts;

use shared::access::{Action, Actor};
use shared::import::limits::{ANSWERS, FILES, PART, STEPS};
use shared::import::{MAX_COLUMNS, Spec, Step, followed_currency};
use shared::record::{CUSTOM, Kind};
use shared::{Error, FieldDef, FieldError, RecordDef, Result};

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
