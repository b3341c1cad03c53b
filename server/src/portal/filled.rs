//! A form as it was filled in, with its files if it has any.

use std::collections::BTreeMap;

use axum::Form;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use axum::response::Response;
use chrono::{TimeDelta, Utc};
use maud::{Markup, html};
use shared::{Error, FieldError, Result};
use store::Store;
use uuid::Uuid;

use super::answer::failed;
use super::place::Place;
use crate::router::AppState;

/// Longest form with its files, bytes.
pub(super) const LONGEST: usize = 40 << 20;
/// Most files of a form.
pub(super) const FILES: usize = 10;
/// Most fields of a form.
const FIELDS: usize = 200;
/// Nobody fills a form in faster.
const FASTEST: TimeDelta = TimeDelta::seconds(3);
/// A form that lay open longer is given out anew.
const OLDEST: TimeDelta = TimeDelta::days(1);
/// The field that people do not see, and programs fill in.
const TRAP: &str = "website";
/// The field with the form's stamp.
const STAMP: &str = "stamp";

/// A file that came with a form.
pub(super) struct File {
    pub(super) name: String,
    pub(super) bytes: Bytes,
}

/// A form as it was filled in.
#[derive(Default)]
pub(super) struct Filled {
    fields: BTreeMap<String, String>,
    pub(super) files: Vec<File>,
}

impl FromRequest<AppState> for Filled {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> std::result::Result<Self, Response> {
        let locale = request.extensions().get::<shared::session::Boot>().map(|boot| boot.locale).unwrap_or_default();
        read(request, state).await.map_err(|error| failed(locale, &error))
    }
}

fn malformed() -> Error {
    Error::invalid("", "malformed")
}

async fn read(request: Request, state: &AppState) -> Result<Filled> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let parts = Multipart::from_request(request, state).await.map_err(|_| malformed())?;
        return read_parts(parts).await;
    }
    let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, state).await.map_err(|_| malformed())?;
    if pairs.len() > FIELDS {
        return Err(malformed());
    }
    Ok(Filled { fields: pairs.into_iter().collect(), files: Vec::new() })
}

async fn read_parts(mut parts: Multipart) -> Result<Filled> {
    let mut filled = Filled::default();
    let refused = |error: axum::extract::multipart::MultipartError| match error.status().as_u16() {
        413 => Error::Invalid { fields: vec![FieldError::new("files", "file_too_large").with("max", LONGEST >> 20)] },
        _ => malformed(),
    };
    while let Some(part) = parts.next_field().await.map_err(refused)? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(file) => {
                let bytes = part.bytes().await.map_err(refused)?;
                if !file.is_empty() && !bytes.is_empty() {
                    filled.files.push(File { name: file, bytes });
                }
            }
            None => drop(filled.fields.insert(name, part.text().await.map_err(refused)?)),
        }
        if filled.files.len() > FILES || filled.fields.len() > FIELDS {
            return Err(Error::invalid("files", "too_many"));
        }
    }
    Ok(filled)
}

impl Filled {
    /// The text of a field; nothing when it is missing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The record that a field names; `reference` when it names none, nothing when it is empty.
    pub(super) fn id(&self, name: &str) -> Result<Option<Uuid>> {
        let text = self.text(name).trim();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| Error::invalid(name, "reference"))
    }

    /// Fields whose name begins so, without that beginning.
    pub(super) fn below(&self, prefix: &str) -> BTreeMap<String, String> {
        let inside = self.fields.iter().filter_map(|(name, text)| Some((name.strip_prefix(prefix)?, text)));
        inside.map(|(name, text)| (name.to_owned(), text.clone())).collect()
    }

    /// The id that the form was given out with, if a person filled it in.
    ///
    /// # Errors
    /// `portal_spam` when it looks as if a program did, `portal_old` when the form is of long ago.
    pub(super) async fn made_by_hand(&self, store: &Store) -> Result<Uuid> {
        let (id, at) =
            store.read_form_stamp(self.text(STAMP)).await?.ok_or_else(|| Error::invalid("", "portal_old"))?;
        let age = Utc::now() - at;
        if !self.text(TRAP).is_empty() || age < FASTEST {
            return Err(Error::invalid("", "portal_spam"));
        }
        if age > OLDEST { Err(Error::invalid("", "portal_old")) } else { Ok(id) }
    }

    /// The stamp to give out again with a form that did not fit; a new one when the old one would not do.
    pub(super) async fn stamp(&self, store: &Store) -> Result<String> {
        let given = self.text(STAMP);
        let known = store.read_form_stamp(given).await?.is_some_and(|(_, at)| Utc::now() - at < OLDEST);
        if known { Ok(given.to_owned()) } else { store.form_stamp(Utc::now()).await }
    }
}

/// The fields that tell people from programs.
pub(super) fn guards(place: &Place, stamp: &str) -> Markup {
    html! {
        input type="hidden" name=(STAMP) value=(stamp);
        div.portal-trap aria-hidden="true" {
            label for=(TRAP) { (place.t("portal.form.trap")) }
            input id=(TRAP) name=(TRAP) tabindex="-1" autocomplete="off";
        }
    }
}
