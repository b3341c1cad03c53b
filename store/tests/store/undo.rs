//! Taking things back after others, or oneself, went on.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::access::{Actor, Grants, Level, TypeRights};
use shared::audit::AuditQuery;
use shared::command::{Change, Command, Outcome};
use shared::duplicates::Merge;
use shared::history::{ChangeSet, ChangeSetQuery, State, Why};
use shared::record::CustomField;
use shared::timeline::{Happening, Merged, TimelineQuery};
use shared::types::{
    ACTIVITY, CONTACT, CUSTOM_FIELD, CUSTOMER, LEAD, OPPORTUNITY, PIPELINE, PRODUCT, STAGE, TASK, TICKET,
    TICKET_MESSAGE,
};
use shared::{Error, RecordDef, Row, Values};
use uuid::Uuid;

use crate::support::sample::{World, all_about};

fn values(fields: Value) -> Values {
    fields.as_object().unwrap().clone()
}

pub(crate) async fn make(world: &World, def: &RecordDef, fields: Value) -> Uuid {
    world.make_with(def, values(fields)).await.id
}

/// Changes fields, whoever changed them before; gives the change set.
async fn edit(world: &World, def: &RecordDef, id: Uuid, fields: Value) -> Uuid {
    world.apply(def, Change::Update { id, version: None, values: values(fields) }).await.unwrap().change_set
}

async fn undo(world: &World, set: Uuid) -> (u64, usize) {
    let outcome = world.test.store.undo(&world.admin, set).await.unwrap();
    (outcome.undone, outcome.kept.len())
}

async fn many(world: &World, def: &RecordDef, changes: Vec<Change>) -> Outcome {
    let command = Command { record_type: def.name.to_owned(), changes, ..Command::default() };
    world.test.store.apply(&world.admin, command).await.unwrap()
}

/// A deal in the first of a pipeline's open stages; the stages, won and lost last, and the first stage of another pipeline.
pub(crate) async fn deal(world: &World) -> (Uuid, Vec<Uuid>) {
    let mut stages = Vec::new();
    let [here, elsewhere] = ["Here", "Elsewhere"].map(|name| json!({"name": name, "currency": "CNY"}));
    let here = make(world, &PIPELINE, here).await;
    let elsewhere = make(world, &PIPELINE, elsewhere).await;
    let of = [(here, "open"), (here, "open"), (here, "won"), (here, "lost"), (elsewhere, "open")];
    for (n, (pipeline, outcome)) in of.into_iter().enumerate() {
        let stage = json!({"pipeline_id": pipeline, "name": format!("S{n}"), "position": n, "probability": 10 * n, "outcome": outcome});
        stages.push(make(world, &STAGE, stage).await);
    }
    (make(world, &OPPORTUNITY, json!({"name": "Deal", "stage_id": stages[0], "amount": "10"})).await, stages)
}

async fn read(world: &World, def: &'static RecordDef, id: Uuid) -> Row {
    world.read(def, id).await.unwrap()
}

#[tokio::test]
async fn what_was_done_in_turn_is_undone_in_turn() {
    let world = World::new().await;
    let (deal, stages) = deal(&world).await;
    let first = edit(&world, &OPPORTUNITY, deal, json!({"stage_id": stages[1]})).await;
    let second = edit(&world, &OPPORTUNITY, deal, json!({"stage_id": stages[4]})).await;
    assert_eq!(undo(&world, second).await, (1, 0));
    assert_eq!(undo(&world, first).await, (1, 0));
    assert_eq!(read(&world, &OPPORTUNITY, deal).await.reference("stage_id"), Some(stages[0]));
    // A creation too, once what followed it is taken back.
    let id = Uuid::now_v7();
    let made = world.apply(&CUSTOMER, Change::Create { id, values: values(json!({"name": "Made"})) }).await.unwrap();
    let changed = edit(&world, &CUSTOMER, id, json!({"name": "Changed"})).await;
    undo(&world, changed).await;
    assert_eq!(undo(&world, made.change_set).await, (1, 0));
}

