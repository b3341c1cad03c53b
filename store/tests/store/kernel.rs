//! What every record type gets for free: each test runs for every type in the registry.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::support::sample::{World, creatable, distinct, granting, is_free, is_needed, value};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::access::{Actor, Grants, Level, TypeRights};
use shared::board::BoardQuery;
use shared::command::{Change, Command, Source};
use shared::query::{Archived, ListQuery, Sort};
use shared::record::{Kind, is_empty};
use shared::types::{CUSTOM_FIELD, CUSTOMER, OPPORTUNITY, REGISTRY, by_name};
use shared::{Error, FieldDef, RecordDef, Row, Values};
use sqlx::AssertSqlSafe;
use tokio::task::JoinSet;
use uuid::Uuid;

fn types() -> impl Iterator<Item = &'static RecordDef> {
    REGISTRY.iter().copied().filter(|def| creatable(def))
}

fn one(field: &str, value: impl Into<Value>) -> Values {
    Values::from_iter([(field.to_owned(), value.into())])
}

/// What a record of the type can be called. A mailbox is called by its address.
fn named(def: &RecordDef, words: &str) -> String {
    match def.field(def.title).map(|field| field.kind) {
        Some(Kind::Email) => format!("{}@example.com", words.replace(' ', ".")),
        _ => words.to_owned(),
    }
}

/// Another name for a record.
fn called(def: &RecordDef, words: &str) -> Values {
    one(def.title, named(def, words))
}

fn update(id: Uuid, version: Option<i64>, values: Values) -> Change {
    Change::Update { id, version, values }
}

