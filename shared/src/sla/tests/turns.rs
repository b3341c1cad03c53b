use uuid::Uuid;

use super::super::*;
use super::*;
use crate::format::{from_local_input, time};
use crate::i18n::Locale;

fn moment(time: &str) -> DateTime<Utc> {
    from_local_input(&format!("2026-03-06T{time}"), &shanghai()).unwrap()
}

fn terms(first_response: Option<u32>, next_response: Option<u32>, resolution: Option<u32>) -> What {
    let targets = Targets { first_response, next_response, resolution };
    What::PolicyChanged(Terms { targets, ..Terms::default() })
}

fn to(to: Category) -> What {
    What::StatusChanged { to }
}

/// What clocks did by 18:00 on a working Friday with such terms from 09:00 on, told in times of Shanghai.
fn all(terms: What, happened: &[(&str, What)]) -> Vec<Turn> {
    let begin = [("09:00", What::Created), ("09:00", terms)];
    let event = |(at, what): &(&str, What)| (Event { at: moment(at), what: *what }, None::<Uuid>);
    let events: Vec<(Event, Option<Uuid>)> = begin.iter().chain(happened).map(event).collect();
    let hours = open(shanghai(), &office());
    turns(&events, |_| &hours, moment("18:00"))
}

fn told(all: &[Turn]) -> Vec<String> {
    let at = |at: DateTime<Utc>| time(Locale::En, at, &shanghai());
    let line = |turn: &Turn| {
        let due = turn.due_at.map_or_else(|| "–".to_owned(), at);
        format!("{} {} {:?} {due}", at(turn.at), turn.clock.code(), turn.did)
    };
    all.iter().map(line).collect()
}

#[test]
fn a_missed_target_is_explained_by_when_it_ran() {
    let waits = [("10:00", to(Category::WaitingCustomer)), ("14:00", to(Category::Open))];
    let all = all(terms(None, None, Some(240)), &waits);
    let expected = [
        "09:00 resolution Begun 14:00",
        "10:00 resolution Paused –",
        "14:00 resolution WentOn 17:00",
        "16:00 resolution AtRisk 17:00",
        "17:00 resolution Missed 17:00",
    ];
    assert_eq!(told(&all), expected);
    let missed = all.last().unwrap();
    assert_eq!((missed.started_at, missed.target_minutes), (Some(moment("09:00")), Some(240)));
    assert_eq!(missed.pauses, [(moment("10:00"), moment("14:00"))]);
}

#[test]
fn another_policy_promises_something_else_or_nothing() {
    let happened = [
        ("09:30", What::AgentReply),
        ("11:00", What::CustomerMessage),
        ("11:30", terms(Some(60), Some(30), None)),
        ("11:40", terms(None, None, None)),
    ];
    let expected = [
        "09:00 first_response Begun 10:00",
        "09:30 first_response Met 10:00",
        "11:00 next_response Begun 14:00",
        "11:30 next_response Renewed 11:30",
        "11:30 next_response Missed 11:30",
        "11:40 next_response TakenAway –",
    ];
    assert_eq!(told(&all(terms(Some(60), Some(120), None), &happened)), expected);
}

#[test]
fn until_the_last_event_all_is_over_whatever_the_time() {
    let event = |at: &str, what| (Event { at: moment(at), what }, None::<Uuid>);
    let promise = terms(Some(60), None, None);
    let events = [event("09:00", What::Created), event("09:00", promise), event("11:00", What::CustomerMessage)];
    let hours = BusinessHours::always();
    let all = turns(&events, |_| &hours, moment("09:30"));
    let expected =
        ["09:00 first_response Begun 10:00", "09:45 first_response AtRisk 10:00", "10:00 first_response Missed 10:00"];
    assert_eq!(told(&all), expected);
}

#[test]
fn what_is_opened_again_goes_on_and_is_missed_once() {
    let happened = [("10:30", to(Category::Solved)), ("11:00", to(Category::Open)), ("11:10", to(Category::Closed))];
    let all = all(terms(None, None, Some(60)), &happened);
    let expected = [
        "09:00 resolution Begun 10:00",
        "09:45 resolution AtRisk 10:00",
        "10:00 resolution Missed 10:00",
        "10:30 resolution MetLate 10:00",
        "11:00 resolution WentOn 10:00",
        "11:10 resolution MetLate 10:00",
    ];
    assert_eq!(told(&all), expected);
    assert_eq!(all.last().unwrap().pauses, [(moment("10:30"), moment("11:00"))]);
}

#[test]
fn what_happens_in_the_due_second_is_in_time() {
    let all = all(terms(None, None, Some(60)), &[("10:00", to(Category::Solved))]);
    let expected = ["09:00 resolution Begun 10:00", "09:45 resolution AtRisk 10:00", "10:00 resolution Met 10:00"];
    assert_eq!(told(&all), expected);
}

#[test]
fn another_ticket_takes_a_clock_on_and_gives_it_back() {
    let happened = [("09:10", What::Merged), ("09:20", to(Category::Open)), ("09:30", to(Category::Solved))];
    let expected = [
        "09:00 resolution Begun 10:00",
        "09:10 resolution TakenAway –",
        "09:20 resolution Renewed 10:10",
        "09:30 resolution Met 10:10",
    ];
    assert_eq!(told(&all(terms(None, None, Some(60)), &happened)), expected);
}

#[test]
fn a_pause_is_told_with_its_end_even_if_nothing_was_promised_as_it_began() {
    let happened = [
        ("09:05", to(Category::WaitingCustomer)),
        ("09:10", terms(None, None, Some(60))),
        ("09:20", to(Category::Open)),
        ("09:30", to(Category::WaitingCustomer)),
        ("09:30:20", to(Category::Open)),
    ];
    let all = all(terms(None, None, None), &happened);
    let expected = [
        "09:10 resolution Renewed –",
        "09:10 resolution Paused –",
        "09:20 resolution WentOn 10:15",
        "09:30 resolution Paused –",
        "09:30 resolution WentOn 10:15",
        "10:00 resolution AtRisk 10:15",
        "10:15 resolution Missed 10:15",
    ];
    assert_eq!(told(&all), expected);
}

#[test]
fn a_policy_that_comes_later_counts_from_the_beginning_and_is_named() {
    let (gold, hours) = (Uuid::from_u128(1), BusinessHours::always());
    let event = |at: &str, what| Event { at: moment(at), what };
    let promise = terms(None, None, Some(60));
    let events = [(event("09:00", What::Created), None), (event("09:30", promise), Some(gold))];
    let all = turns(&events, |_| &hours, moment("09:40"));
    assert_eq!(told(&all), ["09:30 resolution Renewed 10:00"]);
    assert_eq!((all[0].policy_id, all[0].started_at), (Some(gold), Some(moment("09:00"))));
}