#[tokio::test]
async fn what_colleagues_wrote_is_not_shown_to_the_customer_by_undo() {
    let world = World::new().await;
    let ticket = make(&world, &TICKET, json!({"subject": "Printer"})).await;
    let said = json!({"ticket_id": ticket, "kind": "reply", "content": "<p>Hello</p>"});
    let message = make(&world, &TICKET_MESSAGE, said).await;
    let hidden = edit(&world, &TICKET_MESSAGE, message, json!({"kind": "note"})).await;
    let rewritten = edit(&world, &TICKET_MESSAGE, message, json!({"content": "<p>A difficult customer</p>"})).await;
    assert_eq!(undo(&world, hidden).await, (0, 1));
    assert_eq!(read(&world, &TICKET_MESSAGE, message).await.text("kind"), Some("note"));
    assert_eq!(undo(&world, rewritten).await, (1, 0));
    let message = read(&world, &TICKET_MESSAGE, message).await;
    assert_eq!((message.text("kind"), message.text("content")), (Some("note"), Some("<p>Hello</p>")));
}

#[tokio::test]
async fn what_follows_from_a_stage_is_never_undone_without_it() {
    let world = World::new().await;
    let (deal, stages) = deal(&world).await;
    let away = edit(&world, &OPPORTUNITY, deal, json!({"stage_id": stages[2]})).await;
    edit(&world, &OPPORTUNITY, deal, json!({"stage_id": stages[3], "lost_reason": "price"})).await;
    let before = read(&world, &OPPORTUNITY, deal).await;
    assert_eq!(undo(&world, away).await, (0, 1));
    let after = read(&world, &OPPORTUNITY, deal).await;
    for field in ["stage_id", "status", "closed_on", "lost_reason", "probability", "last_open_stage_id"] {
        assert_eq!(after.value(field), before.value(field), "{field}");
    }
    edit(&world, &OPPORTUNITY, deal, json!({"name": "Still a deal that can be changed"})).await;
}

#[tokio::test]
async fn a_deal_is_in_the_pipeline_of_its_stage() {
    let world = World::new().await;
    let (deal, stages) = deal(&world).await;
    let elsewhere = read(&world, &STAGE, stages[4]).await.reference("pipeline_id").unwrap();
    let change = Change::Update { id: deal, version: None, values: values(json!({"pipeline_id": elsewhere})) };
    assert_eq!(world.apply(&OPPORTUNITY, change).await.unwrap_err(), Error::invalid("pipeline_id", "follows_stage"));
    edit(&world, &OPPORTUNITY, deal, json!({"pipeline_id": elsewhere, "stage_id": stages[4]})).await;
}

#[tokio::test]
async fn one_that_cant_come_back_leaves_the_others_their_way() {
    let world = World::new().await;
    let numbered = |number: &str| json!({"name": format!("Customer {number}"), "number": number});
    let [first, second] =
        [make(&world, &CUSTOMER, numbered("A-1")).await, make(&world, &CUSTOMER, numbered("A-2")).await];
    let archived = many(&world, &CUSTOMER, vec![Change::Archive { id: first }, Change::Archive { id: second }]).await;
    make(&world, &CUSTOMER, numbered("A-1")).await;
    assert_eq!(undo(&world, archived.change_set).await, (1, 1));
    assert!(read(&world, &CUSTOMER, second).await.text("archived_at").is_none());
    assert!(read(&world, &CUSTOMER, first).await.text("archived_at").is_some());
}

#[tokio::test]
async fn one_that_the_database_refuses_is_named_and_the_others_are_done() {
    let world = World::new().await;
    let [kept, gone] = [
        make(&world, &CUSTOMER, json!({"name": "Kept"})).await,
        make(&world, &CUSTOMER, json!({"name": "Gone"})).await,
    ];
    make(&world, &CONTACT, json!({"name": "Their contact", "customer_id": kept})).await;
    let outcome = many(&world, &CUSTOMER, vec![Change::Delete { id: kept }, Change::Delete { id: gone }]).await;
    assert_eq!(outcome.refused.iter().map(|refused| refused.id).collect::<Vec<_>>(), [kept]);
    assert_eq!(world.read(&CUSTOMER, gone).await.unwrap_err(), Error::NotFound);
    assert!(world.read(&CUSTOMER, kept).await.is_ok());
}

#[tokio::test]
async fn undoing_a_creation_keeps_what_lists_name_meanwhile() {
    let world = World::new().await;
    let (deal, _) = deal(&world).await;
    let id = Uuid::now_v7();
    let made = world.apply(&PRODUCT, Change::Create { id, values: values(json!({"name": "Pump"})) }).await.unwrap();
    edit(&world, &OPPORTUNITY, deal, json!({"product_ids": [id]})).await;
    assert_eq!(undo(&world, made.change_set).await, (0, 1));
    assert!(world.read(&PRODUCT, id).await.is_ok());
}

