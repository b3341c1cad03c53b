//! An organisation to write into: people with different rights, a pipeline, customers and deals.

use serde_json::{Value, json};
use shared::access::Actor;
use shared::command::{Change, Command, Outcome};
use shared::live::Cursor;
use shared::query::{Filter, ListQuery, Op};
use shared::types::by_name;
use shared::{Result, Row, Values};
use store::Store;
use uuid::Uuid;

use crate::support::TestStore;
use crate::support::sample::founded;

/// One organisation on two server nodes.
pub(crate) struct World {
    pub(crate) test: TestStore,
    /// A second node on the same database.
    pub(crate) other_node: Store,
    /// Reads and writes everything.
    pub(crate) admin: Actor,
    /// Leads both representatives.
    pub(crate) manager: Actor,
    /// Two who work with what is their own.
    pub(crate) reps: [Actor; 2],
    pub(crate) stages: Vec<Uuid>,
}

pub(crate) fn values(fields: Value) -> Values {
    fields.as_object().unwrap().clone()
}

pub(crate) async fn apply(store: &Store, actor: &Actor, record_type: &str, change: Change) -> Result<Outcome> {
    store.apply(actor, Command::one(record_type, change)).await
}

/// Makes a record and gives its id.
pub(crate) async fn create(store: &Store, actor: &Actor, record_type: &str, fields: Value) -> Uuid {
    let id = Uuid::now_v7();
    apply(store, actor, record_type, Change::Create { id, values: values(fields) }).await.unwrap();
    id
}

/// Changes fields of a record, whoever changed it before.
pub(crate) async fn update(store: &Store, actor: &Actor, record_type: &str, id: Uuid, fields: Value) -> Row {
    let change = Change::Update { id, version: None, values: values(fields) };
    apply(store, actor, record_type, change).await.unwrap().rows.remove(0)
}

/// The position of a snapshot taken now.
pub(crate) async fn position(store: &Store, actor: &Actor) -> Cursor {
    let page = store.list(actor, by_name("tag").unwrap(), &ListQuery::default()).await.unwrap();
    page.live.parse().unwrap()
}

pub(crate) async fn role_id(store: &Store, admin: &Actor, name: &str) -> Uuid {
    let query = ListQuery { filter: Some(Filter::field("name", Op::Eq, name)), ..ListQuery::default() };
    store.list(admin, by_name("role").unwrap(), &query).await.unwrap().rows[0].id
}

impl World {
    pub(crate) async fn new() -> Self {
        let (test, admin) = founded().await;
        let store = test.store.clone();
        let team = create(&store, &admin, "team", json!({"name": "North"})).await;
        let user = async |name: &str, role: &str| {
            let role = role_id(&store, &admin, role).await;
            let fields = json!({"name": name, "role_ids": [role], "team_id": team});
            let id = create(&store, &admin, "user", fields).await;
            store.actor(admin.org_id, id).await.unwrap()
        };
        let manager = user("Manager", "Sales manager").await;
        let reps = [user("First", "Sales rep").await, user("Second", "Sales rep").await];
        let stages = pipeline(&store, &admin).await;
        let other_node = Store::connect(&test.url, 6).await.unwrap();
        Self { other_node, admin, manager, reps, stages, test }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.test.store
    }

    /// A customer of somebody.
    pub(crate) async fn customer(&self, owner: &Actor) -> Uuid {
        create(self.store(), &self.admin, "customer", json!({"name": "Huamei", "owner_id": owner.user_id})).await
    }

    /// A deal of somebody, with a customer or without.
    pub(crate) async fn deal(&self, owner: &Actor, customer: Option<Uuid>) -> Uuid {
        let fields = json!({"name": "Screens", "owner_id": owner.user_id, "customer_id": customer,
                            "stage_id": self.stages[0], "amount": "1200.00"});
        create(self.store(), &self.admin, "opportunity", fields).await
    }

    pub(crate) async fn give(&self, record_type: &str, id: Uuid, to: &Actor) -> Row {
        update(self.store(), &self.admin, record_type, id, json!({"owner_id": to.user_id})).await
    }
}

async fn pipeline(store: &Store, admin: &Actor) -> Vec<Uuid> {
    let pipeline = create(store, admin, "pipeline", json!({"name": "Sales", "currency": "CNY"})).await;
    let mut stages = Vec::new();
    for (position, name) in ["New", "Talks", "Offer"].into_iter().enumerate() {
        let fields = json!({"name": name, "pipeline_id": pipeline, "position": position, "probability": 10});
        stages.push(create(store, admin, "stage", fields).await);
    }
    stages
}

/// Another organisation in the same database; its administrator.
pub(crate) async fn other_organisation(store: &Store) -> Actor {
    let admin = Actor::administrator(Uuid::now_v7(), Uuid::now_v7());
    let role = create(store, &admin, "role", json!({"name": "Administrator", "grants": {"admin": true}})).await;
    for (record_type, id, fields) in [
        ("user", admin.user_id, json!({"name": "Stranger", "role_ids": [role]})),
        ("organisation", admin.org_id, json!({"name": "Others", "currency": "EUR", "timezone": "UTC", "locale": "en"})),
    ] {
        apply(store, &admin, record_type, Change::Create { id, values: values(fields) }).await.unwrap();
    }
    admin
}
