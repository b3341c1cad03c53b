//! What leaves as a file comes back as what it was, and changes nothing.

use serde_json::json;
use shared::access::{Actor, Grants, Level, TypeRights};
use shared::command::{Change, Command, Source};
use shared::history::Undone;
use shared::import::{Existing, FileKind, Status};
use shared::query::{Archived, ListQuery};
use shared::types::{CONTACT, CUSTOM_FIELD, CUSTOMER, LEAD, QUEUE, ROLE, TASK, TICKET};
use shared::{Error, RecordDef};
use uuid::Uuid;

use crate::desk::Desk;
use crate::import::{number, preview, run, suggested, undone, upload};
use crate::support::TestStore;
use crate::support::sample::founded;

async fn exported(test: &TestStore, actor: &Actor, def: &'static RecordDef, kind: FileKind) -> Vec<u8> {
    let query = ListQuery { archived: Archived::With, ..ListQuery::default() };
    test.store.export(actor, def, query, (kind, Source::Api)).await.unwrap().all().await.unwrap()
}

/// Asserts that the export of a type is known as such, and would change nothing.
async fn comes_back(test: &TestStore, actor: &Actor, def: &'static RecordDef) {
    for kind in [FileKind::Csv, FileKind::Xlsx] {
        let file = exported(test, actor, def, kind).await;
        let text = String::from_utf8_lossy(&file).into_owned();
        let name = format!("{}.{}", def.plural, kind.extension());
        let spec = upload(test, actor, &[(name.as_str(), file)]).await;
        assert_eq!(spec.files[0].steps[0].record_type, def.name);
        let shown = preview(test, actor, &spec).await;
        assert!(shown.questions.is_empty(), "{:?} {text}", shown.questions);
        let step = &shown.steps[0];
        assert_eq!((shown.changes, step.failed), (0, 0), "{step:?} {text}");
        assert!(step.unchanged > 0, "{}", def.name);
    }
}

#[tokio::test]
async fn lists_come_back_whatever_stands_in_them() {
    let desk = Desk::new(0).await;
    let (test, actor) = (&desk.test, &desk.admin);
    desk.make(&LEAD, json!({"name": "Anna", "tags": ["Fair, spring", "5\" pipe", "\"VIP\"; old", "plain"]})).await;
    comes_back(test, actor, &LEAD).await;
    let choices = json!(["S, M", "L；XL", "\"big\"", "其他、未知"]);
    let size = json!({"record_type": "customer", "key": "size", "label": "Size", "kind": "choice", "choices": choices});
    desk.make(&CUSTOM_FIELD, size).await;
    comes_back(test, actor, &CUSTOM_FIELD).await;
    let first = desk.make(&TICKET, json!({"subject": "The printer, upstairs; again"})).await.id;
    let second = desk.make(&TICKET, json!({"subject": "The \"other\" printer"})).await.id;
    desk.make(&TICKET, json!({"subject": "Everything", "blocked_by_ids": [first, second]})).await;
    desk.make(&TICKET, json!({"subject": "Upstairs", "blocked_by_ids": [first]})).await;
    comes_back(test, actor, &TICKET).await;
}

#[tokio::test]
async fn blanks_around_long_texts_are_no_change() {
    let desk = Desk::new(0).await;
    desk.make(&TASK, json!({"subject": "Look", "description": "   first\n\n  second"})).await;
    comes_back(&desk.test, &desk.admin, &TASK).await;
}

#[tokio::test]
async fn exports_are_taken_for_nothing_else_than_what_they_are_of() {
    let (test, actor) = founded().await;
    comes_back(&test, &actor, &ROLE).await;
    let refused = async |actor: &Actor, name: &str, text: String| {
        test.store.upload_import(actor, name, text.as_bytes()).await.unwrap_err()
    };
    let id = Uuid::now_v7();
    let files = format!("id,name,ticket_id,message_id,article_id,customer_id\n{id},plan.pdf,,,,Acme\n");
    assert_eq!(refused(&actor, "attachments.csv", files).await, Error::invalid("file", "file_of_uploads"));
    let rights = TypeRights { create: Level::All, read: Level::All, import: Level::All, ..TypeRights::default() };
    let grants = Grants { types: [("lead".to_owned(), rights)].into(), ..Grants::default() };
    let other = Actor { grants, ..actor.clone() };
    let customers = format!("id,name,industry\n{id},Acme,retail\n");
    assert_eq!(refused(&other, "customers.csv", customers).await, Error::invalid("file", "file_not_allowed"));
    // What others call their numbers isn't from here.
    let foreign = upload(&test, &actor, &[("file.csv", "id,name,description\n7,Acme,Old friends\n".into())]).await;
    assert_eq!(foreign.files[0].steps[0].record_type, CUSTOMER.name);
}

