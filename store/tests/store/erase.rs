//! Erasing somebody reaches what merges put into tickets of others, and leaves there what is theirs.

use serde_json::{Value, json};
use shared::command::{Change, Source};
use shared::duplicates::Merge;
use shared::query::ListQuery;
use shared::timeline::{Happening, TimelineQuery};
use shared::types::{ATTACHMENT, CONTACT, CUSTOM_FIELD, TICKET, TICKET_MESSAGE};
use shared::{Error, RecordDef, Values};
use store::Belonging;
use uuid::Uuid;

use crate::support::sample::World;
use crate::undo::{make, tables_saying};

const ERASED: &str = "已删除个人信息 · Erased person";

/// Two people who write tickets.
struct Desk {
    world: World,
    zaphod: Uuid,
    ford: Uuid,
}

/// The tickets of both, one of which became part of the other.
struct Merged {
    stays: Uuid,
    /// What Zaphod asked in his, with a file, and what he was told.
    asked: Uuid,
    answer: Uuid,
    note: Uuid,
    file: Uuid,
    set: Uuid,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        let person =
            async |name: &str, email: &str| make(&world, &CONTACT, json!({"name": name, "emails": [email]})).await;
        let zaphod = person("Zaphod Beeblebrox", "zaphod@heart.example").await;
        let ford = person("Ford Prefect", "ford@guide.example").await;
        let passport = json!({"record_type": "ticket", "key": "passport", "label": "Passport", "kind": "text"});
        make(&world, &CUSTOM_FIELD, passport).await;
        Self { world, zaphod, ford }
    }

    async fn ticket(&self, contact: Uuid, subject: &str, fields: Value) -> Uuid {
        let mut all = json!({"subject": subject, "contact_id": contact, "kind": "request", "channel": "phone"});
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        make(&self.world, &TICKET, all).await
    }

    async fn said(&self, ticket: Uuid, content: &str, fields: Value) -> Uuid {
        let mut all = json!({"ticket_id": ticket, "content": content});
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        make(&self.world, &TICKET_MESSAGE, all).await
    }

    async fn attached(&self, belonging: Belonging) -> Uuid {
        let (store, admin) = (&self.world.test.store, &self.world.admin);
        store.attach_bytes(admin, &belonging, "Milliways.txt", "content", Source::Web).await.unwrap()
    }

    /// Merges a ticket of Zaphod's into one of Ford's that says so.
    async fn merged(&self, fields: Value) -> Merged {
        let stays = self.ticket(self.ford, "The guide", fields).await;
        let asked = json!({"description": "<p>A table at Milliways</p>", "custom": {"passport": "E1234567"}});
        let goes = self.ticket(self.zaphod, "Milliways", asked).await;
        let asked = "<p>Milliways, please. Ford Prefect knows it</p>";
        let asked = self.said(goes, asked, by("Zaphod Beeblebrox", Some("zaphod@heart.example"))).await;
        let answer = self.said(goes, "<p>Dear Zaphod, Milliways is full</p>", json!({})).await;
        let note = self.said(goes, "<p>Milliways bores him</p>", json!({"kind": "note"})).await;
        let file = self.attached(Belonging::to(&TICKET_MESSAGE, asked).unwrap()).await;
        self.attached(Belonging::to(&TICKET, goes).unwrap()).await;
        let others = vec![goes];
        let merge = Merge { record_type: TICKET.name.to_owned(), into: stays, others, values: Values::new() };
        let set = self.world.test.store.merge(&self.world.admin, &merge).await.unwrap().change_set;
        Merged { stays, asked, answer, note, file, set }
    }

    async fn content(&self, message: Uuid) -> String {
        self.world.read(&TICKET_MESSAGE, message).await.unwrap().text("content").unwrap().to_owned()
    }
}

/// Records of a type that are found by words, in each way to look for them.
async fn found(world: &World, def: &'static RecordDef, words: &str) -> [Vec<Uuid>; 3] {
    let store = &world.test.store;
    let hits = [store.lookup(&world.admin, def, words, 50).await, store.search(&world.admin, words, 50).await];
    let [looked_up, searched] = hits.map(|hits| hits.unwrap().into_iter().map(|hit| hit.id).collect());
    let query = ListQuery { search: Some(words.to_owned()), ..ListQuery::default() };
    let listed = store.list(&world.admin, def, &query).await.unwrap().rows.into_iter().map(|row| row.id).collect();
    [looked_up, searched, listed]
}

/// What somebody outside wrote.
fn by(name: &str, email: Option<&str>) -> Value {
    json!({"direction": "inbound", "author_name": name, "author_email": email})
}

#[tokio::test]
async fn what_somebody_left_in_tickets_of_others_goes_with_them() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    // What was asked is kept by a note, whether or not the other one asked something, too.
    let [beside, instead] = [desk.merged(json!({"description": "<p>A towel</p>"})).await, desk.merged(json!({})).await];
    let taken = world.read(&TICKET, instead.stays).await.unwrap();
    assert_eq!(taken.text("description"), None);
    let link = "<p>Towels. <a href=\"mailto:zaphod@heart.example\">Zaphod Beeblebrox</a> has some</p>";
    let towels = desk.said(beside.stays, link, by("Ford Prefect", Some("ford@guide.example"))).await;
    let elsewhere = desk.ticket(desk.ford, "Ships", json!({})).await;
    desk.said(elsewhere, "<p>Vogons came along</p>", by("Zaphod", Some("Zaphod@heart.example"))).await;
    let namesake = desk.said(elsewhere, "<p>Gargle blasters</p>", by("Zaphod Beeblebrox", None)).await;

    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    let secrets = ["zaphod", "heart.example", "milliways", "vogons", "E1234567"];
    for secret in secrets {
        assert_eq!(tables_saying(world, secret).await, [""; 0], "{secret}");
    }
    let told = desk.content(towels).await;
    assert!(told.contains("Towels. ") && told.contains("**") && told.contains(" has some"), "{told}");
    assert!(desk.content(namesake).await.contains("Gargle blasters"), "that may be somebody else");
    let ticket = world.read(&TICKET, beside.stays).await.unwrap();
    assert_eq!((ticket.text("subject"), ticket.text("description")), (Some("The guide"), Some("<p>A towel</p>")));
    for merged in [instead, beside] {
        let lost = world.read(&ATTACHMENT, merged.file).await;
        assert_eq!(lost.unwrap_err(), Error::NotFound);
        let undone = store.undo(&world.admin, merged.set).await.unwrap();
        assert!(!undone.kept.is_empty(), "{undone:?}");
    }
    for secret in secrets {
        assert_eq!(tables_saying(world, secret).await, [""; 0], "{secret} came back");
    }
}

