//! Exports in the background and in the words of people, and the audit log as a file.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use serde_json::{Value, json};
use shared::access::{Actor, FieldAccess, Level};
use shared::audit::AuditQuery;
use shared::command::{Change, Source};
use shared::export::{Rows, Run, Spec};
use shared::i18n::Locale;
use shared::import::{FileKind, Status};
use shared::query::{Filter, Op};
use shared::types::{CUSTOM_FIELD, CUSTOMER, TASK};
use shared::{Error, RecordDef, Result};
use uuid::Uuid;

use crate::support::sample::World;
use crate::undo::make;

fn spec(kind: FileKind) -> Spec {
    Spec { plural: "customers".into(), kind, query: Rows::default(), labels: None, name: None }
}

async fn start(world: &World, actor: &Actor, spec: &Spec) -> Result<Run> {
    world.test.store.start_export(actor, spec, (Source::Web, None)).await
}

/// The run once it is over.
async fn over(world: &World, actor: &Actor, id: Uuid) -> Run {
    loop {
        let run = world.test.store.export_run(actor, id).await.unwrap();
        if !run.status.is_open() {
            return run;
        }
        tokio::task::yield_now().await;
    }
}

async fn fetched(world: &World, actor: &Actor, id: Uuid) -> Result<Vec<u8>> {
    let mut kept = world.test.store.export_file(actor, id, (Source::Web, None)).await?;
    let mut all = Vec::new();
    while let Some(part) = kept.next().await? {
        all.extend(part);
    }
    assert_eq!(i64::try_from(all.len()).unwrap(), kept.bytes);
    Ok(all)
}

