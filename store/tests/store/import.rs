//! Imports against a real Postgres: the published sales data, files of several shapes, undo.

use std::path::Path;
use std::time::Duration;

use crate::desk::Desk;
use crate::support::TestStore;
use crate::support::sample::founded;
use rust_decimal::Decimal;
use serde_json::json;
use shared::Error;
use shared::RecordDef;
use shared::access::{Actor, FieldAccess, Grants, Level, TypeRights};
use shared::audit::AuditQuery;
use shared::command::{Change, Command, Source};
use shared::history::Undone;
use shared::i18n::Locale;
use shared::import::{
    ALL, Answer, Assignment, Decision, Existing, FileKind, FilePlan, Preview, Question, Reading, Run, Spec, Status,
    Step, Unknown,
};
use shared::query::{CHANGE_SET, Filter, ListQuery, Op};
use shared::types::{CONTACT, CUSTOMER, LEAD, OPPORTUNITY, QUEUE, TASK, TICKET};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// The files in the order in which a person might drop them: not the order they need.
const FILES: [&str; 4] = ["sales_pipeline.csv", "accounts.csv", "products.csv", "sales_teams.csv"];

/// The data lies in `shared/` beside the repository, or beside a folder around it.
fn sales_data() -> std::path::PathBuf {
    let mut places = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("shared/data/sales"));
    places.find(|place| place.exists()).expect("shared/data/sales")
}

/// Uploads text files and takes the suggested steps.
pub(crate) async fn upload(test: &TestStore, actor: &Actor, files: &[(&str, Vec<u8>)]) -> Spec {
    let mut infos = Vec::new();
    for (name, content) in files {
        infos.push(test.store.upload_import(actor, name, content).await.unwrap());
    }
    shared::import::in_order(&mut infos);
    let files = infos.into_iter().map(|info| FilePlan { file: info.id, steps: info.steps }).collect();
    Spec { files, answers: Vec::new() }
}

async fn upload_sales(test: &TestStore, actor: &Actor) -> Spec {
    let read = |name| (name, std::fs::read(sales_data().join(name)).unwrap());
    upload(test, actor, &FILES.map(read)).await
}

fn gtx_pro() -> Answer {
    let unknown = Unknown { target: "product".to_owned(), value: "GTXPro".to_owned() };
    Answer { unknown, decision: Decision::Use("GTX Pro".to_owned()) }
}

pub(crate) async fn run(test: &TestStore, actor: &Actor, spec: &Spec) -> Run {
    let started = test.store.start_import(actor, spec).await.unwrap();
    over(test, actor, started).await
}

async fn over(test: &TestStore, actor: &Actor, mut run: Run) -> Run {
    while run.status.is_open() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        run = test.store.import_run(actor, run.id).await.unwrap();
    }
    run
}

/// Takes a run back, in the background if it is large, and waits for the end; what is kept has its count and the first names.
pub(crate) async fn undone(test: &TestStore, actor: &Actor, id: Uuid) -> (u64, u64, Vec<String>) {
    let mut run = match test.store.undo_import(actor, id).await.unwrap() {
        Undone::Done(outcome) => {
            let names: Vec<String> = outcome.kept.into_iter().map(|kept| kept.title).collect();
            return (outcome.undone, names.len() as u64, names);
        }
        Undone::UnderWay(run) => run,
    };
    while run.status.is_open() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        run = test.store.undo_run(actor, run.change_set).await.unwrap();
    }
    assert_eq!(run.status, Status::Finished, "{run:?}");
    let names = run.kept.into_iter().map(|left| left.record.title.unwrap_or_default()).collect();
    (run.undone.unsigned_abs(), run.kept_count.unsigned_abs(), names)
}

pub(crate) async fn number(test: &TestStore, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&test.owner).await.unwrap()
}

pub(crate) async fn preview(test: &TestStore, actor: &Actor, spec: &Spec) -> Preview {
    test.store.preview_import(actor, Locale::En, spec).await.unwrap()
}

async fn records(test: &TestStore) -> i64 {
    let tables = ["teams", "users", "products", "customers", "pipelines", "stages", "opportunities"];
    let counts = tables.map(|table| format!("(select count(*) from {table})"));
    number(test, &format!("select {}", counts.join(" + "))).await
}

async fn sum(test: &TestStore, condition: &str) -> (i64, Decimal) {
    let sql = format!(
        "select count(*), coalesce(sum(o.amount), 0) from opportunities o join stages s on s.id = o.stage_id
         join users u on u.id = o.owner_id where {condition}"
    );
    sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&test.owner).await.unwrap()
}

#[tokio::test]
async fn the_sales_data_comes_in_whole_and_only_once_and_can_be_undone() {
    let (test, actor) = founded().await;
    let before = records(&test).await;
    let mut spec = upload_sales(&test, &actor).await;

    let asked = preview(&test, &actor, &spec).await;
    assert_eq!(records(&test).await, before, "a preview writes nothing");
    assert_eq!(asked.questions.len(), 1, "{:?}", asked.questions);
    let question = &asked.questions[0];
    assert_eq!((question.unknown.value.as_str(), question.rows), ("GTXPro", 1480));
    assert_eq!((question.suggestions[0].value.as_str(), question.suggestions[0].score), ("GTX Pro", 100));

    spec.answers.push(gtx_pro());
    let answered = preview(&test, &actor, &spec).await;
    assert_eq!(answered.steps.iter().map(|step| step.failed).sum::<u64>(), 0, "{:?}", answered.steps);
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.status, done.failed, done.done), (Status::Finished, 0, done.total));

    assert_eq!(sum(&test, "s.name = 'Won' and o.status = 'won'").await, (4238, Decimal::from(10_005_534)));
    assert_eq!(sum(&test, "s.name = 'Lost' and o.status = 'lost'").await.0, 2473);
    assert_eq!(sum(&test, "s.name = 'Engaging' and o.status = 'open'").await.0, 1589);
    assert_eq!(sum(&test, "s.name = 'Prospecting'").await.0, 500);
    assert_eq!(sum(&test, "u.name = 'Darcel Schlecht' and o.status = 'won'").await.1, Decimal::from(1_153_214));
    assert_eq!(sum(&test, "o.customer_id is null and o.incomplete").await.0, 1425);
    assert_eq!(sum(&test, "o.engaged_on is null and o.incomplete").await.0, 500);
    assert_eq!(sum(&test, "o.product_ids is null").await.0, 0);
    assert_eq!(sum(&test, "o.team_id is null or o.team_id is distinct from u.team_id").await.0, 0);
    assert_eq!(number(&test, "select count(*) from customers").await, 85);
    assert_eq!(number(&test, "select count(*) from customers where parent_id is not null").await, 15);
    assert_eq!(number(&test, "select count(*) from products").await, 7);
    let reps = "select count(*) from users u join roles r on r.id = any(u.role_ids) where r.name = ";
    assert_eq!(number(&test, &format!("{reps}'Sales rep'")).await, 35);
    assert_eq!(number(&test, &format!("{reps}'Sales manager'")).await, 6);
    assert_eq!(
        number(&test, "select count(*) from teams where parent_id is not null and manager_id is not null").await,
        6
    );
    let acme = "select revenue::bigint from customers where name = 'Acme Corporation' and industry = 'technology'";
    assert_eq!(number(&test, acme).await, 1_100_040_000);

    let mut again = upload_sales(&test, &actor).await;
    again.answers.push(gtx_pro());
    let versions = "select sum(version)::bigint from opportunities";
    let (count, sum_before) = (records(&test).await, number(&test, versions).await);
    let second = run(&test, &actor, &again).await;
    assert_eq!((second.status, second.created, second.updated, second.failed), (Status::Finished, 0, 0, 0));
    assert_eq!((records(&test).await, number(&test, versions).await), (count, sum_before));

    let (_, kept, names) = undone(&test, &actor, done.id).await;
    assert_eq!(kept, 0, "{names:?}");
    assert_eq!(records(&test).await, before);
    assert_eq!(test.store.import_run(&actor, done.id).await.unwrap().status, Status::Undone);
}