#[tokio::test]
async fn what_others_left_in_somebodys_ticket_stays_without_their_name() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let merged = desk.merged(json!({})).await;
    let own = desk.said(merged.stays, "<p>Towels</p>", by("Ford Prefect", Some("ford@guide.example"))).await;

    store.erase(&world.admin, &CONTACT, desk.ford).await.unwrap();
    for secret in ["ford prefect", "ford@", "towels"] {
        assert_eq!(tables_saying(world, secret).await, [""; 0], "{secret}");
    }
    assert_eq!(desk.content(merged.asked).await, "<p>Milliways, please. ** knows it</p>");
    assert_eq!(desk.content(merged.answer).await, "<p>Dear Zaphod, Milliways is full</p>");
    let asked = world.read(&TICKET_MESSAGE, merged.asked).await.unwrap();
    assert_eq!(asked.text("author_email"), Some("zaphod@heart.example"));
    assert_eq!(world.read(&ATTACHMENT, merged.file).await.unwrap().text("name"), Some("Milliways.txt"));
    // Of notes nobody knows whom they are about.
    for message in [merged.note, own] {
        assert!(desk.content(message).await.contains(ERASED));
    }
    // They are still found when their own writer is erased.
    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    for secret in ["zaphod", "milliways"] {
        assert_eq!(tables_saying(world, secret).await, [""; 0], "{secret}");
    }
}

#[tokio::test]
async fn a_number_that_was_changed_since_still_tells_whose_words_they_were() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let stays = desk.ticket(desk.ford, "The guide", json!({})).await;
    let answer = desk.said(stays, "<p>Your towels are due</p>", json!({})).await;
    let goes = desk.ticket(desk.zaphod, "Milliways", json!({})).await;
    // The one that stays becomes the other's.
    let values = Values::from_iter([("contact_id".to_owned(), json!(desk.zaphod))]);
    let merge = Merge { record_type: TICKET.name.to_owned(), into: stays, others: vec![goes], values };
    store.merge(&world.admin, &merge).await.unwrap();
    let values = Values::from_iter([("number".to_owned(), json!("G-4242"))]);
    world.apply(&TICKET, Change::Update { id: stays, version: None, values }).await.unwrap();

    store.erase(&world.admin, &CONTACT, desk.ford).await.unwrap();
    assert!(desk.content(answer).await.contains(ERASED));
    assert_eq!(tables_saying(world, "towels are due").await, [""; 0]);
}

#[tokio::test]
async fn tickets_of_the_erased_are_found_by_their_number_and_they_by_nothing() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let ticket = desk.ticket(desk.zaphod, "Milliways", json!({"number": "G-4242"})).await;
    desk.said(ticket, "<p>A table</p>", by("Zaphod Beeblebrox", Some("zaphod@heart.example"))).await;
    let is_found = async |def: &'static RecordDef, words: &str, id: Uuid| {
        found(world, def, words).await.map(|found| found.contains(&id))
    };
    assert_eq!(is_found(&CONTACT, "zaphod", desk.zaphod).await, [true; 3]);

    world.test.store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    for words in ["G-4242", "4242"] {
        assert_eq!(is_found(&TICKET, words, ticket).await, [true; 3], "{words}");
    }
    for words in ["zaphod", "erased", "Erased person", "已删除", "yishanchu", ERASED] {
        assert_eq!(is_found(&CONTACT, words, desk.zaphod).await, [false; 3], "{words}");
        assert_eq!(is_found(&TICKET, words, ticket).await, [false; 3], "{words}");
    }
    // Where nothing is looked for, they aren't offered.
    for (def, id) in [(&CONTACT, desk.zaphod), (&TICKET, ticket)] {
        let offered = world.test.store.lookup(&world.admin, def, "", 50).await.unwrap();
        assert!(offered.iter().all(|hit| hit.id != id), "{}", def.name);
    }
}

#[tokio::test]
async fn a_note_that_a_merge_made_is_part_of_no_other_message() {
    let desk = Desk::new().await;
    let (store, admin) = (&desk.world.test.store, &desk.world.admin);
    let merged = desk.merged(json!({"description": "<p>A towel</p>"})).await;
    let messages = store.conversation(admin, merged.stays, None).await.unwrap().messages;
    let is_kept = |content: &str| content.contains("A table at Milliways");
    let note = messages.iter().find(|row| row.text("content").is_some_and(is_kept)).unwrap().id;
    let told = store.timeline(admin, &TICKET_MESSAGE, note, &TimelineQuery::default()).await.unwrap();
    let made = told.entries.iter().find_map(|entry| match &entry.what {
        Happening::Change { action, merge, .. } if action == "create" => merge.clone(),
        _ => None,
    });
    let made = made.unwrap();
    assert_eq!((made.into, made.undone), (None, false));
}
