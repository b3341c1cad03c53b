//! Which status of a ticket follows which, whoever says it and by whatever way; and what tickets are called that others refer to.

use serde_json::{Value, json};
use shared::access::{Actor, FieldAccess, Grants};
use shared::command::{Change, Command, Outcome};
use shared::desk::Reply;
use shared::duplicates::Merge;
use shared::types::{TICKET, TICKET_MESSAGE, TICKET_STATUS};
use shared::{Error, Result, Row};
use uuid::Uuid;

use crate::desk::Desk;

fn update(id: Uuid, fields: &Value) -> Change {
    Change::Update { id, version: None, values: fields.as_object().unwrap().clone() }
}

async fn set(desk: &Desk, id: Uuid, fields: Value) -> Result<Outcome> {
    desk.test.store.apply(&desk.admin, Command::one(TICKET.name, update(id, &fields))).await
}

async fn made(desk: &Desk, status: &str) -> Uuid {
    desk.make(&TICKET, json!({"subject": "Gate", "status": status})).await.id
}

async fn status(desk: &Desk, id: Uuid) -> String {
    let row: Row = desk.test.store.get(&desk.admin, &TICKET, id).await.unwrap().row;
    row.text("status").unwrap().to_owned()
}

async fn say(desk: &Desk, ticket: Uuid, direction: &str) {
    desk.make(&TICKET_MESSAGE, json!({"ticket_id": ticket, "direction": direction, "content": "Again"})).await;
}

/// Field and code of the only problem.
fn told(error: &Error) -> (&str, &str) {
    let Error::Invalid { fields } = error else { panic!("{error:?}") };
    let [one] = fields.as_slice() else { panic!("{fields:?}") };
    (&one.field, &one.code)
}

#[tokio::test]
async fn a_step_and_a_status_that_contradict_each_other_are_refused_and_a_status_alone_leaves_the_step() {
    let desk = Desk::new(1).await;
    let own = desk.make(&TICKET_STATUS, json!({"name": "Workshop", "category": "waiting_third_party"})).await.id;
    let id = made(&desk, "open").await;
    let error = set(&desk, id, json!({"status": "solved", "status_id": own})).await.unwrap_err();
    assert_eq!(told(&error), ("status_id", "step_of_other"));
    assert_eq!(status(&desk, id).await, "open", "nothing of it was taken");
    let fields = json!({"subject": "Gate", "status": "open", "status_id": own});
    let new = Change::Create { id: Uuid::now_v7(), values: fields.as_object().unwrap().clone() };
    let error = desk.test.store.apply(&desk.admin, Command::one(TICKET.name, new)).await.unwrap_err();
    assert_eq!(told(&error), ("status_id", "step_of_other"));
    // Of several only those are refused.
    let other = made(&desk, "open").await;
    let changes = vec![
        update(id, &json!({"status": "solved", "status_id": own})),
        update(other, &json!({"status": "waiting_third_party", "status_id": own})),
    ];
    let command = Command { record_type: TICKET.name.into(), changes, ..Command::default() };
    let outcome = desk.test.store.apply(&desk.admin, command).await.unwrap();
    assert_eq!(outcome.refused.iter().map(|refusal| refusal.id).collect::<Vec<_>>(), [id]);
    set(&desk, other, json!({"status": "open"})).await.unwrap();
    let left = desk.test.store.get(&desk.admin, &TICKET, other).await.unwrap().row;
    assert_eq!((left.text("status"), left.text("status_id")), (Some("open"), None));
}