#[tokio::test]
async fn the_records_of_one_import_can_be_listed() {
    let (test, actor) = founded().await;
    run(&test, &actor, &upload(&test, &actor, &[("first.csv", "name\nOld\n".into())]).await).await;
    let run = run(&test, &actor, &upload(&test, &actor, &[("second.csv", "name\nA\nB\n".into())]).await).await;
    let listed = async |op: Op, set: String| {
        let filter = Some(Filter::field(CHANGE_SET, op, set));
        test.store.list(&actor, &CUSTOMER, &ListQuery { filter, ..ListQuery::default() }).await
    };
    let of_run = listed(Op::Eq, run.change_set.to_string()).await.unwrap();
    let mut names: Vec<_> = of_run.rows.iter().filter_map(|row| row.text("name")).collect();
    names.sort_unstable();
    assert_eq!(names, ["A", "B"]);
    assert!(listed(Op::Eq, Uuid::now_v7().to_string()).await.unwrap().rows.is_empty());
    assert_eq!(listed(Op::Ne, run.change_set.to_string()).await.unwrap_err(), Error::invalid(CHANGE_SET, "operator"));
    assert_eq!(listed(Op::Eq, "x".into()).await.unwrap_err(), Error::invalid(CHANGE_SET, "choice"));
}

#[tokio::test]
async fn rows_about_the_same_record_are_named() {
    let (test, actor) = founded().await;
    let file = "name,website\nA,a.example.com\nB,\nA,b.example.com\n".into();
    let mut spec = upload(&test, &actor, &[("twice.csv", file)]).await;
    spec.files[0].steps[0].key = Some("name".into());
    let step = preview(&test, &actor, &spec).await.steps.remove(0);
    assert_eq!((step.created, step.repeated, step.repeated_lines), (2, 1, vec![4]));
}

#[tokio::test]
async fn what_was_edited_since_survives_the_undo_and_is_counted() {
    let (test, actor) = founded().await;
    let spec = upload(&test, &actor, &[("c.csv", "name,phone\nAcme,10086\nHooli,10010\n".into())]).await;
    let done = run(&test, &actor, &spec).await;
    let query = shared::query::ListQuery { search: Some("Hooli".to_owned()), ..Default::default() };
    let hooli = test.store.list(&actor, &CUSTOMER, &query).await.unwrap().rows.remove(0);
    let values = [("website".to_owned(), "hooli.example".into())].into_iter().collect();
    let edit = shared::command::Change::Update { id: hooli.id, version: None, values };
    test.store.apply(&actor, shared::command::Command::one("customer", edit)).await.unwrap();
    assert_eq!(undone(&test, &actor, done.id).await, (1, 1, vec!["Hooli".to_owned()]));
    assert_eq!(test.store.import_run(&actor, done.id).await.unwrap().kept, 1);
}

#[tokio::test]
async fn refused_rows_come_back_as_a_file_with_reasons() {
    let (test, actor) = founded().await;
    let text =
        "name,website,industry\nAcme,no web,retail\n关系,example.com,零售\n,,retail\n\"=1+1\",example.com,aliens\n";
    let spec = upload(&test, &actor, &[("c.csv", text.into())]).await;
    let shown = preview(&test, &actor, &spec).await;
    assert_eq!((shown.steps[0].created, shown.steps[0].failed), (1, 3));
    assert_eq!(shown.questions[0].unknown.value, "aliens");
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.created, done.failed, done.total), (1, 3, 4));
    let zh = test.store.import_errors(&actor, Locale::ZhCn, done.id).await.unwrap();
    assert!(zh.starts_with("\u{feff}name,website,industry,"), "{zh}");
    assert!(zh.contains("Acme,no web,retail,2,网址"), "{zh}");
    assert!(zh.contains("'=1+1"), "{zh}");
    let en = test.store.import_errors(&actor, Locale::En, done.id).await.unwrap();
    assert!(en.contains("Please fill this in."), "{en}");
}

#[tokio::test]
async fn policies_decide_what_happens_to_existing_records() {
    let (test, actor) = founded().await;
    let first = upload(&test, &actor, &[("c.csv", "name,employees,website\nAcme,10,acme.example\n".into())]).await;
    run(&test, &actor, &first).await;
    let with = async |existing| {
        let mut spec = upload(&test, &actor, &[("c.csv", "name,employees,website\nacme,20,\n".into())]).await;
        spec.files[0].steps[0].existing = existing;
        let done = run(&test, &actor, &spec).await;
        (done.created, done.updated, done.unchanged)
    };
    assert_eq!(with(Existing::Skip).await, (0, 0, 1));
    assert_eq!(with(Existing::Update).await, (0, 1, 0));
    assert_eq!(number(&test, "select employees from customers where website is not null").await, 20);
    assert_eq!(with(Existing::Update).await, (0, 0, 1));
    assert_eq!(with(Existing::Create).await, (1, 0, 0));
}

#[tokio::test]
async fn unknown_names_are_created_or_left_empty_as_answered() {
    let (test, actor) = founded().await;
    let text = "name,parent_id\nAcme China,Acme\nAcme India,Acme\nSolo,Nobody\n";
    let mut spec = upload(&test, &actor, &[("c.csv", text.into())]).await;
    let answer = |value: &str, decision| Answer {
        unknown: Unknown { target: "customer".to_owned(), value: value.to_owned() },
        decision,
    };
    spec.answers = vec![answer("Acme", Decision::Create), answer("Nobody", Decision::Empty)];
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.created, done.failed), (4, 0));
    assert_eq!(number(&test, "select count(*) from customers where parent_id is not null").await, 2);
}

#[tokio::test]
async fn parents_may_stand_below_their_children_in_a_long_file() {
    let (test, actor) = founded().await;
    let mut text = "name,parent_id\n".to_owned();
    (0..1200).for_each(|n| text.push_str(&format!("Company {n},{}\n", if n < 1199 { "Company 1199" } else { "" })));
    let spec = upload(&test, &actor, &[("c.csv", text.into())]).await;
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.created, done.failed), (1200, 0));
    assert_eq!(undone(&test, &actor, done.id).await, (1200, 0, Vec::new()));
}

