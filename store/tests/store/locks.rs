//! Who holds what while others wait. Each of these waited in a circle until Postgres ended one of the two.

use serde_json::json;
use shared::Values;
use shared::command::{Change, Command, Source};
use shared::duplicates::Merge;
use shared::types::{CONTACT, CUSTOMER, OPPORTUNITY, SURVEY, SURVEY_RESPONSE, TICKET, TICKET_MESSAGE};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use tokio::time::{Duration, sleep, timeout};
use uuid::Uuid;

use crate::desk::Desk;
use crate::support::TestStore;
use crate::support::sample::World;

/// Somebody else's transaction, statement by statement.
pub(crate) struct Other {
    connection: PgConnection,
    pid: i32,
    owner: PgPool,
}

impl Other {
    pub(crate) async fn begin(test: &TestStore) -> Self {
        let mut connection = test.owner.acquire().await.unwrap().detach();
        sqlx::raw_sql("begin").execute(&mut connection).await.unwrap();
        let pid = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut connection).await.unwrap();
        Self { connection, pid, owner: test.owner.clone() }
    }

    pub(crate) async fn run(&mut self, sql: String) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await.unwrap();
    }

    pub(crate) async fn lock(&mut self, table: &str, id: Uuid, strength: &str) {
        self.run(format!("select from {table} where id = '{id}' for {strength}")).await;
    }

    pub(crate) async fn commit(mut self) {
        self.run("commit".to_owned()).await;
    }

    /// Until somebody waits for this transaction.
    pub(crate) async fn is_waited_for(&self) {
        let sql = "select exists (select from pg_stat_activity
                   where datname = current_database() and $1 = any (pg_blocking_pids(pid)))";
        for _ in 0..500 {
            let waits: bool = sqlx::query_scalar(sql).bind(self.pid).fetch_one(&self.owner).await.unwrap();
            if waits {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody waits");
    }
}

#[tokio::test]
async fn a_ticket_that_comes_while_its_customer_is_merged_is_held_before_the_customer() {
    let desk = Desk::new(0).await;
    let (store, admin) = (&desk.test.store, &desk.admin);
    let stays = desk.make(&CUSTOMER, json!({"kind": "company", "name": "Huamei"})).await.id;
    let goes = desk.make(&CUSTOMER, json!({"kind": "company", "name": "Huamei Ltd"})).await.id;
    let known = desk.make(&TICKET, json!({"subject": "Known", "customer_id": goes})).await.id;
    let mut first = Other::begin(&desk.test).await;
    first.lock("tickets", known, "no key update").await;
    let mut agent = Other::begin(&desk.test).await;
    let merge = Merge {
        record_type: "customer".into(),
        into: stays,
        others: vec![goes],
        values: Values::new(),
        seen: Vec::new(),
    };
    let meanwhile = async {
        first.is_waited_for().await;
        let late = desk.make(&TICKET, json!({"subject": "Late", "customer_id": goes})).await.id;
        agent.lock("tickets", late, "no key update").await;
        first.commit().await;
        agent.is_waited_for().await;
        // As Postgres does when a ticket is written a second time.
        agent.lock("customers", goes, "key share").await;
        agent.commit().await;
        late
    };
    let (merged, late) = tokio::join!(store.merge(admin, &merge), meanwhile);
    merged.unwrap();
    for id in [known, late] {
        let ticket = store.get(admin, &TICKET, id).await.unwrap().row;
        assert_eq!(ticket.reference("customer_id"), Some(stays), "{ticket:?}");
    }
}

#[tokio::test]
async fn a_message_that_is_led_elsewhere_meanwhile_is_written_after_its_new_ticket() {
    let desk = Desk::new(0).await;
    let (store, admin) = (&desk.test.store, &desk.admin);
    let from = desk.make(&TICKET, json!({"subject": "From"})).await.id;
    let to = desk.make(&TICKET, json!({"subject": "To"})).await.id;
    let said = json!({"ticket_id": from, "direction": "inbound", "content": "<p>One</p>"});
    let message = desk.make(&TICKET_MESSAGE, said).await.id;
    let mut merge = Other::begin(&desk.test).await;
    merge.lock("tickets", from, "no key update").await;
    let mut agent = Other::begin(&desk.test).await;
    agent.lock("tickets", to, "no key update").await;
    let meanwhile = async {
        merge.is_waited_for().await;
        merge.run(format!("update ticket_messages set ticket_id = '{to}' where id = '{message}'")).await;
        merge.commit().await;
        agent.is_waited_for().await;
        agent.lock("ticket_messages", message, "no key update").await;
        agent.commit().await;
    };
    let values = Values::from_iter([("content".to_owned(), "<p>Two</p>".into())]);
    let change = Change::Update { id: message, version: None, values };
    let command = Command { source: Source::Mail, ..Command::one(TICKET_MESSAGE.name, change) };
    let (written, ()) = tokio::join!(store.apply(admin, command), meanwhile);
    written.unwrap();
    let row = store.get(admin, &TICKET_MESSAGE, message).await.unwrap().row;
    assert_eq!(row.reference("ticket_id"), Some(to));
    assert!(row.text("content").is_some_and(|content| content.contains("Two")), "{row:?}");
}

