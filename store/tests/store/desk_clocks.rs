//! What the clocks of a ticket did is told on its timeline, to those who may see how they stand.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use serde_json::json;
use shared::access::{Actor, FieldAccess, Grants, Level, TypeRights};
use shared::command::{Change, Command};
use shared::record::instant_text;
use shared::sla::ClockKind::{FirstResponse, Resolution};
use shared::sla::{BusinessHours, ClockKind, ClockState, Clocks, Did};
use shared::timeline::{Happening, TimelineEntry, TimelineQuery};
use shared::types::{SLA_POLICY, TICKET, TICKET_MESSAGE};
use shared::{Error, Row};
use uuid::Uuid;

use crate::desk::{Desk, clocks_of, history_of};

/// All that the timeline of a ticket tells, the newest first, page by page.
async fn timeline(desk: &Desk, actor: &Actor, ticket: Uuid) -> Vec<TimelineEntry> {
    let (mut query, mut all) = (TimelineQuery::default(), Vec::new());
    loop {
        let page = desk.test.store.timeline(actor, &TICKET, ticket, &query).await.unwrap();
        all.extend(page.entries);
        match page.next {
            None => return all,
            next => query.cursor = next,
        }
    }
}

/// What clocks did, by which service level, the oldest first.
fn turns(told: &[TimelineEntry]) -> Vec<(ClockKind, Did, Option<&str>)> {
    let turns = told.iter().rev().filter_map(|entry| match &entry.what {
        Happening::Clock { turn, policy, .. } => Some((turn.clock, turn.did, policy.as_deref())),
        _ => None,
    });
    turns.collect()
}

#[tokio::test]
async fn what_clocks_did_is_told_in_order_and_by_which_service_level() {
    let desk = Desk::new(0).await;
    let gold = json!({"name": "Gold", "position": 1, "priorities": ["urgent"], "resolution_minutes": 600});
    desk.make(&SLA_POLICY, gold).await;
    let all = json!({"name": "All", "position": 2, "first_response_minutes": 30, "resolution_minutes": 240});
    let all = desk.make(&SLA_POLICY, all).await.id;
    let received = instant_text(Utc::now() - TimeDelta::minutes(300));
    let ticket = desk.make(&TICKET, json!({"subject": "Slow", "received_at": received})).await.id;
    for change in [json!({"status": "waiting_customer"}), json!({"priority": "urgent"}), json!({"status": "solved"})] {
        desk.change(&TICKET, ticket, change).await;
    }
    // What it is called now, even if it holds for nothing new.
    desk.change(&SLA_POLICY, all, json!({"name": "Usual", "active": false})).await;
    let told = timeline(&desk, &desk.admin, ticket).await;
    let expected = [
        (FirstResponse, Did::Begun, Some("Usual")),
        (Resolution, Did::Begun, Some("Usual")),
        (FirstResponse, Did::AtRisk, Some("Usual")),
        (FirstResponse, Did::Missed, Some("Usual")),
        (Resolution, Did::AtRisk, Some("Usual")),
        (Resolution, Did::Missed, Some("Usual")),
        (Resolution, Did::Paused, Some("Usual")),
        (FirstResponse, Did::TakenAway, Some("Gold")),
        (Resolution, Did::Renewed, Some("Gold")),
        (Resolution, Did::Met, Some("Gold")),
    ];
    assert_eq!(turns(&told), expected);
    assert!(told.is_sorted_by(|one, next| one.at >= next.at), "{told:?}");
}

