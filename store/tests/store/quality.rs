//! Data quality: marks of what does not work, neglected records, figures, tidying, duplicates looked for daily.

use serde_json::{Value, json};
use shared::access::{Action, Actor, FieldAccess};
use shared::command::{Change, Command};
use shared::duplicates::SHOWN;
use shared::import::{Answer, Decision, FILE_ERASED, FilePlan, Spec, Status, Unknown};
use shared::quality::{Quality, quiet_for};
use shared::query::{Filter, ListQuery, Op};
use shared::tidy::{Rule, findings};
use shared::types::{CONTACT, CUSTOMER, PRODUCT};
use shared::{Error, RecordDef};
use store::Store;
use uuid::Uuid;

use crate::live::world::{World, apply, create, update, values};

async fn listed(store: &Store, actor: &Actor, def: &'static RecordDef, filter: Filter) -> Vec<Uuid> {
    let query = ListQuery { filter: Some(filter), count: true, limit: 50, ..ListQuery::default() };
    let found = store.list(actor, def, &query).await.unwrap();
    assert_eq!(found.total, Some(i64::try_from(found.rows.len()).unwrap()));
    found.rows.iter().map(|row| row.id).collect()
}

async fn marks(store: &Store, actor: &Actor, id: Uuid) -> Value {
    store.get(actor, &CUSTOMER, id).await.unwrap().row.value("not_working").clone()
}

#[tokio::test]
async fn what_does_not_work_is_marked_found_and_undone() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let fields = json!({"name": "Acme", "phones": ["110 22", "110 33"], "emails": ["a@acme.example"]});
    let id = create(store, admin, "customer", fields).await;
    create(store, admin, "customer", json!({"name": "Fine", "phones": ["110 44"]})).await;
    let mark =
        Change::Update { id, version: Some(1), values: values(json!({"not_working": ["110 22", "A@Acme.Example"]})) };
    let marked = apply(store, admin, "customer", mark).await.unwrap();
    assert_eq!(marks(store, admin, id).await, json!(["110 22", "a@acme.example"]));
    let some = Filter::field("not_working", Op::Present, Value::Null);
    assert_eq!(listed(store, admin, &CUSTOMER, some.clone()).await, [id]);
    assert_eq!(listed(store, admin, &CUSTOMER, Filter::field("not_working", Op::Contains, "110 22")).await, [id]);
    // What isn't there can't be marked.
    let stranger = Change::Update { id, version: None, values: values(json!({"not_working": ["110 44"]})) };
    let refused = apply(store, admin, "customer", stranger).await.unwrap_err();
    assert_eq!(refused, Error::invalid("not_working", "channel"));
    // The mark goes with the number, and comes back with it.
    let change = Change::Update { id, version: None, values: values(json!({"phones": ["110 33"]})) };
    let removed = apply(store, admin, "customer", change).await.unwrap();
    assert_eq!(marks(store, admin, id).await, json!(["a@acme.example"]));
    store.undo(admin, removed.change_set).await.unwrap();
    assert_eq!(marks(store, admin, id).await, json!(["110 22", "a@acme.example"]));
    store.undo(admin, marked.change_set).await.unwrap();
    assert_eq!(marks(store, admin, id).await, Value::Null);
    assert!(listed(store, admin, &CUSTOMER, some).await.is_empty());
}

#[tokio::test]
async fn marks_tell_nothing_to_whom_the_numbers_are_hidden() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let fields =
        json!({"name": "Acme", "phones": ["110 22"], "not_working": ["110 22"], "owner_id": world.reps[0].user_id});
    let id = create(store, admin, "customer", fields).await;
    let mut rep = world.reps[0].clone();
    assert_eq!(marks(store, &rep, id).await, json!(["110 22"]));
    rep.grants.fields.insert("customer.phones".into(), FieldAccess::Hidden);
    assert_eq!(marks(store, &rep, id).await, Value::Null);
    let query =
        ListQuery { filter: Some(Filter::field("not_working", Op::Present, Value::Null)), ..ListQuery::default() };
    assert!(store.list(&rep, &CUSTOMER, &query).await.is_err());
    assert_eq!(store.quality(&rep, &CUSTOMER).await.unwrap().not_working, 0);
    rep.grants.fields.insert("customer.phones".into(), FieldAccess::Read);
    let change = Change::Update { id, version: None, values: values(json!({"not_working": []})) };
    assert_eq!(apply(store, &rep, "customer", change).await.unwrap_err(), Error::invalid("not_working", "read_only"));
}

