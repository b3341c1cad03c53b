//! Erasing somebody reaches what came from their address and what merges put into tickets of others, and leaves there what is theirs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use shared::access::{FieldAccess, Grants, TypeRights};
use shared::command::{Change, Source};
use shared::duplicates::Merge;
use shared::import::{FILE_ERASED, Status};
use shared::query::ListQuery;
use shared::timeline::{Happening, TimelineQuery};
use shared::types::{
    ACTIVITY, ATTACHMENT, CONTACT, CUSTOM_FIELD, CUSTOMER, LEAD, OPPORTUNITY, ORGANISATION, SURVEY, SURVEY_RESPONSE,
    TICKET, TICKET_MESSAGE,
};
use shared::{Error, RecordDef, Values};
use store::Belonging;
use store::auth::Client;
use store::portal::Visitor;
use uuid::Uuid;

use crate::support::sample::{World, all_about};
use crate::undo::{deal, make, tables_saying};

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

    /// A ticket that came by mail from an address, of which nobody noted whose it is.
    async fn asked(&self, (name, email): (&str, &str), subject: &str) -> Uuid {
        let ticket = json!({"subject": subject, "kind": "request", "channel": "email", "requester_name": name,
                            "requester_email": email, "description": format!("<p>{subject}, please</p>")});
        make(&self.world, &TICKET, ticket).await
    }

    async fn change(&self, def: &RecordDef, id: Uuid, fields: Value) {
        let values = fields.as_object().unwrap().clone();
        self.world.apply(def, Change::Update { id, version: None, values }).await.unwrap();
    }

    async fn delete(&self, def: &RecordDef, id: Uuid) {
        self.world.apply(def, Change::Delete { id }).await.unwrap();
    }

    /// Whether anything in the database says so.
    async fn is_told(&self, secret: &str) -> bool {
        !tables_saying(&self.world, secret).await.is_empty()
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
        let merge =
            Merge { record_type: TICKET.name.to_owned(), into: stays, others, values: Values::new(), seen: Vec::new() };
        let set = self.world.test.store.merge(&self.world.admin, &merge).await.unwrap().change_set;
        Merged { stays, asked, answer, note, file, set }
    }

    async fn is_emptied(&self, ticket: Uuid) -> bool {
        self.world.read(&TICKET, ticket).await.unwrap().text("subject") == Some(ERASED)
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
    let merge =
        Merge { record_type: TICKET.name.to_owned(), into: stays, others: vec![goes], values, seen: Vec::new() };
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

#[tokio::test]
async fn somebody_is_erased_though_whoever_asked_for_it_went_away() {
    let desk = Desk::new().await;
    let (store, admin) = (&desk.world.test.store, &desk.world.admin);
    tokio::select! {
        biased;
        erased = store.erase(admin, &CONTACT, desk.zaphod) => panic!("{erased:?} at once"),
        // The page is left, and with it goes the call.
        () = std::future::ready(()) => {}
    }
    let erased = async {
        while store.get(admin, &CONTACT, desk.zaphod).await.unwrap().row.text("name") != Some(ERASED) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), erased).await.unwrap();
    assert_eq!(tables_saying(&desk.world, "heart.example").await, [""; 0]);
}