#[tokio::test]
async fn nobody_takes_the_id_of_another_record() {
    let world = World::new().await;
    let id = make(&world, &CUSTOMER, json!({"name": "Acme"})).await;
    let taken = world.apply(&LEAD, Change::Create { id, values: values(json!({"name": "Mine"})) }).await.unwrap_err();
    assert_eq!(taken, Error::invalid("id", "taken"));
    assert_eq!(world.test.store.search(&world.admin, "acme", 5).await.unwrap()[0].id, id);
}

#[tokio::test]
async fn a_record_with_a_long_text_is_found_by_its_title() {
    let world = World::new().await;
    let words: Vec<String> = (0..600).map(|n| format!("aa{n:04}")).collect();
    let long = json!({"kind": "note", "subject": "采购会议 zebra", "content": words.join(" "), "occurred_at": "2026-03-01T08:00:00Z"});
    let id = make(&world, &ACTIVITY, long).await;
    for sought in ["采购", "zebra", "caigou", "aa0001"] {
        let hits = world.test.store.search(&world.admin, sought, 5).await.unwrap();
        assert!(hits.iter().any(|hit| hit.id == id), "{sought}");
    }
}

#[tokio::test]
async fn what_sounds_otherwise_is_not_found_by_pinyin_and_whole_syllables_come_first() {
    let world = World::new().await;
    let found = async || {
        let hits = world.test.store.search(&world.admin, "xinjian", 5).await.unwrap();
        hits.into_iter().map(|hit| hit.title).collect::<Vec<_>>()
    };
    let followed = json!({"kind": "note", "subject": "微信跟进", "occurred_at": "2026-03-01T08:00:00Z"});
    make(&world, &ACTIVITY, followed).await;
    assert_eq!(found().await, [""; 0]);
    for name in ["新建集团", "新疆化工"] {
        make(&world, &CUSTOMER, json!({ "name": name })).await;
    }
    assert_eq!(found().await, ["新建集团", "新疆化工"]);
}

#[tokio::test]
async fn a_name_is_found_by_each_way_to_read_it() {
    let world = World::new().await;
    for name in ["重庆长安汽车", "重复", "长沙", "音乐", "电子ABCDEF有限公司"] {
        make(&world, &CUSTOMER, json!({ "name": name })).await;
    }
    for (typed, name) in [
        ("chongqing", "重庆长安汽车"),
        ("chongqingchangan", "重庆长安汽车"),
        ("cqca", "重庆长安汽车"),
        ("changan", "重庆长安汽车"),
        ("chongfu", "重复"),
        ("changsha", "长沙"),
        ("yinyue", "音乐"),
        ("zhangsha", "长沙"),
        ("常沙", "长沙"),
        ("dianziabc", "电子ABCDEF有限公司"),
        ("dianziabcdef", "电子ABCDEF有限公司"),
        ("dzabc", "电子ABCDEF有限公司"),
    ] {
        let hits = world.test.store.search(&world.admin, typed, 5).await.unwrap();
        assert!(hits.iter().any(|hit| hit.title == name), "{typed}");
    }
}

#[tokio::test]
async fn a_record_can_be_seen_as_it_was_after_each_of_its_changes() {
    let world = World::new().await;
    let id = make(&world, &CUSTOMER, json!({"name": "First", "kind": "company", "website": "https://a.example"})).await;
    for values in [json!({"name": "Second", "industry": "energy"}), json!({"website": null}), json!({"name": "Last"})] {
        edit(&world, &CUSTOMER, id, values).await;
    }
    let changes: Vec<i64> = sqlx::query_scalar("select id from audit_entries where record_id = $1 order by version")
        .bind(id)
        .fetch_all(&world.test.owner)
        .await
        .unwrap();
    let mut seen = Vec::new();
    for change in &changes {
        let past = world.test.store.past(&world.admin, &CUSTOMER, id, *change).await.unwrap();
        assert_eq!(past.now.text("name"), Some("Last"));
        let stamps = [&past.then, &past.now].map(|row| row.text("updated_at").unwrap().to_owned());
        assert_eq!(stamps[0] < stamps[1], Some(change) != changes.last(), "it was changed since, or not");
        let said = ["name", "industry", "website"].map(|field| past.then.text(field).unwrap_or("-").to_owned());
        seen.push(said.join(" "));
    }
    assert_eq!(
        seen,
        ["First - https://a.example", "Second energy https://a.example", "Second energy -", "Last energy -"]
    );
    let other = make(&world, &CUSTOMER, json!({"name": "Other", "kind": "company"})).await;
    let foreign = world.test.store.past(&world.admin, &CUSTOMER, other, changes[0]).await;
    assert_eq!(foreign.unwrap_err(), Error::NotFound);
    let stranger = world.colleague(Grants::default());
    assert_eq!(world.test.store.past(&stranger, &CUSTOMER, id, changes[0]).await.unwrap_err(), Error::NotFound);
}

