//! Files as they come: each piece goes on to where files lie, and what was sent along is kept.

use std::time::Duration;

use axum::{
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};
use futures::{StreamExt, TryStreamExt, stream};
use shared::access::Actor;
use shared::types::clean_file_name;
use shared::{Error, Values};
use store::files::{Bytes, Limits, Received};
use store::{Belonging, Store};
use tokio::time::timeout;

/// How long a sender may say nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longest value of a field beside files, bytes.
const LONGEST_VALUE: usize = 4 << 10;

/// Most fields beside files.
const MOST_FIELDS: usize = 20;

/// What came.
#[derive(Debug, Default)]
pub(crate) struct Arrived {
    /// Fields beside the files, as sent.
    pub(crate) values: Values,
    /// Files with their names, not attached yet.
    pub(crate) files: Vec<(String, Received)>,
}

/// Takes in what a multipart body holds. If anything about it is wrong nothing is left of it. Without `belonging` the fields
/// before the first file say what it is to belong to.
///
/// # Errors
/// `Invalid` on `file` for what is no multipart, is cut short, has no file, too many or too large ones; `Forbidden` and the
/// like for what may not be attached.
pub(crate) async fn receive(
    store: &Store,
    actor: &Actor,
    belonging: Option<&Belonging>,
    request: Request,
) -> Result<Arrived, Error> {
    let mut multipart =
        Multipart::from_request(request, &()).await.map_err(|_| Error::invalid("file", "upload_first"))?;
    let mut arrived = Arrived::default();
    match take_all(store, actor, belonging, &mut multipart, &mut arrived).await {
        Ok(()) => Ok(arrived),
        Err(error) => {
            // A browser that is still sending would not hear the answer.
            let _ = timeout(PATIENCE, drain(&mut multipart)).await;
            store.drop_received(arrived.files.into_iter().map(|(_, file)| file)).await;
            Err(error)
        }
    }
}

async fn take_all(
    store: &Store,
    actor: &Actor,
    belonging: Option<&Belonging>,
    multipart: &mut Multipart,
    arrived: &mut Arrived,
) -> Result<(), Error> {
    let limits = store.files().limits();
    while let Some(field) = next(multipart, limits).await? {
        let Some(sent) = field.file_name() else {
            take_value(field, limits, &mut arrived.values).await?;
            continue;
        };
        let name = clean_file_name(sent);
        if arrived.files.len() >= limits.count {
            return Err(limits.too_many());
        }
        if belonging.is_none() && arrived.files.is_empty() {
            store.may_attach(actor, &Belonging::said(arrived.values.clone())).await?;
        }
        let file = store.receive(actor, &name, pieces(field, limits).boxed()).await?;
        arrived.files.push((name, file));
    }
    if arrived.files.is_empty() { Err(Error::invalid("file", "upload_first")) } else { Ok(()) }
}

/// Throws away what is still coming, up to the longest body.
async fn drain(multipart: &mut Multipart) {
    while let Ok(Some(_)) = multipart.next_field().await {}
}

async fn next(multipart: &mut Multipart, limits: Limits) -> Result<Option<Field<'_>>, Error> {
    let next = timeout(PATIENCE, multipart.next_field()).await;
    next.map_err(|_| cut())?.map_err(|error| broken(&error, limits))
}

/// The bytes of a file, as long as they keep coming.
fn pieces(field: Field<'_>, limits: Limits) -> impl futures::Stream<Item = Result<Bytes, Error>> + Send {
    stream::try_unfold(field, move |mut field| async move {
        let next = timeout(PATIENCE, field.try_next()).await.map_err(|_| cut())?;
        Ok::<_, Error>(next.map_err(|error| broken(&error, limits))?.map(|bytes| (bytes, field)))
    })
}

async fn take_value(mut field: Field<'_>, limits: Limits, values: &mut Values) -> Result<(), Error> {
    let name = field.name().unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Some(piece) =
        timeout(PATIENCE, field.chunk()).await.map_err(|_| cut())?.map_err(|e| broken(&e, limits))?
    {
        bytes.extend_from_slice(&piece);
        if bytes.len() > LONGEST_VALUE || values.len() >= MOST_FIELDS {
            return Err(Error::invalid(&name, "too_long"));
        }
    }
    let value = String::from_utf8(bytes).map_err(|_| Error::invalid(&name, "text"))?;
    values.insert(name, value.into());
    Ok(())
}

fn cut() -> Error {
    Error::invalid("file", "upload_cut")
}

fn broken(error: &MultipartError, limits: Limits) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { limits.upload_too_large() } else { cut() }
}
