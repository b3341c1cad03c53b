//! What a preview tells besides counts: where records begin, what is rounded, rows further down.

use serde_json::json;
use shared::access::{Actor, Grants, Level, TypeRights};
use shared::command::{Change, Command};
use shared::history::{ChangeSetQuery, Count};
use shared::i18n::Locale;
use shared::import::{Answer, Assignment, Decision, Excerpt, PreviewRow, Rounded, Spec, Start, Unknown};
use shared::query::ListQuery;
use shared::types::{CONTACT, CUSTOMER, LEAD, OPPORTUNITY, PRODUCT, TICKET};
use shared::{Error, FieldError, Row, Values};
use uuid::Uuid;

use crate::import::{number, preview, run, suggested};
use crate::support::TestStore;
use crate::support::sample::{all_about, founded};

fn values(value: &serde_json::Value) -> Values {
    value.as_object().cloned().unwrap()
}

async fn deals(test: &TestStore, actor: &Actor) -> Vec<Row> {
    test.store.list(actor, &OPPORTUNITY, &ListQuery::default()).await.unwrap().rows
}

async fn stage_of(test: &TestStore, name: &str) -> String {
    let sql = "select s.name from opportunities o join stages s on s.id = o.stage_id where o.name = $1";
    sqlx::query_scalar(sql).bind(name).fetch_one(&test.owner).await.unwrap()
}

/// A second pipeline, whose first stage is none that anything begins in.
async fn partners(test: &TestStore, actor: &Actor) {
    let other = Uuid::now_v7();
    let pipeline = json!({"name": "Partners", "currency": "CNY", "position": 5});
    let made = Change::Create { id: other, values: values(&pipeline) };
    test.store.apply(actor, Command::one("pipeline", made)).await.unwrap();
    for (position, (name, outcome)) in [("Gone", "lost"), ("Met", "open"), ("Known", "open")].into_iter().enumerate() {
        let stage = json!({"name": name, "pipeline_id": other, "position": position, "outcome": outcome});
        let made = Change::Create { id: Uuid::now_v7(), values: values(&stage) };
        test.store.apply(actor, Command::one("stage", made)).await.unwrap();
    }
}

fn answer(target: &str, value: &str, decision: Decision) -> Answer {
    Answer { unknown: Unknown { target: target.to_owned(), value: value.to_owned() }, decision }
}

#[tokio::test]
async fn empty_stages_begin_in_the_first_one_of_their_pipeline_and_empty_choices_are_the_usual_ones() {
    let (test, actor) = founded().await;
    partners(&test, &actor).await;
    let file = "Deal name,Pipeline,Stage\nHere,,\nTheirs,Partners,\nMoved,Partners,Known\nDone,,Won\n";
    for created in [4, 0] {
        let spec = suggested(&test, &actor, file, &OPPORTUNITY).await;
        let step = preview(&test, &actor, &spec).await.steps.remove(0);
        let at = step.fields.iter().position(|field| field == "stage_id").unwrap();
        let shown: Vec<&str> = step.rows.iter().map(|row| row.cells[at].as_str()).collect();
        if created > 0 {
            assert_eq!(shown, ["Qualification", "Met", "Known", "Won"]);
        }
        let done = run(&test, &actor, &spec).await;
        assert_eq!((done.created, done.updated, done.failed), (created, 0, 0));
    }
    for (name, stage) in [("Here", "Qualification"), ("Theirs", "Met"), ("Moved", "Known"), ("Done", "Won")] {
        assert_eq!(stage_of(&test, name).await, stage, "{name}");
    }
    // Of a pipeline that is new it is the first stage that other rows name.
    let file = "Deal name,Pipeline,Stage\nUnsaid,Fresh,\nSaid,Fresh,Trial\n";
    let mut spec = suggested(&test, &actor, file, &OPPORTUNITY).await;
    spec.answers = vec![answer("pipeline", "Fresh", Decision::Create), answer("stage", "Trial", Decision::Create)];
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.created, done.failed, stage_of(&test, "Unsaid").await.as_str()), (4, 0, "Trial"));
    // However far down that is.
    let many: String = (0..5_001).map(|n| format!("Many {n},Newer,\n")).collect();
    let file = format!("Deal name,Pipeline,Stage\n{many}Told,Newer,Proof\n");
    let mut spec = suggested(&test, &actor, &file, &OPPORTUNITY).await;
    spec.answers = vec![answer("pipeline", "Newer", Decision::Create), answer("stage", "Proof", Decision::Create)];
    assert_eq!(preview(&test, &actor, &spec).await.steps.remove(0).failed, 0);

    let leads = suggested(&test, &actor, "name,status\nAnna,\nBela,working\n", &LEAD).await;
    assert_eq!(run(&test, &actor, &leads).await.created, 2);
    assert_eq!(number(&test, "select count(*) from leads where (name, status) = ('Anna', 'new')").await, 1);
}