/// Actions and titles of what the log tells of files.
async fn told(world: &World) -> Vec<(String, String)> {
    sqlx::query_as("select action, title from audit_entries where action in ('export', 'download') order by id")
        .fetch_all(&world.test.owner)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_file_made_in_the_background_is_the_one_that_is_streamed() {
    let world = World::new().await;
    let many = "insert into customers (org_id, id, kind, name) select $1, gen_random_uuid(), 'company', 'C' || n from generate_series(1, 900) n";
    sqlx::query(many).bind(world.admin.org_id).execute(&world.test.owner).await.unwrap();
    let chinese = Spec { labels: Some(Locale::ZhCn), ..spec(FileKind::Csv) };
    for asked in [spec(FileKind::Csv), spec(FileKind::Vcf), chinese] {
        let run = over(&world, &world.admin, start(&world, &world.admin, &asked).await.unwrap().id).await;
        assert_eq!((run.status, run.done, run.rows, run.total), (Status::Finished, 901, 901, 901));
        assert_eq!(run.labels, asked.labels);
        let kind = asked.kind;
        let streamed = world.test.store.export(&world.admin, &CUSTOMER, Default::default(), (kind, Source::Web)).await;
        let streamed = streamed.unwrap().labelled(asked.labels).await.unwrap().all().await.unwrap();
        let streamed = [kind.mark().to_vec(), streamed].concat();
        assert_eq!(fetched(&world, &world.admin, run.id).await.unwrap(), streamed);
    }
    let run = over(&world, &world.admin, start(&world, &world.admin, &spec(FileKind::Xlsx)).await.unwrap().id).await;
    let book = fetched(&world, &world.admin, run.id).await.unwrap();
    assert!(book.starts_with(b"PK") && run.rows == 901, "a workbook is a packed folder");
    let downloads = told(&world).await.into_iter().filter(|(action, _)| action == "download");
    let names: Vec<String> = downloads.map(|(_, title)| title).collect();
    let day = world.admin.zone.day(run.created_at);
    let each = [("customers", "csv"), ("customers", "vcf"), ("客户", "csv"), ("customers", "xlsx")];
    assert_eq!(names, each.map(|(what, kind)| format!("{what}-{day}.{kind}")), "each look is in the log");
}

/// A list as a file for people to read.
async fn for_reading(world: &World, actor: &Actor, def: &'static RecordDef, kind: FileKind, locale: Locale) -> Vec<u8> {
    let export = world.test.store.export(actor, def, Default::default(), (kind, Source::Web)).await.unwrap();
    export.labelled(Some(locale)).await.unwrap().all().await.unwrap()
}

/// The row of such a file in which a cell is that text, by what its columns are called.
async fn row_with(world: &World, actor: &Actor, locale: Locale, text: &str) -> BTreeMap<String, String> {
    let file = for_reading(world, actor, &CUSTOMER, FileKind::Csv, locale).await;
    let rows = csv::Reader::from_reader(&file[..]).into_deserialize().map(std::result::Result::unwrap);
    let rows: Vec<BTreeMap<String, String>> = rows.collect();
    rows.into_iter().find(|row| row.values().any(|cell| cell == text)).unwrap()
}

#[tokio::test]
async fn a_file_for_reading_is_in_the_words_of_its_language() {
    let world = World::new().await;
    let added = json!({"record_type": "customer", "key": "renewal", "label": "@Renewal", "kind": "date"});
    make(&world, &CUSTOM_FIELD, added).await;
    let parent = make(&world, &CUSTOMER, json!({"name": "Group"})).await;
    let values = json!({
        "name": "=1+1", "category": "important", "revenue": "1234.5", "parent_id": parent, "birth_date": "1990-05-03",
        "tags": ["VIP", "Fair"], "custom": {"renewal": "2026-03-10"},
    });
    make(&world, &CUSTOMER, values).await;
    let english = row_with(&world, &world.admin, Locale::En, "'=1+1").await;
    assert!(!english.contains_key("id"));
    for (column, cell) in [
        ("Name", "'=1+1"),
        ("Kind", "Company"),
        ("Category", "Key account"),
        ("Annual revenue", "CN¥1,234.50"),
        ("Parent company", "Group"),
        ("Birth date", "3 May 1990"),
        ("Tags", "VIP; Fair"),
        ("'@Renewal", "10 Mar 2026"),
    ] {
        assert_eq!(english.get(column).map(String::as_str), Some(cell), "{column}");
    }
    let chinese = row_with(&world, &world.admin, Locale::ZhCn, "'=1+1").await;
    for (column, cell) in [
        ("客户名称", "'=1+1"),
        ("客户类型", "企业"),
        ("客户分类", "重要客户"),
        ("年营业额", "¥1,234.50"),
        ("出生日期", "1990年5月3日"),
        ("'@Renewal", "2026年3月10日"),
    ] {
        assert_eq!(chinese.get(column).map(String::as_str), Some(cell), "{column}");
    }
    let mut blind = world.admin.clone();
    blind.grants.admin = false;
    let all = shared::access::TypeRights { read: Level::All, export: Level::All, ..Default::default() };
    blind.grants.types = shared::types::REGISTRY.iter().map(|def| (def.name.to_owned(), all)).collect();
    blind.grants.fields.insert("customer.currency".into(), FieldAccess::Hidden);
    blind.grants.fields.insert("customer.category".into(), FieldAccess::Hidden);
    let seen = row_with(&world, &blind, Locale::En, "'=1+1").await;
    assert_eq!(seen["Annual revenue"], "1,234.50", "in which currency it is would be made up");
    assert!(!seen.contains_key("Category") && !seen.contains_key("Currency"));
}

#[tokio::test]
async fn a_workbook_for_reading_has_numbers_and_local_times_as_such() {
    let world = World::new().await;
    make(&world, &TASK, json!({"subject": "Call Acme", "due_at": "2026-03-10T20:30:00Z", "done": true})).await;
    make(&world, &CUSTOMER, json!({"name": "Acme", "revenue": "1234.5", "birth_date": "1990-05-03"})).await;
    let row = async |def: &'static RecordDef, text: &str| -> BTreeMap<String, Data> {
        let file = for_reading(&world, &world.admin, def, FileKind::Xlsx, Locale::En).await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let names: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
        let found = sheet.rows().find(|row| row.first().is_some_and(|cell| *cell == text)).unwrap();
        names.into_iter().zip(found.iter().cloned()).collect()
    };
    // What a record is called stands first.
    let task = row(&TASK, "Call Acme").await;
    let Data::DateTime(due) = &task["Due"] else { panic!("{task:?}") };
    // Half past four in the morning of the next day, where the organisation is.
    assert_eq!(format!("{:.4}", due.as_f64()), "46092.1875");
    assert_eq!(task["Done"], Data::String("Yes".into()));
    let customer = row(&CUSTOMER, "Acme").await;
    assert_eq!(customer["Annual revenue"], Data::Float(1234.5));
    assert!(matches!(customer["Birth date"], Data::DateTime(_)), "{customer:?}");
}