/// A workbook with a table on its first sheet, and on the second a remark.
fn workbook(remark: &str) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, cells) in [("People", ["name", "Anna Berg"]), ("Remarks", ["remark", remark])] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (row, cell) in (0..).zip(cells) {
            sheet.write_string(row, 0, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn of_the_files_that_are_being_imported_those_go_that_name_the_person() {
    let desk = Desk::new().await;
    let (store, admin) = (&desk.world.test.store, &desk.world.admin);
    let upload = async |name: &str, content: &[u8]| store.upload_import(admin, name, content).await.unwrap().id;
    let utf16: Vec<u8> = "name,city\nBeeblebrox Zaphod,Damogran\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xff, 0xfe][..], &utf16].concat();
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna Berg\r\nX-SPOUSE:Zaphod Beeblebrox\r\nEND:VCARD\r\n";
    let mut kept = Vec::new();
    for (name, content) in [
        ("people.csv", b"name,email\nAnna Berg,zaphod@elsewhere.example\n".to_vec()),
        ("people.xlsx", workbook("Ford Prefect knows her")),
    ] {
        kept.push(upload(name, &content).await);
    }
    let mut gone = Vec::new();
    for (name, content) in [
        ("mails.csv", b"name,note\nAnna Berg,she wrote to Zaphod@heart.example once\n".to_vec()),
        ("names.csv", marked),
        ("remarks.xlsx", workbook("ask Zaphod Beeblebrox")),
        ("cards.vcf", card.as_bytes().to_vec()),
        ("Zaphod Beeblebrox.csv", b"city\nDamogran\n".to_vec()),
    ] {
        gone.push(upload(name, &content).await);
    }
    store.erase(admin, &CONTACT, desk.zaphod).await.unwrap();
    for file in kept {
        assert!(store.suggest_import(admin, file, &CONTACT).await.is_ok());
    }
    for file in gone {
        let refused = store.suggest_import(admin, file, &CONTACT).await.unwrap_err();
        assert_eq!(refused, Error::invalid("file", FILE_ERASED));
    }
    let ended = store.import_runs(admin).await.unwrap().remove(0);
    let title = format!("mails.csv, names.csv, remarks.xlsx, cards.vcf, {ERASED}");
    assert_eq!((ended.title, ended.status), (title, Status::Failed));
    assert_eq!(tables_saying(&desk.world, "heart.example").await, [""; 0]);
}

#[tokio::test]
async fn what_was_about_somebody_once_names_them_no_more() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let (_, stages) = deal(world).await;
    let of = json!({"name": "Ship of Zaphod Beeblebrox", "stage_id": stages[0], "contact_id": desk.zaphod});
    let (moved, deleted) = (make(world, &OPPORTUNITY, of.clone()).await, make(world, &OPPORTUNITY, of).await);
    let values = Values::from_iter([("contact_id".to_owned(), json!(desk.ford))]);
    world.apply(&OPPORTUNITY, Change::Update { id: moved, version: None, values }).await.unwrap();
    world.apply(&OPPORTUNITY, Change::Delete { id: deleted }).await.unwrap();

    world.test.store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    assert_eq!(world.read(&OPPORTUNITY, moved).await.unwrap().text("name"), Some("Ship of **"));
    assert_eq!(tables_saying(world, "zaphod").await, [""; 0]);
}

#[tokio::test]
async fn tickets_that_came_from_somebodys_address_go_with_them() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let zaphod = ("Zaphod Beeblebrox", "zaphod@heart.example");
    let linked = desk.ticket(desk.zaphod, "Vogons", json!({})).await;
    let asked =
        [desk.asked(zaphod, "Milliways").await, desk.asked(("Zaphod B", "Zaphod@Heart.example"), "Blasters").await];
    let table = desk.said(asked[0], "<p>A table at nine</p>", by(zaphod.0, Some(zaphod.1))).await;
    let lacks = "update ticket_messages set left_out = '[\"passport.exe\"]' where id = $1";
    sqlx::query(lacks).bind(table).execute(&world.test.owner).await.unwrap();
    let answer = desk.said(asked[0], "<p>It is full tonight</p>", json!({})).await;
    desk.said(asked[1], "<p>He always wants those</p>", json!({"kind": "note"})).await;
    let file = desk.attached(Belonging::to(&TICKET, asked[1]).unwrap()).await;
    let others = desk.asked(("Tricia", "tricia@heart.example"), "Mice").await;
    desk.change(&TICKET, asked[1], json!({"subject": "More blasters"})).await;

    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    for id in asked.into_iter().chain([linked]) {
        let row = world.read(&TICKET, id).await.unwrap();
        assert_eq!(row.text("subject"), Some(ERASED));
        for field in ["description", "requester_name", "requester_email"] {
            assert_eq!(row.text(field), None, "{field}");
        }
    }
    assert!(desk.content(answer).await.contains(ERASED));
    assert_eq!(world.read(&ATTACHMENT, file).await.unwrap_err(), Error::NotFound);
    let secrets = ["zaphod", "milliways", "blasters", "vogons", "table at nine", "full tonight", "always wants"];
    for secret in secrets.into_iter().chain(["passport.exe"]) {
        assert_eq!(tables_saying(world, secret).await, [""; 0], "{secret}");
    }
    let row = world.read(&TICKET, others).await.unwrap();
    assert_eq!((row.text("subject"), row.text("requester_email")), (Some("Mice"), Some("tricia@heart.example")));
}

