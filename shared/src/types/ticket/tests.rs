use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::Row;
use crate::format::Zone;
use crate::record::{Values, validate};

fn values(fields: Value) -> Values {
    fields.as_object().unwrap().clone()
}

/// A ticket after a change, or the errors.
fn changed(before: Option<Value>, patch: Value, related: &[Row]) -> Result<Values, Vec<crate::error::FieldError>> {
    let before = before.map(|fields| Row { id: uuid::Uuid::nil(), version: 1, values: values(fields) });
    let mut after = before.as_ref().map(|row| row.values.clone()).unwrap_or_default();
    let patched: Vec<String> = values(patch.clone()).keys().cloned().collect();
    after.extend(values(patch));
    let related: BTreeMap<_, _> = related.iter().map(|row| (row.id, row.clone())).collect();
    let mut draft = Draft {
        before: before.as_ref(),
        after: &mut after,
        now: "2026-11-28T08:00:00Z".parse().unwrap(),
        zone: &Zone::utc(),
        related: &related,
        errors: Vec::new(),
    };
    validate(&TICKET, &mut draft, &patched, &[]);
    let errors = std::mem::take(&mut draft.errors);
    if errors.is_empty() { Ok(after) } else { Err(errors) }
}

fn stored(status: &str) -> Option<Value> {
    Some(
        json!({"subject": "x", "kind": "consult", "status": status, "priority": "normal", "channel": "email", "reopened": 0}),
    )
}

#[test]
fn whoever_takes_a_new_ticket_begins_with_it() {
    let me = uuid::Uuid::now_v7().to_string();
    assert_eq!(changed(stored("new"), json!({"owner_id": me}), &[]).unwrap()["status"], "open");
    let solved = changed(stored("new"), json!({"owner_id": me, "status": "solved"}), &[]).unwrap();
    assert_eq!(solved["status"], "solved");
    assert_eq!(
        changed(stored("waiting_customer"), json!({"owner_id": me}), &[]).unwrap()["status"],
        "waiting_customer"
    );
}

#[test]
fn a_customer_waits_since_their_ticket_came_in() {
    let fields = json!({"subject": "x", "kind": "consult", "channel": "phone", "received_at": "2026-11-27T08:00:00Z"});
    let ticket = changed(None, fields, &[]).unwrap();
    assert_eq!((ticket["customer_wrote_at"].is_string(), &ticket["customer_wrote_at"]), (true, &ticket["received_at"]));
    let kept = changed(Some(Value::Object(ticket.clone())), json!({"received_at": "2026-11-26T08:00:00Z"}), &[]);
    assert_eq!(
        kept.unwrap()["customer_wrote_at"],
        ticket["customer_wrote_at"],
        "the store looks at what was said since"
    );
}

#[test]
fn solving_and_closing_are_timed_and_opening_again_is_counted() {
    let solved = changed(stored("open"), json!({"status": "solved"}), &[]).unwrap();
    assert!(solved["solved_at"].is_string() && solved.get("closed_at").is_none_or(Value::is_null));
    let closed = changed(Some(Value::Object(solved.clone())), json!({"status": "closed"}), &[]).unwrap();
    assert_eq!(closed["solved_at"], solved["solved_at"]);
    assert!(closed["closed_at"].is_string());
    let again = changed(Some(Value::Object(closed)), json!({"status": "open"}), &[]).unwrap();
    assert_eq!((&again["reopened"], &again["solved_at"], &again["closed_at"]), (&json!(1), &Value::Null, &Value::Null));
}

#[test]
fn the_first_solution_is_kept_when_a_ticket_is_opened_and_solved_again() {
    let first = json!({"status": "solved", "received_at": "2026-10-30T08:00:00Z", "solved_at": "2026-11-01T08:00:00Z"});
    let solved = changed(stored("open"), first, &[]).unwrap();
    assert_eq!(solved["first_solved_at"], json!("2026-11-01T08:00:00.000000Z"));
    let corrected = json!({"solved_at": "2026-11-02T08:00:00Z"});
    let solved = changed(Some(Value::Object(solved)), corrected, &[]).unwrap();
    assert_eq!(solved["first_solved_at"], json!("2026-11-02T08:00:00.000000Z"), "while it is the only one");
    let open = changed(Some(Value::Object(solved)), json!({"status": "open"}), &[]).unwrap();
    let again = changed(Some(Value::Object(open)), json!({"status": "closed"}), &[]).unwrap();
    assert_eq!(again["first_solved_at"], json!("2026-11-02T08:00:00.000000Z"));
    assert_eq!(again["solved_at"], json!("2026-11-28T08:00:00.000000Z"));
}

