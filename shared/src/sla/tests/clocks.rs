use serde_json::json;

use super::super::*;
use super::*;

const PROMISED: Targets = Targets { first_response: Some(60), next_response: Some(120), resolution: Some(480) };

fn terms(targets: Targets) -> What {
    What::PolicyChanged(Terms { targets, ..Terms::default() })
}

fn to(to: Category) -> What {
    What::StatusChanged { to }
}

/// A ticket of Friday, 6 March 2026: what happened at which time in Shanghai, `HH:MM` or `DDTHH:MM`.
fn ticket(happened: &[(&str, What)]) -> Vec<Event> {
    let begin = [("09:00", What::Created), ("09:00", terms(PROMISED))];
    begin.iter().chain(happened).map(|(time, what)| Event { at: moment(time), what: *what }).collect()
}

fn moment(time: &str) -> DateTime<Utc> {
    let (day, time) = time.split_once('T').unwrap_or(("06", time));
    crate::format::from_local_input(&format!("2026-03-{day}T{time}"), &shanghai()).unwrap()
}

fn clocks(now: &str, happened: &[(&str, What)]) -> Clocks {
    Clocks::at(moment(now), &ticket(happened), &open(shanghai(), &office()))
}

fn is(clock: &Clock, state: ClockState, elapsed_minutes: i64, due: Option<&str>) {
    let found = (clock.state, clock.elapsed, clock.due_at);
    assert_eq!(found, (state, elapsed_minutes * 60, due.map(moment)));
}

#[test]
fn a_new_ticket_waits_for_its_first_response() {
    use ClockState::{Active, AtRisk, Missed};
    for (now, state, elapsed) in [
        ("09:00", Active, 0),
        ("09:44", Active, 44),
        ("09:45", AtRisk, 45),
        ("09:59", AtRisk, 59),
        ("10:00", Missed, 60),
        ("13:01", Missed, 181),
    ] {
        let clocks = clocks(now, &[]);
        is(&clocks.first_response, state, elapsed, Some("10:00"));
        assert_eq!(clocks.first_response.at_risk_at, Some(moment("09:45")));
        assert_eq!((clocks.next_response.state, clocks.next_response.started_at), (ClockState::None, None));
    }
}

#[test]
fn the_first_public_reply_meets_it() {
    let met = clocks("12:00", &[("09:30", What::AgentReply), ("11:00", What::AgentReply)]).first_response;
    is(&met, ClockState::Met, 30, Some("10:00"));
    assert_eq!((met.met_at, met.paused), (Some(moment("09:30")), false));
    let sharp = clocks("12:00", &[("10:00", What::AgentReply)]).first_response;
    is(&sharp, ClockState::Met, 60, Some("10:00"));
    let late = clocks("12:00", &[("10:01", What::AgentReply)]).first_response;
    is(&late, ClockState::MetLate, 61, Some("10:00"));
}

#[test]
fn what_is_due_when_the_week_ends_is_late_at_the_weekend() {
    let weekend = |reply| clocks("09T10:00", &[("17:00", terms(PROMISED)), (reply, to(Category::Solved))]).resolution;
    is(&weekend("18:00"), ClockState::Met, 480, Some("18:00"));
    is(&weekend("07T11:00"), ClockState::MetLate, 480, Some("18:00"));
}

#[test]
fn the_next_response_counts_from_the_first_unanswered_message() {
    let asked = [
        ("09:10", What::CustomerMessage),
        ("09:30", What::AgentReply),
        ("10:00", What::CustomerMessage),
        ("11:00", What::CustomerMessage),
    ];
    let next = clocks("11:00", &asked).next_response;
    assert_eq!(next.started_at, Some(moment("10:00")));
    is(&next, ClockState::Active, 60, Some("12:00"));
    let answered = [&asked[..], &[("13:30", What::AgentReply)]].concat();
    is(&clocks("15:00", &answered).next_response, ClockState::MetLate, 150, Some("12:00"));
    let again = [&answered[..], &[("15:00", What::CustomerMessage)]].concat();
    let next = clocks("15:30", &again).next_response;
    assert_eq!((next.started_at, next.met_at), (Some(moment("15:00")), None));
    is(&next, ClockState::Active, 30, Some("17:00"));
}

