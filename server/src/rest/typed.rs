//! Bodies that are no records: JSON becomes a declared type, and whatever does not fit is named by its place.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use shared::{Error, FieldError};

use super::problem::Answer;

/// What declared types leave out when it says nothing, and so may be sent saying nothing.
const OMITTED: [&str; 6] = ["times", "dates", "dates_told", "zone", "values", "only"];

/// Reads a body.
///
/// # Errors
/// `Invalid` with the place of what is missing, of another type, or unknown: a misspelt name would go unnoticed.
pub(super) fn typed<T: DeserializeOwned + Serialize>(sent: Map<String, Value>) -> Answer<T> {
    let sent = Value::Object(sent);
    let read: T = serde_path_to_error::deserialize(&sent).map_err(|error| {
        let path = error.path().to_string();
        misfit(if path == "." { "" } else { &path }, &error.inner().to_string())
    })?;
    let known = serde_json::to_value(&read).map_err(store::internal)?;
    let mut fields = Vec::new();
    unknown(&sent, &known, "", &mut fields);
    if fields.is_empty() { Ok(read) } else { Err(Error::Invalid { fields }.into()) }
}

/// What serde says about a value, as a code. Its errors have no kinds; their beginnings are those of all formats.
fn misfit(path: &str, message: &str) -> FieldError {
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return FieldError::new(join(path, name), "required");
    }
    let code = if message.starts_with("unknown variant") { "choice" } else { "malformed" };
    FieldError::new(path, code)
}

/// Names that were sent, and of which nothing was read.
fn unknown(sent: &Value, known: &Value, path: &str, fields: &mut Vec<FieldError>) {
    match (sent, known) {
        (Value::Object(sent), Value::Object(known)) => {
            for (name, value) in sent {
                match known.get(name) {
                    Some(known) => unknown(value, known, &join(path, name), fields),
                    None if OMITTED.contains(&name.as_str()) && shared::record::is_empty(value) => {}
                    None => fields.push(FieldError::new(join(path, name), "unknown_field")),
                }
            }
        }
        (Value::Array(sent), Value::Array(known)) => {
            for (at, (value, known)) in sent.iter().zip(known).enumerate() {
                unknown(value, known, &format!("{path}[{at}]"), fields);
            }
        }
        // Serde reads the parts of an object from a list as well, by their order, which nobody is promised.
        (Value::Array(_), Value::Object(_)) => fields.push(FieldError::new(path, "object")),
        _ => {}
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::i18n::Locale;
    use shared::import::Spec;

    use super::*;

    /// Place and code of the first problem.
    fn refused(body: Value) -> (String, String) {
        let Value::Object(body) = body else { panic!("an object") };
        let document = typed::<Spec>(body).expect_err("refused").document(Locale::En);
        let text = |name: &str| document["fields"][0][name].as_str().unwrap_or_default().to_owned();
        (text("field"), text("code"))
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_place() {
        let step = |more: Value| {
            let mut step =
                json!({"record_type": "customer", "assignments": [{"field": "name", "from": {"column": "n"}}]});
            step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({"files": [{"file": uuid::Uuid::nil(), "steps": [step]}], "answers": []})
        };
        let pair = |place: &str, code: &str| (place.to_owned(), code.to_owned());
        let first = "files[0].steps[0]";
        assert_eq!(refused(json!({"answers": []})), pair("files", "required"));
        assert_eq!(refused(json!({"files": 1, "answers": []})), pair("files", "malformed"));
        assert_eq!(refused(json!({"files": [], "answers": [], "dry_run": null})), pair("dry_run", "unknown_field"));
        let from = json!([{"field": "name", "from": {"colum": "n"}}]);
        let place = format!("{first}.assignments[0].from");
        let (at, code) = refused(step(json!({"assignments": from})));
        assert!(at.starts_with(&place) && code == "choice", "{at} {code}");
        assert_eq!(refused(step(json!({"existing": "merge"}))), pair(&format!("{first}.existing"), "choice"));
        assert_eq!(refused(json!({"files": [[uuid::Uuid::nil(), []]], "answers": []})), pair("files[0]", "object"));
        assert_eq!(refused(step(json!({"distinkt": true}))), pair(&format!("{first}.distinkt"), "unknown_field"));
        let given = json!([{"field": "name", "from": {"column": "n"}, "times": null, "values": {}, "time": 3}]);
        let place = format!("{first}.assignments[0].time");
        assert_eq!(refused(step(json!({"assignments": given}))), pair(&place, "unknown_field"));
    }
}