#[tokio::test]
async fn what_came_from_an_address_goes_with_the_last_who_has_it() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let tricia = json!({"name": "Tricia McMillan", "emails": ["zaphod@heart.example"]});
    let tricia = make(world, &CONTACT, tricia).await;
    let ticket = desk.asked(("Both of us", "zaphod@heart.example"), "Milliways").await;
    let message = desk.said(ticket, "<p>At nine</p>", by("Both of us", Some("zaphod@heart.example"))).await;
    let told = async || {
        let row = world.read(&TICKET, ticket).await.unwrap();
        (row.text("subject").unwrap().to_owned(), row.text("requester_email").is_some(), desk.content(message).await)
    };
    let before = told().await;
    assert_eq!((before.0.as_str(), before.1), ("Milliways", true));

    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    assert_eq!(told().await, before);
    store.erase(&world.admin, &CONTACT, tricia).await.unwrap();
    let (subject, has_email, content) = told().await;
    assert_eq!((subject.as_str(), has_email), (ERASED, false));
    assert!(content.contains(ERASED), "{content}");
}

#[tokio::test]
async fn what_a_lead_asked_goes_with_them() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let lead = make(world, &LEAD, json!({"name": "Marvin", "emails": ["marvin@sirius.example"]})).await;
    let ticket = desk.asked(("Marvin", "marvin@sirius.example"), "Diodes").await;
    world.test.store.erase(&world.admin, &LEAD, lead).await.unwrap();
    assert_eq!(world.read(&TICKET, ticket).await.unwrap().text("subject"), Some(ERASED));
    for secret in ["marvin", "diodes"] {
        assert_eq!(tables_saying(world, secret).await, [""; 0], "{secret}");
    }
}

#[tokio::test]
async fn what_came_from_an_address_that_was_corrected_is_somebody_elses() {
    const MISTYPED: &str = "arthur@earth.example";
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    desk.change(&CONTACT, desk.zaphod, json!({"emails": [MISTYPED]})).await;
    let ticket = desk.asked(("Arthur", MISTYPED), "Tea").await;
    let message = desk.said(ticket, "<p>With milk</p>", by("Arthur", Some(MISTYPED))).await;
    desk.change(&CONTACT, desk.zaphod, json!({"emails": ["zaphod@heart.example"]})).await;

    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    assert!(!desk.is_emptied(ticket).await);
    assert_eq!(desk.content(message).await, "<p>With milk</p>");
}

#[tokio::test]
async fn an_address_that_a_merge_left_out_is_still_theirs() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let twin = json!({"name": "Zaphod B", "emails": ["zb@heart.example", "wrong@heart.example"]});
    let twin = make(world, &CONTACT, twin).await;
    desk.change(&CONTACT, twin, json!({"emails": ["zb@heart.example"]})).await;
    let own = desk.asked(("Zaphod", "zb@heart.example"), "Milliways").await;
    let others = desk.asked(("Somebody", "wrong@heart.example"), "Towels").await;
    let values = Values::from_iter([("emails".to_owned(), json!(["zaphod@heart.example"]))]);
    let merge =
        Merge { record_type: CONTACT.name.to_owned(), into: desk.zaphod, others: vec![twin], values, seen: Vec::new() };
    store.merge(&world.admin, &merge).await.unwrap();

    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    assert_eq!([desk.is_emptied(own).await, desk.is_emptied(others).await], [true, false]);
}