#[test]
fn messages_before_the_first_response_begin_nothing() {
    let next = clocks("11:00", &[("09:10", What::CustomerMessage), ("09:30", What::AgentReply)]).next_response;
    assert_eq!((next.state, next.started_at), (ClockState::None, None));
}

#[test]
fn waiting_for_the_customer_holds_resolution_and_next_response() {
    let waiting =
        [("09:30", What::AgentReply), ("10:00", What::CustomerMessage), ("10:30", to(Category::WaitingCustomer))];
    let held = clocks("17:00", &waiting);
    is(&held.resolution, ClockState::Paused, 90, None);
    is(&held.next_response, ClockState::Paused, 30, None);
    assert!(held.resolution.paused && held.next_response.paused);
    let back = [&waiting[..], &[("17:00", to(Category::Open))]].concat();
    is(&clocks("17:30", &back).resolution, ClockState::Active, 120, Some("09T15:30"));
    is(&clocks("17:30", &back).next_response, ClockState::Active, 60, Some("09T09:30"));
}

#[test]
fn the_first_response_goes_on_while_the_ticket_waits() {
    for category in [Category::WaitingCustomer, Category::WaitingThirdParty] {
        is(&clocks("09:50", &[("09:10", to(category))]).first_response, ClockState::AtRisk, 50, Some("10:00"));
    }
    let solved = [("09:10", to(Category::Solved)), ("11:00", to(Category::Open))];
    is(&clocks("10:30", &solved[..1]).first_response, ClockState::Paused, 10, None);
    is(&clocks("11:05", &solved).first_response, ClockState::Active, 15, Some("11:50"));
}

#[test]
fn a_policy_says_what_waiting_holds() {
    let held = |third_party: Held, now| {
        let pauses = Pauses { waiting_third_party: third_party, ..Pauses::default() };
        let policy = What::PolicyChanged(Terms { targets: PROMISED, pauses, ..Terms::default() });
        let replied = [("09:30", What::AgentReply), ("10:00", What::CustomerMessage)];
        let waits = [("10:30", to(Category::WaitingThirdParty)), ("11:00", policy)];
        let clocks = clocks(now, &[&replied[..], &waits].concat());
        (clocks.next_response.elapsed / 60, clocks.resolution.elapsed / 60)
    };
    let usual = Pauses::default().waiting_third_party;
    assert_eq!(held(usual, "11:30"), (90, 90));
    assert_eq!(held(Held { next_response: true, resolution: false }, "11:30"), (60, 120), "from the change on");
}

#[test]
fn time_spent_solved_does_not_count() {
    let solved = [("10:00", What::AgentReply), ("11:00", to(Category::Solved)), ("11:30", to(Category::Closed))];
    let met = clocks("17:00", &solved).resolution;
    is(&met, ClockState::Met, 120, Some("18:00"));
    assert_eq!(met.met_at, Some(moment("11:00")));
    let reopened = [&solved[..], &[("17:00", to(Category::Open))]].concat();
    let again = clocks("17:30", &reopened).resolution;
    is(&again, ClockState::Active, 150, Some("09T15:00"));
    assert_eq!((again.met_at, again.started_at), (None, Some(moment("09:00"))));
    let solved_again = [&reopened[..], &[("09T15:30", to(Category::Solved))]].concat();
    is(&clocks("09T17:00", &solved_again).resolution, ClockState::MetLate, 510, Some("09T15:00"));
}

#[test]
fn solving_deals_with_the_last_message() {
    let thanks = [("09:30", What::AgentReply), ("10:00", What::CustomerMessage), ("10:30", to(Category::Solved))];
    is(&clocks("17:00", &thanks).next_response, ClockState::Met, 30, Some("12:00"));
    let again = [&thanks[..], &[("16:00", What::CustomerMessage)]].concat();
    is(&clocks("17:00", &again).next_response, ClockState::Paused, 0, None);
    let reopened = [&again[..], &[("16:10", to(Category::Open))]].concat();
    is(&clocks("17:00", &reopened).next_response, ClockState::Active, 50, Some("09T09:10"));
}

