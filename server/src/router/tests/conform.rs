//! Compares answers with the schemas that the OpenAPI document promises for them.

use serde_json::Value;

/// Says where a value is not as its schema says: a name that is missing or not described, or another JSON type.
pub(super) fn misfits(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let schema = document.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is not there"));
        return misfits(document, schema, value, place);
    }
    let choices = [&schema["oneOf"], &schema["anyOf"]].into_iter().find_map(Value::as_array);
    if let Some(choices) = choices {
        let fits = choices.iter().any(|choice| misfits(document, choice, value, place).is_empty());
        return if fits { Vec::new() } else { vec![format!("{place}: none of the choices")] };
    }
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let mut found: Vec<String> = parts.flat_map(|part| misfits(document, part, value, place)).collect();
    let codes = schema["enum"].as_array();
    let is_code =
        codes.is_none_or(|codes| codes.contains(value)) && (schema["const"].is_null() || schema["const"] == *value);
    if !is_code || !is_of_type(&schema["type"], value) {
        found.push(format!("{place}: {value}"));
    }
    if let (Some(properties), Some(object)) = (schema["properties"].as_object(), value.as_object()) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                found.push(format!("{place}.{name} is missing"));
            }
        }
        for (name, value) in object {
            match properties.get(name) {
                Some(schema) => found.extend(misfits(document, schema, value, &format!("{place}.{name}"))),
                None if schema["additionalProperties"] == false => {
                    found.push(format!("{place}.{name} is not described"))
                }
                None => {}
            }
        }
    }
    if let (Some(_), Some(items)) = (schema.get("items"), value.as_array()) {
        found.extend(items.iter().flat_map(|item| misfits(document, &schema["items"], item, &format!("{place}[]"))));
    }
    found
}

fn is_of_type(wanted: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    };
    match wanted {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}
