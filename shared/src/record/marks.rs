//! Phone numbers and e-mail addresses that were found not to work. They are marked in a field of their own, which every type
//! with such channels has without declaring it: it is read, written, filtered, logged, exported and merged as any field.

use serde_json::Value;

use super::phone::is_rewritten;
use super::{Draft, FieldDef, Kind, RecordDef, Values, texts};

/// The field of the marks.
pub const NOT_WORKING: FieldDef = FieldDef::new("not_working", Kind::Marked).group("channels").personal();

/// How many fields a type has that declares these.
pub(crate) const fn count(declared: &[FieldDef]) -> usize {
    let mut at = 0;
    while at < declared.len() {
        if declared[at].kind.is_channel() {
            return declared.len() + 1;
        }
        at += 1;
    }
    declared.len()
}

/// What a type declares, and the marks if it has channels; `N` is [`count`].
pub(crate) const fn with_marks<const N: usize>(declared: &[FieldDef]) -> [FieldDef; N] {
    let mut all = [NOT_WORKING; N];
    let mut at = 0;
    while at < declared.len() {
        all[at] = declared[at];
        at += 1;
    }
    all
}

/// Whether this phone number or e-mail address of a record was marked as not working.
pub fn is_marked(values: &Values, entry: &str) -> bool {
    texts(values, NOT_WORKING.name).any(|marked| marked == entry)
}

/// Marks go with what they are about, and follow a number that is only written in another way; marking what isn't there is
/// an error.
pub(super) fn keep(def: &RecordDef, draft: &mut Draft<'_>, patch: &[String]) {
    let marked: Vec<&str> = texts(draft.after, NOT_WORKING.name).collect();
    if marked.is_empty() {
        return;
    }
    let channels = || def.fields.iter().filter(|field| field.kind.is_channel());
    let all: Vec<&str> = channels().flat_map(|field| texts(draft.after, field.name)).collect();
    let same = |entry: &str| all.iter().copied().find(|own| *own == entry);
    let here = |entry: &str| same(entry).or_else(|| all.iter().copied().find(|own| is_rewritten(entry, own)));
    let mut kept: Vec<&str> = Vec::new();
    for entry in marked.iter().filter_map(|entry| here(entry)) {
        if !kept.contains(&entry) {
            kept.push(entry);
        }
    }
    let is_gone = marked.iter().any(|entry| here(entry).is_none());
    let is_same = kept == marked;
    let kept: Vec<Value> = kept.into_iter().map(Value::from).collect();
    // While one of them is at fault itself nobody can tell what it will hold.
    let is_unsure = draft
        .errors
        .iter()
        .any(|error| error.field == NOT_WORKING.name || channels().any(|field| field.name == error.field));
    if is_same || is_unsure {
        return;
    }
    let sent = |name: &str| patch.iter().any(|field| field == name);
    // Whoever changes the channels too, as a merge does, may have meant those that go.
    if is_gone && sent(NOT_WORKING.name) && (draft.before.is_none() || !channels().any(|field| sent(field.name))) {
        return draft.error(NOT_WORKING.name, "channel");
    }
    draft.set(NOT_WORKING.name, if kept.is_empty() { Value::Null } else { kept.into() });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::format::Zone;
    use crate::record::{Row, validate};
    use crate::types::{CUSTOMER, REGISTRY};

    /// What becomes of a customer's values with this patch, or the code of the first error.
    fn saved(stored: Value, patch: Value) -> Result<Value, String> {
        let mut after = stored.as_object().cloned().unwrap_or_default();
        let before = Row { id: uuid::Uuid::nil(), version: 1, values: after.clone() };
        let before = Some(&before).filter(|row| !row.values.is_empty());
        let patch = patch.as_object().cloned().unwrap_or_default();
        let names: Vec<String> = patch.keys().cloned().collect();
        after.extend(patch);
        let (zone, related) = (Zone::utc(), BTreeMap::new());
        let now = chrono::DateTime::UNIX_EPOCH;
        let mut draft = Draft { before, after: &mut after, now, zone: &zone, related: &related, errors: Vec::new() };
        validate(&CUSTOMER, &mut draft, &names, &[]);
        match draft.errors.first() {
            Some(error) => Err(error.code.clone()),
            None => Ok(after.get("not_working").cloned().unwrap_or_default()),
        }
    }

    #[test]
    fn every_type_with_channels_has_marks_and_no_other() {
        for def in REGISTRY {
            assert_eq!(def.field("not_working").is_some(), def.is_reachable(), "{}", def.name);
        }
    }

    #[test]
    fn what_is_there_can_be_marked_in_the_form_it_is_kept_in() {
        let stored = json!({"kind": "company", "name": "A", "phones": ["110 22"], "emails": ["a@b.cn"]});
        assert_eq!(
            saved(stored.clone(), json!({"not_working": ["A@B.cn", "110 22"]})),
            Ok(json!(["a@b.cn", "110 22"]))
        );
        assert_eq!(saved(stored.clone(), json!({"not_working": ["c@d.cn"]})), Err("channel".into()));
        assert_eq!(saved(stored, json!({"not_working": "never"})), Err("channel".into()));
        let new = json!({"name": "A", "phones": ["110 22"], "not_working": ["110 33"]});
        assert_eq!(saved(json!({}), new), Err("channel".into()));
    }

    #[test]
    fn a_mark_goes_with_what_it_is_about() {
        let stored = json!({"kind": "company", "name": "A", "phones": ["110 22"], "emails": ["a@b.cn"], "not_working": ["110 22", "a@b.cn"]});
        assert_eq!(saved(stored.clone(), json!({"phones": ["110 33"]})), Ok(json!(["a@b.cn"])));
        assert_eq!(saved(stored.clone(), json!({"phones": [], "emails": []})), Ok(Value::Null));
        let phoned =
            json!({"kind": "company", "name": "A", "phones": ["0571 8888 1234"], "not_working": ["0571 8888 1234"]});
        assert_eq!(saved(phoned, json!({"phones": ["+8657188881234"]})), Ok(json!(["+8657188881234"])));
        // What somebody is about to take away together with its mark is no mistake.
        assert_eq!(saved(stored, json!({"phones": [], "not_working": ["110 22"]})), Ok(Value::Null));
    }
}
