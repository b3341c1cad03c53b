//! What Postgres' planner knows of tables that grew at once.

use shared::RecordDef;

use crate::error::from_sqlx;
use crate::pool::Store;

/// Grows with every record.
const INDEX: &str = "search_entries";

impl Store {
    /// Has Postgres look at the tables of types of which thousands were written, and of what is written with them, as it would by
    /// itself some time later: who reads them before would wait for plans that are made for dozens. Each in a transaction of its
    /// own, since live delivery waits for open ones. Without it everything is as slow as it was: no fault.
    pub(crate) async fn look_at_grown(&self, types: impl Iterator<Item = &'static RecordDef>) {
        let grown: Vec<&str> = types.map(RecordDef::table).chain([INDEX]).collect();
        let looked_at = async {
            let tables: Vec<String> = sqlx::query_scalar("select guanxi_grown($1)")
                .bind(grown)
                .fetch_all(&self.pool)
                .await
                .map_err(from_sqlx)?;
            for table in tables {
                let look = sqlx::query("select guanxi_analyze($1)").bind(table);
                look.execute(&self.pool).await.map_err(from_sqlx)?;
            }
            Ok::<_, shared::Error>(())
        };
        if let Err(fault) = looked_at.await {
            tracing::warn!(%fault, "the planner knows nothing of the new rows yet");
        }
    }
}