#[tokio::test]
async fn a_merge_keeps_the_marks_of_what_stays() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let into =
        create(store, admin, "customer", json!({"name": "A", "phones": ["110 22"], "not_working": ["110 22"]})).await;
    let other = create(
        store,
        admin,
        "customer",
        json!({"name": "B", "phones": ["110 33"], "emails": ["b@b.example"],
        "not_working": ["110 33", "b@b.example"]}),
    )
    .await;
    // Of the phones only its own are to stay.
    let merge = shared::duplicates::Merge {
        record_type: "customer".into(),
        into,
        others: vec![other],
        values: values(json!({"phones": ["110 22"]})),
        seen: Vec::new(),
    };
    store.merge(admin, &merge).await.unwrap();
    assert_eq!(marks(store, admin, into).await, json!(["110 22", "b@b.example"]));
}

#[tokio::test]
async fn neglected_is_what_nothing_happens_with() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(create(store, admin, "customer", json!({"name": format!("Quiet {n}")})).await);
    }
    sqlx::query("update customers set updated_at = now() - interval '100 days'")
        .execute(&world.test.owner)
        .await
        .unwrap();
    let at = |days: i64| shared::record::instant_text(chrono::Utc::now() + chrono::TimeDelta::days(days));
    let called = json!({"kind": "call", "content": "Hello", "occurred_at": at(-10), "customer_id": ids[1]});
    create(store, admin, "activity", called).await;
    let long_ago = json!({"kind": "call", "content": "Hello", "occurred_at": at(-200), "customer_id": ids[2]});
    create(store, admin, "activity", long_ago).await;
    create(store, admin, "task", json!({"subject": "Call", "due_at": at(3), "customer_id": ids[3]})).await;
    world.deal(admin, Some(ids[4])).await;
    update(store, admin, "customer", ids[5], json!({"name": "Changed"})).await;
    let mut found = listed(store, admin, &CUSTOMER, quiet_for(90)).await;
    found.sort_unstable();
    assert_eq!(found, [ids[0], ids[2]]);
    assert!(listed(store, admin, &CUSTOMER, quiet_for(180)).await.is_empty());
    // Who reads only their own sees only those.
    assert!(listed(store, &world.reps[0], &CUSTOMER, quiet_for(90)).await.is_empty());
    for value in [json!(0), json!(4_000), json!("soon"), Value::Null] {
        let query = ListQuery { filter: Some(Filter::field("quiet", Op::Gte, value)), ..ListQuery::default() };
        assert!(matches!(store.list(admin, &CUSTOMER, &query).await, Err(Error::Invalid { .. })));
    }
}

