//! `GET /{plural}/export.{csv,xlsx,vcf}`: a list as the file that the pages give. `/exports`: the same in the background.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::Utc;
use serde_json::{Value, json};
use shared::FieldError;
use shared::command::Source;
use shared::export::{Run, Spec, file_of};
use shared::import::FileKind;
use store::Store;

use super::body::{Body, idempotency_key};
use super::caller::Caller;
use super::listing::{Everything, LABELS};
use super::problem::Answer;
use super::target::{Id, Target};
use super::typed::typed;
use crate::upload::{exported, kept};

/// All rows that the query asks for, in its order; for people to read if it says in which language.
pub(super) async fn export(
    kind: FileKind,
    Caller(actor): Caller,
    target: Target,
    Everything { query, labels }: Everything,
    State(store): State<Store>,
) -> Answer<Response> {
    if kind == FileKind::Vcf && labels.is_some() {
        return Err(FieldError::new(LABELS, "unknown_field").into());
    }
    let name = file_of(&actor, target.def, (labels, None), (Utc::now(), kind));
    Ok(exported(&store, &actor, (target.def, query), (kind, labels, Source::Api), &name).await?)
}

/// `POST /exports`: accepted, and made in the background; `Location` tells how far it is.
pub(super) async fn start(
    Caller(actor): Caller,
    State(store): State<Store>,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer<Response> {
    let spec: Spec = typed(body)?;
    let run = store.start_export(&actor, &spec, (Source::Api, idempotency_key(&headers)?.as_deref())).await?;
    let location = format!("/api/v1/exports/{}", run.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(run)).into_response())
}

/// `GET /exports`: the latest.
pub(super) async fn list(Caller(actor): Caller, State(store): State<Store>) -> Answer<Json<Value>> {
    Ok(Json(json!({"items": store.export_runs(&actor).await?})))
}

/// `GET /exports/{id}`: how far it is.
pub(super) async fn read(Caller(actor): Caller, Id(id): Id, State(store): State<Store>) -> Answer<Json<Run>> {
    Ok(Json(store.export_run(&actor, id).await?))
}

/// `POST /exports/{id}/cancel`: nothing of the file is kept.
pub(super) async fn cancel(Caller(actor): Caller, Id(id): Id, State(store): State<Store>) -> Answer<Json<Run>> {
    Ok(Json(store.cancel_export(&actor, id).await?))
}

/// `DELETE /exports/{id}`: stops it if need be, and forgets it.
pub(super) async fn remove(Caller(actor): Caller, Id(id): Id, State(store): State<Store>) -> Answer<StatusCode> {
    store.delete_export(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /exports/{id}/file`
pub(super) async fn fetch(Caller(actor): Caller, Id(id): Id, State(store): State<Store>) -> Answer<Response> {
    Ok(kept(&store, &actor, id, (Source::Api, None)).await?)
}
