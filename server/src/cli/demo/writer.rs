//! Writes demo records through the one write path.

use serde_json::Value;
use shared::access::Actor;
use shared::command::{Change, Command, Source};
use store::Store;
use uuid::Uuid;

/// Rows per command.
const CHUNK: usize = 500;

pub(super) struct Writer {
    pub(super) store: Store,
    pub(super) actor: Actor,
}

impl Writer {
    /// Creates records; each is a JSON object. Gives their ids in order.
    pub(super) async fn create(&self, record_type: &str, records: Vec<Value>) -> shared::Result<Vec<Uuid>> {
        let changes: Vec<Change> = records
            .into_iter()
            .map(|record| {
                let mut values = record.as_object().cloned().unwrap_or_default();
                values.retain(|_, value| !value.is_null());
                Change::Create { id: Uuid::now_v7(), values }
            })
            .collect();
        let ids = changes.iter().map(Change::id).collect();
        self.apply(record_type, changes).await?;
        Ok(ids)
    }

    /// Changes records: by each id the values that are new.
    pub(super) async fn update(&self, record_type: &str, records: Vec<(Uuid, Value)>) -> shared::Result<()> {
        let change = |(id, record): (Uuid, Value)| Change::Update {
            id,
            version: None,
            values: record.as_object().cloned().unwrap_or_default(),
        };
        self.apply(record_type, records.into_iter().map(change).collect()).await
    }

    async fn apply(&self, record_type: &str, changes: Vec<Change>) -> shared::Result<()> {
        for chunk in changes.chunks(CHUNK) {
            let command = Command {
                record_type: record_type.to_owned(),
                changes: chunk.to_vec(),
                all_or_nothing: true,
                source: Source::System,
                ..Command::default()
            };
            let outcome = self.store.apply(&self.actor, command).await?;
            if let Some(refusal) = outcome.refused.into_iter().next() {
                return Err(refusal.error);
            }
        }
        Ok(())
    }

    /// Ids and rows of all records of a small type.
    pub(super) async fn all(&self, record_type: &str) -> shared::Result<Vec<shared::Row>> {
        let def = shared::types::by_name(record_type).ok_or(shared::Error::NotFound)?;
        let query = shared::query::ListQuery { limit: shared::query::MAX_PAGE, ..Default::default() };
        let mut rows = self.store.list(&self.actor, def, &query).await?.rows;
        rows.reverse();
        Ok(rows)
    }
}
