//! User-defined fields: one column that they share, in which each is a field of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Values;
use super::digits::trimmed;

/// The column that all user-defined fields share.
pub const CUSTOM: &str = "custom";

/// A user-defined field, as far as validation needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomField {
    /// Key within the `custom` column.
    pub key: String,
    /// Label the administrator gave it.
    pub label: String,
    /// One of `text`, `number`, `date`, `choice`, `checkbox`, `url`, `long_text`.
    pub kind: String,
    /// Codes of a choice.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Must have a value.
    #[serde(default)]
    pub required: bool,
    /// It is no more; only histories know of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

impl CustomField {
    /// A value as people read it: numbers are kept with four decimals, so that they compare.
    pub fn readable(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if self.kind == "number" => trimmed(text).into(),
            other => other.clone(),
        }
    }
}

/// The values of a record as people read them, its user-defined numbers among them.
pub fn readable(fields: &[CustomField], values: &mut Values) {
    let Some(Value::Object(all)) = values.get_mut(CUSTOM) else { return };
    for field in fields {
        if let Some(value) = all.get_mut(&field.key) {
            *value = field.readable(value);
        }
    }
}

/// User-defined fields by the name of their record type.
pub type CustomFields = BTreeMap<String, Vec<CustomField>>;

/// What a user-defined field is called among the others.
pub fn custom_name(key: &str) -> String {
    format!("{CUSTOM}.{key}")
}

/// The key of a user-defined field by what it is called; none of a declared one.
pub fn custom_key(name: &str) -> Option<&str> {
    name.strip_prefix(CUSTOM)?.strip_prefix('.')
}

/// What became other within the shared column: key → `[before, after]`.
pub fn custom_changes<'v>(before: &'v Value, after: &'v Value) -> BTreeMap<&'v str, [&'v Value; 2]> {
    let sides = [before, after].map(Value::as_object);
    let keys: BTreeSet<&String> = sides.into_iter().flatten().flat_map(Map::keys).collect();
    let value =
        |side: Option<&'v Map<String, Value>>, key: &str| side.and_then(|all| all.get(key)).unwrap_or(&Value::Null);
    let pairs = keys.into_iter().map(|key| (key.as_str(), sides.map(|side| value(side, key))));
    pairs.filter(|(_, [before, after])| before != after).collect()
}

/// Lays a patch over a record's values. User-defined fields are patched one by one: those that it does not name stay.
pub fn overlay(values: &mut Values, patch: Values) {
    for (name, value) in patch {
        match (values.get_mut(&name), value) {
            (Some(Value::Object(old)), Value::Object(new)) if name == CUSTOM => old.extend(new),
            (_, value) => {
                values.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_user_defined_field_changes_by_itself() {
        let [before, after] = [json!({"a": 1, "b": "x", "d": 2}), json!({"b": "y", "a": 1, "c": true})];
        let told: Vec<_> =
            custom_changes(&before, &after).into_iter().map(|(key, [old, new])| json!([key, old, new])).collect();
        assert_eq!(told, [json!(["b", "x", "y"]), json!(["c", null, true]), json!(["d", 2, null])]);
        assert!(custom_changes(&Value::Null, &Value::Null).is_empty());
    }

    #[test]
    fn numbers_are_read_without_the_zeros_they_are_kept_with() {
        let field = |key: &str, kind: &str| CustomField {
            key: key.into(),
            label: key.into(),
            kind: kind.into(),
            choices: Vec::new(),
            required: false,
            removed: false,
        };
        let fields = [field("size", "number"), field("share", "number"), field("code", "text")];
        let kept = json!({"custom": {"size": "450.0000", "share": "-0.2500", "code": "45.0000"}});
        let mut values = kept.as_object().cloned().unwrap();
        readable(&fields, &mut values);
        assert_eq!(values["custom"], json!({"size": "450", "share": "-0.25", "code": "45.0000"}));
    }

    #[test]
    fn what_a_patch_does_not_name_stays() {
        let values = |value: Value| value.as_object().cloned().unwrap();
        let mut stored = values(json!({"name": "A", "address": {"city": "Wuhan"}, "custom": {"a": 1, "b": 2}}));
        overlay(&mut stored, values(json!({"address": {"street": "1"}, "custom": {"b": 3}})));
        assert_eq!(stored, values(json!({"name": "A", "address": {"street": "1"}, "custom": {"a": 1, "b": 3}})));
        assert_eq!((custom_key("custom.b"), custom_key("customer_id"), custom_key("custom")), (Some("b"), None, None));
    }
}
