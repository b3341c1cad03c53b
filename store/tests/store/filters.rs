//! Filters that depend on who asks and on what an organisation added.

use chrono::Utc;
use serde_json::{Value, json};
use shared::access::Actor;
use shared::command::Change;
use shared::format::Zone;
use shared::query::{Filter, ListQuery, Op, Sort};
use shared::types::{CUSTOMER, OPPORTUNITY, TASK, TICKET};
use shared::{Error, RecordDef, Values};
use uuid::Uuid;

use crate::support::sample::World;
use crate::undo::{deal, make};

async fn found(world: &World, actor: &Actor, def: &'static RecordDef, field: &str, op: Op, value: Value) -> Vec<Uuid> {
    let query = ListQuery { filter: Some(Filter::field(field, op, value)), limit: 50, ..ListQuery::default() };
    world.test.store.list(actor, def, &query).await.unwrap().rows.iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn a_day_is_the_day_where_the_user_is() {
    let world = World::new().await;
    // These two never have the same date.
    let [west, east] = [-12, 14].map(|hours| Actor { zone: Zone::fixed("there", hours * 3600), ..world.admin.clone() });
    let (_, stages) = deal(&world).await;
    let mut days = Vec::new();
    for actor in [&west, &east] {
        let deal = make(&world, &OPPORTUNITY, json!({"name": "Won there", "stage_id": stages[0]})).await;
        let values = Values::from_iter([("stage_id".to_owned(), json!(stages[2]))]);
        let won =
            world.apply_as(actor, &OPPORTUNITY, Change::Update { id: deal, version: None, values }).await.unwrap();
        days.push(won.rows[0].text("closed_on").unwrap().to_owned());
        assert!(found(&world, actor, &OPPORTUNITY, "closed_on", Op::Eq, json!("@today")).await.contains(&deal));
    }
    assert!(days[0] < days[1], "{days:?}");
    let noon = west.zone.day(Utc::now()).and_hms_opt(12, 0, 0).unwrap();
    let due = shared::record::instant_text(west.zone.instant(noon).unwrap());
    let task = make(&world, &TASK, json!({"subject": "At noon", "due_at": due})).await;
    for (days, is_later) in [("@today", true), ("@today+1", false)] {
        let later = found(&world, &west, &TASK, "due_at", Op::Gte, json!(days)).await;
        assert_eq!(later.contains(&task), is_later, "{days}");
    }
}

#[tokio::test]
async fn own_fields_compare_as_what_they_are() {
    let world = World::new().await;
    for (key, kind) in [("seats", "number"), ("renewal", "date"), ("partner", "checkbox"), ("note", "text")] {
        let field = json!({"record_type": "customer", "key": key, "label": key, "kind": kind});
        make(&world, shared::types::by_name("custom_field").unwrap(), field).await;
    }
    let custom = [
        json!({"seats": 9, "renewal": "2026-02-01", "partner": true, "note": "10"}),
        json!({"seats": 10, "renewal": "2026-11-01", "note": "9"}),
        json!({}),
    ];
    let mut ids = Vec::new();
    for (n, custom) in custom.into_iter().enumerate() {
        ids.push(make(&world, &CUSTOMER, json!({"name": format!("Own {n}"), "custom": custom})).await);
    }
    for (key, op, value, expected) in [
        ("seats", Op::Lt, json!("10"), vec![0]),
        ("seats", Op::Gte, json!(9), vec![0, 1]),
        ("seats", Op::Eq, json!("10.0000"), vec![1]),
        ("seats", Op::Ne, json!("10"), vec![0, 2]),
        ("renewal", Op::Gt, json!("2026-02-01"), vec![1]),
        ("renewal", Op::Empty, Value::Null, vec![2]),
        ("partner", Op::Eq, json!(true), vec![0]),
        ("partner", Op::Eq, json!(false), vec![1, 2]),
        ("note", Op::Eq, json!("10"), vec![0]),
        ("note", Op::Contains, json!("1"), vec![0]),
    ] {
        let hits = found(&world, &world.admin, &CUSTOMER, &format!("custom.{key}"), op, value.clone()).await;
        let hits: Vec<usize> = (0..ids.len()).filter(|n| hits.contains(&ids[*n])).collect();
        assert_eq!(hits, expected, "{key} {op:?} {value}");
    }
}

#[tokio::test]
async fn own_fields_of_related_records_are_found_and_compared() {
    let world = World::new().await;
    let field = json!({"record_type": "customer", "key": "region", "label": "Region", "kind": "text"});
    make(&world, shared::types::by_name("custom_field").unwrap(), field).await;
    let (_, stages) = deal(&world).await;
    let mut deals = Vec::new();
    for region in ["north", "south"] {
        let values = json!({"name": format!("Own {region}"), "custom": {"region": region}});
        let customer = make(&world, &CUSTOMER, values).await;
        let values = json!({"name": "Theirs", "stage_id": stages[0], "customer_id": customer});
        deals.push(make(&world, &OPPORTUNITY, values).await);
    }
    let hits = found(&world, &world.admin, &OPPORTUNITY, "customer_id.custom.region", Op::Eq, json!("north")).await;
    assert_eq!(hits, [deals[0]]);
    let around = world.test.store.custom_fields_around(&world.admin, &OPPORTUNITY).await.unwrap();
    let keys = |of: &str| around[of].iter().map(|field| field.key.as_str()).collect::<Vec<_>>();
    assert_eq!((keys("customer"), keys("opportunity")), (vec!["region"], vec![]));
}

#[tokio::test]
async fn one_or_none_of_a_list() {
    let world = World::new().await;
    let choices = json!(["a", "b", "c"]);
    let field = json!({"record_type": "customer", "key": "tier", "label": "T", "kind": "choice", "choices": choices});
    make(&world, shared::types::by_name("custom_field").unwrap(), field).await;
    let all = [
        json!({"kind": "company", "industry": "energy", "custom": {"tier": "a"}, "tags": ["x", "y"], "owner_id": null,
               "address": {"city": "Jinan"}}),
        json!({"kind": "company", "industry": "retail", "custom": {"tier": "b"}, "address": {"city": "Weihai"}}),
        json!({"kind": "company", "owner_id": null, "address": {"street": "West Road 1"}}),
    ];
    let mut ids = Vec::new();
    for (n, mut values) in all.into_iter().enumerate() {
        values["name"] = json!(format!("Listed {n}"));
        ids.push(make(&world, &CUSTOMER, values).await);
    }
    let me = world.admin.user_id.to_string();
    for (name, one, expected) in [
        ("industry", json!(["energy", "software"]), vec![0]),
        ("tags", json!(["y", "z"]), vec![0]),
        ("owner_id", json!(["@me"]), vec![1]),
        ("owner_id", json!([me]), vec![1]),
        ("owner_id.name", json!(["Lin Yue"]), vec![1]),
        ("custom.tier", json!(["a", "c"]), vec![0]),
        ("address.city", json!([" Jinan", "Qingdao"]), vec![0]),
    ] {
        // None of them also holds where there is no value at all.
        let others: Vec<usize> = (0..ids.len()).filter(|n| !expected.contains(n)).collect();
        for (op, expected) in [(Op::In, &expected), (Op::NotIn, &others)] {
            let filter =
                Filter::All(vec![Filter::field("name", Op::Contains, "Listed "), Filter::field(name, op, one.clone())]);
            let query = ListQuery { filter: Some(filter), limit: 50, ..ListQuery::default() };
            let rows = world.test.store.list(&world.admin, &CUSTOMER, &query).await.unwrap().rows;
            let hits: Vec<usize> = (0..ids.len()).filter(|n| rows.iter().any(|row| row.id == ids[*n])).collect();
            assert_eq!(&hits, expected, "{name} {op:?}");
        }
    }
    for (name, value, code) in [
        ("industry", json!("energy"), "list"),
        ("industry", json!(["nonsense"]), "choice"),
        ("owner_id", json!(vec![me; 501]), "too_many"),
        ("custom.tier", json!([true]), "text"),
        ("address.city", json!([7]), "text"),
        ("address.city", json!("Jinan"), "list"),
        ("address.town", json!(["Jinan"]), "unknown_field"),
    ] {
        let query = ListQuery { filter: Some(Filter::field(name, Op::NotIn, value)), ..ListQuery::default() };
        let refused = world.test.store.list(&world.admin, &CUSTOMER, &query).await.unwrap_err();
        let Error::Invalid { fields } = refused else { panic!("{refused:?}") };
        assert_eq!((fields[0].field.as_str(), fields[0].code.as_str()), (name, code));
    }
}

#[tokio::test]
async fn now_is_when_one_asks_and_each_of_several_counts_by_itself() {
    let world = World::new().await;
    let due = |minutes: i64| shared::record::instant_text(Utc::now() + chrono::TimeDelta::minutes(minutes));
    for (subject, minutes) in [("Over", -5), ("To come", 5)] {
        make(&world, &TASK, json!({"subject": subject, "due_at": due(minutes)})).await;
    }
    let query = |field: &str, op: Op| ListQuery {
        filter: Some(Filter::field(field, op, "@now")),
        count: true,
        ..ListQuery::default()
    };
    let over = world.test.store.list(&world.admin, &TASK, &query("due_at", Op::Lte)).await.unwrap().rows;
    assert!(over.iter().any(|row| row.text("subject") == Some("Over")));
    assert!(over.iter().all(|row| row.text("subject") != Some("To come")));
    let queries = [query("due_at", Op::Lte), query("no_field", Op::Eq), ListQuery::default()];
    let counts = world.test.store.counts(&world.admin, &TASK, &queries).await.unwrap();
    let all = world.test.store.list(&world.admin, &TASK, &ListQuery { count: true, ..ListQuery::default() }).await;
    assert_eq!(counts, [i64::try_from(over.len()).ok(), None, all.unwrap().total]);
    let too_many = vec![ListQuery::default(); 51];
    let refused = world.test.store.counts(&world.admin, &TASK, &too_many).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })));
}