#[tokio::test]
async fn histories_name_user_defined_fields_that_are_no_more() {
    let world = World::new().await;
    let (store, admin) = (&world.test.store, &world.admin);
    let define = |label: &str| json!({"record_type": "customer", "key": "plate", "label": label, "kind": "text"});
    let field = make(&world, &CUSTOM_FIELD, define("Number plate")).await;
    let id = make(&world, &CUSTOMER, json!({"name": "Acme", "custom": {"plate": "A 1"}})).await;
    edit(&world, &CUSTOMER, id, json!({"custom": {"plate": "B 2"}})).await;
    many(&world, &CUSTOM_FIELD, vec![Change::Archive { id: field }]).await;
    assert!(store.custom_fields(admin, &CUSTOMER).await.unwrap().is_empty());

    let named = |fields: &[CustomField]| fields.iter().map(|f| (f.label.clone(), f.removed)).collect::<Vec<_>>();
    let gone = [("Number plate".to_owned(), true)];
    let timeline = store.timeline(admin, &CUSTOMER, id, &TimelineQuery::default()).await.unwrap();
    assert_eq!(named(&timeline.custom["customer"]), gone);
    let of_type = AuditQuery { record_type: Some("customer".into()), ..AuditQuery::default() };
    assert_eq!(named(&store.audit(admin, &of_type).await.unwrap().custom["customer"]), gone);
    let made: i64 = sqlx::query_scalar("select min(id) from audit_entries where record_id = $1")
        .bind(id)
        .fetch_one(&world.test.owner)
        .await
        .unwrap();
    let past = store.past(admin, &CUSTOMER, id, made).await.unwrap();
    assert_eq!(named(&past.custom), gone);
    assert_eq!([&past.then, &past.now].map(|row| row.value("custom")["plate"].clone()), ["A 1", "B 2"]);
    // One that has its key by now is meant.
    make(&world, &CUSTOM_FIELD, define("Plate")).await;
    assert_eq!(named(&store.past(admin, &CUSTOMER, id, made).await.unwrap().custom), [("Plate".to_owned(), false)]);
}

#[tokio::test]
async fn the_audit_log_says_which_records_are_no_longer_there() {
    let world = World::new().await;
    let (store, admin) = (&world.test.store, &world.admin);
    let [stays, goes] = ["Acme", "Hooli"].map(|name| json!({ "name": name }));
    let [stays, goes] = [make(&world, &CUSTOMER, stays).await, make(&world, &CUSTOMER, goes).await];
    let deleted = many(&world, &CUSTOMER, vec![Change::Delete { id: goes }]).await.change_set;
    let gone = async || store.audit(admin, &AuditQuery::default()).await.unwrap().gone;
    assert_eq!((gone().await.contains(&goes), gone().await.contains(&stays)), (true, false));
    undo(&world, deleted).await;
    assert!(!gone().await.contains(&goes));
    // The address of one that became part of another leads to that.
    let other = make(&world, &CUSTOMER, json!({"name": "Acme"})).await;
    let merge = Merge {
        record_type: CUSTOMER.name.to_owned(),
        into: stays,
        others: vec![other],
        values: Values::new(),
        seen: Vec::new(),
    };
    store.merge(admin, &merge).await.unwrap();
    assert!(!gone().await.contains(&other));
}

/// What the erased are called, in both languages.
const ERASED: &str = "已删除个人信息 · Erased person";

/// Tables in which some row says this.
pub(crate) async fn tables_saying(world: &World, secret: &str) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind = 'r' order by 1",
    )
    .fetch_all(&world.test.owner)
    .await
    .unwrap();
    let mut saying = Vec::new();
    for table in tables {
        let sql = format!("select exists (select from {table} t where strpos(lower(t::text), lower($1)) > 0)");
        let found: bool =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(secret).fetch_one(&world.test.owner).await.unwrap();
        saying.extend(found.then_some(table));
    }
    saying
}

