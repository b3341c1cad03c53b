//! In a browser: first load on a phone, dragging on the big board, memory. Measured by a script of its own
//! (`end2end/bench/browser.mjs`), which says what it found line by line.

use serde::Deserialize;
use tokio::process::Command;

use crate::data::World;
use crate::figures::{Aim, Line};
use crate::harness::Outcome;

/// A line of the script's.
#[derive(Deserialize)]
struct Found {
    what: String,
    unit: String,
    figures: Vec<f64>,
    at_least: Option<f64>,
    at_most: Option<f64>,
}

/// What a browser finds that opens the board of `world`.
pub(crate) async fn lines(world: &World) -> Outcome<Vec<Line>> {
    let script = Command::new("node")
        .arg("end2end/bench/browser.mjs")
        .arg(format!("http://{}", world.client.host))
        .arg(world.client.cookie())
        .arg(world.pipeline.to_string())
        .stderr(std::process::Stdio::inherit())
        .output()
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
        Self { group: "browser", what: found.what, unit: found.unit.into(), guanxi, baseline: None, aim }
    }
}
