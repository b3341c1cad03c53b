//! The audit log played from its beginning must give the tables.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::harness::Outcome;

/// Kept by the store itself without anybody having done something: stamps, places spread anew, what follows from others.
const KEPT: [&str; 7] =
    ["updated_at", "updated_by", "created_at", "rank", "last_activity_at", "next_activity_at", "stage_changed_at"];

/// Records as the audit log tells of them.
pub(crate) struct Replay(BTreeMap<(String, Uuid), Map<String, Value>>);

impl Replay {
    /// Plays the log.
    pub(crate) async fn of(db: &mut PgConnection) -> Outcome<Self> {
        let sql = "select record_type, record_id, action, changes from audit_entries order by record_id, version";
        let mut records: BTreeMap<(String, Uuid), Map<String, Value>> = BTreeMap::new();
        for row in sqlx::query(sql).fetch_all(db).await? {
            let key: (String, Uuid) = (row.get(0), row.get(1));
            let action: String = row.get(2);
            let Json(changes): Json<BTreeMap<String, [Value; 2]>> = row.get(3);
            if action == "delete" {
                records.remove(&key);
                continue;
            }
            let record = records.entry(key).or_default();
            record.extend(changes.into_iter().map(|(field, [_, after])| (field, after)));
        }
        Ok(Self(records))
    }

    /// Where the records of a type are not what the log says.
    pub(crate) fn differences(&self, record_type: &str, rows: &[Value]) -> Vec<String> {
        let mut found = Vec::new();
        let mut there = 0;
        for row in rows {
            let id: Uuid = row["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
            let Some(told) = self.0.get(&(record_type.to_owned(), id)) else {
                found.push(format!("{record_type} {id} is in the table, the audit log lacks it"));
                continue;
            };
            there += 1;
            let values =
                row["values"].as_object().into_iter().flatten().filter(|(name, _)| !KEPT.contains(&name.as_str()));
            for (name, value) in values {
                let expected = told.get(name).unwrap_or(&Value::Null);
                if expected != value {
                    found.push(format!("{record_type} {id}: {name} is {value}, the audit log says {expected}"));
                }
            }
        }
        let logged = self.0.keys().filter(|(of, _)| of == record_type).count();
        if logged != there {
            found.push(format!("{record_type}: {logged} by the audit log, {there} in the table"));
        }
        found
    }
}