#[tokio::test]
async fn periods_go_by_the_calendar_where_the_user_is() {
    let world = World::new().await;
    let day = |days: i64| (world.admin.zone.day(Utc::now()) + chrono::TimeDelta::days(days)).to_string();
    let (_, stages) = deal(&world).await;
    let mut ids = Vec::new();
    for days in [-40, -1, 0, 1] {
        let values = json!({"name": "Due", "stage_id": stages[0], "expected_close": day(days)});
        ids.push(make(&world, &OPPORTUNITY, values).await);
    }
    for (period, expected) in
        [("today", vec![2]), ("last_30_days", vec![1, 2]), ("overdue", vec![0, 1]), ("tomorrow", vec![3])]
    {
        let hits = found(&world, &world.admin, &OPPORTUNITY, "expected_close", Op::During, json!(period)).await;
        let hits: Vec<usize> = (0..ids.len()).filter(|n| hits.contains(&ids[*n])).collect();
        assert_eq!(hits, expected, "{period}");
    }
    for (field, value) in [("expected_close", json!("someday")), ("name", json!("today"))] {
        let filter = Some(Filter::field(field, Op::During, value));
        let query = ListQuery { filter, ..ListQuery::default() };
        assert!(matches!(
            world.test.store.list(&world.admin, &OPPORTUNITY, &query).await,
            Err(Error::Invalid { fields }) if fields[0].field == field
        ));
    }
}