#[test]
fn another_priority_moves_the_due_time_and_keeps_what_ran() {
    let targets = |minutes| terms(Targets { resolution: Some(minutes), ..Targets::default() });
    let urgent = [("11:00", targets(240))];
    is(&clocks("11:00", &urgent).resolution, ClockState::Active, 120, Some("14:00"));
    let beyond = [("11:00", targets(60))];
    is(&clocks("11:00", &beyond).resolution, ClockState::Missed, 120, Some("10:00"));
    let eased = [&beyond[..], &[("11:30", targets(960))]].concat();
    is(&clocks("11:30", &eased).resolution, ClockState::Active, 150, Some("09T18:00"));
    let dropped = clocks("17:00", &[("11:00", terms(Targets::default()))]).resolution;
    assert_eq!((dropped.state, dropped.due_at, dropped.elapsed), (ClockState::None, None, 420 * 60));
}

#[test]
fn what_is_met_is_judged_by_what_was_promised_then() {
    let stricter = terms(Targets { first_response: Some(5), ..Targets::default() });
    let met = clocks("12:00", &[("09:30", What::AgentReply), ("10:00", stricter)]).first_response;
    is(&met, ClockState::Met, 30, Some("10:00"));
    assert_eq!(met.target_minutes, Some(60));
}

#[test]
fn what_is_missed_stays_missed_while_it_stands_still() {
    let missed =
        [("09:10", terms(Targets { resolution: Some(60), ..PROMISED })), ("11:00", to(Category::WaitingCustomer))];
    let clock = clocks("17:00", &missed).resolution;
    is(&clock, ClockState::Missed, 120, Some("10:00"));
    assert!(clock.paused && !clock.is_running());
}

#[test]
fn a_merged_ticket_is_measured_elsewhere() {
    let merged = [("09:30", What::AgentReply), ("10:00", What::Merged), ("10:00", to(Category::Closed))];
    let clocks_then = clocks("17:00", &merged);
    is(&clocks_then.first_response, ClockState::Met, 30, Some("10:00"));
    is(&clocks_then.resolution, ClockState::None, 60, None);
    assert_eq!(clocks_then.resolution.met_at, None);
    assert_eq!(clocks_then.next_change(&[], &BusinessHours::always()), None);
    let undone = [&merged[..], &[("11:00", to(Category::Open))]].concat();
    is(&clocks("12:00", &undone).resolution, ClockState::Active, 120, Some("09T10:00"));
}

#[test]
fn without_a_policy_time_is_measured_all_the_same() {
    let hours = open(shanghai(), &office());
    let events =
        [("09:00", What::Created), ("10:30", What::AgentReply)].map(|(time, what)| Event { at: moment(time), what });
    let clocks = Clocks::at(moment("11:00"), &events, &hours);
    is(&clocks.first_response, ClockState::None, 90, None);
    assert_eq!(clocks.first_response.met_at, Some(moment("10:30")));
    assert_eq!(Clocks::at(moment("11:00"), &[], &hours).resolution.started_at, None);
}

#[test]
fn events_count_in_the_order_of_their_time() {
    let mut events = ticket(&[("09:30", What::AgentReply), ("10:00", What::CustomerMessage)]);
    let hours = open(shanghai(), &office());
    let straight = Clocks::at(moment("11:00"), &events, &hours);
    events.rotate_left(2);
    assert_eq!(Clocks::at(moment("11:00"), &events, &hours), straight);
}

#[test]
fn what_happened_is_over_whatever_the_time() {
    let before = Some(moment("10:00"));
    assert_eq!(["09:10", "10:10"].map(|now| present(moment(now), before)), ["10:00", "10:10"].map(moment));
    assert_eq!(present(moment("09:10"), None), moment("09:10"));
    // A server whose clock was an hour ahead wrote the first, one whose clock was right the others.
    let mut noted = vec![("10:00", to(Category::WaitingCustomer))];
    let held = clocks("09:10", &noted);
    assert_eq!(held.resolution.as_of, moment("10:00"));
    is(&held.resolution, ClockState::Paused, 60, None);
    is(&held.first_response, ClockState::Missed, 60, Some("10:00"));
    noted.extend([("10:00", What::AgentReply), ("10:00", to(Category::Open))]);
    let open = clocks("09:20", &noted);
    is(&open.resolution, ClockState::Active, 60, Some("18:00"));
    assert_eq!(open.first_response.met_at, Some(moment("10:00")));
    assert_eq!(open, clocks("10:00", &noted));
}

