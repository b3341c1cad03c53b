//! Letters that could not be taken in, for administrators to read.

use shared::access::Actor;
use shared::post::{AsideContent, AsideFile};
use shared::record::rich;
use shared::{Error, Result};
use uuid::Uuid;

use super::anew::as_kept;
use super::fetched::readable;
use super::{MOST_TRIES, must_administer};
use crate::error::from_sqlx;
use crate::mail::{Attachment, Letter, Person};
use crate::pool::Store;

/// How much is shown of one that can't be read, in bytes.
const SHOWN: usize = 64 * 1024;

impl Store {
    /// What a letter says that could not be taken in. Its HTML is harmless and loads nothing.
    ///
    /// # Errors
    /// `Forbidden` for others than administrators, `NotFound` when it does not lie aside or its content was never fetched.
    pub async fn letter_aside(&self, actor: &Actor, id: Uuid) -> Result<AsideContent> {
        must_administer(actor)?;
        let mut tx = self.reading(actor).await?;
        let found: Option<(Vec<u8>, Option<String>, i32, i64)> = sqlx::query_as(
            "select raw, reason, attempts, size from letters_in
             where org_id = $1 and id = $2 and state = 'quarantined' and raw is not null",
        )
        .bind(actor.org_id)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        drop(tx);
        let (raw, reason, attempts, size) = found.ok_or(Error::NotFound)?;
        // What took a server down when it was read does not get another one because somebody looks at it.
        if reason.as_deref() == Some("unreadable") || attempts > MOST_TRIES {
            return Ok(unread(&raw));
        }
        let (raw, letter) = readable(raw).await?;
        Ok(letter.map_or_else(|| unread(&raw), |letter| content(&as_kept(letter, raw.len(), size))))
    }
}

/// How it begins.
fn unread(raw: &[u8]) -> AsideContent {
    let begin = &raw[..raw.len().min(SHOWN)];
    AsideContent { source: Some(String::from_utf8_lossy(begin).into_owned()), ..AsideContent::default() }
}

fn content(letter: &Letter) -> AsideContent {
    let html = letter.html.clone().unwrap_or_else(|| rich::from_text(&letter.text));
    let says_something = !rich::to_text(&html).trim().is_empty();
    let names =
        |people: &[Person]| -> Vec<String> { people.iter().map(name).filter(|name| !name.is_empty()).collect() };
    let file = |file: &Attachment| AsideFile { name: file.name.clone(), size: file.bytes.len() as u64 };
    AsideContent {
        from: name(&letter.from),
        to: names(&letter.to),
        cc: names(&letter.cc),
        date: letter.date,
        subject: letter.subject.clone(),
        html: if says_something { html } else { String::new() },
        files: letter.attachments.iter().map(file).collect(),
        source: None,
    }
}

fn name(person: &Person) -> String {
    match (person.name.trim(), person.address.trim()) {
        ("", address) => address.to_owned(),
        (name, "") => name.to_owned(),
        (name, address) => format!("{name} <{address}>"),
    }
}
