use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::format::Zone;
use crate::record::validate;

fn stage(number: u128, values: Value) -> Row {
    let Value::Object(mut map) = values else { panic!("an object") };
    map.insert("pipeline_id".into(), Uuid::from_u128(1).to_string().into());
    map.insert("name".into(), "S".into());
    Row { id: Uuid::from_u128(number), version: 1, values: map }
}

fn stages() -> BTreeMap<Uuid, Row> {
    [
        stage(10, json!({"outcome": "open", "probability": 20})),
        stage(11, json!({"outcome": "open", "probability": 60, "required_fields": ["amount", "expected_close"]})),
        stage(12, json!({"outcome": "won", "probability": 100})),
        stage(13, json!({"outcome": "lost", "probability": 0})),
    ]
    .into_iter()
    .map(|row| (row.id, row))
    .collect()
}

fn deal(stage: u128) -> Row {
    let values = json!({
        "name": "d", "stage_id": Uuid::from_u128(stage).to_string(), "pipeline_id": Uuid::from_u128(1).to_string(),
        "status": "open", "probability": 20,
    });
    Row { id: Uuid::from_u128(99), version: 3, values: values.as_object().unwrap().clone() }
}

fn now() -> DateTime<Utc> {
    "2026-03-10T08:00:00Z".parse().unwrap()
}

fn change(before: &Row, patch: Value) -> (Values, Vec<FieldError>) {
    let patch = patch.as_object().unwrap().clone();
    let mut after = before.values.clone();
    after.extend(patch.clone());
    let names: Vec<String> = patch.keys().cloned().collect();
    let related = stages();
    let mut draft = Draft {
        before: Some(before),
        after: &mut after,
        now: now(),
        zone: &Zone::fixed("Asia/Shanghai", 8 * 3600),
        related: &related,
        errors: vec![],
    };
    validate(&OPPORTUNITY, &mut draft, &names, &[]);
    let errors = draft.errors;
    (after, errors)
}

fn to(stage: u128) -> Value {
    json!({"stage_id": Uuid::from_u128(stage).to_string()})
}

#[test]
fn the_probability_follows_the_stage_unless_it_was_set_by_hand() {
    let mut patch = to(12);
    let (after, errors) = change(&deal(10), patch.clone());
    assert_eq!((after["probability"].clone(), errors), (json!(100), vec![]));
    patch = to(10);
    patch["probability"] = json!(35);
    let (after, _) = change(&deal(12), patch);
    assert_eq!(after["probability"], json!(35));
}

#[test]
fn a_stage_asks_for_just_the_fields_it_requires() {
    let (_, errors) = change(&deal(10), to(11));
    let fields: Vec<_> = errors.iter().map(|e| (e.field.as_str(), e.code.as_str())).collect();
    assert_eq!(fields, [("amount", "required_by_stage"), ("expected_close", "required_by_stage")]);
    let mut patch = to(11);
    patch["amount"] = json!("100");
    patch["expected_close"] = json!("2026-04-01");
    assert_eq!(change(&deal(10), patch).1, vec![]);
}

#[test]
fn losing_needs_a_reason_and_keeps_the_stage_before() {
    assert_eq!(change(&deal(10), to(13)).1[0].field, "lost_reason");
    let mut patch = to(13);
    patch["lost_reason"] = json!("price");
    let (after, errors) = change(&deal(10), patch);
    assert_eq!(errors, vec![]);
    assert_eq!(after["last_open_stage_id"], json!(Uuid::from_u128(10).to_string()));
    assert_eq!((&after["status"], &after["closed_on"]), (&json!("lost"), &json!("2026-03-10")));
}

#[test]
fn reopening_forgets_how_it_was_closed() {
    let mut lost = deal(13);
    lost.values.extend(
        json!({"status": "lost", "closed_on": "2026-01-01", "lost_reason": "price"}).as_object().unwrap().clone(),
    );
    let (after, errors) = change(&lost, to(10));
    assert_eq!(errors, vec![]);
    assert_eq!(
        (&after["status"], &after["closed_on"], &after["lost_reason"]),
        (&json!("open"), &Value::Null, &Value::Null)
    );
}

#[test]
fn status_cannot_be_set_around_the_stage() {
    assert_eq!(change(&deal(10), json!({"status": "won"})).1[0].code, "read_only");
}

#[test]
fn a_card_rots_by_stage_and_activity_but_not_before_a_planned_step() {
    let mut card = deal(10);
    let mut set = |field: &str, value: Value| {
        card.values.insert(field.into(), value);
        (rotting(&card, Some(7), now()), rotting(&card, None, now()))
    };
    assert_eq!(set("stage_changed_at", json!("2026-03-01T08:00:00Z")), (Some(2), None));
    assert_eq!(set("last_activity_at", json!("2026-03-09T08:00:00Z")), (None, None));
    assert_eq!(set("last_activity_at", json!("2026-02-01T08:00:00Z")).0, Some(2));
    assert_eq!(set("next_activity_at", json!("2026-03-11T08:00:00Z")).0, None);
    assert_eq!(set("next_activity_at", json!("2026-03-09T08:00:00Z")).0, Some(2));
    assert_eq!(set("status", json!("won")).0, None);
}