#[tokio::test]
async fn rows_far_apart_in_a_long_file_know_of_each_other() {
    let (test, actor) = founded().await;
    let company = |n: usize| if n.is_multiple_of(4_000) { "Acme".to_owned() } else { format!("Company {n}") };
    let line = |n| format!("{},{n}\n", company(n));
    let companies: String = std::iter::once("name,employees\n".to_owned()).chain((0..12_000).map(line)).collect();
    let people = "name,customer_id\nAnna,Acme\nBela,Company 11999\n";
    let mut spec = upload(&test, &actor, &[("c.csv", companies.into()), ("p.csv", people.into())]).await;
    let suggested = async |at: usize, def| test.store.suggest_import(&actor, spec.files[at].file, def).await.unwrap();
    let steps = [suggested(0, &CUSTOMER).await, suggested(1, &CONTACT).await];
    for (file, mut step) in spec.files.iter_mut().zip(steps) {
        step.existing = Existing::Update;
        file.steps = vec![step];
    }
    let shown = preview(&test, &actor, &spec).await;
    let done = run(&test, &actor, &spec).await;
    // The one named three times is made once and is as its last row says.
    assert_eq!((done.created, done.updated, done.failed), (12_000 - 2 + 2, 2, 0));
    // Who looks at them now doesn't wait for plans that are made for dozens. Postgres counts roughly.
    let known = "select count(*) from pg_class where relname in ('customers', 'search_entries') and reltuples > 10000";
    assert_eq!(number(&test, known).await, 2);
    assert_eq!(shown.changes, done.created + done.updated);
    assert_eq!(number(&test, "select employees::bigint from customers where name = 'Acme'").await, 8_000);
    let known = "select count(*) from contacts p join customers c on c.id = p.customer_id";
    assert_eq!(number(&test, known).await, 2);
    // Among more names than are compared one by one, the search index finds the mistyped one's.
    let mut mistyped = upload(&test, &actor, &[("m.csv", "name,customer_id\nCara,Compnay 11999\n".into())]).await;
    let file = mistyped.files[0].file;
    mistyped.files[0].steps = vec![test.store.suggest_import(&actor, file, &CONTACT).await.unwrap()];
    let asked = preview(&test, &actor, &mistyped).await.questions;
    assert_eq!(asked[0].suggestions[0].value, "Company 11999");
    assert_eq!(undone(&test, &actor, done.id).await, (12_000, 0, Vec::new()));
    assert_eq!(number(&test, "select count(*) from customers").await, 0);
}

async fn exported(test: &TestStore, actor: &Actor, def: &'static RecordDef, kind: FileKind) -> Vec<u8> {
    test.store.export(actor, def, ListQuery::default(), (kind, Source::Api)).await.unwrap().all().await.unwrap()
}

#[tokio::test]
async fn cards_of_people_leave_and_come_back_with_their_companies() {
    let (test, actor) = founded().await;
    let people = "name,customer_id,job_title,emails,phones,birth_date,address.city\n\
                  王小明,云帆科技,经理,wang@example.com,+86 138 0013 8000,1990-05-03,杭州\n";
    let mut spec = upload(&test, &actor, &[("people.csv", people.into())]).await;
    spec.files[0].steps = vec![test.store.suggest_import(&actor, spec.files[0].file, &CONTACT).await.unwrap()];
    spec.files[0].steps[0].assignments.push(Assignment::column("address.city", "address.city"));
    spec.answers.push(Answer {
        unknown: Unknown { target: "customer".into(), value: "云帆科技".into() },
        decision: Decision::Create,
    });
    assert_eq!(run(&test, &actor, &spec).await.created, 2);
    let cards = exported(&test, &actor, &CONTACT, FileKind::Vcf).await;
    let text = String::from_utf8(cards.clone()).unwrap();
    assert!(text.contains(":王小明") && text.contains(":云帆科技"), "{text}");
    let spec = upload(&test, &actor, &[("people.vcf", cards)]).await;
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.created, done.updated, done.failed), (0, 0, 0), "{text}");
}

#[tokio::test]
async fn cards_of_companies_and_leads_come_back_as_what_they_were() {
    let (test, actor) = founded().await;
    let companies = "name,kind,phones,address.city,description\n云帆科技,company,+86 571 8888 0000,杭州,Old friends\n王小明,person,,,\n";
    let leads = "name,company,emails,need\nAnna Berg,Acme,anna@acme.test,Forty desks\n";
    for (def, text) in [(&CUSTOMER, companies), (&LEAD, leads)] {
        let mut spec = upload(&test, &actor, &[("a.csv", text.into())]).await;
        let step = test.store.suggest_import(&actor, spec.files[0].file, def).await.unwrap();
        spec.files[0].steps = vec![step];
        run(&test, &actor, &spec).await;
    }
    let mut all = exported(&test, &actor, &CUSTOMER, FileKind::Vcf).await;
    all.extend(exported(&test, &actor, &LEAD, FileKind::Vcf).await);
    let text = String::from_utf8(all.clone()).unwrap();
    let spec = upload(&test, &actor, &[("all.vcf", all.clone())]).await;
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.created, done.updated, done.unchanged, done.failed), (0, 0, 3, 0), "{text}");
    // Where none of them is yet they are made: of each type what there was.
    let (other, there) = founded().await;
    let spec = upload(&other, &there, &[("all.vcf", all)]).await;
    assert_eq!(run(&other, &there, &spec).await.created, 3);
    let kinds = "select count(*) from customers where kind = 'company' and name = '云帆科技' or kind = 'person' and name = '王小明'";
    assert_eq!(number(&other, kinds).await, 2);
    assert_eq!(number(&other, "select count(*) from leads where company = 'Acme' and need = 'Forty desks'").await, 1);
    // Other programs' cards of companies are none of people.
    let foreign = "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:org\r\nFN:Bolt AG\r\nORG:Bolt AG\r\nUID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1\r\nEND:VCARD\r\n\
                   BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Carl Bolt\r\nORG:Bolt AG\r\nEMAIL:carl@bolt.test\r\nEND:VCARD\r\n";
    let spec = upload(&other, &there, &[("f.vcf", foreign.into())]).await;
    assert_eq!(run(&other, &there, &spec).await.created, 2);
    let known = "select count(*) from contacts p join customers c on c.id = p.customer_id where c.name = 'Bolt AG'";
    assert_eq!(number(&other, known).await, 1);
}

#[tokio::test]
async fn rows_that_nothing_tells_are_known_by_saying_nothing_new() {
    let (test, actor) = founded().await;
    let people = "name,job_title\nAnna Berg,Buyer\nAnna Berg,Seller\nCarl,\n";
    let import = async |text: &str| {
        let mut spec = upload(&test, &actor, &[("p.csv", text.into())]).await;
        spec.files[0].steps = vec![test.store.suggest_import(&actor, spec.files[0].file, &CONTACT).await.unwrap()];
        let done = run(&test, &actor, &spec).await;
        (done.created, done.updated, done.unchanged, done.failed)
    };
    assert_eq!(import(people).await, (3, 0, 0, 0));
    assert_eq!(import(people).await, (0, 0, 3, 0));
    // Whoever has another job may be somebody else.
    assert_eq!(import("name,job_title\nAnna Berg,Director\n").await, (1, 0, 0, 0));
    // By an address people are known without being asked for it.
    assert_eq!(import("name,emails\nDora,dora@x.test\n").await, (1, 0, 0, 0));
    assert_eq!(import("name,emails,job_title\nDora,DORA@x.test,Clerk\n").await, (0, 1, 0, 0));
}

