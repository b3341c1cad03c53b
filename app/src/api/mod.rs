//! Server functions: thin calls into the store, one module per noun.
//!
//! Every one is a public endpoint below `/api/fn`; each takes the actor from the request's session.

#![expect(missing_docs, reason = "arguments of server functions become fields that cannot carry doc comments")]

pub mod account;
pub mod admin;
pub mod board;
pub mod desk;
pub mod duplicates;
pub mod export;
pub mod import;
#[cfg(feature = "ssr")]
pub mod outgoing;
pub mod post;
pub mod presence;
pub mod quality;
pub mod records;
pub mod timeline;

#[cfg(feature = "ssr")]
use leptos::prelude::use_context;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::Error;

/// The wire error as server functions carry it; the server sets the HTTP status from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fault(pub Error);

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl FromServerFnError for Fault {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Error::Offline,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Error::invalid("", "malformed")
            }
            ServerFnErrorErr::UnsupportedRequestMethod(_) => Error::NotFound,
            _ => Error::Internal { reference: String::new() },
        })
    }
}

/// What server functions give.
pub type Answer<T> = Result<T, Fault>;

/// What was answered, and nothing of what one may not read any more. None where nobody could answer: what is known stays then.
pub fn allowed<T: Default>(answer: Answer<T>) -> Option<T> {
    match answer {
        Ok(found) => Some(found),
        Err(Fault(error)) => error.is_denial().then(T::default),
    }
}

/// The request's store, and the signed-in user acting in it.
#[cfg(feature = "ssr")]
pub(crate) fn acting() -> Answer<(store::Store, shared::access::Actor)> {
    Ok((store()?, session()?.actor.clone()))
}

/// The request's store. What still loads for a part of the page that was built anew meanwhile, or whose reader left, has
/// lost its context: it ends with an error that nobody sees, where a panic would leave the page waiting for it.
#[cfg(feature = "ssr")]
pub(crate) fn store() -> Answer<store::Store> {
    use_context().ok_or(Fault(Error::Offline))
}

/// The request's session.
#[cfg(feature = "ssr")]
pub(crate) fn session() -> Answer<std::sync::Arc<store::auth::SessionInfo>> {
    let parts = use_context::<axum::http::request::Parts>().ok_or(Fault(Error::Unauthenticated))?;
    parts.extensions.get::<std::sync::Arc<store::auth::SessionInfo>>().cloned().ok_or(Fault(Error::Unauthenticated))
}

/// How resources travel inside of the page. Read from bytes, as answers of server functions are: the same code then reads
/// both, and the bundle holds it once.
pub struct JsonBytes;

impl<T: Serialize> Encoder<T> for JsonBytes {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, serde_json::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for JsonBytes {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, serde_json::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

/// The record type of that name.
#[cfg(feature = "ssr")]
pub(crate) fn record_type(name: &str) -> Answer<&'static shared::RecordDef> {
    shared::types::by_name(name).ok_or(Fault(Error::NotFound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_stays_while_nobody_answers_and_goes_with_the_right_to_it() {
        let failed = |error| allowed::<Vec<u8>>(Err(Fault(error)));
        assert_eq!(allowed(Ok(vec![2])), Some(vec![2]));
        for error in [Error::Forbidden, Error::NotFound, Error::Unauthenticated] {
            assert_eq!(failed(error), Some(Vec::new()));
        }
        for error in [Error::Offline, Error::RateLimited { retry_after: 1 }, Error::invalid("", "malformed")] {
            assert_eq!(failed(error), None);
        }
    }
}
