//! Files in and out: uploads for imports, refused rows, exports.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Extension, Path, Query, State, rejection::BytesRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::Utc;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use shared::access::Actor;
use shared::audit::AuditQuery;
use shared::command::Source;
use shared::export::file_of;
use shared::i18n::Locale;
use shared::import::{FileKind, MAX_BYTES};
use shared::query::ListQuery;
use shared::session::Boot;
use shared::{Error, FieldError, RecordDef};
use store::{Noted, Store, auth::SessionInfo};
use uuid::Uuid;

use crate::files::disposition;
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
        .route("/api/export/audit.csv", get(audit))
        .route("/api/export/runs/{id}/file", get(run_file))
        .route("/api/export/{collection}", get(export))
        .route("/api/export/{plural}/{id}/about.json", get(about))
}

/// What is to be in a file.
#[derive(Deserialize)]
struct Listed {
    /// Which rows, in which order: a [`ListQuery`] or an [`AuditQuery`] as JSON; all without it.
    query: Option<String>,
    /// The language of a file for people to read.
    labels: Option<Locale>,
    /// What the rows are called.
    name: Option<String>,
}

impl Listed {
    fn asked<Q: DeserializeOwned + Default>(&self) -> Result<Q, Error> {
        let Some(text) = &self.query else { return Ok(Q::default()) };
        serde_json::from_str(text).map_err(|_| Error::invalid("query", "operator"))
    }
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
    Ok(file("import-errors.csv", FileKind::Csv, rows))
}

async fn export(
    State(store): State<Store>,
    session: Session,
    Extension(boot): Extension<Boot>,
    Path(collection): Path<String>,
    Query(list): Query<Listed>,
) -> Result<Response, Refused> {
    let session = signed_in(session)?;
    let (plural, extension) = collection.rsplit_once('.').unwrap_or((&collection, FileKind::Csv.extension()));
    let kind = FileKind::parse(extension).ok_or(Error::NotFound)?;
    let def = shared::types::by_plural(plural).ok_or(Error::NotFound)?;
    let query: ListQuery = list.asked()?;
    let rows = (Some(list.labels.unwrap_or(boot.locale)), list.name.as_deref());
    let name = file_of(&session.actor, def, rows, (Utc::now(), kind));
    Ok(exported(&store, &session.actor, (def, query), (kind, list.labels, Source::Web), &name).await?)
}

/// What the search of the audit log finds that the page shows: an [`AuditQuery`] as JSON; for people to read if a language is said.
async fn audit(State(store): State<Store>, session: Session, Query(list): Query<Listed>) -> Result<Response, Refused> {
    let session = signed_in(session)?;
    Ok(audit_file(&store, &session.actor, list.asked()?, (list.labels, Source::Web)).await?)
}

/// The file of an export that was made in the background.
async fn run_file(
    State(store): State<Store>,
    session: Session,
    Extension(boot): Extension<Boot>,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let session = signed_in(session)?;
    Ok(kept(&store, &session.actor, id, (Source::Web, Some(boot.locale))).await?)
}

/// Everything that is kept about one person or company, sent as it is read.
async fn about(
    State(store): State<Store>,
    session: Session,
    Path((plural, id)): Path<(String, Uuid)>,
) -> Result<Response, Refused> {
    let session = signed_in(session)?;
    let def = shared::types::by_plural(&plural).ok_or(Error::NotFound)?;
    let all = store.about(&session.actor, def, id).await?;
    let parts = stream::try_unfold(all, async |mut all| Ok::<_, Error>(all.next().await?.map(|part| (part, all))));
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"about.json\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let body = Body::from_stream(parts.map_err(|error| std::io::Error::other(error.to_string())));
    Ok((headers, body).into_response())
}

/// The rows of a list as a file, for people to read if a language is said, sent as it is made.
///
/// # Errors
/// As [`Store::export_as`], and what refuses the first rows; what happens later cuts the answer short.
pub(crate) async fn exported(
    store: &Store,
    actor: &Actor,
    (def, query): (&'static RecordDef, ListQuery),
    (kind, labels, source): (FileKind, Option<Locale>, Source),
    name: &str,
) -> Result<Response, Error> {
    let noted = file_of(actor, def, (labels, None), (Utc::now(), kind));
    let noted = Noted { name: &noted, labels, run: None };
    let mut export = store.export_as(actor, def, query, (kind, source), noted).await?.labelled(labels).await?;
    // What refuses it comes before the head of the answer.
    let first = export.next().await?.unwrap_or_default();
    let mark = kind.mark().to_vec();
    let rest =
        stream::try_unfold(export, async |mut export| Ok::<_, Error>(export.next().await?.map(|part| (part, export))));
    let parts =
        stream::iter([Ok(mark), Ok(first)]).chain(rest).map_err(|error| std::io::Error::other(error.to_string()));
    Ok(file(name, kind, Body::from_stream(parts)))
}

/// A file that was made in the background, sent part by part; its name is in the language, if one is said.
///
/// # Errors
/// As [`Store::export_file`]; a file that is deleted meanwhile is cut short.
pub(crate) async fn kept(
    store: &Store,
    actor: &Actor,
    id: Uuid,
    (source, locale): (Source, Option<Locale>),
) -> Result<Response, Error> {
    let kept = store.export_file(actor, id, (source, locale)).await?;
    let (name, kind, bytes) = (kept.name.clone(), kept.kind, kept.bytes);
    let parts = stream::try_unfold(kept, async |mut kept| Ok::<_, Error>(kept.next().await?.map(|part| (part, kept))));
    let mut answer =
        file(&name, kind, Body::from_stream(parts.map_err(|error| std::io::Error::other(error.to_string()))));
    answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    Ok(answer)
}

/// What a search of the audit log finds, for people to read if a language is said, sent as it is read.
///
/// # Errors
/// As [`Store::audit_file`].
pub(crate) async fn audit_file(
    store: &Store,
    actor: &Actor,
    query: AuditQuery,
    (labels, source): (Option<Locale>, Source),
) -> Result<Response, Error> {
    let entries = store.audit_file(actor, query, source).await?.labelled(labels);
    let rest = stream::try_unfold(entries, async |mut entries| {
        Ok::<_, Error>(entries.next().await?.map(|part| (part, entries)))
    });
    let mark = stream::iter([Ok(FileKind::Csv.mark().to_vec())]);
    let parts = mark.chain(rest).map_err(|error| std::io::Error::other(error.to_string()));
    Ok(file("audit.csv", FileKind::Csv, Body::from_stream(parts)))
}

fn signed_in(session: Session) -> Result<Arc<SessionInfo>, Error> {
    session.map(|Extension(session)| session).ok_or(Error::Unauthenticated)
}

fn too_large() -> Error {
    Error::Invalid { fields: vec![FieldError::new("file", "file_too_large").with("max", MAX_BYTES / (1024 * 1024))] }
}

/// A file to be kept, not shown.
pub(crate) fn file(name: &str, kind: FileKind, content: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.content_type().to_owned()),
        (header::CONTENT_DISPOSITION, disposition(name, false)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, content).into_response()
}

/// An error as pages read it.
pub(crate) struct Refused(Error);

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