#[tokio::test]
async fn what_was_answered_to_the_words_of_a_column_counts_for_the_next_file() {
    let (test, actor) = founded().await;
    let mut spec = upload(&test, &actor, &[("a.csv", "name,industry,revenue (万元)\nAcme,Shops,12.5\n".into())]).await;
    let asked = preview(&test, &actor, &spec).await.questions;
    assert_eq!((asked.len(), asked[0].unknown.target.as_str()), (1, "customer.industry"));
    spec.answers.push(Answer { unknown: asked[0].unknown.clone(), decision: Decision::Use("retail".into()) });
    assert_eq!(run(&test, &actor, &spec).await.created, 1);
    let again = upload(&test, &actor, &[("b.csv", "name,industry,revenue (万元)\nBolt,shops,3\n".into())]).await;
    assert!(preview(&test, &actor, &again).await.questions.is_empty());
    assert_eq!(run(&test, &actor, &again).await.created, 1);
    assert_eq!(number(&test, "select count(*) from customers where industry = 'retail'").await, 2);
    assert_eq!(number(&test, "select sum(revenue)::bigint from customers").await, 155_000);
}

#[tokio::test]
async fn the_empty_fields_of_existing_records_alone_can_be_filled() {
    let (test, actor) = founded().await;
    let first = upload(&test, &actor, &[("a.csv", "name,industry,address.city\nAcme,retail,Kyoto\n".into())]).await;
    let mut spec = first.clone();
    spec.files[0].steps[0].assignments.push(Assignment::column("address.city", "address.city"));
    run(&test, &actor, &spec).await;
    let more = "name,industry,employees,address.city,address.street\nAcme,energy,12,Osaka,Main Street 1\n";
    let mut spec = upload(&test, &actor, &[("b.csv", more.into())]).await;
    let step = &mut spec.files[0].steps[0];
    step.existing = Existing::Fill;
    step.assignments.extend(["address.city", "address.street"].map(|part| Assignment::column(part, part)));
    assert_eq!(run(&test, &actor, &spec).await.updated, 1);
    let row = test.store.list(&actor, &CUSTOMER, &ListQuery::default()).await.unwrap().rows.remove(0);
    assert_eq!((row.text("industry"), row.value("employees")), (Some("retail"), &json!(12)));
    assert_eq!(row.value("address"), &json!({"city": "Kyoto", "street": "Main Street 1"}));
}

#[tokio::test]
async fn the_next_file_of_a_kind_is_matched_as_the_last_and_files_can_be_read_otherwise() {
    let (test, actor) = founded().await;
    let rows = "wer;wo\nCafé Müller;Wien\n";
    let latin: Vec<u8> = rows.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let info = test.store.upload_import(&actor, "a.csv", &latin).await.unwrap();
    let reading = Reading { encoding: Some("windows-1252".into()), ..Reading::default() };
    let info = test.store.reread_import(&actor, info.id, &reading).await.unwrap();
    assert_eq!(info.columns[0].samples, ["Café Müller"]);
    let step = Step { assignments: vec![Assignment::column("name", "wer")], key: None, ..info.steps[0].clone() };
    let step = Step { record_type: "customer".into(), ..step };
    let spec = Spec { files: vec![FilePlan { file: info.id, steps: vec![step.clone()] }], answers: Vec::new() };
    assert_eq!(run(&test, &actor, &spec).await.created, 1);
    let again = test.store.upload_import(&actor, "b.csv", b"wer;wo\nB;C\n").await.unwrap();
    assert!(again.remembered);
    assert_eq!(again.steps, [step]);
    let wrong = Reading { encoding: Some("EBCDIC".into()), ..Reading::default() };
    assert!(matches!(
        test.store.reread_import(&actor, info.id, &wrong).await,
        Err(Error::NotFound | Error::Invalid { .. })
    ));
}

#[tokio::test]
async fn an_export_can_be_imported_without_changing_anything() {
    let (test, actor) = founded().await;
    let mut spec = upload_sales(&test, &actor).await;
    spec.answers.push(gtx_pro());
    run(&test, &actor, &spec).await;
    let formula = upload(&test, &actor, &[("formula.csv", "name\n=cmd|'/C calc'!A0\n".into())]).await;
    assert_eq!(run(&test, &actor, &formula).await.created, 1);
    let marked = "name,phones,not_working\nMarked,\"110 22, 110 33\",110 33\n";
    let marked = upload(&test, &actor, &[("marked.csv", marked.into())]).await;
    assert_eq!(run(&test, &actor, &marked).await.created, 1);
    assert_eq!(number(&test, "select count(*) from customers where not_working = array['110 33']").await, 1);
    let csv = exported(&test, &actor, &CUSTOMER, FileKind::Csv).await;
    let log = test.store.audit(&actor, &AuditQuery::default()).await.unwrap().entries.remove(0);
    assert_eq!(
        (log.action.as_str(), log.title.as_str(), log.source.as_str(), log.actor_id),
        ("export", "customers.csv", "api", Some(actor.user_id))
    );
    assert!(!String::from_utf8(csv).unwrap().contains(",=cmd"), "a spreadsheet would carry it out");
    for (def, kind) in
        [&CUSTOMER, &OPPORTUNITY].into_iter().flat_map(|def| [(def, FileKind::Csv), (def, FileKind::Xlsx)])
    {
        let file = exported(&test, &actor, def, kind).await;
        let mut spec = upload(&test, &actor, &[("export", file)]).await;
        spec.files[0].steps = vec![test.store.suggest_import(&actor, spec.files[0].file, def).await.unwrap()];
        let done = run(&test, &actor, &spec).await;
        assert_eq!((done.created, done.updated, done.failed), (0, 0, 0), "{}", def.name);
        assert!(done.unchanged >= 85);
    }
}

#[tokio::test]
async fn exported_references_to_what_has_a_number_are_known_again() {
    let desk = Desk::new(0).await;
    let (test, actor) = (&desk.test, &desk.admin);
    let ticket = desk.make(&TICKET, json!({"subject": "The printer"})).await.id;
    // People know them apart by their numbers.
    desk.make(&TICKET, json!({"subject": "The printer"})).await;
    desk.make(&TASK, json!({"subject": "Look at it", "ticket_id": ticket})).await;
    let file = exported(test, actor, &TASK, FileKind::Csv).await;
    let text = String::from_utf8(file.clone()).unwrap();
    assert!(text.contains("T1001 The printer"), "{text}");
    let mut spec = upload(test, actor, &[("tasks.csv", file)]).await;
    spec.files[0].steps = vec![test.store.suggest_import(actor, spec.files[0].file, &TASK).await.unwrap()];
    let done = run(test, actor, &spec).await;
    assert_eq!((done.created, done.updated, done.failed, done.unchanged), (0, 0, 0, 1), "{text}");
}