#[tokio::test]
async fn a_new_stage_is_made_where_its_deals_are_else_in_the_first_pipeline() {
    let (test, actor) = founded().await;
    partners(&test, &actor).await;
    let mut spec = suggested(&test, &actor, "Deal name,Stage\nA,Trial\nB,Trial\nC,Later\n", &OPPORTUNITY).await;
    let asked = preview(&test, &actor, &spec).await.questions;
    let told: Vec<(&str, bool, &str)> =
        asked.iter().map(|asked| (asked.unknown.value.as_str(), asked.may_create, asked.made_in.as_str())).collect();
    assert_eq!(told, [("Trial", true, "Sales pipeline"), ("Later", true, "Sales pipeline")]);
    assert!(asked.iter().all(|asked| !asked.options.is_empty()), "stages of any pipeline may be meant");
    spec.answers = vec![answer("stage", "Trial", Decision::Create), answer("stage", "Later", Decision::Empty)];
    let rows: Vec<u64> = preview(&test, &actor, &spec).await.questions.iter().map(|asked| asked.rows).collect();
    assert_eq!(rows, [2, 1]);
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.created, done.failed), (4, 0));
    let kept = "select count(*) from opportunities o join stages s on s.id = o.stage_id
                join pipelines p on p.id = s.pipeline_id and p.id = o.pipeline_id where p.name = 'Sales pipeline'
                and (o.name, s.name) in (('A', 'Trial'), ('B', 'Trial'), ('C', 'Qualification'))";
    assert_eq!(number(&test, kept).await, 3);

    // A fixed value says in which; so does the deal that is there already.
    let mut fixed = suggested(&test, &actor, "Deal name,Number,Stage\nD,N-1,Trial\n", &OPPORTUNITY).await;
    fixed.files[0].steps[0].assignments.push(Assignment::constant("pipeline_id", "Partners"));
    let asked = preview(&test, &actor, &fixed).await.questions.remove(0);
    assert_eq!((asked.may_create, asked.made_in.as_str()), (true, ""));
    fixed.answers = vec![answer("stage", "Trial", Decision::Create)];
    assert_eq!(run(&test, &actor, &fixed).await.created, 2);
    let mut known = suggested(&test, &actor, "Deal name,Number,Stage\nD,N-1,Proof\n", &OPPORTUNITY).await;
    assert_eq!(preview(&test, &actor, &known).await.questions.remove(0).made_in, "Partners");
    known.answers = vec![answer("stage", "Proof", Decision::Create)];
    let done = run(&test, &actor, &known).await;
    assert_eq!((done.created, done.updated, stage_of(&test, "D").await.as_str()), (1, 1, "Proof"));
}

#[tokio::test]
async fn what_is_yet_to_be_made_is_not_offered_for_what_resembles_it() {
    let (test, actor) = founded().await;
    let mut spec = suggested(&test, &actor, "Deal name,Pipeline\nA,Channel\nB,Chanel\n", &OPPORTUNITY).await;
    spec.answers = vec![answer("pipeline", "Channel", Decision::Create)];
    let asked = preview(&test, &actor, &spec).await.questions;
    let open = asked.iter().find(|asked| asked.unknown.value == "Chanel").unwrap();
    assert!(open.suggestions.is_empty(), "{:?}", open.suggestions);
    assert_eq!(open.options.iter().map(|option| option.title.as_str()).collect::<Vec<_>>(), ["Sales pipeline"]);
}

