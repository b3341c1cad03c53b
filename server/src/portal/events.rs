//! Telling the page of a ticket that it changed.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response, Sse};
use futures::Stream;
use shared::Error;
use store::portal::TicketWatch;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::place::Place;
use crate::shutdown::Shutdown;

/// How often a stream says that it is there, and looks whether its reader may still read.
const BEAT: Duration = Duration::from_secs(30);

struct Feed {
    watch: TicketWatch,
    shutdown: Shutdown,
    beats: Interval,
}

/// `changed` whenever the customer's view of the ticket is another; a beat in between. Ends once they may not read it.
pub(super) async fn events(
    place: Place,
    State(shutdown): State<Shutdown>,
    Path((_, number)): Path<(String, String)>,
) -> Response {
    let token = place.token.as_deref().unwrap_or_default();
    let watch = match place.store.portal_watch(&place.portal, token, &number).await {
        Ok(watch) => watch,
        // An address for a script: a redirection would make it read the page to sign in on.
        Err(error @ Error::Unauthenticated) => {
            let status = axum::http::StatusCode::from_u16(error.status());
            return status.map_or_else(|_| place.go("/sign-in"), IntoResponse::into_response);
        }
        Err(error) => return place.answer(Err(error)),
    };
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut response = Sse::new(feed(Feed { watch, shutdown, beats })).into_response();
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn feed(feed: Feed) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold(feed, async |mut feed| {
        let event = feed.next().await?;
        Some((Ok(event), feed))
    })
}

impl Feed {
    /// The next message; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        let changed = || Event::default().event("changed").data("changed");
        tokio::select! {
            biased;
            () = self.shutdown.requested() => None,
            _ = self.beats.tick() => match self.watch.look().await {
                Ok(true) => Some(changed()),
                Ok(false) => Some(Event::default().event("beat").data("beat")),
                Err(_) => None,
            },
            told = self.watch.changed() => told.is_ok().then(changed),
        }
    }
}
