//! Mail in and out, for as long as the server runs: letters are fetched by IMAP and sent by SMTP. What they mean is the
//! store's business.

mod anew;
mod check;
mod fault;
mod fetching;
mod imap;
mod message;
mod smtp;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use store::Store;
use store::post::Account;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::shutdown::Shutdown;
pub(crate) use check::check;
use fault::Fault;
pub(crate) use message::message;
pub(crate) use smtp::{Transport, parameters};

/// How often it is looked for letters to be taken in or sent that nobody told of.
const EVERY: Duration = Duration::from_secs(2);
/// Letters sent at the same time.
const SENDERS: usize = 4;
/// How long letters that are being sent are waited for when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Fetches, takes in and sends until the server stops. `own_way` is the installation's way out.
pub(crate) async fn run(store: Store, own_way: Option<Transport>, shutdown: Shutdown) {
    let arrived = Arc::new(Notify::new());
    let mut senders = JoinSet::new();
    for _ in 0..SENDERS {
        senders.spawn(send(store.clone(), own_way.clone(), shutdown.clone()));
    }
    tokio::join!(
        fetching::run(store.clone(), Arc::clone(&arrived), shutdown.clone()),
        take_in(store, arrived, shutdown),
    );
    // One that is cut off would be sent twice.
    if timeout(LAST_WORDS, async { while senders.join_next().await.is_some() {} }).await.is_err() {
        tracing::warn!("letters were still being sent when the server stopped; they are sent again");
    }
}

/// The way out of a mailbox, if it has a usable one.
pub(crate) fn way_of(account: &Account, own_way: Option<&Transport>) -> Option<Transport> {
    let way = smtp::transport(account, own_way);
    way.inspect_err(|fault| tracing::warn!(mailbox = %account.id, why = fault.what.code(), "a mailbox can't send")).ok()
}

/// Takes letters in as they arrive.
async fn take_in(store: Store, arrived: Arc<Notify>, shutdown: Shutdown) {
    loop {
        let done = tokio::select! {
            done = store.take_in() => done,
            () = shutdown.requested() => return,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "letters could not be taken in; it is tried again soon");
        }
        tokio::select! {
            () = arrived.notified() => {}
            () = sleep(EVERY) => {}
            () = shutdown.requested() => return,
        }
    }
}

/// Sends letters as they become due, one after the other.
async fn send(store: Store, own_way: Option<Transport>, shutdown: Shutdown) {
    loop {
        let next = tokio::select! {
            next = store.next_departing() => next,
            () = shutdown.requested() => return,
        };
        match next {
            Ok(Some(departing)) => {
                let sent = smtp::send(&departing, own_way.as_ref()).await;
                if let Err(error) = store.note_sent(&departing, &sent).await {
                    tracing::error!(letter = %departing.id, %error, "it could not be kept that a letter was sent");
                }
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "letters could not be sent; it is tried again soon"),
        }
        tokio::select! {
            () = sleep(EVERY) => {}
            () = shutdown.requested() => return,
        }
    }
}
