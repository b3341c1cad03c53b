//! What is promised: examples, and comparison with a minute-by-minute simulation.

mod calendar;
mod clocks;
mod escalation;
mod hours;
mod random;
mod simulated;
mod turns;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::BusinessHours;
use crate::format::Zone;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn minutes(count: i64) -> Duration {
    Duration::minutes(count)
}

fn shanghai() -> Zone {
    Zone::fixed("Asia/Shanghai", 8 * 3600)
}

/// Clocks go forward on a Sunday in March at 07:00 UTC and back on one in November at 06:00 UTC.
fn new_york() -> Zone {
    let changes = [
        ("2023-11-05T06:00:00Z", -5),
        ("2024-03-10T07:00:00Z", -4),
        ("2024-11-03T06:00:00Z", -5),
        ("2025-03-09T07:00:00Z", -4),
        ("2025-11-02T06:00:00Z", -5),
        ("2026-03-08T07:00:00Z", -4),
        ("2026-11-01T06:00:00Z", -5),
        ("2027-03-14T07:00:00Z", -4),
        ("2027-11-07T06:00:00Z", -5),
    ];
    let transitions = changes.map(|(change, hours)| (at(change).timestamp(), hours * 3600)).to_vec();
    Zone { name: "America/New_York".into(), transitions }
}

/// Monday to Friday, 9 to 12 and 13 to 18.
fn office() -> Value {
    let day = json!([["09:00", "12:00"], ["13:00", "18:00"]]);
    json!({ "mon": day, "tue": day, "wed": day, "thu": day, "fri": day })
}

fn open(zone: Zone, hours: &Value) -> BusinessHours {
    BusinessHours::parse(zone, hours, &Value::Null, &Value::Null).unwrap()
}
