//! `GET /api/v1/events`: the live log as a stream of server-sent events.
//!
//! Every message carries the position to resume after it (`id`) and a [`LiveEvent`](shared::live::LiveEvent) (`data`).
//! A `beat` says now and then where an otherwise silent stream stands.

mod credential;
mod feed;
mod problem;

use app::api::outgoing::Outgoing;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response, Sse};
use serde::Deserialize;
use shared::live::Cursor;
use shared::{Error, Result};
use store::Store;
use uuid::Uuid;

use crate::shutdown::Shutdown;
use credential::Credential;
use problem::Problem;

/// What a reader may ask for.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    /// Position to resume after; now if absent. The header `Last-Event-ID` is newer and wins.
    after: Option<String>,
    /// Whose stream is expected: refused when somebody else has signed in since.
    user: Option<Uuid>,
}

/// Streams what the caller may read, until they leave, may no longer read, or the server stops.
pub(crate) async fn events(
    State(store): State<Store>,
    State(shutdown): State<Shutdown>,
    State(outgoing): State<Outgoing>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Response {
    let credential = Credential::of(&headers, outgoing.is_secure());
    match open((store, shutdown), &wish, &headers, credential).await {
        Ok(response) => response,
        Err(error) => Problem(error).into_response(),
    }
}

async fn open(
    (store, shutdown): (Store, Shutdown),
    wish: &Wish,
    headers: &HeaderMap,
    credential: Result<Credential>,
) -> Result<Response> {
    let after = position(wish, headers)?;
    let credential = credential?;
    let actor = credential.actor(&store).await?;
    if wish.user.is_some_and(|user| user != actor.user_id) {
        return Err(Error::Unauthenticated);
    }
    let subscription = store.subscribe(actor, after).await?;
    let mut response = Sse::new(feed::feed(store, subscription, credential, shutdown)).into_response();
    // Proxies that collect an answer before passing it on would make it anything but live.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn position(wish: &Wish, headers: &HeaderMap) -> Result<Option<Cursor>> {
    let last = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    let text = last.or(wish.after.as_deref()).filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(|()| Error::invalid("after", "cursor"))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(after: Option<&str>, last: Option<&'static str>) -> Result<Option<Cursor>> {
        let mut headers = HeaderMap::new();
        last.map(|id| headers.insert("last-event-id", HeaderValue::from_static(id)));
        position(&Wish { after: after.map(str::to_owned), user: None }, &headers)
    }

    #[test]
    fn a_reconnecting_browser_resumes_where_it_was_and_not_where_it_began() {
        assert_eq!(of(None, None), Ok(None));
        assert_eq!(of(Some("7-2"), None), Ok(Some(Cursor { xid: 7, id: 2 })));
        assert_eq!(of(Some("7-2"), Some("9-4")), Ok(Some(Cursor { xid: 9, id: 4 })));
        assert!(of(Some("yesterday"), None).is_err());
    }
}
