//! What is searched for: telephone numbers however they are written, codes, user-defined fields, and nobody who was erased.

use serde_json::json;
use shared::access::{FieldAccess, Grants, TypeRights};
use shared::command::Change;
use shared::query::{Hit, ListQuery};
use shared::types::{CONTACT, CUSTOM_FIELD, PRODUCT};
use uuid::Uuid;

use crate::support::sample::World;
use crate::undo::make;

fn ids(hits: Vec<Hit>) -> Vec<Uuid> {
    hits.into_iter().map(|hit| hit.id).collect()
}

/// People whom the list shows that is searched for words.
async fn listed(world: &World, words: &str) -> Vec<Uuid> {
    let query = ListQuery { search: Some(words.to_owned()), ..ListQuery::default() };
    let page = world.test.store.list(&world.admin, &CONTACT, &query).await.unwrap();
    page.rows.into_iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn a_number_is_found_with_and_without_its_country() {
    let world = World::new().await;
    let mut people = Vec::new();
    for (name, phone) in [("Ann", "139 1234 7777"), ("Bo", "+86 139 5678 7777"), ("Cy", "0571-8899 1234")] {
        people.push(make(&world, &CONTACT, json!({"name": name, "phones": [phone]})).await);
    }
    for (words, at) in [
        ("+86 139 1234 7777", 0),
        ("008613912347777", 0),
        ("8613912347777", 0),
        ("+86 13912", 0),
        ("139-1234", 0),
        ("13956787777", 1),
        ("0086 139 5678", 1),
        ("+86 571 8899 1234", 2),
        ("+86 (0)571 8899", 2),
        ("057188991234", 2),
    ] {
        let found = world.test.store.search(&world.admin, words, 10).await.unwrap();
        assert_eq!(ids(found), [people[at]], "{words}");
        assert_eq!(listed(&world, words).await, [people[at]], "{words}");
    }
    assert!(world.test.store.search(&world.admin, "+86 139 1234 7778", 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_erased_are_found_by_nothing_but_their_address() {
    let world = World::new().await;
    let (store, admin) = (&world.test.store, &world.admin);
    let kept = make(&world, &CONTACT, json!({"name": "个人信息部"})).await;
    let gone = make(&world, &CONTACT, json!({"name": "Gone"})).await;
    store.erase(admin, &CONTACT, gone).await.unwrap();
    for words in ["erased person", "已删除个人信息", "信息", "xinxi"] {
        let found = ids(store.search(admin, words, 50).await.unwrap());
        let offered = ids(store.lookup(admin, &CONTACT, words, 50).await.unwrap());
        for hits in [found, offered, listed(&world, words).await] {
            assert!(!hits.contains(&gone), "{words}");
            assert_eq!(hits.contains(&kept), words.starts_with(['信', 'x']), "{words}");
        }
    }
    let offered = ids(store.lookup(admin, &CONTACT, "", 50).await.unwrap());
    assert!(offered.contains(&kept) && !offered.contains(&gone));
    assert!(world.read(&CONTACT, gone).await.is_ok());
    let all = store.list(admin, &CONTACT, &ListQuery::default()).await.unwrap().rows;
    assert!(all.iter().any(|row| row.id == gone), "a list that nobody searches is whole");
}

#[tokio::test]
async fn full_width_words_and_undivided_codes_are_found() {
    let world = World::new().await;
    let store = &world.test.store;
    let product = make(&world, &PRODUCT, json!({"name": "Support", "number": "SVC-03"})).await;
    let contract = make(&world, &PRODUCT, json!({"name": "合同HT-2026-001"})).await;
    let person = make(&world, &CONTACT, json!({"name": "ＨＵＡＷＥＩ 王", "phones": ["138 7766 1234"]})).await;
    for (words, id) in [
        ("svc03", product),
        ("ＳＶＣ０３", product),
        ("SVC-03", product),
        ("ht2026001", contract),
        ("ht2026-001", contract),
        ("huawei", person),
        ("ｈｕａｗｅｉ", person),
        ("１３８７７６６", person),
    ] {
        let found = ids(store.search(&world.admin, words, 10).await.unwrap());
        assert_eq!(found.first(), Some(&id), "{words}");
    }
    assert_eq!(listed(&world, "ｈｕａｗｅｉ").await, [person]);
    // Whoever doesn't see all by which people are found still finds them by their names.
    let types = [(CONTACT.name.to_owned(), TypeRights::FULL)].into();
    let fields = [("contact.phones".to_owned(), FieldAccess::Hidden)].into();
    let colleague = world.colleague(Grants { types, fields, ..Grants::default() });
    for words in ["huawei", "ｈｕａｗｅｉ"] {
        assert_eq!(ids(store.search(&colleague, words, 10).await.unwrap()), [person], "{words}");
    }
    assert!(store.search(&colleague, "1387766", 10).await.unwrap().is_empty());
    // As an earlier version left it.
    let old = "update search_entries set tokens = array_to_tsvector(array['03']), made_by = 5";
    sqlx::query(old).execute(&world.test.owner).await.unwrap();
    assert!(!ids(store.search(&world.admin, "svc03", 10).await.unwrap()).contains(&product));
    store.upkeep().await.unwrap();
    assert_eq!(ids(store.search(&world.admin, "svc03", 10).await.unwrap()), [product]);
}

#[tokio::test]
async fn what_is_written_in_user_defined_fields_is_found_by_those_who_see_them() {
    let world = World::new().await;
    let store = &world.test.store;
    for (key, kind) in [("passport", "text"), ("site", "url"), ("story", "long_text"), ("born", "date")] {
        let field = json!({"record_type": "contact", "key": key, "label": key, "kind": kind});
        make(&world, &CUSTOM_FIELD, field).await;
    }
    let other = make(&world, &CONTACT, json!({"name": "Ford", "phones": ["139 1234 7777"]})).await;
    let custom = json!({"passport": "ZX-8181", "site": "https://milliways.example", "story": "Met a towel",
                        "born": "1979-10-12"});
    let person = make(&world, &CONTACT, json!({"name": "Zaphod", "custom": custom})).await;
    let found = async |words: &str| ids(store.search(&world.admin, words, 10).await.unwrap());
    for words in ["zx-8181", "zx8181", "milliways", "towel"] {
        assert_eq!(found(words).await, [person], "{words}");
        assert_eq!(listed(&world, words).await, [person], "{words}");
    }
    assert!(!found("1979-10-12").await.contains(&person), "days are no words");

    let types = [(CONTACT.name.to_owned(), TypeRights::FULL)].into();
    let sees = Grants { types, ..Grants::default() };
    let hidden = Grants { fields: [("contact.custom".to_owned(), FieldAccess::Hidden)].into(), ..sees.clone() };
    for (grants, expected) in [(sees, vec![person]), (hidden, Vec::new())] {
        let colleague = world.colleague(grants);
        assert_eq!(ids(store.search(&colleague, "zx8181", 10).await.unwrap()), expected);
        let query = ListQuery { search: Some("milliways".to_owned()), ..ListQuery::default() };
        assert_eq!(store.list(&colleague, &CONTACT, &query).await.unwrap().rows.len(), expected.len());
        assert_eq!(ids(store.lookup(&colleague, &CONTACT, "Zaphod", 10).await.unwrap()), [person]);
        // Nobody else is found the less.
        assert_eq!(ids(store.search(&colleague, "13912347777", 10).await.unwrap()), [other]);
    }
    let values = json!({"custom": {"passport": "YY-1"}}).as_object().unwrap().clone();
    world.apply(&CONTACT, Change::Update { id: person, version: None, values }).await.unwrap();
    assert!(found("zx8181").await.is_empty());
    assert_eq!(found("yy1").await, [person]);
}

#[tokio::test]
async fn what_is_found_by_user_defined_fields_follows_what_becomes_of_these() {
    let world = World::new().await;
    let store = &world.test.store;
    let field = json!({"record_type": "contact", "key": "passport", "label": "Passport", "kind": "text"});
    let field = make(&world, &CUSTOM_FIELD, field).await;
    let person = json!({"name": "Zaphod", "custom": {"passport": "ZX-8181"}});
    let person = make(&world, &CONTACT, person).await;
    let kind = |kind: &str| {
        let values = json!({"kind": kind}).as_object().unwrap().clone();
        Change::Update { id: field, version: None, values }
    };
    for (change, is_found) in [
        (Change::Archive { id: field }, false),
        (Change::Restore { id: field }, true),
        (kind("date"), false),
        (kind("text"), true),
        (Change::Delete { id: field }, false),
    ] {
        let told = format!("{change:?}");
        world.apply(&CUSTOM_FIELD, change).await.unwrap();
        store.upkeep().await.unwrap();
        let found = ids(store.search(&world.admin, "zx8181", 10).await.unwrap());
        assert_eq!(found.contains(&person), is_found, "{told}");
    }
}
