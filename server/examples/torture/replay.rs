//! The audit log played from its beginning must give the tables.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::harness::Outcome;

/// Kept by the store itself without anybody having done something: stamps, places spread anew, what follows from others.
const KEPT: [&str; 7] =
    ["updated_at", "updated_by", "created_at", "rank", "last_activity_at", "next_activity_at", "stage_changed_at"];
/// Kept by the store of tickets: who wrote when, and the clocks.
const KEPT_OF_TICKETS: [&str; 12] = [
    "customer_wrote_at",
    "agent_wrote_at",
    "first_answered_at",
    "sla_policy_id",
    "sla_state",
    "due_at",
    "due_clock",
    "at_risk_at",
    "clocks",
    "sla_check_at",
    "first_response_worked",
    "resolution_worked",
];

fn is_kept(record_type: &str, field: &str) -> bool {
    KEPT.contains(&field) || record_type == "ticket" && KEPT_OF_TICKETS.contains(&field)
}

/// Records as the audit log tells of them.
pub(crate) struct Replay {
    records: BTreeMap<(String, Uuid), Map<String, Value>>,
    /// Entries that do not go on from those before.
    pub(crate) broken: Vec<String>,
}

impl Replay {
    /// Plays the log.
    pub(crate) async fn of(db: &mut PgConnection) -> Outcome<Self> {
        let sql =
            "select record_type, record_id, action, changes, version from audit_entries order by record_id, version";
        let mut replay = Self { records: BTreeMap::new(), broken: Vec::new() };
        for row in sqlx::query(sql).fetch_all(db).await? {
            let Json(changes): Json<BTreeMap<String, [Value; 2]>> = row.get(3);
            replay.play((row.get(0), row.get(1)), row.get(2), changes, row.get(4));
        }
        Ok(replay)
    }

    fn play(&mut self, key: (String, Uuid), action: &str, changes: BTreeMap<String, [Value; 2]>, version: i64) {
        let record = self.records.entry(key.clone()).or_default();
        for (field, [before, after]) in changes {
            let was = record.insert(field.clone(), after).unwrap_or_default();
            // Whoever wrote that had not seen what was written before.
            if was != before && !is_kept(&key.0, &field) {
                self.broken.push(format!(
                    "{} {}: version {version} changes {field} from {before}, it was {was}",
                    key.0, key.1
                ));
            }
        }
        if action == "delete" {
            self.records.remove(&key);
        }
    }

    /// Where the records of a type are not what the log says.
    pub(crate) fn differences(&self, record_type: &str, rows: &[Value]) -> Vec<String> {
        let mut found = Vec::new();
        let mut there = BTreeSet::new();
        for row in rows {
            let id: Uuid = row["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
            let Some(told) = self.records.get(&(record_type.to_owned(), id)) else {
                found.push(format!("{record_type} {id} is in the table, the audit log lacks it"));
                continue;
            };
            there.insert(id);
            let fields = row.as_object().into_iter().flatten().map(|(name, _)| name).chain(told.keys());
            let fields =
                fields.filter(|name| !matches!(name.as_str(), "id" | "version") && !is_kept(record_type, name));
            for name in fields.collect::<BTreeSet<_>>() {
                let (expected, value) = (told.get(name).unwrap_or(&Value::Null), &row[name]);
                if expected != value {
                    found.push(format!("{record_type} {id}: {name} is {value}, the audit log says {expected}"));
                }
            }
        }
        // One by one: numbers would be others at each look, and pass for something that goes on.
        let logged = self.records.keys().filter(|(of, _)| of == record_type).map(|(_, id)| id);
        let lost = logged.filter(|id| !there.contains(id));
        found.extend(lost.map(|id| format!("{record_type} {id} is in the audit log, the table lacks it")));
        found
    }
}
