//! Records that are files: they come as multipart, and their bytes have an address of their own.

use axum::{
    Json,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::json;
use shared::Error;
use shared::access::Action;
use shared::command::Source;
use shared::types::ATTACHMENT;
use store::{Belonging, Store};

use super::body::{Body, idempotency_key};
use super::caller::Caller;
use super::problem::Answer;
use super::records::{self, CHANGE_SET};
use super::{strict, target::Target};
use crate::files::{Arrived, answer, receive};

/// `POST /{plural}`: a record as JSON, or for records that are files those.
pub(super) async fn create(
    caller: Caller,
    target: Target,
    state: State<Store>,
    headers: HeaderMap,
    request: Request,
) -> Answer<Response> {
    if target.def.uploaded {
        return upload(caller, state, headers, request).await;
    }
    records::create(caller, target, state, headers, Body::from_request(request, &()).await?).await
}

async fn upload(
    Caller(actor): Caller,
    State(store): State<Store>,
    headers: HeaderMap,
    request: Request,
) -> Answer<Response> {
    if !actor.may(&ATTACHMENT, Action::Create) {
        return Err(Error::Forbidden.into());
    }
    let key = idempotency_key(&headers)?;
    let Arrived { values, files } = receive(&store, &actor, None, request).await?;
    let fits = match values.contains_key(ATTACHMENT.title) {
        true => Err(Error::invalid(ATTACHMENT.title, "read_only")),
        false => strict::check(&ATTACHMENT, &values),
    };
    if let Err(error) = fits {
        store.drop_received(files.into_iter().map(|(_, file)| file)).await;
        return Err(error.into());
    }
    let outcome = store.attach(&actor, &Belonging::said(values), files, (Source::Api, key)).await?;
    let change_set = [(CHANGE_SET, outcome.change_set.to_string())];
    Ok((StatusCode::CREATED, change_set, Json(json!({"items": outcome.rows}))).into_response())
}

/// `GET /{plural}/{id}/content`: the bytes of a record that is a file.
pub(super) async fn content(
    Caller(actor): Caller,
    target: Target,
    State(store): State<Store>,
    headers: HeaderMap,
) -> Answer<Response> {
    if !target.def.uploaded {
        return Err(Error::NotFound.into());
    }
    Ok(answer(&store, &store.attached(&actor, target.id()?).await?, &headers).await?)
}