#[tokio::test]
async fn deals_without_a_stage_begin_in_the_first_open_one() {
    let (test, actor) = founded().await;
    let start = Start { field: "stage_id".into(), title: "Qualification".into(), within: "Sales pipeline".into() };
    assert_eq!(test.store.import_start(&actor, &OPPORTUNITY).await.unwrap(), Some(start.clone()));
    assert_eq!(test.store.import_start(&actor, &CUSTOMER).await.unwrap(), None);

    let file = "Deal name,Amount\nBig,500\nSmall,5\n";
    let spec = suggested(&test, &actor, file, &OPPORTUNITY).await;
    let step = preview(&test, &actor, &spec).await.steps.remove(0);
    assert_eq!((step.created, step.failed, step.start), (2, 0, Some(start)));
    assert_eq!(run(&test, &actor, &spec).await.created, 2);
    assert_eq!(stage_of(&test, "Big").await, "Qualification");

    // Whoever has moved on stays there, and is no other deal.
    let big = deals(&test, &actor).await.into_iter().find(|row| row.text("name") == Some("Big")).unwrap();
    let proposal: Uuid =
        sqlx::query_scalar("select id from stages where name = 'Proposal'").fetch_one(&test.owner).await.unwrap();
    let moved = Change::Update { id: big.id, version: None, values: values(&json!({"stage_id": proposal})) };
    test.store.apply(&actor, Command::one("opportunity", moved)).await.unwrap();
    let again = run(&test, &actor, &suggested(&test, &actor, file, &OPPORTUNITY).await).await;
    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 2));
    assert_eq!(stage_of(&test, "Big").await, "Proposal");
}

#[tokio::test]
async fn a_constant_says_where_deals_begin_and_a_pipeline_has_a_first_stage_of_its_own() {
    let (test, actor) = founded().await;
    let with = async |name: &str, constant: Assignment| {
        let mut spec: Spec = suggested(&test, &actor, &format!("Deal name\n{name}\n"), &OPPORTUNITY).await;
        spec.files[0].steps[0].assignments.push(constant);
        let start = preview(&test, &actor, &spec).await.steps.remove(0).start;
        let done = run(&test, &actor, &spec).await;
        assert_eq!((start, done.created, done.failed), (None, 1, 0), "{name}");
        stage_of(&test, name).await
    };
    assert_eq!(with("Late", Assignment::constant("stage_id", "Negotiation")).await, "Negotiation");
    partners(&test, &actor).await;
    assert_eq!(with("Theirs", Assignment::constant("pipeline_id", "Partners")).await, "Met");
}

#[tokio::test]
async fn open_deals_show_and_keep_no_day_on_which_they_were_closed() {
    let (test, actor) = founded().await;
    let file = "Deal name,Stage,Close date\nBig,Qualification,2031-03-04\nDone,Won,2024-03-04\n";
    let spec = suggested(&test, &actor, file, &OPPORTUNITY).await;
    let step = preview(&test, &actor, &spec).await.steps.remove(0);
    let at = |name: &str| step.fields.iter().position(|field| field == name).unwrap();
    let cells = |at: usize| step.rows.iter().map(|row| row.cells[at].as_str()).collect::<Vec<_>>();
    assert_eq!(cells(at("expected_close")), ["2031-03-04", "2024-03-04"]);
    assert_eq!(cells(at("closed_on")), ["", "2024-03-04"]);
    assert_eq!(run(&test, &actor, &spec).await.created, 2);
    // Once more, nothing is added to them.
    let again = run(&test, &actor, &suggested(&test, &actor, file, &OPPORTUNITY).await).await;
    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 2));
    assert_eq!(number(&test, "select count(*) from opportunities where closed_on is not null").await, 1);
}

#[tokio::test]
async fn people_are_told_by_the_addresses_that_programs_write_behind_their_names() {
    let (test, actor) = founded().await;
    let people = "name,emails\nAnna Berg,anna@one.example\nAnna Berg,anna@two.example\nBela,bela@one.example\n";
    run(&test, &actor, &suggested(&test, &actor, people, &CONTACT).await).await;
    let deals = "name,contact_id\nBig,Anna Berg (anna@two.example)\nSmall,Bela (old@one.example);Anna Berg (anna@one.example)\n\
                 Odd,Cara (cara@one.example)\n";
    let spec = suggested(&test, &actor, deals, &OPPORTUNITY).await;
    let asked = preview(&test, &actor, &spec).await.questions;
    assert_eq!(asked.iter().map(|question| question.unknown.value.as_str()).collect::<Vec<_>>(), ["Cara"]);
    assert_eq!(run(&test, &actor, &spec).await.created, 2);
    let of = "select count(*) from opportunities o join contacts c on c.id = o.contact_id
              where (o.name, c.emails[1]) in (('Big', 'anna@two.example'), ('Small', 'bela@one.example'))";
    assert_eq!(number(&test, of).await, 2);
}

