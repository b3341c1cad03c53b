//! What is searched for: telephone numbers however they are written, and nobody who was erased.

use serde_json::json;
use shared::query::{Hit, ListQuery};
use shared::types::CONTACT;
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
