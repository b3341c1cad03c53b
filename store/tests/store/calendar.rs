//! Lists by day.

use chrono::NaiveDate;
use serde_json::{Value, json};
use shared::access::{Actor, FieldAccess, Grants, Level, TypeRights};
use shared::calendar::{Calendar, CalendarQuery};
use shared::format::Zone;
use shared::query::{Filter, ListQuery, Op, Sort};
use shared::types::{ACTIVITY, CONTACT, CUSTOMER, OPPORTUNITY, TASK};
use shared::{Error, RecordDef};

use crate::support::sample::World;
use crate::undo::{deal, make};

fn query(field: &str, from: &str, days: u32) -> CalendarQuery {
    let from = from.parse().unwrap();
    CalendarQuery { field: field.into(), from, days, per_day: 8, list: ListQuery::default() }
}

/// The days with their totals and the titles of their records.
fn told(calendar: &Calendar, title: &str) -> Value {
    let day = |day: &shared::calendar::CalendarDay| {
        let rows: Vec<&str> = day.rows.iter().filter_map(|row| row.text(title)).collect();
        json!([day.day.to_string(), day.total, rows])
    };
    calendar.days.iter().map(day).collect()
}

async fn tasks(world: &World, actor: &Actor, query: &CalendarQuery) -> Value {
    told(&world.test.store.calendar(actor, &TASK, query).await.unwrap(), "subject")
}

#[tokio::test]
async fn records_lie_on_the_days_of_whoever_reads() {
    let world = World::new().await;
    for (subject, due) in [("Late", "2026-12-31T20:00:00Z"), ("Noon", "2027-01-01T04:00:00Z")] {
        make(&world, &TASK, json!({"subject": subject, "due_at": due})).await;
    }
    make(&world, &TASK, json!({"subject": "Some day"})).await;
    let there = |hours: i32| Actor { zone: Zone::fixed("there", hours * 3600), ..world.admin.clone() };
    let turn = query("due_at", "2026-12-28", 7);
    assert_eq!(tasks(&world, &there(8), &turn).await, json!([["2027-01-01", 2, ["Late", "Noon"]]]));
    assert_eq!(
        tasks(&world, &there(-5), &turn).await,
        json!([["2026-12-31", 2, ["Late", "Noon"]]]),
        "midnight in the west comes later"
    );
    assert_eq!(
        tasks(&world, &there(0), &turn).await,
        json!([["2026-12-31", 1, ["Late"]], ["2027-01-01", 1, ["Noon"]]])
    );
    assert_eq!(tasks(&world, &there(8), &query("due_at", "2027-01-02", 42)).await, json!([]));
}

#[tokio::test]
async fn a_full_day_gives_its_first_records_and_how_many_there_are() {
    let world = World::new().await;
    for n in 0..5 {
        let due = format!("2026-11-05T0{}:00:00Z", 5 - n);
        make(&world, &TASK, json!({"subject": format!("T{n}"), "due_at": due, "done": n == 0})).await;
    }
    let few = CalendarQuery { per_day: 2, ..query("due_at", "2026-11-05", 1) };
    let actor = Actor { zone: Zone::utc(), ..world.admin.clone() };
    assert_eq!(tasks(&world, &actor, &few).await, json!([["2026-11-05", 5, ["T4", "T3"]]]), "the earliest first");
    let sort = Some(Sort { field: "subject".into(), descending: true });
    let sorted = CalendarQuery { list: ListQuery { sort, ..ListQuery::default() }, ..few.clone() };
    assert_eq!(tasks(&world, &actor, &sorted).await, json!([["2026-11-05", 5, ["T4", "T3"]]]));
    let filter = Some(Filter::field("done", Op::Eq, true));
    let done = CalendarQuery { list: ListQuery { filter, ..ListQuery::default() }, ..few.clone() };
    assert_eq!(tasks(&world, &actor, &done).await, json!([["2026-11-05", 1, ["T0"]]]), "filters hold");
    let search = Some("T3".to_owned());
    let found = CalendarQuery { list: ListQuery { search, ..ListQuery::default() }, ..few };
    assert_eq!(tasks(&world, &actor, &found).await, json!([["2026-11-05", 1, ["T3"]]]), "so does a search");
}