#[tokio::test]
async fn fields_that_administrators_added_are_called_as_they_called_them_and_numbers_are_written_plainly() {
    let (test, actor) = founded().await;
    let field = json!({"record_type": "customer", "key": "shoe_size", "label": "Shoe size", "kind": "number"});
    let made = Change::Create { id: Uuid::now_v7(), values: values(&field) };
    test.store.apply(&actor, Command::one("custom_field", made)).await.unwrap();
    let spec = suggested(&test, &actor, "name,Shoe size\nAcme,big\nBolt,44.50\n", &CUSTOMER).await;
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.created, done.failed), (1, 1));
    let refused = test.store.import_errors(&actor, Locale::En, done.id).await.unwrap();
    assert!(refused.contains("Shoe size: ") && !refused.contains("custom."), "{refused}");
    let bolt = test.store.list(&actor, &CUSTOMER, &ListQuery::default()).await.unwrap().rows.remove(0);
    let about = all_about(&test, &actor, &CUSTOMER, bolt.id).await;
    assert_eq!(about["record"]["custom"]["shoe_size"], "44.5");
}

#[tokio::test]
async fn the_history_tells_how_much_a_long_import_did() {
    let (test, actor) = founded().await;
    let rows: String = (0..1_100).map(|n| format!("Company {n}\n")).collect();
    let done = run(&test, &actor, &suggested(&test, &actor, &format!("name\n{rows}"), &CUSTOMER).await).await;
    assert_eq!(done.created, 1_100);
    let set = test.store.change_sets(&actor, &ChangeSetQuery::default()).await.unwrap().sets.remove(0);
    let count = Count { record_type: "customer".into(), action: "create".into(), records: 1_100 };
    assert_eq!((set.id, set.counts, set.more), (done.change_set, vec![count], false));
}

#[tokio::test]
async fn numbers_that_lose_decimals_are_told_of() {
    let (test, actor) = founded().await;
    let text = "name,price\nBolt,1.005\nNut,2\nCog,0.3333\nGear,4.50\n";
    let spec = suggested(&test, &actor, text, &PRODUCT).await;
    let step = preview(&test, &actor, &spec).await.steps.remove(0);
    let rounded = Rounded {
        field: "price".to_owned(),
        decimals: 2,
        values: 2,
        given: "1.005".to_owned(),
        kept: "1.01".to_owned(),
    };
    assert_eq!((step.created, step.failed, step.rounded), (4, 0, vec![rounded]));
    run(&test, &actor, &spec).await;
    assert_eq!(number(&test, "select count(*) from products where price in (1.01, 2, 0.33, 4.5)").await, 4);
    // What is so already loses nothing any more.
    let again = suggested(&test, &actor, text, &PRODUCT).await;
    assert!(preview(&test, &actor, &again).await.steps[0].rounded.is_empty());
}

