use serde_json::{Value, json};

use super::super::china;
use super::*;
use crate::i18n::Locale;

/// What clocks in the zone show when so many minutes were worked.
fn due(hours: &BusinessHours, start: &str, work: i64) -> String {
    let start = crate::format::from_local_input(start, hours.zone()).unwrap();
    crate::format::to_local_input(hours.add(start, minutes(work)).unwrap(), hours.zone())
}

#[test]
fn lunch_nights_and_weekends_do_not_count() {
    let hours = open(shanghai(), &office());
    assert_eq!(due(&hours, "2026-03-06T09:00", 60), "2026-03-06T10:00");
    assert_eq!(due(&hours, "2026-03-06T11:30", 60), "2026-03-06T13:30", "lunch");
    assert_eq!(due(&hours, "2026-03-06T12:20", 1), "2026-03-06T13:01", "begins at lunch");
    assert_eq!(due(&hours, "2026-03-05T17:30", 60), "2026-03-06T09:30", "overnight");
    assert_eq!(due(&hours, "2026-03-06T17:30", 60), "2026-03-09T09:30", "a weekend");
    assert_eq!(due(&hours, "2026-03-07T22:00", 480), "2026-03-09T18:00", "begins on a Saturday");
    assert_eq!(due(&hours, "2026-03-06T17:00", 60), "2026-03-06T18:00", "done when the day ends, not on Monday");
    assert_eq!(due(&hours, "2026-03-07T22:00", 0), "2026-03-07T22:00", "nothing to be done");
}

#[test]
fn working_time_lies_between_instants() {
    let hours = open(shanghai(), &office());
    let between = |from: &str, to: &str| hours.between(at(from), at(to)).num_seconds();
    assert_eq!(between("2026-03-06T01:00:00Z", "2026-03-06T10:00:00Z"), 8 * 3600);
    assert_eq!(between("2026-03-06T03:59:59Z", "2026-03-06T05:00:01Z"), 2, "around lunch");
    assert_eq!(between("2026-03-06T09:59:00Z", "2026-03-09T01:01:00Z"), 120, "around a weekend");
    assert_eq!(between("2026-03-09T01:01:00Z", "2026-03-06T09:59:00Z"), 0, "backwards");
    assert_eq!(between("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"), 261 * 8 * 3600, "a year");
    assert!(hours.is_open(at("2026-03-06T03:59:59Z")) && !hours.is_open(at("2026-03-06T04:00:00Z")));
    assert!(!hours.is_open(at("2026-03-06T00:59:59Z")) && hours.is_open(at("2026-03-06T01:00:00Z")));
}

#[test]
fn the_clock_around_every_minute_counts() {
    let hours = BusinessHours::always();
    let start = at("2026-02-27T22:15:10Z");
    assert_eq!(hours.add(start, minutes(3 * 1440)), Some(at("2026-03-02T22:15:10Z")));
    assert_eq!(hours.between(start, at("2026-03-02T22:15:10Z")), minutes(3 * 1440));
    let written = json!({ "mon": [["00:00", "24:00"]], "tue": [["00:00", "24:00"]] });
    let two_days = open(new_york(), &written);
    assert_eq!(due(&two_days, "2026-03-09T12:00", 24 * 60), "2026-03-10T12:00", "over midnight without a gap");
}

#[test]
fn golden_week_is_closed_and_the_weekend_worked_for_it_open() {
    let (holidays, workdays) = china::year(2026, Locale::ZhCn).unwrap();
    let hours = BusinessHours::parse(shanghai(), &office(), &json!(holidays), &json!(workdays)).unwrap();
    assert_eq!(due(&hours, "2026-09-30T17:30", 60), "2026-10-08T09:30");
    assert_eq!(due(&hours, "2026-10-09T17:30", 60), "2026-10-10T09:30", "a Saturday that is worked");
    assert_eq!(due(&hours, "2026-10-10T17:30", 60), "2026-10-12T09:30", "but not the Sunday after it");
    assert_eq!(due(&hours, "2026-02-14T17:00", 90), "2026-02-24T09:30", "Spring Festival");
    assert_eq!(hours.holiday("2026-10-01".parse().unwrap()), Some("国庆节"));
    assert_eq!(hours.holiday("2026-10-10".parse().unwrap()), None);
}

#[test]
fn made_up_days_take_the_hours_they_are_told_to() {
    let hours = json!({ "mon": [["09:00", "10:00"]], "fri": [["09:00", "11:00"]] });
    let workdays = json!([
        { "day": "2026-03-07" },
        { "day": "2026-03-08", "as": "fri" },
        { "day": "2026-03-09", "as": "fri", "hours": [["20:00", "24:00"]] },
    ]);
    let hours = BusinessHours::parse(shanghai(), &hours, &Value::Null, &workdays).unwrap();
    assert_eq!(due(&hours, "2026-03-07T00:00", 60), "2026-03-07T10:00");
    assert_eq!(due(&hours, "2026-03-07T00:00", 180), "2026-03-08T11:00");
    assert_eq!(due(&hours, "2026-03-07T00:00", 181), "2026-03-09T20:01", "its own hours instead of a Monday's");
}

