//! Changes as the log keeps them, for readers.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use shared::access::{Actor, FieldAccess};
use shared::record::{CUSTOM, CustomFields, Values, custom_changes, custom_key, custom_name};
use shared::timeline::change_pair;
use shared::types::by_name;
use shared::{RecordDef, Result, Row};
use uuid::Uuid;

use super::titles::{Wanted, note};
use crate::pool::Tx;
use crate::write::custom_fields_ever;

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
            let (before, after) = change_pair(&pair);
            let each = custom_changes(before, after).into_iter();
            shown.extend(each.map(|(key, pair)| (custom_name(key), json!(pair))));
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

/// The user-defined fields of the types that these changes, each with its type, name any of; those that are no more, too.
pub(super) async fn custom_named<'c>(
    tx: &mut Tx,
    changes: impl Iterator<Item = (&'c str, &'c Values)>,
) -> Result<CustomFields> {
    let is_custom = |name: &String| custom_key(name).is_some();
    let types: BTreeSet<&str> =
        changes.filter(|(_, changes)| changes.keys().any(is_custom)).map(|(name, _)| name).collect();
    let mut found = CustomFields::new();
    for def in types.into_iter().filter_map(by_name) {
        found.insert(def.name.to_owned(), custom_fields_ever(tx, def).await?);
    }
    Ok(found)
}
