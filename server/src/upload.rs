//! Files in and out: uploads for imports, refused rows, exports.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Extension, Path, Query, State, rejection::BytesRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use shared::import::MAX_BYTES;
use shared::session::Boot;
use shared::{Error, FieldError};
use store::{Store, auth::SessionInfo};
use uuid::Uuid;

use crate::router::AppState;

/// Who asks, if anybody is signed in.
type Session = Option<Extension<Arc<SessionInfo>>>;

/// The addresses of files.
pub(crate) fn routes() -> Router<AppState> {
    // A little more than the largest file, so that the message about it comes from us.
    let limit = DefaultBodyLimit::max(MAX_BYTES + 4096);
    Router::new()
        .route("/api/import/files", post(upload).layer(limit))
        .route("/api/import/runs/{id}/errors.csv", get(refused_rows))
        .route("/api/export/{collection}", get(export))
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

async fn upload(
    State(store): State<Store>,
    session: Session,
    Query(named): Query<Named>,
    content: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let session = signed_in(session)?;
    let content = content.map_err(|_| too_large())?;
    Ok(Json(store.upload_import(&session.actor, &named.name, &content).await?).into_response())
}

async fn refused_rows(
    State(store): State<Store>,
    session: Session,
    Extension(boot): Extension<Boot>,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let session = signed_in(session)?;
    let rows = store.import_errors(&session.actor, boot.locale, id).await?;
    Ok(csv("import-errors.csv", rows))
}

async fn export(
    State(store): State<Store>,
    session: Session,
    Path(collection): Path<String>,
) -> Result<Response, Refused> {
    let session = signed_in(session)?;
    let plural = collection.strip_suffix(".csv").unwrap_or(&collection);
    let def = shared::types::by_plural(plural).ok_or(Error::NotFound)?;
    // With the mark, spreadsheets recognise the character set.
    let rows = format!("\u{feff}{}", store.export(&session.actor, def).await?);
    Ok(csv(&format!("{plural}.csv"), rows))
}

fn signed_in(session: Session) -> Result<Arc<SessionInfo>, Error> {
    session.map(|Extension(session)| session).ok_or(Error::Unauthenticated)
}

fn too_large() -> Error {
    Error::Invalid { fields: vec![FieldError::new("file", "file_too_large").with("max", MAX_BYTES / (1024 * 1024))] }
}

fn csv(name: &str, rows: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, rows).into_response()
}

/// An error as pages read it.
struct Refused(Error);

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self.0)).into_response()
    }
}