#[tokio::test]
async fn rows_further_down_are_shown_and_those_with_problems_alone() {
    let (test, actor) = founded().await;
    let line = |n: usize| format!("Company {n},{}\n", if n.is_multiple_of(1_000) { "many" } else { "5" });
    let text: String = std::iter::once("name,employees\n".to_owned()).chain((1..=12_000).map(line)).collect();
    let spec = suggested(&test, &actor, &text, &CUSTOMER).await;
    let first = preview(&test, &actor, &spec).await.steps.remove(0);
    assert_eq!((first.rows_in_all(), first.failed, first.rows[0].line), (12_000, 12, 2));
    let rows = async |skip: u64, problems: bool| {
        let excerpt = Excerpt { file: 0, step: 0, after: None, skip, problems };
        test.store.preview_import_rows(&actor, Locale::En, &spec, excerpt).await.unwrap()
    };
    let after = async |line: u64, problems: bool| {
        let excerpt = Excerpt { file: 0, step: 0, after: Some(line), skip: 0, problems };
        test.store.preview_import_rows(&actor, Locale::En, &spec, excerpt).await.unwrap()
    };
    let names = |rows: &[PreviewRow]| rows.iter().map(|row| row.cells[0].clone()).collect::<Vec<_>>();
    let numbered = |all: std::ops::RangeInclusive<usize>, times: usize| {
        all.map(|n| format!("Company {}", n * times)).collect::<Vec<_>>()
    };
    assert_eq!(rows(0, false).await, first.rows);
    assert_eq!(names(&rows(7_000, false).await), numbered(7_001..=7_020, 1));
    assert_eq!(names(&rows(11_990, false).await), numbered(11_991..=12_000, 1));
    let wrong = rows(0, true).await;
    assert_eq!(names(&wrong), numbered(1..=12, 1_000));
    assert!(wrong.iter().all(|row| row.errors[0].field == "employees"));
    assert!(rows(12, true).await.is_empty());
    // From where the last ones ended it is the same.
    assert_eq!(after(7_001, false).await, rows(7_000, false).await);
    assert_eq!(names(&after(5_001, true).await), numbered(6..=12, 1_000));
    assert!(after(12_001, false).await.is_empty());
    assert_eq!(number(&test, "select count(*) from customers").await, 0, "nothing is written");

    let nowhere = Excerpt { file: 0, step: 1, after: None, skip: 0, problems: false };
    let refused = test.store.preview_import_rows(&actor, Locale::En, &spec, nowhere).await;
    assert_eq!(refused.unwrap_err(), Error::NotFound);
}

#[tokio::test]
async fn rows_further_down_know_of_the_earlier_ones_that_they_go_by() {
    let (test, actor) = founded().await;
    let others: String = (1..=6_000).map(|n| format!("Person {n},p{n}@a.example,\n")).collect();
    let text = format!(
        "name,emails,customer_id\nAnna,anna@a.example,New Ltd\n{others}Anna,anna@a.example,\nBela,b@a.example,Nwe Ltd\n"
    );
    let mut spec = suggested(&test, &actor, &text, &CONTACT).await;
    let answer = |value: &str, decision: Decision| {
        let unknown = Unknown { target: "customer".to_owned(), value: value.to_owned() };
        Answer { unknown, decision }
    };
    spec.answers = vec![answer("New Ltd", Decision::Create), answer("Nwe Ltd", Decision::Use("New Ltd".to_owned()))];
    let shown = async |after: Option<u64>, skip: u64| {
        let excerpt = Excerpt { file: 0, step: 0, after, skip, problems: false };
        test.store.preview_import_rows(&actor, Locale::En, &spec, excerpt).await.unwrap()
    };
    let rows = shown(Some(6_000), 0).await;
    assert_eq!(rows, shown(None, 5_999).await);
    let errors: Vec<_> = rows.iter().flat_map(|row| &row.errors).collect();
    assert!(rows.len() == 4 && errors.is_empty(), "Anna is known from further up, and New Ltd is made there: {rows:?}");
    assert!(rows[3].cells.contains(&"New Ltd".to_owned()));
}

#[tokio::test]
async fn amounts_of_deals_go_where_they_are_in_their_currency() {
    let (test, actor) = founded().await;
    let abroad = Uuid::now_v7();
    let stage = json!({"name": "Met", "pipeline_id": abroad, "position": 0, "outcome": "open"});
    for (def, id, fields) in [
        ("pipeline", abroad, json!({"name": "Abroad", "currency": "USD", "position": 5})),
        ("stage", Uuid::now_v7(), stage),
    ] {
        let made = Change::Create { id, values: values(&fields) };
        test.store.apply(&actor, Command::one(def, made)).await.unwrap();
    }
    let file = "Deal name,Amount,币种\nHome,100,人民币\nAway,200,USD\nOdd,300,CHF\nUnsaid,400,\n";
    for (created, unchanged) in [(3, 0), (0, 3)] {
        let spec = suggested(&test, &actor, file, &OPPORTUNITY).await;
        let step = preview(&test, &actor, &spec).await.steps.remove(0);
        let problems: Vec<&str> = step.problems.iter().map(|(error, _)| error.code.as_str()).collect();
        assert_eq!((step.created, step.unchanged, problems), (created, unchanged, vec!["other_currency"]));
        let done = run(&test, &actor, &spec).await;
        assert_eq!((done.created, done.unchanged, done.failed), (created, unchanged, 1));
    }
    let kept = "select count(*) from opportunities
                where (name, currency) in (('Home', 'CNY'), ('Away', 'USD'), ('Unsaid', 'CNY'))";
    assert_eq!(number(&test, kept).await, 3);
    let stage = "Deal name,Stage,Amount,Currency\nElsewhere,Qualification,5,USD\nNothing,Qualification,,USD\n";
    let done = run(&test, &actor, &suggested(&test, &actor, stage, &OPPORTUNITY).await).await;
    assert_eq!((done.created, done.failed), (1, 1), "without an amount there is nothing to be mistaken");
    // A new stage is made where amounts are in their currency; there is none for the third.
    let stage = "Deal name,Stage,Amount,Currency\nFar,Trial,5,USD\nNear,Trial,6,CNY\nNowhere,Trial,7,CHF\n";
    let mut spec = suggested(&test, &actor, stage, &OPPORTUNITY).await;
    spec.answers = vec![answer("stage", "Trial", Decision::Create)];
    let done = run(&test, &actor, &spec).await;
    assert_eq!((done.created, done.failed), (4, 1));
    let kept = "select count(*) from opportunities o join stages s on s.id = o.stage_id join pipelines p on p.id = s.pipeline_id
                where s.name = 'Trial' and (o.name, p.currency) in (('Far', 'USD'), ('Near', 'CNY'))";
    assert_eq!(number(&test, kept).await, 2);
}

