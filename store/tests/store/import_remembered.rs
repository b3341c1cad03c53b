//! What was answered in the last import of a kind of file counts in the next one, and what of it is forgotten.

use serde_json::json;
use shared::access::Actor;
use shared::command::{Change, Command};
use shared::import::{Answer, Assignment, DateOrder, Decision, FileInfo, FilePlan, From, Question, Spec};
use shared::types::{CONTACT, CUSTOMER};
use shared::{RecordDef, Values};
use uuid::Uuid;

use crate::import::{number, preview, run, suggested, undone};
use crate::support::TestStore;
use crate::support::sample::founded;

/// A file as it is understood after those before it.
async fn uploaded(test: &TestStore, actor: &Actor, text: &str) -> (FileInfo, Spec) {
    let info = test.store.upload_import(actor, "again.csv", text.as_bytes()).await.unwrap();
    let files = vec![FilePlan { file: info.id, steps: info.steps.clone() }];
    (info, Spec { files, answers: Vec::new() })
}

async fn create(test: &TestStore, actor: &Actor, def: &RecordDef, fields: serde_json::Value) -> Uuid {
    let id = Uuid::now_v7();
    let values: Values = fields.as_object().cloned().unwrap();
    test.store.apply(actor, Command::one(def.name, Change::Create { id, values })).await.unwrap();
    id
}

fn answer(questions: &[Question], value: &str, decision: Decision) -> Answer {
    let question = questions.iter().find(|question| question.unknown.value == value).unwrap();
    Answer { unknown: question.unknown.clone(), decision }
}

#[tokio::test]
async fn answers_to_names_and_to_what_cannot_be_read_count_for_the_next_file() {
    let (test, actor) = founded().await;
    let acme = create(&test, &actor, &CUSTOMER, json!({"name": "Acme"})).await;
    let first = "name,customer_id,emails\nAnna,Those people,n/a\nBela,Nobody,b@example.com\n";
    let mut spec = suggested(&test, &actor, first, &CONTACT).await;
    let asked = preview(&test, &actor, &spec).await.questions;
    spec.answers = vec![
        answer(&asked, "Those people", Decision::Use("Acme".into())),
        answer(&asked, "Nobody", Decision::Empty),
        answer(&asked, "*", Decision::Empty),
    ];
    assert_eq!(run(&test, &actor, &spec).await.created, 2);

    let next = "name,customer_id,emails\nCara,those people,N/A\nDora,nobody,d@example.com\n";
    let (info, again) = uploaded(&test, &actor, next).await;
    assert_eq!((info.remembered, info.titles.get(&acme).map(String::as_str)), (true, Some("Acme")));
    let shown = preview(&test, &actor, &again).await;
    assert!(shown.questions.is_empty(), "{:?}", shown.questions);
    assert_eq!(shown.steps[0].rows[0].cells, ["Cara", "Acme", ""]);
    assert_eq!(run(&test, &actor, &again).await.created, 2);
    assert_eq!(number(&test, "select count(*) from contacts where customer_id is not null").await, 2);

    // What is gone is meant no more, and a name that something is called by now is meant by itself.
    create(&test, &actor, &CUSTOMER, json!({"name": "Nobody"})).await;
    test.store.apply(&actor, Command::one(CUSTOMER.name, Change::Archive { id: acme })).await.unwrap();
    let (info, again) = uploaded(&test, &actor, next).await;
    assert!(info.titles.is_empty());
    let shown = preview(&test, &actor, &again).await;
    let asked: Vec<&str> = shown.questions.iter().map(|question| question.unknown.value.as_str()).collect();
    assert_eq!(asked, ["those people"]);
    assert_eq!(shown.steps[0].rows[1].cells[1], "nobody");
}

#[tokio::test]
async fn that_rows_are_left_out_is_asked_about_again() {
    let (test, actor) = founded().await;
    let people = "name,emails\n王建国,a@example.com\n王建国,b@example.com\n";
    run(&test, &actor, &suggested(&test, &actor, people, &CONTACT).await).await;
    let clerk = "name,job_title\n王建国,Clerk\n";
    let mut spec = suggested(&test, &actor, clerk, &CONTACT).await;
    spec.files[0].steps[0].key = Some("name".into());
    let asked = preview(&test, &actor, &spec).await.questions;
    spec.answers = vec![answer(&asked, "王建国", Decision::Empty)];
    run(&test, &actor, &spec).await;
    let (info, again) = uploaded(&test, &actor, clerk).await;
    assert!(info.remembered);
    assert_eq!(preview(&test, &actor, &again).await.questions.len(), 1);
}

