//! What is split off a ticket stays what it was: the customer's words theirs, notes and answers for colleagues only.

use chrono::{TimeDelta, Utc};
use futures::TryStreamExt;
use serde_json::{Value, json};
use shared::access::{Actor, FieldAccess, Grants};
use shared::command::Source;
use shared::desk::Split;
use shared::record::instant_text;
use shared::types::{ATTACHMENT, ORGANISATION, TICKET, TICKET_MESSAGE};
use shared::{Row, Values};
use store::files::Bytes;
use store::portal::{Portal, Visitor};
use store::{Belonging, Store};
use uuid::Uuid;

use crate::desk::Desk;

const LI: &str = "li@example.com";

async fn ticket(desk: &Desk) -> Row {
    desk.make(&TICKET, json!({"subject": "Two things", "channel": "web", "requester_email": LI})).await
}

async fn said(desk: &Desk, ticket: Uuid, fields: Value) -> Row {
    let mut all: Values = fields.as_object().unwrap().clone();
    all.insert("ticket_id".into(), ticket.to_string().into());
    all.insert("author_name".into(), "Li".into());
    desk.make(&TICKET_MESSAGE, Value::Object(all)).await
}

/// A file of what was said was not kept: only letters lack some, no command can say so.
async fn lacks_a_file(desk: &Desk, message: Uuid) {
    let lacks = "update ticket_messages set left_out = '[\"lamp.iso\"]' where id = $1";
    sqlx::query(lacks).bind(message).execute(&desk.test.owner).await.unwrap();
}

async fn attached(desk: &Desk, message: Uuid) -> Uuid {
    let belonging = Belonging::to(&TICKET_MESSAGE, message).unwrap();
    desk.test.store.attach_bytes(&desk.admin, &belonging, "a.txt", "content", Source::Web).await.unwrap()
}

async fn messages(desk: &Desk, ticket: Uuid) -> Vec<Row> {
    desk.test.store.conversation(&desk.admin, ticket, None).await.unwrap().messages
}

async fn portal(store: &Store, desk: &Desk) -> Portal {
    desk.change(&ORGANISATION, desk.admin.org_id, json!({"slug": "lin", "portal": true})).await;
    store.portal("lin").await.unwrap()
}

#[tokio::test]
async fn what_the_customer_wrote_is_asked_in_the_new_ticket_with_its_files_and_its_time() {
    let desk = Desk::new(1).await;
    let (store, old) = (&desk.test.store, ticket(&desk).await);
    let at = instant_text(Utc::now() - TimeDelta::days(3));
    let asked = json!({"direction": "inbound", "content": "<p>The lamp flickers</p><p>Since May</p>", "said_at": at});
    let asked = said(&desk, old.id, asked).await;
    lacks_a_file(&desk, asked.id).await;
    let file = attached(&desk, asked.id).await;
    let with_picture = format!("<p>The lamp flickers</p><img src=\"/api/files/{file}\">");
    let asked = desk.change(&TICKET_MESSAGE, asked.id, json!({"content": with_picture})).await;

    let id = Uuid::now_v7();
    let split = store.split_ticket(&desk.admin, asked.id, id).await.unwrap();
    let new = &split.rows[0];
    assert_eq!(
        (new.id, new.text("subject"), new.reference("parent_id")),
        (id, Some("The lamp flickers"), Some(old.id))
    );
    assert_eq!(new.value("received_at"), asked.value("said_at"));
    let told = messages(&desk, id).await;
    assert_eq!((told.len(), told[0].text("direction"), told[0].text("author_name")), (1, Some("inbound"), Some("Li")));
    assert_eq!(
        (told[0].value("said_at"), told[0].value("content")),
        (asked.value("said_at"), new.value("description"))
    );
    assert_eq!(told[0].value("left_out"), &json!(["lamp.iso"]), "what is missing there is missing here");

    let files = store.conversation(&desk.admin, id, None).await.unwrap().attachments;
    assert_eq!((files.len(), files[0].reference("message_id")), (1, Some(told[0].id)));
    assert_ne!(files[0].id, file, "the old ticket keeps its own");
    let content = told[0].text("content").unwrap();
    assert!(content.contains(&files[0].id.to_string()) && !content.contains(&file.to_string()), "{content}");
    let (_, parts) = store.open_attachment(&desk.admin, files[0].id).await.unwrap();
    let parts: Vec<Bytes> = parts.try_collect().await.unwrap();
    assert_eq!(parts.concat(), b"content");
    assert_eq!(messages(&desk, old.id).await.len(), 1, "it is still said there");

    let again = store.split_ticket(&desk.admin, asked.id, id).await.unwrap();
    assert_eq!(again.change_set, split.change_set, "the answer got lost: it is one ticket");
    let undone = store.undo(&desk.admin, split.change_set).await.unwrap();
    assert!(undone.kept.is_empty(), "{undone:?}");
    assert!(store.get(&desk.admin, &TICKET, id).await.is_err());
    assert!(store.get(&desk.admin, &ATTACHMENT, files[0].id).await.is_err());
}