#[tokio::test]
async fn nothing_in_the_database_tells_of_a_person_whose_data_was_erased() {
    let world = World::new().await;
    let person = json!({"name": "Zaphod Beeblebrox", "kind": "person", "phones": ["+8613800138042"],
                        "emails": ["zaphod@heart.example"], "birth_date": "1979-10-12", "occupation": "President",
                        "description": "Two heads"});
    let set = Change::Create { id: Uuid::now_v7(), values: values(person) };
    let id = set.id();
    let command = Command { idempotency_key: Some("erase".to_owned()), ..Command::one(CUSTOMER.name, set) };
    world.test.store.apply(&world.admin, command).await.unwrap();
    let note = json!({"content": "Met Zaphod at Milliways", "kind": "note", "customer_id": id});
    make(&world, &ACTIVITY, note.clone()).await;
    let gone = make(&world, &ACTIVITY, note).await;
    world.apply(&ACTIVITY, Change::Delete { id: gone }).await.unwrap();
    let renamed = edit(&world, &CUSTOMER, id, json!({"name": "Zaphod B.", "emails": ["z@heart.example"]})).await;
    let (_, stages) = deal(&world).await;
    let ship = json!({"name": "Ship of Zaphod Beeblebrox · 年度维保", "stage_id": stages[0], "customer_id": id});
    let won = make(&world, &OPPORTUNITY, ship).await;
    edit(&world, &OPPORTUNITY, won, json!({"next_step": "给Zaphod Beeblebrox打电话"})).await;
    edit(&world, &OPPORTUNITY, won, json!({"next_step": "给Zaphod B打电话 13800138042, z@heart.example"})).await;
    make(&world, &TASK, json!({"subject": "Call Zaphod B.", "opportunity_id": won})).await;
    let twin = make(&world, &CUSTOMER, json!({"name": "Zaphod Beeblebrox", "emails": ["z2@heart.example"]})).await;
    let merge = shared::duplicates::Merge {
        record_type: CUSTOMER.name.to_owned(),
        into: id,
        others: vec![twin],
        values: Values::new(),
        seen: Vec::new(),
    };
    world.test.store.merge(&world.admin, &merge).await.unwrap();

    let everything = all_about(&world.test, &world.admin, &CUSTOMER, id).await.to_string();
    for said in ["Zaphod B.", "Two heads", "Met Zaphod at Milliways", "Ship", "1979-10-12"] {
        assert!(everything.contains(said), "{said}");
    }
    // As it was noted before names were left out of it.
    sqlx::query(
        "insert into audit_entries (org_id, change_set, record_type, record_id, version, action, source, title, changes)
         values ($1, $2, 'customer', $2, 0, 'export', 'web', 'Zaphod Beeblebrox', '{}')",
    )
    .bind(world.admin.org_id)
    .bind(Uuid::now_v7())
    .execute(&world.test.owner)
    .await
    .unwrap();
    let stranger = world.colleague(Grants::default());
    let refused = world.test.store.erase(&stranger, &CUSTOMER, id).await;
    assert_eq!(refused.unwrap_err(), Error::Forbidden);
    assert!(world.test.store.about(&stranger, &CUSTOMER, id).await.is_err());

    world.test.store.erase(&world.admin, &CUSTOMER, id).await.unwrap();
    for secret in ["zaphod", "13800138042", "heart.example", "1979-10-12", "Two heads", "Milliways"] {
        assert_eq!(tables_saying(&world, secret).await, [""; 0], "{secret}");
    }
    // That the data was handed out stays known: who asked for it must be able to show it.
    let exports: Vec<String> =
        sqlx::query_scalar("select title from audit_entries where action = 'export' order by id")
            .fetch_all(&world.test.owner)
            .await
            .unwrap();
    assert_eq!(exports, [format!("customers/{id}/about.json"), ERASED.to_owned()]);
    let row = world.read(&CUSTOMER, id).await.unwrap();
    assert_eq!((row.text("name"), row.text("kind")), (Some(ERASED), Some("person")));
    let deal = world.read(&OPPORTUNITY, won).await.unwrap();
    assert_eq!(deal.reference("customer_id"), Some(id));
    assert_eq!(deal.text("name"), Some("Ship of ** · 年度维保"));
    assert_eq!(deal.text("next_step"), Some("给**打电话 **, **"));
    // What was done before can't bring it back.
    undo(&world, renamed).await;
    assert_eq!(world.read(&CUSTOMER, id).await.unwrap().text("name"), Some(ERASED));
    let erased: Uuid = sqlx::query_scalar("select distinct change_set from audit_entries where action = 'erase'")
        .fetch_one(&world.test.owner)
        .await
        .unwrap();
    assert!(matches!(world.test.store.undo(&world.admin, erased).await, Err(Error::Invalid { .. })));
}