#[tokio::test]
async fn a_searched_list_begins_with_what_is_called_so() {
    let world = World::new().await;
    for (name, email) in [
        ("Zephyr", None),
        ("Other", Some("zephyr@example.com")),
        ("Big Zephyr", None),
        ("Zephyrville", None),
        ("云帆", None),
    ] {
        make(&world, &CUSTOMER, json!({"name": name, "emails": email.into_iter().collect::<Vec<_>>()})).await;
    }
    make(&world, &CUSTOMER, json!({"name": "新云帆", "emails": ["newest.zephyr@example.com"]})).await;
    let listed = async |words: &str, limit: u32, sort: Option<Sort>| -> Vec<String> {
        let search = Some(words.to_owned());
        let mut query = ListQuery { search, limit, sort, count: true, ..ListQuery::default() };
        let mut names = Vec::new();
        loop {
            let page = world.test.store.list(&world.admin, &CUSTOMER, &query).await.unwrap();
            assert!(page.rows.len() <= limit as usize);
            names.extend(page.rows.iter().filter_map(|row| row.text("name").map(str::to_owned)));
            let Some(next) = page.next else { break };
            query.cursor = Some(next);
        }
        names
    };
    let whole = ["Zephyr", "Zephyrville", "Big Zephyr", "新云帆", "Other"];
    for limit in [3, 4, 50] {
        assert_eq!(listed("zephyr", limit, None).await, whole, "{limit}");
    }
    // What no page was ahead of keeps its place.
    assert_eq!(listed("zephyr", 2, None).await, ["Zephyr", "Zephyrville", "新云帆", "Big Zephyr", "Other"]);
    assert_eq!(listed("yunfan", 50, None).await, ["云帆", "新云帆"]);
    let by_name = Sort { field: "name".into(), descending: true };
    let sorted = listed("zephyr", 2, Some(by_name)).await;
    let place = |name: &str| sorted.iter().position(|other| other == name);
    assert!(place("Zephyrville") < place("Zephyr") && sorted.len() == whole.len(), "{sorted:?}");
}

#[tokio::test]
async fn a_ticket_is_found_by_how_its_subject_begins_before_newer_ones_that_sound_so() {
    let world = World::new().await;
    let subject = |subject: &str| json!({"subject": subject, "channel": "web"});
    let meant = make(&world, &TICKET, subject("M2 zh-d 网页打不开")).await;
    let other = make(&world, &TICKET, subject("M2 zh-p 打印机不动")).await;
    let query = ListQuery { search: Some("M2 zh-d".to_owned()), limit: 50, ..ListQuery::default() };
    let page = world.test.store.list(&world.admin, &TICKET, &query).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [meant, other]);
    let hits = world.test.store.search(&world.admin, "M2 zh-d", 20).await.unwrap();
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [meant, other]);
}