#[tokio::test]
async fn whoever_is_archived_keeps_what_may_be_theirs() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let fields = json!({"name": "Tricia McMillan", "emails": ["zaphod@heart.example"]});
    let tricia = make(world, &CONTACT, fields).await;
    let lead = make(world, &LEAD, json!({"name": "Marvin", "emails": ["zaphod@heart.example"]})).await;
    let ticket = desk.asked(("One of us", "zaphod@heart.example"), "Milliways").await;
    world.apply(&CONTACT, Change::Archive { id: tricia }).await.unwrap();

    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    assert!(!desk.is_emptied(ticket).await);
    store.erase(&world.admin, &LEAD, lead).await.unwrap();
    assert!(!desk.is_emptied(ticket).await);
    // The last of them is archived, and theirs it is all the same.
    store.erase(&world.admin, &CONTACT, tricia).await.unwrap();
    assert!(desk.is_emptied(ticket).await);
}

#[tokio::test]
async fn what_came_from_the_address_of_a_company_is_the_companys() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let company = json!({"name": "Heart of Gold", "kind": "company", "emails": ["info@heart.example"]});
    let company = make(world, &CUSTOMER, company).await;
    let guide = make(world, &CUSTOMER, json!({"name": "The guide", "kind": "company"})).await;
    let emails = json!(["zaphod@heart.example", "info@heart.example"]);
    desk.change(&CONTACT, desk.zaphod, json!({"customer_id": company, "emails": emails})).await;
    let asked = async |email: &str, customer: Option<Uuid>| {
        let ticket = desk.asked(("Somebody", email), "Milliways").await;
        if customer.is_some() {
            desk.change(&TICKET, ticket, json!({"customer_id": customer})).await;
        }
        desk.said(ticket, "<p>At nine</p>", by("Somebody", Some(email))).await;
        ticket
    };
    let stay = [
        asked("info@heart.example", None).await,
        asked("info@heart.example", Some(company)).await,
        asked("zaphod@heart.example", Some(guide)).await,
    ];
    let go = [asked("zaphod@heart.example", None).await, asked("zaphod@heart.example", Some(company)).await];

    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    for (ticket, is_emptied) in stay.map(|ticket| (ticket, false)).into_iter().chain(go.map(|ticket| (ticket, true))) {
        assert_eq!(desk.is_emptied(ticket).await, is_emptied);
        let told = store.conversation(&world.admin, ticket, None).await.unwrap().messages.remove(0);
        assert_eq!(told.text("content").unwrap().contains(ERASED), is_emptied, "{told:?}");
    }
}

#[tokio::test]
async fn what_an_archived_contact_asked_goes_with_them_though_they_are_a_customer_too() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let customer = async |name: &str, email: &str| {
        make(world, &CUSTOMER, json!({"name": name, "kind": "person", "emails": [email]})).await
    };
    // Marvin's contact is somebody who may use his mailbox.
    let same = customer("Zaphod Beeblebrox", "zaphod@heart.example").await;
    let other = customer("Marvin", "ford@guide.example").await;
    let tickets = [
        desk.asked(("Zaphod", "zaphod@heart.example"), "Milliways").await,
        desk.asked(("One of us", "ford@guide.example"), "Diodes").await,
    ];
    for (contact, customer) in [(desk.zaphod, same), (desk.ford, other)] {
        desk.change(&CONTACT, contact, json!({"customer_id": customer})).await;
        world.apply(&CONTACT, Change::Archive { id: contact }).await.unwrap();
        store.erase(&world.admin, &CONTACT, contact).await.unwrap();
    }
    assert_eq!([desk.is_emptied(tickets[0]).await, desk.is_emptied(tickets[1]).await], [true, false]);
}