#[tokio::test]
async fn user_defined_values_go_with_the_person_whatever_they_are() {
    let world = World::new().await;
    let mut fields = BTreeMap::new();
    for (key, kind, required) in [("passport", "text", false), ("shoe", "number", true), ("gone", "text", false)] {
        for record_type in ["contact", "task"] {
            let field =
                json!({"record_type": record_type, "key": key, "label": key, "kind": kind, "required": required});
            fields.insert((record_type, key), make(&world, &CUSTOM_FIELD, field).await);
        }
    }
    let custom = json!({"passport": "E12345678", "shoe": 987_654_321_098_i64, "gone": "ZX81"});
    let person = make(&world, &CONTACT, json!({"name": "Zaphod", "custom": custom})).await;
    let task = make(&world, &TASK, json!({"subject": "Call", "contact_id": person, "custom": custom})).await;
    edit(&world, &CONTACT, person, json!({"custom": {"passport": "E87654321"}})).await;
    let archived = ["contact", "task"].map(|of| Change::Archive { id: fields[&(of, "gone")] });
    many(&world, &CUSTOM_FIELD, Vec::from(archived)).await;
    let seen = read(&world, &CONTACT, person).await.version;

    world.test.store.erase(&world.admin, &CONTACT, person).await.unwrap();
    for (def, id) in [(&CONTACT, person), (&TASK, task)] {
        assert_eq!(read(&world, def, id).await.value("custom"), &json!({}), "{}", def.name);
    }
    for secret in ["E12345678", "E87654321", "987654321098", "ZX81"] {
        assert_eq!(tables_saying(&world, secret).await, [""; 0], "{secret}");
    }
    // Whoever looks at the record is told of it as it is now.
    let row = read(&world, &CONTACT, person).await;
    let told: i64 = sqlx::query_scalar("select max(version) from events where record_id = $1")
        .bind(person)
        .fetch_one(&world.test.owner)
        .await
        .unwrap();
    assert!(row.version > seen && told == row.version);
}

#[tokio::test]
async fn of_user_defined_values_a_merge_takes_those_that_were_chosen() {
    let world = World::new().await;
    for key in ["region", "size"] {
        let field = json!({"record_type": "customer", "key": key, "label": key, "kind": "text"});
        make(&world, &CUSTOM_FIELD, field).await;
    }
    let into = make(&world, &CUSTOMER, json!({"name": "Acme", "custom": {"region": "east"}})).await;
    let other = json!({"name": "Acme", "custom": {"region": "west", "size": "big"}});
    let other = make(&world, &CUSTOMER, other).await;
    let chosen = values(json!({"custom": {"region": "west"}}));
    let merge =
        Merge { record_type: CUSTOMER.name.to_owned(), into, others: vec![other], values: chosen, seen: Vec::new() };
    world.test.store.merge(&world.admin, &merge).await.unwrap();
    let merged = read(&world, &CUSTOMER, into).await;
    assert_eq!(merged.value("custom"), &json!({"region": "west", "size": "big"}));
}

async fn own_sets(world: &World, actor: &Actor) -> Vec<ChangeSet> {
    world.test.store.change_sets(actor, &ChangeSetQuery::default()).await.unwrap().sets
}

/// What a set did: how, to how many of which.
fn told(set: &ChangeSet) -> (&str, Vec<(&str, &str, i64)>) {
    let counts = set.counts.iter().map(|count| (count.action.as_str(), count.record_type.as_str(), count.records));
    (&set.source, counts.collect())
}