#[tokio::test]
async fn other_programs_files_with_ids_like_ours_are_not_refused() {
    let (test, actor) = founded().await;
    let rights = TypeRights { create: Level::All, read: Level::All, import: Level::All, ..TypeRights::default() };
    let grants = Grants { types: [("contact".to_owned(), rights)].into(), ..Grants::default() };
    let seller = Actor { grants, ..actor.clone() };
    for id in ["9f0c1d5e-3b7a-4c2d-8e6f-1a2b3c4d5e6f".to_owned(), Uuid::now_v7().to_string()] {
        let text = format!("id,name,email\n{id},Anna Berg,anna@example.com\n");
        let spec = upload(&test, &seller, &[("contacts.csv", text.into())]).await;
        assert_eq!(spec.files[0].steps[0].record_type, CONTACT.name, "{id}");
    }
}

#[tokio::test]
async fn archived_records_are_known_by_their_ids() {
    let desk = Desk::new(0).await;
    let (test, actor) = (&desk.test, &desk.admin);
    let acme = desk.make(&CUSTOMER, json!({"name": "Acme", "description": "Old friends"})).await.id;
    test.store.apply(actor, Command::one(CUSTOMER.name, Change::Archive { id: acme })).await.unwrap();
    comes_back(test, actor, &CUSTOMER).await;
    let mut spec = suggested(test, actor, &format!("id,name,employees\n{acme},Acme,12\n"), &CUSTOMER).await;
    spec.files[0].steps[0].existing = Existing::Skip;
    let step = preview(test, actor, &spec).await.steps.remove(0);
    assert_eq!((step.created, step.updated, step.unchanged), (0, 0, 1));
    spec.files[0].steps[0].existing = Existing::Update;
    let done = run(test, actor, &spec).await;
    assert_eq!((done.created, done.updated, done.failed), (0, 1, 0));
    let stays = "select count(*) from customers where employees = 12 and archived_at is not null";
    assert_eq!(number(test, stays).await, 1);
}

#[tokio::test]
async fn what_is_archived_is_meant_where_a_record_refers_to_it_though_another_is_called_so() {
    let desk = Desk::new(0).await;
    let (test, actor) = (&desk.test, &desk.admin);
    let queue = desk.make(&QUEUE, json!({"name": "Returns, old"})).await.id;
    let ticket = desk.make(&TICKET, json!({"subject": "The printer", "queue_id": queue})).await.id;
    test.store.apply(actor, Command::one(QUEUE.name, Change::Archive { id: queue })).await.unwrap();
    desk.make(&QUEUE, json!({"name": "Returns, old"})).await;
    comes_back(test, actor, &TICKET).await;
    // A row about another record means the one that is there.
    let both = format!("id,subject,queue_id\n{ticket},The printer,\"Returns, old\"\n,Another,\"Returns, old\"\n");
    let done = run(test, actor, &suggested(test, actor, &both, &TICKET).await).await;
    assert_eq!((done.created, done.unchanged, done.failed), (1, 1, 0));
    let of = "select count(distinct queue_id) from tickets where queue_id is not null";
    assert_eq!(number(test, of).await, 2);
}

