//! Sending a file to where a record keeps its files.

use leptos::prelude::window;
use leptos::web_sys::{File, FormData, RequestInit, Response};
use shared::Error;
use shared::command::Outcome;
use uuid::Uuid;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Uploads a file to a record; gives the id of the attachment.
pub(super) async fn upload(record_type: &str, id: Uuid, file: &File) -> Result<Uuid, Error> {
    let form = FormData::new().map_err(|_| Error::Offline)?;
    form.append_with_blob_and_filename("file", file, &file.name()).map_err(|_| Error::Offline)?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&form);
    let sent = window().fetch_with_str_and_init(&format!("/api/files/{record_type}/{id}"), &init);
    let answer = JsFuture::from(sent).await.map_err(|_| Error::Offline)?;
    let answer: Response = answer.dyn_into().map_err(|_| Error::Offline)?;
    let text = JsFuture::from(answer.text().map_err(|_| Error::Offline)?).await.map_err(|_| Error::Offline)?;
    let text = text.as_string().unwrap_or_default();
    if answer.ok() {
        let outcome = serde_json::from_str::<Outcome>(&text).map_err(|_| Error::Offline)?;
        return outcome.rows.first().map(|row| row.id).ok_or(Error::NotFound);
    }
    Err(match answer.status() {
        401 => Error::Unauthenticated,
        403 => Error::Forbidden,
        404 => Error::NotFound,
        _ => serde_json::from_str(&text).unwrap_or(Error::Offline),
    })
}
