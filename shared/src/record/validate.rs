//! Validation of a whole record: unknown and read-only fields, required values, custom fields, rules.

use serde_json::{Map, Value};

use super::custom::{CUSTOM, CustomField, custom_name};
use super::{Draft, Kind, RecordDef, Values, normalize};
use crate::error::FieldError;

/// No value: null, blank text, empty list or object.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(s) => s.trim().is_empty(),
        Value::Array(a) => a.is_empty(),
        Value::Object(o) => o.is_empty(),
        _ => false,
    }
}

/// Normalises the changed fields of a patch, checks the whole record and applies the type's rules.
///
/// `draft.after` holds the stored values with the patch laid over it; `patch` names the fields the caller sent.
/// Problems end up in `draft.errors`; with none, `draft.after` is what is to be stored.
pub fn validate(def: &RecordDef, draft: &mut Draft<'_>, patch: &[String], custom: &[CustomField]) {
    for name in patch {
        match def.field(name) {
            None => draft.error(name, "unknown_field"),
            Some(field) if field.read_only => draft.error(name, "read_only"),
            Some(field) => {
                let value = draft.after.get(name).cloned().unwrap_or(Value::Null);
                match normalize(name, &field.kind, &value) {
                    Ok(clean) => draft.set(name, clean),
                    Err(error) => draft.errors.extend(super::shape::faults(name, &field.kind, &value, error)),
                }
            }
        }
    }
    if draft.before.is_none() {
        fill_defaults(def, draft.after);
    }
    if patch.iter().any(|name| name == CUSTOM) || draft.before.is_none() {
        validate_custom(draft, custom);
    }
    super::marks::keep(def, draft, patch);
    crate::types::refuse_contradiction(def, draft, patch);
    apply_rules(def, draft);
    require(def, draft);
}

/// Reports required fields without value.
fn require(def: &RecordDef, draft: &mut Draft<'_>) {
    for field in def.fields.iter().filter(|f| f.required) {
        if !draft.has(field.name) && draft.errors.iter().all(|e| e.field != field.name) {
            draft.error(field.name, "required");
        }
    }
    drop_consequences(def, &mut draft.errors);
}

/// Takes out "required" where the value would have come along with another field that is at fault itself.
pub fn drop_consequences(def: &RecordDef, errors: &mut Vec<FieldError>) {
    let faulty: Vec<String> = errors.iter().map(|e| e.field.clone()).collect();
    errors.retain(|e| e.code != "required" || !faulty.iter().any(|other| brings(def, other, &e.field)));
}

/// Rules run even when fields are wrong: they fill others. What they then complain about counts if it is about another field and
/// is so without the faults as well; else it may follow from them, and would only confuse.
fn apply_rules(def: &RecordDef, draft: &mut Draft<'_>) {
    let found = std::mem::take(&mut draft.errors);
    let sure = if found.is_empty() { Vec::new() } else { said_without(def, draft, &found) };
    crate::types::rules(def)(draft);
    if !found.is_empty() {
        let is_apart = |error: &FieldError| found.iter().all(|other| root(&other.field) != root(&error.field));
        let said = std::mem::take(&mut draft.errors).into_iter();
        let said: Vec<FieldError> = said.filter(|error| sure.contains(error) && is_apart(error)).collect();
        draft.errors = found.into_iter().chain(said).collect();
    }
}

/// What the rules say when the fields that are wrong have the values they had, or would have by themselves.
fn said_without(def: &RecordDef, draft: &Draft<'_>, found: &[FieldError]) -> Vec<FieldError> {
    let mut after = draft.after.clone();
    for name in found.iter().map(|error| root(&error.field)) {
        after.insert(name.to_owned(), draft.before.map(|row| row.value(name).clone()).unwrap_or_default());
    }
    if draft.before.is_none() {
        fill_defaults(def, &mut after);
    }
    let Draft { before, now, zone, related, .. } = *draft;
    let mut sound = Draft { before, after: &mut after, now, zone, related, errors: Vec::new() };
    crate::types::rules(def)(&mut sound);
    sound.errors
}

/// The field that a path leads into.
fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

/// Whether a field's value comes along with the record that `reference` points to, as a pipeline does with a stage.
fn brings(def: &RecordDef, reference: &str, field: &str) -> bool {
    let target = def.field(reference).filter(|f| def.needs.contains(&f.name)).map(|f| f.kind);
    match target {
        Some(Kind::Reference(name)) => crate::types::by_name(name).is_some_and(|other| other.field(field).is_some()),
        _ => false,
    }
}

fn fill_defaults(def: &RecordDef, values: &mut Values) {
    for field in def.fields {
        if let Some(default) = field.default.filter(|_| is_empty(values.get(field.name).unwrap_or(&Value::Null))) {
            let value = normalize(field.name, &field.kind, &Value::from(default)).unwrap_or(Value::Null);
            values.insert(field.name.to_owned(), value);
        }
    }
}

fn validate_custom(draft: &mut Draft<'_>, fields: &[CustomField]) {
    let given = match draft.after.get(CUSTOM) {
        Some(Value::Object(map)) => map.clone(),
        None | Some(Value::Null) => Map::new(),
        Some(_) => return draft.error(CUSTOM, "object"),
    };
    let mut clean = Map::new();
    for (key, value) in &given {
        let name = custom_name(key);
        match fields.iter().find(|f| f.key == *key) {
            // A value of a field that was removed since stays as it is.
            None if draft.before.is_some_and(|b| b.value(CUSTOM).get(key) == Some(value)) => {
                clean.insert(key.clone(), value.clone());
            }
            None => draft.error(&name, "unknown_field"),
            Some(field) => match custom_value(&name, field, value) {
                Ok(Value::Null) => {}
                Ok(value) => {
                    clean.insert(key.clone(), value);
                }
                Err(error) => draft.errors.push(error),
            },
        }
    }
    for field in fields.iter().filter(|f| f.required && !clean.contains_key(&f.key)) {
        let name = custom_name(&field.key);
        if !draft.errors.iter().any(|e| e.field == name) {
            draft.error(&name, "required");
        }
    }
    draft.set(CUSTOM, clean);
}

impl CustomField {
    /// What its values are like.
    pub fn value_kind(&self) -> Kind {
        match self.kind.as_str() {
            "number" => Kind::Decimal(4),
            "date" => Kind::Date,
            "checkbox" => Kind::Bool,
            "url" => Kind::Url,
            "long_text" => Kind::LongText,
            "choice" => Kind::Text(200),
            _ => Kind::Text(500),
        }
    }
}

fn custom_value(name: &str, field: &CustomField, value: &Value) -> Result<Value, FieldError> {
    let value = normalize(name, &field.value_kind(), value)?;
    let is_known = |text: &str| field.choices.iter().any(|choice| choice == text);
    if field.kind == "choice" && value.as_str().is_some_and(|text| !is_known(text)) {
        return Err(FieldError::new(name, "choice"));
    }
    Ok(value)
}

/// Share of wanted and required fields that have a value, 0 to 100, and the names of those without.
pub fn completeness(def: &RecordDef, values: &Values) -> (u8, Vec<&'static str>) {
    let wanted: Vec<_> = def.fields.iter().filter(|f| f.required || f.wanted).collect();
    let missing: Vec<_> =
        wanted.iter().filter(|f| is_empty(values.get(f.name).unwrap_or(&Value::Null))).map(|f| f.name).collect();
    let share = ((wanted.len() - missing.len()) * 100).checked_div(wanted.len()).unwrap_or(100);
    (u8::try_from(share).unwrap_or(100), missing)
}
