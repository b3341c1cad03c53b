//! Changes as the log keeps them, for readers.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use shared::access::{Actor, FieldAccess};
use shared::record::{CustomFields, Values};
use shared::types::by_name;
use shared::{RecordDef, Result, Row};
use uuid::Uuid;

use super::titles::{Wanted, note};
use crate::pool::Tx;
use crate::write::custom_fields;

/// The column that all user-defined fields share.
const CUSTOM: &str = "custom";

/// Without hidden and internal fields; user-defined ones each for itself. What they refer to is noted for its titles.
pub(super) fn shown_changes(
    actor: &Actor,
    def: &'static RecordDef,
    changes: Map<String, Value>,
    wanted: &mut Wanted,
) -> Values {
    let mut shown = Values::new();
    for (name, pair) in changes {
        let Some(field) = def.field(&name) else { continue };
        if actor.field_access(def, &name) == FieldAccess::Hidden {
            continue;
        }
        if name == CUSTOM {
            shown.extend(each(&pair));
        } else if !field.internal && (!field.read_only || name == "status") {
            shown.insert(name, pair);
        }
    }
    for side in 0..2 {
        let values = shown.iter().filter_map(|(name, pair)| Some((name.clone(), pair.get(side)?.clone()))).collect();
        note(wanted, actor, def, &Row { id: Uuid::nil(), version: 0, values });
    }
    shown
}

/// What became other in a change of the shared column: `custom.<key>` → `[before, after]`.
fn each(pair: &Value) -> Values {
    let side = |at: usize| pair.get(at).and_then(Value::as_object);
    let value = |at: usize, key: &str| side(at).and_then(|values| values.get(key)).cloned().unwrap_or_default();
    let keys: BTreeSet<&String> = (0..2).filter_map(side).flat_map(Map::keys).collect();
    let pairs = keys.into_iter().map(|key| (key, [value(0, key), value(1, key)]));
    pairs.filter(|(_, [before, after])| before != after).map(|(key, pair)| (custom_name(key), pair.into())).collect()
}

/// What a user-defined field is called among the others.
fn custom_name(key: &str) -> String {
    format!("{CUSTOM}.{key}")
}

/// The user-defined fields of the types that these changes, each with its type, name any of.
pub(super) async fn custom_named<'c>(
    tx: &mut Tx,
    changes: impl Iterator<Item = (&'c str, &'c Values)>,
) -> Result<CustomFields> {
    let is_custom = |name: &String| name.strip_prefix(CUSTOM).is_some_and(|rest| rest.starts_with('.'));
    let types: BTreeSet<&str> =
        changes.filter(|(_, changes)| changes.keys().any(is_custom)).map(|(name, _)| name).collect();
    let mut found = CustomFields::new();
    for def in types.into_iter().filter_map(by_name) {
        found.insert(def.name.to_owned(), custom_fields(tx, def).await?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_user_defined_field_tells_its_own_change() {
        let pair = json!([{"a": 1, "b": "x"}, {"b": "y", "a": 1, "c": true}]);
        let told = json!({"custom.b": ["x", "y"], "custom.c": [null, true]});
        assert_eq!(Value::Object(each(&pair)), told);
        assert_eq!(Value::Object(each(&json!([null, {"a": 1}]))), json!({"custom.a": [null, 1]}));
        assert!(each(&json!([null, null])).is_empty());
    }
}