#[tokio::test]
async fn references_to_what_was_archived_stay_but_nothing_new_is_put_there() {
    let desk = Desk::new(0).await;
    let (test, actor) = (&desk.test, &desk.admin);
    let queue = desk.make(&QUEUE, json!({"name": "Returns"})).await.id;
    let ticket = desk.make(&TICKET, json!({"subject": "The printer", "queue_id": queue})).await.id;
    test.store.apply(actor, Command::one(QUEUE.name, Change::Archive { id: queue })).await.unwrap();
    let file = exported(test, actor, &TICKET, FileKind::Csv).await;
    let text = String::from_utf8(file).unwrap();
    assert!(text.contains("Returns"), "{text}");
    let spec = suggested(test, actor, &text, &TICKET).await;
    let asked = preview(test, actor, &spec).await;
    assert!(asked.questions.is_empty(), "{:?}", asked.questions);
    assert_eq!((asked.changes, asked.steps[0].unchanged), (0, 1), "{text}");

    // Of rows about other records the name is asked for; what the answer makes is theirs alone.
    let both = format!("id,subject,queue_id\n,Another,Returns\n{ticket},The printer,Returns\n");
    let mut mixed = suggested(test, actor, &both, &TICKET).await;
    let asked = preview(test, actor, &mixed).await;
    let [question] = &asked.questions[..] else { panic!("{:?}", asked.questions) };
    assert_eq!((question.unknown.value.as_str(), question.rows), ("Returns", 1));
    mixed.answers.push(Answer { unknown: question.unknown.clone(), decision: Decision::Create });
    let asked = preview(test, actor, &mixed).await;
    let tickets = asked.steps.iter().find(|step| step.record_type == TICKET.name).unwrap();
    assert_eq!((tickets.created, tickets.updated, tickets.unchanged), (1, 0, 1));

    // It is so where another one is called so by now, too.
    desk.make(&QUEUE, json!({"name": "Returns"})).await;
    let asked = preview(test, actor, &spec).await;
    assert_eq!((asked.questions.len(), asked.steps[0].updated, asked.steps[0].unchanged), (0, 0, 1));
}

/// Starts a run on a node of its own that stops dead as soon as a run is so far.
async fn begun_on_a_node_that_dies(url: String, actor: Actor, spec: Spec, so_far: &'static str) -> Uuid {
    let node = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let id = runtime.block_on(async {
            let store = store::Store::connect(&url, 3).await.unwrap();
            let owner = sqlx::PgPool::connect(&url).await.unwrap();
            let id = store.start_import(&actor, &spec).await.unwrap().id;
            let sql = format!("select exists (select from import_runs where {so_far})");
            while !sqlx::query_scalar::<_, bool>(AssertSqlSafe(sql.clone())).fetch_one(&owner).await.unwrap() {
                tokio::task::yield_now().await;
            }
            id
        });
        runtime.shutdown_background();
        id
    });
    tokio::task::spawn_blocking(move || node.join().unwrap()).await.unwrap()
}

/// So many companies, of which the file says nothing but the name.
fn companies(count: usize) -> String {
    std::iter::once("name\n".to_owned()).chain((0..count).map(|n| format!("Company {n}\n"))).collect()
}

#[tokio::test]
async fn a_run_left_behind_is_taken_up_without_doing_anything_twice() {
    let (test, actor) = founded().await;
    let spec = suggested(&test, &actor, &companies(3_000), &CUSTOMER).await;
    let id = begun_on_a_node_that_dies(test.url.clone(), actor.clone(), spec, "created > 0").await;
    let left = test.store.import_run(&actor, id).await.unwrap();
    assert!(left.status == Status::Running && left.created > 0 && left.created < 3000, "{left:?}");
    // Time passes: nobody renewed the hold.
    sqlx::query("update import_runs set held_until = now() - interval '1 second'").execute(&test.owner).await.unwrap();
    test.store.resume_imports();
    let done = over(&test, &actor, left).await;
    assert_eq!((done.status, done.created, done.failed), (Status::Finished, 3000, 0));
    assert_eq!(number(&test, "select count(*) from customers").await, 3000);
    assert_eq!(number(&test, "select count(distinct name) from customers").await, 3000);
}

#[tokio::test]
async fn a_run_whose_node_dies_while_it_prepares_it_is_soon_free_for_another() {
    let (test, actor) = founded().await;
    let spec = suggested(&test, &actor, &companies(20_000), &CUSTOMER).await;
    let so_far = "status = 'waiting' and held_until > now()";
    let id = begun_on_a_node_that_dies(test.url.clone(), actor.clone(), spec, so_far).await;
    let left = test.store.import_run(&actor, id).await.unwrap();
    assert_eq!(left.status, Status::Waiting);
    let held = "select ceil(extract(epoch from held_until - clock_timestamp()))::bigint from import_runs";
    assert!(number(&test, held).await <= 30, "whoever prepares it holds it for half a minute at a time");
    // Time passes: nobody renewed the hold.
    sqlx::query("update import_runs set held_until = now() - interval '1 second'").execute(&test.owner).await.unwrap();
    test.store.resume_imports();
    let done = over(&test, &actor, left).await;
    assert_eq!((done.status, done.created, done.failed), (Status::Finished, 20_000, 0));
    assert_eq!(number(&test, "select count(*) from customers").await, 20_000);
}

#[tokio::test]
async fn a_run_that_another_node_took_is_left_to_it() {
    let (test, actor) = founded().await;
    let spec = suggested(&test, &actor, &companies(20_000), &CUSTOMER).await;
    let run = test.store.start_import(&actor, &spec).await.unwrap();
    // Another node holds it from now on: what this one decides no longer counts.
    let taken =
        "update import_runs set held_until = now() + interval '1 hour' where status = 'waiting' and held_until > now()";
    while sqlx::query(taken).execute(&test.owner).await.unwrap().rows_affected() == 0 {
        tokio::task::yield_now().await;
    }
    let chunks = "select count(*) from import_chunks";
    let before = number(&test, chunks).await;
    // Until it has noticed: then it reads no more.
    let own = "select count(*) from pg_stat_activity where datname = current_database() and xact_start is not null
               and backend_type = 'client backend' and pid <> pg_backend_pid()";
    while number(&test, own).await > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(number(&test, chunks).await, before);
    assert_eq!(test.store.import_run(&actor, run.id).await.unwrap().status, Status::Waiting);
}

#[tokio::test]
async fn only_those_with_the_right_import_and_see_their_runs() {
    let (test, actor) = founded().await;
    let spec = upload(&test, &actor, &[("c.csv", "name\nAcme\n".into())]).await;
    let done = run(&test, &actor, &spec).await;
    let late = test.store.cancel_import(&actor, done.id).await;
    assert_eq!(late.unwrap_err(), Error::invalid("status", "import_over"));
    let rights = TypeRights { create: Level::All, read: Level::All, ..TypeRights::default() };
    let grants = Grants { types: [("customer".to_owned(), rights)].into(), ..Grants::default() };
    let rep = Actor { user_id: Uuid::now_v7(), grants, ..actor.clone() };
    assert_eq!(test.store.upload_import(&rep, "c.csv", b"name\nX\n").await.unwrap_err(), Error::Forbidden);
    assert_eq!(test.store.start_import(&rep, &spec).await.unwrap_err(), Error::Forbidden);
    assert_eq!(test.store.import_run(&rep, done.id).await.unwrap_err(), Error::NotFound);
    assert_eq!(test.store.undo_import(&rep, done.id).await.unwrap_err(), Error::NotFound);
    assert!(test.store.import_runs(&rep).await.unwrap().is_empty());
    let export = test.store.export(&rep, &CUSTOMER, ListQuery::default(), (FileKind::Csv, Source::Web)).await;
    assert_eq!(export.err(), Some(Error::Forbidden));
}