#[test]
fn clocks_that_go_forward_shorten_the_night_shift() {
    let night = json!({ "sun": [["00:00", "06:00"]] });
    let hours = open(new_york(), &night);
    let sunday = |from: &str, to: &str| hours.between(at(from), at(to));
    assert_eq!(sunday("2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z"), minutes(5 * 60));
    assert_eq!(sunday("2026-03-15T00:00:00Z", "2026-03-16T00:00:00Z"), minutes(6 * 60));
    assert_eq!(due(&hours, "2026-03-08T01:30", 60), "2026-03-08T03:30");
    let skipped = open(new_york(), &json!({ "sun": [["02:15", "02:45"]] }));
    assert_eq!(due(&skipped, "2026-03-07T12:00", 30), "2026-03-15T02:45", "the hour that is skipped has no minutes");
    let around = open(new_york(), &json!({ "sun": [["01:00", "02:30"], ["02:30", "04:00"]] }));
    assert_eq!(around.between(at("2026-03-08T00:00:00Z"), at("2026-03-09T00:00:00Z")), minutes(120), "none twice");
}

#[test]
fn clocks_that_go_back_lengthen_it() {
    let hours = open(new_york(), &json!({ "sun": [["00:00", "06:00"]] }));
    assert_eq!(hours.between(at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z")), minutes(7 * 60));
    assert_eq!(hours.add(at("2026-11-01T05:30:00Z"), minutes(60)), Some(at("2026-11-01T06:30:00Z")));
    let first = open(new_york(), &json!({ "sun": [["01:00", "01:30"]] }));
    assert_eq!(first.add(at("2026-11-01T00:00:00Z"), minutes(30)), Some(at("2026-11-01T05:30:00Z")));
    assert!(!first.is_open(at("2026-11-01T06:15:00Z")), "not a second time");
    let until = open(new_york(), &json!({ "sun": [["01:30", "02:00"]] }));
    assert_eq!(until.between(at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z")), minutes(90));
}

#[test]
fn what_never_opens_is_never_due() {
    let closed = open(shanghai(), &json!({}));
    assert_eq!(closed.add(at("2026-03-06T00:00:00Z"), minutes(1)), None);
    assert_eq!(closed.between(at("2026-03-06T00:00:00Z"), at("2036-03-06T00:00:00Z")), minutes(0));
    let once = json!([{ "day": "2027-03-06", "hours": [["09:00", "10:00"]] }]);
    let once = BusinessHours::parse(shanghai(), &json!({}), &Value::Null, &once).unwrap();
    assert_eq!(due(&once, "2026-03-06T00:00", 60), "2027-03-06T10:00", "within two years");
    assert_eq!(once.add(at("2026-03-06T00:00:00Z"), minutes(61)), None);
    assert_eq!(once.add(at("2025-03-04T00:00:00Z"), minutes(1)), None, "beyond");
    let rare = open(shanghai(), &json!({ "mon": [["09:00", "09:01"]] }));
    assert!(rare.add(at("2026-03-06T00:00:00Z"), minutes(1_000)).is_some());
    assert_eq!(rare.add(at("2026-03-06T00:00:00Z"), minutes(2_000)), None, "more than twenty years");
}

#[test]
fn instants_at_the_ends_of_the_calendar_do_no_harm() {
    let hours = open(new_york(), &office());
    let (first, last) = (at("0001-01-01T00:00:00Z"), at("9999-12-31T23:59:59Z"));
    assert_eq!(hours.between(last, first), minutes(0));
    assert!(hours.between(at("9999-12-01T00:00:00Z"), last) > minutes(0));
    assert!(hours.add(last, minutes(60)).is_some());
}

#[test]
fn the_state_council_announced_these_days() {
    let days = |year| {
        let (holidays, workdays) = china::year(year, Locale::ZhCn).unwrap();
        let is_weekend = |day: &chrono::NaiveDate| chrono::Datelike::weekday(day).num_days_from_monday() > 4;
        assert!(workdays.iter().all(|workday| is_weekend(&workday.day)), "{year}");
        assert!(holidays.windows(2).all(|pair| pair[0].day < pair[1].day), "{year}");
        assert!(workdays.windows(2).all(|pair| pair[0].day < pair[1].day), "{year}");
        BusinessHours::parse(shanghai(), &office(), &json!(holidays), &json!(workdays)).unwrap();
        (holidays.len(), workdays.len())
    };
    assert_eq!(days(2024), (28, 8));
    assert_eq!(days(2025), (28, 5));
    assert_eq!(days(2026), (33, 6));
    assert_eq!(china::YEARS.map(|year| china::year(year, Locale::En).is_some()), [true; 3]);
    assert_eq!(china::year(2023, Locale::En), None);
    assert_eq!(china::EXPECTED.map(|year| china::year(year, Locale::En).unwrap().0.len()), [6, 6]);
    assert_eq!(china::year(2025, Locale::En).unwrap().0[27].name, "National Day and Mid-Autumn Festival");
}

#[test]
fn hours_survive_the_wire() {
    let (holidays, workdays) = china::year(2024, Locale::En).unwrap();
    let hours = BusinessHours::parse(new_york(), &office(), &json!(holidays), &json!(workdays)).unwrap();
    let text = serde_json::to_string(&hours).unwrap();
    assert_eq!(serde_json::from_str::<BusinessHours>(&text).unwrap(), hours);
}
