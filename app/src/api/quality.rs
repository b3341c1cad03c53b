//! Data quality: figures, and what tidying would change.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use shared::quality::Quality;
use shared::tidy::Part;
use uuid::Uuid;

use super::Fault;

/// How well kept the records of a type are.
#[server(prefix = "/api/fn", endpoint = "quality_of", input = Json, output = Json)]
pub async fn quality_of(record_type: String) -> Result<Quality, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.quality(&actor, super::record_type(&record_type)?).await?)
}

/// Values that rules would write in another way, in the next part of a type's records.
#[server(prefix = "/api/fn", endpoint = "untidy", input = Json, output = Json)]
pub async fn untidy(record_type: String, after: Option<Uuid>) -> Result<Part, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.untidy(&actor, super::record_type(&record_type)?, after).await?)
}