#[tokio::test]
async fn figures_count_what_the_reader_may_see() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let rep = &world.reps[0];
    create(
        store,
        admin,
        "customer",
        json!({"name": "A", "phones": ["110 22"], "not_working": ["110 22"], "owner_id": rep.user_id}),
    )
    .await;
    create(store, admin, "customer", json!({"name": "B", "address": {"city": "杭州市"}})).await;
    let gone = create(store, admin, "customer", json!({"name": "C"})).await;
    apply(store, admin, "customer", Change::Archive { id: gone }).await.unwrap();
    let figures = |total, [phones, emails, address]: [i64; 3], not_working| {
        let filled = [("kind", total), ("name", total), ("phones", phones), ("emails", emails), ("address", address)];
        Quality { total, filled: filled.map(|(name, n)| (name.to_owned(), n)).to_vec(), not_working }
    };
    assert_eq!(store.quality(admin, &CUSTOMER).await.unwrap(), figures(2, [1, 0, 1], 1));
    assert_eq!(store.quality(admin, &CUSTOMER).await.unwrap().share(), 60);
    assert_eq!(store.quality(rep, &CUSTOMER).await.unwrap(), figures(1, [1, 0, 0], 1));
    assert_eq!(store.quality(admin, &PRODUCT).await.unwrap_err(), Error::NotFound);
    let mut nobody = rep.clone();
    nobody.grants.types.remove("customer");
    assert_eq!(store.quality(&nobody, &CUSTOMER).await.unwrap_err(), Error::Forbidden);
    assert_eq!(store.untidy(&nobody, &CUSTOMER, None).await.unwrap_err(), Error::Forbidden);
}

#[tokio::test]
async fn untidy_values_are_found_where_the_actor_may_change_them_and_changed_unless_somebody_did() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let rep = &world.reps[0];
    assert!(!rep.grants.admin && rep.may(&CONTACT, Action::Update));
    let own =
        create(store, admin, "contact", json!({"name": "JOHN SMITH", "owner_id": rep.user_id, "job_title": "ＣＥＯ"}))
            .await;
    let other = create(store, admin, "contact", json!({"name": "jane  doe", "department": "fine"})).await;
    create(store, admin, "contact", json!({"name": "Fine"})).await;
    let part = store.untidy(admin, &CONTACT, None).await.unwrap();
    assert_eq!((part.seen, part.next), (3, None));
    assert_eq!(part.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [own, other]);
    assert!(part.rows[1].value("department").is_null(), "only what is about to change travels");
    assert!(store.untidy(admin, &CONTACT, Some(other)).await.unwrap().rows.is_empty());
    let theirs = store.untidy(rep, &CONTACT, None).await.unwrap();
    assert_eq!(theirs.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [own]);
    let mut reader = rep.clone();
    reader.grants.fields.insert("contact.name".into(), FieldAccess::Read);
    let readable = store.untidy(&reader, &CONTACT, None).await.unwrap();
    assert_eq!(readable.rows[0].text("job_title"), Some("ＣＥＯ"));

    // Meanwhile somebody corrected one of them.
    update(store, admin, "contact", other, json!({"name": "Janet Doe"})).await;
    let changes = part.rows.iter().map(|row| {
        let found = findings(&CONTACT, &row.values, &Rule::ALL, None);
        let values = found.into_iter().map(|finding| (finding.field.name.to_owned(), finding.new)).collect();
        Change::Update { id: row.id, version: Some(row.version), values }
    });
    let command = Command { record_type: "contact".into(), changes: changes.collect(), ..Command::default() };
    let outcome = store.apply(admin, command).await.unwrap();
    assert_eq!(outcome.refused.iter().map(|refusal| refusal.id).collect::<Vec<_>>(), [other]);
    assert!(matches!(outcome.refused[0].error, Error::Conflict { .. }));
    let row = |id| async move { store.get(admin, &CONTACT, id).await.unwrap().row };
    assert_eq!((row(own).await.text("name"), row(own).await.text("job_title")), (Some("John Smith"), Some("CEO")));
    assert_eq!(row(other).await.text("name"), Some("Janet Doe"));
    store.undo(admin, outcome.change_set).await.unwrap();
    assert_eq!(row(own).await.text("name"), Some("JOHN SMITH"));
}