/// Names of fields end up in statements, and guessing by hidden ones would tell their values.
#[tokio::test]
async fn mappings_by_what_is_no_field_are_refused_by_their_place() {
    let (test, actor) = founded().await;
    let spec = upload(&test, &actor, &[("c.csv", "name,city\nAcme,Wien\n".into())]).await;
    let step = Step {
        record_type: "customer".into(),
        assignments: vec![Assignment::column("name", "name")],
        key: None,
        ..spec.files[0].steps[0].clone()
    };
    let with = |field: &str| {
        let city = Assignment::column(field, "city");
        Step { assignments: vec![step.assignments[0].clone(), city], key: Some(field.to_owned()), ..step.clone() }
    };
    let cases = [
        (with("address.city) or pg_sleep(0) is null or (t.name"), "key", "unknown_field"),
        (Step { record_type: "gadget".into(), ..step.clone() }, "record_type", "choice"),
        (with("address.city"), "key", "unknown_field"),
        (Step { key: Some("custom.size".into()), ..step.clone() }, "key", "unknown_field"),
        (Step { within: Some("name".into()), ..step.clone() }, "within", "unknown_field"),
        (Step { key: None, ..with("colour") }, "assignments[1].field", "unknown_field"),
        (Step { key: None, ..with("name.first") }, "assignments[1].field", "unknown_field"),
        (Step { key: None, ..with("created_at") }, "assignments[1].field", "read_only"),
    ];
    for (step, place, code) in cases {
        let files = vec![FilePlan { file: spec.files[0].file, steps: vec![step] }];
        let spec = Spec { files, answers: Vec::new() };
        let expected = Error::invalid(&format!("files[0].steps[0].{place}"), code);
        assert_eq!(test.store.preview_import(&actor, Locale::En, &spec).await.unwrap_err(), expected, "{spec:?}");
        assert_eq!(test.store.start_import(&actor, &spec).await.unwrap_err(), expected);
    }
    let by_revenue = Step { key: Some("revenue".into()), ..with("revenue") };
    let spec = Spec { files: vec![FilePlan { file: spec.files[0].file, steps: vec![by_revenue] }], ..spec };
    let rights = TypeRights { create: Level::All, read: Level::All, import: Level::All, ..TypeRights::default() };
    let fields = [("customer.revenue".to_owned(), FieldAccess::Hidden)].into();
    let grants = Grants { types: [("customer".to_owned(), rights)].into(), fields, ..Grants::default() };
    let blind = Actor { grants, ..actor.clone() };
    let error = test.store.preview_import(&blind, Locale::En, &spec).await.unwrap_err();
    assert_eq!(error, Error::invalid("files[0].steps[0].key", "unknown_field"));
    assert!(test.store.preview_import(&actor, Locale::En, &spec).await.is_ok());
}

/// Uploads a text file and takes the mapping suggested for a type.
pub(crate) async fn suggested(test: &TestStore, actor: &Actor, text: &str, def: &'static RecordDef) -> Spec {
    let mut spec = upload(test, actor, &[("file.csv", text.as_bytes().to_vec())]).await;
    spec.files[0].steps = vec![test.store.suggest_import(actor, spec.files[0].file, def).await.unwrap()];
    spec
}

#[tokio::test]
async fn which_of_several_namesakes_is_meant_is_told_by_the_row_or_asked() {
    let (test, actor) = founded().await;
    let companies = "name,number\nW4 Twin Ltd,C-1\nW4 Twin Ltd,C-2\n";
    let people =
        "name,customer_id,emails\n王建国,C-1,a@example.com\n王建国,C-2,b@example.com\nAnna,C-2,c@example.com\n";
    for (text, def) in [(companies, &CUSTOMER), (people, &CONTACT)] {
        let done = run(&test, &actor, &suggested(&test, &actor, text, def).await).await;
        assert_eq!((done.updated, done.failed), (0, 0), "{text}");
    }
    // The superior is the one at the same company, however many are called so.
    let below = "name,customer_id,reports_to_id\nBela,C-2,王建国\nCara,C-1,王建国\n";
    let done = run(&test, &actor, &suggested(&test, &actor, below, &CONTACT).await).await;
    assert_eq!((done.created, done.failed), (2, 0));
    let together = "select count(*) from contacts p join contacts s on s.id = p.reports_to_id
                    where s.customer_id = p.customer_id";
    assert_eq!(number(&test, together).await, 2);

    let mut spec = suggested(&test, &actor, "name,customer_id\nDora,W4 Twin Ltd\nEmil,w4 twin ltd\n", &CONTACT).await;
    let asked = preview(&test, &actor, &spec).await;
    assert_eq!((asked.steps[0].created, asked.steps[0].failed), (0, 2), "nobody guesses");
    assert!(asked.questions.iter().all(|question| question.several && question.fields == ["contact.customer_id"]));
    let question = asked.questions[0].clone();
    let options: Vec<&str> = question.options.iter().map(|option| option.detail.as_str()).collect();
    assert_eq!(options, ["C-1", "C-2"]);
    // An answer for all that is unknown is none to what several are called.
    let all = Unknown { value: "*".into(), ..question.unknown.clone() };
    spec.answers.push(Answer { unknown: all, decision: Decision::Create });
    assert_eq!(preview(&test, &actor, &spec).await.steps[0].failed, 2);
    let decision = Decision::Use(question.options[1].value.clone());
    spec.answers.push(Answer { unknown: question.unknown, decision });
    let shown = preview(&test, &actor, &spec).await;
    assert_eq!(shown.steps[0].rows[0].cells, ["Dora", "W4 Twin Ltd"], "{:?}", shown.steps[0]);
    assert_eq!(run(&test, &actor, &spec).await.created, 2);
    let second = "select count(*) from contacts p join customers c on c.id = p.customer_id and c.number = 'C-2'";
    assert_eq!(number(&test, second).await, 5);

    let export = String::from_utf8(exported(&test, &actor, &CONTACT, FileKind::Csv).await).unwrap();
    let again = run(&test, &actor, &suggested(&test, &actor, &export, &CONTACT).await).await;
    assert_eq!((again.created, again.updated, again.failed), (0, 0, 0), "what is there stays related as it is");
}

#[tokio::test]
async fn which_of_several_records_a_row_stands_for_is_told_by_the_row_or_asked() {
    let (test, actor) = founded().await;
    let people = "name,emails\n王建国,a@example.com\n王建国,b@example.com\n";
    assert_eq!(run(&test, &actor, &suggested(&test, &actor, people, &CONTACT).await).await.created, 2);
    let by_name = async |text: &str| {
        let mut spec = suggested(&test, &actor, text, &CONTACT).await;
        spec.files[0].steps[0].key = Some("name".into());
        spec
    };
    let titled = async |title: &str| {
        let sql = format!("select string_agg(emails[1], ',' order by id) from contacts where job_title = '{title}'");
        let found: Option<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&test.owner).await.unwrap();
        found.unwrap_or_default()
    };
    // What else the row says tells them apart.
    let told = run(&test, &actor, &by_name("name,emails,job_title\n王建国,b@example.com,Head\n").await).await;
    assert_eq!((told.created, told.updated, titled("Head").await.as_str()), (0, 1, "b@example.com"));

    let clerk = "name,job_title\n王建国,Clerk\n";
    let asked = preview(&test, &actor, &by_name(clerk).await).await;
    assert_eq!((asked.changes, asked.steps[0].failed), (0, 1), "nobody guesses");
    assert_eq!(asked.steps[0].problems[0].0.code, "namesakes");
    let question = asked.questions[0].clone();
    assert!(question.several && question.is_own && question.may_create && question.fields == ["contact.name"]);
    let answered = async |decision: Decision| {
        let mut spec = by_name(clerk).await;
        spec.answers = vec![Answer { unknown: question.unknown.clone(), decision }];
        run(&test, &actor, &spec).await
    };
    let left_out = answered(Decision::Empty).await;
    assert_eq!((left_out.created, left_out.updated, left_out.failed), (0, 0, 0));
    let chosen = question.options.iter().find(|option| option.detail.contains("a@example.com")).unwrap();
    let one = answered(Decision::Use(chosen.value.clone())).await;
    assert_eq!((one.created, one.updated, titled("Clerk").await.as_str()), (0, 1, "a@example.com"));
    let new = answered(Decision::Create).await;
    assert_eq!((new.created, new.updated), (1, 0));
}

