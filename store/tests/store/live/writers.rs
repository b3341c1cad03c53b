//! People who change everything at once.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use shared::access::Actor;
use shared::command::Change;
use store::Store;
use uuid::Uuid;

use super::world::{World, apply, values};

/// What there is to change; grows with what writers make.
#[derive(Clone)]
pub(crate) struct Pool {
    admin: Actor,
    owners: Vec<Uuid>,
    stages: Vec<Uuid>,
    customers: Arc<Mutex<Vec<Uuid>>>,
    deals: Arc<Mutex<Vec<Uuid>>>,
}

impl Pool {
    pub(crate) async fn new(world: &World) -> Self {
        let [first, second] = &world.reps;
        let mut customers = Vec::new();
        let mut deals = Vec::new();
        for owner in [first, second, &world.manager, &world.admin] {
            let customer = world.customer(owner).await;
            customers.push(customer);
            deals.push(world.deal(first, Some(customer)).await);
            deals.push(world.deal(owner, None).await);
        }
        Self {
            admin: world.admin.clone(),
            owners: [first, second, &world.manager, &world.admin].map(|actor| actor.user_id).to_vec(),
            stages: world.stages.clone(),
            customers: Arc::new(Mutex::new(customers)),
            deals: Arc::new(Mutex::new(deals)),
        }
    }
}

/// Pseudo-random numbers: the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn one(&mut self, of: &[Uuid]) -> Uuid {
        of[self.below(of.len())]
    }

    fn from(&mut self, of: &Mutex<Vec<Uuid>>) -> Uuid {
        let ids = of.lock().unwrap().clone();
        self.one(&ids)
    }
}

/// Makes `count` attempts; says how many were carried out. Some are refused, as when two delete the same.
pub(crate) async fn write(store: Store, pool: Pool, seed: u64, count: usize) -> usize {
    let mut dice = Dice(seed + 1);
    let mut done = 0;
    for _ in 0..count {
        let (record_type, change) = change(&pool, &mut dice);
        let made = match &change {
            Change::Create { id, .. } => Some(*id),
            _ => None,
        };
        if apply(&store, &pool.admin, record_type, change).await.is_ok() {
            done += 1;
            let ids = if record_type == "customer" { &pool.customers } else { &pool.deals };
            ids.lock().unwrap().extend(made.filter(|_| record_type != "task"));
        }
    }
    done
}

fn change(pool: &Pool, dice: &mut Dice) -> (&'static str, Change) {
    let (deal, customer) = (dice.from(&pool.deals), dice.from(&pool.customers));
    let (owner, stage) = (dice.one(&pool.owners), dice.one(&pool.stages));
    let update = |id: Uuid, fields: Value| Change::Update { id, version: None, values: values(fields) };
    let create = |fields: Value| Change::Create { id: Uuid::now_v7(), values: values(fields) };
    let amount = format!("{}.00", dice.below(10_000));
    match dice.below(12) {
        0 => ("customer", create(json!({"name": amount, "owner_id": owner}))),
        1 => ("customer", update(customer, json!({"owner_id": owner}))),
        2 => ("customer", update(customer, json!({"name": amount}))),
        3 => ("customer", Change::Delete { id: customer }),
        4 => {
            let fields = json!({"name": amount, "owner_id": owner, "customer_id": customer, "stage_id": stage});
            ("opportunity", create(fields))
        }
        5 => ("opportunity", update(deal, json!({"owner_id": owner}))),
        6 => ("opportunity", update(deal, json!({"customer_id": customer}))),
        7 => ("opportunity", Change::Archive { id: deal }),
        8 => ("opportunity", Change::Delete { id: deal }),
        9 => ("task", create(json!({"subject": amount, "owner_id": owner, "opportunity_id": deal}))),
        _ => ("opportunity", update(deal, json!({"stage_id": stage, "rank": "top", "amount": amount}))),
    }
}