#[tokio::test]
async fn what_was_done_lately_is_listed_set_by_set_and_so_is_what_became_of_it() {
    let world = World::new().await;
    let (store, admin) = (&world.test.store, &world.admin);
    let [stays, goes] = [Uuid::now_v7(), Uuid::now_v7()];
    let create = |id, name: &str| Change::Create { id, values: values(json!({ "name": name })) };
    let made = many(&world, &CUSTOMER, vec![create(stays, "Acme"), create(goes, "Hooli")]).await.change_set;
    let edited = edit(&world, &CUSTOMER, stays, json!({"name": "Acme Inc."})).await;
    let listed = own_sets(&world, admin).await;
    assert_eq!((listed[0].id, listed[1].id), (edited, made));
    assert_eq!(told(&listed[0]), ("web", vec![("update", "customer", 1)]));
    assert_eq!(told(&listed[1]), ("web", vec![("create", "customer", 2)]));
    assert_eq!(listed[1].who.as_deref(), Some("Lin Yue"));
    let titles: Vec<_> = listed[1].records.iter().map(|record| (record.title.as_deref(), record.there)).collect();
    assert_eq!(titles, [(Some("Acme Inc."), true), (Some("Hooli"), true)]);

    // Back, and back again.
    undo(&world, edited).await;
    let listed = own_sets(&world, admin).await;
    assert_eq!((told(&listed[0]).0, listed[0].state, listed[1].state), ("undo", State::Undoable, State::Undone));
    undo(&world, listed[0].id).await;
    let listed = own_sets(&world, admin).await;
    assert_eq!((told(&listed[0]).0, listed[0].state, listed[1].state), ("redo", State::Undoable, State::Undone));
    assert_eq!(read(&world, &CUSTOMER, stays).await.text("name"), Some("Acme Inc."));

    let outcome = store.undo(admin, made).await.unwrap();
    assert_eq!((outcome.undone, outcome.kept.len(), outcome.kept[0].title.as_str()), (1, 1, "Acme Inc."));
    let listed = own_sets(&world, admin).await;
    assert_eq!(told(&listed[0]), ("undo", vec![("delete", "customer", 1)]));
    assert_eq!((listed[0].records[0].title.as_deref(), listed[0].records[0].there), (Some("Hooli"), false));

    let stranger = world.colleague(Grants::default());
    assert_eq!(own_sets(&world, &stranger).await, []);
    let everybody = ChangeSetQuery { everybody: true, cursor: None };
    assert_eq!(store.change_sets(&stranger, &everybody).await.unwrap_err(), Error::Forbidden);
    assert_eq!(store.change_sets(admin, &everybody).await.unwrap().sets[0], listed[0]);
}

#[tokio::test]
async fn what_an_undo_left_alone_stays_told_with_its_names_for_those_who_may_read_them() {
    let world = World::new().await;
    let ids: Vec<Uuid> = (0..120).map(|_| Uuid::now_v7()).collect();
    let create = |id: &Uuid| Change::Create { id: *id, values: values(json!({"name": "Acme"})) };
    let made = many(&world, &CUSTOMER, ids.iter().map(create).collect()).await.change_set;
    let website = values(json!({"website": "https://a.example"}));
    let touch = |id: &Uuid| Change::Update { id: *id, version: None, values: website.clone() };
    many(&world, &CUSTOMER, ids[1..].iter().map(touch).collect()).await;
    assert_eq!(undo(&world, made).await, (1, 119));
    let told = async |actor: &Actor| own_sets(&world, actor).await.into_iter().find(|set| set.id == made).unwrap();
    let set = told(&world.admin).await;
    assert_eq!((set.kept_count, set.kept.len()), (119, 100), "the first of them");
    let named = |title: &Option<String>| title.as_deref() == Some("Acme");
    assert!(set.kept.iter().all(|left| left.why == Why::Changed && left.record.there && named(&left.record.title)));

    world.apply(&CUSTOMER, Change::Delete { id: set.kept[0].record.id }).await.unwrap();
    let again = told(&world.admin).await;
    let gone = &again.kept[0].record;
    assert!(!gone.there && named(&gone.title));
    let nobody = Actor { grants: Grants::default(), ..world.admin.clone() };
    let set = told(&nobody).await;
    assert!(set.kept.len() == 100 && set.kept.iter().all(|left| left.record.title.is_none()));
}

