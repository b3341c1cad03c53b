//! Which fields of a record as it was are brought back.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::RecordDef;
use shared::query::Past;
use shared::record::{Kind, Values};

use crate::record::Attribute;

/// Fields that decide who sees a record, whether it is in use, or how far it has come: bringing back an old text must not take a
/// public page down by the way. They are brought back only if somebody says so.
const DECIDING: &[&str] = &["visibility", "public", "portal", "audience", "active", "status", "status_id"];

/// Whether a field is brought back only if somebody says so; what makes sense only together with one is, too.
pub(super) fn is_deciding(def: &RecordDef, name: &str) -> bool {
    let decides = |name: &str| DECIDING.contains(&name);
    decides(name) || def.together.contains(&name) && def.together.iter().any(|other| decides(other))
}

/// Whether a field is another one now: as people read it, or to the second where it can be brought back.
pub(super) fn is_other(past: &Past, attribute: &Attribute) -> bool {
    let [then, now] = [&past.then, &past.now].map(|row| attribute.value(&row.values));
    then != now && (attribute.editable || attribute.kind() != Kind::DateTime || !is_same_minute(then, now))
}

/// Whether two moments read the same: nobody is shown seconds.
pub(super) fn is_same_minute(one: &Value, other: &Value) -> bool {
    // `2026-11-21T07:00`, as far as all times are written alike, and in the same zone.
    let minute = |value: &Value| value.as_str().and_then(|text| text.get(..16)).map(str::to_owned);
    minute(one).is_some() && minute(one) == minute(other)
}

/// Whether a field can be brought back: it is another one now, and the reader may change it.
pub(super) fn is_restorable(past: &Past, attribute: &Attribute) -> bool {
    past.may_update && attribute.editable && is_other(past, attribute)
}

/// The fields that are brought back unless somebody says otherwise.
pub(super) fn at_first(past: &Past, all: &[Attribute]) -> BTreeSet<String> {
    let safe = all.iter().filter(|attribute| is_restorable(past, attribute));
    safe.filter(|attribute| !is_deciding(attribute.def, &attribute.name())).map(Attribute::name).collect()
}

/// What makes the chosen fields what they were.
pub(super) fn restored(past: &Past, all: &[Attribute], chosen: &BTreeSet<String>) -> Values {
    let mut values = Values::new();
    for attribute in all.iter().filter(|one| is_restorable(past, one) && chosen.contains(&one.name())) {
        attribute.put(&mut values, attribute.value(&past.then.values).clone());
    }
    values
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::Row;
    use shared::access::Actor;
    use shared::query::Titles;
    use shared::record::CustomField;
    use shared::types::{ARTICLE, TICKET};
    use uuid::Uuid;

    use super::*;
    use crate::record::attributes;

    fn past(then: &Value, now: &Value, may_update: bool) -> Past {
        let row = |values: &Value| Row {
            id: Uuid::nil(),
            version: 1,
            values: values.as_object().cloned().unwrap_or_default(),
        };
        Past { then: row(then), now: row(now), titles: Titles::new(), custom: Vec::new(), may_update }
    }

    #[test]
    fn an_old_text_comes_back_without_taking_the_page_down() {
        let all = attributes(&ARTICLE, &[], &Actor::administrator(Uuid::nil(), Uuid::nil()));
        let then = json!({"title": "Gate", "content": "<p>Old</p>", "visibility": "draft", "helpful": 0});
        let now = json!({"title": "Gate", "content": "<p>New</p>", "visibility": "public", "helpful": 3});
        let past_one = past(&then, &now, true);
        let mut chosen = at_first(&past_one, &all);
        assert_eq!(Value::Object(restored(&past_one, &all, &chosen)), json!({"content": "<p>Old</p>"}));
        chosen.insert("visibility".into());
        let both = json!({"content": "<p>Old</p>", "visibility": "draft"});
        assert_eq!(Value::Object(restored(&past_one, &all, &chosen)), both, "if somebody says so");
        assert!(at_first(&past(&then, &now, false), &all).is_empty(), "who may not change it");
    }

    #[test]
    fn a_field_that_is_no_more_is_shown_and_stays_as_it_is() {
        let field = |key: &str, removed: bool| CustomField {
            key: key.into(),
            label: key.into(),
            kind: "text".into(),
            choices: Vec::new(),
            required: false,
            removed,
        };
        let actor = Actor::administrator(Uuid::nil(), Uuid::nil());
        let all = attributes(&TICKET, &[field("plate", false), field("gone", true)], &actor);
        let values = |text: &str| json!({"custom": {"plate": text, "gone": text}});
        let past = past(&values("A 1"), &values("B 2"), true);
        let gone = all.iter().find(|attribute| attribute.name() == "custom.gone").unwrap();
        assert!(gone.is_removed() && is_other(&past, gone) && !is_restorable(&past, gone));
        let back = restored(&past, &all, &at_first(&past, &all));
        assert_eq!(Value::Object(back), json!({"custom": {"plate": "A 1"}}));
    }

    #[test]
    fn moments_of_the_same_minute_read_the_same_unless_they_can_be_brought_back() {
        let all = attributes(&TICKET, &[], &Actor::administrator(Uuid::nil(), Uuid::nil()));
        let other = |name: &str, then: Value, now: &str| {
            let field = all.iter().find(|attribute| attribute.name() == name).unwrap();
            is_other(&past(&json!({name: then}), &json!({name: now}), true), field)
        };
        let (then, soon) = ("2026-11-21T07:00:05.000000Z", "2026-11-21T07:00:40.000000Z");
        assert!(!other("assigned_at", then.into(), soon));
        assert!(other("assigned_at", then.into(), "2026-11-21T07:01:00.000000Z"));
        assert!(other("assigned_at", Value::Null, then));
        assert!(other("snoozed_until", then.into(), soon) && !other("snoozed_until", then.into(), then));
    }

    #[test]
    fn what_makes_sense_only_with_the_status_waits_for_it() {
        assert!(is_deciding(&TICKET, "status") && is_deciding(&TICKET, "solved_at"));
        assert!(!is_deciding(&TICKET, "subject"));
    }
}