#[tokio::test]
async fn values_that_cannot_be_read_refuse_their_rows_or_are_left_out() {
    let (test, actor) = founded().await;
    let text = "name,phones,employees\nA,\"13800138000; ask Bob\",12\nB,ask Bob,\nC,,many\n";
    let mut spec = suggested(&test, &actor, text, &CUSTOMER).await;
    let asked = preview(&test, &actor, &spec).await;
    assert_eq!((asked.steps[0].failed, asked.questions.len()), (3, 2));
    let phones = &asked.questions[0];
    assert_eq!((phones.fields[0].as_str(), phones.rows), ("customer.phones", 2));
    assert_eq!(phones.unreadable, ["13800138000; ask Bob", "ask Bob"]);
    let without = |question: &Question| Answer { unknown: question.unknown.clone(), decision: Decision::Empty };
    spec.answers = asked.questions.iter().map(without).collect();
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.created, done.failed, done.record_types), (3, 0, vec!["customer".to_owned()]));
    let reached = "select count(*) from customers where name = 'A' and cardinality(phones) = 1 and employees = 12";
    assert_eq!(number(&test, reached).await, 1, "what can be read of a list stays");
}

#[tokio::test]
async fn amounts_are_read_as_their_column_writes_them() {
    let (test, actor) = founded().await;
    let sum = async |text: &str| {
        let done = run(&test, &actor, &suggested(&test, &actor, text, &CUSTOMER).await).await;
        assert_eq!(done.failed, 0, "{text}");
        let sum = "select sum(revenue) from customers where archived_at is null and name like 'Sum%'";
        sqlx::query_scalar::<_, Decimal>(sum).fetch_one(&test.owner).await.unwrap().normalize().to_string()
    };
    // The last two tell how the first is meant.
    assert_eq!(sum("name;revenue\nSum A;75.000\nSum B;1.234,56 €\nSum C;12,5\n").await, "76247.06");
    assert_eq!(sum("name;revenue\nSum A;75,000\nSum B;¥1,234.56\nSum C;12.5\n").await, "76247.06");
}

#[tokio::test]
async fn people_without_an_e_mail_are_recognised_by_their_telephone() {
    let (test, actor) = founded().await;
    let by_mail = async |text: &str| {
        let mut spec = suggested(&test, &actor, text, &CONTACT).await;
        spec.files[0].steps[0].key = Some("emails".into());
        let asked = preview(&test, &actor, &spec).await.questions;
        let without = |question: &Question| Answer { unknown: question.unknown.clone(), decision: Decision::Empty };
        spec.answers = asked.iter().map(without).collect();
        let done = run(&test, &actor, &spec).await;
        (done.created, done.updated, done.unchanged, done.failed)
    };
    let text = "name,emails,phones\nAnna,anna@example.com,13800138000\nBela,,13900139000\n";
    assert_eq!(by_mail(text).await, (2, 0, 0, 0));
    // Who shares a telephone is somebody else.
    assert_eq!(
        by_mail("name,emails,phones\nCarl,,13900139000\nDora,,13900139000\nBela,,13900139000\n").await,
        (2, 0, 1, 0)
    );
    assert_eq!(by_mail(text).await, (0, 0, 2, 0));
    // What is no address tells nobody, and doesn't hide the one beside it.
    assert_eq!(by_mail("name,emails\nEmil,n/a\nFred,n/a\nAnna,n/a; anna@example.com\n").await, (2, 0, 1, 0));
    // So is who shares an address with others of the file, also the next time.
    let office = "name,emails\nGus,office@example.com\nHeli,office@example.com\n";
    assert_eq!(by_mail(office).await, (2, 0, 0, 0));
    assert_eq!(by_mail(office).await, (0, 0, 2, 0));
    // A part of either finds them.
    let found = async |field: &str, part: &str| {
        let filter = Some(Filter::field(field, Op::Contains, part));
        let query = ListQuery { filter, limit: 50, ..ListQuery::default() };
        test.store.list(&actor, &CONTACT, &query).await.unwrap().rows.len()
    };
    assert_eq!((found("emails", "@EXAMPLE.c").await, found("phones", "0139 0013").await), (3, 3));
}

#[tokio::test]
async fn many_missing_names_are_made_by_one_answer_and_none_is_out_of_reach() {
    let (test, actor) = founded().await;
    let rows: String = (0..110_u8)
        .map(|n| format!("P{n},{}\n", char::from(b'A' + n % 26).to_string().repeat(4 + usize::from(n))))
        .collect();
    let mut spec = suggested(&test, &actor, &format!("name,customer_id\n{rows}"), &CONTACT).await;
    let asked = preview(&test, &actor, &spec).await;
    assert_eq!((asked.questions.len(), asked.further.get("customer")), (100, Some(&10)));
    // The others come once these are answered.
    let answer = |question: &Question| Answer { unknown: question.unknown.clone(), decision: Decision::Empty };
    spec.answers = asked.questions.iter().map(answer).collect();
    let next = preview(&test, &actor, &spec).await;
    assert_eq!((next.questions.len(), next.further.len()), (110, 0));
    let all = Unknown { target: "customer".into(), value: ALL.into() };
    spec.answers = vec![Answer { unknown: all, decision: Decision::Create }];
    assert_eq!(run(&test, &actor, &spec).await.created, 220);
}

#[tokio::test]
async fn a_question_offers_all_there_is_to_choose_and_says_of_which_field() {
    let (test, actor) = founded().await;
    let mut spec = suggested(&test, &actor, "name,industry\nAcme,aliens\n", &CUSTOMER).await;
    let question = preview(&test, &actor, &spec).await.questions.remove(0);
    assert_eq!(question.fields, ["customer.industry"]);
    assert!(question.options.iter().any(|option| option.value == "retail" && option.title != "retail"));
    spec.answers.push(Answer { unknown: question.unknown, decision: Decision::Use("retail".into()) });
    assert_eq!(run(&test, &actor, &spec).await.created, 1);

    let spec = suggested(&test, &actor, "name,stage_id\nDeal,Nowhere\n", &OPPORTUNITY).await;
    let question = preview(&test, &actor, &spec).await.questions.remove(0);
    assert_eq!((question.fields, question.may_create), (vec!["opportunity.stage_id".to_owned()], true));
    assert_eq!(question.options.len() as i64, number(&test, "select count(*) from stages").await);
    assert!(question.options.iter().all(|option| !option.detail.is_empty()), "each stage says of which pipeline");

    let text = "name,owner_id\nBolt,Nobody\n";
    let mut spec = suggested(&test, &actor, text, &CUSTOMER).await;
    let question = preview(&test, &actor, &spec).await.questions.remove(0);
    assert_eq!(question.options.iter().map(|option| option.value.as_str()).collect::<Vec<_>>(), ["Lin Yue"]);
    assert!(!question.may_create, "a name alone makes no user");
    spec.answers.push(Answer { unknown: question.unknown, decision: Decision::Use("Lin Yue".into()) });
    assert_eq!(run(&test, &actor, &spec).await.created, 1);
}

