use serde_json::{Value, json};
use uuid::Uuid;

use super::super::*;
use super::*;
use crate::i18n::{Locale, field_error};

fn steps(value: Value) -> Vec<Escalation> {
    Escalation::parse_list("escalations", &value).unwrap()
}

/// A ticket that is to be answered within 100 minutes, around the clock.
fn clocks(now: &str, more: &[(&str, What)]) -> Clocks {
    let targets = Targets { first_response: Some(100), next_response: Some(10), ..Targets::default() };
    let policy = What::PolicyChanged(Terms { targets, ..Terms::default() });
    let begin = [("00:00", What::Created), ("00:00", policy)];
    let events: Vec<Event> =
        begin.iter().chain(more).map(|(time, what)| Event { at: clock(time), what: *what }).collect();
    Clocks::at(clock(now), &events, &BusinessHours::always())
}

fn clock(time: &str) -> DateTime<Utc> {
    at(&format!("2026-03-06T{time}:00Z"))
}

fn percents(firings: &[Firing]) -> Vec<u16> {
    firings.iter().map(|firing| firing.step.at_percent).collect()
}

#[test]
fn steps_are_due_once_in_order() {
    let steps = steps(json!([
        { "clock": "first_response", "at_percent": 150, "action": "raise_priority" },
        { "clock": "first_response", "at_percent": 50, "action": "notify" },
        { "clock": "first_response", "at_percent": 100, "action": "notify", "team_id": Uuid::from_u128(7) },
        { "clock": "resolution", "at_percent": 50, "action": "notify" },
    ]));
    assert_eq!(percents(&clocks("00:49", &[]).due_steps(&steps, &[])), [] as [u16; 0]);
    assert_eq!(percents(&clocks("00:50", &[]).due_steps(&steps, &[])), [50]);
    let due = clocks("01:40", &[]).due_steps(&steps, &[]);
    assert_eq!(percents(&due), [50, 100], "also what nobody came to do");
    assert_eq!(percents(&clocks("02:30", &[]).due_steps(&steps, &due)), [150], "not what was done");
    assert_eq!(due[1].step.team_id, Some(Uuid::from_u128(7)));
    let replied = clocks("02:30", &[("02:00", What::AgentReply)]);
    assert_eq!(replied.due_steps(&steps, &[]), [], "not what is met");
    let solved = clocks("02:30", &[("02:00", What::StatusChanged { to: Category::Solved })]);
    assert_eq!(solved.due_steps(&steps, &[]), [], "not what stands still");
}

#[test]
fn each_message_escalates_anew() {
    let steps = steps(json!([{ "clock": "next_response", "at_percent": 100, "action": "notify" }]));
    let first = [("00:00", What::AgentReply), ("01:00", What::CustomerMessage)];
    let done = clocks("01:10", &first).due_steps(&steps, &[]);
    assert_eq!(done[0].started_at, clock("01:00"));
    let second = [&first[..], &[("02:00", What::AgentReply), ("03:00", What::CustomerMessage)]].concat();
    assert_eq!(clocks("03:09", &second).due_steps(&steps, &done), []);
    let due = clocks("03:10", &second).due_steps(&steps, &done);
    assert_eq!((due.len(), due[0].started_at), (1, clock("03:00")));
    let kept = serde_json::to_string(&due).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Firing>>(&kept).unwrap(), due);
}

#[test]
fn the_next_change_is_the_first_of_all() {
    let hours = BusinessHours::always();
    let steps = steps(json!([
        { "clock": "first_response", "at_percent": 50, "action": "notify" },
        { "clock": "first_response", "at_percent": 133, "action": "notify" },
    ]));
    let next = |now: &str, more: &[(&str, What)]| clocks(now, more).next_change(&steps, &hours);
    assert_eq!(next("00:00", &[]), Some(clock("00:50")), "a step");
    assert_eq!(next("00:50", &[]), Some(clock("01:15")), "at risk");
    assert_eq!(next("01:15", &[]), Some(clock("01:40")), "missed");
    assert_eq!(next("01:40", &[]), Some(clock("02:13")), "a step beyond");
    assert_eq!(next("02:13", &[]), None);
    assert_eq!(next("00:20", &[("00:20", What::AgentReply)]), None, "met");
    let asked = [("00:20", What::AgentReply), ("00:30", What::CustomerMessage)];
    assert_eq!(next("00:30", &asked), Some(clock("00:37") + Duration::seconds(30)), "75 % of ten minutes");
    let held = [&asked[..], &[("00:31", What::StatusChanged { to: Category::WaitingCustomer })]].concat();
    assert_eq!(next("00:31", &held), None, "stands still");
}

#[test]
fn steps_that_can_not_be_are_refused() {
    let wrong = |value: Value, code: &str| {
        let error = Escalation::parse_list("escalations", &value).unwrap_err();
        // Told where it is, if it is about one of them.
        let whole = matches!(code, "too_many") || !value.is_array();
        assert_eq!(error.field == "escalations", whole, "{value}");
        assert_eq!((error.field.split('.').next(), error.code.as_str()), (Some("escalations"), code), "{value}");
        for locale in Locale::ALL {
            let text = field_error(locale, &error);
            assert!(!text.starts_with("error.") && !text.contains('{'), "{text}");
        }
    };
    let step = |part: &str, value: Value| {
        let mut step = json!({ "clock": "resolution", "at_percent": 80, "action": "notify" });
        step[part] = value;
        json!([step])
    };
    wrong(json!({}), "escalations");
    wrong(json!([1]), "escalations");
    wrong(step("clock", json!("solution")), "choice");
    wrong(step("action", json!("call")), "choice");
    wrong(step("action", Value::Null), "choice");
    for percent in [json!(49), json!(501), json!(65_616), json!("80"), json!(80.5), json!(-80), Value::Null] {
        wrong(step("at_percent", percent), "out_of_range");
    }
    wrong(step("user_id", json!("me")), "reference");
    wrong(step("team_id", json!(1)), "reference");
    wrong(step("to", json!(1)), "unknown_part");
    wrong(step("action", json!("assign")), "escalation_assignee");
    wrong(
        json!([{ "clock": "resolution", "at_percent": 80, "action": "raise_priority", "user_id": Uuid::nil() }]),
        "escalation_priority",
    );
    let twice = json!({ "clock": "resolution", "at_percent": 80, "action": "notify" });
    wrong(json!([twice, twice]), "escalation_twice");
    assert_eq!(Escalation::parse_list("steps", &json!([twice, twice])).unwrap_err().field, "steps.1");
    let many: Vec<Value> =
        (50..71).map(|percent| json!({ "clock": "resolution", "at_percent": percent, "action": "notify" })).collect();
    wrong(json!(many), "too_many");
}

#[test]
fn steps_are_kept_as_they_are_read() {
    let value = json!([
        { "clock": "resolution", "at_percent": 50, "action": "notify", "user_id": Uuid::from_u128(1) },
        { "clock": "next_response", "at_percent": 500, "action": "assign", "team_id": Uuid::from_u128(2) },
        { "clock": "first_response", "at_percent": 100, "action": "raise_priority" },
    ]);
    let read = steps(value.clone());
    assert_eq!(json!(read), value);
    assert_eq!(serde_json::from_value::<Vec<Escalation>>(value).unwrap(), read);
    assert_eq!(steps(Value::Null), []);
}