#[test]
fn an_agent_has_a_ticket_since_they_took_it_and_who_began_with_it_since_it_came_in() {
    let me = uuid::Uuid::now_v7().to_string();
    let taken = changed(stored("open"), json!({"owner_id": me}), &[]).unwrap();
    assert_eq!(taken["assigned_at"], json!("2026-11-28T08:00:00.000000Z"));
    let released = changed(Some(Value::Object(taken)), json!({"owner_id": null}), &[]).unwrap();
    assert_eq!(released["assigned_at"], Value::Null);
    let begun = json!({"subject": "x", "owner_id": me, "received_at": "2026-11-01T08:00:00Z"});
    assert_eq!(changed(None, begun, &[]).unwrap()["assigned_at"], json!("2026-11-01T08:00:00.000000Z"));
}

#[test]
fn an_own_step_brings_its_category_and_goes_with_it() {
    let step = Row {
        id: uuid::Uuid::now_v7(),
        version: 1,
        values: values(json!({"name": "Workshop", "category": "waiting_third_party"})),
    };
    let there =
        changed(stored("open"), json!({"status_id": step.id.to_string()}), std::slice::from_ref(&step)).unwrap();
    assert_eq!(there["status"], "waiting_third_party");
    let back = changed(Some(Value::Object(there)), json!({"status": "open"}), &[step]).unwrap();
    assert_eq!((&back["status"], &back["status_id"]), (&json!("open"), &Value::Null));
}

#[test]
fn a_step_that_is_said_with_a_status_to_which_it_does_not_belong_is_refused() {
    let step = Row {
        id: uuid::Uuid::now_v7(),
        version: 1,
        values: values(json!({"name": "Workshop", "category": "waiting_third_party"})),
    };
    let (own, related) = (step.id.to_string(), std::slice::from_ref(&step));
    let refused = |before: Option<Value>, patch: Value| {
        let errors = changed(before, patch, related).unwrap_err();
        errors.into_iter().map(|error| (error.field, error.code)).collect::<Vec<_>>()
    };
    let told = || vec![("status_id".to_owned(), "step_of_other".to_owned())];
    let new = |status: &str| json!({"subject": "x", "channel": "phone", "status": status, "status_id": own});
    assert_eq!(refused(None, new("new")), told());
    assert_eq!(refused(stored("open"), json!({"status": "waiting_customer", "status_id": own})), told());
    assert_eq!(refused(stored("open"), json!({"status": "open", "status_id": own})), told(), "as it was before");
    // What fits is taken; a step alone brings its status, also to what is new.
    let taken = changed(None, new("waiting_third_party"), related).unwrap();
    let alone = changed(None, json!({"subject": "x", "channel": "phone", "status_id": own}), related).unwrap();
    assert_eq!([&taken["status"], &alone["status"]], ["waiting_third_party"; 2]);
    // Sent along as it was, or as gone, it contradicts nothing: the status takes the ticket out of it.
    for sent in [json!(own), Value::Null] {
        let there = Some(Value::Object(taken.clone()));
        let left = changed(there, json!({"status": "open", "status_id": sent}), related).unwrap();
        assert_eq!((&left["status"], &left["status_id"]), (&json!("open"), &Value::Null), "{sent}");
    }
}

#[test]
fn what_cant_follow_is_refused_at_the_field_by_which_it_was_said() {
    let refused = |before, patch, related: &[Row]| {
        let errors = changed(before, patch, related).unwrap_err();
        errors.into_iter().map(|error| (error.field, error.code)).collect::<Vec<_>>()
    };
    let told = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(refused(stored("closed"), json!({"status": "waiting_customer"}), &[]), told("status", "only_reopened"));
    let step = Row {
        id: uuid::Uuid::now_v7(),
        version: 1,
        values: values(json!({"name": "Workshop", "category": "waiting_third_party"})),
    };
    let own = json!({"status_id": step.id.to_string()});
    assert_eq!(refused(stored("closed"), own, &[step]), told("status_id", "only_reopened"));
    let mut answered = stored("open").unwrap();
    assert_eq!(changed(Some(answered.clone()), json!({"status": "new"}), &[]).unwrap()["status"], "new");
    answered["agent_wrote_at"] = json!("2026-11-27T08:00:00Z");
    assert_eq!(refused(Some(answered), json!({"status": "new"}), &[]), told("status", "not_new_again"));
    assert!(changed(stored("closed"), json!({"priority": "high"}), &[]).is_ok());
}

#[test]
fn a_ticket_belongs_to_the_team_of_its_queue() {
    let team = uuid::Uuid::now_v7().to_string();
    let queue =
        Row { id: uuid::Uuid::now_v7(), version: 1, values: values(json!({"name": "Support", "served_by_id": team})) };
    let queue_id = queue.id.to_string();
    let moved = changed(stored("new"), json!({"queue_id": queue_id}), std::slice::from_ref(&queue)).unwrap();
    assert_eq!(moved["team_id"], json!(team));
}