async fn splits(desk: &Desk, actor: &Actor, ticket: Uuid) -> Vec<Split> {
    desk.test.store.conversation(actor, ticket, None).await.unwrap().splits
}

#[tokio::test]
async fn both_conversations_tell_where_it_went_and_where_it_came_from() {
    let desk = Desk::new(1).await;
    let store = &desk.test.store;
    let (portal, li) = (portal(store, &desk).await, Visitor { email: LI.to_owned() });
    let old = ticket(&desk).await;
    said(&desk, old.id, json!({"direction": "inbound", "content": "<p>The gate</p>"})).await;
    let asked = said(&desk, old.id, json!({"direction": "inbound", "content": "<p>The lamp</p>"})).await;
    lacks_a_file(&desk, asked.id).await;
    // Parts that were not split off are told of elsewhere.
    desk.make(&TICKET, json!({"subject": "A part", "parent_id": old.id})).await;
    assert!(splits(&desk, &desk.admin, old.id).await.is_empty());

    let id = Uuid::now_v7();
    let split = store.split_ticket(&desk.admin, asked.id, id).await.unwrap();
    let number = split.rows[0].text("number").unwrap().to_owned();
    let went = Split { message_id: asked.id, ticket_id: id, number, subject: "The lamp".into(), is_from: false };
    assert_eq!(splits(&desk, &desk.admin, old.id).await, std::slice::from_ref(&went));
    let came = Split {
        message_id: messages(&desk, id).await[0].id,
        ticket_id: old.id,
        number: old.text("number").unwrap().to_owned(),
        subject: "Two things".into(),
        is_from: true,
    };
    assert_eq!(splits(&desk, &desk.admin, id).await, [came]);

    let fields = [("ticket.parent_id".to_owned(), FieldAccess::Hidden)].into();
    let guarded = Grants { fields, ..desk.agents[0].grants.clone() };
    let guarded = Actor { grants: guarded, ..desk.agents[0].clone() };
    assert!(splits(&desk, &guarded, old.id).await.is_empty(), "whoever does not see what it is part of");
    let shown = store.portal_ticket(&portal, &li, old.text("number").unwrap()).await.unwrap();
    assert!(!format!("{shown:?}").contains(&went.number), "{shown:?}");
    let missing: Vec<_> = shown.messages.iter().map(|message| message.missing.left_out.join(" ")).collect();
    assert_eq!(missing, ["", "lamp.iso"], "the customer is told what did not arrive");
    store.undo(&desk.admin, split.change_set).await.unwrap();
    assert!(splits(&desk, &desk.admin, old.id).await.is_empty());
}

#[tokio::test]
async fn who_said_it_goes_along_though_whoever_splits_it_off_does_not_see_that() {
    let desk = Desk::new(1).await;
    let old = ticket(&desk).await;
    let fields = ["name", "email"].map(|said| (format!("ticket.requester_{said}"), FieldAccess::Hidden));
    let grants = Grants { fields: fields.into(), ..desk.agents[0].grants.clone() };
    let guarded = Actor { grants, ..desk.agents[0].clone() };
    for said_so in [json!({"direction": "inbound", "author_email": LI}), json!({"kind": "note"})] {
        let mut fields = said_so;
        fields["content"] = json!("<p>The lamp flickers</p>");
        let message = said(&desk, old.id, fields).await;
        assert!(message.text("author_name").is_some());
        let id = Uuid::now_v7();
        desk.test.store.split_ticket(&guarded, message.id, id).await.unwrap();
        let told = messages(&desk, id).await;
        for field in ["author_name", "author_email"] {
            assert_eq!(told[0].value(field), message.value(field), "{field}");
        }
    }
}

#[tokio::test]
async fn what_colleagues_said_is_never_the_customers_word() {
    let desk = Desk::new(1).await;
    let store = &desk.test.store;
    let (portal, li) = (portal(store, &desk).await, Visitor { email: LI.to_owned() });
    let old = ticket(&desk).await;
    for (kind, text) in [("note", "<p>They never pay</p>"), ("reply", "<p>We never wait</p>")] {
        let message = said(&desk, old.id, json!({"kind": kind, "content": text})).await;
        let id = Uuid::now_v7();
        let new = store.split_ticket(&desk.agents[0], message.id, id).await.unwrap().rows.remove(0);
        assert_eq!((new.text("subject"), new.value("description")), (Some("Two things"), &Value::Null), "{kind}");
        let told = messages(&desk, id).await;
        assert_eq!((told.len(), told[0].text("kind"), told[0].text("content")), (1, Some("note"), Some(text)));
        assert_eq!(told[0].value("said_at"), message.value("said_at"));
        // Nobody asked for it, so nobody outside has it.
        let number = new.text("number").unwrap();
        assert_eq!(store.portal_ticket(&portal, &li, number).await.unwrap_err(), shared::Error::NotFound, "{kind}");
        let listed = store.portal_tickets(&portal, &li).await.unwrap();
        assert!(!format!("{listed:?}").contains(number), "{listed:?}");
    }
}
