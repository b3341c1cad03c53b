use serde_json::{Value, json};

use super::*;
use crate::error::FieldError;
use crate::i18n::{Locale, field_error};

fn errors(hours: Value, holidays: Value, workdays: Value) -> Vec<String> {
    let errors: Vec<FieldError> = BusinessHours::parse(Zone::utc(), &hours, &holidays, &workdays).unwrap_err();
    for error in &errors {
        for locale in Locale::ALL {
            let text = field_error(locale, error);
            assert!(!text.starts_with("error.") && !text.contains('{'), "{text}");
        }
    }
    errors.iter().map(|error| format!("{} {}", error.field.split('.').next().unwrap_or_default(), error.code)).collect()
}

#[test]
fn hours_that_can_not_be_are_refused() {
    let wrong = |hours: Value, code: &str| {
        assert_eq!(errors(hours.clone(), Value::Null, Value::Null), [format!("hours {code}")], "{hours}");
    };
    wrong(json!([]), "opening_hours");
    wrong(json!("09:00-18:00"), "opening_hours");
    wrong(json!({ "mon": "09:00" }), "opening_hours");
    wrong(json!({ "mon": ["09:00", "18:00"] }), "opening_hours");
    wrong(json!({ "mon": [["09:00"]] }), "opening_hours");
    wrong(json!({ "mon": [["09:00", "12:00", "13:00"]] }), "opening_hours");
    wrong(json!({ "mon": [[540, 720]] }), "opening_hours");
    for time in ["9:00", "09:0", "09-00", "09:60", "24:01", "25:00", "+9:00", "09:00:00", "０９:00", ""] {
        wrong(json!({ "mon": [[time, "24:00"]] }), "opening_hours");
    }
    wrong(json!({ "monday": [["09:00", "18:00"]] }), "unknown_part");
    wrong(json!({ "mon": [["18:00", "09:00"]] }), "hours_order");
    wrong(json!({ "mon": [["09:00", "09:00"]] }), "hours_order");
    wrong(json!({ "mon": [["24:00", "24:00"]] }), "hours_order");
    wrong(json!({ "mon": [["13:00", "18:00"], ["09:00", "13:01"]] }), "hours_overlap");
    wrong(json!({ "mon": vec![["09:00", "10:00"]; 13] }), "too_many");
}

#[test]
fn days_that_can_not_be_are_refused() {
    let wrong = |holidays: Value, code: &str| {
        assert_eq!(errors(Value::Null, holidays.clone(), Value::Null), [format!("holidays {code}")], "{holidays}");
    };
    wrong(json!({}), "day_list");
    wrong(json!(["2026-10-01"]), "day_list");
    wrong(json!([{ "name": "国庆节" }]), "date");
    wrong(json!([{ "day": "2026-02-29" }]), "date");
    wrong(json!([{ "day": "2026-10-01", "name": 1 }]), "text");
    wrong(json!([{ "day": "2026-10-01", "name": "节".repeat(101) }]), "too_long");
    wrong(json!([{ "day": "2026-10-01", "until": "2026-10-07" }]), "unknown_part");
    wrong(json!([{ "day": "2026-10-01" }, { "day": "2026-10-01", "name": "中秋节" }]), "day_twice");
    wrong(json!(vec![json!({ "day": "2026-10-01" }); 1_001]), "too_many");
}

#[test]
fn made_up_days_that_can_not_be_are_refused() {
    let holidays = json!([{ "day": "2026-10-01", "name": "国庆节" }]);
    let wrong = |workdays: Value, code: &str| {
        assert_eq!(errors(office(), holidays.clone(), workdays.clone()), [format!("workdays {code}")], "{workdays}");
    };
    wrong(json!([{ "day": "2026-10-10", "as": "friday" }]), "choice");
    wrong(json!([{ "day": "2026-10-10", "hours": [["12:00", "09:00"]] }]), "hours_order");
    wrong(json!([{ "day": "2026-10-10", "name": "国庆节" }]), "unknown_part");
    wrong(json!([{ "day": "2026-10-10" }, { "day": "2026-10-10", "as": "fri" }]), "day_twice");
    wrong(json!([{ "day": "2026-10-01" }]), "day_open_and_closed");
}

#[test]
fn every_field_tells_what_is_wrong_with_it() {
    let found = errors(json!(1), json!(2), json!(3));
    assert_eq!(found, ["hours opening_hours", "holidays day_list", "workdays day_list"]);
}

#[test]
fn every_day_tells_what_is_wrong_with_it() {
    let found = errors(json!({ "mon": [["18:00", "09:00"]], "tue": [["9", "18:00"]] }), Value::Null, Value::Null);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn what_is_wrong_is_told_where_it_is() {
    let days = json!([{ "day": "2026-10-01" }, { "day": "2026-10-01" }]);
    let works = json!([{ "day": "2026-10-10", "hours": [["12:00", "09:00"]] }]);
    let found = BusinessHours::parse(Zone::utc(), &json!({ "tue": [["18:00", "09:00"]] }), &days, &works).unwrap_err();
    let fields: Vec<&str> = found.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["hours.tue", "holidays.1.day", "workdays.0.hours"]);
}

#[test]
fn what_is_left_out_is_closed_and_order_does_not_matter() {
    let none = BusinessHours::parse(Zone::utc(), &Value::Null, &Value::Null, &Value::Null).unwrap();
    assert!(none.open_on("2026-03-09".parse().unwrap()).is_empty());
    let hours = open(Zone::utc(), &json!({ "mon": [["13:00", "24:00"], ["00:00", "13:00"]], "tue": null, "wed": [] }));
    let monday = hours.open_on("2026-03-09".parse().unwrap());
    assert_eq!(monday.iter().map(|open| (open.from, open.to)).collect::<Vec<_>>(), [(0, 780), (780, 1440)]);
}