#[tokio::test]
async fn phone_numbers_get_the_country_of_the_record_or_of_the_organisation_and_keep_their_marks() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    sqlx::query("update organisations set timezone = 'Asia/Shanghai'").execute(&world.test.owner).await.unwrap();
    let own = json!({"name": "Own", "phones": ["138 0013 8000", "110"], "not_working": ["138 0013 8000"]});
    let own = create(store, admin, "customer", own).await;
    let abroad =
        json!({"name": "Abroad", "phones": ["0171 12345678"], "address": {"country": "Germany", "city": "Ulm"}});
    let abroad = create(store, admin, "customer", abroad).await;
    let part = store.untidy(admin, &CUSTOMER, None).await.unwrap();
    assert_eq!((part.unreadable, part.home.as_deref()), (1, Some("CN")));
    // The browser finds the same from what it is told.
    let change = |row: &shared::Row| {
        let found = findings(&CUSTOMER, &row.values, &Rule::ALL, part.home.as_deref());
        let values = found.into_iter().map(|finding| (finding.field.name.to_owned(), finding.new)).collect();
        Change::Update { id: row.id, version: Some(row.version), values }
    };
    let changes = part.rows.iter().map(change).collect();
    let outcome =
        store.apply(admin, Command { record_type: "customer".into(), changes, ..Command::default() }).await.unwrap();
    assert!(outcome.refused.is_empty(), "{:?}", outcome.refused);
    let phones = async |id| store.get(admin, &CUSTOMER, id).await.unwrap().row.value("phones").clone();
    assert_eq!(phones(own).await, json!(["+8613800138000", "110"]));
    assert_eq!(phones(abroad).await, json!(["+4917112345678"]));
    assert_eq!(marks(store, admin, own).await, json!(["+8613800138000"]));
    assert!(store.untidy(admin, &CUSTOMER, None).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn duplicates_are_looked_for_daily_if_something_changed() {
    let world = World::new().await;
    let (store, admin, owner) = (world.store(), &world.admin, &world.test.owner);
    let looked_at = async || store.duplicates(admin, &CUSTOMER, SHOWN).await.unwrap().looked_at;
    let twin = async |n: i64| {
        let fields = json!({"name": "Acme Widgets", "kind": "company", "phones": [format!("+86 138 0000 000{n}")], "emails": ["a@acme.example"]});
        create(store, admin, "customer", fields).await
    };
    twin(1).await;
    store.look_for_new_duplicates().await.unwrap();
    assert_eq!(looked_at().await, None, "one alone has no duplicates");
    twin(2).await;
    store.look_for_new_duplicates().await.unwrap();
    let first = looked_at().await;
    assert!(first.is_some());
    assert_eq!(store.duplicates(admin, &CUSTOMER, SHOWN).await.unwrap().open, 1);
    twin(3).await;
    store.look_for_new_duplicates().await.unwrap();
    assert_eq!(looked_at().await, first, "not twice a day");

    let age = async |hours: i32| {
        for sql in [
            "update duplicate_runs set looked_at = now() - make_interval(hours => $1)",
            "update customers set updated_at = now() - make_interval(hours => $1 + 1)",
        ] {
            sqlx::query(sql).bind(hours).execute(owner).await.unwrap();
        }
    };
    age(25).await;
    let aged = looked_at().await;
    store.look_for_new_duplicates().await.unwrap();
    assert_eq!(looked_at().await, aged, "nothing changed since");
    twin(4).await;
    sqlx::query("update duplicate_runs set held_until = now() + interval '1 minute'").execute(owner).await.unwrap();
    store.look_for_new_duplicates().await.unwrap();
    assert_eq!(looked_at().await, aged, "somebody else is at it");
    sqlx::query("update duplicate_runs set held_until = '-infinity'").execute(owner).await.unwrap();
    sqlx::query("insert into tallies (org_id, counted, records) values ($1, 'customers', 300000)")
        .bind(admin.org_id)
        .execute(owner)
        .await
        .unwrap();
    store.look_for_new_duplicates().await.unwrap();
    assert_eq!(looked_at().await, aged, "too many records");
    assert!(store.duplicates(admin, &CUSTOMER, SHOWN).await.unwrap().too_many);
    sqlx::query("delete from tallies where records = 300000").execute(owner).await.unwrap();
    store.look_for_new_duplicates().await.unwrap();
    assert_ne!(looked_at().await, aged);
    let found = store.duplicates(admin, &CUSTOMER, SHOWN).await.unwrap();
    assert_eq!((found.open, found.running, found.too_many), (6, false, false));
}

/// Rows of which somebody said a birthday that is none; gives the run that refused them.
async fn refused(store: &Store, actor: &Actor, rows: &str) -> Uuid {
    let text = format!("name,emails,phones,birth_date\n{rows}");
    let file = store.upload_import(actor, "people.csv", text.as_bytes()).await.unwrap().id;
    let steps = vec![store.suggest_import(actor, file, &CONTACT).await.unwrap()];
    let unknown = Unknown { target: "customer".into(), value: "Jon Smith".into() };
    let answers = vec![Answer { unknown, decision: Decision::Empty }];
    let spec = Spec { files: vec![FilePlan { file, steps }], answers };
    let mut run = store.start_import(actor, &spec).await.unwrap();
    while run.status.is_open() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        run = store.import_run(actor, run.id).await.unwrap();
    }
    run.id
}