#[tokio::test]
async fn what_clocks_did_is_for_those_who_may_see_how_they_stand() {
    let desk = Desk::new(1).await;
    desk.make(&SLA_POLICY, json!({"name": "All", "resolution_minutes": 60})).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Broken"})).await.id;
    let mut agent = desk.agents[0].clone();
    let told = timeline(&desk, &agent, ticket).await;
    assert_eq!(turns(&told), [(Resolution, Did::Begun, None)], "what it is called is for those who may read it");
    let reads = TypeRights { read: Level::All, ..TypeRights::default() };
    agent.grants.types.insert("sla_policy".to_owned(), reads);
    let told = timeline(&desk, &agent, ticket).await;
    assert_eq!(turns(&told), [(Resolution, Did::Begun, Some("All"))]);
    agent.grants.fields.insert("ticket.sla_state".to_owned(), FieldAccess::Hidden);
    let told = timeline(&desk, &agent, ticket).await;
    assert_eq!((turns(&told), told.len()), (Vec::new(), 1), "that it was made is told all the same");

    let own = TypeRights { read: Level::Own, ..TypeRights::default() };
    let grants = Grants { types: [("ticket".to_owned(), own)].into(), ..Grants::default() };
    let stranger = Actor { grants, ..agent };
    let refused = desk.test.store.timeline(&stranger, &TICKET, ticket, &TimelineQuery::default()).await;
    assert_eq!(refused, Err(Error::NotFound));
}

#[tokio::test]
async fn what_clocks_did_often_comes_page_by_page() {
    let desk = Desk::new(0).await;
    desk.make(&SLA_POLICY, json!({"name": "All", "resolution_minutes": 600})).await;
    let ticket = desk.make(&TICKET, json!({"subject": "To and fro", "status": "open"})).await.id;
    for _ in 0..24 {
        for status in ["waiting_customer", "open"] {
            desk.change(&TICKET, ticket, json!({"status": status})).await;
        }
    }
    let told = timeline(&desk, &desk.admin, ticket).await;
    assert_eq!((turns(&told).len(), told.len()), (49, 98), "{told:?}");
    let keys: BTreeSet<String> = told.iter().map(TimelineEntry::key).collect();
    assert_eq!(keys.len(), told.len());
    assert!(told.is_sorted_by(|one, next| one.at >= next.at), "{told:?}");
}

#[tokio::test]
async fn a_customer_who_has_not_written_waits_since_their_ticket_came_in() {
    let desk = Desk::new(0).await;
    let at = |hours: i64| json!({"received_at": instant_text(Utc::now() - TimeDelta::hours(hours))});
    let ticket = desk.make(&TICKET, json!({"subject": "Called"})).await.id;
    let times = async || {
        let row = desk.test.store.get(&desk.admin, &TICKET, ticket).await.unwrap().row;
        ["customer_wrote_at", "received_at"].map(|field| row.datetime(field).unwrap())
    };
    for hours in [3, 5, 1] {
        desk.change(&TICKET, ticket, at(hours)).await;
        let [waits, received] = times().await;
        assert_eq!(waits, received);
    }
    let said = json!({"ticket_id": ticket, "direction": "inbound", "content": "Still broken"});
    desk.make(&TICKET_MESSAGE, said).await;
    let [waits, received] = times().await;
    assert!(waits > received, "{waits} {received}");
}

#[tokio::test]
async fn of_two_answers_written_at_once_one_stays_said_when_the_other_is_deleted() {
    let desk = Desk::new(0).await;
    desk.make(&SLA_POLICY, json!({"name": "All", "first_response_minutes": 30})).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Twice", "requester_name": "Wang"})).await.id;
    let at = instant_text(Utc::now());
    let answer = || json!({"ticket_id": ticket, "kind": "reply", "direction": "outbound", "content": "<p>Yes</p>", "said_at": at});
    let (first, second) = (desk.make(&TICKET_MESSAGE, answer()).await, desk.make(&TICKET_MESSAGE, answer()).await);
    let delete = async |id| {
        desk.test.store.apply(&desk.admin, Command::one(TICKET_MESSAGE.name, Change::Delete { id })).await.unwrap()
    };
    delete(first.id).await;
    let met = |row: Row| row.value("clocks")["first_response"]["met_at"].clone();
    assert!(met(desk.change(&TICKET, ticket, json!({"priority": "high"})).await).is_string(), "it was answered");
    delete(second.id).await;
    assert!(met(desk.change(&TICKET, ticket, json!({"priority": "low"})).await).is_null(), "nothing is said any more");
}