#[tokio::test]
async fn a_ticket_of_another_customer_that_a_merge_led_away_is_not_theirs_by_its_address() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let guide = make(world, &CUSTOMER, json!({"name": "The guide", "kind": "company"})).await;
    let mut messages = Vec::new();
    for customer in [Some(guide), None] {
        let stays = desk.ticket(desk.ford, "Towels", json!({})).await;
        let goes = desk.asked(("Somebody", "zaphod@heart.example"), "Milliways").await;
        if customer.is_some() {
            desk.change(&TICKET, goes, json!({"customer_id": customer})).await;
        }
        messages.push(desk.said(goes, "<p>A table is free</p>", json!({})).await);
        let merge = Merge {
            record_type: TICKET.name.to_owned(),
            into: stays,
            others: vec![goes],
            values: Values::new(),
            seen: Vec::new(),
        };
        store.merge(&world.admin, &merge).await.unwrap();
    }
    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    assert_eq!(desk.content(messages[0]).await, "<p>A table is free</p>");
    assert!(desk.content(messages[1]).await.contains(ERASED));
}

#[tokio::test]
async fn the_public_pages_know_nothing_of_the_addresses_of_the_erased() {
    const EMAIL: &str = "marvin@sirius.example";
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    desk.change(&ORGANISATION, world.admin.org_id, json!({"slug": "heart", "portal": true})).await;
    let portal = store.portal("heart").await.unwrap();
    // Of contacts it is known when they lose an address.
    let lead = make(world, &LEAD, json!({"name": "Marvin", "emails": [EMAIL]})).await;
    desk.asked(("Marvin", EMAIL), "Diodes").await;
    let link = async || {
        let request = store.count_portal_link(&portal, EMAIL, &Client::default()).await.unwrap();
        store.request_portal_link(&portal, request).await.unwrap()
    };
    let [used, unused] = [link().await.unwrap(), link().await.unwrap()];
    let session = store.redeem_portal_link(&portal, used.token.expose()).await.unwrap();
    let visitor = Visitor { email: EMAIL.to_owned() };
    assert_eq!(store.portal_visitor(&portal, session.expose()).await.unwrap(), visitor);
    assert_eq!(store.portal_tickets(&portal, &visitor).await.unwrap().len(), 1);

    store.erase(&world.admin, &LEAD, lead).await.unwrap();
    assert!(link().await.is_none());
    assert!(store.redeem_portal_link(&portal, unused.token.expose()).await.is_err());
    assert_eq!(store.portal_visitor(&portal, session.expose()).await.unwrap_err(), Error::Unauthenticated);
    assert!(store.portal_tickets(&portal, &visitor).await.unwrap().is_empty());
    assert_eq!(store.visitor_name(&portal, &visitor).await.unwrap(), None);
}

#[tokio::test]
async fn of_tickets_that_left_somebodys_address_the_log_says_nothing_of_theirs() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let zaphod = ("Zaphod Beeblebrox", "zaphod@heart.example");
    let others = desk.asked(zaphod, "Milliways").await;
    let arthur = json!({"subject": "Tea", "description": "<p>With milk</p>", "requester_name": "Arthur",
                        "requester_email": "arthur@earth.example"});
    desk.change(&TICKET, others, arthur).await;
    let nobodys = desk.asked(zaphod, "Towels").await;
    desk.change(&TICKET, nobodys, json!({"requester_email": null})).await;
    let gone = desk.asked(zaphod, "Blasters").await;
    let asked = desk.said(gone, "<p>Vogons came along</p>", by(zaphod.0, Some(zaphod.1))).await;
    let answer = desk.said(gone, "<p>A table is free</p>", json!({})).await;
    for message in [asked, answer] {
        desk.delete(&TICKET_MESSAGE, message).await;
    }
    desk.delete(&TICKET, gone).await;

    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    for secret in ["zaphod", "heart.example", "milliways", "blasters", "vogons", "table is free"] {
        assert_eq!(tables_saying(world, secret).await, [""; 0], "{secret}");
    }
    let row = world.read(&TICKET, others).await.unwrap();
    assert_eq!((row.text("subject"), row.text("requester_email")), (Some("Tea"), Some("arthur@earth.example")));
    assert_eq!(row.text("requester_name"), Some("Arthur"));
    let row = world.read(&TICKET, nobodys).await.unwrap();
    assert_eq!((row.text("subject"), row.text("requester_name")), (Some("Towels"), Some("**")));
}