#[tokio::test]
async fn an_answer_to_a_survey_is_given_after_its_ticket_is_held() {
    let desk = Desk::new(0).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Rated"})).await.id;
    let survey = json!({"name": "How was it?", "kind": "csat", "question": "How was it?", "active": true});
    let survey = desk.make(&SURVEY, survey).await.id;
    let mut undo = Other::begin(&desk.test).await;
    undo.lock("tickets", ticket, "no key update").await;
    let meanwhile = async {
        undo.is_waited_for().await;
        // As what made the ticket would be taken back.
        undo.lock("tickets", ticket, "update").await;
        undo.commit().await;
    };
    let answer = json!({"survey_id": survey, "ticket_id": ticket, "score": 4});
    tokio::join!(desk.make(&SURVEY_RESPONSE, answer), meanwhile);
    let rated = desk.test.store.get(&desk.admin, &TICKET, ticket).await.unwrap().row;
    assert_eq!(rated.integer("satisfaction"), Some(4));
}

#[tokio::test]
async fn what_somebody_asks_while_their_erasure_waits_is_erased_with_the_rest() {
    let desk = Desk::new(0).await;
    let (store, admin) = (&desk.test.store, &desk.admin);
    let li = desk.make(&CONTACT, json!({"name": "Li Lei", "emails": ["li@example.com"]})).await.id;
    let known = desk.make(&TICKET, json!({"subject": "Known", "contact_id": li})).await.id;
    let mut first = Other::begin(&desk.test).await;
    first.lock("tickets", known, "no key update").await;
    let meanwhile = async {
        first.is_waited_for().await;
        let late = desk.make(&TICKET, json!({"subject": "Late", "contact_id": li})).await.id;
        first.commit().await;
        late
    };
    let (erased, late) = tokio::join!(store.erase(admin, &CONTACT, li), meanwhile);
    erased.unwrap();
    for id in [known, late] {
        let row = store.get(admin, &TICKET, id).await.unwrap().row;
        assert!(row.text("subject").is_some_and(|subject| subject.contains("Erased person")), "{row:?}");
    }
}

/// Changes a deal without waiting for anybody; how long its rank is then.
async fn rank_after(world: &World, deal: Uuid, (field, value): (&str, String)) -> usize {
    let values = Values::from_iter([(field.to_owned(), value.into())]);
    let change = world.apply(&OPPORTUNITY, Change::Update { id: deal, version: None, values });
    let changed = timeout(Duration::from_secs(10), change).await.expect("it waits for what is merged").unwrap();
    changed.rows[0].text("rank").unwrap().len()
}

#[tokio::test]
async fn a_crowded_deal_does_not_wait_for_its_customer_who_is_merged() {
    let world = World::new().await;
    let stage = world.read(&OPPORTUNITY, world.base["opportunity"]).await.unwrap().value("stage_id").clone();
    let mut deals = Vec::new();
    for end in ["M", "c", "a"] {
        let values = json!({"name": "Placed", "stage_id": stage, "customer_id": world.base["customer"]});
        let deal = world.make_with(&OPPORTUNITY, values.as_object().unwrap().clone()).await.id;
        let sql = format!("update opportunities set rank = repeat('M', 50) || '{end}' where id = '{deal}'");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&world.test.owner).await.unwrap();
        deals.push(deal);
    }
    let mut merge = Other::begin(&world.test).await;
    merge.lock("customers", world.base["customer"], "update").await;
    let between = ("rank", format!("after:{}", deals[2]));
    assert_eq!(rank_after(&world, deals[0], between).await, 51, "it is not spread");
    // As whoever merges customers leads their deals.
    merge.lock("opportunities", deals[0], "no key update").await;
    merge.commit().await;
    assert!(rank_after(&world, deals[0], ("name", "Spread".to_owned())).await < 48, "the next write spreads it");
}