#[tokio::test]
async fn remembered_words_that_name_somebody_go_with_their_erasure() {
    let (test, actor) = founded().await;
    let jon = create(&test, &actor, &CONTACT, json!({"name": "Jon Smith"})).await;
    let mut spec = suggested(&test, &actor, "name,reports_to_id\nAnna,Jon Smith (old)\n", &CONTACT).await;
    let asked = preview(&test, &actor, &spec).await.questions;
    spec.answers = vec![answer(&asked, "Jon Smith (old)", Decision::Empty)];
    run(&test, &actor, &spec).await;
    let named = "select count(*) from import_mappings where steps::text ilike '%smith%'";
    assert_eq!(number(&test, named).await, 1);
    test.store.erase(&actor, &CONTACT, jon).await.unwrap();
    assert_eq!(number(&test, named).await, 0);
}

#[tokio::test]
async fn the_order_of_days_that_was_said_by_hand_counts_for_the_next_file_and_a_guessed_one_does_not() {
    let (test, actor) = founded().await;
    let order = |spec: &Spec| {
        let born = spec.files[0].steps[0].assignments.iter().find(|a| a.field == "birth_date").unwrap();
        (born.dates, born.dates_told)
    };
    let (day, month) = (Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst));
    let mut spec = suggested(&test, &actor, "name,birth_date\nAnna,3/4/1990\n", &CONTACT).await;
    assert_eq!(order(&spec), (month, false));
    run(&test, &actor, &spec).await;
    // What was only guessed is guessed anew.
    let (info, again) = uploaded(&test, &actor, "name,birth_date\nBela,25/4/1990\n").await;
    assert_eq!((info.remembered, order(&again)), (true, (day, false)));

    spec = suggested(&test, &actor, "name,birth_date\nCara,3/4/1991\n", &CONTACT).await;
    let born = spec.files[0].steps[0].assignments.iter_mut().find(|a| a.field == "birth_date").unwrap();
    born.dates = day;
    run(&test, &actor, &spec).await;
    assert_eq!(number(&test, "select count(*) from contacts where birth_date = '1991-04-03'").await, 1);
    let (_, again) = uploaded(&test, &actor, "name,birth_date\nDora,5/6/1991\n").await;
    assert_eq!(order(&again), (day, true));
    run(&test, &actor, &again).await;
    assert_eq!(number(&test, "select count(*) from contacts where birth_date = '1991-06-05'").await, 1);
    // It stays said where the cells suggest the same, too.
    let (_, again) = uploaded(&test, &actor, "name,birth_date\nEmil,25/6/1991\n").await;
    assert_eq!(order(&again), (day, true));
    run(&test, &actor, &again).await;
    let (_, again) = uploaded(&test, &actor, "name,birth_date\nFred,7/8/1991\n").await;
    assert_eq!(order(&again), (day, true));
}

#[tokio::test]
async fn the_matching_of_an_import_that_was_undone_is_not_proposed() {
    let (test, actor) = founded().await;
    let brought_in = async |row: &str, field: &str| {
        let mut spec = suggested(&test, &actor, &format!("name,Extra\n{row}\n"), &CONTACT).await;
        spec.files[0].steps[0].assignments.push(Assignment::column(field, "Extra"));
        run(&test, &actor, &spec).await.id
    };
    // Upper and lower case make no other kind of file.
    let proposed = async || {
        let (info, _) = uploaded(&test, &actor, "Name,extra\nCara,Chief\n").await;
        let is_its = |from: &From| matches!(from, From::Column(name) if name == "extra");
        let field = info.steps[0].assignments.iter().find(|a| is_its(&a.from)).map(|a| a.field.clone());
        assert_eq!(info.remembered, field.is_some());
        field
    };
    assert_eq!(proposed().await, None);
    let first = brought_in("Anna,Clerk", "job_title").await;
    let second = brought_in("Bela,Sales", "department").await;
    assert_eq!(proposed().await.as_deref(), Some("department"));
    undone(&test, &actor, second).await;
    assert_eq!(proposed().await.as_deref(), Some("job_title"));
    undone(&test, &actor, first).await;
    assert_eq!(proposed().await, None);
    brought_in("Dora,Sales", "department").await;
    assert_eq!(proposed().await.as_deref(), Some("department"));
}
