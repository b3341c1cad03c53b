//! Attachments over HTTP: files come in as multipart, and go out with what keeps browsers from running them.

mod incoming;
mod outgoing;
mod pictures;
mod range;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, FromRef, FromRequestParts, Path, Request, State},
    http::{HeaderMap, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use shared::access::{Action, Actor};
use shared::command::Source;
use shared::types::ATTACHMENT;
use shared::{Error, types};
use store::{Belonging, Store, files::Limits};
use uuid::Uuid;

pub(crate) use incoming::{Arrived, receive};
pub(crate) use outgoing::{answer, disposition, is_compressible};

use crate::{rest::actor_of, router::AppState, upload::Refused};

/// What multipart adds to the files themselves.
const FRAMING: u64 = 64 << 10;

/// The addresses of attachments' bytes, and of pictures that letters show from elsewhere.
pub(crate) fn routes(limits: Limits) -> Router<AppState> {
    Router::new()
        .route("/api/files/{id}", get(download))
        .route("/api/pictures/{record_type}/{id}/{place}", get(pictures::picture))
        .route("/api/files/{record_type}/{id}", post(upload).layer(body_limit(limits)))
}

/// A little more than the files, so that the message about them comes from us.
pub(crate) fn body_limit(limits: Limits) -> DefaultBodyLimit {
    DefaultBodyLimit::max(usize::try_from(limits.upload.saturating_add(FRAMING)).unwrap_or(usize::MAX))
}

/// Who asks: a page with its session, or a program with a bearer token.
struct Asking(Actor);

impl<S> FromRequestParts<S> for Asking
where
    S: Send + Sync,
    Store: FromRef<S>,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        Ok(Self(actor_of(parts, &Store::from_ref(state)).await?))
    }
}

/// `GET /api/files/{id}`
async fn download(
    Asking(actor): Asking,
    Path(id): Path<String>,
    State(store): State<Store>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    Ok(answer(&store, &store.attached(&actor, id).await?, &headers).await?)
}

/// `POST /api/files/{record_type}/{id}`: files of one record.
async fn upload(
    Asking(actor): Asking,
    Path((record_type, id)): Path<(String, String)>,
    State(store): State<Store>,
    request: Request,
) -> Result<Response, Refused> {
    if !actor.may(&ATTACHMENT, Action::Create) {
        return Err(Error::Forbidden.into());
    }
    let def = types::by_name(&record_type).ok_or(Error::NotFound)?;
    let belonging = Belonging::to(def, id.parse().map_err(|_| Error::NotFound)?)?;
    store.may_attach(&actor, &belonging).await.map_err(of_address)?;
    let Arrived { files, .. } = receive(&store, &actor, Some(&belonging), request).await?;
    let outcome = store.attach(&actor, &belonging, files, (Source::Web, None)).await?;
    Ok(Json(outcome).into_response())
}

/// The record is named by the address: that it can't be read means that there is none.
fn of_address(error: Error) -> Error {
    match error {
        Error::Invalid { fields } if fields.iter().all(|field| field.code == "reference") => Error::NotFound,
        other => other,
    }
}