#[tokio::test]
async fn the_log_keeps_of_tickets_that_left_an_address_what_may_be_others() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let tricia = json!({"name": "Tricia McMillan", "emails": ["zaphod@heart.example"]});
    let tricia = make(world, &CONTACT, tricia).await;
    let guide = make(world, &CUSTOMER, json!({"name": "The guide", "kind": "company"})).await;
    let shared = ("Both of us", "zaphod@heart.example");
    let changed = desk.asked(shared, "Milliways").await;
    let tea = json!({"subject": "Tea", "description": null, "requester_email": "arthur@earth.example"});
    desk.change(&TICKET, changed, tea).await;
    let gone = desk.asked(shared, "Blasters").await;
    desk.delete(&TICKET, gone).await;
    let of_guide = desk.asked(("Somebody", "ford@guide.example"), "Whales").await;
    desk.change(&TICKET, of_guide, json!({"customer_id": guide})).await;
    desk.delete(&TICKET, of_guide).await;

    for contact in [desk.zaphod, desk.ford] {
        store.erase(&world.admin, &CONTACT, contact).await.unwrap();
    }
    for told in ["milliways", "blasters", "whales"] {
        assert!(desk.is_told(told).await, "{told}");
    }
    store.erase(&world.admin, &CONTACT, tricia).await.unwrap();
    for secret in ["milliways", "blasters"] {
        assert_eq!(tables_saying(world, secret).await, [""; 0], "{secret}");
    }
}

#[tokio::test]
async fn a_file_that_is_part_of_somebody_elses_ticket_by_now_stays() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let [from, to] =
        [desk.ticket(desk.zaphod, "Ours", json!({})).await, desk.ticket(desk.ford, "Mine", json!({})).await];
    let file = desk.attached(Belonging::to(&TICKET, from).unwrap()).await;
    desk.change(&ATTACHMENT, file, json!({"ticket_id": to})).await;
    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    assert!(store.open_attachment(&world.admin, file).await.is_ok());
}

#[tokio::test]
async fn what_a_lead_said_goes_with_the_contact_it_became() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let company = make(world, &CUSTOMER, json!({"name": "Heart of Gold", "kind": "company"})).await;
    let said = json!({"name": "Zaphod Beeblebrox", "company": "Magrathea", "need": "An improbable ship",
                      "phones": ["+86 138 0013 8042"], "emails": ["zb@lead.example"], "address": {"street": "Damogran 1"}});
    let lead = make(world, &LEAD, said).await;
    make(world, &ACTIVITY, json!({"content": "Met at Milliways", "kind": "note", "lead_id": lead})).await;
    desk.change(&LEAD, lead, json!({"name": "President of the galaxy"})).await;
    let made = json!({"status": "converted", "customer_id": company, "contact_id": desk.zaphod});
    desk.change(&LEAD, lead, made).await;
    let ticket = desk.asked(("The president", "zb@lead.example"), "Blasters").await;
    let gone = json!({"name": "Zaphod Beeblebrox", "need": "Sunglasses", "contact_id": desk.zaphod});
    let gone = make(world, &LEAD, gone).await;
    desk.delete(&LEAD, gone).await;

    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    let said = ["zaphod", "galaxy", "magrathea", "improbable", "138 0013 8042", "13800138042", "lead.example"];
    for secret in said.into_iter().chain(["damogran", "milliways", "blasters", "sunglasses"]) {
        assert_eq!(tables_saying(world, secret).await, [""; 0], "{secret}");
    }
    assert!(desk.is_emptied(ticket).await);
    let row = world.read(&LEAD, lead).await.unwrap();
    assert_eq!((row.text("name"), row.text("status")), (Some(ERASED), Some("converted")));
    assert_eq!((row.reference("customer_id"), row.reference("contact_id")), (Some(company), Some(desk.zaphod)));
}