#[tokio::test]
async fn a_file_is_for_whoever_asked_as_long_as_they_may() {
    let world = World::new().await;
    let run = over(&world, &world.admin, start(&world, &world.admin, &spec(FileKind::Csv)).await.unwrap().id).await;
    // The same user with other rights, as they may be at the next request.
    let mut later = world.admin.clone();
    later.grants.admin = false;
    let all = shared::access::TypeRights { read: Level::All, export: Level::All, ..Default::default() };
    later.grants.types = shared::types::REGISTRY.iter().map(|def| (def.name.to_owned(), all)).collect();
    assert!(fetched(&world, &later, run.id).await.is_ok(), "as much as before");
    let mut blind = later.clone();
    blind.grants.fields.insert("customer.phones".into(), FieldAccess::Hidden);
    assert_eq!(fetched(&world, &blind, run.id).await.unwrap_err(), Error::Forbidden);
    let mut less = later.clone();
    less.grants.types.get_mut("customer").unwrap().export = Level::Own;
    assert_eq!(fetched(&world, &less, run.id).await.unwrap_err(), Error::Forbidden);
    let before = told(&world).await.len();
    let other = Actor { user_id: world.base["user"], ..world.admin.clone() };
    let store = &world.test.store;
    assert_eq!(fetched(&world, &other, run.id).await.unwrap_err(), Error::NotFound);
    assert_eq!(store.export_run(&other, run.id).await.unwrap_err(), Error::NotFound);
    assert_eq!(store.delete_export(&other, run.id).await.unwrap_err(), Error::NotFound);
    assert!(store.export_runs(&other).await.unwrap().is_empty());
    assert_eq!(told(&world).await.len(), before, "who gets nothing has looked at nothing");
    store.delete_export(&world.admin, run.id).await.unwrap();
    assert_eq!(fetched(&world, &world.admin, run.id).await.unwrap_err(), Error::NotFound);
    let left: i64 = sqlx::query_scalar("select count(*) from export_parts").fetch_one(&world.test.owner).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_a_dead_node_left_is_begun_again_and_nothing_half_is_offered() {
    let world = World::new().await;
    let id = Uuid::now_v7();
    sqlx::query(
        "insert into export_runs (org_id, id, actor_id, record_type, kind, query, source, status, attempt, held_until)
         values ($1, $2, $3, 'customer', 'csv', '{}', 'web', 'running', 1, now() + interval '1 minute')",
    )
    .bind(world.admin.org_id)
    .bind(id)
    .bind(world.admin.user_id)
    .execute(&world.test.owner)
    .await
    .unwrap();
    sqlx::query("insert into export_parts (org_id, run_id, position, content) values ($1, $2, 0, 'half of it')")
        .bind(world.admin.org_id)
        .bind(id)
        .execute(&world.test.owner)
        .await
        .unwrap();
    assert_eq!(fetched(&world, &world.admin, id).await.unwrap_err(), Error::NotFound, "it is not finished");
    sqlx::query("update export_runs set held_until = now() - interval '1 second'")
        .execute(&world.test.owner)
        .await
        .unwrap();
    world.test.store.resume_exports();
    let run = over(&world, &world.admin, id).await;
    assert_eq!(run.status, Status::Finished);
    let text = String::from_utf8(fetched(&world, &world.admin, id).await.unwrap()).unwrap();
    assert!(!text.contains("half of it") && text.starts_with("\u{feff}id,") && run.rows == 1, "{text}");
}

#[tokio::test]
async fn an_export_that_cannot_be_is_refused_when_it_is_asked_for() {
    let world = World::new().await;
    let refused = async |spec: Spec| match start(&world, &world.admin, &spec).await.unwrap_err() {
        Error::Invalid { fields } => format!("{} {}", fields[0].field, fields[0].code),
        other => format!("{other:?}"),
    };
    assert_eq!(refused(Spec { plural: "planets".into(), ..spec(FileKind::Csv) }).await, "plural choice");
    assert_eq!(refused(Spec { plural: "products".into(), ..spec(FileKind::Vcf) }).await, "kind choice");
    assert_eq!(refused(Spec { labels: Some(Locale::En), ..spec(FileKind::Vcf) }).await, "labels choice");
    assert_eq!(refused(Spec { name: Some("长".repeat(121)), ..spec(FileKind::Csv) }).await, "name too_long");
    let filter = Some(Filter::field("nowhere", Op::Eq, 1));
    assert_eq!(
        refused(Spec { query: Rows { filter, ..Rows::default() }, ..spec(FileKind::Csv) }).await,
        "nowhere unknown_field"
    );
    let nobody = world.colleague(Default::default());
    assert_eq!(start(&world, &nobody, &spec(FileKind::Csv)).await.unwrap_err(), Error::Forbidden);
    // Three that another node has.
    for _ in 0..3 {
        sqlx::query(
            "insert into export_runs (org_id, id, actor_id, record_type, kind, query, source, held_until)
             values ($1, gen_random_uuid(), $2, 'customer', 'csv', '{}', 'web', now() + interval '1 minute')",
        )
        .bind(world.admin.org_id)
        .bind(world.admin.user_id)
        .execute(&world.test.owner)
        .await
        .unwrap();
    }
    assert_eq!(refused(spec(FileKind::Csv)).await, " exports_running");
    let open = world.test.store.export_runs(&world.admin).await.unwrap()[0].id;
    let stopped = world.test.store.cancel_export(&world.admin, open).await.unwrap();
    assert_eq!(stopped.status, Status::Cancelled);
    assert_eq!(world.test.store.cancel_export(&world.admin, open).await.unwrap_err(), Error::NotFound);
    assert!(start(&world, &world.admin, &spec(FileKind::Csv)).await.is_ok());
}

#[tokio::test]
async fn a_key_begins_one_export() {
    let world = World::new().await;
    let store = &world.test.store;
    let keyed = async |spec: &Spec| store.start_export(&world.admin, spec, (Source::Api, Some("k"))).await;
    let first = keyed(&spec(FileKind::Csv)).await.unwrap();
    assert_eq!(keyed(&spec(FileKind::Csv)).await.unwrap().id, first.id);
    let in_words = Spec { labels: Some(Locale::En), ..spec(FileKind::Csv) };
    let named = Spec { name: Some("Key accounts".into()), ..spec(FileKind::Csv) };
    for other in [spec(FileKind::Vcf), in_words, named.clone()] {
        assert_eq!(keyed(&other).await.unwrap_err(), Error::invalid("idempotency_key", "key_reused"));
    }
    let run = over(&world, &world.admin, start(&world, &world.admin, &named).await.unwrap().id).await;
    let kept = store.export_file(&world.admin, run.id, (Source::Web, Some(Locale::ZhCn))).await.unwrap();
    let name = format!("客户-Key-accounts-{}.csv", world.admin.zone.day(run.created_at));
    assert_eq!((run.name.as_deref(), kept.name), (Some("Key accounts"), name));
}

#[tokio::test]
async fn files_go_after_a_week_and_when_somebody_is_erased() {
    let world = World::new().await;
    let count = async || -> (i64, i64) {
        sqlx::query_as("select (select count(*) from export_runs), (select count(*) from export_parts)")
            .fetch_one(&world.test.owner)
            .await
            .unwrap()
    };
    let run = over(&world, &world.admin, start(&world, &world.admin, &spec(FileKind::Csv)).await.unwrap().id).await;
    world.test.store.upkeep().await.unwrap();
    assert_eq!(count().await, (1, 1));
    sqlx::query("update export_runs set expires_at = now()").execute(&world.test.owner).await.unwrap();
    assert_eq!(world.test.store.export_run(&world.admin, run.id).await.unwrap_err(), Error::NotFound);
    world.test.store.upkeep().await.unwrap();
    assert_eq!(count().await, (0, 0));
    over(&world, &world.admin, start(&world, &world.admin, &spec(FileKind::Csv)).await.unwrap().id).await;
    world.test.store.erase(&world.admin, &CUSTOMER, world.base["customer"]).await.unwrap();
    assert_eq!(count().await, (0, 0), "the person is in no file either");
}

#[tokio::test]
async fn the_audit_log_tells_which_rows_were_exported_and_of_nobody() {
    let world = World::new().await;
    make(&world, &CUSTOMER, json!({"name": "Milliways", "phones": ["13800138000"], "category": "important"})).await;
    let filter = Filter::All(vec![
        Filter::field("category", Op::Eq, "important"),
        Filter::field("phones", Op::Contains, "13800138000"),
    ]);
    let query = Rows { filter: Some(filter), search: Some("Milliways".into()), ..Rows::default() };
    let asked = Spec { query, labels: Some(Locale::En), name: Some("Key".into()), ..spec(FileKind::Csv) };
    let run = over(&world, &world.admin, start(&world, &world.admin, &asked).await.unwrap().id).await;
    fetched(&world, &world.admin, run.id).await.unwrap();
    let query = || AuditQuery { record_type: Some("customer".into()), ..AuditQuery::default() };
    // What a view is called may be what somebody is.
    let name = format!("customers-{}.csv", world.admin.zone.day(run.created_at));
    let log = world.test.store.audit(&world.admin, &query()).await.unwrap().entries;
    for action in ["export", "download"] {
        let entry = log.iter().find(|entry| entry.action == action).unwrap();
        assert_eq!(entry.title, name, "{action}");
        let condition =
            |field: &str, op: &str, value: Value| json!({"field": {"field": field, "op": op, "value": value}});
        let filter = json!({"all": [
            condition("category", "eq", json!("important")), condition("phones", "contains", Value::Null),
        ]});
        let facts = json!({
            "file.filter": [null, filter], "file.searched": [null, true], "file.language": [null, "en"],
            "file.rows": [null, 1], "file.run": [null, run.id],
        });
        assert_eq!(json!(entry.changes), facts, "{action}");
    }
    let mut file = world.test.store.audit_file(&world.admin, query(), Source::Web).await.unwrap();
    let text = String::from_utf8(file.next().await.unwrap().unwrap()).unwrap();
    assert!(text.contains(&format!(",{name},file.filter,,category eq important and phones contains …,")), "{text}");
    assert!(text.contains(&format!(",{name},file.rows,,1,")), "{text}");
}

#[tokio::test]
async fn the_audit_log_leaves_as_a_file_that_it_tells_of() {
    let world = World::new().await;
    make(&world, &CUSTOMER, json!({"name": "=1+1", "kind": "company", "industry": "energy"})).await;
    let query =
        || AuditQuery { record_type: Some("customer".into()), field: Some("name".into()), ..Default::default() };
    let mut file = world.test.store.audit_file(&world.admin, query(), Source::Web).await.unwrap();
    let mut all = Vec::new();
    while let Some(part) = file.next().await.unwrap() {
        all.extend(part);
    }
    let text = String::from_utf8(all).unwrap();
    assert!(text.starts_with("at,user,source,action,record_type,record_id,title,field,before,after,change_set\n"));
    assert!(text.contains(",Lin Yue,") && text.contains(",'=1+1,name,,'=1+1,"), "{text}");
    // Of each event the changes of the field that is asked for, and no others.
    let others = text.lines().skip(1).filter(|line| !line.contains(",name,")).count();
    assert_eq!((others, text.contains("energy")), (0, false), "{text}");
    assert_eq!(told(&world).await, [("export".to_owned(), "audit.csv".to_owned())]);
    let nobody = world.colleague(Default::default());
    let refused = world.test.store.audit_file(&nobody, query(), Source::Web).await;
    assert_eq!(refused.err(), Some(Error::Forbidden));
    assert_eq!(told(&world).await.len(), 1);
}

#[tokio::test]
async fn the_audit_log_for_reading_is_in_the_words_of_its_language() {
    let world = World::new().await;
    let added = json!({"record_type": "customer", "key": "plate", "label": "车牌", "kind": "text"});
    let field = make(&world, &CUSTOM_FIELD, added).await;
    let values = json!({"name": "Acme", "category": "important", "custom": {"plate": "A 1"}});
    let id = make(&world, &CUSTOMER, values).await;
    world.apply(&CUSTOM_FIELD, Change::Archive { id: field }).await.unwrap();
    let query = AuditQuery { record_type: Some("customer".into()), ..Default::default() };
    let file = world.test.store.audit_file(&world.admin, query, Source::Web).await.unwrap();
    let mut file = file.labelled(Some(Locale::ZhCn));
    let mut all = Vec::new();
    while let Some(part) = file.next().await.unwrap() {
        all.extend(part);
    }
    let text = String::from_utf8(all).unwrap();
    let head = format!("时间 ({}),操作人,来源,操作,", world.admin.zone.name);
    assert!(text.starts_with(&head), "{text}");
    let of_record: Vec<&str> = text.lines().filter(|line| line.contains(&id.to_string())).collect();
    for told in [",Acme,客户分类,,重要客户,", ",Acme,车牌,,A 1,"] {
        assert!(of_record.iter().any(|line| line.contains(told)), "{told}: {text}");
    }
    assert!(of_record.iter().all(|line| line.contains(",新建,客户,") && line.contains('年')), "{text}");
}