fn fields(error: &Error) -> Vec<&str> {
    match error {
        Error::Invalid { fields } => fields.iter().map(|e| e.field.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// A field besides the title that any value can be written to.
fn second(def: &RecordDef) -> &'static FieldDef {
    let plain = |f: &&FieldDef| {
        matches!(f.kind, Kind::Text(_) | Kind::LongText | Kind::Integer(..) | Kind::Bool | Kind::DateTime)
    };
    let found = def.fields.iter().filter(|f| f.name != def.title && is_free(def, f)).find(plain);
    found.unwrap_or_else(|| panic!("{} has no second field", def.name))
}

async fn listed(world: &World, def: &'static RecordDef, archived: Archived) -> Vec<Uuid> {
    let query = ListQuery { limit: 200, archived, ..ListQuery::default() };
    world.test.store.list(&world.admin, def, &query).await.unwrap().rows.iter().map(|row| row.id).collect()
}

async fn found(world: &World, def: &'static RecordDef, words: &str) -> Vec<Uuid> {
    let hits = world.test.store.lookup(&world.admin, def, words, 50).await.unwrap();
    hits.into_iter().map(|hit| hit.id).collect()
}

#[tokio::test]
async fn a_new_record_is_stored_as_sent() {
    let world = World::new().await;
    for def in types() {
        let sent = world.values(def, 7);
        let row = world.make_with(def, sent.clone()).await;
        assert_eq!(row.version, 1, "{}", def.name);
        for (field, value) in &sent {
            assert_eq!(row.value(field), value, "{}.{field}", def.name);
        }
        assert_eq!(row.reference("created_by"), Some(world.admin.user_id), "{}", def.name);
        assert!(row.datetime("created_at").is_some() && row.datetime("updated_at").is_some(), "{}", def.name);
        let owner = (def.is_owned() && !def.unassigned).then_some(world.admin.user_id);
        assert_eq!(row.reference("owner_id"), owner, "{}", def.name);
        assert_eq!(world.read(def, row.id).await.unwrap(), row, "{}: the answer is what is stored", def.name);
        assert!(listed(&world, def, Archived::Without).await.contains(&row.id), "{}", def.name);
    }
}

#[tokio::test]
async fn an_id_is_taken_once() {
    let world = World::new().await;
    // The store itself makes the ids of files.
    for def in types().filter(|def| !def.uploaded) {
        let id = world.make(def, 7).await.id;
        let again = world.apply(def, Change::Create { id, values: world.values(def, 8) }).await;
        assert_eq!(again.unwrap_err(), Error::invalid("id", "taken"), "{}", def.name);
    }
}

#[tokio::test]
async fn an_update_changes_what_was_sent_and_nothing_else() {
    let world = World::new().await;
    for def in types() {
        let before = world.make(def, 7).await;
        let field = second(def);
        let new = value(&field.kind, 8);
        let outcome = world.apply(def, update(before.id, Some(1), one(field.name, new.clone()))).await.unwrap();
        let after = &outcome.rows[0];
        assert_eq!((after.version, after.value(field.name)), (2, &new), "{}.{}", def.name, field.name);
        for (name, old) in before.values.iter().filter(|(name, _)| !["updated_at", field.name].contains(&name.as_str()))
        {
            assert_eq!(after.value(name), old, "{}.{name}", def.name);
        }
        assert_eq!(world.read(def, before.id).await.unwrap(), *after, "{}", def.name);
    }
}

#[tokio::test]
async fn an_update_to_what_is_there_already_changes_nothing() {
    let world = World::new().await;
    for def in types() {
        let row = world.make(def, 7).await;
        let title = row.value(def.title).clone();
        let outcome = world.apply(def, update(row.id, Some(1), one(def.title, title))).await.unwrap();
        assert_eq!(outcome.rows[0].version, 1, "{}", def.name);
    }
}

#[tokio::test]
async fn the_same_field_conflicts_and_different_fields_do_not() {
    let world = World::new().await;
    for def in types() {
        let (id, name) = (world.make(def, 7).await.id, second(def).name);
        world.apply(def, update(id, Some(1), called(def, "first"))).await.unwrap();
        match world.apply(def, update(id, Some(1), called(def, "second"))).await {
            Err(Error::Conflict { current, fields }) => {
                assert_eq!(
                    (current.version, current.text(def.title)),
                    (2, Some(named(def, "first").as_str())),
                    "{}",
                    def.name
                );
                assert_eq!(fields, [def.title], "{}", def.name);
            }
            other => panic!("{}: {other:?}", def.name),
        }
        let other = value(&second(def).kind, 8);
        world.apply(def, update(id, Some(1), one(name, other.clone()))).await.unwrap();
        let same = world.apply(def, update(id, Some(1), called(def, "first"))).await.unwrap();
        assert_eq!(same.rows[0].version, 3, "{}: wanting what is there is no conflict", def.name);
        world.apply(def, update(id, None, called(def, "knowingly"))).await.unwrap();
        let now = world.read(def, id).await.unwrap();
        assert_eq!(
            (now.text(def.title), now.value(name)),
            (Some(named(def, "knowingly").as_str()), &other),
            "{}",
            def.name
        );
    }
}

#[tokio::test]
async fn user_defined_fields_are_written_and_conflict_each_by_itself() {
    let world = World::new().await;
    let values = |fields: Value| fields.as_object().cloned().unwrap();
    for key in ["region", "size"] {
        let field = json!({"record_type": "customer", "key": key, "label": key, "kind": "text"});
        world.make_with(&CUSTOM_FIELD, values(field)).await;
    }
    let made = json!({"name": "Acme", "custom": {"region": "east", "size": "big"}});
    let id = world.make_with(&CUSTOMER, values(made)).await.id;
    let change =
        async |version, custom: Value| world.apply(&CUSTOMER, update(id, version, one("custom", custom))).await;
    change(Some(1), json!({"region": "west"})).await.unwrap();
    let both = change(Some(1), json!({"size": "small"})).await.unwrap();
    assert_eq!(both.rows[0].value("custom"), &json!({"region": "west", "size": "small"}));
    match change(Some(1), json!({"region": "north", "size": "small"})).await {
        Err(Error::Conflict { fields, .. }) => assert_eq!(fields, ["custom.region"]),
        other => panic!("{other:?}"),
    }
    let emptied = change(None, json!({"size": null})).await.unwrap();
    assert_eq!(emptied.rows[0].value("custom"), &json!({"region": "west"}));
}

#[tokio::test]
async fn what_one_has_looked_at_is_offered_and_found_first() {
    let world = World::new().await;
    let called = |name: &str| json!({"name": name}).as_object().cloned().unwrap();
    let [last, first, never] = [
        world.make_with(&CUSTOMER, called("Harbour East")).await.id,
        world.make_with(&CUSTOMER, called("Harbour West")).await.id,
        world.make_with(&CUSTOMER, called("Harbour North")).await.id,
    ];
    let (store, actor) = (&world.test.store, world.admin.clone());
    for id in [first, last] {
        store.announce(&actor, "Me", &CUSTOMER, id, false, false).await.unwrap();
    }
    let ids = |hits: Vec<shared::query::Hit>| hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>();
    assert_eq!(ids(store.visited(&actor).await.unwrap()), [last, first]);
    assert_eq!(ids(store.search(&actor, "harbour", 10).await.unwrap()), [last, first, never]);
    let exact = ids(store.search(&actor, "harbour north", 10).await.unwrap());
    assert_eq!(exact[0], never);
    let nobody = Actor { grants: Grants::default(), ..actor.clone() };
    assert!(store.visited(&nobody).await.unwrap().is_empty());
    world.apply(&CUSTOMER, Change::Archive { id: last }).await.unwrap();
    assert_eq!(ids(store.visited(&actor).await.unwrap()), [first], "what was put away is not offered");
}

#[tokio::test]
async fn without_the_right_a_readable_record_is_forbidden_and_an_unreadable_one_not_found() {
    let world = World::new().await;
    for def in types() {
        let id = world.make(def, 7).await.id;
        let changes = || {
            [update(id, None, called(def, "x")), Change::Archive { id }, Change::Restore { id }, Change::Delete { id }]
        };
        let reading = TypeRights { read: Level::All, ..TypeRights::default() };
        let reader = world.colleague(granting(def, reading));
        let nobody = world.colleague(Grants::default());
        for (actor, expected) in [(&reader, Error::Forbidden), (&nobody, Error::NotFound)] {
            for change in changes() {
                let refused = world.apply_as(actor, def, change.clone()).await.unwrap_err();
                assert_eq!(refused, expected, "{} {change:?}", def.name);
            }
            let create = Change::Create { id: Uuid::now_v7(), values: world.values(def, 9) };
            assert_eq!(world.apply_as(actor, def, create).await.unwrap_err(), Error::Forbidden, "{}", def.name);
        }
        assert!(world.test.store.get(&reader, def, id).await.is_ok(), "{}", def.name);
        assert_eq!(world.test.store.get(&nobody, def, id).await.unwrap_err(), Error::NotFound, "{}", def.name);
        let list = world.test.store.list(&nobody, def, &ListQuery::default()).await;
        assert_eq!(list.unwrap_err(), Error::Forbidden, "{}", def.name);
        assert_eq!(world.read(def, id).await.unwrap().version, 1, "{}: untouched", def.name);
    }
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let world = World::new().await;
    for def in types() {
        let id = Uuid::now_v7();
        let changes =
            [update(id, None, called(def, "x")), Change::Archive { id }, Change::Restore { id }, Change::Delete { id }];
        for change in changes {
            assert_eq!(world.apply(def, change).await.unwrap_err(), Error::NotFound, "{}", def.name);
        }
        assert_eq!(world.read(def, id).await.unwrap_err(), Error::NotFound, "{}", def.name);
    }
}

#[tokio::test]
async fn every_change_leaves_an_audit_entry_and_an_event() {
    type Entry = (String, i64, Option<Uuid>, String, Uuid, Value);
    let world = World::new().await;
    for def in types() {
        let row = world.make(def, 7).await;
        let (id, old) = (row.id, row.value(def.title).clone());
        let mut sets = Vec::new();
        for change in [
            update(id, Some(1), called(def, "renamed")),
            Change::Archive { id },
            Change::Restore { id },
            Change::Delete { id },
        ] {
            let command = Command { source: Source::Api, ..Command::one(def.name, change) };
            sets.push(world.test.store.apply(&world.admin, command).await.unwrap().change_set);
        }
        let entries: Vec<Entry> = sqlx::query_as(
            "select action, version, actor_id, source, change_set, changes from audit_entries where record_id = $1 order by id",
        )
        .bind(id)
        .fetch_all(&world.test.owner)
        .await
        .unwrap();
        let actions: Vec<_> = entries.iter().map(|e| (e.0.as_str(), e.1)).collect();
        let expected = [("create", 1), ("update", 2), ("archive", 3), ("restore", 4), ("delete", 5)];
        assert_eq!(actions, expected, "{}", def.name);
        assert!(entries.iter().all(|e| e.2 == Some(world.admin.user_id)), "{}", def.name);
        assert!(entries[1..].iter().zip(&sets).all(|(e, set)| e.3 == "api" && e.4 == *set), "{}", def.name);
        assert_eq!(entries[0].5[def.title], json!([null, old]), "{}", def.name);
        assert_eq!(entries[1].5, json!({def.title: [old, named(def, "renamed")]}), "{}", def.name);
        assert!(
            is_empty(&entries[2].5["archived_at"][0]) && !is_empty(&entries[2].5["archived_at"][1]),
            "{}",
            def.name
        );
        assert_eq!(entries[4].5[def.title], json!([named(def, "renamed"), null]), "{}", def.name);
        let events: Vec<(i64, bool)> =
            sqlx::query_as("select version, gone from events where record_id = $1 order by id")
                .bind(id)
                .fetch_all(&world.test.owner)
                .await
                .unwrap();
        assert_eq!(events, [(1, false), (2, false), (3, false), (4, false), (5, true)], "{}", def.name);
    }
}

#[tokio::test]
async fn phones_are_found_by_their_parts_and_older_entries_learn_it() {
    let world = World::new().await;
    let customer = by_name("customer").unwrap();
    let id = world
        .make_with(customer, {
            let mut values = world.values(customer, 7);
            values.insert("phones".to_owned(), json!(["+86 138 0013 8000"]));
            values
        })
        .await
        .id;
    for words in ["13800138000", "0013 80", "8613800", "8000"] {
        assert!(found(&world, customer, words).await.contains(&id), "{words}");
    }
    // As an earlier version left it.
    let old = "update search_entries set tokens = array_to_tsvector(array['138']), made_by = 0";
    sqlx::query(old).execute(&world.test.owner).await.unwrap();
    assert!(!found(&world, customer, "13800138000").await.contains(&id));
    world.test.store.upkeep().await.unwrap();
    assert!(found(&world, customer, "13800138000").await.contains(&id));
}

#[tokio::test]
async fn records_are_found_by_digits_by_sound_and_in_spite_of_a_slip() {
    let world = World::new().await;
    let contact = by_name("contact").unwrap();
    let made = |values: Value| values.as_object().cloned().unwrap();
    let company = world.make_with(&CUSTOMER, made(json!({"name": "Acme", "number": "C01261"}))).await.id;
    for words in ["C01261", "01261", "1261", "#126"] {
        assert!(found(&world, &CUSTOMER, words).await.contains(&company), "{words}");
    }
    assert!(!found(&world, &CUSTOMER, "261").await.contains(&company), "a number is found by its beginning");
    let person = made(json!({"name": "王浩然", "emails": ["haoran.wang@yunfan.example"]}));
    let person = world.make_with(contact, person).await.id;
    let slips =
        ["haoran.wnag@yunfan.example", "haoran.wang@yunfam.example", "gaoran.wang@yunfan.example", "haroan.wang"];
    for words in ["王浩然", "王皓然"].into_iter().chain(slips) {
        assert!(found(&world, contact, words).await.contains(&person), "{words}");
    }
    for words in ["王皓天", "erika.maier@yunfan.example"] {
        assert!(!found(&world, contact, words).await.contains(&person), "{words}");
    }
}

#[tokio::test]
async fn what_is_asked_for_comes_before_what_speaks_of_it_and_namesakes_are_told_apart() {
    let world = World::new().await;
    let (store, actor) = (&world.test.store, &world.admin);
    let (contact, ticket) = (by_name("contact").unwrap(), by_name("ticket").unwrap());
    let made = |values: Value| values.as_object().cloned().unwrap();
    let company = world.make_with(&CUSTOMER, made(json!({"name": "云帆科技"}))).await.id;
    let person = made(json!({"name": "Anna", "job_title": "Buyer", "emails": ["sales.desk@yunfan.example"]}));
    let person = world.make_with(contact, person).await.id;
    for n in 1..=3 {
        let mut deal = world.values(&OPPORTUNITY, 40 + n);
        deal.remove("number");
        deal.extend(made(json!({"name": "云帆科技 CRM", "amount": (n * 1_000).to_string()})));
        world.make_with(&OPPORTUNITY, deal).await;
        let asked = json!({"subject": "Printer", "requester_email": "sales.desk@yunfan.example"});
        world.make_with(ticket, made(asked)).await;
    }
    let hits = store.search(actor, "yunfan", 20).await.unwrap();
    assert_eq!(hits[0].id, company);
    let lines: Vec<_> = hits.iter().filter(|hit| hit.title == "云帆科技 CRM").map(|hit| &hit.subtitle).collect();
    assert!(["1,000", "2,000", "3,000"].iter().all(|sum| lines.iter().any(|line| line.contains(sum))), "{lines:?}");
    assert_eq!(store.search(actor, "sales.d", 20).await.unwrap()[0].id, person);
}

#[tokio::test]
async fn archived_records_leave_lists_and_search_until_they_are_restored() {
    let world = World::new().await;
    for def in types().filter(|def| named(def, "西湖 Lakeside") == "西湖 Lakeside") {
        let id = world
            .make_with(def, {
                let mut values = world.values(def, 7);
                values.insert(def.title.to_owned(), "西湖 Lakeside".into());
                values
            })
            .await
            .id;
        for words in ["西湖", "lakes", "xihu", "xh", "lakseide", "Lakesid"] {
            assert!(found(&world, def, words).await.contains(&id), "{} is found by {words}", def.name);
        }
        world.apply(def, Change::Archive { id }).await.unwrap();
        assert!(!listed(&world, def, Archived::Without).await.contains(&id), "{}", def.name);
        assert!(listed(&world, def, Archived::Only).await.contains(&id), "{}", def.name);
        assert!(listed(&world, def, Archived::With).await.contains(&id), "{}", def.name);
        assert!(!found(&world, def, "lakeside").await.contains(&id), "{}", def.name);
        assert!(world.read(def, id).await.unwrap().datetime("archived_at").is_some(), "{}", def.name);
        world.apply(def, Change::Restore { id }).await.unwrap();
        assert!(listed(&world, def, Archived::Without).await.contains(&id), "{}", def.name);
        assert!(found(&world, def, "lakeside").await.contains(&id), "{}", def.name);
        world.apply(def, Change::Delete { id }).await.unwrap();
        assert_eq!(world.read(def, id).await.unwrap_err(), Error::NotFound, "{}", def.name);
        assert!(!found(&world, def, "lakeside").await.contains(&id), "{}", def.name);
    }
}

/// Values without the stamps that every write renews.
fn content(row: &Row) -> Values {
    let mut values = row.values.clone();
    values.retain(|name, _| !matches!(name.as_str(), "updated_at" | "updated_by"));
    values
}

#[tokio::test]
async fn every_change_can_be_undone_once_and_the_undo_as_well() {
    let world = World::new().await;
    let undo = async |set: Uuid| world.test.store.undo(&world.admin, set).await;
    for def in types() {
        let row = world.make(def, 7).await;
        let id = row.id;
        let mut state = row;
        for change in [update(id, None, called(def, "renamed")), Change::Archive { id }, Change::Delete { id }] {
            let changed = world.apply(def, change.clone()).await.unwrap();
            let undone = undo(changed.change_set).await.unwrap();
            assert_eq!((undone.undone, undone.kept.len()), (1, 0), "{} {change:?}", def.name);
            let back = world.read(def, id).await.unwrap();
            assert_eq!(content(&back), content(&state), "{} {change:?}", def.name);
            assert!(back.version > state.version, "{} {change:?}", def.name);
            let twice = undo(changed.change_set).await.unwrap_err();
            assert_eq!(twice, Error::invalid("change_set", "already_undone"), "{} {change:?}", def.name);
            state = back;
        }
        let created =
            world.apply(def, Change::Create { id: Uuid::now_v7(), values: world.values(def, 8) }).await.unwrap();
        let new = created.rows[0].clone();
        let undone = undo(created.change_set).await.unwrap();
        assert_eq!(world.read(def, new.id).await.unwrap_err(), Error::NotFound, "{}", def.name);
        undo(undone.change_set).await.unwrap();
        assert_eq!(content(&world.read(def, new.id).await.unwrap()), content(&new), "{}", def.name);
    }
}

#[tokio::test]
async fn an_undo_keeps_and_names_what_was_changed_since() {
    let world = World::new().await;
    for def in types() {
        let created =
            world.apply(def, Change::Create { id: Uuid::now_v7(), values: world.values(def, 7) }).await.unwrap();
        let id = created.rows[0].id;
        let renamed = world.apply(def, update(id, None, called(def, "renamed"))).await.unwrap();
        world.apply(def, update(id, None, called(def, "renamed again"))).await.unwrap();
        for set in [renamed.change_set, created.change_set] {
            let outcome = world.test.store.undo(&world.admin, set).await.unwrap();
            assert_eq!((outcome.undone, outcome.kept.len(), outcome.kept[0].id), (0, 1, id), "{}", def.name);
        }
        assert_eq!(
            world.read(def, id).await.unwrap().text(def.title),
            Some(named(def, "renamed again").as_str()),
            "{}",
            def.name
        );
    }
}

#[tokio::test]
async fn a_repeated_command_changes_nothing_twice() {
    let world = World::new().await;
    for def in types().filter(|def| !def.uploaded) {
        let change = Change::Create { id: Uuid::now_v7(), values: world.values(def, 7) };
        let key = Some(format!("create a {}", def.name));
        let command = Command { idempotency_key: key.clone(), ..Command::one(def.name, change) };
        let first = world.test.store.apply(&world.admin, command.clone()).await.unwrap();
        let second = world.test.store.apply(&world.admin, command.clone()).await.unwrap();
        assert_eq!(first, second, "{}", def.name);
        let unknown = Command { idempotency_key: Some("not used".to_owned()), ..command.clone() };
        assert_eq!(world.test.store.repeated(&world.admin, &unknown).await.unwrap(), None, "{}", def.name);
        assert_eq!(
            world.test.store.repeated(&world.admin, &command).await.unwrap(),
            Some(first.clone()),
            "{}",
            def.name
        );
        assert_eq!(world.read(def, first.rows[0].id).await.unwrap().version, 1, "{}", def.name);
        let other = Change::Archive { id: first.rows[0].id };
        let reused = Command { idempotency_key: key, ..Command::one(def.name, other) };
        let refused = world.test.store.apply(&world.admin, reused).await.unwrap_err();
        assert_eq!(refused, Error::invalid("idempotency_key", "key_reused"), "{}", def.name);
    }
}

#[tokio::test]
async fn of_a_batch_the_good_changes_are_made_or_none() {
    let world = World::new().await;
    for def in types().filter(|def| !def.uploaded) {
        let batch = |n: i64, all_or_nothing: bool| {
            let good = Change::Create { id: Uuid::now_v7(), values: world.values(def, n) };
            let bad = Change::Create { id: Uuid::now_v7(), values: one("nonsense", 1) };
            Command { record_type: def.name.to_owned(), changes: vec![good, bad], all_or_nothing, ..Command::default() }
        };
        let before = listed(&world, def, Archived::With).await.len();
        let refused = world.test.store.apply(&world.admin, batch(7, true)).await.unwrap();
        assert_eq!((refused.rows.len(), refused.refused.len()), (0, 1), "{}", def.name);
        assert_eq!(listed(&world, def, Archived::With).await.len(), before, "{}", def.name);
        let done = world.test.store.apply(&world.admin, batch(8, false)).await.unwrap();
        assert_eq!((done.rows.len(), done.refused.len()), (1, 1), "{}", def.name);
        assert_eq!(listed(&world, def, Archived::With).await.len(), before + 1, "{}", def.name);
    }
}

/// Values that do not fit a kind, as a careless or hostile program sends them.
fn bad(kind: &Kind) -> Vec<Value> {
    let long = |max: usize| Value::from("长".repeat(max + 1));
    match kind {
        Kind::Text(max) => vec![long(usize::from(*max)), json!({"a": 1}), json!([["x"]]), json!(true)],
        Kind::RichText => vec![long(200_000), json!({"a": 1}), json!(5)],
        Kind::LongText => vec![long(20_000), json!({"a": 1}), json!(5)],
        Kind::Integer(..) | Kind::Rating => vec![json!(i64::MAX), json!(1.5), json!("one"), json!(-9_000_000_000_i64)],
        Kind::Decimal(_) | Kind::Money => {
            vec![json!("1e99"), json!("NaN"), json!(1e300), json!("99999999999999999"), json!([1])]
        }
        Kind::Currency => vec![json!("RENMINBI"), json!("¥¥¥"), json!(1)],
        Kind::TimeZone => vec![json!("Mars/Olympus_Mons"), json!("昨天"), json!(8)],
        Kind::Date => vec![json!("2017-02-30"), json!("0001-01-01"), json!("tomorrow"), json!(20_170_301)],
        Kind::DateTime => vec![json!("2017-02-30T00:00:00Z"), json!("0001-01-01T00:00:00Z"), json!("now"), json!(1)],
        Kind::Bool => vec![json!("perhaps"), json!(7), json!([true])],
        Kind::Choice(_) => vec![json!("no such code"), json!(1), json!(["x"])],
        Kind::MultiChoice(_) | Kind::Emails => vec![json!(["no such code"]), json!(1), json!([{"x": 1}])],
        Kind::Marked => vec![json!(["call me"]), json!(["nobody@example.org"]), json!(1)],
        Kind::Phones => vec![json!(["call me"]), json!(["1".repeat(50)]), json!(1)],
        Kind::Email | Kind::Url => vec![json!("no"), json!("a b"), json!({"x": 1})],
        Kind::Address | Kind::Social => {
            vec![json!({"planet": "x"}), json!({"city": {"x": 1}, "wechat": []}), json!([1])]
        }
        Kind::Tags => vec![json!(["长".repeat(61)]), json!({"x": 1}), json!(vec!["x"; 201])],
        Kind::Reference(_) => vec![json!("no uuid"), json!(Uuid::now_v7()), json!(1)],
        Kind::References(_) => vec![json!(["no uuid"]), json!([Uuid::now_v7()]), json!(1)],
        Kind::Rank(_) => vec![json!("somewhere"), json!("after:nobody")],
        Kind::Json(_) => Vec::new(),
    }
}

#[tokio::test]
async fn bad_values_are_refused_on_their_field() {
    let world = World::new().await;
    for def in types() {
        // The pipeline follows the stage, and the ticket the message, whatever was sent; names of files are mended.
        let follows = |f: &FieldDef| {
            matches!(
                (def.name, f.name),
                ("opportunity", "pipeline_id") | ("attachment", "ticket_id") | ("attachment", "name")
            )
        };
        for field in def.all_fields().filter(|f| !f.read_only && !follows(f)) {
            for bad in bad(&field.kind) {
                let mut values = world.values(def, 7);
                values.insert(field.name.to_owned(), bad.clone());
                let shown: String = bad.to_string().chars().take(40).collect();
                match world.apply(def, Change::Create { id: Uuid::now_v7(), values }).await {
                    Err(error) => {
                        assert_eq!(fields(&error), [field.name], "{}.{} = {shown}: {error}", def.name, field.name)
                    }
                    Ok(_) => panic!("{}.{} took {shown}", def.name, field.name),
                }
            }
        }
    }
}

#[tokio::test]
async fn zero_characters_never_reach_the_database() {
    let world = World::new().await;
    for def in types() {
        for field in def.all_fields().filter(|f| !f.read_only) {
            for hostile in
                [json!("a\0b"), json!(["a\0b"]), json!({"street": "a\0b"}), json!({"a\0b": 1}), json!({"a": ["\0"]})]
            {
                let mut values = world.values(def, 7);
                values.insert(field.name.to_owned(), hostile.clone());
                let created = world.apply(def, Change::Create { id: Uuid::now_v7(), values }).await;
                let fault = matches!(created, Err(Error::Internal { .. }));
                assert!(!fault, "{}.{} = {hostile}", def.name, field.name);
                // Unique titles are free again for the next one.
                if let Ok(outcome) = created {
                    world.apply(def, Change::Delete { id: outcome.rows[0].id }).await.unwrap();
                }
            }
        }
    }
}

#[tokio::test]
async fn required_fields_cannot_be_left_out_or_emptied() {
    let world = World::new().await;
    for def in types() {
        let id = world.make(def, 7).await.id;
        let needed = def.fields.iter().filter(|f| f.required && f.default.is_none() && !f.read_only);
        for (field, n) in needed.zip(20..) {
            let mut values = world.values(def, n);
            values.remove(field.name);
            let made_up = |row: &Row| !is_empty(row.value(field.name));
            match world.apply(def, Change::Create { id: Uuid::now_v7(), values }).await {
                Ok(outcome) => assert!(made_up(&outcome.rows[0]), "{}.{}", def.name, field.name),
                Err(error) => assert_eq!(fields(&error), [field.name], "{}.{}", def.name, field.name),
            }
            for empty in [Value::Null, json!("  ")] {
                match world.apply(def, update(id, None, one(field.name, empty))).await {
                    Ok(outcome) => assert!(made_up(&outcome.rows[0]), "{}.{}", def.name, field.name),
                    Err(error) => assert!(fields(&error).contains(&field.name), "{}.{}: {error}", def.name, field.name),
                }
            }
        }
    }
}

#[tokio::test]
async fn unknown_and_read_only_fields_are_refused() {
    let world = World::new().await;
    for def in types() {
        let id = world.make(def, 7).await.id;
        let read_only = def.all_fields().filter(|f| f.read_only).map(|f| f.name);
        for name in read_only.chain(["nonsense", "id; drop table users", "org_id", "version"]) {
            let error = world.apply(def, update(id, None, one(name, "x"))).await.unwrap_err();
            assert_eq!(fields(&error), [name], "{}", def.name);
        }
    }
}

#[tokio::test]
async fn unique_values_are_taken_whatever_their_case() {
    let world = World::new().await;
    for def in types() {
        for field in def.fields.iter().filter(|f| f.unique) {
            let taken = world.make(def, 7).await;
            let mut values = world.values(def, 8);
            values.insert(field.name.to_owned(), taken.text(field.name).unwrap().to_uppercase().into());
            let create = |values| Change::Create { id: Uuid::now_v7(), values };
            let refused = world.apply(def, create(values.clone())).await.unwrap_err();
            assert_eq!(refused, Error::invalid(field.name, "taken"), "{}", def.name);
            world.apply(def, Change::Archive { id: taken.id }).await.unwrap();
            world.apply(def, create(values)).await.unwrap();
            let restored = world.apply(def, Change::Restore { id: taken.id }).await.unwrap_err();
            assert_eq!(restored, Error::invalid(field.name, "taken"), "{}: restoring", def.name);
        }
    }
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let world = World::new().await;
    let queue = by_name("queue").unwrap();
    let create = |fields: Value| Change::Create { id: Uuid::now_v7(), values: fields.as_object().unwrap().clone() };
    world.apply(queue, create(json!({"name": "Repairs"}))).await.unwrap();
    let wrong = json!({"name": "repairs", "capacity": 5_000, "routing": "skill"});
    let refused = world.apply(queue, create(wrong)).await.unwrap_err();
    assert_eq!(fields(&refused), ["capacity", "served_by_id", "name"]);
}

#[tokio::test]
async fn a_record_others_refer_to_stays() {
    let world = World::new().await;
    for (def, n) in types().zip(20..) {
        let refers = REGISTRY.iter().find_map(|other| {
            let field = other.fields.iter().find(|f| f.kind == Kind::Reference(def.name) && is_free(other, f))?;
            (other.name != def.name).then_some((*other, field))
        });
        let Some((other, field)) = refers else { continue };
        let target = world.make(def, 7).await;
        let mut values = world.values(other, n);
        values.insert(field.name.to_owned(), json!(target.id));
        world.make_with(other, values).await;
        let refused = world.apply(def, Change::Delete { id: target.id }).await.unwrap_err();
        assert_eq!(refused, Error::invalid("", "referenced"), "{} from {}.{}", def.name, other.name, field.name);
    }
}

#[tokio::test]
async fn a_record_in_a_list_of_references_stays() {
    let world = World::new().await;
    for (other, n) in types().zip(20..) {
        for field in other.fields.iter().filter(|f| is_free(other, f)) {
            let Kind::References(target) = field.kind else { continue };
            let def = by_name(target).unwrap();
            let listed = world.make(def, n + 100).await.id;
            let mut values = world.values(other, n);
            values.insert(field.name.to_owned(), json!([listed]));
            let holder = world.make_with(other, values).await.id;
            let refused = world.apply(def, Change::Delete { id: listed }).await.unwrap_err();
            assert_eq!(refused, Error::invalid("", "referenced"), "{target} in {}.{}", other.name, field.name);
            world.apply(other, Change::Delete { id: holder }).await.unwrap();
            world.apply(def, Change::Delete { id: listed }).await.unwrap();
        }
    }
}

/// Postgres' name of the column type of a kind.
fn column_type(kind: &Kind) -> &'static str {
    match kind {
        Kind::Integer(..) | Kind::Rating => "int8",
        Kind::Decimal(_) | Kind::Money => "numeric",
        Kind::Date => "date",
        Kind::DateTime => "timestamptz",
        Kind::Bool => "bool",
        Kind::MultiChoice(_) | Kind::Emails | Kind::Phones | Kind::Marked | Kind::Tags => "_text",
        Kind::Address | Kind::Social | Kind::Json(_) => "jsonb",
        Kind::Reference(_) => "uuid",
        Kind::References(_) => "_uuid",
        _ => "text",
    }
}

#[tokio::test]
async fn columns_are_as_declared() {
    let test = crate::support::store().await;
    for def in REGISTRY {
        let found: Vec<(String, String, bool)> = sqlx::query_as(
            "select column_name::text, udt_name::text, is_nullable = 'YES' from information_schema.columns
             where table_schema = 'public' and table_name = $1",
        )
        .bind(def.table())
        .fetch_all(&test.owner)
        .await
        .unwrap();
        let found: BTreeMap<String, (String, bool)> = found.into_iter().map(|(n, t, null)| (n, (t, null))).collect();
        let mut declared: BTreeMap<String, (String, bool)> = def
            .all_fields()
            .map(|f| {
                let stamp = matches!(f.name, "created_at" | "updated_at" | "custom");
                (f.name.to_owned(), (column_type(&f.kind).to_owned(), !(f.required || stamp)))
            })
            .collect();
        for (name, kind) in [("org_id", "uuid"), ("id", "uuid"), ("version", "int8")] {
            declared.insert(name.to_owned(), (kind.to_owned(), false));
        }
        assert_eq!(found, declared, "{}", def.table());
        let secured: bool = sqlx::query_scalar("select relrowsecurity from pg_class where oid = $1::regclass")
            .bind(def.table())
            .fetch_one(&test.owner)
            .await
            .unwrap();
        assert!(secured, "{} has row-level security", def.table());
    }
}

/// Undos bring records back in any order, and look for what refers to each record that goes.
#[tokio::test]
async fn what_is_referred_to_stays() {
    let test = crate::support::store().await;
    let tables: Vec<&str> = REGISTRY.iter().map(|def| def.table()).collect();
    let others: Vec<String> = sqlx::query_scalar(
        "select conname::text from pg_constraint
         where contype = 'f' and conrelid::regclass::text = any($1) and confrelid::regclass::text = any($1)
         and (not condeferrable or condeferred or confdeltype <> 'r')",
    )
    .bind(tables)
    .fetch_all(&test.owner)
    .await
    .unwrap();
    assert!(others.is_empty(), "not as in migration 0083: {others:?}");
}

/// Records with ties and without values, so that a careless cursor would lose or repeat some.
async fn tied_records(world: &World, def: &RecordDef) {
    for (n, twin) in [(11, false), (11, true), (12, false), (12, true), (13, false), (13, true)] {
        let mut values = world.values(def, n);
        for field in def.fields {
            let differs = field.unique || def.name == "custom_field" && field.name == "key";
            if twin && differs {
                values.insert(field.name.to_owned(), distinct(def, field.name, n + 100));
            } else if n == 13 && !field.required && !is_needed(def, field.name) {
                values.remove(field.name);
            }
        }
        if def.name == "custom_field" {
            values.insert("key".to_owned(), json!(format!("tied_{n}_{twin}")));
        }
        world.make_with(def, values).await;
    }
}

#[tokio::test]
async fn pages_show_every_record_once_in_order_by_every_sortable_field() {
    let world = World::new().await;
    for def in types() {
        tied_records(&world, def).await;
        let mut all = listed(&world, def, Archived::With).await;
        all.sort();
        for field in def.all_fields().filter(|f| f.kind.is_sortable()) {
            for descending in [false, true] {
                let mut query = ListQuery {
                    sort: Some(Sort { field: field.name.to_owned(), descending }),
                    limit: 2,
                    count: true,
                    archived: Archived::With,
                    ..ListQuery::default()
                };
                let mut rows: Vec<Row> = Vec::new();
                loop {
                    let page = world.test.store.list(&world.admin, def, &query).await.unwrap();
                    assert_eq!(page.total, Some(all.len() as i64), "{}", def.name);
                    rows.extend(page.rows);
                    assert!(rows.len() <= all.len(), "{} by {} repeats", def.name, field.name);
                    match page.next {
                        Some(next) => query.cursor = Some(next),
                        None => break,
                    }
                }
                let gaps: Vec<bool> = rows.iter().map(|row| row.value(field.name).is_null()).collect();
                assert!(gaps.is_sorted(), "{} by {}: no value comes last", def.name, field.name);
                let mut seen: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
                seen.sort();
                assert_eq!(seen, all, "{} by {} descending {descending}", def.name, field.name);
            }
        }
    }
}

/// What the store says there is, and what there is.
async fn assert_counted(world: &World, def: &'static RecordDef, after: &str) {
    let query = ListQuery { count: true, ..ListQuery::default() };
    let told = world.test.store.list(&world.admin, def, &query).await.unwrap().total;
    let table = def.table();
    let counted = format!("select count(*) from {table} where org_id = $1 and archived_at is null");
    let counted = sqlx::query_scalar(AssertSqlSafe(counted)).bind(world.admin.org_id).fetch_one(&world.test.owner);
    assert_eq!(told, counted.await.unwrap(), "{table} after {after}");
}

/// The same for what the stages of the base deal's pipeline add up to.
async fn assert_summed(world: &World, after: &str) {
    let deal = world.read(&OPPORTUNITY, world.base["opportunity"]).await.unwrap();
    let query = BoardQuery { pipeline_id: deal.reference("pipeline_id"), ..BoardQuery::default() };
    let mut told: Vec<(Uuid, i64, Decimal, Decimal)> = Vec::new();
    for (stage, totals) in world.test.store.board_totals(&world.admin, &query).await.unwrap() {
        told.push((stage, totals.count, totals.sum, totals.weighted));
    }
    let summed: Vec<(Uuid, i64, Decimal, Decimal)> = sqlx::query_as(
        "select stage_id, count(*), coalesce(sum(amount), 0), coalesce(round(sum(amount * probability) / 100, 2), 0)
         from opportunities where org_id = $1 and pipeline_id = $2 and archived_at is null group by stage_id order by stage_id",
    )
    .bind(world.admin.org_id)
    .bind(query.pipeline_id)
    .fetch_all(&world.test.owner)
    .await
    .unwrap();
    assert_eq!(told, summed, "after {after}");
}

#[tokio::test]
async fn kept_counts_and_sums_are_those_of_the_tables() {
    let world = World::new().await;
    for def in types() {
        let values = |n| world.values(def, n);
        let check = async |change: Change| {
            let after = format!("{change:?}");
            let done = world.apply(def, change).await.unwrap();
            assert_counted(&world, def, &after).await;
            assert_summed(&world, &after).await;
            let undone = world.test.store.undo(&world.admin, done.change_set).await.unwrap();
            assert_counted(&world, def, &format!("undo of {after}")).await;
            assert_summed(&world, &format!("undo of {after}")).await;
            world.test.store.undo(&world.admin, undone.change_set).await.unwrap();
            done.rows.first().map(|row| row.id)
        };
        let id = check(Change::Create { id: Uuid::now_v7(), values: values(7) }).await.unwrap();
        let mut changes = Vec::new();
        if def.name == "opportunity" {
            changes.push(update(id, None, one("amount", "7.77")));
            changes.push(update(id, None, one("amount", Value::Null)));
            changes.push(update(id, None, one("probability", 33)));
            changes.push(update(id, None, one("amount", "0.10")));
        }
        changes.extend([Change::Archive { id }, Change::Restore { id }, Change::Delete { id }]);
        for change in changes {
            check(change).await;
        }
        world.make(def, 8).await;
        for _ in 0..2 {
            let fold = sqlx::query("select guanxi_fold($1, $2)").bind(world.admin.org_id).bind(def.table());
            fold.execute(&world.test.owner).await.unwrap();
            assert_counted(&world, def, "putting together").await;
            assert_summed(&world, "putting together").await;
        }
        let entries = "select count(*) from tallies where org_id = $1 and counted = $2";
        let entries = sqlx::query_scalar(entries).bind(world.admin.org_id).bind(def.table());
        let entries: i64 = entries.fetch_one(&world.test.owner).await.unwrap();
        assert!(entries <= 2, "{} entries of {} are left", entries, def.name);
    }
}

/// A new deal at a place of a stage.
async fn put(world: &World, stage: &Value, place: String) -> Uuid {
    let values = [("name", "Placed".into()), ("stage_id", stage.clone()), ("rank", place.into())];
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    world.make_with(&OPPORTUNITY, values).await.id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowded_place_in_a_column_is_spread_while_others_write_there() {
    let world = Arc::new(World::new().await);
    let stage = world.read(&OPPORTUNITY, world.base["opportunity"]).await.unwrap().value("stage_id").clone();
    let put = async |place: String| put(&world, &stage, place).await;
    let last = put("bottom".into()).await;
    let mut writers = JoinSet::new();
    for _ in 0..6 {
        let (world, stage) = (world.clone(), stage.clone());
        writers.spawn(async move {
            for _ in 0..60 {
                self::put(&world, &stage, format!("before:{last}")).await;
            }
        });
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
    let mut alone = Vec::new();
    for _ in 0..10 {
        alone.push(put(format!("before:{last}")).await);
    }
    alone.push(last);
    let column: Vec<(Uuid, i32)> =
        sqlx::query_as("select id, length(rank) from opportunities where stage_id = $1::uuid order by rank, id")
            .bind(stage.as_str().map(|id| id.parse::<Uuid>().unwrap()))
            .fetch_all(&world.test.owner)
            .await
            .unwrap();
    let end: Vec<Uuid> = column[column.len() - alone.len()..].iter().map(|(id, _)| *id).collect();
    assert_eq!(end, alone, "each was put right before the last one");
    let longest = column.iter().map(|(_, length)| *length).max().unwrap();
    assert!(longest < 80, "ranks of {longest} characters");
}

#[tokio::test]
async fn the_organisation_itself_is_neither_made_nor_removed() {
    let world = World::new().await;
    let (def, id) = (by_name("organisation").unwrap(), world.admin.org_id);
    for change in [Change::Archive { id }, Change::Delete { id }] {
        assert_eq!(world.apply(def, change).await.unwrap_err(), Error::Forbidden);
    }
    let second = Change::Create { id: Uuid::now_v7(), values: one("name", "Second") };
    assert_eq!(world.apply(def, second).await.unwrap_err(), Error::Forbidden);
    let renamed = world.apply(def, update(id, None, one("name", "Renamed"))).await.unwrap();
    assert_eq!(renamed.rows[0].text("name"), Some("Renamed"));
}

/// Rows of the table that were read one after the other so far, once the writes up to now are counted.
async fn read_in_sequence(world: &World, table: &str, writes: i64) -> i64 {
    let sql = "select seq_tup_read, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables where relname = $1";
    for _ in 0..600 {
        let (read, written): (i64, i64) = sqlx::query_as(sql).bind(table).fetch_one(&world.test.owner).await.unwrap();
        if written >= writes {
            return read;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the writes are never counted");
}

#[tokio::test]
async fn a_change_of_one_record_does_not_read_them_all() {
    const MANY: i64 = 4_000;
    let world = World::new().await;
    let (org, stage) = (world.admin.org_id, world.base["stage"]);
    let others = format!(
        "insert into opportunities (org_id, id, name, currency, stage_id, pipeline_id, status, rank)
         select '{org}', gen_random_uuid(), 'Deal ' || n, 'CNY', s.id, s.pipeline_id, 'open', 'M' || lpad(n::text, 8, '0')
         from generate_series(1, {MANY}) n join stages s on s.id = '{stage}'"
    );
    sqlx::raw_sql(AssertSqlSafe(others + "; analyze opportunities")).execute(&world.test.owner).await.unwrap();
    let sql = "select n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables where relname = 'opportunities'";
    read_in_sequence(&world, "opportunities", MANY).await;
    let written: i64 = sqlx::query_scalar(sql).fetch_one(&world.test.owner).await.unwrap();

    let row = world.make(&OPPORTUNITY, 7).await;
    let change = |values: Value| update(row.id, None, serde_json::from_value(values).unwrap());
    let before = read_in_sequence(&world, "opportunities", written + 1).await;
    // Often enough for plans that are made for any number of rows.
    for n in 0..8 {
        world.apply(&OPPORTUNITY, change(json!({"name": format!("Deal {n}")}))).await.unwrap();
        world.apply(&OPPORTUNITY, change(json!({"rank": "bottom"}))).await.unwrap();
        world.apply(&OPPORTUNITY, change(json!({"rank": "top"}))).await.unwrap();
    }
    world.apply(&OPPORTUNITY, Change::Archive { id: row.id }).await.unwrap();
    world.apply(&OPPORTUNITY, Change::Restore { id: row.id }).await.unwrap();
    world.apply(&OPPORTUNITY, Change::Delete { id: row.id }).await.unwrap();
    let read = read_in_sequence(&world, "opportunities", written + 1 + 24 + 3).await - before;
    assert!(read < MANY, "{read} rows were read to write 27");
}
