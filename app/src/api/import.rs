//! Imports: upload, suggest, preview, run, undo.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use shared::Error;
use shared::command::UndoOutcome;
use shared::history::Left;
use shared::i18n::Locale;
use shared::import::{Excerpt, FileInfo, Preview, PreviewRow, Reading, Run, Spec, Start, Step};
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::Fault;

/// Suggests the mapping of a file to a record type.
#[server(prefix = "/api/fn", endpoint = "suggest_import", input = Json, output = Json)]
pub async fn suggest_import(file: Uuid, record_type: String) -> Result<Step, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.suggest_import(&actor, file, super::record_type(&record_type)?).await?)
}

/// Where new records of a type begin if no column says so.
#[server(prefix = "/api/fn", endpoint = "import_start", input = Json, output = Json)]
pub async fn import_start(record_type: String) -> Result<Option<Start>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.import_start(&actor, super::record_type(&record_type)?).await?)
}

/// Reads a file in another way than was found out.
#[server(prefix = "/api/fn", endpoint = "reread_import", input = Json, output = Json)]
pub async fn reread_import(file: Uuid, reading: Reading) -> Result<FileInfo, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.reread_import(&actor, file, &reading).await?)
}

/// What an import would do.
#[server(prefix = "/api/fn", endpoint = "preview_import", input = Json, output = Json)]
pub async fn preview_import(spec: Spec, locale: Locale) -> Result<Preview, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.preview_import(&actor, locale, &spec).await?)
}

/// Other rows of a preview than it shows at first.
#[server(prefix = "/api/fn", endpoint = "preview_import_rows", input = Json, output = Json)]
pub async fn preview_import_rows(spec: Spec, excerpt: Excerpt, locale: Locale) -> Result<Vec<PreviewRow>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.preview_import_rows(&actor, locale, &spec, excerpt).await?)
}

/// Starts an import.
#[server(prefix = "/api/fn", endpoint = "start_import", input = Json, output = Json)]
pub async fn start_import(spec: Spec) -> Result<Run, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.start_import(&actor, &spec).await?)
}

/// How far a run is.
#[server(prefix = "/api/fn", endpoint = "import_run", input = Json, output = Json)]
pub async fn import_run(id: Uuid) -> Result<Run, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.import_run(&actor, id).await?)
}

/// The latest runs.
#[server(prefix = "/api/fn", endpoint = "import_runs", input = Json, output = Json)]
pub async fn import_runs() -> Result<Vec<Run>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.import_runs(&actor).await?)
}

/// Stops a run.
#[server(prefix = "/api/fn", endpoint = "cancel_import", input = Json, output = Json)]
pub async fn cancel_import(id: Uuid) -> Result<Run, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.cancel_import(&actor, id).await?)
}

/// Takes an import back; a large one in the background.
#[server(prefix = "/api/fn", endpoint = "undo_import", input = Json, output = Json)]
pub async fn undo_import(id: Uuid) -> Result<UndoOutcome, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.undo_import(&actor, id).await?.into())
}

/// What the undo of an import left alone, as its history tells it.
#[server(prefix = "/api/fn", endpoint = "left_alone", input = Json, output = Json)]
pub async fn left_alone(change_set: Uuid) -> Result<Vec<Left>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.left_alone(&actor, change_set).await?)
}

/// Sends a chosen file as it is; only in the browser. Server functions would carry it as text.
///
/// # Errors
/// What [`store::Store::upload_import`] gives, `Offline` when the server cannot be reached.
pub async fn upload(file: web_sys::File) -> Result<FileInfo, Error> {
    let text = send(&file).await.map_err(|_| Error::Offline)?;
    match serde_json::from_str::<FileInfo>(&text) {
        Ok(info) => Ok(info),
        Err(_) => Err(serde_json::from_str(&text).unwrap_or(Error::Offline)),
    }
}

async fn send(file: &web_sys::File) -> Result<String, JsValue> {
    let options = web_sys::RequestInit::new();
    options.set_method("POST");
    options.set_body(file);
    let address = format!("/api/import/files?name={}", String::from(js_sys::encode_uri_component(&file.name())));
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let answer = JsFuture::from(window.fetch_with_str_and_init(&address, &options)).await?;
    let text = JsFuture::from(answer.dyn_into::<web_sys::Response>()?.text()?).await?;
    text.as_string().ok_or(JsValue::NULL)
}