#[tokio::test]
async fn a_record_that_was_looked_for_answers_by_its_id() {
    let (test, actor) = founded().await;
    run(&test, &actor, &suggested(&test, &actor, "name,number\nAcme,C-1\n", &CUSTOMER).await).await;
    let mut spec = suggested(&test, &actor, "name,customer_id\nAnna,Qwerty\n", &CONTACT).await;
    let acme = test.store.lookup(&actor, &CUSTOMER, "acme", 1).await.unwrap().remove(0);
    let unknown = Unknown { target: "customer".into(), value: "Qwerty".into() };
    spec.answers.push(Answer { unknown, decision: Decision::Use(acme.id.to_string()) });
    assert_eq!(preview(&test, &actor, &spec).await.steps[0].rows[0].cells, ["Anna", "Acme"]);
    assert_eq!(run(&test, &actor, &spec).await.created, 1);
    assert_eq!(number(&test, "select count(*) from contacts where customer_id is not null").await, 1);
}

#[tokio::test]
async fn companies_are_found_by_their_e_mails_too() {
    let (test, actor) = founded().await;
    run(&test, &actor, &suggested(&test, &actor, "name,emails\nAcme,Info@acme.example\n", &CUSTOMER).await).await;
    let people = suggested(&test, &actor, "name,customer_id\nAnna,info@ACME.example\n", &CONTACT).await;
    assert_eq!(run(&test, &actor, &people).await.created, 1);
    assert_eq!(number(&test, "select count(*) from contacts where customer_id is not null").await, 1);
}

#[tokio::test]
async fn refused_rows_brought_in_again_are_matched_as_before() {
    let (test, actor) = founded().await;
    let mut spec = upload(&test, &actor, &[("c.csv", "wer,wo\nAcme,Wien\n,Graz\n".into())]).await;
    let step = Step::of("customer", vec![Assignment::column("name", "wer")]);
    spec.files[0].steps = vec![step.clone()];
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.created, done.failed), (1, 1));
    for locale in Locale::ALL {
        let rows = test.store.import_errors(&actor, locale, done.id).await.unwrap();
        let again = test.store.upload_import(&actor, "import-errors.csv", rows.as_bytes()).await.unwrap();
        assert!(again.remembered);
        assert_eq!(again.steps, std::slice::from_ref(&step));
        assert_eq!(again.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["wer", "wo"]);
    }
}

#[tokio::test]
async fn a_run_that_was_stopped_tells_what_it_has_done_in_the_end() {
    let (test, actor) = founded().await;
    let lines = (0..20_000).map(|n| format!("Company {n}\n"));
    let text: String = std::iter::once("name\n".to_owned()).chain(lines).collect();
    let spec = suggested(&test, &actor, &text, &CUSTOMER).await;
    let mut run = test.store.start_import(&actor, &spec).await.unwrap();
    while run.created == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        run = test.store.import_run(&actor, run.id).await.unwrap();
    }
    let stopped = test.store.cancel_import(&actor, run.id).await.unwrap();
    let stopped = over(&test, &actor, stopped).await;
    assert_eq!(stopped.status, Status::Cancelled);
    assert!(stopped.created < 20_000);
    let again = test.store.cancel_import(&actor, run.id).await.unwrap();
    assert_eq!((again.status, again.finished_at), (Status::Cancelled, stopped.finished_at), "it is stopped already");
    let there = number(&test, "select count(*) from customers").await;
    assert_eq!(i64::try_from(stopped.created).unwrap(), there);
    let (set_back, kept, _) = undone(&test, &actor, run.id).await;
    assert_eq!((i64::try_from(set_back).unwrap(), kept), (there, 0));
}

#[tokio::test]
async fn a_file_of_cards_without_any_is_told_so() {
    let (test, actor) = founded().await;
    let rubbish: Vec<u8> = (0..2_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    for content in [rubbish.as_slice(), b"hello\nworld\n", b""] {
        let refused = test.store.upload_import(&actor, "people.VCF", content).await;
        assert_eq!(refused.unwrap_err(), Error::invalid("file", "file_no_cards"));
    }
}

#[tokio::test]
async fn times_are_meant_where_the_column_says() {
    let (test, actor) = founded().await;
    let text = "subject,due_at\nCall,2015-07-01 15:15\nVisit,2024-05-31 15:15 +02:00\nMail,5/31/2024 3:15 PM\n";
    let mut spec = suggested(&test, &actor, text, &shared::types::TASK).await;
    let due = spec.files[0].steps[0].assignments.iter().position(|a| a.field == "due_at").unwrap();
    let shown = |preview: Preview| preview.steps[0].rows.iter().map(|row| row.cells[due].clone()).collect::<Vec<_>>();
    // As the clocks of the reader show them, in Shanghai.
    let own = shown(preview(&test, &actor, &spec).await);
    assert_eq!(own, ["1 Jul 2015, 15:15", "31 May 2024, 21:15", "31 May 2024, 15:15"]);

    spec.files[0].steps[0].assignments[due].zone = Some("Mars/Base".to_owned());
    let place = format!("files[0].steps[0].assignments[{due}].zone");
    let refused = test.store.preview_import(&actor, Locale::En, &spec).await;
    assert_eq!(refused.unwrap_err(), Error::invalid(&place, "time_zone"));

    spec.files[0].steps[0].assignments[due].zone = Some("America/New_York".to_owned());
    assert_eq!(run(&test, &actor, &spec).await.created, 3);
    // Summer time, then as now; what says its own offset keeps it.
    for (at, count) in [("2015-07-01 19:15Z", 1), ("2024-05-31 13:15Z", 1), ("2024-05-31 19:15Z", 1)] {
        let sql = format!("select count(*) from tasks where due_at = timestamptz '{at}'");
        assert_eq!(number(&test, &sql).await, count, "{at}");
    }
}

#[tokio::test]
async fn phones_are_the_same_however_they_are_written() {
    let (test, actor) = founded().await;
    let by_phone = async |text: &str| {
        let mut spec = suggested(&test, &actor, &format!("name,phones\n{text}\n"), &CONTACT).await;
        spec.files[0].steps[0].key = Some("phones".into());
        let done = run(&test, &actor, &spec).await;
        (done.created, done.updated + done.unchanged, done.failed)
    };
    assert_eq!(by_phone("Bela,+86 139 0000 7777\nCarl,0755-2654 3210 x12\nDora,110 22").await, (3, 0, 0));
    for row in ["Bela,13900007777", "Bela,+8613900007777", "Bela,139-0000-7777", "Carl,0755 26543210", "Dora,110-22"] {
        assert_eq!(by_phone(row).await, (0, 1, 0), "{row}");
    }
    // So they are within a file.
    assert_eq!(by_phone("Bela,13900007777\nBela,+86 139 0000 7777").await.0, 0);
    assert_eq!(by_phone("Emil,13900009999\nEmil,+86 139 0000 9999").await.0, 1);
    // What has the same digits in it is another phone.
    assert_eq!(by_phone("Fred,900007777").await, (1, 0, 0));
}
