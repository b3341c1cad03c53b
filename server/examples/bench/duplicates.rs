//! Looking for duplicates among all customers.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::data::World;
use crate::figures::{Aim, Figures, Line};
use crate::harness::Outcome;

/// How often it is asked whether the search has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How long comparing all customers takes, twice.
pub(crate) async fn lines(world: &mut World, customers: i64) -> Outcome<Vec<Line>> {
    let mut took = Figures::default();
    let mut open = 0;
    for _ in 0..2 {
        let begun = Instant::now();
        world.client.call("look_for_duplicates", &json!({"record_type": "customer"})).await?;
        loop {
            let answer = world.client.call("duplicates", &json!({"record_type": "customer", "shown": 0})).await?;
            let state: Value = serde_json::from_slice(&answer)?;
            if state["running"] == false {
                open = state["open"].as_u64().unwrap_or_default();
                break;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        took.add(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    let what = format!("look for duplicates among {customers} customers ({open} pairs)");
    Ok(vec![Line { group: "duplicates", what, unit: "ms".into(), guanxi: took, baseline: None, aim: Aim::Known }])
}