#[tokio::test]
async fn a_closed_ticket_is_only_opened_again_by_whatever_way() {
    let desk = Desk::new(1).await;
    let store = &desk.test.store;
    let closed = made(&desk, "closed").await;
    for to in ["new", "waiting_customer", "waiting_third_party", "solved"] {
        let error = set(&desk, closed, json!({"status": to})).await.unwrap_err();
        assert_eq!(told(&error), ("status", "only_reopened"), "{to}");
    }
    let own = desk.make(&TICKET_STATUS, json!({"name": "Workshop", "category": "waiting_third_party"})).await.id;
    let error = set(&desk, closed, json!({"status_id": own})).await.unwrap_err();
    assert_eq!(told(&error), ("status_id", "only_reopened"));

    // A macro says nothing either when it can't do what it is to do.
    let changes = json!({"status": "waiting_customer"}).as_object().unwrap().clone();
    let reply = Reply {
        ticket_id: closed,
        message_id: Uuid::now_v7(),
        content: "<p>Try again</p>".into(),
        changes,
        ..Reply::default()
    };
    let error = store.reply(&desk.agents[0], "Agent 0", reply).await.unwrap_err();
    assert_eq!(told(&error), ("status", "only_reopened"));
    assert!(store.conversation(&desk.admin, closed, None).await.unwrap().messages.is_empty());

    // Of several those that can be changed are.
    let open = made(&desk, "open").await;
    let waits = json!({"status": "waiting_customer"});
    let changes = vec![update(closed, &waits), update(open, &waits)];
    let command = Command { record_type: TICKET.name.into(), changes, ..Command::default() };
    let outcome = store.apply(&desk.agents[0], command).await.unwrap();
    assert_eq!(outcome.refused.iter().map(|refusal| refusal.id).collect::<Vec<_>>(), [closed]);
    assert_eq!(status(&desk, open).await, "waiting_customer");

    set(&desk, closed, json!({"status": "open"})).await.unwrap();
    set(&desk, closed, json!({"status": "closed"})).await.unwrap();
    say(&desk, closed, "inbound").await;
    assert_eq!(status(&desk, closed).await, "open", "its customer wrote");
}

#[tokio::test]
async fn undo_and_merge_are_no_steps() {
    let desk = Desk::new(1).await;
    let store = &desk.test.store;
    let ticket = made(&desk, "new").await;
    let closing = set(&desk, ticket, json!({"status": "closed"})).await.unwrap();
    store.undo(&desk.admin, closing.change_set).await.unwrap();
    assert_eq!(status(&desk, ticket).await, "new");

    let (into, other) = (made(&desk, "closed").await, made(&desk, "waiting_customer").await);
    let values = json!({"status": "waiting_customer"}).as_object().unwrap().clone();
    let merge = Merge { record_type: "ticket".into(), into, others: vec![other], values, seen: Vec::new() };
    store.merge(&desk.admin, &merge).await.unwrap();
    assert_eq!(status(&desk, into).await, "waiting_customer");
}

#[tokio::test]
async fn only_what_nobody_answered_becomes_new_again() {
    let desk = Desk::new(1).await;
    let ticket = made(&desk, "open").await;
    set(&desk, ticket, json!({"status": "new"})).await.unwrap();
    set(&desk, ticket, json!({"status": "open"})).await.unwrap();
    say(&desk, ticket, "outbound").await;
    let error = set(&desk, ticket, json!({"status": "new"})).await.unwrap_err();
    assert_eq!(told(&error), ("status", "not_new_again"));
    let solved = made(&desk, "solved").await;
    let error = set(&desk, solved, json!({"status": "new"})).await.unwrap_err();
    assert_eq!(told(&error), ("status", "not_new_again"));
}

#[tokio::test]
async fn tickets_that_others_refer_to_are_called_by_number_and_subject() {
    let desk = Desk::new(1).await;
    let store = &desk.test.store;
    let before = made(&desk, "open").await;
    let ticket = desk.make(&TICKET, json!({"subject": "Lamp", "blocked_by_ids": [before]})).await.id;
    let read = async |actor: &Actor| store.get(actor, &TICKET, ticket).await.unwrap().titles.remove(&before);
    assert_eq!(read(&desk.agents[0]).await.as_deref(), Some("T1001 Gate"));
    let fields = [("ticket.number".to_owned(), FieldAccess::Hidden)].into();
    let grants = Grants { fields, ..desk.agents[0].grants.clone() };
    let guarded = Actor { grants, ..desk.agents[0].clone() };
    assert_eq!(read(&guarded).await.as_deref(), Some("Gate"), "who does not see numbers is not told any");
}