#[tokio::test]
async fn a_lead_goes_with_a_customer_who_is_a_person_and_stays_with_a_company() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let mut leads = Vec::new();
    for (name, kind) in [("Marvin", "person"), ("Sirius", "company")] {
        let customer = make(world, &CUSTOMER, json!({"name": name, "kind": kind})).await;
        let lead = json!({"name": name, "need": format!("Diodes of {name}"), "customer_id": customer});
        leads.push(make(world, &LEAD, lead).await);
        store.erase(&world.admin, &CUSTOMER, customer).await.unwrap();
    }
    assert!(!desk.is_told("marvin").await);
    let row = world.read(&LEAD, leads[1]).await.unwrap();
    assert_eq!((row.text("name"), row.text("need")), (Some("Sirius"), Some("Diodes of Sirius")));
}

#[tokio::test]
async fn a_lead_of_somebody_else_stays_though_it_names_the_contact() {
    let desk = Desk::new().await;
    let (world, store) = (&desk.world, &desk.world.test.store);
    let emails = json!(["zaphod@heart.example", "bridge@heart.example"]);
    desk.change(&CONTACT, desk.zaphod, json!({"emails": emails, "phones": ["+86 138 0013 8042"]})).await;
    make(world, &CONTACT, json!({"name": "Tricia McMillan", "emails": ["bridge@heart.example"]})).await;
    let mut leads = Vec::new();
    for (name, reached) in [
        ("Ford Prefect", json!({"emails": ["ford@guide.example"]})),
        ("Trillian", json!({"emails": ["bridge@heart.example"]})),
        ("The president", json!({"emails": ["zaphod@heart.example"]})),
        ("Mr. Beeblebrox", json!({"phones": ["+86 138 0013 8042"]})),
    ] {
        let mut lead = json!({"name": name, "contact_id": desk.zaphod});
        lead.as_object_mut().unwrap().extend(reached.as_object().unwrap().clone());
        leads.push(make(world, &LEAD, lead).await);
    }
    store.erase(&world.admin, &CONTACT, desk.zaphod).await.unwrap();
    let mut names = Vec::new();
    for lead in leads {
        names.push(world.read(&LEAD, lead).await.unwrap().text("name").unwrap().to_owned());
    }
    assert_eq!(names, ["Ford Prefect", "Trillian", ERASED, ERASED]);
}