#[test]
fn clocks_agree_that_tell_of_different_instants() {
    let hours = open(shanghai(), &office());
    let agree = |one: Clocks, other: Clocks| {
        let there = one.agree_with(&other, &hours);
        assert_eq!(other.agree_with(&one, &hours), there, "both ways");
        there
    };
    let asked = [("09:20", What::CustomerMessage)];
    assert!(agree(clocks("09:10", &[]), clocks("09:40", &asked)), "what begins nothing changes nothing");
    assert!(!agree(clocks("09:10", &[]), clocks("09:50", &[])), "at risk meanwhile");
    let held = [("09:20", to(Category::WaitingCustomer))];
    assert!(!agree(clocks("09:10", &[]), clocks("09:40", &held)));
    let waited = [held[0], ("09:30", to(Category::Open))];
    assert!(!agree(clocks("09:10", &[]), clocks("09:40", &waited)), "it runs as before, but stood still");
    assert!(agree(clocks("09:31", &waited), clocks("09:40", &waited)));
}

#[test]
fn the_countdown_follows_the_clock() {
    let hours = open(shanghai(), &office());
    let left = |clock: &Clock, now: &str| clock.remaining(&hours, moment(now)).map(|left| left.num_minutes());
    let running = clocks("09:10", &[]).resolution;
    assert_eq!(left(&running, "09:10"), Some(470));
    assert_eq!(left(&running, "12:30"), Some(300), "not at lunch");
    assert_eq!(left(&running, "09T10:00"), Some(-60), "overdue, not at the weekend");
    let held = clocks("11:00", &[("10:00", to(Category::WaitingCustomer))]).resolution;
    assert_eq!(left(&held, "17:00"), Some(420), "stands still");
    let met = clocks("11:00", &[("10:00", to(Category::Solved))]).resolution;
    assert_eq!(left(&met, "17:00"), Some(420));
    assert_eq!(left(&Clock::default(), "17:00"), None);
}

#[test]
fn parts_of_seconds_are_cut_off() {
    let mut events = ticket(&[("10:00", What::AgentReply)]);
    events[2].at += Duration::milliseconds(999);
    let clocks = Clocks::at(moment("11:00"), &events, &open(shanghai(), &office()));
    is(&clocks.first_response, ClockState::Met, 60, Some("10:00"));
}

#[test]
fn events_are_kept_as_this() {
    let kept = json!([
        { "at": "2026-03-06T01:00:00Z", "what": "created" },
        { "at": "2026-03-06T01:00:00Z", "what": { "policy_changed": {
            "targets": { "first_response": 60, "next_response": null, "resolution": 480 },
            "pauses": {
                "waiting_customer": { "next_response": true, "resolution": true },
                "waiting_third_party": { "next_response": false, "resolution": true },
            },
            "at_risk_percent": 75,
        } } },
        { "at": "2026-03-06T01:00:00.5Z", "what": "customer_message" },
        { "at": "2026-03-06T01:30:00Z", "what": "agent_reply" },
        { "at": "2026-03-06T01:30:00Z", "what": { "status_changed": { "to": "waiting_third_party" } } },
        { "at": "2026-03-06T02:00:00Z", "what": "merged" },
    ]);
    let events: Vec<Event> = serde_json::from_value(kept.clone()).unwrap();
    let back: Vec<Event> = serde_json::from_value(serde_json::to_value(&events).unwrap()).unwrap();
    assert_eq!(events, back);
    let short = json!({ "at": "2026-03-06T01:00:00Z", "what": { "policy_changed": { "targets": { "first_response": 60, "resolution": 480 } } } });
    assert_eq!(serde_json::from_value::<Event>(short).unwrap(), events[1], "what is left out is as usual");
}

#[test]
fn codes_go_there_and_back() {
    assert!(Category::ALL.iter().all(|category| Category::parse(category.code()) == Some(*category)));
    assert!(Category::ALL.iter().all(|category| json!(category) == json!(category.code())));
    assert!(ClockKind::ALL.iter().all(|kind| ClockKind::parse(kind.code()) == Some(*kind)));
    assert!(ClockKind::ALL.iter().all(|kind| json!(kind) == json!(kind.code())));
    assert_eq!((Category::parse("done"), ClockKind::parse("")), (None, None));
}