#[tokio::test]
async fn the_history_goes_on_page_by_page_without_what_the_system_did() {
    let world = World::new().await;
    let mut made = Vec::new();
    for n in 0..60 {
        let create = Change::Create { id: Uuid::now_v7(), values: values(json!({"name": format!("Customer {n}")})) };
        made.push(world.apply(&CUSTOMER, create).await.unwrap().change_set);
    }
    let (mut query, mut all) = (ChangeSetQuery::default(), Vec::new());
    loop {
        let page = world.test.store.change_sets(&world.admin, &query).await.unwrap();
        all.extend(page.sets);
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    made.reverse();
    assert_eq!(all.iter().map(|set| set.id).take(60).collect::<Vec<_>>(), made);
    assert!(all.windows(2).all(|pair| (pair[0].at, pair[0].id) > (pair[1].at, pair[1].id)));
    assert!(all.iter().all(|set| set.source != "system"));
    let wrong = ChangeSetQuery { cursor: Some("wrong".to_owned()), ..query };
    assert_eq!(
        world.test.store.change_sets(&world.admin, &wrong).await.unwrap_err(),
        Error::invalid("cursor", "cursor")
    );
}

#[tokio::test]
async fn a_merge_is_told_of_where_it_shows_and_can_be_done_again() {
    let world = World::new().await;
    let (store, admin) = (&world.test.store, &world.admin);
    let into = make(&world, &CUSTOMER, json!({"name": "Stays"})).await;
    let gone = make(&world, &CUSTOMER, json!({"name": "Goes"})).await;
    let person = make(&world, &CONTACT, json!({"name": "Ann", "customer_id": gone})).await;
    let merge = Merge {
        record_type: CUSTOMER.name.to_owned(),
        into,
        others: vec![gone],
        values: Values::new(),
        seen: Vec::new(),
    };
    let merged = store.merge(admin, &merge).await.unwrap().change_set;
    let listed = own_sets(&world, admin).await.remove(0);
    assert_eq!(listed.source, "merge");
    assert_eq!(listed.into.map(|stays| (stays.id, stays.title)), Some((into, Some("Stays".to_owned()))));

    let timeline = async |actor: &Actor, def: &'static RecordDef, id: Uuid| {
        store.timeline(actor, def, id, &TimelineQuery::default()).await.unwrap()
    };
    let stays = timeline(admin, &CUSTOMER, into).await;
    let became = stays.entries.iter().find_map(|entry| match &entry.what {
        Happening::Change { source, merge, .. } if source == "merge" => merge.clone(),
        _ => None,
    });
    let one = |undone| Some(Merged { undone, records: vec![gone], into: None });
    assert_eq!(became, one(false), "nothing of it became other, and yet it is told");
    assert_eq!(stays.titles.get(&gone).map(String::as_str), Some("Goes"));
    let moved = timeline(admin, &CONTACT, person).await;
    assert_eq!(moved.titles.get(&gone).map(String::as_str), Some("Goes"));
    // Whoever could not read it is not told what it was called.
    let reads = |level| TypeRights { read: level, ..TypeRights::default() };
    let types = [("contact", reads(Level::All)), ("customer", reads(Level::Own))];
    let types = BTreeMap::from(types.map(|(name, rights)| (name.to_owned(), rights)));
    let clerk = world.colleague(Grants { types, ..Grants::default() });
    assert_eq!(timeline(&clerk, &CONTACT, person).await.titles.get(&gone), None);

    let mut set = merged;
    for leads in [None, Some(into), None] {
        let outcome = store.undo(admin, set).await.unwrap();
        assert_eq!(outcome.kept, []);
        set = outcome.change_set;
        assert_eq!(store.merged_into(admin, gone).await.unwrap(), leads);
        let customer = read(&world, &CONTACT, person).await.reference("customer_id");
        assert_eq!(customer, Some(leads.unwrap_or(gone)));
        let told = timeline(admin, &CUSTOMER, into).await;
        let Happening::Change { merge, source, .. } = &told.entries[0].what else { panic!("{:?}", told.entries[0]) };
        assert_eq!((merge.clone(), source.as_str()), (one(leads.is_none()), "undo"));
        assert_eq!(told.titles.get(&gone).map(String::as_str), Some("Goes"));
        let moved = timeline(admin, &CONTACT, person).await;
        let Happening::Change { merge, .. } = &moved.entries[0].what else { panic!("{:?}", moved.entries[0]) };
        assert_eq!(*merge, Some(Merged { undone: leads.is_none(), ..Merged::default() }), "it only refers to them");
        // What is a record of its own again tells what it was part of.
        if leads.is_none() {
            let told = timeline(admin, &CUSTOMER, gone).await;
            let merges = told.entries.iter().filter_map(|entry| match &entry.what {
                Happening::Change { merge, .. } => merge.clone().map(|merge| (merge.undone, merge.into)),
                _ => None,
            });
            let merges: Vec<(bool, Option<Uuid>)> = merges.collect();
            assert_eq!(merges[..2], [(true, Some(into)), (false, Some(into))]);
            assert_eq!(told.titles.get(&into).map(String::as_str), Some("Stays"));
        }
    }
    assert_eq!(read(&world, &CUSTOMER, gone).await.text("name"), Some("Goes"));
    // There and back the same records are counted, and the one that stays is named though nothing of it became other.
    let listed = own_sets(&world, admin).await;
    for (set, action) in listed[..4].iter().zip(["create", "delete", "create", "delete"]) {
        assert_eq!(told(set).1, [(action, "customer", 1), ("update", "contact", 1)], "{}", set.source);
        assert_eq!(set.into.as_ref().map(|stays| stays.id), Some(into), "{}", set.source);
    }
    assert_eq!(listed[3].records.len(), 3);
}
