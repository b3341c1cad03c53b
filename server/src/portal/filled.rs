//! A form as it was filled in, with its files if it has any.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::convert::Infallible;

use axum::Form;
use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use shared::{Error, FieldError, Result};
use uuid::Uuid;

use super::LONGEST_FORM;
use super::fields::EMPTY_FILE;
use crate::router::AppState;

/// Bytes of all files of a form.
pub(super) const TOGETHER: usize = 40 << 20;
/// Longest form that is read to its end, bytes: a browser that is still sending would not hear why its files are too
/// much, and what was typed would be lost. What is beyond the limits is not kept meanwhile.
pub(super) const LONGEST: usize = 4 * TOGETHER;
/// Most files of a form.
pub(super) const FILES: usize = 10;
/// Most fields of a form, each counted as often as it comes.
const FIELDS: usize = 1_000;
/// How the names of further questions begin, of which some have several answers.
pub(super) const ANSWERS: &str = "answers.";

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
    /// Names of the files that came, taken or not: a form that comes back can't hold them, and says which they were.
    pub(super) chosen: Vec<String>,
    /// Why it can't be taken as it came: told on the form itself, with what was typed.
    refused: Option<Error>,
}

impl FromRequest<AppState> for Filled {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &AppState) -> std::result::Result<Self, Infallible> {
        Ok(read(request, state).await)
    }
}

fn malformed() -> Error {
    Error::invalid("", "malformed")
}

fn too_much() -> Error {
    Error::Invalid { fields: vec![FieldError::new("files", "upload_too_much").with("max", TOGETHER >> 20)] }
}

fn too_many() -> Error {
    Error::Invalid { fields: vec![FieldError::new("files", "upload_too_many").with("max", FILES)] }
}

fn hollow(name: &str) -> Error {
    Error::Invalid { fields: vec![FieldError::new("files", EMPTY_FILE).with("name", name)] }
}

fn unread(error: &MultipartError) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_much() } else { malformed() }
}

async fn read(request: Request, state: &AppState) -> Filled {
    let mut filled = Filled::default();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let taken = if kind.starts_with("multipart/form-data") {
        match Multipart::from_request(request, state).await {
            Ok(parts) => filled.take_parts(parts).await,
            Err(_) => Err(malformed()),
        }
    } else {
        match Form::<Vec<(String, String)>>::from_request(request, state).await {
            Ok(Form(pairs)) if pairs.len() <= FIELDS => {
                pairs.into_iter().for_each(|(name, text)| filled.put(name, text));
                Ok(())
            }
            _ => Err(malformed()),
        }
    };
    if let Err(error) = taken {
        filled.refuse(error);
    }
    filled
}

/// The bytes of a part, if there is room for them; it is read to its end in any case.
async fn taken(mut part: Field<'_>, room: &mut usize) -> Result<Option<Vec<u8>>> {
    let mut kept: Option<Vec<u8>> = Some(Vec::new());
    while let Some(piece) = part.chunk().await.map_err(|error| unread(&error))? {
        let left = room.checked_sub(piece.len());
        *room = left.unwrap_or_default();
        kept = kept.filter(|_| left.is_some());
        if let Some(bytes) = &mut kept {
            bytes.extend_from_slice(&piece);
        }
    }
    Ok(kept)
}

impl Filled {
    async fn take_parts(&mut self, mut parts: Multipart) -> Result<()> {
        let (mut text_room, mut file_room, mut fields) = (LONGEST_FORM, TOGETHER, 0);
        while let Some(part) = parts.next_field().await.map_err(|error| unread(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            if let Some(file) = part.file_name().map(str::to_owned) {
                let bytes = taken(part, &mut file_room).await?;
                self.take_file(file, bytes);
                continue;
            }
            let text = taken(part, &mut text_room).await?.ok_or_else(malformed)?;
            fields += 1;
            if fields > FIELDS {
                return Err(malformed());
            }
            self.put(name, String::from_utf8_lossy(&text).into_owned());
        }
        Ok(())
    }

    /// Of boxes with one name each that is ticked comes by itself: they become lines. Of anything else the last counts.
    fn put(&mut self, name: String, text: String) {
        match self.fields.entry(name) {
            Entry::Occupied(mut known) if known.key().starts_with(ANSWERS) => {
                let known = known.get_mut();
                known.push('\n');
                known.push_str(&text);
            }
            Entry::Occupied(mut known) => {
                known.insert(text);
            }
            Entry::Vacant(free) => {
                free.insert(text);
            }
        }
    }

    /// A file field in which nothing was chosen comes as a file without a name.
    fn take_file(&mut self, name: String, bytes: Option<Vec<u8>>) {
        if !name.is_empty() && self.chosen.len() < FILES {
            self.chosen.push(name.clone());
        }
        match bytes {
            None => self.refuse(too_much()),
            Some(_) if name.is_empty() || self.refused.is_some() => {}
            Some(bytes) if bytes.is_empty() => self.refuse(hollow(&name)),
            Some(_) if self.files.len() == FILES => self.refuse(too_many()),
            Some(bytes) => self.files.push(File { name, bytes: bytes.into() }),
        }
    }

    /// Whatever is wrong first is told; files of a form that is not taken are of no use.
    fn refuse(&mut self, error: Error) {
        self.files.clear();
        self.refused.get_or_insert(error);
    }

    /// That it came as a whole, and within the limits.
    ///
    /// # Errors
    /// `malformed` when it could not be read, `upload_too_much` or `upload_too_many` on `files`.
    pub(super) fn whole(&self) -> Result<()> {
        self.refused.clone().map_or(Ok(()), Err)
    }

    /// The text of a field, of several answers to one question a line each; nothing when it is missing.
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
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn answers_of_boxes_become_lines_and_of_anything_else_the_last_counts() {
        let mut filled = Filled::default();
        for (name, text) in [("answers.a", "x"), ("score", "4"), ("answers.a", "y"), ("score", "5"), ("comment", "")] {
            filled.put(name.to_owned(), text.to_owned());
        }
        assert_eq!(filled.text("score"), "5");
        assert_eq!(filled.below(ANSWERS).get("a").map(String::as_str), Some("x\ny"));
    }

    /// What comes of a form with so many fields, all of one name.
    async fn repeated(fields: usize) -> Result<()> {
        let part = "--x\r\ncontent-disposition: form-data; name=\"score\"\r\n\r\n4\r\n";
        let request = axum::http::Request::builder()
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from(part.repeat(fields) + "--x--\r\n"))
            .unwrap();
        let parts = Multipart::from_request(request, &()).await.unwrap();
        Filled::default().take_parts(parts).await
    }

    #[tokio::test]
    async fn a_field_that_comes_again_counts_again() {
        assert!(repeated(FIELDS).await.is_ok());
        assert!(repeated(FIELDS + 1).await.is_err());
    }
}