#[tokio::test]
async fn birthdays_come_every_year() {
    let world = World::new().await;
    for (name, born) in [("Leap", "1988-02-29"), ("New year", "1990-01-02"), ("Unborn", "2027-02-10")] {
        make(&world, &CONTACT, json!({"name": name, "birth_date": born})).await;
    }
    let of = async |from: &str, days: u32| {
        let calendar = world.test.store.calendar(&world.admin, &CONTACT, &query("birth_date", from, days)).await;
        told(&calendar.unwrap(), "name")
    };
    assert_eq!(
        of("2026-12-28", 7).await,
        json!([["2027-01-01", 1, ["关系 sample 0"]], ["2027-01-02", 1, ["New year"]]]),
        "over the end of the year"
    );
    assert_eq!(of("2026-02-01", 28).await, json!([["2026-02-28", 1, ["Leap"]]]), "nobody before they were born");
    assert_eq!(of("2028-01-31", 35).await, json!([["2028-02-10", 1, ["Unborn"]], ["2028-02-29", 1, ["Leap"]]]));
    assert_eq!(of("2026-03-02", 35).await, json!([]));
}

#[tokio::test]
async fn days_show_what_their_reader_may_read() {
    let world = World::new().await;
    let (_, stages) = deal(&world).await;
    let of_day = |name: &str, owner| json!({"name": name, "stage_id": stages[0], "expected_close": "2026-11-05", "owner_id": owner});
    make(&world, &OPPORTUNITY, of_day("Hers", world.base["user"])).await;
    make(&world, &OPPORTUNITY, of_day("His", world.admin.user_id)).await;
    let own = TypeRights { read: Level::Own, ..TypeRights::default() };
    let grants = Grants { types: [("opportunity".to_owned(), own)].into(), ..Grants::default() };
    let hidden = [("opportunity.expected_close".to_owned(), FieldAccess::Hidden)].into();
    let of = async |actor: &Actor| {
        let found = world.test.store.calendar(actor, &OPPORTUNITY, &query("expected_close", "2026-11-01", 30)).await;
        found.map(|calendar| told(&calendar, "name"))
    };
    assert_eq!(of(&world.colleague(grants.clone())).await.unwrap(), json!([["2026-11-05", 1, ["Hers"]]]));
    assert_eq!(of(&world.admin).await.unwrap(), json!([["2026-11-05", 2, ["Hers", "His"]]]));
    let blind = world.colleague(Grants { fields: hidden, ..grants });
    assert_eq!(of(&blind).await.unwrap_err(), Error::invalid("field", "unknown_field"), "nothing lies on a hidden day");
    assert_eq!(of(&world.colleague(Grants::default())).await.unwrap_err(), Error::Forbidden);
}

#[tokio::test]
async fn what_cannot_be_shown_by_day_is_refused_with_its_reason() {
    let world = World::new().await;
    let refused = async |def: &'static RecordDef, query: CalendarQuery| match world
        .test
        .store
        .calendar(&world.admin, def, &query)
        .await
    {
        Err(Error::Invalid { fields }) => format!("{} {}", fields[0].field, fields[0].code),
        other => format!("{other:?}"),
    };
    assert_eq!(refused(&CUSTOMER, query("name", "2026-11-01", 7)).await, "field unknown_field");
    assert_eq!(refused(&CUSTOMER, query("stage_changed_at", "2026-11-01", 7)).await, "field unknown_field");
    assert_eq!(refused(&OPPORTUNITY, query("stage_changed_at", "2026-11-01", 7)).await, "field unknown_field");
    assert_eq!(refused(&ACTIVITY, query("occurred_at", "2026-11-01", 0)).await, "days out_of_range");
    assert_eq!(refused(&ACTIVITY, query("occurred_at", "2026-11-01", 43)).await, "days out_of_range");
    assert_eq!(refused(&ACTIVITY, query("occurred_at", "9999-12-28", 7)).await, "from out_of_range");
    let end = CalendarQuery { from: NaiveDate::MAX, ..query("occurred_at", "2026-11-01", 7) };
    assert_eq!(refused(&ACTIVITY, end).await, "from out_of_range");
    let start = CalendarQuery { from: NaiveDate::MIN, ..query("occurred_at", "2026-11-01", 7) };
    assert_eq!(refused(&ACTIVITY, start).await, "from out_of_range");
    let many = CalendarQuery { per_day: 201, ..query("occurred_at", "2026-11-01", 7) };
    assert_eq!(refused(&ACTIVITY, many).await, "per_day out_of_range");
}
