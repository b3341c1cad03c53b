//! Timelines.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use shared::query::Past;
use shared::timeline::{TimelinePage, TimelineQuery};
use uuid::Uuid;

use super::Fault;

/// A page of a record's timeline.
#[server(prefix = "/api/fn", endpoint = "timeline", input = Json, output = Json)]
pub async fn read_timeline(record_type: String, id: Uuid, query: TimelineQuery) -> Result<TimelinePage, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.timeline(&actor, super::record_type(&record_type)?, id, &query).await?)
}

/// A record as it was right after one of its changes.
#[server(prefix = "/api/fn", endpoint = "past_record", input = Json, output = Json)]
pub async fn past_record(record_type: String, id: Uuid, change: i64) -> Result<Past, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.past(&actor, super::record_type(&record_type)?, id, change).await?)
}