/// The clocks of a ticket as they are kept, which follow from what happened: in the order in which it was noted.
async fn followed(desk: &Desk, ticket: Uuid) -> Clocks {
    let history = history_of(desk, ticket).await;
    assert!(history.is_sorted_by_key(|event| event.at), "{history:?}");
    let shown: Clocks = serde_json::from_value(clocks_of(desk, ticket).await).unwrap();
    let hours = BusinessHours::always();
    let fresh = Clocks::at(shown.resolution.as_of, &history, &hours);
    assert!(shown.agree_with(&fresh, &hours), "{shown:?}, {fresh:?}");
    fresh
}

/// Under torture, which sets clocks wrong, what happened later was noted as earlier.
#[tokio::test]
async fn what_a_server_notes_comes_last_even_if_its_clock_is_behind() {
    let desk = Desk::new(0).await;
    let all = json!({"name": "All", "position": 2, "first_response_minutes": 30, "next_response_minutes": 60, "resolution_minutes": 600});
    desk.make(&SLA_POLICY, all).await;
    let high = json!({"name": "High", "position": 1, "priorities": ["high"], "resolution_minutes": 60});
    desk.make(&SLA_POLICY, high).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Broken", "status": "open"})).await.id;
    // A server made it whose clock is an hour ahead.
    let ahead = "update sla_events set at = at + interval '1 hour', event = jsonb_set(event, '{at}',
                 to_jsonb(to_char((at + interval '1 hour') at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))";
    sqlx::query(ahead).execute(&desk.test.owner).await.unwrap();
    let begun = history_of(&desk, ticket).await[0].at;
    assert!(begun > Utc::now());

    desk.change(&TICKET, ticket, json!({"status": "waiting_customer"})).await;
    let waits = followed(&desk, ticket).await;
    assert!(waits.resolution.paused && waits.first_response.is_running(), "{waits:?}");
    let says = async |direction: &str| {
        let said = json!({"ticket_id": ticket, "direction": direction, "content": "<p>Well</p>"});
        assert!(desk.make(&TICKET_MESSAGE, said).await.datetime("said_at").unwrap() >= begun);
        followed(&desk, ticket).await
    };
    let open = says("inbound").await;
    assert!(open.resolution.is_running(), "{open:?}");
    let answered = says("outbound").await;
    assert_eq!((answered.first_response.state, answered.first_response.elapsed), (ClockState::Met, 0));
    assert!(says("inbound").await.next_response.is_running());
    desk.change(&TICKET, ticket, json!({"priority": "high"})).await;
    assert_eq!(followed(&desk, ticket).await.resolution.target_minutes, Some(60));
    desk.change(&TICKET, ticket, json!({"status": "solved"})).await;
    let solved = followed(&desk, ticket).await;
    assert_eq!((solved.resolution.state, solved.resolution.elapsed), (ClockState::Met, 0));
}

#[tokio::test]
async fn what_is_said_was_said() {
    let desk = Desk::new(0).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Broken"})).await.id;
    let says = async |minutes: i64| {
        let at = instant_text(Utc::now() + TimeDelta::minutes(minutes));
        let said = json!({"ticket_id": ticket, "direction": "inbound", "content": "Still broken", "said_at": at});
        let change = Change::Create { id: Uuid::now_v7(), values: said.as_object().cloned().unwrap() };
        desk.test.store.apply(&desk.admin, Command::one(TICKET_MESSAGE.name, change)).await
    };
    assert_eq!(says(60).await.unwrap_err(), Error::invalid("said_at", "in_future"));
    for minutes in [-60, 1] {
        says(minutes).await.unwrap();
    }
}