#[tokio::test]
async fn a_file_without_headings_is_matched_by_its_values() {
    let (test, actor) = founded().await;
    let text = "张三,13800138000,zs@example.com\n李四,13900139000,ls@example.com\n王小明,,wxm@example.com\n";
    let info = test.store.upload_import(&actor, "people.csv", text.as_bytes()).await.unwrap();
    let [step] = &info.steps[..] else { panic!("{:?}", info.steps) };
    let targets: Vec<Option<String>> = info.columns.iter().map(|column| step.target_of(&column.name)).collect();
    assert_eq!((info.header, step.record_type.as_str()), (0, "contact"));
    assert_eq!(targets, ["name", "phones", "emails"].map(|field| Some(field.to_owned())));
    assert_eq!(step.key.as_deref(), Some("emails"));
}

#[tokio::test]
async fn a_preview_refuses_what_rights_refuse_and_gives_the_rest_to_whoever_imports() {
    let (test, admin) = founded().await;
    let wu = json!({"name": "Wu Min", "email": "wu@example.com"});
    let made = Change::Create { id: Uuid::now_v7(), values: values(&wu) };
    test.store.apply(&admin, Command::one("user", made)).await.unwrap();
    let team = Level::TeamBelow;
    let rights = TypeRights { create: team, read: team, update: team, import: team, ..TypeRights::default() };
    let reading = TypeRights { read: Level::All, ..TypeRights::default() };
    let types = [("ticket", rights), ("user", reading), ("ticket_status", reading), ("queue", reading)];
    let types = types.map(|(name, rights)| (name.to_owned(), rights)).into();
    let manager = Actor { grants: Grants { types, ..Grants::default() }, ..admin.clone() };

    let file = "subject,owner_id\nMine,Lin Yue\nNobody's,\nTheirs,Wu Min\n";
    let spec = suggested(&test, &manager, file, &TICKET).await;
    let step = preview(&test, &manager, &spec).await.steps.remove(0);
    assert_eq!((step.created, step.failed), (2, 1), "{:?}", step.problems);
    assert_eq!(step.rows[2].errors, [FieldError::new("owner_id", "beyond_your_rights")]);
    let mut theirs = spec.clone();
    theirs.files[0].steps[0].assignments.retain(|assignment| assignment.field == "subject");
    let step = preview(&test, &manager, &theirs).await.steps.remove(0);
    assert_eq!((step.created, step.failed), (3, 0), "who can't see what is nobody's owns it");
    // Who sees all tickets lets them wait.
    assert_eq!(run(&test, &admin, &theirs).await.created, 3);
    assert_eq!(number(&test, "select count(*) from tickets where owner_id is null").await, 3);
}