#[tokio::test]
async fn what_erasing_would_reach_is_had_as_a_file_by_those_who_may_read_it() {
    let desk = Desk::new().await;
    let (world, test) = (&desk.world, &desk.world.test);
    let named = desk.ticket(desk.zaphod, "Towels", json!({})).await;
    let said = by("Zaphod Beeblebrox", Some("zaphod@heart.example"));
    let said = desk.said(named, "<p>Where is Marvin</p>", said).await;
    let note = desk.said(named, "<p>Bistromath again</p>", json!({"kind": "note"})).await;
    let file = desk.attached(Belonging::to(&TICKET_MESSAGE, said).unwrap()).await;
    let asked = desk.asked(("Zaphod", "zaphod@heart.example"), "Improbability").await;
    let answered = desk.said(asked, "<p>Slartibartfast knows</p>", json!({"cc": ["trillian@heart.example"]})).await;
    let survey = json!({"name": "Froody?", "kind": "csat", "question": "Froody?"});
    let survey = make(world, &SURVEY, survey).await;
    let rated = json!({"survey_id": survey, "ticket_id": asked, "score": 5, "comment": "Quite hoopy"});
    let rated = make(world, &SURVEY_RESPONSE, rated).await;
    let (_, stages) = deal(world).await;
    let ship = json!({"name": "A ship", "stage_id": stages[0], "contact_id": desk.zaphod});
    let ship = make(world, &OPPORTUNITY, ship).await;
    let noted = |content: &str| json!({"kind": "note", "content": content, "opportunity_id": ship});
    let told = make(world, &ACTIVITY, noted("Ring Zaphod Beeblebrox")).await;
    let untold = make(world, &ACTIVITY, noted("Ring the shipyard")).await;
    let others = desk.ticket(desk.ford, "Vogons", json!({})).await;
    let elsewhere = desk.said(others, "<p>Poetry</p>", by("Ford Prefect", Some("ford@guide.example"))).await;

    let all = all_about(test, &world.admin, &CONTACT, desk.zaphod).await;
    let of = |plural: &str, id: Uuid| -> Value {
        let rows = all["linked"][plural].as_array().into_iter().flatten();
        let found: Vec<&Value> = rows.filter(|row| row["id"] == json!(id)).collect();
        assert!(found.len() <= 1, "{plural} {found:?}");
        found.first().map_or(Value::Null, |row| (*row).clone())
    };
    for (plural, id) in [
        ("tickets", named),
        ("tickets", asked),
        ("ticket_messages", said),
        ("ticket_messages", note),
        ("ticket_messages", answered),
        ("survey_responses", rated),
        ("opportunities", ship),
        ("activities", told),
    ] {
        assert!(of(plural, id).is_object(), "{plural} {id}");
    }
    assert_eq!(of("ticket_messages", said)["author_name"], "Zaphod Beeblebrox");
    assert_eq!(of("ticket_messages", answered)["cc"], json!(["trillian@heart.example"]));
    let kept = of("attachments", file);
    assert_eq!((&kept["name"], &kept["size"]), (&json!("Milliways.txt"), &json!(7)));
    assert_eq!(kept["fetch_from"], format!("/api/files/{file}"));
    for (plural, id) in [("tickets", others), ("ticket_messages", elsewhere), ("activities", untold)] {
        assert!(of(plural, id).is_null(), "{plural} is somebody else's");
    }
    assert!(all["timeline"].as_array().is_some_and(|entries| !entries.is_empty()));

    let types = [(CONTACT.name.to_owned(), TypeRights::FULL)].into();
    let seller = world.colleague(Grants { types, ..Grants::default() });
    let all = all_about(test, &seller, &CONTACT, desk.zaphod).await.to_string();
    assert!(all.contains("Zaphod Beeblebrox"));
    for secret in ["Towels", "Marvin", "Bistromath", "Milliways", "Improbability", "Slartibartfast", "hoopy"] {
        assert!(!all.contains(secret), "{secret}");
    }
    // Tickets that came from an address would tell it.
    let types: BTreeMap<String, TypeRights> =
        [&CONTACT, &TICKET].map(|def| (def.name.to_owned(), TypeRights::FULL)).into();
    let sees = Grants { types, ..Grants::default() };
    let hidden = Grants { fields: [("contact.emails".to_owned(), FieldAccess::Hidden)].into(), ..sees.clone() };
    for (grants, is_told) in [(sees, true), (hidden, false)] {
        let all = all_about(test, &world.colleague(grants), &CONTACT, desk.zaphod).await.to_string();
        assert_eq!(all.contains("Improbability"), is_told);
        assert!(all.contains("Towels"), "it names the contact");
    }
}
