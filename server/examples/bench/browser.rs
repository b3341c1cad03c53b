//! In a browser: first load on a phone, dragging on the big board, a long queue of tickets, memory. Measured by a script of its own
//! (`end2end/bench/browser.mjs`), which says what it found line by line.

use std::process::Stdio;

use serde::Deserialize;
use serde_json::json;
use tokio::process::Command;

use crate::data::{Size, World};
use crate::desk::OPEN;
use crate::figures::{Aim, Line};
use crate::harness::Outcome;

/// A line of the script's.
#[derive(Deserialize)]
struct Found {
    what: String,
    unit: String,
    figures: Vec<f64>,
    baseline: Option<Vec<f64>>,
    at_least: Option<f64>,
    at_most: Option<f64>,
}

/// Tickets in the queue that a long one is compared with.
const FEW: usize = 100;

/// What a browser finds that opens the board and the desk of `world`.
pub(crate) async fn lines(world: &mut World, size: Size) -> Outcome<Vec<Line>> {
    let few = world.create("queue", vec![json!({"name": "Few", "routing": "manual"})]).await?[0];
    let ticket = |n| json!({"subject": format!("Ticket {n}"), "queue_id": few, "status": "open"});
    world.create("ticket", (0..FEW).map(ticket).collect()).await?;
    let script = Command::new("node")
        .arg("end2end/bench/browser.mjs")
        .arg(format!("http://{}", world.client.host))
        .arg(world.client.cookie())
        .arg(world.pipeline.to_string())
        .args([format!("{}:{}", world.desk.queue, size.tickets / OPEN), format!("{few}:{FEW}")])
        .stdout(Stdio::piped())
        // Not `output()`: that keeps to itself what went wrong.
        .spawn()?
        .wait_with_output()
        .await?;
    if !script.status.success() {
        return Err(format!("the browser's part: {}", script.status).into());
    }
    let found = String::from_utf8(script.stdout)?;
    found.lines().map(|line| Ok(Line::from(serde_json::from_str::<Found>(line)?))).collect()
}

impl From<Found> for Line {
    fn from(found: Found) -> Self {
        let aim = match (found.at_least, found.at_most) {
            (Some(least), _) => Aim::AtLeast(least),
            (None, Some(most)) => Aim::AtMost(most),
            (None, None) => Aim::Known,
        };
        let guanxi = found.figures.into_iter().collect();
        let baseline = found.baseline.map(Vec::into_iter).map(Iterator::collect);
        Self { group: "browser", what: found.what, unit: found.unit.into(), guanxi, baseline, aim }
    }
}