#[tokio::test]
async fn a_pipeline_that_answers_make_gets_its_stages_by_answers_too() {
    let (test, admin) = founded().await;
    let file =
        "Deal name,Pipeline,Stage,Amount,Currency\nBig,M5 Sales,Contract Sent,5,USD\nDone,M5 Sales,Closed won,7,USD\n";
    let mut spec = suggested(&test, &admin, file, &OPPORTUNITY).await;
    let answer = |target: &str, value: &str| {
        let unknown = Unknown { target: target.to_owned(), value: value.to_owned() };
        Answer { unknown, decision: Decision::Create }
    };
    let asked = preview(&test, &admin, &spec).await;
    let targets: Vec<&str> = asked.questions.iter().map(|question| question.unknown.target.as_str()).collect();
    assert_eq!(targets, ["pipeline"], "within what, comes first");

    spec.answers.push(answer("pipeline", "M5 Sales"));
    let asked = preview(&test, &admin, &spec).await;
    assert_eq!((asked.changes, asked.questions.len()), (0, 3), "nothing is made that only refused rows go by");
    let stages = asked.questions.iter().filter(|question| question.unknown.target == "stage");
    assert!(stages.clone().all(|question| question.may_create && question.options.is_empty()));
    assert_eq!(stages.count(), 2);

    spec.answers.extend([answer("stage", "Contract Sent"), answer("stage", "Closed won")]);
    let done = run(&test, &admin, &spec).await;
    assert_eq!((done.created, done.failed), (5, 0));
    let kept = "select count(*) from opportunities o join stages s on s.id = o.stage_id join pipelines p on p.id = s.pipeline_id
                where p.name = 'M5 Sales' and o.currency = 'USD'
                  and (s.name, s.position, o.status) in (('Contract Sent', 0, 'open'), ('Closed won', 1, 'won'))";
    assert_eq!(number(&test, kept).await, 2);
}

#[tokio::test]
async fn new_stages_wait_for_their_pipeline_are_not_taken_for_each_other_and_get_chances() {
    let (test, admin) = founded().await;
    let file = "name,pipeline_id,stage_id\nA,M7,Closed won\nB,M7,Closed wan\nC,M7,Demo\nD,M7,Demo\n";
    let mut spec = suggested(&test, &admin, file, &OPPORTUNITY).await;
    let step = preview(&test, &admin, &spec).await.steps.remove(0);
    let problems: Vec<(&str, u64)> = step.problems.iter().map(|(error, rows)| (error.field.as_str(), *rows)).collect();
    assert_eq!(problems, [("pipeline_id", 4)], "of stages nothing is known yet");
    assert!(step.rows[0].errors.contains(&FieldError::new("stage_id", "pipeline_first")), "{:?}", step.rows[0]);

    for (target, value) in [("pipeline", "M7"), ("stage", "Closed won"), ("stage", "Closed wan"), ("stage", "Demo")] {
        let unknown = Unknown { target: target.to_owned(), value: value.to_owned() };
        spec.answers.push(Answer { unknown, decision: Decision::Create });
    }
    let asked = preview(&test, &admin, &spec).await;
    let mut rows: Vec<(&str, u64)> =
        asked.questions.iter().map(|question| (question.unknown.value.as_str(), question.rows)).collect();
    rows.sort_unstable();
    assert_eq!(rows, [("Closed wan", 1), ("Closed won", 1), ("Demo", 2), ("M7", 4)], "all that are concerned");
    let mut stages = asked.questions.iter().filter(|question| question.unknown.target == "stage");
    assert!(stages.all(|question| question.suggestions.is_empty() && question.options.is_empty()));

    let done = run(&test, &admin, &spec).await;
    assert_eq!((done.created, done.failed), (8, 0));
    let kept = "select count(*) from stages s join pipelines p on p.id = s.pipeline_id
                where p.name = 'M7' and (s.name, s.position, s.probability) in
                    (('Closed won', 0, 100), ('Closed wan', 1, 33), ('Demo', 2, 66))";
    assert_eq!(number(&test, kept).await, 3);
}

#[tokio::test]
async fn a_column_with_numbers_of_customers_leads_to_them() {
    let (test, actor) = founded().await;
    let companies = "name,number\nAcme,C-1\nBolt,C-2\n";
    run(&test, &actor, &suggested(&test, &actor, companies, &CUSTOMER).await).await;
    let people = suggested(&test, &actor, "name,Account No.\nAnna,c-2\n", &CONTACT).await;
    assert_eq!(run(&test, &actor, &people).await.created, 1);
    let kept = "select count(*) from contacts p join customers c on c.id = p.customer_id where c.name = 'Bolt'";
    assert_eq!(number(&test, kept).await, 1);
}
