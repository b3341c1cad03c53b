//! `/imports`: files come in, are looked at, and become runs.

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use shared::i18n::Locale;
use shared::import::{FileInfo, FileKind, Preview, Reading, Run, Spec};
use store::Store;

use super::body::{Body, idempotency_key};
use super::caller::Caller;
use super::change_sets::undone;
use super::listing::{FileName, TypeName};
use super::problem::{Answer, Problem, field_document, language};
use super::target::Id;
use super::typed::typed;

/// `POST /imports/files?name=…`: the body is the file.
pub(super) async fn upload(
    Caller(actor): Caller,
    FileName(name): FileName,
    State(store): State<Store>,
    content: Result<Bytes, BytesRejection>,
) -> Answer<(StatusCode, Json<FileInfo>)> {
    let content = content.map_err(|_| Problem::too_large())?;
    Ok((StatusCode::CREATED, Json(store.upload_import(&actor, &name, &content).await?)))
}

/// `PATCH /imports/files/{id}`: reads the file in another way than was found out.
pub(super) async fn reread(
    Caller(actor): Caller,
    Id(id): Id,
    State(store): State<Store>,
    Body(body): Body,
) -> Answer<Json<FileInfo>> {
    let reading: Reading = typed(body)?;
    Ok(Json(store.reread_import(&actor, id, &reading).await?))
}

/// `GET /imports/files/{id}/suggestion?record_type=…`: the step that makes records of that type from the file.
pub(super) async fn suggest(
    Caller(actor): Caller,
    Id(id): Id,
    TypeName(def): TypeName,
    State(store): State<Store>,
) -> Answer<Response> {
    Ok(Json(store.suggest_import(&actor, id, def).await?).into_response())
}

/// `POST /imports/preview`: what would happen; nothing is written.
pub(super) async fn preview(
    Caller(actor): Caller,
    State(store): State<Store>,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer<Json<Value>> {
    let (spec, locale): (Spec, Locale) = (typed(body)?, language(&headers));
    let preview = store.preview_import(&actor, locale, &spec).await?;
    Ok(Json(preview_document(locale, &preview)))
}

/// The preview with problems as in every other answer.
fn preview_document(locale: Locale, preview: &Preview) -> Value {
    let mut document = json!(preview);
    for (at, step) in preview.steps.iter().enumerate() {
        let problems = step.problems.iter().map(|(error, rows)| {
            let mut problem = field_document(locale, error);
            problem["rows"] = (*rows).into();
            problem
        });
        document["steps"][at]["problems"] = problems.collect();
        for (row, shown) in step.rows.iter().enumerate() {
            let errors = shown.errors.iter().map(|error| field_document(locale, error));
            document["steps"][at]["rows"][row]["errors"] = errors.collect();
        }
    }
    document
}

/// `POST /imports`: accepted, and carried out in the background; `Location` tells how far it is.
pub(super) async fn start(
    Caller(actor): Caller,
    State(store): State<Store>,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer<Response> {
    let spec: Spec = typed(body)?;
    let run = store.start_import_once(&actor, &spec, idempotency_key(&headers)?.as_deref()).await?;
    let location = format!("/api/v1/imports/{}", run.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(run)).into_response())
}

/// `GET /imports`: the latest runs.
pub(super) async fn list(Caller(actor): Caller, State(store): State<Store>) -> Answer<Json<Value>> {
    Ok(Json(json!({"items": store.import_runs(&actor).await?})))
}

/// `GET /imports/{id}`: how far a run is.
pub(super) async fn read(Caller(actor): Caller, Id(id): Id, State(store): State<Store>) -> Answer<Json<Run>> {
    Ok(Json(store.import_run(&actor, id).await?))
}

/// `POST /imports/{id}/cancel`: what it has done stays.
pub(super) async fn cancel(Caller(actor): Caller, Id(id): Id, State(store): State<Store>) -> Answer<Json<Run>> {
    Ok(Json(store.cancel_import(&actor, id).await?))
}

/// `POST /imports/{id}/undo`: takes all of it back but what was changed since.
pub(super) async fn undo(Caller(actor): Caller, Id(id): Id, State(store): State<Store>) -> Answer<Response> {
    Ok(undone(store.undo_import(&actor, id).await?))
}

/// `GET /imports/{id}/errors`: the refused rows with the reasons, as a file to be mended and imported again.
pub(super) async fn errors(
    Caller(actor): Caller,
    Id(id): Id,
    State(store): State<Store>,
    headers: HeaderMap,
) -> Answer<Response> {
    let rows = store.import_errors(&actor, language(&headers), id).await?;
    Ok(crate::upload::file("import-errors.csv", FileKind::Csv, rows))
}
