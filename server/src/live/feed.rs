//! From a subscription to server-sent events. One message is made when the connection takes it, so a slow reader costs
//! no memory: it falls behind in the log and catches up from there.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::Event;
use futures::Stream;
use shared::live::Cursor;
use store::{Delivery, Store, Subscription};
use tokio::time::{Interval, MissedTickBehavior, interval};
use uuid::Uuid;

use super::credential::Credential;
use crate::shutdown::Shutdown;

/// How often a stream says where it stands.
const BEAT: Duration = Duration::from_secs(15);
/// After so many beats it looks whether its reader may still read: sessions run out, and the word that one was ended may
/// have been lost.
const LOOK: u32 = 4;

/// A browser asks again after this long at least, milliseconds.
const RETRY: u64 = 500;
/// Readers ask again at different times within this many milliseconds, lest a restarted server meets all at once.
const RETRY_SPREAD: u64 = 1_500;

struct Feed {
    store: Store,
    subscription: Subscription,
    credential: Credential,
    shutdown: Shutdown,
    beats: Interval,
    /// Beats so far; the first tells the reader where the stream begins.
    beat: u32,
}

/// The events of a subscription, with beats in between.
pub(super) fn feed(
    store: Store,
    subscription: Subscription,
    credential: Credential,
    shutdown: Shutdown,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let feed = Feed { store, subscription, credential, shutdown, beats, beat: 0 };
    futures::stream::unfold(feed, async |mut feed| {
        let event = feed.next().await?;
        Some((Ok(event), feed))
    })
}

impl Feed {
    /// The next message; `None` ends the stream, and the reader finds out why by asking again.
    async fn next(&mut self) -> Option<Event> {
        tokio::select! {
            biased;
            () = self.shutdown.requested() => None,
            // Before the deliveries: a busy stream must not outlive its reader's session.
            _ = self.beats.tick() => self.beat().await,
            delivery = self.subscription.next() => match delivery {
                Ok(delivery) => message(&delivery),
                Err(error) => {
                    tracing::debug!(%error, "a live stream ended");
                    None
                }
            },
        }
    }

    async fn beat(&mut self) -> Option<Event> {
        let beat = at(Event::default().event("beat").data("beat"), self.subscription.cursor());
        self.beat = self.beat.wrapping_add(1);
        if self.beat == 1 {
            let spread = u64::from(Uuid::now_v7().as_bytes()[15]) * RETRY_SPREAD / 255;
            return Some(beat.retry(Duration::from_millis(RETRY + spread)));
        }
        let looks = self.beat.is_multiple_of(LOOK);
        (!looks || !Box::pin(self.credential.is_withdrawn(&self.store)).await).then_some(beat)
    }
}

fn message(delivery: &Delivery) -> Option<Event> {
    let event = (delivery.event.json())
        .map(|json| Event::default().data(json))
        .inspect_err(|error| tracing::error!(%error, "a live event can't be written as JSON"))
        .ok()?;
    Some(match delivery.cursor {
        Some(cursor) => at(event, cursor),
        None => event,
    })
}

fn at(event: Event, cursor: Cursor) -> Event {
    event.id(cursor.to_string())
}
