//! Files that visitors get and send.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use shared::Error;
use store::portal::{Made, PublicFile};
use uuid::Uuid;

use super::fields::Problems;
use super::filled::File;
use super::place::Place;

pub(super) async fn file(place: Place, Path((_, id)): Path<(String, String)>) -> Response {
    place.answer(send(&place, &id).await)
}

async fn send(place: &Place, id: &str) -> Result<Response, Error> {
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let _file = place.store.portal_file(&place.portal, place.visitor.as_ref(), id).await?;
    Err(Error::NotFound)
}

/// Files to be fetched.
pub(super) fn file_list<'f>(place: &Place, files: impl Iterator<Item = &'f PublicFile>) -> Markup {
    let mut files = files.peekable();
    html! {
        @if files.peek().is_some() {
            ul.portal-files {
                @for file in files {
                    li { a href=(place.path(&format!("/files/{}", file.id))) { (file.name) } }
                }
            }
        }
    }
}

/// Where files are chosen.
pub(super) fn file_field(_place: &Place, _problems: &Problems) -> Markup {
    html! {}
}

/// Keeps the files that came with what was written.
pub(super) async fn keep(_place: &Place, _made: &Made, _files: &[File]) -> Result<(), Error> {
    Ok(())
}