#[tokio::test]
async fn imports_keep_nothing_of_somebody_who_is_erased_and_little_for_long() {
    let world = World::new().await;
    let (store, admin, owner) = (world.store(), &world.admin, &world.test.owner);
    let kept = async || -> (i64, i64) {
        let counts =
            "select (select count(*) from import_files where not erased), (select count(*) from import_refusals)";
        sqlx::query_as(counts).fetch_one(owner).await.unwrap()
    };
    let upload = async || store.upload_import(admin, "people.csv", b"name\nJon Smith\n").await.unwrap().id;
    let fields = json!({"name": "Jon Smith", "emails": ["jon@smith.example"], "phones": ["+86 139 0000 7777"]});
    let id = create(store, admin, "contact", fields).await;
    let rows =
        "Smith Jon,,,never\nX,JON@smith.example,,never\nY,,13900007777,never\nAnna,a@b.example,13900008888,never\n";
    let run = refused(store, admin, rows).await;
    let matched = upload().await;
    assert_eq!(kept().await, (1, 4));
    store.erase(admin, &CONTACT, id).await.unwrap();
    assert_eq!(kept().await, (0, 1), "of Anna's row nothing is known of him");
    let told = store.suggest_import(admin, matched, &CONTACT).await.unwrap_err();
    assert_eq!(told, Error::invalid("file", FILE_ERASED), "whoever was matching it is told why");
    let ended = store.import_runs(admin).await.unwrap().remove(0);
    let why = (ended.title.as_str(), ended.status, ended.reason.as_deref());
    assert_eq!(why, ("people.csv", Status::Failed, Some(FILE_ERASED)));
    let left = "select octet_length(content) from import_files where erased";
    let left: Vec<i32> = sqlx::query_scalar(left).fetch_all(owner).await.unwrap();
    assert_eq!(left, [0]);
    let named: i64 = sqlx::query_scalar("select count(*) from import_runs where spec::text ilike '%smith%'")
        .fetch_one(owner)
        .await
        .unwrap();
    assert_eq!(named, 0);

    let file = upload().await;
    store.upkeep().await.unwrap();
    assert_eq!(kept().await, (1, 1), "it is of today");
    sqlx::query("update import_files set created_at = now() - interval '2 days'").execute(owner).await.unwrap();
    sqlx::query(
        "update import_runs set status = 'waiting', held_until = 'infinity', finished_at = now() - interval '31 days',
                spec = jsonb_set(spec, '{files,0,file}', to_jsonb($2::uuid)) where id = $1",
    )
    .bind(run)
    .bind(file)
    .execute(owner)
    .await
    .unwrap();
    store.upkeep().await.unwrap();
    assert_eq!(kept().await, (1, 1), "a run needs them");
    sqlx::query("update import_runs set status = 'finished'").execute(owner).await.unwrap();
    store.upkeep().await.unwrap();
    assert_eq!(kept().await, (0, 0));
}
