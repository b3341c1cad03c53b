//! Exports in the background: ask, watch, stop, forget. Their files have addresses of their own.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use shared::export::{Run, Spec};
use uuid::Uuid;

use super::Fault;

/// Has a file made.
#[server(prefix = "/api/fn", endpoint = "start_export", input = Json, output = Json)]
pub async fn start_export(spec: Spec) -> Result<Run, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.start_export(&actor, &spec, (shared::command::Source::Web, None)).await?)
}

/// The latest of one's own.
#[server(prefix = "/api/fn", endpoint = "export_runs", input = Json, output = Json)]
pub async fn export_runs() -> Result<Vec<Run>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.export_runs(&actor).await?)
}

/// Stops one.
#[server(prefix = "/api/fn", endpoint = "cancel_export", input = Json, output = Json)]
pub async fn cancel_export(id: Uuid) -> Result<Run, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.cancel_export(&actor, id).await?)
}

/// Forgets one, with its file.
#[server(prefix = "/api/fn", endpoint = "delete_export", input = Json, output = Json)]
pub async fn delete_export(id: Uuid) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.delete_export(&actor, id).await?)
}