#[tokio::test]
async fn an_import_whose_undo_was_undone_is_there_again_and_can_be_undone_again() {
    let (test, actor) = founded().await;
    let spec = upload(&test, &actor, &[("c.csv", "name,phone\nAcme,10086\nHooli,10010\n".into())]).await;
    let done = run(&test, &actor, &spec).await;
    let count = async || number(&test, "select count(*) from customers where name in ('Acme', 'Hooli')").await;
    let mut set = done.change_set;
    for _ in 0..2 {
        let Undone::Done(back) = test.store.undo_import(&actor, done.id).await.unwrap() else { panic!("it is small") };
        let gone = test.store.import_run(&actor, done.id).await.unwrap();
        assert_eq!((gone.status, gone.change_set, count().await), (Status::Undone, set, 0));
        test.store.take_back(&actor, back.change_set).await.unwrap();
        let again = test.store.import_run(&actor, done.id).await.unwrap();
        assert_eq!((again.status, again.kept, count().await), (Status::Finished, 0, 2));
        assert_ne!(again.change_set, set);
        set = again.change_set;
    }
}

#[tokio::test]
async fn an_import_that_somebody_else_brought_back_is_not_undone_by_whoever_began_it() {
    let (test, admin) = founded().await;
    let begun = upload(&test, &admin, &[("c.csv", "name,phone\nAcme,10086\n".into())]).await;
    let done = run(&test, &admin, &begun).await;
    let Undone::Done(back) = test.store.undo_import(&admin, done.id).await.unwrap() else { panic!("it is small") };
    test.store.take_back(&admin, back.change_set).await.unwrap();
    // As if a colleague had begun it, and the administrator had taken it back and brought it back.
    let colleague = Actor { user_id: Uuid::now_v7(), grants: Grants::default(), ..admin.clone() };
    sqlx::query("update import_runs set actor_id = $1").bind(colleague.user_id).execute(&test.owner).await.unwrap();
    assert_eq!(test.store.undo_import(&colleague, done.id).await.unwrap_err(), Error::NotFound);
    let stays = test.store.import_run(&colleague, done.id).await.unwrap();
    assert_eq!((stays.status, number(&test, "select count(*) from customers").await), (Status::Finished, 1));
}

#[tokio::test]
async fn an_import_that_failed_has_failed_still_once_its_undo_was_undone() {
    let (test, actor) = founded().await;
    for reason in [None, Some("forbidden")] {
        let spec = upload(&test, &actor, &[("c.csv", "name,phone\nAcme,10086\n".into())]).await;
        let done = run(&test, &actor, &spec).await;
        sqlx::query("update import_runs set status = 'failed', total = total + 1, reason = $2 where id = $1")
            .bind(done.id)
            .bind(reason)
            .execute(&test.owner)
            .await
            .unwrap();
        let Undone::Done(back) = test.store.undo_import(&actor, done.id).await.unwrap() else { panic!("it is small") };
        assert_eq!(test.store.import_run(&actor, done.id).await.unwrap().status, Status::Undone);
        test.store.take_back(&actor, back.change_set).await.unwrap();
        let again = test.store.import_run(&actor, done.id).await.unwrap();
        let why = (again.status, again.reason.as_deref());
        assert_eq!(why, (Status::Failed, reason.or(Some("internal"))));
        test.store.undo_import(&actor, done.id).await.unwrap();
    }
}

#[tokio::test]
async fn what_an_undo_left_alone_is_told_later_too() {
    let (test, actor) = founded().await;
    let spec = upload(&test, &actor, &[("c.csv", "name,phone\nAcme,10086\nHooli,10010\n".into())]).await;
    let done = run(&test, &actor, &spec).await;
    let query = ListQuery { search: Some("Hooli".to_owned()), ..ListQuery::default() };
    let hooli = test.store.list(&actor, &CUSTOMER, &query).await.unwrap().rows.remove(0);
    let values = [("website".to_owned(), "hooli.example".into())].into_iter().collect();
    let edit = Change::Update { id: hooli.id, version: None, values };
    test.store.apply(&actor, Command::one(CUSTOMER.name, edit)).await.unwrap();
    undone(&test, &actor, done.id).await;
    let run = test.store.import_run(&actor, done.id).await.unwrap();
    let left = test.store.left_alone(&actor, run.change_set).await.unwrap();
    let names: Vec<Option<String>> = left.into_iter().map(|left| left.record.title).collect();
    assert_eq!((run.kept, names), (1, vec![Some("Hooli".to_owned())]));
    let stranger = Actor { user_id: Uuid::now_v7(), grants: Grants::default(), ..actor.clone() };
    assert_eq!(test.store.left_alone(&stranger, run.change_set).await.unwrap_err(), Error::NotFound);
}
